// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.ui.ISaveablePart;
import org.esc.tps.admin.ConfigEntries;
import org.esc.tps.admin.ConfigEntry;
import org.esc.tps.admin.ConfigEntry.Action;
import org.esc.tps.admin.ConfigEntry.Status;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Icons;
import org.esc.ui.Names;

/** Profiles, profile mappings, authenticators or connectors: their properties, and the steps of their life. */
public final class EntriesView extends RecordsView<ConfigEntry> implements ISaveablePart {

    private Optional<ActBar<ConfigEntry>> acts = Optional.empty();
    private Optional<PropertyEditor> editor = Optional.empty();
    private Optional<ConfigEntry> chosen = Optional.empty();
    /** The chosen one, as a whole once it has been read. */
    private Optional<ConfigEntry> shown = Optional.empty();

    private ConfigEntry.Kind which() {
        return switch (kind()) {
            case MAPPINGS -> ConfigEntry.Kind.MAPPING;
            case AUTHENTICATORS -> ConfigEntry.Kind.AUTHENTICATOR;
            case CONNECTORS -> ConfigEntry.Kind.CONNECTOR;
            default -> ConfigEntry.Kind.PROFILE;
        };
    }

    private ConfigEntries entries() {
        return admin().entries(which());
    }

    @Override
    Listing<ConfigEntry> listing() {
        return entries();
    }

    @Override
    String things() {
        return switch (which()) {
            case PROFILE -> "profiles";
            case MAPPING -> "profile mappings";
            case AUTHENTICATOR -> "authenticators";
            case CONNECTOR -> "connectors";
        };
    }

    /** Names of properties are long. */
    @Override
    int[] weights() {
        return new int[] {2, 3};
    }

    private String thing() {
        return which().label().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    String searched() {
        return "name";
    }

    @Override
    List<PagedTable.Column<ConfigEntry>> columns() {
        return List.of(new PagedTable.Column<ConfigEntry>(which().label(), 26, ConfigEntry::id, "")
                .with(e -> Icons.image(EntriesView.class, switch (e.status()) {
                    case ENABLED -> "success";
                    case PENDING_APPROVAL -> "waits";
                    default -> "off";
                })), new PagedTable.Column<ConfigEntry>("State", 18, e -> Texts.status(e.status()), ""));
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>("A&dd…", "Adds one, disabled", _ -> refusal(entries().changeRight()), _ -> add("", Map.of())));
    }

    private void add(String like, Map<String, String> properties) {
        ConfigEntries entries = entries();
        new FormDialog<>(getSite().getShell(), like.isEmpty() ? "Add: " + thing() : "Copy " + like, like.isEmpty()
                ? "It is disabled until you enable or submit it; give it its properties before." : "The copy has the same properties and is disabled.",
                List.of(Field.text("id", "Name", like.isEmpty() ? "" : like + "Copy", "letters and digits").required()), "&Add",
                (v, cancel) -> entries.add(v.text("id"), renamed(properties, like, v.text("id")), cancel), _ -> done())
                .checked(v -> v.text("id").matches("[A-Za-z0-9._-]+") ? Optional.empty() : Optional.of("A name has letters, digits, dots and dashes only.")).open();
    }

    /** Names of properties hold the name of what they belong to. */
    private static Map<String, String> renamed(Map<String, String> properties, String from, String to) {
        var map = new TreeMap<String, String>();
        properties.forEach((name, value) -> map.put(from.isEmpty() ? name : name.replace("." + from + ".", "." + to + "."), value));
        return map;
    }

    @Override
    Optional<ActBar<ConfigEntry>> acts() {
        return acts;
    }

    @Override
    void fillDetails(Composite place) {
        List<Act<ConfigEntry>> list = new ArrayList<>();
        list.add(step(Action.ENABLE, "&Enable", "Uses it from now on", Status.DISABLED));
        list.add(step(Action.SUBMIT, "&Submit…", "Asks an agent to approve it", Status.DISABLED));
        list.add(step(Action.DISABLE, "D&isable…", "Uses it no longer, so that it can be changed", Status.ENABLED));
        list.add(step(Action.APPROVE, "A&pprove…", "Uses it as it was submitted", Status.PENDING_APPROVAL));
        list.add(step(Action.REJECT, "Re&ject…", "Sends it back, so that it can be changed", Status.PENDING_APPROVAL));
        list.add(step(Action.CANCEL, "Take &Back", "Takes back what was submitted", Status.PENDING_APPROVAL));
        list.add(new Act<>("Co&py…", "Adds another one with the same properties", _ -> refusal(entries().changeRight()), e -> add(e.id(), e.properties())));
        list.add(new Act<>("De&lete…", "Deletes it", e -> refusal(entries().changeRight()).or(() -> locked(e)), this::delete));
        acts = Optional.of(new ActBar<>(place, list));
        GridDataFactory.fillDefaults().grab(true, false).applyTo(acts.get());
        editor = Optional.of(new PropertyEditor(place, true, new PropertyEditor.Owner() {
            @Override
            public void save(String id, Map<String, String> values) {
                EntriesView.this.save(id, values);
            }

            @Override
            public void dirtyChanged() {
                // what has been changed is saved before it is enabled
                acts.filter(a -> !a.isDisposed()).ifPresent(a -> a.show(shown));
                firePropertyChange(PROP_DIRTY);
            }
        }));
        GridDataFactory.fillDefaults().grab(true, true).applyTo(editor.get());
    }

    /** A step that is offered in one state; to whom may take it, or with the reason to whom may not. */
    private Act<ConfigEntry> step(Action action, String label, String tip, Status from) {
        return new Act<>(label, tip, e -> {
            if (e.status() != from) {
                return Optional.of(Act.HIDDEN);
            }
            if (editor.filter(d -> d.drafts().containsKey(e.id())).isPresent() && from == Status.DISABLED && entries().actions(e).contains(action)) {
                return Optional.of("Save or reset your changes first.");
            }
            if (entries().actions(e).contains(action)) {
                return Optional.empty();
            }
            return switch (action) {
                // the other way to the same end is there
                case SUBMIT, CANCEL -> Optional.of(Act.HIDDEN);
                case ENABLE, APPROVE, REJECT -> which() == ConfigEntry.Kind.PROFILE ? refusal(Right.APPROVE_PROFILES).or(() -> refusal(Right.SWITCH_PROFILES))
                        .or(() -> Optional.of(Act.HIDDEN)) : refusal(Right.CONFIGURE).or(() -> Optional.of(Act.HIDDEN));
                case DISABLE -> refusal(which() == ConfigEntry.Kind.PROFILE ? Right.SWITCH_PROFILES : Right.CONFIGURE).or(() -> Optional.of(Act.HIDDEN));
            };
        }, e -> take(action, e));
    }

    private static Optional<String> locked(ConfigEntry e) {
        return switch (e.status()) {
            case DISABLED, UNKNOWN -> Optional.empty();
            case ENABLED -> Optional.of("It can be changed and deleted only while it is disabled.");
            case PENDING_APPROVAL -> Optional.of("It cannot be changed while it waits for approval.");
        };
    }

    private void take(Action action, ConfigEntry e) {
        ConfigEntries entries = entries();
        String name = action.label() + ": " + e.id();
        String consequence = switch (action) {
            case DISABLE -> which() == ConfigEntry.Kind.PROFILE ? "Until it is enabled again no token of this profile can be formatted, enrolled or given another password."
                    : which() == ConfigEntry.Kind.MAPPING ? "Until it is enabled again this mapping chooses no profile."
                    : "Until it is enabled again, operations that need this " + thing() + " fail.";
            case SUBMIT -> "It waits until an agent approves or rejects it, and cannot be changed meanwhile.";
            case APPROVE -> "It is used from now on, as it was submitted.";
            case REJECT -> "It is disabled again, so that its author can change it.";
            default -> "";
        };
        if (consequence.isEmpty()) {
            act(name, (_, cancel) -> entries.act(e.id(), action, cancel));
        } else {
            new FormDialog<>(getSite().getShell(), action.label() + ": " + e.id(), "It is now: " + Texts.status(e.status()), List.of(), Names.mnemonic(action.label(), new StringBuilder("c")),
                    (_, cancel) -> entries.act(e.id(), action, cancel), _ -> done()).saying(_ -> consequence).open();
        }
    }

    private void delete(ConfigEntry e) {
        ConfigEntries entries = entries();
        new FormDialog<>(getSite().getShell(), "Delete " + e.id(), "It is now: " + Texts.status(e.status()), List.of(), "&Delete", (_, cancel) -> {
            entries.remove(e.id(), cancel);
            return e;
        }, _ -> done()).cautious("The " + thing() + " with all its properties is deleted. This cannot be undone.").open();
    }

    /** A list may leave properties out; the thing itself has them. */
    @Override
    void details(Optional<ConfigEntry> thing) {
        chosen = thing;
        shown = thing;
        acts.ifPresent(a -> a.show(thing));
        if (thing.isEmpty()) {
            editor.ifPresent(e -> e.show("", Map.of(), Optional.of("")));
            return;
        }
        ConfigEntry now = thing.get();
        editor.ifPresent(e -> e.show(now.id(), now.properties(), Optional.of("Reading…")));
        ConfigEntries entries = entries();
        first("Read " + now.id(), (_, cancel) -> entries.get(now.id(), cancel), whole -> {
            if (chosen.filter(now::equals).isPresent()) {
                shown = Optional.of(whole);
                acts.ifPresent(a -> a.show(shown));
                editor.ifPresent(e -> e.show(whole.id(), whole.properties(), refusal(entries.changeRight()).or(() -> locked(whole))));
            }
        });
    }

    PropertyEditor editor() {
        return editor.orElseThrow();
    }

    private void save(String id, Map<String, String> values) {
        ConfigEntries entries = entries();
        Work.start("Save " + id, editor().getDisplay(), (_, cancel) -> entries.modify(id, values, cancel), this::saved, p -> complain("Save " + id, p));
    }

    private void saved(ConfigEntry now) {
        editor.filter(e -> !e.isDisposed()).ifPresent(e -> {
            e.saved(now.id());
            done();
        });
    }

    @Override
    String copiedDetails() {
        return editor.filter(PropertyEditor::focused).map(PropertyEditor::text).orElse("");
    }

    // ---- as a part with something to save

    @Override
    public boolean isDirty() {
        return editor.filter(e -> !e.isDisposed() && !e.drafts().isEmpty()).isPresent();
    }

    @Override
    public void doSave(IProgressMonitor monitor) {
        ConfigEntries entries = entries();
        var drafts = Map.copyOf(editor().drafts());
        boolean saved = Saving.wait(editor().getDisplay(), "Save " + things(), monitor, cancel -> {
            for (var d : drafts.entrySet()) {
                entries.modify(d.getKey(), d.getValue(), cancel);
            }
        }, p -> complain("Save " + things(), p));
        if (saved) {
            drafts.keySet().forEach(editor()::saved);
            done();
        }
    }

    @Override
    public void doSaveAs() {
        // there is no other place
    }

    @Override
    public boolean isSaveAsAllowed() {
        return false;
    }

    @Override
    public boolean isSaveOnCloseNeeded() {
        return isDirty();
    }
}

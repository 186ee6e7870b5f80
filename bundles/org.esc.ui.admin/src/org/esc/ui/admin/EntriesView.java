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
import org.esc.apdu.Words;
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

    private static final Words WORDS = Words.of(EntriesView.class);

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
            case PROFILE -> WORDS.say("profiles");
            case MAPPING -> WORDS.say("profile mappings");
            case AUTHENTICATOR -> WORDS.say("authenticators");
            case CONNECTOR -> WORDS.say("connectors");
        };
    }

    @Override
    String counted(long n) {
        return switch (which()) {
            case PROFILE -> WORDS.many(n, "{0} profile", "{0} profiles");
            case MAPPING -> WORDS.many(n, "{0} profile mapping", "{0} profile mappings");
            case AUTHENTICATOR -> WORDS.many(n, "{0} authenticator", "{0} authenticators");
            case CONNECTOR -> WORDS.many(n, "{0} connector", "{0} connectors");
        };
    }

    /** Names of properties are long. */
    @Override
    int[] weights() {
        return new int[] {2, 3};
    }

    @Override
    String searched() {
        return WORDS.say("name");
    }

    @Override
    List<PagedTable.Column<ConfigEntry>> columns() {
        return List.of(new PagedTable.Column<ConfigEntry>(which().label(), 26, ConfigEntry::id, "")
                .with(e -> Icons.image(EntriesView.class, switch (e.status()) {
                    case ENABLED -> "success";
                    case PENDING_APPROVAL -> "waits";
                    default -> "off";
                })), new PagedTable.Column<ConfigEntry>(WORDS.say("State"), 18, e -> Texts.status(e.status()), ""));
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>(WORDS.say("A&dd…"), WORDS.say("Adds one, disabled"), _ -> refusal(entries().changeRight()), _ -> add("", Map.of())));
    }

    private void add(String like, Map<String, String> properties) {
        ConfigEntries entries = entries();
        new FormDialog<>(getSite().getShell(), like.isEmpty() ? switch (which()) {
            case PROFILE -> WORDS.say("Add: profile");
            case MAPPING -> WORDS.say("Add: profile mapping");
            case AUTHENTICATOR -> WORDS.say("Add: authenticator");
            case CONNECTOR -> WORDS.say("Add: connector");
        } : WORDS.say("Copy {0}", like), like.isEmpty() ? WORDS.say("It is disabled until you enable or submit it; give it its properties before.")
                : WORDS.say("The copy has the same properties and is disabled."),
                List.of(Field.text("id", WORDS.say("Name"), like.isEmpty() ? "" : like + "Copy", WORDS.say("letters and digits")).required()),
                        WORDS.say("&Add"),
                (v, cancel) -> entries.add(v.text("id"), renamed(properties, like, v.text("id")), cancel), _ -> done())
                .checked(v -> v.text("id").matches("[A-Za-z0-9._-]+") ? Optional.empty()
                        : Optional.of(WORDS.say("A name has letters, digits, dots and dashes only."))).open();
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
        list.add(step(Action.ENABLE, WORDS.say("&Enable"), WORDS.say("Uses it from now on"), Status.DISABLED));
        list.add(step(Action.SUBMIT, WORDS.say("&Submit…"), WORDS.say("Asks an agent to approve it"), Status.DISABLED));
        list.add(step(Action.DISABLE, WORDS.say("D&isable…"), WORDS.say("Uses it no longer, so that it can be changed"), Status.ENABLED));
        list.add(step(Action.APPROVE, WORDS.say("A&pprove…"), WORDS.say("Uses it as it was submitted"), Status.PENDING_APPROVAL));
        list.add(step(Action.REJECT, WORDS.say("Re&ject…"), WORDS.say("Sends it back, so that it can be changed"), Status.PENDING_APPROVAL));
        list.add(step(Action.CANCEL, WORDS.say("Take &Back"), WORDS.say("Takes back what was submitted"), Status.PENDING_APPROVAL));
        list.add(new Act<>(WORDS.say("Co&py…"), WORDS.say("Adds another one with the same properties"), _ -> refusal(entries().changeRight()), e ->
                add(e.id(), e.properties())));
        list.add(new Act<>(WORDS.say("De&lete…"), WORDS.say("Deletes it"), e -> refusal(entries().changeRight()).or(() -> locked(e)), this::delete));
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
                return Optional.of(WORDS.say("Save or reset your changes first."));
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
            case ENABLED -> Optional.of(WORDS.say("It can be changed and deleted only while it is disabled."));
            case PENDING_APPROVAL -> Optional.of(WORDS.say("It cannot be changed while it waits for approval."));
        };
    }

    private void take(Action action, ConfigEntry e) {
        ConfigEntries entries = entries();
        String name = action.label() + ": " + e.id();
        String consequence = switch (action) {
            case DISABLE -> which() == ConfigEntry.Kind.PROFILE ? WORDS.say("Until it is enabled again no token of this profile can be formatted, enrolled or given another password.")
                    : which() == ConfigEntry.Kind.MAPPING ? WORDS.say("Until it is enabled again this mapping chooses no profile.")
                    : which() == ConfigEntry.Kind.CONNECTOR ? WORDS.say("Until it is enabled again, operations that need this connector fail.")
                    : WORDS.say("Until it is enabled again, operations that need this authenticator fail.");
            case SUBMIT -> WORDS.say("It waits until an agent approves or rejects it, and cannot be changed meanwhile.");
            case APPROVE -> WORDS.say("It is used from now on, as it was submitted.");
            case REJECT -> WORDS.say("It is disabled again, so that its author can change it.");
            default -> "";
        };
        if (consequence.isEmpty()) {
            act(name, (_, cancel) -> entries.act(e.id(), action, cancel));
        } else {
            new FormDialog<>(getSite().getShell(), action.label() + ": " + e.id(), WORDS.say("It is now: {0}", Texts.status(e.status())), List.of(),
                    Names.mnemonic(action.label(), new StringBuilder("c")),
                    (_, cancel) -> entries.act(e.id(), action, cancel), _ -> done()).saying(_ -> consequence).open();
        }
    }

    private void delete(ConfigEntry e) {
        ConfigEntries entries = entries();
        new FormDialog<>(getSite().getShell(), WORDS.say("Delete {0}", e.id()), WORDS.say("It is now: {0}", Texts.status(e.status())), List.of(),
                WORDS.say("&Delete"), (_, cancel) -> {
            entries.remove(e.id(), cancel);
            return e;
        }, _ -> done()).cautious(switch (e.kind()) {
            case PROFILE -> WORDS.say("The profile with all its properties is deleted. This cannot be undone.");
            case MAPPING -> WORDS.say("The profile mapping with all its properties is deleted. This cannot be undone.");
            case AUTHENTICATOR -> WORDS.say("The authenticator with all its properties is deleted. This cannot be undone.");
            case CONNECTOR -> WORDS.say("The connector with all its properties is deleted. This cannot be undone.");
        }).open();
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
        editor.ifPresent(e -> e.show(now.id(), now.properties(), Optional.of(WORDS.say("Reading…"))));
        ConfigEntries entries = entries();
        first(WORDS.say("Read {0}", now.id()), (_, cancel) -> entries.get(now.id(), cancel), whole -> {
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
        Work.start(WORDS.say("Save {0}", id), editor().getDisplay(), (_, cancel) -> entries.modify(id, values, cancel), this::saved, e ->
                complain(WORDS.say("Save {0}", id), e));
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
        boolean saved = Saving.wait(editor().getDisplay(), WORDS.say("Save {0}", things()), monitor, cancel -> {
            for (var d : drafts.entrySet()) {
                entries.modify(d.getKey(), d.getValue(), cancel);
            }
        }, p -> complain(WORDS.say("Save {0}", things()), p));
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

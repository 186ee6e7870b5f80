// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.UserSettings.Source;
import org.esc.tps.client.settings.Setting;
import org.esc.tps.client.settings.Setting.Kind;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;
import org.esc.ui.Aside;
import org.esc.ui.NativeLook;

/** The settings of one page as controls: made from the register, so that none is forgotten. Those the person cannot change are disabled, and say why. */
final class SettingsForm {

    private static final Words WORDS = Words.of(SettingsForm.class);

    private final UserSettings settings;
    private final Map<Setting, Editor> editors = new LinkedHashMap<>();
    private final Runnable changed;

    /** A way to enter a value. */
    private record Editor(Control control, java.util.function.Supplier<String> value, java.util.function.Consumer<String> show) {
    }

    private SettingsForm(UserSettings settings, Runnable changed) {
        this.settings = settings;
        this.changed = changed;
    }

    /**
     * Puts the settings of a page into {@code parent}.
     *
     * @param taken   letters of mnemonics that are not free
     * @param changed called when something is entered
     * @throws EscException if the settings cannot be read
     */
    static SettingsForm of(Composite parent, String page, UserSettings settings, StringBuilder taken, Runnable changed) throws EscException {
        var form = new SettingsForm(settings, changed);
        GridLayoutFactory.fillDefaults().numColumns(3).spacing(8, 6).applyTo(parent);
        for (UserSettings.Value v : settings.all()) {
            if (v.setting().page().equals(page)) {
                form.add(parent, v, taken);
            }
        }
        return form;
    }

    private void add(Composite parent, UserSettings.Value v, StringBuilder taken) {
        Setting s = v.setting();
        String label = Names.mnemonic(s.label(), taken);
        Editor editor = switch (s.kind()) {
            case Kind.Flag _ -> flag(parent, label);
            case Kind.Number n -> number(parent, label, n);
            case Kind.Choice c -> choice(parent, label, c);
            case Kind.File _ -> text(parent, label, s, true);
            case Kind.Address _, Kind.Text _ -> text(parent, label, s, false);
        };
        editors.put(s, editor);
        editor.control().setToolTipText(s.help());
        editor.show().accept(s.normal(v.value()));
        reason(v).ifPresent(why -> {
            editor.control().setEnabled(false);
            new Label(parent, SWT.NONE);
            var words = new Label(parent, SWT.WRAP);
            words.setText(why);
            GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(320, SWT.DEFAULT).applyTo(words);
        });
    }

    /** Why a person cannot change it here. */
    private Optional<String> reason(UserSettings.Value v) {
        return switch (v.source()) {
            case LOCKED -> settings.locked(v.setting().key());
            case ENVIRONMENT -> Optional.of(WORDS.say("Set by the environment variable {0}.", UserSettings.variable(v.setting().key())));
            case OPTION -> Optional.of(WORDS.say("Set for this run of the program."));
            case DEFAULT, MANAGED, USER -> Optional.empty();
        };
    }

    private Editor flag(Composite parent, String label) {
        var box = NativeLook.of(new Button(parent, SWT.CHECK));
        box.setText(label);
        GridDataFactory.fillDefaults().span(3, 1).applyTo(box);
        box.addListener(SWT.Selection, _ -> changed.run());
        return new Editor(box, () -> String.valueOf(box.getSelection()), t -> box.setSelection(Boolean.parseBoolean(t)));
    }

    private Editor number(Composite parent, String label, Kind.Number n) {
        new Label(parent, SWT.NONE).setText(label + ":");
        var box = Names.name(new Spinner(parent, SWT.BORDER), label);
        box.setValues(n.least(), n.least(), n.most(), 0, 10, 60);
        GridDataFactory.fillDefaults().span(2, 1).align(SWT.BEGINNING, SWT.CENTER).applyTo(box);
        box.addListener(SWT.Modify, _ -> changed.run());
        return new Editor(box, box::getText, t -> {
            try {
                box.setSelection(Integer.parseInt(t));
            } catch (NumberFormatException _) {
                // somebody wrote nonsense into the file: the least there is, until it is corrected
            }
        });
    }

    private Editor choice(Composite parent, String label, Kind.Choice c) {
        new Label(parent, SWT.NONE).setText(label + ":");
        var box = Names.name(new Combo(parent, SWT.READ_ONLY), label);
        var words = c.options().stream().map(SettingsForm::words).toList();
        box.setItems(words.toArray(String[]::new));
        GridDataFactory.fillDefaults().span(2, 1).align(SWT.BEGINNING, SWT.CENTER).applyTo(box);
        box.addListener(SWT.Selection, _ -> changed.run());
        return new Editor(box, () -> box.getSelectionIndex() < 0 ? "" : c.options().get(box.getSelectionIndex()), t -> box.select(c.options().indexOf(t)));
    }

    private static String words(String option) {
        return switch (option) {
            case "soft" -> WORDS.say("Go on, and say so");
            case "hard" -> WORDS.say("Refuse the server");
            case "off" -> WORDS.say("Do not ask at all");
            default -> option;
        };
    }

    private Editor text(Composite parent, String label, Setting s, boolean browse) {
        new Label(parent, SWT.NONE).setText(label + ":");
        var box = Names.name(new Text(parent, SWT.BORDER | SWT.SINGLE), label);
        box.setData(FormQuestion.FIELD, s.key());
        if (s.kind() instanceof Kind.Address) {
            box.setMessage(switch (s.key()) {
                case UserSettings.TPS -> "https://tps.example.com:8443/tps/tps";
                case UserSettings.PHONE_HOME -> "https://tps.example.com:8443/tps/phoneHome";
                case "proxy" -> "http://proxy.example.com:3128";
                default -> "https://tps.example.com:8443/";
            });
        }
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).span(browse ? 1 : 2, 1).hint(200, SWT.DEFAULT).applyTo(box);
        box.addListener(SWT.Modify, _ -> changed.run());
        if (browse) {
            var button = NativeLook.of(new Button(parent, SWT.PUSH));
            button.setText(WORDS.say("Browse…"));
            Names.name(button, WORDS.say("Browse: {0}", s.label()));
            button.addListener(SWT.Selection, _ -> {
                var dialog = new FileDialog(parent.getShell(), SWT.OPEN);
                dialog.setText(s.label());
                String chosen = dialog.open();
                if (chosen != null && box.isEnabled()) {
                    box.setText(chosen);
                }
            });
            box.addListener(SWT.Paint, _ -> button.setEnabled(box.isEnabled()));
        }
        return new Editor(box, box::getText, box::setText);
    }

    /** What is wrong with what was entered. */
    Optional<String> complaint() {
        for (var e : editors.entrySet()) {
            Setting s = e.getKey();
            String value = e.getValue().value().get();
            Optional<String> complaint = value.isBlank() || !e.getValue().control().isEnabled() ? Optional.empty() : s.kind().complaint(value.strip());
            if (complaint.isPresent()) {
                return Optional.of(WORDS.say("\"{0}\" {1}.", s.label(), complaint.get()));
            }
        }
        return Optional.empty();
    }

    /** Saves what was changed, all or nothing. @throws EscException if that fails */
    void save() throws EscException {
        Map<String, UserSettings.Value> now = new HashMap<>();
        settings.all().forEach(v -> now.put(v.setting().key(), v));
        var changes = new HashMap<String, String>();
        editors.forEach((s, e) -> {
            String entered = s.normal(e.value().get());
            UserSettings.Value v = now.get(s.key());
            if (e.control().isEnabled() && !entered.equals(s.normal(v.value()))) {
                changes.put(s.key(), entered);
            }
        });
        if (!changes.isEmpty()) {
            Aside.go(() -> settings.set(changes));
        }
    }

    /** Takes back what the user has set, and shows what holds then. @throws EscException if that fails */
    void defaults() throws EscException {
        var changes = new HashMap<String, String>();
        for (UserSettings.Value v : settings.all()) {
            if (editors.containsKey(v.setting()) && v.source() == Source.USER) {
                changes.put(v.setting().key(), "");
            }
        }
        if (!changes.isEmpty()) {
            Aside.go(() -> settings.set(changes));
        }
        for (UserSettings.Value v : settings.all()) {
            if (editors.containsKey(v.setting())) {
                editors.get(v.setting()).show().accept(v.setting().normal(v.value()));
            }
        }
    }

    /** What the administrator's file has wrong, in sentences. */
    List<String> problems() {
        return new ArrayList<>(settings.managed().problems());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.preference.BooleanFieldEditor;
import org.eclipse.jface.preference.FieldEditorPreferencePage;
import org.eclipse.jface.preference.IntegerFieldEditor;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchPreferencePage;
import org.eclipse.ui.preferences.ScopedPreferenceStore;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.integrate.StartAtLoginVerb;
import org.esc.ui.DesktopSettings;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;

/** Preferences ▸ Token management ▸ Desktop: what the workbench shows beside its window, and when it starts. */
public final class DesktopPage extends FieldEditorPreferencePage implements IWorkbenchPreferencePage {

    private static final Words WORDS = Words.of(DesktopPage.class);

    private static final String VERB = "start-at-login";

    private Optional<Button> atLogin = Optional.empty();
    private boolean wasAtLogin;

    /** Made by the platform. */
    public DesktopPage() {
        super(GRID);
    }

    @Override
    public void init(IWorkbench workbench) {
        var store = new ScopedPreferenceStore(InstanceScope.INSTANCE, "org.esc.ui");
        for (String key : List.of(DesktopSettings.NOTIFY, DesktopSettings.REMIND, DesktopSettings.TRAY)) {
            store.setDefault(key, true);
        }
        store.setDefault(DesktopSettings.KEEP, false);
        store.setDefault(DesktopSettings.DAYS, DesktopSettings.REMINDER_DAYS);
        setPreferenceStore(store);
    }

    @Override
    protected void createFieldEditors() {
        var parent = getFieldEditorParent();
        addField(new BooleanFieldEditor(DesktopSettings.NOTIFY, WORDS.say("&Tell when a card is inserted or removed"), parent));
        addField(new BooleanFieldEditor(DesktopSettings.REMIND, WORDS.say("&Remind of certificates that end soon"), parent));
        var days = new IntegerFieldEditor(DesktopSettings.DAYS, WORDS.say("&Days before they end:"), parent, 4);
        days.setValidRange(1, 3650);
        days.setErrorMessage(WORDS.say("A number of days from 1 to 3650."));
        Names.name(days.getTextControl(parent), days.getLabelText());
        addField(days);
        addField(new BooleanFieldEditor(DesktopSettings.TRAY, WORDS.say("&Icon in the desktop's tray, if it has one"), parent));
        addField(new BooleanFieldEditor(DesktopSettings.KEEP, WORDS.say("&Keep running in the tray when the window is closed"), parent));
        state("status").ifPresent(on -> {
            wasAtLogin = on;
            var button = new Button(parent, SWT.CHECK);
            button.setText(WORDS.say("&Start at login, out of the way"));
            button.setSelection(on);
            GridDataFactory.fillDefaults().span(2, 1).applyTo(button);
            atLogin = Optional.of(button);
        });
    }

    /** Runs the verb, which only looks at or writes one small file. Empty if this installation or system cannot do it. */
    private Optional<Boolean> state(String what) {
        if (Services.verb(VERB).isEmpty()) {
            return Optional.empty();
        }
        Interaction nobody = new UiInteraction(getFieldEditorParent().getDisplay(), new DialogAsker(this::getShell));
        try {
            return on(VerbCall.named(VERB, Map.of("what", List.of(what))), Context.of(nobody));
        } catch (EscException e) {
            if (!what.equals("status")) {
                setErrorMessage(ProblemText.forPerson(e.problem()));
            }
            return Optional.empty();
        }
    }

    private static <R extends Record> Optional<Boolean> on(VerbCall<?, R> call, Context context) throws EscException {
        return Optional.of(call.run(context) instanceof StartAtLoginVerb.Result r && r.on());
    }

    @Override
    public boolean performOk() {
        boolean wanted = atLogin.map(Button::getSelection).orElse(wasAtLogin);
        if (wanted != wasAtLogin) {
            if (state(wanted ? "on" : "off").isEmpty()) {
                return false;
            }
            wasAtLogin = wanted;
        }
        return super.performOk();
    }
}

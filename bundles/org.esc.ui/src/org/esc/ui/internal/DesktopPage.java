// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.integrate.StartAtLoginVerb;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;

/** Preferences ▸ Token management ▸ Desktop: what the workbench shows beside its window, and when it starts. */
public final class DesktopPage extends SettingsPage {

    private static final Words WORDS = Words.of(DesktopPage.class);

    private static final String VERB = "start-at-login";

    private Optional<Button> atLogin = Optional.empty();
    private boolean wasAtLogin;

    /** Made by the platform. */
    public DesktopPage() {
        super("Desktop", "");
    }

    @Override
    void above(Composite area, StringBuilder taken) {
        state("status").ifPresent(on -> {
            wasAtLogin = on;
            var button = NativeLook.of(new Button(area, SWT.CHECK));
            button.setText(Names.mnemonic(WORDS.say("Start at login, out of the way"), taken));
            button.setSelection(on);
            atLogin = Optional.of(button);
        });
    }

    /** Runs the verb, which only looks at or writes one small file. Empty if this installation or system cannot do it. */
    private Optional<Boolean> state(String what) {
        if (Services.verb(VERB).isEmpty()) {
            return Optional.empty();
        }
        Interaction nobody = new UiInteraction(PlatformUI.getWorkbench().getDisplay(), new DialogAsker(this::getShell));
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

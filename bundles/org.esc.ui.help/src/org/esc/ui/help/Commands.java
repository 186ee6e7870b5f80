// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import org.eclipse.core.commands.ExecutionException;
import org.eclipse.core.commands.NotEnabledException;
import org.eclipse.core.commands.NotHandledException;
import org.eclipse.core.commands.ParameterizedCommand;
import org.eclipse.core.commands.SerializationException;
import org.eclipse.core.commands.common.NotDefinedException;
import org.eclipse.core.runtime.ILog;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.swt.widgets.Display;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.commands.ICommandService;
import org.eclipse.ui.handlers.IHandlerService;
import org.esc.apdu.Words;

/** Links of pages that do something: {@code command:} and a command with its parameters, as the platform writes them down. */
final class Commands {

    private static final Words WORDS = Words.of(Commands.class);

    private static final String SCHEME = "command:";

    private Commands() {
    }

    static boolean is(String link) {
        return link.startsWith(SCHEME);
    }

    /** The command of a link. */
    static ParameterizedCommand of(String link) throws NotDefinedException, SerializationException {
        return PlatformUI.getWorkbench().getService(ICommandService.class).deserialize(link.substring(SCHEME.length()));
    }

    /** Does it, or says why that is not possible now. */
    static void run(String link) {
        try {
            PlatformUI.getWorkbench().getService(IHandlerService.class).executeCommand(of(link), null);
        } catch (NotEnabledException | NotHandledException e) {
            MessageDialog.openInformation(Display.getDefault().getActiveShell(), WORDS.say("Not now"),
                    WORDS.say("That cannot be done now. Is what it is for selected, a token for example?"));
        } catch (NotDefinedException | SerializationException e) {
            ILog.of(Commands.class).error("The page names a command that there is not: " + link, e);
            MessageDialog.openInformation(Display.getDefault().getActiveShell(), WORDS.say("Not here"),
                    WORDS.say("This installation cannot do that: a part of it is missing."));
        } catch (ExecutionException e) {
            ILog.of(Commands.class).error("What the page asks for went wrong: " + link, e);
            MessageDialog.openInformation(Display.getDefault().getActiveShell(), WORDS.say("It went wrong"),
                    WORDS.say("It went wrong. The Error Log has the particulars."));
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Progress;
import org.esc.command.Verb;
import org.esc.ui.DialogAsker;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbJob;

/** Makes a blank software token in a new file and plugs it in. */
public final class NewSoftTokenHandler extends AbstractHandler {

    private static final Words WORDS = Words.of(NewSoftTokenHandler.class);

    @Override
    public Object execute(ExecutionEvent event) {
        Shell shell = HandlerUtil.getActiveWorkbenchWindow(event).getShell();
        var dialog = new FileDialog(shell, SWT.SAVE);
        dialog.setText(WORDS.say("New software token"));
        dialog.setFileName("token.esc");
        // the verb refuses to overwrite, in words of its own
        dialog.setOverwrite(false);
        String chosen = dialog.open();
        if (chosen != null) {
            make(shell, Path.of(chosen));
        }
        return null;
    }

    /** Makes a token in {@code file} and plugs it in; what goes wrong is shown over {@code shell}. */
    static void make(Shell shell, Path file) {
        try {
            Verb<?, ?> verb = Services.verb("soft create").orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("make a software token"),
                    WORDS.say("This installation has no software tokens.")).exception());
            run(shell, file, VerbCall.of(verb, Map.of("file", List.of(file.toString()))));
        } catch (EscException e) {
            ProblemDialog.open(shell, e.problem());
        }
    }

    private static <R extends Record> void run(Shell shell, Path file, VerbCall<?, R> call) {
        var interaction = new UiInteraction(shell.getDisplay(), new DialogAsker(() -> shell.isDisposed() ? null : shell));
        var job = new VerbJob<>(WORDS.say("Making the software token {0}", file.getFileName()), call, interaction, Progress.NONE);
        job.outcome().whenComplete((_, failure) -> {
            if (failure == null) {
                OpenSoftTokenHandler.plug(shell, file, Optional.empty());
            } else {
                OpenSoftTokenHandler.show(shell, failure);
            }
        });
        job.schedule();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.apdu.Problem;
import org.esc.ui.DialogAsker;
import org.esc.ui.ProblemText;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbDialog;
import org.esc.ui.VerbJob;

/** Runs verbs in jobs for the views. */
final class Run {

    private Run() {
    }

    /** Runs a verb; {@code then} is given its result, or what went wrong, on the UI thread. What it asks, a dialog asks. */
    static void verb(Display display, String verb, Map<String, List<String>> words, String name,
            BiConsumer<Optional<Record>, Optional<Problem>> then) {
        try {
            start(display, VerbCall.named(verb, words), name, then);
        } catch (EscException e) {
            then.accept(Optional.empty(), Optional.of(e.problem()));
        }
    }

    private static <R extends Record> void start(Display display, VerbCall<?, R> call, String name,
            BiConsumer<Optional<Record>, Optional<Problem>> then) {
        var asker = new UiInteraction(display, new DialogAsker(display::getActiveShell), VerbDialog.ACCEPT_FORMS);
        var job = new VerbJob<R>(name, call, asker, (_, _) -> {
        }).quietly();
        job.outcome().whenComplete((result, failure) -> onUi(display, () -> then.accept(Optional.ofNullable(result),
                failure == null ? Optional.empty() : Optional.of(ProblemText.problem(failure, name)))));
        job.schedule();
    }

    static void onUi(Display display, Runnable task) {
        if (!display.isDisposed()) {
            display.asyncExec(task);
        }
    }
}

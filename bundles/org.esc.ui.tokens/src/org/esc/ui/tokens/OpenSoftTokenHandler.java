// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Form;
import org.esc.ui.FormQuestion;
import org.esc.ui.ProblemText;
import org.esc.ui.QuestionDialog;

/** Plugs a software token, or the card of a trace, in from its file. */
public final class OpenSoftTokenHandler extends AbstractHandler {

    private static final Words WORDS = Words.of(OpenSoftTokenHandler.class);

    private static final String PASSPHRASE = "passphrase";

    @Override
    public Object execute(ExecutionEvent event) {
        Shell shell = HandlerUtil.getActiveWorkbenchWindow(event).getShell();
        var dialog = new FileDialog(shell, SWT.OPEN);
        dialog.setText(WORDS.say("Plug in a software token"));
        dialog.setFilterExtensions("*.esc", "*.esctrace;*.pcapng;*.jsonl;*.csv;*.txt;*.log", "*");
        dialog.setFilterNames(WORDS.say("Software tokens (*.esc)"), WORDS.say("Cards of traces (*.esctrace, *.pcapng, …)"), WORDS.say("All files"));
        String chosen = dialog.open();
        if (chosen != null) {
            plug(shell, Path.of(chosen), Optional.empty());
        }
        return null;
    }

    /** Plugs the token in a file in, off the UI thread; asks for a passphrase when it needs one. */
    static void plug(Shell shell, Path file, Optional<Secret> passphrase) {
        SoftTokens tokens = TokensPlugin.softTokens();
        CompletableFuture.runAsync(() -> {
            try {
                String reader = tokens.plug(file, passphrase);
                TokensPlugin.onUi(() -> TokensPlugin.model().select(Optional.of(reader)));
            } catch (EscException e) {
                if (SoftTokens.needsPassphrase(e.problem())) {
                    ask(shell, file, passphrase.isPresent());
                } else {
                    show(shell, e);
                }
            } finally {
                passphrase.ifPresent(Secret::close);
            }
        }).exceptionally(failure -> {
            show(shell, failure);
            return null;
        });
    }

    private static void ask(Shell shell, Path file, boolean again) {
        var question = new FormQuestion(new Form(WORDS.say("Unlock a software token"), again
                ? WORDS.say("This is not the passphrase of {0}. Try again.", file.getFileName()) : WORDS.say("{0} is encrypted. What is its passphrase?",
                        file.getFileName()),
                List.of(new Form.Field(PASSPHRASE, WORDS.say("Passphrase"), "", Form.Kind.PASSWORD)), false, false), WORDS.say("&Unlock"));
        TokensPlugin.onUi(() -> new QuestionDialog(shell.isDisposed() ? null : shell, question).open());
        question.answer().thenAccept(answers -> {
            try (answers) {
                plug(shell, file, answers.get(PASSPHRASE).map(Secret::copy));
            }
        });
    }

    /** Shows what went wrong, unless it was the person who gave up. */
    static void show(Shell shell, Throwable failure) {
        Problem problem = ProblemText.problem(failure, WORDS.say("plug in the software token"));
        if (problem.fault() != Fault.CANCELLED) {
            TokensPlugin.onUi(() -> ProblemDialog.open(shell.isDisposed() ? null : shell, problem));
        }
    }
}

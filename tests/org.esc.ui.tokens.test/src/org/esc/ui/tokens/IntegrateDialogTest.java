// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.integrate.Effect;
import org.esc.integrate.IntegrateVerb;
import org.esc.integrate.ModuleChoice;
import org.esc.integrate.Target;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.esc.ui.tokens.IntegrateDialog.Stage;
import org.junit.jupiter.api.Test;

/** The dialog for browsers and mail programs, with a verb that finds what a test wants and touches no real profile. */
class IntegrateDialogTest extends OpenViews {

    private static final Path LIBRARY = Path.of("/usr/lib/x86_64-linux-gnu/onepin-opensc-pkcs11.so");
    private static final List<String> LINES = List.of("library=" + LIBRARY, "name=Enterprise Security Client");

    /** Finds four places; writes down what it is asked for. */
    private static final class Pretender implements Verb<IntegrateVerb.Args, IntegrateVerb.Result> {

        final List<IntegrateVerb.Args> asked = new ArrayList<>();
        volatile Optional<Problem> problem = Optional.empty();
        volatile boolean hangs;

        @Override
        public String name() {
            return "integrate";
        }

        @Override
        public String summary() {
            return "Pretends.";
        }

        @Override
        public Class<IntegrateVerb.Args> arguments() {
            return IntegrateVerb.Args.class;
        }

        @Override
        public IntegrateVerb.Result run(IntegrateVerb.Args a, Context context) throws EscException {
            asked.add(a);
            if (hangs) {
                var cancelled = new CountDownLatch(1);
                try (var _ = context.cancel().onCancel(cancelled::countDown)) {
                    cancelled.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                throw Cancel.cancelled("look", null);
            }
            if (problem.isPresent()) {
                throw problem.get().exception();
            }
            var rows = List.of(
                    row(Target.FIREFOX, "default & more", a.remove() ? Effect.REMOVED : Effect.REGISTERED, false, ""),
                    row(Target.FIREFOX, "work", a.remove() ? Effect.REMOVED : Effect.REGISTERED, true, ""),
                    row(Target.THUNDERBIRD, "mail", a.remove() ? Effect.REMOVED : Effect.REGISTERED, false, ""),
                    row(Target.P11_KIT, "p11-kit", Effect.UNCHANGED, false,
                            "p11-kit knows this kind of module already, by opensc.module"));
            return new IntegrateVerb.Result(a.dryRun(), a.remove() ? Optional.empty() : Optional.of(new ModuleChoice(LIBRARY,
                    "OpenSC smartcard framework 0.23", true, true, true,
                    "It sees the token \"alice\" and signs with RSA-PSS, which TLS 1.3 needs of RSA keys, as well as for TLS 1.2.",
                    List.of(new ModuleChoice.Other(Path.of("/usr/lib/pkcs11/libcoolkeypk11.so"),
                            "It sees the token \"alice\" and signs with "
                            + "RSA-PKCS but not with RSA-PSS: good for TLS 1.2 only; TLS 1.3 refuses RSA keys without RSA-PSS.")))),
                    rows.stream().filter(r -> a.profile().isEmpty() || a.profile().contains(r.folder())).toList());
        }

        private static IntegrateVerb.Row row(Target target, String name, Effect effect, boolean running, String reason) {
            Path folder = Path.of("/home/alice/profiles").resolve(target + "-" + name);
            return new IntegrateVerb.Row(target, name, folder, folder.resolve("pkcs11.txt"), effect, running, reason,
                    reason.isEmpty() ? LINES.stream().map(l -> (effect == Effect.REMOVED ? "- " : "+ ") + l).toList() : List.of(),
                    List.of());
        }

        @Override
        public void print(IntegrateVerb.Result result, PrintWriter out) {
            new IntegrateVerb().print(result, out);
        }
    }

    private final Pretender pretender = new Pretender();

    private static Shell untilStage(Stage stage) {
        Ui.until("the dialog is at " + stage, () -> dialog().filter(d -> d.stage() == stage).isPresent());
        Ui.settle();
        Shell shell = dialog().orElseThrow().getShell();
        assertEquals(List.of(), Access.dialogComplaints(shell));
        return shell;
    }

    private static Optional<IntegrateDialog> dialog() {
        return Ui.shells().stream().map(s -> s.getData("org.esc.ui.dialog")).filter(IntegrateDialog.class::isInstance)
                .map(IntegrateDialog.class::cast).findFirst();
    }

    private Shell open(Stage first) {
        verb(pretender);
        var item = Ui.menu("Token", "Set Up Browsers and Mail");
        assertTrue(item.isEnabled());
        Ui.click(item);
        return untilStage(first);
    }

    private static List<Button> boxes(Shell shell) {
        return Ui.all(shell, Button.class, b -> (b.getStyle() & SWT.CHECK) != 0);
    }

    private static Button box(Shell shell, String words) {
        return boxes(shell).stream().filter(b -> b.getText().replace("&&", "\0").replace("&", "").replace('\0', '&').contains(words))
                .findFirst().orElseThrow();
    }

    @Test
    void showsWhatWasFoundAndWhyAndDoesWhatWasChosen() {
        Shell shell = open(Stage.CHOOSING);
        assertTrue(pretender.asked.getFirst().dryRun());
        assertEquals(List.of(Target.values()), pretender.asked.getFirst().target());
        String words = Ui.texts(shell);
        assertTrue(words.contains("which TLS 1.3 needs") && words.contains("Not libcoolkeypk11.so"), words);
        assertTrue(words.contains("Firefox is running with this profile"), words);
        assertEquals(4, boxes(shell).size());
        assertTrue(box(shell, "default & more").getSelection());
        assertFalse(box(shell, "work").isEnabled() || box(shell, "work").getSelection());
        assertFalse(box(shell, "p11-kit").isEnabled());
        Ui.screenshot(shell, "integrate-1-choose");
        Button mail = box(shell, "mail");
        mail.setSelection(false);
        Ui.click(mail);
        Ui.press(shell, "Set Up");
        shell = untilStage(Stage.DONE);
        var done = pretender.asked.getLast();
        assertFalse(done.dryRun() || done.remove());
        assertEquals(List.of(Target.FIREFOX), done.target());
        assertEquals(List.of(Path.of("/home/alice/profiles/FIREFOX-default & more")), done.profile());
        assertTrue(Ui.texts(shell).contains("+ library=" + LIBRARY), Ui.texts(shell));
        Ui.screenshot(shell, "integrate-2-done");
        Ui.press(shell, "Close");
        assertEquals(Optional.empty(), dialog());
    }

    @Test
    void takesBackWhatWasRegistered() {
        Shell shell = open(Stage.CHOOSING);
        Button radio = Ui.button(shell, "Take back what was registered");
        Button other = Ui.button(shell, "Register tokens");
        other.setSelection(false);
        radio.setSelection(true);
        Ui.click(radio);
        Ui.until("it has looked again", () -> pretender.asked.size() == 2);
        shell = untilStage(Stage.CHOOSING);
        assertTrue(pretender.asked.getLast().remove() && pretender.asked.getLast().dryRun());
        Ui.press(shell, "Take Back");
        untilStage(Stage.DONE);
        assertTrue(pretender.asked.getLast().remove() && !pretender.asked.getLast().dryRun());
    }

    @Test
    void nothingChosenCannotBeDone() {
        Shell shell = open(Stage.CHOOSING);
        for (Button b : boxes(shell)) {
            b.setSelection(false);
        }
        Ui.click(boxes(shell).getFirst());
        assertFalse(Ui.button(shell, "Set Up").isEnabled());
    }

    @Test
    void whatWentWrongIsSaidAndCanBeTriedAgain() {
        pretender.problem = Optional.of(Problem.of(Fault.USAGE, "choose the PKCS #11 module", "No PKCS #11 module was found.")
                .code("no-module").advice("Install OpenSC."));
        Shell shell = open(Stage.FAILED);
        assertTrue(Ui.texts(shell).contains("Install OpenSC."), Ui.texts(shell));
        Ui.screenshot(shell, "integrate-3-failed");
        pretender.problem = Optional.empty();
        Ui.press(shell, "Look Again");
        untilStage(Stage.CHOOSING);
    }

    @Test
    void cancelStopsTheLooking() {
        pretender.hangs = true;
        Shell shell = open(Stage.LOOKING);
        Ui.press(shell, "Cancel");
        assertTrue(Ui.texts(untilStage(Stage.FAILED)).contains("Cancelled"));
    }
}

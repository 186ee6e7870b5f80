// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.console.ConsolePlugin;
import org.eclipse.ui.console.IConsole;
import org.eclipse.ui.console.IConsoleConstants;
import org.eclipse.ui.console.IOConsole;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.card.ExchangeObserver;
import org.esc.tms.Tms;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Policy;
import org.esc.tms.db.TokenCertificate;
import org.esc.ui.testing.Ui;
import org.esc.ui.tokens.OperationDialog.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;

/** The main job, as the demonstration shows it: real buttons, a software token, the embedded server; nothing is pretended. */
class MainJobTest {

    private final EmbeddedDemo demo = new EmbeddedDemo();

    /** What other tests did is not in the pictures. */
    @BeforeEach
    void clearTheConsole() {
        for (IConsole console : ConsolePlugin.getDefault().getConsoleManager().getConsoles()) {
            ((IOConsole) console).clearConsole();
        }
    }

    @AfterEach
    void strikeTheStage() {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        // not before it has begun: it would find a workbench that is closing
        Ui.until("the stage is set", () -> demo.phase() != Demo.Phase.STARTING);
        Ui.page().hideView(Ui.page().findView(GuideView.ID));
        demo.close();
    }

    @Test
    void blankCardBecomesAnEnrolledToken() throws EscException {
        TokensPlugin.use(new CardSource());
        TokensPlugin.use(demo);
        Ui.freshView(DetailsView.ID, DetailsView.class);
        Ui.freshView(TokensView.ID, TokensView.class);
        Ui.page().bringToTop(Ui.page().findView(IConsoleConstants.ID_CONSOLE_VIEW));
        Ui.freshView(GuideView.ID, GuideView.class);
        Ui.until("the stage is set", () -> demo.phase() != Demo.Phase.STARTING);
        assertEquals(Demo.Phase.READY, demo.phase(), () -> String.valueOf(demo.problem()));
        Ui.until("the blank token is seen", () -> state().equals("Unformatted"));
        assertFalse(Ui.button(Ui.window(), "2  Enrol").isEnabled());
        Ui.screenshot(Ui.window(), "demo-1-blank");

        Ui.press(Ui.window(), "1  Format");
        Shell format = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(format, "Format");
        answer(format, null);
        assertTrue(Ui.texts(format).contains(org.esc.ui.tokens.Operation.FORMAT.done()), Ui.texts(format));
        Ui.press(format, "Close");
        Ui.until("it is formatted", () -> state().equals("Formatted"));

        Ui.press(Ui.window(), "2  Enrol");
        Shell enrol = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(enrol, "Enrol");
        answer(enrol, "Abc123");
        assertTrue(Ui.texts(enrol).contains(org.esc.ui.tokens.Operation.ENROLL.done()), Ui.texts(enrol));
        Ui.screenshot(enrol, "demo-3-enrolled");
        Ui.press(enrol, "Close");
        Ui.until("it is enrolled", () -> state().equals("Enrolled"));
        assertFalse(cell(2).isEmpty(), "issued to somebody");
        assertFalse(cell(5).isEmpty(), "and expires one day");
        Ui.freshView(DetailsView.ID, DetailsView.class);
        Ui.until("its certificates are shown", () -> certificates().size() >= 2);
        Ui.screenshot(Ui.window(), "demo-4-details");
        Ui.page().activate(Ui.page().findView(GuideView.ID));
        Ui.screenshot(Ui.window(), "demo-5-guide");

        Ui.press(Ui.window(), "3  Reset password");
        Shell reset = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(reset, "Reset Password");
        answer(reset, "Xyz789");
        assertTrue(Ui.texts(reset).contains(org.esc.ui.tokens.Operation.RESET_PIN.done()), Ui.texts(reset));
        Ui.press(reset, "Close");
        Ui.until("it is enrolled still", () -> state().equals("Enrolled"));

        Tms tms = demo.stage().orElseThrow().tms();
        Cuid cuid = Cuid.of(TokensPlugin.model().row(demo.reader()).orElseThrow().facts().orElseThrow().keyId().replace("-", ""));
        BigInteger first = signing(tms, cuid);
        reEnrol();
        BigInteger second = signing(tms, cuid);
        assertEquals(Operation.ENROLLMENT, tms.activities().list(Optional.of(cuid), 0, 1).getFirst().operation());
        assertNotEquals(first, second, "a new certificate");
        // the server's policy makes the same button a renewal
        tms.tokens().setPolicy(cuid, Policy.parse("RENEW=YES"));
        reEnrol();
        assertEquals(Operation.RENEWAL, tms.activities().list(Optional.of(cuid), 0, 1).getFirst().operation());
        assertNotEquals(second, signing(tms, cuid), "another one");
    }

    /** The number of the token's signing certificate, as the server has it. */
    private static BigInteger signing(Tms tms, Cuid cuid) throws EscException {
        return tms.tokens().certificates(cuid).stream().filter(c -> c.role().equals("signing"))
                .max(Comparator.comparing(TokenCertificate::created)).orElseThrow().serial();
    }

    private void reEnrol() {
        String before = serials();
        Ui.until("it can be re-enrolled", () -> Ui.menu("Token", "Re-enrol").isEnabled());
        Ui.click(Ui.menu("Token", "Re-enrol"));
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(dialog, "Re-enrol");
        answer(dialog, "Abc123");
        assertTrue(Ui.texts(dialog).contains(org.esc.ui.tokens.Operation.RE_ENROLL.done()), Ui.texts(dialog));
        Ui.press(dialog, "Close");
        Ui.until("other certificates are shown", () -> state().equals("Enrolled") && !serials().isEmpty() && !serials().equals(before));
    }

    private static String serials() {
        return TokensPlugin.model().rows().stream().flatMap(r -> r.facts().stream()).flatMap(f -> f.sections().stream())
                .flatMap(s -> s.parts().stream()).flatMap(c -> c.properties().stream()).filter(p -> p.name().equals("Serial number"))
                .map(TokenRow.Property::value).collect(Collectors.joining(" "));
    }

    @Test
    void tokenPulledHalfWayIsOfferedToBeFormattedAgain(@TempDir Path folder) throws EscException {
        TokensPlugin.use(new CardSource());
        TokensPlugin.use(demo);
        Ui.freshView(DetailsView.ID, DetailsView.class);
        Ui.freshView(TokensView.ID, TokensView.class);
        Ui.freshView(GuideView.ID, GuideView.class);
        Ui.until("the stage is set", () -> demo.phase() != Demo.Phase.STARTING);
        Path file = folder.resolve("cut.esc");
        NewSoftTokenHandler.make(Ui.window(), file);
        String reader = "Software token cut.esc";
        untilSelected(reader, TokenState.UNFORMATTED);
        operate("Format");
        untilSelected(reader, TokenState.FORMATTED);
        // pulled by whoever sees the command that makes a key, so neither before nor after it
        var pulled = new AtomicBoolean();
        ExchangeObserver hand = exchange -> {
            if (exchange.reader().equals(reader) && (exchange.command()[1] & 0xFF) == 0x0C && pulled.compareAndSet(false, true)) {
                TokensPlugin.softTokens().unplug(reader);
            }
        };
        var registration = FrameworkUtil.getBundle(TokensView.class).getBundleContext().registerService(ExchangeObserver.class, hand, null);
        try {
            Ui.click(Ui.tool("Enrol"));
            Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
            Ui.press(dialog, "Enrol");
            answerUntil(Stage.FAILED, dialog, "Abc123");
            assertTrue(pulled.get());
            assertTrue(Ui.texts(dialog).contains("The card or its reader failed"), Ui.texts(dialog));
            Ui.press(dialog, "Close");
        } finally {
            registration.unregister();
        }
        Ui.until("it is gone", () -> TokensPlugin.model().row(reader).isEmpty());
        TokensPlugin.model().select(Optional.of(demo.reader()));
        TokensPlugin.softTokens().plug(file, Optional.empty());
        untilSelected(reader, TokenState.INTERRUPTED);
        Ui.until("it is offered to be formatted again", () -> Ui.texts(Ui.window()).contains("cut off half-way"));
        Ui.screenshot(Ui.window(), "tokens-interrupted");
        Ui.press(Ui.window(), "Format Again\u2026");
        Shell again = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(again, "Format");
        answer(again, null);
        Ui.press(again, "Close");
        untilSelected(reader, TokenState.FORMATTED);
        TokensPlugin.softTokens().unplug(reader);
    }

    private static void untilSelected(String reader, TokenState state) {
        Ui.until(reader + " is " + state, () -> TokensPlugin.model().selected()
                .filter(r -> r.reader().name().equals(reader) && r.state() == state).isPresent());
    }

    private void operate(String tool) {
        Ui.until(tool + " can be pressed", () -> Ui.tool(tool).isEnabled());
        Ui.click(Ui.tool(tool));
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(dialog, tool);
        answer(dialog, "Abc123");
        Ui.press(dialog, "Close");
    }

    @Test
    void keysStayWithTheDialogWhileTheGuideFollowsTheCard() {
        TokensPlugin.use(new CardSource());
        TokensPlugin.use(demo);
        Ui.freshView(TokensView.ID, TokensView.class);
        Ui.freshView(GuideView.ID, GuideView.class);
        Ui.until("the blank token is seen", () -> demo.phase() != Demo.Phase.STARTING && state().equals("Unformatted"));
        Ui.window().forceActive();
        Ui.press(Ui.window(), "1  Format");
        Shell format = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.until("the keys go to the dialog", () -> Ui.display().getActiveShell() == format);
        Ui.press(format, "Format");
        answer(format, null);
        Ui.until("the guide has seen it", () -> state().equals("Formatted"));
        Ui.settle();
        assertSame(format, Ui.display().getActiveShell(), "Enter means Close, not the guide's next button");
        Ui.press(format, "Close");
        Ui.until("then the next step has the keys", () -> Ui.button(Ui.window(), "2  Enrol").isFocusControl());
    }

    @Test
    void softwareTokenIsMadePluggedInAndUnplugged(@TempDir Path folder) {
        TokensPlugin.use(new CardSource());
        TokensPlugin.use(demo);
        Ui.freshView(TokensView.ID, TokensView.class);
        Ui.freshView(GuideView.ID, GuideView.class);
        NewSoftTokenHandler.make(Ui.window(), folder.resolve("mine.esc"));
        Ui.until("it is selected", () -> TokensPlugin.model().selected()
                .filter(r -> r.reader().name().contains("mine.esc") && r.state() == TokenState.UNFORMATTED).isPresent());
        String reader = TokensPlugin.model().selected().orElseThrow().reader().name();
        Ui.until("it can be unplugged", () -> Ui.menu("File", "Unplug").isEnabled());
        Ui.click(Ui.menu("File", "Unplug"));
        Ui.until("it is gone", () -> TokensPlugin.model().row(reader).isEmpty());
        assertTrue(Files.exists(folder.resolve("mine.esc")), "the file stays");
        // a file that exists is never overwritten, and the person is told so
        NewSoftTokenHandler.make(Ui.window(), folder.resolve("mine.esc"));
        Ui.until("the refusal is shown", () -> Ui.shells().stream().anyMatch(s -> s != Ui.window()
                && Ui.texts(s).contains("mine.esc")));
    }

    @Test
    void damagedTokenFileIsExplained(@TempDir Path folder) throws IOException {
        TokensPlugin.use(new CardSource());
        TokensPlugin.use(demo);
        Ui.freshView(GuideView.ID, GuideView.class);
        Path file = Files.writeString(folder.resolve("broken.esc"), "no token at all");
        OpenSoftTokenHandler.plug(Ui.window(), file, Optional.empty());
        Ui.until("the trouble is explained", () -> Ui.shells().stream().anyMatch(s -> s != Ui.window()
                && Ui.texts(s).contains("broken.esc")));
        assertEquals("no token at all", Files.readString(file));
    }

    /** Answers whatever the server asks, until the operation has ended well. */
    private void answer(Shell dialog, String pin) {
        answerUntil(Stage.DONE, dialog, pin);
    }

    private void answerUntil(Stage end, Shell dialog, String pin) {
        while (true) {
            Ui.until("the server asks or is done", () -> Operations.operation()
                    .filter(d -> d.stage() == Stage.ASKING || d.stage() == Stage.DONE || d.stage() == Stage.FAILED).isPresent());
            Stage stage = Operations.operation().orElseThrow().stage();
            if (stage != Stage.ASKING) {
                assertEquals(end, stage, () -> Ui.texts(dialog));
                return;
            }
            List<Text> boxes = Ui.all(dialog, Text.class, t -> t.isVisible() && t.getData("org.esc.ui.field") != null);
            if (boxes.stream().anyMatch(t -> "second".equals(t.getData("org.esc.ui.field")))) {
                boxes.forEach(t -> t.setText(pin));
                Ui.press(dialog, "Set Password");
            } else if (boxes.isEmpty()) {
                assertTrue(Ui.texts(dialog).contains("cannot be undone"), Ui.texts(dialog));
                Ui.press(dialog, "Go On Anyway");
            } else {
                boxes.forEach(t -> t.setText((t.getStyle() & org.eclipse.swt.SWT.PASSWORD) != 0 ? demo.password() : demo.user()));
                Ui.screenshot(dialog, "demo-2-login");
                Ui.press(dialog, "Log In");
            }
            Ui.until("the answer is taken", () -> Operations.operation().filter(d -> d.stage() != Stage.ASKING).isPresent());
        }
    }

    private String state() {
        return cell(0);
    }

    private String cell(int column) {
        Table table = Ui.all(Ui.window(), Table.class, t -> t.getColumnCount() == 6).getFirst();
        return List.of(table.getItems()).stream().filter(i -> i.getText(1).equals(demo.reader())).findFirst()
                .map(i -> i.getText(column)).orElse("");
    }

    private static List<TreeItem> certificates() {
        return Ui.all(Ui.window(), Tree.class, t -> t.getColumnCount() == 2).stream().flatMap(t -> List.of(t.getItems()).stream())
                .filter(i -> i.getText(0).equals("Certificates")).flatMap(i -> List.of(i.getItems()).stream()).toList();
    }
}

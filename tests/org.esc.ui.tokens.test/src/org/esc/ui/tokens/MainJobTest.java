// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.console.IConsoleConstants;
import org.esc.ui.tokens.OperationDialog.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job, as the demonstration shows it: real buttons, a software token, the embedded server; nothing is pretended. */
class MainJobTest {

    private final EmbeddedDemo demo = new EmbeddedDemo();

    @AfterEach
    void strikeTheStage() {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        // not before it has begun: it would find a workbench that is closing
        Ui.until("the stage is set", () -> demo.phase() != Demo.Phase.STARTING);
        Ui.page().hideView(Ui.page().findView(GuideView.ID));
        demo.close();
    }

    @Test
    void blankCardBecomesAnEnrolledToken() {
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
        Shell format = Ui.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(format, "Format");
        answer(format, null);
        assertTrue(Ui.texts(format).contains(Operation.FORMAT.done()), Ui.texts(format));
        Ui.press(format, "Close");
        Ui.until("it is formatted", () -> state().equals("Formatted"));

        Ui.press(Ui.window(), "2  Enrol");
        Shell enrol = Ui.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(enrol, "Enrol");
        answer(enrol, "Abc123");
        assertTrue(Ui.texts(enrol).contains(Operation.ENROLL.done()), Ui.texts(enrol));
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
        Shell reset = Ui.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(reset, "Reset Password");
        answer(reset, "Xyz789");
        assertTrue(Ui.texts(reset).contains(Operation.RESET_PIN.done()), Ui.texts(reset));
        Ui.press(reset, "Close");
        Ui.until("it is enrolled still", () -> state().equals("Enrolled"));
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
        while (true) {
            Ui.until("the server asks or is done", () -> Ui.operation()
                    .filter(d -> d.stage() == Stage.ASKING || d.stage() == Stage.DONE || d.stage() == Stage.FAILED).isPresent());
            Stage stage = Ui.operation().orElseThrow().stage();
            if (stage != Stage.ASKING) {
                assertEquals(Stage.DONE, stage, () -> Ui.texts(dialog));
                return;
            }
            List<Text> boxes = Ui.all(dialog, Text.class, t -> t.isVisible() && t.getData("org.esc.ui.field") != null);
            if (boxes.stream().anyMatch(t -> "second".equals(t.getData("org.esc.ui.field")))) {
                boxes.forEach(t -> t.setText(pin));
                Ui.press(dialog, "Set Password");
            } else {
                boxes.forEach(t -> t.setText((t.getStyle() & org.eclipse.swt.SWT.PASSWORD) != 0 ? demo.password() : demo.user()));
                Ui.screenshot(dialog, "demo-2-login");
                Ui.press(dialog, "Log In");
            }
            Ui.until("the answer is taken", () -> Ui.operation().filter(d -> d.stage() != Stage.ASKING).isPresent());
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

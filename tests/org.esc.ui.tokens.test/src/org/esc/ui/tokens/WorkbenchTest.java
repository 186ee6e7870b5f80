// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jface.preference.IPreferencePage;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.ToolBar;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.ui.console.ConsolePlugin;
import org.eclipse.ui.dialogs.PreferencesUtil;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.StatusWord;
import org.esc.command.Ask;
import org.esc.command.Cancel;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.tps.client.UserSettings;
import org.esc.ui.DesktopSettings;
import org.esc.ui.testing.Ui;
import org.esc.ui.tokens.OperationDialog.Stage;
import org.junit.jupiter.api.Test;

/** The real workbench, with readers and verbs that the tests control. */
class WorkbenchTest extends OpenViews {

    private static Table table() {
        return Ui.all(Ui.window(), Table.class, t -> t.getColumnCount() == 6).getFirst();
    }

    private static String cell(int column) {
        return table().getItem(0).getText(column);
    }

    private void insert(TokenState state, String to) {
        source.reader(READER);
        source.insert(READER, FakeSource.facts(state, to));
        Ui.until("the card is shown", () -> table().getItemCount() == 1 && cell(0).equals(state.words()));
    }

    @Test
    void withoutReaderTheViewSaysWhatToDo() {
        source.complain("The smart card service is not running.");
        Ui.until("the complaint is shown", () -> Ui.texts(Ui.window()).contains("The smart card service is not running."));
        assertFalse(table().isVisible());
        assertTrue(Ui.texts(Ui.window()).contains("No card reader was found"));
        Ui.screenshot(Ui.window(), "tokens-empty");
    }

    @Test
    void cardsComeAndGoInTheTable() {
        insert(TokenState.ENROLLED, "Alice Example");
        assertEquals(READER, cell(1));
        assertEquals("Alice Example", cell(2));
        assertEquals("4090-6145-c762-2419-2d2b", cell(4));
        assertNotNull(table().getItem(0).getImage(0));
        Ui.until("details are shown", () -> Ui.all(Ui.window(), Tree.class).stream()
                .anyMatch(t -> t.getItemCount() == 3 && t.getItem(1).getText(0).equals("Certificates")));
        source.pull(READER);
        Ui.until("the removal is shown", () -> cell(0).equals(TokenState.EMPTY.words()));
        assertEquals("", cell(2));
    }

    @Test
    void commandsAreEnabledByState() {
        insert(TokenState.FORMATTED, "");
        Ui.until("enrol can be pressed", () -> Ui.tool("Enrol").isEnabled());
        assertTrue(Ui.tool("Format").isEnabled());
        assertFalse(Ui.tool("Reset").isEnabled());
        assertTrue(Ui.menu("Token", "Enrol").isEnabled());
        assertFalse(Ui.menu("Token", "Re-enrol").isEnabled());
        source.pull(READER);
        Ui.until("nothing can be pressed", () -> !Ui.tool("Format").isEnabled() && !Ui.tool("Enrol").isEnabled());
    }

    /** An administrator's setting, as it comes to hold while the workbench runs. */
    @Test
    void formattingCanBeHidden() {
        insert(TokenState.UNFORMATTED, "");
        Ui.until("format can be pressed", () -> offersFormat() && Ui.tool("Format").isEnabled());
        UserSettings.forThisRun("hide-format", "true");
        try {
            DesktopSettings.changed();
            Ui.until("the toolbar has no Format", () -> !offersFormat());
            Ui.menu("Token").getMenu().notifyListeners(SWT.Show, new Event());
            assertTrue(java.util.Arrays.stream(Ui.menu("Token").getMenu().getItems()).noneMatch(i -> i.getText().replace("&", "").startsWith("Format")));
            assertFalse(TokensPlugin.model().selected().orElseThrow().possible(Operation.FORMAT));
            assertEquals("", NextStep.of(TokensPlugin.model().selected().orElseThrow()).orElseThrow().label());
        } finally {
            UserSettings.forThisRun("hide-format", "");
            DesktopSettings.changed();
        }
        Ui.until("the toolbar has it again", WorkbenchTest::offersFormat);
    }

    private static boolean offersFormat() {
        return Ui.all(Ui.window(), ToolBar.class).stream().flatMap(b -> java.util.Arrays.stream(b.getItems()))
                .anyMatch(i -> i.getText().replace("&", "").startsWith("Format"));
    }

    @Test
    void toolbarFollowsTheCardWhateverViewIsInFront() {
        source.reader(READER);
        Ui.page().activate(Ui.page().findView("org.eclipse.ui.console.ConsoleView"));
        Ui.settle();
        source.insert(READER, FakeSource.facts(TokenState.ENROLLED, "Alice Example"));
        Ui.until("reset can be pressed", () -> Ui.tool("Reset").isEnabled() && Ui.tool("Format").isEnabled());
        source.pull(READER);
        Ui.until("nothing can be pressed", () -> !Ui.tool("Reset").isEnabled() && !Ui.tool("Format").isEnabled());
    }

    @Test
    void operationRunsAsksAndEnds() {
        var seen = new AtomicReference<FakeVerb.Args>();
        var pin = new AtomicReference<String>();
        verb("enroll", (arguments, context) -> {
            seen.set(arguments);
            context.progress().at(-1, "Reading the card");
            Form login = Form.of("LDAP authentication", "Log in to receive your certificates.",
                    new Form.Field("UID", "User ID", "", Form.Kind.TEXT),
                    new Form.Field("PASSWORD", "Password", "", Form.Kind.PASSWORD));
            try (var answers = Ask.await(context.interaction().fill(login), context.cancel(), "log in")) {
                pin.set(new String(answers.get("UID").orElseThrow().chars()));
            }
            context.progress().at(40, "Making the signing key");
            try (var secret = Ask.await(context.interaction().newPin(new Interaction.NewPin("", 4, 10, true)),
                    context.cancel(), "choose a password")) {
                pin.set(pin.get() + "/" + new String(secret.chars()));
            }
            context.progress().at(90, "Writing certificates");
            source.holds(READER, FakeSource.facts(TokenState.ENROLLED, "Alice Example"));
            return new FakeVerb.Result("2 certificates written");
        });
        insert(TokenState.FORMATTED, "");
        Ui.until("enrol can be pressed", () -> Ui.tool("Enrol").isEnabled());
        Ui.click(Ui.tool("Enrol"));
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.type(dialog, "server", "http://localhost:18080/tps/tps");
        Ui.screenshot(dialog, "enrol-1-introduction");
        Ui.press(dialog, "Enrol");
        Operations.untilStage(Stage.ASKING);
        assertTrue(Ui.texts(dialog).contains("User ID:"));
        Ui.type(dialog, "UID", "alice");
        Ui.type(dialog, "PASSWORD", "Secret.123");
        Ui.screenshot(dialog, "enrol-2-login");
        Ui.press(dialog, "Log In");
        Ui.until("a new password is asked for", () -> Ui.all(dialog, Text.class).stream()
                .anyMatch(t -> "second".equals(t.getData("org.esc.ui.field"))));
        Ui.type(dialog, "first", "Abc123");
        Ui.type(dialog, "second", "Abc123");
        Ui.screenshot(dialog, "enrol-3-password");
        Ui.press(dialog, "Set Password");
        Operations.untilStage(Stage.DONE);
        assertTrue(Ui.texts(dialog).contains(Operation.ENROLL.done()));
        Ui.screenshot(dialog, "enrol-4-done");
        assertEquals("alice/Abc123", pin.get());
        assertEquals(READER, seen.get().reader());
        assertEquals("http://localhost:18080/tps/tps", seen.get().tps().orElseThrow().toString());
        Ui.until("the token is read anew", () -> cell(2).equals("Alice Example"));
        Ui.press(dialog, "Close");
        assertTrue(dialog.isDisposed());
    }

    @Test
    void failureIsWordedAndCanBeTriedAgain() {
        int[] tries = {0};
        verb("format", (_, _) -> {
            if (tries[0]++ == 0) {
                throw Problem.of(Fault.REFUSED, "format the token", "The server has no keys for this card.").endOp(3)
                        .sw(new StatusWord(0x6982)).advice("Ask your administrator to add its key set.").exception();
            }
            return new FakeVerb.Result("formatted");
        });
        insert(TokenState.UNFORMATTED, "");
        Ui.until("format can be pressed", () -> Ui.menu("Token", "Format").isEnabled());
        Ui.click(Ui.menu("Token", "Format"));
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(dialog, "Format");
        Operations.untilStage(Stage.FAILED);
        String words = Ui.texts(dialog);
        assertTrue(words.contains("The server has no keys for this card."), words);
        assertTrue(words.contains("Ask your administrator"), words);
        assertFalse(words.contains("Exception"), words);
        Ui.screenshot(dialog, "format-refused");
        Ui.press(dialog, "Try Again");
        Operations.untilStage(Stage.DONE);
    }

    @Test
    void aServerThatCannotBeReachedIsShownBeforeTheNextTry() {
        var servers = new ArrayList<String>();
        verb("format", (arguments, _) -> {
            servers.add(arguments.tps().orElseThrow().toString());
            if (servers.size() == 1) {
                throw Problem.of(Fault.NETWORK, "connect to the server", "Nothing listens there.").exception();
            }
            return new FakeVerb.Result("formatted");
        });
        insert(TokenState.UNFORMATTED, "");
        new OperationDialog(Ui.window(), TokensPlugin.model(), Operation.FORMAT, TokensPlugin.model().rows().getFirst()).open();
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.type(dialog, "server", "http://localhost:1/tps");
        Ui.press(dialog, "Format");
        Operations.untilStage(Stage.FAILED);
        Ui.press(dialog, "Try Again");
        Operations.untilStage(Stage.INTRODUCTION);
        assertTrue(Ui.texts(dialog).contains("http://localhost:1/tps"));
        Ui.type(dialog, "server", "http://localhost:2/tps");
        Ui.press(dialog, "Format");
        Operations.untilStage(Stage.DONE);
        assertEquals(List.of("http://localhost:1/tps", "http://localhost:2/tps"), servers);
    }

    @Test
    void defectIsNoStackTrace() {
        verb("format", (_, _) -> {
            throw new IllegalStateException("index 7");
        });
        insert(TokenState.UNFORMATTED, "");
        new OperationDialog(Ui.window(), TokensPlugin.model(), Operation.FORMAT, TokensPlugin.model().rows().getFirst()).open();
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(dialog, "Format");
        Operations.untilStage(Stage.FAILED);
        assertTrue(Ui.texts(dialog).contains("A defect of this program"));
        assertFalse(Ui.texts(dialog).contains("at org.esc"));
    }

    @Test
    void cancelReachesTheVerb() {
        var running = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        verb("format", (_, context) -> {
            running.countDown();
            try (var _ = context.cancel().onCancel(cancelled::countDown)) {
                assertTrue(cancelled.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            throw Cancel.cancelled("format the token", null);
        });
        insert(TokenState.UNFORMATTED, "");
        new OperationDialog(Ui.window(), TokensPlugin.model(), Operation.FORMAT, TokensPlugin.model().rows().getFirst()).open();
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(dialog, "Format");
        Ui.until("the verb runs", () -> running.getCount() == 0);
        Ui.until("the table says so", () -> cell(0).startsWith("Formatting"));
        Ui.press(dialog, "Cancel");
        Operations.untilStage(Stage.FAILED);
        assertEquals(0, cancelled.getCount());
        assertTrue(Ui.texts(dialog).contains("Cancelled"));
        Ui.until("the token is free again", () -> cell(0).equals(TokenState.UNFORMATTED.words()));
    }

    @Test
    void refusingTheLoginCancelsTheOperation() {
        verb("reset-pin", (_, context) -> {
            Ask.await(context.interaction().fill(Form.of("Login", "", new Form.Field("UID", "User", "", Form.Kind.TEXT))),
                    context.cancel(), "log in").close();
            return new FakeVerb.Result("never");
        });
        insert(TokenState.ENROLLED, "Alice");
        new OperationDialog(Ui.window(), TokensPlugin.model(), Operation.RESET_PIN, TokensPlugin.model().rows().getFirst())
                .open();
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(dialog, "Reset Password");
        Operations.untilStage(Stage.ASKING);
        Ui.press(dialog, "Cancel");
        Operations.untilStage(Stage.FAILED);
        assertTrue(Ui.texts(dialog).contains("You cancelled"));
    }

    @Test
    void irreversibleStepAsksWithCancelAsDefault() {
        verb("format", (_, context) -> {
            boolean yes = Ask.await(context.interaction().confirm(new Interaction.Confirmation("Erase this token?",
                    "It holds the keys and certificates of Alice. They will be lost.", true)), context.cancel(), "confirm");
            if (!yes) {
                throw Problem.of(Fault.UNCONFIRMED, "confirm", "Nothing was erased.").exception();
            }
            return new FakeVerb.Result("erased");
        });
        insert(TokenState.ENROLLED, "Alice");
        new OperationDialog(Ui.window(), TokensPlugin.model(), Operation.FORMAT, TokensPlugin.model().rows().getFirst()).open();
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        Ui.press(dialog, "Format");
        Operations.untilStage(Stage.ASKING);
        assertEquals("&Cancel", dialog.getDefaultButton().getText());
        Ui.screenshot(dialog, "format-confirm");
        Ui.press(dialog, "Cancel");
        Operations.untilStage(Stage.FAILED);
        assertTrue(Ui.texts(dialog).contains("Nothing was erased."));
    }

    @Test
    void operationIsBoundToItsCard() {
        verb("format", (_, _) -> {
            throw new IllegalStateException("must not run");
        });
        insert(TokenState.UNFORMATTED, "");
        new OperationDialog(Ui.window(), TokensPlugin.model(), Operation.FORMAT, TokensPlugin.model().rows().getFirst()).open();
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        source.pull(READER);
        source.insert(READER, FakeSource.facts(TokenState.ENROLLED, "Somebody Else"));
        Ui.until("the other card is shown", () -> cell(2).equals("Somebody Else"));
        Ui.press(dialog, "Format");
        Operations.untilStage(Stage.FAILED);
        assertTrue(Ui.texts(dialog).contains("no longer in the reader"), Ui.texts(dialog));
    }

    @Test
    void windowHasItsMenusKeysAndConsole() {
        for (String[] path : new String[][] {{"File", "Exit"}, {"Window", "Preferences"}, {"Window", "Show View"},
                {"Help", "About"}, {"Token", "Format"}, {"Token", "Refresh"}}) {
            assertNotNull(Ui.menu(path));
        }
        assertTrue(Ui.menu("Token", "Format").getText().contains("Ctrl+F"), Ui.menu("Token", "Format").getText());
        assertTrue(List.of(ConsolePlugin.getDefault().getConsoleManager().getConsoles()).stream()
                .anyMatch(c -> c.getName().equals("Operations")));
        assertNotNull(Ui.page().findView("org.eclipse.pde.runtime.LogView"));
        assertEquals(SWT.NONE, Ui.window().getStyle() & SWT.NO_TRIM);
    }

    @Test
    void preferencesTakeGoodAddressesOnly() {
        var dialog = PreferencesUtil.createPreferenceDialogOn(Ui.window(), "org.esc.ui.preferences", null, null);
        dialog.setBlockOnOpen(false);
        dialog.open();
        Shell shell = dialog.getShell();
        Text address = Ui.all(shell, Text.class, t -> t.isVisible() && t.getMessage().endsWith("/tps/tps")).getFirst();
        typed(address, "ftp://tps.example.com");
        Ui.until("it is refused", () -> !((IPreferencePage) dialog.getSelectedPage()).isValid());
        typed(address, "https://tps.example.com:8443/tps/tps");
        Ui.until("it is taken", () -> ((IPreferencePage) dialog.getSelectedPage()).isValid());
        Ui.screenshot(shell, "preferences");
        Ui.press(shell, "Cancel");
    }

    private static void typed(Text box, String text) {
        box.setText(text);
        // preference pages look at what was entered when a key comes up
        box.notifyListeners(SWT.KeyUp, new Event());
    }
}

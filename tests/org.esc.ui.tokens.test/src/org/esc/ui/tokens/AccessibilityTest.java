// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.core.commands.Command;
import org.eclipse.core.commands.common.NotDefinedException;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.commands.ICommandService;
import org.eclipse.ui.dialogs.PreferencesUtil;
import org.eclipse.ui.keys.IBindingService;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.card.Subscription;
import org.esc.command.Ask;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.esc.ui.tokens.OperationDialog.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything can be operated without a mouse, and a screen reader has a name for it. */
class AccessibilityTest extends OpenViews {

    private void insert(TokenState state) {
        source.reader(READER);
        source.insert(READER, FakeSource.facts(state, state == TokenState.ENROLLED ? "Alice Example" : ""));
        Ui.until("the card is read", () -> TokensPlugin.model().selected().filter(r -> r.state() == state).isPresent());
        Ui.settle();
    }

    /** A server that asks everything there is to ask. */
    private void curiousVerb(String name, Optional<Problem> end) {
        verb(name, (_, context) -> {
            Ask.await(context.interaction().fill(Form.of("Login & more", "Who & what?", new Form.Field("a", "Login & name", "", Form.Kind.TEXT),
                    new Form.Field("b", "Code", "Six digits", Form.Kind.INTEGER), new Form.Field("c", "Password", "", Form.Kind.PASSWORD),
                    new Form.Field("d", "LC", "", Form.Kind.TEXT), new Form.Field("e", "", "", Form.Kind.TEXT))), context.cancel(), "log in").close();
            Ask.await(context.interaction().newPin(new Interaction.NewPin("", 4, 10, true)), context.cancel(), "choose").close();
            if (!Ask.await(context.interaction().confirm(new Interaction.Confirmation("Erase it?", "All is lost.", true)), context.cancel(),
                    "confirm")) {
                throw Problem.of(Fault.UNCONFIRMED, "confirm", "Nothing was erased.").exception();
            }
            if (end.isPresent()) {
                throw end.get().exception();
            }
            return new FakeVerb.Result("done");
        });
    }

    private static void assertAccessible(Shell dialog) {
        Ui.settle();
        assertEquals(List.of(), Access.dialogComplaints(dialog));
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void everyStageOfEveryOperation(Operation operation) {
        curiousVerb(operation.verb(), operation == Operation.ENROLL ? Optional.empty()
                : Optional.of(Problem.of(Fault.REFUSED, "do it", "The server does not want to.").advice("Ask it nicely.")));
        insert(Arrays.stream(TokenState.values()).filter(operation::possible).reduce((_, last) -> last).orElseThrow());
        new OperationDialog(Ui.window(), TokensPlugin.model(), operation, TokensPlugin.model().rows().getFirst()).open();
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        assertAccessible(dialog);
        Ui.press(dialog, operation.label());
        Operations.untilStage(Stage.ASKING);
        assertAccessible(dialog);
        List<Text> boxes = Ui.all(dialog, Text.class, t -> t.isVisible() && t.getData("org.esc.ui.field") != null);
        assertEquals(5, boxes.size());
        assertTrue(boxes.getFirst().isFocusControl(), "the first box has the focus");
        List<String> labels = Ui.all(dialog, Label.class, Label::isVisible).stream().map(Label::getText).toList();
        assertTrue(labels.contains("L&ogin && name:"), "L is Log In's: " + labels);
        boxes.forEach(t -> t.setText("1"));
        Ui.press(dialog, "Log In");
        Ui.until("a new password is asked for", () -> Ui.all(dialog, Text.class).stream()
                .anyMatch(t -> "second".equals(t.getData("org.esc.ui.field"))));
        assertAccessible(dialog);
        Ui.type(dialog, "first", "Abc123");
        Ui.type(dialog, "second", "Abc123");
        Ui.press(dialog, "Set Password");
        Ui.until("it asks whether to go on", () -> Ui.all(dialog, Button.class).stream().anyMatch(b -> b.getText().equals("&Go On Anyway")));
        assertAccessible(dialog);
        Ui.press(dialog, "Go On Anyway");
        Operations.untilStage(operation == Operation.ENROLL ? Stage.DONE : Stage.FAILED);
        assertAccessible(dialog);
        assertTrue(Ui.button(dialog, "Close").isFocusControl(), "Enter closes it");
        if (operation != Operation.ENROLL) {
            unfold(dialog);
            assertAccessible(dialog);
            assertTrue(Ui.texts(dialog).contains("Error code"), Ui.texts(dialog));
        }
    }

    @Test
    void enterDoesNotCancelWhatItHasJustBegun() {
        var release = new CountDownLatch(1);
        verb("enroll", (_, _) -> {
            try {
                assertTrue(release.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new FakeVerb.Result("done");
        });
        insert(TokenState.FORMATTED);
        new OperationDialog(Ui.window(), TokensPlugin.model(), Operation.ENROLL, TokensPlugin.model().rows().getFirst()).open();
        Shell dialog = Operations.untilStage(Stage.INTRODUCTION).getShell();
        assertEquals("&Enrol", dialog.getDefaultButton().getText());
        Ui.press(dialog, "Enrol");
        Operations.untilStage(Stage.RUNNING);
        assertAccessible(dialog);
        Button cancel = Ui.button(dialog, "Cancel");
        assertTrue(cancel.isEnabled() && !cancel.isFocusControl());
        assertNotSame(cancel, dialog.getDefaultButton());
        release.countDown();
        Operations.untilStage(Stage.DONE);
    }

    @Test
    void otherDialogs() {
        ProblemDialog.open(Ui.window(), Problem.of(Fault.CARD, "plug it in", "It is damaged."));
        Shell problem = other();
        unfold(problem);
        assertAccessible(problem);
        problem.dispose();
        var preferences = PreferencesUtil.createPreferenceDialogOn(Ui.window(), "org.esc.ui.preferences", null, null);
        preferences.setBlockOnOpen(false);
        preferences.open();
        Ui.settle();
        // the dialog around it is the platform's
        assertEquals(List.of(), Access.complaints((org.eclipse.swt.widgets.Composite) ((org.eclipse.jface.preference.PreferencePage)
                preferences.getSelectedPage()).getControl()));
    }

    private static void unfold(Shell dialog) {
        Button details = Ui.button(dialog, "Details");
        details.setSelection(true);
        Ui.click(details);
    }

    private static Shell other() {
        Ui.until("a dialog is open", () -> Ui.shells().stream().anyMatch(s -> s != Ui.window()));
        return Ui.shells().stream().filter(s -> s != Ui.window()).findFirst().orElseThrow();
    }

    @Test
    void viewsWithAndWithoutCards() {
        TokensPlugin.use(new Demo() {
            @Override
            public Phase phase() {
                return Phase.READY;
            }

            @Override
            public Optional<Problem> problem() {
                return Optional.empty();
            }

            @Override
            public String reader() {
                return READER;
            }

            @Override
            public String server() {
                return "https://localhost:1/tps/tps";
            }

            @Override
            public String user() {
                return "alice";
            }

            @Override
            public String password() {
                return "Secret.123";
            }

            @Override
            public Subscription onChange(Runnable changed) {
                // it stays as it is
                return () -> { };
            }
        });
        assertViews();
        for (TokenState state : List.of(TokenState.UNFORMATTED, TokenState.ENROLLED, TokenState.INTERRUPTED)) {
            insert(state);
            assertViews();
        }
        Ui.page().hideView(Ui.page().findView(GuideView.ID));
    }

    private static void assertViews() {
        for (String id : List.of(TokensView.ID, DetailsView.ID, GuideView.ID)) {
            try {
                var view = Ui.page().showView(id);
                Ui.settle();
                assertEquals(List.of(), Access.complaints(Ui.window()), id);
                // another window manager, as one of a second screen, may have taken it from the whole workbench
                Ui.until("the focus is somewhere in " + id, () -> {
                    if (Ui.display().getActiveShell() == null) {
                        Ui.window().forceActive();
                    }
                    return Ui.display().getFocusControl() != null;
                });
                assertTrue(Ui.page().getActivePart() == view);
            } catch (org.eclipse.ui.PartInitException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void menusLeadToOnePlaceEach() {
        insert(TokenState.ENROLLED);
        Menu bar = Ui.window().getMenuBar();
        for (MenuItem item : bar.getItems()) {
            if (item.getMenu() != null) {
                item.getMenu().notifyListeners(SWT.Show, new Event());
            }
        }
        assertEquals(List.of(), Access.menuComplaints(Arrays.asList(bar.getItems())));
    }

    @Test
    void everyCommandHasAKeyAndAMenuEntry() throws NotDefinedException {
        ICommandService commands = PlatformUI.getWorkbench().getService(ICommandService.class);
        IBindingService keys = PlatformUI.getWorkbench().getService(IBindingService.class);
        var seen = new ArrayList<String>();
        for (Command command : commands.getDefinedCommands()) {
            if (command.getId().startsWith("org.esc.ui.tokens.")) {
                seen.add(command.getId());
                assertTrue(keys.getActiveBindingsFor(command.getId()).length > 0, command.getId() + " has a key");
                assertFalse(command.getDescription().isBlank(), command.getId());
            }
        }
        assertEquals(20, seen.size(), seen.toString());
        for (String[] path : new String[][] {{"File", "New Software Token"}, {"File", "Plug In"}, {"File", "Unlock"}, {"File", "Unplug"},
                {"Token", "Format"}, {"Token", "Enrol"}, {"Token", "Re-enrol"}, {"Token", "Reset"}, {"Token", "Details"}, {"Token", "Refresh"},
                {"Token", "Set Up Browsers"}, {"Token", "Renew"}, {"Token", "Enrol as Temporary"}, {"Token", "Replace a Lost"},
                {"Token", "Change Password"}, {"Token", "Unblock"}, {"Token", "Phone Home"}, {"Token", "Open Enrolment"}, {"Token", "Open Issuer"},
                {"Token", "Token Explorer"}}) {
            assertTrue(Ui.menu(path).getText().contains("\t"), String.join(" > ", path) + " shows its key: " + Ui.menu(path).getText());
        }
    }
}

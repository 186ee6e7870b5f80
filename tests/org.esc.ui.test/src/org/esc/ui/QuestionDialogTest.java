// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.command.Form;
import org.esc.command.Form.Field;
import org.esc.command.Form.Kind;
import org.esc.command.Interaction.Confirmation;
import org.esc.command.Interaction.NewPin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The dialogs that operations ask through, pressed like a person would press them. */
class QuestionDialogTest {

    private final Display display = Display.getDefault();
    private final List<Shell> before = List.of(display.getShells());
    private final UiInteraction interaction = new UiInteraction(display, new DialogAsker(() -> null));

    @AfterEach
    void closeDialogs() {
        for (Shell s : display.getShells()) {
            if (!before.contains(s)) {
                s.dispose();
            }
        }
    }

    @Test
    void formIsFilledFieldByField() throws Exception {
        var answers = interaction.fill(Form.of("LDAP login", "Who are you?", new Field("UID", "User & name", "", Kind.TEXT),
                new Field("PASSWORD", "Password", "", Kind.PASSWORD)));
        Shell dialog = dialog();
        assertEquals("LDAP login", dialog.getText());
        assertTrue(all(dialog, Label.class).stream().anyMatch(l -> l.getText().equals("&User && name:")));
        Text user = box(dialog, "UID");
        Text password = box(dialog, "PASSWORD");
        Button accept = button(dialog, "&Log In");
        assertFalse(accept.isEnabled());
        user.setText("alice");
        assertFalse(accept.isEnabled());
        password.setText("p\u00e4ss & w\u00f6rd");
        assertTrue(accept.isEnabled());
        assertTrue(password.getEchoChar() != 0);
        press(accept);
        try (var a = answers.get()) {
            assertEquals("alice", new String(a.get("UID").orElseThrow().chars()));
            assertEquals("p\u00e4ss & w\u00f6rd", new String(a.get("PASSWORD").orElseThrow().chars()));
        }
        assertTrue(dialog.isDisposed());
    }

    @Test
    void whatIsOptionalMayStayEmpty() throws Exception {
        var answers = interaction.fill(Form.of("Keys", "", new Field("ENC", "ENC", "", Kind.PASSWORD), new Field("MAC", "MAC", "", Kind.PASSWORD, true)));
        Shell dialog = dialog();
        Button accept = button(dialog, "&Log In");
        box(dialog, "MAC").setText("x");
        box(dialog, "MAC").setText("");
        assertFalse(accept.isEnabled());
        box(dialog, "ENC").setText("40");
        assertTrue(accept.isEnabled());
        press(accept);
        try (var a = answers.get()) {
            assertEquals(0, a.get("MAC").orElseThrow().length());
        }
    }

    @Test
    void integerFieldTakesDigitsOnly() {
        interaction.fill(Form.of("", "", new Field("N", "", "", Kind.INTEGER)));
        Shell dialog = dialog();
        box(dialog, "N").setText("abc");
        assertEquals("", box(dialog, "N").getText());
        box(dialog, "N").setText("42");
        assertTrue(button(dialog, "&Log In").isEnabled());
    }

    @Test
    void closingTheWindowGivesUpAndSubmitsNothing() {
        var answers = interaction.fill(Form.of("Login", "", new Field("UID", "User", "", Kind.TEXT)));
        Shell dialog = dialog();
        box(dialog, "UID").setText("alice");
        dialog.close();
        assertCancelled(answers);
    }

    @Test
    void newPinHonoursTheLimits() throws Exception {
        CompletableFuture<Secret> pin = interaction.newPin(new NewPin("the new password of the token", 4, 10, true));
        Shell dialog = dialog();
        Button accept = button(dialog, "&Set Password");
        Text first = box(dialog, "first");
        Text second = box(dialog, "second");
        for (String[] pair : new String[][] {{"123", "123"}, {"12345678901", "12345678901"}, {"12 45", "12 45"},
                {"t\u00fcrk", "t\u00fcrk"}, {"12345", "12346"}, {"12345", ""}, {"", ""}}) {
            first.setText(pair[0]);
            second.setText(pair[1]);
            assertFalse(accept.isEnabled(), pair[0] + "/" + pair[1]);
        }
        first.setText("Ab123");
        second.setText("Ab123");
        assertTrue(accept.isEnabled());
        assertEquals(70, all(dialog, ProgressBar.class).getFirst().getSelection());
        assertTrue(all(dialog, Label.class).stream().anyMatch(l -> l.getText().equals("good")));
        press(accept);
        assertEquals("Ab123", new String(pin.get().chars()));
    }

    @Test
    void irreversibleStepNeedsMoreThanEnter() throws Exception {
        var yes = interaction.confirm(new Confirmation("Erase the token?", "All is lost.", true));
        Shell dialog = dialog();
        assertEquals("&Cancel", dialog.getDefaultButton().getText());
        press(dialog.getDefaultButton());
        assertFalse(yes.get());
        var again = interaction.confirm(new Confirmation("Erase the token?", "All is lost.", true));
        press(button(dialog(), "&Go On Anyway"));
        assertTrue(again.get());
    }

    @Test
    void harmlessStepTakesEnterForYes() throws Exception {
        var yes = interaction.confirm(new Confirmation("Go on?", "", false));
        press(dialog().getDefaultButton());
        assertTrue(yes.get());
    }

    @Test
    void withdrawnQuestionDisappears() {
        var answers = interaction.fill(Form.of("Login", "", new Field("UID", "User", "", Kind.TEXT)));
        Shell dialog = dialog();
        answers.cancel(true);
        until(dialog::isDisposed);
    }

    @Test
    void questionWithdrawnAtOnceIsNeverShown() {
        interaction.fill(Form.of("Never", "", new Field("UID", "User", "", Kind.TEXT))).cancel(true);
        boolean[] passed = {false};
        display.asyncExec(() -> passed[0] = true);
        until(() -> passed[0]);
        assertTrue(List.of(display.getShells()).stream().noneMatch(s -> s.getText().equals("Never")));
    }

    private static void assertCancelled(CompletableFuture<?> answer) {
        var e = assertThrows(ExecutionException.class, answer::get);
        assertEquals(Fault.CANCELLED, ((EscException) e.getCause()).fault());
    }

    private Shell dialog() {
        until(() -> fresh() != null);
        return fresh();
    }

    private Shell fresh() {
        for (Shell s : display.getShells()) {
            if (!before.contains(s) && s.isVisible()) {
                return s;
            }
        }
        return null;
    }

    private void until(BooleanSupplier condition) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "waited in vain");
            if (!display.readAndDispatch()) {
                display.timerExec(50, () -> {
                });
                display.sleep();
            }
        }
    }

    private static Text box(Shell dialog, String id) {
        return all(dialog, Text.class).stream().filter(t -> id.equals(t.getData(FormQuestion.FIELD))).findFirst().orElseThrow();
    }

    private static Button button(Shell dialog, String label) {
        return all(dialog, Button.class).stream().filter(b -> b.getText().equals(label)).findFirst().orElseThrow();
    }

    private static void press(Button button) {
        assertTrue(button.isEnabled());
        button.notifyListeners(org.eclipse.swt.SWT.Selection, new org.eclipse.swt.widgets.Event());
    }

    private static <T extends Control> List<T> all(Composite parent, Class<T> type) {
        var found = new ArrayList<T>();
        for (Control c : parent.getChildren()) {
            if (type.isInstance(c)) {
                found.add(type.cast(c));
            }
            if (c instanceof Composite inner) {
                found.addAll(all(inner, type));
            }
        }
        return found;
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.card.PinRequest;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.driver.fake.KeypadReaders;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.ui.VerbDialog;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** A PIV card in a reader with a keypad, where a person enters the PINs. */
class KeypadTest extends ExplorerDesk {

    private static final String PIN = "PIV card application PIN";

    private final SoftReaders cards = new SoftReaders();
    private final Keypad keypad = new Keypad(cards);
    private ServiceRegistration<ReaderProvider> registration;

    /** What a person at the keypad does: the bytes that go to the card, or the reader's own answer. */
    private static final class Keypad extends KeypadReaders {

        private volatile CompletableFuture<PinRequest> asked = new CompletableFuture<>();
        private volatile CompletableFuture<Function<RawConnection, byte[]>> pressed = new CompletableFuture<>();
        private volatile Optional<RawConnection> waiting = Optional.empty();

        Keypad(ReaderProvider cards) {
            super(cards);
        }

        void enter(Secret... pins) {
            next(card -> {
                try {
                    PinRequest request = asked.join();
                    return card.transmit((pins.length == 1 ? request.command(pins[0]) : request.command(pins[0], pins[1])).bytes());
                } catch (EscException e) {
                    throw new AssertionError(e);
                }
            });
        }

        void next(Function<RawConnection, byte[]> press) {
            pressed.complete(press);
        }

        void again() {
            asked = new CompletableFuture<>();
            pressed = new CompletableFuture<>();
        }

        @Override
        protected byte[] enterPin(RawConnection card, PinRequest request) throws CardException {
            waiting = Optional.of(card);
            asked.complete(request);
            try {
                return pressed.join().apply(card);
            } catch (CancellationException e) {
                throw CardException.removed("enter the PIN at the reader", e);
            } finally {
                waiting = Optional.empty();
            }
        }

        @Override
        protected void closed(RawConnection card) {
            if (waiting.filter(w -> w == card).isPresent()) {
                pressed.cancel(false);
            }
        }
    }

    @BeforeEach
    void plugIn() throws Exception {
        Path file = folder.resolve("card.token");
        CardFile.create(file, CardSpec.standard(), List.of(new PivAppletFactory()), Optional.empty());
        cards.addFactory(new PivAppletFactory());
        cards.plug(file);
        Dictionary<String, Object> none = new Hashtable<>();
        registration = FrameworkUtil.getBundle(ExplorerView.class).getBundleContext().registerService(ReaderProvider.class, keypad, none);
        untilRead();
        Ui.until("its PIN shows", () -> item(PIN).isPresent());
    }

    @AfterEach
    void pull() {
        registration.unregister();
        cards.unplugAll();
    }

    private Shell begin(TokenAction action) {
        keypad.again();
        select(PIN);
        view.perform(action);
        Ui.until("the reader asks for the PIN", () -> keypad.asked.isDone());
        Shell shell = untilStage(VerbDialog.Stage.RUNNING);
        Ui.until("it says where to enter it", () -> Ui.texts(shell).contains("at the reader's keypad"));
        assertTrue(Ui.all(shell, Text.class, t -> t.isVisible() && (t.getStyle() & org.eclipse.swt.SWT.READ_ONLY) == 0).isEmpty(),
                "nothing is typed here");
        // notices of the desktop stand beside it
        assertEquals(1, Ui.shells().stream().filter(s -> s != Ui.window() && (s.getStyle() & org.eclipse.swt.SWT.ON_TOP) == 0).count(),
                "and nothing stands in the way of Cancel");
        return shell;
    }

    @Test
    void thePinIsEnteredAtTheReaderAndItIsSaidWhereAndHowManyTriesAreLeft() {
        Shell shell = begin(TokenAction.VERIFY_PIN);
        assertTrue(Ui.texts(shell).contains("3 tries left."), Ui.texts(shell));
        assertEquals(List.of(), Access.dialogComplaints(shell));
        Ui.screenshot(shell, "explorer-keypad");
        keypad.enter(Secret.of("123456"));
        untilStage(VerbDialog.Stage.DONE);
        assertFalse(Ui.texts(shell).contains("keypad"), "it is over: " + Ui.texts(shell));
        Ui.press(shell, "Close");

        shell = begin(TokenAction.CHANGE_PIN);
        keypad.enter(Secret.of("123456"), Secret.of("222222"));
        untilStage(VerbDialog.Stage.DONE);
        Ui.press(shell, "Close");
        shell = begin(TokenAction.VERIFY_PIN);
        keypad.enter(Secret.of("222222"));
        untilStage(VerbDialog.Stage.DONE);
    }

    @Test
    void aWrongOneTimeRunningOutAndCancelAreTold() {
        Shell shell = begin(TokenAction.VERIFY_PIN);
        keypad.enter(Secret.of("654321"));
        untilStage(VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(shell).contains("2 tries are left"), Ui.texts(shell));
        Ui.press(shell, "Close");
        shell = begin(TokenAction.VERIFY_PIN);
        keypad.next(_ -> new byte[] {0x64, 0x00});
        untilStage(VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(shell).contains("Nobody entered a PIN at the reader in time"), Ui.texts(shell));
        Ui.press(shell, "Close");
        shell = begin(TokenAction.VERIFY_PIN);
        Ui.press(shell, "Cancel");
        untilStage(VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(shell).contains("Cancelled"), Ui.texts(shell));
        Ui.press(shell, "Close");
    }

    @Test
    void aReaderThatCannotDoItAfterAllLeavesItToTheComputer() {
        Shell shell = begin(TokenAction.VERIFY_PIN);
        keypad.next(_ -> new byte[] {0x6B, (byte) 0x80});
        answer("Enter the PIN", "OLD_PIN", "123456");
        untilStage(VerbDialog.Stage.DONE);
        Ui.press(shell, "Close");
    }
}

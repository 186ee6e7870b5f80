// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.testing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.card.pcsc.PcscProvider;
import org.opentest4j.TestAbortedException;

/**
 * The card in a reader of this machine, by PC/SC, for {@link DriverContract#cards}. Which reader says the system property {@value #PROPERTY}
 * or the environment variable {@value #VARIABLE}; without either the test is skipped. Only commands that the test lets through reach the
 * card; to all others the kit answers {@code 6985} in its place. So nothing changes the card or uses up a try at a PIN unless the test says so.
 */
public final class RealReader {

    /** System property: the reader's name. */
    public static final String PROPERTY = "esc.test.reader";
    /** Environment variable: the reader's name, if there is no such property. */
    public static final String VARIABLE = "ESC_TEST_READER";

    private static final int NOT_SENT = 0x6985;
    private static final int LOOKS = 50;
    private static final int BETWEEN_LOOKS_MILLIS = 100;
    private static final Map<String, CardSession> SESSIONS = new HashMap<>();

    private RealReader() {
    }

    /**
     * The card in the reader that is named. It is reset before each reading.
     *
     * @param reaching which commands reach it: {@code this::changesNothing} of the {@link DriverContract}, or more if PINs may be tried too
     * @throws TestAbortedException if no reader is named: the test is skipped
     * @throws AssertionError       if there is no such reader, or no card in it
     */
    public static TestCard card(Predicate<CommandApdu> reaching) {
        String name = System.getProperty(PROPERTY, System.getenv().getOrDefault(VARIABLE, ""));
        if (name.isBlank()) {
            throw new TestAbortedException("No reader is named: -D" + PROPERTY + "=NAME or " + VARIABLE + "=NAME tests the card in it.");
        }
        return new TestCard("card in " + name, session(name).atr(), () -> {
            CardSession session = session(name);
            try {
                session.reset();
            } catch (EscException e) {
                throw new AssertionError(e.getMessage(), e);
            }
            return TransportRules.over(new Gate(session, reaching));
        });
    }

    /** One connection for all tests: it lasts as long as this Java machine. */
    private static synchronized CardSession session(String name) {
        return SESSIONS.computeIfAbsent(name, n -> {
            var readers = new Readers();
            readers.addProvider(new PcscProvider());
            List<String> known = known(readers, n);
            if (!known.contains(n)) {
                throw new AssertionError("There is no reader \"" + n + "\". Readers here: " + (known.isEmpty() ? "none" : String.join(", ", known))
                        + ". " + String.join(" ", readers.complaints()));
            }
            try {
                return readers.connect(n, Origin.verb("driver test"));
            } catch (EscException e) {
                throw new AssertionError(e.getMessage(), e);
            }
        });
    }

    /** The readers here, once the one that is looked for is among them, or after a while without it: the service may be slow to start. */
    private static List<String> known(Readers readers, String name) {
        for (int i = 0; ; i++) {
            List<String> known = readers.list().stream().map(ReaderState::name).toList();
            if (known.contains(name) || i == LOOKS) {
                return known;
            }
            try {
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return known;
            }
        }
    }

    /** Lets through what may reach the card. */
    private record Gate(CardChannel card, Predicate<CommandApdu> reaching) implements CardChannel {

        @Override
        public ResponseApdu transmit(CommandApdu command) throws EscException {
            return reaching.test(command) ? card.transmit(command) : ResponseApdu.of(NOT_SENT);
        }

        @Override
        public void close() {
            // the connection stays for the next test
        }
    }
}

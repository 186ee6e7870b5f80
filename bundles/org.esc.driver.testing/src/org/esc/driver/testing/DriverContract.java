// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.Attestation;
import org.esc.driver.CardDriver;
import org.esc.driver.CertificateWriting;
import org.esc.driver.Certificates;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.KeyGeneration;
import org.esc.driver.Keys;
import org.esc.driver.Pins;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenKey;
import org.esc.driver.host.Declaration;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.OpenCard;
import org.esc.driver.host.TokenInfo;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * What every driver must keep to, as JUnit tests: extend it, say which driver and which cards, and run it. The driver is run by the same host
 * as in the product, so what passes here is not switched off there.
 */
public abstract class DriverContract {

    private static final int[] REFUSALS = {0x6982, 0x6985, 0x6A80, 0x6A82, 0x6A88, 0x6D00, 0x6F00};
    /** Instructions that only read: SELECT, GET DATA, GET RESPONSE, READ BINARY and READ RECORD. */
    private static final Set<Integer> READING = Set.of(0xA4, 0xCA, 0xCB, 0xC0, 0xB0, 0xB1, 0xB2, 0xB3);
    private static final int NOISY_CARDS = 300;
    private static final long PATIENCE_SECONDS = 60;

    /** A driver; called for every test. */
    protected abstract CardDriver driver();

    /** Cards that the driver knows, at least one. */
    protected abstract List<TestCard> cards();

    /** Instructions, besides SELECT, GET DATA, GET RESPONSE, READ BINARY and READ RECORD, that change nothing on this driver's cards. */
    protected Set<Integer> harmless() {
        return Set.of();
    }

    /**
     * True if a command changes nothing on this driver's cards and costs no try at a PIN. By default the instruction tells, and VERIFY without
     * data only asks for tries; look closer where an instruction of {@link #harmless} also writes.
     */
    protected boolean changesNothing(CommandApdu command) {
        boolean asksForTries = (command.ins() == 0x20 || command.ins() == 0x21) && command.nc() == 0;
        return READING.contains(command.ins()) || harmless().contains(command.ins()) || asksForTries;
    }

    /** Id and value of a PIN that {@link #cards} accept, for the test that it appears nowhere; none if that cannot be tried. */
    protected Optional<Map.Entry<String, String>> pin() {
        return Optional.empty();
    }

    /** The driver's service properties: by default those of its component's description in {@code OSGI-INF}. */
    protected Map<String, Object> properties() {
        String file = "/OSGI-INF/" + driver().getClass().getName() + ".xml";
        try (InputStream in = driver().getClass().getResourceAsStream(file)) {
            if (in == null) {
                return fail("There is no " + file.substring(1) + " in the driver's bundle: is its class annotated with @Component?");
            }
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var found = new HashMap<String, Object>();
            var list = factory.newDocumentBuilder().parse(in).getElementsByTagName("property");
            for (int i = 0; i < list.getLength(); i++) {
                var p = (Element) list.item(i);
                String[] values = p.hasAttribute("value") ? new String[] {p.getAttribute("value")}
                        : p.getTextContent().strip().lines().map(String::strip).filter(s -> !s.isEmpty()).toArray(String[]::new);
                found.put(p.getAttribute("name"), values.length == 1 ? values[0] : values);
            }
            return found;
        } catch (IOException | SAXException | ParserConfigurationException e) {
            return fail(file + " cannot be read", e);
        }
    }

    private Drivers host() {
        var host = new Drivers(new DriverRules(Path.of("no-such-folder", "rules")), Limits.DEFAULT);
        host.addDriver(driver(), properties());
        assertEquals(List.of(), host.complaints());
        return host;
    }

    private String name() {
        return Declaration.of(properties()).name();
    }

    private static ReaderState reader(Atr atr) {
        return new ReaderState("Reader of the test", "Test", ReaderState.Presence.PRESENT,
                Optional.of(atr).filter(a -> !a.equals(Atr.UNKNOWN)), 1);
    }

    /** Stands before a card: counts, notes and disturbs. */
    private static class Tap implements CardChannel {

        final CardChannel card;
        final List<String> sent;

        Tap(CardChannel card) {
            this(card, Collections.synchronizedList(new ArrayList<>()));
        }

        private Tap(CardChannel card, List<String> sent) {
            this.card = card;
            this.sent = sent;
        }

        ResponseApdu answer(int number, CommandApdu command) throws EscException {
            return card.transmit(command);
        }

        @Override
        public ResponseApdu transmit(CommandApdu command) throws EscException {
            sent.add(Hex.of(command.bytes()));
            return answer(sent.size(), command);
        }

        @Override
        public CardChannel as(Origin origin) {
            return this;
        }

        @Override
        public void close() {
            // the card stays with the test
        }
    }

    private interface Disturbance {
        ResponseApdu answer(int number, CommandApdu command, CardChannel card) throws EscException;
    }

    private static Tap disturbed(CardChannel card, Disturbance d) {
        return new Tap(card) {
            @Override
            ResponseApdu answer(int number, CommandApdu command) throws EscException {
                return d.answer(number, command, card);
            }
        };
    }

    /** Reads all that can be read without a PIN, as the token explorer does. */
    private static TokenInfo readAll(Drivers host, Atr atr, CardChannel channel) throws EscException {
        OpenCard card = host.open(reader(atr), channel, Origin.probe("test"));
        TokenInfo info = card.info();
        for (OpenCard.Application a : card.applications()) {
            var objects = a.capability(DataObjects.class);
            if (objects.isPresent()) {
                for (DataObject o : objects.get().dataObjects()) {
                    if (o.present() && o.reading().pin().isEmpty() && !o.reading().administrator()) {
                        objects.get().readObject(o.id());
                    }
                }
            }
            var keys = a.capability(Keys.class);
            var signing = a.capability(Signing.class);
            var decryption = a.capability(Decryption.class);
            for (TokenKey k : keys.isPresent() ? keys.get().keys() : List.<TokenKey>of()) {
                if (signing.isPresent()) {
                    signing.get().signatures(k.slot());
                }
                if (decryption.isPresent()) {
                    decryption.get().decrypts(k.slot());
                    decryption.get().agrees(k.slot());
                }
            }
        }
        return info;
    }

    private interface Use {
        void make() throws EscException;
    }

    /** Uses everything that the applications offer and that gives an answer; the card refuses what it likes. */
    private void useAll(OpenCard card, String where) throws EscException {
        for (OpenCard.Application a : card.applications()) {
            var uses = new ArrayList<Use>();
            a.capability(Pins.class).ifPresent(p -> {
                pin().ifPresent(given -> uses.add(() -> {
                    try (Secret s = Secret.of(given.getValue())) {
                        p.verifyPin(given.getKey(), s);
                    }
                }));
                uses.add(p::pins);
            });
            var keys = new ArrayList<TokenKey>();
            Optional<Keys> readable = a.capability(Keys.class);
            attempt(() -> keys.addAll(readable.isPresent() ? readable.get().keys() : List.of()), where);
            Optional<Signing> signing = a.capability(Signing.class);
            Optional<Decryption> decryption = a.capability(Decryption.class);
            Optional<KeyGeneration> generation = a.capability(KeyGeneration.class);
            Optional<Attestation> attestation = a.capability(Attestation.class);
            for (TokenKey k : keys) {
                signing.ifPresent(s -> uses.add(() -> {
                    for (SignatureAlgorithm algorithm : s.signatures(k.slot())) {
                        attempt(() -> s.sign(k.slot(), algorithm, new byte[algorithm.digest().isEmpty() ? 1 : digestLength(algorithm)]), where);
                    }
                }));
                decryption.ifPresent(d -> {
                    uses.add(() -> d.decrypt(k.slot(), new byte[(k.bits() + 7) / 8]));
                    k.publicKey().ifPresent(other -> uses.add(() -> d.agree(k.slot(), other)));
                });
                generation.ifPresent(g -> uses.add(() -> g.generatable(k.slot())));
                attestation.ifPresent(t -> uses.add(() -> t.attest(k.slot())));
            }
            a.capability(CertificateWriting.class).ifPresent(c -> uses.add(c::certificateSlots));
            a.capability(ApplicationLifeCycle.class).ifPresent(l -> uses.add(l::lifeCycleSteps));
            for (Use u : uses) {
                attempt(u, where);
            }
        }
    }

    private static void attempt(Use use, String where) {
        try {
            use.make();
        } catch (EscException e) {
            assertNotEquals(Fault.DEFECT, e.fault(), () -> where + ": " + e.problem());
            assertFalse(e.getMessage().isBlank(), where);
        }
    }

    private static int digestLength(SignatureAlgorithm algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.digest()).getDigestLength();
        } catch (NoSuchAlgorithmException e) {
            return fail(e);
        }
    }

    @Test
    void itsDeclarationMakesSense() {
        Declaration d = Declaration.of(properties());
        assertFalse(d.name().isBlank());
        assertFalse(d.recognises().isEmpty());
    }

    @Test
    void itKnowsItsCardsAndSaysWhy() throws Exception {
        assertFalse(cards().isEmpty(), "a driver is tested with at least one card");
        for (TestCard c : cards()) {
            var card = host().open(reader(c.atr()), c.connect(), Origin.probe("test"));
            assertEquals(1, card.applications().size(), c + ": " + card.verdicts());
            assertFalse(card.verdicts().getFirst().match().reason().isBlank(), c + " without a reason");
        }
    }

    @Test
    void itDoesNotClaimCardsOfOthers() throws Exception {
        for (int sw : new int[] {0x6A82, 0x6D00, 0x6E00, 0x6999}) {
            var card = host().open(reader(Atr.of("3B021450")), disturbed(cards().getFirst().connect(), (_, _, _) -> ResponseApdu.of(sw)),
                    Origin.probe("test"));
            assertEquals(List.of(), card.applications().stream().map(OpenCard.Application::driver).toList(),
                    "a card that answers everything with " + Hex.of(sw >> 8) + Hex.of(sw));
        }
    }

    @Test
    void itReadsItsCardsWithoutAPin() throws Exception {
        for (TestCard c : cards()) {
            var host = host();
            var card = host.open(reader(c.atr()), c.connect(), Origin.probe("test"));
            TokenInfo t = card.info();
            assertEquals(name(), t.driver(), () -> c + ": " + t.problems());
            assertEquals(t.certificates().size(), new HashSet<>(t.certificates().stream().map(TokenCertificate::id).toList()).size(),
                    c + ": two certificates have the same id");
            assertEquals(t.keys().size(), new HashSet<>(t.keys().stream().map(TokenKey::slot).toList()).size(),
                    c + ": two keys have the same slot");
            assertTrue(t.problems().stream().noneMatch(String::isBlank), c + ": a problem without words");
            assertEquals(Optional.empty(), host.switchedOff(name()));
        }
    }

    @Test
    void readingChangesNothingOnTheCard() throws Exception {
        for (TestCard c : cards()) {
            var tap = new Tap(c.connect());
            readAll(host(), c.atr(), tap);
            for (String s : tap.sent) {
                CommandApdu command = CommandApdu.parse(Hex.parse(s));
                assertTrue(changesNothing(command), () -> c + ": it sent " + s
                        + ", which may change the card; if it does not, say so in harmless() or changesNothing()");
            }
        }
    }

    @Test
    void nothingIsSentUnlessItIsAsked() throws Exception {
        for (TestCard c : cards()) {
            var threads = Collections.synchronizedSet(new HashSet<String>());
            var tap = disturbed(c.connect(), (_, command, card) -> {
                threads.add(Thread.currentThread().getName());
                return card.transmit(command);
            });
            readAll(host(), c.atr(), tap);
            int sent = tap.sent.size();
            Thread.sleep(300);
            assertEquals(sent, tap.sent.size(), c + ": it sends commands although nobody asks it to");
            assertEquals(List.of(), threads.stream().filter(t -> !t.startsWith("driver ")
                    && !t.equals(Thread.currentThread().getName())).toList(), c + ": it sends from threads of its own");
        }
    }

    @Test
    void whatTheCardRefusesIsToldWithItsStatusWord() throws Exception {
        for (TestCard c : cards()) {
            var whole = new Tap(c.connect());
            readAll(host(), c.atr(), whole);
            for (int n = 1; n <= whole.sent.size(); n++) {
                int refused = n;
                int sw = REFUSALS[n % REFUSALS.length];
                try {
                    readAll(host(), c.atr(), disturbed(c.connect(),
                            (number, command, card) -> number == refused ? ResponseApdu.of(sw) : card.transmit(command)));
                } catch (EscException e) {
                    assertNotEquals(Fault.DEFECT, e.fault(), () -> c + ", command " + refused + " refused: " + e.problem());
                    assertTrue(e.fault() != Fault.CARD || e.problem().sw().isPresent(),
                            () -> c + ", command " + refused + " refused, but the status word is lost: " + e.problem());
                }
            }
        }
    }

    @Test
    void aPulledCardEndsTheReading() throws Exception {
        for (TestCard c : cards()) {
            var whole = new Tap(c.connect());
            readAll(host(), c.atr(), whole);
            for (int n = 1; n <= whole.sent.size(); n++) {
                int pulled = n;
                var tap = disturbed(c.connect(), (number, command, card) -> {
                    if (number >= pulled) {
                        throw CardException.removed("talk to the card", null);
                    }
                    return card.transmit(command);
                });
                try {
                    readAll(host(), c.atr(), tap);
                    fail(c + ": it does not notice that the card was pulled at command " + pulled);
                } catch (EscException e) {
                    assertEquals("card-removed", e.problem().code(), () -> c + " pulled at command " + pulled);
                }
                assertTrue(tap.sent.size() <= pulled + 2, () -> c + ": it goes on sending after the card was pulled at command " + pulled);
            }
        }
    }

    @Test
    void anyAnswerOfACardIsSurvived() throws Exception {
        for (TestCard c : cards()) {
            for (int seed = 0; seed < NOISY_CARDS; seed++) {
                survive(c, seed);
            }
        }
    }

    private void survive(TestCard c, int seed) {
        var random = new Random(seed);
        int honesty = random.nextInt(20);
        var host = host();
        try {
            var noisy = disturbed(c.connect(), (_, command, card) -> {
                if (!changesNothing(command)) {
                    // nothing that might change the card reaches it
                    return noise(ResponseApdu.of(new byte[random.nextInt(257)], 0x9000), random);
                }
                ResponseApdu honest = card.transmit(command);
                return random.nextInt(20) < honesty ? honest : noise(honest, random);
            });
            readAll(host, c.atr(), noisy);
            useAll(host.open(reader(c.atr()), noisy, Origin.probe("test")), c + ", seed " + seed);
        } catch (EscException e) {
            assertNotEquals(Fault.DEFECT, e.fault(), () -> c + ", seed " + seed + ": " + e.problem());
            assertFalse(e.getMessage().isBlank(), () -> c + ", seed " + seed);
        }
        assertEquals(Optional.empty(), host.switchedOff(name()), () -> c + ", seed " + seed);
    }

    private static ResponseApdu noise(ResponseApdu honest, Random random) {
        byte[] data = switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(honest.data(), random.nextInt(honest.nr() + 1));
            case 1 -> honest.data();
            case 2 -> new byte[random.nextInt(257)];
            default -> {
                byte[] longer = Arrays.copyOf(honest.data(), honest.nr() + random.nextInt(5));
                yield longer;
            }
        };
        for (int i = random.nextInt(5); i > 0 && data.length > 0; i--) {
            data[random.nextInt(data.length)] = (byte) random.nextInt();
        }
        return ResponseApdu.of(data, random.nextInt(3) > 0 ? 0x9000 : REFUSALS[random.nextInt(REFUSALS.length)]);
    }

    @Test
    void aCardThatAgreesToEverythingEndsToo() throws Exception {
        for (TestCard c : cards()) {
            for (int length : new int[] {0, 1, 256}) {
                for (byte fill : new byte[] {0, 0x30, (byte) 0xFF}) {
                    var host = host();
                    byte[] data = new byte[length];
                    Arrays.fill(data, fill);
                    try {
                        readAll(host, c.atr(), disturbed(c.connect(), (_, _, _) -> ResponseApdu.of(data, 0x9000)));
                    } catch (EscException e) {
                        assertNotEquals(Fault.DEFECT, e.fault(), () -> c + ": " + e.problem());
                    }
                    assertEquals(Optional.empty(), host.switchedOff(name()), c + " with " + length + " bytes to every command");
                }
            }
        }
    }

    @Test
    void itLetsItselfBeCancelled() throws Exception {
        for (TestCard c : cards()) {
            var inside = new CountDownLatch(1);
            var slow = disturbed(c.connect(), (number, command, card) -> {
                if (number < 3) {
                    return card.transmit(command);
                }
                inside.countDown();
                try {
                    Thread.sleep(TimeUnit.SECONDS.toMillis(2 * PATIENCE_SECONDS));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new EscException(Fault.CANCELLED, "talk to the card", "Cancelled while the card was working.");
                }
                return card.transmit(command);
            });
            var end = new AtomicReference<Throwable>();
            Thread t = Thread.ofPlatform().daemon().start(() -> {
                try {
                    readAll(host(), c.atr(), slow);
                } catch (EscException | RuntimeException | Error e) {
                    end.set(e);
                }
            });
            if (!inside.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                continue; // a driver that needs less than three commands
            }
            t.interrupt();
            t.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            assertFalse(t.isAlive(), c + ": it does not end when it is cancelled");
            assertTrue(end.get() instanceof EscException e && e.fault() == Fault.CANCELLED, () -> c + ": " + end.get());
        }
    }

    @Test
    void aPinAppearsNowhere() throws Exception {
        if (pin().isEmpty()) {
            return;
        }
        String id = pin().get().getKey();
        for (String value : List.of(pin().get().getValue(), "73197319")) {
            for (TestCard c : cards()) {
                var said = new StringBuilder();
                var open = host().open(reader(c.atr()), c.connect(), Origin.verb("test"));
                Optional<Pins> pins = open.applications().getFirst().capability(Pins.class);
                assertTrue(pins.isPresent(), c + ": it offers no PINs");
                try (Secret secret = Secret.of(value)) {
                    pins.get().verifyPin(id, secret);
                    said.append(open.info()).append(open.applications());
                    assertFalse(secret.isDestroyed(), "the PIN belongs to the caller");
                } catch (EscException e) {
                    for (Throwable t = e; t != null; t = t.getCause()) {
                        said.append(t).append('\n');
                    }
                    said.append(e.problem());
                }
                pins.get().pins().forEach(said::append);
                open.applications().getFirst().capability(Certificates.class).ifPresent(said::append);
                assertFalse(said.toString().contains(value), c + ": the PIN can be read");
                assertFalse(said.toString().toUpperCase(java.util.Locale.ROOT).contains(Hex.of(value.getBytes(
                        java.nio.charset.StandardCharsets.UTF_8))), c + ": the PIN can be read in hexadecimal digits");
            }
        }
    }
}

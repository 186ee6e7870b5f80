// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.testing.Person;
import org.esc.securechannel.testing.WatchedCard;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Opening channels, and the guard against wrong keys. */
class ChannelsTest {

    private static final String WRONG = "00112233445566778899AABBCCDDEEFF";

    @TempDir
    Path folder;

    private final Person person = new Person();
    private final KeySets sets = new KeySets(Optional.empty(), Optional.empty(), name -> name.equals("WRONG_KEYS") ? WRONG : "");
    private Path counts;

    @BeforeEach
    void fileOfCounts() {
        counts = folder.resolve("state/card-tries");
    }

    private static WatchedCard card(ScpVersion scp) {
        return new WatchedCard(scp, KeySet.factory(1, scp.keyType()));
    }

    private static KeyArgs wrong(Optional<String> tryAgain) {
        return new KeyArgs(Optional.empty(), Optional.of("WRONG_KEYS"), "00", Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), KeyArgs.Level.MAC_ENC, tryAgain);
    }

    private EscException refused(WatchedCard card, KeyArgs args) throws EscException {
        // a new instance each time, as another start of the program is
        try (OpenKeys keys = sets.open(args, person.context())) {
            return assertThrows(EscException.class, () -> new Channels(counts).open(card, keys, args, person.context()));
        }
    }

    private void opens(WatchedCard card, KeyArgs args) throws EscException {
        try (OpenKeys keys = sets.open(args, person.context());
                var channel = new Channels(counts).open(card, keys, args, person.context())) {
            assertArrayEquals(new byte[] {1, 2, 3}, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 0, new byte[] {1, 2, 3})).data());
        }
    }

    @ParameterizedTest
    @CsvSource({"1,05", "1,15", "2,04", "2,15", "2,55", "2,44", "3,00", "3,70", "3,71", "3,01"})
    void theCardsOptionsAreAskedForAndUsed(int protocol, String i) throws EscException {
        var card = card(new ScpVersion(protocol, Integer.parseInt(i, 16)));
        opens(card, KeyArgs.named("factory"));
        card.tellsOptions = false;
        opens(card, new KeyArgs(Optional.of("factory"), Optional.empty(), "00", Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.of(i), KeyArgs.Level.MAC, Optional.empty()));
        assertFalse(Files.exists(counts), "nothing failed");
    }

    @ParameterizedTest
    @CsvSource({"1,05", "2,15", "3,70"})
    void wrongKeysStopBeforeExternalAuthenticate(int protocol, String i) throws EscException {
        var card = card(new ScpVersion(protocol, Integer.parseInt(i, 16)));
        var problem = refused(card, wrong(Optional.empty())).problem();
        assertEquals("card-not-authentic", problem.code());
        assertTrue(problem.message().contains("environment variable WRONG_KEYS"), problem.message());
        assertFalse(problem.message().contains(WRONG));
        assertFalse(card.saw(0x82), "EXTERNAL AUTHENTICATE was sent");
        assertEquals(1, card.seen.stream().filter(c -> c.ins() == 0x50).count(), "tried again by itself");
    }

    @Test
    void failuresAreCountedOverRestartsUntilTheCardAccepts() throws Exception {
        var card = card(ScpVersion.SCP02_15);
        refused(card, wrong(Optional.empty()));
        var second = refused(card, wrong(Optional.empty())).problem();
        assertTrue(second.message().contains("failure 2 in a row"), second.message());
        opens(card, KeyArgs.named("factory"));
        assertEquals("", Files.readString(counts));
        var again = refused(card, wrong(Optional.empty())).problem();
        assertFalse(again.message().contains("in a row"), again.message());
        assertEquals(KDD_LINE, Files.readString(counts).replaceAll("\\t.*", "").strip());
    }

    private static final String KDD_LINE = WatchedCard.KDD;

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void fromTheThirdOnAPersonHasToAgree(boolean cplc) throws EscException {
        var card = card(ScpVersion.SCP03_70);
        if (!cplc) {
            card.cplc = "";
        }
        refused(card, wrong(Optional.empty()));
        refused(card, wrong(Optional.empty()));
        var third = refused(card, wrong(Optional.empty())).problem();
        assertTrue(third.advice().contains("--try-again " + WatchedCard.KDD), third.advice());
        card.seen.clear();

        var no = refused(card, wrong(Optional.empty())).problem();
        assertEquals(Fault.UNCONFIRMED, no.fault());
        assertEquals(Optional.of(WatchedCard.KDD), person.questions.getLast().typed());
        assertTrue(person.questions.getLast().message().contains("last 3 tries"), person.questions.getLast().message());
        assertFalse(card.saw(0x50), "INITIALIZE UPDATE was sent");

        person.there = false;
        var nobody = refused(card, KeyArgs.named("factory")).problem();
        assertEquals(8, nobody.fault().exit());
        assertTrue(nobody.advice().contains("--try-again " + WatchedCard.KDD), nobody.advice());
        assertEquals("other-card", refused(card, wrong(Optional.of("00"))).problem().code());
        assertFalse(card.saw(0x50), "INITIALIZE UPDATE was sent");

        assertTrue(refused(card, wrong(Optional.of(WatchedCard.KDD))).problem().message().contains("failure 4 in a row"));
        person.there = true;
        person.agrees = true;
        opens(card, KeyArgs.named("factory"));
        person.agrees = false;
        opens(card, KeyArgs.named("factory"));
    }

    @Test
    void anotherCardMayBeTriedFreely() throws EscException {
        var card = card(ScpVersion.SCP02_15);
        for (int n = 0; n < 3; n++) {
            refused(card, wrong(Optional.empty()));
        }
        var other = card(ScpVersion.SCP02_15);
        other.cplc = "AA".repeat(42);
        opens(other, KeyArgs.named("factory"));
        assertTrue(person.questions.isEmpty());
    }

    /** Of cards without production data each is known by what else it tells; those that tell nothing count as one. */
    @ParameterizedTest
    @CsvSource({"CF,CF0A00010203040506070809,CF0A00010203040506070A0A,false", "45,45084142434445464748,45084142434445464749,false",
        "9F7E,AA,BB,true"})
    void cardsWithoutProductionDataAreToldApart(String tag, String one, String two, boolean same) throws EscException {
        var card = card(ScpVersion.SCP02_15);
        card.cplc = "";
        card.objects.put(Integer.parseInt(tag, 16), Hex.parse(one));
        for (int n = 0; n < 3; n++) {
            refused(card, wrong(Optional.empty()));
        }
        var other = card(ScpVersion.SCP02_15);
        other.cplc = "";
        other.objects.put(Integer.parseInt(tag, 16), Hex.parse(two));
        if (same) {
            assertEquals(Fault.UNCONFIRMED, refused(other, KeyArgs.named("factory")).fault());
        } else {
            opens(other, KeyArgs.named("factory"));
            assertTrue(person.questions.isEmpty());
        }
    }

    @Test
    void theFirstCardKeepsItsCount() throws EscException {
        var card = card(ScpVersion.SCP02_15);
        card.cplc = "";
        card.objects.put(0x45, Hex.parse("4503AABBCC"));
        card.objects.put(0x42, Hex.parse("4203010203"));
        for (int n = 0; n < 3; n++) {
            refused(card, wrong(Optional.empty()));
        }
        var again = card(ScpVersion.SCP02_15);
        again.cplc = "";
        again.objects.putAll(card.objects);
        assertEquals(Fault.UNCONFIRMED, refused(again, KeyArgs.named("factory")).fault());
        assertFalse(again.saw(0x50), "INITIALIZE UPDATE was sent");
    }

    @Test
    void aRefusedAuthenticationCountsToo() throws EscException {
        var card = card(ScpVersion.SCP01_05);
        card.refuses = true;
        refused(card, KeyArgs.named("factory"));
        var second = refused(card, KeyArgs.named("factory")).problem();
        assertEquals("authentication-refused", second.code());
        assertTrue(second.message().contains("key set factory") && second.message().contains("failure 2 in a row"), second.message());
    }

    @Test
    void whatTheCardDoesNotOfferIsNoFailedTry() throws EscException {
        var args = new KeyArgs(Optional.of("factory"), Optional.empty(), "00", Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), KeyArgs.Level.FULL, Optional.empty());
        var card = card(ScpVersion.SCP03_00);
        assertEquals("security-level", refused(card, args).problem().code());
        assertFalse(card.saw(0x82));
        assertFalse(Files.exists(counts));
    }

    @Test
    void aDamagedFileNeitherHidesNorLosesAnything() throws Exception {
        Files.createDirectories(counts.getParent());
        Files.writeString(counts, "# written by a later version\n" + WatchedCard.KDD + "\tx\ty\n\n");
        var card = card(ScpVersion.SCP02_15);
        refused(card, wrong(Optional.empty()));
        String text = Files.readString(counts);
        assertTrue(text.startsWith("# written by a later version\n"), text);
        assertEquals(1, new CardTries(counts).all().size());
    }

    @Test
    void aCountThatCannotBeKeptIsSaid() throws Exception {
        Files.createDirectories(counts.getParent().getParent());
        Files.writeString(counts.getParent(), "a file where a folder should be");
        var problem = refused(card(ScpVersion.SCP02_15), wrong(Optional.empty())).problem();
        assertEquals("card-not-authentic", problem.code());
        assertTrue(problem.advice().contains("could not be counted"), problem.advice());
    }

    @Test
    void twoProcessesCountTogether() throws Exception {
        // the other process: this class's main
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp", classPath(),
                ChannelsTest.class.getName(), counts.toString());
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile());
        var one = builder.start();
        for (int n = 0; n < 20; n++) {
            new CardTries(counts).failed(WatchedCard.KDD, "here", "these keys");
        }
        assertTrue(one.waitFor(60, java.util.concurrent.TimeUnit.SECONDS));
        assertEquals(0, one.exitValue(), Files.readString(folder.resolve("out")));
        assertEquals(40, new CardTries(counts).all().getFirst().failures());
    }

    private static String classPath() throws Exception {
        var parts = new java.util.LinkedHashSet<String>();
        for (Class<?> c : new Class<?>[] {CardTries.class, Hex.class, org.esc.command.UserDirs.class, org.esc.card.CardChannel.class,
            ChannelsTest.class, Test.class}) {
            Path at = Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI());
            parts.add(at.toString());
            // an unpacked bundle of this build has its classes one step further down
            parts.add(at.resolve("target/classes").toString());
        }
        return String.join(java.io.File.pathSeparator, parts);
    }

    /** Counts 20 failures. */
    public static void main(String[] arguments) throws Exception {
        for (int n = 0; n < 20; n++) {
            new CardTries(Path.of(arguments[0])).failed(WatchedCard.KDD, "there", "those keys");
        }
    }

    @Test
    void keyTypeThatTheCardDoesNotTakeIsNoTry() throws EscException {
        var long32 = new KeySets(Optional.empty(), Optional.empty(), _ -> WRONG + WRONG);
        var card = card(ScpVersion.SCP02_15);
        try (OpenKeys keys = long32.open(wrong(Optional.empty()), person.context())) {
            assertEquals(java.util.List.of(KeyType.AES), keys.types());
            var e = assertThrows(EscException.class,
                    () -> new Channels(counts).open(card, keys, wrong(Optional.empty()), person.context()));
            assertEquals("wrong-key-type", e.problem().code());
        }
        assertFalse(Files.exists(counts));
    }
}

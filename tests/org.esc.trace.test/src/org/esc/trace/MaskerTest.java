// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.card.Exchange;
import org.esc.card.Origin;
import org.junit.jupiter.api.Test;

class MaskerTest {

    private static final String SECRET = "53454352455421";
    private static final String MAC = "C0FFEEC0FFEE1234";
    private static final String KNOWN = "627601FF000000";

    /** Knows one application: its command 11 brings a secret in its second and third byte, 13 has a secret answer, 15 is harmless. */
    private static final Decoder EXPERT = new Decoder() {
        @Override
        public int rank(Standing s) {
            return s.application().equals(Optional.of(Aid.of(KNOWN))) ? APPLICATION : 0;
        }

        @Override
        public String command(Standing s, CommandApdu c) {
            return switch (c.ins()) {
                case 0x11 -> "SAY IT";
                case 0x13 -> "TELL IT";
                case 0x15 -> "HARMLESS";
                default -> "";
            };
        }

        @Override
        public Secrecy secrecy(Standing s, CommandApdu c) {
            return switch (c.ins()) {
                case 0x11 -> new Secrecy(1, 3, false);
                case 0x13 -> Secrecy.ANSWER;
                case 0x17 -> throw new IllegalStateException("stumbles");
                case 0x20 -> Secrecy.OPEN;
                default -> Secrecy.OPEN;
            };
        }
    };

    private final Masker masker = new Masker(List.of(EXPERT));
    private long id;

    private Entry mask(long session, String command, String response) {
        return masker.mask(new Exchange(++id, Instant.EPOCH, Duration.ZERO, "R", Atr.of("3B80010A"), "T=1", session, Origin.verb("x"),
                Hex.parse(command), Hex.parse(response), Optional.empty(), false), false);
    }

    private String command(String command) {
        return mask(1, command, "9000").command().toString();
    }

    private void selected(String aid) {
        mask(1, "00A40400" + Hex.of(aid.length() / 2) + aid + "00", "9000");
    }

    /** A secure channel at a level. */
    private void channel(int protocol, String level) {
        mask(1, "8050000008000102030405060700", "00010203040506070809FF0" + protocol + "00".repeat(16) + "9000");
        mask(1, "8482" + level + "0010112233445566778899AABBCCDDEEFF00", "9000");
    }

    private static String hidden(int n) {
        return "**".repeat(n);
    }

    @Test
    void whatIsSaidToAnUnknownApplicationIsHiddenWhereItCouldBeASecret() {
        assertEquals("002A9E9A07" + hidden(7), command("002A9E9A07" + SECRET));
        assertEquals("00D8000007" + hidden(7), command("00D8000007" + SECRET));
        assertEquals(hidden(7) + "9000", mask(1, "002A9E9A0101", SECRET + "9000").response().toString());
        assertEquals("0015000007" + SECRET, command("0015000007" + SECRET));
        selected(KNOWN);
        assertEquals("002A9E9A07" + SECRET, command("002A9E9A07" + SECRET), "somebody knows that this one signs");
    }

    @Test
    void decodersHideMoreAndNeverLess() {
        assertEquals("80110000" + "0401020304", command("80110000" + "0401020304"));
        selected(KNOWN);
        assertEquals("80110000" + "0401****04", command("80110000" + "0401020304"));
        assertEquals(hidden(7) + "9000", mask(1, "80130000", SECRET + "9000").response().toString());
        assertEquals("0020000007" + hidden(7), command("0020000007" + SECRET));
        // one that stumbles has not said that anything is harmless
        Entry e = mask(1, "8017000007" + SECRET, SECRET + "9000");
        assertFalse((Hex.of(e.command().bytes()) + Hex.of(e.response().bytes())).contains(SECRET));
        // and the rest that is fetched
        mask(1, "80130000", "6107");
        assertEquals(hidden(7) + "9000", mask(1, "00C0000007", SECRET + "9000").response().toString());
        assertEquals(SECRET + "9000", mask(1, "00C0000007", SECRET + "9000").response().toString());
        // on its own channel only, and not forgotten over an exchange on another
        mask(1, "80130000", "6107");
        assertEquals(SECRET + "9000", mask(1, "01C0000007", SECRET + "9000").response().toString());
        assertEquals(hidden(7) + "9000", mask(1, "00C0000007", SECRET + "9000").response().toString());
    }

    @Test
    void afterAPinWasAskedForTheNextCommandThatNobodyKnowsIsHidden() {
        selected(KNOWN);
        assertEquals("8019000007" + SECRET, command("8019000007" + SECRET));
        masker.pinAsked();
        assertEquals("8015000007" + SECRET, command("8015000007" + SECRET), "known to be harmless");
        mask(1, "00A4040007" + KNOWN, "9000");
        assertEquals("8019000007" + hidden(7), command("8019000007" + SECRET));
        assertEquals("8019000007" + SECRET, command("8019000007" + SECRET), "one only");
        masker.pinAsked();
        assertEquals("8011000007" + "53****52455421", command("8011000007" + SECRET), "the decoder knows where the PIN is");
        assertEquals("8019000007" + SECRET, command("8019000007" + SECRET));
        // each card, and what it meant in plain
        masker.pinAsked();
        Entry one = mask(1, "8419000008" + SECRET + "00", "9000");
        assertTrue(masker.explained(one, new Entry.Plain(Masked.parse("8019000007" + SECRET), Masked.parse(SECRET + "9000"))).plain().orElseThrow()
                .command().toString().startsWith("8019000007**"));
        assertEquals("8019000007" + hidden(7), mask(2, "8019000007" + SECRET, "9000").command().toString());
    }

    @Test
    void theMacThatLaterOnesGoOnFromStaysWhereASecureChannelIsOpen() {
        String wrapped = "842400000F" + SECRET + MAC;
        assertEquals("842400000F" + hidden(15), command(wrapped), "no channel: it may all be PIN");
        channel(2, "01");
        assertEquals("842400000F" + hidden(7) + MAC, command(wrapped));
        assertEquals("842400000F" + hidden(7) + MAC + "00", command(wrapped + "00"));
        assertEquals("802400000F" + hidden(15), command("802400000F" + SECRET + MAC), "not wrapped");
        assertEquals("8424000003" + hidden(3), command("8424000003112233"), "too short for a MAC");
        channel(2, "00");
        assertEquals("842400000F" + hidden(15), command(wrapped));
    }

    @Test
    void theChainingValueIsKeptWithHiddenCommandsOnly() {
        channel(3, "03");
        var plain = new Entry.Plain(Masked.parse("8024000007" + SECRET), Masked.parse("9000"), Masked.parse("AA".repeat(16)));
        Entry e = masker.explained(mask(1, "8424000018" + "00".repeat(16) + MAC, "9000"), plain);
        assertEquals("AA".repeat(16), e.plain().orElseThrow().chain().toString());
        assertEquals("8024000007" + hidden(7), e.plain().orElseThrow().command().toString());
        e = masker.explained(mask(1, "84CA006608" + MAC, "9000"), new Entry.Plain(Masked.parse("80CA0066"), Masked.parse("9000"),
                Masked.parse("AA".repeat(16))));
        assertEquals(0, e.plain().orElseThrow().chain().length());
    }

    @Test
    void decryptableKeepsCiphertextAndNothingElse() {
        masker.decryptable(true);
        assertEquals("0020008007" + hidden(7), command("0020008007" + SECRET));
        assertEquals("842400000F" + hidden(15), command("842400000F" + SECRET + MAC), "nobody knows that this is encrypted");
        channel(2, "01");
        assertEquals("842400000F" + hidden(7) + MAC, command("842400000F" + SECRET + MAC), "signed, not encrypted");
        channel(3, "03");
        String wrapped = "8424000018" + "11".repeat(16) + MAC;
        assertEquals(wrapped, command(wrapped));
        assertEquals("0020008007" + hidden(7), command("0020008007" + SECRET));
        Entry e = masker.explained(mask(1, wrapped, "9000"), new Entry.Plain(Masked.parse("8024000007" + SECRET), Masked.parse("9000")));
        assertEquals("8024000007" + hidden(7), e.plain().orElseThrow().command().toString());
        // answers too only where they are encrypted
        assertEquals(hidden(7) + "9000", mask(1, "8442000008" + MAC, SECRET + "9000").response().toString());
        channel(3, "33");
        assertEquals(SECRET + "9000", mask(1, "8442000008" + MAC, SECRET + "9000").response().toString());
    }

    @Test
    void otherDecodersGoOnFromTheSamePlace() {
        channel(2, "01");
        masker.pinAsked();
        Masker next = masker.with(List.of());
        assertEquals("842400000F" + hidden(7) + MAC, next.mask(new Exchange(99, Instant.EPOCH, Duration.ZERO, "R", Atr.of("3B80010A"), "T=1", 1,
                Origin.verb("x"), Hex.parse("842400000F" + SECRET + MAC), Hex.parse("9000"), Optional.empty(), false), false).command().toString());
    }
}

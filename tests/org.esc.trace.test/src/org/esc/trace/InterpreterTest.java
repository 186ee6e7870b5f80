// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.card.Origin;
import org.esc.trace.Standing.Security;
import org.junit.jupiter.api.Test;

class InterpreterTest {

    private static final String ISD = "A000000003000000";
    private static final Atr ATR = Atr.of("3B80010A");

    /** Shows what it is asked. */
    private static final Decoder ECHO = new Decoder() {
        @Override
        public int rank(Standing s) {
            return 1;
        }

        @Override
        public String command(Standing s, CommandApdu c) {
            return c.ins() == 0x11 ? "ELEVEN" : "";
        }

        @Override
        public List<Field> commandData(Standing s, CommandApdu c, byte[] data) {
            return List.of(Field.of("all", Hex.of(data), 0, data.length));
        }

        @Override
        public List<Field> responseData(Standing s, CommandApdu c, byte[] data) {
            return List.of(Field.of("answer to " + Hex.of(c.ins()), Hex.of(data), 0, data.length));
        }
    };

    private final Interpreter interpreter = new Interpreter(List.of(ECHO));

    private static Entry entry(long session, Atr atr, String command, String response) {
        return new Entry(1, Optional.empty(), Optional.empty(), new TracedCard(session, "R", atr, ""), Origin.verb("x"), Masked.parse(command),
                Masked.parse(response), Optional.empty(), false, Optional.empty());
    }

    private Decoded say(String command, String response) {
        return interpreter.decode(entry(1, ATR, command, response));
    }

    private Standing now() {
        return interpreter.standing(1, 0);
    }

    private static String value(Decoded d, Part.Kind kind) {
        return d.parts().stream().filter(p -> p.kind() == kind).findFirst().orElseThrow().fields().getFirst().value();
    }

    @Test
    void knowsWhatIsSelected() {
        say("00A4040007A0000000030000", "9000");
        assertEquals(Optional.of(Aid.of("A0000000030000")), now().application());
        say("00A4040005A000000003", "6F0A8408" + ISD + "9000");
        assertEquals(Optional.of(Aid.of(ISD)), now().application(), "the card knows better");
        say("00A4040007A0000000030001", "6A82");
        assertEquals(Optional.of(Aid.of(ISD)), now().application(), "a refused selection changes nothing");
        say("00A40400", "9000");
        assertEquals(Optional.empty(), now().application());
        // from an answer that is fetched
        say("00A4040005A000000003", "610C");
        assertEquals(Optional.of(Aid.of("A000000003")), now().application());
        say("00C000000C", "6F0A8408" + ISD + "9000");
        assertEquals(Optional.of(Aid.of(ISD)), now().application());
        // hidden bytes are no name
        say("00A4040007**************", "9000");
        assertEquals(Optional.empty(), now().application());
    }

    @Test
    void knowsWhereInTheFilesItIs() {
        say("00A40000023F00", "9000");
        assertEquals("3F00", now().file());
        say("00A40100025015", "9000");
        assertEquals("3F00/5015", now().file());
        say("00A40200024401", "6F07820101830244019000");
        assertEquals("3F00/5015/4401", now().file());
        say("00A40200024402", "9000");
        assertEquals("3F00/5015/4402", now().file());
        say("00A40300", "9000");
        assertEquals("3F00", now().file());
        say("00A40804045015AAAA", "9000");
        assertEquals("3F00/5015/AAAA", now().file());
        say("A0A40000027F20", "9F16");
        say("A0C0000016", "00".repeat(22) + "9000");
        assertTrue(now().file().endsWith("7F20"), now().file());
        say("00A4000003112233", "9000");
        assertEquals("", now().file());
    }

    @Test
    void knowsEachLogicalChannel() {
        say("00A4040007A0000000030000", "9000");
        say("0070000001", "019000");
        say("01A40400067601FF000000", "9000");
        assertEquals("A0000000030000", now().application().orElseThrow().toString());
        assertEquals("7601FF000000", interpreter.standing(1, 1).application().orElseThrow().toString());
        say("41A40400067601FF000001", "9000");
        assertEquals("7601FF000001", interpreter.standing(1, 5).application().orElseThrow().toString());
        say("00708001", "9000");
        assertTrue(interpreter.standing(1, 1).application().isEmpty());
        assertEquals(19, Interpreter.channel(0x4F));
        assertEquals(3, Interpreter.channel(0x87));
        assertEquals(0, Interpreter.channel(0xFF));
        // and each card; another ATR is another card
        interpreter.pass(entry(2, ATR, "00A40400067601FF000009", "9000"));
        assertEquals("A0000000030000", now().application().orElseThrow().toString());
        interpreter.pass(entry(2, Atr.UNKNOWN, "0011000000", "9000"));
        assertTrue(interpreter.standing(2, 0).application().isPresent());
        interpreter.pass(entry(2, Atr.of("3B81010A0A"), "0011000000", "9000"));
        assertTrue(interpreter.standing(2, 0).application().isEmpty());
    }

    @Test
    void knowsTheSecureChannel() {
        String offered = "00010203040506070809FF02" + "00".repeat(16) + "9000";
        say("8050000008000102030405060700", offered);
        assertEquals(Security.NONE, now().security());
        say("8482030010" + "00".repeat(16), "6300");
        assertEquals(Security.NONE, now().security());
        say("8482030010" + "00".repeat(16), "9000");
        assertEquals(Security.NONE, now().security(), "the offer was used up");
        say("80500000080001020304050607", "611E");
        say("00C000001C", offered);
        say("8482030010" + "00".repeat(16), "9000");
        assertEquals(new Security(2, 3), now().security());
        Decoded d = say("84E2000010" + "00".repeat(8) + "C0FFEEC0FFEE1234", "9000");
        List<Field> fields = d.parts().getFirst().fields();
        assertEquals(List.of("CLA", "INS", "P1", "P2", "Lc", "data", "C-MAC"), fields.stream().map(Field::name).toList());
        assertEquals("encrypted", fields.get(5).value());
        assertEquals(13, fields.get(6).offset());
        say("00A4040007A0000000030000", "9000");
        assertEquals(Security.NONE, now().security());
        // key information may be scrubbed away
        say("8050000008000102030405060700", "**".repeat(10) + "FF03" + "00".repeat(17) + "9000");
        say("8482330010" + "00".repeat(16), "9000");
        assertEquals(new Security(3, 0x33), now().security());
        say("FF82000006FFFFFFFFFFFF", "6300");
        assertEquals(new Security(3, 0x33), now().security(), "the reader's own command");
        // what was selected inside is known when it is told
        Entry e = entry(1, ATR, "04A4040018" + "00".repeat(16) + "C0FFEEC0FFEE1234", "9000");
        interpreter.pass(e);
        assertTrue(now().application().isEmpty());
        interpreter.explained(e.card(), new Entry.Plain(Masked.parse("04A4040007A0000000030000"), Masked.parse("9000")));
        assertEquals("A0000000030000", now().application().orElseThrow().toString());
    }

    @Test
    void putsTogetherWhatIsChained() {
        assertTrue(say("1011000002AABB", "9000").parts().stream().noneMatch(p -> p.kind() == Part.Kind.WHOLE_COMMAND_DATA));
        say("10110000020102", "9000");
        Decoded d = say("00110000020304", "9000");
        assertEquals("AABB01020304", value(d, Part.Kind.WHOLE_COMMAND_DATA));
        // another command ends it
        say("1011000002AABB", "9000");
        d = say("00120000020304", "9000");
        assertTrue(d.parts().stream().noneMatch(p -> p.kind() == Part.Kind.WHOLE_COMMAND_DATA));
        d = say("00110000020304", "9000");
        assertEquals("0304", d.parts().getFirst().fields().get(5).children().getFirst().value());
        // one too long is let go
        for (int i = 0; i < 300; i++) {
            say("10110000FF" + "00".repeat(255), "9000");
        }
        d = say("00110000020304", "9000");
        assertTrue(d.parts().stream().noneMatch(p -> p.kind() == Part.Kind.WHOLE_COMMAND_DATA));
        assertTrue(say("00110000020304", "9000").parts().stream().noneMatch(p -> p.kind() == Part.Kind.WHOLE_COMMAND_DATA));
    }

    @Test
    void putsTogetherWhatIsFetchedInPieces() {
        say("0011000000", "AABB6104");
        assertEquals("of ELEVEN", interpreter.decode(entry(1, ATR, "00C0000002", "CCDD6102")).brief().summary());
        say("01C0000002", "99999000");
        Decoded d = say("00C0000002", "EEFF9000");
        Part whole = d.parts().getLast();
        assertEquals(Part.Kind.WHOLE_RESPONSE_DATA, whole.kind());
        assertEquals("answer to 11", whole.fields().getFirst().name());
        assertEquals("AABBCCDDEEFF", whole.fields().getFirst().value());
        assertTrue(say("00C0000002", "EEFF9000").parts().stream().noneMatch(p -> p.kind() == Part.Kind.WHOLE_RESPONSE_DATA));
        // hidden pieces stay hidden
        say("0011000000", "6104");
        whole = say("00C0000002", "**EE9000").parts().getLast();
        assertEquals("**EE", whole.bytes().toString());
        assertEquals("hidden", whole.fields().getFirst().value());
    }

    @Test
    void tellsNothingOfHiddenBytes() {
        Decoded d = say("0020000004" + "********", "63C2");
        assertEquals("VERIFY", d.brief().name());
        assertFalse(d.toString().contains("00000000"), d::toString);
        assertTrue(d.brief().status().contains("2 tries"), d.brief()::status);
        assertEquals("malformed command", say("00", "6700").brief().name());
        assertEquals("", say("00A40400", "").brief().status());
    }

    @Test
    void goesOnFromACheckpointAndForgetsTheOldest() {
        say("00A40000023F00", "9000");
        say("00A40100025015", "9000");
        say("1011000002AABB", "9000");
        var next = new Interpreter(List.of(ECHO), interpreter.checkpoint());
        say("00A4040007A0000000030000", "9000");
        assertEquals("AABBCC", value(next.decode(entry(1, ATR, "0011000001CC", "9000")), Part.Kind.WHOLE_COMMAND_DATA));
        next.pass(entry(1, ATR, "00A40200024401", "9000"));
        assertEquals("3F00/5015/4401", next.standing(1, 0).file());
        for (int i = 2; i < 200; i++) {
            next.pass(entry(i, ATR, "00A40000023F00", "9000"));
        }
        assertEquals("", next.standing(1, 0).file());
        assertEquals("3F00", next.standing(199, 0).file());
        assertEquals(Interpreter.MOST_SESSIONS, next.checkpoint().talks().size());
        next.end(199);
        assertEquals("", next.standing(199, 0).file());
    }
}

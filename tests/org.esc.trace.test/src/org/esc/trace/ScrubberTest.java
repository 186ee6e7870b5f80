// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.Exchange;
import org.esc.card.Origin;
import org.esc.trace.Scrubber.Kind;
import org.esc.trace.Scrubber.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubberTest {

    private static final String PIN = "53454352455421";
    private static final String CIPHERTEXT = "C1C2C3C4C5C6C7C8D1D2D3D4D5D6D7D8";
    private static final String MAC = "C0FFEEC0FFEE1234";
    private static final String CHAIN = "AB01AB02AB03AB04AB05AB06AB07AB08";
    private static final String NAME = "4D61782E4D75737465726D616E6E";
    private static final String SERIAL = "40900612345678901234";
    private static final TracedCard CARD = new TracedCard(1, "Maker Model [CCID] (21121234200017) 00 00", Atr.of("3B80010A"), "T=1");

    @TempDir
    private Path folder;

    private static Entry entry(long number, String command, String response) {
        return new Entry(number, Optional.empty(), Optional.empty(), CARD, Origin.verb("x"), Masked.parse(command), Masked.parse(response),
                Optional.empty(), false, Optional.empty());
    }

    private static String lc(String data) {
        return Hex.of(data.length() / 2) + data;
    }

    /** Somebody else's trace, or one that can be decrypted: everything is in it. */
    private static List<Entry> unsafe() {
        return List.of(entry(1, "00A4040007A0000003080000", "9000"), entry(2, "0020008007" + PIN, "9000"),
                entry(3, "80500000080001020304050607" + "00", SERIAL + "FF02" + "00".repeat(16) + "9000"),
                entry(4, "8482030010" + "00".repeat(16), "9000"),
                entry(5, "84240000" + lc(CIPHERTEXT + MAC), "9000").with(new Entry.Plain(Masked.parse("80240000" + lc(PIN)), Masked.parse("9000"),
                        Masked.parse(CHAIN))),
                entry(6, "84CA006608" + "1122334455667788", "9000"),
                entry(7, "00CB3FFF055C035FC105", NAME + "6107"), entry(8, "00C0000007", NAME.substring(0, 14) + "9000"),
                entry(9, "00DB3FFF" + lc(NAME), "9000"), entry(10, "00A4040010" + "D27600012401030400060AB7C9E10000", "9000"),
                entry(11, "002A8086020011", PIN + "9000"));
    }

    private static String text(List<Entry> entries) {
        var s = new StringBuilder();
        for (Entry e : entries) {
            s.append(e.card().reader()).append(' ').append(e.command()).append(' ').append(e.response()).append(' ');
            e.plain().ifPresent(p -> s.append(p.command()).append(' ').append(p.response()).append(' ').append(p.chain()));
        }
        return s.toString();
    }

    @Test
    void takesAllSecretsAndSaysHowMany() {
        var scrubber = new Scrubber(List.of(), Level.SECRETS);
        List<Entry> clean = unsafe().stream().map(scrubber::scrub).toList();
        String all = text(clean);
        for (String secret : List.of(PIN, CIPHERTEXT, MAC, CHAIN)) {
            assertTrue(text(unsafe()).contains(secret), secret);
            assertFalse(all.contains(secret), secret + " in " + all);
        }
        assertTrue(all.contains(SERIAL));
        // PUT DATA of class 00 is key import to whom does not know better
        assertEquals(Map.of(Kind.SECRET_COMMANDS, 4L, Kind.SECRET_ANSWERS, 1L, Kind.MACS, 1L), scrubber.removed());
        for (int i = 0; i < clean.size(); i++) {
            assertEquals(unsafe().get(i).command().length(), clean.get(i).command().length());
            assertEquals(unsafe().get(i).response().length(), clean.get(i).response().length());
        }
        // a second time there is nothing to do
        var again = new Scrubber(List.of(), Level.SECRETS);
        assertEquals(clean, clean.stream().map(again::scrub).toList());
        assertEquals(Map.of(), again.removed());
    }

    @Test
    void takesWhatTellsWhoseCardItIs() {
        var scrubber = new Scrubber(List.of(), Level.IDENTITY);
        List<Entry> clean = unsafe().stream().map(scrubber::scrub).toList();
        String all = text(clean);
        for (String told : List.of(NAME, NAME.substring(0, 14), SERIAL, "21121234200017", "0AB7C9E1", PIN, MAC)) {
            assertTrue(text(unsafe()).contains(told), told);
            assertFalse(all.contains(told), told + " in " + all);
        }
        assertEquals("Maker Model [CCID] (**************) 00 00", clean.getFirst().card().reader());
        assertEquals("00A4040007A0000003080000", clean.getFirst().command().toString());
        assertEquals(1, scrubber.removed().get(Kind.READERS));
        assertEquals(1, scrubber.removed().get(Kind.CARD_NUMBERS));
        assertTrue(scrubber.removed().get(Kind.CONTENTS) >= 3, scrubber.removed()::toString);
        // still read as a secure channel
        var interpreter = new Interpreter(List.of());
        clean.subList(0, 4).forEach(interpreter::pass);
        assertEquals(2, interpreter.standing(1, 0).security().protocol());
    }

    private static final String ACCOUNT = "4761739001010119";

    private static void assertGone(List<Entry> entries, String... told) {
        var open = new Scrubber(List.of(), Level.SECRETS);
        String before = text(entries.stream().map(open::scrub).toList());
        var scrubber = new Scrubber(List.of(), Level.IDENTITY);
        String all = text(entries.stream().map(scrubber::scrub).toList());
        for (String t : told) {
            assertTrue(before.contains(t), t + " is personal, no secret");
            assertFalse(all.contains(t), t + " in " + all);
        }
        assertTrue(scrubber.removed().get(Kind.CONTENTS) > 0);
    }

    /** Name, affiliation and serial numbers as they are printed on a PIV card (SP 800-73-4 part 1, table 11), at once, in pieces and unwrapped. */
    @Test
    void takesPrintedInformation() {
        String printed = "532C" + "010E" + NAME + "0206" + "4F6666696365" + "0409" + "323033304A414E3131" + "0505" + "3737313233" + "FE00";
        assertGone(List.of(entry(1, "00A4040009A00000030800001000", "9000"), entry(2, "00CB3FFF055C035FC10900", printed + "9000")), NAME, "4F6666696365", "3737313233");
        assertGone(List.of(entry(1, "00CB3FFF055C035FC10900", printed.substring(0, 40) + "611A"), entry(2, "00C000001A", printed.substring(40) + "9000")),
                "4F6666696365", "3737313233");
        assertGone(List.of(entry(1, "0CCB3FFF08112233445566778800", "9000").with(new Entry.Plain(Masked.parse("00CB3FFF055C035FC10900"), Masked.parse(printed + "9000")))),
                NAME, "3737313233");
    }

    /** Account number (5A), track 2 (57) and holder's name (5F20) of a payment card, wherever it tells them. */
    @Test
    void takesAccountData() {
        String track = "5711" + ACCOUNT + "D22122011143878089" + "0F";
        assertGone(List.of(entry(1, "00A4040007A000000003101000", "6F0A8407A0000000031010A5009000"), entry(2, "00B2010C00", "7013" + track + "9000"),
                entry(3, "00B2011400", "700A" + "5A08" + ACCOUNT + "9000"), entry(4, "00B2021400", "7011" + "5F200E" + NAME + "9000")), ACCOUNT, NAME);
        // contactless cards tell it with the processing options, or with the cryptogram
        assertGone(List.of(entry(1, "80A8000002830000", "7719" + "82022000" + track + "9000")), ACCOUNT);
        assertGone(List.of(entry(1, "80A8000002830000", "6119"), entry(2, "00C0000019", "7719" + "82022000" + track + "9000")), ACCOUNT);
        assertGone(List.of(entry(1, "80AE80000400000000" + "00", "7719" + "9F270180" + track + "9000")), ACCOUNT);
        assertGone(List.of(entry(1, "80CA9F1F00", "9F1F08" + ACCOUNT + "9000")), ACCOUNT);
    }

    /** Looks for secrets in all that hangs on an object, which others may work on meanwhile: what changes under its eyes is looked at again. */
    private static void hunt(Object root, List<byte[]> secrets) throws IllegalAccessException {
        for (int tries = 1;; tries++) {
            try {
                huntOnce(root, secrets);
                return;
            } catch (ConcurrentModificationException e) {
                if (tries == 1000) {
                    throw e;
                }
            }
        }
    }

    private static void huntOnce(Object root, List<byte[]> secrets) throws IllegalAccessException {
        var seen = new IdentityHashMap<Object, String>();
        var todo = new ArrayList<Map.Entry<Object, String>>(List.of(Map.entry(root, root.getClass().getSimpleName())));
        int arrays = 0;
        while (!todo.isEmpty()) {
            Object o = todo.getLast().getKey();
            String path = todo.removeLast().getValue();
            if (seen.put(o, path) != null) {
                continue;
            }
            switch (o) {
                case byte[] b -> {
                    arrays++;
                    secrets.forEach(s -> assertFalse(contains(b, s), "found in " + path + ": " + new String(s, StandardCharsets.ISO_8859_1)));
                }
                case String s -> secrets.forEach(x -> assertFalse(s.contains(new String(x, StandardCharsets.ISO_8859_1)) || s.contains(Hex.of(x)), path));
                case Object[] a -> {
                    for (Object x : a) {
                        if (x != null) {
                            todo.add(Map.entry(x, path + "[]"));
                        }
                    }
                }
                case Map<?, ?> m -> m.forEach((k, v) -> {
                    todo.add(Map.entry(k, path + ".key"));
                    todo.add(Map.entry(v, path + ".value"));
                });
                case Iterable<?> i when !(o instanceof Path) -> i.forEach(x -> todo.add(Map.entry(x, path + ".element")));
                case Optional<?> x -> x.ifPresent(y -> todo.add(Map.entry(y, path + ".present")));
                default -> {
                    for (Class<?> c = o.getClass(); c != null && c.getName().startsWith("org.esc."); c = c.getSuperclass()) {
                        for (var f : c.getDeclaredFields()) {
                            if (!f.getType().isPrimitive()) {
                                f.setAccessible(true);
                                Object value = f.get(o);
                                if (value != null) {
                                    todo.add(Map.entry(value, path + "." + f.getName()));
                                }
                            }
                        }
                    }
                }
            }
        }
        assertTrue(arrays > 10, "arrays looked at: " + arrays);
    }

    private static boolean contains(byte[] all, byte[] part) {
        return new String(all, StandardCharsets.ISO_8859_1).contains(new String(part, StandardCharsets.ISO_8859_1));
    }

    @Test
    void noSecretIsInMemoryNorInAnyFile() throws Exception {
        var log = new TraceLog();
        var secrets = new ArrayList<byte[]>();
        var shown = new ArrayList<String>();
        Path text = folder.resolve("a.txt");
        Path own = folder.resolve("a.esctrace");
        var headers = List.of("00200080", "00240080", "002C0080", "B0420000", "80D80081", "00DB3FFF", "84E26000", "002A8680", "FF820000", "0087039B");
        long id = 0;
        try (var file = log.saveTo(text); var stored = log.saveTo(own); var live = log.follow(shown::add)) {
            for (int round = 0; round < 40; round++) {
                for (String header : headers) {
                    byte[] secret = ("PIN" + round + header).getBytes(StandardCharsets.ISO_8859_1);
                    secrets.add(secret);
                    byte[] command = Hex.parse(header + lc(Hex.of(secret)));
                    byte[] response = Hex.parse(header.startsWith("B0") || header.startsWith("0087") ? Hex.of(secret) + "9000" : "6103");
                    log.exchanged(new Exchange(++id, Instant.now(), Duration.ofMillis(1), "R", Atr.of("3B80010A"), "T=1", round % 3, Origin.verb("x"), command,
                            response, Optional.empty(), false));
                    log.explained(id, CommandApdu.parse(command), ResponseApdu.of(0x9000));
                    log.pinAsked();
                }
            }
            hunt(log, secrets);
            assertEquals(Optional.empty(), file.complaint().or(stored::complaint).or(live::complaint));
        }
        hunt(log, secrets);
        assertEquals(400, log.end());
        try (var t = StoredTrace.open(own)) {
            assertEquals(400, t.end());
            for (long i = 0; i < t.end(); i++) {
                assertTrue(t.get(i).plain().isPresent(), "plain of " + i);
                assertEquals(log.get(i), t.get(i));
            }
            hunt(t, secrets);
        }
        String everything = String.join("", shown).replace(" ", "") + Files.readString(text).replace(" ", "") + String.join("", log.show()).replace(" ", "");
        for (byte[] s : secrets) {
            assertFalse(everything.contains(Hex.of(s)));
            assertFalse(contains(Files.readAllBytes(own), s));
        }
    }
}

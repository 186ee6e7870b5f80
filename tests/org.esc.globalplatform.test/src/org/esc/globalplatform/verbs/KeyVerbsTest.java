// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.securechannel.ScpVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Key sets come and go, and a card is never left without keys that work. */
class KeyVerbsTest {

    private static final String KEY = "101112131415161718191A1B1C1D1E1F";

    @TempDir
    Path dir;

    static Stream<Arguments> kinds() {
        return Stream.of(Arguments.of(ScpVersion.SCP01_05, 16), Arguments.of(ScpVersion.SCP02_15, 16),
                Arguments.of(ScpVersion.SCP02_15, 24), Arguments.of(ScpVersion.SCP03_00, 16), Arguments.of(ScpVersion.SCP03_70, 24), Arguments.of(ScpVersion.SCP03_70, 32));
    }

    private static String key(int bytes, int first) {
        var hex = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            hex.append(String.format("%02X", first + i));
        }
        return hex.toString();
    }

    private static String code(Fault fault, org.junit.jupiter.api.function.Executable run) {
        var e = assertThrows(EscException.class, run);
        assertEquals(fault, e.fault(), e.getMessage());
        return e.problem().code();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void keysAreChangedInSafeOrder(ScpVersion scp, int bytes) throws Exception {
        try (var s = new Stage(scp, dir)) {
            s.newKeys = key(bytes, 0x10) + ":" + key(bytes, 0x40) + ":" + key(bytes, 0x80);
            s.environment.put("NEW", s.newKeys);
            var added = s.run(new GpPutKeyVerb(s.work), "newVersion=20");
            assertEquals(List.of("The card confirmed the new keys' check values."), added.notes());
            assertTrue(added.steps().getFirst().what().contains("add key set 20 (" + (scp.protocol() == 3 ? "AES-" : "DES3-") + 8 * bytes
                    + ", check values "), added.steps().toString());
            assertEquals(List.of(1, 32), s.card.content().keyVersions());
            s.run(new GpListVerb(s.work), "keyEnv=NEW", "keyVersion=20");

            assertEquals("key-set-exists", code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "newVersion=20")));
            assertEquals("no-key-set", code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "replace=33")));
            assertEquals("no-version", code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work))));

            s.newKeys = key(bytes, 0x30);
            s.environment.put("NEWER", s.newKeys);
            var rotated = s.run(new GpRotateVerb(s.work), "keyEnv=NEW", "keyVersion=20", "deleteOld=true");
            assertEquals(List.of("D8", "E4"), s.changes().subList(s.changes().size() - 2, s.changes().size()));
            assertEquals(3, rotated.steps().size());
            assertEquals(List.of(1, 33), s.card.content().keyVersions());
            s.run(new GpDeleteKeyVerb(s.work), "version=01", "keyEnv=NEWER", "keyVersion=21");
            assertEquals(List.of(33), s.card.content().keyVersions());

            // the last set: only with the card's name
            code(Fault.UNCONFIRMED, () -> s.run(new GpPutKeyVerb(s.work), "replace=21", "keyEnv=NEWER"));
            code(Fault.UNCONFIRMED, () -> s.run(new GpDeleteKeyVerb(s.work), "version=21", "keyEnv=NEWER"));
            s.newKeys = key(bytes, 0x50);
            s.environment.put("LAST", s.newKeys);
            s.run(new GpPutKeyVerb(s.work), "replace=21", "keyEnv=NEWER", "yesIMeanIt=" + s.card.cuid());
            assertEquals(List.of(33), s.card.content().keyVersions());
            s.run(new GpListVerb(s.work), "keyEnv=LAST");
        }
    }

    @Test
    void rotatingKeepsTheOldSetUnlessAsked() throws Exception {
        try (var s = new Stage(ScpVersion.SCP03_70, dir)) {
            s.newKeys = KEY;
            var r = s.run(new GpRotateVerb(s.work));
            assertEquals(2, s.told.size());
            assertTrue(s.told.getFirst().startsWith("0 Key set 01 stays"), s.told.toString());
            assertTrue(s.told.getLast().matches("0 Going to do with card \\S+: add key set 02 .*; open a secure channel .*"),
                    s.told.toString());
            assertEquals(List.of(1, 2), s.card.content().keyVersions());
            assertTrue(r.warnings().getFirst().startsWith("Key set 01 stays"));
            s.run(new GpListVerb(s.work), "keyVersion=01");
        }
    }

    @Test
    void initialKeysAreGivenUpKnowinglyOnly() throws Exception {
        try (var s = new Stage(ScpVersion.SCP02_15, dir, 0xFF)) {
            s.newKeys = KEY;
            code(Fault.UNCONFIRMED, () -> s.run(new GpPutKeyVerb(s.work), "newVersion=01"));
            code(Fault.UNCONFIRMED, () -> s.run(new GpRotateVerb(s.work), "newVersion=01", "deleteOld=true"));
            s.typed = Optional.of(s.card.cuid().toString());
            var r = s.run(new GpRotateVerb(s.work), "newVersion=01", "deleteOld=true");
            assertEquals(2, r.steps().size(), "the card drops them by itself");
            assertEquals(List.of(1), s.card.content().keyVersions());
        }
    }

    @Test
    void badKeysAreRefusedAndNotRepeated() throws Exception {
        try (var s = new Stage(ScpVersion.SCP03_70, dir)) {
            for (String bad : List.of("1234", "zz" + KEY.substring(2), KEY + ":" + KEY, KEY + ":" + KEY + ":12")) {
                s.newKeys = bad;
                var e = assertThrows(EscException.class, () -> s.run(new GpPutKeyVerb(s.work), "newVersion=20"));
                assertEquals("key-length", e.problem().code());
                assertFalse(e.getMessage().contains(bad), "what was typed may be nearly a key");
            }
            s.newKeys = KEY;
            code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "newVersion=80"));
            code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "newVersion=20", "newKeyEnv=ESC_NO_SUCH_VARIABLE"));
            s.newKeys = "";
            code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "newVersion=20"));
            assertEquals(List.of(), s.changes());
            s.newKeys = "404142434445464748494A4B4C4D4E4F";
            assertTrue(s.run(new GpPutKeyVerb(s.work), "newVersion=20", "dryRun=true").warnings().getFirst().contains("published"));
        }
    }

    @Test
    void wrongKeysStopBeforeTheCardCounts() throws Exception {
        try (var s = new Stage(ScpVersion.SCP02_15, dir)) {
            s.environment.put("WRONG", KEY);
            assertEquals("card-not-authentic", code(Fault.CARD, () -> s.run(new GpListVerb(s.work), "keyEnv=WRONG")));
            assertEquals(0, s.card.content().failures());
        }
    }
}

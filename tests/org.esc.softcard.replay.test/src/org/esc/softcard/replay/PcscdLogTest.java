// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.esc.card.VirtualCard;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Programs;
import org.esc.softcard.SoftCard;
import org.esc.trace.formats.Formats;
import org.esc.trace.formats.PcscdLog;
import org.esc.trace.formats.TraceFiles;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a real pcscd says that it passed on is a trace, and a card. */
@Timeout(300)
class PcscdLogTest {

    private static final String PIN = "123456";

    @TempDir
    Path folder;

    private Pcscd pcscd(String program) throws Exception {
        try {
            return Pcscd.startLogging(folder, "opensc-tool", program);
        } catch (Pcscd.Unavailable e) {
            assumeTrue(false, e.getMessage());
            throw e;
        }
    }

    private static String with(Pcscd pcscd, VirtualCard card, String... command) throws Exception {
        var connection = pcscd.insertAndWait(card);
        try {
            // pkcs11-tool calls objects by where they lie in its memory
            return Programs.run(command).text().replaceAll("(?m)^(\\w+ object) \\d+", "$1");
        } finally {
            pcscd.takeOut(connection);
        }
    }

    private static TraceFiles files() {
        var formats = new Formats();
        formats.addFormat(new PcscdLog());
        var files = new TraceFiles(formats);
        Recorder.DECODERS.forEach(files::addDecoder);
        return files;
    }

    @ParameterizedTest
    @CsvSource({"PIV, opensc-tool --serial --name", "PIV, pkcs11-tool --list-objects", "PIV, pkcs11-tool --login --pin 123456 --list-objects", "PIV, pkcs15-tool --read-certificate 01",
        "PKCS15, pkcs15-tool --dump", "OPENPGP, pkcs11-tool --list-slots", "CAC, pkcs15-tool --list-certificates"})
    void theLogOfARealPcscdIsReplayed(DriversTest.Kind kind, String words) throws Exception {
        String[] command = words.split(" ");
        String seen;
        try (Pcscd pcscd = pcscd(command[0]); SoftCard card = kind.card()) {
            seen = with(pcscd, card, command);
        }
        assertTrue(seen.length() > 20, seen);
        Path log = Files.move(folder.resolve("pcscd.log"), folder.resolve("recorded.log"));
        assertTrue(!words.contains(PIN) || Files.readString(log).contains("31 32 33 34 35 36"), "pcscd shows PINs");
        // as --soft LOG opens it
        Replay replay = (Replay) new RecordedCards(files()).open(log);
        try (Pcscd pcscd = pcscd(command[0])) {
            assertEquals(seen, with(pcscd, replay, command), replay.report().toString());
            assertTrue(replay.report().matched(), replay.report()::toString);
            assertFalse(replay.report().toString().contains("313233343536"), "a PIN: " + replay.report());
        } finally {
            replay.close();
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.card.Origin;
import org.esc.card.VirtualCard;
import org.esc.command.Cancel;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Programs;
import org.esc.softcard.RelayedCard;
import org.esc.softcard.SoftCard;
import org.esc.trace.Trace;
import org.esc.trace.formats.Formats;
import org.esc.trace.formats.OpenScTool;
import org.esc.trace.formats.TraceFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs of others with a recorded card in a virtual reader of a real pcscd: the same output as with the card itself. */
class PcscReplayTest {

    @TempDir
    static Path folder;

    /** Why these tests cannot run here; empty if they can. */
    private static String missing = "";
    private static Optional<Pcscd> pcscd = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        try {
            pcscd = Optional.of(Pcscd.start(folder, "opensc-tool", "pkcs15-tool", "piv-tool"));
        } catch (Pcscd.Unavailable e) {
            missing = e.getMessage();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
    }

    @BeforeEach
    void need() {
        assumeTrue(missing.isEmpty(), missing);
    }

    /** What a program says with a card in the reader. */
    private static String with(VirtualCard card, String... command) throws Exception {
        var connection = pcscd.orElseThrow().insertAndWait(card);
        try {
            return Programs.run(command).text();
        } finally {
            pcscd.get().takeOut(connection);
        }
    }

    /** Passes on to a card, in a session of our own reader, which writes a trace. */
    private static String recorded(Path trace, SoftCard card, String... command) throws Exception {
        return Recorder.record(trace, card, readers -> {
            try (var session = readers.connect(Recorder.READER, Origin.other("relay"))) {
                return with(new RelayedCard(session), command);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"PIV, piv-tool --serial --name", "PIV, pkcs15-tool --list-certificates --list-keys", "PIV, pkcs15-tool --read-certificate 01",
        "PKCS15, pkcs15-tool --dump", "OPENPGP, opensc-tool --serial --name", "OPENPGP, openpgp-tool --card-info", "CAC, pkcs15-tool --list-certificates"})
    void openscSaysTheSameOfARecordedCard(DriversTest.Kind kind, String words) throws Exception {
        String[] command = words.split(" ");
        assumeTrue(Programs.program(command[0]).isPresent(), command[0] + " is not installed");
        Path trace = folder.resolve(kind + words.replaceAll("\\W+", "-") + ".esctrace");
        String seen;
        try (SoftCard card = kind.card()) {
            seen = recorded(trace, card, command);
        }
        assertTrue(seen.length() > 20 && !seen.contains("6D00"), seen);
        for (Replay.Mode mode : Replay.Mode.values()) {
            try (Replay replay = Recorder.replay(trace, mode)) {
                assertEquals(seen, with(replay, command), kind + " " + mode + " " + replay.report());
                assertTrue(replay.report().matched(), replay.report()::toString);
            }
        }
    }

    /** What opensc-tool itself wrote down is enough to replay the card. */
    @Test
    void whatOpenscToolPrintsIsReplayed() throws Exception {
        String[] command = {"opensc-tool", "-s", "00A404000AA0000003080000100001", "-s", "00CB3FFF055C035FC10200", "-s", "00CB3FFF055C035FC10500"};
        String seen;
        try (SoftCard card = DriversTest.Kind.PIV.card()) {
            seen = with(card, command);
        }
        assertTrue(seen.contains("Received"), seen);
        var formats = new Formats();
        formats.addFormat(new OpenScTool());
        Trace trace = new TraceFiles(formats).open(Files.writeString(folder.resolve("opensc.txt"), seen), new Cancel());
        try (Replay replay = Replay.of(trace, Recorder.DECODERS, Replay.Mode.TOLERANT, OptionalInt.empty(), new Cancel())) {
            assertEquals(seen, with(replay, command), replay.report().toString());
        }
    }
}

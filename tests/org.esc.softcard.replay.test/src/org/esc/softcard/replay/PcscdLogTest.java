// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.esc.card.CardArgs;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.VirtualCard;
import org.esc.card.pcsc.PcscProvider;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Programs;
import org.esc.softcard.RelayVerb;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.trace.TraceLog;
import org.esc.trace.formats.Formats;
import org.esc.trace.formats.PcscdLog;
import org.esc.trace.formats.TraceFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a real pcscd says that it passed on is a trace, and a card; what is relayed through one is traced. */
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

    /** The verb with a card in a reader of PC/SC, seen by another program through a virtual one. */
    @Test
    void theVerbRelaysTheCardOfAReaderOfPcscd() throws Exception {
        assumeTrue(Programs.program("piv-tool").isPresent(), "piv-tool is not installed");
        pcscd("opensc-tool").close();
        // readers of one driver wait for each other
        try (Pcscd pcscd = Pcscd.start(folder, 2, List.of()); SoftCard card = DriversTest.Kind.PIV.card()) {
            String seen = with(pcscd, card, "piv-tool", "-r", "Virtual PCD 00 00", "--serial", "--name");
            assertTrue(seen.contains("Personal Identity"), seen);
            var provider = new PcscProvider();
            try (var _ = pcscd.insert(card, 2)) {
                var readers = new Readers();
                var log = new TraceLog();
                Recorder.DECODERS.forEach(log::addDecoder);
                readers.addProvider(provider);
                readers.addObserver(log);
                String reader = "";
                for (int i = 0; i < 200 && reader.isEmpty(); i++) {
                    reader = provider.readers().stream().filter(r -> r.presence() == ReaderState.Presence.PRESENT).map(ReaderState::name).findFirst().orElse("");
                    Thread.sleep(50);
                }
                assertTrue(reader.startsWith("Virtual PCD B"), "the card is in the other reader: " + reader);
                var cancel = new Cancel();
                String name = reader;
                var relayed = CompletableFuture.supplyAsync(() -> {
                    try {
                        return new RelayVerb(readers, new SoftReaders()).run(new RelayVerb.Args(CardArgs.in(name), pcscd.place(0)),
                                new Context(Interaction.nobody(), Progress.NONE, cancel));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
                for (int i = 0; i < 200 && !relayed.isDone() && provider.readers().stream().filter(r -> r.presence() != ReaderState.Presence.EMPTY).count() < 2; i++) {
                    Thread.sleep(50);
                }
                assertEquals(seen, Programs.run("piv-tool", "-r", "Virtual PCD 00 00", "--serial", "--name").text());
                cancel.cancel();
                RelayVerb.Result r = relayed.get(60, TimeUnit.SECONDS);
                assertTrue(r.commands() > 3, r::toString);
                assertEquals(r.commands(), log.entries().size(), "all that passed is in the trace");
                assertEquals(List.of("other:relay"), log.entries().stream().map(e -> e.origin().toString()).distinct().toList());
                assertEquals(List.of(reader), log.entries().stream().map(e -> e.card().reader()).distinct().toList());
            } finally {
                provider.stop();
            }
        }
    }
}

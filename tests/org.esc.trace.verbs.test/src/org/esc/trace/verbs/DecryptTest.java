// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Arguments;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.esc.securechannel.keys.KeySets;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.trace.StoredTrace;
import org.esc.trace.TraceLog;
import org.esc.trace.decoders.ChannelReader.Kind;
import org.esc.trace.formats.Formats;
import org.esc.trace.formats.TraceFiles;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A conversation with a software card over a secure channel, recorded, and read with the card's keys. */
class DecryptTest {

    private static final String OTHER = "505152535455565758595A5B5C5D5E5F";

    private final TraceFiles files = new TraceFiles(new Formats());
    private final CopyVerbs.Decrypt decrypt =
            new CopyVerbs.Decrypt(files, new KeySets(Optional.empty(), Optional.empty(), name -> name.equals("OTHER") ? OTHER : null));

    private void record(ScpVersion scp, Path file, boolean decryptable) throws Exception {
        var readers = new Readers();
        var soft = new SoftReaders();
        var log = new TraceLog();
        readers.addProvider(soft);
        readers.addObserver(log);
        log.setDecryptable(decryptable);
        soft.plug("Soft", SoftCard.inMemory(CardSpec.standard().withScp(scp)));
        try (var _ = log.saveTo(file); CardSession card = readers.connect("Soft", Origin.verb("test"))) {
            card.transmit(CommandApdu.of(0, 0xA4, 4, 0, new byte[0], 256));
            try (var channel = SecureChannel.open(card, CardKeys.of(KeySet.factory(1, scp.keyType())), 0, 0, SecurityLevel.C_MAC_C_DEC, new SecureRandom())) {
                for (int i = 0; i < 3; i++) {
                    channel.transmit(CommandApdu.parse("80F28002024F0000"));
                }
            }
        } finally {
            soft.unplugAll();
        }
    }

    /** SCP02 that begins with its first signed command: two channels, of which an unsigned command ends the first. */
    @ParameterizedTest
    @ValueSource(ints = {0x0A, 0x1A, 0x1B, 0x3A})
    void aChannelThatBeginsItselfIsRead(int i, @TempDir Path folder) throws Exception {
        var scp = new ScpVersion(2, i);
        Path file = folder.resolve("t.esctrace");
        var readers = new Readers();
        var soft = new SoftReaders();
        var log = new TraceLog();
        readers.addProvider(soft);
        readers.addObserver(log);
        soft.plug("Soft", SoftCard.inMemory(CardSpec.standard().withScp(scp)));
        try (var _ = log.saveTo(file); CardSession card = readers.connect("Soft", Origin.verb("test")); var keys = KeySet.factory(1, scp.keyType())) {
            Aid manager = Aid.of("A000000003000000");
            for (int channels = 0; channels < 2; channels++) {
                card.transmit(CommandApdu.select(manager));
                var hint = ScpHint.of(scp).withSelected(manager);
                try (var channel = SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new SecureRandom(), WireStyle.STANDARD, hint)
                        .authenticate(SecurityLevel.C_MAC)) {
                    for (int k = 0; k < 3; k++) {
                        assertEquals(0x9000, channel.transmit(CommandApdu.parse("80F28002024F0000")).sw().value());
                    }
                }
                card.transmit(CommandApdu.parse("80CA006600"));
            }
        } finally {
            soft.unplugAll();
        }
        var right = run(file, folder.resolve("right.esctrace"), "keys", "factory");
        assertEquals(Map.of(Kind.VERIFIED, 6L), right.verdicts(), right.complaints()::toString);
        var wrong = run(file, folder.resolve("wrong.esctrace"), "keyEnv", "OTHER");
        assertFalse(wrong.verdicts().containsKey(Kind.VERIFIED), wrong.verdicts()::toString);
        assertFalse(wrong.verdicts().containsKey(Kind.MAC_FAILED), wrong.verdicts()::toString);
        assertTrue(wrong.complaints().getFirst().contains("the MAC of the channel's first command does not fit these keys"), wrong.complaints()::toString);
    }

    private CopyVerbs.Decrypt.Result run(Path file, Path out, String option, String value) throws Exception {
        return decrypt.run(Arguments.build(decrypt.arguments(), Map.of("file", List.of(file.toString()), "out", List.of(out.toString()), option, List.of(value))),
                new Context(null, Progress.NONE, new Cancel()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCP01", "SCP02", "SCP03"})
    void theRightKeysVerifyAllAndWrongOnesSayThatTheyAre(String protocol, @TempDir Path folder) throws Exception {
        ScpVersion scp = switch (protocol) {
            case "SCP01" -> ScpVersion.SCP01_05;
            case "SCP02" -> ScpVersion.SCP02_15;
            default -> ScpVersion.SCP03_70;
        };
        Path trace = folder.resolve("t.esctrace");
        record(scp, trace, false);
        var right = run(trace, folder.resolve("right.esctrace"), "keys", "factory");
        assertEquals(Map.of(Kind.VERIFIED, 5L), right.verdicts(), right.complaints()::toString);
        try (var t = StoredTrace.open(folder.resolve("right.esctrace"))) {
            assertEquals("80F28002024F0000", t.get(3).plain().orElseThrow().command().toString());
        }
        var wrong = run(trace, folder.resolve("wrong.esctrace"), "keyEnv", "OTHER");
        assertFalse(wrong.verdicts().containsKey(Kind.VERIFIED), wrong.verdicts()::toString);
        assertTrue(wrong.complaints().getFirst().contains("the card's cryptogram does not fit these keys"), wrong.complaints()::toString);
    }
}

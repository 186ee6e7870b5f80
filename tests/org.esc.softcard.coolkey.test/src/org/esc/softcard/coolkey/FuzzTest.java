// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.card.CardChannel;
import org.esc.coolkey.AppletStatus;
import org.esc.coolkey.EnrollmentResult;
import org.esc.coolkey.KeyBlob;
import org.esc.coolkey.SeparateObject;
import org.esc.coolkey.TokenObjects;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.CardData;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.Fci;
import org.esc.globalplatform.InstallParameters;
import org.esc.globalplatform.KeyInfo;
import org.esc.globalplatform.LoadBlock;
import org.esc.globalplatform.PutKeyData;
import org.esc.globalplatform.RegistryEntry;
import org.esc.securechannel.InitUpdateResponse;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Enrolments in which something goes astray on the wire, and parsers that get what nobody wrote. The seed stands in every message. */
@Tag("long")
@Timeout(900)
class FuzzTest {

    private static final long SEED = 20260101;
    private static final int ENROLMENTS = 120;
    private static final int MUTANTS = 100;
    private static final int BITS = 1024;

    @TempDir
    Path folder;

    /** The same bytes with a few changes. */
    private static byte[] mutant(byte[] good, Random random) {
        byte[] b = good.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    if (b.length > 0) {
                        b[random.nextInt(b.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                case 1 -> {
                    if (b.length > 0) {
                        b[random.nextInt(b.length)] = (byte) (random.nextBoolean() ? 0xFF : random.nextInt(256));
                    }
                }
                case 2 -> b = Arrays.copyOf(b, random.nextInt(b.length + 1));
                case 3 -> b = Arrays.copyOf(b, b.length + random.nextInt(12));
                case 4 -> {
                    // a number of two bytes that is too large, or negative to who forgets that bytes are
                    if (b.length > 1) {
                        int at = random.nextInt(b.length - 1);
                        b[at] = (byte) (random.nextBoolean() ? 0x7F : 0xFF);
                        b[at + 1] = (byte) 0xFF;
                    }
                }
                default -> {
                    if (b.length > 3) {
                        int from = random.nextInt(b.length);
                        int n = random.nextInt(Math.min(16, b.length - from) + 1);
                        System.arraycopy(b.clone(), from, b, random.nextInt(b.length - n + 1), n);
                    }
                }
            }
        }
        return b;
    }

    /** A wire on which one command in some is not what was sent. */
    private static final class Noisy implements CardChannel {

        private final SoftCard card;
        private final Random random;
        private final int oneIn;
        private final String when;

        Noisy(SoftCard card, Random random, int oneIn, String when) {
            this.card = card;
            this.random = random;
            this.oneIn = oneIn;
            this.when = when;
        }

        @Override
        public ResponseApdu transmit(CommandApdu command) {
            byte[] sent = random.nextInt(oneIn) == 0 ? mutant(command.bytes(), random) : command.bytes();
            byte[] answer = card.transmit(sent);
            assertTrue(answer.length >= 2 && answer.length <= 258, () -> when + ": " + Hex.of(sent) + " is answered by " + Hex.of(answer));
            var response = ResponseApdu.parse(answer);
            assertNotEquals(0x6F00, response.sw().value(), () -> when + ": a defect at " + Hex.of(sent));
            return response;
        }

        @Override
        public void close() {
            // the card stays
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1/5", "2/21", "3/0", "3/112"})
    void anEnrolmentGoneAstrayLeavesACardThatCanBeRead(String scp) throws Exception {
        String[] parts = scp.split("/");
        var version = new ScpVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        KeySet keys = KeySet.factory(1, version.keyType());
        int failed = 0;
        for (int i = 0; i < ENROLMENTS / 4; i++) {
            String when = "seed " + (SEED + i) + ", " + scp;
            var random = new Random(SEED + i);
            Path file = folder.resolve(i + ".token");
            var spec = CardSpec.standard().withScp(version);
            CardFile.create(file, spec, Optional.empty());
            try (SoftCard card = open(file)) {
                var wire = new Noisy(card, random, 2 + random.nextInt(40), when);
                for (int again = 0; again < 3; again++) {
                    try {
                        TestToken.enroll(wire, card.cuid(), keys, BITS);
                    } catch (EscException | IllegalArgumentException _) {
                        // the server's side of it noticed
                        failed++;
                    }
                    card.reset();
                }
            }
            String content;
            try (SoftCard card = open(file)) {
                content = card.content().toString();
                new Noisy(card, random, Integer.MAX_VALUE, when).transmit(CommandApdu.of(0, 0xA4, 4, 0));
            }
            try (SoftCard card = open(file)) {
                assertEquals(content, card.content().toString(), when);
            }
            Files.delete(file);
        }
        assertTrue(failed > ENROLMENTS / 4, failed + " failed");
    }

    private static SoftCard open(Path file) throws EscException {
        return CardFile.open(file, Optional.empty(), () -> List.of(new CoolKeyAppletFactory()));
    }

    /** What is sent and answered in an enrolment, and what is stored by it. */
    private static List<byte[]> samples() throws Exception {
        var all = new ArrayList<byte[]>();
        for (var scp : List.of(ScpVersion.SCP01_05, ScpVersion.SCP02_15, ScpVersion.SCP03_70)) {
            KeySet keys = KeySet.factory(1, scp.keyType());
            try (SoftCard card = SoftCard.inMemory(CardSpec.standard().withScp(scp), new CoolKeyAppletFactory())) {
                var wire = new CardChannel() {
                    @Override
                    public ResponseApdu transmit(CommandApdu command) {
                        var response = card.process(command);
                        all.add(command.bytes());
                        all.add(command.data());
                        all.add(response.data());
                        return response;
                    }

                    @Override
                    public void close() {
                        // the card stays
                    }
                };
                TestToken.enroll(wire, card.cuid(), keys, BITS);
                var applet = new org.esc.coolkey.CoolKey(wire);
                applet.select();
                for (var object : applet.listObjects()) {
                    all.add(applet.readObject(object.id(), 0, object.size()));
                }
                applet.listKeys();
                var manager = new CardManager(wire);
                manager.selectCardManager(CardManager.KNOWN);
                for (String hex : List.of("80CA006600", "80CA00E000", "80CA9F7F00", "80CA00CF00")) {
                    wire.transmit(CommandApdu.parse(hex));
                }
                try (var secure = TestToken.open(wire, keys)) {
                    for (String hex : List.of("80F28000024F0000", "80F24000024F0000", "80F22002024F0000", "80F24002024F0000")) {
                        all.add(secure.transmit(CommandApdu.parse(hex)).data());
                    }
                }
                manager.selectCardManager(CardManager.KNOWN);
            }
        }
        all.add(Hex.parse("010011DECAFFED020104030206A0000000010100" + "020002AABB"
                + "03001502" + "07A00000000101010010" + "07A00000000101020020" + "070003010203"));
        for (String algorithm : List.of("RSA", "EC")) {
            var generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(algorithm.equals("EC") ? 256 : BITS);
            var pair = generator.generateKeyPair();
            all.add(EnrollmentResult.of(pair.getPublic(), pair.getPrivate(), new byte[16]).bytes());
        }
        return all.stream().filter(b -> b.length > 0).map(Hex::of).distinct().map(Hex::parse).toList();
    }

    /** Something that reads bytes of others. */
    private record Parser(String name, Body body) {

        interface Body {
            Object parse(byte[] bytes) throws EscException;
        }
    }

    private static final List<Parser> PARSERS = List.of(new Parser("TLV", Tlv::parseAll), new Parser("CPLC", Cplc::parse),
            new Parser("command", CommandApdu::parse), new Parser("response", ResponseApdu::parse), new Parser("CAP file", CapFile::parse),
            new Parser("card data", CardData::parse), new Parser("FCI", Fci::parse), new Parser("key information", KeyInfo::parse),
            new Parser("registry", b -> RegistryEntry.parse(RegistryEntry.Kind.APPLICATION, b, false)),
            new Parser("registry, TLV", b -> RegistryEntry.parse(RegistryEntry.Kind.APPLICATION, b, true)),
            new Parser("install parameters", InstallParameters::parse), new Parser("keys", PutKeyData::parse),
            new Parser("load block", b -> LoadBlock.parse(CommandApdu.parse(b))), new Parser("INITIALIZE UPDATE", InitUpdateResponse::parse),
            new Parser("z0", TokenObjects::parse), new Parser("c, k", SeparateObject::parse),
            new Parser("new key", EnrollmentResult::parse), new Parser("key blob", KeyBlob::parse), new Parser("status", AppletStatus::parse));

    @Test
    void parsersReadOrRefuse() throws Exception {
        var random = new Random(SEED);
        var samples = samples();
        int read = 0;
        int refused = 0;
        for (Parser parser : PARSERS) {
            int mine = 0;
            for (byte[] sample : samples) {
                for (int i = 0; i < MUTANTS; i++) {
                    byte[] b = i == 0 ? sample : mutant(sample, random);
                    try {
                        parser.body().parse(b.clone());
                        mine++;
                    } catch (IllegalArgumentException e) {
                        refused++;
                        // a refusal of ours says so in words; what the Java library throws of itself (a NumberFormatException …) is a parser that fell over
                        assertTrue(e.getMessage() != null && (e.getClass() == IllegalArgumentException.class
                                || e.getClass().getName().startsWith("org.esc.")),
                                () -> parser.name() + ", seed " + SEED + ", " + e + ": " + Hex.of(b));
                    } catch (EscException e) {
                        refused++;
                        assertTrue(e.fault() == Fault.CARD && !e.getMessage().isBlank(), () -> parser.name() + ": " + Hex.of(b));
                    } catch (RuntimeException | Error e) {
                        throw new AssertionError(parser.name() + ", seed " + SEED + ", falls over " + Hex.of(b), e);
                    }
                }
            }
            // a parser that refuses everything has not been tried
            assertTrue(mine > 0, parser.name() + " reads none of the samples");
            read += mine;
        }
        System.out.println(samples.size() + " samples, " + PARSERS.size() + " parsers: " + read + " read, " + refused + " refused");
    }
}

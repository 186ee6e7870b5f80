// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.coolkey.Ins;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever bytes come in, a status word goes out, and never 6F00: that would be an exception nobody thought of. */
class HostileInputTest {

    private static final int[] CLASSES = {0x00, 0x80, 0x84, 0xB0};
    private static final int[] ISD = {0xA4, 0x50, 0x82, 0xCA, 0xD8, 0xE2, 0xE4, 0xE6, 0xE8, 0xF0, 0xF2};
    private static final int[] APPLET = {0x04, 0x08, 0x0A, 0x32, 0x36, 0x37, 0x38, 0x3A, 0x3C, 0x40, 0x42, 0x44, 0x48, 0x4A, 0x52, 0x54,
            0x55, 0x56, 0x58, 0x5A, 0x61, 0x70, 0x71, 0x72, 0x73, 0xF0, 0xF2, 0xF4, 0xF6, 0xF8, 0xFA};

    private static void check(byte[] command, byte[] answer) {
        assertTrue(answer.length >= 2 && answer.length <= 258, () -> Hex.of(command));
        assertNotEquals("6F00", Hex.of(answer[answer.length - 2], answer[answer.length - 1]), () -> Hex.of(command));
    }


    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anyBytes(long seed) throws Exception {
        var random = new Random(seed);
        try (SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory())) {
            TestToken.enroll(card, KeySet.factory(1, card.scp().keyType()), 1024);
            for (int i = 0; i < 20_000; i++) {
                byte[] b = new byte[random.nextInt(i % 50 == 0 ? 300 : 24)];
                random.nextBytes(b);
                if (b.length > 5 && i % 2 == 0) {
                    b[0] = (byte) CLASSES[random.nextInt(CLASSES.length)];
                    b[1] = (byte) (random.nextBoolean() ? ISD[random.nextInt(ISD.length)] : APPLET[random.nextInt(APPLET.length)]);
                    b[4] = (byte) (b.length - 5);
                }
                if (i % 100 == 0) {
                    card.transmit(Hex.parse(i % 200 == 0 ? "00A4040007627601FF000000" : "00A4040000"));
                }
                check(b, card.transmit(b));
            }
        }
    }

    /** Commands whose data begin sensibly and go astray later, so that they get past the first checks. */
    private static byte[] data(Random random) {
        byte[] b = new byte[random.nextInt(60)];
        random.nextBytes(b);
        String[] heads = {"7A300000", "FFFFFFFF", "FF00FFF3", "4F05", "06627601FF0000", "80040000001000", "000301", "0001", "0009", "C4"};
        if (random.nextBoolean()) {
            byte[] h = Hex.parse(heads[random.nextInt(heads.length)]);
            System.arraycopy(h, 0, b, 0, Math.min(h.length, b.length));
        }
        for (int i = 0; i < b.length; i++) {
            if (random.nextInt(3) == 0) {
                b[i] = (byte) random.nextInt(4);
            }
        }
        return b;
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void anyDataThroughASecureChannel(long seed) throws Exception {
        var random = new Random(seed);
        ScpVersion scp = seed == 11 ? ScpVersion.SCP01_05 : seed == 12 ? ScpVersion.SCP02_15 : ScpVersion.SCP03_70;
        KeySet keys = KeySet.factory(1, scp.keyType());
        for (boolean applet : new boolean[] {true, false}) {
            try (SoftCard card = SoftCard.inMemory(CardSpec.standard().withScp(scp), new CoolKeyAppletFactory())) {
                TestToken.enroll(card, keys, 1024);
                if (!applet) {
                    card.transmit(Hex.parse("00A4040000"));
                }
                SecureChannel c = TestToken.open(card.channel(), keys);
                int[] known = applet ? APPLET : ISD;
                for (int i = 0; i < 5_000; i++) {
                    int ins = random.nextInt(20) == 0 ? random.nextInt(256) : known[random.nextInt(known.length)];
                    boolean leave = ins == 0xA4 || ins == 0x50 || ins == 0x82 || ins == 0xD8 || ins == 0xF0 && !applet
                            || ins == Ins.START_ENROLLMENT || ins == Ins.START_ENROLLMENT_EC;
                    if (leave) {
                        continue;
                    }
                    CommandApdu command = CommandApdu.of(0x80, ins, random.nextInt(random.nextBoolean() ? 8 : 256),
                            random.nextInt(random.nextBoolean() ? 8 : 256), data(random), 256);
                    if (!applet && SecureChannel.isPart(command)) {
                        // it has no MAC of its own, so that a host that gives it one is out of step
                        continue;
                    }
                    ResponseApdu r = c.transmit(command);
                    assertNotEquals(0x6F00, r.sw().value(), () -> Hex.of(command.bytes()));
                }
                // the channel held to the end: all that went into it was looked at
                ResponseApdu last = applet ? c.transmit(CommandApdu.of(0x80, Ins.WRITE_OBJECT, 0, 0, Hex.parse("FFFFFFFF" + "00000000" + "01" + "00")))
                        : c.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0, new byte[] {0x4F, 0}, 256));
                assertTrue(last.isOk(), last.sw().toString());
            }
        }
    }
}

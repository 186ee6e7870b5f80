// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.junit.jupiter.api.Test;

/** Whole sessions with factory keys against byte sequences known beforehand. */
class KnownAnswersTest {

    private static final byte[] KDD = Hex.parse("40906145C76224192D2B");
    private static final byte[] HOST = Hex.parse("0001020304050607");

    /** A card that only gives back what the script says, and notes what it was sent. */
    private static final class Script implements CardChannel {

        private final List<String> sent = new ArrayList<>();
        private final List<ResponseApdu> answers;

        Script(ResponseApdu... answers) {
            this.answers = new ArrayList<>(List.of(answers));
        }

        @Override
        public ResponseApdu transmit(CommandApdu command) {
            sent.add(Hex.of(command.bytes()));
            return answers.isEmpty() ? ResponseApdu.of(0x9000) : answers.removeFirst();
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    private static List<String> run(ScpVersion scp, int sequence, String challenge, String cryptogram,
            CommandApdu... commands)
            throws EscException {
        byte[] answer = InitUpdateResponse.of(KDD, 1, scp, sequence, Hex.parse(challenge), Hex.parse(cryptogram))
                .encoded();
        var card = new Script(ResponseApdu.ok(answer));
        try (var keys = KeySet.factory(1, scp.keyType());
                var channel = SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, HOST, WireStyle.TPS,
                        java.util.Optional.of(scp))
                        .authenticate(SecurityLevel.C_MAC_C_DEC)) {
            for (CommandApdu c : commands) {
                assertTrue(channel.transmit(c).isOk());
            }
        }
        return card.sent;
    }

    private static final CommandApdu SET_PIN = CommandApdu.parse("840400000431323334");
    private static final CommandApdu SET_LIFECYCLE = CommandApdu.of(0x84, 0xF0, 0x0F, 0);

    @Test
    void scp01() throws EscException {
        assertEquals(List.of("80500000080001020304050607",
                "8482030010BC55414EC0E23568715358D6E994FCEC",
                "8404000010C93A29409BEFFC2DE9D87BFE1978294B",
                "84F00F001000E56F84195BC15108E701A197BB48FB"),
                run(ScpVersion.SCP01_05, 0, "1011121314151617", "F572BD2AA6AFDC6B", SET_PIN, SET_LIFECYCLE));
    }

    @Test
    void scp02() throws EscException {
        assertEquals(List.of("80500000080001020304050607",
                "8482030010EC16602CF0208A2778F33DFA0F1789B6",
                "840400001098DCFDEFBD3A337C863E1A3C5B584063"),
                run(ScpVersion.SCP02_15, 1, "121314151617", "3B1C3F9717133D61", SET_PIN));
    }

    @Test
    void scp03() throws EscException {
        assertEquals(List.of("80500000080001020304050607",
                "8482030010C28A6A8B99435E376C56B80CF8E3033D",
                "840400001850F47A94F99125F0046FE9530641EE258EBA5DBF19F5466B"),
                run(ScpVersion.SCP03_00, 0, "1011121314151617", "A330F60B35761CBF", SET_PIN));
    }

    private static byte[] cmac(String key, String data) {
        try (BlockKey k = BlockKey.of(KeyType.AES, Hex.parse(key))) {
            return k.cmac(Hex.parse(data));
        }
    }

    @Test
    void sessionKeys() throws Exception {
        byte[] block = Hex.parse("000102030405060708090A0B0C0D0E0F");
        byte[] eight = Hex.parse("1011121314151617");
        try (KeySet des = KeySet.factory(1, KeyType.DES3); KeySet aes = KeySet.factory(1, KeyType.AES);
                Session one = Session.derive(des, ScpVersion.SCP01_05, 0, HOST, eight);
                Session two = Session.derive(des, ScpVersion.SCP02_15, 1, HOST, Hex.parse("121314151617"));
                Session three = Session.derive(aes, ScpVersion.SCP03_70, 0, HOST, eight);
                BlockKey enc1 = BlockKey.of(KeyType.DES3, Hex.parse("B5BF23A2B30F621483EE006440CDD375"));
                BlockKey enc2 = BlockKey.of(KeyType.DES3, Hex.parse("25C9794A1205FF244F5FA0378D2F8D59"));
                BlockKey dek2 = BlockKey.of(KeyType.DES3, Hex.parse("0E51FDF196141F227A57BD154012FD39"))) {
            assertEquals(Hex.of(Primitives.fullMac(enc1, Primitives.concat(eight, HOST))), Hex.of(one.hostCryptogram()));
            assertEquals(Hex.of(Primitives.fullMac(enc2, Primitives.concat(Hex.parse("0001121314151617"), HOST))),
                    Hex.of(two.hostCryptogram()));
            assertEquals(Hex.of(dek2.ecbEncrypt(block)), Hex.of(two.dekEncrypt(block)));
            // a MAC key shows in a first command, the key for answers in the answer to it
            var first = CommandApdu.of(0x80, 0xF0, 0x0F, 0);
            int n = three.wrap(first, SecurityLevel.C_MAC_R_MAC, false);
            byte[] mac = three.command(0x84, first, n, OptionalInt.empty()).data();
            byte[] chain = cmac("A2E96754F593E7E80E695BEC50A24283", "00".repeat(16) + "84F00F0008");
            assertEquals(Hex.of(chain).substring(0, 16), Hex.of(mac));
            var answer = ResponseApdu.ok((byte) 0x55);
            n = three.wrapAnswer(answer, SecurityLevel.C_MAC_R_MAC);
            assertEquals("55" + Hex.of(cmac("983882695EE1AC61743415AB536CE1BE", Hex.of(chain) + "559000")).substring(0, 16),
                    Hex.of(three.answer(n, answer.sw()).data()));
        }
    }

    @Test
    void keyCheckValues() {
        assertEquals("8BAF47", Hex.of(KeySet.kcv(KeyType.DES3, KeySet.factoryKey())));
        assertEquals("504A77", Hex.of(KeySet.kcv(KeyType.AES, KeySet.factoryKey())));
    }
}

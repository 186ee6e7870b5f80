// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.pkcs11;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.StaticKeys;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeyArgs;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.keys.Kcv;
import org.esc.securechannel.keys.OpenKeys;
import org.esc.securechannel.testing.Person;
import org.esc.securechannel.testing.WatchedCard;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys in a token of SoftHSM open channels to cards that hold the same keys. */
class SoftHsmTest {

    @TempDir
    static Path folder;

    private static final byte[] KDD = Hex.parse(WatchedCard.KDD);
    private static SoftHsm hsm;

    private final Person person = new Person();

    private static byte[] key(int seed, int length) {
        byte[] k = new byte[length];
        for (int i = 0; i < length; i++) {
            k[i] = (byte) (0x11 * seed + 7 * i);
        }
        return k;
    }

    private static KeySet set(KeyType type, int length) {
        return KeySet.of(1, type, key(1, length), key(2, length), key(3, length));
    }

    @BeforeAll
    static void makeKeys() throws Exception {
        hsm = SoftHsm.start(folder);
        for (int length : new int[] {16, 24}) {
            hsm.des("DES" + length + "-ENC", key(1, length));
            hsm.des("DES" + length + "-MAC", key(2, length));
            hsm.des("DES" + length + "-DEK", key(3, length));
        }
        for (int length : new int[] {16, 24, 32}) {
            hsm.aes("AES" + length + "-ENC", key(1, length), true);
            hsm.aes("AES" + length + "-MAC", key(2, length), true);
            hsm.aes("AES" + length + "-DEK", key(3, length), true);
        }
        hsm.aes("silent", key(1, 16), false);
        hsm.generic("sp800", key(1, 32));
        hsm.generic("short", key(1, 16));
        hsm.des("twice", key(1, 16));
        hsm.des("twice", key(2, 16));
        hsm.aes("mixed-ENC", key(1, 16), true);
        hsm.des("mixed-MAC", key(1, 16));
        hsm.des("mixed-DEK", key(1, 16));
        hsm.extractable("loose", key(4, 16));
    }

    private static KeyArgs args(String label, String kdf) throws Exception {
        return args(label, kdf, Optional.of(hsm.slot("keys")));
    }

    private static KeyArgs args(String label, String kdf, Optional<Integer> slot) {
        return new KeyArgs(Optional.empty(), Optional.empty(), "00", Optional.of(Diversification.of(kdf)), Optional.of(hsm.library), slot,
                Optional.of(label).filter(l -> !l.isEmpty()), Optional.empty(), KeyArgs.Level.MAC_ENC, Optional.empty());
    }

    private static KeySets sets(boolean cmac) {
        return new KeySets(Optional.empty(), Optional.of(new Pkcs11Tokens(cmac)), _ -> "");
    }

    private OpenKeys open(KeyArgs args, boolean cmac) throws EscException {
        person.answers.put("TOKEN_PIN", SoftHsm.PIN);
        return sets(cmac).open(args, person.context());
    }

    @ParameterizedTest
    @CsvSource({"1,05,DES16,16,true", "1,15,DES24,24,true", "2,15,DES16,16,true", "2,55,DES24,24,true", "2,04,DES16,16,true",
        "3,00,AES16,16,true", "3,70,AES24,24,true", "3,70,AES32,32,true", "3,71,AES32,32,true",
        "3,00,AES16,16,false", "3,70,AES24,24,false", "3,70,AES32,32,false", "3,71,AES32,32,false"})
    void theTokensKeysOpenChannels(int protocol, String i, String label, int length, boolean cmac) throws Exception {
        var scp = new ScpVersion(protocol, Integer.parseInt(i, 16));
        try (KeySet onCard = set(scp.keyType(), length); var card = new WatchedCard(scp, onCard);
                OpenKeys keys = open(args(label, "none"), cmac);
                var channel = new Channels(folder.resolve("tries")).open(card, keys, args(label, "none"), person.context())) {
            assertArrayEquals(new byte[] {9, 8, 7}, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 0, new byte[] {9, 8, 7})).data());
            byte[] material = key(9, 16);
            byte[] cipher = channel.encryptWithDek(material);
            assertFalse(Arrays.equals(material, cipher));
            assertArrayEquals(material, card.decrypted(cipher));
            assertEquals(List.of(scp.keyType()), keys.types());
            assertTrue(keys.description().contains("token keys"), keys.description());
        }
        assertEquals(List.of(), person.told, "warned of keys that cannot leave");
    }

    @ParameterizedTest
    @CsvSource({"DES16,visa2,DES3,16", "DES24,emv,DES3,24", "DES16,emv,AES,16", "AES16,kdf3,AES,16", "AES24,gpkmc,AES,24",
        "AES32,kdf3,AES,32", "AES16,'aes:$0$1$2$3$4$5$6$7$8$9 0000000000 $k',AES,16"})
    void mastersInTheTokenMakeCardKeys(String label, String kdf, KeyType type, int length) throws Exception {
        KeyType master = label.startsWith("AES") ? KeyType.AES : KeyType.DES3;
        try (KeySet masters = set(master, length);
                KeySet expected = Diversification.of(kdf).derive(masters, KDD, 1, type);
                OpenKeys keys = open(args(label, kdf), true)) {
            assertEquals(List.of(Hex.of(expected.kcv(expected.enc())), Hex.of(expected.kcv(expected.mac())),
                    Hex.of(expected.kcv(expected.dek()))), keys.kcvs(KDD, type).stream().map(Kcv::kcv).toList());
        }
    }

    @Test
    void aGenericSecretIsAMasterForSp800() throws Exception {
        var hmac = javax.crypto.Mac.getInstance("HmacSHA256");
        hmac.init(new javax.crypto.spec.SecretKeySpec(key(1, 32), "HmacSHA256"));
        byte[] enc = Arrays.copyOf(hmac.doFinal(Hex.parse("010400" + WatchedCard.KDD + "0180")), 16);
        // triple DES does not look at the parity bits
        try (OpenKeys keys = open(args("sp800", "sp800-108"), true)) {
            assertEquals(Hex.of(KeySet.kcv(KeyType.DES3, enc)), keys.kcvs(KDD, KeyType.DES3).getFirst().kcv());
        }
        // SoftHSM wants 32 bytes for HMAC-SHA-256
        try (OpenKeys keys = open(args("short", "sp800-108"), true)) {
            var e = assertThrows(EscException.class, () -> keys.kcvs(KDD, KeyType.DES3));
            assertTrue(e.problem().advice().contains("generic secret"), e.problem().toString());
        }
        try (OpenKeys keys = open(args("sp800", "none"), true)) {
            assertEquals("pkcs11", assertThrows(EscException.class, () -> keys.kcvs(KDD, KeyType.DES3)).problem().code());
        }
    }

    @Test
    void theKeysCannotBeReadOut() throws Exception {
        person.answers.put("TOKEN_PIN", SoftHsm.PIN);
        try (OpenKeys keys = open(args("DES16", "none"), true)) {
            var library = Cryptoki.load(hsm.library);
            long session = library.openSession(hsm.slot("keys"));
            for (String label : List.of("DES16-ENC", "DES24-DEK", "AES16-ENC", "AES32-MAC", "sp800")) {
                long object = library.secretKeys(session, label).getFirst();
                assertArrayEquals(new byte[] {1}, library.attribute(session, object, Cryptoki.Attribute.SENSITIVE));
                assertArrayEquals(new byte[] {0}, library.attribute(session, object, Cryptoki.Attribute.EXTRACTABLE));
                assertEquals(0, library.attribute(session, object, 0x11).length, "the value of " + label);
            }
            library.closeSession(session);
            assertFalse(keys.toString().contains(Hex.of(key(1, 4))));
        }
        try (OpenKeys _ = open(args("loose", "none"), true)) {
            assertTrue(person.told.getFirst().contains("loose may leave its token"), person.told.toString());
        }
    }

    @Test
    void aKeyThatMayNotSignComputesItsMacByEncryption() throws Exception {
        try (OpenKeys keys = open(args("silent", "kdf3"), true); KeySet master = KeySet.same(1, KeyType.AES, key(1, 16));
                KeySet expected = Diversification.KDF3.derive(master, KDD, 1)) {
            assertEquals(Hex.of(expected.kcv(expected.enc())), keys.kcvs(KDD, KeyType.AES).getFirst().kcv());
        }
    }

    @Test
    void cmacBuiltFromAesIsCmac() throws Exception {
        person.answers.put("TOKEN_PIN", SoftHsm.PIN);
        for (int length : new int[] {0, 1, 15, 16, 17, 32, 33}) {
            byte[] data = key(5, length);
            try (var own = new Pkcs11Tokens(true).open(where("AES32"), person.context());
                    var built = new Pkcs11Tokens(false).open(where("AES32"), person.context());
                    KeySet keys = set(KeyType.AES, 32); StaticKeys here = StaticKeys.of(keys)) {
                assertArrayEquals(here.mac().cmac(data), own.keys().mac().cmac(data));
                assertArrayEquals(here.mac().cmac(data), built.keys().mac().cmac(data));
            }
        }
    }

    private static org.esc.securechannel.keys.NamedKeys.Token where(String label) throws Exception {
        return new org.esc.securechannel.keys.NamedKeys.Token(hsm.library, Optional.of(hsm.slot("keys")), Optional.of(label));
    }

    @Test
    void wrongKeysInTheTokenStopToo() throws Exception {
        try (KeySet onCard = KeySet.factory(1, KeyType.AES); var card = new WatchedCard(ScpVersion.SCP03_70, onCard);
                OpenKeys keys = open(args("AES16", "none"), true)) {
            var e = assertThrows(EscException.class, () -> new Channels(folder.resolve("other-tries")).open(card, keys,
                    args("AES16", "none"), person.context()));
            assertEquals("card-not-authentic", e.problem().code());
            assertTrue(e.problem().message().contains("token keys, key AES16"), e.problem().message());
            assertFalse(card.saw(0x82));
        }
    }

    @Test
    void whatCannotBeUsedIsSaid() throws Exception {
        record Bad(KeyArgs args, String code) {
        }
        for (Bad bad : List.of(new Bad(args("nothing", "none"), "no-such-keys"), new Bad(args("twice", "none"), "no-such-keys"),
                new Bad(args("", "none"), "no-such-keys"), new Bad(args("mixed", "none"), "wrong-key-type"),
                new Bad(args("DES16", "none", Optional.of(77)), "which-token"), new Bad(args("DES16", "none", Optional.empty()), "which-token"),
                new Bad(library("/no/such/library.so"), "pkcs11-library"), new Bad(library("/usr/bin/env"), "pkcs11-library"))) {
            var e = assertThrows(EscException.class, () -> open(bad.args(), true).close(), bad.toString());
            assertEquals(bad.code(), e.problem().code(), e.problem().toString());
            assertFalse(e.problem().advice().isBlank() && !bad.code().equals("wrong-key-type"), e.problem().toString());
        }
        try (OpenKeys keys = open(args("DES16", "sp800-108"), true)) {
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> keys.kcvs(KDD, KeyType.DES3)).fault());
        }
        try (OpenKeys keys = open(args("DES16", "kdf3"), true)) {
            assertEquals("wrong-key-type", assertThrows(EscException.class, () -> keys.kcvs(KDD, KeyType.AES)).problem().code());
        }
    }

    private static KeyArgs library(String path) {
        return new KeyArgs(Optional.empty(), Optional.empty(), "00", Optional.empty(), Optional.of(Path.of(path)), Optional.empty(),
                Optional.of("DES16"), Optional.empty(), KeyArgs.Level.MAC_ENC, Optional.empty());
    }

    @Test
    void aWrongPinIsNoSecretInTheProblem() throws Exception {
        person.answers.put("TOKEN_PIN", "wrong-pin-99");
        var e = assertThrows(EscException.class, () -> sets(true).open(args("DES16", "none"), person.context()));
        assertEquals(Fault.LOGIN, e.fault());
        assertFalse(e.problem().toString().contains("wrong-pin-99"));
        person.answers.clear();
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> sets(true).open(args("DES16", "none"), person.context())).fault());
        open(args("DES16", "none"), true).close();
    }
}

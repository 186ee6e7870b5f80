// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.esc.apdu.Hex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiversificationTest {

    private static final byte[] CUID = Hex.parse("40906145C76224192D2B");

    @ParameterizedTest
    @CsvSource({
        "VISA2,64446FECEB25618624EF3488069E50FD,6C6FCDC240C87598721AF7418702B571,00B779102FBFB0E37E706F5A6D49247B",
        "EMV,53FDB9C46EEF960BA5EB21699309F7E5,D2F68864BE637EA40513F410781D71CD,6176BEEF1D094347DF455634F87F1D9B",
        "NIST_SP800_108,26839257685B7538AB38895715F73131,F7E35E0E340E2FF47AADDAD65D61FBA1,0B705DBF4386297FB634F2AD6BF7CB29",
        "NONE,404142434445464748494A4B4C4D4E4F,404142434445464748494A4B4C4D4E4F,404142434445464748494A4B4C4D4E4F"})
    void desMasterKeys(Diversification how, String enc, String mac, String dek) {
        try (KeySet master = KeySet.factory(1, KeyType.DES3); KeySet card = how.derive(master, CUID, 2)) {
            assertEquals(enc, Hex.of(card.enc()));
            assertEquals(mac, Hex.of(card.mac()));
            assertEquals(dek, Hex.of(card.dek()));
            assertEquals(2, card.version());
            assertEquals(how == Diversification.NONE, card.isFactory());
        }
    }

    @Test
    void aesMasterKeysOfEverySize() {
        for (int length : new int[] {16, 24, 32}) {
            byte[] k = new byte[length];
            try (KeySet master = KeySet.same(1, KeyType.AES, k);
                    KeySet card = Diversification.GPKMC.derive(master, CUID, 3);
                    KeySet other = Diversification.GPKMC.derive(master, Hex.parse("40906145C76224192D2C"), 3);
                    BlockKey cmac = BlockKey.of(KeyType.AES, k)) {
                assertEquals(length, card.enc().length);
                assertFalse(card.sameKeys(other));
                byte[] input = Hex.parse("01 00000001 00 0000 24192D2B C762 " + String.format("%04X", 8 * length));
                assertEquals(Hex.of(cmac.cmac(input)), Hex.of(card.enc()).substring(0, 32));
                input[4] = 3;
                assertEquals(Hex.of(cmac.cmac(input)), Hex.of(card.dek()).substring(0, 32));
                if (length > 16) {
                    input[0] = 2;
                    assertTrue(Hex.of(cmac.cmac(input)).startsWith(Hex.of(card.dek()).substring(32)));
                }
            }
        }
    }

    @Test
    void keysMadeByTripleDesForAnAesCard() {
        try (KeySet master = KeySet.factory(1, KeyType.DES3);
                KeySet card = Diversification.EMV.derive(master, CUID, 1, KeyType.AES)) {
            assertEquals(KeyType.AES, card.type());
            assertEquals("53FDB9C46EEF960BA5EB21699309F7E5", Hex.of(card.enc()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EMV,DES3,16,C33013,6F4CA6,BB8179",
        "VISA2,DES3,16,2BE598,58DA38,3C328E",
        "KDF3,AES,16,E79C05,D1BD77,3FDE8C",
        "KDF3,AES,24,1DE8EA,47C00C,C04D76",
        "KDF3,AES,32,2972D2,036F94,5D57B8",
        "'$4 $5 $6 $7 $8 $9 0xF0 $k $4 $5 $6 $7 $8 $9 0x0F $k',DES3,16,C33013,6F4CA6,BB8179",
        "'$_ 0x00 0x00 0x00 $K 0x00 $0$1$2$3$4$5$6$7$8$9',AES,32,2972D2,036F94,5D57B8"})
    void asGlobalPlatformProComputesThem(Diversification how, KeyType type, int length, String enc, String mac, String dek) {
        byte[] key = Hex.parse("404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F");
        try (KeySet master = KeySet.same(1, type, java.util.Arrays.copyOf(key, length));
                KeySet card = how.derive(master, Hex.parse("00010203040506070809"), 1)) {
            assertEquals(enc, Hex.of(card.kcv(card.enc())));
            assertEquals(mac, Hex.of(card.kcv(card.mac())));
            assertEquals(dek, Hex.of(card.kcv(card.dek())));
        }
    }

    @Test
    void kdf3AsOthersComputeIt() {
        byte[] key = Hex.parse("8C72C72CF908411653018807950D82FBAD947562F0828A0B10B8B9606ABF3BCD");
        try (KeySet master = KeySet.same(1, KeyType.AES, key);
                KeySet card = Diversification.KDF3.derive(master, Hex.parse("D9B1DE5D0362DEDCE4FB"), 1)) {
            assertEquals("9AAC5D0B3601F89438A0D9D0B6B256CFB47E6462DFA5228D3420C4AC7C224781", Hex.of(card.enc()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'$_ 000000 $k 00 0000 $6$7$8$9 $4$5 $l$l',GPKMC,AES,32",
        "'des3:$0$1$4$5$6$7F0$k$0$1$4$5$6$70F$k',VISA2,DES3,24"})
    void aTemplateSaysWhatANameSays(String template, Diversification known, KeyType type, int length) {
        try (KeySet master = KeySet.same(1, type, new byte[length]);
                KeySet a = Diversification.of(template).derive(master, CUID, 1); KeySet b = known.derive(master, CUID, 1)) {
            assertTrue(a.sameKeys(b));
        }
    }

    @Test
    void anAesTemplateIsEncryptedUnderAes() {
        var template = Diversification.of("aes:$0$1$2$3$4$5$6$7$8$9 0000000000 $k $0$1$2$3$4$5$6$7$8$9 0000000000 $k");
        byte[] key = KeySet.factoryKey();
        try (KeySet master = KeySet.same(1, KeyType.AES, key); BlockKey aes = BlockKey.of(KeyType.AES, key);
                KeySet card = template.derive(master, CUID, 1)) {
            byte[] half = aes.ecbEncrypt(Hex.parse("40906145C76224192D2B 0000000000 02"));
            assertEquals(Hex.of(half) + Hex.of(half), Hex.of(card.mac()));
        }
    }

    @ParameterizedTest
    @CsvSource({"nonsense", "'$0'", "'$A$0'", "'$0$1G0'", "'$0$'", "'$0$1$2$3$4$5$6$7$l$l$0$1$2$3$4$5'", "'des3:$_$k'", "'$_$k$l'",
        "'$_$l$k$l'", "''"})
    void templatesThatMakeNoSenseAreRefused(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> Diversification.of(text));
        assertFalse(e.getMessage().isBlank());
    }

    @Test
    void namesAreReadInEveryCase() {
        assertEquals(Diversification.NIST_SP800_108, Diversification.of("sp800-108"));
        assertEquals(Diversification.NIST_SP800_108, Diversification.of("NIST_SP800_108"));
        assertEquals(Diversification.KDF3, Diversification.of("kdf3"));
        for (Diversification d : Diversification.known()) {
            assertEquals(d, Diversification.of(d.name()));
        }
    }

    @Test
    void wrongInputIsRefused() {
        try (KeySet des = KeySet.factory(1, KeyType.DES3); KeySet aes = KeySet.factory(1, KeyType.AES)) {
            assertThrows(IllegalArgumentException.class, () -> Diversification.VISA2.derive(des, new byte[9], 1));
            assertThrows(IllegalArgumentException.class, () -> Diversification.VISA2.derive(aes, CUID, 1));
            assertThrows(IllegalArgumentException.class, () -> Diversification.NIST_SP800_108.derive(aes, CUID, 1));
            assertThrows(IllegalArgumentException.class, () -> Diversification.GPKMC.derive(des, CUID, 1));
            assertThrows(IllegalArgumentException.class, () -> Diversification.NONE.derive(des, CUID, 256));
        }
    }
}

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

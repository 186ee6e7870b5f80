// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.InitUpdateResponse;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.tms.db.Database;
import org.esc.tms.db.Settings;
import org.esc.tms.db.SqlSettings;
import org.esc.tms.db.Vault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Master keys and what is made of them; a card's own end of the secure channel is the judge. */
class KeyServiceTest {

    private static final Cuid CUID = Cuid.of("40906145C76224192D2B");
    private static final byte[] CHALLENGE = Hex.parse("775762E45E23667D");

    @TempDir
    Path folder;
    private Vault vault;
    private Database database;
    private Settings settings;
    private KeyService keys;

    @BeforeEach
    void open() throws EscException {
        try (var password = Secret.of("password of the vault")) {
            vault = Vault.open(folder.resolve("vault"), password);
        }
        database = Database.embedded(folder.resolve("db"));
        settings = new SqlSettings(database);
        keys = new VaultKeyService(vault, database, settings, InstantSource.system());
    }

    @AfterEach
    void close() {
        database.close();
        vault.close();
    }

    private static InitUpdateResponse card(KeySet keys, ScpVersion scp) throws EscException {
        try (var card = new CardSecureChannel()) {
            return InitUpdateResponse.parse(card.initializeUpdate(keys, scp, CUID.bytes(), CHALLENGE, 5,
                    new byte[CardSecureChannel.challengeLength(scp)]));
        } catch (CardRefusal e) {
            throw new IllegalStateException(e);
        }
    }

    private static ScpVersion scp(int protocol) {
        return ScpVersion.usual(protocol);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aFactoryCardIsKnownUntilItWasMoved(int protocol) throws EscException {
        for (int version : new int[] {1, 0xFF}) {
            try (var factory = KeySet.factory(version, scp(protocol).keyType())) {
                var answer = card(factory, scp(protocol));
                try (var session = keys.cardKeys(CUID).derive(answer, CHALLENGE)) {
                    assertTrue(session.verifies(answer));
                }
                assertEquals(1, keys.currentVersion(scp(protocol).keyType()));
                keys.moved(CUID, 2);
                var e = assertThrows(EscException.class, () -> keys.cardKeys(CUID).derive(answer, CHALLENGE));
                assertEquals("factory-keys-returned", e.problem().code());
                assertEquals(17, e.problem().endOp().orElseThrow());
                settings.set(Settings.ACCEPT_RETURNED_FACTORY_KEYS, "true");
                keys.cardKeys(CUID).derive(answer, CHALLENGE).close();
                settings.set(Settings.ACCEPT_RETURNED_FACTORY_KEYS, "false");
                keys.forget(CUID);
                keys.cardKeys(CUID).derive(answer, CHALLENGE).close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, VISA2", "1, EMV", "2, NIST_SP800_108", "2, NONE", "3, GPKMC", "3, NONE"})
    void aMovedCardIsKnownByItsOwnKeys(int protocol, Diversification diversification) throws EscException {
        var type = scp(protocol).keyType();
        var told = keys.create(2, type, 128, diversification);
        assertEquals(List.of(told), keys.list());
        assertEquals(2, keys.currentVersion(type));
        try (var onCard = keys.newKeys(CUID.bytes(), type).orElseThrow()) {
            assertEquals(2, onCard.version());
            var answer = card(onCard, scp(protocol));
            try (var session = keys.cardKeys(CUID).derive(answer, CHALLENGE)) {
                assertTrue(session.verifies(answer));
            }
            byte[] other = CUID.bytes();
            other[5] ^= 1;
            try (var another = keys.newKeys(other, type).orElseThrow()) {
                assertEquals(diversification == Diversification.NONE, another.sameKeys(onCard));
            }
        }
        try (var unknown = KeySet.factory(3, type)) {
            var answer = card(unknown, scp(protocol));
            assertEquals("no-master-key", assertThrows(EscException.class, () -> keys.cardKeys(CUID)
                    .derive(answer, CHALLENGE)).problem().code());
        }
    }

    @Test
    void theNewestKeyOfEachKindCounts() throws EscException {
        assertEquals(Optional.empty(), keys.newKeys(CUID.bytes(), KeyType.AES));
        keys.create(2, KeyType.DES3, 128, Diversification.VISA2);
        keys.create(5, KeyType.DES3, 192, Diversification.NIST_SP800_108);
        keys.create(3, KeyType.AES, 256, Diversification.GPKMC);
        assertEquals(5, keys.currentVersion(KeyType.DES3));
        assertEquals(3, keys.currentVersion(KeyType.AES));
        try (var aes = keys.newKeys(CUID.bytes(), KeyType.AES).orElseThrow()) {
            assertEquals(32, aes.enc().length);
        }
        assertEquals(List.of(2, 3, 5), keys.list().stream().map(MasterKey::version).toList());
    }

    private static List<Secret> secrets(String... hex) {
        var result = new ArrayList<Secret>();
        for (String h : hex) {
            result.add(Secret.of(Hex.parse(h)));
        }
        return result;
    }

    @Test
    void componentsMakeTheKeyAndTheKnownCardKeysComeOut() throws EscException {
        // 40…4F in three parts; the card keys are those a TKS derives for this CUID
        var parts = secrets("000102030405060708090A0B0C0D0E0F", "F0E0D0C0B0A090807060504030201000");
        byte[] last = new byte[16];
        for (int i = 0; i < 16; i++) {
            last[i] = (byte) (0x40 + i ^ parts.get(0).bytes()[i] ^ parts.get(1).bytes()[i]);
        }
        parts.add(Secret.of(last));
        var key = keys.importKey(2, KeyType.DES3, Diversification.VISA2, parts,
                Optional.of(Hex.of(KeySet.kcv(KeyType.DES3, KeySet.factoryKey()))));
        assertEquals(Hex.of(KeySet.kcv(KeyType.DES3, KeySet.factoryKey())), key.kcv());
        try (var card = keys.newKeys(CUID.bytes(), KeyType.DES3).orElseThrow()) {
            assertArrayEquals(Hex.parse("64446FECEB25618624EF3488069E50FD"), card.enc());
            assertArrayEquals(Hex.parse("6C6FCDC240C87598721AF7418702B571"), card.mac());
            assertArrayEquals(Hex.parse("00B779102FBFB0E37E706F5A6D49247B"), card.dek());
        }
        var again = keys.split(2, KeyType.DES3, 3);
        assertEquals(key.kcv(), keys.importKey(3, KeyType.DES3, Diversification.VISA2, again, Optional.empty()).kcv());
        for (var part : again) {
            assertFalse(part.matches(KeySet.factoryKey()));
        }
    }

    @Test
    void wrongComponentsVersionsAndMethodsAreRefused() throws EscException {
        keys.create(2, KeyType.DES3, 128, Diversification.VISA2);
        record Bad(int version, KeyType type, Diversification method, List<Secret> parts, Optional<String> kcv) {
        }
        var fine = secrets("000102030405060708090A0B0C0D0E0F", "F0E0D0C0B0A090807060504030201000");
        for (var bad : List.of(
                new Bad(2, KeyType.DES3, Diversification.VISA2, fine, Optional.empty()),
                new Bad(1, KeyType.DES3, Diversification.VISA2, fine, Optional.empty()),
                new Bad(0x80, KeyType.DES3, Diversification.VISA2, fine, Optional.empty()),
                new Bad(3, KeyType.DES3, Diversification.GPKMC, fine, Optional.empty()),
                new Bad(3, KeyType.AES, Diversification.VISA2, fine, Optional.empty()),
                new Bad(3, KeyType.DES3, Diversification.VISA2, List.of(), Optional.empty()),
                new Bad(3, KeyType.DES3, Diversification.VISA2, secrets("0001"), Optional.empty()),
                new Bad(3, KeyType.DES3, Diversification.VISA2, secrets("000102030405060708090A0B0C0D0E0F", "00"),
                Optional.empty()),
                new Bad(3, KeyType.DES3, Diversification.VISA2, List.of(fine.get(0), fine.get(0)), Optional.empty()),
                new Bad(3, KeyType.DES3, Diversification.VISA2, fine, Optional.of("000000")))) {
            assertThrows(EscException.class, () -> keys.importKey(bad.version, bad.type, bad.method, bad.parts,
                    bad.kcv), bad.toString());
        }
        assertEquals(1, keys.list().size());
        assertThrows(EscException.class, () -> keys.create(3, KeyType.AES, 64, Diversification.GPKMC));
        assertThrows(EscException.class, () -> keys.split(7, KeyType.DES3, 2));
        assertThrows(EscException.class, () -> keys.split(2, KeyType.DES3, 1));
        assertThrows(EscException.class, () -> keys.forget(CUID));
    }

    @Test
    void masterKeysLieNowhereInTheClear() throws Exception {
        keys.importKey(2, KeyType.DES3, Diversification.VISA2, secrets("0123456789ABCDEFFEDCBA9876543210"),
                Optional.empty());
        close();
        try (var files = Files.walk(folder)) {
            for (Path p : files.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(p), StandardCharsets.ISO_8859_1);
                assertFalse(content.contains(new String(Hex.parse("0123456789ABCDEFFEDCBA9876543210"),
                        StandardCharsets.ISO_8859_1)), p.toString());
                assertFalse(content.toUpperCase(java.util.Locale.ROOT).contains("0123456789ABCDEFFEDCBA9876543210"),
                        p.toString());
            }
        }
        open();
        assertEquals(1, keys.list().size());
    }
}

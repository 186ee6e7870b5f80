// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.coolkey.Acl;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.CoolKeyAdmin;
import org.esc.coolkey.CoolKeyAdmin.Slots;
import org.esc.coolkey.EnrollmentResult;
import org.esc.coolkey.Ins;
import org.esc.coolkey.KeyBlob;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.LoadProgress;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A card's life as a token management system leads it: format, enrol with keys of both kinds, use, new keys, format again. */
class WholeLifeTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    static Stream<ScpVersion> protocols() {
        return Stream.of(ScpVersion.SCP01_05, ScpVersion.SCP02_15, ScpVersion.SCP03_00, ScpVersion.SCP03_70);
    }

    private static SecureChannel open(CardChannel card, KeySet keys) throws Exception {
        byte[] challenge = new byte[8];
        RANDOM.nextBytes(challenge);
        return SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, challenge, WireStyle.TPS, Optional.empty())
                .authenticate(SecurityLevel.C_MAC_C_DEC);
    }

    private static void format(CardChannel card, KeySet keys, int imageLength) throws Exception {
        var plain = new CardManager(card);
        Aid aid = plain.selectCardManager(CardManager.KNOWN);
        assertEquals(Aid.of("A000000003000000"), aid);
        try (SecureChannel secure = open(card, keys)) {
            var manager = new CardManager(secure);
            manager.deleteIfPresent(Ins.APPLET, false);
            manager.deleteIfPresent(Ins.PACKAGE, false);
            manager.installForLoad(Ins.PACKAGE, Optional.empty(), imageLength);
            manager.load(new byte[imageLength], 208, LoadProgress.NONE);
            manager.installForInstall(Ins.PACKAGE, Ins.APPLET, 18000, new byte[] {0, 2, 0x13, (byte) 0x88});
        }
        assertTrue(new CoolKey(card).select());
        try (SecureChannel secure = open(card, keys)) {
            new CoolKeyAdmin(secure).setIssuerInfo("http://tps.example/tps/phoneHome");
        }
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void formattedEnrolledUsedAndFormattedAgain(ScpVersion scp) throws Exception {
        KeySet keys = KeySet.factory(1, scp.keyType());
        var spec = CardSpec.standard().withScp(scp);
        try (SoftCard soft = SoftCard.inMemory(spec, new CoolKeyAppletFactory())) {
            CardChannel card = soft.channel();
            format(card, keys, 4000);
            var token = new CoolKey(card);
            assertEquals(0x58768072, token.buildId());
            assertEquals(LifeCycle.SELECTABLE, token.lifeCycle());
            assertEquals(5000, token.status().totalMemory());
            assertEquals("http://tps.example/tps/phoneHome", token.issuerUrl());

            enroll(card, keys, scp);
            assertEquals(LifeCycle.PERSONALIZED, token.lifeCycle());
            assertEquals(4, token.listKeys().size());
            assertEquals(List.of(ObjectId.COMBINED, ObjectId.KEY_BLOB),
                    token.listObjects().stream().map(o -> o.id()).sorted().toList());

            format(card, keys, 16 * 208 - 4);
            assertEquals(LifeCycle.SELECTABLE, token.lifeCycle());
            assertEquals(List.of(), token.listKeys());
            assertEquals(List.of(), token.listObjects());
            assertEquals(List.of(), token.listPins());
        }
    }

    private static void enroll(CardChannel card, KeySet keys, ScpVersion scp) throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
        g.initialize(2048);
        KeyPair serverSide = g.generateKeyPair();
        EnrollmentResult result;
        try (SecureChannel secure = open(card, keys)) {
            var admin = new CoolKeyAdmin(secure);
            assertTrue(admin.createPin(0, 5, Secret.of("password")));
            assertFalse(admin.createPin(0, 5, Secret.of("password")));
            admin.setPin(0, Secret.of("secret12"));
            byte[] challenge = new byte[16];
            RANDOM.nextBytes(challenge);
            result = admin.startEnrollment(new Slots(2, 3, 0, 0), Ins.ALG_DES2, 2048, false, secure.encryptWithDek(challenge));
            assertTrue(result.proves(challenge));
            challenge[0]++;
            assertFalse(result.proves(challenge));
            importPair(secure, admin, serverSide, scp);
        }
        byte[] z0 = new byte[1500];
        RANDOM.nextBytes(z0);
        try (SecureChannel secure = open(card, keys)) {
            var admin = new CoolKeyAdmin(secure);
            admin.putObject(ObjectId.COMBINED, z0, Acl.PUBLIC_OBJECT);
            admin.setLifeCycle(LifeCycle.PERSONALIZED);
            assertTrue(admin.clearKeySlots(List.of(new Slots(2, 3, 0, 0), new Slots(4, 5, 0, 0))));
        }
        var token = new CoolKey(card);
        assertArrayEquals(z0, token.readObject(ObjectId.COMBINED, 0, z0.length));
        use(token, (RSAPublicKey) result.publicKey(), (RSAPublicKey) serverSide.getPublic());
    }

    private static void importPair(SecureChannel secure, CoolKeyAdmin admin, KeyPair pair, ScpVersion scp) throws Exception {
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        boolean aes = scp.keyType() == KeyType.AES;
        int block = aes ? 16 : 8;
        byte[] key = new byte[16];
        byte[] iv = new byte[block];
        RANDOM.nextBytes(key);
        RANDOM.nextBytes(iv);
        Cipher c = Cipher.getInstance(aes ? "AES/CBC/NoPadding" : "DESede/CBC/NoPadding");
        byte[] raw = key;
        if (!aes) {
            raw = Arrays.copyOf(key, 24);
            System.arraycopy(key, 0, raw, 16, 8);
        }
        c.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(raw, aes ? "AES" : "DESede"), new IvParameterSpec(iv));
        byte[] cipher = c.doFinal(Arrays.copyOf(pkcs8, (pkcs8.length + block - 1) / block * block));
        admin.putObject(ObjectId.KEY_BLOB, KeyBlob.encryptedPair(2048, cipher).bytes(), Acl.RA_ONLY);
        KeyType type = aes ? KeyType.AES : KeyType.DES3;
        admin.importKeyEncrypted(new Slots(4, 5, 0, 0), ObjectId.KEY_BLOB, aes ? Ins.ALG_AES_CBC : Ins.ALG_DES2,
                secure.encryptWithDek(key), KeySet.kcv(type, key), iv);
        byte[] left = admin.readObject(ObjectId.KEY_BLOB, 0, cipher.length + 4);
        assertArrayEquals(new byte[left.length], left, "the blob is erased after its import");
    }

    private static void use(CoolKey token, RSAPublicKey signing, RSAPublicKey encryption) throws Exception {
        token.verifyPin(0, Secret.of("secret12"));
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256").digest("message".getBytes(StandardCharsets.US_ASCII));
        byte[] padded = pkcs1(hash, 256);
        byte[] signature = token.computeCrypt(2, Ins.DIRECTION_ENCRYPT, padded);
        Signature s = Signature.getInstance("SHA256withRSA");
        s.initVerify(signing);
        s.update("message".getBytes(StandardCharsets.US_ASCII));
        assertTrue(s.verify(signature));

        Cipher c = Cipher.getInstance("RSA/ECB/NoPadding");
        c.init(Cipher.ENCRYPT_MODE, encryption);
        byte[] message = new byte[256];
        message[255] = 42;
        message[1] = 2;
        assertArrayEquals(message, token.computeCrypt(4, Ins.DIRECTION_DECRYPT, c.doFinal(message)));
        token.logout(0);
    }

    private static byte[] pkcs1(byte[] hash, int length) {
        byte[] info = new BigInteger("3031300d060960864801650304020105000420", 16).toByteArray();
        byte[] b = new byte[length];
        Arrays.fill(b, (byte) 0xFF);
        b[0] = 0;
        b[1] = 1;
        int at = length - hash.length - info.length;
        b[at - 1] = 0;
        System.arraycopy(info, 0, b, at, info.length);
        System.arraycopy(hash, 0, b, length - hash.length, hash.length);
        return b;
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void keysAreMovedAndTheOldOnesRefused(ScpVersion scp) throws Exception {
        KeySet old = KeySet.factory(1, scp.keyType());
        byte[] secret = new byte[16];
        RANDOM.nextBytes(secret);
        KeySet own = KeySet.same(2, scp.keyType(), secret);
        try (SoftCard soft = SoftCard.inMemory(CardSpec.standard().withScp(scp), new CoolKeyAppletFactory())) {
            CardChannel card = soft.channel();
            try (SecureChannel secure = open(card, old)) {
                new CardManager(secure).putKeys(1, own);
            }
            assertEquals(0x6A88, card.transmit(CommandApdu.of(0x80, 0x50, 1, 0, new byte[8])).sw().value());
            try (SecureChannel secure = open(card, own)) {
                assertEquals(2, secure.card().keyVersion());
            }
            var e = org.junit.jupiter.api.Assertions.assertThrows(org.esc.apdu.EscException.class, () -> open(card, old));
            assertEquals("card-not-authentic", e.problem().code());
        }
    }

    @Test
    void lockedAfterTenFailedAuthentications() throws Exception {
        try (SoftCard soft = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory())) {
            CardChannel card = soft.channel();
            for (int i = 0; i < 10; i++) {
                assertTrue(card.transmit(CommandApdu.of(0x80, 0x50, 0, 0, new byte[8])).isOk());
                assertEquals(0x6300, card.transmit(CommandApdu.of(0x84, 0x82, 1, 0, new byte[16])).sw().value());
            }
            assertEquals(0x6983, card.transmit(CommandApdu.of(0x80, 0x50, 0, 0, new byte[8])).sw().value());
        }
    }
}

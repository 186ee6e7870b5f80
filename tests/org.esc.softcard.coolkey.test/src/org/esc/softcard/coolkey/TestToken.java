// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.esc.apdu.Cuid;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.coolkey.Acl;
import org.esc.coolkey.Attribute;
import org.esc.coolkey.CoolKeyAdmin;
import org.esc.coolkey.CoolKeyAdmin.Slots;
import org.esc.coolkey.EnrollmentResult;
import org.esc.coolkey.Ins;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.TokenObject;
import org.esc.coolkey.TokenObject.Flag;
import org.esc.coolkey.TokenObjects;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.LoadProgress;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.esc.softcard.SoftCard;

/** Leads a software card through format and enrolment the way a TPS does, for tests that need a token to look at. */
final class TestToken {

    static final String PIN = "secret12";
    private static final SecureRandom RANDOM = new SecureRandom();

    private TestToken() {
    }

    /** The public keys on an enrolled token. */
    record Enrolled(RSAPublicKey signing, RSAPublicKey encryption) {
    }

    static SecureChannel open(CardChannel card, KeySet keys) throws Exception {
        byte[] challenge = new byte[8];
        RANDOM.nextBytes(challenge);
        return SecureChannel.initialize(card, org.esc.securechannel.CardKeys.of(keys), 0, 0, challenge, WireStyle.TPS,
                Optional.empty()).authenticate(SecurityLevel.C_MAC_C_DEC);
    }

    static void format(CardChannel card, KeySet keys) throws Exception {
        new CardManager(card).selectCardManager(CardManager.KNOWN);
        try (SecureChannel secure = open(card, keys)) {
            var manager = new CardManager(secure);
            manager.deleteIfPresent(Ins.APPLET, false);
            manager.deleteIfPresent(Ins.PACKAGE, false);
            manager.installForLoad(Ins.PACKAGE, Optional.empty(), 4000);
            manager.load(new byte[4000], 208, LoadProgress.NONE);
            manager.installForInstall(Ins.PACKAGE, Ins.APPLET, 18000, new byte[] {0, 2, 0x20, 0x00});
        }
    }

    static Enrolled enroll(SoftCard soft, KeySet keys, int bits) throws Exception {
        return enroll(soft.channel(), soft.cuid(), keys, bits);
    }

    /** The same over any channel to the card with this number. */
    static Enrolled enroll(CardChannel card, Cuid cuid, KeySet keys, int bits) throws Exception {
        format(card, keys);
        new org.esc.coolkey.CoolKey(card).select();
        RSAPublicKey signing;
        RSAPublicKey encryption;
        try (SecureChannel secure = open(card, keys)) {
            var admin = new CoolKeyAdmin(secure);
            admin.createPin(0, 10, Secret.of("password"));
            admin.setPin(0, Secret.of(PIN));
            signing = generate(secure, admin, 2, bits);
            encryption = generate(secure, admin, 4, bits);
            var objects = List.of(TokenObject.certificate(1, "signing key for jdoe", certificate(signing)),
                    TokenObject.privateKey(2, Attribute.KEY_TYPE_RSA,
                            EnumSet.of(Flag.TOKEN, Flag.PRIVATE, Flag.SENSITIVE, Flag.SIGN, Flag.SIGN_RECOVER)),
                    TokenObject.publicKey(3, Attribute.KEY_TYPE_RSA, EnumSet.of(Flag.TOKEN, Flag.VERIFY, Flag.VERIFY_RECOVER)),
                    TokenObject.certificate(2, "encryption key for jdoe", certificate(encryption)),
                    TokenObject.privateKey(4, Attribute.KEY_TYPE_RSA,
                            EnumSet.of(Flag.TOKEN, Flag.PRIVATE, Flag.SENSITIVE, Flag.DECRYPT, Flag.UNWRAP)),
                    TokenObject.publicKey(5, Attribute.KEY_TYPE_RSA, EnumSet.of(Flag.TOKEN, Flag.ENCRYPT, Flag.WRAP)));
            admin.putObject(ObjectId.COMBINED, new TokenObjects(7, cuid, "John Doe", objects).encode(true), Acl.PUBLIC_OBJECT);
            admin.setIssuerInfo("http://tps.example/tps/phoneHome");
            admin.setLifeCycle(LifeCycle.PERSONALIZED);
        }
        return new Enrolled(signing, encryption);
    }

    /** The same with one EC key, for signing. */
    static ECPublicKey enrollEc(CardChannel card, Cuid cuid, KeySet keys, int bits) throws Exception {
        format(card, keys);
        new org.esc.coolkey.CoolKey(card).select();
        try (SecureChannel secure = open(card, keys)) {
            var admin = new CoolKeyAdmin(secure);
            admin.createPin(0, 10, Secret.of("password"));
            admin.setPin(0, Secret.of(PIN));
            var made = admin.startEnrollment(new Slots(2, 3, 0, 0), Ins.ALG_EC, bits, true, secure.encryptWithDek(new byte[16]));
            var key = (ECPublicKey) made.publicKey();
            var objects = List.of(TokenObject.certificate(1, "signing key for jdoe", certificate(key)),
                    TokenObject.privateKey(2, Attribute.KEY_TYPE_EC, EnumSet.of(Flag.SIGN)),
                    TokenObject.publicKey(3, Attribute.KEY_TYPE_EC, EnumSet.of(Flag.VERIFY)));
            admin.putObject(ObjectId.COMBINED, new TokenObjects(7, cuid, "John Doe", objects).encode(true), Acl.PUBLIC_OBJECT);
            admin.setLifeCycle(LifeCycle.PERSONALIZED);
            return key;
        }
    }

    private static RSAPublicKey generate(SecureChannel secure, CoolKeyAdmin admin, int slot, int bits) throws Exception {
        EnrollmentResult r = admin.startEnrollment(new Slots(slot, slot + 1, 0, 0), Ins.ALG_DES2, bits, false,
                secure.encryptWithDek(new byte[16]));
        return (RSAPublicKey) r.publicKey();
    }

    private static byte[] certificate(PublicKey key) throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        KeyPair ca = g.generateKeyPair();
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(new X500Name("CN=Test CA"), new BigInteger(64, RANDOM),
                Date.from(now.minus(Duration.ofHours(1))), Date.from(now.plus(Duration.ofDays(1))),
                new X500Name("CN=John Doe,UID=jdoe"), key);
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(ca.getPrivate())).getEncoded();
    }
}

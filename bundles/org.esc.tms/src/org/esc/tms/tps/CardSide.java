// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.TransportRules;
import org.esc.coolkey.Acl;
import org.esc.coolkey.AppletStatus;
import org.esc.coolkey.Attribute;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.CoolKeyAdmin;
import org.esc.coolkey.CoolKeyAdmin.Slots;
import org.esc.coolkey.EnrollmentResult;
import org.esc.coolkey.Ins;
import org.esc.coolkey.KeyBlob;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.TokenObject;
import org.esc.coolkey.TokenObject.Flag;
import org.esc.coolkey.TokenObjects;
import org.esc.globalplatform.CardManager;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.tks.KeyService;
import org.esc.tps.EndCode;

/** What a TPS does to a card, in its order and its encodings, with the same classes that serve the local toolbox. */
final class CardSide {

    /** Where to report how much of a load is done, 0 to 1. */
    @FunctionalInterface
    interface Part {
        void done(double part) throws EscException;
    }

    /** What to do when the card has taken new keys. */
    @FunctionalInterface
    interface Changed {
        void to(int version) throws EscException;
    }

    private static final int PIN = 0;
    private static final int PIN_TRIES = 10;
    private static final int LOAD_BLOCK = 208;
    private static final int APPLET_SPACE = 18000;
    private static final int APPLET_OBJECTS = 5000;
    /** "ESC-TEST": among the historical bytes of our software tokens. */
    private static final String SOFTWARE_ATR = "4553432D54455354";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Conversation talk;
    private final CardChannel card;
    private final KeyService keys;
    private Optional<ScpVersion> scp = Optional.empty();
    private boolean asked;
    private boolean simulated;

    CardSide(Conversation talk, KeyService keys) {
        this.talk = talk;
        this.keys = keys;
        card = TransportRules.over(talk.card());
    }

    /** Reads who the card is; leaves the applet selected if there is one. */
    Identity identify() throws EscException {
        Aid manager = null;
        for (Aid aid : CardManager.KNOWN) {
            if (card.transmit(CommandApdu.select(aid)).isOk()) {
                manager = aid;
                break;
            }
        }
        if (manager == null) {
            throw Refused.with(EndCode.CREATE_CARDMGR, "select the card manager",
                    "The card has no card manager that is known here.");
        }
        byte[] answer = card.transmit(CommandApdu.of(0x80, 0xCA, 0x9F, 0x7F, new byte[0], 0x2D))
                .orThrow("read the card's number").data();
        Cplc cplc;
        try {
            cplc = Cplc.parse(answer);
        } catch (IllegalArgumentException e) {
            throw new CardException("read the card's number", "The card's production data has " + answer.length
                    + " bytes instead of 45.");
        }
        var applet = new CoolKey(card);
        Optional<AppletStatus> status = Optional.empty();
        Optional<String> build = Optional.empty();
        LifeCycle cycle = LifeCycle.UNKNOWN;
        if (applet.select()) {
            status = optional(applet::status);
            build = optional(applet::buildId).map(b -> String.format(Locale.ROOT, "%08x", b));
            cycle = optional(applet::lifeCycle).orElse(LifeCycle.UNKNOWN);
        }
        return new Identity(manager, cplc.cuid(), status, build, cycle, isSoftware(answer));
    }

    /** What an applet may refuse to tell. */
    private static <T> Optional<T> optional(Refused.Work<T> question) throws EscException {
        try {
            return Optional.of(question.get());
        } catch (EscException e) {
            if (e.fault() == Fault.NETWORK) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /**
     * Whether the card is a program: our software token says so in its ATR; a simulator gives CPLC without its tag, as
     * no card does.
     */
    private boolean isSoftware(byte[] cplc) {
        simulated = cplc.length == 45 && cplc[0] != (byte) 0x9F;
        return simulated || talk.extension("tokenATR").filter(a -> a.toUpperCase(Locale.ROOT).contains(SOFTWARE_ATR))
                .isPresent();
    }

    /** Selects the card manager and opens a secure channel to it. */
    SecureChannel openManager(Identity id) throws EscException {
        card.transmit(CommandApdu.select(id.manager())).orThrow("select the card manager");
        if (!asked) {
            asked = true;
            scp = protocol();
        }
        return open(id);
    }

    /** Selects the applet and opens a secure channel to it. */
    SecureChannel openApplet(Identity id) throws EscException {
        if (!new CoolKey(card).select()) {
            throw new CardException("select the applet", "The card has no CoolKey applet.");
        }
        return open(id);
    }

    private SecureChannel open(Identity id) throws EscException {
        byte[] challenge = new byte[8];
        RANDOM.nextBytes(challenge);
        var handshake = SecureChannel.initialize(card, keys.cardKeys(id.cuid()), 0, 0, challenge, WireStyle.TPS, scp);
        try (handshake) {
            try {
                return handshake.authenticate(SecurityLevel.C_MAC_C_DEC);
            } catch (CardException e) {
                throw new EscException(e.problem().endOp(EndCode.EXTERNAL_AUTH.number()), e);
            }
        }
    }

    private Optional<ScpVersion> protocol() throws EscException {
        // a card that answers nonsense here speaks SCP01; whatever it is, its answer to INITIALIZE UPDATE tells in the
        // end
        return optional(() -> new CardManager(card).cardData()).flatMap(d -> d)
                .flatMap(d -> d.channels().stream().findFirst());
    }

    /**
     * Has the card delete its applet. One that has none refuses, which is as good.
     *
     * @return false if the card keeps it (6985): clients answer so for it when its owner wants to keep the keys
     */
    boolean remove(SecureChannel manager) throws EscException {
        return manager.transmit(CardManager.deleteCommand(Ins.APPLET, manager.scp().protocol() != 1)).sw().value() != 0x6985;
    }

    /** Replaces the applet. */
    void load(SecureChannel manager, Identity id, Applet applet, Part progress) throws EscException {
        boolean old = manager.scp().protocol() == 1;
        manager.transmit(CardManager.deleteCommand(Ins.PACKAGE, !old));
        var gp = new CardManager(manager);
        byte[] image = applet.image();
        gp.installForLoad(Ins.PACKAGE, old ? Optional.empty() : Optional.of(id.manager()), image.length);
        gp.load(image, LOAD_BLOCK, (done, total) -> progress.done((double) done / total));
        gp.installForInstall(Ins.PACKAGE, Ins.APPLET, APPLET_SPACE,
                new byte[] {0, 2, (byte) (APPLET_OBJECTS >> 8), (byte) APPLET_OBJECTS});
    }

    void issuerInfo(SecureChannel applet, String url) throws EscException {
        new CoolKeyAdmin(applet).setIssuerInfo(url);
    }

    /**
     * Gives the card keys of its own if it has others.
     *
     * @param changed told as soon as the card has taken them
     * @return the version it has now
     */
    int ownKeys(Identity id, Changed changed) throws EscException {
        try (var manager = openManager(id)) {
            int version = manager.card().keyVersion();
            KeyType type = manager.scp().keyType();
            int wanted = keys.currentVersion(type);
            if (wanted == version || wanted == KeyService.FACTORY_VERSION) {
                return version;
            }
            Optional<KeySet> own = keys.newKeys(manager.card().kdd(), type);
            if (own.isEmpty()) {
                return version;
            }
            try (KeySet set = own.get()) {
                // FF is the version of a card whose first own keys are added, not replaced
                new CardManager(manager).putKeys(version == 0xFF ? 0 : version, set);
                changed.to(set.version());
                return set.version();
            }
        }
    }

    /** Sets the token's password, creating it first where it does not exist. */
    void setPin(SecureChannel applet, Secret pin) throws EscException {
        var admin = new CoolKeyAdmin(applet);
        try (Secret first = Secret.of("password")) {
            admin.createPin(PIN, PIN_TRIES, first);
        } catch (CardException _) {
            // an applet may say otherwise that it has one; SET PIN is what counts
        }
        admin.setPin(PIN, pin);
    }

    /** Version the next combined object gets: one more than that on the card, or a random start. */
    int objectVersion(SecureChannel applet) throws EscException {
        boolean there = optional(() -> new CoolKey(card).listObjects()).orElse(List.of()).stream()
                .anyMatch(o -> o.id().equals(ObjectId.COMBINED));
        if (there) {
            byte[] head = new CoolKeyAdmin(applet).readObject(ObjectId.COMBINED, 0, 4);
            return ((head[2] & 0xFF) << 8 | head[3] & 0xFF) + 1 & 0xFFFF;
        }
        return RANDOM.nextInt(1000);
    }

    /** Has the card make a key pair and prove that it holds it. */
    RSAPublicKey generate(SecureChannel applet, int privateKey, int publicKey, int bits, boolean verify)
            throws EscException {
        byte[] challenge = new byte[16];
        RANDOM.nextBytes(challenge);
        EnrollmentResult result = new CoolKeyAdmin(applet)
                .startEnrollment(new Slots(privateKey, publicKey, 0, 0), Ins.ALG_DES2, bits,
                false, applet.encryptWithDek(challenge));
        if (!(result.publicKey() instanceof RSAPublicKey rsa)) {
            throw new CardException("read the new public key", "The card made no RSA key.");
        }
        if (verify && !result.proves(challenge)) {
            throw new CardException("check the new key", "The card did not prove that it holds the new private key.");
        }
        if (verify && rsa.getModulus().bitLength() != bits) {
            throw new CardException("check the new key",
                    "The card made a key of " + rsa.getModulus().bitLength() + " bits instead of " + bits + ".");
        }
        return rsa;
    }

    /** Puts a private key into the card, encrypted under a fresh key that is itself encrypted for the card. */
    void importKey(SecureChannel applet, int privateKey, int publicKey, int bits, RSAPrivateCrtKey key)
            throws EscException {
        boolean aes = applet.scp().keyType() == KeyType.AES;
        byte[] wrapping = new byte[16];
        RANDOM.nextBytes(wrapping);
        byte[] plain = key.getEncoded();
        try {
            byte[] iv = new byte[8];
            byte[] cipher;
            byte[] kcv;
            if (aes) {
                var c = Cipher.getInstance("AES/KWP/NoPadding");
                c.init(Cipher.WRAP_MODE, new SecretKeySpec(wrapping, "AES"));
                cipher = c.wrap(new SecretKeySpec(plain, "RSA"));
                iv = new byte[0];
                kcv = KeySet.kcv(KeyType.AES, wrapping);
            } else {
                RANDOM.nextBytes(iv);
                byte[] three = Arrays.copyOf(wrapping, 24);
                System.arraycopy(wrapping, 0, three, 16, 8);
                var c = Cipher.getInstance("DESede/CBC/PKCS5Padding");
                c.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(three, "DESede"), new IvParameterSpec(iv));
                Arrays.fill(three, (byte) 0);
                cipher = c.doFinal(plain);
                kcv = KeySet.kcv(KeyType.DES3, wrapping);
            }
            var admin = new CoolKeyAdmin(applet);
            admin.putObject(ObjectId.KEY_BLOB, KeyBlob.encryptedPair(bits, cipher).bytes(), Acl.RA_ONLY);
            admin.importKeyEncrypted(new Slots(privateKey, publicKey, 0, 0), ObjectId.KEY_BLOB, aes ? Ins.ALG_AES_KWP
                    : Ins.ALG_DES2,
                    applet.encryptWithDek(wrapping), kcv, iv);
            if (!simulated) {
                // the card has emptied it; gone, it cannot stand in the way of the certificates. Not every applet can
                // delete, so the answer does not count; the simulator of the original test client hangs up at commands
                // it does not know
                applet.transmit(CommandApdu.of(Ins.CLA_SECURE, Ins.DELETE_OBJECT, 0, 0, ObjectId.KEY_BLOB.bytes()));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The Java runtime cannot encrypt a key for the card", e);
        } finally {
            Arrays.fill(wrapping, (byte) 0);
            Arrays.fill(plain, (byte) 0);
        }
    }

    /** Writes the combined object. */
    void writeObjects(SecureChannel applet, Identity id, int version, String name, List<TokenContent> contents)
            throws EscException {
        var objects = new ArrayList<TokenObject>();
        for (TokenContent c : contents) {
            byte[] der;
            try {
                der = c.certificate().getEncoded();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("A certificate of our CA has no encoding", e);
            }
            objects.add(TokenObject.certificate(c.certId(), c.label(), der));
            objects.add(TokenObject.privateKey(c.privateKey(), Attribute.KEY_TYPE_RSA, privateUses(c.kind())));
            objects.add(TokenObject.publicKey(c.publicKey(), Attribute.KEY_TYPE_RSA, publicUses(c.kind())));
        }
        byte[] all = new TokenObjects(version, id.cuid(), name, objects).encode(true);
        if (id.status().filter(s -> s.totalMemory() > 0 && all.length > s.totalMemory()).isPresent()) {
            throw new CardException("write the certificates", "The token is too small for its certificates.");
        }
        new CoolKeyAdmin(applet).putObject(ObjectId.COMBINED, all, Acl.PUBLIC_OBJECT);
    }

    private static Set<Flag> privateUses(CertificateKind kind) {
        return switch (kind) {
            case USER_ENCRYPTION -> EnumSet.of(Flag.DECRYPT, Flag.UNWRAP);
            case USER_DUAL -> EnumSet.of(Flag.SIGN, Flag.SIGN_RECOVER, Flag.DECRYPT, Flag.UNWRAP);
            default -> EnumSet.of(Flag.SIGN, Flag.SIGN_RECOVER);
        };
    }

    private static Set<Flag> publicUses(CertificateKind kind) {
        return switch (kind) {
            case USER_ENCRYPTION -> EnumSet.of(Flag.ENCRYPT, Flag.WRAP);
            case USER_DUAL -> EnumSet.of(Flag.VERIFY, Flag.VERIFY_RECOVER, Flag.ENCRYPT, Flag.WRAP);
            default -> EnumSet.of(Flag.VERIFY, Flag.VERIFY_RECOVER);
        };
    }

    /** Puts the applet into service. */
    void personalised(SecureChannel applet) throws EscException {
        new CoolKeyAdmin(applet).setLifeCycle(LifeCycle.PERSONALIZED);
    }

    /** Clears the key slots that are not used. */
    void clearSlots(SecureChannel applet, List<TokenContent> keep) throws EscException {
        new CoolKeyAdmin(applet)
                .clearKeySlots(keep.stream().map(c -> new Slots(c.privateKey(), c.publicKey(), 0, 0)).toList());
    }
}

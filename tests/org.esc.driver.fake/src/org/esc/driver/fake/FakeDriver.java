// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.fake;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.driver.Access;
import org.esc.driver.AdministratorKey;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.Attestation;
import org.esc.driver.Capability;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.CertificateWriting;
import org.esc.driver.Certificates;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.Detail;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyImport;
import org.esc.driver.KeyPolicy;
import org.esc.driver.KeyRemoval;
import org.esc.driver.Keys;
import org.esc.driver.ObjectContent;
import org.esc.driver.ObjectWriting;
import org.esc.driver.Pin;
import org.esc.driver.PinTries;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;

/**
 * A driver whose token can do everything and lives in this object: PIN 123456, unblocking code 12345678, an administrator's key of 24 bytes. It
 * enforces what it asks for: without the PIN or the key it refuses.
 */
public final class FakeDriver implements CardDriver {

    /** What it is called. */
    public static final String NAME = "Fake";
    /** The holder's PIN. */
    public static final String PIN = "123456";
    /** What unblocks it. */
    public static final String PUK = "12345678";
    /** The administrator's key, in hexadecimal digits. */
    public static final String ADMIN = "010203040506070801020304050607080102030405060708";
    /** A picture of one dot. */
    public static final byte[] PICTURE = java.util.Base64.getDecoder().decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private static final List<String> SLOTS = List.of("9a", "9c", "9d");

    /** Certificates by slot. */
    public final Map<String, X509Certificate> certificates = new TreeMap<>();
    /** Key pairs by slot. */
    public final Map<String, KeyPair> keys = new TreeMap<>();
    /** Objects by id. */
    public final Map<String, byte[]> objects = new TreeMap<>();
    /** What was done, in order. */
    public final List<String> log = java.util.Collections.synchronizedList(new ArrayList<>());
    /** Capabilities that it does not offer. */
    public final Set<Class<? extends Capability>> hidden = new HashSet<>();
    /** What happens at the reader's keypad: "right", "wrong" or "unable"; empty if it has none. */
    public volatile String keypad = "";
    /** False if nobody has set the PIN yet. */
    public volatile boolean set = true;
    private byte[] pin = PIN.getBytes(StandardCharsets.US_ASCII);
    private int tries = 3;
    private byte[] administrator = java.util.HexFormat.of().parseHex(ADMIN);

    /** A token with a certificate that is valid, one that has expired, and their issuer's. */
    public FakeDriver() {
        reset();
    }

    private void reset() {
        certificates.clear();
        keys.clear();
        objects.clear();
        KeyPair ca = TestCertificates.ec();
        keys.put("9a", TestCertificates.rsa());
        keys.put("9c", TestCertificates.ec());
        String issuer = "CN=Test Root,O=Example";
        Instant now = Instant.now();
        certificates.put("9a", TestCertificates.user(keys.get("9a").getPublic(), "CN=Jo Doe,O=Example", ca, issuer, now.minusSeconds(1000),
                now.plusSeconds(400L * 24 * 3600)));
        certificates.put("9c", TestCertificates.user(keys.get("9c").getPublic(), "CN=Jo Doe (sign),O=Example", ca, issuer,
                now.minusSeconds(30L * 24 * 3600), now.minusSeconds(3L * 24 * 3600 + 60)));
        certificates.put("root", TestCertificates.root(ca, issuer));
        objects.put("5fc102", new byte[] {0x30, 0x03, 1, 2, 3, 0x34, 0x02, 0x41, 0x42});
        objects.put("5fc108", PICTURE.clone());
        objects.put("5fc109", "secret".getBytes(StandardCharsets.US_ASCII));
    }

    /** Tries left at the PIN. */
    public int tries() {
        return tries;
    }

    /** Sets the tries left at the PIN. */
    public void tries(int n) {
        tries = n;
    }

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new Token(channel);
    }

    private final class Token implements CardApplication, Certificates, CertificateWriting, Keys, KeyGeneration, KeyImport, KeyRemoval, Signing,
            Decryption, Attestation, DataObjects, ObjectWriting, Pins, PinsAtReader, PinTries, AdministratorKey, ApplicationLifeCycle {

        private final CardChannel channel;
        private boolean verified;
        private boolean authenticated;

        Token(CardChannel channel) {
            this.channel = channel;
        }

        @Override
        public <C extends Capability> Optional<C> capability(Class<C> type) {
            return hidden.contains(type) ? Optional.empty() : CardApplication.super.capability(type);
        }

        @Override
        public void select() throws EscException {
            channel.transmit(CommandApdu.of(0x00, 0xA4, 0x04, 0x00, new byte[0], 256));
            verified = false;
            authenticated = false;
        }

        @Override
        public boolean canVerifyAtReader(String id) {
            return !keypad.isEmpty();
        }

        @Override
        public boolean canChangeAtReader(String id) {
            return !keypad.isEmpty();
        }

        @Override
        public void verifyPinAtReader(String id) throws EscException {
            entered("verify at reader");
            verified = true;
        }

        @Override
        public void changePinAtReader(String id) throws EscException {
            entered("change at reader");
        }

        private void entered(String what) throws EscException {
            if (keypad.equals("unable")) {
                throw Problem.of(Fault.CARD, what, "The reader cannot take a PIN in the way this card wants it.").code("pin-pad-unable").exception();
            }
            if (keypad.equals("wrong")) {
                tries--;
                throw Problem.of(Fault.CARD, what, "The PIN is wrong.").code("wrong-pin").exception();
            }
            did(what);
        }

        private void did(String what) throws EscException {
            // something goes to the card, so that a pulled one is noticed
            channel.transmit(CommandApdu.of(0x00, 0xA4, 0x04, 0x00, new byte[0], 256));
            log.add(what);
        }

        private void needPin() throws EscException {
            if (!verified) {
                throw Problem.of(Fault.CARD, "use the token", "The PIN must be verified first.").code("pin-needed").exception();
            }
        }

        private void needAdministrator() throws EscException {
            if (!authenticated) {
                throw Problem.of(Fault.CARD, "use the token", "The administrator's key is needed first.").code("pin-needed").exception();
            }
        }

        @Override
        public TokenIdentity identity() {
            var b = new TokenIdentity.Builder();
            b.state = TokenState.ENROLLED;
            b.label = "Fake token";
            b.serial = "4711";
            b.details = List.of(new Detail("Colour", "green"));
            return b.build();
        }

        @Override
        public List<TokenCertificate> certificates() {
            return certificates.entrySet().stream().map(e -> new TokenCertificate(e.getKey(), "Certificate " + e.getKey(), e.getValue())).toList();
        }

        @Override
        public List<String> certificateSlots() {
            return SLOTS;
        }

        @Override
        public Access certificateAccess() {
            return Access.ADMINISTRATOR;
        }

        @Override
        public void writeCertificate(String slot, X509Certificate certificate) throws EscException {
            needAdministrator();
            did("write certificate " + slot);
            certificates.put(slot, certificate);
        }

        @Override
        public void deleteCertificate(String slot) throws EscException {
            needAdministrator();
            did("delete certificate " + slot);
            certificates.remove(slot);
        }

        @Override
        public List<TokenKey> keys() {
            return SLOTS.stream().map(s -> keys.containsKey(s) ? key(s, keys.get(s))
                    : new TokenKey(s, "Slot " + s, "", 0, "", "", "", Access.pin("pin"), Optional.empty())).toList();
        }

        private static TokenKey key(String slot, KeyPair pair) {
            boolean rsa = pair.getPublic().getAlgorithm().equals("RSA");
            return new TokenKey(slot, "Slot " + slot, rsa ? "RSA private key" : "EC private key", rsa ? 2048 : 256, "", "sign", "PIN once",
                    Access.pin("pin"), Optional.of(pair.getPublic()));
        }

        @Override
        public Set<KeyAlgorithm> generatable(String slot) {
            return EnumSet.of(KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256);
        }

        @Override
        public boolean hasKeyPolicies() {
            return true;
        }

        @Override
        public Access generationAccess() {
            return Access.ADMINISTRATOR;
        }

        @Override
        public PublicKey generateKey(String slot, KeyAlgorithm algorithm, KeyPolicy policy) throws EscException {
            needAdministrator();
            did("generate " + slot + " " + algorithm + " " + policy.pin() + " " + policy.touch());
            keys.put(slot, algorithm.isRsa() ? TestCertificates.rsa() : TestCertificates.ec());
            return keys.get(slot).getPublic();
        }

        @Override
        public Set<KeyAlgorithm> importable(String slot) {
            return EnumSet.of(KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256);
        }

        @Override
        public Access importAccess() {
            return Access.ADMINISTRATOR;
        }

        @Override
        public void importKey(String slot, KeyPair pair, KeyPolicy policy) throws EscException {
            needAdministrator();
            did("import " + slot + " " + pair.getPublic().getAlgorithm());
            keys.put(slot, pair);
        }

        @Override
        public Access removalAccess() {
            return Access.ADMINISTRATOR;
        }

        @Override
        public void deleteKey(String slot) throws EscException {
            needAdministrator();
            did("delete key " + slot);
            keys.remove(slot);
        }

        @Override
        public void moveKey(String from, String to) throws EscException {
            needAdministrator();
            did("move key " + from + " " + to);
            keys.put(to, keys.remove(from));
        }

        @Override
        public Set<SignatureAlgorithm> signatures(String slot) {
            KeyPair k = keys.get(slot);
            return k == null ? Set.of() : k.getPublic().getAlgorithm().equals("RSA") ? EnumSet.of(SignatureAlgorithm.RSA_PKCS1_SHA256)
                    : EnumSet.of(SignatureAlgorithm.ECDSA_SHA256);
        }

        @Override
        public byte[] sign(String slot, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
            needPin();
            did("sign " + slot);
            try {
                boolean rsa = algorithm == SignatureAlgorithm.RSA_PKCS1_SHA256;
                var s = Signature.getInstance(rsa ? "NONEwithRSA" : "NONEwithECDSA");
                s.initSign(keys.get(slot).getPrivate());
                s.update(rsa ? org.esc.driver.RsaPadding.digestInfo(algorithm, toBeSigned) : toBeSigned);
                return s.sign();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public boolean decrypts(String slot) {
            return keys.containsKey(slot) && keys.get(slot).getPublic().getAlgorithm().equals("RSA");
        }

        @Override
        public boolean agrees(String slot) {
            return keys.containsKey(slot) && keys.get(slot).getPublic().getAlgorithm().equals("EC");
        }

        @Override
        public byte[] decrypt(String slot, byte[] cryptogram) throws EscException {
            needPin();
            did("decrypt " + slot);
            try {
                var c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                c.init(Cipher.DECRYPT_MODE, keys.get(slot).getPrivate());
                return c.doFinal(cryptogram);
            } catch (GeneralSecurityException e) {
                throw Problem.of(Fault.CARD, "decrypt", "This key does not decrypt this message.").exception(e);
            }
        }

        @Override
        public byte[] agree(String slot, PublicKey other) throws EscException {
            needPin();
            did("agree " + slot);
            try {
                var agreement = KeyAgreement.getInstance("ECDH");
                agreement.init(keys.get(slot).getPrivate());
                agreement.doPhase(other, true);
                return agreement.generateSecret();
            } catch (GeneralSecurityException e) {
                throw Problem.of(Fault.CARD, "agree", "This key does not agree with that one.").exception(e);
            }
        }

        @Override
        public X509Certificate attest(String slot) throws EscException {
            did("attest " + slot);
            return TestCertificates.root(TestCertificates.ec(), "CN=Attestation of " + slot);
        }

        @Override
        public Optional<X509Certificate> attestationCertificate() {
            return Optional.empty();
        }

        @Override
        public List<DataObject> dataObjects() {
            return List.of(object("5fc102", "Card Holder Unique Identifier", Access.FREE), object("5fc108", "Picture", Access.FREE),
                    object("5fc109", "Printed Information", Access.pin("pin")), object("5fc10c", "Key History", Access.FREE));
        }

        private DataObject object(String id, String label, Access access) {
            byte[] b = objects.get(id);
            return new DataObject(id, label, b == null ? OptionalInt.empty() : OptionalInt.of(b.length), b != null, access);
        }

        @Override
        public ObjectContent readObject(String id) throws EscException {
            if (id.equals("5fc109")) {
                needPin();
            }
            byte[] b = objects.get(id);
            if (b == null) {
                throw Problem.of(Fault.USAGE, "read the object", "It is not there.").code("no-object").exception();
            }
            did("read " + id);
            return switch (id) {
                case "5fc102" -> new ObjectContent(b, b.length != 9 ? List.of()
                        : List.of(new ObjectContent.Field("FASC-N", "010203", 0, 5, List.of(new ObjectContent.Field("Digits", "1 2 3", 2, 3))),
                                new ObjectContent.Field("GUID", "AB", 5, 4)));
                case "5fc108" -> new ObjectContent(b, List.of(new ObjectContent.Field("Picture", b.length + " bytes", 0, b.length)), Optional.of(b));
                default -> new ObjectContent(b, List.of());
            };
        }

        @Override
        public Access objectAccess(String id) {
            return Access.ADMINISTRATOR;
        }

        @Override
        public void writeObject(String id, byte[] content) throws EscException {
            needAdministrator();
            did("write object " + id);
            objects.put(id, content.clone());
        }

        @Override
        public void deleteObject(String id) throws EscException {
            needAdministrator();
            did("delete object " + id);
            objects.remove(id);
        }

        @Override
        public List<Pin> pins() {
            return List.of(new Pin("pin", "PIN of the token", Pin.Role.USER, 6, 8, true, set ? OptionalInt.of(tries) : OptionalInt.empty(),
                    OptionalInt.of(3), true, Optional.of("puk"), set),
                    new Pin("puk", "Unblocking code", Pin.Role.UNBLOCKING, 8, 8, true, OptionalInt.of(3), OptionalInt.of(3), false, Optional.empty()));
        }

        @Override
        public Range triesRange() {
            return new Range(1, 15);
        }

        @Override
        public Access triesAccess() {
            return Access.ADMINISTRATOR;
        }

        @Override
        public String triesConsequence() {
            return "";
        }

        @Override
        public void setTries(Map<String, Integer> numbers) throws EscException {
            needAdministrator();
            did("tries " + new TreeMap<>(numbers));
            tries = numbers.get("pin");
        }

        private void check(Secret value) throws EscException {
            if (tries == 0) {
                throw Problem.of(Fault.CARD, "verify the PIN", "The PIN is blocked.").code("pin-blocked").exception();
            }
            if (!value.matches(pin)) {
                tries--;
                throw Problem.of(Fault.CARD, "verify the PIN", "The PIN is wrong; " + tries + " tries are left.").code("wrong-pin").exception();
            }
            tries = 3;
        }

        @Override
        public void verifyPin(String id, Secret value) throws EscException {
            did("verify " + id);
            check(value);
            verified = true;
        }

        @Override
        public void changePin(String id, Secret old, Secret fresh) throws EscException {
            did("change " + id);
            check(old);
            pin = fresh.bytes();
        }

        @Override
        public void unblockPin(String id, Secret unblocking, Secret fresh) throws EscException {
            did("unblock " + id);
            if (!unblocking.matches(PUK.getBytes(StandardCharsets.US_ASCII))) {
                throw Problem.of(Fault.CARD, "unblock the PIN", "The unblocking code is wrong.").code("wrong-pin").exception();
            }
            pin = fresh.bytes();
            tries = 3;
            set = true;
        }

        @Override
        public Kind administratorKind() {
            return new Kind("AES-192", 24);
        }

        @Override
        public List<Kind> administratorKinds() {
            return List.of(new Kind("AES-192", 24), new Kind("AES-256", 32));
        }

        @Override
        public boolean isAdministratorDefault() {
            return MessageDigest.isEqual(administrator, java.util.HexFormat.of().parseHex(ADMIN));
        }

        @Override
        public void authenticateAdministrator(Secret key) throws EscException {
            did("authenticate");
            if (!key.matches(administrator)) {
                throw Problem.of(Fault.LOGIN, "authenticate the administrator", "The key is wrong.").code("wrong-key").exception();
            }
            authenticated = true;
        }

        @Override
        public void changeAdministratorKey(Kind kind, Secret key) throws EscException {
            needAdministrator();
            did("change administrator's key " + kind.name());
            administrator = Arrays.copyOf(key.bytes(), kind.length());
        }

        @Override
        public List<Step> lifeCycleSteps() {
            return List.of(new Step("reset", "Reset the application", "All keys and certificates are lost.", true, Access.FREE),
                    new Step("touch", "Touch the application", "Nothing is lost.", false, Access.pin("pin")));
        }

        @Override
        public void takeStep(String step) throws EscException {
            did("step " + step);
            if (step.equals("touch")) {
                needPin();
            } else {
                reset();
                tries = 3;
            }
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.openpgp.AlgorithmAttributes;
import org.esc.openpgp.Curve;
import org.esc.openpgp.Fingerprint;
import org.esc.openpgp.Ins;
import org.esc.openpgp.Kdf;
import org.esc.openpgp.KeySlot;
import org.esc.openpgp.OpenPgpStatus;
import org.esc.openpgp.PasswordStatus;
import org.esc.openpgp.Tag;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.AppletHost;
import org.esc.softcard.AppletMemory;

/** The data objects: what each is, who may read and write it (OpenPGP card 3.4.1 §4.4.1 and §4.4.2). */
final class CardData {

    static final int LONGEST_COMMAND = 0x1400;
    private static final int LONGEST_CERTIFICATE = 0x1000;
    private static final int LONGEST_SPECIAL = 0x0800;
    private static final int LONGEST_CHALLENGE = 0x0100;
    private static final int LONGEST_NAME = 39;
    private static final int DATE = 4;
    private static final int BUTTON = 0x20;
    private static final List<Integer> RSA_BITS = List.of(2048, 3072, 4096);
    private static final int EXPONENT_BITS = 32;
    private static final String TERMINATED = "terminated";

    private final AppletHost host;
    private final AppletMemory memory;
    private final Passwords passwords;
    private final CardKeys keys;

    CardData(AppletHost host, Passwords passwords, CardKeys keys) {
        this.host = host;
        this.memory = host.memory();
        this.passwords = passwords;
        this.keys = keys;
    }

    /** The name under which an object is kept. */
    static String object(int tag) {
        return "d/%04X".formatted(tag);
    }

    private static String certificate(int occurrence) {
        return object(Tag.CERTIFICATE) + "/" + occurrence;
    }

    /** A new card, or one that begins a new life. */
    static void begin(AppletMemory memory) {
        memory.names("").forEach(memory::remove);
        Passwords.begin(memory);
        CardKeys.begin(memory);
        memory.put(object(Tag.PASSWORD_STATUS), new byte[] {0});
        memory.put(object(Tag.KDF), Kdf.off());
        for (KeySlot s : KeySlot.values()) {
            memory.put(object(s.attributes()), new AlgorithmAttributes.Rsa(RSA_BITS.getFirst(), EXPONENT_BITS, 0).encoded());
            memory.put(object(s.interaction()), new byte[] {0, BUTTON});
        }
    }

    boolean isTerminated() {
        return memory.get(TERMINATED).isPresent();
    }

    void terminate() {
        memory.put(TERMINATED, new byte[0]);
    }

    AlgorithmAttributes attributes(KeySlot slot) {
        return AlgorithmAttributes.parse(stored(slot.attributes()));
    }

    private byte[] stored(int tag) {
        return memory.get(object(tag)).orElse(new byte[0]);
    }

    private Tlv simple(int tag) {
        return Tlv.of(tag, stored(tag));
    }

    boolean pw1ForSeveral() {
        return stored(Tag.PASSWORD_STATUS)[0] != 0;
    }

    byte[] get(int tag, int occurrence) throws CardRefusal {
        return switch (tag) {
            case Tag.AID -> host.aid().bytes();
            case Tag.HISTORICAL_BYTES -> historicalBytes();
            case Tag.CARDHOLDER -> contents(List.of(simple(Tag.NAME), simple(Tag.LANGUAGE), sex()));
            case Tag.APPLICATION -> contents(application());
            case Tag.SECURITY_SUPPORT -> Tlv.of(Tag.SIGNATURE_COUNTER, keys.counter()).encoded();
            case Tag.CERTIFICATE -> memory.get(certificate(occurrence)).orElse(new byte[0]);
            case Tag.EXTENDED_LENGTH -> lengths();
            case Tag.FEATURES -> features();
            case Tag.CAPABILITIES -> capabilities();
            case Tag.PASSWORD_STATUS -> passwordStatus();
            case Tag.FINGERPRINTS -> row(0xC7, Fingerprint.LENGTH);
            case Tag.CA_FINGERPRINTS -> row(0xCA, Fingerprint.LENGTH);
            case Tag.GENERATION_DATES -> row(0xCE, DATE);
            case Tag.KEY_INFORMATION -> keys.information();
            case Tag.ALGORITHM_INFORMATION -> contents(algorithms());
            case Tag.LOGIN, Tag.URL, Tag.KDF, 0xC1, 0xC2, 0xC3, 0xD6, 0xD7, 0xD8, Tag.PRIVATE_USE, Tag.PRIVATE_USE + 1 -> stored(tag);
            case Tag.PRIVATE_USE + 2 -> {
                passwords.require(Ins.PW1);
                yield stored(tag);
            }
            case Tag.PRIVATE_USE + 3 -> {
                passwords.require(Ins.PW3);
                yield stored(tag);
            }
            default -> throw new CardRefusal(OpenPgpStatus.NOT_FOUND);
        };
    }

    private static byte[] contents(List<Tlv> parts) {
        // the value without the tag around it
        return Tlv.of(Tag.DISCRETIONARY, parts).value();
    }

    private Tlv sex() {
        byte[] s = stored(Tag.SEX);
        return Tlv.of(Tag.SEX, s.length == 0 ? new byte[] {'9'} : s);
    }

    private byte[] historicalBytes() {
        byte[] b = Hex.parse("0031C573C001E0059000");
        if (isTerminated()) {
            b[b.length - 3] = 3;
        }
        return b;
    }

    private static byte[] lengths() {
        byte[] two = {LONGEST_COMMAND >> 8, (byte) LONGEST_COMMAND};
        return contents(List.of(Tlv.of(2, two), Tlv.of(2, two)));
    }

    private static byte[] features() {
        return Tlv.of(0x81, (byte) BUTTON).encoded();
    }

    private static byte[] capabilities() {
        // all but secure messaging
        return new byte[] {0x7F, 0, LONGEST_CHALLENGE >> 8, (byte) LONGEST_CHALLENGE, LONGEST_CERTIFICATE >> 8, (byte) LONGEST_CERTIFICATE,
            LONGEST_SPECIAL >> 8, (byte) LONGEST_SPECIAL, 0, 1};
    }

    private byte[] passwordStatus() throws CardRefusal {
        return new PasswordStatus(pw1ForSeveral(), Passwords.LONGEST, Passwords.LONGEST, Passwords.LONGEST, passwords.tries(Ins.PW1),
                passwords.codeTries(), passwords.tries(Ins.PW3)).encoded();
    }

    private byte[] row(int first, int length) {
        byte[] row = new byte[3 * length];
        for (int i = 0; i < 3; i++) {
            byte[] one = stored(first + i);
            System.arraycopy(one, 0, row, i * length, one.length);
        }
        return row;
    }

    private List<Tlv> application() throws CardRefusal {
        var inside = new ArrayList<Tlv>();
        inside.add(Tlv.of(Tag.CAPABILITIES, capabilities()));
        for (KeySlot s : KeySlot.values()) {
            inside.add(simple(s.attributes()));
        }
        for (int tag : List.of(Tag.PASSWORD_STATUS, Tag.FINGERPRINTS, Tag.CA_FINGERPRINTS, Tag.GENERATION_DATES, Tag.KEY_INFORMATION)) {
            inside.add(Tlv.of(tag, get(tag, 0)));
        }
        for (KeySlot s : KeySlot.values()) {
            inside.add(simple(s.interaction()));
        }
        return List.of(Tlv.of(Tag.AID, host.aid().bytes()), Tlv.of(Tag.HISTORICAL_BYTES, historicalBytes()),
                Tlv.of(Tag.EXTENDED_LENGTH, lengths()), Tlv.of(Tag.FEATURES, features()), Tlv.of(Tag.DISCRETIONARY, inside));
    }

    /** All that the keys may be. */
    private static List<Tlv> algorithms() {
        var all = new ArrayList<Tlv>();
        for (KeySlot s : KeySlot.values()) {
            RSA_BITS.forEach(n -> all.add(Tlv.of(s.attributes(), new AlgorithmAttributes.Rsa(n, EXPONENT_BITS, 0).encoded())));
            for (Curve c : Curve.values()) {
                if (takes(s, c)) {
                    all.add(Tlv.of(s.attributes(), new AlgorithmAttributes.Ecc(s, c).encoded()));
                }
            }
        }
        return all;
    }

    private static boolean takes(KeySlot slot, Curve curve) {
        boolean here = curve.isWeierstrass() || curve == Curve.ED25519 || curve == Curve.X25519;
        return here && (slot == KeySlot.DECRYPT ? curve.agrees() : curve.signs());
    }

    void put(int tag, int occurrence, byte[] v) throws CardRefusal {
        passwords.require(tag == Tag.PRIVATE_USE || tag == Tag.PRIVATE_USE + 2 ? Ins.PW1 : Ins.PW3);
        switch (tag) {
            case Tag.NAME -> store(tag, v, v.length <= LONGEST_NAME);
            case Tag.LANGUAGE -> store(tag, v, v.length <= 8 && v.length % 2 == 0);
            case Tag.SEX -> store(tag, v, v.length == 1 && "0129".indexOf(v[0]) >= 0 || v.length == 0);
            case Tag.LOGIN, Tag.URL, Tag.PRIVATE_USE, Tag.PRIVATE_USE + 1, Tag.PRIVATE_USE + 2, Tag.PRIVATE_USE + 3 ->
                store(tag, v, v.length <= LONGEST_SPECIAL);
            case Tag.CERTIFICATE -> {
                require(v.length <= LONGEST_CERTIFICATE);
                if (v.length == 0) {
                    memory.remove(certificate(occurrence));
                } else {
                    memory.put(certificate(occurrence), v);
                }
            }
            case 0xC1, 0xC2, 0xC3 -> changeAlgorithm(KeySlot.values()[tag - 0xC1], v);
            case Tag.PASSWORD_STATUS -> store(tag, v, v.length == 1 && (v[0] & ~1) == 0);
            case 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC -> store(tag, v, v.length == Fingerprint.LENGTH || v.length == 0);
            case 0xCE, 0xCF, 0xD0 -> store(tag, v, v.length == DATE || v.length == 0);
            case Tag.RESETTING_CODE -> passwords.setCode(v);
            case Tag.AES_KEY -> keys.setAes(v);
            case 0xD6, 0xD7, 0xD8 -> {
                if (stored(tag)[0] == 2) {
                    throw new CardRefusal(OpenPgpStatus.CONDITIONS_NOT_SATISFIED);
                }
                store(tag, v, v.length == 2 && v[0] >= 0 && v[0] <= 2);
            }
            case Tag.KDF -> {
                passwords.setKdf(v);
                store(tag, v, v.length <= LONGEST_SPECIAL);
            }
            default -> throw new CardRefusal(OpenPgpStatus.NOT_FOUND);
        }
    }

    private static void require(boolean sensible) throws CardRefusal {
        if (!sensible) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
    }

    private void store(int tag, byte[] v, boolean sensible) throws CardRefusal {
        require(sensible);
        memory.put(object(tag), v);
    }

    private void changeAlgorithm(KeySlot slot, byte[] v) throws CardRefusal {
        AlgorithmAttributes fresh = AlgorithmAttributes.parse(v);
        require(switch (fresh) {
            case AlgorithmAttributes.Rsa r -> RSA_BITS.contains(r.modulusBits()) && r.exponentBits() >= 17 && r.exponentBits() <= 64;
            case AlgorithmAttributes.Ecc e -> e.curve().filter(c -> takes(slot, c)
                    && e.algorithm() == new AlgorithmAttributes.Ecc(slot, c).algorithm()).isPresent();
            case AlgorithmAttributes.Other _ -> false;
        });
        if (!keys.isOfKind(slot, fresh)) {
            keys.remove(slot);
            forget(slot);
        }
        memory.put(object(slot.attributes()), fresh.encoded());
    }

    /** Forgets what was said of a key that is there no more. */
    void forget(KeySlot slot) {
        memory.remove(object(slot.fingerprint()));
        memory.remove(object(slot.date()));
    }

    Optional<byte[]> next(int tag, int occurrence) {
        return tag == Tag.CERTIFICATE && occurrence < KeySlot.values().length
                ? Optional.of(memory.get(certificate(occurrence)).orElse(new byte[0])) : Optional.empty();
    }

    /** Which object with tag 7F21 a SELECT DATA means. */
    static boolean namesCertificates(byte[] request) {
        return Arrays.equals(request, Hex.parse("60045C027F21"));
    }
}

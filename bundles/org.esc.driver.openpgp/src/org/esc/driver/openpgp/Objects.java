// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.driver.Access;
import org.esc.driver.ObjectContent.Field;
import org.esc.openpgp.AlgorithmAttributes;
import org.esc.openpgp.ApplicationData;
import org.esc.openpgp.CardAid;
import org.esc.openpgp.ExtendedCapabilities;
import org.esc.openpgp.Fingerprint;
import org.esc.openpgp.HistoricalBytes;
import org.esc.openpgp.Kdf;
import org.esc.openpgp.KeySlot;
import org.esc.openpgp.PasswordStatus;
import org.esc.openpgp.Tag;

/** The data objects: where each is found, who may read and write it, and what its bytes mean. */
final class Objects {

    private static final Words WORDS = Words.of(Objects.class);

    static final String PW1 = "pw1";
    static final String PW3 = "pw3";

    private static final Access ADMINISTRATOR = Access.pin(PW3);
    private static final Access USER = Access.pin(PW1);

    private Objects() {
    }

    /** Where an object is read. */
    enum Place {
        /** By its own tag. */
        ITSELF,
        /** Inside the application related data. */
        APPLICATION,
        /** Inside the cardholder related data. */
        CARDHOLDER,
        /** As a part of a row inside the application related data. */
        ROW
    }

    /**
     * An object.
     *
     * @param tag       its tag
     * @param place     where it is read
     * @param reading   who may read it
     * @param writing   who may write it, empty if nobody
     * @param removable true if it can be there or not
     */
    record Item(int tag, Place place, Access reading, Optional<Access> writing, boolean removable) {

        String id() {
            return (tag < 0x100 ? "%02x" : "%04x").formatted(tag);
        }

        String label() {
            String name = Tag.name(tag);
            return Character.toUpperCase(name.charAt(0)) + name.substring(1);
        }
    }

    static final List<Item> ALL = all();

    private static List<Item> all() {
        var l = new ArrayList<Item>();
        for (int tag : List.of(Tag.AID, Tag.HISTORICAL_BYTES, Tag.EXTENDED_LENGTH, Tag.FEATURES, Tag.CAPABILITIES)) {
            l.add(new Item(tag, Place.APPLICATION, Access.FREE, Optional.empty(), false));
        }
        for (int tag : List.of(Tag.NAME, Tag.LANGUAGE, Tag.SEX)) {
            l.add(new Item(tag, Place.CARDHOLDER, Access.FREE, Optional.of(ADMINISTRATOR), true));
        }
        for (int tag : List.of(Tag.LOGIN, Tag.URL)) {
            l.add(new Item(tag, Place.ITSELF, Access.FREE, Optional.of(ADMINISTRATOR), true));
        }
        l.add(new Item(Tag.PASSWORD_STATUS, Place.ITSELF, Access.FREE, Optional.of(ADMINISTRATOR), false));
        for (KeySlot s : KeySlot.values()) {
            l.add(new Item(s.attributes(), Place.APPLICATION, Access.FREE, Optional.of(ADMINISTRATOR), false));
            l.add(new Item(s.fingerprint(), Place.ROW, Access.FREE, Optional.of(ADMINISTRATOR), true));
            l.add(new Item(s.date(), Place.ROW, Access.FREE, Optional.of(ADMINISTRATOR), true));
            l.add(new Item(s.interaction(), Place.APPLICATION, Access.FREE, Optional.of(ADMINISTRATOR), false));
            l.add(new Item(s.caFingerprint(), Place.ROW, Access.FREE, Optional.of(ADMINISTRATOR), true));
        }
        l.add(new Item(Tag.KEY_INFORMATION, Place.APPLICATION, Access.FREE, Optional.empty(), false));
        l.add(new Item(Tag.SECURITY_SUPPORT, Place.ITSELF, Access.FREE, Optional.empty(), false));
        l.add(new Item(Tag.ALGORITHM_INFORMATION, Place.ITSELF, Access.FREE, Optional.empty(), false));
        l.add(new Item(Tag.KDF, Place.ITSELF, Access.FREE, Optional.of(ADMINISTRATOR), false));
        l.add(new Item(Tag.PRIVATE_USE, Place.ITSELF, Access.FREE, Optional.of(USER), true));
        l.add(new Item(Tag.PRIVATE_USE + 1, Place.ITSELF, Access.FREE, Optional.of(ADMINISTRATOR), true));
        l.add(new Item(Tag.PRIVATE_USE + 2, Place.ITSELF, USER, Optional.of(USER), true));
        l.add(new Item(Tag.PRIVATE_USE + 3, Place.ITSELF, ADMINISTRATOR, Optional.of(ADMINISTRATOR), true));
        return List.copyOf(l);
    }

    /** The AES key can be written but never read, so it is in no list. */
    static final Item AES_KEY = new Item(Tag.AES_KEY, Place.ITSELF, Access.FREE, Optional.of(ADMINISTRATOR), true);

    static Optional<Item> find(String id) {
        return AES_KEY.id().equals(id) ? Optional.of(AES_KEY) : ALL.stream().filter(i -> i.id().equals(id)).findFirst();
    }

    /** What the bytes of an object mean. */
    static List<Field> fields(int tag, byte[] b) {
        try {
            return meaning(tag, b);
        } catch (IllegalArgumentException e) {
            return List.of(new Field(WORDS.say("Damaged"), String.valueOf(e.getMessage()), 0, b.length));
        }
    }

    private static List<Field> meaning(int tag, byte[] b) {
        for (KeySlot s : KeySlot.values()) {
            if (tag == s.attributes()) {
                return whole(WORDS.say("Algorithm"), AlgorithmAttributes.parse(b).words(), b);
            }
            if (tag == s.fingerprint() || tag == s.caFingerprint()) {
                return whole(WORDS.say("Fingerprint"), Fingerprint.words(b), b);
            }
            if (tag == s.date()) {
                return b.length == 4 ? whole(WORDS.say("Made"), Instant.ofEpochSecond(Long.parseLong(Hex.of(b), 16)).toString(), b) : List.of();
            }
            if (tag == s.interaction()) {
                return b.length < 1 ? List.of() : List.of(new Field(WORDS.say("Each use is confirmed"), interaction(b[0]), 0, 1));
            }
        }
        return switch (tag) {
            case Tag.AID -> aid(b);
            case Tag.HISTORICAL_BYTES -> {
                HistoricalBytes h = HistoricalBytes.parse(b);
                yield List.of(new Field(WORDS.say("Life cycle"), h.lifeCycleWords(), Math.max(0, b.length - 3), Math.min(1, b.length)),
                        new Field(WORDS.say("Command chaining"), yes(h.chaining()), 0, b.length), new Field(WORDS.say("Extended length"), yes(h.extended()), 0, b.length));
            }
            case Tag.CAPABILITIES -> {
                ExtendedCapabilities c = ExtendedCapabilities.parse(b);
                yield List.of(new Field(WORDS.say("Offers"), String.join(", ", c.words()), 0, Math.min(1, b.length)),
                        new Field(WORDS.say("Longest certificate"), Integer.toString(c.longestCertificate()), Math.min(4, b.length), Math.clamp(b.length - 4L, 0, 2)),
                        new Field(WORDS.say("Longest special object"), Integer.toString(c.longestSpecial()), Math.min(6, b.length),
                                Math.clamp(b.length - 6L, 0, 2)));
            }
            case Tag.NAME, Tag.LANGUAGE, Tag.SEX -> whole(WORDS.say("Text"), new String(b, StandardCharsets.ISO_8859_1), b);
            case Tag.LOGIN, Tag.URL -> whole(WORDS.say("Text"), new String(b, StandardCharsets.UTF_8), b);
            case Tag.PASSWORD_STATUS -> passwords(PasswordStatus.parse(b));
            case Tag.KDF -> whole(WORDS.say("Passwords are sent"), Kdf.parse(b).map(k -> WORDS.say("hashed: {0}", k)).orElse(WORDS.say("as they are")), b);
            case Tag.SECURITY_SUPPORT -> Tlv.find(Tlv.parseAll(b), Tag.SIGNATURE_COUNTER).filter(t -> t.length() == 3)
                    .map(t -> whole(WORDS.say("Signatures"), Integer.toString(Integer.parseInt(Hex.of(t.value()), 16)), b)).orElse(List.of());
            case Tag.EXTENDED_LENGTH -> ApplicationData.parse(Tlv.of(tag, b).encoded()).lengths()
                    .map(n -> List.of(new Field(WORDS.say("Longest command"), Integer.toString(n.command()), 2, 2),
                            new Field(WORDS.say("Longest answer"), Integer.toString(n.answer()), 6, 2))).orElse(List.of());
            case Tag.KEY_INFORMATION -> keys(b);
            case Tag.ALGORITHM_INFORMATION -> algorithms(b);
            case Tag.FEATURES -> Tlv.find(Tlv.parseAll(b), 0x81).filter(t -> t.length() == 1)
                    .map(t -> whole(WORDS.say("Has"), features(t.value()[0]), b)).orElse(List.of());
            default -> List.of();
        };
    }

    private static List<Field> whole(String name, String value, byte[] b) {
        return List.of(new Field(name, value, 0, b.length));
    }

    private static String yes(boolean really) {
        return really ? WORDS.say("yes") : WORDS.say("no");
    }

    private static String interaction(byte flag) {
        return switch (flag) {
            case 0 -> WORDS.say("no");
            case 1 -> WORDS.say("yes");
            case 2 -> WORDS.say("yes, for good");
            default -> WORDS.say("unknown ({0})", Hex.of(flag));
        };
    }

    private static String features(int flags) {
        var w = new ArrayList<String>();
        List<String> names = List.of(WORDS.say("display"), WORDS.say("biometric sensor"), WORDS.say("button"), WORDS.say("key pad"), "LED",
                WORDS.say("loudspeaker"), WORDS.say("microphone"));
        for (int i = 0; i < names.size(); i++) {
            if ((flags & 0x80 >> i) != 0) {
                w.add(names.get(i));
            }
        }
        return w.isEmpty() ? WORDS.say("nothing") : String.join(", ", w);
    }

    private static List<Field> aid(byte[] b) {
        CardAid a = CardAid.parse(b);
        return List.of(new Field(WORDS.say("Version"), a.versionText(), 6, 2), new Field(WORDS.say("Manufacturer"), a.manufacturerText(), 8, 2),
                new Field(WORDS.say("Serial number"), a.serialText(), 10, 4));
    }

    private static List<Field> passwords(PasswordStatus s) {
        return List.of(new Field(WORDS.say("One verification of PW1 is good for"), s.pw1ForSeveral() ? WORDS.say("several signatures") : WORDS.say("one signature"), 0, 1),
                new Field(WORDS.say("Longest PW1"), Integer.toString(s.maxPw1()), 1, 1), new Field(WORDS.say("Longest resetting code"), Integer.toString(s.maxCode()), 2, 1),
                new Field(WORDS.say("Longest PW3"), Integer.toString(s.maxPw3()), 3, 1), new Field(WORDS.say("Tries at PW1"), Integer.toString(s.triesPw1()), 4, 1),
                new Field(WORDS.say("Tries at the resetting code"), Integer.toString(s.triesCode()), 5, 1),
                new Field(WORDS.say("Tries at PW3"), Integer.toString(s.triesPw3()), 6, 1));
    }

    private static List<Field> keys(byte[] b) {
        var l = new ArrayList<Field>();
        for (int i = 0; i + 1 < b.length; i += 2) {
            int n = b[i];
            String name = n >= 1 && n <= 3 ? words(key(KeySlot.values()[n - 1])) : WORDS.say("Key {0}", Hex.of(b[i]));
            l.add(new Field(name, switch (b[i + 1]) {
                case 0 -> WORDS.say("none");
                case 1 -> WORDS.say("made by the card");
                case 2 -> WORDS.say("imported");
                default -> WORDS.say("unknown ({0})", Hex.of(b[i + 1]));
            }, i, 2));
        }
        return l;
    }

    private static List<Field> algorithms(byte[] b) {
        var l = new ArrayList<Field>();
        for (KeySlot s : KeySlot.values()) {
            l.add(new Field(words(key(s)), words(s, b), 0, b.length));
        }
        return l;
    }

    /** What a slot may be: "RSA 2048, ECDSA on NIST P-256". @throws IllegalArgumentException if the algorithm information is damaged */
    static String words(KeySlot slot, byte[] algorithmInformation) {
        return String.join(", ", Algorithms.offered(algorithmInformation, slot).stream().map(AlgorithmAttributes::words).distinct().toList());
    }

    /** As it stands within a sentence. */
    static String key(KeySlot s) {
        return switch (s) {
            case SIGN -> WORDS.say("signature key");
            case DECRYPT -> WORDS.say("decryption key");
            case AUTHENTICATE -> WORDS.say("authentication key");
        };
    }

    static String words(String w) {
        return Character.toUpperCase(w.charAt(0)) + w.substring(1);
    }

    /** Without bytes that would upset a terminal or a label. */
    static String printable(byte[] b) {
        return new String(b, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}+", " ").strip();
    }
}

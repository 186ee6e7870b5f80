// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A certificate, key or data object that a token holds, as PKCS#11 sees it.
 *
 * @param id         its name on the card
 * @param kind       its class
 * @param keyId      0–15; the same for a certificate and its keys
 * @param flags      which boolean attributes are true
 * @param attributes the explicit attributes, in order; one that is explicit wins over a flag
 */
public record TokenObject(ObjectId id, Kind kind, int keyId, Set<Flag> flags, List<Attribute> attributes) {

    /** The PKCS#11 classes, at their numbers. */
    public enum Kind {
        /** Data. */
        DATA,
        /** Certificate. */
        CERTIFICATE,
        /** Public key. */
        PUBLIC_KEY,
        /** Private key. */
        PRIVATE_KEY,
        /** Secret key. */
        SECRET_KEY,
        /** A number that is none of these. */
        OTHER_5,
        /** A number that is none of these. */
        OTHER_6,
        /** A number that is none of these. */
        OTHER_7
    }

    /** Boolean attributes with a bit of their own. */
    public enum Flag {
        /** CKA_TOKEN. */
        TOKEN(0x00000080, 0x001),
        /** CKA_PRIVATE. */
        PRIVATE(0x00000100, 0x002),
        /** CKA_MODIFIABLE. */
        MODIFIABLE(0x00000200, 0x170),
        /** CKA_DERIVE. */
        DERIVE(0x00000400, 0x10C),
        /** CKA_LOCAL. */
        LOCAL(0x00000800, 0x163),
        /** CKA_ENCRYPT. */
        ENCRYPT(0x00001000, 0x104),
        /** CKA_DECRYPT. */
        DECRYPT(0x00002000, 0x105),
        /** CKA_WRAP. */
        WRAP(0x00004000, 0x106),
        /** CKA_UNWRAP. */
        UNWRAP(0x00008000, 0x107),
        /** CKA_SIGN. */
        SIGN(0x00010000, 0x108),
        /** CKA_SIGN_RECOVER. */
        SIGN_RECOVER(0x00020000, 0x109),
        /** CKA_VERIFY. */
        VERIFY(0x00040000, 0x10A),
        /** CKA_VERIFY_RECOVER. */
        VERIFY_RECOVER(0x00080000, 0x10B),
        /** CKA_SENSITIVE. */
        SENSITIVE(0x00100000, 0x103),
        /** CKA_ALWAYS_SENSITIVE. */
        ALWAYS_SENSITIVE(0x00200000, 0x165),
        /** CKA_EXTRACTABLE. */
        EXTRACTABLE(0x00400000, 0x162),
        /** CKA_NEVER_EXTRACTABLE. */
        NEVER_EXTRACTABLE(0x00800000, 0x164);

        private final int mask;
        private final int type;

        Flag(int mask, int type) {
            this.mask = mask;
            this.type = type;
        }

        /** Its PKCS#11 number. */
        public int type() {
            return type;
        }

        /** The flag with a PKCS#11 number. */
        public static Optional<Flag> ofType(int type) {
            for (Flag f : values()) {
                if (f.type == type) {
                    return Optional.of(f);
                }
            }
            return Optional.empty();
        }
    }

    public TokenObject {
        if (keyId < 0 || keyId > 15) {
            throw new IllegalArgumentException("A key id on the card is 0 to 15, not " + keyId);
        }
        flags = Set.copyOf(flags);
        attributes = List.copyOf(attributes);
    }

    /** Certificate {@code c<n>} with its bytes. */
    public static TokenObject certificate(int n, String label, byte[] der) {
        return new TokenObject(ObjectId.of('c', n), Kind.CERTIFICATE, n, EnumSet.of(Flag.TOKEN),
                List.of(Attribute.text(Attribute.LABEL, label), new Attribute.Bytes(Attribute.VALUE, der)));
    }

    /**
     * Private key {@code k<slot>} (its key id is half the slot number), with flags TOKEN, PRIVATE, SENSITIVE and those given.
     *
     * @param keyType {@link Attribute#KEY_TYPE_RSA} or {@link Attribute#KEY_TYPE_EC}
     */
    public static TokenObject privateKey(int slot, int keyType, Set<Flag> uses, Attribute... more) {
        return key(slot, Kind.PRIVATE_KEY, keyType, EnumSet.of(Flag.TOKEN, Flag.PRIVATE, Flag.SENSITIVE), uses, more);
    }

    /** Public key {@code k<slot>} (its key id is half the slot number, rounded down), with flag TOKEN and those given. */
    public static TokenObject publicKey(int slot, int keyType, Set<Flag> uses, Attribute... more) {
        return key(slot, Kind.PUBLIC_KEY, keyType, EnumSet.of(Flag.TOKEN), uses, more);
    }

    private static TokenObject key(int slot, Kind kind, int keyType, EnumSet<Flag> flags, Set<Flag> uses, Attribute... more) {
        flags.addAll(uses);
        var attributes = new ArrayList<Attribute>();
        attributes.add(new Attribute.Int(Attribute.KEY_TYPE, keyType));
        attributes.addAll(List.of(more));
        return new TokenObject(ObjectId.of('k', slot), kind, slot / 2, flags, attributes);
    }

    /** Key id, class and flags as the 32 bits of fixed attributes. */
    public int fixedAttributes() {
        int bits = keyId | kind.ordinal() << 4;
        for (Flag f : flags) {
            bits |= f.mask;
        }
        return bits;
    }

    /** The same object with another list of attributes. */
    public TokenObject withAttributes(List<Attribute> other) {
        return new TokenObject(id, kind, keyId, flags, other);
    }

    /** True if the boolean attribute holds, explicit or by flag. */
    public boolean is(Flag flag) {
        for (Attribute a : attributes) {
            if (a instanceof Attribute.Bool b && b.type() == flag.type) {
                return b.value();
            }
        }
        return flags.contains(flag);
    }

    /** The first explicit attribute that is bytes and has this number. */
    public Optional<byte[]> bytes(int type) {
        return attributes.stream().filter(a -> a.type() == type).filter(Attribute.Bytes.class::isInstance)
                .map(a -> ((Attribute.Bytes) a).value()).findFirst();
    }

    /** The label; empty if it has none. */
    public String label() {
        return bytes(Attribute.LABEL).map(b -> new String(b, StandardCharsets.UTF_8)).orElse("");
    }

    static Set<Flag> flags(int bits) {
        var set = EnumSet.noneOf(Flag.class);
        for (Flag f : Flag.values()) {
            if ((bits & f.mask) != 0) {
                set.add(f);
            }
        }
        return set;
    }

    static TokenObject ofFixed(ObjectId id, int bits, List<Attribute> attributes) {
        return new TokenObject(id, Kind.values()[bits >> 4 & 7], bits & 15, flags(bits), attributes);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/** What kind of key a slot holds or would take (OpenPGP card 3.4.1 §4.4.3.9 and §4.4.3.10). */
public sealed interface AlgorithmAttributes {

    /** Algorithm number of RSA. */
    int RSA = 1;
    /** Algorithm number of ECDH. */
    int ECDH = 18;
    /** Algorithm number of ECDSA. */
    int ECDSA = 19;
    /** Algorithm number of EdDSA. */
    int EDDSA = 22;

    /**
     * RSA.
     *
     * @param modulusBits  length of the modulus in bits
     * @param exponentBits greatest length of the public exponent in bits
     * @param importFormat which parts an imported key has: 0 e p q, 1 with n, 2 with CRT parts, 3 with both
     */
    record Rsa(int modulusBits, int exponentBits, int importFormat) implements AlgorithmAttributes {

        /** True if an imported key brings 1/q mod p, d mod p-1 and d mod q-1. */
        public boolean withCrt() {
            return importFormat >= 2;
        }

        /** True if an imported key brings the modulus. */
        public boolean withModulus() {
            return (importFormat & 1) != 0;
        }

        @Override
        public byte[] encoded() {
            return new byte[] {RSA, (byte) (modulusBits >> 8), (byte) modulusBits, (byte) (exponentBits >> 8), (byte) exponentBits,
                    (byte) importFormat};
        }

        @Override
        public String words() {
            return "RSA " + modulusBits;
        }
    }

    /**
     * A key on a curve.
     *
     * @param algorithm     {@link #ECDH}, {@link #ECDSA} or {@link #EDDSA}
     * @param oid           the curve's object identifier, without tag and length
     * @param withPublicKey true if an imported key brings its public key
     */
    record Ecc(int algorithm, byte[] oid, boolean withPublicKey) implements AlgorithmAttributes {

        private static final Words WORDS = Words.of(Ecc.class);
        private static final int WITH_PUBLIC_KEY = 0xFF;

        public Ecc {
            oid = oid.clone();
        }

        /** A key on a curve for a slot. */
        public Ecc(KeySlot slot, Curve curve) {
            this(slot == KeySlot.DECRYPT ? ECDH : curve.isWeierstrass() ? ECDSA : EDDSA, curve.oid(), false);
        }

        @Override
        public byte[] oid() {
            return oid.clone();
        }

        /** The curve, if it is known here. */
        public Optional<Curve> curve() {
            return Curve.ofOid(oid);
        }

        @Override
        public byte[] encoded() {
            byte[] b = new byte[1 + oid.length + (withPublicKey ? 1 : 0)];
            b[0] = (byte) algorithm;
            System.arraycopy(oid, 0, b, 1, oid.length);
            if (withPublicKey) {
                b[b.length - 1] = (byte) WITH_PUBLIC_KEY;
            }
            return b;
        }

        @Override
        public String words() {
            String a = switch (algorithm) {
                case ECDH -> "ECDH";
                case ECDSA -> "ECDSA";
                default -> "EdDSA";
            };
            return WORDS.say("{0} on {1}", a, curve().map(Curve::words).orElseGet(() -> WORDS.say("an unknown curve ({0})", Hex.of(oid))));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Ecc that && algorithm == that.algorithm && Arrays.equals(oid, that.oid);
        }

        @Override
        public int hashCode() {
            return 31 * algorithm + Arrays.hashCode(oid);
        }
    }

    /** Another algorithm. */
    record Other(byte[] bytes) implements AlgorithmAttributes {

        private static final Words WORDS = Words.of(Other.class);

        public Other {
            bytes = bytes.clone();
        }

        @Override
        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public byte[] encoded() {
            return bytes.clone();
        }

        @Override
        public String words() {
            return WORDS.say("unknown algorithm {0}", Hex.of(bytes));
        }
    }

    /** As the card keeps them. */
    byte[] encoded();

    /** "RSA 2048", "ECDSA on NIST P-256". */
    String words();

    /** Reads them; what makes no sense is an {@link Other}. */
    static AlgorithmAttributes parse(byte[] b) {
        if (b.length >= 5 && b[0] == RSA) {
            int format = b.length > 5 ? b[5] & 0xFF : 0;
            return format > 3 ? new Other(b) : new Rsa((b[1] & 0xFF) << 8 | b[2] & 0xFF, (b[3] & 0xFF) << 8 | b[4] & 0xFF, format);
        }
        if (b.length >= 4 && (b[0] == ECDH || b[0] == ECDSA || b[0] == EDDSA)) {
            // an object identifier ends with a byte below 80; 00 is how some write that no public key is wanted
            int last = b[b.length - 1] & 0xFF;
            boolean flag = last == Ecc.WITH_PUBLIC_KEY || last == 0;
            return new Ecc(b[0], Arrays.copyOfRange(b, 1, b.length - (flag ? 1 : 0)), last == Ecc.WITH_PUBLIC_KEY);
        }
        return new Other(b);
    }
}

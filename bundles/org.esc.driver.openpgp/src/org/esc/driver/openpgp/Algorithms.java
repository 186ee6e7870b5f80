// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.SignatureAlgorithm;
import org.esc.openpgp.AlgorithmAttributes;
import org.esc.openpgp.Curve;
import org.esc.openpgp.KeySlot;
import org.esc.openpgp.PublicKeys;

/** The card's words for algorithms and ours. */
final class Algorithms {

    private static final Words WORDS = Words.of(Algorithms.class);

    private static final int EXPONENT_BITS = 32;
    private static final List<KeyAlgorithm> RSA = List.of(KeyAlgorithm.RSA_2048, KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096);

    private Algorithms() {
    }

    static Optional<KeyAlgorithm> of(AlgorithmAttributes a) {
        return switch (a) {
            case AlgorithmAttributes.Rsa r -> switch (r.modulusBits()) {
                case 1024 -> Optional.of(KeyAlgorithm.RSA_1024);
                case 2048 -> Optional.of(KeyAlgorithm.RSA_2048);
                case 3072 -> Optional.of(KeyAlgorithm.RSA_3072);
                case 4096 -> Optional.of(KeyAlgorithm.RSA_4096);
                default -> Optional.empty();
            };
            case AlgorithmAttributes.Ecc e -> e.curve().flatMap(Algorithms::of);
            case AlgorithmAttributes.Other _ -> Optional.empty();
        };
    }

    private static Optional<KeyAlgorithm> of(Curve c) {
        return switch (c) {
            case P256 -> Optional.of(KeyAlgorithm.EC_P256);
            case P384 -> Optional.of(KeyAlgorithm.EC_P384);
            case P521 -> Optional.of(KeyAlgorithm.EC_P521);
            case K256 -> Optional.of(KeyAlgorithm.EC_K256);
            case BRAINPOOL_P256 -> Optional.of(KeyAlgorithm.BRAINPOOL_P256);
            case BRAINPOOL_P384 -> Optional.of(KeyAlgorithm.BRAINPOOL_P384);
            case BRAINPOOL_P512 -> Optional.of(KeyAlgorithm.BRAINPOOL_P512);
            case ED25519 -> Optional.of(KeyAlgorithm.ED25519);
            case X25519 -> Optional.of(KeyAlgorithm.X25519);
            case ED448, X448 -> Optional.empty();
        };
    }

    /** The kind of a key pair; empty if a card has no such keys. */
    static Optional<KeyAlgorithm> of(KeyPair pair) {
        return pair.getPublic() instanceof RSAPublicKey r ? of(new AlgorithmAttributes.Rsa(r.getModulus().bitLength(), EXPONENT_BITS, 0))
                : PublicKeys.curve(pair.getPublic()).flatMap(Algorithms::of);
    }

    /** Everything that a slot may be, by the algorithm information (object FA). @throws IllegalArgumentException if that is damaged */
    static List<AlgorithmAttributes> offered(byte[] information, KeySlot slot) {
        var found = new ArrayList<AlgorithmAttributes>();
        List<Tlv> list = Tlv.parseAll(information);
        if (list.size() == 1 && list.getFirst().tag() == 0xFA) {
            list = list.getFirst().children();
        }
        list.stream().filter(t -> t.tag() == slot.attributes()).forEach(t -> found.add(AlgorithmAttributes.parse(t.value())));
        return List.copyOf(found);
    }

    /** What cards of version 3 may be expected to take when they say that algorithms can be changed, but not to which. */
    static Set<KeyAlgorithm> usual(boolean curves) {
        var all = new LinkedHashSet<>(RSA);
        if (curves) {
            all.addAll(List.of(KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384, KeyAlgorithm.EC_P521, KeyAlgorithm.BRAINPOOL_P256,
                    KeyAlgorithm.BRAINPOOL_P384, KeyAlgorithm.BRAINPOOL_P512));
        }
        return all;
    }

    /** The attributes to set for a kind of key: as the card itself writes them if it lists them, else as it has them now. */
    static AlgorithmAttributes attributes(KeySlot slot, KeyAlgorithm wanted, List<AlgorithmAttributes> offered,
            Optional<AlgorithmAttributes> now) {
        for (AlgorithmAttributes a : offered) {
            if (of(a).filter(wanted::equals).isPresent()) {
                return a;
            }
        }
        if (wanted.isRsa()) {
            return now.orElse(null) instanceof AlgorithmAttributes.Rsa r
                    ? new AlgorithmAttributes.Rsa(wanted.bits(), r.exponentBits(), r.importFormat())
                    : new AlgorithmAttributes.Rsa(wanted.bits(), EXPONENT_BITS, 0);
        }
        for (Curve c : Curve.values()) {
            if (of(c).filter(wanted::equals).isPresent()) {
                return new AlgorithmAttributes.Ecc(slot, c);
            }
        }
        throw new IllegalArgumentException(WORDS.say("OpenPGP cards have no {0}", wanted));
    }

    /** How a key signs, the best way first. */
    static Set<SignatureAlgorithm> signatures(AlgorithmAttributes a) {
        var all = new LinkedHashSet<SignatureAlgorithm>();
        switch (a) {
            case AlgorithmAttributes.Rsa _ -> all.addAll(List.of(SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PKCS1_SHA384,
                    SignatureAlgorithm.RSA_PKCS1_SHA512));
            case AlgorithmAttributes.Ecc e -> e.curve().filter(Curve::signs).ifPresent(c -> {
                if (c == Curve.ED25519) {
                    all.add(SignatureAlgorithm.ED25519);
                } else if (c.isWeierstrass()) {
                    all.add(c.bits() <= 256 ? SignatureAlgorithm.ECDSA_SHA256 : c.bits() <= 384 ? SignatureAlgorithm.ECDSA_SHA384
                            : SignatureAlgorithm.ECDSA_SHA512);
                    all.addAll(List.of(SignatureAlgorithm.ECDSA_SHA256, SignatureAlgorithm.ECDSA_SHA384, SignatureAlgorithm.ECDSA_SHA512));
                }
            });
            case AlgorithmAttributes.Other _ -> {
            }
        }
        return all;
    }
}

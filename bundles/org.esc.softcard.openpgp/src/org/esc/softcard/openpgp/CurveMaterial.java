// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.agreement.ECDHBasicAgreement;
import org.bouncycastle.crypto.agreement.X25519Agreement;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.esc.openpgp.Curve;
import org.esc.openpgp.ImportedKey;
import org.esc.openpgp.OpenPgpStatus;
import org.esc.openpgp.PublicKeys;
import org.esc.securechannel.CardRefusal;

/**
 * A key pair on a curve.
 *
 * @param curve  the curve
 * @param secret the private key as the card takes it: most significant byte first, but for Ed25519 as RFC 8032 has it
 */
record CurveMaterial(Curve curve, byte[] secret) implements Material {

    private static final int LONGEST_DIGEST = 64;
    private static final int BYTES_25519 = 32;
    private static final byte PREFIX_25519 = 0x40;

    static CurveMaterial generate(Curve curve, SecureRandom random) {
        byte[] d = new byte[curve.bytes()];
        if (!curve.isWeierstrass()) {
            random.nextBytes(d);
            if (curve == Curve.X25519) {
                // RFC 7748 §5, most significant byte first
                d[0] = (byte) (d[0] & 0x7F | 0x40);
                d[d.length - 1] &= (byte) 0xF8;
            }
            return new CurveMaterial(curve, d);
        }
        BigInteger n = domain(curve).getN();
        BigInteger k;
        do {
            k = new BigInteger(n.bitLength(), random);
        } while (k.signum() == 0 || k.compareTo(n) >= 0);
        return new CurveMaterial(curve, fixed(k, curve.bytes()));
    }

    /** A key from outside or as it was kept. @throws IllegalArgumentException if it is none of that curve */
    static CurveMaterial of(Curve curve, byte[] secret) {
        if (!curve.isWeierstrass()) {
            if (secret.length > BYTES_25519) {
                throw new IllegalArgumentException("Too long for " + curve.words());
            }
            byte[] d = new byte[BYTES_25519];
            System.arraycopy(secret, 0, d, BYTES_25519 - secret.length, secret.length);
            return new CurveMaterial(curve, d);
        }
        var d = new BigInteger(1, secret);
        if (d.signum() == 0 || d.compareTo(domain(curve).getN()) >= 0) {
            throw new IllegalArgumentException("No private key of " + curve.words());
        }
        return new CurveMaterial(curve, fixed(d, curve.bytes()));
    }

    private static byte[] fixed(BigInteger n, int length) {
        byte[] b = n.toByteArray();
        byte[] r = new byte[length];
        int m = Math.min(length, b.length);
        System.arraycopy(b, b.length - m, r, length - m, m);
        Arrays.fill(b, (byte) 0);
        return r;
    }

    private static ECDomainParameters domain(Curve curve) {
        X9ECParameters fast = CustomNamedCurves.getByName(curve.standardName());
        return new ECDomainParameters(fast != null ? fast : ECNamedCurveTable.getByName(curve.standardName()));
    }

    private ECPrivateKeyParameters number() {
        return new ECPrivateKeyParameters(new BigInteger(1, secret), domain(curve));
    }

    private X25519PrivateKeyParameters x25519() {
        return new X25519PrivateKeyParameters(ImportedKey.reversed(secret.clone()));
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }

    @Override
    public PublicKey publicKey() {
        return PublicKeys.onCurve(curve, switch (curve) {
            case ED25519 -> new Ed25519PrivateKeyParameters(secret).generatePublicKey().getEncoded();
            case X25519 -> x25519().generatePublicKey().getEncoded();
            default -> {
                ECDomainParameters d = domain(curve);
                yield d.getG().multiply(new BigInteger(1, secret)).normalize().getEncoded(false);
            }
        });
    }

    @Override
    public byte[] sign(byte[] data, SecureRandom random) throws CardRefusal {
        if (data.length == 0 || curve.isWeierstrass() && data.length > LONGEST_DIGEST) {
            throw new CardRefusal(OpenPgpStatus.WRONG_LENGTH);
        }
        if (curve == Curve.ED25519) {
            var s = new Ed25519Signer();
            s.init(true, new Ed25519PrivateKeyParameters(secret));
            s.update(data, 0, data.length);
            return s.generateSignature();
        }
        if (!curve.signs()) {
            throw new CardRefusal(OpenPgpStatus.CONDITIONS_NOT_SATISFIED);
        }
        var s = new ECDSASigner();
        s.init(true, new ParametersWithRandom(number(), random));
        BigInteger[] rs = s.generateSignature(data);
        byte[] both = new byte[2 * curve.bytes()];
        System.arraycopy(fixed(rs[0], curve.bytes()), 0, both, 0, curve.bytes());
        System.arraycopy(fixed(rs[1], curve.bytes()), 0, both, curve.bytes(), curve.bytes());
        return both;
    }

    @Override
    public byte[] agree(byte[] point) throws CardRefusal {
        if (!curve.agrees()) {
            throw new CardRefusal(OpenPgpStatus.CONDITIONS_NOT_SATISFIED);
        }
        try {
            if (curve == Curve.X25519) {
                byte[] other = point.length == BYTES_25519 + 1 && point[0] == PREFIX_25519 ? Arrays.copyOfRange(point, 1, point.length) : point;
                if (other.length != BYTES_25519) {
                    throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
                }
                var a = new X25519Agreement();
                a.init(x25519());
                byte[] shared = new byte[a.getAgreementSize()];
                a.calculateAgreement(new X25519PublicKeyParameters(other), shared, 0);
                return shared;
            }
            var a = new ECDHBasicAgreement();
            a.init(number());
            ECDomainParameters d = domain(curve);
            return fixed(a.calculateAgreement(new ECPublicKeyParameters(d.getCurve().decodePoint(point), d)), curve.bytes());
        } catch (IllegalArgumentException | IllegalStateException _) {
            // not on the curve, or a point that gives the secret away
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
    }

    @Override
    public String toString() {
        return curve.words();
    }
}

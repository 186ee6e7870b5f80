// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import org.esc.apdu.ResponseApdu;
import org.esc.coolkey.CoolKeyStatus;
import org.esc.coolkey.Ins;
import org.esc.securechannel.CardRefusal;

/** The operations with keys. RSA comes bare: padding is the host's work. */
final class Crypt {

    private static final int SIGN = 1;
    private static final int VERIFY = 2;
    private static final int MOST_ACCUMULATED = 512;

    private final CardKeys keys;
    private final IoBuffer io;
    /** An operation in several steps, between init and final. */
    private int runningKey = -1;
    private int runningDirection;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();

    Crypt(CardKeys keys, IoBuffer io) {
        this.keys = keys;
        this.io = io;
    }

    void reset() {
        runningKey = -1;
        collected.reset();
    }

    private CardKey key(int slot, int who) throws CardRefusal {
        CardKey k = keys.get(slot).orElseThrow(() -> new CardRefusal(CoolKeyStatus.INCORRECT_P1));
        CoolKeyApplet.require(k.acl().delete(), who);
        return k;
    }

    // ---- RSA

    ResponseApdu rsa(int slot, int step, byte[] data, int who) throws CardRefusal {
        var d = new Data(data, CoolKeyStatus.INVALID_PARAMETER);
        switch (step) {
            case Ins.CRYPT_INIT -> {
                reset();
                CardKey k = rsaKey(slot, who);
                runningDirection = direction(d);
                runningKey = slot;
                return ResponseApdu.ok();
            }
            case Ins.CRYPT_PROCESS, Ins.CRYPT_FINAL -> {
                if (runningKey != slot) {
                    throw new CardRefusal(CoolKeyStatus.INCORRECT_P1);
                }
                CardKey k = rsaKey(slot, who);
                int location = d.int1();
                collected.writeBytes(input(d, location));
                if (collected.size() > MOST_ACCUMULATED) {
                    reset();
                    throw new CardRefusal(CoolKeyStatus.INCORRECT_CHUNK_SIZE);
                }
                if (step == Ins.CRYPT_PROCESS) {
                    return output(new byte[0], location);
                }
                byte[] all = collected.toByteArray();
                int direction = runningDirection;
                reset();
                return output(raw(k, direction, all), location);
            }
            case Ins.CRYPT_ONE_STEP -> {
                CardKey k = rsaKey(slot, who);
                int direction = direction(d);
                int location = d.int1();
                return output(raw(k, direction, input(d, location)), location);
            }
            default -> throw new CardRefusal(CoolKeyStatus.INCORRECT_P2);
        }
    }

    private CardKey rsaKey(int slot, int who) throws CardRefusal {
        CardKey k = key(slot, who);
        if (!(k.key() instanceof RSAKey)) {
            throw new CardRefusal(CoolKeyStatus.UNSUPPORTED_KEY_TYPE);
        }
        return k;
    }

    private static int direction(Data d) throws CardRefusal {
        int mode = d.int1();
        int direction = d.int1();
        if (mode == 1) {
            throw new CardRefusal(CoolKeyStatus.UNSUPPORTED_MODE);
        }
        if (mode != Ins.MODE_NO_PADDING) {
            throw new CardRefusal(CoolKeyStatus.INVALID_MODE);
        }
        if (direction == SIGN || direction == VERIFY) {
            throw new CardRefusal(CoolKeyStatus.UNSUPPORTED_DIRECTION);
        }
        if (direction != Ins.DIRECTION_ENCRYPT && direction != Ins.DIRECTION_DECRYPT) {
            throw new CardRefusal(CoolKeyStatus.INVALID_DIRECTION);
        }
        return direction;
    }

    private byte[] input(Data d, int location) throws CardRefusal {
        switch (location) {
            case Ins.LOCATION_APDU -> {
                byte[] in = d.block2();
                d.end();
                return in;
            }
            case Ins.LOCATION_OBJECT -> {
                return new Data(io.content(), CoolKeyStatus.INVALID_PARAMETER).block2();
            }
            default -> throw new CardRefusal(CoolKeyStatus.INVALID_LOCATION);
        }
    }

    private ResponseApdu output(byte[] result, int location) throws CardRefusal {
        byte[] all = CoolKeyApplet.join(CoolKeyApplet.int2(result.length), result);
        if (location == Ins.LOCATION_OBJECT) {
            io.set(all);
            return ResponseApdu.ok();
        }
        if (all.length > 256) {
            throw new CardRefusal(CoolKeyStatus.OUT_BUFFER_TOO_SMALL);
        }
        return ResponseApdu.ok(all);
    }

    private byte[] raw(CardKey k, int direction, byte[] in) throws CardRefusal {
        int length = (k.bits() + 7) / 8;
        if (in.length != length) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_CHUNK_SIZE);
        }
        try {
            Cipher c = Cipher.getInstance("RSA/ECB/NoPadding");
            // without padding, encryption and decryption are the same: the key's exponent decides
            c.init(k.isPrivate() ? Cipher.DECRYPT_MODE : Cipher.ENCRYPT_MODE, k.key());
            byte[] out = c.doFinal(in);
            if (k.isPrivate() && direction == Ins.DIRECTION_ENCRYPT) {
                guard(k, in, out);
            }
            return out;
        } catch (BadPaddingException e) {
            // the number is not below the modulus
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        } catch (GeneralSecurityException e) {
            throw new CardRefusal(CoolKeyStatus.INTERNAL);
        }
    }

    /** A result made by a disturbed computation would give the key away: it leaves the card only if the public key agrees. */
    private void guard(CardKey k, byte[] in, byte[] out) throws GeneralSecurityException, CardRefusal {
        Optional<CardKey> mate = keys.get(k.mate()).filter(m -> !m.isPrivate() && m.key() instanceof RSAKey
                && m.bits() == k.bits());
        if (mate.isPresent()) {
            Cipher c = Cipher.getInstance("RSA/ECB/NoPadding");
            c.init(Cipher.ENCRYPT_MODE, mate.get().key());
            if (!Arrays.equals(in, c.doFinal(out))) {
                throw new CardRefusal(CoolKeyStatus.INTERNAL);
            }
        }
    }

    // ---- elliptic curves

    private CardKey ecKey(int slot, int step, int who) throws CardRefusal {
        if (step != Ins.CRYPT_ONE_STEP) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P2);
        }
        CardKey k = key(slot, who);
        if (!(k.key() instanceof ECPrivateKey)) {
            throw new CardRefusal(CoolKeyStatus.UNSUPPORTED_KEY_TYPE);
        }
        return k;
    }

    /** ECDSA over a hash the host made: {@code loc1 len2 hash}, answered with the DER signature. */
    ResponseApdu sign(int slot, int step, byte[] data, int who) throws CardRefusal {
        CardKey k = ecKey(slot, step, who);
        var d = new Data(data, CoolKeyStatus.INVALID_PARAMETER);
        int location = d.int1();
        byte[] hash = input(d, location);
        if (hash.length == 0 || hash.length > 64) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_CHUNK_SIZE);
        }
        try {
            Signature s = Signature.getInstance("NONEwithECDSA");
            s.initSign((PrivateKey) k.key());
            s.update(hash);
            return output(s.sign(), location);
        } catch (GeneralSecurityException e) {
            throw new CardRefusal(CoolKeyStatus.INTERNAL);
        }
    }

    /** ECDH with a point of the other side, {@code 04 x y}: answered with the x coordinate of the shared point. */
    ResponseApdu agree(int slot, int step, byte[] data, int who) throws CardRefusal {
        CardKey k = ecKey(slot, step, who);
        var d = new Data(data, CoolKeyStatus.INVALID_PARAMETER);
        int location = d.int1();
        byte[] point = input(d, location);
        ECParameterSpec curve = ((ECPrivateKey) k.key()).getParams();
        try {
            KeyAgreement a = KeyAgreement.getInstance("ECDH");
            a.init(k.key());
            a.doPhase(other(point, curve), true);
            return output(a.generateSecret(), location);
        } catch (InvalidKeyException e) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        } catch (GeneralSecurityException e) {
            throw new CardRefusal(CoolKeyStatus.INTERNAL);
        }
    }

    private static PublicKey other(byte[] point, ECParameterSpec curve) throws CardRefusal, GeneralSecurityException {
        int size = (curve.getCurve().getField().getFieldSize() + 7) / 8;
        if (point.length != 1 + 2 * size || point[0] != 4) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_CHUNK_SIZE);
        }
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + size));
        BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 1 + size, point.length));
        BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
        BigInteger right = x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB()).mod(p);
        // a point off the curve would leak the key bit by bit
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.multiply(y).mod(p).equals(right)) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve));
    }
}

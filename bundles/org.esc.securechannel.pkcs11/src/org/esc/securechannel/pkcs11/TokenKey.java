// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.pkcs11;

import java.util.Arrays;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.StaticKey;

/** A key that computes in its token and never leaves it. */
final class TokenKey implements StaticKey {

    private static final Words WORDS = Words.of(TokenKey.class);

    private static final long DES3_ECB = 0x132;
    private static final long DES3_CBC = 0x133;
    private static final long AES_ECB = 0x1081;
    private static final long AES_CBC = 0x1082;
    static final long AES_CMAC = 0x108A;
    private static final long SHA256_HMAC = 0x251;

    private final Cryptoki library;
    private final long session;
    private final long object;
    private final KeyType type;
    private final int length;
    private final boolean ownCmac;

    /** @param ownCmac true if the token offers AES-CMAC */
    TokenKey(Cryptoki library, long session, long object, KeyType type, int length, boolean ownCmac) {
        this.library = library;
        this.session = session;
        this.object = object;
        this.type = type;
        this.length = length;
        this.ownCmac = ownCmac;
    }

    @Override
    public KeyType type() {
        return type;
    }

    @Override
    public int length() {
        return length;
    }

    private static byte[] ok(Cryptoki.Result r, String function) throws EscException {
        Cryptoki.check(r.rv(), function);
        return r.bytes();
    }

    @Override
    public byte[] ecbEncrypt(byte[] data) throws EscException {
        return ok(library.encrypt(session, object, type == KeyType.AES ? AES_ECB : DES3_ECB, new byte[0], data), "ECB");
    }

    @Override
    public byte[] cbcEncrypt(byte[] data) throws EscException {
        return ok(library.encrypt(session, object, type == KeyType.AES ? AES_CBC : DES3_CBC, new byte[type.blockSize()], data), "CBC");
    }

    @Override
    public byte[] cmac(byte[] data) throws EscException {
        if (ownCmac) {
            Cryptoki.Result r = library.sign(session, object, AES_CMAC, data);
            if (r.rv() != Cryptoki.CKR_KEY_FUNCTION_NOT_PERMITTED) {
                return ok(r, "AES-CMAC");
            }
            // a key that may encrypt but not sign: the same comes out of its AES
        }
        return builtCmac(data);
    }

    /** AES-CMAC (NIST SP 800-38B §6) from AES-CBC of the token. */
    private byte[] builtCmac(byte[] data) throws EscException {
        byte[] subkey = doubled(ecbEncrypt(new byte[16]));
        boolean whole = data.length > 0 && data.length % 16 == 0;
        byte[] padded = Arrays.copyOf(data, whole ? data.length : (data.length / 16 + 1) * 16);
        if (!whole) {
            padded[data.length] = (byte) 0x80;
            subkey = doubled(subkey);
        }
        for (int i = 0; i < 16; i++) {
            padded[padded.length - 16 + i] ^= subkey[i];
        }
        byte[] chain = cbcEncrypt(padded);
        byte[] mac = Arrays.copyOfRange(chain, chain.length - 16, chain.length);
        Arrays.fill(chain, (byte) 0);
        Arrays.fill(subkey, (byte) 0);
        return mac;
    }

    private static byte[] doubled(byte[] b) {
        byte[] d = new byte[16];
        for (int i = 0; i < 16; i++) {
            d[i] = (byte) (b[i] << 1 | (i < 15 ? (b[i + 1] & 0xFF) >> 7 : 0));
        }
        if (b[0] < 0) {
            d[15] ^= (byte) 0x87;
        }
        return d;
    }

    @Override
    public byte[] hmacSha256(byte[] data) throws EscException {
        Cryptoki.Result r = library.sign(session, object, SHA256_HMAC, data);
        if (r.rv() != Cryptoki.CKR_OK) {
            throw Problem.of(Fault.USAGE, WORDS.say("use the keys in the token"), WORDS.say("The token computes no HMAC-SHA-256 with this key.")).code("pkcs11")
                    .advice(WORDS.say("For sp800-108 keep the master key in the token as a generic secret that may sign."))
                    .exception(Cryptoki.failure(r.rv(), "HMAC-SHA-256"));
        }
        return r.bytes();
    }

    @Override
    public StaticKey share() {
        return this;
    }

    /** Does nothing: the session with the token is closed as a whole. */
    @Override
    public void close() {
        // nothing of the key is here
    }

    @Override
    public String toString() {
        return "TokenKey[" + type + "-" + 8 * length + "]";
    }
}

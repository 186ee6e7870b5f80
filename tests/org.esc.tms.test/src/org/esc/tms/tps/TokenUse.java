// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.Ins;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.TokenObjects;
import org.esc.softcard.SoftCard;

/** What the owner of a token does with it: read its certificates, sign, decrypt. */
final class TokenUse {

    private final CoolKey applet;
    private final Cuid cuid;

    TokenUse(SoftCard card) throws EscException {
        cuid = card.cuid();
        applet = new CoolKey(new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) {
                return card.process(command);
            }

            @Override
            public void close() {
                // the card stays
            }
        });
        if (!applet.select()) {
            throw new IllegalStateException("no applet");
        }
    }

    CoolKey applet() {
        return applet;
    }

    TokenObjects objects() throws EscException {
        return TokenObjects.read(applet, applet.listObjects(), cuid).orElseThrow();
    }

    X509Certificate certificate(int n) throws Exception {
        List<TokenObjects.Certificate> all = objects().certificates();
        byte[] der = all.stream().filter(c -> c.object().id().equals(ObjectId.of('c', n))).findFirst().orElseThrow()
                .der();
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new java.io.ByteArrayInputStream(der));
    }

    void login(String pin) throws EscException {
        try (var p = Secret.of(pin)) {
            applet.verifyPin(0, p);
        }
    }

    /** Signs with the key in slot 2 and verifies with certificate 1. */
    boolean signs(byte[] message) throws Exception {
        X509Certificate c = certificate(1);
        int size = ((RSAPublicKey) c.getPublicKey()).getModulus().bitLength() / 8;
        var info = new ByteArrayOutputStream();
        info.writeBytes(Hex.parse("3031300D060960864801650304020105000420"));
        info.writeBytes(MessageDigest.getInstance("SHA-256").digest(message));
        byte[] block = new byte[size];
        Arrays.fill(block, 1, size, (byte) 0xFF);
        block[1] = 1;
        byte[] tail = info.toByteArray();
        block[size - tail.length - 1] = 0;
        System.arraycopy(tail, 0, block, size - tail.length, tail.length);
        byte[] signature = applet.computeCrypt(2, Ins.DIRECTION_ENCRYPT, block);
        var s = Signature.getInstance("SHA256withRSA");
        s.initVerify(c.getPublicKey());
        s.update(message);
        return s.verify(signature);
    }

    static byte[] encrypt(X509Certificate to, byte[] message) throws Exception {
        var c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.ENCRYPT_MODE, to.getPublicKey());
        return c.doFinal(message);
    }

    /** Decrypts with the key in slot 4. */
    byte[] decrypt(byte[] cipher) throws EscException {
        return decrypt(4, cipher);
    }

    /** Decrypts with the key in a slot. */
    byte[] decrypt(int slot, byte[] cipher) throws EscException {
        byte[] block = applet.computeCrypt(slot, Ins.DIRECTION_DECRYPT, cipher);
        int zero = 2;
        while (block[zero] != 0) {
            zero++;
        }
        return Arrays.copyOfRange(block, zero + 1, block.length);
    }
}

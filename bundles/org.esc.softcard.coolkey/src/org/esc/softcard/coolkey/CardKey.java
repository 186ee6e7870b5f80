// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.esc.coolkey.Acl;
import org.esc.coolkey.Ins;

/**
 * A key in its slot.
 *
 * @param mate slot of the other half of the pair, or {@link #NO_MATE}
 * @param acl  who may read, overwrite and use it
 */
record CardKey(Key key, int mate, Acl acl) {

    static final int NO_MATE = 0xFF;
    /** Type of an EC private key, next to {@link Ins#KEY_EC_PUBLIC}. */
    static final int EC_PRIVATE = 0x0B;

    boolean isPrivate() {
        return key instanceof PrivateKey;
    }

    int bits() {
        return switch (key) {
            case RSAKey rsa -> rsa.getModulus().bitLength();
            case ECKey ec -> ec.getParams().getCurve().getField().getFieldSize();
            default -> 0;
        };
    }

    int type() {
        if (key instanceof ECKey) {
            return isPrivate() ? EC_PRIVATE : Ins.KEY_EC_PUBLIC;
        }
        return !isPrivate() ? Ins.KEY_RSA_PUBLIC : key instanceof RSAPrivateCrtKey ? Ins.KEY_RSA_PRIVATE_CRT : Ins.KEY_RSA_PRIVATE;
    }

    byte[] encoded() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeBoolean(isPrivate());
            out.writeBoolean(key instanceof ECKey);
            out.writeByte(mate);
            out.write(acl.bytes());
            out.write(key.getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException if the bytes make no sense */
    static CardKey decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            boolean isPrivate = in.readBoolean();
            KeyFactory f = KeyFactory.getInstance(in.readBoolean() ? "EC" : "RSA");
            int mate = in.readUnsignedByte();
            byte[] acl = new byte[Acl.LENGTH];
            in.readFully(acl);
            byte[] der = in.readAllBytes();
            Key key = isPrivate ? f.generatePrivate(new PKCS8EncodedKeySpec(der)) : f.generatePublic(new X509EncodedKeySpec(der));
            return new CardKey(key, mate, Acl.of(acl, 0));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("A key is damaged", e);
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.esc.globalplatform.InterfaceWords.WORDS;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.securechannel.CardMac;
import org.esc.securechannel.KeyType;

/**
 * A key that signs or verifies load files, tokens and receipts (GlobalPlatform 2.3.1 §B.1.2.2, §B.2.2, §B.3, §B.4.3). Closing it erases
 * what can be erased.
 */
public sealed interface SignatureKey extends AutoCloseable {

    /** Signs. @throws IllegalStateException if the key can only verify, or is a triple DES key of 24 bytes, for which there is no MAC */
    byte[] sign(byte[] data);

    /** True if the signature is good; MACs are compared in constant time. */
    boolean verify(byte[] data, byte[] signature);

    /** What it is, without its bytes: "RSA-2048". */
    String description();

    @Override
    void close();

    /** A key of the card and of whoever signs alike. */
    final class Symmetric implements SignatureKey {

        private final KeyType type;
        private final byte[] key;

        /** From a copy of the key. @throws IllegalArgumentException if it has a wrong length */
        public Symmetric(KeyType type, byte[] key) {
            if (!type.allows(key.length)) {
                throw new IllegalArgumentException(WORDS.say("A key of type {0} cannot have {1} bytes", type, key.length));
            }
            this.type = type;
            this.key = key.clone();
        }

        /** What kind of key it is. */
        public KeyType type() {
            return type;
        }

        /** Length in bytes. */
        public int length() {
            return key.length;
        }

        /** A copy of its bytes, for the caller to erase. */
        public byte[] key() {
            return key.clone();
        }

        private boolean signs() {
            return type == KeyType.AES || key.length == 16;
        }

        @Override
        public byte[] sign(byte[] data) {
            if (!signs()) {
                throw new IllegalStateException(WORDS.say("A triple DES key of 24 bytes signs nothing"));
            }
            return CardMac.sign(type, key, data);
        }

        @Override
        public boolean verify(byte[] data, byte[] signature) {
            return signs() && MessageDigest.isEqual(sign(data), signature);
        }

        @Override
        public String description() {
            return type + "-" + 8 * key.length;
        }

        @Override
        public void close() {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** A key pair, or its public half alone. */
    final class Asymmetric implements SignatureKey {

        private final Optional<PrivateKey> secret;
        private final PublicKey open;

        /** Without {@code secret} it can only verify. */
        public Asymmetric(Optional<PrivateKey> secret, PublicKey open) {
            this.secret = secret;
            this.open = open;
        }

        /** The public half. */
        public PublicKey publicKey() {
            return open;
        }

        @Override
        public byte[] sign(byte[] data) {
            try {
                Signature s = scheme();
                s.initSign(secret.orElseThrow(() -> new IllegalStateException(WORDS.say("A public key signs nothing"))));
                s.update(data);
                return s.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("The Java runtime cannot sign with " + description(), e);
            }
        }

        @Override
        public boolean verify(byte[] data, byte[] signature) {
            try {
                Signature s = scheme();
                s.initVerify(open);
                s.update(data);
                return s.verify(signature);
            } catch (GeneralSecurityException _) {
                return false;
            }
        }

        /** RSA up to 1024 bits by PKCS#1 v1.5 and SHA-1, longer ones by PSS and SHA-256; EC plain, by SHA-256 or longer. */
        private Signature scheme() throws GeneralSecurityException {
            if (open instanceof RSAKey && bits() <= 1024) {
                return Signature.getInstance("SHA1withRSA");
            }
            if (open instanceof RSAKey) {
                Signature s = Signature.getInstance("RSASSA-PSS");
                s.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
                return s;
            }
            return Signature.getInstance((bits() <= 256 ? "SHA256" : bits() <= 384 ? "SHA384" : "SHA512") + "withECDSAinP1363Format");
        }

        private int bits() {
            return switch (open) {
                case RSAKey r -> r.getModulus().bitLength();
                case ECKey e -> e.getParams().getOrder().bitLength();
                default -> throw new IllegalStateException("A key of type " + open.getAlgorithm());
            };
        }

        @Override
        public String description() {
            return open.getAlgorithm() + "-" + bits() + (secret.isPresent() ? "" : " " + WORDS.say("public"));
        }

        @Override
        public void close() {
            // the Java runtime's private keys cannot be erased
        }
    }

    /**
     * Reads a key from a file: a PEM file (PKCS#8 private key, RSA or EC, not encrypted, with its public key if EC; or a public key), or
     * one line {@code des:HEX} or {@code aes:HEX}.
     *
     * @throws EscException USAGE if the file cannot be read or holds no such key
     */
    static SignatureKey read(Path file) throws EscException {
        byte[] bytes;
        try {
            if (Files.size(file) > 65536) {
                throw unusable(file, WORDS.say("it is too long for a key"), null);
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw unusable(file, WORDS.say("it cannot be read"), e);
        }
        try {
            return parse(new String(bytes, StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw unusable(file, WORDS.say("it holds no RSA or EC key as PEM (PKCS#8), nor des:HEX or aes:HEX"), e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * As {@link #read}, of text.
     *
     * @param from where it comes from, in words that begin a sentence
     */
    static SignatureKey of(String text, String from) throws EscException {
        try {
            return parse(text);
        } catch (IllegalArgumentException | GeneralSecurityException _) {
            // the cause is left out: its message may hold what was typed
            throw Problem.of(Fault.USAGE, WORDS.say("read the key"),
                    WORDS.say("{0} holds no key of 16, 24 or 32 bytes in hexadecimal text, nor an RSA or EC key as PEM (PKCS#8).", from)).code("key-length").exception();
        }
    }

    private static SignatureKey parse(String text) throws GeneralSecurityException {
        String line = text.strip().toLowerCase(Locale.ROOT);
        if (line.startsWith("des:") || line.startsWith("aes:")) {
            byte[] key = Hex.parse(line.substring(4));
            try {
                return new Symmetric(line.startsWith("aes:") ? KeyType.AES : KeyType.DES3, key);
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        }
        Optional<byte[]> open = block(text, "PUBLIC KEY");
        Optional<byte[]> secret = block(text, "PRIVATE KEY");
        if (secret.isEmpty() && open.isEmpty()) {
            throw new IllegalArgumentException("No key");
        }
        GeneralSecurityException last = new GeneralSecurityException("No key");
        for (String algorithm : new String[] {"RSA", "EC"}) {
            try {
                var factory = KeyFactory.getInstance(algorithm);
                Optional<PrivateKey> s = secret.isPresent() ? Optional.of(factory.generatePrivate(new PKCS8EncodedKeySpec(secret.get())))
                        : Optional.empty();
                PublicKey o = open.isPresent() ? factory.generatePublic(new X509EncodedKeySpec(open.get()))
                        : publicHalf(factory, s.orElseThrow());
                return new Asymmetric(s, o);
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw last;
    }

    private static PublicKey publicHalf(KeyFactory factory, PrivateKey secret) throws GeneralSecurityException {
        return switch (secret) {
            case RSAPrivateCrtKey r -> factory.generatePublic(new RSAPublicKeySpec(r.getModulus(), r.getPublicExponent()));
            case java.security.interfaces.ECPrivateKey e -> new CurveOnly(e);
            default -> throw new GeneralSecurityException("No public key");
        };
    }

    private static Optional<byte[]> block(String text, String name) {
        int begin = text.indexOf("-----BEGIN " + name + "-----");
        int end = text.indexOf("-----END " + name + "-----");
        return begin < 0 || end < begin ? Optional.empty()
                : Optional.of(Base64.getMimeDecoder().decode(text.substring(begin + name.length() + 16, end)));
    }

    private static EscException unusable(Path file, String why, Exception cause) {
        return Problem.of(Fault.USAGE, WORDS.say("read the key"), WORDS.say("The key file {0} cannot be used: {1}.", file, why)).code("key-file")
                .exception(cause);
    }

    /** Stands for the public half of an EC key whose file does not tell it: enough to sign, not to verify. */
    final class CurveOnly implements PublicKey, ECKey {

        private static final long serialVersionUID = 1L;

        private final transient java.security.spec.ECParameterSpec curve;

        CurveOnly(ECKey secret) {
            curve = secret.getParams();
        }

        @Override
        public java.security.spec.ECParameterSpec getParams() {
            return curve;
        }

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public String getFormat() {
            return "none";
        }

        @Override
        public byte[] getEncoded() {
            return BigInteger.ZERO.toByteArray();
        }
    }
}

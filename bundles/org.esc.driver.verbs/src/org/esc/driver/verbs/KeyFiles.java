// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.driver.KeyAlgorithm;

/** Key pairs from files: PKCS#8 and OpenSSL's PEM, PKCS#8 in DER, PKCS#12; encrypted or not. */
final class KeyFiles {

    private static final Words WORDS = Words.of(KeyFiles.class);

    private static final String STEP = WORDS.say("read the key");
    private static final String FIELD = "KEY_PASSPHRASE";

    private final Path file;
    private final Context context;

    private KeyFiles(Path file, Context context) {
        this.file = file;
        this.context = context;
    }

    /** A key pair, and the certificate that the file holds for it. */
    record Found(KeyPair pair, Optional<X509Certificate> certificate) {
    }

    /** Reads the one key pair in a file, and asks for its passphrase if it has one. @throws EscException USAGE if there is none */
    static Found read(Path file, Context context) throws EscException {
        byte[] content = LocalFiles.read(file);
        try {
            return new KeyFiles(file, context).parse(content);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private EscException noKey(Throwable cause) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("There is no private key in {0} that can be read.", file)).code("no-key")
                .advice(WORDS.say("It takes a private key in PKCS#8 (PEM or DER) or a PKCS#12 file.")).exception(cause);
    }

    private EscException wrongPassphrase(Throwable cause) {
        return Problem.of(Fault.LOGIN, STEP, WORDS.say("The passphrase does not open {0}.", file)).code("wrong-passphrase").exception(cause);
    }

    private Secret passphrase() throws EscException {
        var form = Form.of(WORDS.say("Passphrase of the key file"), WORDS.say("{0} is encrypted.", file), new Form.Field(FIELD,
                WORDS.say("Passphrase"), "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), STEP)) {
            return answers.get(FIELD).map(Secret::copy).orElseThrow(() -> noKey(null));
        }
    }

    private Found parse(byte[] content) throws EscException {
        try {
            if (new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")) {
                return new Found(pem(content), Optional.empty());
            }
            Optional<PrivateKeyInfo> plain = plain(content);
            if (plain.isPresent()) {
                return new Found(pair(plain.get()), Optional.empty());
            }
            Optional<EncryptedPrivateKeyInfo> encrypted = encrypted(content);
            return encrypted.isPresent() ? new Found(decrypt(new PKCS8EncryptedPrivateKeyInfo(encrypted.get())), Optional.empty()) : pkcs12(content);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw noKey(e);
        }
    }

    private static Optional<PrivateKeyInfo> plain(byte[] der) {
        try {
            return Optional.of(PrivateKeyInfo.getInstance(der));
        } catch (RuntimeException _) {
            return Optional.empty();
        }
    }

    private static Optional<EncryptedPrivateKeyInfo> encrypted(byte[] der) {
        try {
            return Optional.of(EncryptedPrivateKeyInfo.getInstance(der));
        } catch (RuntimeException _) {
            return Optional.empty();
        }
    }

    private KeyPair pem(byte[] content) throws IOException, GeneralSecurityException, EscException {
        try (var parser = new PEMParser(new StringReader(new String(content, StandardCharsets.ISO_8859_1)))) {
            for (Object o = parser.readObject(); o != null; o = parser.readObject()) {
                switch (o) {
                    case PrivateKeyInfo p -> {
                        return pair(p);
                    }
                    case PEMKeyPair p -> {
                        return pair(p.getPrivateKeyInfo());
                    }
                    case PKCS8EncryptedPrivateKeyInfo p -> {
                        return decrypt(p);
                    }
                    case PEMEncryptedKeyPair p -> {
                        return decrypt(p);
                    }
                    default -> {
                        // certificates and parameters may stand beside it
                    }
                }
            }
        }
        throw noKey(null);
    }

    private KeyPair decrypt(PKCS8EncryptedPrivateKeyInfo p) throws GeneralSecurityException, IOException, EscException {
        try (Secret passphrase = passphrase()) {
            char[] chars = passphrase.chars();
            try {
                return pair(p.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder().setProvider(new BouncyCastleProvider())
                        .build(chars)));
            } catch (PKCSException | OperatorCreationException e) {
                throw wrongPassphrase(e);
            } finally {
                Arrays.fill(chars, '\0');
            }
        }
    }

    private KeyPair decrypt(PEMEncryptedKeyPair p) throws GeneralSecurityException, IOException, EscException {
        PEMKeyPair opened;
        try (Secret passphrase = passphrase()) {
            char[] chars = passphrase.chars();
            try {
                opened = p.decryptKeyPair(new JcePEMDecryptorProviderBuilder().setProvider(new BouncyCastleProvider()).build(chars));
            } catch (IOException e) {
                throw wrongPassphrase(e);
            } finally {
                Arrays.fill(chars, '\0');
            }
        }
        return pair(opened.getPrivateKeyInfo());
    }

    private Found pkcs12(byte[] content) throws GeneralSecurityException, EscException {
        // what is no PKCS#12 file is not worth asking for a passphrase
        Pfx.getInstance(content);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (Secret passphrase = passphrase()) {
            char[] chars = passphrase.chars();
            try {
                store.load(new ByteArrayInputStream(content), chars);
                Optional<Found> found = Optional.empty();
                for (String alias : java.util.Collections.list(store.aliases())) {
                    if (store.isKeyEntry(alias) && store.getKey(alias, chars) instanceof PrivateKey key
                            && store.getCertificate(alias) instanceof X509Certificate x) {
                        if (found.isPresent()) {
                            throw Problem.of(Fault.USAGE, STEP, WORDS.say("There are several private keys in {0}.", file)).code("several-keys")
                                    .advice(WORDS.say("Put the one that is meant into a file of its own.")).exception();
                        }
                        found = Optional.of(new Found(new KeyPair(x.getPublicKey(), key), Optional.of(x)));
                    }
                }
                return found.orElseThrow(() -> noKey(null));
            } catch (IOException e) {
                throw e.getCause() instanceof java.security.UnrecoverableKeyException ? wrongPassphrase(e) : noKey(e);
            } finally {
                Arrays.fill(chars, '\0');
            }
        }
    }

    /** Both halves, from the private one. */
    private KeyPair pair(PrivateKeyInfo info) throws GeneralSecurityException, IOException, EscException {
        byte[] der = info.getEncoded();
        try {
            String oid = info.getPrivateKeyAlgorithm().getAlgorithm().getId();
            KeyFactory factory = switch (oid) {
                case "1.2.840.113549.1.1.1" -> KeyFactory.getInstance("RSA");
                case "1.2.840.10045.2.1" -> KeyFactory.getInstance("EC", new BouncyCastleProvider());
                case "1.3.101.112" -> KeyFactory.getInstance("Ed25519");
                case "1.3.101.110" -> KeyFactory.getInstance("X25519");
                default -> throw noKey(null);
            };
            PrivateKey key = factory.generatePrivate(new PKCS8EncodedKeySpec(der));
            if (key instanceof RSAPrivateCrtKey rsa) {
                return new KeyPair(factory.generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent())), key);
            }
            return new KeyPair(factory.generatePublic(new X509EncodedKeySpec(publicHalf(PrivateKeyFactory.createKey(info)).getEncoded())), key);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    private SubjectPublicKeyInfo publicHalf(AsymmetricKeyParameter key) throws IOException, EscException {
        return SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(switch (key) {
            case ECPrivateKeyParameters ec -> new ECPublicKeyParameters(ec.getParameters().getG().multiply(ec.getD()).normalize(),
                    ec.getParameters());
            case Ed25519PrivateKeyParameters ed -> ed.generatePublicKey();
            case X25519PrivateKeyParameters x -> x.generatePublicKey();
            default -> throw noKey(null);
        });
    }

    /** A public key from a file in PEM or DER. @throws EscException USAGE if there is none */
    static PublicKey publicKey(Path file) throws EscException {
        byte[] content = LocalFiles.read(file);
        try {
            String text = new String(content, StandardCharsets.ISO_8859_1);
            byte[] der = content;
            if (text.contains("-----BEGIN ")) {
                try (var parser = new PEMParser(new StringReader(text))) {
                    der = parser.readObject() instanceof SubjectPublicKeyInfo i ? i.getEncoded() : new byte[0];
                }
            }
            return publicKey(SubjectPublicKeyInfo.getInstance(der));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the public key"), WORDS.say("There is no public key in {0}.", file)).code("no-key").exception(e);
        }
    }

    private static PublicKey publicKey(SubjectPublicKeyInfo info) throws GeneralSecurityException, IOException {
        return KeyFactory.getInstance(info.getAlgorithm().getAlgorithm().getId(), new BouncyCastleProvider())
                .generatePublic(new X509EncodedKeySpec(info.getEncoded()));
    }

    /** The kind of a key pair, if it is one that cards know. */
    static Optional<KeyAlgorithm> algorithm(PublicKey key) {
        if (key instanceof java.security.interfaces.RSAPublicKey rsa) {
            return Arrays.stream(KeyAlgorithm.values()).filter(a -> a.isRsa() && a.bits() == rsa.getModulus().bitLength()).findFirst();
        }
        SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(key.getEncoded());
        String oid = info.getAlgorithm().getAlgorithm().getId();
        if (oid.equals("1.3.101.112")) {
            return Optional.of(KeyAlgorithm.ED25519);
        }
        if (oid.equals("1.3.101.110")) {
            return Optional.of(KeyAlgorithm.X25519);
        }
        return Arrays.stream(KeyAlgorithm.values()).filter(a -> a.family().equals("EC")
                && curve(a.curve()).equals(String.valueOf(info.getAlgorithm().getParameters()))).findFirst();
    }

    private static String curve(String name) {
        return String.valueOf(org.bouncycastle.asn1.x9.ECNamedCurveTable.getOID(name));
    }
}

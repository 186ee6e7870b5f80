// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.driver.SignatureAlgorithm;

/**
 * Private keys on cards, as the Java runtime's TLS uses keys. It finds whoever can sign with a key among the installed providers, by the key's class;
 * so the one provider of these keys is installed, last, when the first of them is made.
 */
final class CardKeys {

    private static final String PROVIDER = "EscCards";

    private CardKeys() {
    }

    /** Has a card sign. */
    interface Signer {

        /** What the key can do. */
        Set<SignatureAlgorithm> possible();

        /** As {@link org.esc.driver.Signing#sign}. */
        byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException;
    }

    /** The private half of this public key, on a card. @throws IllegalArgumentException if TLS signs with no such key */
    static PrivateKey of(PublicKey half, Signer signer) {
        install();
        return switch (half) {
            case RSAKey k -> new Rsa(k.getModulus(), signer);
            case ECKey k -> new Ec(k.getParams(), signer);
            case EdECKey k -> new Ed(k.getParams(), signer);
            default -> throw new IllegalArgumentException("TLS does not sign with a key of the kind " + half.getAlgorithm());
        };
    }

    private static synchronized void install() {
        if (Security.getProvider(PROVIDER) == null) {
            Security.addProvider(new Cards());
        }
    }

    /** A key that never leaves its card. */
    private sealed interface OnCard extends PrivateKey {

        Signer signer();

        @Override
        default String getFormat() {
            return null;
        }

        @Override
        default byte[] getEncoded() {
            return null;
        }
    }

    private record Rsa(BigInteger modulus, Signer signer) implements OnCard, RSAKey {

        @Override
        public String getAlgorithm() {
            return "RSA";
        }

        @Override
        public BigInteger getModulus() {
            return modulus;
        }

        @Override
        public AlgorithmParameterSpec getParams() {
            return null;
        }
    }

    private record Ec(ECParameterSpec parameters, Signer signer) implements OnCard, ECKey {

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public ECParameterSpec getParams() {
            return parameters;
        }
    }

    private record Ed(NamedParameterSpec parameters, Signer signer) implements OnCard, EdECKey {

        @Override
        public String getAlgorithm() {
            return "EdDSA";
        }

        @Override
        public NamedParameterSpec getParams() {
            return parameters;
        }
    }

    /** Offers signatures by cards. */
    private static final class Cards extends Provider {

        private static final long serialVersionUID = 1L;

        Cards() {
            super(PROVIDER, "1", "Signatures by smart cards");
            for (SignatureAlgorithm a : SignatureAlgorithm.values()) {
                if (!a.isPss()) {
                    offer(a.standardName(), a.name().startsWith("RSA") ? Rsa.class : a == SignatureAlgorithm.ED25519 ? Ed.class : Ec.class);
                }
            }
            offer("RSASSA-PSS", Rsa.class);
            offer("EdDSA", Ed.class);
        }

        private void offer(String algorithm, Class<? extends OnCard> keys) {
            putService(new Service(this, "Signature", algorithm, Signing.class.getName(), List.of(), Map.of("SupportedKeyClasses", keys.getName())) {
                @Override
                public Object newInstance(Object parameter) {
                    return new Signing(algorithm);
                }
            });
        }
    }

    /** One signature. */
    private static final class Signing extends SignatureSpi {

        private final String name;
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private Signer signer;
        private SignatureAlgorithm algorithm;

        Signing(String name) {
            this.name = name;
            algorithm = java.util.Arrays.stream(SignatureAlgorithm.values()).filter(a -> a.standardName().equals(name)).findFirst()
                    .orElse(name.equals("EdDSA") ? SignatureAlgorithm.ED25519 : SignatureAlgorithm.RSA_PSS_SHA256);
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            if (!(key instanceof OnCard card)) {
                throw new InvalidKeyException("not a key on a card");
            }
            signer = card.signer();
            message.reset();
            if (!signer.possible().contains(algorithm)) {
                throw new InvalidKeyException("the card does not sign with " + algorithm);
            }
        }

        @Override
        protected void engineInitSign(PrivateKey key, SecureRandom random) throws InvalidKeyException {
            engineInitSign(key);
        }

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            throw new InvalidKeyException("cards only sign");
        }

        @Override
        protected void engineUpdate(byte b) {
            message.write(b);
        }

        @Override
        protected void engineUpdate(byte[] b, int off, int len) {
            message.write(b, off, len);
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            try {
                byte[] all = message.toByteArray();
                message.reset();
                return signer.sign(algorithm, algorithm.digest().isEmpty() ? all : MessageDigest.getInstance(algorithm.digest()).digest(all));
            } catch (EscException | GeneralSecurityException e) {
                throw new SignatureException(e);
            }
        }

        @Override
        protected boolean engineVerify(byte[] signature) throws SignatureException {
            throw new SignatureException("cards only sign");
        }

        @Override
        protected void engineSetParameter(AlgorithmParameterSpec parameters) throws InvalidAlgorithmParameterException {
            if (parameters == null) {
                return;
            }
            if (!name.equals("RSASSA-PSS") || !(parameters instanceof PSSParameterSpec pss)) {
                throw new InvalidAlgorithmParameterException("no such parameters");
            }
            algorithm = switch (pss.getDigestAlgorithm() + "/" + pss.getSaltLength()) {
                case "SHA-256/32" -> SignatureAlgorithm.RSA_PSS_SHA256;
                case "SHA-384/48" -> SignatureAlgorithm.RSA_PSS_SHA384;
                case "SHA-512/64" -> SignatureAlgorithm.RSA_PSS_SHA512;
                default -> throw new InvalidAlgorithmParameterException("no such parameters");
            };
        }

        @Override
        protected AlgorithmParameters engineGetParameters() {
            return null;
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String parameter, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String parameter) {
            throw new UnsupportedOperationException();
        }
    }
}

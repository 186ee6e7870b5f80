// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.driver.Attempts;
import org.esc.driver.Attestation;
import org.esc.driver.Certificates;
import org.esc.driver.Decryption;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyImport;
import org.esc.driver.KeyPolicy;
import org.esc.driver.KeyRemoval;
import org.esc.driver.Keys;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenKey;
import org.esc.driver.host.InWords;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code keys …}: the keys of a token. */
public final class KeyVerbs {

    private static final Words WORDS = Words.of(KeyVerbs.class);

    private KeyVerbs() {
    }

    /** A key, and in which application it is. */
    public record Row(String driver, TokenContent.KeyRow key) {
    }

    /** When a new key asks for the PIN and for a touch. */
    public record PolicyArgs(
            @Arg(names = "--pin-policy", label = "WHEN", defaultValue = "default",
                    help = "When the key asks for the PIN: default, never, once, always.") KeyPolicy.PinUse pinPolicy,
            @Arg(names = "--touch-policy", label = "WHEN", defaultValue = "default",
                    help = "When the key asks for a touch: default, never, always, cached.") KeyPolicy.Touch touchPolicy) {

        KeyPolicy policy() {
            return new KeyPolicy(pinPolicy, touchPolicy);
        }
    }

    private static EscException empty(String slot) {
        return Problem.of(Fault.USAGE, WORDS.say("find the key"), WORDS.say("There is no key in slot \"{0}\".", slot)).code("no-key")
                .advice(WORDS.say("See what is there: esc keys.")).exception();
    }

    /** The key or empty place in a slot, as the token calls it; a token that does not list its keys is taken at the caller's word. */
    private static Optional<TokenKey> key(Opened token, String slot) throws EscException {
        Optional<Keys> keys = token.capability(Keys.class);
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        List<TokenKey> all = keys.get().keys();
        return Optional.of(all.stream().filter(k -> k.slot().equalsIgnoreCase(slot)).findFirst().orElseThrow(() -> Problem.of(Fault.USAGE,
                WORDS.say("find the slot"), WORDS.say("The token has no slot \"{0}\".", slot)).code("no-slot")
                .advice(WORDS.say("Slots: {0}.", String.join(", ", all.stream().map(TokenKey::slot).toList()))).exception()));
    }

    private static TokenKey present(Opened token, String slot) throws EscException {
        return key(token, slot).filter(TokenKey::present).orElseThrow(() -> empty(slot));
    }

    private static void mayReplace(Opened token, Optional<TokenKey> there, String slot) throws EscException {
        if (there.filter(TokenKey::present).isPresent()) {
            token.confirm(WORDS.say("Replace the key"), WORDS.say("The {0} in slot {1} is replaced, and lost for good.", InWords.type(there.get().type()), slot));
        }
    }

    private static KeyAlgorithm algorithm(Set<KeyAlgorithm> possible, KeyAlgorithm wanted, String slot) throws EscException {
        if (!possible.contains(wanted)) {
            throw Problem.of(Fault.USAGE, WORDS.say("choose the algorithm"), WORDS.say("Slot {0} takes no key {1}.", slot, words(wanted))).code("no-algorithm")
                    .advice(possible.isEmpty() ? WORDS.say("It takes no key at all.")
                            : WORDS.say("It takes {0}.", String.join(", ", possible.stream().sorted().map(KeyVerbs::words).toList()))).exception();
        }
        return wanted;
    }

    private static String words(KeyAlgorithm a) {
        return a.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@code keys}. */
    @Component(service = Verb.class, property = "verb=keys")
    public static final class ListVerb extends TokenVerb<ListVerb.Args, ListVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ListVerb(@Reference CardWork work) {
            super(work, "keys", "List the keys of a token, and the places for keys.", Args.class);
        }

        /** Which token. */
        public record Args(TokenArgs token) {
        }

        /** The keys. */
        public record Result(String reader, List<Row> keys, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var parts = new Attempts();
            var found = work.all(name(), a.token(), context, Keys.class, WORDS.say("tell its keys"),
                    (_, app) -> TokenContent.keys(app, parts).stream().map(k -> new Row(app.driver(), k)).toList());
            return new Result(found.reader(), found.all(), CertificateVerbs.concat(found.problems(), parts.problems()));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.keys().isEmpty()) {
                out.println(WORDS.say("The token tells of no keys."));
            }
            for (Row row : r.keys()) {
                var k = row.key();
                out.println(row.driver() + " " + k.slot() + (k.label().isEmpty() ? "" : " \"" + k.label() + "\"") + ": "
                        + (k.present() ? InWords.type(k.type()) + (k.bits() > 0 ? ", " + WORDS.say("{0} bit", k.bits()) : "")
                                + (k.uses().isEmpty() ? "" : ", " + InWords.uses(k.uses()))
                                + (k.policy().isEmpty() ? "" : ", " + InWords.policy(k.policy())) : WORDS.say("empty")));
            }
            r.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
        }
    }

    /** A public key that came into being. */
    public record Made(String reader, String driver, String slot, String algorithm, String publicKey, Optional<Path> file) {
    }

    /** {@code keys generate}. */
    @Component(service = Verb.class, property = "verb=keys generate")
    public static final class GenerateVerb extends TokenVerb<GenerateVerb.Args, Made> {

        /** Does it by means of this. */
        @Activate
        public GenerateVerb(@Reference CardWork work) {
            super(work, "keys generate", "Make a key pair on a token.", Args.class);
        }

        /** Where, and what. */
        public record Args(@Arg(label = "SLOT", help = "Where (esc keys lists the slots).") String slot,
                @Arg(names = "--algorithm", label = "KIND", help = "rsa-2048, ec-p256, ed25519 and the like.") KeyAlgorithm algorithm,
                PolicyArgs policy, @Arg(names = "--out", label = "FILE", help = "Write the public key to this file (PEM).") Optional<Path> out,
                @Arg(names = "--force", help = "Overwrite the file if it is there.") boolean force, TokenArgs token) {
        }

        @Override
        public Made run(Args a, Context context) throws EscException {
            if (a.out().isPresent()) {
                LocalFiles.check(a.out().get(), a.force());
            }
            return work.with(name(), a.token(), context, KeyGeneration.class, WORDS.say("make keys"), (making, token) -> {
                Optional<TokenKey> there = key(token, a.slot());
                String slot = there.map(TokenKey::slot).orElse(a.slot());
                algorithm(making.generatable(slot), a.algorithm(), slot);
                if (!a.policy().policy().equals(KeyPolicy.DEFAULT) && !making.hasKeyPolicies()) {
                    throw Problem.of(Fault.USAGE, WORDS.say("choose the policy"), WORDS.say("This token's keys have no policies that one could choose."))
                            .code("not-offered").exception();
                }
                mayReplace(token, there, slot);
                token.allow(making.generationAccess(), WORDS.say("make the key"));
                context.progress().at(-1, WORDS.say("Making the key; that may take a minute"));
                PublicKey key = making.generateKey(slot, a.algorithm(), a.policy().policy());
                String pem = CertificateText.pem("PUBLIC KEY", key.getEncoded());
                if (a.out().isPresent()) {
                    LocalFiles.write(a.out().get(), pem.getBytes(StandardCharsets.US_ASCII), a.force());
                }
                return new Made(token.reader(), token.driver(), slot, words(a.algorithm()), pem, a.out());
            });
        }

        @Override
        public void print(Made r, PrintWriter out) {
            out.println(WORDS.say("There is a new key {0} in slot {1}.", r.algorithm(), r.slot()));
            out.print(r.publicKey());
        }
    }

    /** {@code keys csr}. */
    @Component(service = Verb.class, property = "verb=keys csr")
    public static final class RequestVerb extends TokenVerb<RequestVerb.Args, RequestVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public RequestVerb(@Reference CardWork work) {
            super(work, "keys csr", "Make a certificate request for a key of a token (PKCS#10).", Args.class);
        }

        /** For which key and whom. */
        public record Args(@Arg(label = "SLOT", help = "The key (esc keys lists them).") String slot,
                @Arg(names = "--subject", label = "DN", help = "Whom the certificate is for: \"CN=Jo Doe,O=Example\".") String subject,
                @Arg(names = "--email", label = "ADDRESS", help = "E-mail address to be in the certificate.") List<String> email,
                @Arg(names = "--dns", label = "NAME", help = "Host name to be in the certificate.") List<String> dns,
                @Arg(names = "--public-key", label = "FILE", help = "The public key, if the token does not tell it.") Optional<Path> publicKey,
                @Arg(names = "--out", label = "FILE", help = "Write the request to this file (PEM).") Optional<Path> out,
                @Arg(names = "--force", help = "Overwrite the file if it is there.") boolean force, TokenArgs token) {
        }

        /** The request. */
        public record Result(String reader, String driver, String slot, String subject, String request, Optional<Path> file) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            X500Name subject = subject(a.subject());
            if (a.out().isPresent()) {
                LocalFiles.check(a.out().get(), a.force());
            }
            Optional<PublicKey> given = a.publicKey().isEmpty() ? Optional.empty() : Optional.of(KeyFiles.publicKey(a.publicKey().get()));
            return work.with(name(), a.token(), context, Signing.class, WORDS.say("sign"), (signing, token) -> {
                TokenKey key = present(token, a.slot());
                PublicKey half = given.isPresent() ? given.get() : publicKey(token, key);
                SignatureAlgorithm algorithm = signing.signatures(key.slot()).stream().findFirst().orElseThrow(() -> noSigning(key));
                token.allow(key.access(), WORDS.say("sign the request"));
                context.progress().at(-1, WORDS.say("Signing the request"));
                String pem = CertificateText.pem("CERTIFICATE REQUEST", request(a, subject, half, algorithm, signing, key.slot()));
                if (a.out().isPresent()) {
                    LocalFiles.write(a.out().get(), pem.getBytes(StandardCharsets.US_ASCII), a.force());
                }
                return new Result(token.reader(), token.driver(), key.slot(), a.subject(), pem, a.out());
            });
        }

        private static X500Name subject(String dn) throws EscException {
            try {
                return X500Name.getInstance(new X500Principal(dn).getEncoded());
            } catch (IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the subject"), WORDS.say("\"{0}\" is no distinguished name.", dn)).code("bad-subject")
                        .advice(WORDS.say("Write it as \"CN=Jo Doe,O=Example,C=DE\".")).exception(e);
            }
        }

        private static byte[] request(Args a, X500Name subject, PublicKey half, SignatureAlgorithm algorithm, Signing signing, String slot)
                throws EscException {
            try {
                var builder = new PKCS10CertificationRequestBuilder(subject, SubjectPublicKeyInfo.getInstance(half.getEncoded()));
                var names = java.util.stream.Stream.concat(a.email().stream().map(e -> new GeneralName(GeneralName.rfc822Name, e)),
                        a.dns().stream().map(d -> new GeneralName(GeneralName.dNSName, d))).toArray(GeneralName[]::new);
                if (names.length > 0) {
                    var extensions = new ExtensionsGenerator();
                    extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
                    builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
                }
                PKCS10CertificationRequest request = builder.build(new OnCard(signing, slot, algorithm));
                if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().setProvider(new BouncyCastleProvider()).build(half))) {
                    throw Problem.of(Fault.CARD, WORDS.say("sign the request"), WORDS.say("The token's signature does not fit the public key."))
                            .code("bad-signature")
                            .advice(WORDS.say("The public key belongs to another private key.")).exception();
                }
                return request.getEncoded();
            } catch (OnCard.Failed e) {
                throw e.problem;
            } catch (IOException | PKCSException | OperatorCreationException | IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("make the request"), WORDS.say("The request cannot be made: {0}.", e.getMessage())).exception(e);
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.print(r.request());
        }
    }

    private static EscException noSigning(TokenKey key) {
        return Problem.of(Fault.USAGE, WORDS.say("sign with the token's key"), WORDS.say("The key in slot {0} does not sign.", key.slot()))
                .code("not-offered").exception();
    }

    private static PublicKey publicKey(Opened token, TokenKey key) throws EscException {
        return known(token, key).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the public key"),
                WORDS.say("The token does not tell the public key of slot {0}.", key.slot())).code("no-public-key")
                .advice(WORDS.say("Give it with --public-key: \"keys generate --out\" writes it.")).exception());
    }

    /** A key's public half, from the token or the certificate in its slot. */
    private static Optional<PublicKey> known(Opened token, TokenKey key) throws EscException {
        if (key.publicKey().isPresent()) {
            return key.publicKey();
        }
        Optional<Certificates> certificates = token.capability(Certificates.class);
        return certificates.isEmpty() ? Optional.empty() : certificates.get().certificates().stream()
                .filter(c -> c.id().equalsIgnoreCase(key.slot())).findFirst().map(c -> c.certificate().getPublicKey());
    }

    /** Has a token sign what is written to it. */
    private static final class OnCard implements ContentSigner {

        /** A card's refusal on its way through a library that knows no such exception. */
        private static final class Failed extends RuntimeException {
            private static final long serialVersionUID = 1L;
            private final transient EscException problem;

            Failed(EscException problem) {
                super(problem);
                this.problem = problem;
            }
        }

        private final Signing signing;
        private final String slot;
        private final SignatureAlgorithm algorithm;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        OnCard(Signing signing, String slot, SignatureAlgorithm algorithm) {
            this.signing = signing;
            this.slot = slot;
            this.algorithm = algorithm;
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new DefaultSignatureAlgorithmIdentifierFinder().find(algorithm.standardName());
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            try {
                return signing.sign(slot, algorithm, digest(algorithm, content.toByteArray()));
            } catch (EscException e) {
                throw new Failed(e);
            }
        }
    }

    private static byte[] digest(SignatureAlgorithm algorithm, byte[] message) {
        try {
            return algorithm.digest().isEmpty() ? message : MessageDigest.getInstance(algorithm.digest()).digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code keys import}. */
    @Component(service = Verb.class, property = "verb=keys import")
    public static final class ImportVerb extends TokenVerb<ImportVerb.Args, ImportVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ImportVerb(@Reference CardWork work) {
            super(work, "keys import", "Put a key pair from a file on a token.", Args.class);
        }

        /** Where, and which. */
        public record Args(@Arg(label = "SLOT", help = "Where (esc keys lists the slots).") String slot,
                @Arg(label = "FILE", help = "The private key: PKCS#8 (PEM or DER) or PKCS#12; a passphrase is asked for.") Path file,
                PolicyArgs policy, TokenArgs token) {
        }

        /** What was written; {@code certificate} is true if the file holds its certificate too, which was not written. */
        public record Result(String reader, String driver, String slot, String algorithm, boolean certificate) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            KeyFiles.Found found = KeyFiles.read(a.file(), context);
            KeyAlgorithm kind = KeyFiles.algorithm(found.pair().getPublic()).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("read the key"),
                    WORDS.say("The key in {0} is of a kind that cards do not take.", a.file())).code("no-algorithm").exception());
            return work.with(name(), a.token(), context, KeyImport.class, WORDS.say("take keys"), (taking, token) -> {
                Optional<TokenKey> there = key(token, a.slot());
                String slot = there.map(TokenKey::slot).orElse(a.slot());
                algorithm(taking.importable(slot), kind, slot);
                mayReplace(token, there, slot);
                token.allow(taking.importAccess(), WORDS.say("write the key"));
                context.progress().at(-1, WORDS.say("Writing the key"));
                taking.importKey(slot, found.pair(), a.policy().policy());
                return new Result(token.reader(), token.driver(), slot, words(kind), found.certificate().isPresent());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("The key {0} is in slot {1}.", r.algorithm(), r.slot())
                    + (r.certificate() ? " " + WORDS.say("The file holds its certificate too; certs import takes it from a file of its own.") : ""));
        }
    }

    /** {@code keys sign}. */
    @Component(service = Verb.class, property = "verb=keys sign")
    public static final class SignVerb extends TokenVerb<SignVerb.Args, SignVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public SignVerb(@Reference CardWork work) {
            super(work, "keys sign", "Sign a file with a key of a token.", Args.class);
        }

        /** With which key, and what. */
        public record Args(@Arg(label = "SLOT", help = "The key (esc keys lists them).") String slot,
                @Arg(label = "FILE", help = "What is to be signed.") Path file,
                @Arg(names = "--out", label = "FILE", help = "Where the signature goes, in binary.") Path out,
                @Arg(names = "--algorithm", label = "NAME", help = "rsa-pkcs1-sha256, ecdsa-sha384 and the like; what suits the key without it.")
                        Optional<SignatureAlgorithm> algorithm,
                @Arg(names = "--force", help = "Overwrite the file if it is there.") boolean force, TokenArgs token) {
        }

        /** The signature; {@code verified} tells whether it fits the public key, if that is known. */
        public record Result(String reader, String driver, String slot, SignatureAlgorithm algorithm, Path file, int bytes,
                Optional<Boolean> verified) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            LocalFiles.check(a.out(), a.force());
            byte[] message = LocalFiles.read(a.file());
            return work.with(name(), a.token(), context, Signing.class, WORDS.say("sign"), (signing, token) -> {
                TokenKey key = present(token, a.slot());
                Set<SignatureAlgorithm> possible = signing.signatures(key.slot());
                SignatureAlgorithm algorithm = a.algorithm().or(() -> possible.stream().findFirst()).orElseThrow(() -> noSigning(key));
                if (!possible.contains(algorithm)) {
                    throw Problem.of(Fault.USAGE, WORDS.say("choose the algorithm"), WORDS.say("The key in slot {0} does not sign that way.", key.slot()))
                            .code("no-algorithm").advice(WORDS.say("It signs with {0}.", String.join(", ", possible.stream()
                                    .map(p -> p.name().toLowerCase(Locale.ROOT).replace('_', '-')).toList()))).exception();
                }
                token.allow(key.access(), WORDS.say("sign"));
                context.progress().at(-1, WORDS.say("Signing"));
                byte[] signature = signing.sign(key.slot(), algorithm, digest(algorithm, message));
                Optional<PublicKey> half = known(token, key);
                Optional<Boolean> verified = half.map(p -> verifies(p, algorithm, message, signature));
                if (verified.filter(v -> !v).isPresent()) {
                    throw Problem.of(Fault.CARD, WORDS.say("sign"), WORDS.say("The token's signature does not fit its public key.")).code("bad-signature")
                            .advice(WORDS.say("No file was written.")).exception();
                }
                LocalFiles.write(a.out(), signature, a.force());
                return new Result(token.reader(), token.driver(), key.slot(), algorithm, a.out(), signature.length, verified);
            });
        }

        private static boolean verifies(PublicKey key, SignatureAlgorithm algorithm, byte[] message, byte[] signature) {
            try {
                var s = Signature.getInstance(algorithm.standardName(), new BouncyCastleProvider());
                s.initVerify(java.security.KeyFactory.getInstance(SubjectPublicKeyInfo.getInstance(key.getEncoded()).getAlgorithm().getAlgorithm()
                        .getId(), new BouncyCastleProvider()).generatePublic(new java.security.spec.X509EncodedKeySpec(key.getEncoded())));
                s.update(message);
                return s.verify(signature);
            } catch (GeneralSecurityException | RuntimeException _) {
                return false;
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Signed with the key in slot {0} ({1}): {2}", r.slot(), r.algorithm().standardName(), r.file()));
        }
    }

    /** {@code keys decrypt}. */
    @Component(service = Verb.class, property = "verb=keys decrypt")
    public static final class DecryptVerb extends TokenVerb<DecryptVerb.Args, DecryptVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public DecryptVerb(@Reference CardWork work) {
            super(work, "keys decrypt", "Decrypt a file with an RSA key of a token (PKCS#1 v1.5).", Args.class);
        }

        /** With which key, and what. */
        public record Args(@Arg(label = "SLOT", help = "The key (esc keys lists them).") String slot,
                @Arg(label = "FILE", help = "What is to be decrypted, as long as the key.") Path file,
                @Arg(names = "--out", label = "FILE", help = "Where the message goes; only you may read it.") Path out,
                @Arg(names = "--force", help = "Overwrite the file if it is there.") boolean force, TokenArgs token) {
        }

        /** Where the message went, and its length. */
        public record Result(String reader, String driver, String slot, Path file, int bytes) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            LocalFiles.check(a.out(), a.force());
            byte[] cryptogram = LocalFiles.read(a.file());
            return work.with(name(), a.token(), context, Decryption.class, WORDS.say("decrypt"), (decryption, token) -> {
                TokenKey key = present(token, a.slot());
                if (!decryption.decrypts(key.slot())) {
                    throw Problem.of(Fault.USAGE, WORDS.say("decrypt"), WORDS.say("The key in slot {0} does not decrypt.", key.slot()))
                            .code("not-offered").exception();
                }
                if (key.bits() > 0 && cryptogram.length != (key.bits() + 7) / 8) {
                    throw Problem.of(Fault.USAGE, WORDS.say("decrypt"), WORDS.say("{0} has {1} bytes; what this key decrypts has {2}.", a.file(),
                            cryptogram.length, (key.bits() + 7) / 8)).code("wrong-length").exception();
                }
                token.allow(key.access(), WORDS.say("decrypt"));
                context.progress().at(-1, WORDS.say("Decrypting"));
                byte[] message = decryption.decrypt(key.slot(), cryptogram);
                try {
                    LocalFiles.writePrivately(a.out(), message, a.force());
                    return new Result(token.reader(), token.driver(), key.slot(), a.out(), message.length);
                } finally {
                    Arrays.fill(message, (byte) 0);
                }
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Decrypted {0} bytes: {1}", r.bytes(), r.file()));
        }
    }

    /** {@code keys agree}. */
    @Component(service = Verb.class, property = "verb=keys agree")
    public static final class AgreeVerb extends TokenVerb<AgreeVerb.Args, AgreeVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public AgreeVerb(@Reference CardWork work) {
            super(work, "keys agree", "Agree on a secret with the holder of another key (ECDH, X25519).", Args.class);
        }

        /** With which key, and whose. */
        public record Args(@Arg(label = "SLOT", help = "The key (esc keys lists them).") String slot,
                @Arg(label = "FILE", help = "The other's public key (PEM or DER).") Path file,
                @Arg(names = "--out", label = "FILE", help = "Where the secret goes, as it is, without any derivation; only you may read it.") Path out,
                @Arg(names = "--force", help = "Overwrite the file if it is there.") boolean force, TokenArgs token) {
        }

        /** Where the secret went, and its length. */
        public record Result(String reader, String driver, String slot, Path file, int bytes) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            LocalFiles.check(a.out(), a.force());
            PublicKey other = KeyFiles.publicKey(a.file());
            return work.with(name(), a.token(), context, Decryption.class, WORDS.say("agree on secrets"), (decryption, token) -> {
                TokenKey key = present(token, a.slot());
                if (!decryption.agrees(key.slot())) {
                    throw Problem.of(Fault.USAGE, WORDS.say("agree on a secret"), WORDS.say("The key in slot {0} does not agree on secrets.", key.slot()))
                            .code("not-offered").exception();
                }
                if (key.publicKey().isPresent() && !KeyFiles.algorithm(key.publicKey().get()).equals(KeyFiles.algorithm(other))) {
                    throw Problem.of(Fault.USAGE, WORDS.say("agree on a secret"),
                            WORDS.say("The key in {0} is of another kind than the one in slot {1}.", a.file(), key.slot())).code("bad-algorithm")
                            .advice(WORDS.say("Both must be on the same curve.")).exception();
                }
                token.allow(key.access(), WORDS.say("agree on a secret"));
                context.progress().at(-1, WORDS.say("Agreeing"));
                byte[] secret = decryption.agree(key.slot(), other);
                try {
                    LocalFiles.writePrivately(a.out(), secret, a.force());
                    return new Result(token.reader(), token.driver(), key.slot(), a.out(), secret.length);
                } finally {
                    Arrays.fill(secret, (byte) 0);
                }
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Agreed on a secret of {0} bytes: {1}", r.bytes(), r.file()));
        }
    }

    /** {@code keys attest}. */
    @Component(service = Verb.class, property = "verb=keys attest")
    public static final class AttestVerb extends TokenVerb<AttestVerb.Args, AttestVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public AttestVerb(@Reference CardWork work) {
            super(work, "keys attest", "Have a token prove that a key was made on it.", Args.class);
        }

        /** Which key. */
        public record Args(@Arg(label = "SLOT", help = "The key (esc keys lists them).") String slot,
                @Arg(names = "--out", label = "FILE", help = "Write the statement to this file (PEM).") Optional<Path> out,
                @Arg(names = "--force", help = "Overwrite the file if it is there.") boolean force, TokenArgs token) {
        }

        /** The statement, and the certificate of the key that signed it, if it can be read; both as text. */
        public record Result(String reader, String driver, String slot, String subject, String statement, Optional<String> signer) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            if (a.out().isPresent()) {
                LocalFiles.check(a.out().get(), a.force());
            }
            return work.with(name(), a.token(), context, Attestation.class, WORDS.say("attest keys"), (attestation, token) -> {
                String slot = key(token, a.slot()).map(TokenKey::slot).orElse(a.slot());
                X509Certificate x = attestation.attest(slot);
                String pem = CertificateText.pem("CERTIFICATE", CertificateText.encoded(x));
                Optional<String> signer = attestation.attestationCertificate()
                        .map(s -> CertificateText.pem("CERTIFICATE", CertificateText.encoded(s)));
                if (a.out().isPresent()) {
                    LocalFiles.write(a.out().get(), (pem + signer.orElse("")).getBytes(StandardCharsets.US_ASCII), a.force());
                }
                return new Result(token.reader(), token.driver(), slot, x.getSubjectX500Principal().getName(), pem, signer);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.print(r.statement());
            r.signer().ifPresent(out::print);
        }
    }

    /** What was removed or moved. */
    public record Changed(String reader, String driver, String slot, Optional<String> to) {
    }

    /** {@code keys delete}. */
    @Component(service = Verb.class, property = "verb=keys delete")
    public static final class DeleteVerb extends TokenVerb<DeleteVerb.Args, Changed> {

        /** Does it by means of this. */
        @Activate
        public DeleteVerb(@Reference CardWork work) {
            super(work, "keys delete", "Delete a key from a token, for good.", Args.class);
        }

        /** Which key. */
        public record Args(@Arg(label = "SLOT", help = "The key (esc keys lists them).") String slot, TokenArgs token) {
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, KeyRemoval.class, WORDS.say("delete keys"), (removal, token) -> {
                TokenKey key = present(token, a.slot());
                token.confirm(WORDS.say("Delete the key"), WORDS.say("The {0} in slot {1} is lost for good, and with it all that was encrypted for it.",
                        InWords.type(key.type()), key.slot()));
                token.allow(removal.removalAccess(), WORDS.say("delete the key"));
                removal.deleteKey(key.slot());
                return new Changed(token.reader(), token.driver(), key.slot(), Optional.empty());
            });
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            out.println(WORDS.say("The key in slot {0} is deleted.", r.slot()));
        }
    }

    /** {@code keys move}. */
    @Component(service = Verb.class, property = "verb=keys move")
    public static final class MoveVerb extends TokenVerb<MoveVerb.Args, Changed> {

        /** Does it by means of this. */
        @Activate
        public MoveVerb(@Reference CardWork work) {
            super(work, "keys move", "Move a key of a token to another slot, which must be empty.", Args.class);
        }

        /** Which key, and where to. */
        public record Args(@Arg(label = "SLOT", help = "The key (esc keys lists them).") String slot,
                @Arg(label = "TO", help = "The slot it goes to.") String to, TokenArgs token) {
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, KeyRemoval.class, WORDS.say("move keys"), (removal, token) -> {
                TokenKey key = present(token, a.slot());
                Optional<TokenKey> target = key(token, a.to());
                if (target.filter(TokenKey::present).isPresent()) {
                    throw Problem.of(Fault.USAGE, WORDS.say("move the key"), WORDS.say("There is a key in slot {0} already.", target.get().slot()))
                            .code("slot-taken").advice(WORDS.say("Delete it first, or choose another slot.")).exception();
                }
                String to = target.map(TokenKey::slot).orElse(a.to());
                token.allow(removal.removalAccess(), WORDS.say("move the key"));
                removal.moveKey(key.slot(), to);
                return new Changed(token.reader(), token.driver(), key.slot(), Optional.of(to));
            });
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            out.println(WORDS.say("The key of slot {0} is in slot {1} now.", r.slot(), r.to().orElse("")));
        }
    }
}

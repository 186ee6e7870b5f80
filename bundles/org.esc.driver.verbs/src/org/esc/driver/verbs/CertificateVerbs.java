// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.driver.Attempts;
import org.esc.driver.CertificateWriting;
import org.esc.driver.Certificates;
import org.esc.driver.Keys;
import org.esc.driver.SignedData;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenKey;
import org.esc.driver.host.OpenCard;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code certs …}. */
public final class CertificateVerbs {

    private static final Words WORDS = Words.of(CertificateVerbs.class);

    private static final String CERTIFICATE = "CERTIFICATE";

    private CertificateVerbs() {
    }

    /**
     * All about one certificate.
     *
     * @param certificate the gist of it
     * @param fields      all it says
     * @param pem         itself, as text
     */
    public record Shown(CertificateRow certificate, List<Field> fields, String pem) {

        public Shown {
            fields = List.copyOf(fields);
        }

        /** Whose it is, without the rest of the name. */
        public Optional<String> commonName() {
            return CertificateText.commonName(fields);
        }
    }

    /** A field of a certificate; fields of one section stand together. */
    public record Field(String section, String name, String value) {
    }

    /** What an application's certificates say, in the order of the token. */
    static List<Shown> shown(OpenCard.Application application, Certificates certificates, Attempts parts) throws EscException {
        List<TokenCertificate> all = certificates.certificates();
        var rows = CertificateRow.of(application.driver(), all, CertificateRow.keys(application, parts), Instant.now());
        var shown = new java.util.ArrayList<Shown>();
        for (int i = 0; i < all.size(); i++) {
            shown.add(new Shown(rows.get(i), CertificateText.fields(all.get(i)),
                    CertificateText.pem(CERTIFICATE, CertificateText.encoded(all.get(i).certificate()))));
        }
        return shown;
    }

    private static EscException unknown(String id) {
        return Problem.of(Fault.USAGE, WORDS.say("find the certificate"), WORDS.say("The token has no certificate \"{0}\".", id)).code("no-certificate")
                .advice(WORDS.say("See what is there: esc certs.")).exception();
    }

    /** Reads a certificate from a file. @throws EscException USAGE if there is none in it */
    static X509Certificate certificate(Path file) throws EscException {
        byte[] content = LocalFiles.read(file);
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(content));
        } catch (CertificateException | RuntimeException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the certificate"), WORDS.say("There is no certificate in {0}.", file)).code("no-certificate")
                    .advice(WORDS.say("It takes one certificate in PEM or DER.")).exception(e);
        }
    }

    /** {@code certs}. */
    @Component(service = Verb.class, property = "verb=certs")
    public static final class ListVerb extends TokenVerb<ListVerb.Args, ListVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ListVerb(@Reference CardWork work) {
            super(work, "certs", "List the certificates on a token.", Args.class);
        }

        /** Which token. */
        public record Args(TokenArgs token) {
        }

        /** The certificates. */
        public record Result(String reader, List<CertificateRow> certificates, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var parts = new Attempts();
            var found = work.all(name(), a.token(), context, Certificates.class, WORDS.say("tell its certificates"),
                    (c, app) -> CertificateRow.of(app.driver(), c.certificates(), CertificateRow.keys(app, parts), Instant.now()));
            return new Result(found.reader(), found.all(), concat(found.problems(), parts.problems()));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.certificates().isEmpty()) {
                out.println(WORDS.say("There is no certificate on the token."));
            }
            for (CertificateRow c : r.certificates()) {
                out.println(c.driver() + " " + c.id() + (c.label().isEmpty() ? "" : " \"" + c.label() + "\"") + ": " + c.subject() + ", " + c.key()
                        + ", " + c.expiry() + c.keySlot().map(s -> ", " + WORDS.say("key in slot {0}", s)).orElse("") + ", "
                        + (!c.chain().isEmpty() ? WORDS.say("issued by {0}", String.join(" ← ", c.chain()))
                                : c.chainComplete() ? WORDS.say("a root") : WORDS.say("issuer not on the token")));
            }
            r.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
        }
    }

    static List<String> concat(List<String> a, List<String> b) {
        return java.util.stream.Stream.concat(a.stream(), b.stream()).distinct().toList();
    }

    /** {@code certs show}. */
    @Component(service = Verb.class, property = "verb=certs show")
    public static final class ShowVerb extends TokenVerb<ShowVerb.Args, Shown> {

        /** Does it by means of this. */
        @Activate
        public ShowVerb(@Reference CardWork work) {
            super(work, "certs show", "Show all that a certificate on a token says.", Args.class);
        }

        /** Which certificate. */
        public record Args(@Arg(label = "ID", help = "The certificate's name on the token (esc certs lists them).") String id,
                TokenArgs token) {
        }

        @Override
        public Shown run(Args a, Context context) throws EscException {
            return find(this, a.id(), a.token(), context);
        }

        @Override
        public void print(Shown s, PrintWriter out) {
            out.println(s.certificate().driver() + " " + s.certificate().id() + ": " + s.certificate().expiry());
            String section = "";
            for (Field f : s.fields()) {
                if (!f.section().equals(section)) {
                    section = f.section();
                    out.println(section);
                }
                out.println("  " + f.name() + ": " + f.value().replace("\n", "\n    "));
            }
            out.print(s.pem());
        }
    }

    private static Shown find(TokenVerb<?, ?> verb, String id, TokenArgs token, Context context) throws EscException {
        var found = verb.work.all(verb.name(), token, context, Certificates.class, WORDS.say("tell its certificates"),
                (c, app) -> shown(app, c, new Attempts()));
        return found.all().stream().filter(s -> s.certificate().id().equalsIgnoreCase(id)).findFirst().orElseThrow(() -> unknown(id));
    }

    /** {@code certs export}. */
    @Component(service = Verb.class, property = "verb=certs export")
    public static final class ExportVerb extends TokenVerb<ExportVerb.Args, ExportVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ExportVerb(@Reference CardWork work) {
            super(work, "certs export", "Write a certificate on a token to a file.", Args.class);
        }

        /** Which certificate, and where to. */
        public record Args(@Arg(label = "ID", help = "The certificate's name on the token (esc certs lists them).") String id,
                @Arg(label = "FILE", help = "The file to write.") Path file,
                @Arg(names = "--pem", help = "Write it as text (PEM); so it is also done without --der.") boolean pem,
                @Arg(names = "--der", help = "Write it in binary (DER).") boolean der,
                @Arg(names = "--force", help = "Overwrite the file if it is there.") boolean force, TokenArgs token) {
        }

        /** What was written. */
        public record Result(String id, Path file, String format, int bytes) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            if (a.pem() && a.der()) {
                throw new EscException(Fault.USAGE, WORDS.say("write the certificate"), WORDS.say("Give either --pem or --der, not both."));
            }
            LocalFiles.check(a.file(), a.force());
            String pem = find(this, a.id(), a.token(), context).pem();
            byte[] content = a.der() ? java.util.Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""))
                    : pem.getBytes(StandardCharsets.US_ASCII);
            LocalFiles.write(a.file(), content, a.force());
            return new Result(a.id(), a.file(), a.der() ? "der" : "pem", content.length);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Wrote certificate {0} to {1}.", r.id(), r.file()));
        }
    }

    /** {@code certs import}. */
    @Component(service = Verb.class, property = "verb=certs import")
    public static final class ImportVerb extends TokenVerb<ImportVerb.Args, ImportVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ImportVerb(@Reference CardWork work) {
            super(work, "certs import", "Put a certificate on a token.", Args.class);
        }

        /** Which certificate, and where to. */
        public record Args(@Arg(label = "SLOT", help = "The slot for it.") String slot,
                @Arg(label = "FILE", help = "The certificate, in PEM or DER.") Path file, TokenArgs token) {
        }

        /** What was written. */
        public record Result(String reader, String driver, String slot, String subject) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            X509Certificate x = certificate(a.file());
            return work.with(name(), a.token(), context, CertificateWriting.class, WORDS.say("take a certificate"), (writing, token) -> {
                String slot = slot(writing.certificateSlots(), a.slot());
                Optional<Certificates> reading = token.capability(Certificates.class);
                Optional<TokenCertificate> there = reading.isEmpty() ? Optional.empty()
                        : reading.get().certificates().stream().filter(c -> c.id().equalsIgnoreCase(slot)).findFirst();
                if (there.isPresent() && !there.get().certificate().equals(x)) {
                    token.confirm(WORDS.say("Replace the certificate"), WORDS.say("The certificate in slot {0} ({1}) is replaced.", slot,
                            there.get().certificate().getSubjectX500Principal().getName()));
                }
                Optional<PublicKey> key = publicKey(token, slot);
                if (key.isPresent() && !Arrays.equals(key.get().getEncoded(), x.getPublicKey().getEncoded())) {
                    token.confirm(WORDS.say("Certificate of another key"),
                            WORDS.say("The certificate does not belong to the key in slot {0}: the two would be of no use together.", slot));
                }
                token.allow(writing.certificateAccess(), WORDS.say("write the certificate"));
                context.progress().at(-1, WORDS.say("Writing the certificate"));
                writing.writeCertificate(slot, x);
                return new Result(token.reader(), token.driver(), slot, x.getSubjectX500Principal().getName());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("The certificate of {0} is in slot {1}.", r.subject(), r.slot()));
        }
    }

    private static Optional<PublicKey> publicKey(Opened token, String slot) throws EscException {
        Optional<Keys> keys = token.capability(Keys.class);
        return keys.isEmpty() ? Optional.empty() : keys.get().keys().stream().filter(k -> k.slot().equalsIgnoreCase(slot)).findFirst()
                .flatMap(TokenKey::publicKey);
    }

    /** The slot as the token calls it. */
    static String slot(List<String> slots, String given) throws EscException {
        return slots.stream().filter(s -> s.equalsIgnoreCase(given)).findFirst().orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the slot"),
                WORDS.say("The token has no slot \"{0}\" for that.", given)).code("no-slot")
                .advice(slots.isEmpty() ? "" : WORDS.say("Slots for it: {0}.", String.join(", ", slots))).exception());
    }

    /** {@code certs check}. */
    @Component(service = Verb.class, property = "verb=certs check")
    public static final class CheckVerb extends TokenVerb<CheckVerb.Args, CheckVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public CheckVerb(@Reference CardWork work) {
            super(work, "certs check", "Check the data on a token that its issuer signed.", Args.class);
        }

        /** Whom to trust. */
        public record Args(@Arg(names = "--ca", label = "FILE",
                help = "Certificates of the authorities that certify those who sign (PEM, or one in DER).") Optional<Path> ca, TokenArgs token) {
        }

        /** How many authorities were trusted, and what is wrong. */
        public record Result(String reader, String driver, int authorities, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            List<X509Certificate> authorities = a.ca().isEmpty() ? List.of() : authorities(a.ca().get());
            return work.with(name(), a.token(), context, SignedData.class, WORDS.say("check signed data"), (signed, token) ->
                    new Result(token.reader(), token.driver(), authorities.size(), signed.check(authorities)));
        }

        private static List<X509Certificate> authorities(Path file) throws EscException {
            byte[] content = LocalFiles.read(file);
            Problem none = Problem.of(Fault.USAGE, WORDS.say("read the authorities"),
                    WORDS.say("There are no certificates in {0}, or not all of them can be read.", file)).code("no-certificate")
                    .advice(WORDS.say("It takes one or more certificates in PEM, or one in DER."));
            try {
                var all = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(content));
                if (all.isEmpty()) {
                    throw none.exception();
                }
                return all.stream().map(X509Certificate.class::cast).toList();
            } catch (CertificateException | RuntimeException e) {
                throw none.exception(e);
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.problems().isEmpty() ? WORDS.say("Nothing is wrong with what the issuer signed.") : WORDS.say("This is wrong:"));
            r.problems().forEach(out::println);
            if (r.authorities() == 0) {
                out.println(WORDS.say("Who certified the signers was not checked: name the authorities with --ca."));
            }
        }
    }

    /** {@code certs delete}. */
    @Component(service = Verb.class, property = "verb=certs delete")
    public static final class DeleteVerb extends TokenVerb<DeleteVerb.Args, DeleteVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public DeleteVerb(@Reference CardWork work) {
            super(work, "certs delete", "Delete a certificate from a token; its key stays.", Args.class);
        }

        /** Which certificate. */
        public record Args(@Arg(label = "SLOT", help = "The slot it is in.") String slot, TokenArgs token) {
        }

        /** What was deleted. */
        public record Result(String reader, String driver, String slot) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, CertificateWriting.class, WORDS.say("delete a certificate"), (writing, token) -> {
                String slot = slot(writing.certificateSlots(), a.slot());
                Optional<Certificates> reading = token.capability(Certificates.class);
                if (reading.isPresent() && reading.get().certificates().stream().noneMatch(c -> c.id().equalsIgnoreCase(slot))) {
                    throw unknown(slot);
                }
                token.confirm(WORDS.say("Delete the certificate"), WORDS.say("The certificate in slot {0} is deleted. Its key stays.", slot));
                token.allow(writing.certificateAccess(), WORDS.say("delete the certificate"));
                writing.deleteCertificate(slot);
                return new Result(token.reader(), token.driver(), slot);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("The certificate in slot {0} is deleted.", r.slot()));
        }
    }
}

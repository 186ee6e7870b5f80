// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Verb;
import org.esc.tms.Tms;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Refused;
import org.esc.tms.db.TokenCertificate;
import org.osgi.service.component.annotations.Component;

/** {@code tms certs …}. */
final class CertificateVerbs {

    private static final Words WORDS = Words.of(CertificateVerbs.class);

    private CertificateVerbs() {
    }

    static List<TmsVerb<?, ?>> all() {
        return List.of(new ListCertificates(), new Show(), new Revoke(), new Hold(), new Unhold());
    }

    /** A certificate for a face. */
    record Shown(String serial, String subject, String userId, String kind, String status, Optional<String> reason,
            Optional<String> revokedAt, String notBefore, String notAfter, List<String> tokens) {

        static Shown of(Tms tms, IssuedCertificate c) throws EscException {
            return new Shown(c.serial().toString(16), c.certificate().getSubjectX500Principal().toString(), c.userId(),
                    c.kind().name().toLowerCase(java.util.Locale.ROOT), c.status().name(),
                    c.reason().map(r -> r.name().toLowerCase(java.util.Locale.ROOT)), c.revokedAt()
                    .map(Object::toString),
                    c.certificate().getNotBefore().toInstant().toString(), c.certificate().getNotAfter().toInstant()
                    .toString(), tms.tokens().holders(c.serial()).stream().map(h -> h.cuid().toString()).toList());
        }
    }

    /** A certificate on a token. */
    record OnToken(String serial, String role, String subject, String status, String type, String origin,
            boolean archived) {
    }

    static List<OnToken> onToken(Tms tms, List<TokenCertificate> certificates) throws EscException {
        var result = new ArrayList<OnToken>();
        for (var c : certificates) {
            result.add(new OnToken(c.serial().toString(16), c.role(), c.subject(),
                    tms.ca().find(c.serial()).map(i -> i.status().name()).orElse("UNKNOWN"), c.type(), c.origin()
                    .toString(), c.archivedKey().isPresent()));
        }
        return result;
    }

    static void print(List<OnToken> certificates, PrintWriter out) {
        Columns.print(out, List.of(WORDS.say("SERIAL"), WORDS.say("ROLE"), WORDS.say("STATUS"), WORDS.say("ORIGIN"), WORDS.say("SUBJECT")),
                certificates.stream().map(c -> List.of(c.serial, c.role, c.status, c.origin, c.subject)).toList());
    }

    private static BigInteger serial(String text) throws EscException {
        String hex = text.startsWith("0x") ? text.substring(2) : text.replace(":", "");
        if (!hex.matches("[0-9A-Fa-f]{1,64}")) {
            throw Refused.usage(WORDS.say("find a certificate"), WORDS.say("A serial number is written in hexadecimal digits."));
        }
        return new BigInteger(hex, 16);
    }

    /** {@code tms certs}. */
    @Component(service = Verb.class, property = "verb=tms certs")
    public static final class ListCertificates extends TmsVerb<ListCertificates.Args, ListCertificates.Result> {

        record Args(@Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data,
                @Arg(names = "--user", label = "UID", help = "Of this user.") Optional<String> user,
                @Arg(names = "--token", label = "CUID", help = "On this token.") Optional<Cuid> token,
                @Arg(names = "--start", label = "N", help = "How many to skip.", defaultValue = "0") int start,
                @Arg(names = "--size", label = "N", help = "How many to show, newest first.",
                        defaultValue = "1000") int size)
                implements AtData {
        }

        record Result(List<Shown> certificates) {
        }

        /** For declarative services. */
        public ListCertificates() {
            super("tms certs", "Show the certificates a token management system issued.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return tms.inTransaction(_ -> {
                var result = new ArrayList<Shown>();
                if (a.token().isPresent()) {
                    for (var c : tms.tokens().certificates(a.token().get())) {
                        var issued = tms.ca().find(c.serial());
                        if (issued.isPresent()) {
                            result.add(Shown.of(tms, issued.get()));
                        }
                    }
                } else {
                    for (var c : tms.ca().list(a.user(), a.start(), a.size())) {
                        result.add(Shown.of(tms, c));
                    }
                }
                return new Result(result);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Columns.print(out, List.of(WORDS.say("SERIAL"), WORDS.say("STATUS"), WORDS.say("KIND"), WORDS.say("USER"), WORDS.say("UNTIL"),
                    WORDS.say("TOKENS")), r.certificates.stream()
                    .map(c -> List.of(c.serial, c.status, c.kind, c.userId.isEmpty() ? "-" : c.userId, c.notAfter,
                    String.join(" ", c.tokens)))
                    .toList());
        }
    }

    /** {@code tms certs show}. */
    @Component(service = Verb.class, property = "verb=tms certs show")
    public static final class Show extends TmsVerb<Show.Args, Show.Result> {

        record Args(@Arg(label = "SERIAL", help = "Serial number, hexadecimal.") String serial,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        record Result(Shown certificate, String pem) {
        }

        /** For declarative services. */
        public Show() {
            super("tms certs show", "Show one certificate, with itself as PEM.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            var c = tms.ca().find(serial(a.serial()))
                    .orElseThrow(() -> Refused.usage(WORDS.say("show a certificate"),
                    WORDS.say("There is no certificate with this serial number.")));
            return new Result(Shown.of(tms, c), new String(Tms.pem(c.certificate()), StandardCharsets.US_ASCII));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            var c = r.certificate;
            var facts = new LinkedHashMap<String, String>();
            facts.put(WORDS.say("Serial"), c.serial);
            facts.put(WORDS.say("Subject"), c.subject);
            facts.put(WORDS.say("Kind"), c.kind);
            facts.put(WORDS.say("Status"), c.reason.map(x -> WORDS.say("{0} ({1} since {2})", c.status, x, c.revokedAt.orElse(""))).orElse(c.status));
            facts.put(WORDS.say("Valid"), WORDS.say("{0} to {1}", c.notBefore, c.notAfter));
            facts.put(WORDS.say("Tokens"), c.tokens.isEmpty() ? "-" : String.join(" ", c.tokens));
            Columns.print(out, facts);
            out.print(r.pem);
        }
    }

    /** One certificate as a result. */
    record One(Shown certificate) {
    }

    /** What hold, unhold and revoke have in common. */
    abstract static class Change<A extends Record & AtData> extends TmsVerb<A, One> {

        Change(String name, String summary, Class<A> arguments) {
            super(name, summary, arguments, One.class);
        }

        final One changed(Tms tms, BigInteger serial, Optional<RevocationReason> reason, String actor)
                throws EscException {
            return tms.inTransaction(_ -> {
                var c = reason.isPresent() ? tms.ca().revoke(serial, reason.get()) : tms.ca().unhold(serial);
                tms.activities().append(reason.isPresent() ? Operation.CERT_REVOCATION : Operation.CERT_RESTORATION,
                        true, Optional.empty(), actor,
                        "", "Certificate " + serial.toString(16) + " is now " + c.status().name()
                        .toLowerCase(java.util.Locale.ROOT)
                                .replace('_', ' ') + ".");
                return new One(Shown.of(tms, c));
            });
        }

        @Override
        public void print(One r, PrintWriter out) {
            out.println(WORDS.say("Certificate {0} is {1}", r.certificate.serial, r.certificate.status));
        }
    }

    /** {@code tms certs revoke}. */
    @Component(service = Verb.class, property = "verb=tms certs revoke")
    public static final class Revoke extends Change<Revoke.Args> {

        record Args(@Arg(label = "SERIAL", help = "Serial number, hexadecimal.") String serial,
                @Arg(names = "--reason", label = "REASON", help = "Why.",
                defaultValue = "unspecified") RevocationReason reason,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        /** For declarative services. */
        public Revoke() {
            super("tms certs revoke", "Revoke a certificate for good.", Args.class);
        }

        @Override
        One perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return changed(tms, serial(a.serial()), Optional.of(a.reason()), actor);
        }
    }

    /** One certificate named by its serial number. */
    record SerialArgs(@Arg(label = "SERIAL", help = "Serial number, hexadecimal.") String serial,
            @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
    }

    /** {@code tms certs hold}. */
    @Component(service = Verb.class, property = "verb=tms certs hold")
    public static final class Hold extends Change<SerialArgs> {

        /** For declarative services. */
        public Hold() {
            super("tms certs hold", "Put a certificate on hold.", SerialArgs.class);
        }

        @Override
        One perform(Tms tms, SerialArgs a, Map<String, Secret> secrets, String actor) throws EscException {
            return changed(tms, serial(a.serial()), Optional.of(RevocationReason.CERTIFICATE_HOLD), actor);
        }
    }

    /** {@code tms certs unhold}. */
    @Component(service = Verb.class, property = "verb=tms certs unhold")
    public static final class Unhold extends Change<SerialArgs> {

        /** For declarative services. */
        public Unhold() {
            super("tms certs unhold", "Take a certificate off hold.", SerialArgs.class);
        }

        @Override
        One perform(Tms tms, SerialArgs a, Map<String, Secret> secrets, String actor) throws EscException {
            return changed(tms, serial(a.serial()), Optional.empty(), actor);
        }
    }
}

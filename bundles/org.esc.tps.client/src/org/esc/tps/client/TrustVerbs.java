// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.tps.client.trust.CertificateFacts;
import org.esc.tps.client.trust.CertificateFiles;
import org.esc.tps.client.trust.Finding;
import org.esc.tps.client.trust.NssDatabases;
import org.esc.tps.client.trust.SystemAuthorities;
import org.esc.tps.client.trust.TrustStore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The verbs {@code trust …}: whom this user trusts, and what servers present. */
public final class TrustVerbs {

    private static final Words WORDS = Words.of(TrustVerbs.class);

    private static final Duration TIME = TpsRequest.CONNECT_TIMEOUT;
    /** Digits of a fingerprint that name a certificate well enough for a list of some hundred. */
    private static final int LEAST_DIGITS = 8;

    private TrustVerbs() {
    }

    /** What all of them work on. */
    static final class Desk {

        final UserSettings settings;
        final TrustStore store;

        Desk(UserSettings settings, TrustStore store) {
            this.settings = settings;
            this.store = store;
        }

        static Desk ofUser() {
            return new Desk(new UserSettings(), new TrustStore());
        }

        Trust trust(List<Path> files, Optional<Trust.Revocation> how) throws EscException {
            var all = new ArrayList<>(files);
            if (all.isEmpty()) {
                settings.get(UserSettings.CA).map(Path::of).ifPresent(all::add);
            }
            return new Trust(all, how.isPresent() ? how.get()
                    : Trust.Revocation.valueOf(settings.get("revocation").orElse("soft").toUpperCase(Locale.ROOT)))
                    .sources(Trust.sources(settings, store));
        }

        ServerLook.Presented look(URI server, Trust trust, TlsIdentity who, Context context) throws EscException {
            return ServerLook.look(server, trust, who, settings.address("proxy"), TIME, context);
        }

        List<NssDatabases.Database> nss() throws EscException {
            return Trust.nss(settings).stream().map(NssDatabases::read).toList();
        }

        /** Certificates by the first digits of a fingerprint, wherever they are known. */
        List<X509Certificate> known(String fingerprint) throws EscException {
            String digits = CertificateFiles.digits(fingerprint);
            if (!digits.matches("[0-9A-F]{" + LEAST_DIGITS + ",64}")) {
                return List.of();
            }
            var contents = store.read();
            var all = new LinkedHashSet<X509Certificate>();
            contents.authorities().forEach(e -> all.add(e.certificate()));
            contents.exceptions().forEach(e -> all.add(e.certificate()));
            contents.distrusted().forEach(e -> all.add(e.certificate()));
            all.addAll(SystemAuthorities.all());
            for (var d : nss()) {
                all.addAll(d.authorities());
            }
            return all.stream().filter(c -> CertificateFiles.fingerprint(c).startsWith(digits)).toList();
        }

        /** Certificates by file or fingerprint. @throws EscException USAGE if there are none */
        List<X509Certificate> named(String what) throws EscException {
            if (Files.isRegularFile(Path.of(what))) {
                return CertificateFiles.read(Path.of(what));
            }
            List<X509Certificate> found = known(what);
            if (found.isEmpty()) {
                throw unknown(what);
            }
            return found;
        }

        static EscException unknown(String what) {
            return Problem.of(Fault.USAGE, WORDS.say("find the certificate"), WORDS.say("No certificate is known as \"{0}\".", what)).code("no-certificate")
                    .advice(WORDS.say("Name a file, or at least {0} digits of a SHA-256 fingerprint: \"esc trust list\" shows them.", LEAST_DIGITS)).exception();
        }
    }

    /** A verb on the trust store. */
    abstract static class OnTrust<A extends Record, R extends Record> extends NamedVerb<A, R> {

        final Desk desk;

        OnTrust(Desk desk, String name, String summary, Class<A> arguments) {
            super(name, summary, arguments);
            this.desk = desk;
        }
    }

    private static void print(CertificateFacts c, PrintWriter out) {
        out.println("  " + c.subject());
        out.println("    " + (c.selfSigned() ? WORDS.say("issued by   itself") : WORDS.say("issued by   {0}", c.issuer())));
        out.println("    " + WORDS.say("valid       {0} to {1}", date(c.notBefore()), date(c.notAfter())));
        if (!c.names().isEmpty()) {
            out.println("    " + WORDS.say("for         {0}", String.join(", ", c.names())));
        }
        out.println("    " + (c.authority() ? WORDS.say("key         {0}, signed with {1}, an authority", c.key(), c.signature())
                : WORDS.say("key         {0}, signed with {1}", c.key(), c.signature())));
        out.println("    SHA-256     " + c.readable());
    }

    private static String date(Instant at) {
        return Day.text(at.toString());
    }

    // ---- list

    /** {@code trust list}. */
    @Component(service = Verb.class, property = "verb=trust list")
    public static final class ListVerb extends OnTrust<ListVerb.Args, ListVerb.Result> {

        /** For this user. */
        @Activate
        public ListVerb() {
            this(Desk.ofUser());
        }

        ListVerb(Desk desk) {
            super(desk, "trust list", "List the authorities, exceptions and distrusted certificates of this user.", Args.class);
        }

        /** How much of it. */
        public record Args(@Arg(names = "--all", help = "The authorities of the system and of NSS databases, too.") boolean all) {
        }

        /** An authority, or a certificate that is not trusted. */
        public record Row(CertificateFacts certificate, Instant added, String note) {
        }

        /** A server that is trusted in spite of its certificate. */
        public record ExceptionRow(String server, CertificateFacts certificate, Set<String> overrides, Instant added, Optional<Instant> until,
                boolean holds, String note) {
        }

        /** Where else trust comes from. */
        public record Source(String name, boolean on, int authorities, String trouble) {
        }

        /**
         * All of it.
         *
         * @param folder where the trust store is
         * @param others authorities of the other sources, if they were asked for
         */
        public record Result(Path folder, List<Row> authorities, List<ExceptionRow> exceptions, List<Row> distrusted, List<Source> sources,
                List<CertificateFacts> others) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var contents = desk.store.read();
            boolean system = desk.settings.on("trust-system");
            var sources = new ArrayList<Source>();
            sources.add(new Source("system", system, SystemAuthorities.all().size(), ""));
            var others = new ArrayList<CertificateFacts>();
            if (a.all() && system) {
                SystemAuthorities.all().stream().map(CertificateFacts::of).forEach(others::add);
            }
            for (var d : desk.nss()) {
                sources.add(new Source(d.folder().toString(), true, d.authorities().size(), d.trouble()));
                if (a.all()) {
                    d.authorities().stream().map(CertificateFacts::of).forEach(others::add);
                }
            }
            others.sort(java.util.Comparator.comparing(CertificateFacts::subject));
            Instant now = Instant.now();
            return new Result(desk.store.folder(), contents.authorities().stream().map(ListVerb::row).toList(),
                    contents.exceptions().stream().map(e -> new ExceptionRow(e.server(), CertificateFacts.of(e.certificate()), e.overrides(), e.added(),
                            e.until(), e.holds(now), e.note())).toList(),
                    contents.distrusted().stream().map(ListVerb::row).toList(), sources, others);
        }

        private static Row row(TrustStore.Entry e) {
            return new Row(CertificateFacts.of(e.certificate()), e.added(), e.note());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.authorities().isEmpty() ? WORDS.say("No authorities of your own.") : WORDS.say("Authorities you trust:"));
            r.authorities().forEach(row -> TrustVerbs.print(row.certificate(), out));
            if (!r.exceptions().isEmpty()) {
                out.println(WORDS.say("Exceptions you made:"));
            }
            for (ExceptionRow e : r.exceptions()) {
                String codes = String.join(", ", new java.util.TreeSet<>(e.overrides()));
                String what = e.until().isEmpty() ? WORDS.say("{0} in spite of {1}", e.server(), codes)
                        : e.holds() ? WORDS.say("{0} in spite of {1}, until {2}", e.server(), codes, Day.time(e.until().get()))
                        : WORDS.say("{0} in spite of {1}, ended {2}", e.server(), codes, Day.time(e.until().get()));
                out.println(" " + what + (e.note().isEmpty() ? "" : ": " + e.note()));
                TrustVerbs.print(e.certificate(), out);
            }
            if (!r.distrusted().isEmpty()) {
                out.println(WORDS.say("Certificates you distrust:"));
            }
            r.distrusted().forEach(row -> TrustVerbs.print(row.certificate(), out));
            for (Source s : r.sources()) {
                out.println(WORDS.say("Source {0}: {1}", s.name(), !s.trouble().isEmpty() ? s.trouble()
                        : s.on() ? WORDS.say("{0} authorities", s.authorities()) : WORDS.say("off")));
            }
            r.others().forEach(c -> TrustVerbs.print(c, out));
        }
    }

    // ---- show

    /** {@code trust show}. */
    @Component(service = Verb.class, property = "verb=trust show")
    public static final class ShowVerb extends OnTrust<ShowVerb.Args, ShowVerb.Result> {

        /** For this user. */
        @Activate
        public ShowVerb() {
            this(Desk.ofUser());
        }

        ShowVerb(Desk desk) {
            super(desk, "trust show", "Show certificates of the trust store, the system or a file.", Args.class);
        }

        /** Which. */
        public record Args(@Arg(label = "WHAT", help = "Digits of a SHA-256 fingerprint, host:port of an exception, or a file.") String what) {
        }

        /** One certificate, and what it is to this user: authority, exception, distrusted, known or none. */
        public record Shown(String standing, CertificateFacts certificate, String server, Set<String> overrides, String note, String pem) {
        }

        /** All that fit. */
        public record Result(List<Shown> certificates) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var contents = desk.store.read();
            var byServer = contents.exceptions().stream().filter(e -> e.server().equalsIgnoreCase(a.what())).toList();
            var which = byServer.isEmpty() ? desk.named(a.what()) : byServer.stream().map(TrustStore.ServerException::certificate).toList();
            return new Result(which.stream().map(c -> shown(c, contents)).toList());
        }

        private static Shown shown(X509Certificate c, TrustStore.Contents contents) {
            var facts = CertificateFacts.of(c);
            String pem = CertificateFiles.pem(c);
            var except = contents.exceptions().stream().filter(e -> e.certificate().equals(c)).findFirst();
            var out = contents.distrusted().stream().filter(e -> e.certificate().equals(c)).findFirst();
            var in = contents.authorities().stream().filter(e -> e.certificate().equals(c)).findFirst();
            return out.map(e -> new Shown("distrusted", facts, "", Set.of(), e.note(), pem))
                    .or(() -> except.map(e -> new Shown("exception", facts, e.server(), e.overrides(), e.note(), pem)))
                    .or(() -> in.map(e -> new Shown("authority", facts, "", Set.of(), e.note(), pem)))
                    .orElseGet(() -> new Shown(SystemAuthorities.all().contains(c) ? "system" : "none", facts, "", Set.of(), "", pem));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            for (Shown s : r.certificates()) {
                out.println(switch (s.standing()) {
                    case "authority" -> WORDS.say("An authority you trust:");
                    case "exception" -> WORDS.say("An exception for {0}, in spite of {1}:", s.server(), String.join(", ", s.overrides()));
                    case "distrusted" -> WORDS.say("You distrust it:");
                    case "system" -> WORDS.say("An authority of the system:");
                    default -> WORDS.say("Not in the trust store:");
                });
                TrustVerbs.print(s.certificate(), out);
                out.print(s.pem());
            }
        }
    }

    // ---- fetch, check

    /**
     * What a server presents.
     *
     * @param server   host and port
     * @param trusted  true if it would be connected to
     * @param chain    its certificates, its own first
     * @param findings what is wrong, the gravest first
     * @param notes    what a person should know all the same
     */
    public record Presented(String server, boolean trusted, List<CertificateFacts> chain, List<Finding> findings, List<String> notes) {

        static Presented of(ServerAddress server, ServerLook.Presented p) {
            return new Presented(server.toString(), p.findings().isEmpty(), p.chain().stream().map(CertificateFacts::of).toList(), p.findings(), p.notes());
        }

        void print(PrintWriter out) {
            out.println(WORDS.say("{0} presents:", server));
            chain.forEach(c -> TrustVerbs.print(c, out));
            out.println(trusted ? WORDS.say("It is trusted.") : WORDS.say("It is not trusted:"));
            findings.forEach(f -> out.println("- " + f.message() + " [tls-" + f.code() + "]"));
            notes.forEach(out::println);
        }
    }

    /** {@code trust fetch}. */
    @Component(service = Verb.class, property = "verb=trust fetch")
    public static final class FetchVerb extends OnTrust<FetchVerb.Args, Presented> {

        /** For this user. */
        @Activate
        public FetchVerb() {
            this(Desk.ofUser());
        }

        FetchVerb(Desk desk) {
            super(desk, "trust fetch", "Show the certificates a server presents. Nothing is trusted for that.", Args.class);
        }

        /** Which server. */
        public record Args(@Arg(label = "HOST:PORT", help = "The server.") ServerAddress server,
                @Arg(names = "--out", label = "FILE", help = "Write the certificates there, in PEM.") Optional<Path> out,
                @Arg(names = "--force", help = "Overwrite that file.") boolean force) {
        }

        @Override
        public Presented run(Args a, Context context) throws EscException {
            if (a.out().isPresent()) {
                CertificateFiles.check(a.out().get(), a.force());
            }
            var p = desk.look(a.server().uri(), desk.trust(List.of(), Optional.empty()), TlsIdentity.NONE, context);
            if (a.out().isPresent()) {
                CertificateFiles.write(a.out().get(), p.chain(), a.force());
            }
            return Presented.of(a.server(), p);
        }

        @Override
        public void print(Presented r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code trust check}. */
    @Component(service = Verb.class, property = "verb=trust check")
    public static final class CheckVerb extends OnTrust<CheckVerb.Args, Presented> {

        private final Optional<TlsIdentities> identities;

        /** For this user. */
        @Activate
        public CheckVerb(@Reference TlsIdentities identities) {
            this(Desk.ofUser(), Optional.of(identities));
        }

        CheckVerb(Desk desk, Optional<TlsIdentities> identities) {
            super(desk, "trust check", "Say whether a server would be trusted, and why not.", Args.class);
            this.identities = identities;
        }

        /** Which server, by whose word. */
        public record Args(@Arg(label = "URL", help = "The server: host:port or an https address.") ServerAddress server,
                @Arg(names = "--ca", label = "FILE", help = "File of an authority, or of the server itself, to trust.") List<Path> ca,
                @Arg(names = "--revocation", label = "soft|hard|off", help = "What to do when nobody says whether the server's certificate was revoked.")
                        Optional<Trust.Revocation> revocation,
                ClientArgs client) {
        }

        @Override
        public Presented run(Args a, Context context) throws EscException {
            try (TlsIdentity who = identities.isPresent() ? identities.get().open(a.client(), context) : TlsIdentity.NONE) {
                var p = desk.look(a.server().uri(), desk.trust(a.ca(), a.revocation()), who, context);
                if (p.refusal().isPresent()) {
                    throw p.refusal().get();
                }
                return Presented.of(a.server(), p);
            }
        }

        @Override
        public void print(Presented r, PrintWriter out) {
            r.print(out);
        }
    }

    // ---- add, except, distrust, remove

    /** What changed. */
    public record Changed(String what, List<CertificateFacts> certificates, String server, Set<String> overrides, Optional<Instant> until) {

        void print(PrintWriter out) {
            out.println(what);
            certificates.forEach(c -> TrustVerbs.print(c, out));
        }
    }

    private static void confirm(String title, String message, Context context) throws EscException {
        // who trusts by mistake may lose more than can be given back: a script has to have said so
        if (!Ask.await(context.interaction().confirm(new Interaction.Confirmation(title, message, true)), context.cancel(), title)) {
            throw Problem.of(Fault.CANCELLED, title, WORDS.say("Nothing was changed.")).exception();
        }
    }

    private static String described(X509Certificate c) {
        var f = CertificateFacts.of(c);
        return f.subject() + "\n" + (f.selfSigned() ? WORDS.say("issued by itself") : WORDS.say("issued by {0}", f.issuer())) + "\n"
                + WORDS.say("valid {0} to {1}", date(f.notBefore()), date(f.notAfter())) + "\n"
                + (f.names().isEmpty() ? "" : WORDS.say("for {0}", String.join(", ", f.names())) + "\n") + "SHA-256 " + f.readable();
    }

    private static EscException otherCertificate(String wanted) {
        return Problem.of(Fault.USAGE, WORDS.say("compare the fingerprint"), WORDS.say("No certificate there has the fingerprint {0}.", wanted))
                .code("other-certificate")
                .advice(WORDS.say("Do not go on before you know why: somebody may be between you and the server.")).exception();
    }

    /** {@code trust add}. */
    @Component(service = Verb.class, property = "verb=trust add")
    public static final class AddVerb extends OnTrust<AddVerb.Args, Changed> {

        /** For this user. */
        @Activate
        public AddVerb() {
            this(Desk.ofUser());
        }

        AddVerb(Desk desk) {
            super(desk, "trust add", "Trust an authority, from a file or from what a server presents.", Args.class);
        }

        /** Which. */
        public record Args(@Arg(label = "FILE", help = "PEM, DER or PKCS#7 file with the authority's certificate.") Optional<Path> file,
                @Arg(names = "--from", label = "HOST:PORT", help = "Take the authority's certificate from what this server presents.")
                        Optional<ServerAddress> from,
                @Arg(names = "--fingerprint", label = "HEX", help = "SHA-256 fingerprint that the certificate must have; nothing is asked then.")
                        Optional<String> fingerprint,
                @Arg(names = "--note", label = "TEXT", help = "Why.") Optional<String> note) {

            /** @throws IllegalArgumentException if not exactly one place is named */
            public Args {
                if (file.isPresent() == from.isPresent()) {
                    throw new IllegalArgumentException(WORDS.say("Name a file, or a server with --from."));
                }
            }
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            List<X509Certificate> all = a.file().isPresent() ? CertificateFiles.read(a.file().get())
                    : desk.look(a.from().get().uri(), desk.trust(List.of(), Optional.empty()), TlsIdentity.NONE, context).chain();
            List<X509Certificate> which = all.stream().filter(c -> c.getBasicConstraints() >= 0 || c.getVersion() == 1
                    && c.getSubjectX500Principal().equals(c.getIssuerX500Principal())).toList();
            if (a.fingerprint().isPresent()) {
                String digits = CertificateFiles.digits(a.fingerprint().get());
                which = which.stream().filter(c -> CertificateFiles.fingerprint(c).equals(digits)).toList();
                if (which.isEmpty()) {
                    throw otherCertificate(a.fingerprint().get());
                }
            } else if (a.from().isPresent() && !which.isEmpty()) {
                // the one at the top vouches for the others
                which = List.of(which.getLast());
            }
            if (which.isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("trust an authority"), a.file().isPresent()
                        ? WORDS.say("The file {0} holds no certificate of an authority.", a.file().get())
                        : WORDS.say("{0} presents no certificate of an authority.", a.from().get())).code("no-authority")
                        .advice(WORDS.say("To trust one server as it is, make an exception: esc trust except HOST:PORT.")).exception();
            }
            if (a.from().isPresent() && a.fingerprint().isEmpty()) {
                confirm(WORDS.say("Trust an authority"),
                        WORDS.say("Every server that this authority vouches for will be trusted. Compare the fingerprint with what the "
                        + "operator tells you in another way:\n\n{0}", described(which.getFirst())), context);
            }
            desk.store.trust(which, a.note().or(() -> a.from().map(s -> WORDS.say("presented by {0}", s))).orElse(""));
            return new Changed(WORDS.say("You now trust:"), which.stream().map(CertificateFacts::of).toList(), "", Set.of(), Optional.empty());
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code trust except}. */
    @Component(service = Verb.class, property = "verb=trust except")
    public static final class ExceptVerb extends OnTrust<ExceptVerb.Args, Changed> {

        /** For this user. */
        @Activate
        public ExceptVerb() {
            this(Desk.ofUser());
        }

        ExceptVerb(Desk desk) {
            super(desk, "trust except", "Trust exactly the certificate a server presents, for this server only, in spite of what is wrong.", Args.class);
        }

        /** Which server. */
        public record Args(@Arg(label = "HOST:PORT", help = "The server.") ServerAddress server,
                @Arg(names = "--fingerprint", label = "HEX", help = "SHA-256 fingerprint that its certificate must have; nothing is asked then.")
                        Optional<String> fingerprint,
                @Arg(names = "--days", label = "N", help = "End the exception after so many days.") Optional<Integer> days,
                @Arg(names = "--note", label = "TEXT", help = "Why.") Optional<String> note) {

            /** @throws IllegalArgumentException if it would end before it began, or hold for longer than ten years */
            public Args {
                if (days.isPresent() && (days.get() < 1 || days.get() > 3653)) {
                    throw new IllegalArgumentException(WORDS.say("--days takes 1 to 3653."));
                }
            }
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            var p = desk.look(a.server().uri(), desk.trust(List.of(), Optional.empty()), TlsIdentity.NONE, context);
            if (p.refusal().isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("make an exception"), WORDS.say("The server {0} is trusted: it needs no exception.", a.server()))
                        .code("trusted")
                        .exception();
            }
            Optional<Finding> grave = p.findings().stream().filter(f -> !f.overridable()).findFirst();
            if (grave.isPresent()) {
                throw new RefusedServer(Problem.of(Fault.TLS, WORDS.say("make an exception"), WORDS.say("No exception can be made: {0}", grave.get().message()))
                        .code("tls-" + grave.get().code()).advice(grave.get().advice()), p.refusal().get(), a.server().host(), a.server().port(),
                        p.chain(), p.findings());
            }
            X509Certificate server = p.chain().getFirst();
            if (a.fingerprint().isPresent()) {
                if (!CertificateFiles.fingerprint(server).equals(CertificateFiles.digits(a.fingerprint().get()))) {
                    throw otherCertificate(a.fingerprint().get());
                }
            } else {
                confirm(WORDS.say("Make an exception"), WORDS.say("The server {0} will be trusted with exactly this certificate, in spite of:\n{1}\n\nCompare the "
                        + "fingerprint with what the operator tells you in another way:\n\n{2}",
                                a.server(), p.findings().stream().map(f -> "– " + f.message()).collect(Collectors.joining("\n")), described(server)), context);
            }
            Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            var exception = new TrustStore.ServerException(a.server().host(), a.server().port(), server,
                    p.findings().stream().map(Finding::code).collect(Collectors.toSet()), now, a.days().map(d -> now.plus(d, ChronoUnit.DAYS)),
                    a.note().orElse(""));
            desk.store.except(exception);
            return new Changed(WORDS.say("An exception was made for {0}:", a.server()), List.of(CertificateFacts.of(server)), a.server().toString(),
                    exception.overrides(), exception.until());
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code trust distrust}. */
    @Component(service = Verb.class, property = "verb=trust distrust")
    public static final class DistrustVerb extends OnTrust<DistrustVerb.Args, Changed> {

        /** For this user. */
        @Activate
        public DistrustVerb() {
            this(Desk.ofUser());
        }

        DistrustVerb(Desk desk) {
            super(desk, "trust distrust", "Never trust a certificate, whoever vouches for it, nor what it vouches for.", Args.class);
        }

        /** Which. */
        public record Args(@Arg(label = "WHAT", help = "Digits of a SHA-256 fingerprint, or a file.") String what,
                @Arg(names = "--note", label = "TEXT", help = "Why.") Optional<String> note) {
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            var which = desk.named(a.what());
            desk.store.distrust(which, a.note().orElse(""));
            return new Changed(WORDS.say("You now distrust:"), which.stream().map(CertificateFacts::of).toList(), "", Set.of(), Optional.empty());
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code trust remove}. */
    @Component(service = Verb.class, property = "verb=trust remove")
    public static final class RemoveVerb extends OnTrust<RemoveVerb.Args, RemoveVerb.Result> {

        /** For this user. */
        @Activate
        public RemoveVerb() {
            this(Desk.ofUser());
        }

        RemoveVerb(Desk desk) {
            super(desk, "trust remove", "Take an authority, an exception or a distrusted certificate out of the trust store.", Args.class);
        }

        /** Which. */
        public record Args(@Arg(label = "WHAT", help = "Digits of a SHA-256 fingerprint, or host:port of an exception.") String what) {
        }

        /** How many entries were taken out. */
        public record Result(int removed) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var contents = desk.store.read();
            String digits = CertificateFiles.digits(a.what());
            var which = new ArrayList<X509Certificate>();
            if (digits.matches("[0-9A-F]{" + LEAST_DIGITS + ",64}")) {
                contents.authorities().forEach(e -> which.add(e.certificate()));
                contents.exceptions().forEach(e -> which.add(e.certificate()));
                contents.distrusted().forEach(e -> which.add(e.certificate()));
                which.removeIf(c -> !CertificateFiles.fingerprint(c).startsWith(digits));
            }
            int removed = desk.store.remove(which, Optional.of(a.what()));
            if (removed == 0) {
                throw Desk.unknown(a.what());
            }
            return new Result(removed);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.removed() == 1 ? WORDS.say("Removed.") : WORDS.say("{0} entries removed.", r.removed()));
        }
    }

    // ---- export

    /** {@code trust export}. */
    @Component(service = Verb.class, property = "verb=trust export")
    public static final class ExportVerb extends OnTrust<ExportVerb.Args, ExportVerb.Result> {

        /** For this user. */
        @Activate
        public ExportVerb() {
            this(Desk.ofUser());
        }

        ExportVerb(Desk desk) {
            super(desk, "trust export", "Write certificates to a PEM file: all authorities of this user, or those named.", Args.class);
        }

        /** Which, and where to. */
        public record Args(@Arg(label = "WHAT", help = "Digits of a SHA-256 fingerprint; without it all authorities of this user.") Optional<String> what,
                @Arg(names = "--out", label = "FILE", help = "Where to.") Path out,
                @Arg(names = "--force", help = "Overwrite that file.") boolean force) {
        }

        /** What was written. */
        public record Result(Path file, int certificates) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var which = a.what().isPresent() ? desk.named(a.what().get())
                    : desk.store.read().authorities().stream().map(TrustStore.Entry::certificate).toList();
            if (which.isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("export certificates"), WORDS.say("There are no authorities of your own.")).code("no-certificate")
                        .exception();
            }
            CertificateFiles.write(a.out(), which, a.force());
            return new Result(a.out(), which.size());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.many(r.certificates(), "{0} certificate in {1}", "{0} certificates in {1}", r.file()));
        }
    }
}

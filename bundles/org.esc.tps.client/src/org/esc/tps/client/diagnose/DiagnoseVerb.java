// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.diagnose;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.UserDirs;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.driver.host.TokenInfo;
import org.esc.driver.host.Tokens;
import org.esc.tps.client.Day;
import org.esc.tps.client.Journal;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.ServerProbe;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.diagnose.Report.Fact;
import org.esc.tps.client.diagnose.SelfCheck.Verdict;
import org.esc.tps.client.settings.ManagedSettings;
import org.esc.trace.TraceLog;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code diagnose}: looks at everything that can be wrong, says how to mend it, and makes one report that can be given away. */
@Component(service = Verb.class, property = "verb=diagnose")
public final class DiagnoseVerb extends NamedVerb<DiagnoseVerb.Args, Report> {

    private static final Words WORDS = Words.of(DiagnoseVerb.class);

    private static final int MOST_LINES = 400;
    private static final int MOST_BYTES = 512 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOCK = Duration.ofMinutes(3);
    private static final List<String> VARIABLES = List.of("ESC_CONFIG_DIR", "ESC_STATE_DIR", "PCSCLITE_CSOCK_NAME", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP",
            "LANG", "DISPLAY", "WAYLAND_DISPLAY", "PKCS11_LOGIN_TOKEN_NAME");

    private final Readers readers;
    private final Tokens tokens;
    private final Journal journal;
    private final Optional<TraceLog> trace;
    private final Optional<CardFiles> files;
    private final Computer computer;
    private final Path config;
    private final Path state;
    private final UserSettings own;

    /** Started by the component runtime; what this installation has not got is {@code null}. */
    @Activate
    public DiagnoseVerb(@Reference Readers readers, @Reference Tokens tokens, @Reference Journal journal,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) TraceLog trace,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        this(readers, tokens, journal, Optional.ofNullable(trace), Optional.ofNullable(files), Computer.here(), UserDirs.config(), UserDirs.state(),
                new UserSettings());
    }

    DiagnoseVerb(Readers readers, Tokens tokens, Journal journal, Optional<TraceLog> trace, Optional<CardFiles> files, Computer computer, Path config, Path state,
            UserSettings own) {
        super("diagnose", "Look at everything that can be wrong, say how to mend it, and make a report without secrets.", Args.class);
        this.own = own;
        this.readers = readers;
        this.tokens = tokens;
        this.journal = journal;
        this.trace = trace;
        this.files = files;
        this.computer = computer;
        this.config = config;
        this.state = state;
    }

    /** What to look at, and where to put it. */
    public record Args(CardArgs card,
            @Arg(names = "--out", label = "FILE.zip", help = "Save the report there, with log and trace.") Optional<Path> out,
            @Arg(names = "--force", help = "Replace a file that is there.") boolean force,
            @Arg(names = "--offline", help = "Ask no server.") boolean offline,
            @Arg(names = "--ca", label = "FILE", help = "PEM file of an authority, or of the server itself, to trust.") List<Path> ca) {

        public Args {
            ca = List.copyOf(ca);
        }
    }

    /** No if something cannot work. */
    @Override
    public boolean agrees(Report report) {
        return report.checks().stream().noneMatch(c -> c.verdict() == Verdict.BAD);
    }

    @Override
    public Report run(Args a, Context context) throws EscException {
        if (!a.force() && a.out().filter(Files::exists).isPresent()) {
            throw exists(a.out().get(), null);
        }
        Report report;
        if (a.card().soft().isPresent()) {
            try (var _ = CardChoice.of(readers, files, a.card(), context)) {
                report = report(a, context);
            }
        } else {
            report = report(a, context);
        }
        if (a.out().isEmpty()) {
            return report;
        }
        context.progress().at(95, WORDS.say("Saving the report"));
        save(report, a.out().get(), a.force());
        return report.savedTo(a.out().get().toString());
    }

    private Report report(Args a, Context context) throws EscException {
        var checks = new ArrayList<SelfCheck>();
        context.progress().at(5, WORDS.say("Looking at the smart card service"));
        checks.addAll(computer.checks());
        checks.add(Computer.writable("config-folder", WORDS.say("settings"), config));
        checks.add(Computer.writable("state-folder", WORDS.say("what is remembered"), state));
        context.progress().at(15, WORDS.say("Looking at readers and tokens"));
        List<ReaderState> all = readers.list();
        checks.add(readersCheck(all));
        var found = new ArrayList<Report.Token>();
        var home = new PhoneHome(config.resolve("issuers"));
        var addresses = new LinkedHashMap<URI, String>();
        for (ReaderState r : all) {
            context.cancel().check(WORDS.say("look at the tokens"));
            if (!r.hasCard()) {
                continue;
            }
            try {
                TokenInfo t = tokens.read(r.name());
                found.add(token(t, home, addresses));
                t.cuid().flatMap(journal::halfDone).ifPresent(h -> checks.add(new SelfCheck("half-done", Verdict.WARNING,
                        WORDS.say("An operation with the token in {0} was cut short.", r.name()),
                                WORDS.say("Format the token again: esc format --reader \"{0}\"", r.name()))));
            } catch (EscException e) {
                found.add(new Report.Token(r.name(), WORDS.say("cannot be read"), "", "", "", "", "", List.of(), List.of(), List.of(e.getMessage())));
            }
        }
        var settings = new ArrayList<Fact>();
        settings(settings, addresses, checks);
        var servers = new ArrayList<Report.Server>();
        if (a.offline()) {
            checks.add(SelfCheck.unknown("servers", WORDS.say("No server was asked (--offline).")));
        } else {
            servers(a, addresses, servers, checks, context);
        }
        context.progress().at(90, WORDS.say("Reading the log"));
        return new Report(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), program(), scrubbed(checks), readerRows(all), found, servers, settings,
                log(), trace(), Optional.empty());
    }

    private SelfCheck readersCheck(List<ReaderState> all) {
        if (all.isEmpty()) {
            String why = String.join(" ", readers.complaints());
            return new SelfCheck("readers", Verdict.WARNING, WORDS.say("No reader is connected.") + (why.isEmpty() ? "" : " " + why),
                    WORDS.say("Plug the reader in. If it is: lsusb shows whether the computer sees it, pcsc_scan whether the smart "
                        + "card service does"));
        }
        long mute = all.stream().filter(r -> r.presence() == ReaderState.Presence.MUTE).count();
        return mute == 0 ? SelfCheck.good("readers", WORDS.many(all.size(), "{0} reader is connected.", "{0} readers are connected."))
                : new SelfCheck("readers", Verdict.WARNING, WORDS.say("A card does not answer."),
                        WORDS.say("Take it out and put it back the right way round; clean its contacts"));
    }

    private static Report.Token token(TokenInfo t, PhoneHome home, Map<URI, String> addresses) {
        var facts = new ArrayList<Fact>();
        fact(facts, Report.LABEL, t.label());
        fact(facts, Report.APPLET, t.identity().appletVersion());
        fact(facts, Report.LIFE_CYCLE, t.identity().lifeCycle());
        t.identity().totalMemory().ifPresent(m -> fact(facts, Report.MEMORY,
                WORDS.say("{0} bytes, {1} free", m, t.identity().freeMemory().orElse(-1))));
        t.pinTries().ifPresent(n -> fact(facts, Report.TRIES, Integer.toString(n)));
        t.keyInfo().forEach(k -> fact(facts, Report.KEYS, k));
        Optional<URI> named = t.cuid().flatMap(home::named);
        Optional<URI> card = PhoneHome.address(t.identity().issuerUrl());
        String phoneHome = named.map(u -> WORDS.say("{0} (named for this token)", u)).or(() -> card.map(u -> WORDS.say("{0} (on the token)", u))).orElse("");
        named.or(() -> card).ifPresent(u -> addresses.putIfAbsent(u, WORDS.say("phone home of the token in {0}", t.reader())));
        t.cuid().flatMap(home::remembered).ifPresent(r -> {
            addresses.putIfAbsent(r.info().operation(), WORDS.say("token management system of the token in {0}", t.reader()));
            fact(facts, Report.ANSWER, r.info().tokenType().map(y -> WORDS.say("{0}, token type {1}, of {2}", r.info().operation(), y, Day.time(r.at())))
                    .orElseGet(() -> WORDS.say("{0}, of {1}", r.info().operation(), Day.time(r.at()))));
        });
        Instant now = Instant.now();
        return new Report.Token(t.reader(), t.state().text(), t.cuid().map(Cuid::display).orElse(""), t.issuer(), t.issuedTo(), t.driver(), phoneHome, facts,
                t.certificates().stream().map(c -> {
                    var x = c.certificate();
                    return new Report.Certificate(c.id(), c.label(), x.getSubjectX500Principal().getName(), x.getIssuerX500Principal().getName(),
                            Hex.of(x.getSerialNumber().toByteArray()), x.getNotBefore().toInstant().toString(), x.getNotAfter().toInstant().toString(), c.validity(now));
                }).toList(), t.problems());
    }

    private static void fact(List<Fact> facts, String name, String value) {
        if (!value.isEmpty()) {
            facts.add(new Fact(name, value));
        }
    }

    private void settings(List<Fact> facts, Map<URI, String> addresses, List<SelfCheck> checks) {
        ManagedSettings managed = own.managed();
        if (!managed.problems().isEmpty()) {
            checks.add(new SelfCheck("managed-settings", Verdict.WARNING, WORDS.say("The administrator's settings are wrong in part: {0}", String.join(" ",
                    managed.problems())),
                    WORDS.say("Correct the file {0}", managed.file())));
        }
        Optional<String> wrong = Optional.empty();
        try {
            for (UserSettings.Value v : own.all()) {
                if (v.source() != UserSettings.Source.DEFAULT) {
                    facts.add(new Fact(v.setting().key(), Scrub.line(v.value(), home()) + " (" + v.source().name().toLowerCase(Locale.ROOT) + ")"));
                }
                wrong = wrong.or(() -> v.setting().complaint(v.value()).map(c -> WORDS.say("The setting {0}", c)));
            }
            for (String key : List.of(UserSettings.TPS, UserSettings.PHONE_HOME)) {
                PhoneHome.address(own.value(key).value()).ifPresent(u -> addresses.putIfAbsent(u, WORDS.say("setting {0}", key)));
            }
        } catch (EscException e) {
            wrong = Optional.of(e.getMessage());
        }
        checks.add(wrong.map(w -> new SelfCheck("settings", Verdict.BAD, w,
                WORDS.say("Correct it with: esc settings set; or move the file away to begin anew: mv '{0}' /tmp/", config.resolve("client.properties"))))
                .orElseGet(() -> SelfCheck.good("settings", WORDS.say("The settings can be read."))));
    }

    private void servers(Args a, Map<URI, String> addresses, List<Report.Server> servers, List<SelfCheck> checks, Context context) throws EscException {
        if (addresses.isEmpty()) {
            checks.add(SelfCheck.unknown("servers", WORDS.say("Neither a token nor a setting names a server.")));
            return;
        }
        var ca = new ArrayList<>(a.ca());
        if (ca.isEmpty()) {
            try {
                own.get(UserSettings.CA).map(Path::of).ifPresent(ca::add);
            } catch (EscException _) {
                // said among the settings already
            }
        }
        int n = 0;
        boolean wrong = false;
        for (var e : addresses.entrySet()) {
            context.progress().at(30 + 60 * n++ / addresses.size(), WORDS.say("Asking {0}", e.getKey().getAuthority()));
            ServerProbe.Found f = ServerProbe.ask(e.getKey(), new Trust(ca, Trust.Revocation.SOFT), PATIENCE, context.cancel());
            servers.add(new Report.Server(Scrub.line(f.address().toString(), ""), e.getValue(), f.reached(), f.trusted(), f.verdict(), f.code(),
                    f.clock().map(Duration::toSeconds), f.notes()));
            String where = e.getKey().getAuthority();
            if (!f.reached()) {
                checks.add(new SelfCheck("server", Verdict.BAD, where + " " + f.verdict() + ".",
                        WORDS.say("Check the network: ping {0}; curl -v {1}://{2}", e.getKey().getHost(), e.getKey().getScheme(), where)));
            } else if (!f.code().isEmpty()) {
                checks.add(new SelfCheck("server", Verdict.BAD, where + ": " + f.verdict(),
                        WORDS.say("See “Whom to trust” in the documentation; if it is your organisation's server, name its authority "
                        + "with --ca FILE or in the preferences")));
            } else if (!f.trusted()) {
                checks.add(new SelfCheck("server", Verdict.WARNING, WORDS.say("{0} answers, but without encryption: passwords can be read on the way.", where),
                        WORDS.say("Ask its operator for an address that begins with https://")));
            } else {
                checks.add(SelfCheck.good("server", WORDS.say("{0} answers, and proved who it is.", where)));
            }
            if (f.clock().filter(c -> c.abs().compareTo(CLOCK) > 0).isPresent()) {
                wrong = true;
                Duration by = f.clock().get();
                long minutes = by.abs().toMinutes();
                checks.add(new SelfCheck("clock", Verdict.BAD, by.isNegative()
                        ? WORDS.say("This computer's clock is {0} minutes behind that of {1}: certificates may seem expired, or not yet valid.", minutes, where)
                        : WORDS.say("This computer's clock is {0} minutes ahead of that of {1}: certificates may seem expired, or not yet valid.", minutes, where),
                        "sudo timedatectl set-ntp true"));
            }
        }
        if (!wrong && servers.stream().anyMatch(s -> s.clockSeconds().isPresent())) {
            checks.add(SelfCheck.good("clock", WORDS.say("This computer's clock agrees with the servers'.")));
        }
    }

    private static List<SelfCheck> scrubbed(List<SelfCheck> checks) {
        return checks.stream().map(c -> new SelfCheck(c.id(), c.verdict(), Scrub.line(c.sentence(), home()), Scrub.line(c.fix(), home()))).toList();
    }

    private static List<Report.Reader> readerRows(List<ReaderState> all) {
        return all.stream().map(r -> new Report.Reader(r.name(), r.provider(), switch (r.presence()) {
            case EMPTY -> WORDS.say("empty");
            case PRESENT -> WORDS.say("with a card");
            case IN_USE -> WORDS.say("with a card that another program uses");
            case MUTE -> WORDS.say("with a card that does not answer");
        }, r.atr().map(Object::toString).orElse(""))).toList();
    }

    private List<Fact> program() {
        var facts = new ArrayList<Fact>();
        fact(facts, Report.PROGRAM, "Enterprise Security Client" + Optional.ofNullable(System.getProperty("esc.home")).map(h -> ", " + Scrub.line(h, home())).orElse(""));
        fact(facts, "Java", System.getProperty("java.version") + ", " + System.getProperty("java.vendor"));
        fact(facts, Report.SYSTEM, System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch") + distribution());
        fact(facts, Report.MEMORY, WORDS.say("{0} MB at most, {1} processors",
                Runtime.getRuntime().maxMemory() / 1_048_576, Runtime.getRuntime().availableProcessors()));
        for (String name : VARIABLES) {
            Optional.ofNullable(computer.environment().get(name)).ifPresent(v -> fact(facts, name, Scrub.line(v, home())));
        }
        return facts;
    }

    private String distribution() {
        try {
            return Files.readAllLines(computer.root().resolve("etc/os-release")).stream().filter(l -> l.startsWith("PRETTY_NAME=")).findFirst()
                    .map(l -> ", " + l.substring(12).replace("\"", "")).orElse("");
        } catch (IOException | RuntimeException _) {
            return "";
        }
    }

    private static String home() {
        return Optional.ofNullable(System.getenv("HOME")).orElse(System.getProperty("user.home", ""));
    }

    /** The end of the workbench's log: of this run if it is the workbench, else of its last one. */
    private List<String> log() {
        Path file = Optional.ofNullable(System.getProperty("osgi.logfile")).map(Path::of).filter(f -> f.endsWith(".metadata/.log")).orElseGet(this::workspaceLog);
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try (var channel = Files.newByteChannel(file)) {
            long from = Math.max(0, channel.size() - MOST_BYTES);
            channel.position(from);
            var bytes = ByteBuffer.allocate((int) (channel.size() - from));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // until the end
            }
            var lines = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).lines().toList();
            return Scrub.log(lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()), home());
        } catch (IOException e) {
            return List.of(WORDS.say("The log cannot be read: {0}", e.getMessage()));
        }
    }

    private Path workspaceLog() {
        Map<String, String> e = computer.environment();
        Path data = Optional.ofNullable(e.get("ESC_WORKSPACE")).map(Path::of).orElseGet(() -> Optional.ofNullable(e.get("XDG_DATA_HOME")).map(Path::of)
                .orElse(Path.of(home(), ".local/share")).resolve("esc/workbench"));
        return data.resolve(".metadata/.log");
    }

    private List<String> trace() {
        List<String> lines = trace.map(TraceLog::show).orElse(List.of());
        return lines.subList(Math.max(0, lines.size() - 2 * MOST_LINES), lines.size());
    }

    // ---- the file

    private static void save(Report report, Path file, boolean force) throws EscException {
        Path target = file.toAbsolutePath();
        try {
            Path part = Files.createTempFile(target.getParent(), ".diagnose", ".tmp");
            try {
                try (var zip = new ZipOutputStream(Files.newOutputStream(part), StandardCharsets.UTF_8)) {
                    entry(zip, "report.txt", text(report));
                    entry(zip, "log.txt", String.join("\n", report.log()));
                    entry(zip, "trace.txt", String.join("\n", report.trace()));
                }
                if (force) {
                    Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                } else {
                    // moves only if nothing is there yet
                    Files.move(part, target);
                }
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(file, e);
        } catch (IOException | UnsupportedOperationException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("save the report"), WORDS.say("The report cannot be saved as {0}.", file)).code("file-unwritable")
                    .advice(WORDS.say("Choose a folder that exists and can be written.")).exception(e);
        }
    }

    private static EscException exists(Path file, Exception e) {
        return Problem.of(Fault.USAGE, WORDS.say("save the report"), WORDS.say("The file {0} is there already.", file)).code("file-exists")
                .advice(WORDS.say("Choose another name, or replace it with --force.")).exception(e);
    }

    private static void entry(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
        zip.write('\n');
        zip.closeEntry();
    }

    /** The report as text, without log and trace. */
    public static String text(Report report) {
        var text = new StringWriter();
        report.print(new PrintWriter(text, true));
        return text.toString();
    }

    @Override
    public void print(Report report, PrintWriter out) {
        report.print(out);
        report.file().ifPresent(f -> out.println("\n" + WORDS.say("Saved to {0}, with the log ({1} lines) and what passed between program and cards ({2} lines).", f, report.log().size(), report.trace().size())));
    }
}

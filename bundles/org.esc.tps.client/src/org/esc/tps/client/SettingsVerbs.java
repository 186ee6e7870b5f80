// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.tps.client.settings.FormerPreferences;
import org.esc.tps.client.settings.Setting;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The verbs {@code settings …}. */
public final class SettingsVerbs {

    private static final Words WORDS = Words.of(SettingsVerbs.class);

    private SettingsVerbs() {
    }

    /**
     * One setting.
     *
     * @param key      its name
     * @param value    its value, empty if there is none
     * @param source   where the value comes from
     * @param fallback the program's own default
     * @param takes    what it takes, in words
     * @param help     what it does
     * @param shown    where the workbench shows it
     */
    public record Row(String key, String value, UserSettings.Source source, String fallback, String takes, String help, String shown) {

        static Row of(UserSettings.Value v) {
            Setting s = v.setting();
            return new Row(s.key(), Setting.shown(v.value()), v.source(), s.fallback(), s.kind().words(), s.help(), s.page());
        }

        void print(PrintWriter out) {
            out.println(key + " = " + value + "   (" + switch (source) {
                case DEFAULT -> WORDS.say("default");
                case MANAGED -> WORDS.say("managed");
                case USER -> WORDS.say("user");
                case ENVIRONMENT -> WORDS.say("environment");
                case OPTION -> WORDS.say("option");
                case LOCKED -> WORDS.say("locked");
            } + ")");
        }
    }

    /** A verb on the settings. */
    abstract static class OnSettings<A extends Record, R extends Record> extends NamedVerb<A, R> {

        final UserSettings settings;

        OnSettings(UserSettings settings, String name, String summary, Class<A> arguments) {
            super(name, summary, arguments);
            this.settings = settings;
        }
    }

    /** {@code settings list}. */
    @Component(service = Verb.class, property = "verb=settings list")
    public static final class ListVerb extends OnSettings<ListVerb.Args, ListVerb.Result> {

        /** Of this user. */
        @Activate
        public ListVerb() {
            this(new UserSettings());
        }

        ListVerb(UserSettings settings) {
            super(settings, "settings list", "List all settings, their values and where those come from.", Args.class);
        }

        /** No arguments. */
        public record Args() {
        }

        /** @param problems what is wrong with the values and with the administrator's file, in sentences */
        public record Result(List<Row> settings, Path managed, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var managed = settings.managed();
            var problems = new ArrayList<>(managed.problems());
            List<UserSettings.Value> all = settings.all();
            all.forEach(v -> v.setting().complaint(v.value()).map(c -> WORDS.say("The setting {0}", c)).ifPresent(problems::add));
            return new Result(all.stream().map(Row::of).toList(), managed.file(), problems);
        }

        @Override
        public boolean agrees(Result r) {
            return r.problems().isEmpty();
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.settings().forEach(s -> s.print(out));
            r.problems().forEach(out::println);
        }
    }

    /** One setting by its name. */
    public record Key(@Arg(label = "KEY", help = "The setting.") String key) {
    }

    /** {@code settings get}. */
    @Component(service = Verb.class, property = "verb=settings get")
    public static final class GetVerb extends OnSettings<Key, Row> {

        /** Of this user. */
        @Activate
        public GetVerb() {
            this(new UserSettings());
        }

        GetVerb(UserSettings settings) {
            super(settings, "settings get", "Show one setting.", Key.class);
        }

        @Override
        public Row run(Key a, Context context) throws EscException {
            return Row.of(settings.value(a.key()));
        }

        @Override
        public void print(Row r, PrintWriter out) {
            r.print(out);
            out.println(r.fallback().isEmpty() ? WORDS.say("{0} Takes: {1}. Default: none.", r.help(), r.takes())
                    : WORDS.say("{0} Takes: {1}. Default: {2}.", r.help(), r.takes(), r.fallback()));
        }
    }

    /** {@code settings set}. */
    @Component(service = Verb.class, property = "verb=settings set")
    public static final class SetVerb extends OnSettings<SetVerb.Args, Row> {

        /** Of this user. */
        @Activate
        public SetVerb() {
            this(new UserSettings());
        }

        SetVerb(UserSettings settings) {
            super(settings, "settings set", "Change a setting of this user.", Args.class);
        }

        /** What. */
        public record Args(@Arg(label = "KEY", help = "The setting.") String key, @Arg(label = "VALUE", help = "Its value.") String value) {
        }

        @Override
        public Row run(Args a, Context context) throws EscException {
            UserSettings.known(a.key());
            if (a.value().isBlank()) {
                throw Problem.of(Fault.USAGE, WORDS.say("save the settings"), WORDS.say("A value is missing.")).code("bad-setting")
                        .advice(WORDS.say("To go back to the default: esc settings unset {0}.", a.key())).exception();
            }
            settings.set(Map.of(a.key(), a.value()));
            return Row.of(settings.value(a.key()));
        }

        @Override
        public void print(Row r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code settings unset}. */
    @Component(service = Verb.class, property = "verb=settings unset")
    public static final class UnsetVerb extends OnSettings<Key, Row> {

        /** Of this user. */
        @Activate
        public UnsetVerb() {
            this(new UserSettings());
        }

        UnsetVerb(UserSettings settings) {
            super(settings, "settings unset", "Take back what this user set.", Key.class);
        }

        @Override
        public Row run(Key a, Context context) throws EscException {
            UserSettings.known(a.key());
            settings.set(Map.of(a.key(), ""));
            return Row.of(settings.value(a.key()));
        }

        @Override
        public void print(Row r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code settings import}. */
    @Component(service = Verb.class, property = "verb=settings import")
    public static final class ImportVerb extends OnSettings<ImportVerb.Args, ImportVerb.Result> {

        private static final int MOST_BYTES = 4 << 20;
        private static final Pattern PER_CARD = Pattern.compile("(keyIssuerUrl|keyIssuer|Operation|UI|EnrolledTokenBrowserURL|EnrolledTokenURL|CAChainUI"
                + "|TokenType|ResetPhoneHome)-([0-9A-Fa-f]{20})");
        private static final Pattern PER_CARD_OLD = Pattern.compile("esc\\.key\\.([0-9A-Fa-f]{20})\\.(tps\\.url|tps\\.enrollment-ui\\.url|issuer\\.name"
                + "|phone\\.home\\.url|EnrolledTokenBrowserURL)");
        /** What became of preferences that have no setting. */
        private static final Map<String, String> REPLACED = Map.of(
                "esc.windows.do.capi", WORDS.say("Windows takes certificates from cards by itself; \"esc integrate\" tells other programs of them."),
                "esc.factory.mode", WORDS.say("The list of all tokens is always there."),
                "esc.disable.password.prompt", WORDS.say("The PIN is asked for whenever it is needed."),
                "esc.token.browser.established", WORDS.say("It only remembered that another preference had been set."),
                "esc.face.to.face.mode", WORDS.say("It never did anything; the security officer's desk is a perspective."),
                "signed.applets.codebase_principal_support", WORDS.say("Web pages do not drive cards any more."));

        private final PhoneHome phoneHome;

        /** Of this user. */
        @Activate
        public ImportVerb() {
            this(new UserSettings(), new PhoneHome());
        }

        ImportVerb(UserSettings settings, PhoneHome phoneHome) {
            super(settings, "settings import", "Take over the preferences of the original client (esc-prefs.js or prefs.js).", Args.class);
            this.phoneHome = phoneHome;
        }

        /** Which file, and how. */
        public record Args(@Arg(label = "FILE", help = "The file; without it the newest prefs.js of the original client is looked for.") Optional<Path> file,
                @Arg(names = "--force", help = "Replace settings that this user has made here.") boolean force,
                @Arg(names = "--dry-run", help = "Only show what would be taken over.") boolean dryRun) {
        }

        /** What became of a preference. */
        public enum Outcome {
            /** It is a setting now. */
            TAKEN,
            /** It is remembered for a card. */
            REMEMBERED,
            /** This user has set something else, which stays. */
            KEPT,
            /** The administrator has fixed something else. */
            LOCKED,
            /** It is not needed any more. */
            REPLACED,
            /** Its value makes no sense. */
            WRONG,
            /** It is none of this program's. */
            FOREIGN;

            /** For a person. */
            String words() {
                return switch (this) {
                    case TAKEN -> WORDS.say("taken");
                    case REMEMBERED -> WORDS.say("remembered");
                    case KEPT -> WORDS.say("kept");
                    case LOCKED -> WORDS.say("locked");
                    case REPLACED -> WORDS.say("replaced");
                    case WRONG -> WORDS.say("wrong");
                    case FOREIGN -> WORDS.say("foreign");
                };
            }
        }

        /** One preference. */
        public record Line(int line, String preference, Outcome outcome, String key, String value, String note) {
        }

        /** All of it. */
        public record Result(Path file, boolean saved, List<Line> preferences, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            Path file = a.file().isPresent() ? a.file().get() : newest();
            FormerPreferences found = FormerPreferences.parse(read(file));
            if (found.all().isEmpty() && !found.problems().isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("take over preferences"), WORDS.say("The file {0} holds no preferences.", file)).code("no-preferences")
                        .advice(WORDS.say("Name an esc-prefs.js or prefs.js of the original client.")).exception();
            }
            var lines = new ArrayList<Line>();
            var changes = new LinkedHashMap<String, String>();
            Map<String, Map<String, FormerPreferences.Preference>> cards = new TreeMap<>();
            for (var p : found.all()) {
                var card = PER_CARD.matcher(p.name());
                var old = PER_CARD_OLD.matcher(p.name());
                if (card.matches()) {
                    cards.computeIfAbsent(card.group(2).toUpperCase(java.util.Locale.ROOT), _ -> new TreeMap<>()).put(card.group(1), p);
                } else if (old.matches()) {
                    String field = switch (old.group(2)) {
                        case "tps.url" -> "Operation";
                        case "tps.enrollment-ui.url" -> "UI";
                        case "issuer.name" -> "keyIssuer";
                        case "phone.home.url" -> "keyIssuerUrl";
                        default -> "EnrolledTokenBrowserURL";
                    };
                    cards.computeIfAbsent(old.group(1).toUpperCase(java.util.Locale.ROOT), _ -> new TreeMap<>()).putIfAbsent(field, p);
                } else {
                    lines.add(line(p, a.force(), changes));
                }
            }
            Map<Cuid, Remembered> remembered = new LinkedHashMap<>();
            for (var e : cards.entrySet()) {
                Optional<Remembered> service = remembered(e.getValue());
                service.ifPresent(s -> remembered.put(Cuid.of(e.getKey()), s));
                e.getValue().values().forEach(p -> lines.add(new Line(p.line(), p.name(), service.isPresent() ? Outcome.REMEMBERED : Outcome.WRONG, "",
                        p.value(), service.isPresent() ? "" : WORDS.say("Without the card's phone-home address and its server there is nothing to remember."))));
            }
            lines.sort(java.util.Comparator.comparingInt(Line::line));
            if (!a.dryRun()) {
                if (!changes.isEmpty()) {
                    settings.set(changes);
                }
                remembered.forEach((cuid, r) -> phoneHome.remember(cuid, r.from(), r.service()));
            }
            return new Result(file, !a.dryRun(), lines, found.problems());
        }

        private static Path newest() throws EscException {
            Path home = Path.of(System.getProperty("user.home"));
            var found = new ArrayList<Path>();
            for (String place : List.of(".redhat/esc", "AppData/Roaming/RedHat/ESC/Profiles", "Library/Application Support/ESC/Profiles")) {
                Path folder = home.resolve(place);
                if (Files.isDirectory(folder)) {
                    try (var inside = Files.walk(folder, 2)) {
                        inside.filter(f -> f.getFileName().toString().equals("prefs.js")).forEach(found::add);
                    } catch (IOException | java.io.UncheckedIOException _) {
                        // not ours to read
                    }
                }
            }
            return found.stream().max(java.util.Comparator.comparingLong(f -> f.toFile().lastModified())).orElseThrow(() -> Problem.of(Fault.USAGE,
                    WORDS.say("import preferences"), WORDS.say("No preferences of the original client were found.")).code("file-unreadable")
                    .advice(WORDS.say("Name the file: esc-prefs.js of the installation, or prefs.js of your profile.")).exception());
        }

        private static String read(Path file) throws EscException {
            try (var in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(MOST_BYTES + 1);
                if (bytes.length > MOST_BYTES) {
                    throw Problem.of(Fault.USAGE, WORDS.say("import preferences"), WORDS.say("The file {0} is too large for one with preferences.", file))
                            .code("file-too-large").exception();
                }
                return new String(bytes, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("import preferences"), WORDS.say("The file {0} cannot be read.", file)).code("file-unreadable").exception(e);
            }
        }

        private Line line(FormerPreferences.Preference p, boolean force, Map<String, String> changes) throws EscException {
            Optional<Setting> setting = Setting.ALL.stream().filter(s -> s.former().contains(p.name())).findFirst();
            if (setting.isEmpty()) {
                String why = p.name().startsWith("esc.secure.url.") || p.name().startsWith("capability.principal.")
                        ? WORDS.say("Web pages do not drive cards any more.") : REPLACED.getOrDefault(p.name(), "");
                return new Line(p.line(), p.name(), why.isEmpty() ? Outcome.FOREIGN : Outcome.REPLACED, "", p.value(), why);
            }
            Setting s = setting.get();
            // one of them says the opposite of what it is called now
            String value = p.name().equals("esc.ignore.token.browser.url")
                    ? Setting.Kind.Flag.truth(p.value()).map(ignored -> String.valueOf(!ignored)).orElse(p.value()) : s.normal(p.value());
            Optional<String> complaint = s.complaint(value);
            if (value.isBlank() || complaint.isPresent()) {
                return new Line(p.line(), p.name(), Outcome.WRONG, s.key(), p.value(), complaint.orElse(WORDS.say("It is empty.")));
            }
            UserSettings.Value now = settings.value(s.key());
            if (now.source() == UserSettings.Source.LOCKED) {
                return new Line(p.line(), p.name(), Outcome.LOCKED, s.key(), value, WORDS.say("Your administrator has fixed {0} to \"{1}\".", s.key(), now.value()));
            }
            if (now.source() == UserSettings.Source.USER && !now.value().equals(value) && !force) {
                return new Line(p.line(), p.name(), Outcome.KEPT, s.key(), value,
                        WORDS.say("You have set {0} to \"{1}\"; --force replaces it.", s.key(), now.value()));
            }
            changes.put(s.key(), value);
            return new Line(p.line(), p.name(), Outcome.TAKEN, s.key(), value, p.locked()
                    ? WORDS.say("It was locked. To fix it for everybody put \"locked.{0} = {1}\" into the managed settings.", s.key(), value) : "");
        }

        private record Remembered(URI from, ServiceInfo service) {
        }

        private static Optional<Remembered> remembered(Map<String, FormerPreferences.Preference> card) {
            Optional<URI> from = address(card, "keyIssuerUrl");
            Optional<URI> operation = address(card, "Operation");
            if (from.isEmpty() || operation.isEmpty() || card.containsKey("ResetPhoneHome")) {
                return Optional.empty();
            }
            String issuer = Optional.ofNullable(card.get("keyIssuer")).map(FormerPreferences.Preference::value).orElse("");
            Optional<String> type = Optional.ofNullable(card.get("TokenType")).map(FormerPreferences.Preference::value).filter(t -> !t.isBlank());
            return Optional.of(new Remembered(from.get(), new ServiceInfo(issuer, operation.get(), type, address(card, "EnrolledTokenBrowserURL"))));
        }

        private static Optional<URI> address(Map<String, FormerPreferences.Preference> card, String field) {
            return Optional.ofNullable(card.get(field)).flatMap(p -> PhoneHome.address(p.value()));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.file() + (r.saved() ? "" : " " + WORDS.say("(nothing was saved)")));
            for (Line l : r.preferences()) {
                if (l.outcome() != Outcome.FOREIGN) {
                    String what = l.outcome().words();
                    out.println(l.line() + ": " + l.preference() + ": "
                            + (l.key().isEmpty() ? what : WORDS.say("{0} as {1} = {2}", what, l.key(), l.value())) + (l.note().isEmpty() ? "" : ". " + l.note()));
                }
            }
            r.problems().forEach(out::println);
        }
    }
}

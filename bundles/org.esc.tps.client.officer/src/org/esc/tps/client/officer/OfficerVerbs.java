// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.tps.admin.verbs.AdminArgs;
import org.esc.tps.admin.verbs.AdminDesk;
import org.esc.tps.admin.verbs.AdminLoginArgs;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The verbs {@code officer …}: each signs the officer in, does one thing, and signs them out. */
final class OfficerVerbs {

    private static final Words WORDS = Words.of(OfficerVerbs.class);

    private OfficerVerbs() {
    }

    /** What the verbs have in common. */
    abstract static class DeskVerb<A extends Record, R extends Record> extends NamedVerb<A, R> {

        final Desk desk;

        DeskVerb(Desk desk, String name, String summary, Class<A> arguments) {
            super(name, summary, arguments);
            this.desk = desk;
        }
    }

    /** {@code officer sign-in-check}. */
    @Component(service = Verb.class, property = "verb=officer sign-in-check")
    public static final class SignInCheck extends DeskVerb<SignInCheck.Args, SignInCheck.Result> {

        /** Does it by means of this. */
        @Activate
        public SignInCheck(@Reference Desk desk) {
            super(desk, "officer sign-in-check", "Sign a security officer in with their card, and out again.", Args.class);
        }

        /** Which desk. */
        public record Args(DeskArgs desk) {
        }

        /** Who it is. */
        public record Result(String officer, String name, String cuid, String reader, String server, List<String> notes) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            try (var session = desk.signIn(a.desk(), context)) {
                var o = session.officer();
                return new Result(o.uid(), o.name(), o.card().toString(), o.reader(), session.tps().toString(), session.notes());
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("{0} ({1}) is a security officer; card {2} in \"{3}\".", r.name(), r.officer(), Cuid.of(r.cuid()).display(), r.reader()));
            r.notes().forEach(out::println);
        }
    }

    /** {@code officer find}. */
    @Component(service = Verb.class, property = "verb=officer find")
    public static final class Find extends DeskVerb<Find.Args, Find.Result> {

        /** Does it by means of this. */
        @Activate
        public Find(@Reference Desk desk) {
            super(desk, "officer find", "Find people by the beginning of their name, user name or e-mail address.", Args.class);
        }

        /** Whom to find. */
        public record Args(@Arg(label = "NAME", help = "The beginning of a name.") String who,
                @Arg(names = "--size", label = "NUMBER", defaultValue = "20", help = "How many at most.") int size,
                @Arg(names = "--start", label = "NUMBER", defaultValue = "0", help = "How many to leave out at the beginning.") int start, DeskArgs desk) {

            /** @throws IllegalArgumentException if the numbers make no sense */
            public Args {
                if (who.isBlank() || size < 1 || size > 200 || start < 0) {
                    throw new IllegalArgumentException(WORDS.say("Give a name; --size takes 1 to 200, --start 0 or more."));
                }
            }
        }

        /** Who was found; {@code more} if there are others. */
        public record Result(List<Found.Candidate> people, boolean more) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            try (var session = desk.signIn(a.desk(), context)) {
                Found f = session.search(a.who(), a.start(), a.size(), context.cancel());
                return new Result(f.people(), f.more());
            }
        }

        @Override
        public boolean agrees(Result r) {
            return !r.people().isEmpty();
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.people().forEach(p -> out.println(p.display()));
            if (r.more()) {
                out.println(WORDS.say("There are more: type more of the name."));
            } else if (r.people().isEmpty()) {
                out.println(WORDS.say("Nobody was found."));
            }
        }
    }

    /** {@code officer show}. */
    @Component(service = Verb.class, property = "verb=officer show")
    public static final class Show extends DeskVerb<Show.Args, Show.Result> {

        /** Does it by means of this. */
        @Activate
        public Show(@Reference Desk desk) {
            super(desk, "officer show", "Show a person's attributes, to be compared with an identity document.", Args.class);
        }

        /** Whom. */
        public record Args(@Arg(label = "UID", help = "User name.") String uid,
                @Arg(names = "--photo", label = "FILE", help = "Where to write the photo.") Optional<Path> photo, DeskArgs desk) {
        }

        /** What the directory says. */
        public record Result(String uid, String name, String email, boolean officer, Map<String, String> attributes, int photoBytes, Optional<Path> photo) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            try (var session = desk.signIn(a.desk(), context)) {
                Person p = session.person(a.uid(), context.cancel());
                boolean kept = a.photo().isPresent() && p.photo().isPresent();
                if (kept) {
                    write(a.photo().get().toAbsolutePath(), p.photo().get());
                }
                return new Result(p.uid(), p.name(), p.email(), p.officer(), p.attributes(), p.photo().map(b -> b.length).orElse(0),
                        kept ? a.photo() : Optional.empty());
            }
        }

        private static void write(Path file, byte[] photo) throws EscException {
            try {
                Path part = Files.createTempFile(file.getParent(), "photo", ".tmp");
                try {
                    Files.write(part, photo);
                    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(part);
                }
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("write the photo"), WORDS.say("The file {0} cannot be written.", file)).exception(e);
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.name() + " (" + r.uid() + ")" + (r.officer() ? ", " + WORDS.say("security officer") : ""));
            if (!r.email().isEmpty()) {
                out.println(WORDS.say("E-mail: {0}", r.email()));
            }
            r.attributes().forEach((name, value) -> out.println(Person.label(name) + ": " + value));
            out.println(r.photoBytes() == 0 ? WORDS.say("No photo") : r.photo().map(p -> WORDS.say("Photo: {0}", p))
                    .orElseGet(() -> WORDS.say("Photo: {0} bytes (--photo FILE writes it)", r.photoBytes())));
        }
    }

    /** {@code officer card}. */
    @Component(service = Verb.class, property = "verb=officer card")
    public static final class Look extends DeskVerb<Look.Args, Look.Result> {

        /** Does it by means of this. */
        @Activate
        public Look(@Reference Desk desk) {
            super(desk, "officer card", "Look whose the other card on the desk is.", Args.class);
        }

        /** Which desk. */
        public record Args(DeskArgs desk) {
        }

        /** The other card. */
        public record Result(String cuid, String reader, String state, String recorded, String owner, String kind) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            try (var session = desk.signIn(a.desk(), context)) {
                SeenCard c = session.otherCard(context.cancel()).orElseThrow(() -> Problem.of(Fault.REFUSED, WORDS.say("look at the card"),
                        WORDS.say("There is no card here besides the officer's.")).code("no-second-card").exception());
                return new Result(c.cuid().toString(), c.reader(), c.state(), c.recorded(), c.owner(), c.kind().name().toLowerCase(Locale.ROOT));
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            var card = new SeenCard(r.reader(), Cuid.of(r.cuid()), r.state(), r.recorded(), r.owner(),
                    SeenCard.Kind.valueOf(r.kind().toUpperCase(Locale.ROOT)));
            String number = card.cuid().display();
            out.println((r.recorded().isEmpty() ? WORDS.say("Card {0} in \"{1}\": {2}.", number, r.reader(), r.state())
                    : WORDS.say("Card {0} in \"{1}\": {2}; on record: {3}.", number, r.reader(), r.state(), r.recorded())) + " " + card.inWords());
        }
    }

    /** {@code officer profiles}. */
    @Component(service = Verb.class, property = "verb=officer profiles")
    public static final class Profiles extends DeskVerb<Profiles.Args, Profiles.Result> {

        private final AdminDesk administration;

        /** Does it by means of these. */
        @Activate
        public Profiles(@Reference Desk desk, @Reference AdminDesk administration) {
            super(desk, "officer profiles", "Show which of the server's profiles the officer's tasks ask for; or, with an administrator's "
                    + "sign-in, find out which they have to, and remember that.", Args.class);
            this.administration = administration;
        }

        /** Which desk, or who signs in to the server's administration. */
        public record Args(AdminLoginArgs login, DeskArgs desk) {
        }

        /**
         * The server's profiles, if it tells, and what is asked for.
         *
         * @param profiles   names in the server's spelling
         * @param tasks      what each task asks for; empty if nothing
         * @param remembered true if that was found out with an administrator's sign-in, and is remembered now
         * @param notes      what a person should know, by task
         */
        public record Result(List<String> profiles, Map<String, String> tasks, boolean remembered, Map<String, List<String>> notes) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var signIn = a.login().with(a.desk().ca(), a.desk().revocation());
            return signIn.isPresent() ? findOut(signIn.get(), a.desk(), context) : look(a.desk(), context);
        }

        private Result look(DeskArgs args, Context context) throws EscException {
            try (var session = desk.signIn(args, context)) {
                var all = session.profiles(context.cancel());
                var tasks = new LinkedHashMap<String, String>();
                for (OfficerTask t : OfficerTask.values()) {
                    Optional<String> chosen = desk.settings().profile(t);
                    tasks.put(t.word(), chosen.or(() -> all.isEmpty() ? Optional.of(t.usualProfile()) : t.among(all)).orElse(""));
                }
                return new Result(all, tasks, false, Map.of());
            }
        }

        private Result findOut(AdminArgs signIn, DeskArgs args, Context context) throws EscException {
            DeskProfiles told;
            try (var admin = administration.connect(signIn, context)) {
                told = DeskProfiles.read(admin, context.cancel());
            }
            var group = args.officers().isPresent() ? args.officers() : args.base().isPresent() ? args.base().map(b -> LdapSettings.GROUP + b)
                    : desk.settings().officersGroup();
            var found = told.match(group);
            var tasks = new LinkedHashMap<String, String>();
            var notes = new LinkedHashMap<String, List<String>>();
            var lines = new ArrayList<String>();
            for (var m : found) {
                String word = m.task().word();
                Optional<String> fixed = desk.settings().locked(DeskSettings.PROFILE + word);
                String profile = (fixed.isPresent() ? desk.settings().profile(m.task()) : m.profile()).orElse("");
                List<String> said = fixed.map(List::of).orElse(m.notes());
                tasks.put(word, profile);
                lines.add(word + ": " + (profile.isEmpty() ? "-" : profile) + (said.isEmpty() ? "" : " (" + String.join(" ", said) + ")"));
                if (!said.isEmpty()) {
                    notes.put(word, said);
                }
            }
            var question = new Interaction.Confirmation(WORDS.say("Remember these profiles"), WORDS.say("From now on the desk asks for these:") + "\n"
                    + String.join("\n", lines), false);
            if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
                throw Problem.of(Fault.CANCELLED, question.title(), WORDS.say("Nothing was changed.")).exception();
            }
            desk.settings().profiles(found);
            return new Result(List.copyOf(told.profiles().keySet()), tasks, true, notes);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.profiles().isEmpty() ? WORDS.say("The server does not tell its profiles here; an administrator may ask it: --admin.")
                    : WORDS.say("Profiles of the server: {0}", String.join(", ", r.profiles())));
            r.tasks().forEach((task, profile) -> {
                out.println(task + ": " + (profile.isEmpty() ? WORDS.say("none; choose one with officer profile {0} NAME", task) : profile));
                r.notes().getOrDefault(task, List.of()).forEach(n -> out.println("  " + n));
            });
            if (r.remembered()) {
                out.println(WORDS.say("The desk asks for these from now on."));
            }
        }
    }

    /** {@code officer profile}. */
    @Component(service = Verb.class, property = "verb=officer profile")
    public static final class ChooseProfile extends DeskVerb<ChooseProfile.Args, ChooseProfile.Result> {

        /** Does it by means of this. */
        @Activate
        public ChooseProfile(@Reference Desk desk) {
            super(desk, "officer profile", "Remember which profile an officer's task asks for.", Args.class);
        }

        /** Which. */
        public record Args(@Arg(label = "TASK", help = "enroll, enroll-temporary, enroll-officer, format, set-home or format-officer.") OfficerTask task,
                @Arg(label = "PROFILE", help = "The profile's name as the server spells it; \"usual\" forgets the choice.") String profile) {
        }

        /** What is asked for from now on; empty if it is what is usual. */
        public record Result(String task, String profile) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            String kept = a.profile().equals("usual") ? "" : a.profile().strip();
            desk.settings().set(Map.of(DeskSettings.PROFILE + a.task().word(), kept));
            return new Result(a.task().word(), kept);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.profile().isEmpty() ? WORDS.say("{0} asks for the usual profile.", r.task())
                    : WORDS.say("{0} asks for {1}.", r.task(), r.profile()));
        }
    }

    /** {@code officer log}. */
    @Component(service = Verb.class, property = "verb=officer log")
    public static final class Log extends DeskVerb<Log.Args, Log.Result> {

        /** Does it by means of this. */
        @Activate
        public Log(@Reference Desk desk) {
            super(desk, "officer log", "Show what was done at this desk, and whether its log is whole.", Args.class);
        }

        /** How much of it. */
        public record Args(@Arg(names = "--last", label = "NUMBER", defaultValue = "100", help = "How many events, the last ones.") int last) {

            /** @throws IllegalArgumentException if it is not a number of events */
            public Args {
                if (last < 1) {
                    throw new IllegalArgumentException(WORDS.say("--last takes 1 or more."));
                }
            }
        }

        /** The events in order, and whether the whole log is as it was written; {@code firstBad} is the first line that does not fit, 0 if all do. */
        public record Result(Path file, List<OfficerLog.Event> events, int total, boolean intact, int firstBad) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var r = desk.log().read();
            int n = r.events().size();
            return new Result(desk.log().path(), r.events().subList(Math.max(0, n - a.last()), n), n, r.intact(), r.firstBad());
        }

        @Override
        public boolean agrees(Result r) {
            return r.intact();
        }

        @Override
        public void print(Result r, PrintWriter out) {
            for (var e : r.events()) {
                var parts = new ArrayList<String>(List.of(e.time(), e.officer().isEmpty() ? "-" : e.officer(), e.event(), e.result()));
                if (!e.cuid().isEmpty()) {
                    parts.add(WORDS.say("card {0}", e.cuid()));
                }
                if (!e.user().isEmpty()) {
                    parts.add(WORDS.say("for {0}", e.user()));
                }
                if (!e.document().isEmpty()) {
                    parts.add(WORDS.say("identity: {0}", e.document()));
                }
                if (!e.message().isEmpty()) {
                    parts.add(e.message());
                }
                out.println(String.join("  ", parts));
            }
            out.println(r.intact() ? WORDS.say("{0} events in {1}; none was changed or taken out.", r.total(), r.file())
                    : WORDS.say("{0} events in {1}; line {2} does not fit to the one before: the file was changed.", r.total(), r.file(), r.firstBad()));
        }
    }

    /** Arguments of the tasks that give somebody a card. */
    public record EnrollArgs(@Arg(names = "--user", label = "UID", help = "Who gets the card.") String user,
            @Arg(names = "--checked", help = "The person's identity document was compared with the photo and the attributes.") boolean checked,
            @Arg(names = "--document", label = "KIND", help = "What kind of document it was: passport; goes into the logs.") Optional<String> document,
            CardArgs card, DeskArgs desk) {
    }

    /** Arguments of the tasks that wipe a card. */
    public record FormatArgs(CardArgs card, DeskArgs desk) {
    }

    /** What the tasks have in common. */
    abstract static class TaskVerb<A extends Record> extends DeskVerb<A, DeskResult> {

        private final OfficerTask task;

        TaskVerb(Desk desk, OfficerTask task, String summary, Class<A> arguments) {
            super(desk, "officer " + task.word(), summary, arguments);
            this.task = task;
        }

        abstract CardArgs card(A a);

        abstract DeskArgs desk(A a);

        DeskOrder order(A a, DeskOrder order) {
            return order;
        }

        @Override
        public DeskResult run(A a, Context context) throws EscException {
            try (var session = desk.signIn(desk(a), context)) {
                var order = order(a, DeskOrder.of(task));
                if (!card(a).named()) {
                    return session.perform(order, context);
                }
                try (var choice = CardChoice.of(desk.readers(), desk.files(), card(a), context)) {
                    return session.perform(order.in(choice.reader()), context);
                }
            }
        }

        @Override
        public void print(DeskResult r, PrintWriter out) {
            r.print(out);
        }
    }

    abstract static class EnrollVerb extends TaskVerb<EnrollArgs> {

        EnrollVerb(Desk desk, OfficerTask task, String summary) {
            super(desk, task, summary, EnrollArgs.class);
        }

        @Override
        CardArgs card(EnrollArgs a) {
            return a.card();
        }

        @Override
        DeskArgs desk(EnrollArgs a) {
            return a.desk();
        }

        @Override
        DeskOrder order(EnrollArgs a, DeskOrder order) {
            var whom = order.user(a.user());
            return a.checked() || a.document().isPresent() ? whom.checked(a.document()) : whom;
        }
    }

    abstract static class FormatVerb extends TaskVerb<FormatArgs> {

        FormatVerb(Desk desk, OfficerTask task, String summary) {
            super(desk, task, summary, FormatArgs.class);
        }

        @Override
        CardArgs card(FormatArgs a) {
            return a.card();
        }

        @Override
        DeskArgs desk(FormatArgs a) {
            return a.desk();
        }
    }

    /** {@code officer enroll}. */
    @Component(service = Verb.class, property = "verb=officer enroll")
    public static final class Enroll extends EnrollVerb {
        /** Does it by means of this. */
        @Activate
        public Enroll(@Reference Desk desk) {
            super(desk, OfficerTask.ENROLL, "Give a person, face to face, their token.");
        }
    }

    /** {@code officer enroll-temporary}. */
    @Component(service = Verb.class, property = "verb=officer enroll-temporary")
    public static final class EnrollTemporary extends EnrollVerb {
        /** Does it by means of this. */
        @Activate
        public EnrollTemporary(@Reference Desk desk) {
            super(desk, OfficerTask.ENROLL_TEMPORARY, "Give a person, face to face, a token for a few days.");
        }
    }

    /** {@code officer enroll-officer}. */
    @Component(service = Verb.class, property = "verb=officer enroll-officer")
    public static final class EnrollOfficer extends EnrollVerb {
        /** Does it by means of this. */
        @Activate
        public EnrollOfficer(@Reference Desk desk) {
            super(desk, OfficerTask.ENROLL_OFFICER, "Give another security officer, face to face, their token.");
        }
    }

    /** {@code officer format}. */
    @Component(service = Verb.class, property = "verb=officer format")
    public static final class Format extends FormatVerb {
        /** Does it by means of this. */
        @Activate
        public Format(@Reference Desk desk) {
            super(desk, OfficerTask.FORMAT, "Wipe a person's card, phone home address and all.");
        }
    }

    /** {@code officer set-home}. */
    @Component(service = Verb.class, property = "verb=officer set-home")
    public static final class SetHome extends FormatVerb {
        /** Does it by means of this. */
        @Activate
        public SetHome(@Reference Desk desk) {
            super(desk, OfficerTask.SET_HOME, "Wipe a person's card and have it know where to phone home.");
        }
    }

    /** {@code officer format-officer}. */
    @Component(service = Verb.class, property = "verb=officer format-officer")
    public static final class FormatOfficer extends FormatVerb {
        /** Does it by means of this. */
        @Activate
        public FormatOfficer(@Reference Desk desk) {
            super(desk, OfficerTask.FORMAT_OFFICER, "Wipe a security officer's card; the own one with --reader naming the officer's reader.");
        }
    }
}

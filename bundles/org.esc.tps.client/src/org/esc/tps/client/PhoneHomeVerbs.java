// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.TransportRules;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code phone-home …}: the address that a token names for its services, what is answered there, and what holds instead. */
public final class PhoneHomeVerbs {

    private static final Words WORDS = Words.of(PhoneHomeVerbs.class);

    private static final String ON_CARD = WORDS.say("The address on the token itself stays as it is: only the token management system can write it, which "
                        + "it does when it formats or enrols the token (on Dogtag: op.format.TYPE.issuerinfo.enable and .value).");

    private PhoneHomeVerbs() {
    }

    /** Where the address that is asked comes from. */
    public enum Source {
        /** A person named it for this token. */
        NAMED,
        /** It is on the token. */
        TOKEN,
        /** It is in the settings, for tokens that name none. */
        SETTINGS,
        /** There is none. */
        NONE;

        /** For a person. */
        public String words() {
            return switch (this) {
                case NAMED -> WORDS.say("named for this token");
                case TOKEN -> WORDS.say("on the token");
                case SETTINGS -> WORDS.say("in the settings, for tokens that name none");
                case NONE -> WORDS.say("nowhere");
            };
        }
    }

    /** Which token: a card, or the number of one that is not here. */
    public record Which(CardArgs card,
            @Arg(names = "--cuid", label = "CUID", help = "The number of a token that is not in a reader.") Optional<Cuid> cuid) {

        /** @throws IllegalArgumentException if both are named */
        public Which {
            if (cuid.isPresent() && card.named()) {
                throw new IllegalArgumentException(WORDS.say("Give either --cuid or a card, not both."));
            }
        }
    }

    /** Whom to trust on the way. */
    public record Way(
            @Arg(names = "--ca", label = "FILE", help = "PEM file of an authority, or of the server itself, to trust.") List<Path> ca,
            @Arg(names = "--revocation", label = "soft|hard|off",
                    help = "What to do when nobody says whether the server's certificate was revoked; without it as the settings say (soft).")
                    Optional<Trust.Revocation> revocation,
            ClientArgs client,
            @Arg(names = "--proxy", label = "URL", help = "An HTTP proxy: http://host:port.") Optional<URI> proxy) {

        public Way {
            ca = List.copyOf(ca);
        }
    }

    /**
     * What an issuer answered.
     *
     * @param from                    the address that was asked
     * @param asked                   when, ISO 8601
     * @param issuer                  {@code IssuerName}
     * @param operation               {@code Operation}: the TPS
     * @param ui                      {@code UI}: a page of the issuer's own to enrol by
     * @param enrolledTokenBrowserUrl {@code EnrolledTokenBrowserURL}: a page to show when a token is enrolled
     * @param enrolledTokenUrl        {@code EnrolledTokenURL}
     * @param tokenType               {@code TokenType}
     * @param caChainUi               {@code CAChainUI}: where the authorities' certificates are offered
     */
    public record Answer(String from, String asked, String issuer, String operation, Optional<String> ui, Optional<String> enrolledTokenBrowserUrl,
            Optional<String> enrolledTokenUrl, Optional<String> tokenType, Optional<String> caChainUi) {

        static Answer of(PhoneHome.Remembered r) {
            ServiceInfo i = r.info();
            return new Answer(r.from().toString(), r.at().toString(), i.issuer(), i.operation().toString(), i.page().map(URI::toString),
                    i.welcome().map(URI::toString), i.enrolled().map(URI::toString), i.tokenType(), i.caChain().map(URI::toString));
        }

        private void print(PrintWriter out) {
            out.println(WORDS.say("Answer of {0}, {1} UTC", from, asked.substring(0, 16).replace('T', ' ')));
            out.println("  " + WORDS.say("Issuer                  {0}", issuer.isEmpty() ? "-" : issuer));
            out.println("  " + WORDS.say("Operation               {0}", operation));
            out.println("  UI                      " + ui.orElse("-"));
            out.println("  EnrolledTokenBrowserURL " + enrolledTokenBrowserUrl.orElse("-"));
            out.println("  EnrolledTokenURL        " + enrolledTokenUrl.orElse("-"));
            out.println("  TokenType               " + tokenType.orElse("-"));
            out.println("  CAChainUI               " + caChainUi.orElse("-"));
        }
    }

    /**
     * How it stands with a token.
     *
     * @param cuid     the token's number; empty if none is meant, or it does not tell
     * @param onToken  the address on the token, if it is here and names one
     * @param named    the address that a person named for this token
     * @param settings the address for tokens that name none
     * @param inForce  the address that is asked
     * @param source   where that comes from
     * @param answer   what is remembered of the last answer
     * @param current  true if that answer comes from the address in force: it is used without asking again
     * @param notes    what a person should know, in sentences
     */
    public record Standing(String cuid, Optional<String> onToken, Optional<String> named, Optional<String> settings, Optional<String> inForce,
            Source source, Optional<Answer> answer, boolean current, List<String> notes) {

        public Standing {
            notes = List.copyOf(notes);
        }
    }

    // ---- what the verbs share

    private record Found(Optional<Cuid> cuid, Optional<URI> onToken) {
    }

    private abstract static class HomeVerb<A extends Record> extends NamedVerb<A, Standing> {

        final TokenWork work;

        HomeVerb(TokenWork work, String name, String summary, Class<A> arguments) {
            super(name, summary, arguments);
            this.work = work;
        }

        final Found find(Which which, Context context) throws EscException {
            if (which.cuid().isPresent()) {
                return new Found(which.cuid(), Optional.empty());
            }
            try (var card = CardChoice.of(work.readers(), work.files(), which.card(), context);
                    CardSession session = work.readers().connect(card.reader(), Origin.verb(name()))) {
                var glance = CardGlance.at(TransportRules.over(session));
                return new Found(glance.cuid(), glance.issuerInfo());
            }
        }

        final Cuid number(Found found) throws EscException {
            return found.cuid().orElseThrow(() -> Problem.of(Fault.CARD, name(), WORDS.say("The card does not tell its number, so nothing can be kept for it."))
                    .code("no-number").exception());
        }

        final Optional<URI> everywhere() throws EscException {
            return work.userSettings().get(UserSettings.PHONE_HOME).flatMap(PhoneHome::address);
        }

        final Optional<URI> inForce(Found found) throws EscException {
            Optional<URI> certain = found.cuid().flatMap(work.phoneHome()::named).or(found::onToken);
            return certain.isPresent() ? certain : everywhere();
        }

        final Standing standing(Found found, List<String> notes) throws EscException {
            Optional<URI> named = found.cuid().flatMap(work.phoneHome()::named);
            Optional<URI> settings = everywhere();
            Optional<URI> now = inForce(found);
            Source source = named.isPresent() ? Source.NAMED : found.onToken().isPresent() ? Source.TOKEN
                    : settings.isPresent() ? Source.SETTINGS : Source.NONE;
            var remembered = found.cuid().flatMap(work.phoneHome()::remembered);
            return new Standing(found.cuid().map(Cuid::toString).orElse(""), found.onToken().map(URI::toString), named.map(URI::toString),
                    settings.map(URI::toString), now.map(URI::toString), source, remembered.map(Answer::of),
                    remembered.filter(r -> now.equals(Optional.of(r.from()))).isPresent(), notes);
        }

        final ServiceInfo ask(URI address, Cuid cuid, Way way, Context context) throws EscException {
            try (TlsIdentity who = work.identities().open(way.client(), context)) {
                context.progress().at(-1, WORDS.say("Asking {0}", address));
                return work.phoneHome().ask(address, cuid, work.trust(way.ca(), way.revocation()), who, work.proxy(way.proxy()), TpsRequest.CONNECT_TIMEOUT,
                        context.cancel());
            }
        }

        @Override
        public void print(Standing s, PrintWriter out) {
            if (!s.cuid().isEmpty()) {
                out.println(WORDS.say("Token {0}", Cuid.of(s.cuid()).display()));
            }
            out.println(WORDS.say("Address on the token:       {0}",
                    s.onToken().orElseGet(() -> s.cuid().isEmpty() ? "-" : WORDS.say("none, or the token is not here"))));
            out.println(WORDS.say("Named for this token:       {0}", s.named().orElse("-")));
            out.println(WORDS.say("For tokens that name none:  {0}", s.settings().orElse("-")));
            out.println(s.inForce().map(i -> WORDS.say("In force:                   {0}, {1}", i, s.source().words()))
                    .orElseGet(() -> WORDS.say("In force:                   none")));
            s.answer().ifPresentOrElse(a -> {
                a.print(out);
                if (!s.current()) {
                    out.println("  " + WORDS.say("This comes from another address than the one in force, so it is not used."));
                }
            }, () -> out.println(WORDS.say("No answer is remembered.")));
            s.notes().forEach(n -> out.println(WORDS.say("Note: {0}", n)));
        }
    }

    /** {@code phone-home show}. */
    @Component(service = Verb.class, property = "verb=phone-home show")
    public static final class Show extends HomeVerb<Show.Args> {

        /** Does it by means of this. */
        @Activate
        public Show(@Reference TokenWork work) {
            super(work, "phone-home show", "Show which address a token names for its services, and what was answered there.", Args.class);
        }

        /** Which token. */
        public record Args(Which which) {
        }

        @Override
        public Standing run(Args a, Context context) throws EscException {
            Found found = find(a.which(), context);
            var notes = new ArrayList<String>();
            if (a.which().cuid().isPresent()) {
                notes.add(WORDS.say("The token is not here: what is written on it is not known."));
            }
            return standing(found, notes);
        }
    }

    /** {@code phone-home test}. */
    @Component(service = Verb.class, property = "verb=phone-home test")
    public static final class Test extends HomeVerb<Test.Args> {

        /** Does it by means of this. */
        @Activate
        public Test(@Reference TokenWork work) {
            super(work, "phone-home test", "Ask the address anew, and show and remember the answer.", Args.class);
        }

        /** Which address, for which token. */
        public record Args(@Arg(label = "URL", help = "Another address than the one in force; its answer is shown, not remembered.") Optional<URI> url,
                Which which, Way way) {
        }

        @Override
        public Standing run(Args a, Context context) throws EscException {
            Found found = find(a.which(), context);
            Cuid cuid = number(found);
            var notes = new ArrayList<String>();
            if (a.url().isPresent()) {
                URI address = usable(a.url().get());
                ServiceInfo info = ask(address, cuid, a.way(), context);
                judge(info, notes);
                Standing s = standing(found, notes);
                return new Standing(s.cuid(), s.onToken(), s.named(), s.settings(), s.inForce(), s.source(),
                        Optional.of(Answer.of(new PhoneHome.Remembered(address, Instant.now(), info))),
                        s.inForce().equals(Optional.of(address.toString())), s.notes());
            }
            URI address = inForce(found).orElseThrow(() -> Problem.of(Fault.USAGE, name(), WORDS.say("Neither the token nor the settings name an address to ask."))
                    .code("no-phone-home").advice(WORDS.say("Give one: phone-home test URL, or phone-home set URL.")).exception());
            ServiceInfo info = ask(address, cuid, a.way(), context);
            work.phoneHome().remember(cuid, address, info);
            judge(info, notes);
            return standing(found, notes);
        }
    }

    /** What about an answer may surprise. */
    private static void judge(ServiceInfo info, List<String> notes) {
        if (info.operation().getScheme().equalsIgnoreCase("http") && !TpsClient.isLoopback(Connection.host(info.operation()))) {
            notes.add(WORDS.say("The token management system is reached without encryption: passwords can be read on the way."));
        }
        if (info.tokenType().isEmpty()) {
            notes.add(WORDS.say("The answer names no token type; the server chooses one."));
        }
    }

    private static URI usable(URI url) throws EscException {
        return PhoneHome.address(url.toString()).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("take the address"),
                WORDS.say("“{0}” cannot be asked: an address begins with http:// or https:// and names a host.", url)).code("bad-address").exception());
    }

    /** {@code phone-home set}. */
    @Component(service = Verb.class, property = "verb=phone-home set")
    public static final class Set extends HomeVerb<Set.Args> {

        /** Does it by means of this. */
        @Activate
        public Set(@Reference TokenWork work) {
            super(work, "phone-home set", "Name the address to ask for a token, or for all that name none.", Args.class);
        }

        /** Which address, for which token. */
        public record Args(@Arg(label = "URL", help = "The address.") URI url, Which which,
                @Arg(names = "--default", help = "For all tokens that name no address themselves.") boolean everywhere,
                @Arg(names = "--untested", help = "Do not ask the address first whether it answers.") boolean untested, Way way) {

            /** @throws IllegalArgumentException if a token and all are meant */
            public Args {
                if (everywhere && (which.cuid().isPresent() || which.card().named())) {
                    throw new IllegalArgumentException(WORDS.say("--default goes with no token."));
                }
            }
        }

        @Override
        public Standing run(Args a, Context context) throws EscException {
            URI address = usable(a.url());
            if (a.everywhere()) {
                if (!a.untested()) {
                    ask(address, Cuid.of("00000000000000000000"), a.way(), context);
                }
                work.userSettings().set(Map.of(UserSettings.PHONE_HOME, address.toString()));
                return standing(new Found(Optional.empty(), Optional.empty()), List.of());
            }
            Found found = find(a.which(), context);
            Cuid cuid = number(found);
            var notes = new ArrayList<String>();
            if (a.untested()) {
                work.phoneHome().name(cuid, address);
            } else {
                ServiceInfo info = ask(address, cuid, a.way(), context);
                judge(info, notes);
                work.phoneHome().name(cuid, address);
                work.phoneHome().remember(cuid, address, info);
            }
            notes.add(WORDS.say("From now on this address is asked for this token, on this computer.") + " " + ON_CARD);
            return standing(found, notes);
        }
    }

    /** {@code phone-home reset}. */
    @Component(service = Verb.class, property = "verb=phone-home reset")
    public static final class Reset extends HomeVerb<Reset.Args> {

        /** Does it by means of this. */
        @Activate
        public Reset(@Reference TokenWork work) {
            super(work, "phone-home reset", "Let the token's own address hold again, and forget its answer.", Args.class);
        }

        /** Of which token. */
        public record Args(Which which,
                @Arg(names = "--default", help = "Remove the address for tokens that name none.") boolean everywhere) {
        }

        @Override
        public Standing run(Args a, Context context) throws EscException {
            if (a.everywhere()) {
                work.userSettings().set(Map.of(UserSettings.PHONE_HOME, ""));
                return standing(new Found(Optional.empty(), Optional.empty()), List.of());
            }
            Found found = find(a.which(), context);
            work.phoneHome().reset(number(found));
            return standing(found, List.of());
        }
    }

    /** {@code phone-home forget}. */
    @Component(service = Verb.class, property = "verb=phone-home forget")
    public static final class Forget extends HomeVerb<Forget.Args> {

        /** Does it by means of this. */
        @Activate
        public Forget(@Reference TokenWork work) {
            super(work, "phone-home forget", "Forget the answer, so that it is asked for again.", Args.class);
        }

        /** Of which token. */
        public record Args(Which which, @Arg(names = "--all", help = "Of all tokens.") boolean all) {
        }

        @Override
        public Standing run(Args a, Context context) throws EscException {
            if (a.all()) {
                work.phoneHome().known().forEach(work.phoneHome()::forget);
                return standing(new Found(Optional.empty(), Optional.empty()), List.of());
            }
            Found found = find(a.which(), context);
            work.phoneHome().forget(number(found));
            return standing(found, List.of());
        }
    }

    /** A page that an issuer's answer names. */
    public enum Page {
        /** {@code UI}: to enrol by. */
        UI,
        /** {@code EnrolledTokenBrowserURL}: for enrolled tokens. */
        ENROLLED,
        /** {@code CAChainUI}: where the authorities' certificates are offered. */
        CA_CHAIN;

        Optional<URI> of(Answer a) {
            return (switch (this) {
                case UI -> a.ui();
                case ENROLLED -> a.enrolledTokenBrowserUrl();
                case CA_CHAIN -> a.caChainUi();
            }).map(URI::create);
        }
    }

    /** {@code phone-home open}. */
    @Component(service = Verb.class, property = "verb=phone-home open")
    public static final class Open extends HomeVerb<Open.Args> {

        private final Predicate<URI> browser;

        /** Does it by means of this. */
        @Activate
        public Open(@Reference TokenWork work) {
            this(work, WebPages::open);
        }

        Open(TokenWork work, Predicate<URI> browser) {
            super(work, "phone-home open", "Open a page that the answer names in the browser, once it was said on which host it is.", Args.class);
            this.browser = browser;
        }

        /** Which page, of which token's answer. */
        public record Args(@Arg(label = "ui|enrolled|ca-chain", help = "The page to enrol by, that for enrolled tokens, or that with the authorities' certificates.") Page page,
                Which which) {
        }

        @Override
        public Standing run(Args a, Context context) throws EscException {
            Standing s = standing(find(a.which(), context), List.of());
            if (s.answer().isEmpty()) {
                throw Problem.of(Fault.USAGE, name(), WORDS.say("No answer is remembered.")).code("no-answer").advice(WORDS.say("Ask for it: phone-home test."))
                        .exception();
            }
            URI page = a.page().of(s.answer().get()).filter(WebPages::isOne).orElseThrow(() -> Problem.of(Fault.USAGE, name(),
                    WORDS.say("The answer names no such page.")).code("no-page").exception());
            var question = new Interaction.Confirmation(WORDS.say("Open a page"), WORDS.say("A page on the host {0} is opened in the browser:\n{1}", page.getHost(), page),
                    false);
            if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
                throw Problem.of(Fault.CANCELLED, name(), WORDS.say("The page was not opened.")).exception();
            }
            if (!browser.test(page)) {
                throw Problem.of(Fault.USAGE, name(), WORDS.say("No browser could be opened here. The page is: {0}", page)).code("no-browser").exception();
            }
            return s;
        }
    }
}

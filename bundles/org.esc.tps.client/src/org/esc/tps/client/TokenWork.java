// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Answers;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.TokenInfo;
import org.esc.tps.Operation;
import org.esc.tps.client.trust.TrustStore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * What the verbs format, enroll and reset-pin share: finds the card, warns of what would be lost, finds the server, runs the operation, reads
 * what came of it.
 *
 * <p>The server is, in this order: the one given; the one the token's issuer names (remembered per token); the one in the user's settings
 * file {@code client.properties} ({@code tps} or {@code phone-home}, and {@code ca} for a file to trust); the one the person names.
 */
@Component(service = TokenWork.class)
public final class TokenWork {

    private static final Words WORDS = Words.of(TokenWork.class);

    private final Readers readers;
    private final Drivers drivers;
    private final TpsClient client;
    private final Journal journal;
    private final Optional<CardFiles> files;
    private final PhoneHome phoneHome;
    private final UserSettings settings;
    private final TrustStore trustStore;
    private final TlsIdentities identities;
    private final KeyLog keys;
    private final UnaryOperator<String> environment;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public TokenWork(@Reference Readers readers, @Reference Drivers drivers, @Reference TpsClient client, @Reference Journal journal,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        this(readers, drivers, client, journal, Optional.ofNullable(files), new PhoneHome(), new UserSettings(), new TrustStore(), new KeyLog(),
                System::getenv);
    }

    /** With its own places to remember things. */
    public TokenWork(Readers readers, Drivers drivers, TpsClient client, Journal journal, Optional<CardFiles> files,
            PhoneHome phoneHome, Path settings) {
        this(readers, drivers, client, journal, files, phoneHome, new UserSettings(settings),
                new TrustStore(settings.toAbsolutePath().resolveSibling("trust")), new KeyLog(settings.toAbsolutePath().resolveSibling("keys")), System::getenv);
    }

    TokenWork(Readers readers, Drivers drivers, TpsClient client, Journal journal, Optional<CardFiles> files, PhoneHome phoneHome,
            UserSettings settings, TrustStore trustStore, KeyLog keys, UnaryOperator<String> environment) {
        this.keys = keys;
        this.environment = environment;
        this.readers = readers;
        this.drivers = drivers;
        this.client = client;
        this.journal = journal;
        this.files = files;
        this.phoneHome = phoneHome;
        this.settings = settings;
        this.trustStore = trustStore;
        identities = new TlsIdentities(readers, drivers, files, settings);
    }

    /** Runs an operation; with {@code dryRun} only says what it would do. */
    TokenResult run(String verb, Operation operation, TokenArgs args, Optional<String> tokenType, LinkArgs link, Wish wish, boolean dryRun,
            Context context) throws EscException {
        try (var card = CardChoice.of(readers, files, args.card(), context)) {
            return dryRun ? TokenResult.of(plan(verb, operation, card.reader(), args, tokenType, link, wish, context))
                    : run(verb, operation, card.reader(), args, tokenType, link, wish, context);
        }
    }

    private TokenResult run(String verb, Operation operation, String reader, TokenArgs args, Optional<String> tokenType, LinkArgs link, Wish wish,
            Context context) throws EscException {
        try (CardSession session = readers.connect(reader, Origin.verb(verb))) {
            return run(verb, operation, session, args, args.user(), tokenType, link, wish, context);
        }
    }

    /**
     * The same for a caller who holds the card already, and so knows which one it is.
     *
     * @param args which server; the card it names does not count
     * @param user for whom, in place of the one in {@code args}
     * @throws EscException as of the verbs
     */
    public TokenResult run(String verb, Operation operation, CardSession session, TokenArgs args, Optional<String> user,
            Optional<String> tokenType, LinkArgs link, Context context) throws EscException {
        return run(verb, operation, session, args, user, tokenType, link, Wish.NONE, context);
    }

    /** What an operation would do; changes nothing and asks nobody but the token's issuer. */
    TokenPlan plan(String verb, Operation operation, TokenArgs args, Optional<String> tokenType, LinkArgs link, Wish wish, Context context)
            throws EscException {
        try (var card = CardChoice.of(readers, files, args.card(), context)) {
            return plan(verb, operation, card.reader(), args, tokenType, link, wish, context);
        }
    }

    private TokenPlan plan(String verb, Operation operation, String reader, TokenArgs args, Optional<String> tokenType, LinkArgs link, Wish wish,
            Context context) throws EscException {
        try (CardSession session = readers.connect(reader, Origin.probe("plan"))) {
            var glance = CardGlance.at(TransportRules.over(session));
            Optional<TokenInfo> before = before(glance, session);
            var troubles = new ArrayList<String>();
            Optional<ServiceInfo> service;
            try {
                service = service(args, proxy(link.proxy()), glance, trust(args), TlsIdentity.NONE, troubles::add, context);
            } catch (EscException e) {
                if (e.fault() != Fault.TLS) {
                    throw e;
                }
                troubles.add(e.getMessage());
                service = Optional.empty();
            }
            return Plans.plan(verb, operation, reader, glance, before, glance.cuid().flatMap(journal::halfDone), service,
                    type(operation, tokenType, service, wish), wish, loginToken(before), keys, troubles);
        }
    }

    private TokenResult run(String verb, Operation operation, CardSession session, TokenArgs args, Optional<String> user, Optional<String> tokenType,
            LinkArgs link, Wish wish, Context context) throws EscException {
        var glance = CardGlance.at(TransportRules.over(session));
        Optional<Journal.HalfDone> half = glance.cuid().flatMap(journal::halfDone);
        half.ifPresent(h -> context.interaction().tell(unfinished(h, operation)));
        Optional<TokenInfo> before = before(glance, session);
        if (operation == Operation.FORMAT && loginToken(before)) {
            throw Problem.of(Fault.USAGE, WORDS.say("format the token"), WORDS.say("You are logged in with this token, so it is not formatted.")).code("login-token")
                    .advice(WORDS.say("Log in without it first; PKCS11_LOGIN_TOKEN_NAME names it.")).exception();
        }
        if (wish.renew() && !glance.enrolled()) {
            throw Problem.of(Fault.USAGE, WORDS.say("renew the certificates"), WORDS.say("There is nothing to renew: the token is not enrolled."))
                    .code("not-enrolled").advice(WORDS.say("Enrol it.")).exception();
        }
        if (glance.enrolled() && operation != Operation.RESET_PIN && !wish.renew()) {
            confirm(operation, glance, before, context);
        }
        settings.managed().problems().forEach(context.interaction()::tell);
        Trust trust = trust(args);
        Optional<URI> proxy = proxy(link.proxy());
        try (TlsIdentity who = identities.open(args.client(), session, context)) {
            Optional<ServiceInfo> known = service(args, proxy, glance, trust, who, context.interaction()::tell, context);
            ServiceInfo service = known.isPresent() ? known.get() : asked(context);
            var request = TpsRequest.of(operation, service.operation()).trust(trust).identity(who).statusUpdates(!link.noStatus())
                    .extendedLogin(!link.plainLogin())
                    .timeouts(TpsRequest.CONNECT_TIMEOUT, Duration.ofSeconds(timeout(link)));
            Optional<String> type = type(operation, tokenType, Optional.of(service), wish);
            request = type.isPresent() ? request.tokenType(type.get()) : request;
            request = user.isPresent() ? request.user(user.get()) : request;
            request = proxy.isPresent() ? request.proxy(proxy.get()) : request;
            CardWatch watch = wish.renew() || operation == Operation.RESET_PIN ? CardWatch.keeping(operation, glance.taken()) : CardWatch.only();
            Instant begin = Instant.now();
            TpsResult done = run(request, half, glance, args, session, watch, context);
            return result(verb, operation, done, glance, before, session, service, watch, wish, begin);
        }
    }

    private TpsResult run(TpsRequest request, Optional<Journal.HalfDone> half, CardGlance glance, TokenArgs args, CardSession session, CardWatch watch,
            Context context) throws EscException {
        try {
            if (request.operation() == Operation.ENROLL && half.isPresent() && half.get().operation() == Operation.FORMAT
                    && formatFirst(context)) {
                client.run(request.operation(Operation.FORMAT), session, context);
            }
            return client.run(request, session, context, watch);
        } catch (EscException e) {
            if (args.tps().isEmpty() && (e.fault() == Fault.NETWORK || e.fault() == Fault.TLS)) {
                // what the issuer once said may have changed: ask again next time
                glance.cuid().ifPresent(phoneHome::forget);
            }
            throw e;
        }
    }

    /** What is on the token, if there can be anything worth to be known. */
    private Optional<TokenInfo> before(CardGlance glance, CardSession session) throws EscException {
        if (!glance.enrolled()) {
            return Optional.empty();
        }
        var reader = new ReaderState(session.reader(), "", ReaderState.Presence.PRESENT, Optional.of(session.atr()), 0);
        return Optional.of(drivers.read(reader, TransportRules.over(session)));
    }

    /** The token that the desktop was logged in to with. */
    private boolean loginToken(Optional<TokenInfo> token) {
        String name = environment.apply(LoginToken.VARIABLE);
        return name != null && token.filter(t -> LoginToken.is(t.label(), name)).isPresent();
    }

    private static Optional<String> type(Operation operation, Optional<String> asked, Optional<ServiceInfo> service, Wish wish) {
        Optional<String> usual = asked.or(() -> service.flatMap(ServiceInfo::tokenType));
        return operation == Operation.ENROLL && wish.temporary() ? Optional.of(wish.tokenType(usual.orElse("userKey"))) : usual;
    }

    private Trust trust(TokenArgs args) throws EscException {
        return trust(args.ca(), args.revocation());
    }

    /** Whom to trust, by what was given and what is set. */
    Trust trust(List<Path> given, Optional<Trust.Revocation> revocation) throws EscException {
        var ca = new ArrayList<>(given);
        if (!ca.isEmpty()) {
            settings.allow(UserSettings.CA, "--ca", ca.getFirst().toString());
        } else {
            settings.get(UserSettings.CA).map(Path::of).ifPresent(ca::add);
        }
        if (revocation.isPresent()) {
            settings.allow("revocation", "--revocation", revocation.get().name().toLowerCase(Locale.ROOT));
        }
        Trust.Revocation how = revocation.isPresent() ? revocation.get()
                : Trust.Revocation.valueOf(settings.get("revocation").orElse("soft").toUpperCase(Locale.ROOT));
        return new Trust(ca, how).sources(Trust.sources(settings, trustStore));
    }

    /** The proxy that is given, else the one that is set. */
    Optional<URI> proxy(Optional<URI> given) throws EscException {
        if (given.isPresent()) {
            settings.allow("proxy", "--proxy", given.get().toString());
        }
        return given.isPresent() ? given : settings.address("proxy");
    }

    private int timeout(LinkArgs link) throws EscException {
        if (link.timeout().isPresent()) {
            settings.allow("message-timeout", "--timeout", link.timeout().get().toString());
        }
        return link.timeout().isPresent() ? link.timeout().get() : settings.number("message-timeout");
    }

    private static String unfinished(Journal.HalfDone h, Operation operation) {
        String when = DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM).localizedBy(Words.locale()).format(h.since().atZone(ZoneId.systemDefault()));
        if (h.operation() == Operation.FORMAT) {
            return WORDS.say("Formatting this token was cut short on {0}.", when);
        }
        return WORDS.say("Enrolling this token was cut short on {0}.", when)
                + (operation == Operation.FORMAT ? "" : " " + WORDS.say("If this does not work, format it first."));
    }

    /** Offers to do a format again that was cut short: without it there is nothing to enrol. */
    private static boolean formatFirst(Context context) throws EscException {
        var question = new Interaction.Confirmation(WORDS.say("Format the token first"),
                WORDS.say("The token cannot be enrolled until formatting it has been completed. Shall it be formatted now?"), false);
        return Ask.await(context.interaction().confirm(question), context.cancel(), question.title());
    }

    private void confirm(Operation operation, CardGlance glance, Optional<TokenInfo> before, Context context) throws EscException {
        String which = glance.cuid().map(c -> WORDS.say("Token {0}", c.display())).orElseGet(() -> WORDS.say("This token"));
        List<String> lost = before.map(t -> Plans.lost(t, glance.cuid(), keys)).orElse(List.of());
        String loss = lost.isEmpty() ? WORDS.say("what was encrypted for it can then only be read if its keys are archived.")
                : WORDS.say("what was encrypted for these can then never be read again unless the server has archived the key: {0}.", String.join("; ", lost));
        var question = operation == Operation.FORMAT
                ? new Interaction.Confirmation(WORDS.say("Format an enrolled token"),
                        WORDS.say("{0} is enrolled. Formatting erases its keys and certificates for good; {1}", which, loss), true)
                : new Interaction.Confirmation(WORDS.say("Enrol an enrolled token again"),
                        WORDS.say("{0} is enrolled already. Enrolling it again replaces its keys and certificates for good; {1}", which, loss), true);
        if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
            throw Problem.of(Fault.CANCELLED, question.title(), WORDS.say("Nothing was changed.")).exception();
        }
    }

    // ---- what the verbs phone-home need

    Readers readers() {
        return readers;
    }

    Optional<CardFiles> files() {
        return files;
    }

    TlsIdentities identities() {
        return identities;
    }

    PhoneHome phoneHome() {
        return phoneHome;
    }

    UserSettings userSettings() {
        return settings;
    }

    /** Which server, as far as that is known without asking the person. */
    private Optional<ServiceInfo> service(TokenArgs args, Optional<URI> proxy, CardGlance glance, Trust trust, TlsIdentity who, Consumer<String> tell,
            Context context) throws EscException {
        if (args.tps().isPresent()) {
            settings.allow(UserSettings.TPS, "--tps", args.tps().get().toString());
            return Optional.of(only(args.tps().get()));
        }
        Optional<URI> written = settings.on("ignore-issuer-info") ? Optional.empty() : glance.issuerInfo();
        Optional<URI> certain = glance.cuid().flatMap(phoneHome::named).or(() -> written);
        Optional<URI> home = certain.isPresent() ? certain : settings.address(UserSettings.PHONE_HOME);
        Optional<URI> preferred = settings.address(UserSettings.TPS);
        if (home.isPresent() && glance.cuid().isPresent() && (certain.isPresent() || preferred.isEmpty())) {
            Cuid cuid = glance.cuid().get();
            Optional<ServiceInfo> known = phoneHome.cached(cuid, home.get());
            if (known.isPresent()) {
                return known;
            }
            try {
                context.progress().at(-1, WORDS.say("Asking the token's issuer for its server"));
                return Optional.of(phoneHome.fetch(home.get(), cuid, trust, who, proxy, TpsRequest.CONNECT_TIMEOUT, context.cancel()));
            } catch (EscException e) {
                if (e.fault() != Fault.NETWORK) {
                    throw e;
                }
                tell.accept(e.getMessage());
            }
        }
        return preferred.map(TokenWork::only);
    }

    private static ServiceInfo asked(Context context) throws EscException {
        var form = Form.of(WORDS.say("Server"), WORDS.say("Which token management system is to be used? Its address looks like https://host:8443/tps/tps."),
                new Form.Field("TPS", WORDS.say("Address"), "", Form.Kind.TEXT));
        try (Answers a = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("find the server"))) {
            String typed = a.get("TPS").map(s -> new String(s.chars())).orElse("");
            return only(PhoneHome.address(typed).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the server"),
                    WORDS.say("That is not the address of a server.")).code("bad-address").exception()));
        }
    }

    private static ServiceInfo only(URI tps) {
        return new ServiceInfo("", tps, Optional.empty(), Optional.empty());
    }

    private TokenResult result(String verb, Operation operation, TpsResult done, CardGlance glance, Optional<TokenInfo> before,
            CardSession session, ServiceInfo service, CardWatch watch, Wish wish, Instant begin) {
        var notes = new ArrayList<>(done.notes());
        Optional<Cuid> cuid = done.cuid().or(glance::cuid);
        String state = "";
        List<TokenResult.Certificate> certificates = List.of();
        List<TokenResult.Certificate> removed = List.of();
        try {
            var reader = new ReaderState(session.reader(), "", ReaderState.Presence.PRESENT, Optional.of(session.atr()), 0);
            TokenInfo info = drivers.read(reader, TransportRules.over(session));
            state = info.state().text();
            notes.addAll(info.problems());
            var outcome = new Outcomes(before, info, watch, keys, cuid, begin);
            certificates = outcome.now();
            removed = outcome.removed();
            if (operation != Operation.RESET_PIN) {
                outcome.remember();
            }
        } catch (EscException e) {
            // the operation went well; that its fruit cannot be looked at is worth a note, not a failure
            notes.add(WORDS.say("What is on the token now could not be read: {0}", e.getMessage()));
        }
        if (wish.recover() && certificates.stream().noneMatch(c -> c.outcome() == TokenResult.Outcome.RECOVERED)) {
            notes.add(WORDS.say("No key of an earlier token was recovered. A key can be recovered if the server has archived it and "
                        + "an agent has reported the earlier token as lost or damaged."));
        }
        if (wish.temporary()) {
            certificates.stream().map(TokenResult.Certificate::notAfter).min(String::compareTo)
                    .ifPresent(end -> notes.add(WORDS.say("This is a temporary token: its certificates end on {0}.", Day.text(end))));
        }
        if (operation == Operation.ENROLL) {
            service.welcome().ifPresent(page -> notes.add(WORDS.say("The issuer's page for enrolled tokens: {0}", page)));
        }
        return new TokenResult(verb, cuid.map(Cuid::toString).orElse(""), session.reader(), service.operation().toString(), 0, state, certificates,
                removed, done.apdus(), done.times().operation(), done.times(), notes, Optional.empty());
    }
}

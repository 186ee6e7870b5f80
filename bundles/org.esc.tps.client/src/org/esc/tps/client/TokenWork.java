// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
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

    private final Readers readers;
    private final Drivers drivers;
    private final TpsClient client;
    private final Journal journal;
    private final Optional<CardFiles> files;
    private final PhoneHome phoneHome;
    private final UserSettings settings;
    private final TrustStore trustStore;
    private final TlsIdentities identities;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public TokenWork(@Reference Readers readers, @Reference Drivers drivers, @Reference TpsClient client, @Reference Journal journal,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        this(readers, drivers, client, journal, Optional.ofNullable(files), new PhoneHome(), new UserSettings(), new TrustStore());
    }

    /** With its own places to remember things. */
    public TokenWork(Readers readers, Drivers drivers, TpsClient client, Journal journal, Optional<CardFiles> files,
            PhoneHome phoneHome, Path settings) {
        this(readers, drivers, client, journal, files, phoneHome, new UserSettings(settings),
                new TrustStore(settings.toAbsolutePath().resolveSibling("trust")));
    }

    /** With settings and a trust store of its own, too. */
    public TokenWork(Readers readers, Drivers drivers, TpsClient client, Journal journal, Optional<CardFiles> files, PhoneHome phoneHome,
            UserSettings settings, TrustStore trustStore) {
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

    TokenResult run(String verb, Operation operation, TokenArgs args, Optional<String> tokenType, LinkArgs link, Context context)
            throws EscException {
        try (var card = CardChoice.of(readers, files, args.card(), context)) {
            return run(verb, operation, card.reader(), args, tokenType, link, context);
        }
    }

    private TokenResult run(String verb, Operation operation, String reader, TokenArgs args, Optional<String> tokenType, LinkArgs link,
            Context context) throws EscException {
        try (CardSession session = readers.connect(reader, Origin.verb(verb))) {
            var glance = CardGlance.at(TransportRules.over(session));
            Optional<Journal.HalfDone> half = glance.cuid().flatMap(journal::halfDone);
            half.ifPresent(h -> context.interaction().tell(unfinished(h, operation)));
            if (glance.enrolled() && operation != Operation.RESET_PIN) {
                confirm(operation, glance, context);
            }
            settings.managed().problems().forEach(context.interaction()::tell);
            Trust trust = trust(args);
            Optional<URI> proxy = link.proxy().isPresent() ? link.proxy() : settings.address("proxy");
            try (TlsIdentity who = identities.open(args.client(), session, context)) {
                ServiceInfo service = service(args, proxy, glance, trust, who, context);
                var request = TpsRequest.of(operation, service.operation()).trust(trust).identity(who).statusUpdates(!link.noStatus())
                        .extendedLogin(!link.plainLogin())
                        .timeouts(TpsRequest.CONNECT_TIMEOUT, Duration.ofSeconds(timeout(link)));
                Optional<String> type = tokenType.or(service::tokenType);
                request = type.isPresent() ? request.tokenType(type.get()) : request;
                request = args.user().isPresent() ? request.user(args.user().get()) : request;
                request = proxy.isPresent() ? request.proxy(proxy.get()) : request;
                TpsResult done = run(request, half, glance, args, session, context);
                return result(verb, done, glance, session, service.operation());
            }
        }
    }

    /** Whom to trust, by what was given and what is set. */
    private Trust trust(TokenArgs args) throws EscException {
        var ca = new ArrayList<>(args.ca());
        if (!ca.isEmpty()) {
            settings.allow(UserSettings.CA, "--ca", ca.getFirst().toString());
        } else {
            settings.get(UserSettings.CA).map(Path::of).ifPresent(ca::add);
        }
        if (args.revocation().isPresent()) {
            settings.allow("revocation", "--revocation", args.revocation().get().name().toLowerCase(Locale.ROOT));
        }
        Trust.Revocation how = args.revocation().isPresent() ? args.revocation().get()
                : Trust.Revocation.valueOf(settings.get("revocation").orElse("soft").toUpperCase(Locale.ROOT));
        return new Trust(ca, how).sources(Trust.sources(settings, trustStore));
    }

    private int timeout(LinkArgs link) throws EscException {
        if (link.timeout().isPresent()) {
            settings.allow("message-timeout", "--timeout", link.timeout().get().toString());
        }
        return link.timeout().isPresent() ? link.timeout().get() : settings.number("message-timeout");
    }

    private TpsResult run(TpsRequest request, Optional<Journal.HalfDone> half, CardGlance glance, TokenArgs args, CardSession session,
            Context context) throws EscException {
        try {
            if (request.operation() == Operation.ENROLL && half.isPresent() && half.get().operation() == Operation.FORMAT
                    && formatFirst(context)) {
                client.run(request.operation(Operation.FORMAT), session, context);
            }
            return client.run(request, session, context);
        } catch (EscException e) {
            if (args.tps().isEmpty() && (e.fault() == Fault.NETWORK || e.fault() == Fault.TLS)) {
                // what the issuer once said may have changed: ask again next time
                glance.cuid().ifPresent(phoneHome::forget);
            }
            throw e;
        }
    }

    private static String unfinished(Journal.HalfDone h, Operation operation) {
        String when = DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM).format(h.since().atZone(ZoneId.systemDefault()));
        return (h.operation() == Operation.FORMAT ? "Formatting" : "Enrolling") + " this token was cut short on " + when + "."
                + (operation == Operation.FORMAT || h.operation() == Operation.FORMAT ? "" : " If this does not work, format it first.");
    }

    /** Offers to do a format again that was cut short: without it there is nothing to enrol. */
    private static boolean formatFirst(Context context) throws EscException {
        var question = new Interaction.Confirmation("Format the token first",
                "The token cannot be enrolled until formatting it has been completed. Shall it be formatted now?", false);
        return Ask.await(context.interaction().confirm(question), context.cancel(), question.title());
    }

    private static void confirm(Operation operation, CardGlance glance, Context context) throws EscException {
        String which = glance.cuid().map(c -> "Token " + c.display()).orElse("This token");
        var question = operation == Operation.FORMAT
                ? new Interaction.Confirmation("Format an enrolled token",
                        which + " is enrolled. Formatting erases its keys and certificates for good; what was encrypted for it can "
                                + "then only be read if its keys are archived.",
                        true)
                : new Interaction.Confirmation("Enrol an enrolled token again",
                        which + " is enrolled already. Enrolling it again replaces its keys and certificates for good; what was "
                                + "encrypted for it can then only be read if its keys are archived.",
                        true);
        if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
            throw Problem.of(Fault.CANCELLED, question.title(), "Nothing was changed.").exception();
        }
    }

    private ServiceInfo service(TokenArgs args, Optional<URI> proxy, CardGlance glance, Trust trust, TlsIdentity who, Context context)
            throws EscException {
        if (args.tps().isPresent()) {
            settings.allow(UserSettings.TPS, "--tps", args.tps().get().toString());
            return only(args.tps().get());
        }
        Optional<URI> named = settings.on("ignore-issuer-info") ? Optional.empty() : glance.issuerInfo();
        Optional<URI> home = named.isPresent() ? named : settings.address(UserSettings.PHONE_HOME);
        Optional<URI> preferred = settings.address(UserSettings.TPS);
        if (home.isPresent() && glance.cuid().isPresent() && (named.isPresent() || preferred.isEmpty())) {
            Cuid cuid = glance.cuid().get();
            Optional<ServiceInfo> known = phoneHome.cached(cuid, home.get());
            if (known.isPresent()) {
                return known.get();
            }
            try {
                context.progress().at(-1, "Asking the token's issuer for its server");
                return phoneHome.fetch(home.get(), cuid, trust, who, proxy, TpsRequest.CONNECT_TIMEOUT, context.cancel());
            } catch (EscException e) {
                if (e.fault() != Fault.NETWORK) {
                    throw e;
                }
                context.interaction().tell(e.getMessage());
            }
        }
        if (preferred.isPresent()) {
            return only(preferred.get());
        }
        var form = Form.of("Server", "Which token management system is to be used? Its address looks like "
                + "https://host:8443/tps/tps.", new Form.Field("TPS", "Address", "", Form.Kind.TEXT));
        try (Answers a = Ask.await(context.interaction().fill(form), context.cancel(), "find the server")) {
            String typed = a.get("TPS").map(s -> new String(s.chars())).orElse("");
            return only(PhoneHome.address(typed).orElseThrow(() -> Problem.of(Fault.USAGE, "find the server",
                    "That is not the address of a server.").code("bad-address").exception()));
        }
    }

    private static ServiceInfo only(URI tps) {
        return new ServiceInfo("", tps, Optional.empty(), Optional.empty());
    }

    private TokenResult result(String verb, TpsResult done, CardGlance glance, CardSession session, URI server) {
        var notes = new ArrayList<>(done.notes());
        String state = "";
        List<TokenResult.Certificate> certificates = List.of();
        try {
            var reader = new ReaderState(session.reader(), "", ReaderState.Presence.PRESENT, Optional.of(session.atr()), 0);
            TokenInfo info = drivers.read(reader, TransportRules.over(session));
            state = info.state().text();
            notes.addAll(info.problems());
            certificates = info.certificates().stream().map(c -> {
                var x = c.certificate();
                return new TokenResult.Certificate(c.id(), c.label(), x.getSubjectX500Principal().getName(),
                        x.getIssuerX500Principal().getName(), Hex.of(x.getSerialNumber().toByteArray()),
                        x.getNotAfter().toInstant().toString());
            }).toList();
        } catch (EscException e) {
            // the operation went well; that its fruit cannot be looked at is worth a note, not a failure
            notes.add("What is on the token now could not be read: " + e.getMessage());
        }
        return new TokenResult(verb, done.cuid().or(glance::cuid).map(Cuid::toString).orElse(""), session.reader(),
                server.toString(), 0, state, certificates, done.apdus(), done.times().operation(), done.times(), notes);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.command.Ask;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.driver.host.Drivers;
import org.esc.tps.client.ClientArgs;
import org.esc.tps.client.TlsIdentities;
import org.esc.tps.client.TpsClient;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The security officer's desk: where officers sign in with their own card. */
@Component(service = Desk.class)
public final class Desk {

    private static final Words WORDS = Words.of(Desk.class);

    /** What stands before the number that an officer's card signs, so that the signature is good for nothing else. */
    private static final String PURPOSE = "ESC security officer sign-in\n";
    private static final ClientArgs ITSELF = new ClientArgs(Optional.empty(), Optional.empty(), Optional.of(ClientArgs.ITSELF));
    private static final String STEP = WORDS.say("sign in as a security officer");

    private final Readers readers;
    private final Drivers drivers;
    private final TpsClient client;
    private final TlsIdentities identities;
    private final Optional<CardFiles> files;
    private final DeskSettings settings;
    private final OfficerLog log;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public Desk(@Reference Readers readers, @Reference Drivers drivers, @Reference TpsClient client, @Reference TlsIdentities identities,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        this(readers, drivers, client, identities, Optional.ofNullable(files), new DeskSettings(), new OfficerLog());
    }

    /** With its own places to remember things. */
    public Desk(Readers readers, Drivers drivers, TpsClient client, TlsIdentities identities, Optional<CardFiles> files, DeskSettings settings,
            OfficerLog log) {
        this.readers = readers;
        this.drivers = drivers;
        this.client = client;
        this.identities = identities;
        this.files = files;
        this.settings = settings;
        this.log = log;
    }

    /** What the desk remembers. */
    public DeskSettings settings() {
        return settings;
    }

    /** What was done here. */
    public OfficerLog log() {
        return log;
    }

    Readers readers() {
        return readers;
    }

    Optional<CardFiles> files() {
        return files;
    }

    /**
     * Signs in with the key on the officer's card, for which the officer types its PIN: by TLS to our own server, which looks certificate, card and
     * owner up. With an LDAP directory the card signs a fresh number; this desk verifies that, the certificate, and that the owner is among the
     * officers.
     *
     * @throws EscException LOGIN if it is no good card, or its owner no officer; USAGE if desk or card are not clear; CARD, NETWORK, TLS, CANCELLED
     */
    public DeskSession signIn(DeskArgs args, Context context) throws EscException {
        var tps = settings.tps(args);
        var trust = settings.trust(args);
        Optional<URI> proxy = settings.proxy(args);
        Duration patience = settings.timeout(args);
        Optional<LdapSettings> ldap = settings.directory(args);
        CardChoice choice = choose(args, context);
        boolean good = false;
        Directory directory = null;
        String uid = "";
        String number = "";
        try {
            long insertion = insertion(choice.reader());
            Optional<OfficerServer> server = Optional.empty();
            Officer officer;
            var notes = new ArrayList<String>();
            try (CardSession session = readers.connect(choice.reader(), Origin.verb("officer"));
                    var _ = context.cancel().onCancel(session::close)) {
                OfficerCard card = OfficerCard.read(session, drivers, context);
                var cuid = card.cuid();
                number = cuid.toString();
                uid = card.uid();
                if (ldap.isPresent()) {
                    directory = new LdapPeople(ldap.get(), trust, password(ldap.get(), context));
                    notes.addAll(new CardIssuers(trust).check(card.certificate(), card.others(), context.cancel()));
                    if (!directory.isOfficer(uid, context.cancel())) {
                        throw Problem.of(Fault.LOGIN, STEP, WORDS.say("{0} is no security officer.", uid)).code("no-officer")
                                .advice(WORDS.say("Officers are in the group {0} of the directory.", ldap.get().officers())).exception();
                    }
                    card.verifyPin();
                    // a fresh number each time: an old signature proves nothing; the card's reading of its key is compared with the certificate
                    card.sign(PURPOSE + nonce());
                    officer = new Officer(uid, card.name(), cuid, choice.reader());
                } else {
                    var own = new OfficerServer(tps, trust, proxy);
                    directory = own;
                    server = Optional.of(own);
                    Found.Candidate who;
                    try (var identity = identities.open(ITSELF, session, new Context(new OfficersPin(context.interaction(), choice.reader()),
                            context.progress(), context.cancel()))) {
                        who = own.login(identity, context.cancel());
                    }
                    notes.addAll(own.notes());
                    officer = new Officer(who.uid(), who.name(), cuid, choice.reader());
                }
                try {
                    // the PIN is not left verified for whoever speaks to the card next
                    session.reset();
                } catch (EscException _) {
                    // a card that cannot be reset is looked for in its reader all the same
                }
            }
            log.add(event(officer.uid(), number, "done", String.join(" ", notes), tps.toString()));
            var parts = new DeskSession.Parts(readers, drivers, client, settings, log, choice);
            var session = new DeskSession(parts, officer, insertion, tps, trust, proxy, patience, directory, server, notes);
            good = true;
            return session;
        } catch (EscException e) {
            if (e.fault() == Fault.LOGIN) {
                log.add(event(uid, number, "refused", e.getMessage(), tps.toString()));
            }
            throw context.cancel().isCancelled() && e.fault() != Fault.CANCELLED ? Cancel.cancelled(e.problem().step(), e) : e;
        } finally {
            if (!good) {
                if (directory != null) {
                    directory.close();
                }
                choice.close();
            }
        }
    }

    private CardChoice choose(DeskArgs args, Context context) throws EscException {
        var here = readers.withCard();
        if (!args.officerCard().named() && here.size() > 1) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("There are {0} cards here, so it is not clear which is the officer's.", here.size())).code("which-card")
                    .advice(WORDS.say("Choose it with --officer-reader: {0}.", String.join(", ", here))).exception();
        }
        return CardChoice.of(readers, files, args.officerCard(), context);
    }

    private static OfficerLog.Event event(String uid, String card, String result, String message, String server) {
        return new OfficerLog.Event("", uid, card, "sign-in", "", "", "", server, result, message, "");
    }

    private long insertion(String reader) throws EscException {
        return readers.list().stream().filter(r -> r.name().equals(reader)).findFirst().filter(ReaderState::hasCard).map(ReaderState::insertion)
                .orElseThrow(() -> Problem.of(Fault.CARD, STEP, WORDS.say("There is no card in \"{0}\".", reader)).code("no-card")
                        .advice(WORDS.say("Insert the security officer's card.")).exception());
    }

    private static String nonce() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static Optional<Secret> password(LdapSettings ldap, Context context) throws EscException {
        if (ldap.bind().isEmpty()) {
            return Optional.empty();
        }
        var form = Form.of(WORDS.say("Directory"), WORDS.say("The desk logs in to {0} as {1}.", ldap.server(), ldap.bind().get()),
                new Form.Field("DIRECTORY_PASSWORD", WORDS.say("Password of the directory"), "", Form.Kind.PASSWORD));
        try (var a = Ask.await(context.interaction().fill(form), context.cancel(), STEP)) {
            return Optional.of(a.get("DIRECTORY_PASSWORD").orElseThrow(() -> Problem.of(Fault.USAGE, STEP, WORDS.say("No password was given.")).exception()).copy());
        }
    }
}

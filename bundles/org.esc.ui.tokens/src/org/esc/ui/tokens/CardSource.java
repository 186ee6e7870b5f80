// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.driver.Pin;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenKey;
import org.esc.driver.host.InWords;
import org.esc.driver.host.TokenInfo;
import org.esc.driver.host.Tokens;
import org.esc.tps.client.Day;
import org.esc.tps.client.Journal;
import org.esc.tps.client.LoginToken;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.ServiceInfo;
import org.esc.tps.client.UserSettings;
import org.esc.ui.DesktopSettings;
import org.esc.ui.Services;
import org.esc.ui.tokens.TokenRow.Property;
import org.esc.ui.tokens.TokenRow.Section;

/** Readers and cards as the ports and drivers of this installation see them. */
final class CardSource implements TokensModel.Source {

    private static final Words WORDS = Words.of(CardSource.class);

    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE;

    private final Optional<Readers> readers = Services.find(Readers.class);
    private final SoftTokens softTokens = TokensPlugin.softTokens();

    @Override
    public List<ReaderState> readers() {
        return readers.map(Readers::list).orElse(List.of());
    }

    @Override
    public List<TokenRow> shelf() {
        var taken = readers().stream().map(ReaderState::name).toList();
        return softTokens.shelf().stream().filter(token -> !taken.contains(softTokens.name(token)))
                .map(token -> new TokenRow(new ReaderState(softTokens.name(token), "Software", ReaderState.Presence.EMPTY, Optional.empty(), 0),
                        token.state(), "", Optional.empty(), token.trouble())).toList();
    }

    @Override
    public List<String> complaints() {
        return readers.map(Readers::complaints)
                .orElseGet(() -> List.of(WORDS.say("The part of this program that talks to readers has not started.")));
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        Subscription shelf = softTokens.subscribe(changed);
        Optional<Subscription> cards = readers.map(r -> r.subscribe(changed));
        return () -> {
            shelf.close();
            cards.ifPresent(Subscription::close);
        };
    }

    @Override
    public void forget(String reader) {
        Services.find(Tokens.class).ifPresent(tokens -> tokens.forget(reader));
    }

    @Override
    public TokenRow.Facts read(ReaderState reader) throws EscException {
        Tokens tokens = Services.find(Tokens.class).orElseThrow(() -> Problem
                .of(Fault.DEFECT, WORDS.say("read the card"), WORDS.say("The part of this program that reads tokens has not started.")).exception());
        TokenInfo info = tokens.read(reader.name());
        Optional<Journal.HalfDone> halfDone = info.cuid().flatMap(cuid -> Services.find(Journal.class).flatMap(j -> j.halfDone(cuid)));
        Optional<ServiceInfo> service = info.cuid().flatMap(new PhoneHome()::remembered).map(PhoneHome.Remembered::info);
        return facts(info, halfDone, Instant.now(), DesktopSettings.reminderDays(), LoginToken.is(info.label()), service, enrolmentPage());
    }

    private static Optional<URI> enrolmentPage() {
        try {
            return new UserSettings().address("enroll-page");
        } catch (EscException _) {
            // what is wrong with the settings is said where they are needed more
            return Optional.empty();
        }
    }

    /** What is shown of a token. */
    static TokenRow.Facts facts(TokenInfo info, Optional<Journal.HalfDone> halfDone, Instant now) {
        return facts(info, halfDone, now, DesktopSettings.REMINDER_DAYS, false, Optional.empty(), Optional.empty());
    }

    /**
     * What is shown of a token.
     *
     * @param days    how many days before a certificate ends it is said to end soon
     * @param login   true if the person has logged in to the desktop with it
     * @param service what its issuer says of its services, if that is known
     * @param page    to enrol by, where the issuer names none
     */
    static TokenRow.Facts facts(TokenInfo info, Optional<Journal.HalfDone> halfDone, Instant now, int days, boolean login,
            Optional<ServiceInfo> service, Optional<URI> page) {
        // a PIV or OpenPGP card is somebody's token, too, but no token management system formats or enrols it
        boolean managed = !info.operations().isEmpty();
        TokenState state = halfDone.isPresent() ? TokenState.INTERRUPTED : switch (info.state()) {
            case UNFORMATTED -> managed ? TokenState.UNFORMATTED : TokenState.FOREIGN;
            case FORMATTED -> managed ? TokenState.FORMATTED : TokenState.FOREIGN;
            case ENROLLED -> managed ? TokenState.ENROLLED : TokenState.FOREIGN;
            case BLOCKED -> managed ? TokenState.BLOCKED : TokenState.FOREIGN;
            case PIN_BLOCKED -> TokenState.PIN_BLOCKED;
            case FOREIGN -> TokenState.FOREIGN;
            case MUTE, UNKNOWN -> TokenState.MUTE;
            case BUSY -> TokenState.IN_USE;
        };
        return new TokenRow.Facts(state, info.issuer(), info.issuedTo(), info.keyId(),
                info.expiry().map(CardSource::day).orElse(""), info.expiry().filter(e -> e.isBefore(now)).isPresent(),
                info.nextStep(), sections(info, state, halfDone, now),
                new TokenRow.More(info.expiry(), info.expiry().filter(e -> e.isBefore(now.plus(days, ChronoUnit.DAYS))).isPresent(), login,
                        info.pins().stream().anyMatch(p -> p.role() == Pin.Role.USER && p.changeable() && !p.blocked()), info.unblockable(),
                        service.flatMap(ServiceInfo::page).or(() -> page), service.flatMap(ServiceInfo::welcome)));
    }

    private static List<Section> sections(TokenInfo info, TokenState state, Optional<Journal.HalfDone> halfDone, Instant now) {
        var sections = new ArrayList<Section>();
        var token = new ArrayList<Property>();
        add(token, WORDS.say("Key ID"), info.keyId());
        halfDone.ifPresent(cut -> add(token, WORDS.say("Cut off"), cut.operation() == org.esc.tps.Operation.FORMAT
                ? WORDS.say("formatting that began {0}", Day.minute(cut.since())) : WORDS.say("enrolling that began {0}", Day.minute(cut.since()))));
        add(token, WORDS.say("Label"), info.label());
        add(token, WORDS.say("Applet version"), info.identity().appletVersion());
        add(token, WORDS.say("Life cycle"), info.identity().lifeCycle());
        var identity = info.identity();
        identity.totalMemory().ifPresent(total -> add(token, WORDS.say("Memory"), identity.freeMemory().isPresent()
                ? WORDS.say("{0} bytes, {1} free", total, identity.freeMemory().getAsInt()) : WORDS.say("{0} bytes", total)));
        add(token, WORDS.say("Serial number"), identity.serial());
        identity.details().forEach(d -> add(token, d.name(), d.value()));
        info.pinTries().ifPresent(tries -> add(token, WORDS.say("Password tries left"), Integer.toString(tries)));
        add(token, WORDS.say("Server"), identity.issuerUrl());
        info.keyInfo().forEach(line -> add(token, WORDS.say("Card manager keys"), line));
        add(token, WORDS.say("Production data"), info.cplc());
        add(token, WORDS.say("Also on the card"), String.join(", ", info.others()));
        add(token, WORDS.say("Read by"), info.driver().isEmpty() ? "" : WORDS.say("{0} driver: {1}", info.driver(), info.reason()));
        info.problems().forEach(problem -> add(token, WORDS.say("Trouble"), problem));
        sections.add(new Section(WORDS.say("Token"), state.words(), state.icon(), token, List.of()));
        if (!info.certificates().isEmpty()) {
            sections.add(new Section(WORDS.say("Certificates"), count(info.certificates().size()), "certificate", List.of(),
                    info.certificates().stream().map(c -> certificate(c, now)).toList()));
        }
        if (!info.keys().isEmpty()) {
            sections.add(new Section(WORDS.say("Keys"), count(info.keys().size()), "key",
                    info.keys().stream().map(CardSource::key).toList(), List.of()));
        }
        return sections;
    }

    private static String count(int n) {
        return Integer.toString(n);
    }

    private static Section certificate(TokenCertificate c, Instant now) {
        X509Certificate x = c.certificate();
        var p = new ArrayList<Property>();
        add(p, WORDS.say("Subject"), x.getSubjectX500Principal().getName());
        add(p, WORDS.say("Issuer"), x.getIssuerX500Principal().getName());
        add(p, WORDS.say("Serial number"), HexFormat.of().withUpperCase().formatHex(x.getSerialNumber().toByteArray()));
        add(p, WORDS.say("Valid from"), Day.text(x.getNotBefore().toInstant()));
        add(p, WORDS.say("Valid until"), Day.text(x.getNotAfter().toInstant()) + ", " + InWords.validity(c, now));
        add(p, WORDS.say("Key"), c.keyText());
        add(p, WORDS.say("Use"), use(x.getKeyUsage()));
        String name = c.subject("CN").isEmpty() ? x.getSubjectX500Principal().getName() : c.subject("CN");
        return new Section(c.label().isEmpty() ? c.id() : c.label(), name + ", " + InWords.validity(c, now), "certificate", p, List.of());
    }

    private static String use(boolean[] bits) {
        if (bits == null) {
            return "";
        }
        // RFC 5280 section 4.2.1.3, in the order of the bits
        String[] names = {WORDS.say("digital signature"), WORDS.say("non-repudiation"), WORDS.say("key encipherment"), WORDS.say("data encipherment"),
                WORDS.say("key agreement"),
            WORDS.say("certificate signing"), WORDS.say("CRL signing")};
        var uses = new ArrayList<String>();
        for (int i = 0; i < Math.min(bits.length, names.length); i++) {
            if (bits[i]) {
                uses.add(names[i]);
            }
        }
        return String.join(", ", uses);
    }

    private static Property key(TokenKey k) {
        String what = k.uses().isEmpty() ? WORDS.say("{0}, {1} bits", InWords.type(k.type()), k.bits())
                : WORDS.say("{0}, {1} bits: {2}", InWords.type(k.type()), k.bits(), InWords.uses(k.uses()));
        return new Property(WORDS.say("Slot {0}", k.slot()), k.mate().isEmpty() ? what : what + " " + WORDS.say("(pair with slot {0})", k.mate()));
    }

    private static void add(List<Property> properties, String name, String value) {
        if (!value.isEmpty()) {
            properties.add(new Property(name, value));
        }
    }

    private static String day(Instant at) {
        return DAY.withLocale(Locale.ROOT).format(at.atZone(ZoneId.systemDefault()));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.driver.Access;
import org.esc.driver.Certificates;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.Keys;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.host.InWords;
import org.esc.driver.verbs.CertificateRow;
import org.esc.driver.verbs.CertificateVerbs;
import org.esc.driver.verbs.TokenContent;

/**
 * A line of the Token Explorer's tree.
 *
 * @param kind        what it stands for
 * @param reader      that the card is in
 * @param driver      of the application, empty above it
 * @param id          of the certificate, key, object or PIN on the token, else empty
 * @param name        first column
 * @param note        second column, may be empty
 * @param icon        by name
 * @param application the application it belongs to, if it does
 * @param item        the certificate, key, object or PIN
 * @param properties  all that is known of it
 * @param children    what belongs to it
 */
record Entry(Kind kind, String reader, String driver, String id, String name, String note, String icon,
        Optional<TokenContent.Application> application, Optional<Object> item, List<Property> properties, List<Entry> children) {

    private static final Words WORDS = Words.of(Entry.class);


    /** What a line stands for. */
    enum Kind {
        READER, APPLICATION, CERTIFICATES, CERTIFICATE, KEYS, KEY, OBJECTS, OBJECT, PINS, PIN;

        String words() {
            return switch (this) {
                case READER -> WORDS.say("Card");
                case APPLICATION -> WORDS.say("Application");
                case CERTIFICATES -> WORDS.say("Certificates");
                case CERTIFICATE -> WORDS.say("Certificate");
                case KEYS -> WORDS.say("Keys");
                case KEY -> WORDS.say("Key");
                case OBJECTS -> WORDS.say("Objects");
                case OBJECT -> WORDS.say("Object");
                case PINS -> WORDS.say("PINs");
                case PIN -> WORDS.say("PIN");
            };
        }
    }

    /** A name and a value. */
    record Property(String name, String value) {
    }

    Entry {
        properties = List.copyOf(properties);
        children = List.copyOf(children);
    }

    /** Where it stands in the tree: the same for the same thing when the card is read again. */
    String path() {
        return String.join("\n", kind.name(), reader, driver, id);
    }

    Optional<CertificateVerbs.Shown> certificate() {
        return item.filter(CertificateVerbs.Shown.class::isInstance).map(CertificateVerbs.Shown.class::cast);
    }

    Optional<TokenContent.KeyRow> key() {
        return item.filter(TokenContent.KeyRow.class::isInstance).map(TokenContent.KeyRow.class::cast);
    }

    Optional<TokenContent.ObjectRow> object() {
        return item.filter(TokenContent.ObjectRow.class::isInstance).map(TokenContent.ObjectRow.class::cast);
    }

    Optional<TokenContent.PinRow> pin() {
        return item.filter(TokenContent.PinRow.class::isInstance).map(TokenContent.PinRow.class::cast);
    }

    /** A card with all that is on it. */
    static Entry of(ExplorerModel.Card card) {
        String reader = card.reader().name();
        var properties = new ArrayList<Property>();
        add(properties, WORDS.say("Reader"), reader);
        add(properties, WORDS.say("Answer to reset"), card.reader().atr().map(Object::toString).orElse(""));
        card.content().ifPresent(c -> {
            add(properties, WORDS.say("Card ID"), c.cardId());
            c.problems().forEach(p -> add(properties, WORDS.say("Trouble"), p));
            if (c.applications().isEmpty()) {
                add(properties, WORDS.say("Drivers"), WORDS.say("None knows this card; \"Why This Driver\" tells what each says about it."));
            }
        });
        card.problem().map(Problem::message).ifPresent(p -> add(properties, WORDS.say("Trouble"), p));
        String note = switch (card.state()) {
            case READING -> card.content().isPresent() ? "" : WORDS.say("reading…");
            case READ -> card.content().filter(c -> c.applications().isEmpty()).isPresent() ? WORDS.say("no driver knows it") : "";
            case FAILED -> card.problem().map(Problem::message).orElse("");
        };
        return new Entry(Kind.READER, reader, "", "", reader, note, "card", Optional.empty(), Optional.empty(), properties,
                card.content().map(c -> c.applications().stream().map(a -> application(reader, a)).toList()).orElse(List.of()));
    }

    private static Entry application(String reader, TokenContent.Application a) {
        var properties = new ArrayList<Property>();
        add(properties, WORDS.say("Driver"), a.driver());
        add(properties, WORDS.say("Why this driver"), WORDS.say("{0} (score {1})", a.reason(), a.score()));
        add(properties, WORDS.say("State"), a.state().text());
        a.details().forEach(d -> add(properties, d.name(), d.value()));
        a.administratorKey().ifPresent(k -> add(properties, WORDS.say("Administrator's key"), k.isDefault() ? WORDS.say("{0}, the well-known one: change it",
                k.kind().name()) : k.kind().name()));
        a.steps().forEach(s -> add(properties, WORDS.say("Can be done"), s.label()));
        a.problems().forEach(p -> add(properties, WORDS.say("Trouble"), p));
        var groups = new ArrayList<Entry>();
        if (a.offers(Certificates.class)) {
            groups.add(group(Kind.CERTIFICATES, reader, a, a.certificates().stream().map(c -> certificate(reader, a, c)).toList()));
        }
        if (a.offers(Keys.class)) {
            groups.add(group(Kind.KEYS, reader, a, a.keys().stream().map(k -> key(reader, a, k)).toList()));
        }
        if (a.offers(DataObjects.class)) {
            groups.add(group(Kind.OBJECTS, reader, a, a.objects().stream().map(o -> object(reader, a, o)).toList()));
        }
        if (a.offers(Pins.class)) {
            groups.add(group(Kind.PINS, reader, a, a.pins().stream().map(p -> pin(reader, a, p)).toList()));
        }
        return new Entry(Kind.APPLICATION, reader, a.driver(), "", a.driver(), a.state().text(), "application", Optional.of(a), Optional.empty(),
                properties, groups);
    }

    private static Entry group(Kind kind, String reader, TokenContent.Application a, List<Entry> children) {
        // a place for a key or an object is listed too, so that something can be put there
        long empty = children.stream().filter(c -> c.note().equals(empty())).count();
        String count = children.isEmpty() ? WORDS.say("none") : empty == 0 ? Integer.toString(children.size()) : WORDS.say("{0} of {1}", children.size() - empty,
                children.size());
        return new Entry(kind, reader, a.driver(), "", kind.words(), count, "group",
                Optional.of(a), Optional.empty(), children.stream().map(c -> new Property(c.name(), c.note())).toList(), children);
    }

    private static Entry certificate(String reader, TokenContent.Application a, CertificateVerbs.Shown s) {
        CertificateRow c = s.certificate();
        String name = s.commonName().orElse(c.subject());
        return new Entry(Kind.CERTIFICATE, reader, a.driver(), c.id(), c.id() + "  " + name, c.expiry(), icon(c), Optional.of(a), Optional.of(s),
                List.of(), List.of());
    }

    /** Name of the icon that tells how long a certificate lives. */
    static String icon(CertificateRow c) {
        return switch (c.validity()) {
            case VALID -> "certificate";
            case ENDS_SOON, NOT_YET -> "certificate-soon";
            case EXPIRED -> "certificate-expired";
        };
    }

    private static Entry key(String reader, TokenContent.Application a, TokenContent.KeyRow k) {
        var properties = new ArrayList<Property>();
        add(properties, WORDS.say("Slot"), k.slot());
        add(properties, WORDS.say("Name"), k.label());
        add(properties, WORDS.say("Kind"), k.present() ? InWords.type(k.type()) + (k.bits() > 0 ? ", " + WORDS.say("{0} bit", k.bits()) : "") : empty());
        add(properties, WORDS.say("Other half in slot"), k.mate());
        add(properties, WORDS.say("Uses"), InWords.uses(k.uses()));
        add(properties, WORDS.say("Signs"), String.join(", ", k.signatures().stream().map(s -> s.standardName()).toList()));
        add(properties, WORDS.say("Decrypts"), k.decrypts() ? WORDS.say("yes") : "");
        add(properties, WORDS.say("Agrees on secrets"), k.agrees() ? WORDS.say("yes") : "");
        add(properties, WORDS.say("Asks for"), InWords.policy(k.policy()));
        add(properties, WORDS.say("Used after"), k.present() ? access(a, k.access()) : "");
        add(properties, WORDS.say("Certificate"), a.certificates().stream().map(CertificateVerbs.Shown::certificate)
                .filter(c -> c.keySlot().filter(k.slot()::equals).isPresent()).findFirst().map(c -> c.id() + ", " + c.subject()).orElse(""));
        add(properties, WORDS.say("Can be made here"), String.join(", ", k.generatable().stream().map(Entry::algorithm).toList()));
        add(properties, WORDS.say("Can be put here"), String.join(", ", k.importable().stream().map(Entry::algorithm).toList()));
        add(properties, WORDS.say("Public key"), k.publicKey().orElse(""));
        return new Entry(Kind.KEY, reader, a.driver(), k.slot(), k.slot() + (k.label().isEmpty() ? "" : "  " + k.label()), k.present()
                ? InWords.type(k.type()) + (k.bits() > 0 ? " " + k.bits() : "") : empty(), "key", Optional.of(a), Optional.of(k), properties, List.of());
    }

    /** "rsa-2048", as the verbs take it. */
    static String words(Enum<?> e) {
        return e.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** "RSA 2048", "EC P256". */
    static String algorithm(KeyAlgorithm k) {
        return switch (k) {
            case ED25519, X25519 -> k.curve();
            case BRAINPOOL_P256, BRAINPOOL_P384, BRAINPOOL_P512 -> k.family() + " " + k.curve();
            default -> k.name().replace('_', ' ');
        };
    }

    private static String access(TokenContent.Application a, Access access) {
        return Stream.concat(access.pin().map(p -> pin(a, p)).stream(), access.administrator() ? Stream.of(WORDS.say("the administrator's key")) : Stream.empty())
                .collect(Collectors.joining(WORDS.say(" and ")));
    }

    /** A PIN's name in words. */
    private static String pin(TokenContent.Application a, String id) {
        return a.pins().stream().map(TokenContent.PinRow::pin).filter(p -> p.id().equals(id)).map(Pin::label).filter(l -> !l.isEmpty()).findFirst()
                .orElse(id);
    }

    private static Entry object(String reader, TokenContent.Application a, TokenContent.ObjectRow row) {
        DataObject o = row.object();
        String size = o.size().isPresent() ? WORDS.say("{0} bytes", o.size().getAsInt()) : "";
        return new Entry(Kind.OBJECT, reader, a.driver(), o.id(), o.id() + (o.label().isEmpty() ? "" : "  " + o.label()),
                !o.present() ? empty() : access(a, o.reading()).isEmpty() ? size : (size.isEmpty() ? "" : size + ", ")
                        + WORDS.say("needs {0}", access(a, o.reading())), "object", Optional.of(a), Optional.of(row), List.of(), List.of());
    }

    private static Entry pin(String reader, TokenContent.Application a, TokenContent.PinRow row) {
        Pin p = row.pin();
        var properties = new ArrayList<Property>();
        add(properties, WORDS.say("Name"), p.label());
        add(properties, WORDS.say("Tries left"), !p.set() ? WORDS.say("not set") : p.triesLeft().isEmpty() ? WORDS.say("the token does not tell")
                : p.blocked() ? WORDS.say("{0}: blocked", tries(p)) : tries(p));
        add(properties, WORDS.say("Length"), p.digitsOnly() ? WORDS.say("{0} to {1} digits", p.minLength(), p.maxLength())
                : WORDS.say("{0} to {1} characters", p.minLength(), p.maxLength()));
        add(properties, WORDS.say("Can be changed"), p.changeable() ? WORDS.say("yes") : WORDS.say("no"));
        add(properties, p.set() ? WORDS.say("Unblocked with") : WORDS.say("Set with"), p.unblockedBy().map(by -> pin(a, by)).orElse(WORDS.say("nothing on the token")));
        return new Entry(Kind.PIN, reader, a.driver(), p.id(), p.label().isEmpty() ? p.id() : p.label(), !p.set() ? WORDS.say("not set") : p.blocked() ? WORDS.say("blocked")
                : p.triesLeft().isEmpty() ? "" : WORDS.many(p.triesLeft().getAsInt(), "{0} try left", "{0} tries left"), "pin",
                Optional.of(a), Optional.of(row), properties, List.of());
    }

    private static String tries(Pin p) {
        return p.tries().isPresent() ? WORDS.say("{0} of {1}", p.triesLeft().getAsInt(), p.tries().getAsInt()) : "" + p.triesLeft().getAsInt();
    }

    /** What is said of a place for something that is not there. */
    private static String empty() {
        return WORDS.say("empty");
    }

    private static void add(List<Property> list, String name, String value) {
        if (!value.isEmpty()) {
            list.add(new Property(name, value));
        }
    }
}

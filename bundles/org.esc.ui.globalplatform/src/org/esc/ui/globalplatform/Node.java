// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.esc.apdu.Words;
import org.esc.globalplatform.CardInfo;
import org.esc.globalplatform.CardProduction;
import org.esc.globalplatform.CardState;
import org.esc.globalplatform.CardTree;
import org.esc.globalplatform.KeyInfo;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.RegistryEntry;

/**
 * A line of the tree that shows a card's content.
 *
 * @param kind       what it stands for
 * @param name       first column
 * @param state      life cycle, in a word; may be empty
 * @param particular version or what it was installed from; may be empty
 * @param entry      its entry in the registry, if it has one
 * @param properties all that is known of it
 * @param children   what belongs to it
 */
record Node(Kind kind, String name, String state, String particular, Optional<RegistryEntry> entry, List<Property> properties,
        List<Node> children) {

    private static final Words WORDS = Words.of(Node.class);

    /** What a line stands for, with its icon. */
    enum Kind {
        /** The card with its issuer security domain. */
        CARD("card"),
        /** Another security domain. */
        DOMAIN("domain"),
        /** An application. */
        APPLICATION("application"),
        /** A load file. */
        PACKAGE("package"),
        /** A class in a load file, from which applications are installed. */
        MODULE("module");

        private final String icon;

        Kind(String icon) {
            this.icon = icon;
        }

        String words() {
            return switch (this) {
                case CARD -> WORDS.say("card");
                case DOMAIN -> WORDS.say("security domain");
                case APPLICATION -> WORDS.say("application");
                case PACKAGE -> WORDS.say("package");
                case MODULE -> WORDS.say("applet class");
            };
        }

        String icon() {
            return icon;
        }
    }

    /** A name and a value. */
    record Property(String name, String value) {
    }

    Node {
        properties = List.copyOf(properties);
        children = List.copyOf(children);
    }

    /** Name of the small icon for the life cycle; each has a shape of its own. */
    Optional<String> lifeCycleMark() {
        return entry.map(e -> "life-" + switch (e.kind()) {
            case ISSUER_DOMAIN -> CardState.of(e.lifeCycle()).map(s -> s.name().toLowerCase(Locale.ROOT).replace('_', '-')).orElse("other");
            case APPLICATION -> e.isLocked() ? "locked" : switch (e.lifeCycle()) {
                case 0x03 -> "installed";
                case 0x07 -> "selectable";
                // what a domain calls personalized is an application's own state; both can be selected
                case 0x0F -> "personalized";
                default -> "other";
            };
            default -> e.lifeCycle() == 0x01 ? "loaded" : "other";
        });
    }

    /** Name of the small icon for the privilege that matters most to whoever looks for it; all of them stand in the properties. */
    Optional<String> privilegeMark() {
        return entry.filter(e -> e.kind() == RegistryEntry.Kind.APPLICATION).flatMap(e -> e.isDefaultSelected() ? Optional.of("may-default")
                : e.privileges().has(Privilege.MANDATED_DAP_VERIFICATION) || e.privileges().has(Privilege.DAP_VERIFICATION)
                        ? Optional.of("may-verify")
                        : e.privileges().has(Privilege.DELEGATED_MANAGEMENT) || e.privileges().has(Privilege.AUTHORIZED_MANAGEMENT)
                                ? Optional.of("may-manage")
                                : Optional.empty());
    }

    /** All that the icons say, in words. */
    String spoken() {
        String words = entry.map(e -> String.join(", ", e.privileges().words())).filter(w -> !w.isEmpty()).map(w -> "\n" + w).orElse("");
        return kind.words() + " " + name + (state.isEmpty() ? "" : ", " + state) + words;
    }

    /** What a card tells to anybody, as a tree of one line. */
    static Node of(CardInfo info) {
        return new Node(Kind.CARD, WORDS.say("Card {0}", info.id()), "", info.chip(), Optional.empty(), properties(info), List.of());
    }

    /** A card's content. */
    static Node of(CardTree tree) {
        CardTree.Domain issuer = tree.issuer();
        var properties = new ArrayList<>(entryProperties(issuer.entry()));
        properties.addAll(properties(tree.info()));
        tree.problems().forEach(p -> properties.add(new Property(WORDS.say("Trouble"), p)));
        return new Node(Kind.CARD, WORDS.say("Card {0}", tree.info().id()), issuer.entry().state(), tree.info().chip(), Optional.of(issuer.entry()),
                properties, children(tree, issuer, new ArrayList<>()));
    }

    private static List<Node> children(CardTree tree, CardTree.Domain domain, List<CardTree.Domain> above) {
        var inner = new ArrayList<>(above);
        inner.add(domain);
        var nodes = new ArrayList<Node>();
        // a card may draw circles
        tree.domainsOf(domain.entry().aid()).stream().filter(d -> !inner.contains(d)).forEach(d -> nodes.add(domain(tree, d, inner)));
        if (domain == tree.issuer()) {
            // domains that belong to themselves stand beside the issuer's; they are shown in it, as they are on the same card
            tree.domains().stream().filter(d -> d != domain && d.parent().isEmpty()).forEach(d -> nodes.add(domain(tree, d, inner)));
        }
        domain.applications().forEach(a -> nodes.add(new Node(Kind.APPLICATION, a.aid().toString(), a.state(),
                particular(a), Optional.of(a), entryProperties(a), List.of())));
        domain.loadFiles().forEach(f -> nodes.add(loadFile(f)));
        return nodes;
    }

    private static String particular(RegistryEntry a) {
        return a.loadFile().map(f -> WORDS.say("from {0}", f)).orElse("") + more(a, a.loadFile().isPresent());
    }

    /** The privileges that are not plain from the icon of the kind. */
    private static String more(RegistryEntry e, boolean follows) {
        var words = e.privileges().words().stream().filter(w -> !w.equals(Privilege.SECURITY_DOMAIN.words())).toList();
        return words.isEmpty() ? "" : (follows ? "; " : "") + String.join(", ", words);
    }

    private static Node domain(CardTree tree, CardTree.Domain d, List<CardTree.Domain> above) {
        return new Node(Kind.DOMAIN, d.entry().aid().toString(), d.entry().state(), (d.parent().isEmpty() ? WORDS.say("its own master") : "") + more(d.entry(),
                d.parent().isEmpty()),
                Optional.of(d.entry()), entryProperties(d.entry()), children(tree, d, above));
    }

    private static Node loadFile(RegistryEntry f) {
        return new Node(Kind.PACKAGE, f.aid().toString(), f.state(), f.versionText().isEmpty() ? "" : WORDS.say("version {0}", f.versionText()), Optional.of(f),
                entryProperties(f), f.modules().stream().map(m -> new Node(Kind.MODULE, m.toString(), "", "", Optional.empty(),
                        List.of(new Property("AID", m.toString()), new Property(WORDS.say("In package"), f.aid().toString())), List.of())).toList());
    }

    private static List<Property> entryProperties(RegistryEntry e) {
        var list = new ArrayList<Property>();
        add(list, "AID", e.aid().toString());
        add(list, WORDS.say("Life cycle"), e.state() + String.format(" (%02X)", e.lifeCycle()));
        add(list, WORDS.say("Privileges"), String.join(", ", e.privileges().words()));
        e.loadFile().ifPresent(f -> add(list, WORDS.say("Installed from"), f.toString()));
        e.domain().ifPresent(d -> add(list, WORDS.say("Belongs to"), d.toString()));
        add(list, WORDS.say("Version"), e.versionText());
        return list;
    }

    private static List<Property> properties(CardInfo info) {
        var list = new ArrayList<Property>();
        add(list, WORDS.say("Card ID"), info.id());
        add(list, WORDS.say("Chip"), info.chip());
        add(list, WORDS.say("Answer to reset"), info.atr());
        info.domain().ifPresent(d -> add(list, WORDS.say("Issuer security domain"), d.toString()));
        info.data().ifPresent(d -> {
            add(list, "GlobalPlatform", d.version());
            add(list, WORDS.say("Secure channels"), d.channels().stream().map(Object::toString).collect(Collectors.joining(", ")));
        });
        info.memory().ifPresent(m -> {
            m.freePersistent().ifPresent(bytes -> add(list, WORDS.say("Free persistent memory"), WORDS.say("{0} bytes", bytes)));
            m.freeTransient().ifPresent(bytes -> add(list, WORDS.say("Free transient memory"), WORDS.say("{0} bytes", bytes)));
        });
        info.iin().ifPresent(v -> add(list, WORDS.say("Issuer identification number"), v));
        info.cin().ifPresent(v -> add(list, WORDS.say("Card image number"), v));
        info.sequenceCounter().ifPresent(v -> add(list, WORDS.say("Sequence counter"), v));
        for (KeyInfo k : info.keys()) {
            add(list, WORDS.say("Key {0}, version {1}", String.format("%02X", k.id()), String.format("%02X", k.version())), k.typeText() + (k.purpose().isEmpty() ? "" : ", "
                    + k.purpose()));
        }
        info.production().map(CardProduction::fields).orElse(List.of())
                .forEach(f -> add(list, f.label(), f.words().isEmpty() ? f.value() : f.value() + ", " + f.words()));
        info.problems().forEach(p -> add(list, WORDS.say("Trouble"), p));
        return list;
    }

    private static void add(List<Property> list, String name, String value) {
        if (!value.isEmpty()) {
            list.add(new Property(name, value));
        }
    }
}

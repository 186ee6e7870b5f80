// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.securechannel.keys.OpenedChannel;

/**
 * All that is on a card: its security domains, and what belongs to each. A flat list with parents named by AID, whatever circles a card
 * may draw. Cards before GlobalPlatform 2.2 do not tell what belongs where: everything is then the issuer's.
 *
 * @param info     what the card tells of itself
 * @param domains  the issuer's domain first
 * @param problems what could not be read, in sentences
 * @param listed   false if the card has no command to list its content: nothing but its own domain's AID is known of it
 * @param channel  the secure channel over which it was read, if somebody said
 */
public record CardTree(CardInfo info, List<Domain> domains, List<String> problems, boolean listed, Optional<OpenedChannel> channel) {

    private static final Words WORDS = Words.of(CardTree.class);

    public CardTree {
        domains = List.copyOf(domains);
        problems = List.copyOf(problems);
    }

    /**
     * A security domain.
     *
     * @param entry        the domain itself
     * @param parent       the domain it belongs to; empty for the issuer's, and for one that belongs to itself
     * @param applications its applications, no domains
     * @param loadFiles    its load files with their modules
     */
    public record Domain(RegistryEntry entry, Optional<Aid> parent, List<RegistryEntry> applications, List<RegistryEntry> loadFiles) {

        public Domain {
            applications = List.copyOf(applications);
            loadFiles = List.copyOf(loadFiles);
        }
    }

    /** As it was read over this channel. */
    public CardTree over(OpenedChannel opened) {
        return new CardTree(info, domains, problems, listed, Optional.of(opened));
    }

    /**
     * True if it is all of the card's content. A domain that is not the issuer's, and has not the privilege of the global registry, is shown
     * no more than what belongs to it (GlobalPlatform 2.3.1 §11.4.2): the issuer's domain, whose life cycle is never 0, is not among that.
     */
    public boolean isWhole() {
        return listed && issuer().entry().lifeCycle() != 0;
    }

    /** The issuer's domain. */
    public Domain issuer() {
        return domains.getFirst();
    }

    /** The card's life cycle, if it is one we know. */
    public Optional<CardState> state() {
        return CardState.of(issuer().entry().lifeCycle());
    }

    /** The domains that belong to this one. */
    public List<Domain> domainsOf(Aid parent) {
        return domains.stream().filter(d -> d.parent().filter(parent::equals).isPresent()).toList();
    }

    /** Everything of the registry. */
    public List<RegistryEntry> entries() {
        var all = new ArrayList<RegistryEntry>();
        for (Domain d : domains) {
            all.add(d.entry());
            all.addAll(d.applications());
            all.addAll(d.loadFiles());
        }
        return all;
    }

    /** All applications that are no security domains. */
    public List<RegistryEntry> applications() {
        return domains.stream().flatMap(d -> d.applications().stream()).toList();
    }

    /** All load files. */
    public List<RegistryEntry> loadFiles() {
        return domains.stream().flatMap(d -> d.loadFiles().stream()).toList();
    }

    /** What has this AID; of a domain and a load file of the same AID the domain. */
    public Optional<RegistryEntry> find(Aid aid) {
        return entries().stream().filter(e -> e.aid().equals(aid)).findFirst();
    }

    /** The load file of this AID. */
    public Optional<RegistryEntry> loadFile(Aid aid) {
        return loadFiles().stream().filter(e -> e.aid().equals(aid)).findFirst();
    }

    /** The applications and domains that were installed from a load file, as far as the card tells or its modules' AIDs show. */
    public List<RegistryEntry> instancesOf(RegistryEntry file) {
        return entries().stream().filter(e -> e.kind() == RegistryEntry.Kind.APPLICATION)
                .filter(e -> e.loadFile().map(file.aid()::equals).orElseGet(() -> file.modules().contains(e.aid()))).toList();
    }

    /** What is selected after a reset without being asked for, if that is not the issuer's domain. */
    public Optional<RegistryEntry> defaultSelected() {
        return entries().stream().filter(e -> e.kind() == RegistryEntry.Kind.APPLICATION && e.isDefaultSelected()).findFirst();
    }

    /**
     * Reads the registry.
     *
     * @param channel a secure channel to a domain that may see the registry
     * @throws EscException if the card refuses, or does not answer any more
     */
    public static CardTree read(CardChannel channel, CardInfo info) throws EscException {
        var manager = new CardManager(channel);
        var problems = new ArrayList<>(info.problems());
        RegistryEntry issuer = manager.registry(RegistryEntry.Kind.ISSUER_DOMAIN).stream().findFirst().orElseGet(() -> {
            problems.add(WORDS.say("The card does not list its issuer security domain: its life cycle is not known."));
            return unknownIssuer(info);
        });
        List<RegistryEntry> applications = manager.registry(RegistryEntry.Kind.APPLICATION).stream()
                .filter(e -> !e.aid().equals(issuer.aid())).toList();
        return of(info, issuer, applications, loadFiles(manager), problems);
    }

    /** As {@link #read}; a card that does not have the command (6D00, 6E00, 6A81) is taken as one of which nothing is known. */
    public static CardTree readIfListed(CardChannel channel, CardInfo info) throws EscException {
        try {
            return read(channel, info);
        } catch (CardException e) {
            int sw = e.problem().sw().map(s -> s.value()).orElse(0);
            if (sw != 0x6D00 && sw != 0x6E00 && sw != 0x6A81) {
                throw e;
            }
            return new CardTree(info, List.of(new Domain(unknownIssuer(info), Optional.empty(), List.of(), List.of())), info.problems(),
                    false, Optional.empty());
        }
    }

    private static RegistryEntry unknownIssuer(CardInfo info) {
        return new RegistryEntry(RegistryEntry.Kind.ISSUER_DOMAIN, info.domain().orElse(CardManager.KNOWN.getLast()), 0, 0, List.of());
    }

    private static List<RegistryEntry> loadFiles(CardManager manager) throws EscException {
        try {
            return manager.registry(RegistryEntry.Kind.LOAD_FILE_MODULES);
        } catch (CardException e) {
            // Open Platform 2.0.1 and some later cards list no modules
            if (e.problem().sw().isEmpty()) {
                throw e;
            }
            return manager.registry(RegistryEntry.Kind.LOAD_FILE);
        }
    }

    /** Puts together what was read. */
    static CardTree of(CardInfo info, RegistryEntry issuer, List<RegistryEntry> applications, List<RegistryEntry> loadFiles,
            List<String> problems) {
        Map<Aid, RegistryEntry> domains = new LinkedHashMap<>();
        domains.put(issuer.aid(), issuer);
        applications.stream().filter(RegistryEntry::isSecurityDomain).forEach(d -> domains.putIfAbsent(d.aid(), d));
        var list = new ArrayList<Domain>();
        for (RegistryEntry d : domains.values()) {
            Optional<Aid> parent = d == issuer || d.domain().filter(d.aid()::equals).isPresent() ? Optional.empty()
                    : Optional.of(home(d, issuer, domains));
            list.add(new Domain(d, parent,
                    applications.stream().filter(a -> !a.isSecurityDomain() && home(a, issuer, domains).equals(d.aid())).toList(),
                    loadFiles.stream().filter(f -> home(f, issuer, domains).equals(d.aid())).toList()));
        }
        return new CardTree(info, list, problems, true, Optional.empty());
    }

    private static Aid home(RegistryEntry e, RegistryEntry issuer, Map<Aid, RegistryEntry> domains) {
        return e.domain().filter(domains::containsKey).orElse(issuer.aid());
    }
}

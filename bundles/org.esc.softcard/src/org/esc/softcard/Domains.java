// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.globalplatform.Privilege;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.KeySet;
import org.esc.softcard.Registry.Application;

/** The card's books, and which application and security domain is selected: what all parts of the card manager work on. */
final class Domains {

    /** The issuer security domain, by its first name. */
    static final Aid ISSUER = Aid.of("A000000003000000");
    private static final Aid ISSUER_GP = Aid.of("A000000151000000");

    private final Registry registry;
    private final CardStore store;
    private Aid selected;
    private Aid issuerName = ISSUER;

    /** @throws IllegalArgumentException if the books are missing or make no sense */
    Domains(CardStore store) {
        this.store = store;
        registry = Registry.decode(store.get(Registry.NAME)
                .orElseThrow(() -> new IllegalArgumentException("The card's books are missing")));
        selected = byDefault();
    }

    Registry registry() {
        return registry;
    }

    /** Keeps the books. */
    void save() {
        store.put(Registry.NAME, registry.encoded());
    }

    /** What is selected: the issuer's domain as {@link #ISSUER}, else an application. */
    Aid selected() {
        return selected;
    }

    /** The name that the issuer security domain was selected by. */
    Aid issuerName() {
        return issuerName;
    }

    boolean isIssuer() {
        return selected.equals(ISSUER);
    }

    void selectIssuer(Aid name) {
        selected = ISSUER;
        issuerName = name;
    }

    void select(Aid application) {
        selected = application;
    }

    void reset() {
        selected = byDefault();
        issuerName = ISSUER;
    }

    /** What is selected after a reset (GlobalPlatform 2.3.1 §6.4.1): the application with that privilege, if it can be selected. */
    private Aid byDefault() {
        return registry.state == Registry.CARD_LOCKED || registry.state == Registry.TERMINATED ? ISSUER
                : registry.applications.stream().filter(a -> a.isSelectable() && a.has(Privilege.CARD_RESET)).map(Application::aid)
                        .findFirst().orElse(ISSUER);
    }

    /** The selected application, by the name it was selected by. */
    Aid asked() {
        return isIssuer() ? issuerName : selected;
    }

    /** The security domain that is selected, or that the selected application belongs to; empty for the issuer's. */
    Optional<Aid> ofSelected() {
        return isIssuer() ? Optional.empty()
                : registry.isDomain(selected) ? Optional.of(selected) : registry.application(selected).flatMap(Application::domain);
    }

    /** True if a domain is selected that manages content by tokens only. */
    boolean isDelegated() {
        return !isIssuer() && registry.application(selected)
                .filter(a -> a.has(Privilege.DELEGATED_MANAGEMENT) && !a.has(Privilege.AUTHORIZED_MANAGEMENT)).isPresent();
    }

    /** The AID of a domain as the card tells it. */
    Aid name(Optional<Aid> domain) {
        return domain.orElse(issuerName);
    }

    /** The keys that open a secure channel now: a domain without keys of its own uses the issuer's. */
    List<KeySet> keysInUse() {
        List<KeySet> own = registry.keysOf(ofSelected());
        return own.isEmpty() ? registry.keys : own;
    }

    /** True if it is the selected domain, or the issuer's is selected. */
    boolean sees(Optional<Aid> domain) {
        return isIssuer() || domain.filter(selected::equals).isPresent();
    }

    /** The name under which the card manager was asked for; the start of either name will do, from five bytes on. */
    static Optional<Aid> issuer(byte[] wanted) {
        return wanted.length < 5 ? Optional.empty()
                : ISSUER.startsWith(wanted) ? Optional.of(ISSUER) : ISSUER_GP.startsWith(wanted) ? Optional.of(ISSUER_GP) : Optional.empty();
    }

    /** The security domain of this AID; empty for the issuer's. */
    Optional<Aid> domain(byte[] aid) throws CardRefusal {
        if (issuer(aid).isPresent()) {
            return Optional.empty();
        }
        Aid domain = Fields.aid(aid);
        if (!registry.isDomain(domain)) {
            throw new CardRefusal(Sw.UNKNOWN_DATA);
        }
        return Optional.of(domain);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.globalplatform;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.driver.CardApplication;
import org.esc.driver.CardFacts;
import org.esc.driver.SecureChannelUse;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenState;
import org.esc.driver.TpsEnrollment;
import org.esc.globalplatform.CardManager;

/** The card manager of a card that carries nothing another driver knows: blank and ready to be formatted, or a foreign card. */
final class IssuerSecurityDomain implements CardApplication, SecureChannelUse, TpsEnrollment {

    private static final Words WORDS = Words.of(IssuerSecurityDomain.class);

    /** Applications by which a card without a driver for them is still recognised. */
    private static final Map<String, Aid> OTHERS = new LinkedHashMap<>();

    static {
        OTHERS.put("PIV", Aid.of("A00000030800001000"));
        OTHERS.put("CAC", Aid.of("A000000079030000"));
        OTHERS.put("OpenPGP", Aid.of("D27600012401"));
    }

    private final CardFacts.Manager manager;
    private final Map<Aid, ResponseApdu> selected;
    private final CardChannel channel;

    IssuerSecurityDomain(CardFacts card, CardChannel channel) {
        manager = card.manager().orElseGet(() -> new CardFacts.Manager(Optional.empty(), false, Optional.empty(), List.of()));
        selected = card.selected();
        this.channel = channel;
    }

    @Override
    public void select() throws EscException {
        channel.transmit(CommandApdu.select(manager.aid().orElse(CardManager.KNOWN.getFirst())));
    }

    @Override
    public TokenIdentity identity() throws EscException {
        var b = new TokenIdentity.Builder();
        b.state = manager.locked() ? TokenState.BLOCKED : TokenState.UNFORMATTED;
        for (var other : OTHERS.entrySet()) {
            if (has(other.getValue())) {
                b.state = TokenState.FOREIGN;
                b.label = WORDS.say("{0} card", other.getKey());
                break;
            }
        }
        select();
        if (manager.cplc().isEmpty() && b.state == TokenState.UNFORMATTED) {
            b.state = TokenState.FOREIGN;
            b.problems = List.of(WORDS.say("The card does not tell its number, which a token management system needs."));
        }
        return b.build();
    }

    /** Most cards have been asked already, for the drivers of these applications. */
    private boolean has(Aid application) throws EscException {
        ResponseApdu known = selected.get(application);
        return (known == null ? channel.transmit(CommandApdu.select(application)) : known).isOk();
    }

    @Override
    public Need secureChannelNeed() {
        return new Need(manager.aid().orElse(CardManager.KNOWN.getFirst()), List.of("SCP01", "SCP02", "SCP03"), 0,
                WORDS.say("manage the card's content"));
    }

    @Override
    public Set<Operation> tpsOperations() {
        return manager.cplc().isPresent() && !manager.locked() ? EnumSet.of(Operation.FORMAT, Operation.ENROLL) : Set.of();
    }
}

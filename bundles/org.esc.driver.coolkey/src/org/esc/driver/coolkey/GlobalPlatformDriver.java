// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.ReaderState;
import org.esc.driver.CardDriver;
import org.esc.driver.Match;
import org.esc.driver.TokenInfo;
import org.esc.driver.TokenState;
import org.osgi.service.component.annotations.Component;

/**
 * Knows any card with a GlobalPlatform card manager: a blank card, ready to be formatted, unless it carries one of the well-known
 * applications of other kinds of card.
 */
@Component(service = CardDriver.class)
public final class GlobalPlatformDriver implements CardDriver {

    private static final Map<String, Aid> OTHERS = new LinkedHashMap<>();

    static {
        OTHERS.put("PIV", Aid.of("A000000308000010000100"));
        OTHERS.put("CAC", Aid.of("A000000079030000"));
        OTHERS.put("OpenPGP", Aid.of("D27600012401"));
    }

    @Override
    public String name() {
        return "GlobalPlatform";
    }

    @Override
    public Match match(ReaderState reader, CardChannel probe) throws EscException {
        return Identity.read(probe)
                .map(m -> new Match(10, "has a card manager" + m.aid().map(a -> " " + a).orElse("")))
                .orElseGet(() -> Match.none("no card manager"));
    }

    @Override
    public TokenInfo read(ReaderState reader, CardChannel channel) throws EscException {
        var b = new TokenInfo.Builder(reader.name());
        Optional<Identity> manager = Identity.read(channel);
        if (manager.isEmpty()) {
            b.problems = List.of("The card's manager does not answer any more.");
            return b.build();
        }
        identity(manager.get(), b);
        b.state = manager.get().locked() ? TokenState.BLOCKED : TokenState.UNFORMATTED;
        for (var other : OTHERS.entrySet()) {
            ResponseApdu r = channel.transmit(CommandApdu.select(other.getValue()));
            if (r.isOk()) {
                b.state = TokenState.FOREIGN;
                b.label = other.getKey() + " card";
                break;
            }
        }
        if (b.cuid.isEmpty() && b.state == TokenState.UNFORMATTED) {
            b.state = TokenState.FOREIGN;
            b.problems = List.of("The card does not tell its number, which a token management system needs.");
        }
        return b.build();
    }

    static void identity(Identity m, TokenInfo.Builder b) {
        m.cplc().ifPresent(c -> {
            b.cuid = Optional.of(c.cuid());
            b.cplc = Hex.of(c.encoded());
        });
        b.keyInfo = m.keys();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.EscException;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Picks the driver that knows a card best, and remembers what each said. */
@Component(service = Drivers.class)
public final class Drivers {

    private final List<CardDriver> drivers = new CopyOnWriteArrayList<>();

    /** Adds a driver. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addDriver(CardDriver driver) {
        drivers.add(driver);
    }

    /** Removes a driver. */
    public void removeDriver(CardDriver driver) {
        drivers.remove(driver);
    }

    /** What one driver said about a card. */
    public record Verdict(CardDriver driver, Match match) {
    }

    /**
     * Asks every driver about a card, best first; equal scores in order of the names.
     *
     * @throws EscException if the card does not answer any more
     */
    public List<Verdict> ask(ReaderState reader, CardChannel channel) throws EscException {
        var all = new ArrayList<Verdict>();
        for (CardDriver d : drivers) {
            all.add(new Verdict(d, d.match(reader, channel.as(Origin.probe(d.name())))));
        }
        all.sort(Comparator.<Verdict>comparingInt(v -> -v.match().score()).thenComparing(v -> v.driver().name()));
        return List.copyOf(all);
    }

    /** The driver that knows the card best. */
    public Optional<Verdict> best(ReaderState reader, CardChannel channel) throws EscException {
        return ask(reader, channel).stream().filter(v -> v.match().known()).findFirst();
    }

    /** Reads a card with the driver that knows it best. @throws EscException if the card does not answer any more */
    public TokenInfo read(ReaderState reader, CardChannel channel) throws EscException {
        var best = best(reader, channel);
        if (best.isEmpty()) {
            return TokenInfo.of(reader.name(), TokenState.FOREIGN, "No driver knows this card.");
        }
        CardDriver d = best.get().driver();
        return d.read(reader, channel.as(Origin.probe(d.name()))).by(d.name(), best.get().match().reason());
    }
}

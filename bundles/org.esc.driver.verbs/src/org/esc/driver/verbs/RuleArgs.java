// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.driver.host.DriverRule;
import org.esc.driver.host.Drivers;

/**
 * Which driver, and for which cards.
 *
 * @param driver its name
 * @param atr    for cards with this ATR
 * @param reader for the cards in this reader
 */
public record RuleArgs(@Arg(label = "DRIVER", help = "name of the driver, as \"drivers\" lists it") String driver,
        @Arg(names = "--atr", label = "HEX", help = "only for cards with this ATR") Optional<String> atr,
        @Arg(names = "--for-reader", label = "READER", help = "only for the cards in this reader") Optional<String> reader) {

    private static final Words WORDS = Words.of(RuleArgs.class);

    /** The rule of this kind. @throws EscException USAGE if there is no such driver, or the cards are not clear */
    DriverRule rule(DriverRule.Kind kind, Drivers drivers) throws EscException {
        String name = drivers.list().stream().map(d -> d.name()).filter(n -> n.equalsIgnoreCase(driver)).findFirst()
                .orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the driver"), WORDS.say("There is no driver \"{0}\".", driver)).code("no-driver")
                        .advice(WORDS.say("Drivers here: {0}.", String.join(", ", drivers.list().stream().map(d -> d.name()).toList())))
                        .exception());
        return rule(kind, name);
    }

    /** The rule of this kind for a driver that need not be installed. */
    DriverRule rule(DriverRule.Kind kind, String name) throws EscException {
        if (atr.isPresent() && reader.isPresent()) {
            throw new EscException(Fault.USAGE, WORDS.say("make a rule about a driver"), WORDS.say("Give either --atr or --for-reader, not both."));
        }
        if (atr.isPresent()) {
            try {
                return new DriverRule(kind, name, DriverRule.Scope.ATR, Atr.of(atr.get()).toString());
            } catch (IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("make a rule about a driver"), WORDS.say("\"{0}\" is no ATR: {1}.", atr.get(), e.getMessage()))
                        .exception(e);
            }
        }
        if (reader.isPresent()) {
            if (reader.get().isBlank() || reader.get().chars().anyMatch(Character::isISOControl)) {
                throw new EscException(Fault.USAGE, WORDS.say("make a rule about a driver"), WORDS.say("That is no reader's name."));
            }
            return new DriverRule(kind, name, DriverRule.Scope.READER, reader.get());
        }
        return new DriverRule(kind, name, DriverRule.Scope.ALL, "");
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.Words;

/**
 * What a person has decided about a driver.
 *
 * @param kind   what
 * @param driver the driver's name
 * @param scope  for which cards
 * @param value  the ATR in hexadecimal digits or the reader's name, empty for all cards
 */
public record DriverRule(Kind kind, String driver, Scope scope, String value) {

    private static final Words WORDS = Words.of(DriverRule.class);

    /** What can be decided. */
    public enum Kind {
        /** This driver and no other; no other is asked either. */
        PIN,
        /** This driver before others, if it knows the card. */
        PREFER,
        /** Not this driver; it is not asked. */
        DISABLE
    }

    /** For which cards. A narrower scope overrides a wider one: reader before ATR before all. */
    public enum Scope {
        /** The cards in one reader. */
        READER,
        /** The cards with one ATR. */
        ATR,
        /** All cards. */
        ALL
    }

    /** True if it is about this card. */
    boolean concerns(String reader, Atr atr) {
        return switch (scope) {
            case READER -> value.equals(reader);
            case ATR -> value.equals(atr.toString());
            case ALL -> true;
        };
    }

    /** "disabled for ATR 3B…". */
    public String inWords() {
        return switch (kind) {
            case PIN -> switch (scope) {
                case READER -> WORDS.say("pinned in reader \"{0}\"", value);
                case ATR -> WORDS.say("pinned for ATR {0}", value);
                case ALL -> WORDS.say("pinned");
            };
            case PREFER -> switch (scope) {
                case READER -> WORDS.say("preferred in reader \"{0}\"", value);
                case ATR -> WORDS.say("preferred for ATR {0}", value);
                case ALL -> WORDS.say("preferred");
            };
            case DISABLE -> switch (scope) {
                case READER -> WORDS.say("disabled in reader \"{0}\"", value);
                case ATR -> WORDS.say("disabled for ATR {0}", value);
                case ALL -> WORDS.say("disabled");
            };
        };
    }

    String line() {
        return String.join("\t", kind.name(), scope.name(), driver, value);
    }

    static Optional<DriverRule> parse(String line) {
        String[] w = line.split("\t", -1);
        if (w.length != 4 || w[2].isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DriverRule(Kind.valueOf(w[0]), w[2], Scope.valueOf(w[1]), w[3]));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}

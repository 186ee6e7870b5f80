// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.util.Optional;
import org.esc.card.CardArgs;
import org.esc.command.Arg;

/**
 * Which card, and which application on it.
 *
 * @param card   which card
 * @param driver the driver of the application; without it the best one that can do what is asked
 */
public record TokenArgs(CardArgs card, @Arg(names = "--driver", label = "NAME",
        help = "The driver whose application is meant, on a card with several (esc drivers lists them).") Optional<String> driver) {
}

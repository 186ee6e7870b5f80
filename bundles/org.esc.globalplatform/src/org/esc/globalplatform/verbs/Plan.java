// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import java.util.Optional;
import org.esc.globalplatform.Preflight;

/**
 * What is going to be done, told before anything is sent.
 *
 * @param steps     in this order
 * @param warnings  what the person should know, in sentences
 * @param sure      why it has to be confirmed by typing the card's id; empty if it need not
 * @param preflight what was found out about the package to be loaded
 * @param gp        the options of GlobalPlatformPro that do the same, in its words; empty if it cannot
 */
public record Plan(List<Step> steps, List<String> warnings, Optional<Sure> sure, Optional<Preflight> preflight, List<String> gp) {

    /** Heading and consequences of a step that a card does not survive. */
    public record Sure(String title, String message) {
    }

    public Plan {
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
        gp = List.copyOf(gp);
    }

    /** These steps. */
    public static Plan of(List<Step> steps, String... gp) {
        return new Plan(steps, List.of(), Optional.empty(), Optional.empty(), List.of(gp));
    }

    /** This step. */
    public static Plan of(Step step, String... gp) {
        return of(List.of(step), gp);
    }

    /** The same with warnings. */
    public Plan warnings(List<String> more) {
        return new Plan(steps, more, sure, preflight, gp);
    }

    /** The same, to be confirmed by typing. */
    public Plan sure(String title, String message) {
        return new Plan(steps, warnings, Optional.of(new Sure(title, message)), preflight, gp);
    }

    /** The same with a report about the package. */
    public Plan preflight(Preflight report) {
        return new Plan(steps, warnings, sure, Optional.of(report), gp);
    }
}

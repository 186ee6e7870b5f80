// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.globalplatform.Preflight;

/**
 * What a verb that manages a card's content did, or would do.
 *
 * @param card      the card's id
 * @param domain    the security domain it talked to
 * @param dryRun    true if nothing was changed
 * @param steps     the plan
 * @param warnings  what the person should know beforehand, in sentences
 * @param notes     what came of it, in sentences
 * @param preflight about a package to be loaded
 * @param apdus     the commands, where asked for
 * @param gp        the command line of GlobalPlatformPro that does the same, where asked for and there is one
 */
public record ContentResult(String card, String domain, boolean dryRun, List<Done> steps, List<String> warnings, List<String> notes,
        Optional<Preflight> preflight, List<Shown> apdus, Optional<String> gp) {

    private static final Words WORDS = Words.of(ContentResult.class);

    /**
     * A step of the plan.
     *
     * @param what     in words
     * @param effect   what it does to the card
     * @param commands how many commands it takes
     */
    public record Done(String what, Step.Effect effect, int commands) {
    }

    /**
     * A command.
     *
     * @param plain  before the secure channel protected it, keys left out
     * @param sent   as it went over the wire; empty if it was not sent
     * @param answer the card's answer, plain: data and status word; empty if it was not sent
     */
    public record Shown(String plain, Optional<String> sent, Optional<String> answer) {
    }

    public ContentResult {
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
        apdus = List.copyOf(apdus);
    }

    /** For a person at a terminal. */
    void print(PrintWriter out) {
        preflight.ifPresent(p -> print(p, out));
        warnings.forEach(w -> out.println(WORDS.say("Note: {0}", w)));
        out.println(dryRun ? WORDS.say("This would be done with card {0}:", card) : WORDS.say("Done with card {0}:", card));
        for (Done s : steps) {
            String what = s.what();
            out.println("  " + what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1)
                    + (s.commands() > 1 ? " (" + WORDS.say("{0} commands", s.commands()) + ")" : ""));
        }
        notes.forEach(out::println);
        for (Shown a : apdus) {
            out.println("> " + a.plain());
            a.sent().filter(s -> !s.equals(a.plain())).ifPresent(s -> out.println("  " + WORDS.say("sent as {0}", s)));
            a.answer().ifPresent(r -> out.println("< " + r));
        }
        gp.ifPresent(g -> out.println(WORDS.say("With GlobalPlatformPro: {0}", g)));
        if (dryRun) {
            out.println(WORDS.say("Nothing was changed."));
        }
    }

    private static void print(Preflight p, PrintWriter out) {
        out.println(WORDS.say("Package {0}, version {1}, CAP format {2}", (p.packageAid() + " " + p.name()).strip(), p.version(), p.format())
                + (p.javaCard().isEmpty() ? "" : ", Java Card " + p.javaCard()));
        p.applets().forEach(a -> out.println("  Applet " + a));
        p.imports().forEach(i -> out.println(String.format("  %-6s ", WORDS.say("Needs")) + i));
        for (Preflight.Check c : p.checks()) {
            out.println("  " + switch (c.weight()) {
                case GOOD -> "ok   ";
                case DOUBT -> "?    ";
                case OBSTACLE -> WORDS.say("NO") + "   ";
            } + c.text());
        }
    }
}

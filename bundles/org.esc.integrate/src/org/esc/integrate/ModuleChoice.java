// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Context;

/**
 * The module to register, and why.
 *
 * @param library     its file
 * @param description as it calls itself
 * @param tls12       whether it answers a TLS 1.2 server that asks for a certificate with an RSA key
 * @param tls13       the same for TLS 1.3
 * @param fromToken   whether that is what it says of a token; otherwise it is judged by its kind
 * @param reason      in a sentence
 * @param others      the others that were asked, each with what is against it
 */
public record ModuleChoice(Path library, String description, boolean tls12, boolean tls13, boolean fromToken, String reason,
        List<Other> others) {

    private static final Words WORDS = Words.of(ModuleChoice.class);

    /** A module that was not chosen. */
    public record Other(Path library, String reason) {
    }

    /** With a copy of the list. */
    public ModuleChoice {
        others = List.copyOf(others);
    }

    private static final String STEP = WORDS.say("choose the PKCS #11 module");

    /**
     * The best of some modules: one that sees a token before one that sees none, then TLS 1.3, then TLS 1.2, then as they are given.
     *
     * @throws EscException if none can be used, or CANCELLED
     */
    static ModuleChoice best(List<Path> candidates, ModuleAsker asker, Context context) throws EscException {
        if (candidates.isEmpty()) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("No PKCS #11 module for these tokens was found on this machine.")).code("no-module")
                    .advice(WORDS.say("Install OpenSC (package opensc or opensc-pkcs11), or name a module with --module.")).exception();
        }
        var answers = new ArrayList<ModuleAnswer>();
        for (Path c : candidates) {
            context.progress().at(-1, WORDS.say("Asking {0} what it can do", c.getFileName()));
            answers.add(asker.ask(c, context.cancel()));
        }
        // stable: the order of the candidates decides between equals
        answers.sort(Comparator.comparing((ModuleAnswer a) -> a.failure().isPresent()).thenComparing(a -> !a.seesToken())
                .thenComparing(a -> !a.tls13()).thenComparing(a -> !a.tls12()));
        ModuleAnswer first = answers.getFirst();
        if (first.failure().isPresent()) {
            throw unusable(first);
        }
        var others = answers.stream().skip(1).map(a -> new Other(a.library(), against(a, first))).toList();
        return new ModuleChoice(first.library(), first.description(), first.tls12(), first.tls13(), first.seesToken(),
                first.verdict(), others);
    }

    /** The module that the person named, whatever it can. @throws EscException if it cannot be used, or CANCELLED */
    static ModuleChoice named(Path library, ModuleAsker asker, Context context) throws EscException {
        return best(List.of(library.toAbsolutePath().normalize()), asker, context);
    }

    private static String against(ModuleAnswer other, ModuleAnswer chosen) {
        boolean equal = other.failure().isEmpty() && other.seesToken() == chosen.seesToken() && other.tls13() == chosen.tls13()
                && other.tls12() == chosen.tls12();
        return !equal ? other.verdict()
                : ModuleFamily.of(other.library()) == ModuleFamily.of(chosen.library()) && chosen.library().toString().contains("onepin")
                        ? WORDS.say("It is as able, but shows a slot for each further password of a card, too: browsers then ask for the wrong one.")
                        : WORDS.say("It is as able; the other comes first.");
    }

    private static EscException unusable(ModuleAnswer a) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The module {0} cannot be used: {1}.", a.library(), a.failure().orElseThrow()))
                .code("module-unusable").advice(WORDS.say("Name another with --module, or install OpenSC (package opensc or opensc-pkcs11)."))
                .exception();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.List;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** A script that cannot be run: all its mistakes, in the order of its lines. Nothing of it was sent. */
public final class ScriptException extends EscException {

    private static final Words WORDS = Words.of(ScriptException.class);

    private static final long serialVersionUID = 1L;
    private static final int TOLD = 10;

    private final transient List<Mistake> mistakes;

    ScriptException(List<Mistake> mistakes) {
        super(Problem.of(Fault.USAGE, WORDS.say("read the script"), words(mistakes)).code("bad-script").advice(mistakes.getFirst().fix()), null);
        this.mistakes = List.copyOf(mistakes);
    }

    private static String words(List<Mistake> mistakes) {
        String first = mistakes.stream().limit(TOLD).map(m -> m.place() + ": " + m.what()).collect(Collectors.joining("\n"));
        return mistakes.size() > TOLD ? first + "\n" + WORDS.say("… and {0} more.", mistakes.size() - TOLD) : first;
    }

    /** The mistakes, at least one. */
    public List<Mistake> mistakes() {
        return mistakes;
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The terminal as the command line sees it; tests have one of their own. */
interface Terminal {

    /** Where results go. */
    PrintWriter out();

    /** Where progress, prompts and complaints go. */
    PrintWriter err();

    /** True if a person sits at it, can be asked and sees the questions. */
    boolean interactive();

    /**
     * Asks for a line.
     *
     * @param withdrawn becomes true when the answer is not wanted any more
     * @return empty at end of input and when the answer is not wanted any more
     */
    Optional<String> line(String prompt, BooleanSupplier withdrawn);

    /** Asks for something that is not shown while typed; else like {@link #line}. The caller erases it. */
    Optional<char[]> hidden(String prompt, BooleanSupplier withdrawn);

    /** The process's own. */
    static Terminal system() {
        // UTF-8 whatever the locale says: JSON is UTF-8, and a "C" locale is the usual one in scripts
        var out = new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        var err = new PrintWriter(new PrintStream(new FileOutputStream(FileDescriptor.err)), true, StandardCharsets.UTF_8);
        return Tty.known() ? new OfTty(out, err) : new OfConsole(out, err, System.console());
    }

    /** Standard input and standard error; standard output may go elsewhere. */
    record OfTty(PrintWriter out, PrintWriter err) implements Terminal {

        private static final int INPUT = 0;
        private static final int ERROR = 2;

        @Override
        public boolean interactive() {
            return Tty.at(INPUT) && Tty.at(ERROR);
        }

        @Override
        public Optional<String> line(String prompt, BooleanSupplier withdrawn) {
            return ask(prompt, false, withdrawn).map(String::new);
        }

        @Override
        public Optional<char[]> hidden(String prompt, BooleanSupplier withdrawn) {
            return ask(prompt, true, withdrawn);
        }

        private Optional<char[]> ask(String prompt, boolean hidden, BooleanSupplier withdrawn) {
            var typed = new Tty(INPUT).line(() -> {
                err.print(prompt);
                err.flush();
            }, hidden, withdrawn);
            if (typed.isEmpty()) {
                err.println();
            }
            return typed;
        }
    }

    /** For other systems: the platform's console, which waits for a line until it has one. */
    record OfConsole(PrintWriter out, PrintWriter err, Console console) implements Terminal {

        @Override
        public boolean interactive() {
            return console != null && console.isTerminal();
        }

        @Override
        public Optional<String> line(String prompt, BooleanSupplier withdrawn) {
            err.print(prompt);
            err.flush();
            return Optional.ofNullable(console.readLine());
        }

        @Override
        public Optional<char[]> hidden(String prompt, BooleanSupplier withdrawn) {
            err.print(prompt);
            err.flush();
            return Optional.ofNullable(console.readPassword());
        }
    }
}

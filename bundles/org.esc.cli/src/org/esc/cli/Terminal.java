// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The terminal as the command line sees it; tests have one of their own. */
interface Terminal {

    /** Where results go. */
    PrintWriter out();

    /** Where progress, prompts and complaints go. */
    PrintWriter err();

    /** True if a person sits at it and can be asked. */
    boolean interactive();

    /** Asks for a line; empty at end of input. */
    Optional<String> line(String prompt);

    /** Asks for something that is not shown while typed; empty at end of input. The caller erases it. */
    Optional<char[]> hidden(String prompt);

    /** The process's own. */
    static Terminal system() {
        // UTF-8 whatever the locale says: JSON is UTF-8, and a "C" locale is the usual one in scripts
        var out = new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        var err = new PrintWriter(new PrintStream(new FileOutputStream(FileDescriptor.err)), true, StandardCharsets.UTF_8);
        Console console = System.console();
        return new Terminal() {
            @Override
            public PrintWriter out() {
                return out;
            }

            @Override
            public PrintWriter err() {
                return err;
            }

            @Override
            public boolean interactive() {
                return console != null && console.isTerminal();
            }

            @Override
            public Optional<String> line(String prompt) {
                err.print(prompt);
                err.flush();
                return Optional.ofNullable(console.readLine());
            }

            @Override
            public Optional<char[]> hidden(String prompt) {
                err.print(prompt);
                err.flush();
                char[] typed = console.readPassword();
                return Optional.ofNullable(typed);
            }
        };
    }
}

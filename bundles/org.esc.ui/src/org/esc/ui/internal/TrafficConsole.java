// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.eclipse.ui.console.IOConsoleOutputStream;
import org.esc.apdu.Words;
import org.esc.trace.Recording;
import org.esc.trace.TraceLog;
import org.esc.ui.Console;
import org.esc.ui.Services;

/** The console page "Card traffic": every exchange with every card, secrets masked, as it happens. */
final class TrafficConsole {

    private static final Words WORDS = Words.of(TrafficConsole.class);

    private TrafficConsole() {
    }

    /** Opens the page; empty if this installation records nothing. Closing the recording ends it. */
    static Optional<Recording> open() {
        return Services.find(TraceLog.class).map(TrafficConsole::follow);
    }

    private static Recording follow(TraceLog log) {
        IOConsoleOutputStream out = Console.page(WORDS.say("Card traffic")).newOutputStream();
        return log.follow(line -> {
            try {
                out.write(line + "\n");
            } catch (IOException e) {
                // the recording notes it and calls no more
                throw new UncheckedIOException(e);
            }
        });
    }
}

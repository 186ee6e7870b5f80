// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import org.esc.apdu.Cuid;
import org.esc.apdu.Words;

/**
 * What was done at the desk.
 *
 * @param task     "enroll", "format-officer" …
 * @param officer  short name of the officer
 * @param user     short name of the person, may be empty
 * @param cuid     number of the card
 * @param reader   the reader that holds it
 * @param profile  the server's profile that was asked for
 * @param server   the TPS
 * @param state    what the card now is, in words
 * @param apdus    commands the server sent to the card
 * @param duration from the first to the last of them
 * @param notes    what a person should know, in sentences
 */
public record DeskResult(String task, String officer, String user, String cuid, String reader, String profile, String server, String state, int apdus,
        Duration duration, List<String> notes) {

    private static final Words WORDS = Words.of(DeskResult.class);

    public DeskResult {
        notes = List.copyOf(notes);
    }

    void print(PrintWriter out) {
        String card = Cuid.of(cuid).display();
        out.println(user.isEmpty() ? WORDS.say("Card {0}: {1} ({2}, profile {3}, by security officer {4})", card, state, task, profile, officer)
                : WORDS.say("Card {0}: {1}, for {2} ({3}, profile {4}, by security officer {5})", card, state, user, task, profile, officer));
        notes.forEach(out::println);
        out.println(WORDS.say("{0} card commands in {1} s", apdus, String.format(Words.locale(), "%.2f", duration.toNanos() / 1e9)));
    }
}

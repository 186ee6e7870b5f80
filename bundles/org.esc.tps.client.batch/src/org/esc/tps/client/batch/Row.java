// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.Words;

/**
 * One row of a plan.
 *
 * @param cuid    the card; empty for whatever card comes next
 * @param task    what to do with it
 * @param user    for whom; an enrolment needs one, here or for the whole run
 * @param profile the kind of token to ask for, if not the server's usual one
 */
public record Row(Optional<Cuid> cuid, Task task, Optional<String> user, Optional<String> profile) {

    private static final Words WORDS = Words.of(Row.class);

    /** Which card, for a person. */
    public String card() {
        return cuid.map(Cuid::display).orElse(WORDS.say("any card"));
    }

    /** The row in words: {@code enroll alice}. */
    public String inWords() {
        if (user.isPresent()) {
            return profile.map(p -> WORDS.say("{0} for {1} as {2}", task.label(), user.get(), p)).orElseGet(() ->
                    WORDS.say("{0} for {1}", task.label(), user.get()));
        }
        return profile.map(p -> WORDS.say("{0} as {1}", task.label(), p)).orElseGet(task::label);
    }
}

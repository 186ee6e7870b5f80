// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * One row of a plan.
 *
 * @param cuid    the card; empty for whatever card comes next
 * @param task    what to do with it
 * @param user    for whom; an enrolment needs one, here or for the whole run
 * @param profile the kind of token to ask for, if not the server's usual one
 */
public record Row(Optional<Cuid> cuid, Task task, Optional<String> user, Optional<String> profile) {

    /** Which card, for a person. */
    public String card() {
        return cuid.map(Cuid::display).orElse("any card");
    }

    /** The row in words: {@code enroll alice}. */
    public String inWords() {
        return task.word() + user.map(u -> " for " + u).orElse("") + profile.map(p -> " as " + p).orElse("");
    }
}

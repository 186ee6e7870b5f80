// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Profiles.Purpose;

/** Makes an empty token of a card: applet loaded anew, issuer information, keys of its own, no owner. */
final class Format {

    private final Job job;

    Format(Job job) {
        this.job = job;
    }

    void run() throws EscException {
        job.identify();
        job.resolve(Purpose.FORMAT);
        if (job.profile().formatLogin()) {
            job.login();
        }
        job.mayFormat();
        job.wipe(10, 90);
        job.tms.activities().append(Operation.FORMAT, true, Optional.of(job.cuid()), job.uid(), job.ip(),
                "token type " + job.profile().id() + ", applet " + job.appletId() + ", card keys " + job.keyInfo + job.note());
        job.talk.status(100, "PROGRESS_DONE");
    }
}

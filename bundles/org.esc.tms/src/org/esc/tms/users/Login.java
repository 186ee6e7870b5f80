// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.time.Duration;

/** What came of a login. */
public sealed interface Login {

    /** Credentials are right. */
    record Accepted(User user) implements Login {
    }

    /** User unknown or disabled, or password wrong: the outside must not learn which. */
    record Refused() implements Login {
    }

    /** Too many failures: no password is looked at for this long. */
    record Blocked(Duration remaining) implements Login {
    }
}

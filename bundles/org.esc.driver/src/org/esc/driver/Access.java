// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.Optional;

/**
 * What must have happened before something is allowed.
 *
 * @param pin           id of the PIN that must have been verified, if any
 * @param administrator true if the administrator's key must have been authenticated with {@link AdministratorKey}
 */
public record Access(Optional<String> pin, boolean administrator) {

    /** Always allowed. */
    public static final Access FREE = new Access(Optional.empty(), false);

    /** Allowed once the administrator's key was authenticated. */
    public static final Access ADMINISTRATOR = new Access(Optional.empty(), true);

    /** Allowed once a PIN was verified. */
    public static Access pin(String id) {
        return new Access(Optional.of(id), false);
    }
}

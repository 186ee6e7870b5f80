// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Optional;

/**
 * A check that the server makes of itself.
 *
 * @param id              its name
 * @param atStartup       made when the server starts
 * @param criticalAtStart the server does not start if it fails
 * @param onDemand        can be made at any time
 * @param criticalDemand  the server stops if it fails then
 */
public record SelfTest(String id, boolean atStartup, boolean criticalAtStart, boolean onDemand, boolean criticalDemand) implements Entry {

    /** What came of one. @param passed whether all is well @param output the server's words */
    public record Result(String id, boolean passed, Optional<String> output) implements Entry {
    }

    /** Something the server does at set times. @param enabled whether it does @param cron when, in five fields @param plugin what does it */
    public record Job(String id, boolean enabled, Optional<String> cron, Optional<String> plugin) implements Entry {
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

/** Where progress is shown. Called from any thread. */
@FunctionalInterface
public interface Progress {

    /** Shows nothing. */
    Progress NONE = (_, _) -> {
    };

    /**
     * Work has come this far.
     *
     * @param percent 0–100, or -1 when it cannot be told
     * @param task    what is being done, in words for a person; may be empty to keep the last one
     */
    void at(int percent, String task);
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

/** What a running verb may use of the face that started it. */
public record Context(Interaction interaction, Progress progress, Cancel cancel) {

    /** A context that shows no progress and cannot be cancelled. */
    public static Context of(Interaction interaction) {
        return new Context(interaction, Progress.NONE, new Cancel());
    }
}

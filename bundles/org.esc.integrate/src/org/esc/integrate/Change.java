// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to become of one list of modules.
 *
 * @param file   the one that would change
 * @param effect what happens
 * @param why    in words, where the effect alone does not say it
 * @param lines  those that come and go, with {@code +} and {@code -} before them
 * @param notes  what a person should know besides
 * @param after  the file's bytes afterwards, one character each; empty if the file goes or nothing changes
 */
record Change(Path file, Effect effect, String why, List<String> lines, List<String> notes, Optional<String> after) {

    Change {
        lines = List.copyOf(lines);
        notes = List.copyOf(notes);
    }

    /** Nothing happens. */
    static Change none(Path file, String why, List<String> notes) {
        return new Change(file, Effect.UNCHANGED, why, List.of(), notes, Optional.empty());
    }

    /** Nothing can happen. */
    static Change skipped(Path file, String why) {
        return new Change(file, Effect.SKIPPED, why, List.of(), List.of(), Optional.empty());
    }

    /** True if the file is touched. */
    boolean changes() {
        return switch (effect) {
            case REGISTERED, REPLACED, REMOVED -> true;
            case UNCHANGED, SKIPPED -> false;
        };
    }

    /** Old lines go, new ones come. */
    static List<String> lines(List<String> gone, List<String> come) {
        var all = new ArrayList<String>();
        gone.forEach(l -> all.add("- " + l));
        come.forEach(l -> all.add("+ " + l));
        return all;
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.util.List;

/**
 * A form that a server or verb wants filled in.
 *
 * @param title       heading
 * @param description a sentence or two under it, may be empty
 * @param fields      what is asked
 * @param invalid     true if earlier answers were refused
 * @param blocked     true if the account is said to be blocked
 */
public record Form(String title, String description, List<Field> fields, boolean invalid, boolean blocked) {

    public Form {
        fields = List.copyOf(fields);
    }

    /** A form asked for the first time. */
    public static Form of(String title, String description, Field... fields) {
        return new Form(title, description, List.of(fields), false, false);
    }

    /**
     * One thing asked.
     *
     * @param id          the name the asker knows it by
     * @param name        what a person reads in front of the box
     * @param description more words, may be empty
     * @param kind        what goes into it
     * @param optional    true if it may stay empty
     */
    public record Field(String id, String name, String description, Kind kind, boolean optional) {

        /** One that has to be filled in. */
        public Field(String id, String name, String description, Kind kind) {
            this(id, name, description, kind, false);
        }
    }

    /** What goes into a field. */
    public enum Kind {
        /** Any text. */
        TEXT,
        /** Digits. */
        INTEGER,
        /** Not to be shown while typed. */
        PASSWORD
    }
}

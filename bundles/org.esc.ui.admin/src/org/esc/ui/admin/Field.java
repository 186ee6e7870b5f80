// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.List;

/**
 * Something asked for in a {@link FormDialog}.
 *
 * @param id      how its value is called for
 * @param label   in front of it
 * @param kind    how it is entered
 * @param value   what stands there at first
 * @param choices to choose from, or that a person may choose from
 * @param hint    shown in an empty box
 * @param needed  true if it must not stay empty
 */
record Field(String id, String label, Kind kind, String value, List<String> choices, String hint, boolean needed) {

    /** How it is entered. */
    enum Kind {
        /** A line of text. */
        TEXT,
        /** A secret line of text. */
        PASSWORD,
        /** Some lines of text. */
        LINES,
        /** Yes or no; the value is {@code true} or {@code false}. */
        CHECK,
        /** One of the choices. */
        CHOICE,
        /** One of the choices, or another text. */
        COMBO,
        /** A file that exists. */
        FILE
    }

    Field {
        choices = List.copyOf(choices);
    }

    static Field text(String id, String label, String value, String hint) {
        return new Field(id, label, Kind.TEXT, value, List.of(), hint, false);
    }

    static Field password(String id, String label) {
        return new Field(id, label, Kind.PASSWORD, "", List.of(), "", false);
    }

    static Field lines(String id, String label, String value) {
        return new Field(id, label, Kind.LINES, value, List.of(), "", false);
    }

    static Field check(String id, String label, boolean on) {
        return new Field(id, label, Kind.CHECK, String.valueOf(on), List.of(), "", false);
    }

    static Field choice(String id, String label, String value, List<String> choices) {
        return new Field(id, label, Kind.CHOICE, value, choices, "", false);
    }

    static Field combo(String id, String label, String value, List<String> choices) {
        return new Field(id, label, Kind.COMBO, value, choices, "", false);
    }

    static Field file(String id, String label, String value, String hint) {
        return new Field(id, label, Kind.FILE, value, List.of(), hint, false);
    }

    /** The same, which must not stay empty. */
    Field required() {
        return new Field(id, label, kind, value, choices, hint, true);
    }
}

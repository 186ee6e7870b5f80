// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

/**
 * Who caused an exchange with a card.
 *
 * @param kind what sort of cause
 * @param name which one: the verb's, driver's or server's name
 */
public record Origin(Kind kind, String name) {

    /** The sorts of causes. */
    public enum Kind {
        /** A verb that a person or script started. */
        VERB,
        /** A driver that looks whether it knows the card, or reads its state. */
        PROBE,
        /** A token management system, relayed. */
        SERVER,
        /** A rule of the transport: GET RESPONSE after 61xx, repetition after 6Cxx. */
        TRANSPORT,
        /** Somebody typed it. */
        CONSOLE,
        /** Another program: its trace was imported. */
        OTHER
    }

    /** A verb. */
    public static Origin verb(String name) {
        return new Origin(Kind.VERB, name);
    }

    /** A driver's probe. */
    public static Origin probe(String driver) {
        return new Origin(Kind.PROBE, driver);
    }

    /** A token management system. */
    public static Origin server(String name) {
        return new Origin(Kind.SERVER, name);
    }

    /** Another program. */
    public static Origin other(String program) {
        return new Origin(Kind.OTHER, program);
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if it does not begin with a kind and a colon
     */
    public static Origin parse(String text) {
        int colon = text.indexOf(':');
        return new Origin(Kind.valueOf(text.substring(0, Math.max(0, colon)).toUpperCase(java.util.Locale.ROOT)), text.substring(colon + 1));
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + ":" + name;
    }
}

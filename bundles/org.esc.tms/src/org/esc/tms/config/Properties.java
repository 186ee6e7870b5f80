// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;

/** Named values from outside, read one by one; what nobody asked for is an error, so that no misspelt name is taken for a default. */
final class Properties {

    private static final int LONGEST = 1000;

    private final String step;
    private final Map<String, String> given;
    private final Set<String> asked = new HashSet<>();

    Properties(String step, Map<String, String> given) {
        this.step = step;
        this.given = given;
    }

    Optional<String> optional(String name) throws EscException {
        asked.add(name);
        var value = Optional.ofNullable(given.get(name)).map(String::strip).filter(v -> !v.isEmpty());
        if (value.map(v -> v.length() > LONGEST || v.chars().anyMatch(Character::isISOControl)).orElse(false)) {
            throw wrong(name, "at most " + LONGEST + " characters in one line");
        }
        return value;
    }

    String text(String name, String fallback) throws EscException {
        return optional(name).orElse(fallback);
    }

    String text(String name) throws EscException {
        return optional(name).orElseThrow(() -> bad("The property " + name + " is missing."));
    }

    boolean yes(String name, boolean fallback) throws EscException {
        String value = text(name, "" + fallback).toLowerCase(Locale.ROOT);
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(name, "true or false");
        };
    }

    /** A number within limits; a fallback outside of them means that there is none. */
    int number(String name, int fallback, int least, int most) throws EscException {
        String value = fallback < least ? text(name) : text(name, "" + fallback);
        try {
            int n = Integer.parseInt(value);
            if (n >= least && n <= most) {
                return n;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw wrong(name, "a number from " + least + " to " + most);
    }

    <E extends Enum<E>> E constant(String name, E fallback) throws EscException {
        String value = text(name, fallback.name());
        for (E e : fallback.getDeclaringClass().getEnumConstants()) {
            if (e.name().equalsIgnoreCase(value)) {
                return e;
            }
        }
        throw wrong(name, "one of " + Arrays.toString(fallback.getDeclaringClass().getEnumConstants()));
    }

    /** Reads one that only tells and cannot be changed. */
    void fixed(String name, String is) throws EscException {
        if (!optional(name).orElse(is).equals(is)) {
            throw bad("The property " + name + " cannot be changed: it is " + is + ".");
        }
    }

    EscException wrong(String name, String expected) {
        return bad("The property " + name + " takes " + expected + ".");
    }

    void nothingElse() throws EscException {
        var more = new TreeSet<>(given.keySet());
        more.removeAll(asked);
        if (!more.isEmpty()) {
            throw bad("There is no property " + more.first() + " here.");
        }
    }

    private EscException bad(String message) {
        return Problem.of(Fault.USAGE, step, message).code("bad-property").exception();
    }
}

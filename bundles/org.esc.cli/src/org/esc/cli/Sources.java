// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/**
 * Where a script said that answers are to be found: environment variables and file descriptors, never the argument list.
 *
 * @param password where the user's password is
 * @param pin      where the new password of the token is
 * @param oldPin   where the present password of the token is
 * @param fields   by form field id, {@code env:NAME} or {@code fd:N}
 * @param yes      true if irreversible steps were agreed to beforehand
 */
record Sources(Optional<Source> password, Optional<Source> pin, Optional<Source> oldPin, Map<String, Source> fields,
        boolean yes) {

    private static final Words WORDS = Words.of(Sources.class);

    private static final int LONGEST = 4096;

    /** One place to read a value from. */
    @FunctionalInterface
    interface Source {
        Secret read() throws EscException;
    }

    /** From an environment variable, which must be there: that it is not is better said before than in the middle of an operation. */
    static Source environment(String name, UnaryOperator<String> environment) throws EscException {
        String value = environment.apply(name);
        if (value == null) {
            throw usage(WORDS.say("The environment variable {0} is not set.", name), null);
        }
        return () -> Secret.of(value);
    }

    /** From an open file descriptor, up to the end of its first line. */
    static Source descriptor(String number) throws EscException {
        if (!number.matches("[0-9]{1,4}")) {
            throw usage(WORDS.say("A file descriptor is a small number, not \"{0}\".", number), null);
        }
        return () -> {
            var bytes = new ByteArrayOutputStream();
            try (var in = new FileInputStream("/dev/fd/" + number)) {
                for (int b = in.read(); b != -1 && b != '\n' && bytes.size() < LONGEST; b = in.read()) {
                    if (b != '\r') {
                        bytes.write(b);
                    }
                }
            } catch (IOException e) {
                throw usage(WORDS.say("Nothing can be read from file descriptor {0}.", number), e);
            }
            byte[] value = bytes.toByteArray();
            try {
                return Secret.of(value);
            } finally {
                Arrays.fill(value, (byte) 0);
            }
        };
    }

    /** Reads {@code ID=env:VAR} and {@code ID=fd:N}. */
    static Map<String, Source> fields(Iterable<String> words, UnaryOperator<String> environment) throws EscException {
        var map = new HashMap<String, Source>();
        for (String w : words) {
            int eq = w.indexOf('=');
            String place = eq < 1 ? "" : w.substring(eq + 1);
            if (place.startsWith("env:")) {
                map.put(w.substring(0, eq), environment(place.substring(4), environment));
            } else if (place.startsWith("fd:")) {
                map.put(w.substring(0, eq), descriptor(place.substring(3)));
            } else {
                throw usage(WORDS.say("--field takes ID=env:VARIABLE or ID=fd:NUMBER; a value itself never stands on the command line."), null);
            }
        }
        return map;
    }

    static EscException usage(String message, Throwable cause) {
        return Problem.of(Fault.USAGE, WORDS.say("read the arguments"), message).exception(cause);
    }
}

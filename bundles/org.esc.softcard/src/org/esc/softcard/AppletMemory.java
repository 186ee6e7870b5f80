// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.List;
import java.util.Optional;

/**
 * The part of a software card that outlives a power cut: named values. Changes made while one command runs become lasting together, or not
 * at all. Byte arrays are copied both ways.
 */
public interface AppletMemory {

    /** Longest name in characters. */
    int MAX_NAME = 64;

    /** The value under a name. */
    Optional<byte[]> get(String name);

    /** Sets a value. @throws IllegalArgumentException if the name is empty, longer than {@link #MAX_NAME} or not ASCII */
    void put(String name, byte[] value);

    /** Removes a value, if there is one. */
    void remove(String name);

    /** The names that begin with {@code prefix}, sorted. */
    List<String> names(String prefix);
}

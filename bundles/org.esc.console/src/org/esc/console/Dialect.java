// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.function.BiFunction;

/** Scripts of other programs that can be converted. What each line means there is kept. */
public enum Dialect {

    /** What scriptor of pcsc-tools runs. */
    SCRIPTOR((name, text) -> new Scriptor(name).convert(text)),
    /** Command lines of {@code opensc-tool -s}, or what stands behind its {@code -s}, a line each. */
    OPENSC_TOOL((name, text) -> new OpenScTool(name).convert(text)),
    /** What gpshell runs. */
    GPSHELL((name, text) -> new GpShell(name).convert(text));

    private final BiFunction<String, String, Conversion> converter;

    Dialect(BiFunction<String, String, Conversion> converter) {
        this.converter = converter;
    }

    /** Converts a script. Takes any text. @param name stands for the file in places */
    public Conversion convert(String name, String text) {
        return converter.apply(name, text.startsWith("\uFEFF") ? text.substring(1) : text);
    }
}

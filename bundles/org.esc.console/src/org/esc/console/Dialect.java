// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.nio.file.Path;
import java.util.Optional;

/** Scripts of other programs that can be converted. What each line means there is kept. */
public enum Dialect {

    /** What scriptor of pcsc-tools runs. */
    SCRIPTOR((name, text, _) -> new Scriptor(name).convert(text)),
    /** Command lines of {@code opensc-tool -s}, or what stands behind its {@code -s}, a line each. */
    OPENSC_TOOL((name, text, _) -> new OpenScTool(name).convert(text)),
    /** What gpshell runs. */
    GPSHELL((name, text, file) -> new GpShell(name, file).convert(text));

    private interface Converter {
        Conversion convert(String name, String text, Optional<Path> file);
    }

    private final Converter converter;

    Dialect(Converter converter) {
        this.converter = converter;
    }

    /**
     * Converts a script. Takes any text.
     *
     * @param name stands for the file in places
     * @param file the script, in whose folder the files are that it names; without it they are looked for where this program runs
     */
    public Conversion convert(String name, String text, Optional<Path> file) {
        return converter.convert(name, text.startsWith("\uFEFF") ? text.substring(1) : text, file);
    }
}

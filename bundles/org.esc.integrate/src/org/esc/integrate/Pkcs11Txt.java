// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The text of an NSS database's list of modules, {@code pkcs11.txt}: for each module some lines {@code key=value}, then an empty one. All
 * that is not ours stays as it is, byte for byte: the text holds one character per byte.
 */
record Pkcs11Txt(String text) {

    /** The name of the module that we add; by it we know our entry again. */
    static final String NAME = "Enterprise Security Client";

    private static final Pattern ENTRY = Pattern.compile("(?:[^\\r\\n]+(?:\\r?\\n|$))+(?:\\r?\\n)?");

    /** A module of the list, and where its lines stand. */
    record Entry(String name, String library, int from, int to) {

        boolean ours() {
            return name.equals(NAME);
        }
    }

    /** The modules in their order. */
    List<Entry> entries() {
        var all = new ArrayList<Entry>();
        var m = ENTRY.matcher(text);
        while (m.find()) {
            all.add(new Entry(value(m.group(), "name"), value(m.group(), "library"), m.start(), m.end()));
        }
        return all;
    }

    private static String value(String entry, String key) {
        return entry.lines().filter(l -> l.startsWith(key + "=")).map(l -> l.substring(key.length() + 1)).findFirst().orElse("");
    }

    /** Our entry. */
    Optional<Entry> ours() {
        return entries().stream().filter(Entry::ours).findFirst();
    }

    /** With our entry for this library, at the end; an earlier one of ours is gone. */
    Pkcs11Txt with(String library) {
        String rest = without().text;
        String line = rest.contains("\r\n") ? "\r\n" : "\n";
        var s = new StringBuilder(rest);
        if (!rest.isEmpty() && !rest.endsWith("\n")) {
            s.append(line);
        }
        if (!rest.isEmpty() && !s.toString().endsWith(line + line)) {
            s.append(line);
        }
        lines(library).forEach(l -> s.append(l).append(line));
        return new Pkcs11Txt(s.append(line).toString());
    }

    /** The lines of our entry. */
    static List<String> lines(String library) {
        return List.of("library=" + library, "name=" + NAME);
    }

    /** Without our entry. */
    Pkcs11Txt without() {
        var s = new StringBuilder(text);
        entries().reversed().stream().filter(Entry::ours).forEach(e -> s.delete(e.from(), e.to()));
        return new Pkcs11Txt(s.toString());
    }
}

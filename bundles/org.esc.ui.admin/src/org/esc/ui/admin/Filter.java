// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a list's search is set to.
 *
 * @param text   text to be found; empty for all
 * @param fields exact values by the server's name for the field
 */
record Filter(String text, Map<String, String> fields) {

    /** Everything. */
    static final Filter ALL = new Filter("", Map.of());

    Filter {
        var given = new TreeMap<String, String>();
        fields.forEach((name, value) -> {
            if (!value.isBlank()) {
                given.put(name, value.strip());
            }
        });
        fields = Map.copyOf(given);
        text = text.strip();
    }

    /** Only those whose field has this value. */
    static Filter of(String field, String value) {
        return new Filter("", Map.of(field, value));
    }

    boolean isAll() {
        return equals(ALL);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Secret;

/** What was entered in a {@link FormDialog}, by the ids of its fields. Closing it erases the secrets. */
record Values(Map<String, String> texts, Map<String, Secret> secrets) implements AutoCloseable {

    /** The text of a field, without blanks around it; empty if there is none. */
    String text(String id) {
        return texts.getOrDefault(id, "").strip();
    }

    /** The text of a field, if there is any. */
    Optional<String> given(String id) {
        return Optional.of(text(id)).filter(t -> !t.isEmpty());
    }

    /** True if it is checked. */
    boolean flag(String id) {
        return Boolean.parseBoolean(text(id));
    }

    /** A secret; stays this object's. */
    Secret secret(String id) {
        return secrets.get(id);
    }

    @Override
    public void close() {
        secrets.values().forEach(Secret::close);
    }
}

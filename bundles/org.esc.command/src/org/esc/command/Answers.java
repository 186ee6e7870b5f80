// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Secret;

/** The answers to a {@link Form}, by field id; erased when closed. */
public final class Answers implements AutoCloseable {

    private final Map<String, Secret> values = new LinkedHashMap<>();

    /** Takes over the secrets; they are erased with this object. */
    public Answers(Map<String, Secret> values) {
        this.values.putAll(values);
    }

    /** The answer to a field. */
    public Optional<Secret> get(String id) {
        return Optional.ofNullable(values.get(id));
    }

    /** The ids answered, in order. */
    public Set<String> ids() {
        return Collections.unmodifiableSet(values.keySet());
    }

    @Override
    public void close() {
        values.values().forEach(Secret::close);
    }

    @Override
    public String toString() {
        return "Answers" + values.keySet();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the server's audit log takes down.
 *
 * @param enabled    whether there is one
 * @param signed     whether it is signed
 * @param interval   seconds between writes
 * @param bufferSize bytes kept before a write
 * @param events     what is taken down, by the event's name
 */
public record AuditConfig(boolean enabled, boolean signed, int interval, int bufferSize, Map<String, State> events) {

    public AuditConfig {
        events = Collections.unmodifiableMap(new TreeMap<>(events));
    }

    /** Whether events of a kind are taken down. */
    public enum State {
        /** Always. */
        MANDATORY,
        /** Yes. */
        ENABLED,
        /** No. */
        DISABLED
    }

    /** A signed log. @param id file name @param size bytes, -1 if the server does not tell */
    public record File(String id, long size) implements Entry {
    }
}

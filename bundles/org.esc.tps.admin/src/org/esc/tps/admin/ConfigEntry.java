// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A profile, profile mapping, connector or authenticator: named properties with a state of their own.
 *
 * @param kind       which of the four
 * @param id         its name
 * @param status     whether it is used
 * @param properties by name, in the order of names
 */
public record ConfigEntry(Kind kind, String id, Status status, Map<String, String> properties) implements Entry {

    public ConfigEntry {
        properties = Collections.unmodifiableMap(new TreeMap<>(properties));
    }

    /** What it is. */
    public enum Kind {
        /** A kind of token ("token type"). */
        PROFILE("profiles", "ProfileID", "Profile"),
        /** Rules that choose the profile of a card. */
        MAPPING("profile-mappings", "ProfileMappingID", "Profile mapping"),
        /** A way to a CA, TKS or KRA. */
        CONNECTOR("connectors", "ConnectorID", "Connector"),
        /** A directory of users and how they log in. */
        AUTHENTICATOR("authenticators", "AuthenticatorID", "Authenticator");

        private final String path;
        private final String idField;
        private final String label;

        Kind(String path, String idField, String label) {
            this.path = path;
            this.idField = idField;
            this.label = label;
        }

        /** Name of the list in addresses. */
        public String path() {
            return path;
        }

        /** For a person. */
        public String label() {
            return label;
        }

        String idField() {
            return idField;
        }
    }

    /** Whether it is used. */
    public enum Status {
        /** In use; cannot be changed. */
        ENABLED("Enabled"),
        /** Not in use; can be changed. */
        DISABLED("Disabled"),
        /** Waits for an agent. */
        PENDING_APPROVAL("Pending_Approval"),
        /** Not known to this program. */
        UNKNOWN("");

        private final String wire;

        Status(String wire) {
            this.wire = wire;
        }

        /** The server's name for it. */
        public String wire() {
            return wire;
        }

        static Status of(String wire) {
            for (Status s : values()) {
                if (s.wire.equalsIgnoreCase(wire)) {
                    return s;
                }
            }
            return UNKNOWN;
        }
    }

    /** A step in the life of an entry. */
    public enum Action {
        /** Ask an agent to approve it. */
        SUBMIT("submit", "Submit for approval"),
        /** Use it. */
        ENABLE("enable", "Enable"),
        /** Use it no longer, so that it can be changed. */
        DISABLE("disable", "Disable"),
        /** Use it as it was submitted. */
        APPROVE("approve", "Approve"),
        /** Send it back. */
        REJECT("reject", "Reject"),
        /** Take it back. */
        CANCEL("cancel", "Take back");

        private final String wire;
        private final String label;

        Action(String wire, String label) {
            this.wire = wire;
            this.label = label;
        }

        /** The server's name for it. */
        public String wire() {
            return wire;
        }

        /** For a button. */
        public String label() {
            return label;
        }
    }
}

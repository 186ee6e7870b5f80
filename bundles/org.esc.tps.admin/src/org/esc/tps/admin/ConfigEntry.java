// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.esc.apdu.Words;

/**
 * A profile, profile mapping, connector or authenticator: named properties with a state of their own.
 *
 * @param kind       which of the four
 * @param id         its name
 * @param status     whether it is used
 * @param properties by name, in the order of names
 */
public record ConfigEntry(Kind kind, String id, Status status, Map<String, String> properties) implements Entry {

    private static final Words WORDS = Words.of(ConfigEntry.class);

    public ConfigEntry {
        properties = Collections.unmodifiableMap(new TreeMap<>(properties));
    }

    /** What it is. */
    public enum Kind {
        /** A kind of token ("token type"). */
        PROFILE("profiles", "ProfileID"),
        /** Rules that choose the profile of a card. */
        MAPPING("profile-mappings", "ProfileMappingID"),
        /** A way to a CA, TKS or KRA. */
        CONNECTOR("connectors", "ConnectorID"),
        /** A directory of users and how they log in. */
        AUTHENTICATOR("authenticators", "AuthenticatorID");

        private final String path;
        private final String idField;

        Kind(String path, String idField) {
            this.path = path;
            this.idField = idField;
        }

        /** Name of the list in addresses. */
        public String path() {
            return path;
        }

        /** For a person. */
        public String label() {
            return switch (this) {
                case PROFILE -> WORDS.say("Profile");
                case MAPPING -> WORDS.say("Profile mapping");
                case CONNECTOR -> WORDS.say("Connector");
                case AUTHENTICATOR -> WORDS.say("Authenticator");
            };
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

        /** For a person, to go on after "it is". */
        public String label() {
            return switch (this) {
                case ENABLED -> WORDS.say("enabled");
                case DISABLED -> WORDS.say("disabled");
                case PENDING_APPROVAL -> WORDS.say("pending approval");
                case UNKNOWN -> WORDS.say("unknown");
            };
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
        SUBMIT("submit"),
        /** Use it. */
        ENABLE("enable"),
        /** Use it no longer, so that it can be changed. */
        DISABLE("disable"),
        /** Use it as it was submitted. */
        APPROVE("approve"),
        /** Send it back. */
        REJECT("reject"),
        /** Take it back. */
        CANCEL("cancel");

        private final String wire;

        Action(String wire) {
            this.wire = wire;
        }

        /** The server's name for it. */
        public String wire() {
            return wire;
        }

        /** For a button. */
        public String label() {
            return switch (this) {
                case SUBMIT -> WORDS.say("Submit for approval");
                case ENABLE -> WORDS.say("Enable");
                case DISABLE -> WORDS.say("Disable");
                case APPROVE -> WORDS.say("Approve");
                case REJECT -> WORDS.say("Reject");
                case CANCEL -> WORDS.say("Take back");
            };
        }
    }
}

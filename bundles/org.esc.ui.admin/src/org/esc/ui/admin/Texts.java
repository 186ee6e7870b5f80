// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Map;
import java.util.Optional;
import org.esc.tps.admin.ConfigEntry;
import org.esc.tps.admin.Token;

/** Values of a server in words. */
final class Texts {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM);

    private static final Map<String, String> OPERATIONS = Map.ofEntries(Map.entry("add", "Added"), Map.entry("delete", "Deleted"),
            Map.entry("enrollment", "Enrolment"), Map.entry("recovery", "Recovery"), Map.entry("renewal", "Renewal"),
            Map.entry("pin_reset", "Password reset"), Map.entry("format", "Format"), Map.entry("token_modify", "Record changed"),
            Map.entry("token_status_change", "State changed"), Map.entry("cert_revocation", "Certificate revoked"),
            Map.entry("cert_restoration", "Certificate off hold"), Map.entry("key_changeover", "Card keys changed"),
            Map.entry("applet_upgrade", "Applet upgraded"), Map.entry("configuration", "Configuration changed"));

    private Texts() {
    }

    /** A time as this person's country writes it. */
    static String time(Optional<Instant> at) {
        return at.map(t -> TIME.format(t.atZone(ZoneId.systemDefault()))).orElse("");
    }

    /** An activity's operation. */
    static String operation(String wire) {
        return OPERATIONS.getOrDefault(wire, wire.replace('_', ' '));
    }

    /** A certificate's status. */
    static String certificate(String wire) {
        return switch (wire) {
            case "active" -> "Active";
            case "revoked" -> "Revoked";
            case "revoked_on_hold" -> "On hold";
            case "expired" -> "Expired";
            case Token.RESTRICTED -> "Restricted";
            default -> wire;
        };
    }

    /** An entry's status. */
    static String status(ConfigEntry.Status status) {
        return switch (status) {
            case ENABLED -> "Enabled";
            case DISABLED -> "Disabled";
            case PENDING_APPROVAL -> "Waits for approval";
            case UNKNOWN -> "Unknown";
        };
    }

    /** A value that the signed-in user may not see. */
    static String seen(String value) {
        return value.equals(Token.RESTRICTED) ? "Restricted" : value;
    }

    static String seen(Optional<String> value) {
        return value.map(Texts::seen).orElse("");
    }
}

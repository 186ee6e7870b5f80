// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.admin.ConfigEntry;
import org.esc.tps.admin.Token;

/** Values of a server in words. */
final class Texts {

    private static final Words WORDS = Words.of(Texts.class);

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM).localizedBy(Words.locale());

    private static final Map<String, String> OPERATIONS = Map.ofEntries(Map.entry("add", WORDS.say("Added")), Map.entry("delete", WORDS.say("Deleted")),
            Map.entry("enrollment", WORDS.say("Enrolment")), Map.entry("recovery", WORDS.say("Recovery")), Map.entry("renewal", WORDS.say("Renewal")),
            Map.entry("pin_reset", WORDS.say("Password reset")), Map.entry("format", WORDS.say("Format")),
                    Map.entry("token_modify", WORDS.say("Record changed")),
            Map.entry("token_status_change", WORDS.say("State changed")), Map.entry("cert_revocation", WORDS.say("Certificate revoked")),
            Map.entry("cert_restoration", WORDS.say("Certificate off hold")), Map.entry("key_changeover", WORDS.say("Card keys changed")),
            Map.entry("applet_upgrade", WORDS.say("Applet upgraded")), Map.entry("configuration", WORDS.say("Configuration changed")));

    private Texts() {
    }

    /** A time as this person's country writes it. */
    static String time(Optional<Instant> at) {
        return at.map(t -> TIME.format(t.atZone(ZoneId.systemDefault()))).orElse("");
    }

    /** An activity's operation. */
    static String operation(String wire) {
        return OPERATIONS.getOrDefault(wire, wire.isEmpty() ? "" : wire.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                + wire.substring(1).replace('_', ' '));
    }

    /** An activity's result. */
    static String result(String wire) {
        return switch (wire) {
            case "success" -> WORDS.say("Success");
            case "failure" -> WORDS.say("Failure");
            default -> wire;
        };
    }

    /** What a list is narrowed by: a field, by the server's name for it, and its value. */
    static String field(String name, String value) {
        return switch (name) {
            case "operation" -> WORDS.say("What") + ": " + operation(value);
            case "result" -> WORDS.say("Result") + ": " + result(value);
            case "status" -> WORDS.say("Status") + ": " + certificate(value);
            case "tokenID" -> WORDS.say("Token") + ": " + value;
            case "userID" -> WORDS.say("Owner") + ": " + value;
            case "type" -> WORDS.say("Profile") + ": " + value;
            default -> name + ": " + value;
        };
    }

    /** A certificate's status. */
    static String certificate(String wire) {
        return switch (wire) {
            case "active" -> WORDS.say("Active");
            case "revoked" -> WORDS.say("Revoked");
            case "revoked_on_hold" -> WORDS.say("On hold");
            case "expired" -> WORDS.say("Expired");
            case Token.RESTRICTED -> WORDS.say("Restricted");
            default -> wire;
        };
    }

    /** An entry's status. */
    static String status(ConfigEntry.Status status) {
        return switch (status) {
            case ENABLED -> WORDS.say("Enabled");
            case DISABLED -> WORDS.say("Disabled");
            case PENDING_APPROVAL -> WORDS.say("Waits for approval");
            case UNKNOWN -> WORDS.say("Unknown");
        };
    }

    /** A value that the signed-in user may not see. */
    static String seen(String value) {
        return value.equals(Token.RESTRICTED) ? WORDS.say("Restricted") : value;
    }

    static String seen(Optional<String> value) {
        return value.map(Texts::seen).orElse("");
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.esc.apdu.Words;

/**
 * What follows from giving a token another state.
 *
 * @param effect       what happens to its certificates
 * @param reasons      why they are revoked, by role of the key ({@code signing}); empty if the token's profile could not be read
 * @param irreversible whether no later change brings back what is lost
 * @param sentence     for a person
 */
public record Consequence(Effect effect, Map<String, String> reasons, boolean irreversible, String sentence) {

    private static final Words WORDS = Words.of(Consequence.class);

    /** Reasons of a CRL (RFC 5280, 5.3.1) as numbered in profiles. */
    private static final List<String> REASONS = List.of(WORDS.say("unspecified"), WORDS.say("key compromise"), WORDS.say("CA compromise"),
            WORDS.say("affiliation changed"), WORDS.say("superseded"), WORDS.say("cessation of operation"), WORDS.say("on hold"), "",
            WORDS.say("removed from CRL"), WORDS.say("privilege withdrawn"), WORDS.say("AA compromise"));
    private static final int HOLD = 6;

    public Consequence {
        reasons = java.util.Collections.unmodifiableMap(new TreeMap<>(reasons));
    }

    /** What happens to certificates. */
    public enum Effect {
        /** Nothing. */
        NONE,
        /** They are put on hold until the token is found. */
        HOLD,
        /** They are taken off hold. */
        RESTORE,
        /** They are revoked. */
        REVOKE,
        /** Nothing, but owner, type and policy of the token are forgotten. */
        FORGET
    }

    /** What the profile says of this state, under {@code recovery.…}; empty if certificates are left alone. */
    private static Optional<String> scheme(TokenStatus to) {
        return switch (to) {
            case SUSPENDED -> Optional.of("onHold");
            case PERM_LOST, TEMP_LOST_PERM_LOST -> Optional.of("keyCompromise");
            case DAMAGED -> Optional.of("destroyed");
            case TERMINATED -> Optional.of("terminated");
            default -> Optional.empty();
        };
    }

    /**
     * Of a token going from one state to another.
     *
     * @param profile the properties of the token's profile, if they could be read
     * @param type    the profile's name
     */
    static Consequence of(TokenStatus from, TokenStatus to, Optional<Map<String, String>> profile, Optional<String> type) {
        return switch (to) {
            case ACTIVE, FORMATTED -> from == TokenStatus.SUSPENDED
                    ? new Consequence(Effect.RESTORE, Map.of(), false, WORDS.say("Its certificates are taken off hold and can be used again."))
                    : new Consequence(Effect.NONE, Map.of(), false, WORDS.say("Its certificates stay as they are."));
            case UNFORMATTED -> new Consequence(Effect.FORGET, Map.of(), true,
                    WORDS.say("Its record forgets owner, kind, applet and policy; the token must be formatted before it can be enrolled again."));
            case UNKNOWN -> new Consequence(Effect.NONE, Map.of(), false, WORDS.say("What follows is not known."));
            default -> withdrawn(from, to, profile, type);
        };
    }

    private static Consequence withdrawn(TokenStatus from, TokenStatus to, Optional<Map<String, String>> profile, Optional<String> type) {
        boolean end = to == TokenStatus.PERM_LOST || to == TokenStatus.TEMP_LOST_PERM_LOST;
        String last = end ? " " + WORDS.say("No later state brings the token back into use.")
                : to == TokenStatus.DAMAGED ? " " + WORDS.say("A damaged token can only be declared lost after that.") : "";
        if (from == TokenStatus.UNFORMATTED || type.isEmpty()) {
            return new Consequence(Effect.NONE, Map.of(), end || to == TokenStatus.DAMAGED,
                    WORDS.say("It has no certificates that would be revoked.") + last);
        }
        if (profile.isEmpty()) {
            return to == TokenStatus.SUSPENDED
                    ? new Consequence(Effect.HOLD, Map.of(), false, WORDS.say("Its certificates are put on hold until it is found."))
                    : new Consequence(Effect.REVOKE, Map.of(), true,
                            WORDS.say("Its certificates are revoked, as its profile {0} says. That cannot be undone.", type.get()) + last);
        }
        var reasons = new TreeMap<String, String>();
        var shared = new LinkedHashSet<String>();
        boolean hold = false;
        boolean revoke = false;
        for (String key : keys(profile.get(), type.get())) {
            String rule = "op.enroll." + type.get() + ".keyGen." + key + ".recovery." + scheme(to).orElse("") + ".";
            if (profile.get().getOrDefault(rule + "revokeCert", "false").equalsIgnoreCase("true")) {
                int reason = number(profile.get().getOrDefault(rule + "revokeCert.reason", "0"));
                reasons.put(key, reason >= 0 && reason < REASONS.size() ? REASONS.get(reason) : WORDS.say("reason {0}", reason));
                hold |= reason == HOLD;
                revoke |= reason != HOLD;
                if (profile.get().getOrDefault(rule + "holdRevocationUntilLastCredential", "false").equalsIgnoreCase("true")) {
                    shared.add(key);
                }
            }
        }
        String not = shared.isEmpty() ? "" : " " + WORDS.say("One that another active token holds, too, is left alone.");
        String list = reasons.entrySet().stream().map(e -> e.getKey() + " (" + e.getValue() + ")").reduce((a, b) -> a + ", " + b).orElse("");
        if (revoke) {
            return new Consequence(Effect.REVOKE, reasons, true, WORDS.say("These certificates are revoked for good: {0}.", list) + not + last);
        }
        if (hold) {
            return new Consequence(Effect.HOLD, reasons, end, WORDS.say("These certificates are put on hold: {0}.", list) + not + last);
        }
        return new Consequence(Effect.NONE, Map.of(), end, WORDS.say("Its profile leaves certificates as they are.") + last);
    }

    /** The keys that a profile makes: its list of them, else every one that is named. */
    private static Set<String> keys(Map<String, String> profile, String type) {
        String prefix = "op.enroll." + type + ".keyGen.";
        var keys = new LinkedHashSet<String>();
        int n = number(profile.getOrDefault(prefix + "keyType.num", "0"));
        for (int i = 0; i < Math.min(n, 100); i++) {
            Optional.ofNullable(profile.get(prefix + "keyType.value." + i)).filter(k -> !k.isBlank()).ifPresent(keys::add);
        }
        if (keys.isEmpty()) {
            profile.keySet().stream().filter(p -> p.startsWith(prefix) && p.contains(".recovery."))
                    .map(p -> p.substring(prefix.length(), p.indexOf('.', prefix.length()))).forEach(keys::add);
        }
        return keys;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}

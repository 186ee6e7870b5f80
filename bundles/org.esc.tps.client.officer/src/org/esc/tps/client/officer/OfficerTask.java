// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.Operation;

/** What is done at a security officer's desk. */
public enum OfficerTask {
    /** Give a person their token. */
    ENROLL("userKey", Operation.ENROLL, false),
    /** Give a person a token for a few days. */
    ENROLL_TEMPORARY("userKeyTemporary", Operation.ENROLL, false),
    /** Give a security officer their token. */
    ENROLL_OFFICER("soKey", Operation.ENROLL, true),
    /** Wipe a person's card, phone home address and all. */
    FORMAT("soCleanUserToken", Operation.FORMAT, false),
    /** Wipe a person's card and have it know where to phone home. */
    SET_HOME("soUserKey", Operation.FORMAT, false),
    /** Wipe a security officer's card. */
    FORMAT_OFFICER("soCleanSOToken", Operation.FORMAT, true);

    private static final Words WORDS = Words.of(OfficerTask.class);

    private final String usualProfile;
    private final Operation operation;
    private final boolean officers;

    OfficerTask(String usualProfile, Operation operation, boolean officers) {
        this.usualProfile = usualProfile;
        this.operation = operation;
        this.officers = officers;
    }

    /** What a person reads on the button. */
    public String title() {
        return switch (this) {
            case ENROLL -> WORDS.say("Enrol the card");
            case ENROLL_TEMPORARY -> WORDS.say("Enrol a temporary card");
            case ENROLL_OFFICER -> WORDS.say("Enrol a security officer's card");
            case FORMAT -> WORDS.say("Format the card");
            case SET_HOME -> WORDS.say("Set the home address");
            case FORMAT_OFFICER -> WORDS.say("Format an officer's card");
        };
    }

    /** What of a TPS's operations it is. */
    public Operation operation() {
        return operation;
    }

    /** True if somebody gets a token. */
    public boolean enrols() {
        return operation == Operation.ENROLL;
    }

    /** True if the card is a security officer's, before or after. */
    public boolean isForOfficers() {
        return officers;
    }

    /** "enroll-temporary": the verb's last word, and the word in logs. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name that servers usually give the profile. */
    public String usualProfile() {
        return usualProfile;
    }

    /** Which of a server's profiles suits, in the server's own spelling: the usual name, whatever its case. */
    public Optional<String> among(Collection<String> profiles) {
        List<String> alike = profiles.stream().filter(p -> p.equalsIgnoreCase(usualProfile)).toList();
        return alike.contains(usualProfile) ? Optional.of(usualProfile) : alike.stream().findFirst();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Locale;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Words;

/**
 * What may be done with one token.
 *
 * @param reEnroll             an active token may be enrolled again with new keys
 * @param renew                an active token's certificates may be renewed; wins over {@code reEnroll}
 * @param forceFormat          an enrolment formats first
 * @param pinReset             its PIN may be reset
 * @param resetPinResetToNo    a PIN reset takes {@code pinReset} away
 * @param renewKeepOldEncCerts a renewal leaves old encryption certificates on the token
 */
public record Policy(boolean reEnroll, boolean renew, boolean forceFormat, boolean pinReset, boolean resetPinResetToNo,
        boolean renewKeepOldEncCerts) {

    private static final Words WORDS = Words.of(Policy.class);

    /** {@code RE_ENROLL=YES;RENEW=NO;FORCE_FORMAT=NO;PIN_RESET=YES;RESET_PIN_RESET_TO_NO=NO}. */
    public static final Policy DEFAULT = new Policy(true, false, false, true, false, true);

    /**
     * Reads {@code NAME=YES;NAME=NO;…}; what is not named keeps its default.
     *
     * @throws EscException USAGE for an unknown name or a value other than YES and NO
     */
    public static Policy parse(String text) throws EscException {
        var p = DEFAULT;
        for (String item : text.split(";")) {
            if (item.isBlank()) {
                continue;
            }
            int eq = item.indexOf('=');
            String name = item.substring(0, Math.max(eq, 0)).strip().toUpperCase(Locale.ROOT);
            boolean yes = switch (item.substring(eq + 1).strip().toUpperCase(Locale.ROOT)) {
                case "YES" -> true;
                case "NO" -> false;
                default -> throw bad(item);
            };
            p = switch (name) {
                case "RE_ENROLL" -> new Policy(yes, p.renew, p.forceFormat, p.pinReset, p.resetPinResetToNo,
                        p.renewKeepOldEncCerts);
                case "RENEW" -> new Policy(p.reEnroll, yes, p.forceFormat, p.pinReset, p.resetPinResetToNo,
                        p.renewKeepOldEncCerts);
                case "FORCE_FORMAT" -> new Policy(p.reEnroll, p.renew, yes, p.pinReset, p.resetPinResetToNo,
                        p.renewKeepOldEncCerts);
                case "PIN_RESET" -> new Policy(p.reEnroll, p.renew, p.forceFormat, yes, p.resetPinResetToNo,
                        p.renewKeepOldEncCerts);
                case "RESET_PIN_RESET_TO_NO" ->
                    new Policy(p.reEnroll, p.renew, p.forceFormat, p.pinReset, yes, p.renewKeepOldEncCerts);
                case "RENEW_KEEP_OLD_ENC_CERTS" ->
                    new Policy(p.reEnroll, p.renew, p.forceFormat, p.pinReset, p.resetPinResetToNo, yes);
                default -> throw bad(item);
            };
        }
        return p;
    }

    private static EscException bad(String item) {
        return new EscException(Fault.USAGE, WORDS.say("read a policy"),
                WORDS.say("“{0}” is not a token policy: policies are RE_ENROLL, RENEW, FORCE_FORMAT, PIN_RESET, "
                        + "RESET_PIN_RESET_TO_NO and RENEW_KEEP_OLD_ENC_CERTS, each =YES or =NO.", item.strip()));
    }

    /** The same policy with PIN reset allowed or not. */
    public Policy withPinReset(boolean allowed) {
        return new Policy(reEnroll, renew, forceFormat, allowed, resetPinResetToNo, renewKeepOldEncCerts);
    }

    /** The text a TPS stores; RENEW_KEEP_OLD_ENC_CERTS is named only when it is NO. */
    @Override
    public String toString() {
        return "RE_ENROLL=" + yes(reEnroll) + ";RENEW=" + yes(renew) + ";FORCE_FORMAT=" + yes(forceFormat)
                + ";PIN_RESET="
                + yes(pinReset) + ";RESET_PIN_RESET_TO_NO=" + yes(resetPinResetToNo)
                + (renewKeepOldEncCerts ? "" : ";RENEW_KEEP_OLD_ENC_CERTS=NO");
    }

    private static String yes(boolean b) {
        return b ? "YES" : "NO";
    }
}

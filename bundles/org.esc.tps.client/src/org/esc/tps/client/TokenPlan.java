// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * What an operation would do with a token, as far as that can be known before the server is asked.
 *
 * @param operation    {@code format}, {@code enroll} or {@code reset-pin}
 * @param cuid         the card's number; empty if it does not tell
 * @param reader       the reader that holds it
 * @param state        what the token is now, in words
 * @param server       the TPS; empty if it is going to be asked for
 * @param issuer       who runs it, as the token's issuer says; may be empty
 * @param tokenType    the kind of token that is going to be asked for
 * @param certificates what is on the token now, and what becomes of it
 * @param steps        what will happen, in sentences
 * @param warnings     what a person should think about first, in sentences
 * @param loss         true if a key that decrypts would go and is not known to be archived: what was encrypted for it may never be read again
 */
public record TokenPlan(String operation, String cuid, String reader, String state, String server, String issuer, Optional<String> tokenType,
        List<Entry> certificates, List<String> steps, List<String> warnings, boolean loss) {

    public TokenPlan {
        certificates = List.copyOf(certificates);
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
    }

    /** What becomes of a certificate and its key. */
    public enum Fate {
        /** Both stay. */
        STAYS("stays"),
        /** Both go. */
        GOES("goes"),
        /** The key stays, the certificate is replaced by a newer one. */
        RENEWED("is renewed, its key stays"),
        /** The server's policy for this token says which: renewed with the same key, or replaced with another. */
        SERVER_DECIDES("is renewed or replaced");

        private final String words;

        Fate(String words) {
            this.words = words;
        }

        /** What a person reads behind the certificate's name. */
        public String words() {
            return words;
        }
    }

    /** Whether another copy of a key exists. */
    public enum Copy {
        /** The card made the key: there is none. */
        NONE("made on the token, so there is no copy anywhere"),
        /** The server sent the key: it has a copy if the token's profile says that keys are archived. */
        PERHAPS("made by the server, which may have archived it"),
        /** It was not seen how the key came onto the token. */
        UNKNOWN("not known to be archived");

        private final String words;

        Copy(String words) {
            this.words = words;
        }

        /** What a person reads. */
        public String words() {
            return words;
        }
    }

    /**
     * A certificate on the token.
     *
     * @param id       of the key it belongs to
     * @param label    its name on the token
     * @param subject  whom it names
     * @param notAfter when it ends, ISO 8601
     * @param expired  true if that has passed
     * @param decrypts true if its key decrypts
     * @param copy     whether another copy of the key exists
     * @param fate     what becomes of it
     */
    public record Entry(String id, String label, String subject, String notAfter, boolean expired, boolean decrypts, Copy copy, Fate fate) {

        /** Its name for a person. */
        public String name() {
            return label.isEmpty() ? id : label;
        }

        /** True if what was encrypted for it may be lost. */
        boolean lost() {
            return decrypts && (fate == Fate.GOES || fate == Fate.SERVER_DECIDES);
        }
    }

    /** The plan in lines, for a person. */
    public void print(PrintWriter out) {
        out.println((cuid.isEmpty() ? "The token" : "Token " + Cuid.of(cuid).display()) + " in \"" + reader + "\": " + state
                + (server.isEmpty() ? "" : ", server " + server) + tokenType.map(t -> ", as " + t).orElse(""));
        for (Entry e : certificates) {
            out.println("Certificate " + e.id() + " \"" + e.name() + "\" until " + e.notAfter().substring(0, 10) + (e.expired() ? " (expired)" : "")
                    + " " + e.fate().words() + (e.decrypts() ? "; its key decrypts and is " + e.copy().words() : "") + ".");
        }
        int n = 1;
        for (String step : steps) {
            out.println(n++ + ". " + step);
        }
        warnings.forEach(w -> out.println("Warning: " + w));
    }
}

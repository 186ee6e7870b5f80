// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.Words;

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

    private static final Words WORDS = Words.of(TokenPlan.class);

    public TokenPlan {
        certificates = List.copyOf(certificates);
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
    }

    /** What becomes of a certificate and its key. */
    public enum Fate {
        /** Both stay. */
        STAYS,
        /** Both go. */
        GOES,
        /** The key stays, the certificate is replaced by a newer one. */
        RENEWED,
        /** The server's policy for this token says which: renewed with the same key, or replaced with another. */
        SERVER_DECIDES;

        /** What a person reads behind the certificate's name. */
        public String words() {
            return switch (this) {
                case STAYS -> WORDS.say("stays");
                case GOES -> WORDS.say("goes");
                case RENEWED -> WORDS.say("is renewed, its key stays");
                case SERVER_DECIDES -> WORDS.say("is renewed or replaced");
            };
        }
    }

    /** Whether another copy of a key exists. */
    public enum Copy {
        /** The card made the key: there is none. */
        NONE,
        /** The server sent the key: it has a copy if the token's profile says that keys are archived. */
        PERHAPS,
        /** It was not seen how the key came onto the token. */
        UNKNOWN;

        /** What a person reads. */
        public String words() {
            return switch (this) {
                case NONE -> WORDS.say("made on the token, so there is no copy anywhere");
                case PERHAPS -> WORDS.say("made by the server, which may have archived it");
                case UNKNOWN -> WORDS.say("not known to be archived");
            };
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
        out.println((cuid.isEmpty() ? WORDS.say("The token in \"{0}\": {1}", reader, state)
                : WORDS.say("Token {0} in \"{1}\": {2}", Cuid.of(cuid).display(), reader, state))
                + (server.isEmpty() ? "" : ", " + WORDS.say("server {0}", server)) + tokenType.map(t -> ", " + WORDS.say("as {0}", t)).orElse(""));
        for (Entry e : certificates) {
            String until = Day.text(e.notAfter());
            String fate = e.decrypts() ? WORDS.say("{0}; its key decrypts and is {1}", e.fate().words(), e.copy().words()) : e.fate().words();
            out.println(e.expired() ? WORDS.say("Certificate {0} \"{1}\" until {2} (expired) {3}.", e.id(), e.name(), until, fate)
                    : WORDS.say("Certificate {0} \"{1}\" until {2} {3}.", e.id(), e.name(), until, fate));
        }
        int n = 1;
        for (String step : steps) {
            out.println(n++ + ". " + step);
        }
        warnings.forEach(w -> out.println(WORDS.say("Warning: {0}", w)));
    }
}

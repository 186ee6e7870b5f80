// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.driver.AdministratorKey;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.host.TokenInfo;

/** Asks for PINs and keys, in the same words everywhere. */
final class Secrets {

    private static final Words WORDS = Words.of(Secrets.class);

    private Secrets() {
    }

    /** Presents a PIN to the card. */
    @FunctionalInterface
    interface Presenting {
        void to(Secret typed) throws EscException;
    }

    /**
     * Asks for a PIN and presents it. A wrong one is asked for again, if there is somebody to ask; what a script supplied is presented once.
     *
     * @param id      of the PIN; it is read before each try, for its tries left
     * @param purpose what it is for, in words
     */
    static void present(Pins pins, String id, String purpose, Context context, Presenting presenting) throws EscException {
        Optional<EscException> before = Optional.empty();
        while (true) {
            Pin p = Opened.pin(pins, id);
            if (p.blocked() || !p.set()) {
                throw before.orElseGet(() -> noTry(p, purpose));
            }
            try {
                lastTry(p, pins, context);
                try (Secret typed = ask(p, purpose, before.isPresent(), context)) {
                    check(p, typed);
                    presenting.to(typed);
                    return;
                }
            } catch (EscException e) {
                boolean again = e.problem().code().equals("wrong-pin") || e.problem().code().equals("bad-pin");
                if (!again) {
                    // nobody is there to answer a second time: the first failure says what is wrong; but a card that has just blocked it says more
                    throw e.fault() == Fault.CANCELLED || e.fault() == Fault.CARD ? e : before.orElse(e);
                }
                before = Optional.of(e);
            }
        }
    }

    /** Waits for somebody at the reader. */
    @FunctionalInterface
    interface Keypad {
        void entered() throws EscException;
    }

    /**
     * Has a PIN entered at the reader's keypad, once: it is the reader that asks, and whoever stands there sees what is left.
     *
     * @return false if the reader turned out not to be able to, so that the PIN has to be typed here
     */
    static boolean atReader(Pins pins, String id, String purpose, Context context, Keypad keypad) throws EscException {
        Pin p = Opened.pin(pins, id);
        if (p.blocked() || !p.set()) {
            throw noTry(p, purpose);
        }
        lastTry(p, pins, context);
        try (var _ = context.interaction().notice((WORDS.say("Enter {0} at the reader's keypad to {1}.", p.label(), purpose) + " " + tries(p)).strip())) {
            keypad.entered();
            return true;
        } catch (EscException e) {
            if (e.problem().code().equals("pin-pad-unable")) {
                return false;
            }
            throw e;
        }
    }

    private static EscException noTry(Pin p, String purpose) {
        Problem problem = p.set() ? Problem.of(Fault.CARD, purpose, WORDS.say("{0} is blocked: it has no tries left.", p.label())).code("pin-blocked")
                : Problem.of(Fault.CARD, purpose, WORDS.say("{0} is not set.", p.label())).code("pin-not-set");
        return problem.advice(p.unblockedBy().isEmpty() ? WORDS.say("Only who manages the token can give it a new one.")
                : p.set() ? WORDS.say("Unblock it first: esc pin unblock {0}.", p.id())
                : WORDS.say("Set it first: esc pin unblock {0}.", p.id())).exception();
    }

    private static void lastTry(Pin p, Pins pins, Context context) throws EscException {
        if (p.triesLeft().isEmpty() || p.triesLeft().getAsInt() != 1) {
            return;
        }
        String message;
        if (p.unblockedBy().isPresent()) {
            message = WORDS.say("There is one try left for {0}. If it is wrong, it is blocked and has to be unblocked with the {1}.", p.label(),
                    TokenInfo.inSentence(Opened.pin(pins, p.unblockedBy().get()).label()));
        } else {
            message = p.role() == Pin.Role.USER
                    ? WORDS.say("There is one try left for {0}. If it is wrong, it is blocked, and only who manages the token can give it a new one.", p.label())
                    : WORDS.say("There is one try left for {0}. If it is wrong, it is blocked, on many cards for good.", p.label());
        }
        var question = new Interaction.Confirmation(WORDS.say("One try left"), message, true);
        if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
            throw Problem.of(Fault.CANCELLED, question.title(), WORDS.say("Nothing was tried.")).exception();
        }
    }

    private static Secret ask(Pin p, String purpose, boolean again, Context context) throws EscException {
        String field = switch (p.role()) {
            case USER -> "OLD_PIN";
            case UNBLOCKING -> "PUK";
            case ADMINISTRATOR -> "ADMIN_PIN";
        };
        String title = p.role() == Pin.Role.UNBLOCKING ? WORDS.say("Enter the unblocking code") : WORDS.say("Enter the PIN");
        var form = new Form(title, WORDS.say("{0} is needed to {1}.", p.label(), purpose) + " " + tries(p),
                java.util.List.of(new Form.Field(field, p.label(), "", Form.Kind.PASSWORD)), again, false);
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("ask for the PIN"))) {
            return answers.get(field).map(Secret::copy).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("ask for the PIN"),
                    WORDS.say("{0} was not given.", p.label())).code("pin-missing").exception());
        }
    }

    /** "3 tries left.", empty if the token does not tell. */
    static String tries(Pin p) {
        if (p.triesLeft().isEmpty()) {
            return "";
        }
        int n = p.triesLeft().getAsInt();
        return n == 0 ? WORDS.say("Blocked.") : WORDS.many(n, "{0} try left.", "{0} tries left.");
    }

    /** What the card would refuse anyhow costs no try. */
    private static void check(Pin p, Secret typed) throws EscException {
        boolean digits = typed.use(b -> {
            for (byte c : b) {
                if (c < '0' || c > '9') {
                    return false;
                }
            }
            return true;
        });
        if (typed.length() == 0 || typed.length() > p.maxLength() || p.digitsOnly() && !digits) {
            throw Problem.of(Fault.USAGE, WORDS.say("check the PIN"), p.digitsOnly()
                    ? WORDS.say("{0} has at most {1} digits, and nothing else.", p.label(), p.maxLength())
                    : WORDS.say("{0} has at most {1} characters.", p.label(), p.maxLength())).code("bad-pin")
                    .advice(WORDS.say("No try was used up.")).exception();
        }
    }

    /** Asks for a new value of a PIN, within its rules. The caller closes it. */
    static Secret fresh(Pin p, Context context) throws EscException {
        return Ask.await(context.interaction().newPin(new Interaction.NewPin(p.label(), p.minLength(), p.maxLength(), false, p.digitsOnly())),
                context.cancel(), WORDS.say("choose the new PIN"));
    }

    /** Asks for the administrator's key. The caller closes it. */
    static Secret administratorKey(AdministratorKey key, String purpose, Context context) throws EscException {
        var kind = key.administratorKind();
        return key("ADMIN_KEY", WORDS.say("Administrator's key"), WORDS.say("The administrator's key is needed to {0}.", purpose) + (key.isAdministratorDefault()
                ? " " + WORDS.say("It seems to be the well-known one with which the card was delivered: change it.") : ""), kind, context);
    }

    /** Asks for a key in hexadecimal digits. The caller closes it. */
    static Secret key(String field, String name, String description, AdministratorKey.Kind kind, Context context) throws EscException {
        var form = Form.of(name, description + " " + WORDS.say("{0}: {1} hexadecimal digits.", kind.name(), 2 * kind.length()),
                new Form.Field(field, name, "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("ask for the key"))) {
            Secret typed = answers.get(field).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("ask for the key"), WORDS.say("The key was not given."))
                    .code("key-missing").exception());
            return bytes(typed, kind);
        }
    }

    /** From hexadecimal digits, without making a text of them that cannot be erased. */
    private static Secret bytes(Secret typed, AdministratorKey.Kind kind) throws EscException {
        byte[] text = typed.bytes();
        byte[] key = new byte[kind.length()];
        try {
            int n = 0;
            for (byte c : text) {
                if (c == ' ' || c == ':') {
                    continue;
                }
                int digit = Character.digit(c, 16);
                if (digit < 0 || n == 2 * key.length) {
                    n = -1;
                    break;
                }
                key[n / 2] |= (byte) (n % 2 == 0 ? digit << 4 : digit);
                n++;
            }
            if (n != 2 * key.length) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the key"), WORDS.say("A key of the kind {0} has {1} hexadecimal digits.", kind.name(),
                        2 * key.length)).code("key-length").exception();
            }
            return Secret.of(key);
        } finally {
            Arrays.fill(text, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
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
        try (var _ = context.interaction().notice(("Enter " + p.label() + " at the reader's keypad to " + purpose + ". " + tries(p)).strip())) {
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
        Problem problem = p.set() ? Problem.of(Fault.CARD, purpose, p.label() + " is blocked: it has no tries left.").code("pin-blocked")
                : Problem.of(Fault.CARD, purpose, p.label() + " is not set.").code("pin-not-set");
        return problem.advice(p.unblockedBy().map(_ -> (p.set() ? "Unblock" : "Set") + " it first: esc pin unblock " + p.id() + ".")
                        .orElse("Only who manages the token can give it a new one.")).exception();
    }

    private static void lastTry(Pin p, Pins pins, Context context) throws EscException {
        if (p.triesLeft().isEmpty() || p.triesLeft().getAsInt() != 1) {
            return;
        }
        String then = p.unblockedBy().isPresent() ? "it is blocked and has to be unblocked with the "
                + TokenInfo.inSentence(Opened.pin(pins, p.unblockedBy().get()).label())
                : p.role() == Pin.Role.USER ? "it is blocked, and only who manages the token can give it a new one"
                : "it is blocked, on many cards for good";
        var question = new Interaction.Confirmation("One try left", "There is one try left for " + p.label() + ". If it is wrong, " + then + ".", true);
        if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
            throw Problem.of(Fault.CANCELLED, question.title(), "Nothing was tried.").exception();
        }
    }

    private static Secret ask(Pin p, String purpose, boolean again, Context context) throws EscException {
        String field = switch (p.role()) {
            case USER -> "OLD_PIN";
            case UNBLOCKING -> "PUK";
            case ADMINISTRATOR -> "ADMIN_PIN";
        };
        String title = p.role() == Pin.Role.UNBLOCKING ? "Enter the unblocking code" : "Enter the PIN";
        var form = new Form(title, p.label() + " is needed to " + purpose + ". " + tries(p),
                java.util.List.of(new Form.Field(field, p.label(), "", Form.Kind.PASSWORD)), again, false);
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), "ask for the PIN")) {
            return answers.get(field).map(Secret::copy).orElseThrow(() -> Problem.of(Fault.USAGE, "ask for the PIN",
                    p.label() + " was not given.").code("pin-missing").exception());
        }
    }

    /** "3 tries left.", empty if the token does not tell. */
    static String tries(Pin p) {
        if (p.triesLeft().isEmpty()) {
            return "";
        }
        int n = p.triesLeft().getAsInt();
        return (n == 0 ? "Blocked" : n == 1 ? "1 try left" : n + " tries left") + ".";
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
            throw Problem.of(Fault.USAGE, "check the PIN", p.label() + " has at most " + p.maxLength()
                    + (p.digitsOnly() ? " digits, and nothing else." : " characters.")).code("bad-pin").advice("No try was used up.").exception();
        }
    }

    /** Asks for a new value of a PIN, within its rules. The caller closes it. */
    static Secret fresh(Pin p, Context context) throws EscException {
        return Ask.await(context.interaction().newPin(new Interaction.NewPin(p.label(), p.minLength(), p.maxLength(), false, p.digitsOnly())),
                context.cancel(), "choose the new PIN");
    }

    /** Asks for the administrator's key. The caller closes it. */
    static Secret administratorKey(AdministratorKey key, String purpose, Context context) throws EscException {
        var kind = key.administratorKind();
        return key("ADMIN_KEY", "Administrator's key", "The administrator's key is needed to " + purpose + "." + (key.isAdministratorDefault()
                ? " It seems to be the well-known one with which the card was delivered: change it." : ""), kind, context);
    }

    /** Asks for a key in hexadecimal digits. The caller closes it. */
    static Secret key(String field, String name, String description, AdministratorKey.Kind kind, Context context) throws EscException {
        var form = Form.of(name, description + " " + kind.name() + ": " + 2 * kind.length() + " hexadecimal digits.",
                new Form.Field(field, name, "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), "ask for the key")) {
            Secret typed = answers.get(field).orElseThrow(() -> Problem.of(Fault.USAGE, "ask for the key", "The key was not given.")
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
                throw Problem.of(Fault.USAGE, "read the key", "A key of the kind " + kind.name() + " has " + 2 * key.length
                        + " hexadecimal digits.").code("key-length").exception();
            }
            return Secret.of(key);
        } finally {
            Arrays.fill(text, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }
}

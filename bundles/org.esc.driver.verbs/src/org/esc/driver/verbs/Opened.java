// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.driver.Access;
import org.esc.driver.AdministratorKey;
import org.esc.driver.Capability;
import org.esc.driver.CardFacts;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.SecureChannelUse;
import org.esc.driver.TokenIdentity;
import org.esc.driver.host.OpenCard;

/** One application on a card while a verb works with it: what it can do, and what the person has proved and agreed to. */
final class Opened {

    private static final Words WORDS = Words.of(Opened.class);

    private final OpenCard card;
    private final OpenCard.Application application;
    private final Context context;
    private final Set<String> verified = new HashSet<>();
    private boolean administrator;

    Opened(OpenCard card, OpenCard.Application application, Context context) {
        this.card = card;
        this.application = application;
        this.context = context;
    }

    String reader() {
        return card.facts().reader();
    }

    String driver() {
        return application.driver();
    }

    <C extends Capability> Optional<C> capability(Class<C> type) throws EscException {
        return application.capability(type);
    }

    /** @throws EscException USAGE, code {@code not-offered}, if the application cannot do this */
    <C extends Capability> C need(Class<C> type, String inWords) throws EscException {
        return application.capability(type).orElseThrow(() -> notOffered(inWords));
    }

    private EscException notOffered(String inWords) {
        return Problem.of(Fault.USAGE, inWords, WORDS.say("The application \"{0}\" on this card cannot {1}.", driver(), inWords))
                .code("not-offered").exception();
    }

    /** The card's number: what its card manager or its application says, else the serial number, else the ATR. */
    String cardId() throws EscException {
        return cardId(card.facts(), application.identity());
    }

    static String cardId(CardFacts facts, TokenIdentity identity) {
        return facts.manager().flatMap(CardFacts.Manager::cplc).map(Cplc::cuid).or(identity::cuid).map(Cuid::toString)
                .orElse(identity.serial().isBlank() ? facts.atr().toString() : identity.serial());
    }

    /**
     * Has the person prove what must be proved before something is allowed, each thing once.
     *
     * @param purpose what it is for, in words: "write the certificate"
     * @throws EscException as {@link Pins#verifyPin} and {@link AdministratorKey#authenticateAdministrator}, or CANCELLED
     */
    void allow(Access access, String purpose) throws EscException {
        if (access.administrator() && !administrator) {
            AdministratorKey key = capability(AdministratorKey.class).orElseThrow(() -> outOfReach(purpose));
            try (Secret typed = Secrets.administratorKey(key, purpose, context)) {
                key.authenticateAdministrator(typed);
            }
            administrator = true;
        }
        if (access.pin().isPresent() && !verified.contains(access.pin().get())) {
            verify(access.pin().get(), purpose);
        }
    }

    private EscException outOfReach(String purpose) {
        boolean channel;
        try {
            channel = capability(SecureChannelUse.class).isPresent();
        } catch (EscException _) {
            channel = false;
        }
        return Problem.of(Fault.USAGE, purpose, WORDS.say("Only the token's administrator may {0}.", purpose)).code("not-offered")
                .advice(channel ? WORDS.say("The application wants a secure channel for that, as a token management system opens it.") : "").exception();
    }

    /** Asks for a PIN and verifies it, until it is right, the person gives up or the card blocks it. */
    void verify(String id, String purpose) throws EscException {
        Pins pins = need(Pins.class, WORDS.say("verify a PIN"));
        Optional<PinsAtReader> keypad = capability(PinsAtReader.class);
        if (keypad.isPresent() && keypad.get().canVerifyAtReader(id)
                && Secrets.atReader(pins, id, purpose, context, () -> keypad.get().verifyPinAtReader(id))) {
            verified.add(id);
            return;
        }
        Secrets.present(pins, id, purpose, context, typed -> pins.verifyPin(id, typed));
        verified.add(id);
    }

    /** A PIN by its id. What was given is not repeated: a person may have typed the PIN itself there. */
    static Pin pin(Pins pins, String id) throws EscException {
        var all = pins.pins();
        return all.stream().filter(p -> p.id().equals(id)).findFirst().orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the PIN"),
                WORDS.say("The token has no PIN of that name.")).code("no-pin").advice(all.isEmpty() ? ""
                        : WORDS.say("PINs here: {0}. The PIN itself is asked for.", String.join(", ", all.stream().map(Pin::id).toList()))).exception());
    }

    /** The PIN that is named, else the holder's, else the first. */
    static Pin pin(Pins pins, Optional<String> id) throws EscException {
        if (id.isPresent()) {
            return pin(pins, id.get());
        }
        var all = pins.pins();
        return all.stream().filter(p -> p.role() == Pin.Role.USER).findFirst().or(() -> all.stream().findFirst())
                .orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the PIN"), WORDS.say("The token has no PIN.")).code("no-pin").exception());
    }

    /** Asks before something that cannot be undone. @throws EscException CANCELLED if the person says no */
    void confirm(String title, String message) throws EscException {
        if (!Ask.await(context.interaction().confirm(new Interaction.Confirmation(title, message, true)), context.cancel(), title)) {
            throw Problem.of(Fault.CANCELLED, title, WORDS.say("Nothing was changed.")).exception();
        }
    }
}

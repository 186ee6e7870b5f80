// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Interaction.Confirmation;
import org.esc.command.UserDirs;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.Handshake;
import org.esc.securechannel.InitUpdateResponse;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.WireStyle;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Opens secure channels so that no card is lost to wrong keys. The card's cryptogram is verified, in constant time, before anything that
 * the card counts is sent; a mismatch stops there, says which keys were tried, and nothing is tried again by itself. Failures in a row are
 * counted per card across restarts and processes; from the third on a person has to type the card's id before the next try.
 */
@Component(service = Channels.class)
public final class Channels {

    private static final Words WORDS = Words.of(Channels.class);

    /** After so many failures in a row the next try has to be agreed to. Cards lock after 10 or more; some are set to fewer. */
    static final int CAREFUL_FROM = 3;
    /** After so many failures in a row many cards lock for ever. */
    static final int USUAL_LIMIT = 10;

    private static final String STEP = WORDS.say("open the secure channel");
    private static final String NO_NAME = "-";
    private static final int GET_DATA = 0xCA;

    private final CardTries tries;
    private final SecureRandom random = new SecureRandom();

    /** Counts in the user's state folder. */
    @Activate
    public Channels() {
        this(UserDirs.state().resolve("card-tries"));
    }

    /** Counts in this file. */
    public Channels(Path file) {
        tries = new CardTries(file);
    }

    /**
     * Opens a channel to the selected application, usually a security domain.
     *
     * @param card    below any secure channel
     * @param keys    the caller keeps and closes them, after the channel
     * @param args    key version, options and protection
     * @param context asked before one more try on a card that has refused several
     * @return for the caller to close
     * @throws EscException {@code card-not-authentic} if these are not the card's keys; {@code authentication-refused} or
     *                      {@code security-level} if the card does not want; UNCONFIRMED if one more try was not agreed to; what the keys'
     *                      token says
     */
    public SecureChannel open(CardChannel card, OpenKeys keys, KeyArgs args, Context context) throws EscException {
        return open(card, keys, args, Optional.empty(), context);
    }

    /**
     * As the other form.
     *
     * @param selected the application that is selected, which a card must be told of whose channel begins implicitly (SCP02 with i bit 3
     *                 clear); such a card proves nothing beforehand
     */
    public SecureChannel open(CardChannel card, OpenKeys keys, KeyArgs args, Optional<Aid> selected, Context context)
            throws EscException {
        List<CardTries.Failures> earlier = earlier(context);
        // who the card is has to be known before INITIALIZE UPDATE, which some cards count, too
        String name = earlier.isEmpty() ? NO_NAME : name(card);
        Optional<CardTries.Failures> before = worst(earlier, name);
        if (before.filter(f -> f.failures() >= CAREFUL_FROM).isPresent()) {
            agree(before.get(), args, context);
        }
        ScpHint known = args.options().isPresent() ? said(args.options().get()) : ScpHint.ask(card, Optional.empty());
        ScpHint hint = selected.map(known::withSelected).orElse(known);
        var seen = new ArrayList<InitUpdateResponse>();
        CardKeys noticing = (answer, host) -> {
            seen.add(answer);
            return keys.derive(answer, host);
        };
        try (Handshake h = SecureChannel.initialize(card, noticing, args.version(), 0, random, WireStyle.STANDARD, hint)) {
            context.cancel().check(STEP);
            SecureChannel channel = h.authenticate(args.level().security());
            if (!channel.scp().isImplicit()) {
                succeeded(h.card(), context);
            }
            return channel;
        } catch (CardException e) {
            throw switch (e.problem().code()) {
                case "card-not-authentic" -> failed(card, seen.getLast(), name, keys,
                        WORDS.say("The card does not have these keys: {0} (key version {1}). No authentication was sent.", keys.description(),
                                Hex.of(seen.getLast().keyVersion())), e);
                case "authentication-refused" -> failed(card, seen.getLast(), name, keys, WORDS.say("{0} Tried: {1}.", e.problem().message(),
                        keys.description()), e);
                default -> e;
            };
        }
    }

    /**
     * The failures in a row on the card, if there are any. A card that has its production data read is known by them; nothing is sent
     * while no card has failures.
     *
     * @throws EscException if no answer came
     */
    public Optional<FailedTries> failedTries(CardChannel card) throws EscException {
        List<CardTries.Failures> all = counted();
        String name = all.isEmpty() ? NO_NAME : name(card);
        return worst(all, name).map(Channels::told);
    }

    /** The failures in a row on all cards that have any; none if the count cannot be read. */
    public List<FailedTries> failedTries() {
        return counted().stream().map(Channels::told).toList();
    }

    private List<CardTries.Failures> counted() {
        try {
            return tries.all();
        } catch (IOException _) {
            // told of when a channel is opened
            return List.of();
        }
    }

    private static Optional<CardTries.Failures> worst(List<CardTries.Failures> all, String name) {
        return all.stream().filter(f -> f.names().contains(name)).max((a, b) -> Integer.compare(a.failures(), b.failures()));
    }

    private static FailedTries told(CardTries.Failures f) {
        return new FailedTries(f.card(), f.failures(), f.keys(), f.last().toString());
    }

    /** All protocols that have these options; there is hardly ever more than one that a card can mean. */
    private static ScpHint said(int i) {
        var all = IntStream.rangeClosed(1, 3).mapToObj(protocol -> new ScpVersion(protocol, i)).filter(ScpVersion::isSupported).toList();
        return new ScpHint(all, Optional.empty(), Optional.empty(), OptionalInt.empty());
    }

    /**
     * What names the card before a channel is tried: its production data, else its key diversification data, else its image number with the
     * issuer's. Reading it authenticates nothing, and no card counts it.
     */
    private static String name(CardChannel card) throws EscException {
        byte[] production = data(card, 0x9F7F);
        if (production.length >= 20) {
            return Hex.of(production);
        }
        byte[] diversification = data(card, 0x00CF);
        if (diversification.length >= 10) {
            return "KDD" + Hex.of(diversification);
        }
        byte[] image = data(card, 0x0045);
        return image.length > 2 ? "CIN" + Hex.of(data(card, 0x0042)) + Hex.of(image) : NO_NAME;
    }

    private static byte[] data(CardChannel card, int tag) throws EscException {
        ResponseApdu r = card.transmit(CommandApdu.of(0x80, GET_DATA, tag >> 8, tag & 0xFF, new byte[0], 256));
        return r.isOk() ? r.data() : new byte[0];
    }

    private List<CardTries.Failures> earlier(Context context) {
        try {
            return tries.all();
        } catch (IOException _) {
            context.interaction().tell(WORDS.say("The count of failed tries cannot be read. Be careful with keys you are not sure of."));
            return List.of();
        }
    }

    private static void agree(CardTries.Failures before, KeyArgs args, Context context) throws EscException {
        var question = new Confirmation(WORDS.say("Try keys once more on card {0}", before.card()),
                WORDS.say("The last {0} tries to open a secure channel to this card failed, the last one with {1}. Cards lock "
                        + "for ever after some failures in a row, many after 10.", before.failures(), before.keys()),
                true, Optional.of(before.card()));
        if (args.tryAgain().isPresent()) {
            if (!question.accepts(args.tryAgain().get())) {
                throw Problem.of(Fault.UNCONFIRMED, STEP, WORDS.say("--try-again names another card; this one is {0}.", before.card()))
                        .code("other-card").advice(WORDS.say("Make sure that the right card is in the reader.")).exception();
            }
            return;
        }
        String advice = WORDS.say("If you are sure of the keys, say so with --try-again {0}.", before.card());
        try {
            if (Ask.await(context.interaction().confirm(question), context.cancel(), STEP)) {
                return;
            }
        } catch (EscException e) {
            throw e.fault() == Fault.UNCONFIRMED ? new EscException(e.problem().advice(advice), e) : e;
        }
        throw Problem.of(Fault.UNCONFIRMED, STEP, WORDS.say("One more try was not agreed to.")).code("confirmation-missing").advice(advice).exception();
    }

    private void succeeded(InitUpdateResponse card, Context context) {
        try {
            tries.succeeded(Hex.of(card.kdd()));
        } catch (IOException _) {
            context.interaction().tell(WORDS.say("The count of failed tries on this card could not be set back."));
        }
    }

    private EscException failed(CardChannel card, InitUpdateResponse answer, String name, OpenKeys keys, String message, CardException e) {
        Problem p = e.problem();
        String id = Hex.of(answer.kdd());
        try {
            int count = tries.failed(id, name.equals(NO_NAME) ? name(card) : name, keys.description());
            String told = count == 1 ? message : message + " " + WORDS.say("That was failure {0} in a row on this card.", count);
            String advice = WORDS.say("Find out the card's keys before you try again.");
            if (count >= CAREFUL_FROM) {
                advice = WORDS.say("Cards lock for ever after some failures in a row, many after 10. The next try has to be agreed to: "
                        + "--try-again {0}.", id);
            } else if (keys.factory()) {
                advice = WORDS.say("The card has keys of its own: name them with --keys, --key-env or --pkcs11.");
            }
            return new CardException(new Problem(p.fault(), p.code(), p.step(), p.sw(), p.endOp(), told, advice), e);
        } catch (IOException | EscException x) {
            return new CardException(new Problem(p.fault(), p.code(), p.step(), p.sw(), p.endOp(), message,
                    WORDS.say("This failure could not be counted ({0}): do not try often, cards lock.", x.getMessage())), e);
        }
    }
}

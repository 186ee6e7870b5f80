// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.InitUpdateResponse;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.OverheardChannel;
import org.esc.trace.Masked;
import org.esc.trace.analysis.Cases;
import org.esc.trace.analysis.Cases.Case;
import org.esc.trace.analysis.Finding;
import org.esc.trace.analysis.Finding.Severity;
import org.esc.trace.analysis.FindingRule;
import org.esc.trace.analysis.Row;
import org.osgi.service.component.annotations.Component;

/**
 * Cards whose keys everybody knows: the cryptogram in a card's answer to INITIALIZE UPDATE proves it. Tried are the test keys of GlobalPlatform, alone and
 * diversified by each method that is known here, those of samples that makers published, one byte all over, and bytes that count up. Where the trace hides the challenges or the
 * cryptogram nothing is said.
 */
@Component(service = FindingRule.class)
public final class WeakKeys implements FindingRule {

    private static final Words WORDS = Words.of(WeakKeys.class);

    private static final int INITIALIZE_UPDATE = 0x50;
    private static final int DIVERSIFICATION_DATA = 10;
    private static final int SHORTEST_ANSWER = 28;
    /** All keys are tried so often for key sets of one card and version, as keys may be replaced, and so often in a pass. */
    private static final int MOST_TRIES = 8;
    private static final int MOST_TRIES_OF_ALL = 512;
    private static final byte[] TEST = Hex.parse("404142434445464748494A4B4C4D4E4F");
    /** Published with sample code and test vectors. */
    private static final List<String> SAMPLES = List.of("47454D5850524553534F53414D504C45", "0123456789ABCDEF0123456789ABCDEF",
            "0123456789ABCDEFFEDCBA9876543210", "00112233445566778899AABBCCDDEEFF");

    /** Keys that may be a card's. */
    private record Guess(byte[] key, Diversification by, String words) {

        KeySet set(InitUpdateResponse card) {
            KeyType type = card.scp().keyType();
            KeySet master = KeySet.same(card.keyVersion(), by.masters().orElse(type), key);
            if (by.equals(Diversification.NONE)) {
                return master;
            }
            try (master) {
                return by.derive(master, card.kdd(), card.keyVersion(), type);
            }
        }
    }

    /** A card's key set, as far as a trace tells it from others. */
    private record Held(String kdd, int version, int protocol) {
    }

    private static final class Tried {
        private Optional<Guess> fits = Optional.empty();
        private int times;
    }

    @Override
    public String id() {
        return "test-keys";
    }

    @Override
    public String title() {
        return WORDS.say("Keys that everybody knows");
    }

    /** Those for a card, the likely ones first. */
    private static List<Guess> guesses(InitUpdateResponse card, boolean kddKnown) {
        KeyType type = card.scp().keyType();
        var all = new ArrayList<Guess>();
        all.add(new Guess(TEST, Diversification.NONE, WORDS.say("the test keys 40 41 42 … 4F, which GlobalPlatform's documents and most makers' samples have")));
        if (kddKnown) {
            for (Diversification d : Diversification.known()) {
                if (!d.equals(Diversification.NONE)) {
                    all.add(new Guess(TEST, d, WORDS.say("made by {0} from the test keys 40 41 42 … 4F", d.name())));
                }
            }
        }
        for (String sample : SAMPLES) {
            all.add(new Guess(Hex.parse(sample), Diversification.NONE, WORDS.say("the published sample keys {0}", sample)));
        }
        if (kddKnown) {
            all.add(new Guess(Hex.parse(SAMPLES.getFirst()), Diversification.VISA2, WORDS.say("made by VISA2 from the published sample keys {0}", SAMPLES.getFirst())));
        }
        for (int length : new int[] {16, 24, 32}) {
            if (type.allows(length)) {
                for (int b = 0; b < 256; b++) {
                    all.add(new Guess(counting(length, b, 0), Diversification.NONE, b == 0 ? WORDS.say("all zero") : WORDS.say("the byte {0} all over", Hex.of(b))));
                }
                for (int b = 0; b < 256; b++) {
                    all.add(new Guess(counting(length, b, 1), Diversification.NONE, WORDS.say("bytes that count up, {0} {1} …", Hex.of(b), Hex.of(b + 1 & 0xFF))));
                }
            }
        }
        return all;
    }

    private static byte[] counting(int length, int first, int step) {
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = (byte) (first + i * step);
        }
        return key;
    }

    private static boolean fits(Guess g, InitUpdateResponse card, byte[] challenge) {
        try (KeySet keys = g.set(card); OverheardChannel channel = OverheardChannel.begin(CardKeys.of(keys), card, challenge)) {
            return channel.isOfTheseKeys();
        } catch (EscException | IllegalArgumentException _) {
            // such keys are none for this protocol
            return false;
        }
    }

    @Override
    public Watch begin() {
        return new Watch() {
            private final Cases cases = new Cases(WeakKeys.this);
            private final Map<Held, Tried> tried = new HashMap<>();
            private int times;

            @Override
            public void row(Row r) {
                Masked a = r.answer();
                if (a.length() < SHORTEST_ANSWER || r.sw() != 0x9000) {
                    return;
                }
                Optional<CommandApdu> c = r.subject();
                boolean whole = r.isGetResponse() || !r.commandBytes().hasHidden();
                if (c.isPresent() && isInitializeUpdate(c.get()) && whole && !a.hidesAny(DIVERSIFICATION_DATA, a.length())) {
                    look(r, a, c.get().data());
                }
            }

            private void look(Row r, Masked answer, byte[] challenge) {
                InitUpdateResponse card;
                try {
                    card = InitUpdateResponse.parse(answer.bytes());
                } catch (CardException _) {
                    return;
                }
                if (challenge.length != card.scp().challengeLength()) {
                    return;
                }
                var held = new Held(Hex.of(card.kdd()), card.keyVersion(), card.scp().protocol());
                if (!tried.containsKey(held) && tried.size() >= MOST_TRIES_OF_ALL) {
                    return;
                }
                Tried t = tried.computeIfAbsent(held, _ -> new Tried());
                if (t.fits.filter(g -> fits(g, card, challenge)).isEmpty()) {
                    if (t.times == MOST_TRIES || times == MOST_TRIES_OF_ALL) {
                        return;
                    }
                    t.times++;
                    times++;
                    t.fits = guesses(card, !answer.hidesAny(0, DIVERSIFICATION_DATA)).stream().filter(g -> fits(g, card, challenge)).findFirst();
                }
                t.fits.ifPresent(g -> cases.add(new Case(Severity.WARNING, WORDS.say("The card's keys of version {0} ({1}) are known to everybody: {2}.",
                        card.keyVersion(), card.scp().toString().substring(0, 5), g.words),
                        WORDS.say("Replace them by keys of your own (PUT KEY) before the card is handed out. "
                                + "Whoever has this trace can read all that its secure channels carried.")), r.entry().number()));
            }

            @Override
            public List<Finding> findings() {
                return cases.findings();
            }
        };
    }

    private static boolean isInitializeUpdate(CommandApdu c) {
        return c.ins() == INITIALIZE_UPDATE && ChannelReader.isGlobalPlatform(c.cla());
    }
}

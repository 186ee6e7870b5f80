// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;

/**
 * What a host knows of a card's protocol options before it opens a channel. What SCP03 says in its answer goes before all of it; else
 * the card's own recognition data go before what somebody told.
 *
 * @param offered  the protocols that the card's recognition data list, in their order; may be empty
 * @param told     what the person or program says the card speaks
 * @param selected the application the channel is opened to, which implicit initiation must know
 * @param sequence SCP02's sequence counter, where implicit initiation cannot ask the card for it
 */
public record ScpHint(List<ScpVersion> offered, Optional<ScpVersion> told, Optional<Aid> selected, OptionalInt sequence) {

    private static final Words WORDS = Words.of(ScpHint.class);

    /** Nothing is known. */
    public static final ScpHint NONE = new ScpHint(List.of(), Optional.empty(), Optional.empty(), OptionalInt.empty());

    private static final byte[] SCP_OID = Hex.parse("2A864886FC6B04");

    public ScpHint {
        offered = List.copyOf(offered);
    }

    /** Somebody told. */
    public static ScpHint of(ScpVersion told) {
        return new ScpHint(List.of(), Optional.of(told), Optional.empty(), OptionalInt.empty());
    }

    /**
     * Asks the application that is selected: GET DATA 0066. A card that has no recognition data, or nonsense, offers nothing here.
     *
     * @throws EscException if no answer came
     */
    public static ScpHint ask(CardChannel card, Optional<ScpVersion> told) throws EscException {
        List<ScpVersion> offered = List.of();
        ResponseApdu r = getData(card, 0x0066);
        if (r.isOk()) {
            try {
                offered = listed(r.data());
            } catch (IllegalArgumentException _) {
                // as if it were not there: the answer to INITIALIZE UPDATE tells the protocol in the end
            }
        }
        return new ScpHint(offered, told, Optional.empty(), OptionalInt.empty());
    }

    /** The same, to open a channel to this application. */
    public ScpHint withSelected(Aid application) {
        return new ScpHint(offered, told, Optional.of(application), sequence);
    }

    /** The same with this sequence counter, for a card that does not tell it. */
    public ScpHint withSequence(int counter) {
        return new ScpHint(offered, told, selected, OptionalInt.of(counter));
    }

    /**
     * The protocols that card recognition data list (GlobalPlatform 2.1.1 Appendix F); those we do not know are left out.
     *
     * @param cardData the answer to GET DATA 0066
     * @throws IllegalArgumentException if it is no such data object
     */
    public static List<ScpVersion> listed(byte[] cardData) {
        Tlv data = Tlv.find(Tlv.parseAll(cardData), 0x73)
                .orElseThrow(() -> new IllegalArgumentException(WORDS.say("The card recognition data 73 is missing")));
        var found = new ArrayList<ScpVersion>();
        for (Tlv t : data.children()) {
            if (t.tag() == 0x64) {
                for (Tlv oid : t.children()) {
                    byte[] v = oid.value();
                    if (oid.tag() == 0x06 && v.length == 9 && Arrays.equals(v, 0, 7, SCP_OID, 0, 7) && v[7] >= 1 && v[7] <= 3) {
                        found.add(new ScpVersion(v[7], v[8] & 0xFF));
                    }
                }
            }
        }
        return List.copyOf(found);
    }

    /** The version, if all that is known of the card is that it opens its channel by itself. */
    Optional<ScpVersion> implicit() {
        List<ScpVersion> known = known();
        return known.stream().allMatch(ScpVersion::isImplicit) ? known.stream().findFirst() : Optional.empty();
    }

    /** Bytes of the host challenge to begin with. */
    int challengeLength() {
        List<ScpVersion> known = known();
        return !known.isEmpty() && known.stream().allMatch(v -> v.challengeLength() == 16) ? 16 : 8;
    }

    /** The options of the protocol a card answered with, if they are known. */
    Optional<ScpVersion> options(int protocol) {
        return offered.stream().filter(v -> v.protocol() == protocol && !v.isImplicit()).findFirst()
                .or(() -> told.filter(v -> v.protocol() == protocol && !v.isImplicit()));
    }

    private List<ScpVersion> known() {
        return offered.isEmpty() ? told.stream().toList() : offered;
    }

    /** GET DATA, with the exact Le if the card wants that. */
    static ResponseApdu getData(CardChannel card, int tag) throws EscException {
        ResponseApdu r = card.transmit(CommandApdu.of(0x80, 0xCA, tag >> 8, tag & 0xFF, new byte[0], 256));
        return r.sw().sw1() == 0x6C && r.sw().sw2() != 0
                ? card.transmit(CommandApdu.of(0x80, 0xCA, tag >> 8, tag & 0xFF, new byte[0], r.sw().sw2())) : r;
    }
}

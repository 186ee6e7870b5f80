// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.securechannel.keys.FailedTries;

/**
 * What a card tells of itself to anybody, without keys. What it does not tell is empty.
 *
 * @param atr             answer to reset, hexadecimal
 * @param domain          the security domain that was asked: the issuer's, or another one
 * @param maxCommandData  most data bytes of a command it takes
 * @param cuid            the card's unique ID
 * @param production      its production data in words
 * @param data            card recognition data (0066)
 * @param capabilities    card capability information (0067)
 * @param keys            the domain's keys (00E0)
 * @param memory          free memory (FF21)
 * @param iin             issuer identification number (0042), hexadecimal
 * @param cin             card image number (0045), hexadecimal
 * @param sequenceCounter secure channel sequence counter of the default keys (00C1), hexadecimal
 * @param applications    applications that it lists for everybody (2F00)
 * @param problems        what could not be read, in sentences
 * @param failedTries     keys that were tried on it in vain since the last success, as counted here; no card tells that
 */
public record CardInfo(String atr, Optional<Aid> domain, OptionalInt maxCommandData, Optional<Cuid> cuid,
        Optional<CardProduction> production, Optional<CardData> data, Optional<CardCapabilities> capabilities, List<KeyInfo> keys,
        Optional<CardMemory> memory, Optional<String> iin, Optional<String> cin, Optional<String> sequenceCounter,
        List<Aid> applications, List<String> problems, Optional<FailedTries> failedTries) {

    private static final Words WORDS = Words.of(CardInfo.class);

    private static final int MOST_ANSWER = 256;
    private static final byte[] NO_DATA = {};
    private static final byte[] NO_NUMBERS = new byte[6];

    public CardInfo {
        keys = List.copyOf(keys);
        applications = List.copyOf(applications);
        problems = List.copyOf(problems);
    }

    /** With these failed tries. */
    public CardInfo with(Optional<FailedTries> tries) {
        return new CardInfo(atr, domain, maxCommandData, cuid, production, data, capabilities, keys, memory, iin, cin, sequenceCounter,
                applications, problems, tries);
    }

    /** Reads an answer into something. */
    @FunctionalInterface
    private interface Parser<T> {
        T parse(byte[] answer);
    }

    /**
     * The name by which a person confirms that this very card is meant: its CUID, else its image number, else its answer to reset.
     */
    public String id() {
        return cuid.map(Cuid::toString).or(() -> cin).orElse(atr);
    }

    /** The versions of its secure channel key sets, ascending; keys for other uses are left out. */
    public List<Integer> keySetVersions() {
        return keys.stream().filter(k -> k.id() >= 1 && k.id() <= 3 && (k.version() < 0x70 || k.version() > 0x7F))
                .map(KeyInfo::version).distinct().sorted().toList();
    }

    /** Recognised chip or card, by its answer to reset if it has no production data; empty if there is nothing to tell. */
    public String chip() {
        return production.map(CardProduction::chip).orElseGet(() -> atr.isEmpty() ? "" : Chips.name(NO_NUMBERS, Atr.of(atr)));
    }

    /**
     * Selects a security domain and asks it; changes nothing.
     *
     * @param channel follows 61xx
     * @param domain  the domain's AID; empty for the card's default one
     * @param today   to tell which decade a date means
     * @throws EscException if the card does not answer any more, or has no such domain
     */
    public static CardInfo read(CardChannel channel, Atr atr, Optional<Aid> domain, LocalDate today) throws EscException {
        var manager = new CardManager(channel);
        Fci fci;
        Optional<Aid> found;
        if (domain.isPresent()) {
            fci = manager.select(domain.get());
            found = domain;
        } else {
            fci = Fci.parse(channel.transmit(CommandApdu.of(0x00, 0xA4, 0x04, 0x00, NO_DATA, MOST_ANSWER)).data());
            found = fci.aid().filter(a -> CardManager.KNOWN.contains(a) || a.startsWith(CardManager.GLOBAL_PLATFORM));
            if (found.isEmpty()) {
                Aid aid = manager.selectCardManager(CardManager.KNOWN);
                fci = manager.select(aid);
                found = Optional.of(aid);
            }
        }
        var problems = new ArrayList<String>();
        Optional<Cplc> cplc = read(manager, 0x9F7F, WORDS.say("production data"), Cplc::parse, problems);
        Optional<CardData> data = read(manager, 0x0066, WORDS.say("recognition data"), CardData::parse, problems);
        Optional<CardCapabilities> capabilities = read(manager, 0x0067, WORDS.say("capabilities"), CardCapabilities::parse, problems);
        List<KeyInfo> keys = read(manager, 0x00E0, WORDS.say("key information"), KeyInfo::parse, problems).orElse(List.of());
        Optional<CardMemory> memory = read(manager, 0xFF21, WORDS.say("free memory"), CardMemory::parse, problems);
        Optional<String> iin = read(manager, 0x0042, WORDS.say("issuer identification number"), a -> value(a, 0x42), problems);
        Optional<String> cin = read(manager, 0x0045, WORDS.say("image number"), a -> value(a, 0x45), problems);
        Optional<String> sequence = read(manager, 0x00C1, WORDS.say("sequence counter"), a -> value(a, 0xC1), problems);
        List<Aid> applications = read(manager, 0x2F00, WORDS.say("list of applications"), CardInfo::applications, problems).orElse(List.of());
        return new CardInfo(atr.toString(), found, fci.maxCommandData(), cplc.map(Cplc::cuid),
                cplc.map(c -> CardProduction.of(c, atr, today)), data, capabilities, keys, memory, iin, cin, sequence, applications,
                problems, Optional.empty());
    }

    /** The number of the last receipt (00C2), if the card tells it. */
    public static OptionalInt confirmationCounter(CardChannel channel) throws EscException {
        ResponseApdu r = new CardManager(channel).getData(0x00C2);
        String hex = r.isOk() ? value(r.data(), 0xC2) : "";
        return hex.isEmpty() || hex.length() > 6 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(hex, 16));
    }

    private static <T> Optional<T> read(CardManager manager, int tag, String what, Parser<T> parser, List<String> problems)
            throws EscException {
        ResponseApdu r = manager.getData(tag);
        if (!r.isOk() || r.nr() == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.parse(r.data()));
        } catch (IllegalArgumentException e) {
            problems.add(WORDS.say("The card's {0} cannot be read: {1}.", what, e.getMessage()));
            return Optional.empty();
        }
    }

    /** The value in a data object; cards that tell the value alone are understood too. */
    private static String value(byte[] answer, int tag) {
        List<Tlv> all;
        try {
            all = Tlv.parseAll(answer);
        } catch (IllegalArgumentException _) {
            return Hex.of(answer);
        }
        return Hex.of(Tlv.find(all, tag).map(Tlv::value).orElse(answer));
    }

    private static List<Aid> applications(byte[] answer) {
        var list = new ArrayList<Aid>();
        for (Tlv t : Tlv.parseAll(answer)) {
            if (t.tag() == 0x61) {
                Tlv.find(t.children(), 0x4F).map(Tlv::value).map(Aid::of).ifPresent(list::add);
            }
        }
        return list;
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.esc.securechannel.testing.WatchedCard;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.StoredTrace;
import org.esc.trace.Trace;
import org.esc.trace.TraceWriter;
import org.esc.trace.TracedCard;

/** Traces in files of our own format. */
final class Recorded {

    /** Data of the command that lists things. */
    static final String ASKED = "4F084142434445464748";

    private static final TracedCard CARD = new TracedCard(1, "Reader X", Atr.of("3B80010A"), "T=1");

    private Recorded() {
    }

    static Entry entry(long number, String command, String response) {
        return new Entry(number, Optional.of(Instant.parse("2026-11-26T10:00:00Z").plusMillis(number)), Optional.of(Duration.ofNanos(1_250_000)), CARD,
                Origin.verb("info"), Masked.parse(command), Masked.parse(response), Optional.empty(), false, Optional.empty());
    }

    /** A trace in a file. */
    static Trace write(Path file, List<Entry> entries) throws EscException {
        try (var w = TraceWriter.create(file, false)) {
            for (Entry e : entries) {
                w.entry(e);
            }
        }
        return StoredTrace.open(file);
    }

    /** PIV: a name, data objects and PINs; every seventh answer is a refusal. */
    static List<Entry> piv(int count) {
        var all = new ArrayList<Entry>();
        all.add(entry(1, "00A404000BA00000030800001000010000", "61094F00009000"));
        for (int i = 1; i < count; i++) {
            all.add(i % 5 == 3 ? entry(i + 1, "0020008008****************", i % 7 == 0 ? "63C2" : "9000")
                    : entry(i + 1, "00CB3FFF055C035FC1" + Hex.of(i % 30) + "00", i % 7 == 0 ? "6A82" : "53030102039000"));
        }
        return all;
    }

    /** A secure channel with the factory's keys: authentication, a list, a PUT KEY of which the data is hidden, another command. */
    static List<Entry> channel(ScpVersion scp) throws EscException {
        var entries = new ArrayList<Entry>();
        try (var keys = KeySet.factory(1, scp.keyType()); var card = new WatchedCard(scp, keys)) {
            var tap = new CardChannel() {
                @Override
                public ResponseApdu transmit(CommandApdu c) throws EscException {
                    ResponseApdu r = card.transmit(c);
                    entries.add(entry(entries.size() + 1, Hex.of(c.bytes()), Hex.of(r.bytes())));
                    return r;
                }

                @Override
                public void close() {
                    // the card's
                }
            };
            try (var channel = SecureChannel.initialize(tap, CardKeys.of(keys), 0, 0, new byte[scp.challengeLength()], WireStyle.STANDARD, Optional.of(scp))
                    .authenticate(new SecurityLevel(3))) {
                for (String c : List.of("80F240000A" + ASKED, "80D8018117018010A1A2A3A4A5A6A7A8A9AAABACADAEAFB003ABCDEF", "80E40000044F02AABB")) {
                    channel.transmit(CommandApdu.parse(c));
                }
            }
        }
        Entry e = entries.get(3);
        int n = e.command().length();
        entries.set(3, new Entry(e.number(), e.time(), e.duration(), e.card(), e.origin(), e.command().hide(5, n - 8), e.response(), Optional.empty(), false,
                Optional.empty()));
        return entries;
    }
}

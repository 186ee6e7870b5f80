// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Decoded.Brief;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.TracedCard;

/** The names under which tables and JSON know what an entry is made of. They are documented and do not change. */
final class Fields {

    private static final Words WORDS = Words.of(Fields.class);

    static final String NUMBER = "number";
    static final String TIME = "time";
    static final String DURATION = "durationNanos";
    static final String SESSION = "session";
    static final String READER = "reader";
    static final String ATR = "atr";
    static final String PROTOCOL = "protocol";
    static final String ORIGIN = "origin";
    static final String COMMAND = "command";
    static final String RESPONSE = "response";
    static final String FAILURE = "failure";
    static final String PIN = "pinAtReader";
    static final String PLAIN_COMMAND = "plainCommand";
    static final String PLAIN_RESPONSE = "plainResponse";
    static final String NAME = "name";
    static final String SUMMARY = "summary";
    static final String STATUS = "status";
    static final List<String> ALL = List.of(NUMBER, TIME, DURATION, SESSION, READER, ATR, PROTOCOL, ORIGIN, COMMAND, RESPONSE, FAILURE, PIN,
            PLAIN_COMMAND, PLAIN_RESPONSE, NAME, SUMMARY, STATUS);
    /** Those that are numbers in JSON. */
    static final List<String> NUMBERS = List.of(NUMBER, DURATION, SESSION);

    private Fields() {
    }

    /** An entry's fields in order; those nobody knows are left out. */
    static Map<String, String> of(Entry e) {
        var f = new LinkedHashMap<String, String>();
        f.put(NUMBER, Long.toString(e.number()));
        e.time().ifPresent(t -> f.put(TIME, t.toString()));
        e.duration().ifPresent(d -> f.put(DURATION, Long.toString(d.toNanos())));
        f.put(SESSION, Long.toString(e.card().session()));
        f.put(READER, e.card().reader());
        f.put(ATR, e.card().atr().toString());
        f.put(PROTOCOL, e.card().protocol());
        f.put(ORIGIN, e.origin().toString());
        f.put(COMMAND, e.command().toString());
        f.put(RESPONSE, e.response().toString());
        e.failure().ifPresent(x -> f.put(FAILURE, x));
        if (e.pinAtReader()) {
            f.put(PIN, "true");
        }
        e.plain().ifPresent(p -> {
            f.put(PLAIN_COMMAND, p.command().toString());
            f.put(PLAIN_RESPONSE, p.response().toString());
        });
        return f;
    }

    /** The same, and what it means. */
    static Map<String, String> of(Entry e, Brief brief) {
        var f = of(e);
        f.put(NAME, brief.name());
        f.put(SUMMARY, brief.summary());
        f.put(STATUS, brief.status());
        return f;
    }

    /**
     * The entry of some fields.
     *
     * @throws Unreadable if one does not make sense, or there is no command
     */
    static Entry entry(Map<String, String> f) throws Unreadable {
        return entry(f, Optional.empty(), card(f), bytes(f, COMMAND), bytes(f, RESPONSE));
    }

    static TracedCard card(Map<String, String> f) throws Unreadable {
        String atr = f.getOrDefault(ATR, "");
        return new TracedCard(number(f, SESSION), f.getOrDefault(READER, ""),
                atr.isEmpty() ? Atr.UNKNOWN : HexText.atr(atr).orElseThrow(() -> new Unreadable(1, WORDS.say("no ATR: {0}", atr))),
                        f.getOrDefault(PROTOCOL, ""));
    }

    /** The same when time, card and bytes are known from elsewhere; a time that the fields say counts more. */
    static Entry entry(Map<String, String> f, Optional<Instant> time, TracedCard card, Masked command, Masked response) throws Unreadable {
        if (command.length() == 0) {
            throw new Unreadable(1, WORDS.say("no command"));
        }
        Optional<String> failure = Optional.ofNullable(f.get(FAILURE));
        if (response.length() == 0 && failure.isEmpty()) {
            failure = Optional.of(Exchanges.NO_ANSWER);
        }
        Optional<Entry.Plain> plain = f.containsKey(PLAIN_COMMAND)
                ? Optional.of(new Entry.Plain(bytes(f, PLAIN_COMMAND), bytes(f, PLAIN_RESPONSE)))
                : Optional.empty();
        return new Entry(number(f, NUMBER), f.containsKey(TIME) ? time(f.get(TIME)) : time, Optional.ofNullable(f.containsKey(DURATION)
                ? Duration.ofNanos(number(f, DURATION)) : null), card,
                origin(f.getOrDefault(ORIGIN, "")), command, response, failure, Boolean.parseBoolean(f.get(PIN)), plain);
    }

    /** Who caused it, of text; another program nobody knows if it is none. */
    static Origin origin(String text) {
        try {
            return Origin.parse(text);
        } catch (IllegalArgumentException _) {
            return Origin.other(text);
        }
    }

    private static Optional<Instant> time(String text) throws Unreadable {
        try {
            return text == null ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeException _) {
            throw new Unreadable(1, WORDS.say("no time: {0}", text));
        }
    }

    private static Masked bytes(Map<String, String> f, String name) throws Unreadable {
        try {
            return HexText.bytes(f.getOrDefault(name, ""), 0);
        } catch (Unreadable e) {
            throw new Unreadable(e.column(), name + ": " + e.getMessage());
        }
    }

    static long number(Map<String, String> f, String name) throws Unreadable {
        String s = f.getOrDefault(name, "0");
        try {
            return Long.parseLong(s);
        } catch (NumberFormatException _) {
            throw new Unreadable(1, WORDS.say("{0}: no number: {1}", name, s));
        }
    }
}

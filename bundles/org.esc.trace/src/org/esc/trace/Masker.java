// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.card.Exchange;

/**
 * Takes the secrets out of exchanges, one after the other: by the header, by what decoders know of the application that is selected, of what is fetched
 * in pieces, and of what comes after a PIN was asked for. Used by one thread at a time.
 */
public final class Masker {

    private static final int HEADER = 4;
    private static final int HEADER_AND_LC = 5;
    private static final int MAC = 8;
    private static final int C_MAC = 0x01;
    private static final int C_DECRYPTION = 0x02;
    private static final int R_ENCRYPTION = 0x20;
    private static final int PERFORM_SECURITY_OPERATION = 0x2A;
    private static final int PUT_KEY = 0xD8;
    private static final int GET_RESPONSE = 0xC0;
    /** How long after a PIN was asked for the next command may be the one that brings it to a card. */
    private static final long AFTER_PROMPT = 600_000_000_000L;

    private final Interpreter interpreter;
    private final Map<Long, Talk> talks = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Talk> eldest) {
            return size() > Interpreter.MOST_SESSIONS;
        }
    };
    private boolean decryptable;
    private int prompts;
    private long lastPrompt;

    /** What has to be known of one card. */
    private static final class Talk {
        /** Logical channels, as bits, whose next GET RESPONSE fetches the rest of a secret. */
        private int moreIsSecret;
        /** How many of the PIN prompts are taken care of. */
        private int prompts;
        /** Number of the exchange that was masked for a prompt, or because somebody said so. */
        private long afterPrompt = Long.MIN_VALUE;
    }

    /** At the beginning of a trace. */
    public Masker(List<Decoder> decoders) {
        interpreter = new Interpreter(decoders);
    }

    private Masker(Masker before, List<Decoder> decoders) {
        interpreter = new Interpreter(decoders, before.interpreter.checkpoint());
        talks.putAll(before.talks);
        decryptable = before.decryptable;
        prompts = before.prompts;
        lastPrompt = before.lastPrompt;
    }

    /** One that goes on from here with other decoders. */
    Masker with(List<Decoder> decoders) {
        return new Masker(this, decoders);
    }

    /** Whether what a secure channel encrypted is kept. */
    void decryptable(boolean yes) {
        decryptable = yes;
    }

    /** A PIN was asked for: the next command that nobody knows brings it to a card. */
    void pinAsked() {
        prompts++;
        lastPrompt = System.nanoTime();
    }

    /** What is known of each card. */
    Interpreter.Checkpoint checkpoint() {
        return interpreter.checkpoint();
    }

    /**
     * What of an exchange is hidden.
     *
     * @param from   first hidden byte of the command
     * @param to     behind the last one
     * @param answer true if the answer's data is
     */
    private record Cover(int from, int to, boolean answer) {
    }

    /** An exchange without its secrets. Nothing of the exchange's arrays is kept that is one. @param all true to take all data as secret */
    Entry mask(Exchange x, boolean all) {
        Optional<CommandApdu> parsed = parse(x.command());
        byte[] r = x.response();
        Cover cover = cover(x.session(), x.id(), x.command().length, parsed, x.pinAtReader(), all,
                sw1(r.length, r.length < 2 ? 0 : r[r.length - 2] & 0xFF));
        var masked = Entry.of(x, Masked.of(x.command(), cover.from, cover.to), Masked.of(r, 0, cover.answer ? r.length - 2 : 0));
        interpreter.pass(masked, parsed);
        return masked;
    }

    /** The exchange without its secrets, those within its plain form too. */
    public Entry mask(Entry e) {
        Optional<CommandApdu> parsed = parse(e.command().array());
        int n = e.response().length();
        Cover cover = cover(e.card().session(), e.number(), e.command().length(), parsed, e.pinAtReader(), false,
                sw1(n, n < 2 ? 0 : e.response().at(n - 2)));
        Masked command = e.command().hide(cover.from, cover.to);
        var masked = new Entry(e.number(), e.time(), e.duration(), e.card(), e.origin(), command,
                cover.answer ? e.response().hide(0, n - 2) : e.response(), e.failure(), e.pinAtReader(), Optional.empty());
        if (e.plain().isPresent()) {
            masked = explain(masked, e.plain().get());
            interpreter.pass(masked);
        } else {
            interpreter.pass(masked, parsed);
        }
        return masked;
    }

    private static int sw1(int length, int value) {
        return length < 2 ? -1 : value;
    }

    private Cover cover(long session, long number, int length, Optional<CommandApdu> parsed, boolean pinAtReader, boolean all, int sw1) {
        if (parsed.isEmpty()) {
            return new Cover(HEADER, Integer.MAX_VALUE, true);
        }
        CommandApdu c = parsed.get();
        Secrecy secrecy = secrecy(session, c, true);
        Talk t = talks.get(session);
        if (all) {
            t = t == null ? talk(session) : t;
            t.prompts = prompts;
            t.afterPrompt = number;
            secrecy = Secrecy.BOTH;
        } else if (prompts > 0) {
            t = t == null ? talk(session) : t;
            if (afterPrompt(t, session, number, c, secrecy)) {
                secrecy = Secrecy.BOTH;
            }
        }
        boolean answer = secrecy.answer();
        int line = 1 << Interpreter.channel(c.cla());
        if (t != null && c.ins() == GET_RESPONSE && (t.moreIsSecret & line) != 0) {
            answer = true;
        }
        if (answer && (sw1 == 0x61 || sw1 == 0x9F)) {
            t = t == null ? talk(session) : t;
            t.moreIsSecret |= line;
        } else if (t != null) {
            t.moreIsSecret &= ~line;
        }
        if (pinAtReader) {
            return new Cover(HEADER_AND_LC, Integer.MAX_VALUE, answer);
        }
        if (secrecy.from() >= secrecy.to() && !answer) {
            return new Cover(0, 0, false);
        }
        int data = c.isExtended() ? 7 : 5;
        int from = data + secrecy.from();
        int to = secrecy.from() >= secrecy.to() ? from : secrecy.to() == Integer.MAX_VALUE ? length : data + secrecy.to();
        int level = Interpreter.secured(c.cla()) ? interpreter.standing(session, Interpreter.channel(c.cla())).security().level() : 0;
        if ((level & C_MAC) != 0 && c.nc() >= MAC) {
            if (decryptable && (level & C_DECRYPTION) != 0 && c.nc() > MAC) {
                to = from;
            }
            // the next command's MAC goes on from this one's
            to = Math.min(to, data + c.nc() - MAC);
        }
        return new Cover(from, Math.max(from, to), answer && !(decryptable && (level & R_ENCRYPTION) != 0));
    }

    private Talk talk(long session) {
        return talks.computeIfAbsent(session, _ -> new Talk());
    }

    private Secrecy secrecy(long session, CommandApdu c, boolean wrapped) {
        return secrecy(interpreter, session, c, wrapped);
    }

    /** What of a command and its answer is secret, by the header and by those who know the application. */
    static Secrecy secrecy(Interpreter interpreter, long session, CommandApdu c, boolean wrapped) {
        var all = Masking.of(c, wrapped).and(interpreter.secrecy(session, c));
        if ((c.ins() == PERFORM_SECURITY_OPERATION || c.ins() == PUT_KEY) && !interpreter.hasExpert(session, c)) {
            all = all.and(c.ins() == PUT_KEY ? Secrecy.COMMAND : Secrecy.BOTH);
        }
        return all;
    }

    private boolean afterPrompt(Talk t, long session, long number, CommandApdu c, Secrecy secrecy) {
        if (t.prompts == prompts || System.nanoTime() - lastPrompt > AFTER_PROMPT) {
            return false;
        }
        if (interpreter.hasName(session, c)) {
            // it is known whether this one brings PINs
            if (secrecy.from() < secrecy.to()) {
                t.prompts = prompts;
            }
            return false;
        }
        t.prompts = prompts;
        t.afterPrompt = number;
        return true;
    }

    /** An exchange and its plain form, of which the secrets are taken. */
    private Entry explain(Entry e, Entry.Plain p) {
        long session = e.card().session();
        Optional<CommandApdu> parsed = parse(p.command().array());
        Talk t = talks.get(session);
        boolean prompted = t != null && t.afterPrompt == e.number();
        Secrecy secrecy = prompted ? Secrecy.BOTH : parsed.map(c -> secrecy(session, c, false)).orElse(Secrecy.BOTH);
        return e.with(new Entry.Plain(
                parsed.map(c -> secrecy.command(p.command(), c)).orElseGet(() -> p.command().hide(HEADER, Integer.MAX_VALUE)),
                secrecy.answer() ? p.response().hide(0, p.response().length() - 2) : p.response(),
                e.command().hasHidden() ? p.chain() : Masked.none()));
    }

    /** An exchange that was masked before, and what it meant, of which the secrets are taken. */
    Entry explained(Entry e, Entry.Plain p) {
        Entry all = explain(e, p);
        interpreter.explained(e.card(), all.plain().orElseThrow());
        return all;
    }

    /** Forgets a session that ended. */
    void end(long session) {
        talks.remove(session);
        interpreter.end(session);
    }

    private static Optional<CommandApdu> parse(byte[] bytes) {
        try {
            return Optional.of(CommandApdu.parse(bytes));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}

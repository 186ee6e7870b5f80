// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.CommandApdu;

/**
 * Takes the secrets out of exchanges, one after the other: by the header, by what decoders know of the application that is selected, and of what is fetched
 * in pieces. Used by one thread at a time.
 */
public final class Masker {

    private static final int HEADER = 4;
    private static final int HEADER_AND_LC = 5;
    private static final int GET_RESPONSE = 0xC0;

    private final Interpreter interpreter;
    /** Sessions whose next GET RESPONSE fetches the rest of a secret. */
    private final Set<Long> moreIsSecret = new HashSet<>();

    /** At the beginning of a trace. */
    public Masker(List<Decoder> decoders) {
        interpreter = new Interpreter(decoders);
    }

    private Masker(Interpreter interpreter, Set<Long> moreIsSecret) {
        this.interpreter = interpreter;
        this.moreIsSecret.addAll(moreIsSecret);
    }

    /** One that goes on from here with other decoders. */
    Masker with(List<Decoder> decoders) {
        return new Masker(new Interpreter(decoders, interpreter.checkpoint()), moreIsSecret);
    }

    /** What is known of each card, by session. */
    Map<Long, List<Standing>> checkpoint() {
        return interpreter.checkpoint();
    }

    /** The exchange without its secrets, those within its plain form too. */
    public Entry mask(Entry e) {
        long session = e.card().session();
        Optional<CommandApdu> parsed = parse(e.command());
        Optional<Secrecy> secrecy = parsed.map(c -> Masking.of(c, true).and(interpreter.secrecy(session, c)));
        Masked command = secrecy.isEmpty() || e.pinAtReader()
                ? e.command().hide(e.pinAtReader() ? HEADER_AND_LC : HEADER, Integer.MAX_VALUE)
                : secrecy.get().command(e.command(), parsed.get());
        boolean fetches = parsed.map(c -> c.ins() == GET_RESPONSE).orElse(false) && moreIsSecret.contains(session);
        boolean secret = fetches || secrecy.map(Secrecy::answer).orElse(true);
        Masked response = secret ? Secrecy.ANSWER.response(e.response()) : e.response();
        int n = response.length();
        if (secret && n >= 2 && response.at(n - 2) == 0x61) {
            moreIsSecret.add(session);
        } else {
            moreIsSecret.remove(session);
        }
        var masked = new Entry(e.number(), e.time(), e.duration(), e.card(), e.origin(), command, response, e.failure(), e.pinAtReader(),
                e.plain().map(p -> plain(session, p)));
        interpreter.pass(masked);
        return masked;
    }

    /** The plain form of an exchange of a session, without its secrets. */
    Entry.Plain plain(long session, Entry.Plain p) {
        Optional<CommandApdu> parsed = parse(p.command());
        Optional<Secrecy> secrecy = parsed.map(c -> Masking.of(c, false).and(interpreter.secrecy(session, c)));
        return new Entry.Plain(
                secrecy.map(s -> s.command(p.command(), parsed.get())).orElseGet(() -> p.command().hide(HEADER, Integer.MAX_VALUE)),
                secrecy.map(Secrecy::answer).orElse(true) ? Secrecy.ANSWER.response(p.response()) : p.response());
    }

    /** Forgets a session that ended. */
    void end(long session) {
        moreIsSecret.remove(session);
        interpreter.end(session);
    }

    private static Optional<CommandApdu> parse(Masked bytes) {
        try {
            return Optional.of(CommandApdu.parse(bytes.bytes()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}

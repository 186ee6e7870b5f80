// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/**
 * Messages between a token and its token processing system wherever they stand in a text: recorded on the wire, or in a TPS's debug log.
 * TOKEN_PDU_REQUEST (9) is a command, TOKEN_PDU_RESPONSE (10) its answer, BEGIN_OP (2) a new card. Conversations are told apart by the
 * {@code #1} of a recorder or the {@code [thread]} of a log. Other messages, which may hold passwords, are passed over.
 */
@Component(service = TraceFormat.class)
public final class TpsWire extends TextFormat {

    private static final Words WORDS = Words.of(TpsWire.class);

    private static final Pattern MESSAGE = Pattern.compile("s=\\d{1,7}&msg_type=(\\d{1,2})&([^\\s\\\\]*)");
    private static final Pattern RECORDED = Pattern.compile("^\\s*(\\d{1,9}\\.\\d{1,9}) (#\\d+) ");
    private static final Pattern THREAD = Pattern.compile("\\[([^\\]]{1,80})\\]");
    private static final Pattern TOKEN_ATR = Pattern.compile("tokenATR=([0-9A-Fa-f]+)");
    private static final String UNPRINTED = "<do";

    /** For the component runtime. */
    public TpsWire() {
        super("tps", WORDS.say("messages of a token processing system"), List.of("txt", "log"), 90, "s=\\d{1,7}&msg_type=\\d{1,2}&");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges.Sessions sessions = new Exchanges.Sessions();
            private final Map<String, Talk> talks = new HashMap<>();

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                if (!line.contains("msg_type=")) {
                    return;
                }
                Matcher recorded = RECORDED.matcher(line);
                Matcher thread = THREAD.matcher(line);
                boolean timed = recorded.find();
                String who = timed ? recorded.group(2) : thread.find() ? thread.group(1) : "";
                Talk talk = talks.get(who);
                if (talk == null) {
                    talk = new Talk(new Exchanges(sink, Origin.server("TPS"), sessions));
                    talks.put(who, talk);
                }
                Optional<Double> seconds = timed ? Optional.of(Double.valueOf(recorded.group(1))) : Optional.empty();
                Matcher m = MESSAGE.matcher(line);
                while (m.find()) {
                    message(talk, m, seconds);
                }
            }

            private void message(Talk talk, Matcher m, Optional<Double> seconds) throws EscException, Unreadable {
                switch (Integer.parseInt(m.group(1))) {
                    case 2 -> {
                        talk.exchanges.connected();
                        Matcher atr = TOKEN_ATR.matcher(decoded(m.group(2)));
                        var known = atr.find() ? HexText.atr(atr.group(1)) : Optional.<Atr>empty();
                        if (known.isPresent()) {
                            talk.exchanges.atr(known.get());
                        }
                    }
                    case 9 -> {
                        talk.sent = seconds;
                        try {
                            talk.exchanges.command(pdu(m), Optional.empty(), m.start(2) + 1);
                        } catch (Unreadable e) {
                            talk.exchanges.lostCommand();
                            throw e;
                        }
                    }
                    case 10 -> talk.exchanges.response(pdu(m),
                            seconds.flatMap(s -> talk.sent.map(b -> Duration.ofNanos(Math.round((s - b) * 1e6) * 1000))), m.start(2) + 1);
                    default -> {
                    }
                }
            }

            @Override
            public void end() throws EscException {
                for (Talk t : talks.values()) {
                    t.exchanges.flush();
                }
            }
        };
    }

    /** One operation. */
    private static final class Talk {
        private final Exchanges exchanges;
        private Optional<Double> sent = Optional.empty();

        Talk(Exchanges exchanges) {
            this.exchanges = exchanges;
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static Masked pdu(Matcher m) throws Unreadable {
        String data = "";
        int at = m.start(2);
        Optional<Integer> size = Optional.empty();
        int from = m.start(2);
        for (String pair : m.group(2).split("&", -1)) {
            if (pair.startsWith("pdu_data=")) {
                data = pair.substring(9);
                at = from + 9;
            } else if (pair.matches("pdu_size=\\d{1,7}")) {
                size = Optional.of(Integer.valueOf(pair.substring(9)));
            }
            from += pair.length() + 1;
        }
        if (data.startsWith(UNPRINTED)) {
            throw new Unreadable(at + 1, WORDS.say("the server did not log the bytes"));
        }
        byte[] bytes = percent(data, at);
        if (size.isPresent() && size.get() != bytes.length) {
            throw new Unreadable(at + 1, WORDS.say("the message says {0} bytes, there are {1}", size.get(), bytes.length));
        }
        return Masked.open(bytes);
    }

    private static byte[] percent(String s, int at) throws Unreadable {
        var out = new ByteArrayOutputStream(s.length());
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '%') {
                int high = i + 2 < s.length() ? HexText.digit(s.charAt(i + 1)) : -1;
                int low = i + 2 < s.length() ? HexText.digit(s.charAt(i + 2)) : -1;
                if (high < 0 || low < 0) {
                    throw new Unreadable(at + i + 1, WORDS.say("half a byte"));
                }
                out.write(high << 4 | low);
                i += 2;
            } else if (c > 0xFF) {
                throw new Unreadable(at + i + 1, WORDS.say("no byte"));
            } else {
                out.write(c == '+' ? ' ' : c);
            }
        }
        return out.toByteArray();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.tps.Message.AsqRequest;
import org.esc.tps.Message.AsqResponse;
import org.esc.tps.Message.BeginOp;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Message.ExtendedLoginRequest;
import org.esc.tps.Message.ExtendedLoginResponse;
import org.esc.tps.Message.LoginRequest;
import org.esc.tps.Message.LoginResponse;
import org.esc.tps.Message.NewPinRequest;
import org.esc.tps.Message.NewPinResponse;
import org.esc.tps.Message.Parameter;
import org.esc.tps.Message.SecurIdRequest;
import org.esc.tps.Message.SecurIdResponse;
import org.esc.tps.Message.StatusUpdateRequest;
import org.esc.tps.Message.StatusUpdateResponse;
import org.esc.tps.Message.TokenPduRequest;
import org.esc.tps.Message.TokenPduResponse;

/**
 * Messages as text: {@code s=<length>&msg_type=<n>&<name>=<value>&…}. Writes strictly ({@code %XX} in upper case for everything but ASCII
 * letters and digits, which every known peer reads) and reads both server generations: either case of hexadecimal digits, {@code +} for a
 * blank, fields in any order, unknown fields, and the chunk tail that old servers count into END_OP.
 *
 * <p>The new password (12) is the exception: no known peer encodes it and some do not decode it, so it goes as it is and
 * {@link #encode} refuses one that would not survive.
 */
public final class MessageCodec {

    private static final Words WORDS = Words.of(MessageCodec.class);

    /** Most fields in one message. */
    public static final int MAX_FIELDS = 128;
    /** Most parameters in an extended login form. */
    public static final int MAX_PARAMETERS = 50;

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private MessageCodec() {
    }

    /**
     * The whole message, with its length in front. It may hold secrets: the caller erases the array after use.
     *
     * @throws WireException if a value cannot be written so that the peer reads it back
     */
    public static byte[] encode(Message message) throws WireException {
        var out = new Out();
        try {
            out.number("msg_type", message.type());
            switch (message) {
                case BeginOp(int operation, Map<String, String> extensions) ->
                    out.number("operation", operation).text("extensions", extensions(extensions));
                case LoginRequest(boolean invalid, boolean blocked) -> out.flag("invalid_pw", invalid).flag("blocked", blocked);
                case LoginResponse(String name, Secret password) -> out.text("screen_name", name).secret("password", password);
                case SecurIdRequest(boolean pin, boolean next) -> out.flag("pin_required", pin).flag("next_value", next);
                case SecurIdResponse(Secret pin, Secret value) -> out.secret("pin", pin).secret("value", value);
                case AsqRequest(String question) -> out.text("question", question);
                case AsqResponse(Secret answer) -> out.secret("answer", answer);
                case TokenPduRequest r -> pdu(out, r.pdu());
                case TokenPduResponse r -> pdu(out, r.pdu());
                case NewPinRequest(int min, int max) -> out.number("minimum_length", min).number("maximum_length", max);
                case NewPinResponse(Secret pin) -> out.plain("new_pin", pin);
                case EndOp(int operation, int result, int code) ->
                    out.number("operation", operation).number("result", result).number("message", code);
                case StatusUpdateRequest(int percent, String task) ->
                    out.number("current_state", percent).text("next_task_name", task);
                case StatusUpdateResponse(int percent) -> out.number("current_state", percent);
                case ExtendedLoginRequest r -> {
                    out.flag("invalid_pw", r.invalidPassword()).flag("blocked", r.blocked()).text("title", r.title())
                            .text("description", r.description());
                    if (r.parameters().size() > MAX_PARAMETERS) {
                        throw new WireException(WORDS.say("a form has more than {0} fields", MAX_PARAMETERS));
                    }
                    int i = 0;
                    for (Parameter p : r.parameters()) {
                        var pairs = new LinkedHashMap<String, String>();
                        pairs.put("id", p.id());
                        pairs.put("name", p.name());
                        pairs.put("desc", p.description());
                        pairs.put("type", p.kind());
                        pairs.put("option", p.option());
                        String text = extensions(pairs);
                        out.text("required_parameter" + i++, text.substring(0, text.length() - 1));
                    }
                }
                case ExtendedLoginResponse(Map<String, Secret> answers) -> {
                    for (var e : answers.entrySet()) {
                        checkId(e.getKey());
                        out.secret(e.getKey(), e.getValue());
                    }
                }
            }
            return out.message();
        } finally {
            out.erase();
        }
    }

    /** Size and data of a PDU; the array is erased. */
    private static void pdu(Out out, byte[] pdu) {
        out.number("pdu_size", pdu.length).bytes("pdu_data", pdu);
        Arrays.fill(pdu, (byte) 0);
    }

    /** {@code name=value&} for each pair; the form has no second level of encoding. */
    private static String extensions(Map<String, String> pairs) throws WireException {
        var b = new StringBuilder();
        for (var e : pairs.entrySet()) {
            if (e.getKey().indexOf('=') >= 0 || e.getKey().indexOf('&') >= 0 || e.getValue().indexOf('&') >= 0) {
                throw new WireException(WORDS.say("the value of {0} holds a separator", e.getKey()));
            }
            b.append(e.getKey()).append('=').append(e.getValue()).append('&');
        }
        return b.toString();
    }

    /**
     * Reads the text behind {@code s=<length>&}. The caller erases {@code body}; secrets in the result are copies.
     *
     * @throws WireException if it is no message of this protocol
     */
    public static Message decode(byte[] body, int offset, int length) throws WireException {
        var in = new In(body, offset, offset + length);
        int type = in.number("msg_type");
        return switch (type) {
            case 2 -> new BeginOp(in.numberOr("operation", 0), pairs(in.textOr("extensions", "")));
            case 3 -> new LoginRequest(in.flag("invalid_pw") || in.flag("invalid_login"), in.flag("blocked"));
            case 4 -> new LoginResponse(in.text("screen_name"), in.secret("password"));
            case 5 -> new SecurIdRequest(in.flag("pin_required"), in.flag("next_value"));
            case 6 -> new SecurIdResponse(in.secretOrEmpty("pin"), in.secretOrEmpty("value"));
            case 7 -> new AsqRequest(in.textOr("question", ""));
            case 8 -> new AsqResponse(in.has("answer") ? in.secret("answer") : in.secretOrEmpty("question"));
            case 9 -> {
                byte[] pdu = in.pdu();
                try {
                    yield new TokenPduRequest(pdu);
                } finally {
                    Arrays.fill(pdu, (byte) 0);
                }
            }
            case 10 -> {
                byte[] pdu = in.pdu();
                try {
                    yield new TokenPduResponse(pdu);
                } finally {
                    Arrays.fill(pdu, (byte) 0);
                }
            }
            case 11 -> new NewPinRequest(in.number("minimum_length"), in.number("maximum_length"));
            case 12 -> new NewPinResponse(in.raw("new_pin"));
            case 13 -> new EndOp(in.numberOr("operation", 0), in.number("result"), in.numberOr("message", 0));
            case 14 -> new StatusUpdateRequest(in.number("current_state"),
                    in.textOr("next_task_name", in.textOr("description", "")));
            case 15 -> new StatusUpdateResponse(in.number("current_state"));
            case 16 -> new ExtendedLoginRequest(in.flag("invalid_pw") || in.flag("invalid_login"), in.flag("blocked"),
                    in.textOr("title", ""), in.textOr("description", ""), in.parameters());
            case 17 -> new ExtendedLoginResponse(in.answers());
            default -> throw new WireException(WORDS.say("message type {0} is not known", type));
        };
    }

    /** Splits {@code name=value&…}; pairs without {@code =} are dropped, the first of two with one name wins. */
    private static Map<String, String> pairs(String text) {
        var map = new LinkedHashMap<String, String>();
        for (String pair : text.split("&")) {
            int eq = pair.indexOf('=');
            if (eq > 0) {
                map.putIfAbsent(pair.substring(0, eq), pair.substring(eq + 1));
            }
        }
        return map;
    }

    /** A form's field name goes out as it came in, so it must not be able to smuggle in a field. */
    private static void checkId(String id) throws WireException {
        boolean good = !id.isEmpty() && id.length() <= 64 && !id.equals("msg_type") && !id.equals("s");
        for (int i = 0; good && i < id.length(); i++) {
            char c = id.charAt(i);
            good = isPlain(c) || c == '_' || c == '-' || c == '.';
        }
        if (!good) {
            throw new WireException(WORDS.say("a form field has an unusable name"));
        }
    }

    /** True for what goes over the wire as it is: ASCII letters and digits. */
    static boolean isPlain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    /** Builds the text; erases what it leaves behind. */
    private static final class Out {

        private static final int HEAD = 14;

        private byte[] b = new byte[512];
        private int n = HEAD;

        Out number(String name, int value) {
            name(name);
            ascii(Integer.toString(value));
            return this;
        }

        Out flag(String name, boolean value) {
            return number(name, value ? 1 : 0);
        }

        Out text(String name, String value) {
            return bytes(name, value.getBytes(StandardCharsets.UTF_8));
        }

        Out secret(String name, Secret value) {
            value.use(v -> bytes(name, v));
            return this;
        }

        Out bytes(String name, byte[] value) {
            name(name);
            room(3 * value.length);
            for (byte v : value) {
                if (isPlain(v)) {
                    b[n++] = v;
                } else {
                    b[n++] = '%';
                    b[n++] = HEX[v >> 4 & 15];
                    b[n++] = HEX[v & 15];
                }
            }
            return this;
        }

        /** A secret that is not encoded. */
        Out plain(String name, Secret value) throws WireException {
            name(name);
            byte[] v = value.bytes();
            try {
                room(v.length);
                for (byte c : v) {
                    if (!isPlain(c)) {
                        throw new WireException(WORDS.say("the new password holds something other than letters and digits"));
                    }
                    b[n++] = c;
                }
            } finally {
                Arrays.fill(v, (byte) 0);
            }
            return this;
        }

        byte[] message() {
            byte[] head = ("s=" + (n - HEAD) + "&").getBytes(StandardCharsets.US_ASCII);
            int start = HEAD - head.length;
            System.arraycopy(head, 0, b, start, head.length);
            return Arrays.copyOfRange(b, start, n);
        }

        void erase() {
            Arrays.fill(b, (byte) 0);
        }

        private void name(String name) {
            if (n > HEAD) {
                room(1);
                b[n++] = '&';
            }
            ascii(name);
            room(1);
            b[n++] = '=';
        }

        private void ascii(String s) {
            room(s.length());
            for (int i = 0; i < s.length(); i++) {
                b[n++] = (byte) s.charAt(i);
            }
        }

        private void room(int more) {
            if (n + more > b.length) {
                byte[] old = b;
                b = Arrays.copyOf(old, Math.max(2 * old.length, n + more));
                Arrays.fill(old, (byte) 0);
            }
        }
    }

    /** Finds fields by name; decodes only what is asked for. */
    private static final class In {

        private final byte[] b;
        private final int end;
        private final List<String> names = new ArrayList<>(8);
        private final List<int[]> values = new ArrayList<>(8);

        In(byte[] body, int from, int to) throws WireException {
            b = body;
            end = to;
            int at = from;
            while (at < end) {
                int stop = at;
                int eq = -1;
                while (stop < end && b[stop] != '&') {
                    if (b[stop] == '=' && eq < 0) {
                        eq = stop;
                    }
                    stop++;
                }
                if (eq > at) {
                    if (names.size() == MAX_FIELDS) {
                        throw new WireException(WORDS.say("it has more than {0} fields", MAX_FIELDS));
                    }
                    names.add(new String(b, at, eq - at, StandardCharsets.ISO_8859_1));
                    values.add(new int[] {eq + 1, stop});
                }
                at = stop + 1;
            }
        }

        boolean has(String name) {
            return names.contains(name);
        }

        /** Leading digits of a field; what follows them (old servers' chunk tail) is ignored. */
        int number(String name) throws WireException {
            int i = names.indexOf(name);
            if (i < 0) {
                throw new WireException(WORDS.say("the field {0} is missing", name));
            }
            int at = values.get(i)[0];
            int stop = values.get(i)[1];
            int digits = 0;
            int n = 0;
            while (at < stop && b[at] >= '0' && b[at] <= '9') {
                if (++digits > 9) {
                    throw new WireException(WORDS.say("the field {0} is too great a number", name));
                }
                n = 10 * n + b[at++] - '0';
            }
            if (digits == 0) {
                throw new WireException(WORDS.say("the field {0} is no number", name));
            }
            return n;
        }

        int numberOr(String name, int other) throws WireException {
            int i = names.indexOf(name);
            return i < 0 || values.get(i)[0] == values.get(i)[1] ? other : number(name);
        }

        boolean flag(String name) {
            int i = names.indexOf(name);
            if (i < 0) {
                return false;
            }
            String v = new String(b, values.get(i)[0], values.get(i)[1] - values.get(i)[0], StandardCharsets.ISO_8859_1);
            return v.equals("1") || v.equalsIgnoreCase("true");
        }

        String text(String name) throws WireException {
            if (!has(name)) {
                throw new WireException(WORDS.say("the field {0} is missing", name));
            }
            return textOr(name, "");
        }

        String textOr(String name, String other) throws WireException {
            int i = names.indexOf(name);
            return i < 0 ? other : new String(decoded(i), StandardCharsets.UTF_8);
        }

        Secret secret(String name) throws WireException {
            int i = names.indexOf(name);
            if (i < 0) {
                throw new WireException(WORDS.say("the field {0} is missing", name));
            }
            return secret(i);
        }

        Secret secretOrEmpty(String name) throws WireException {
            return has(name) ? secret(name) : Secret.of(new byte[0]);
        }

        private Secret secret(int i) throws WireException {
            byte[] v = decoded(i);
            try {
                return Secret.of(v);
            } finally {
                Arrays.fill(v, (byte) 0);
            }
        }

        /** A secret that is not decoded. */
        Secret raw(String name) throws WireException {
            int i = names.indexOf(name);
            if (i < 0) {
                throw new WireException(WORDS.say("the field {0} is missing", name));
            }
            byte[] v = Arrays.copyOfRange(b, values.get(i)[0], values.get(i)[1]);
            try {
                return Secret.of(v);
            } finally {
                Arrays.fill(v, (byte) 0);
            }
        }

        byte[] pdu() throws WireException {
            int size = number("pdu_size");
            int i = names.indexOf("pdu_data");
            byte[] pdu = i < 0 ? new byte[0] : decoded(i);
            if (pdu.length != size) {
                throw new WireException(WORDS.say("pdu_size says {0} bytes, pdu_data has {1}", size, pdu.length));
            }
            return pdu;
        }

        List<Parameter> parameters() throws WireException {
            var list = new ArrayList<Parameter>();
            for (int i = 0; has("required_parameter" + i); i++) {
                if (i == MAX_PARAMETERS) {
                    throw new WireException(WORDS.say("a form has more than {0} fields", MAX_PARAMETERS));
                }
                var p = pairs(text("required_parameter" + i));
                String id = p.getOrDefault("id", "");
                checkId(id);
                list.add(new Parameter(id, p.getOrDefault("name", id), p.getOrDefault("desc", ""),
                        p.getOrDefault("type", "string"), p.getOrDefault("option", "")));
            }
            return list;
        }

        Map<String, Secret> answers() throws WireException {
            var map = new LinkedHashMap<String, Secret>();
            for (int i = 0; i < names.size(); i++) {
                if (!names.get(i).equals("msg_type") && !map.containsKey(names.get(i))) {
                    map.put(names.get(i), secret(i));
                }
            }
            return map;
        }

        private byte[] decoded(int i) throws WireException {
            int at = values.get(i)[0];
            int stop = values.get(i)[1];
            byte[] v = new byte[stop - at];
            int n = 0;
            while (at < stop) {
                byte c = b[at++];
                if (c == '%') {
                    int hi = at < stop ? Character.digit(b[at], 16) : -1;
                    int lo = at + 1 < stop ? Character.digit(b[at + 1], 16) : -1;
                    if (hi < 0 || lo < 0) {
                        Arrays.fill(v, (byte) 0);
                        throw new WireException(WORDS.say("a percent sign is not followed by two hexadecimal digits"));
                    }
                    v[n++] = (byte) (hi << 4 | lo);
                    at += 2;
                } else {
                    v[n++] = c == '+' ? (byte) ' ' : c;
                }
            }
            if (n == v.length) {
                return v;
            }
            byte[] cut = Arrays.copyOf(v, n);
            Arrays.fill(v, (byte) 0);
            return cut;
        }
    }
}

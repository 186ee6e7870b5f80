// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.trace.Decoded.Brief;
import org.esc.trace.Standing.Security;

/**
 * Reads a trace in order and says what each exchange means. It knows what was selected and which secure channel is open on each
 * logical channel of each card, puts together what was chained or fetched in pieces, and asks the {@link Decoder}s for the rest. Used by one thread at a time;
 * {@link #checkpoint} lets another go on from the same place.
 */
public final class Interpreter {

    private static final int SELECT = 0xA4;
    private static final int GET_RESPONSE = 0xC0;
    private static final int MANAGE_CHANNEL = 0x70;
    private static final int INITIALIZE_UPDATE = 0x50;
    private static final int EXTERNAL_AUTHENTICATE = 0x82;
    /** A chain or an answer in pieces longer than this is not put together. */
    private static final int MOST_BYTES = 1 << 20;

    private final List<Decoder> decoders;
    private final Map<Long, Talk> talks = new HashMap<>();
    private Standing rankedFor = Standing.UNKNOWN;
    private List<Decoder> ranked = List.of();
    private boolean isRanked;

    /** At the beginning of a trace. */
    public Interpreter(List<Decoder> decoders) {
        this.decoders = List.copyOf(decoders);
    }

    /** In the middle of a trace: what {@link #checkpoint} of another said there. */
    public Interpreter(List<Decoder> decoders, Map<Long, List<Standing>> checkpoint) {
        this(decoders);
        checkpoint.forEach((session, standings) -> {
            var talk = new Talk(Atr.UNKNOWN);
            standings.forEach(s -> talk.standings.put(s.channel(), s));
            talks.put(session, talk);
        });
    }

    /** What has to be known of one card. */
    private static final class Talk {
        private Atr atr;
        private final Map<Integer, Standing> standings = new HashMap<>();
        private String folder = "";
        private int protocolOffered;
        private Masked chain = Masked.none();
        private Optional<CommandApdu> asked = Optional.empty();
        private Standing askedIn = Standing.UNKNOWN;
        private Masked pieces = Masked.none();

        Talk(Atr atr) {
            this.atr = atr;
        }

        Standing on(int channel) {
            return standings.getOrDefault(channel, channel == 0 ? Standing.UNKNOWN : Standing.on(channel));
        }
    }

    /** What is known of each card's logical channels, by session. */
    public Map<Long, List<Standing>> checkpoint() {
        var all = new HashMap<Long, List<Standing>>();
        talks.forEach((session, talk) -> {
            if (!talk.standings.isEmpty()) {
                all.put(session, talk.standings.values().stream().sorted(Comparator.comparingInt(Standing::channel)).toList());
            }
        });
        return Map.copyOf(all);
    }

    /** What is known before the next exchange of a session on a logical channel. */
    public Standing standing(long session, int channel) {
        Talk t = talks.get(session);
        return t == null ? Standing.on(channel) : t.on(channel);
    }

    /** The logical channel a class byte names (ISO/IEC 7816-4 §5.4.1): 0–19. */
    public static int channel(int cla) {
        return cla == 0xFF ? 0 : (cla & 0x40) != 0 ? 4 + (cla & 0x0F) : cla == 0xA0 || cla == 0xB0 ? 0 : cla & 0x03;
    }

    /** The next exchange in a line. */
    public Brief brief(Entry e) {
        return new Step(e).brief();
    }

    /** The next exchange byte by byte. */
    public Decoded decode(Entry e) {
        return new Step(e).decode();
    }

    /** Forgets a session that ended. */
    public void end(long session) {
        talks.remove(session);
    }

    /** Steps over the next exchange. */
    public void pass(Entry e) {
        new Step(e);
    }

    /** What is secret of the next exchange, by those who know what is selected. Does not step on. */
    Secrecy secrecy(long session, CommandApdu command) {
        Standing s = standing(session, channel(command.cla()));
        var all = Secrecy.OPEN;
        for (Decoder d : ranked(s)) {
            all = all.and(ask(() -> d.secrecy(s, command)).orElse(Secrecy.OPEN));
        }
        return all;
    }

    /** The plain form of the next exchange of a session, without its secrets. Does not step on. */
    public Entry.Plain masked(long session, Entry.Plain p) {
        Optional<CommandApdu> parsed = parse(p.command());
        Optional<Secrecy> secrecy = parsed.map(c -> Masking.of(c, false).and(secrecy(session, c)));
        return new Entry.Plain(
                secrecy.map(s -> s.command(p.command(), parsed.get())).orElseGet(() -> p.command().hide(4, Integer.MAX_VALUE)),
                secrecy.map(Secrecy::answer).orElse(true) ? Secrecy.ANSWER.response(p.response()) : p.response(), p.chain());
    }

    private List<Decoder> ranked(Standing s) {
        if (!isRanked || !rankedFor.equals(s)) {
            record Rank(Decoder decoder, int rank) {
            }
            ranked = decoders.stream().map(d -> new Rank(d, ask(() -> d.rank(s)).orElse(0))).filter(r -> r.rank > 0)
                    .sorted(Comparator.comparingInt(r -> -r.rank)).map(Rank::decoder).toList();
            rankedFor = s;
            isRanked = true;
        }
        return ranked;
    }

    private static <T> Optional<T> ask(java.util.function.Supplier<T> question) {
        try {
            return Optional.ofNullable(question.get());
        } catch (RuntimeException _) {
            // a decoder that stumbles over strange bytes knows nothing
            return Optional.empty();
        }
    }

    /** One exchange. */
    private final class Step {

        private final Entry e;
        private final Talk talk;
        private final Masked commandBytes;
        private final Masked responseBytes;
        private final Optional<CommandApdu> command;
        private final Optional<StatusWord> sw;
        private final Standing before;
        /** The command that this one goes on with: itself, or what GET RESPONSE fetches the rest of. */
        private final Optional<CommandApdu> subject;
        private final Standing subjectBefore;
        private Masked wholeCommand = Masked.none();
        private Masked wholeResponse = Masked.none();

        Step(Entry e) {
            this.e = e;
            Talk known = talks.get(e.card().session());
            if (known == null || !known.atr.equals(e.card().atr()) && !known.atr.equals(Atr.UNKNOWN)) {
                known = new Talk(e.card().atr());
                talks.put(e.card().session(), known);
            }
            talk = known;
            talk.atr = e.card().atr();
            commandBytes = e.plain().map(Entry.Plain::command).orElse(e.command());
            responseBytes = e.plain().map(Entry.Plain::response).orElse(e.response());
            command = parse(commandBytes);
            int n = responseBytes.length();
            sw = n < 2 ? Optional.empty() : Optional.of(new StatusWord(responseBytes.at(n - 2) << 8 | responseBytes.at(n - 1)));
            before = talk.on(command.map(c -> channel(c.cla())).orElse(0));
            boolean fetches = command.map(c -> c.ins() == GET_RESPONSE).orElse(false) && talk.asked.isPresent();
            subject = fetches ? talk.asked : command;
            subjectBefore = fetches ? talk.askedIn : before;
            command.ifPresent(c -> {
                together(c, fetches);
                sw.ifPresent(s -> follow(c, s));
            });
        }

        private void together(CommandApdu c, boolean fetches) {
            boolean more = (c.cla() & 0x90) == 0x10;
            Masked data = commandBytes.part(offset(c), offset(c) + c.nc());
            if (more || talk.chain.length() > 0) {
                wholeCommand = talk.chain.join(data);
                talk.chain = more && wholeCommand.length() <= MOST_BYTES ? wholeCommand : Masked.none();
            }
            Masked answer = responseBytes.part(0, Math.max(0, responseBytes.length() - 2));
            if (fetches) {
                talk.pieces = talk.pieces.length() > MOST_BYTES ? Masked.none() : talk.pieces.join(answer);
                wholeResponse = talk.pieces;
            } else {
                talk.pieces = answer;
                talk.asked = Optional.of(c);
                talk.askedIn = before;
            }
            if (!sw.map(s -> s.sw1() == 0x61).orElse(false)) {
                talk.asked = Optional.empty();
                talk.pieces = Masked.none();
            }
        }

        /** Takes note of what the exchange changed. */
        private void follow(CommandApdu c, StatusWord s) {
            boolean done = s.isSuccess() || s.sw1() == 0x61 || s.sw1() == 0x62 || s.sw1() == 0x63 || s.sw1() == 0x91 || s.sw1() == 0x9F;
            boolean gp = (c.cla() & 0x80) != 0;
            boolean asksForMore = s.sw1() == 0x61 || c.ins() == GET_RESPONSE;
            if (c.ins() == SELECT && (c.cla() & 0x80) == 0 | c.cla() == 0xA0) {
                if (done) {
                    set(selected(c));
                }
            } else if (c.ins() == MANAGE_CHANNEL && !gp && s.isSuccess()) {
                int n = responseBytes.length() == 3 ? responseBytes.at(0) : c.p2();
                if (n < 20) {
                    talk.standings.put(n, Standing.on(n));
                }
            } else if (gp && c.ins() == INITIALIZE_UPDATE && !asksForMore) {
                int n = responseBytes.length() - 2;
                talk.protocolOffered = s.isSuccess() && n >= 28 && !responseBytes.hidesAny(0, 12)
                        ? Math.min(responseBytes.at(11) & 0x0F, 3) : 0;
                set(before.with(Security.NONE));
            } else if (gp && c.ins() == EXTERNAL_AUTHENTICATE) {
                set(before.with(s.isSuccess() && talk.protocolOffered > 0 ? new Security(talk.protocolOffered, c.p1()) : Security.NONE));
                talk.protocolOffered = 0;
            }
        }

        private void set(Standing s) {
            talk.standings.put(s.channel(), s);
        }

        private Standing selected(CommandApdu c) {
            byte[] data = c.data();
            boolean readable = !commandBytes.hidesAny(offset(c), offset(c) + data.length);
            Optional<Tlv> control = fileControl();
            if (c.p1() == 0x04) {
                talk.folder = "";
                Optional<byte[]> name = control.flatMap(f -> child(f, 0x84)).filter(v -> v.length >= 5 && v.length <= 16)
                        .or(() -> readable && data.length >= 5 && data.length <= 16 ? Optional.of(data) : Optional.empty());
                return name.map(n -> before.select(Aid.of(n)))
                        .orElseGet(() -> new Standing(before.channel(), Optional.empty(), "", Security.NONE));
            }
            if (!readable || data.length % 2 != 0) {
                return before.at("");
            }
            String path = path(data);
            String file = switch (c.p1()) {
                case 0x08 -> "3F00" + (path.isEmpty() ? "" : "/" + path);
                case 0x09 -> talk.folder.isEmpty() ? path : talk.folder + "/" + path;
                case 0x03 -> talk.folder.contains("/") ? talk.folder.substring(0, talk.folder.lastIndexOf('/')) : "";
                default -> path.isEmpty() || path.equals("3F00") ? "3F00" : talk.folder.isEmpty() ? path : talk.folder + "/" + path;
            };
            boolean folder = control.flatMap(f -> child(f, 0x82)).map(v -> v.length > 0 && (v[0] & 0xBF) == 0x38)
                    .orElse(file.endsWith("3F00") || c.p1() == 0x01 || c.p1() == 0x03
                            || data.length >= 2 && ((data[data.length - 2] & 0xFF) == 0x7F || (data[data.length - 2] & 0xFF) == 0x5F));
            if (folder) {
                talk.folder = file;
            } else if (file.contains("/") && c.p1() != 0) {
                talk.folder = file.substring(0, file.lastIndexOf('/'));
            }
            return file.equals("3F00") ? new Standing(before.channel(), Optional.empty(), file, Security.NONE) : before.at(file);
        }

        private Optional<Tlv> fileControl() {
            int n = responseBytes.length() - 2;
            if (n < 2 || responseBytes.hidesAny(0, n)) {
                return Optional.empty();
            }
            try {
                return Tlv.parseAll(responseBytes.part(0, n).bytes()).stream()
                        .filter(t -> t.tag() == 0x6F || t.tag() == 0x62 || t.tag() == 0x64).findFirst();
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }

        private static Optional<byte[]> child(Tlv t, int tag) {
            return Tlv.find(List.of(t), tag).map(Tlv::value);
        }

        private static String path(byte[] data) {
            var s = new StringBuilder();
            for (int i = 0; i < data.length; i += 2) {
                s.append(i == 0 ? "" : "/").append(Hex.of(data[i], data[i + 1]));
            }
            return s.toString();
        }

        private String first(Standing s, Function<Decoder, String> question) {
            for (Decoder d : ranked(s)) {
                String said = ask(() -> question.apply(d)).orElse("");
                if (!said.isEmpty()) {
                    return said;
                }
            }
            return "";
        }

        private List<Field> fields(Standing s, CommandApdu c, BiFunction<Decoder, CommandApdu, List<Field>> question) {
            for (Decoder d : ranked(s)) {
                List<Field> said = ask(() -> question.apply(d, c)).orElse(List.of());
                if (!said.isEmpty()) {
                    return said;
                }
            }
            return List.of();
        }

        private String name(Standing s, CommandApdu c) {
            String said = c.ins() == SELECT || c.ins() == GET_RESPONSE ? "" : first(s, d -> d.command(s, c));
            return said.isEmpty() ? Names.of(c) : said;
        }

        Brief brief() {
            if (command.isEmpty()) {
                return new Brief("malformed command", "", sw.map(StatusWord::meaning).orElse(""));
            }
            CommandApdu c = command.get();
            String summary = subject.equals(command) ? first(before, d -> d.summary(before, c))
                    : subject.map(x -> "of " + name(subjectBefore, x)).orElse("");
            if (summary.isEmpty() && c.ins() == SELECT && c.p1() == 0x04 && c.nc() >= 5 && c.nc() <= 16
                    && !commandBytes.hidesAny(offset(c), offset(c) + c.nc())) {
                summary = Aid.of(c.data()).toString();
            }
            return new Brief(name(before, c), summary, sw.map(s -> meaning(c, s)).orElse(""));
        }

        private String meaning(CommandApdu c, StatusWord s) {
            Standing now = talk.on(before.channel());
            String said = first(now, d -> d.meaning(now, c, s));
            return said.isEmpty() ? s.meaning() : said;
        }

        Decoded decode() {
            var brief = brief();
            var parts = new ArrayList<Part>();
            if (e.plain().isPresent()) {
                parts.add(command(Part.Kind.COMMAND, e.command(), parse(e.command()), false));
                parts.add(response(Part.Kind.RESPONSE, e.response(), false));
            }
            parts.add(command(e.plain().isPresent() ? Part.Kind.PLAIN_COMMAND : Part.Kind.COMMAND, commandBytes, command, true));
            if (responseBytes.length() > 0) {
                parts.add(response(e.plain().isPresent() ? Part.Kind.PLAIN_RESPONSE : Part.Kind.RESPONSE, responseBytes, true));
            }
            if (wholeCommand.length() > 0 && talk.chain.length() == 0) {
                parts.add(whole(Part.Kind.WHOLE_COMMAND_DATA, wholeCommand, (d, c) -> d.commandData(before, c, wholeCommand.bytes())));
            }
            if (wholeResponse.length() > 0 && talk.asked.isEmpty()) {
                parts.add(whole(Part.Kind.WHOLE_RESPONSE_DATA, wholeResponse,
                        (d, c) -> d.responseData(answering(), c, wholeResponse.bytes())));
            }
            return new Decoded(brief, before, parts);
        }

        /** Whose answer it is: to SELECT, that of what was selected. */
        private Standing answering() {
            return subject.map(c -> c.ins() == SELECT).orElse(false) ? talk.on(subjectBefore.channel()) : subjectBefore;
        }

        private Part whole(Part.Kind kind, Masked bytes, BiFunction<Decoder, CommandApdu, List<Field>> question) {
            var asked = kind == Part.Kind.WHOLE_RESPONSE_DATA ? answering() : subjectBefore;
            var fields = subject.map(c -> fields(asked, c, question)).orElse(List.of());
            return new Part(kind, bytes, fields.stream().map(f -> f.within(bytes)).toList());
        }

        private Part command(Part.Kind kind, Masked bytes, Optional<CommandApdu> parsed, boolean inside) {
            if (parsed.isEmpty()) {
                return new Part(kind, bytes, List.of(Field.of("bytes", "no well-formed command", 0, bytes.length())));
            }
            CommandApdu c = parsed.get();
            var fields = new ArrayList<Field>();
            fields.add(Field.of("CLA", classes(c.cla()), 0, 1));
            fields.add(Field.of("INS", name(before, c), 1, 1));
            List<Field> parameters = fields(before, c, (d, x) -> d.parameters(before, x)).stream()
                    .filter(f -> f.offset() >= 2 && f.end() <= 4).toList();
            fields.addAll(parameters.isEmpty() ? List.of(Field.of("P1", "", 2, 1), Field.of("P2", "", 3, 1)) : parameters);
            int data = offset(c);
            if (data > 4 && bytes.length() > 4) {
                OptionalInt ne = c.ne();
                if (c.nc() > 0) {
                    fields.add(Field.of("Lc", c.nc() + " bytes", 4, data - 4));
                    List<Field> inner = !inside || chained() ? List.of()
                            : fields(before, c, (d, x) -> d.commandData(before, x, x.data())).stream().map(f -> f.moved(data)).toList();
                    fields.add(Field.of("data", "", data, c.nc(), inner));
                }
                int le = data + c.nc();
                if (ne.isPresent()) {
                    int at = c.nc() > 0 ? le : 4;
                    fields.add(Field.of("Le", "up to " + ne.getAsInt() + " bytes", at, bytes.length() - at));
                }
            }
            return new Part(kind, bytes, fields.stream().map(f -> f.within(bytes)).toList());
        }

        private boolean chained() {
            return wholeCommand.length() > 0;
        }

        private Part response(Part.Kind kind, Masked bytes, boolean inside) {
            var fields = new ArrayList<Field>();
            int n = bytes.length() - 2;
            if (n < 0) {
                return new Part(kind, bytes, List.of());
            }
            if (n > 0) {
                byte[] data = bytes.part(0, n).bytes();
                boolean piece = wholeResponse.length() > 0 || talk.asked.isPresent();
                List<Field> inner = !inside || piece ? List.of()
                        : subject.map(s -> fields(answering(), s, (d, x) -> d.responseData(answering(), x, data))).orElse(List.of());
                fields.add(Field.of("data", "", 0, n, inner));
            }
            var s = new StatusWord(bytes.at(n) << 8 | bytes.at(n + 1));
            fields.add(Field.of("SW", command.map(c -> meaning(c, s)).orElseGet(s::meaning), n, 2));
            return new Part(kind, bytes, fields.stream().map(f -> f.within(bytes)).toList());
        }

        private static String classes(int cla) {
            if (cla == 0xFF) {
                return "for the reader";
            }
            var s = new StringBuilder(cla < 0x80 ? "ISO/IEC 7816-4" : "proprietary");
            int channel = channel(cla);
            boolean secured = (cla & 0x40) == 0 ? (cla & 0x0C) != 0 : (cla & 0x20) != 0;
            if (cla != 0xA0 && cla != 0xB0) {
                s.append((cla & 0x90) == 0x10 ? ", more to come" : "").append(secured ? ", secure messaging" : "");
            }
            return s.append(channel > 0 ? ", channel " + channel : "").toString();
        }
    }

    private static Optional<CommandApdu> parse(Masked bytes) {
        try {
            return Optional.of(CommandApdu.parse(bytes.bytes()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Where the data begins: behind a short or an extended Lc. */
    private static int offset(CommandApdu c) {
        return c.isExtended() ? 7 : c.nc() == 0 ? Math.min(5, c.bytes().length) : 5;
    }
}

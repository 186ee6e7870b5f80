// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Words;

/**
 * Makes a trace safe to share. Takes its exchanges in order and gives them back without what is secret, and, if asked, without what tells whose card it is; says in
 * the end what it removed. Places and lengths stay. Used by one thread at a time.
 */
public final class Scrubber {

    private static final Words WORDS = Words.of(Scrubber.class);

    /** How much is removed. */
    public enum Level {
        /**
         * All that every trace hides (a trace of another program, or one that can be decrypted, may have it), and the MACs and chaining values that belong to
         * hidden commands, against which who has the channel's keys could try short PINs. Their commands can no longer be verified.
         */
        SECRETS,
        /**
         * Also what tells one card or person from another: contents of files and data objects (certificates and names are among them), serial numbers that a card
         * tells when a secure channel is opened, and numbers in names of readers. The ATR stays: it tells the model.
         */
        IDENTITY
    }

    /** What is removed. */
    public enum Kind {
        /** Bytes of commands: PINs, keys. */
        SECRET_COMMANDS("secret command data"),
        /** Bytes of answers: what a key decrypted. */
        SECRET_ANSWERS("secret answers"),
        /** MACs of hidden commands. */
        MACS("MACs and MAC chaining values of hidden commands"),
        /** What files and data objects hold. */
        CONTENTS("contents of files and data objects"),
        /** Key diversification data in the answer to INITIALIZE UPDATE. */
        CARD_NUMBERS("serial numbers of cards"),
        /** Numbers in readers' names. */
        READERS("serial numbers in names of readers");

        private final String id;

        Kind(String id) {
            this.id = id;
        }

        /** What programs know it by, the same in every language. */
        public String id() {
            return id;
        }

        /** In words. */
        public String words() {
            return switch (this) {
                case SECRET_COMMANDS -> WORDS.say("secret command data");
                case SECRET_ANSWERS -> WORDS.say("secret answers");
                case MACS -> WORDS.say("MACs and MAC chaining values of hidden commands");
                case CONTENTS -> WORDS.say("contents of files and data objects");
                case CARD_NUMBERS -> WORDS.say("serial numbers of cards");
                case READERS -> WORDS.say("serial numbers in names of readers");
            };
        }
    }

    private static final int HEADER_AND_LC = 5;
    private static final int MAC = 8;
    private static final int GET_RESPONSE = 0xC0;
    private static final int INITIALIZE_UPDATE = 0x50;
    private static final int DIVERSIFICATION_DATA = 10;
    private static final Pattern NUMBER = Pattern.compile("(?<![0-9A-Fa-f])(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{6,}(?![0-9A-Fa-f])");

    private static final byte[] OPENPGP = {(byte) 0xD2, 0x76, 0, 1, 0x24};

    private final Masker masker;
    private final Level level;
    private final Map<Kind, Long> removed = new EnumMap<>(Kind.class);
    private final Map<String, String> readers = new HashMap<>();
    /** By session: whether the next GET RESPONSE fetches more of what a file holds. */
    private final Map<Long, Kind> more = new TreeMap<>();

    /** One that asks these decoders what is secret. */
    public Scrubber(List<Decoder> decoders, Level level) {
        masker = new Masker(decoders);
        this.level = level;
    }

    /** What was removed so far: how many exchanges (for names of readers: names) of each kind. */
    public Map<Kind, Long> removed() {
        return Map.copyOf(removed);
    }

    /** The next exchange, scrubbed. */
    public Entry scrub(Entry e) {
        Entry masked = masker.mask(e);
        Entry bare = masked.plain().filter(p -> p.chain().length() > 0).isPresent()
                ? masked.with(new Entry.Plain(masked.plain().get().command(), masked.plain().get().response())) : masked;
        boolean chains = e.plain().filter(p -> p.chain().length() > 0).isPresent();
        bare = withoutMac(bare);
        count(Kind.SECRET_COMMANDS, more(e.command(), masked.command())
                || plain(e, Entry.Plain::command).isPresent() && more(plain(e, Entry.Plain::command).get(), plain(masked, Entry.Plain::command).get()));
        count(Kind.SECRET_ANSWERS, more(e.response(), masked.response())
                || plain(e, Entry.Plain::response).isPresent() && more(plain(e, Entry.Plain::response).get(), plain(masked, Entry.Plain::response).get()));
        count(Kind.MACS, chains || more(masked.command(), bare.command()));
        return level == Level.IDENTITY ? anonymous(bare) : bare;
    }

    private static Optional<Masked> plain(Entry e, Function<Entry.Plain, Masked> which) {
        return e.plain().map(which);
    }

    private static boolean more(Masked before, Masked after) {
        return !before.equals(after);
    }

    private void count(Kind kind, boolean yes) {
        if (yes) {
            removed.merge(kind, 1L, Long::sum);
        }
    }

    /** A hidden command without the MAC that was left for later ones. */
    private static Entry withoutMac(Entry e) {
        Optional<CommandApdu> c = parse(e.command());
        if (!e.command().hasHidden() || c.isEmpty() || !Interpreter.secured(c.get().cla()) || c.get().nc() < MAC) {
            return e;
        }
        int data = c.get().isExtended() ? 7 : HEADER_AND_LC;
        int end = data + c.get().nc();
        // what is hidden before it says that this is what is left
        return end - MAC > data && e.command().isHidden(end - MAC - 1) ? with(e, e.command().hide(end - MAC, end), e.response(), e.plain()) : e;
    }

    private Entry anonymous(Entry e) {
        Optional<CommandApdu> c = parse(e.plain().map(Entry.Plain::command).orElse(e.command()));
        long session = e.card().session();
        Optional<Kind> kind = c.flatMap(Scrubber::identifies);
        if (c.isPresent() && c.get().ins() == GET_RESPONSE) {
            kind = Optional.ofNullable(more.get(session));
        }
        int n = e.response().length();
        if (kind.isPresent() && n >= 2 && (e.response().at(n - 2) == 0x61 || e.response().at(n - 2) == 0x9F)) {
            if (more.size() > Interpreter.MOST_SESSIONS) {
                more.clear();
            }
            more.put(session, kind.get());
        } else {
            more.remove(session);
        }
        Entry result = e;
        if (kind.isPresent()) {
            boolean number = kind.get() == Kind.CARD_NUMBERS;
            result = with(e, number ? e.command() : data(e.command()), answer(e.response(), number),
                    e.plain().map(p -> new Entry.Plain(number ? p.command() : data(p.command()), answer(p.response(), number))));
            count(kind.get(), !result.equals(e));
        }
        TracedCard card = e.card();
        String reader = readers.computeIfAbsent(card.reader(), r -> {
            String bare = withoutNumbers(r);
            count(Kind.READERS, !bare.equals(r));
            return bare;
        });
        Optional<String> failure = result.failure().map(Scrubber::withoutNumbers);
        return reader.equals(card.reader()) && failure.equals(result.failure()) ? result : new Entry(result.number(), result.time(), result.duration(),
                new TracedCard(card.session(), reader, card.atr(), card.protocol()), result.origin(), result.command(), result.response(), failure,
                result.pinAtReader(), result.plain());
    }

    private static String withoutNumbers(String s) {
        return NUMBER.matcher(s).replaceAll(m -> "*".repeat(m.group().length()));
    }

    /** What of a card an exchange of this command tells. */
    private static Optional<Kind> identifies(CommandApdu c) {
        boolean own = c.cla() == 0xB0 || (c.cla() & 0x80) != 0 && c.cla() != 0xA0;
        return switch (c.ins()) {
            // files, records and data objects, read and written; CoolKey's objects
            case 0xB0, 0xB1, 0xB2, 0xB3, 0xCA, 0xCB, 0xD0, 0xD1, 0xD2, 0xD6, 0xD7, 0xDA, 0xDB, 0xDC, 0xDD, 0xE2 -> Optional.of(Kind.CONTENTS);
            // GET PROCESSING OPTIONS, GENERATE AC of payment cards: the account is among what they may answer (EMV Book 3 §6.5, contactless kernels)
            case 0xA8, 0xAE -> own ? Optional.of(Kind.CONTENTS) : Optional.empty();
            case 0x54, 0x56 -> own ? Optional.of(Kind.CONTENTS) : Optional.empty();
            // OpenPGP's application identifier and what else a FCI may tell
            case 0xA4 -> Optional.of(Kind.CONTENTS);
            case INITIALIZE_UPDATE -> own ? Optional.of(Kind.CARD_NUMBERS) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Masked data(Masked command) {
        Optional<CommandApdu> parsed = parse(command);
        if (parsed.isEmpty()) {
            return command;
        }
        CommandApdu c = parsed.get();
        int at = c.isExtended() ? 7 : HEADER_AND_LC;
        return switch (c.ins()) {
            // names and tags of what is read tell nobody, but for the serial number in OpenPGP's name
            case 0xA4 -> c.nc() == 16 && Aid.of(c.data()).startsWith(OPENPGP) ? command.hide(at + 10, at + 14) : command;
            case 0xCA, 0xCB -> command;
            default -> command.hide(at, at + c.nc());
        };
    }

    private static Masked answer(Masked response, boolean number) {
        int n = response.length() - 2;
        return response.hide(0, number ? Math.min(DIVERSIFICATION_DATA, n) : n);
    }

    private static Entry with(Entry e, Masked command, Masked response, Optional<Entry.Plain> plain) {
        return new Entry(e.number(), e.time(), e.duration(), e.card(), e.origin(), command, response, e.failure(), e.pinAtReader(), plain);
    }

    private static Optional<CommandApdu> parse(Masked bytes) {
        try {
            return Optional.of(CommandApdu.parse(bytes.bytes()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}

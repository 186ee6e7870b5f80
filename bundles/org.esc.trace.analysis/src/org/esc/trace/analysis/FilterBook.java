// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.UserDirs;

/**
 * Filters that somebody gave a name to, and the rules by which lists of exchanges are coloured, as they are kept in a file. Immutable.
 *
 * <p>The file is a properties file in UTF-8: {@code filter.1.name}, {@code filter.1.text}, {@code colour.1.name}, {@code .text}, {@code .marker}, {@code .on},
 * {@code .light} and {@code .dark}, each {@code #RRGGBB} of the letters, or {@code #RRGGBB on #RRGGBB} with the ground. Numbers give the order.
 *
 * @param filters the filters
 * @param colours the rules; the first one that fits an exchange colours it
 */
public record FilterBook(List<Saved> filters, List<Colour> colours) {

    private static final Words WORDS = Words.of(FilterBook.class);

    private static final Pattern PAINT = Pattern.compile("(#[0-9A-Fa-f]{6})?(?:\\s*on\\s*(#[0-9A-Fa-f]{6}))?");
    private static final int MOST = 1000;

    /** Nothing. */
    public static final FilterBook EMPTY = new FilterBook(List.of(), List.of());

    /** Copies the lists. */
    public FilterBook {
        filters = List.copyOf(filters);
        colours = List.copyOf(colours);
    }

    /**
     * A filter with a name.
     *
     * @param name for people
     * @param text as {@link Filter#parse} reads it; it is kept even if it does not, so that its author can mend it
     */
    public record Saved(String name, String text) {
        /** Checks that nothing is missing. */
        public Saved {
            Objects.requireNonNull(name);
            Objects.requireNonNull(text);
        }
    }

    /**
     * Colours of letters and ground, each 0–FFFFFF; empty for those of the list.
     *
     * @param letters of the text
     * @param ground  behind it
     */
    public record Paint(Optional<Integer> letters, Optional<Integer> ground) {

        /** Those of the list. */
        public static final Paint NONE = new Paint(Optional.empty(), Optional.empty());

        /** Letters on a ground, 0–FFFFFF each. */
        public static Paint of(int letters, int ground) {
            return new Paint(Optional.of(letters), Optional.of(ground));
        }

        /** Reads {@code #RRGGBB on #RRGGBB}, either of which may be missing; empty if it is anything else. */
        static Optional<Paint> parse(String text) {
            var m = PAINT.matcher(text.strip());
            return m.matches() ? Optional.of(new Paint(number(m.group(1)), number(m.group(2)))) : Optional.empty();
        }

        private static Optional<Integer> number(String colour) {
            return Optional.ofNullable(colour).map(c -> Integer.parseInt(c.substring(1), 16));
        }

        @Override
        public String toString() {
            return (letters.map(l -> String.format("#%06X", l)).orElse("") + ground.map(g -> String.format(" on #%06X", g)).orElse("")).strip();
        }
    }

    /**
     * A rule by which exchanges are coloured.
     *
     * @param name   for people
     * @param text   which ones, as {@link Filter#parse} reads it
     * @param light  colours on a light desktop
     * @param dark   colours on a dark one
     * @param marker one to three characters that stand beside the row, so that colour is never the only sign
     * @param on     false if it is switched off
     */
    public record Colour(String name, String text, Paint light, Paint dark, String marker, boolean on) {
        /** Checks that there is a marker. */
        public Colour {
            Objects.requireNonNull(name);
            Objects.requireNonNull(text);
            Objects.requireNonNull(light);
            Objects.requireNonNull(dark);
            if (marker.isBlank() || marker.codePointCount(0, marker.length()) > 3) {
                throw new IllegalArgumentException(WORDS.say("A colour rule has a marker of one to three characters"));
            }
        }
    }

    /** What there is before somebody changes it. */
    public static FilterBook standard() {
        return new FilterBook(List.of(new Saved(standard("Failures"), "failed"), new Saved(standard("PINs"), "ins in {VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER}"),
                new Saved(standard("Without drivers' probes"), "origin != probe"), new Saved(standard("Slow"), "duration > 500ms"),
                new Saved(standard("Secure messaging"), "secured")),
                List.of(new Colour(WORDS.say("No answer"), "unanswered", Paint.of(0xFFFFFF, 0xA4262C), Paint.of(0xFFFFFF, 0x8E1F25), "✕", true),
                        new Colour(WORDS.say("Refused"), "failed", Paint.of(0x7A1419, 0xFDE7E9), Paint.of(0xFFB3B8, 0x442726), "!", true),
                        new Colour(WORDS.say("PIN"), "ins in {VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER}", Paint.of(0x5C4200, 0xFFF4CE),
                                Paint.of(0xFFE08A, 0x433519), "P", true),
                        new Colour(WORDS.say("Secure messaging"), "secured", Paint.of(0x0B4A20, 0xDFF6DD), Paint.of(0xA8E6A3, 0x1E3B24), "S", true),
                        new Colour(WORDS.say("Driver's probe"), "origin == probe", Paint.of(0x595959, 0xF3F3F3), Paint.of(0xB8B8B8, 0x2B2B2B), "?", true)));
    }

    /** The name of a filter that comes with the program, in the person's language. */
    private static String standard(String english) {
        return switch (english) {
            case "Failures" -> WORDS.say("Failures");
            case "PINs" -> WORDS.say("PINs");
            case "Without drivers' probes" -> WORDS.say("Without drivers' probes");
            case "Slow" -> WORDS.say("Slow");
            case "Secure messaging" -> WORDS.say("Secure messaging");
            default -> english;
        };
    }

    /** Where this person's are, those of the workbench and of the terminal alike. */
    public static Path file() {
        return UserDirs.config().resolve("trace-filters.properties");
    }

    /**
     * What a filter says: {@code @} and a name stand for the saved one, all else for itself.
     *
     * @throws EscException USAGE if there is none of that name (code {@code no-such-filter})
     */
    public String text(String written) throws EscException {
        if (!written.strip().startsWith("@")) {
            return written;
        }
        String name = written.strip().substring(1).strip();
        // a script names those that come with the program as the guides do, whatever the language
        return filter(name).or(() -> filter(standard(name))).map(Saved::text)
                .orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("read the filter"), WORDS.say("There is no filter \"{0}\".", name)).code("no-such-filter")
                        .advice(filters.isEmpty() ? WORDS.say("None is saved.")
                                : WORDS.say("There is: {0}.", String.join(", ", filters.stream().map(f -> "@" + f.name).toList()))).exception());
    }

    /** This with a filter, in the place of the one of that name, or at the end. */
    public FilterBook with(Saved filter) {
        var all = new ArrayList<>(filters);
        int at = 0;
        while (at < all.size() && !all.get(at).name.equalsIgnoreCase(filter.name)) {
            at++;
        }
        if (at < all.size()) {
            all.set(at, filter);
        } else {
            all.add(filter);
        }
        return new FilterBook(all, colours);
    }

    /** This without the filter of a name. */
    public FilterBook without(String name) {
        return new FilterBook(filters.stream().filter(f -> !f.name.equalsIgnoreCase(name)).toList(), colours);
    }

    /** The filter with a name, without regard to case. */
    public Optional<Saved> filter(String name) {
        return filters.stream().filter(f -> f.name.equalsIgnoreCase(name)).findFirst();
    }

    /** What was read and what of it makes no sense, in words. */
    public record Loaded(FilterBook book, List<String> complaints) {
        /** Copies the list. */
        public Loaded {
            complaints = List.copyOf(complaints);
        }
    }

    /**
     * Reads a file; {@link #standard} if there is none. What makes no sense in it is left out and told.
     *
     * @throws EscException USAGE if it cannot be read
     */
    public static Loaded load(Path file) throws EscException {
        var p = new Properties();
        try {
            p.load(new StringReader(Files.readString(file)));
        } catch (NoSuchFileException _) {
            return new Loaded(standard(), List.of());
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw unreadable(file, WORDS.say("it is no text"), e);
        } catch (IOException e) {
            throw unreadable(file, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
        }
        var filters = new ArrayList<Saved>();
        var colours = new ArrayList<Colour>();
        var complaints = new ArrayList<String>();
        for (int i = 1; i <= MOST; i++) {
            String filter = "filter." + i + ".";
            if (p.containsKey(filter + "text")) {
                filters.add(new Saved(p.getProperty(filter + "name", ""), p.getProperty(filter + "text")));
            }
            String colour = "colour." + i + ".";
            if (p.containsKey(colour + "text")) {
                try {
                    colours.add(new Colour(p.getProperty(colour + "name", ""), p.getProperty(colour + "text"), paint(p, colour + "light"),
                            paint(p, colour + "dark"), p.getProperty(colour + "marker", "*"), !p.getProperty(colour + "on", "true").equals("false")));
                } catch (IllegalArgumentException e) {
                    complaints.add(WORDS.say("Colour rule {0} of {1} is left out: {2}.", i, file, e.getMessage()));
                }
            }
        }
        return new Loaded(new FilterBook(filters, colours), complaints);
    }

    private static Paint paint(Properties p, String key) {
        String text = p.getProperty(key, "");
        return Paint.parse(text).orElseThrow(() -> new IllegalArgumentException(WORDS.say("\"{0}\" is no colour such as #A4262C on #FFFFFF", text)));
    }

    private static EscException unreadable(Path file, String why, Exception e) {
        return Problem.of(Fault.USAGE, WORDS.say("read the filters"), WORDS.say("The filters in {0} cannot be read: {1}.", file, why)).code("file-unreadable")
                .advice(WORDS.say("Rename the file to begin with new filters.")).exception(e);
    }

    /**
     * Writes a file, whole or not at all.
     *
     * @throws EscException USAGE if it cannot be written
     */
    public void save(Path file) throws EscException {
        var lines = new ArrayList<String>();
        lines.add("# Filters and colour rules for card traces, version 1");
        for (int i = 0; i < filters.size(); i++) {
            line(lines, "filter." + (i + 1) + ".name", filters.get(i).name);
            line(lines, "filter." + (i + 1) + ".text", filters.get(i).text);
        }
        for (int i = 0; i < colours.size(); i++) {
            Colour c = colours.get(i);
            String key = "colour." + (i + 1) + ".";
            line(lines, key + "name", c.name);
            line(lines, key + "text", c.text);
            line(lines, key + "light", c.light.toString());
            line(lines, key + "dark", c.dark.toString());
            line(lines, key + "marker", c.marker);
            line(lines, key + "on", Boolean.toString(c.on));
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Path fresh = Files.createTempFile(folder, ".filters", ".tmp");
            try {
                Files.write(fresh, lines, StandardCharsets.UTF_8);
                move(fresh, file);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("save the filters"), WORDS.say("The filters cannot be saved to {0}: {1}.", file,
                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())).code("file-unwritable").exception(e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A property; what would end its line or its key is escaped. */
    private static void line(List<String> lines, String key, String value) {
        String v = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t").replace("\f", "\\f");
        lines.add(key + "=" + (v.startsWith(" ") ? "\\" + v : v));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a bundle says to people, in their language. The English text is the key and the fallback; translations are gettext catalogs, {@code de.po} in the package of
 * the class that asks or in one above it, so that a language is added by files alone and any translator's tool reads them. Places for values are written
 * <code>{0}</code>, <code>{1}</code>, and so on. Texts for programs (codes, JSON names, log lines for support) do not go through here.
 *
 * <p>The language is that of the platform ({@link Locale.Category#DISPLAY}). The locale {@code en-XA} is a language that nobody speaks: every text comes in
 * brackets and with accents, so that a text which was not externalised is seen at once.
 */
public final class Words {

    /** The language that shows which texts do not come from here. */
    public static final Locale PSEUDO = Locale.of("en", "XA");

    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String ACCENTED = "äƀçđéƒğĥíĵķļɱñöþɋŕšţüṽŵẋýžÄƁÇĐÉƑĞĤÍĴĶĻṀÑÖÞɊŔŠŢÜṼŴẊÝŽ";

    private static final Map<String, Map<String, List<String>>> CATALOGS = new ConcurrentHashMap<>();

    private static final ScopedValue<Locale> ASKED_FOR = ScopedValue.newInstance();

    /** A number of things. */
    private record Count(long of) {
    }

    /** A language, kept so that not every text has to look for its catalog, which is empty where there is none or the sources' texts are said. */
    private record Spoken(Locale locale, boolean pseudo, Map<String, List<String>> catalog) {

        String translated(String id, String english, int form) {
            List<String> forms = catalog.isEmpty() ? null : catalog.get(id);
            return forms == null ? english : forms.get(Math.min(form, forms.size() - 1));
        }
    }

    private final Class<?> home;
    private volatile Spoken spoken = new Spoken(Locale.ROOT, false, Map.of());

    private Words(Class<?> home) {
        this.home = home;
    }

    /** The words of a class, of the catalog in its package or the nearest one above. */
    public static Words of(Class<?> home) {
        return new Words(home);
    }

    /** The language that is spoken now. */
    public static Locale locale() {
        return ASKED_FOR.isBound() ? ASKED_FOR.get() : Locale.getDefault(Locale.Category.DISPLAY);
    }

    /**
     * Does something in another language than the platform's, for somebody who is not at this desk: what a server tells its clients and writes down does not depend
     * on the language of the one who started it. Other threads that the work starts are not bound to it.
     */
    public static <T, X extends Throwable> T in(Locale language, ScopedValue.CallableOp<? extends T, X> work) throws X {
        return ScopedValue.where(ASKED_FOR, language).call(work);
    }

    /**
     * A text in the person's language.
     *
     * @param text   in English, as a literal: that is how it is found for translators
     * @param values for <code>{0}</code> and so on: fractions, moments and days are written as the language does, all else as its {@code toString}; whole numbers,
     *               which may be ports or sizes, have no separators
     */
    public String say(String text, Object... values) {
        Spoken s = spoken();
        if (s.pseudo && values.length == 0 && text.startsWith("⟦")) {
            // some verbs say their own line of help, for others whoever shows it does
            return text;
        }
        String said = s.translated(text, text, 0);
        return values.length == 0 && !s.pseudo ? said : fill(said, values, s.pseudo);
    }

    /**
     * A text that depends on a number.
     *
     * @param count  the number, and the value for <code>{0}</code>, with the language's separators
     * @param one    in English, for exactly one
     * @param other  in English, for all other numbers
     * @param values for <code>{1}</code> and so on
     */
    public String many(long count, String one, String other, Object... values) {
        var all = new Object[values.length + 1];
        all[0] = new Count(count);
        System.arraycopy(values, 0, all, 1, values.length);
        Spoken s = spoken();
        return fill(s.translated(one, count == 1 ? one : other, count == 1 ? 0 : 1), all, s.pseudo);
    }

    private Spoken spoken() {
        Locale locale = locale();
        Spoken s = spoken;
        if (!s.locale.equals(locale)) {
            String language = locale.getLanguage();
            boolean pseudo = locale.equals(PSEUDO);
            s = new Spoken(locale, pseudo, pseudo || language.isEmpty() || language.equals("en") ? Map.of()
                    : CATALOGS.computeIfAbsent(home.getPackageName() + ' ' + language, _ -> catalog(language)));
            spoken = s;
        }
        return s;
    }

    private Map<String, List<String>> catalog(String language) {
        for (String folder = home.getPackageName().replace('.', '/'); !folder.isEmpty(); folder = folder.substring(0, Math.max(0, folder.lastIndexOf('/')))) {
            try (var in = home.getResourceAsStream('/' + folder + '/' + language + ".po")) {
                if (in != null) {
                    return read(new InputStreamReader(in, StandardCharsets.UTF_8));
                }
            } catch (IOException _) {
                return Map.of();
            }
        }
        return Map.of();
    }

    /**
     * Reads a gettext catalog (GNU gettext manual, "PO Files"): entries without a translation, and those that are fuzzy, are left out.
     *
     * @throws IOException if it cannot be read
     */
    public static Map<String, List<String>> read(Reader po) throws IOException {
        var all = new HashMap<String, List<String>>();
        var in = new BufferedReader(po);
        var id = new StringBuilder();
        var forms = new ArrayList<StringBuilder>();
        StringBuilder last = id;
        boolean fuzzy = false;
        for (String line = in.readLine();; line = in.readLine()) {
            String l = line == null ? "" : line.strip();
            boolean next = line == null || l.startsWith("msgid ") || l.startsWith("#") && !forms.isEmpty();
            if (next && !forms.isEmpty()) {
                if (!id.isEmpty() && !fuzzy && forms.stream().noneMatch(StringBuilder::isEmpty)) {
                    all.put(id.toString(), forms.stream().map(StringBuilder::toString).toList());
                }
                id = new StringBuilder();
                forms.clear();
                fuzzy = false;
            }
            if (line == null) {
                return Map.copyOf(all);
            }
            if (l.startsWith("#,")) {
                fuzzy |= l.contains("fuzzy");
            } else if (l.startsWith("msgid ")) {
                last = id;
            } else if (l.startsWith("msgid_plural ")) {
                last = new StringBuilder();
            } else if (l.startsWith("msgstr")) {
                last = new StringBuilder();
                forms.add(last);
            }
            int quote = l.indexOf('"');
            if (!l.startsWith("#") && quote >= 0 && l.length() > quote + 1 && l.endsWith("\"")) {
                last.append(l.substring(quote + 1, l.length() - 1).translateEscapes());
            }
        }
    }

    private static String fill(String text, Object[] values, boolean pseudo) {
        if (text.isEmpty()) {
            return text;
        }
        var out = new StringBuilder(text.length() + 16 * values.length);
        int from = 0;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
            int close = text.indexOf('}', open);
            int at = place(text, open + 1, close);
            if (at >= 0 && at < values.length) {
                plain(out, text, from, open, pseudo);
                out.append(value(values[at]));
                from = close + 1;
                open = close;
            }
        }
        plain(out, text, from, text.length(), pseudo);
        return pseudo ? out.insert(0, '⟦').append('⟧').toString() : out.toString();
    }

    /** The number of one or two digits; -1 if it is none. */
    private static int place(String text, int from, int to) {
        if (to <= from || to > from + 2) {
            return -1;
        }
        int n = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            n = 10 * n + c - '0';
        }
        return n;
    }

    private static void plain(StringBuilder out, String text, int from, int to, boolean pseudo) {
        if (!pseudo) {
            out.append(text, from, to);
            return;
        }
        for (int i = from; i < to; i++) {
            int letter = PLAIN.indexOf(text.charAt(i));
            out.append(letter < 0 ? text.charAt(i) : ACCENTED.charAt(letter));
        }
    }

    private static String value(Object value) {
        return switch (value) {
            case Count(long n) -> NumberFormat.getIntegerInstance(locale()).format(n);
            case Double n -> NumberFormat.getNumberInstance(locale()).format(n);
            case LocalDate day -> DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).localizedBy(locale()).format(day);
            case Instant moment -> time(moment.atZone(ZoneId.systemDefault()));
            case ZonedDateTime moment -> time(moment);
            case null, default -> String.valueOf(value);
        };
    }

    private static String time(TemporalAccessor moment) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT).localizedBy(locale()).format(moment);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Finds words in pages. A few hundred kilobytes are looked through faster than a person lets go of the key, so nothing is kept but the words
 * of each section. The web pages search in the same way.
 */
public final class Search {

    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");
    private static final int IN_TITLE = 20;
    private static final int IN_HEADING = 10;
    private static final int IN_TEXT_AT_MOST = 5;
    /** Pages for whoever uses the program come before those that go into everything. */
    private static final int GUIDE = 3;
    private static final int AROUND = 70;

    private record Entry(Page page, Section section, List<String> title, List<String> heading, List<String> text) {
    }

    private record Found(Entry entry, int score) {
    }

    private final List<Entry> entries = new ArrayList<>();

    /** Of these pages. */
    public Search(Collection<Page> pages) {
        for (Page page : pages) {
            for (Section section : page.sections()) {
                entries.add(new Entry(page, section, words(page.title()), words(section.heading()), words(section.text())));
            }
        }
    }

    /** The words of a text without capitals and accents. */
    static List<String> words(String text) {
        return BETWEEN.splitAsStream(plain(text)).filter(w -> !w.isEmpty()).toList();
    }

    private static String plain(String text) {
        return MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFD)).replaceAll("").toLowerCase(Locale.ROOT);
    }

    /** Where all these words, or words that begin so, are; best first. Nothing for no words. */
    public List<Hit> find(String query) {
        List<String> wanted = words(query);
        if (wanted.isEmpty()) {
            return List.of();
        }
        var found = new ArrayList<Found>();
        for (Entry e : entries) {
            int score = score(e, wanted);
            if (score > 0) {
                found.add(new Found(e, score));
            }
        }
        // the sort keeps the order of the table of contents where the scores are the same
        found.sort(Comparator.comparingInt(Found::score).reversed());
        return found.stream().map(f -> new Hit(f.entry.page, f.entry.section, snippet(f.entry.section.text(), wanted))).toList();
    }

    /** 0 if one of the words is not there. */
    private static int score(Entry e, List<String> wanted) {
        int sum = 0;
        for (String w : wanted) {
            int score = (count(e.title, w) > 0 ? IN_TITLE : 0) + (count(e.heading, w) > 0 ? IN_HEADING : 0)
                    + Math.min(count(e.text, w), IN_TEXT_AT_MOST);
            if (score == 0) {
                return 0;
            }
            sum += score;
        }
        return e.page.path().startsWith("help/") ? sum * GUIDE : sum;
    }

    private static int count(List<String> words, String wanted) {
        return (int) words.stream().filter(w -> matches(w, wanted)).count();
    }

    /** A word is found by its beginning, and by its plural. */
    static boolean matches(String word, String wanted) {
        return word.startsWith(wanted) || wanted.length() > 3 && wanted.endsWith("s") && word.equals(wanted.substring(0, wanted.length() - 1));
    }

    private static String snippet(String text, List<String> wanted) {
        int at = -1;
        var word = Pattern.compile("[\\p{L}\\p{N}\\p{M}]+").matcher(text);
        while (at < 0 && word.find()) {
            String w = plain(word.group());
            if (wanted.stream().anyMatch(q -> matches(w, q))) {
                at = word.start();
            }
        }
        int from = Math.max(0, at - AROUND);
        int to = Math.min(text.length(), Math.max(at, 0) + 2 * AROUND);
        while (from > 0 && !Character.isWhitespace(text.charAt(from - 1))) {
            from--;
        }
        while (to < text.length() && !Character.isWhitespace(text.charAt(to))) {
            to++;
        }
        return (from > 0 ? "\u2026 " : "") + text.substring(from, to).strip() + (to < text.length() ? " \u2026" : "");
    }
}

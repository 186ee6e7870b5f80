// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Names;

/** Names that filters know, and which of them somebody meant. */
final class Vocabulary {

    private static final int[] CLASSES = {0x00, 0x80};

    /** Headers by the name that the standards give them: bit {@code (1 if the class is not an interindustry one) << 16 | INS << 8 | P1}. */
    private static final Map<String, BitSet> HEADERS = headers();

    /** Names of commands by the standards, in order. */
    static final List<String> COMMANDS = List.copyOf(HEADERS.keySet());

    /** Status words that are worth proposing. */
    static final List<StatusWord> STATUS = IntStream.of(0x9000, 0x63C0, 0x6700, 0x6881, 0x6982, 0x6983, 0x6984, 0x6985, 0x6986, 0x6988,
            0x6A80, 0x6A81, 0x6A82, 0x6A83, 0x6A84, 0x6A86, 0x6A88, 0x6A89, 0x6B00, 0x6D00, 0x6E00, 0x6F00, 0x6300, 0x6283)
            .mapToObj(StatusWord::new).toList();

    private Vocabulary() {
    }

    private static Map<String, BitSet> headers() {
        var all = new TreeMap<String, BitSet>();
        for (int gp = 0; gp < 2; gp++) {
            for (int ins = 0; ins < 256; ins++) {
                for (int p1 = 0; p1 < 256; p1++) {
                    String name = Names.of(CommandApdu.of(CLASSES[gp], ins, p1, 0));
                    if (!name.isEmpty()) {
                        all.computeIfAbsent(name, _ -> new BitSet(1 << 17)).set(gp << 16 | ins << 8 | p1);
                    }
                }
            }
        }
        return all;
    }

    /** Words alike but for case and what stands between them. */
    static String plain(String name) {
        return name.strip().toUpperCase(Locale.ROOT).replaceAll("[\\s_-]+", " ");
    }

    /**
     * The headers with a name: bit {@code (1 if the class is not an interindustry one) << 16 | INS << 8 | P1}. INSTALL is also what INSTALL for
     * something is. Empty if the standards know no such name.
     */
    static Optional<BitSet> headers(String name) {
        String wanted = plain(name);
        var bits = new BitSet(1 << 17);
        HEADERS.forEach((known, headers) -> {
            if (is(known, wanted)) {
                bits.or(headers);
            }
        });
        return bits.isEmpty() ? Optional.empty() : Optional.of(bits);
    }

    private static boolean is(String name, String wanted) {
        return plain(name).equals(wanted) || name.length() > wanted.length() + 1 && plain(name).startsWith(wanted + " ")
                && Character.isLowerCase(name.charAt(wanted.length() + 1));
    }

    /** The word that was most probably meant, if any is near enough. */
    static Optional<String> nearest(String word, Collection<String> known) {
        String w = plain(word);
        if (w.length() < 2) {
            return Optional.empty();
        }
        int most = Math.max(1, w.length() / 3);
        record Near(String word, int distance) {
        }
        return known.stream().map(k -> new Near(k, plain(k).startsWith(w) ? 1 : distance(w, plain(k)))).filter(n -> n.distance <= most)
                .min(Comparator.comparingInt(Near::distance).thenComparingInt(n -> n.word.length())).map(Near::word);
    }

    /** Edits of one character, or of two neighbours swapped, from one word to another. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        Arrays.setAll(d[0], j -> j);
        for (int i = 1; i <= a.length(); i++) {
            d[i][0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + same);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}

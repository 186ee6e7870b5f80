// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An answer to reset, byte by byte in words: the interface bytes by ISO/IEC 7816-3 §8, the historical bytes by ISO/IEC 7816-4 §12.1.1, those of
 * memory cards by PC/SC part 3 §3.1.3.2. Whatever the bytes are, this ends with fields and, where they break the rules, problems.
 *
 * @param fields   all bytes in their order
 * @param problems what does not fit the rules, a sentence each
 */
public record AtrFields(List<Field> fields, List<String> problems) {

    public AtrFields {
        fields = List.copyOf(fields);
        problems = List.copyOf(problems);
    }

    /**
     * A part of the answer.
     *
     * @param name   as the standard calls it: "TA1", "Card capabilities"
     * @param value  the bytes in hexadecimal digits and what they mean
     * @param offset where it begins, in bytes; the tag of a compact data object counts with it
     * @param length how many bytes
     */
    public record Field(String name, String value, int offset, int length) {
    }

    /** Takes an answer apart. {@link Atr#UNKNOWN} has no fields. */
    public static AtrFields of(Atr atr) {
        var reader = new Reader(atr.bytes());
        if (reader.b.length > 0) {
            reader.read();
        }
        return new AtrFields(reader.fields, reader.problems);
    }

    private static final class Reader {

        private static final int[] FI = {372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0};
        private static final String[] MEGAHERTZ = {"4", "5", "6", "8", "12", "16", "20", "", "", "5", "7.5", "10", "15", "20", "", ""};
        private static final int[] DI = {0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0};
        private static final byte[] PCSC_RID = {(byte) 0xA0, 0, 0, 3, 6};

        private final byte[] b;
        private final List<Field> fields = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private int at;

        Reader(byte[] b) {
            this.b = b;
        }

        private void add(String name, String words, int offset, int length) {
            String hex = Hex.of(Arrays.copyOfRange(b, offset, offset + length));
            fields.add(new Field(name, words.isEmpty() ? hex : hex + ": " + words, offset, length));
        }

        private int u(int index) {
            return b[index] & 0xFF;
        }

        void read() {
            add("TS", switch (u(0)) {
                case 0x3B -> "direct convention";
                case 0x3F -> "inverse convention";
                case 0x03 -> "inverse convention, not decoded by the reader";
                default -> "no convention";
            }, 0, 1);
            if (u(0) != 0x3B && u(0) != 0x3F) {
                problems.add("The answer to reset begins with " + Hex.of(b[0]) + ", not with 3B or 3F.");
            }
            int historical = u(1) & 0x0F;
            add("T0", (u(1) & 0xF0) == 0 ? historical(historical) : "interface bytes " + following(u(1), 1) + "; " + historical(historical), 1, 1);
            at = 2;
            boolean check = interfaceBytes();
            int end = Math.min(at + historical, b.length);
            if (end - at < historical) {
                problems.add("The answer to reset ends within its historical bytes: " + historical + " are announced, " + (end - at)
                        + " are there.");
            }
            historicalBytes(at, end);
            at = end;
            check(check);
        }

        private static String historical(int count) {
            return count == 0 ? "no historical bytes" : count == 1 ? "1 historical byte" : count + " historical bytes";
        }

        private static String following(int y, int i) {
            var names = new ArrayList<String>();
            for (int bit = 0; bit < 4; bit++) {
                if ((y & 0x10 << bit) != 0) {
                    names.add("T" + (char) ('A' + bit) + i);
                }
            }
            return String.join(", ", names);
        }

        /** @return true if a check byte must follow: if any protocol but T=0 is offered */
        private boolean interfaceBytes() {
            boolean check = false;
            int y = u(1);
            int protocol = 0;
            int first = 0;
            boolean[] seen = new boolean[16];
            for (int i = 1; (y & 0xF0) != 0; i++) {
                int td = 0;
                // of TA, TB and TC from the third on, those behind the first TD of a protocol are meant
                boolean known = i < 3 || !seen[protocol];
                for (int bit = 0; bit < 4; bit++) {
                    if ((y & 0x10 << bit) == 0) {
                        continue;
                    }
                    if (at >= b.length) {
                        problems.add("The answer to reset ends before its interface byte T" + (char) ('A' + bit) + i + ".");
                        return check;
                    }
                    int v = u(at);
                    switch (bit) {
                        case 0 -> add("TA" + i, ta(i, protocol, v, known), at, 1);
                        case 1 -> add("TB" + i, tb(i, protocol, v, known), at, 1);
                        case 2 -> add("TC" + i, tc(i, protocol, v, known), at, 1);
                        default -> {
                            td = v;
                            String next = following(v, i + 1);
                            int offered = v & 0x0F;
                            add("TD" + i, (offered == 15 ? "global interface bytes follow (T=15)" : "protocol T=" + offered)
                                    + (next.isEmpty() ? "" : "; interface bytes " + next), at, 1);
                            check |= offered != 0;
                            if (i == 1) {
                                first = offered;
                                if (offered == 15) {
                                    problems.add("TD1 says T=15, which is no protocol.");
                                }
                            } else if (offered < protocol || i == 2 && offered < first) {
                                problems.add("The protocols are not in ascending order.");
                            }
                        }
                    }
                    at++;
                }
                if (i > 2) {
                    seen[protocol] = true;
                }
                protocol = td & 0x0F;
                y = td;
            }
            return check;
        }

        private String ta(int i, int protocol, int v, boolean known) {
            if (i == 1) {
                int f = FI[v >> 4];
                int d = DI[v & 0x0F];
                if (f == 0 || d == 0) {
                    problems.add("TA1 is " + Hex.of(v) + ", whose " + (f == 0 ? "Fi" : "Di") + " is reserved.");
                }
                return "Fi " + (f == 0 ? "reserved" : Integer.toString(f)) + ", Di " + (d == 0 ? "reserved" : Integer.toString(d))
                        + (f == 0 || d == 0 ? "" : ": " + number(f, d) + " clock cycles per bit")
                        + (f == 0 ? "" : ", at most " + MEGAHERTZ[v >> 4] + " MHz");
            }
            if (i == 2) {
                return "specific mode, T=" + (v & 0x0F) + ", speed " + ((v & 0x10) == 0 ? "as TA1 says" : "known to the reader otherwise") + ", "
                        + ((v & 0x80) == 0 ? "may" : "may not") + " change to negotiable mode";
            }
            if (!known) {
                return "";
            }
            if (protocol == 15) {
                String[] stop = {"clock stop not supported", "clock stops at low", "clock stops at high", "clock stops at either level"};
                var classes = new ArrayList<String>();
                String[] names = {"A (5 V)", "B (3 V)", "C (1.8 V)"};
                for (int n = 0; n < names.length; n++) {
                    if ((v & 1 << n) != 0) {
                        classes.add(names[n]);
                    }
                }
                return stop[v >> 6] + ", classes " + (classes.isEmpty() ? "reserved" : String.join(", ", classes));
            }
            if (protocol == 1) {
                if (v == 0 || v == 0xFF) {
                    problems.add("TA" + i + " is " + Hex.of(v) + ", which is reserved.");
                    return "reserved";
                }
                return "information field size of the card (IFSC) " + v;
            }
            return "";
        }

        /** "93" or "23.25". */
        private static String number(int f, int d) {
            return f % d == 0 ? Integer.toString(f / d) : String.format(java.util.Locale.ROOT, "%.2f", (double) f / d).replaceAll("0+$", "");
        }

        private static String tb(int i, int protocol, int v, boolean known) {
            if (i == 1) {
                return (v & 0x7F) == 0 ? "no programming voltage" : "programming voltage (not used any more)";
            }
            if (i == 2) {
                return "programming voltage (not used any more)";
            }
            if (!known) {
                return "";
            }
            if (protocol == 15) {
                return v == 0 ? "contact C6 not used" : (v & 0x80) == 0 ? "contact C6 used as the standard says" : "contact C6 used for a purpose of its own";
            }
            return protocol == 1 ? "block waiting time BWI " + (v >> 4) + ", character waiting time CWI " + (v & 0x0F) : "";
        }

        private static String tc(int i, int protocol, int v, boolean known) {
            if (i == 1) {
                return v == 0xFF ? "extra guard time 255: the least that the protocol allows" : "extra guard time " + v;
            }
            if (i == 2) {
                return "waiting time WI " + v + " (T=0)";
            }
            return known && protocol == 1 ? (v & 1) == 0 ? "blocks checked by LRC" : "blocks checked by CRC" : "";
        }

        private void check(boolean needed) {
            if (needed && at >= b.length) {
                problems.add("The check byte TCK is missing.");
                return;
            }
            if (needed || at == b.length - 1) {
                int sum = 0;
                for (int i = 1; i <= at; i++) {
                    sum ^= u(i);
                }
                add("TCK", sum == 0 ? "correct" : "wrong, should be " + Hex.of(sum ^ u(at)), at, 1);
                if (sum != 0) {
                    problems.add("The check byte TCK is " + Hex.of(b[at]) + " and should be " + Hex.of(sum ^ u(at)) + ".");
                }
                if (!needed) {
                    problems.add("There is a check byte although only T=0 is offered.");
                }
                at++;
            }
            if (at < b.length) {
                add("Rest", "", at, b.length - at);
                problems.add(b.length - at == 1 ? "1 byte follows behind the end." : b.length - at + " bytes follow behind the end.");
            }
        }

        private void historicalBytes(int from, int end) {
            if (from >= end) {
                return;
            }
            switch (u(from)) {
                case 0x00 -> {
                    add("Category indicator", "data objects, then a status of three bytes", from, 1);
                    if (end - from < 4) {
                        problems.add("The historical bytes end before their status.");
                        rest(from + 1, end);
                    } else {
                        compact(from + 1, end - 3);
                        status(end - 3, end - 3, end);
                    }
                }
                case 0x10 -> {
                    add("Category indicator", "reference to a record of EF.DIR", from, 1);
                    if (end - from >= 2) {
                        add("DIR data reference", "record " + u(from + 1), from + 1, 1);
                    }
                    rest(from + 2, end);
                }
                case 0x80 -> {
                    add("Category indicator", "data objects", from, 1);
                    if (!storage(from, end)) {
                        compact(from + 1, end);
                    }
                }
                default -> add("Historical bytes", "of the maker's own format" + text(from, end), from, end - from);
            }
        }

        private void rest(int from, int end) {
            if (from < end) {
                add("Historical bytes", "not understood" + text(from, end), from, end - from);
            }
        }

        /** {@code , "TEXT"} if that is what the bytes are. */
        private String text(int from, int end) {
            String s = new String(b, from, end - from, StandardCharsets.ISO_8859_1);
            String printable = s.replaceAll("^[^ -~]+|[^ -~]+$", "").strip();
            return printable.length() >= 3 && printable.chars().allMatch(c -> c >= ' ' && c <= '~') ? ", \"" + printable + "\"" : "";
        }

        /** How PC/SC readers present memory cards: {@code 80 4F 0C A000000306 SS NNNN 00000000}. */
        private boolean storage(int from, int end) {
            if (end - from < 11 || u(from + 1) != 0x4F || u(from + 2) != end - from - 3
                    || !Arrays.equals(b, from + 3, from + 8, PCSC_RID, 0, PCSC_RID.length)) {
                return false;
            }
            add("Application identifier", "memory card, presented by the reader (PC/SC part 3)", from + 1, 7);
            add("Standard", StorageCards.standard(u(from + 8)), from + 8, 1);
            add("Card name", StorageCards.name(u(from + 9) << 8 | u(from + 10)), from + 9, 2);
            if (end > from + 11) {
                add("Reserved", "", from + 11, end - from - 11);
            }
            return true;
        }

        private void compact(int from, int end) {
            int p = from;
            while (p < end) {
                int tag = u(p) >> 4;
                int length = u(p) & 0x0F;
                int value = p + 1;
                if (value + length > end) {
                    problems.add("The data object " + Hex.of(b[p]) + " of the historical bytes says " + length + " bytes; " + (end - value)
                            + (end - value == 1 ? " follows." : " follow."));
                    rest(p, end);
                    return;
                }
                int whole = 1 + length;
                switch (tag) {
                    case 1 -> add("Country code", "", p, whole);
                    case 2 -> add("Issuer identification number", "", p, whole);
                    case 3 -> add("Card service data", length == 0 ? "" : services(u(value)), p, whole);
                    case 4 -> add("Initial access data", "", p, whole);
                    case 5 -> add("Card issuer's data", plain(value, value + length), p, whole);
                    case 6 -> add("Pre-issuing data", plain(value, value + length), p, whole);
                    case 7 -> add("Card capabilities", capabilities(value, length), p, whole);
                    case 8 -> status(p, value, value + length);
                    case 15 -> add("Application identifier", "", p, whole);
                    default -> add("Data object 4" + Integer.toHexString(tag).toUpperCase(java.util.Locale.ROOT), plain(value, value + length), p,
                            whole);
                }
                p = value + length;
            }
        }

        private String plain(int from, int end) {
            String t = text(from, end);
            return t.isEmpty() ? "" : t.substring(2);
        }

        private static String services(int v) {
            var words = new ArrayList<String>();
            when(words, v, 0x80, "selects applications by full name");
            when(words, v, 0x40, "by part of the name");
            when(words, v, 0x20, "data objects in EF.DIR");
            when(words, v, 0x10, "data objects in EF.ATR");
            words.add(switch (v >> 1 & 7) {
                case 4 -> "EF.DIR and EF.ATR read by READ BINARY";
                case 2 -> "EF.DIR and EF.ATR read by GET DATA";
                case 0 -> "EF.DIR and EF.ATR read by READ RECORD";
                default -> "EF.DIR and EF.ATR read in a reserved way";
            });
            words.add((v & 1) == 0 ? "has a master file" : "has no master file");
            return String.join(", ", words);
        }

        private static void when(List<String> words, int v, int mask, String what) {
            if ((v & mask) != 0) {
                words.add(what);
            }
        }

        private String capabilities(int from, int length) {
            var words = new ArrayList<String>();
            if (length > 0) {
                int v = u(from);
                var ways = new ArrayList<String>();
                when(ways, v, 0x80, "full name");
                when(ways, v, 0x40, "part of the name");
                when(ways, v, 0x20, "path");
                when(ways, v, 0x10, "file identifier");
                when(ways, v, 0x08, "implicitly");
                if (!ways.isEmpty()) {
                    words.add("selects by " + String.join(", ", ways));
                }
                when(words, v, 0x04, "short file identifiers");
                when(words, v, 0x02, "record numbers");
                when(words, v, 0x01, "record identifiers");
            }
            if (length > 1) {
                int v = u(from + 1);
                words.add("write is " + new String[] {"one-time", "of the maker's own kind", "OR", "AND"}[v >> 5 & 3]);
                int quartets = v & 0x0F;
                words.add("data unit of " + (quartets == 0 ? "half a byte" : quartets == 1 ? "1 byte" : (1 << quartets - 1) + " bytes"));
            }
            if (length > 2) {
                int v = u(from + 2);
                when(words, v, 0x80, "command chaining");
                when(words, v, 0x40, "extended length");
                when(words, v, 0x20, "extended length described in EF.ATR");
                int channels = (v & 7) + 1;
                if ((v & 0x18) != 0) {
                    words.add((v & 7) == 7 ? "8 or more logical channels" : channels == 1 ? "1 logical channel" : channels + " logical channels");
                }
            }
            return String.join(", ", words);
        }

        /** Life cycle, status word, or both in this order. */
        private void status(int offset, int from, int end) {
            int length = end - from;
            var words = new ArrayList<String>();
            if (length == 1 || length == 3) {
                words.add(lifeCycle(u(from)));
            }
            if (length == 2 || length == 3) {
                int sw = u(end - 2) << 8 | u(end - 1);
                words.add(sw == 0 ? "no status word" : "status word " + new StatusWord(sw) + (sw == 0x9000 ? "" : " (" + new StatusWord(sw).meaning() + ")"));
            }
            add("Status", String.join(", ", words), offset, end - offset);
        }

        /** ISO/IEC 7816-4 §7.4.10. */
        private static String lifeCycle(int v) {
            if ((v & 0xF0) != 0) {
                return "life cycle of the maker's own";
            }
            return switch (v) {
                case 0 -> "no life cycle told";
                case 1 -> "creation state";
                case 3 -> "initialisation state";
                case 4, 6 -> "operational, deactivated";
                case 5, 7 -> "operational, activated";
                case 12, 13, 14, 15 -> "terminated";
                default -> "reserved life cycle";
            };
        }
    }
}

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

    private static final Words WORDS = Words.of(AtrFields.class);

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
        private static final double[] MEGAHERTZ = {4, 5, 6, 8, 12, 16, 20, 0, 0, 5, 7.5, 10, 15, 20, 0, 0};
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
                case 0x3B -> WORDS.say("direct convention");
                case 0x3F -> WORDS.say("inverse convention");
                case 0x03 -> WORDS.say("inverse convention, not decoded by the reader");
                default -> WORDS.say("no convention");
            }, 0, 1);
            if (u(0) != 0x3B && u(0) != 0x3F) {
                problems.add(WORDS.say("The answer to reset begins with {0}, not with 3B or 3F.", Hex.of(b[0])));
            }
            int historical = u(1) & 0x0F;
            add("T0", (u(1) & 0xF0) == 0 ? historical(historical) : WORDS.say("interface bytes {0}; {1}", following(u(1), 1), historical(historical)), 1, 1);
            at = 2;
            boolean check = interfaceBytes();
            int end = Math.min(at + historical, b.length);
            if (end - at < historical) {
                problems.add(WORDS.say("The answer to reset ends within its historical bytes: {0} are announced, {1} are there.", historical, end - at));
            }
            historicalBytes(at, end);
            at = end;
            check(check);
        }

        private static String historical(int count) {
            return count == 0 ? WORDS.say("no historical bytes") : WORDS.many(count, "{0} historical byte", "{0} historical bytes");
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
                        problems.add(WORDS.say("The answer to reset ends before its interface byte T{0}{1}.", (char) ('A' + bit), i));
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
                            String then = offered == 15 ? WORDS.say("global interface bytes follow (T=15)") : WORDS.say("protocol T={0}", offered);
                            add("TD" + i, next.isEmpty() ? then : WORDS.say("{0}; interface bytes {1}", then, next), at, 1);
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
                    problems.add(WORDS.say("TA1 is {0}, whose {1} is reserved.", Hex.of(v), f == 0 ? "Fi" : "Di"));
                }
                String fi = f == 0 ? WORDS.say("reserved") : Integer.toString(f);
                String di = d == 0 ? WORDS.say("reserved") : Integer.toString(d);
                return f == 0 ? WORDS.say("Fi {0}, Di {1}", fi, di) : d == 0 ? WORDS.say("Fi {0}, Di {1}, at most {2} MHz", fi, di, MEGAHERTZ[v >> 4])
                        : WORDS.say("Fi {0}, Di {1}: {2} clock cycles per bit, at most {3} MHz", fi, di, number(f, d), MEGAHERTZ[v >> 4]);
            }
            if (i == 2) {
                String speed = (v & 0x10) == 0 ? WORDS.say("as TA1 says") : WORDS.say("known to the reader otherwise");
                return (v & 0x80) == 0 ? WORDS.say("specific mode, T={0}, speed {1}, may change to negotiable mode", v & 0x0F, speed)
                        : WORDS.say("specific mode, T={0}, speed {1}, may not change to negotiable mode", v & 0x0F, speed);
            }
            if (!known) {
                return "";
            }
            if (protocol == 15) {
                String stop = switch (v >> 6) {
                    case 0 -> WORDS.say("clock stop not supported");
                    case 1 -> WORDS.say("clock stops at low");
                    case 2 -> WORDS.say("clock stops at high");
                    default -> WORDS.say("clock stops at either level");
                };
                var classes = new ArrayList<String>();
                String[] names = {"A (5 V)", "B (3 V)", WORDS.say("C ({0} V)", 1.8)};
                for (int n = 0; n < names.length; n++) {
                    if ((v & 1 << n) != 0) {
                        classes.add(names[n]);
                    }
                }
                return WORDS.say("{0}, classes {1}", stop, classes.isEmpty() ? WORDS.say("reserved") : String.join(", ", classes));
            }
            if (protocol == 1) {
                if (v == 0 || v == 0xFF) {
                    problems.add(WORDS.say("TA{0} is {1}, which is reserved.", i, Hex.of(v)));
                    return WORDS.say("reserved");
                }
                return WORDS.say("information field size of the card (IFSC) {0}", v);
            }
            return "";
        }

        /** 93 or 23.25. */
        private static Object number(int f, int d) {
            return f % d == 0 ? (Object) (f / d) : Math.round(100.0 * f / d) / 100.0;
        }

        private static String tb(int i, int protocol, int v, boolean known) {
            if (i == 1) {
                return (v & 0x7F) == 0 ? WORDS.say("no programming voltage") : WORDS.say("programming voltage (not used any more)");
            }
            if (i == 2) {
                return WORDS.say("programming voltage (not used any more)");
            }
            if (!known) {
                return "";
            }
            if (protocol == 15) {
                return v == 0 ? WORDS.say("contact C6 not used") : (v & 0x80) == 0 ? WORDS.say("contact C6 used as the standard says")
                        : WORDS.say("contact C6 used for a purpose of its own");
            }
            return protocol == 1 ? WORDS.say("block waiting time BWI {0}, character waiting time CWI {1}", v >> 4, v & 0x0F) : "";
        }

        private static String tc(int i, int protocol, int v, boolean known) {
            if (i == 1) {
                return v == 0xFF ? WORDS.say("extra guard time 255: the least that the protocol allows") : WORDS.say("extra guard time {0}", v);
            }
            if (i == 2) {
                return WORDS.say("waiting time WI {0} (T=0)", v);
            }
            return known && protocol == 1 ? (v & 1) == 0 ? WORDS.say("blocks checked by LRC") : WORDS.say("blocks checked by CRC") : "";
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
                add("TCK", sum == 0 ? WORDS.say("correct") : WORDS.say("wrong, should be {0}", Hex.of(sum ^ u(at))), at, 1);
                if (sum != 0) {
                    problems.add(WORDS.say("The check byte TCK is {0} and should be {1}.", Hex.of(b[at]), Hex.of(sum ^ u(at))));
                }
                if (!needed) {
                    problems.add("There is a check byte although only T=0 is offered.");
                }
                at++;
            }
            if (at < b.length) {
                add("Rest", "", at, b.length - at);
                problems.add(WORDS.many(b.length - at, "{0} byte follows behind the end.", "{0} bytes follow behind the end."));
            }
        }

        private void historicalBytes(int from, int end) {
            if (from >= end) {
                return;
            }
            switch (u(from)) {
                case 0x00 -> {
                    add("Category indicator", WORDS.say("data objects, then a status of three bytes"), from, 1);
                    if (end - from < 4) {
                        problems.add("The historical bytes end before their status.");
                        rest(from + 1, end);
                    } else {
                        compact(from + 1, end - 3);
                        status(end - 3, end - 3, end);
                    }
                }
                case 0x10 -> {
                    add("Category indicator", WORDS.say("reference to a record of EF.DIR"), from, 1);
                    if (end - from >= 2) {
                        add("DIR data reference", WORDS.say("record {0}", u(from + 1)), from + 1, 1);
                    }
                    rest(from + 2, end);
                }
                case 0x80 -> {
                    add("Category indicator", WORDS.say("data objects"), from, 1);
                    if (!storage(from, end)) {
                        compact(from + 1, end);
                    }
                }
                default -> add("Historical bytes", WORDS.say("of the maker's own format{0}", text(from, end)), from, end - from);
            }
        }

        private void rest(int from, int end) {
            if (from < end) {
                add("Historical bytes", WORDS.say("not understood{0}", text(from, end)), from, end - from);
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
            add("Application identifier", WORDS.say("memory card, presented by the reader (PC/SC part 3)"), from + 1, 7);
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
                    problems.add(WORDS.many(end - value, "The data object {1} of the historical bytes says {2} bytes; {0} follows.",
                            "The data object {1} of the historical bytes says {2} bytes; {0} follow.", Hex.of(b[p]), length));
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
            when(words, v, 0x80, WORDS.say("selects applications by full name"));
            when(words, v, 0x40, WORDS.say("by part of the name"));
            when(words, v, 0x20, WORDS.say("data objects in EF.DIR"));
            when(words, v, 0x10, WORDS.say("data objects in EF.ATR"));
            words.add(switch (v >> 1 & 7) {
                case 4 -> WORDS.say("EF.DIR and EF.ATR read by READ BINARY");
                case 2 -> WORDS.say("EF.DIR and EF.ATR read by GET DATA");
                case 0 -> WORDS.say("EF.DIR and EF.ATR read by READ RECORD");
                default -> WORDS.say("EF.DIR and EF.ATR read in a reserved way");
            });
            words.add((v & 1) == 0 ? WORDS.say("has a master file") : WORDS.say("has no master file"));
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
                when(ways, v, 0x80, WORDS.say("full name"));
                when(ways, v, 0x40, WORDS.say("part of the name"));
                when(ways, v, 0x20, WORDS.say("path"));
                when(ways, v, 0x10, WORDS.say("file identifier"));
                when(ways, v, 0x08, WORDS.say("implicitly"));
                if (!ways.isEmpty()) {
                    words.add(WORDS.say("selects by {0}", String.join(", ", ways)));
                }
                when(words, v, 0x04, WORDS.say("short file identifiers"));
                when(words, v, 0x02, WORDS.say("record numbers"));
                when(words, v, 0x01, WORDS.say("record identifiers"));
            }
            if (length > 1) {
                int v = u(from + 1);
                words.add(switch (v >> 5 & 3) {
                    case 0 -> WORDS.say("write is one-time");
                    case 1 -> WORDS.say("write is of the maker's own kind");
                    case 2 -> WORDS.say("write is OR");
                    default -> WORDS.say("write is AND");
                });
                int quartets = v & 0x0F;
                words.add(quartets == 0 ? WORDS.say("data unit of half a byte") : quartets == 1 ? WORDS.say("data unit of 1 byte")
                        : WORDS.say("data unit of {0} bytes", 1 << quartets - 1));
            }
            if (length > 2) {
                int v = u(from + 2);
                when(words, v, 0x80, WORDS.say("command chaining"));
                when(words, v, 0x40, WORDS.say("extended length"));
                when(words, v, 0x20, WORDS.say("extended length described in EF.ATR"));
                int channels = (v & 7) + 1;
                if ((v & 0x18) != 0) {
                    words.add((v & 7) == 7 ? WORDS.say("8 or more logical channels") : WORDS.many(channels, "{0} logical channel", "{0} logical channels"));
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
                words.add(sw == 0 ? WORDS.say("no status word") : sw == 0x9000 ? WORDS.say("status word {0}", "9000")
                        : WORDS.say("status word {0} ({1})", new StatusWord(sw), new StatusWord(sw).meaning()));
            }
            add("Status", String.join(", ", words), offset, end - offset);
        }

        /** ISO/IEC 7816-4 §7.4.10. */
        private static String lifeCycle(int v) {
            if ((v & 0xF0) != 0) {
                return WORDS.say("life cycle of the maker's own");
            }
            return switch (v) {
                case 0 -> WORDS.say("no life cycle told");
                case 1 -> WORDS.say("creation state");
                case 3 -> WORDS.say("initialisation state");
                case 4, 6 -> WORDS.say("operational, deactivated");
                case 5, 7 -> WORDS.say("operational, activated");
                case 12, 13, 14, 15 -> WORDS.say("terminated");
                default -> WORDS.say("reserved life cycle");
            };
        }
    }
}

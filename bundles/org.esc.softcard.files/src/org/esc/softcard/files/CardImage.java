// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/**
 * What is on a card of files, as a text that people can read and write ({@code docs/cards.md} describes it). Line by line: a kind, a name,
 * options {@code name=value}, then perhaps {@code =} and the content, in hexadecimal digits or as {@code "text"}; lines that begin with a blank
 * go on with the content.
 *
 * @param pins  by their reference, 01 to 1F
 * @param keys  by their reference
 * @param data  what GET DATA answers, by tag
 * @param files the master file first if there is one; each after its parent
 */
public record CardImage(Map<Integer, PinSpec> pins, Map<Integer, KeySpec> keys, Map<Integer, byte[]> data, List<FileSpec> files) {

    private static final Words WORDS = Words.of(CardImage.class);

    /** The first line. */
    public static final String HEADER = "ESC card image, format 1";

    private static final int MOST_FILES = 2000;
    private static final int MOST_BYTES = 32767;

    public CardImage {
        pins = Map.copyOf(pins);
        keys = Map.copyOf(keys);
        data = Map.copyOf(data);
        files = List.copyOf(files);
    }

    /**
     * A PIN.
     *
     * @param reference  as VERIFY names it
     * @param value      its bytes, without padding
     * @param tries      1 to 15
     * @param min        least bytes
     * @param max        most bytes; the stored length if it is padded
     * @param pad        the padding byte, -1 for none
     * @param unblocking reference of the PIN that unblocks it, -1 for none
     */
    public record PinSpec(int reference, byte[] value, int tries, int min, int max, int pad, int unblocking) {
        public PinSpec {
            value = value.clone();
        }
    }

    /**
     * A private key.
     *
     * @param reference as MANAGE SECURITY ENVIRONMENT names it
     * @param pkcs8     the key, PKCS #8
     * @param pin       reference of the PIN that must have been verified, -1 for none
     * @param sign      whether it signs
     * @param decrypt   whether it decrypts, or agrees on keys
     */
    public record KeySpec(int reference, byte[] pkcs8, int pin, boolean sign, boolean decrypt) {
        public KeySpec {
            pkcs8 = pkcs8.clone();
        }
    }

    /** When something is allowed. @param pin reference of the PIN that must have been verified; -1 always, -2 never */
    public record Condition(int pin) {
        /** Always allowed. */
        public static final Condition ALWAYS = new Condition(-1);
        /** Never allowed. */
        public static final Condition NEVER = new Condition(-2);

        @Override
        public String toString() {
            return pin == -1 ? "always" : pin == -2 ? "never" : "pin:" + hex(pin);
        }
    }

    /** Kinds of files. */
    public enum Kind {
        /** A folder: MF, DF or an application. */
        DF,
        /** A transparent file. */
        EF,
        /** A file of records. */
        RECORDS,
        /** An object of GSC-IS: a buffer of tags and lengths and one of values. */
        BUFFERS
    }

    /**
     * A file.
     *
     * @param kind   what it is
     * @param path   names from the top, the last its own: "3F00/5015/4401"; the first is 3F00 or an AID
     * @param names  DF names by which it is selected as well
     * @param select what SELECT answers in place of control information, empty for that
     * @param sfi    its short identifier, -1 for none
     * @param read   when it is read
     * @param update when it is updated
     * @param key    reference of the key that belongs to a GSC-IS object, -1 for none
     * @param parts  its content, its records, or its two buffers
     */
    public record FileSpec(Kind kind, String path, List<byte[]> names, byte[] select, int sfi, Condition read, Condition update, int key,
            List<byte[]> parts) {

        public FileSpec {
            names = List.copyOf(names);
            parts = List.copyOf(parts);
        }

        /** A folder. */
        public static FileSpec folder(String path, byte[]... names) {
            return new FileSpec(Kind.DF, path, List.of(names), new byte[0], -1, Condition.ALWAYS, Condition.NEVER, -1, List.of());
        }

        /** A transparent file that everybody reads. */
        public static FileSpec file(String path, byte[] content) {
            return new FileSpec(Kind.EF, path, List.of(), new byte[0], -1, Condition.ALWAYS, Condition.NEVER, -1, List.of(content));
        }

        /** The last name of the path. */
        public String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        /** The path of the folder it is in, empty at the top. */
        public String parent() {
            int at = path.lastIndexOf('/');
            return at < 0 ? "" : path.substring(0, at);
        }
    }

    private static String hex(int n) {
        return String.format("%02X", n);
    }

    /** Reads an image. @throws IllegalArgumentException with a sentence that names the line */
    public static CardImage parse(byte[] text) {
        List<String> lines = new String(text, StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().strip().equals(HEADER)) {
            throw new IllegalArgumentException(WORDS.say("This is no card image: its first line is not \"{0}\".", HEADER));
        }
        var reading = new Reading();
        int i = 1;
        while (i < lines.size()) {
            int first = i;
            var line = new StringBuilder(lines.get(i++));
            while (i < lines.size() && !lines.get(i).isEmpty() && Character.isWhitespace(lines.get(i).charAt(0))) {
                line.append(' ').append(lines.get(i++).strip());
            }
            String s = line.toString().strip();
            if (!s.isEmpty() && s.charAt(0) != '#') {
                try {
                    reading.line(s);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(WORDS.say("Line {0} of the card image: {1}", first + 1, e.getMessage()), e);
                }
            }
        }
        return reading.finish();
    }

    private static final class Reading {

        private final Map<Integer, PinSpec> pins = new TreeMap<>();
        private final Map<Integer, KeySpec> keys = new TreeMap<>();
        private final Map<Integer, byte[]> data = new TreeMap<>();
        private final List<FileSpec> files = new ArrayList<>();
        private final Set<String> paths = new HashSet<>();

        void line(String s) {
            String content = null;
            String head = s;
            int at = s.indexOf(" = ");
            if (at >= 0 || s.endsWith(" =")) {
                head = at >= 0 ? s.substring(0, at) : s.substring(0, s.length() - 2);
                content = at >= 0 ? s.substring(at + 3).strip() : "";
            }
            String[] words = head.strip().split("\\s+");
            if (words.length < 2) {
                throw new IllegalArgumentException(WORDS.say("a kind and a name are needed."));
            }
            Map<String, String> options = new TreeMap<>();
            for (int i = 2; i < words.length; i++) {
                int eq = words[i].indexOf('=');
                if (eq < 1 || options.put(words[i].substring(0, eq), words[i].substring(eq + 1)) != null) {
                    throw new IllegalArgumentException(WORDS.say("\"{0}\" is no option, or is given twice.", words[i]));
                }
            }
            switch (words[0]) {
                case "pin" -> pin(number(words[1], 0x7F), options);
                case "key" -> key(number(words[1], 0xFF), options, need(content));
                case "data" -> once(data, number(words[1], 0xFFFF), bytes(need(content)), "data " + words[1]);
                case "df" -> file(Kind.DF, words[1], options, content);
                case "ef" -> file(Kind.EF, words[1], options, need(content));
                case "records" -> file(Kind.RECORDS, words[1], options, need(content));
                case "buffers" -> file(Kind.BUFFERS, words[1], options, need(content));
                default -> throw new IllegalArgumentException(WORDS.say("\"{0}\" is none of pin, key, data, df, ef, records, buffers.", words[0]));
            }
            if (!options.isEmpty()) {
                throw new IllegalArgumentException(WORDS.say("\"{0}\" is no option of {1}.", options.keySet().iterator().next(), words[0]));
            }
        }

        private static String need(String content) {
            if (content == null) {
                throw new IllegalArgumentException(WORDS.say("the content is missing; it follows \" = \"."));
            }
            return content;
        }

        private static <V> void once(Map<Integer, V> map, int n, V value, String what) {
            if (map.put(n, value) != null) {
                throw new IllegalArgumentException(WORDS.say("{0} is there twice.", what));
            }
        }

        private static int number(String hex, int most) {
            try {
                int n = Integer.parseInt(hex, 16);
                if (n >= 0 && n <= most) {
                    return n;
                }
            } catch (NumberFormatException _) {
                // said below
            }
            throw new IllegalArgumentException(WORDS.say("\"{0}\" is no number from 00 to {1}, in hexadecimal digits.", hex, hex(most)));
        }

        private static int reference(String hex, int otherwise) {
            return hex == null ? otherwise : number(hex, 0xFF);
        }

        private static byte[] bytes(String s) {
            if (s.length() >= 2 && s.startsWith("\"") && s.endsWith("\"")) {
                return s.substring(1, s.length() - 1).getBytes(StandardCharsets.UTF_8);
            }
            byte[] b;
            try {
                b = Hex.parse(s.replaceAll("\\s", ""));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(WORDS.say("the content is neither hexadecimal digits nor a \"text\"."), e);
            }
            if (b.length > MOST_BYTES) {
                throw new IllegalArgumentException(WORDS.say("the content is longer than {0} bytes.", MOST_BYTES));
            }
            return b;
        }

        private static int decimal(Map<String, String> options, String name, int otherwise, int least, int most) {
            String s = options.remove(name);
            if (s == null) {
                return otherwise;
            }
            if (!s.matches("[0-9]{1,3}") || Integer.parseInt(s) < least || Integer.parseInt(s) > most) {
                throw new IllegalArgumentException(WORDS.say("{0} takes {1} to {2}, not \"{3}\".", name, least, most, s));
            }
            return Integer.parseInt(s);
        }

        private void pin(int reference, Map<String, String> o) {
            String value = o.remove("value");
            if (value == null) {
                throw new IllegalArgumentException(WORDS.say("a PIN needs value=."));
            }
            int tries = decimal(o, "tries", 3, 1, 15);
            int min = decimal(o, "min", 4, 1, 64);
            int max = decimal(o, "max", 8, 1, 64);
            String pad = o.remove("pad");
            String unblocking = o.remove("unblocked-by");
            byte[] v = value.getBytes(StandardCharsets.UTF_8);
            if (v.length < min || v.length > max) {
                throw new IllegalArgumentException(WORDS.say("the PIN has {0} bytes, not {1} to {2}.", v.length, min, max));
            }
            once(pins, reference, new PinSpec(reference, v, tries, min, max, reference(pad, -1), reference(unblocking, -1)), "PIN " + hex(reference));
        }

        private void key(int reference, Map<String, String> o, String content) {
            String pin = o.remove("pin");
            String use = o.remove("use");
            List<String> uses = use == null ? List.of("sign", "decrypt") : List.of(use.split(","));
            if (!Set.of("sign", "decrypt").containsAll(uses)) {
                throw new IllegalArgumentException(WORDS.say("use takes sign, decrypt or both with a comma, not \"{0}\".", use));
            }
            byte[] pkcs8 = bytes(content);
            CardKey.check(pkcs8);
            once(keys, reference, new KeySpec(reference, pkcs8, reference(pin, -1), uses.contains("sign"), uses.contains("decrypt")),
                    "key " + hex(reference));
        }

        private static Condition condition(Map<String, String> o, String name, Condition otherwise) {
            String s = o.remove(name);
            return s == null ? otherwise : switch (s) {
                case "always" -> Condition.ALWAYS;
                case "never" -> Condition.NEVER;
                default -> {
                    if (!s.startsWith("pin:")) {
                        throw new IllegalArgumentException(WORDS.say("{0} takes always, never or pin:NN, not \"{1}\".", name, s));
                    }
                    yield new Condition(number(s.substring(4), 0xFF));
                }
            };
        }

        private void file(Kind kind, String given, Map<String, String> o, String content) {
            String path = given.toUpperCase(Locale.ROOT);
            if (!path.matches("(3F00|[0-9A-F]{10,32})(/[0-9A-F]{4}){0,7}") || path.replaceAll("/.*", "").length() % 2 != 0
                    || kind != Kind.DF && kind != Kind.BUFFERS && !path.contains("/")) {
                throw new IllegalArgumentException(WORDS.say("\"{0}\" is no path such as 3F00/5015/4401.", given));
            }
            var names = new ArrayList<byte[]>();
            String aids = o.remove("names");
            if (aids != null) {
                for (String a : aids.split(",")) {
                    byte[] b = bytes(a);
                    if (kind != Kind.DF || b.length < 1 || b.length > 16) {
                        throw new IllegalArgumentException(WORDS.say("names takes names of 1 to 16 bytes, of a df only."));
                    }
                    names.add(b);
                }
            }
            String select = o.remove("select");
            String sfi = o.remove("sfi");
            int shortId = sfi == null ? -1 : number(sfi, 30);
            Condition read = condition(o, "read", Condition.ALWAYS);
            Condition update = condition(o, "update", Condition.NEVER);
            int key = reference(o.remove("key"), -1);
            int size = decimal(o, "size", 0, 0, 999);
            var parts = new ArrayList<byte[]>();
            if (kind == Kind.EF) {
                byte[] b = bytes(content);
                parts.add(b.length >= size ? b : java.util.Arrays.copyOf(b, size));
            } else if (content != null) {
                if (kind == Kind.DF) {
                    throw new IllegalArgumentException(WORDS.say("a df has no content."));
                }
                for (String part : content.split("\\|", -1)) {
                    parts.add(bytes(part.strip()));
                }
                if (kind == Kind.BUFFERS && parts.size() != 2) {
                    throw new IllegalArgumentException(WORDS.say("an object has two buffers with | between them."));
                }
                if (kind == Kind.RECORDS && (parts.size() > 254 || parts.stream().anyMatch(p -> p.length > 255))) {
                    throw new IllegalArgumentException(WORDS.say("a file has at most 254 records of 255 bytes."));
                }
            }
            var f = new FileSpec(kind, path, names, select == null ? new byte[0] : bytes(select), shortId, read, update, key, parts);
            if (!f.parent().isEmpty() && files.stream().noneMatch(p -> p.kind() == Kind.DF && p.path().equals(f.parent()))) {
                throw new IllegalArgumentException(WORDS.say("there is no df {0} before it.", f.parent()));
            }
            if (!paths.add(path)) {
                throw new IllegalArgumentException(WORDS.say("{0} is there twice.", path));
            }
            if (files.size() >= MOST_FILES) {
                throw new IllegalArgumentException(WORDS.say("there are more than {0} files.", MOST_FILES));
            }
            files.add(f);
        }

        CardImage finish() {
            for (PinSpec p : pins.values()) {
                known(p.unblocking(), WORDS.say("PIN {0}", hex(p.reference())));
            }
            for (KeySpec k : keys.values()) {
                known(k.pin(), WORDS.say("Key {0}", hex(k.reference())));
            }
            for (FileSpec f : files) {
                known(f.read().pin(), f.path());
                known(f.update().pin(), f.path());
                if (f.key() >= 0 && !keys.containsKey(f.key())) {
                    throw new IllegalArgumentException(WORDS.say("{0} of the card image names key {1}, which is not there.", f.path(), hex(f.key())));
                }
            }
            if (files.isEmpty()) {
                throw new IllegalArgumentException(WORDS.say("The card image has no files."));
            }
            return new CardImage(pins, keys, data, files);
        }

        private void known(int pin, String who) {
            if (pin >= 0 && !pins.containsKey(pin)) {
                throw new IllegalArgumentException(WORDS.say("{0} of the card image names PIN {1}, which is not there.", who, hex(pin)));
            }
        }
    }

    /** The image as its text. */
    public String text() {
        var s = new StringBuilder(HEADER).append("\n# FOR TESTS ONLY: private keys and PINs in plain text\n");
        for (PinSpec p : new TreeMap<>(pins).values()) {
            s.append("pin ").append(hex(p.reference())).append(" value=").append(new String(p.value(), StandardCharsets.UTF_8)).append(" tries=")
                    .append(p.tries()).append(" min=").append(p.min()).append(" max=").append(p.max())
                    .append(p.pad() < 0 ? "" : " pad=" + hex(p.pad())).append(p.unblocking() < 0 ? "" : " unblocked-by=" + hex(p.unblocking()))
                    .append('\n');
        }
        for (KeySpec k : new TreeMap<>(keys).values()) {
            s.append("key ").append(hex(k.reference())).append(k.pin() < 0 ? "" : " pin=" + hex(k.pin())).append(" use=")
                    .append(k.sign() && k.decrypt() ? "sign,decrypt" : k.sign() ? "sign" : "decrypt");
            content(s, List.of(k.pkcs8()));
        }
        new TreeMap<>(data).forEach((tag, value) -> {
            s.append("data ").append(String.format("%04X", tag));
            content(s, List.of(value));
        });
        for (FileSpec f : files) {
            s.append(f.kind().name().toLowerCase(Locale.ROOT)).append(' ').append(f.path());
            if (!f.names().isEmpty()) {
                s.append(" names=").append(String.join(",", f.names().stream().map(Hex::of).toList()));
            }
            s.append(f.select().length == 0 ? "" : " select=" + Hex.of(f.select())).append(f.sfi() < 0 ? "" : " sfi=" + hex(f.sfi()));
            s.append(f.read().equals(Condition.ALWAYS) ? "" : " read=" + f.read());
            s.append(f.update().equals(Condition.NEVER) ? "" : " update=" + f.update()).append(f.key() < 0 ? "" : " key=" + hex(f.key()));
            if (f.kind() == Kind.DF) {
                s.append('\n');
            } else {
                content(s, f.parts());
            }
        }
        return s.toString();
    }

    private static void content(StringBuilder s, List<byte[]> parts) {
        s.append(" =");
        for (int i = 0; i < parts.size(); i++) {
            s.append(i == 0 ? "" : "\n |");
            String hex = Hex.of(parts.get(i));
            for (int at = 0; at < hex.length(); at += 120) {
                s.append("\n ").append(hex, at, Math.min(at + 120, hex.length()));
            }
        }
        s.append('\n');
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Words;

/**
 * What may be written at a caret in a script.
 *
 * @param from      index of the first character that a proposal replaces
 * @param to        index behind the last one
 * @param proposals in order
 */
public record Completion(int from, int to, List<Proposal> proposals) {

    private static final Words WORDS = Words.of(Completion.class);

    /**
     * Something that may be written.
     *
     * @param text        what to write
     * @param description what it is
     */
    public record Proposal(String text, String description) {
    }

    private static final Pattern DECLARED = Pattern.compile("(?m)^\\s*(?:let|param|for)\\s+([A-Za-z_][A-Za-z0-9_]*)|^\\s*(?:ask|take)\\s.*\\bas\\s+([A-Za-z_][A-Za-z0-9_]*)");
    /** Copies the list. */
    public Completion {
        proposals = List.copyOf(proposals);
    }

    /** What may be written at an index in a script. */
    public static Completion at(String text, int caret) {
        int lineFrom = text.lastIndexOf('\n', caret - 1) + 1;
        String line = text.substring(lineFrom, caret);
        int from = caret;
        while (from > lineFrom && (Character.isLetterOrDigit(text.charAt(from - 1)) || text.charAt(from - 1) == '_' || text.charAt(from - 1) == '-')) {
            from--;
        }
        String begun = text.substring(from, caret).toLowerCase(Locale.ROOT);
        List<Word> words = Word.of(line.substring(0, from - lineFrom));
        if (words.stream().anyMatch(w -> w.kind() == Word.Kind.COMMENT || w.kind() == Word.Kind.WRONG)) {
            return new Completion(caret, caret, List.of());
        }
        var all = new ArrayList<Proposal>();
        switch (words.isEmpty() ? "" : words.getFirst().text()) {
            case "" -> {
                all.add(new Proposal(">", WORDS.say("BYTES: sends exactly these")));
                for (Helper h : Helper.values()) {
                    all.add(new Proposal(h.word(), h.arguments() + ": " + h.description()));
                }
                Parser.STATEMENTS.forEach((word, what) -> all.add(new Proposal(word, what.get())));
            }
            case "secure" -> all.addAll(secure());
            case "take" -> all.addAll(secure().stream().filter(p -> p.text().equals("keys=") || p.text().equals("kdf=")).toList());
            case "auto-response" -> all.addAll(List.of(new Proposal("on", WORDS.say("answers 61xx and 6Cxx")), new Proposal("off", WORDS.say("sends nothing of its own"))));
            case "expect" -> {
                all.addAll(status());
                names(text, lineFrom, all);
            }
            default -> {
                names(text, lineFrom, all);
                all.addAll(values());
            }
        }
        return new Completion(from, caret, all.stream().filter(p -> p.text.toLowerCase(Locale.ROOT).startsWith(begun)).toList());
    }

    private static void names(String text, int before, List<Proposal> all) {
        var names = new TreeSet<String>();
        Matcher m = DECLARED.matcher(text).region(0, before);
        while (m.find()) {
            String name = m.group(1) != null ? m.group(1) : m.group(2);
            if (m.group().stripLeading().startsWith("take")) {
                names.addAll(List.of(name + "_enc", name + "_mac", name + "_dek"));
            } else {
                names.add(name);
            }
        }
        names.forEach(n -> all.add(new Proposal(n, WORDS.say("a name of this script"))));
    }

    private static List<Proposal> values() {
        return List.of(new Proposal("data", WORDS.say("data of the last answer")), new Proposal("sw", WORDS.say("status word of the last answer")),
                new Proposal("tlv[", WORDS.say("value of a data object of the last answer: tlv[5FC105]")), new Proposal("lc(", WORDS.say("Lc and bytes")),
                new Proposal("tlv(", WORDS.say("a data object: tlv(4F, BYTES)")), new Proposal("pad(", WORDS.say("bytes filled up: pad(pin, 8, FF)")),
                new Proposal("byte(", WORDS.say("a number in one byte")), new Proposal("short(", WORDS.say("a number in two bytes")), new Proposal("random(",
                    WORDS.say("random bytes")),
                new Proposal("dek(", WORDS.say("encrypted with the secure channel's key encryption key")),
                new Proposal("kcv_des(", WORDS.say("check value of a triple DES key")), new Proposal("kcv_aes(", WORDS.say("check value of an AES key")),
                new Proposal("scp", WORDS.say("protocol of the open secure channel: 1, 2, 3, or 0")), new Proposal("length(", WORDS.say("how many bytes")), new Proposal("number(",
                    WORDS.say("bytes as a number")));
    }

    private static List<Proposal> status() {
        return List.of(new Proposal("9000", WORDS.say("done")), new Proposal("61xx", WORDS.say("more bytes wait")),
                new Proposal("63Cx", WORDS.say("wrong, tries left")), new Proposal("6A82", WORDS.say("not found")), new Proposal("data", WORDS.say("what the data has to be")));
    }

    private static List<Proposal> secure() {
        return List.of(new Proposal("open", WORDS.say("opens a secure channel")), new Proposal("close", WORDS.say("ends it")),
                new Proposal("keys=", WORDS.say("key set: factory, or one that was stored")), new Proposal("level=", "none, mac, mac-enc, mac-rmac, mac-enc-rmac, full"),
                new Proposal("version=", WORDS.say("version of the card's key set")), new Proposal("kdf=", WORDS.say("how the card's keys are derived")),
                new Proposal("i=", WORDS.say("options of the card's protocol")));
    }
}

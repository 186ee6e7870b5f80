// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/**
 * Converts what scriptor reads (of pcsc-tools): commands as hexadecimal digits, with blanks between the bytes or without any; {@code \} at the end of a line that
 * goes on; {@code #} at its very beginning; a line with {@code reset} or {@code exit} anywhere in it. It adds nothing to a command and compares no answer.
 */
final class Scriptor {

    private static final Words WORDS = Words.of(Scriptor.class);

    private static final Pattern BYTE = Pattern.compile("(0[xX])?[0-9A-Fa-f]{1,2}");

    private final Conversion.Builder out;
    private final List<String> pending = new ArrayList<>();

    Scriptor(String name) {
        out = new Conversion.Builder(name);
    }

    Conversion convert(String text) {
        int number = 0;
        List<String> lines = text.lines().toList();
        for (String line : lines) {
            out.at(++number);
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.contains("exit")) {
                // also in a comment
                if (line.startsWith("#")) {
                    out.comment(line.substring(1));
                    out.note(WORDS.say("scriptor ends here: it takes the word exit in a comment, too."));
                }
                out.add("stop");
                rest(lines.subList(number, lines.size()));
                break;
            }
            if (line.isBlank()) {
                out.add("");
            } else if (line.startsWith("#")) {
                out.comment(line.substring(1));
            } else if (lower.contains("reset")) {
                out.add("reset");
            } else {
                command(line);
            }
        }
        if (!pending.isEmpty()) {
            out.lost(String.join(" ", pending), WORDS.say("The line goes on, but there is no other one."), WORDS.say("Take the \\ away."));
        }
        return out.done();
    }

    private void rest(List<String> lines) {
        lines.forEach(l -> out.comment(l.startsWith("#") ? l.substring(1) : l));
    }

    private void command(String line) {
        String l = line.stripTrailing();
        boolean goesOn = l.endsWith("\\");
        if (goesOn) {
            l = l.substring(0, l.length() - 1);
        }
        String stripped = l.strip();
        boolean spaced = stripped.matches(".*\\s.*");
        if (spaced || stripped.length() <= 2) {
            pending.addAll(List.of(stripped.split("\\s+")));
        } else {
            for (int i = 0; i < stripped.length(); i += 2) {
                pending.add(stripped.substring(i, Math.min(stripped.length(), i + 2)));
            }
        }
        if (goesOn) {
            return;
        }
        var all = List.copyOf(pending);
        pending.clear();
        for (String word : all) {
            if (!BYTE.matcher(word).matches()) {
                out.lost(line, WORDS.say("\"{0}\" is no byte.", word), WORDS.say("scriptor takes two hexadecimal digits for each."));
                return;
            }
        }
        byte[] bytes = new byte[all.size()];
        for (int i = 0; i < bytes.length; i++) {
            String digits = all.get(i).toLowerCase(Locale.ROOT);
            bytes[i] = (byte) Integer.parseInt(digits.startsWith("0x") ? digits.substring(2) : digits, 16);
        }
        send(out, bytes, line);
    }

    /** Writes a command, well-formed or not. */
    static void send(Conversion.Builder out, byte[] bytes, String line) {
        try {
            CommandApdu.parse(bytes);
            out.add("> " + Hex.of(bytes));
        } catch (IllegalArgumentException e) {
            if (bytes.length < 4) {
                out.lost(line, e.getMessage() + ".", "");
            } else {
                out.note(WORDS.say("the lengths in this command do not fit: {0}.", e.getMessage()));
                out.add(">! " + Hex.of(bytes));
            }
        }
    }
}

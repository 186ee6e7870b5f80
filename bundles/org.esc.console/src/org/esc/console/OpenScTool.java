// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/**
 * Converts command lines of {@code opensc-tool}, or what stands behind its {@code -s} a line each. OpenSC fetches what 61xx announces and
 * repeats a command with the Le that 6Cxx names; it compares no answer. All {@code -s} of a command line come before its {@code --reset}. What OpenSC's drivers
 * send by themselves when they connect is no part of it.
 */
final class OpenScTool {

    private static final Words WORDS = Words.of(OpenScTool.class);

    private static final Set<String> ONE_MORE = Set.of("-r", "--reader", "-c", "--card-driver", "-G", "--get-conf-entry", "-S", "--set-conf-entry");
    private static final Set<String> NO_MATTER = Set.of("-w", "--wait", "-v", "-vv", "-vvv", "--verbose");
    private static final Set<String> ONLY_SHOWS = Set.of("-a", "--atr", "-n", "--name", "-i", "--info", "--serial", "-l", "--list-readers", "-D",
            "--list-drivers", "-f", "--list-files", "--list-algorithms", "--version");

    private final Conversion.Builder out;

    OpenScTool(String name) {
        out = new Conversion.Builder(name);
    }

    Conversion convert(String text) {
        out.add("auto-response on");
        int number = 0;
        var joined = new StringBuilder();
        int first = 1;
        for (String l : text.lines().toList()) {
            number++;
            first = joined.isEmpty() ? number : first;
            if (l.endsWith("\\")) {
                joined.append(l, 0, l.length() - 1).append(' ');
                continue;
            }
            out.at(first);
            line(joined.append(l).toString());
            joined.setLength(0);
        }
        if (!joined.isEmpty()) {
            out.at(first);
            line(joined.toString());
        }
        return out.done();
    }

    private void line(String line) {
        String l = line.strip();
        if (l.isEmpty()) {
            out.add("");
            return;
        }
        if (l.startsWith("#")) {
            out.comment(l.substring(1));
            return;
        }
        if (l.matches("[0-9A-Fa-f: ]+")) {
            command(l, l);
            return;
        }
        var words = new ArrayList<String>();
        String wrong = words(l, words);
        if (!wrong.isEmpty()) {
            out.lost(l, wrong, WORDS.say("Write the command lines out."));
            return;
        }
        var now = new ArrayList<String>();
        for (String w : words) {
            if (w.equals(";") || w.equals("&&")) {
                call(now, l);
                now.clear();
            } else {
                now.add(w);
            }
        }
        call(now, l);
    }

    /** Takes a line apart as a shell does, but for what it would have to run for. @return why that cannot be done, or nothing */
    private static String words(String line, List<String> words) {
        var word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != '\'' && (c == '$' || c == '`')) {
                return WORDS.say("Only the shell knows what \"{0}\" stands for here.", c);
            }
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                inWord = true;
            } else if (c == '|' || c == '<' || c == '>' || c == '&' && (i + 1 == line.length() || line.charAt(i + 1) != '&')) {
                return WORDS.say("\"{0}\" does something that no card sees.", c);
            } else if (Character.isWhitespace(c) || c == ';' || c == '&' || c == '#' && !inWord) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
                if (c == '#') {
                    return "";
                }
                if (c == ';') {
                    words.add(";");
                } else if (c == '&') {
                    words.add("&&");
                    i++;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            return WORDS.say("The quotes are not closed.");
        }
        if (inWord) {
            words.add(word.toString());
        }
        return "";
    }

    private void call(List<String> words, String line) {
        if (words.isEmpty()) {
            return;
        }
        String program = words.getFirst().substring(words.getFirst().lastIndexOf('/') + 1);
        if (!program.equals("opensc-tool")) {
            out.lost(line, WORDS.say("\"{0}\" is not opensc-tool.", program), "");
            return;
        }
        var commands = new ArrayList<String>();
        boolean reset = false;
        for (int i = 1; i < words.size(); i++) {
            String w = words.get(i);
            String name = w.startsWith("--") && w.contains("=") ? w.substring(0, w.indexOf('=')) : w;
            boolean given = !name.equals(w);
            if (name.equals("-s") || name.equals("--send-apdu")) {
                if (!given && i + 1 == words.size()) {
                    out.lost(line, WORDS.say("There is no command behind {0}.", name), "");
                    return;
                }
                commands.add(given ? w.substring(w.indexOf('=') + 1) : words.get(++i));
            } else if (w.startsWith("-s") && w.length() > 2) {
                commands.add(w.substring(2));
            } else if (name.equals("--reset")) {
                reset = true;
                if (given && !w.endsWith("=warm")) {
                    out.note(WORDS.say("opensc-tool does a cold reset here, this program a warm one."));
                }
            } else if (ONE_MORE.contains(name)) {
                if (!given && i + 1 < words.size()) {
                    i++;
                }
                out.note(WORDS.say("{0} was left out: the reader is chosen with --reader, and no driver takes part.", name));
            } else if (ONLY_SHOWS.contains(name)) {
                out.note(WORDS.say("{0} was left out: it sends nothing that the command line says.", name));
            } else if (!NO_MATTER.contains(name)) {
                out.lost(line, WORDS.say("\"{0}\" is not known here.", w), WORDS.say("Write each option on its own."));
                return;
            }
        }
        commands.forEach(c -> command(c, line));
        if (reset) {
            out.add("reset");
        }
    }

    private void command(String hex, String line) {
        try {
            byte[] bytes = Hex.parse(hex.toUpperCase(Locale.ROOT));
            CommandApdu.parse(bytes);
            out.add("> " + Hex.of(bytes));
        } catch (IllegalArgumentException e) {
            out.lost(line, WORDS.say("opensc-tool does not send this: {0}.", e.getMessage()), WORDS.say("Correct the digits."));
        }
    }
}

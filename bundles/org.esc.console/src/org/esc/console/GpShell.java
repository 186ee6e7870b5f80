// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Hex;
import org.esc.securechannel.KeySet;

/**
 * Converts what gpshell 1 reads: a command a line with options, {@code #} and {@code //} for comments, variables of the environment. Its connection fetches
 * what 61xx announces; {@code send_apdu} compares no answer, other commands end the script unless it is 9000. SELECT goes beside a secure channel and ends it.
 * What puts code or keys on a card is not converted: this program has verbs for it that look before they do it.
 */
final class GpShell {

    private static final String FACTORY = Hex.of(KeySet.factoryKey());
    private static final Set<String> WITH_SECRET = Set.of("-key", "-mac_key", "-enc_key", "-kek_key", "-pass");
    private static final Map<String, String> LEVELS = Map.of("0", "none", "1", "mac", "3", "mac-enc", "17", "mac-rmac", "19", "mac-enc-rmac", "51", "full");
    private static final Map<String, String> DERIVATIONS = Map.of("none", "", "visa2", "visa2", "emvcps11", "emv");
    private static final Map<String, String> VERBS = Map.ofEntries(Map.entry("install", "gp install"), Map.entry("load", "gp load"),
            Map.entry("install_for_load", "gp load"), Map.entry("install_for_install", "gp install"),
            Map.entry("install_for_make_selectable", "gp make-selectable"), Map.entry("install_for_personalization", "gp store-data"),
            Map.entry("store_data", "gp store-data"), Map.entry("put_sc_key", "gp put-key"), Map.entry("put_dm_token_keys", "gp put-key"),
            Map.entry("put_dm_receipt_keys", "gp put-key"), Map.entry("delete_key", "gp delete-key"));
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

    private final Conversion.Builder out;
    private boolean gp211;
    private boolean secured;
    private boolean disconnected;
    private String kdf = "";

    GpShell(String name) {
        out = new Conversion.Builder(name);
    }

    /** A line that cannot be converted. */
    private static final class Lost extends Exception {

        private static final long serialVersionUID = 1L;
        private final String fix;

        Lost(String why, String fix) {
            super(why, null, false, false);
            this.fix = fix;
        }
    }

    Conversion convert(String text) {
        out.add("auto-response on");
        var variables = new TreeSet<String>();
        text.lines().map(VARIABLE::matcher).forEach(m -> {
            while (m.find()) {
                variables.add(named(m.group(1)));
            }
        });
        variables.forEach(v -> out.add("param " + v));
        int number = 0;
        List<String> lines = text.lines().toList();
        for (String l : lines) {
            out.at(++number);
            String line = l.strip();
            if (line.isEmpty()) {
                out.add("");
            } else if (line.startsWith("#") || line.startsWith("//")) {
                out.comment(line.substring(line.startsWith("#") ? 1 : 2));
            } else {
                String[] words = line.split("\\s+");
                if (words[0].equals("exit")) {
                    out.add("stop");
                    lines.subList(number, lines.size()).forEach(x -> out.comment(shown(x)));
                    break;
                }
                try {
                    command(words[0], line, options(words));
                } catch (Lost e) {
                    out.lost(shown(line), e.getMessage(), e.fix);
                }
            }
        }
        return out.done();
    }

    /** A name that is none of the language's words and does not read as bytes. */
    private static String named(String variable) {
        return "env_" + variable;
    }

    /** The line without key bytes. */
    private static String shown(String line) {
        String[] words = line.strip().split("\\s+");
        for (int i = 1; i < words.length; i++) {
            if (WITH_SECRET.contains(words[i - 1])) {
                words[i] = "**";
            }
        }
        return String.join(" ", words);
    }

    private static Map<String, String> options(String[] words) throws Lost {
        var options = new HashMap<String, String>();
        for (int i = 1; i < words.length && !words[i].equals("#") && !words[i].startsWith("//"); i++) {
            if (words[i].equals("-noStop") || !words[i].startsWith("-")) {
                options.put(words[i], "");
            } else if (i + 1 == words.length) {
                throw new Lost("There is nothing behind " + words[i] + ".", "");
            } else {
                options.put(words[i], words[++i]);
            }
        }
        return options;
    }

    private void command(String command, String line, Map<String, String> o) throws Lost {
        switch (command) {
            case "mode_201" -> mode(line, false);
            case "mode_211" -> mode(line, true);
            case "establish_context", "release_context", "enable_trace", "enable_timer", "list_readers" -> out.comment(line);
            case "visa_key_derivation", "gemXpressoPro" -> {
                kdf = "visa2";
                out.comment(line);
            }
            case "emv_cps11_key_derivation" -> {
                kdf = "emv";
                out.comment(line);
            }
            case "card_connect" -> connect(line, o);
            case "card_disconnect" -> {
                unsecure();
                disconnected = true;
                out.comment(line);
            }
            case "print" -> out.add("log \"" + line.substring("print".length()).strip().replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
            case "select" -> {
                unsecure();
                out.add("> 00A40400 lc(" + bytes(o, "-AID") + ")");
                expect(o, "9000|6283");
            }
            case "open_sc" -> open(o);
            case "send_apdu", "send_apdu_nostop" -> {
                boolean over = o.getOrDefault("-sc", "0").equals("1");
                out.add((secured && !over ? "plain > " : "> ") + bytes(o, "-APDU"));
            }
            case "get_data" -> getData(bytes(o, "-identifier"), o);
            case "get_card_recognition_data", "get_secure_channel_protocol_details" -> getData("0066", o);
            case "get_key_information_templates" -> {
                if (!o.getOrDefault("-keyTemplate", "0").equals("0")) {
                    throw new Lost("Only the first template has a tag of its own.", "Use get_data with the tag.");
                }
                getData("00E0", o);
            }
            case "get_extended_card_resources_information" -> getData("FF21", o);
            case "get_status" -> status(o);
            case "delete" -> {
                out.add("> 80E40000 lc(tlv(4F, " + bytes(o, "-AID") + "))" + (gp211 ? " 00" : ""));
                out.note("gpshell goes on when the card refuses this.");
            }
            default -> {
                String verb = VERBS.get(command);
                throw new Lost(verb == null ? "gpshell has no command " + command + "." : command + " is not converted.",
                        verb == null ? "" : "Use esc " + verb + ", or write out its commands.");
            }
        }
    }

    private void mode(String line, boolean is211) {
        gp211 = is211;
        out.comment(line);
    }

    private void connect(String line, Map<String, String> o) {
        if (o.containsKey("-reader") || o.containsKey("-readerNumber") || o.containsKey("-protocol")) {
            out.note("the reader and its protocol were left out: choose it with --reader.");
        }
        out.comment(line);
        if (disconnected) {
            // gpshell lets go of a card with a reset
            out.add("reset");
            disconnected = false;
        }
    }

    private void unsecure() {
        if (secured) {
            out.add("secure close");
            secured = false;
        }
    }

    private void expect(Map<String, String> o, String status) {
        if (!o.containsKey("-noStop")) {
            out.add("expect " + status);
        }
    }

    private void getData(String tag, Map<String, String> o) {
        out.add("> 80CA " + (tag.matches("[0-9A-Fa-f]{2}") ? "00" + tag : tag) + " 00");
        expect(o, "9000");
    }

    private void status(Map<String, String> o) throws Lost {
        String element = bytes(o, "-element");
        String format = gp211 ? "02" : "00";
        if (o.containsKey("-format")) {
            format = "0" + number(o, "-format");
        }
        out.add("> 80F2 " + element + " " + format + " 02 4F00 00");
        out.add("while sw == 6310 max 64");
        out.add("  > 80F2 " + element + " " + Hex.of(Integer.parseInt(format, 16) | 1) + " 02 4F00 00");
        out.add("end");
        expect(o, "9000");
    }

    private static String number(Map<String, String> o, String option) throws Lost {
        String s = o.getOrDefault(option, "0");
        if (!s.matches("[0-9]{1,3}")) {
            throw new Lost(option + " takes a number, not \"" + s + "\".", "");
        }
        return s;
    }

    private void open(Map<String, String> o) throws Lost {
        if (!number(o, "-keyind").equals("0")) {
            throw new Lost("A key index other than 0 is not converted.", "");
        }
        String level = LEVELS.get(number(o, "-security"));
        if (level == null) {
            throw new Lost("There is no security level " + o.get("-security") + ".", "");
        }
        String derivation = Optional.ofNullable(o.get("-keyDerivation")).map(d -> DERIVATIONS.getOrDefault(d, "?")).orElse(kdf);
        if (derivation.equals("?")) {
            throw new Lost("This program has no key derivation \"" + o.get("-keyDerivation") + "\".", "");
        }
        var keys = new ArrayList<String>();
        for (String key : List.of("-key", "-enc_key", "-mac_key", "-kek_key")) {
            Optional.ofNullable(o.get(key)).map(k -> k.toUpperCase(Locale.ROOT)).ifPresent(keys::add);
        }
        var words = new StringBuilder(" level=").append(level);
        int version = Integer.parseInt(number(o, "-keyver"));
        if (version > 255) {
            throw new Lost("There is no key version " + version + ".", "");
        }
        words.append(version == 0 ? "" : " version=" + Hex.of(version)).append(derivation.isEmpty() ? "" : " kdf=" + derivation);
        if (o.containsKey("-scpimpl")) {
            words.append(" i=").append(hexOf(o.get("-scpimpl")));
        }
        if (keys.isEmpty() || !keys.stream().allMatch(FACTORY::equals)) {
            throw new Lost(keys.isEmpty() ? "The keys are missing." : "Key bytes are not taken over into a script.",
                    "Store them with esc keysets add NAME and write: secure open keys=NAME" + words + ".");
        }
        unsecure();
        out.add("secure open keys=factory" + words);
        secured = true;
    }

    private static String hexOf(String number) throws Lost {
        String s = number.toLowerCase(Locale.ROOT);
        try {
            int n = s.startsWith("0x") ? Integer.parseInt(s.substring(2), 16) : Integer.parseInt(s);
            if (n >= 0 && n <= 255) {
                return Hex.of(n);
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new Lost("\"" + number + "\" is no number from 0 to 255.", "");
    }

    /** Bytes that an option gives, variables by their names. */
    private static String bytes(Map<String, String> o, String option) throws Lost {
        String given = o.get(option);
        if (given == null) {
            throw new Lost(option + " is missing.", "");
        }
        var parts = new ArrayList<String>();
        Matcher m = VARIABLE.matcher(given);
        int at = 0;
        while (m.find()) {
            parts.add(given.substring(at, m.start()));
            parts.add(named(m.group(1)));
            at = m.end();
        }
        parts.add(given.substring(at));
        for (String p : parts) {
            if (!p.startsWith("env_") && !p.matches("([0-9A-Fa-f]{2})*")) {
                throw new Lost("\"" + given + "\" is not made of hexadecimal digits in pairs.", "");
            }
        }
        return String.join(" ", parts.stream().filter(p -> !p.isEmpty()).map(p -> p.startsWith("env_") ? p : p.toUpperCase(Locale.ROOT)).toList());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.DapBlock;
import org.esc.globalplatform.SignatureKey;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/**
 * Converts what gpshell 1 reads: a command a line with options, {@code #} and {@code //} for comments, variables of the environment. Its connection fetches
 * what 61xx announces; {@code send_apdu} compares no answer, other commands end the script unless it is 9000. SELECT goes beside a secure channel and ends it.
 * Commands become the bytes that gpshell sends, code included; keys become key sets, named by the check values of their keys, and never stand in a script.
 */
final class GpShell {

    private static final Words WORDS = Words.of(GpShell.class);

    private static final String FACTORY = Hex.of(KeySet.factoryKey());
    private static final String CARD_MANAGER = "A000000003000000";
    private static final Set<String> KEYS = Set.of("-key", "-mac_key", "-enc_key", "-kek_key");
    private static final Map<String, String> LEVELS = Map.of("0", "none", "1", "mac", "3", "mac-enc", "17", "mac-rmac", "19", "mac-enc-rmac", "51", "full");
    private static final Map<String, String> DERIVATIONS = Map.of("none", "", "visa2", "visa2", "emvcps11", "emv");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final int LONGEST = 255;
    private static final int MOST_BLOCKS = 256;
    private static final int LONGEST_FILE = 1 << 24;
    private static final int ANY_INDEX = 0xFF;
    private static final int RECEIPT = 0x71;
    private static final int TOKEN = 0x70;
    private static final int AES = 0x88;
    private static final int EC_POINT = 0xB0;

    private final Conversion.Builder out;
    private final Optional<Path> folder;
    /** Keys that earlier lines gave: gpshell does not forget them. */
    private final Map<String, String> given = new HashMap<>();
    private final Set<String> toldSets = new TreeSet<>();
    private boolean gp211;
    private boolean disconnected;
    private String kdf = "";
    private String selected = "";
    /** The level of the channel that is open; empty if there is none. */
    private String level = "";
    /** Its protocol, if the script says. */
    private OptionalInt scp = OptionalInt.empty();
    private int taken;

    /** @param file the script, whose folder files are looked for in */
    GpShell(String name, Optional<Path> file) {
        out = new Conversion.Builder(name);
        folder = file.map(f -> f.toAbsolutePath().getParent());
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
                out.comment(shown(line).substring(line.startsWith("#") ? 1 : 2));
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
            if (KEYS.contains(words[i - 1]) || words[i - 1].equals("-pass")) {
                words[i] = "**";
            }
        }
        return String.join(" ", words);
    }

    private Map<String, String> options(String[] words) throws Lost {
        var options = new HashMap<String, String>();
        for (int i = 1; i < words.length && !words[i].startsWith("#") && !words[i].startsWith("//"); i++) {
            if (words[i].equals("-noStop") || !words[i].startsWith("-")) {
                options.put(words[i], "");
            } else if (i + 1 == words.length) {
                throw new Lost(WORDS.say("There is nothing behind {0}.", words[i]), "");
            } else {
                options.put(words[i], words[++i]);
            }
        }
        for (String k : KEYS) {
            Optional.ofNullable(options.get(k)).ifPresent(v -> given.put(k, v.toUpperCase(Locale.ROOT)));
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
                selected = bytes(o, "-AID");
                out.add("> 00A40400 lc(" + selected + ")");
                expect(o, "9000|6283");
            }
            case "open_sc" -> open(o);
            case "send_apdu", "send_apdu_nostop" -> {
                boolean over = o.getOrDefault("-sc", "0").equals("1");
                out.add((isSecured() && !over ? "plain > " : "> ") + bytes(o, "-APDU"));
            }
            case "get_data" -> getData(bytes(o, "-identifier"), o);
            case "get_card_recognition_data", "get_secure_channel_protocol_details" -> getData("0066", o);
            case "get_key_information_templates" -> getData(Hex.of(number(o, "-keyTemplate", 0, 255)) + "E0", o);
            case "get_extended_card_resources_information" -> {
                out.add((isSecured() ? "plain > " : "> ") + "80CAFF21 00");
                expect(o, "9000");
            }
            case "get_status" -> status(o);
            case "delete" -> {
                // in the newer mode what belongs to a package goes, too
                out.add("parts > 80E400" + (gp211 ? "80" : "00") + " lc(tlv(4F, " + bytes(o, "-AID") + ")) 00");
                out.note(WORDS.say("gpshell goes on when the card refuses this."));
            }
            case "delete_key" -> deleteKey(o);
            case "install_for_load" -> {
                installForLoad(bytes(o, "-pkgAID"), o, number(o, "-nvCodeLimit", 0, 65535), number(o, "-nvDataLimit", 0, 65535));
                expect(o, "9000");
            }
            case "load" -> {
                load(file(o), o);
                expect(o, "9000");
            }
            case "install" -> install(o);
            case "install_for_install" -> {
                installForInstall("04", bytes(o, "-pkgAID"), bytes(o, "-AID"), bytes(o, "-instAID"), o);
                expect(o, "9000");
            }
            case "install_for_make_selectable" -> {
                String privilege = Hex.of(privilege(o) & 0xFF);
                out.add("parts > 80E60800 lc(0000 " + lv(bytes(o, "-instAID")) + " 01 " + privilege + " 00 00) 00");
                if (privilege.equals("00") && privilege(o) != 0) {
                    out.note(WORDS.say("gpshell sends no privileges here, whatever -priv says."));
                }
                expect(o, "9000");
            }
            case "install_for_personalization" -> only211(line, () -> {
                out.add("> 80E62000 lc(0000 " + lv(bytes(o, "-AID")) + " 000000) 00");
                expect(o, "9000");
            });
            case "store_data" -> only211(line, () -> storeData(o));
            case "put_sc_key" -> putKeys(o);
            case "put_dm_receipt_keys" -> putReceiptKey(o);
            case "put_dm_token_keys" -> putTokenKey(o);
            default -> throw new Lost(WORDS.say("gpshell has no command {0}.", command), "");
        }
    }

    private interface Part {
        void write() throws Lost;
    }

    /** In the old mode gpshell does nothing. */
    private void only211(String line, Part part) throws Lost {
        if (gp211) {
            part.write();
        } else {
            out.comment(shown(line));
            out.note(WORDS.say("gpshell does nothing here in mode_201."));
        }
    }

    private void mode(String line, boolean is211) {
        gp211 = is211;
        out.comment(line);
    }

    private void connect(String line, Map<String, String> o) {
        if (o.containsKey("-reader") || o.containsKey("-readerNumber") || o.containsKey("-protocol")) {
            out.note(WORDS.say("the reader and its protocol were left out: choose it with --reader."));
        }
        out.comment(line);
        if (disconnected) {
            // gpshell lets go of a card with a reset
            out.add("reset");
            disconnected = false;
        }
    }

    private boolean isSecured() {
        return !level.isEmpty();
    }

    private void unsecure() {
        if (isSecured()) {
            out.add("secure close");
            level = "";
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
            format = Hex.of(number(o, "-format", 0, 2));
        }
        out.add("> 80F2 " + element + " " + format + " 02 4F00 00");
        out.add("while sw == 6310 max 64");
        out.add("  > 80F2 " + element + " " + Hex.of(Integer.parseInt(format, 16) | 1) + " 02 4F00 00");
        out.add("end");
        expect(o, "9000");
    }

    private void open(Map<String, String> o) throws Lost {
        if (number(o, "-keyind", 0, 255) != 0) {
            throw new Lost(WORDS.say("A key index other than 0 is not converted."), "");
        }
        String wanted = LEVELS.get(o.getOrDefault("-security", "0"));
        if (wanted == null) {
            throw new Lost(WORDS.say("There is no security level {0}.", o.get("-security")), "");
        }
        String derivation = derivation(o).orElse(kdf);
        var words = new StringBuilder(" level=").append(wanted);
        int version = number(o, "-keyver", 0, 255);
        words.append(version == 0 ? "" : " version=" + Hex.of(version)).append(derivation.isEmpty() ? "" : " kdf=" + derivation);
        if (o.containsKey("-scpimpl")) {
            words.append(" i=").append(Hex.of(number(o, "-scpimpl", 0, 255)));
        } else if (!gp211) {
            // it asks the card for nothing, and knows but one protocol
            words.append(" i=05");
        }
        boolean one = derivation.isEmpty() && Set.of(FACTORY).containsAll(List.of(key("-enc_key", "-key"), key("-mac_key", "-key")));
        String keys = one ? "factory" : keySet(!derivation.isEmpty());
        unsecure();
        out.add("secure open keys=" + keys + words);
        level = wanted;
        scp = !gp211 ? OptionalInt.of(1) : o.containsKey("-scp") ? OptionalInt.of(number(o, "-scp", 1, 3)) : OptionalInt.empty();
    }

    private static Optional<String> derivation(Map<String, String> o) throws Lost {
        String given = o.get("-keyDerivation");
        if (given == null) {
            return Optional.empty();
        }
        if (!DERIVATIONS.containsKey(given)) {
            throw new Lost(WORDS.say("This program has no key derivation \"{0}\".", given), "");
        }
        return Optional.of(DERIVATIONS.get(given));
    }

    /** A key that this line or an earlier one gave. */
    private String key(String... options) throws Lost {
        String hex = Arrays.stream(options).filter(given::containsKey).map(given::get).findFirst().orElseThrow(() -> new Lost(WORDS.say("The keys are missing."), ""));
        if (!hex.matches("([0-9A-F]{2}){16}|([0-9A-F]{2}){24}|([0-9A-F]{2}){32}")) {
            throw new Lost(WORDS.say("A key is no 16, 24 or 32 bytes in hexadecimal digits."), VARIABLE.matcher(hex).find()
                    ? WORDS.say("Keys are not taken from a variable: store them with esc keysets add.") : "");
        }
        return hex;
    }

    /** The name of the key set that the keys are to be stored as. */
    private String keySet(boolean base) throws Lost {
        return keySet(base ? List.of(key("-key")) : List.of(key("-enc_key", "-key"), key("-mac_key", "-key"), key("-kek_key", "-enc_key", "-key")));
    }

    private String keySet(List<String> keys) {
        List<String> different = keys.stream().allMatch(keys.getFirst()::equals) ? keys.subList(0, 1) : keys;
        if (different.equals(List.of(FACTORY))) {
            return "factory";
        }
        String name = "keys-" + String.join("-", different.stream().map(GpShell::checkValue).toList());
        if (toldSets.add(name)) {
            out.note(WORDS.say("the keys were left out: store them with esc keysets add {0}. Its numbers are the check values of the keys.", name));
        }
        return name;
    }

    /** As triple DES, which nobody else takes it for if it has 32 bytes. */
    private static String checkValue(String key) {
        byte[] k = Hex.parse(key);
        try {
            return Hex.of(KeySet.kcv(k.length == 32 ? KeyType.AES : KeyType.DES3, k));
        } finally {
            Arrays.fill(k, (byte) 0);
        }
    }

    private void deleteKey(Map<String, String> o) throws Lost {
        int version = number(o, "-keyver", 0, 255);
        int index = o.containsKey("-keyind") ? number(o, "-keyind", 0, 255) : ANY_INDEX;
        if (version == 0 && index == ANY_INDEX) {
            throw new Lost(WORDS.say("Neither a version nor a number of keys is given."), WORDS.say("gpshell sends nothing then."));
        }
        String data = (index == ANY_INDEX ? "" : "D001" + Hex.of(index)) + (version == 0 ? "" : "D201" + Hex.of(version));
        out.add("> 80E40080 lc(" + data + ") 00");
        out.note(WORDS.say("gpshell goes on when the card refuses this."));
    }

    private String domain(Map<String, String> o) throws Lost {
        return o.containsKey("-sdAID") ? bytes(o, "-sdAID") : selected.isEmpty() ? CARD_MANAGER : selected;
    }

    private void installForLoad(String load, Map<String, String> o, int code, int data) throws Lost {
        var limits = new StringBuilder();
        if (code != 0) {
            // gpshell rounds up, and one more
            limits.append("C602").append(hex2(code + 16 - code % 8));
        }
        int ram = number(o, "-vDataLimit", 0, 65535);
        limits.append(ram == 0 ? "" : "C702" + hex2(ram)).append(data == 0 ? "" : "C802" + hex2(data));
        String field = limits.isEmpty() ? "00" : Hex.of(limits.length() / 2 + 2) + " EF" + Hex.of(limits.length() / 2) + limits;
        out.add("parts > 80E60200 lc(" + lv(load) + " " + lv(domain(o)) + " 00 " + field + " 00) 00");
    }

    private static String hex2(int n) {
        return String.format("%04X", n & 0xFFFF);
    }

    /** Bytes and their number before them, as a script says it. */
    private static String lv(String bytes) {
        return bytes.contains("env_") ? "byte(length(" + bytes + ")) " + bytes : Hex.of(bytes.replace(" ", "").length() / 2) + " " + bytes;
    }

    private byte[] file(Map<String, String> o) throws Lost {
        String name = o.get("-file");
        if (name == null) {
            throw new Lost(WORDS.say("-file is missing."), "");
        }
        if (VARIABLE.matcher(name).find()) {
            throw new Lost(WORDS.say("The name of a file is not taken from a variable."), WORDS.say("Write it out."));
        }
        try {
            Path file = path(name);
            if (Files.size(file) > LONGEST_FILE) {
                throw new Lost(WORDS.say("The file {0} is too long for one to load.", name), "");
            }
            return Files.readAllBytes(file);
        } catch (IOException | InvalidPathException _) {
            throw new Lost(WORDS.say("The file {0} cannot be read.", name), WORDS.say("It is looked for in the script's folder."));
        }
    }

    private Path path(String name) {
        return folder.map(f -> f.resolve(name)).orElseGet(() -> Path.of(name));
    }

    private static byte[] image(byte[] file, Map<String, String> o) throws Lost {
        try {
            return CapFile.imageWithDescriptor(file);
        } catch (IllegalArgumentException e) {
            throw new Lost(WORDS.say("The file {0} cannot be loaded: {1}.", o.get("-file"), e.getMessage()), "");
        }
    }

    private void load(byte[] file, Map<String, String> o) throws Lost {
        byte[] whole = DapBlock.loadFile(List.of(), image(file, o));
        // gpshell leaves room for what the channel adds
        if (!isSecured() || level.equals("none")) {
            blocks(whole, LONGEST);
        } else if (level.startsWith("mac-enc") || level.equals("full")) {
            byProtocol(p -> blocks(whole, p == 3 ? 231 : 239));
        } else {
            blocks(whole, 247);
        }
    }

    private interface Branch {
        void write(int protocol) throws Lost;
    }

    /** What gpshell does differently with SCP03; if the script does not tell the protocol, the card does when it is run. */
    private void byProtocol(Branch branch) throws Lost {
        if (scp.isPresent()) {
            branch.write(scp.getAsInt());
            return;
        }
        out.add("if scp == 3");
        branch.write(3);
        out.add("else");
        branch.write(2);
        out.add("end");
    }

    private void blocks(byte[] whole, int size) throws Lost {
        int count = (whole.length + size - 1) / size;
        if (count > MOST_BLOCKS) {
            throw new Lost(WORDS.say("The file needs more than {0} LOAD commands.", MOST_BLOCKS), "");
        }
        for (int n = 0; n < count; n++) {
            boolean last = n == count - 1;
            byte[] block = Arrays.copyOfRange(whole, n * size, Math.min(whole.length, (n + 1) * size));
            out.add("> 80E8" + (last ? "80" : "00") + Hex.of(n) + Hex.of(block.length) + Hex.of(block) + (last ? "00" : ""));
            if (!last) {
                out.add("expect 9000");
            }
        }
    }

    private void install(Map<String, String> o) throws Lost {
        byte[] file = file(o);
        CapFile cap;
        try {
            cap = CapFile.parse(file);
        } catch (IllegalArgumentException e) {
            throw new Lost(WORDS.say("The file {0} cannot be loaded: {1}.", o.get("-file"), e.getMessage()), "");
        }
        String load = o.containsKey("-pkgAID") ? bytes(o, "-pkgAID") : cap.packageAid().toString();
        List<String> applets = cap.applets().stream().map(Object::toString).toList();
        int code = number(o, "-nvCodeLimit", 0, 65535);
        installForLoad(load, o, code == 0 ? image(file, o).length : code, gp211 ? number(o, "-nvDataLimit", 0, 65535) : 0);
        expect(o, "9000");
        load(file, o);
        expect(o, "9000");
        if (o.containsKey("-AID") || o.containsKey("-instAID")) {
            if (!o.containsKey("-AID") && applets.isEmpty()) {
                throw new Lost(WORDS.say("There is no applet in {0}.", o.get("-file")), "");
            }
            String module = o.containsKey("-AID") ? bytes(o, "-AID") : applets.getFirst();
            installForInstall("0C", load, module, o.containsKey("-instAID") ? bytes(o, "-instAID") : module, o);
            expect(o, "9000");
            return;
        }
        for (int i = 0; i < applets.size(); i++) {
            installForInstall("0C", load, applets.get(i), applets.get(i), o);
            if (i == applets.size() - 1) {
                expect(o, "9000");
            } else {
                out.note(WORDS.say("gpshell looks at the answer to the last INSTALL only."));
            }
        }
    }

    /** As gpshell counts: a number below 256 is the first byte of three. */
    private static int privilege(Map<String, String> o) throws Lost {
        int p = number(o, "-priv", 0, 0xFFFFFF);
        return p < 0x100 ? p << 16 : p;
    }

    private void installForInstall(String p1, String load, String module, String instance, Map<String, String> o) throws Lost {
        int p = privilege(o);
        String privileges = (p & 0xFF) != 0 ? "03" + String.format("%06X", p) : (p & 0xFF00) != 0 ? "02" + String.format("%04X", p >> 8)
                : "01" + Hex.of(p >> 16);
        int ram = number(o, "-vDataLimit", 0, 65535);
        int data = number(o, "-nvDataLimit", 0, 65535);
        String sim = o.containsKey("-simSpecParam") ? "CA " + lv(bytes(o, "-simSpecParam")) : "";
        String limits = ((ram == 0 ? "" : "C702" + hex2(ram)) + (data == 0 ? "" : "C802" + hex2(data)) + " " + sim).strip();
        String own = (o.containsKey("-instParam") ? bytes(o, "-instParam") : "") + (o.containsKey("-sdParam") ? " " + bytes(o, "-sdParam") : "");
        String parameters = "C9 " + (own.isBlank() ? "00" : lv(own.strip())) + (limits.isEmpty() ? "" : " EF " + lv(limits))
                + (o.containsKey("-uiccSystemSpecParam") ? " EA " + lv(bytes(o, "-uiccSystemSpecParam")) : "");
        out.add("parts > 80E6" + p1 + "00 lc(" + lv(load) + " " + lv(module) + " " + lv(instance) + " " + privileges + " " + berLv(parameters) + " 00) 00");
    }

    /** As {@link #lv}, with the length in BER's form. */
    private static String berLv(String bytes) throws Lost {
        if (bytes.contains("env_")) {
            return lv(bytes);
        }
        int n = bytes.replace(" ", "").length() / 2;
        if (n > 0xFFFF) {
            throw new Lost(WORDS.say("The parameters are too long."), "");
        }
        return (n < 0x80 ? Hex.of(n) : n < 0x100 ? "81" + Hex.of(n) : "82" + hex2(n)) + " " + bytes;
    }

    private void storeData(Map<String, String> o) throws Lost {
        boolean answer = number(o, "-responseDataExpected", 0, 255) != 0;
        int p1 = number(o, "-dataEncryption", 0, 255) | number(o, "-dataFormat", 0, 255, 2) | (answer ? 1 : 0);
        String data = bytes(o, "-data");
        if (data.contains("env_")) {
            out.add("> 80E2 " + Hex.of(p1 | 0x80) + " 00 lc(" + data + ")" + (answer ? " 00" : ""));
            out.note(WORDS.say("more than 255 bytes are not cut into blocks here."));
            expect(o, "9000");
            return;
        }
        byte[] all = Hex.parse(data);
        int count = Math.max(1, (all.length + LONGEST - 1) / LONGEST);
        for (int n = 0; n < count; n++) {
            boolean last = n == count - 1;
            byte[] block = Arrays.copyOfRange(all, n * LONGEST, Math.min(all.length, (n + 1) * LONGEST));
            out.add("> 80E2" + Hex.of(p1 | (last ? 0x80 : 0)) + Hex.of(n & 0xFF) + " lc(" + Hex.of(block) + ")" + (last && answer ? " 00" : ""));
            expect(o, "9000");
        }
    }

    /** Has the keys of a set stand for names. @return the name before {@code _enc} and so on */
    private String take(String keySet, String derivation) {
        String name = "new" + ++taken;
        out.add("take keys=" + keySet + (derivation.isEmpty() ? "" : " kdf=" + derivation) + " as " + name);
        return name;
    }

    private void putKeys(Map<String, String> o) throws Lost {
        String derivation = derivation(o).orElse("");
        String set = keySet(!derivation.isEmpty());
        int length = (derivation.isEmpty() ? key("-enc_key", "-key") : key("-key")).length() / 2;
        if (!derivation.isEmpty()) {
            out.note(WORDS.say("gpshell reads the card's data for the derivation once more."));
        }
        String name = take(set, derivation);
        OptionalInt type = o.containsKey("-keyType") ? OptionalInt.of(hexNumber(o, "-keyType")) : OptionalInt.empty();
        String header = "> 80D8" + Hex.of(number(o, "-keyver", 0, 255)) + "81 lc(" + Hex.of(number(o, "-newkeyver", 0, 255));
        byProtocol(p -> {
            var fields = new StringBuilder(header);
            for (String part : List.of("_enc", "_mac", "_dek")) {
                fields.append(' ').append(keyField(name + part, length, type.orElse(p == 3 ? AES : gp211 ? 0x80 : 0x81), p));
            }
            out.add(fields + ") 00");
        });
        expect(o, "9000");
    }

    /** A key as gpshell writes it: its length stands before it only if it was filled up. */
    private static String keyField(String name, int length, int type, int protocol) {
        int block = protocol == 3 ? 16 : 8;
        int padded = (length + block - 1) / block * block;
        return Hex.of(type) + (padded == length ? Hex.of(length) : Hex.of(padded + 1) + Hex.of(length)) + " dek(" + name + ") 03 "
                + (type == AES ? "kcv_aes(" : "kcv_des(") + name + ")";
    }

    private void putReceiptKey(Map<String, String> o) throws Lost {
        if (!gp211) {
            throw new Lost(WORDS.say("gpshell does not do this in mode_201."), "");
        }
        String hex = key("-key");
        int type = o.containsKey("-keyType") && hexNumber(o, "-keyType") != 0 ? hexNumber(o, "-keyType") : AES;
        String name = take(keySet(List.of(hex)), "");
        int version = number(o, "-newkeyver", 0, 255);
        byProtocol(p -> out.add("parts > 80D8" + Hex.of(number(o, "-keyver", 0, 255)) + "01 lc(" + Hex.of(version == 0 ? RECEIPT : version) + " "
                + keyField(name + "_enc", hex.length() / 2, type, p) + ") 00"));
        expect(o, "9000");
    }

    private void putTokenKey(Map<String, String> o) throws Lost {
        if (!gp211) {
            throw new Lost(WORDS.say("gpshell does not do this in mode_201."), "");
        }
        if (o.get("-file") == null) {
            throw new Lost(WORDS.say("-file is missing."), "");
        }
        int version = number(o, "-newkeyver", 0, 255);
        String fields;
        try (SignatureKey key = SignatureKey.read(path(o.get("-file")))) {
            fields = key instanceof SignatureKey.Asymmetric a ? publicKey(a.publicKey()) : "";
        } catch (EscException | InvalidPathException e) {
            throw new Lost(e.getMessage(), WORDS.say("It is looked for in the script's folder."));
        }
        if (fields.isEmpty()) {
            throw new Lost(WORDS.say("The file {0} has no public key that gpshell takes.", o.get("-file")), WORDS.say("It takes RSA keys, and EC keys of prime fields."));
        }
        out.add("parts > 80D8" + Hex.of(number(o, "-keyver", 0, 255)) + "01 lc(" + Hex.of(version == 0 ? TOKEN : version) + " " + fields + "00) 00");
        expect(o, "9000");
    }

    /** The components of a key, each with its type and length; of an EC key the curve, too. */
    private static String publicKey(PublicKey key) {
        var f = new ByteArrayOutputStream();
        switch (key) {
            case RSAPublicKey r -> {
                component(f, 0xA1, unsigned(r.getModulus(), (r.getModulus().bitLength() + 7) / 8));
                component(f, 0xA0, unsigned(r.getPublicExponent(), (r.getPublicExponent().bitLength() + 7) / 8));
            }
            case ECPublicKey e when e.getParams().getCurve().getField() instanceof ECFieldFp p -> {
                ECParameterSpec curve = e.getParams();
                int size = (p.getFieldSize() + 7) / 8;
                component(f, EC_POINT, point(e.getW(), size));
                component(f, 0xB2, unsigned(p.getP(), size));
                component(f, 0xB3, unsigned(curve.getCurve().getA(), size));
                component(f, 0xB4, unsigned(curve.getCurve().getB(), size));
                component(f, 0xB5, point(curve.getGenerator(), size));
                component(f, 0xB6, unsigned(curve.getOrder(), (curve.getOrder().bitLength() + 7) / 8));
            }
            default -> {
                return "";
            }
        }
        return Hex.of(f.toByteArray()) + " ";
    }

    private static void component(ByteArrayOutputStream f, int type, byte[] value) {
        f.write(type);
        if (value.length >= 0x100) {
            f.write(0x82);
            f.write(value.length >> 8);
        } else if (value.length >= 0x80) {
            f.write(0x81);
        }
        f.write(value.length);
        f.writeBytes(value);
    }

    private static byte[] point(ECPoint p, int size) {
        var f = new ByteArrayOutputStream();
        f.write(4);
        f.writeBytes(unsigned(p.getAffineX(), size));
        f.writeBytes(unsigned(p.getAffineY(), size));
        return f.toByteArray();
    }

    private static byte[] unsigned(BigInteger n, int length) {
        byte[] b = n.toByteArray();
        byte[] all = new byte[length];
        int from = Math.max(0, b.length - length);
        System.arraycopy(b, from, all, length - (b.length - from), b.length - from);
        return all;
    }

    private static int number(Map<String, String> o, String option, int least, int most) throws Lost {
        return number(o, option, least, most, least);
    }

    /** A number, decimal or behind 0x. @param otherwise if it is not given */
    private static int number(Map<String, String> o, String option, int least, int most, int otherwise) throws Lost {
        String s = o.get(option);
        if (s == null) {
            return otherwise;
        }
        try {
            int n = s.startsWith("0x") || s.startsWith("0X") ? Integer.parseInt(s.substring(2), 16) : Integer.parseInt(s);
            if (n >= least && n <= most) {
                return n;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new Lost(WORDS.say("{0} takes a number from {1} to {2}, not \"{3}\".", option, least, most, s), "");
    }

    private static int hexNumber(Map<String, String> o, String option) throws Lost {
        String s = o.get(option);
        if (!s.matches("[0-9A-Fa-f]{1,2}")) {
            throw new Lost(WORDS.say("{0} takes two hexadecimal digits, not \"{1}\".", option, s), "");
        }
        return Integer.parseInt(s, 16);
    }

    /** Bytes that an option gives, variables by their names. */
    private static String bytes(Map<String, String> o, String option) throws Lost {
        String given = o.get(option);
        if (given == null) {
            throw new Lost(WORDS.say("{0} is missing.", option), "");
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
                throw new Lost(WORDS.say("\"{0}\" is not made of hexadecimal digits in pairs.", given), "");
            }
        }
        return String.join(" ", parts.stream().filter(p -> !p.isEmpty()).map(p -> p.startsWith("env_") ? p : p.toUpperCase(Locale.ROOT)).toList());
    }
}

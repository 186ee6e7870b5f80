// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.settings;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;

/**
 * The settings that an administrator made for everybody on this computer: a line {@code key = value} is a default that users may change, a line
 * {@code locked.key = value} they may not. Blank lines and lines that begin with {@code #} are nothing. A line that is wrong is left out and
 * reported; the others hold, and the program goes on.
 *
 * @param file     where they are
 * @param defaults by key
 * @param locked   by key
 * @param problems a sentence for each line that is wrong, with its number
 */
public record ManagedSettings(Path file, Map<String, String> defaults, Map<String, String> locked, List<String> problems) {

    private static final Words WORDS = Words.of(ManagedSettings.class);

    private static final String LOCK = "locked.";
    private static final long MOST_BYTES = 1 << 20;
    private static final LastRead<ManagedSettings> FILES = new LastRead<>(ManagedSettings::readAnew);

    /** None. */
    public static final ManagedSettings NONE = new ManagedSettings(Path.of(""), Map.of(), Map.of(), List.of());

    public ManagedSettings {
        defaults = Map.copyOf(defaults);
        locked = Map.copyOf(locked);
        problems = List.copyOf(problems);
    }

    /** Where the file is on this computer: what {@code ESC_MANAGED_SETTINGS} says, else the place the operating system has for such files. */
    public static Path place(Map<String, String> env, String os) {
        String own = env.getOrDefault("ESC_MANAGED_SETTINGS", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String system = os.toLowerCase(Locale.ROOT);
        if (system.startsWith("windows")) {
            return Path.of(env.getOrDefault("ProgramData", "C:\\ProgramData")).resolve("esc").resolve("settings.properties");
        }
        return Path.of(system.startsWith("mac") ? "/Library/Application Support/esc/settings.properties" : "/etc/esc/settings.properties");
    }

    /** What the file holds. One that is not there holds nothing. */
    public static ManagedSettings read(Path file) {
        try {
            return FILES.of(file);
        } catch (EscException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ManagedSettings readAnew(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                return broken(file, WORDS.say("is too large"));
            }
            return parse(file, Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException _) {
            return new ManagedSettings(file, Map.of(), Map.of(), List.of());
        } catch (CharacterCodingException _) {
            return broken(file, WORDS.say("is no UTF-8 text"));
        } catch (IOException _) {
            return broken(file, WORDS.say("cannot be read"));
        }
    }

    private static ManagedSettings broken(Path file, String why) {
        return new ManagedSettings(file, Map.of(), Map.of(), List.of(WORDS.say("The managed settings {0}: the file {1}.", file, why)));
    }

    private static ManagedSettings parse(Path file, String text) {
        var defaults = new LinkedHashMap<String, String>();
        var locked = new LinkedHashMap<String, String>();
        var problems = new ArrayList<String>();
        int n = 0;
        for (String raw : text.lines().toList()) {
            n++;
            String line = raw.strip();
            if (n == 1 && line.startsWith("\uFEFF")) {
                line = line.substring(1).strip();
            }
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String where = WORDS.say("The managed settings {0}, line {1}:", file, n) + " ";
            int equals = line.indexOf('=');
            if (equals < 1) {
                problems.add(where + WORDS.say("no \"key = value\"."));
                continue;
            }
            String name = line.substring(0, equals).strip();
            String value = line.substring(equals + 1).strip();
            boolean lock = name.startsWith(LOCK);
            String key = lock ? name.substring(LOCK.length()) : name;
            Optional<Setting> setting = Setting.of(key);
            if (setting.isEmpty()) {
                problems.add(where + WORDS.say("there is no setting \"{0}\".", key));
                continue;
            }
            Optional<String> complaint = setting.get().complaint(value);
            if (complaint.isPresent()) {
                problems.add(where + complaint.get());
                continue;
            }
            if ((lock ? locked : defaults).putIfAbsent(key, setting.get().normal(value)) != null) {
                problems.add(where + WORDS.say("{0} is there twice; the first one holds.", name));
            }
        }
        return new ManagedSettings(file, defaults, locked, problems);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.UserDirs;
import org.esc.tps.client.settings.LastRead;
import org.esc.tps.client.settings.ManagedSettings;
import org.esc.tps.client.settings.Setting;

/**
 * The settings, the same for terminal and workbench. A value comes from the first of these that has one: what the administrator locked; what holds for
 * this run only; the environment ({@code ESC_SET_MESSAGE_TIMEOUT}); the user's file {@code client.properties}; the administrator's defaults
 * ({@link ManagedSettings}); the program's default ({@link Setting#fallback}). A change of a file holds at once, and what is set is saved at once.
 */
public final class UserSettings {

    private static final Words WORDS = Words.of(UserSettings.class);

    /** Address of the TPS, for tokens that name none. */
    public static final String TPS = "tps";
    /** Phone-home address, for tokens that name none. */
    public static final String PHONE_HOME = "phone-home";
    /** PEM file of an authority to trust. */
    public static final String CA = "ca";

    private static final String READ = WORDS.say("read the settings");
    private static final String SAVE = WORDS.say("save the settings");
    private static final Map<String, String> THIS_RUN = new ConcurrentHashMap<>();
    private static final LastRead<Properties> FILES = new LastRead<>(UserSettings::read);

    private final Path file;
    private final Path managed;
    private final Map<String, String> env;

    /** Where a value comes from. */
    public enum Source {
        /** The program itself. */
        DEFAULT,
        /** The administrator, as a default. */
        MANAGED,
        /** The administrator, and nobody may change it. */
        LOCKED,
        /** The user's file. */
        USER,
        /** A variable of the environment. */
        ENVIRONMENT,
        /** Given for this run of the program. */
        OPTION
    }

    /** A value, empty if there is none, and where it comes from. */
    public record Value(Setting setting, String value, Source source) {
    }

    /** The settings of this user, under those of this computer. */
    public UserSettings() {
        this(UserDirs.config().resolve("client.properties"), ManagedSettings.place(System.getenv(), System.getProperty("os.name")), System.getenv());
    }

    /** Settings in a file, which need not exist yet; nothing of the computer or the environment counts. */
    public UserSettings(Path file) {
        this(file, Path.of(""), Map.of());
    }

    /** Settings in a file, under the administrator's file (the empty path for none) and the variables of an environment. */
    public UserSettings(Path file, Path managed, Map<String, String> env) {
        this.file = file;
        this.managed = managed;
        this.env = Map.copyOf(env);
    }

    /** The value of a setting. @throws EscException USAGE if the file cannot be read, or the value is none that the setting takes */
    public Optional<String> get(String key) throws EscException {
        Optional<Setting> setting = Setting.of(key);
        if (setting.isEmpty()) {
            return Optional.ofNullable(load().getProperty(key)).map(String::strip).filter(v -> !v.isEmpty());
        }
        Value v = value(setting.get(), managed(), load());
        Optional<String> complaint = setting.get().complaint(v.value());
        if (complaint.isPresent()) {
            throw Problem.of(Fault.USAGE, READ, WORDS.say("The setting {0}", complaint.get())).code("bad-setting")
                    .advice(v.source() == Source.ENVIRONMENT ? WORDS.say("It comes from the variable {0}.", variable(key))
                            : WORDS.say("Correct it in the preferences, or with: esc settings unset {0}.", key)).exception();
        }
        return Optional.of(setting.get().normal(v.value())).filter(s -> !s.isEmpty());
    }

    /** A setting that is yes or no. @throws EscException as {@link #get} */
    public boolean on(String key) throws EscException {
        return get(key).map(Boolean::parseBoolean).orElse(false);
    }

    /** A setting that is an address. @throws EscException as {@link #get} */
    public Optional<URI> address(String key) throws EscException {
        return get(key).map(URI::create);
    }

    /** A setting that is a number. @throws EscException as {@link #get} */
    public int number(String key) throws EscException {
        return get(key).map(Integer::parseInt).orElse(0);
    }

    /**
     * Every setting with its value and where that comes from, whether or not it is one the setting takes.
     *
     * @throws EscException USAGE if the file cannot be read
     */
    public List<Value> all() throws EscException {
        ManagedSettings m = managed();
        Properties mine = load();
        return Setting.ALL.stream().map(s -> value(s, m, mine)).toList();
    }

    /** One setting with its value. @throws EscException USAGE if there is none of this name, or the file cannot be read */
    public Value value(String key) throws EscException {
        return value(known(key), managed(), load());
    }

    /** The setting of this name. @throws EscException USAGE if there is none */
    public static Setting known(String key) throws EscException {
        return Setting.of(key).orElseThrow(() -> Problem.of(Fault.USAGE, READ, WORDS.say("There is no setting \"{0}\".", key)).code("no-setting")
                .advice(WORDS.say("Settings: {0}.", String.join(", ", Setting.ALL.stream().map(Setting::key).toList()))).exception());
    }

    private Value value(Setting s, ManagedSettings m, Properties mine) {
        if (m.locked().containsKey(s.key())) {
            return new Value(s, m.locked().get(s.key()), Source.LOCKED);
        }
        if (THIS_RUN.containsKey(s.key())) {
            return new Value(s, THIS_RUN.get(s.key()), Source.OPTION);
        }
        String fromEnv = env.get(variable(s.key()));
        if (fromEnv != null) {
            return new Value(s, fromEnv.strip(), Source.ENVIRONMENT);
        }
        String own = mine.getProperty(s.key(), "").strip();
        if (!own.isEmpty()) {
            return new Value(s, own, Source.USER);
        }
        return m.defaults().containsKey(s.key()) ? new Value(s, m.defaults().get(s.key()), Source.MANAGED)
                : new Value(s, s.fallback(), Source.DEFAULT);
    }

    /** The variable of the environment that sets a setting. */
    public static String variable(String key) {
        return "ESC_SET_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The administrator's settings, with what is wrong with their file. */
    public ManagedSettings managed() {
        return managed.toString().isEmpty() ? ManagedSettings.NONE : ManagedSettings.read(managed);
    }

    /** Why a person cannot change a setting here, a sentence; empty if that is possible. */
    public Optional<String> locked(String key) {
        ManagedSettings m = managed();
        return m.locked().containsKey(key) ? Optional.of(WORDS.say("Your administrator has fixed this setting ({0}).", m.file())) : Optional.empty();
    }

    /**
     * Refuses what was given for one operation if the administrator fixed something else.
     *
     * @throws EscException USAGE, code {@code locked}
     */
    public void allow(String key, String option, String given) throws EscException {
        String fixed = managed().locked().get(key);
        if (fixed != null && !Setting.of(key).map(s -> s.normal(given)).orElse(given).equals(fixed)) {
            throw Problem.of(Fault.USAGE, READ, WORDS.say("{0} cannot be used: your administrator has fixed the setting {1} to \"{2}\".", option, key, fixed))
                    .code("locked").advice(WORDS.say("It is fixed in {0}.", managed)).exception();
        }
    }

    /** The value that a setting has for this run only. */
    public static Optional<String> now(String key) {
        return Optional.ofNullable(THIS_RUN.get(key));
    }

    /** Gives a setting a value for this run of the program; an empty one withdraws it. */
    public static void forThisRun(String key, String value) {
        if (value.isEmpty()) {
            THIS_RUN.remove(key);
        } else {
            THIS_RUN.put(key, value);
        }
    }

    /**
     * Changes settings and saves them all or not at all; an empty value removes one.
     *
     * @throws EscException USAGE if that fails, a setting does not take its value (code {@code bad-setting}) or is locked (code {@code locked})
     */
    public void set(Map<String, String> values) throws EscException {
        ManagedSettings m = managed();
        var normal = new LinkedHashMap<String, String>();
        for (var e : values.entrySet()) {
            Optional<Setting> setting = Setting.of(e.getKey());
            Optional<String> complaint = setting.flatMap(s -> s.complaint(e.getValue()));
            if (complaint.isPresent()) {
                throw Problem.of(Fault.USAGE, SAVE, WORDS.say("The setting {0}", complaint.get())).code("bad-setting").exception();
            }
            if (m.locked().containsKey(e.getKey())) {
                throw Problem.of(Fault.USAGE, SAVE, WORDS.say("The setting {0} cannot be changed: your administrator has fixed it.", e.getKey()))
                        .code("locked").advice(WORDS.say("It is fixed in {0}.", m.file())).exception();
            }
            normal.put(e.getKey(), setting.map(s -> s.normal(e.getValue())).orElse(e.getValue().strip()));
        }
        Properties all = load();
        normal.forEach((key, value) -> {
            if (value.isBlank()) {
                all.remove(key);
            } else {
                all.setProperty(key, value);
            }
        });
        try {
            UserDirs.create(file.toAbsolutePath().getParent());
            Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "client", ".tmp");
            try {
                try (var out = Files.newBufferedWriter(fresh)) {
                    all.store(out, null);
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                Files.deleteIfExists(officers());
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, SAVE, WORDS.say("The settings file {0} cannot be written.", file)).exception(e);
        }
    }

    private Properties load() throws EscException {
        var all = new Properties();
        all.putAll(FILES.of(file));
        FILES.of(officers()).forEach((name, value) -> {
            String key = name.equals("tps") ? "officer-url" : name.equals("officer-reader") ? "officer-reader"
                    : "officer-" + name.toString().replace('.', '-');
            // one line each
            String between = key.equals("officer-ignored-readers") ? "; " : ", ";
            if (Setting.of(key).isPresent()) {
                all.setProperty(key, value.toString().strip().replaceAll("\\s*[\r\n]+\\s*", between));
            }
        });
        return all;
    }

    /** Where the security officer's desk once kept its settings: they are taken over with the first change, and the file goes. */
    private Path officers() {
        return file.toAbsolutePath().resolveSibling("officer.properties");
    }

    private static Properties read(Path file) throws EscException {
        var all = new Properties();
        if (Files.isReadable(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                all.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, READ, WORDS.say("The settings file {0} cannot be read.", file)).exception(e);
            }
        }
        return all;
    }
}

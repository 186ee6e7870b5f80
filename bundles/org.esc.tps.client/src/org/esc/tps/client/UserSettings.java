// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.UserDirs;

/** The user's settings file {@code client.properties}: the same for terminal and workbench. */
public final class UserSettings {

    /** Address of the TPS, for tokens that name none. */
    public static final String TPS = "tps";
    /** Phone-home address, for tokens that name none. */
    public static final String PHONE_HOME = "phone-home";
    /** PEM file of an authority to trust. */
    public static final String CA = "ca";

    private final Path file;

    /** The settings of this user. */
    public UserSettings() {
        this(UserDirs.config().resolve("client.properties"));
    }

    /** Settings in a file, which need not exist yet. */
    public UserSettings(Path file) {
        this.file = file;
    }

    /** The value of a setting. @throws EscException USAGE if the file cannot be read */
    public Optional<String> get(String key) throws EscException {
        return Optional.ofNullable(load().getProperty(key)).map(String::strip).filter(v -> !v.isEmpty());
    }

    /** Changes settings and saves them all or not at all; an empty value removes one. @throws EscException USAGE if that fails */
    public void set(Map<String, String> values) throws EscException {
        Properties all = load();
        values.forEach((key, value) -> {
            if (value.isBlank()) {
                all.remove(key);
            } else {
                all.setProperty(key, value.strip());
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
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, "save the settings", "The settings file " + file + " cannot be written.").exception(e);
        }
    }

    private Properties load() throws EscException {
        var all = new Properties();
        if (Files.isReadable(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                all.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, "read the settings", "The settings file " + file + " cannot be read.").exception(e);
            }
        }
        return all;
    }
}

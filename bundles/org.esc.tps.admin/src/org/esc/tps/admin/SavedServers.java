// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.UserDirs;
import org.esc.tps.client.Trust;
import org.esc.tps.client.settings.LastRead;

/**
 * The servers that a user administers, by names of their own: file {@code servers.properties}, the same for terminal and workbench. Passwords are
 * not kept.
 */
public final class SavedServers {

    private static final Words WORDS = Words.of(SavedServers.class);

    private static final String STEP = WORDS.say("read the saved servers");
    private static final LastRead<Properties> FILES = new LastRead<>(SavedServers::read);

    private final Path file;

    /** Those of this user. */
    public SavedServers() {
        this(UserDirs.config().resolve("servers.properties"));
    }

    /** Those in a file, which need not exist yet. */
    public SavedServers(Path file) {
        this.file = file;
    }

    /**
     * A server.
     *
     * @param name    1 to 40 letters, digits, dots, dashes and underscores
     * @param address {@code https://host:8443}
     * @param ca      PEM files of authorities or servers to trust besides the system's
     * @param check   how hard to look whether its certificate was revoked
     * @param key     file with the administrator's key, PKCS#12 or PEM
     * @param user    who signs in with a password if there is no key
     */
    public record Saved(String name, URI address, List<Path> ca, Trust.Revocation check, Optional<Path> key, Optional<String> user) {

        /** @throws IllegalArgumentException if the name is none or the address not one of a server over https */
        public Saved {
            if (!name.matches("[A-Za-z0-9._-]{1,40}")) {
                throw new IllegalArgumentException(WORDS.say("A server's name has 1 to 40 letters, digits, dots, dashes and underscores."));
            }
            ca = List.copyOf(ca);
            AdminServer.at(address, Trust.SYSTEM);
        }

        /** As one to connect to. */
        public AdminServer server() {
            return new AdminServer(address, new Trust(ca, check), Optional.empty(), AdminServer.USUAL_TIMEOUT);
        }

        /** The same, given this much time. */
        public AdminServer server(Duration timeout) {
            return new AdminServer(address, new Trust(ca, check), Optional.empty(), timeout);
        }
    }

    /** All, by name. @throws EscException USAGE if the file cannot be read */
    public Map<String, Saved> all() throws EscException {
        Properties p = load();
        var names = new TreeSet<>(p.stringPropertyNames().stream().filter(k -> k.endsWith(".address"))
                .map(k -> k.substring(0, k.length() - ".address".length())).toList());
        var all = new LinkedHashMap<String, Saved>();
        for (String name : names) {
            try {
                all.put(name, new Saved(name, URI.create(p.getProperty(name + ".address")),
                        Arrays.stream(p.getProperty(name + ".ca", "").split("\n")).filter(s -> !s.isBlank()).map(Path::of).toList(),
                        Trust.Revocation.valueOf(p.getProperty(name + ".revocation", "SOFT").toUpperCase(Locale.ROOT)),
                        text(p, name + ".key").map(Path::of), text(p, name + ".user")));
            } catch (IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("The server \"{0}\" in {1} cannot be used: {2}", name, file, e.getMessage()))
                        .code("servers-file").advice(WORDS.say("Correct the file, or remove the lines of this server.")).exception(e);
            }
        }
        return all;
    }

    private static Optional<String> text(Properties p, String key) {
        return Optional.ofNullable(p.getProperty(key)).map(String::strip).filter(s -> !s.isEmpty());
    }

    /** Keeps one, in place of one of the same name. */
    public void save(Saved server) throws EscException {
        Properties p = load();
        forget(p, server.name());
        p.setProperty(server.name() + ".address", server.address().toString());
        p.setProperty(server.name() + ".revocation", server.check().name().toLowerCase(Locale.ROOT));
        if (!server.ca().isEmpty()) {
            p.setProperty(server.name() + ".ca", server.ca().stream().map(c -> c.toAbsolutePath().toString()).collect(Collectors.joining("\n")));
        }
        server.key().ifPresent(k -> p.setProperty(server.name() + ".key", k.toAbsolutePath().toString()));
        server.user().ifPresent(u -> p.setProperty(server.name() + ".user", u));
        store(p);
    }

    /** Forgets one. @return false if there was none */
    public boolean remove(String name) throws EscException {
        Properties p = load();
        boolean there = forget(p, name);
        if (there) {
            store(p);
        }
        return there;
    }

    private static boolean forget(Properties p, String name) {
        return List.of("address", "revocation", "ca", "key", "user").stream().map(k -> p.remove(name + "." + k) != null)
                .reduce(false, (a, b) -> a || b);
    }

    private Properties load() throws EscException {
        var p = new Properties();
        p.putAll(FILES.of(file));
        return p;
    }

    private static Properties read(Path file) throws EscException {
        var p = new Properties();
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                p.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} cannot be read.", file)).code("servers-file").exception(e);
            }
        }
        return p;
    }

    private void store(Properties p) throws EscException {
        try {
            Path folder = file.toAbsolutePath().getParent();
            UserDirs.create(folder);
            Path fresh = Files.createTempFile(folder, "servers", ".tmp");
            try {
                try (var out = Files.newBufferedWriter(fresh)) {
                    p.store(out, null);
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("save the servers"), WORDS.say("The file {0} cannot be written.", file)).code("servers-file").exception(e);
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Where this program keeps a user's settings and what it remembers, by the habits of the operating system. */
public final class UserDirs {

    private UserDirs() {
    }

    /** Settings and caches of settings. The variable {@code ESC_CONFIG_DIR} overrides it. */
    public static Path config() {
        return find(System.getenv(), System.getProperties(), "ESC_CONFIG_DIR", "XDG_CONFIG_HOME", ".config");
    }

    /** What happened before. The variable {@code ESC_STATE_DIR} overrides it. */
    public static Path state() {
        return find(System.getenv(), System.getProperties(), "ESC_STATE_DIR", "XDG_STATE_HOME", ".local/state");
    }

    /**
     * Finds a folder from the environment and the runtime's properties. Java takes a Unix user's home from the list of users; the
     * environment comes first, as it does for every other program.
     */
    static Path find(Map<String, String> env, Properties runtime, String own, String xdg, String fallback) {
        if (env.containsKey(own)) {
            return Path.of(env.get(own));
        }
        String os = runtime.getProperty("os.name").toLowerCase(Locale.ROOT);
        Path home = Path.of(runtime.getProperty("user.home"));
        if (os.startsWith("windows")) {
            return (env.containsKey("LOCALAPPDATA") ? Path.of(env.get("LOCALAPPDATA")) : home).resolve("esc");
        }
        home = absolute(env, "HOME").orElse(home);
        if (os.startsWith("mac")) {
            return home.resolve("Library/Application Support/esc");
        }
        return absolute(env, xdg).orElse(home.resolve(fallback)).resolve("esc");
    }

    private static Optional<Path> absolute(Map<String, String> env, String name) {
        return Optional.ofNullable(env.get(name)).filter(v -> v.startsWith("/")).map(Path::of);
    }

    /** Makes a directory that only its owner can look into, if it is not there. @throws IOException if it cannot be made */
    public static void create(Path dir) throws IOException {
        if (Files.isDirectory(dir)) {
            return;
        }
        // the file store is not asked: where the root is no mount of its own (a chroot, some containers), it cannot be found
        if (dir.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(dir);
        }
    }
}

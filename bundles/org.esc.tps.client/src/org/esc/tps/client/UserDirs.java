// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;

/** Where this program keeps a user's settings and what it remembers, by the habits of the operating system. */
final class UserDirs {

    private UserDirs() {
    }

    /** Settings and caches of settings. The variable {@code ESC_CONFIG_DIR} overrides it. */
    static Path config() {
        return find(System.getenv(), "ESC_CONFIG_DIR", "XDG_CONFIG_HOME", ".config");
    }

    /** What happened before. The variable {@code ESC_STATE_DIR} overrides it. */
    static Path state() {
        return find(System.getenv(), "ESC_STATE_DIR", "XDG_STATE_HOME", ".local/state");
    }

    private static Path find(Map<String, String> env, String own, String xdg, String fallback) {
        if (env.containsKey(own)) {
            return Path.of(env.get(own));
        }
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        Path home = Path.of(System.getProperty("user.home"));
        if (os.startsWith("windows")) {
            return (env.containsKey("LOCALAPPDATA") ? Path.of(env.get("LOCALAPPDATA")) : home).resolve("esc");
        }
        if (os.startsWith("mac")) {
            return home.resolve("Library/Application Support/esc");
        }
        String x = env.getOrDefault(xdg, "");
        return (x.startsWith("/") ? Path.of(x) : home.resolve(fallback)).resolve("esc");
    }

    /** Makes a directory that only its owner can look into. */
    static void create(Path dir) throws IOException {
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

// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserDirsTest {

    private static String config(String os, Map<String, String> environment) {
        var runtime = new Properties();
        runtime.setProperty("os.name", os);
        runtime.setProperty("user.home", "/listed/home");
        return UserDirs.find(environment, runtime, "ESC_CONFIG_DIR", "XDG_CONFIG_HOME", ".config").toString();
    }

    @Test
    void eachSystemsHabit() {
        assertEquals("/listed/home/.config/esc", config("Linux", Map.of()));
        assertEquals("/other/home/.config/esc", config("Linux", Map.of("HOME", "/other/home")));
        assertEquals("/listed/home/.config/esc", config("Linux", Map.of("HOME", "relative")));
        assertEquals("/x/esc", config("Linux", Map.of("HOME", "/other/home", "XDG_CONFIG_HOME", "/x")));
        assertEquals("/other/home/.config/esc", config("Linux", Map.of("HOME", "/other/home", "XDG_CONFIG_HOME", "relative")));
        assertEquals("/other/home/Library/Application Support/esc", config("Mac OS X", Map.of("HOME", "/other/home")));
        assertEquals("/local/esc", config("Windows 11", Map.of("HOME", "/other/home", "LOCALAPPDATA", "/local")));
        assertEquals("/listed/home/esc", config("Windows 11", Map.of("HOME", "/other/home")));
        assertEquals("/own", config("Linux", Map.of("HOME", "/other/home", "ESC_CONFIG_DIR", "/own")));
    }

    @Test
    void foldersAreTheOwnersAlone(@TempDir Path folder) throws IOException {
        UserDirs.create(folder.resolve("a/b"));
        UserDirs.create(folder.resolve("a/b"));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a/b"))));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserSettingsTest {

    @TempDir
    Path dir;

    @Test
    void savesAndRemoves() throws Exception {
        Path file = dir.resolve("deep/client.properties");
        var settings = new UserSettings(file);
        assertEquals(Optional.empty(), settings.get(UserSettings.TPS));
        settings.set(Map.of(UserSettings.TPS, " https://tps.example.com/tps/tps ", UserSettings.CA, ""));
        assertEquals("https://tps.example.com/tps/tps", new UserSettings(file).get(UserSettings.TPS).orElseThrow());
        settings.set(Map.of(UserSettings.TPS, "", UserSettings.PHONE_HOME, "http://h/"));
        assertEquals(Optional.empty(), settings.get(UserSettings.TPS));
        assertEquals("http://h/", settings.get(UserSettings.PHONE_HOME).orElseThrow());
        try (var left = Files.list(file.getParent())) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void keepsWhatOthersWroteThere() throws Exception {
        Path file = dir.resolve("client.properties");
        Files.writeString(file, "colour=red\n");
        new UserSettings(file).set(Map.of(UserSettings.CA, "/ca.pem"));
        assertEquals("red", new UserSettings(file).get("colour").orElseThrow());
    }

    @Test
    void unusableFileIsSaid() throws Exception {
        Path file = dir.resolve("client.properties");
        Files.writeString(file, "tps=\\" + "uXYZW\n");
        var e = assertThrows(EscException.class, () -> new UserSettings(file).get(UserSettings.TPS));
        assertEquals(Fault.USAGE, e.fault());
        Path folder = Files.createDirectories(dir.resolve("folder/inside"));
        assertThrows(EscException.class, () -> new UserSettings(folder.getParent()).set(Map.of(UserSettings.TPS, "x")));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.esc.command.UserDirs;
import org.esc.tps.client.UserSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the workbench behaves on the desktop comes from the settings; what was preferred before there were any is not lost. */
class DesktopSettingsTest {

    private static final Path MANAGED = Path.of(System.getenv("ESC_MANAGED_SETTINGS"));

    @BeforeEach
    @AfterEach
    void clean() throws Exception {
        Files.createDirectories(MANAGED.getParent());
        Files.deleteIfExists(MANAGED);
        Files.deleteIfExists(UserDirs.config().resolve("client.properties"));
        DesktopSettings.changed();
    }

    @Test
    void aChangeIsToldOnce() throws Exception {
        var changes = new AtomicInteger();
        try (var _ = DesktopSettings.onChange(changes::incrementAndGet)) {
            assertTrue(DesktopSettings.on(DesktopSettings.TRAY));
            Files.writeString(MANAGED, "locked.desktop-tray = false\ndesktop-remind-days = never\n");
            DesktopSettings.changed();
            DesktopSettings.changed();
            assertEquals(1, changes.get());
        }
        assertFalse(DesktopSettings.on(DesktopSettings.TRAY));
        assertEquals(DesktopSettings.REMINDER_DAYS, DesktopSettings.reminderDays(), "what makes no sense does not count");
        Files.delete(MANAGED);
        DesktopSettings.changed();
        assertEquals(1, changes.get(), "who does not listen any more is told nothing");
    }

    @Test
    void whatWasPreferredBeforeIsTakenOverOnce() throws Exception {
        Files.writeString(MANAGED, "locked.desktop-tray = true\n");
        var before = InstanceScope.INSTANCE.getNode("org.esc.ui");
        before.putBoolean("desktop.notify", false);
        before.putBoolean("desktop.tray", false);
        before.putInt("desktop.remind.days", 14);
        before.putInt("desktop.remind", 7);
        var settings = new UserSettings();
        settings.set(Map.of(DesktopSettings.DAYS, "21"));
        DesktopSettings.takeOver();
        assertEquals("false", settings.get(DesktopSettings.NOTIFY).orElseThrow());
        assertEquals("true", settings.get(DesktopSettings.TRAY).orElseThrow());
        assertEquals("21", settings.get(DesktopSettings.DAYS).orElseThrow(), "what was set since stays");
        assertEquals("true", settings.get(DesktopSettings.REMIND).orElseThrow(), "no yes and no no");
        assertEquals(List.of(), Arrays.stream(before.keys()).filter(k -> k.startsWith("desktop.")).toList());
    }
}

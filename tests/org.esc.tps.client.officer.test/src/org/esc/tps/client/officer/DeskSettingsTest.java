// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class DeskSettingsTest {

    @TempDir
    Path dir;

    private static void locked(Executable what) {
        assertEquals("locked", assertThrows(EscException.class, what).problem().code());
    }

    @Test
    void whatTheAdministratorFixedHoldsAtTheDesk() throws Exception {
        Path managed = Files.writeString(dir.resolve("managed"), """
                locked.officer-url = https://desk.example.com/tps/tps
                locked.officer-ca = /etc/esc/desk.pem
                locked.revocation = hard
                locked.officer-profile-enroll = staff
                locked.officer-directory = ldaps://people.example.com
                officer-directory-base = dc=example,dc=org
                message-timeout = 30
                """);
        var settings = new DeskSettings(new UserSettings(dir.resolve("client.properties"), managed, Map.of()));
        var usual = DeskArgs.in("My reader");
        assertEquals(URI.create("https://desk.example.com/tps/tps"), settings.tps(usual));
        assertEquals(new Trust(List.of(Path.of("/etc/esc/desk.pem")), Trust.Revocation.HARD), settings.trust(usual));
        assertEquals(Duration.ofSeconds(30), settings.timeout(usual));
        LdapSettings people = settings.directory(usual).orElseThrow();
        assertEquals(List.of("ou=people,dc=example,dc=org", "uid", "jpegPhoto"), List.of(people.people(), people.uid(), people.photos().getFirst()));
        locked(() -> settings.tps(usual.at(URI.create("https://other.example.com/tps/tps"))));
        locked(() -> settings.trust(usual.at(URI.create("https://desk.example.com/tps/tps"), Path.of("/tmp/other.pem"))));
        locked(() -> settings.set(Map.of(DeskSettings.PROFILE + "enroll", "guest")));
        settings.set(Map.of(DeskSettings.TPS, "https://desk.example.com/tps/tps", DeskSettings.BASE, "dc=example,dc=org"));
        assertFalse(Files.exists(dir.resolve("client.properties")), "what stays as it is does not become the user's own");
        settings.profiles(List.of(new DeskProfiles.Match(OfficerTask.ENROLL, Optional.of("guest"), List.of(), true, List.of()),
                new DeskProfiles.Match(OfficerTask.FORMAT, Optional.of("wipe"), List.of(), true, List.of())));
        assertEquals(Optional.of("staff"), settings.profile(OfficerTask.ENROLL));
        assertEquals(Optional.of("wipe"), settings.profile(OfficerTask.FORMAT));
        assertEquals(List.of(), new UserSettings(dir.resolve("none"), managed, Map.of()).managed().problems());
    }

    @Test
    void everyTaskHasASettingForItsProfile() throws Exception {
        var settings = new DeskSettings(new UserSettings(dir.resolve("client.properties")));
        for (OfficerTask t : OfficerTask.values()) {
            settings.set(Map.of(DeskSettings.PROFILE + t.word(), "our-" + t.word()));
            assertEquals(Optional.of("our-" + t.word()), settings.profile(t));
            String help = UserSettings.known(DeskSettings.PROFILE + t.word()).help();
            assertEquals(true, help.contains(" " + t.usualProfile() + "."), help);
        }
    }
}

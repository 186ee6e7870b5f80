// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacesTest {

    @TempDir
    Path home;

    private Machine machine(Machine.Kind kind, Map<String, String> environment) {
        return new Machine(kind, home, home.resolve("root"), environment);
    }

    private List<String> found(Machine m, Target... targets) throws Exception {
        return new Places(m).find(List.of(targets)).stream()
                .map(p -> p.text() + " " + home.relativize(p.folder()) + " " + p.sandbox()).toList();
    }

    @Test
    void findsProfilesOfEveryWayToInstallFirefoxOnLinux() throws Exception {
        World.profile(home.resolve(".mozilla/firefox"), "old");
        World.profile(home.resolve(".config/mozilla/firefox"), "new");
        World.profile(home.resolve("snap/firefox/common/.mozilla/firefox"), "snap");
        World.profile(home.resolve(".var/app/org.mozilla.firefox/.mozilla/firefox"), "flat");
        World.profile(home.resolve(".thunderbird"), "mail");
        assertEquals(List.of("Firefox profile \"old\" .mozilla/firefox/abc.old NONE",
                "Firefox profile \"new\" .config/mozilla/firefox/abc.new NONE",
                "Firefox profile \"snap\" snap/firefox/common/.mozilla/firefox/abc.snap SNAP",
                "Firefox profile \"flat\" .var/app/org.mozilla.firefox/.mozilla/firefox/abc.flat FLATPAK"),
                found(machine(Machine.Kind.LINUX, Map.of()), Target.FIREFOX));
        assertEquals(List.of("Thunderbird profile \"mail\" .thunderbird/abc.mail NONE"),
                found(machine(Machine.Kind.LINUX, Map.of()), Target.THUNDERBIRD));
    }

    @Test
    void findsProfilesOfMacAndWindows() throws Exception {
        World.profile(home.resolve("Library/Application Support/Firefox"), "mac");
        World.profile(home.resolve("Library/Thunderbird"), "macmail");
        World.profile(home.resolve("Roaming/Mozilla/Firefox"), "win");
        World.profile(home.resolve("Roaming/Thunderbird"), "winmail");
        assertEquals(List.of("Firefox profile \"mac\" Library/Application Support/Firefox/abc.mac NONE",
                "Thunderbird profile \"macmail\" Library/Thunderbird/abc.macmail NONE"),
                found(machine(Machine.Kind.MAC, Map.of()), Target.FIREFOX, Target.THUNDERBIRD));
        var environment = Map.of("APPDATA", home.resolve("Roaming").toString());
        assertEquals(List.of("Firefox profile \"win\" Roaming/Mozilla/Firefox/abc.win NONE",
                "Thunderbird profile \"winmail\" Roaming/Thunderbird/abc.winmail NONE"),
                found(machine(Machine.Kind.WINDOWS, environment), Target.FIREFOX, Target.THUNDERBIRD));
    }

    @Test
    void followsAbsolutePathsAndLeavesOutWhatWasNeverUsed() throws Exception {
        Path elsewhere = World.database(home.resolve("on another disk/profile"));
        Path root = Files.createDirectories(home.resolve(".mozilla/firefox"));
        Files.createDirectories(root.resolve("never.used"));
        Files.write(root.resolve("profiles.ini"), ("[Install4F96D1932A9F858E]\r\nDefault=x\r\nPath=never\r\n"
                + "[Profile0]\r\nName=caf\u00e9\r\n"
                + "IsRelative=0\r\nPath=" + elsewhere + "\r\n[Profile1]\r\nName=new\r\nIsRelative=1\r\n"
                + "Path=never.used\r\n[Profile2]\r\nName=bad\r\nPath=\0\r\n")
                .getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("Firefox profile \"caf\u00e9\" on another disk/profile NONE"),
                found(machine(Machine.Kind.LINUX, Map.of()), Target.FIREFOX));
    }

    @Test
    void namesOneFolderOnce() throws Exception {
        Path real = World.profile(home.resolve(".config/mozilla/firefox"), "one");
        Files.createDirectories(home.resolve(".mozilla"));
        Files.createSymbolicLink(home.resolve(".mozilla/firefox"), real.getParent());
        assertEquals(1, found(machine(Machine.Kind.LINUX, Map.of()), Target.FIREFOX).size());
    }

    @Test
    void findsSharedDatabasesAndP11Kit() throws Exception {
        var m = machine(Machine.Kind.LINUX, Map.of("XDG_CONFIG_HOME", home.resolve("cfg").toString()));
        assertEquals(List.of(), found(m, Target.NSS, Target.P11_KIT));
        World.database(home.resolve(".pki/nssdb"));
        Files.createDirectories(home.resolve("root/usr/share/p11-kit/modules"));
        assertEquals(List.of("NSS database " + home.resolve(".pki/nssdb") + " .pki/nssdb NONE", "p11-kit cfg/pkcs11/modules NONE"),
                found(m, Target.NSS, Target.P11_KIT));
    }

    @Test
    void findsModulesOfEverySystemOnce() throws Exception {
        Path root = home.resolve("root");
        Path onepin = World.library(root, "onepin-opensc-pkcs11.so");
        Files.createDirectories(onepin.resolveSibling("pkcs11"));
        Files.createSymbolicLink(onepin.resolveSibling("pkcs11/onepin-opensc-pkcs11.so"), onepin);
        Path coolkey = Files.writeString(Files.createDirectories(root.resolve("usr/lib/pkcs11")).resolve("libcoolkeypk11.so"), "");
        assertEquals(List.of(onepin, coolkey), machine(Machine.Kind.LINUX, Map.of()).modules());
        Path mac = Files.writeString(Files.createDirectories(root.resolve("Library/OpenSC/lib")).resolve("opensc-pkcs11.so"), "");
        assertEquals(List.of(mac, coolkey), machine(Machine.Kind.MAC, Map.of()).modules());
        Path folder = Files.createDirectories(home.resolve("pf/OpenSC Project/OpenSC/pkcs11"));
        Path win = Files.writeString(folder.resolve("opensc-pkcs11.dll"), "");
        assertEquals(List.of(win), machine(Machine.Kind.WINDOWS, Map.of("ProgramFiles", home.resolve("pf").toString())).modules());
    }
}

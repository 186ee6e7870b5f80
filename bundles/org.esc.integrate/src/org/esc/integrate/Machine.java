// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where this person's programs keep their settings, and where this machine keeps its libraries, by the rules of its kind.
 *
 * @param kind        which rules
 * @param home        the person's own folder
 * @param root        what stands before every absolute path that the rules name; the root itself except in tests
 * @param environment variables
 */
record Machine(Kind kind, Path home, Path root, Map<String, String> environment) {

    /** A family of systems. */
    enum Kind {
        LINUX, MAC, WINDOWS
    }

    /** A folder with a list of profiles, and what shuts the program in that uses it, if something does. */
    record ProfileRoot(Path folder, Sandbox sandbox) {
    }

    /** What keeps a program from seeing the machine's own libraries. */
    enum Sandbox {
        NONE, SNAP, FLATPAK
    }

    Machine {
        environment = Map.copyOf(environment);
    }

    /** This machine. */
    static Machine here() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        Kind kind = os.contains("windows") ? Kind.WINDOWS : os.contains("mac") ? Kind.MAC : Kind.LINUX;
        var environment = System.getenv();
        // Firefox and p11-kit go by HOME, Java by the user's entry in the system's list
        Path home = Path.of(kind == Kind.WINDOWS ? System.getProperty("user.home")
                : environment.getOrDefault("HOME", System.getProperty("user.home")));
        return new Machine(kind, home, Path.of(kind == Kind.WINDOWS ? "C:\\" : "/"), environment);
    }

    private Path variable(String name, Path otherwise) {
        return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank()).map(Path::of).filter(Path::isAbsolute)
                .orElse(otherwise);
    }

    /** Where settings are. */
    Path config() {
        return variable("XDG_CONFIG_HOME", home.resolve(".config"));
    }

    private Path absolute(String path) {
        return root.resolve(path.startsWith("/") ? path.substring(1) : path);
    }

    /** The folders that may hold a {@code profiles.ini}. */
    List<ProfileRoot> profileRoots(Target target) {
        boolean firefox = target == Target.FIREFOX;
        Path roaming = variable("APPDATA", home.resolve("AppData/Roaming"));
        return switch (kind) {
            case WINDOWS -> List.of(new ProfileRoot(roaming.resolve(firefox ? "Mozilla/Firefox" : "Thunderbird"), Sandbox.NONE));
            case MAC -> List.of(new ProfileRoot(home.resolve("Library").resolve(firefox ? "Application Support/Firefox" : "Thunderbird"),
                    Sandbox.NONE));
            case LINUX -> firefox ? List.of(
                    new ProfileRoot(home.resolve(".mozilla/firefox"), Sandbox.NONE),
                    // where a Firefox of 2026 keeps them unless it finds older ones
                    new ProfileRoot(config().resolve("mozilla/firefox"), Sandbox.NONE),
                    new ProfileRoot(home.resolve("snap/firefox/common/.mozilla/firefox"), Sandbox.SNAP),
                    new ProfileRoot(home.resolve(".var/app/org.mozilla.firefox/.mozilla/firefox"), Sandbox.FLATPAK),
                    new ProfileRoot(home.resolve(".var/app/org.mozilla.firefox/config/mozilla/firefox"), Sandbox.FLATPAK))
                    : List.of(
                            new ProfileRoot(home.resolve(".thunderbird"), Sandbox.NONE),
                            new ProfileRoot(config().resolve("thunderbird"), Sandbox.NONE),
                            new ProfileRoot(home.resolve("snap/thunderbird/common/.thunderbird"), Sandbox.SNAP),
                            new ProfileRoot(home.resolve(".var/app/org.mozilla.Thunderbird/.thunderbird"), Sandbox.FLATPAK),
                            new ProfileRoot(home.resolve(".var/app/org.mozilla.thunderbird/.thunderbird"), Sandbox.FLATPAK));
        };
    }

    /** Where the database may lie that programs built on NSS share. */
    List<Path> sharedDatabases() {
        return kind == Kind.WINDOWS ? List.of()
                : List.of(home.resolve(".pki/nssdb"), variable("XDG_DATA_HOME", home.resolve(".local/share")).resolve("pki/nssdb"));
    }

    /** Where a person's own modules are named to p11-kit; none where there is no p11-kit by rule. */
    Optional<Path> p11KitModules() {
        return kind == Kind.WINDOWS ? Optional.empty() : Optional.of(config().resolve("pkcs11/modules"));
    }

    /** Where modules are named to p11-kit for everybody. */
    List<Path> p11KitSystemModules() {
        return kind == Kind.WINDOWS ? List.of()
                : Stream.of("/usr/share/p11-kit/modules", "/etc/pkcs11/modules", "/usr/local/share/p11-kit/modules",
                        "/opt/homebrew/share/p11-kit/modules").map(this::absolute).toList();
    }

    /** The file name of each module that knows CoolKey tokens, the most able first. */
    List<String> moduleNames() {
        return switch (kind) {
            case WINDOWS -> List.of("onepin-opensc-pkcs11.dll", "opensc-pkcs11.dll", "coolkeypk11.dll");
            case MAC -> List.of("onepin-opensc-pkcs11.so", "opensc-pkcs11.so", "libcoolkeypk11.dylib", "libcoolkeypk11.so");
            case LINUX -> List.of("onepin-opensc-pkcs11.so", "opensc-pkcs11.so", "libcoolkeypk11.so");
        };
    }

    /** The modules there are, the most able first, one file under one name only. */
    List<Path> modules() {
        return modules(root);
    }

    /** The modules that a program shut in like this sees under the same path as we do. */
    List<Path> modules(Target target, Sandbox sandbox) {
        return switch (sandbox) {
            case NONE -> modules();
            case SNAP -> modules(absolute("/snap/" + (target == Target.FIREFOX ? "firefox" : "thunderbird") + "/current"));
            // what it brings along has another path inside than outside
            case FLATPAK -> List.of();
        };
    }

    private List<Path> modules(Path top) {
        var seen = new LinkedHashMap<Path, Path>();
        for (String name : moduleNames()) {
            libraryFolders(top).map(f -> f.resolve(name)).filter(Files::isRegularFile).forEach(f -> seen.putIfAbsent(real(f), f));
        }
        return List.copyOf(seen.values());
    }

    private Stream<Path> libraryFolders(Path top) {
        Stream<Path> folders = switch (kind) {
            case WINDOWS -> Stream.of(variable("ProgramFiles", top.resolve("Program Files")).resolve("OpenSC Project/OpenSC/pkcs11"),
                    variable("SystemRoot", top.resolve("Windows")).resolve("System32"));
            case MAC -> Stream.of("Library/OpenSC/lib", "usr/local/lib", "opt/homebrew/lib", "usr/lib").map(top::resolve);
            case LINUX -> Stream.of("usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib64", "usr/lib", "usr/local/lib64",
                    "usr/local/lib").map(top::resolve);
        };
        return folders.flatMap(f -> Stream.of(f, f.resolve("pkcs11")));
    }

    /** The file itself where links lead to it; the path as it is where nothing is there. */
    static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException _) {
            return file.toAbsolutePath().normalize();
        }
    }
}

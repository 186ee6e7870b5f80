// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.diagnose;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.Words;
import org.esc.command.UserDirs;
import org.esc.tps.client.diagnose.SelfCheck.Verdict;

/**
 * The computer, as far as readers need it: service, libraries, drivers.
 *
 * @param root        what stands before every absolute path; the root itself except in tests
 * @param environment variables
 * @param os          name of the operating system
 */
record Computer(Path root, Map<String, String> environment, String os) {

    private static final Words WORDS = Words.of(Computer.class);

    private static final List<String> LIBRARIES = List.of("usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib64", "usr/lib", "lib/x86_64-linux-gnu",
            "lib64", "usr/local/lib", "usr/local/lib64");
    private static final int DEEP = 3;

    static Computer here() {
        return new Computer(Path.of("/"), System.getenv(), System.getProperty("os.name", ""));
    }

    boolean linux() {
        return os.toLowerCase(Locale.ROOT).contains("linux");
    }

    /** The line that installs packages here. */
    private String install(String debian, String fedora) {
        if (Files.exists(root.resolve("usr/bin/apt-get"))) {
            return "sudo apt-get install " + debian;
        }
        if (Files.exists(root.resolve("usr/bin/dnf"))) {
            return "sudo dnf install " + fedora;
        }
        return WORDS.say("install the package {0} (Debian, Ubuntu) or {1} (Fedora)", debian, fedora);
    }

    List<SelfCheck> checks() {
        if (!linux()) {
            return List.of(SelfCheck.unknown("pcscd", WORDS.say("This system has its own smart card service; it is not looked at.")));
        }
        var checks = new ArrayList<SelfCheck>();
        checks.add(service());
        checks.add(library());
        checks.add(ccid());
        checks.add(opensc());
        return checks;
    }

    private SelfCheck service() {
        Path socket = Optional.ofNullable(environment.get("PCSCLITE_CSOCK_NAME")).filter(s -> !s.isBlank()).map(Path::of)
                .orElse(root.resolve("run/pcscd/pcscd.comm"));
        boolean installed = Stream.of("usr/sbin/pcscd", "usr/bin/pcscd", "sbin/pcscd").anyMatch(p -> Files.exists(root.resolve(p)));
        if (!installed && !Files.exists(socket)) {
            return new SelfCheck("pcscd", Verdict.BAD, WORDS.say("The smart card service pcscd is not installed."), install("pcscd", "pcsc-lite"));
        }
        if (!Files.exists(socket)) {
            return new SelfCheck("pcscd", Verdict.BAD, WORDS.say("The smart card service pcscd is not running: there is no {0}.", socket),
                    "sudo systemctl enable --now pcscd.socket");
        }
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return SelfCheck.good("pcscd", WORDS.say("The smart card service pcscd is running."));
        } catch (IOException e) {
            boolean forbidden = String.valueOf(e.getMessage()).contains("ermission");
            return new SelfCheck("pcscd", Verdict.BAD, forbidden ? WORDS.say("The smart card service pcscd does not let this user in ({0}).", socket)
                    : WORDS.say("The smart card service pcscd is not running, although it left its socket {0}.", socket),
                    forbidden ? WORDS.say("Ask the administrator to allow access to smart cards (polkit rule org.debian.pcsc-lite.access_pcsc)")
                            : "sudo systemctl restart pcscd.socket pcscd");
        }
    }

    private SelfCheck library() {
        return find("libpcsclite.so.1").map(f -> SelfCheck.good("pcsc-library", WORDS.say("The library for smart card readers is there ({0}).", f)))
                .orElseGet(() -> new SelfCheck("pcsc-library", Verdict.BAD, WORDS.say("The library for smart card readers (libpcsclite.so.1) is missing."),
                        install("libpcsclite1", "pcsc-lite-libs")));
    }

    private SelfCheck ccid() {
        return Stream.of("usr/lib/pcsc/drivers", "usr/lib64/pcsc/drivers", "usr/lib/x86_64-linux-gnu/pcsc/drivers", "usr/local/lib/pcsc/drivers").map(root::resolve)
                .map(d -> d.resolve("ifd-ccid.bundle")).filter(Files::isDirectory).findFirst()
                .map(d -> SelfCheck.good("ccid", WORDS.say("The driver for USB readers (CCID) is there.")))
                .orElseGet(() -> new SelfCheck("ccid", Verdict.WARNING, WORDS.say("The driver for USB readers (CCID) is missing: most readers need it."),
                        install("libccid", "pcsc-lite-ccid")));
    }

    private SelfCheck opensc() {
        return find("opensc-pkcs11.so").map(f -> SelfCheck.good("opensc",
                WORDS.say("OpenSC's PKCS #11 module is there: browsers and mail programs can use tokens by it ({0}).", f)))
                .orElseGet(() -> new SelfCheck("opensc", Verdict.WARNING,
                        WORDS.say("OpenSC's PKCS #11 module is not installed: browsers and mail programs need one to use tokens."),
                        install("opensc-pkcs11", "opensc")));
    }

    private Optional<Path> find(String library) {
        for (String folder : LIBRARIES) {
            Path dir = root.resolve(folder);
            if (!Files.isDirectory(dir)) {
                continue;
            }
            try (Stream<Path> files = Files.find(dir, folder.equals("usr/lib") ? 1 : DEEP - 1, (p, _) -> p.getFileName().toString().equals(library))) {
                Optional<Path> found = files.findFirst();
                if (found.isPresent()) {
                    return found;
                }
            } catch (IOException | UncheckedIOException _) {
                // a folder that cannot be read holds nothing for us
            }
        }
        return Optional.empty();
    }

    /** Whether files can be made in a folder. */
    static SelfCheck writable(String id, String what, Path folder) {
        try {
            UserDirs.create(folder);
            Path probe = Files.createTempFile(folder, ".esc-check", ".tmp");
            Files.delete(probe);
            return SelfCheck.good(id, WORDS.say("The folder for {0} can be written.", what));
        } catch (IOException _) {
            return new SelfCheck(id, Verdict.BAD, WORDS.say("The folder for {0} cannot be written: {1}.", what, folder),
                    WORDS.say("chmod u+rwx '{0}' (or free space on its disk: df -h '{1}')", folder, folder));
        }
    }
}

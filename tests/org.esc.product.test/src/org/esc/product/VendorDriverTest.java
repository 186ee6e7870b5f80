// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vendor's way, from nothing to a driver in the built product, with plain Maven and the driver kit alone. */
class VendorDriverTest {

    private static final byte[] ARTIFACTS = """
        <?xml version='1.0' encoding='UTF-8'?>
        <repository name='x' type='org.eclipse.equinox.p2.artifact.repository.simpleRepository' version='1'>
          <artifacts size='1'><artifact classifier='osgi.bundle' id='org.example.loyalty' version='1.0.0'/></artifacts>
        </repository>""".getBytes();

    private static Path jar;
    @TempDir
    private static Path built;

    @TempDir
    private Path folder;
    private Map<String, String> own;
    private HttpServer server;

    @BeforeAll
    static void buildTheExample() throws Exception {
        Esc.needProduct();
        Esc.run(Map.of(), "--version");
        assumeTrue(maven().isPresent(), "there is no Maven here");
        copy(Esc.root().resolve("examples/loyalty"), built);
        package_(built);
        jar = built.resolve("target/loyalty-1.0.0.jar");
        assertTrue(Files.exists(jar));
    }

    private static java.util.Optional<Path> maven() throws IOException {
        var found = new ArrayList<Path>();
        Path own = Esc.root().resolve("target");
        if (Files.isDirectory(own)) {
            try (var folders = Files.list(own)) {
                folders.filter(f -> f.getFileName().toString().startsWith("apache-maven-")).map(f -> f.resolve("bin/mvn"))
                        .filter(Files::isExecutable).forEach(found::add);
            }
        }
        for (String p : System.getenv().getOrDefault("PATH", "").split(":")) {
            Path mvn = Path.of(p, "mvn");
            if (!p.isEmpty() && Files.isExecutable(mvn)) {
                found.add(mvn);
            }
        }
        return found.stream().findFirst();
    }

    /** {@code mvn package}, as a vendor would, with the kit of this product. */
    private static void package_(Path project) throws Exception {
        // strict: what Maven would only warn of, such as a missing checksum, is a fault of the kit
        var command = new ArrayList<>(List.of(maven().orElseThrow().toString(), "-B", "-ntp", "-q", "--strict-checksums",
                "-Desc.sdk=" + Esc.product().resolve("sdk/maven").toUri().toString().replaceAll("/$", "")));
        Path settings = Path.of("/etc/maven/settings.xml");
        if (Files.isReadable(settings)) {
            command.addAll(List.of("-gs", settings.toString()));
        }
        command.add("package");
        var builder = new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("MAVEN_PROJECTBASEDIR");
        var process = builder.start();
        var said = Esc.everything(process.getInputStream());
        assertTrue(process.waitFor(15, TimeUnit.MINUTES), "Maven does not end");
        assertEquals(0, process.exitValue(), said::join);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path f : files.filter(f -> !from.relativize(f).startsWith("target")).toList()) {
                Path there = to.resolve(from.relativize(f).toString());
                if (Files.isDirectory(f)) {
                    Files.createDirectories(there);
                } else {
                    Files.copy(f, there);
                }
            }
        }
    }

    @BeforeEach
    void aUserOfItsOwn() {
        own = Map.of("ESC_CONFIG_DIR", folder.resolve("config").toString(), "ESC_STATE_DIR", folder.resolve("state").toString());
    }

    @AfterEach
    void stopTheServer() {
        if (server != null) {
            server.stop(0);
        }
    }

    private Esc.Result esc(String... words) throws Exception {
        return Esc.run(own, words);
    }

    private String ok(String... words) throws Exception {
        var r = esc(words);
        assertEquals(0, r.exit(), r.err() + r.out());
        assertFalse(r.err().contains("\tat "), r.err());
        return r.out();
    }

    @Test
    void installedUsedAndTakenOut() throws Exception {
        String card = folder.resolve("card.esc").toString();
        assertEquals(2, esc("soft", "create", card, "--applet", "loyalty").exit(), "not known yet");
        String installed = ok("driver", "install", jar.toString(), "--yes");
        assertTrue(installed.contains("Loyalty card driver 1.0.0 (org.example.loyalty), not signed"), installed);
        ok("soft", "create", card, "--applet", "loyalty");
        String why = ok("drivers", "--explain", "--soft", card);
        assertTrue(why.contains("*  80  Loyalty          application F04C4F59414C5459 answers"), why);
        String info = ok("info", "--soft", card, "--json");
        assertTrue(info.contains("\"driver\":\"Loyalty\"") && info.contains("0000042") && info.contains("Ada Example"), info);
        var traced = esc("info", "--soft", card, "--trace");
        assertTrue(traced.out().contains("Ada Example"), traced.out());
        assertTrue((traced.out() + traced.err()).contains("member's number"), "its decoder explains: " + traced.out() + traced.err());

        ok("drivers", "disable", "Loyalty");
        assertTrue(ok("info", "--soft", card, "--json").contains("\"driver\":\"GlobalPlatform\""));
        ok("drivers", "enable", "Loyalty");
        assertTrue(ok("info", "--soft", card, "--json").contains("\"driver\":\"Loyalty\""));

        ok("driver", "install", jar.toString(), "--yes");
        ok("driver", "uninstall", "Loyalty");
        assertFalse(ok("drivers").contains("Loyalty"));
        try (var left = Files.list(folder.resolve("config/drivers"))) {
            assertEquals(List.of(), left.toList(), "nothing is left behind");
        }
        assertTrue(ok("info", "--soft", card, "--json").contains("\"driver\":\"GlobalPlatform\""), "the card is still a card");
        assertEquals(2, esc("driver", "uninstall", "Loyalty").exit());
    }

    @Test
    void nothingIsInstalledUnasked() throws Exception {
        var r = esc("driver", "install", jar.toString());
        assertEquals(8, r.exit(), r.err());
        assertTrue(r.err().contains("NOT SIGNED") && r.err().contains("all of this program's rights"), r.err());
        assertFalse(ok("drivers").contains("Loyalty"));
    }

    @Test
    void aDriverForAnotherProgramIsRefusedWithAReason() throws Exception {
        Path future = folder.resolve("future.jar");
        Files.copy(jar, future);
        manifest(future, m -> m.replaceAll("(?s)org\\.esc\\.driver;version=\"\\[1\\.[0-9]+,2\\)\"", "org.esc.driver;version=\"[7.0,8)\""));
        var r = esc("driver", "install", future.toString(), "--yes", "--json");
        assertEquals(2, r.exit(), r.out());
        assertTrue(r.out().contains("driver-incompatible") && r.out().contains("org.esc.driver in version [7.0.0,8.0.0)"), r.out());
        for (String bad : List.of("not-there.jar", "hello.jar")) {
            Files.writeString(folder.resolve("hello.jar"), "hello");
            var refused = esc("driver", "install", folder.resolve(bad).toString(), "--yes");
            assertEquals(2, refused.exit(), refused.err());
            assertFalse(refused.err().contains("\tat "), refused.err());
        }
        assertFalse(Files.exists(folder.resolve("config/drivers")) && Files.list(folder.resolve("config/drivers")).findAny().isPresent());
    }

    @Test
    void aSignatureIsShownAndABrokenOneRefused() throws Exception {
        Path signed = folder.resolve("signed.jar");
        Files.copy(jar, signed);
        Path store = folder.resolve("vendor.p12");
        tool("keytool", "-genkeypair", "-keystore", store.toString(), "-storepass", "for-the-test", "-alias", "vendor", "-keyalg", "EC",
                "-dname", "CN=Example Shops Release, O=Example", "-validity", "2");
        tool("jarsigner", "-keystore", store.toString(), "-storepass", "for-the-test", signed.toString(), "vendor");
        String installed = ok("driver", "install", signed.toString(), "--yes", "--json");
        assertTrue(installed.contains("CN=Example Shops Release"), installed);
        ok("driver", "uninstall", "org.example.loyalty");

        try (var zip = FileSystems.newFileSystem(signed)) {
            Path c = zip.getPath("org/example/loyalty/Loyalty.class");
            byte[] b = Files.readAllBytes(c);
            b[b.length - 1] ^= 1;
            Files.write(c, b);
        }
        var r = esc("driver", "install", signed.toString(), "--yes", "--json");
        assertEquals(2, r.exit());
        assertTrue(r.out().contains("bad-signature"), r.out());
    }

    @Test
    void itComesFromAZipAndFromAnUpdateSite() throws Exception {
        Path zip = folder.resolve("site.zip");
        try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("plugins/org.example.loyalty_1.0.0.jar"));
            Files.copy(jar, out);
            out.putNextEntry(new ZipEntry("../../escape.jar"));
            Files.copy(jar, out);
            out.putNextEntry(new ZipEntry("readme.txt"));
        }
        assertTrue(ok("driver", "install", zip.toString(), "--yes").contains("Installed Loyalty card driver"));
        assertFalse(Files.exists(folder.resolve("../../escape.jar")));
        ok("driver", "uninstall", "Loyalty");

        Path site = folder.resolve("site with space");
        Files.createDirectories(site.resolve("plugins"));
        Files.copy(jar, site.resolve("plugins/org.example.loyalty_1.0.0.jar"));
        var none = esc("driver", "install", site.toString(), "--yes");
        assertEquals(2, none.exit(), none.err());
        assertTrue(none.err().contains("neither artifacts.jar nor artifacts.xml"), none.err());
        Files.write(site.resolve("artifacts.xml"), ARTIFACTS);
        for (String where : List.of(site.toString(), site.toUri().toString())) {
            assertTrue(ok("driver", "install", where, "--yes").contains("Installed Loyalty card driver"));
            ok("driver", "uninstall", "Loyalty");
        }

        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/site/artifacts.xml", x -> {
            x.sendResponseHeaders(200, ARTIFACTS.length);
            x.getResponseBody().write(ARTIFACTS);
            x.close();
        });
        server.createContext("/site/plugins/org.example.loyalty_1.0.0.jar", x -> {
            byte[] b = Files.readAllBytes(jar);
            x.sendResponseHeaders(200, b.length);
            x.getResponseBody().write(b);
            x.close();
        });
        server.start();
        String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/site";
        assertTrue(ok("driver", "install", address, "--yes").contains("Installed Loyalty card driver"));
        var gone = esc("driver", "install", address + "/nothing.jar", "--yes");
        assertEquals(4, gone.exit(), gone.err());
        var plain = esc("driver", "install", "http://drivers.example/loyalty.jar", "--yes");
        assertEquals(6, plain.exit(), plain.err());
    }

    @Test
    void aNewProjectBuildsAndItsDriverRuns() throws Exception {
        var made = Esc.runIn(folder, own, "driver", "new", "badge", "--aid", "F042414447450101", "--json");
        assertEquals(0, made.exit(), made.err() + made.out());
        assertEquals(2, Esc.runIn(folder, own, "driver", "new", "badge", "--aid", "F042414447450101").exit(), "never overwritten");
        assertEquals(2, Esc.runIn(folder, own, "driver", "new", "../x", "--aid", "F042414447450101").exit());
        assertEquals(2, Esc.runIn(folder, own, "driver", "new", "short", "--aid", "F0").exit());
        package_(folder.resolve("badge"));
        ok("driver", "install", folder.resolve("badge/target/badge-1.0.0.jar").toString(), "--yes");
        assertTrue(ok("drivers").contains("Badge 1.0.0: application F042414447450101"));
    }

    private interface Change {
        String of(String manifest);
    }

    private static void manifest(Path jar, Change change) throws IOException {
        try (var zip = FileSystems.newFileSystem(jar)) {
            Path m = zip.getPath("META-INF/MANIFEST.MF");
            // long lines are folded: unfold them first
            String text = Files.readString(m).replace("\r\n ", "").replace("\n ", "");
            String changed = change.of(text);
            assertFalse(changed.equals(text), text);
            var folded = new StringBuilder();
            for (String line : changed.lines().toList()) {
                for (int at = 0; at == 0 || at < line.length(); at += 70) {
                    folded.append(at == 0 ? "" : " ").append(line, at, Math.min(line.length(), at + 70)).append("\r\n");
                }
            }
            Files.writeString(m, folded);
        }
    }

    private static void tool(String... command) throws Exception {
        command[0] = Path.of(System.getProperty("java.home"), "bin", command[0]).toString();
        var p = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(Path.of("/dev/null").toFile()).start();
        var said = Esc.everything(p.getInputStream());
        assertTrue(p.waitFor(2, TimeUnit.MINUTES));
        assertEquals(0, p.exitValue(), said::join);
    }
}

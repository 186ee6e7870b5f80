// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The workbench as a screen reader has it: {@code screen-reader.py} walks what AT-SPI tells of each perspective. */
class ScreenReaderTest {

    private static final Pattern PERSPECTIVE = Pattern.compile("<perspective id=\"([^\"]+)\"");

    @TempDir
    Path folder;

    @BeforeAll
    static void needAScreenReadersWay() throws Exception {
        Esc.needProduct();
        assumeTrue(System.getenv("DISPLAY") != null, "there is no display");
        assumeTrue(Stream.of("/usr/bin/dbus-run-session", "/usr/bin/python3").allMatch(p -> Files.isExecutable(Path.of(p))), "no dbus-run-session or python3");
        var gi = new ProcessBuilder("/usr/bin/python3", "-c", "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assumeTrue(gi.waitFor() == 0, "python3-gi and gir1.2-atspi-2.0 are not installed");
        assumeTrue(Stream.of("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher").anyMatch(p -> Files.exists(Path.of(p))),
                "at-spi2-core is not installed");
    }

    static List<String> perspectives() throws IOException {
        var all = new ArrayList<String>();
        try (var bundles = Files.list(Esc.root().resolve("bundles"))) {
            for (Path plugin : bundles.map(b -> b.resolve("plugin.xml")).filter(Files::exists).sorted().toList()) {
                PERSPECTIVE.matcher(Files.readString(plugin)).results().forEach(r -> all.add(r.group(1)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("perspectives")
    void everythingHasAName(String perspective) throws Exception {
        Path launcher;
        try (var plugins = Files.list(Esc.product().resolve("plugins"))) {
            launcher = plugins.filter(p -> p.getFileName().toString().matches("org\\.eclipse\\.equinox\\.launcher_.*\\.jar")).findFirst().orElseThrow();
        }
        var builder = new ProcessBuilder("dbus-run-session", "--", "/usr/bin/python3", Esc.root().resolve("tests/org.esc.product.test/screen-reader.py").toString(),
                "Enterprise Security", Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djava.awt.headless=true", "--enable-native-access=ALL-UNNAMED",
                "-Dosgi.sharedConfiguration.area=file:" + Esc.product().resolve("configuration"), "-Dosgi.configuration.cascaded=true", "-jar", launcher.toString(),
                "-configuration", folder.resolve("configuration").toString(), "-data", folder.resolve("data").toString(), "-nosplash", "-perspective", perspective);
        builder.environment().put("ESC_CONFIG_DIR", folder.resolve("config").toString());
        builder.environment().put("ESC_STATE_DIR", folder.resolve("state").toString());
        builder.environment().put("PCSCLITE_CSOCK_NAME", "/none");
        builder.environment().put("GTK_MODULES", "gail:atk-bridge");
        builder.environment().remove("NO_AT_BRIDGE");
        var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var out = Esc.everything(process.getInputStream());
        if (!process.waitFor(15, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        List<String> lines = out.join().lines().filter(l -> !l.startsWith("SpiRegistry")).toList();
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("walked ")), () -> "it walked through the window: " + lines);
        assertEquals(List.of(), lines.stream().filter(l -> !l.startsWith("walked ") && !l.startsWith("roles ")).toList());
    }
}

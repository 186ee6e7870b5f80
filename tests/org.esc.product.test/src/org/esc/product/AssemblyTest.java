// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What putting a jar into the plugins folder, or deleting one, does to an install; tried on a copy. */
class AssemblyTest {

    private static final String INFO = "configuration/org.eclipse.equinox.simpleconfigurator/bundles.info";

    @TempDir
    Path folder;

    private Path copy;

    @BeforeAll
    static void needsAProduct() {
        Esc.needProduct();
    }

    @BeforeEach
    void copyTheProduct() throws IOException {
        copy = Files.createDirectory(folder.resolve("product"));
        try (var files = Files.walk(Esc.product())) {
            for (Path file : files.filter(f -> !f.startsWith(Esc.product().resolve("cli"))).toList()) {
                if (!file.equals(Esc.product())) {
                    Files.copy(file, copy.resolve(Esc.product().relativize(file).toString()));
                }
            }
        }
    }

    @Test
    void aDeletedDriverIsGoneAndTheRestStarts() throws Exception {
        Files.delete(jar("org.esc.driver.coolkey_"));
        assertEquals(0, assemble().exit());
        assertFalse(Files.readString(copy.resolve("cli/config.ini")).contains("org.esc.driver.coolkey_"));
        assertFalse(Files.readString(copy.resolve(INFO)).contains("org.esc.driver.coolkey,"));
        var help = start("--help");
        assertEquals(0, help.exit(), help.out());
        assertTrue(help.out().contains("readers"), help.out());
    }

    @Test
    void aVendorsDriverIsTakenIn() throws Exception {
        bundle("com.example.driver", "Service-Component", "OSGI-INF/none.xml");
        assertEquals(0, assemble().exit());
        assertTrue(Files.readString(copy.resolve("cli/config.ini")).contains("file:com.example.driver_1.0.0.jar@4:start"));
        assertTrue(Files.readString(copy.resolve(INFO)).contains("com.example.driver,1.0.0,plugins/com.example.driver_1.0.0.jar,4,"));
    }

    @Test
    void aVendorsViewStaysOutOfTheCommandLine() throws Exception {
        bundle("com.example.view", "Service-Component", "OSGI-INF/none.xml", "Require-Bundle", "org.eclipse.ui");
        assertEquals(0, assemble().exit());
        assertFalse(Files.readString(copy.resolve("cli/config.ini")).contains("com.example.view"));
        assertTrue(Files.readString(copy.resolve(INFO)).contains("com.example.view,"));
    }

    @Test
    void aFragmentOfTheUserInterfaceStaysOutOfTheCommandLine() throws Exception {
        bundle("org.esc.example.nl", "Fragment-Host", "org.eclipse.jface;bundle-version=\"3.0.0\"");
        assertEquals(0, assemble().exit());
        assertFalse(Files.readString(copy.resolve("cli/config.ini")).contains("org.esc.example.nl"));
        assertTrue(Files.readString(copy.resolve(INFO)).contains("org.esc.example.nl,"));
    }

    @Test
    void aCommandLineThatNeedsTheUserInterfaceIsRefused() throws Exception {
        Files.delete(jar("org.esc.cli_"));
        bundle("org.esc.cli", "Require-Bundle", "org.eclipse.ui");
        var result = assemble();
        assertTrue(result.exit() != 0, "assembled a command line with a user interface");
        assertTrue(result.out().contains("needs the user interface"), result.out());
    }

    private Path jar(String prefix) throws IOException {
        try (var files = Files.list(copy.resolve("plugins"))) {
            return files.filter(f -> f.getFileName().toString().startsWith(prefix)).findFirst().orElseThrow();
        }
    }

    private void bundle(String name, String... headers) throws IOException {
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", "1.0.0");
        for (int i = 0; i < headers.length; i += 2) {
            main.putValue(headers[i], headers[i + 1]);
        }
        try (OutputStream out = Files.newOutputStream(copy.resolve("plugins/" + name + "_1.0.0.jar"))) {
            new JarOutputStream(out, manifest).close();
        }
    }

    private Esc.Result assemble() throws Exception {
        return java(Esc.root().resolve("releng/tools/Assemble.java").toString(), copy.toString());
    }

    private Esc.Result start(String... words) throws Exception {
        var command = new ArrayList<>(List.of("-jar", jar("org.eclipse.equinox.launcher_1").toString(), "-configuration",
            copy.resolve("cli").toString(), "-data", "@none", "-nosplash"));
        command.addAll(List.of(words));
        return java(command.toArray(String[]::new));
    }

    private static Esc.Result java(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return new Esc.Result(process.waitFor(), out, "");
    }
}

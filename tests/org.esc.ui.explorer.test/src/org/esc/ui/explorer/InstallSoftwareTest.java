// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.List;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;

/** <em>Help &gt; Install New Software</em>, with the real verbs and a bundle that a test makes. */
class InstallSoftwareTest {

    private static final String NAME = "com.example.sample";

    @TempDir
    Path folder;
    private Shell shell;

    @BeforeEach
    void openFromTheMenu() {
        Ui.click(Ui.menu("Help", "Install New Software"));
        Ui.until("the dialog is open", () -> Ui.shells().stream().anyMatch(s -> s.getText().equals("Install New Software")));
        shell = Ui.shells().stream().filter(s -> s.getText().equals("Install New Software")).findFirst().orElseThrow();
        Ui.settle();
    }

    @AfterEach
    void close() {
        if (!shell.isDisposed()) {
            shell.close();
        }
        Ui.settle();
    }

    /** A bundle that contributes a component; what it says of it is enough to be installed. */
    private Path jar(String version, String imports) throws IOException {
        var m = new Manifest();
        m.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        for (String[] h : new String[][] {{"Bundle-ManifestVersion", "2"}, {"Bundle-SymbolicName", NAME}, {"Bundle-Name", "Sample driver"},
            {"Bundle-Version", version}, {"Bundle-Vendor", "Example"}, {"Service-Component", "OSGI-INF/none*.xml"}, {"Import-Package", imports}}) {
            m.getMainAttributes().putValue(h[0], h[1]);
        }
        Path jar = folder.resolve("sample-" + version + ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), m)) {
            out.putNextEntry(new ZipEntry("readme.txt"));
            out.write("hello".getBytes());
        }
        return jar;
    }

    private void from(Path file) {
        Ui.all(shell, Text.class, t -> Access.name(t).equals("From")).getFirst().setText(file.toString());
    }

    private String[] installed() {
        return list().getItems();
    }

    private List list() {
        return Ui.all(shell, List.class).getFirst();
    }

    private boolean says(String words) {
        return Ui.texts(shell).contains(words);
    }

    private static Shell question() {
        Ui.until("it asks", () -> Ui.shells().stream().anyMatch(s -> s.getText().startsWith("Install Sample driver")));
        return Ui.shells().stream().filter(s -> s.getText().startsWith("Install Sample driver")).findFirst().orElseThrow();
    }

    @Test
    void itInstallsAfterAskingAndTakesOutAgain() throws Exception {
        assertEquals(java.util.List.of(), Access.dialogComplaints(shell));
        assertTrue(says("Nothing yet."), "an empty list says what it is for");
        assertFalse(Ui.button(shell, "Install").isEnabled(), "nothing is named yet");
        from(jar("1.0.0", "org.osgi.framework"));
        Ui.press(shell, "Install");
        Shell asks = question();
        assertTrue(Ui.texts(asks).contains("NOT SIGNED"), Ui.texts(asks));
        Ui.screenshot(asks, "install-question");
        Ui.press(asks, "Go On Anyway");
        String line = "Sample driver 1.0.0 (" + NAME + ") by Example, not signed";
        Ui.until("it is installed", () -> Arrays.asList(installed()).contains(line));
        assertFalse(says("Nothing yet."), Ui.texts(shell));
        assertTrue(Arrays.stream(FrameworkUtil.getBundle(ExplorerView.class).getBundleContext().getBundles())
                .anyMatch(b -> NAME.equals(b.getSymbolicName())), "it runs at once");
        Ui.screenshot(shell, "install-software");

        list().select(0);
        list().notifyListeners(SWT.Selection, new Event());
        Ui.press(shell, "Remove");
        Ui.until("it is gone", () -> installed().length == 0);
        assertTrue(Arrays.stream(FrameworkUtil.getBundle(ExplorerView.class).getBundleContext().getBundles())
                .noneMatch(b -> NAME.equals(b.getSymbolicName())));
    }

    @Test
    void whatDoesNotFitIsRefusedWithAReason() throws Exception {
        from(folder.resolve("missing.jar"));
        Ui.press(shell, "Install");
        Ui.until("it says why", () -> says("There is no file"));
        from(jar("2.0.0", "com.example.nowhere;version=\"[3,4)\""));
        Ui.press(shell, "Install");
        Ui.until("it says why, before it asks", () -> says("com.example.nowhere"));
        assertArrayEquals(new String[0], installed());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.eclipse.help.internal.HelpPlugin;
import org.eclipse.swt.program.Program;
import org.esc.apdu.Words;
import org.esc.help.Section;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

/** A vendor's bundle brings help by the platform's extension points, as docs/help/vendor/help.md says. */
class VendorHelpTest {

    private static final String NAME = "com.example.badge";

    private final List<String> opened = new ArrayList<>();
    private Bundle bundle;

    @BeforeEach
    void install() throws Exception {
        Browsing.launcher = opened::add;
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", NAME + ";singleton:=true");
        manifest.getMainAttributes().putValue("Bundle-Version", "1.0.0");
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            put(jar, "plugin.xml", """
                <?xml version="1.0"?><?eclipse version="3.4"?>
                <plugin>
                  <extension point="org.eclipse.help.toc"><toc file="toc.xml" primary="true"/></extension>
                  <extension point="org.eclipse.help.contexts"><contexts file="contexts.xml"/></extension>
                </plugin>""");
            put(jar, "toc.xml", """
                <toc label="Badges"><topic label="About badges" href="help/badges.md"/><topic label="More" href="help/more.html"/></toc>""");
            put(jar, "contexts.xml", """
                <contexts><context id="view"><description>Badges.</description><topic label="Give it back" href="help/badges.md#give-it-back"/></context>
                </contexts>""");
            put(jar, "help/badges.md", "# About badges\n\nA xyzzybadge, see [more](more.html) and [the end](#give-it-back), not [that](../../../etc/passwd).\n\n"
                    + "## Give it back\n\nPlease.\n");
            put(jar, "nl/de/help/badges.md", "# Über Abzeichen\n\n## Zurückgeben\n\nBitte.\n");
            put(jar, "help/more.html", "<html><body>More</body></html>");
        }
        bundle = FrameworkUtil.getBundle(HelpView.class).getBundleContext().installBundle("badge.jar", new ByteArrayInputStream(bytes.toByteArray()));
        bundle.start();
        startAnew();
    }

    /** The platform looks only once which bundles bring help; a vendor's is there after the next start. */
    private static void startAnew() throws ReflectiveOperationException {
        HelpPlugin.getTocManager().clearCache();
        var contexts = HelpPlugin.class.getDeclaredField("contextManager");
        contexts.setAccessible(true);
        contexts.set(HelpPlugin.getDefault(), null);
    }

    private static void put(JarOutputStream jar, String name, String text) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void remove() throws Exception {
        if (Ui.page().findView(HelpView.ID) != null) {
            Ui.page().hideView(Ui.page().findView(HelpView.ID));
        }
        bundle.uninstall();
        startAnew();
        Browsing.launcher = Program::launch;
    }

    @Test
    void itsPagesAreThereWithTheOthers() throws Exception {
        Ui.until("the platform knows its contexts", () -> Contexts.context(NAME + ".view").isPresent());
        var shelf = new Shelf();
        assertEquals("Badges", shelf.topics().getLast().label());
        assertTrue(shelf.topics().size() > 5, "ours, too");
        String page = "/" + NAME + "/help/badges.md";
        assertEquals("About badges", shelf.leaf(page).orElseThrow().page().title());
        assertEquals(Optional.of("/" + NAME + "/help/more.html"), shelf.target(page, "more.html"));
        assertEquals(Optional.empty(), shelf.target(page, "../../../etc/passwd"));
        assertEquals(List.of(page), shelf.search().get().find("xyzzybadge").stream().map(h -> Shelf.href(h.page())).toList());

        HelpPane pane = ((HelpView) Ui.page().showView(HelpView.ID)).pane();
        pane.show(Contexts.context(NAME + ".view").orElseThrow());
        assertTrue(pane.page().control().getText().startsWith("About badges\n"));
        assertTrue(pane.page().control().getText().substring(pane.page().control().getCaretOffset()).startsWith("Give it back"));
        var german = Words.in(Locale.GERMAN, () -> shelf.leaf(page + "#give-it-back")).orElseThrow().page();
        assertEquals(List.of("Über Abzeichen", "Zurückgeben"), german.sections().stream().map(Section::heading).toList());
        assertEquals("give-it-back", german.sections().getLast().anchor());
        pane.show("/" + NAME + "/help/more.html");
        assertEquals(1, opened.size());
        assertTrue(Files.readString(Path.of(URI.create(opened.getFirst()))).contains("More"), opened.toString());
        boolean[] said = {false};
        Runnable[] close = new Runnable[1];
        close[0] = () -> Ui.shells().stream().filter(s -> s.getText().equals("Help")).findFirst().ifPresentOrElse(s -> {
            said[0] = Ui.texts(s).contains("There is no page");
            s.close();
        }, () -> Ui.display().timerExec(200, close[0]));
        Ui.display().timerExec(200, close[0]);
        pane.show("/" + NAME + "/help/nowhere.html");
        assertTrue(said[0], "it is said that there is no such page");
    }
}

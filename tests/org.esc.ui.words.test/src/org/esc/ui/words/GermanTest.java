// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Words;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The workbench in German, whose words are longer than those for which it was laid out: what is written can be read, whole and with enough contrast, and each window
 * fits on the screen. The system property {@code esc.walk} says how: {@code light} or {@code dark}, with pictures, or {@code fit}, without; the environment at which
 * scaling.
 */
class GermanTest {

    private static final String HOW = System.getProperty("esc.walk", "light");

    /** What a visitor may complain of, by where it is, and why nothing can be done about it. */
    private static final Map<String, Pattern> KNOWN = Map.of(
            // painted as the button for the Enter key, as the theme alone decides, after the window has been told of another one
            "org.esc.ui.officer.view", Pattern.compile(".* to 1 on RGB .*: \"Anme&lden\" \\(Button\\)"));

    @TempDir
    Path folder;
    /** What cannot be read, and where it was seen first. */
    private final TreeMap<String, String> complaints = new TreeMap<>();
    private final Walk walk = new Walk((name, window, _) -> look(name, window));
    private int seen;

    private void look(String name, Shell window) {
        seen++;
        (HOW.equals("fit") ? Ui.cutOff(window) : Ui.unreadable(window, name)).stream()
                .filter(c -> !(KNOWN.containsKey(name) && KNOWN.get(name).matcher(c).matches())).forEach(c -> complaints.putIfAbsent(c, name));
    }

    private void allCanBeRead() {
        assertFalse(seen == 0);
        assertEquals("", String.join("\n", complaints.entrySet().stream().map(e -> e.getValue() + ": " + e.getKey()).toList()));
    }

    @BeforeAll
    static void dark() {
        if (HOW.equals("dark")) {
            Ui.display().setDarkThemePreferred(true);
        }
    }

    @AfterAll
    static void light() {
        Ui.display().setDarkThemePreferred(false);
    }

    @BeforeEach
    void theLanguageIsSpoken() {
        assumeTrue(Locale.GERMAN.getLanguage().equals(Words.locale().getLanguage()), "not in this language");
    }

    @AfterEach
    void close() {
        Walk.closeDialogs();
    }

    @Test
    void whatIsCutOffIsFound() {
        var shell = new Shell(Ui.window(), SWT.NONE);
        var label = new Label(shell, SWT.NONE);
        label.setText("Donaudampfschifffahrtsgesellschaft");
        Point needs = label.computeSize(SWT.DEFAULT, SWT.DEFAULT);
        label.setBounds(0, 0, needs.x - 10, needs.y);
        var button = new Button(shell, SWT.PUSH);
        button.setText("Kapitän");
        button.setBounds(0, 80, 200, 40);
        shell.setSize(500, 100);
        shell.open();
        List<String> found = Ui.cutOff(shell);
        assertEquals(2, found.size(), found::toString);
        assertEquals(List.of(true, true), List.of(found.get(0).startsWith("cut off: \"Donaudampfschifffahrtsgesellschaft\""), found.get(1).equals("beyond the edge: \"Kapitän\"")));
    }

    @Test
    void everyPerspective() throws Exception {
        walk.perspectives();
        allCanBeRead();
    }

    @Test
    void everyView() throws Exception {
        Walk.withCard(folder, walk::views);
        allCanBeRead();
    }

    @Test
    void everyPreferencePage() {
        walk.preferencePages();
        allCanBeRead();
    }

    @Test
    void everyDialogAndWizard() throws Exception {
        Walk.withCard(folder, walk::dialogs);
        allCanBeRead();
    }
}

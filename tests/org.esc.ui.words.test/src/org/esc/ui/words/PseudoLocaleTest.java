// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Words;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The workbench in the language that nobody speaks ({@link Words#PSEUDO}): every text that is not in its brackets was forgotten when all others were put into
 * words, and would stay English in every language.
 */
class PseudoLocaleTest {

    @TempDir
    Path folder;
    private final Allowed allowed;
    /** Forgotten texts, and where they were seen first. */
    private final TreeMap<String, String> forgotten = new TreeMap<>();
    private final Walk walk = new Walk((name, _, texts) -> look(name, texts.get()));
    private int seen;

    PseudoLocaleTest() throws Exception {
        allowed = Allowed.of(Walk.bundles());
    }

    private void look(String where, List<String> texts) {
        seen++;
        texts.stream().flatMap(t -> allowed.forgotten(t).stream()).forEach(t -> forgotten.putIfAbsent(t, where));
    }

    private void nothingForgotten() {
        assertFalse(seen == 0);
        assertEquals("", String.join("\n", forgotten.entrySet().stream().map(e -> e.getValue() + ": \"" + e.getKey() + '"').toList()));
    }

    @BeforeEach
    void theLanguageIsSpoken() {
        assumeTrue(Words.PSEUDO.equals(Words.locale()), "not in this language");
    }

    @AfterEach
    void close() {
        Walk.closeDialogs();
    }

    @Test
    void aForgottenTextIsFound() {
        var shell = new Shell(Ui.window(), SWT.NONE);
        new Label(shell, SWT.NONE).setText("Forgotten");
        new Label(shell, SWT.NONE).setText("⟦Ñöţ ƒöŕğöţţéñ {1 ⟦ţöķéñ⟧}⟧: 17");
        new Button(shell, SWT.PUSH).setText("⟦Ñöţ⟧ quite");
        look("here", Shown.in(shell));
        assertEquals(Set.of("Forgotten", "⟦Ñöţ⟧ quite"), forgotten.keySet());
    }

    @Test
    void everyPerspective() throws Exception {
        walk.perspectives();
        nothingForgotten();
    }

    @Test
    void everyView() {
        walk.views();
        nothingForgotten();
    }

    @Test
    void everyViewWithACard() throws Exception {
        Walk.withCard(folder, walk::views);
        nothingForgotten();
    }

    @Test
    void everyPreferencePage() {
        walk.preferencePages();
        nothingForgotten();
    }

    @Test
    void everyDialogAndWizard() throws Exception {
        Walk.withCard(folder, walk::dialogs);
        nothingForgotten();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.TabFolder;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The letters that Alt leads with: none to two entries of one menu, nor to two controls of one dialog. In whichever language the workbench speaks; in the one that nobody
 * speaks they are as in English, with a mark each.
 */
class LettersTest {

    @TempDir
    Path folder;
    /** Letters that lead to two, and where they were seen first. */
    private final TreeMap<String, String> twice = new TreeMap<>();
    private int seen;

    private void all(String where, List<String> complaints) {
        complaints.forEach(c -> twice.putIfAbsent(c, where));
    }

    private void noneTwice() {
        assertFalse(seen == 0);
        assertEquals("", String.join("\n", twice.entrySet().stream().map(e -> e.getValue() + ": " + e.getKey()).toList()));
    }

    @AfterEach
    void close() {
        Walk.closeDialogs();
    }

    private static void fill(Menu menu) {
        menu.notifyListeners(SWT.Show, new Event());
        Arrays.stream(menu.getItems()).filter(i -> !i.isDisposed()).map(MenuItem::getMenu).filter(m -> m != null).forEach(LettersTest::fill);
    }

    @Test
    void ofTheMenus() throws Exception {
        new Walk((name, window, _) -> {
            seen++;
            fill(window.getMenuBar());
            all(name, Access.menuComplaints(Arrays.asList(window.getMenuBar().getItems())));
        }).perspectives();
        noneTwice();
    }

    private void look(String name, Shell dialog) {
        seen++;
        all(name, Access.letterComplaints(dialog));
        for (TabFolder tabs : Ui.all(dialog, TabFolder.class, TabFolder::isVisible)) {
            for (int i = 1; i < tabs.getItemCount(); i++) {
                tabs.setSelection(i);
                Ui.settle();
                all(name + "-" + tabs.getItem(i).getText(), Access.letterComplaints(dialog));
            }
        }
    }

    @Test
    void ofThePreferencePages() {
        new Walk((name, dialog, _) -> look(name, dialog)).preferencePages();
        noneTwice();
    }

    @Test
    void ofTheDialogsAndWizards() throws Exception {
        Walk.withCard(folder, new Walk((name, dialog, _) -> look(name, dialog))::dialogs);
        noneTwice();
    }
}

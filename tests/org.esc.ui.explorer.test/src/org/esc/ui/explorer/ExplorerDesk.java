// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.PlatformUI;
import org.esc.card.CardFiles;
import org.esc.softcard.SoftReaders;
import org.esc.ui.Services;
import org.esc.ui.VerbDialog;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A person at the open Token Explorer, with readers for software cards. */
abstract class ExplorerDesk {

    @TempDir
    Path folder;
    SoftReaders readers;
    ExplorerView view;

    @BeforeEach
    void openTheView() throws Exception {
        readers = (SoftReaders) Services.find(CardFiles.class).orElseThrow();
        readers.unplugAll();
        PlatformUI.getWorkbench().showPerspective("org.esc.ui.tokens.perspective", PlatformUI.getWorkbench().getActiveWorkbenchWindow());
        view = Ui.freshView(ExplorerView.ID, ExplorerView.class);
    }

    @AfterEach
    void tidyUp() {
        // as a person closes them: what they ask is refused, and what they do is cancelled
        Ui.until("all dialogs are closed", () -> {
            Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::close);
            return Ui.shells().size() == 1;
        });
        readers.unplugAll();
    }

    void untilRead() {
        Ui.until("the card was read", () -> view.model().cards().stream().anyMatch(c -> c.state() == ExplorerModel.State.READ));
    }

    static Tree tree() {
        return Ui.all(Ui.window(), Tree.class, t -> t.isVisible() && t.getColumnCount() == 2 && t.getColumn(0).getText().equals("On the token"))
                .getFirst();
    }

    static Optional<TreeItem> item(String text) {
        return Ui.all(Ui.window(), Tree.class, t -> t.isVisible() && t.getColumnCount() == 2 && t.getColumn(0).getText().equals("On the token"))
                .stream().flatMap(t -> find(t.getItems(), text).stream()).findFirst();
    }

    static Optional<TreeItem> find(TreeItem[] items, String text) {
        for (TreeItem i : items) {
            if (i.getText().equals(text)) {
                return Optional.of(i);
            }
            var inner = find(i.getItems(), text);
            if (inner.isPresent()) {
                return inner;
            }
        }
        return Optional.empty();
    }

    static void select(String text) {
        TreeItem item = item(text).orElseThrow(() -> new AssertionError("no " + text + " in the tree"));
        tree().setSelection(item);
        var e = new Event();
        e.item = item;
        tree().notifyListeners(SWT.Selection, e);
    }

    static Optional<ActionDialog> dialog() {
        return Ui.shells().stream().map(s -> s.getData("org.esc.ui.dialog")).filter(ActionDialog.class::isInstance)
                .map(ActionDialog.class::cast).findFirst();
    }

    static Shell untilStage(VerbDialog.Stage stage) {
        Ui.until("the dialog is at " + stage, () -> dialog().filter(d -> d.stage() == stage).isPresent());
        return dialog().orElseThrow().getShell();
    }

    static Shell untilAsked(String title) {
        Ui.until("it is asked: " + title, () -> Ui.shells().stream().anyMatch(s -> s.getText().equals(title)));
        return Ui.shells().stream().filter(s -> s.getText().equals(title)).findFirst().orElseThrow();
    }

    static void answer(String title, String field, String value) {
        Shell shell = untilAsked(title);
        Ui.type(shell, field, value);
        Ui.press(shell, "OK");
        Ui.until(title + " is answered", shell::isDisposed);
    }

    List<String> offered() {
        Menu menu = tree().getMenu();
        menu.notifyListeners(SWT.Show, new Event());
        var labels = Stream.of(menu.getItems()).map(MenuItem::getText).toList();
        menu.notifyListeners(SWT.Hide, new Event());
        return labels.stream().map(l -> l.replace("&", "").replaceAll("\t.*", "")).filter(l -> l.endsWith("…")).toList();
    }

    static String labels() {
        return Ui.all(Ui.window(), Label.class, Label::isVisible).stream().map(Label::getText).toList().toString();
    }
}

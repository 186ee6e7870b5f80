// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.commonmark.node.Document;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.eclipse.core.runtime.ILog;
import org.eclipse.jface.dialogs.DialogSettings;
import org.eclipse.jface.dialogs.IDialogSettings;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.Words;
import org.esc.help.Markdown;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.osgi.framework.FrameworkUtil;

/** Leads through a task, step by step: a page of the guides, one heading after the other, with a tick for each that is done. */
public final class SheetView extends ViewPart {

    private static final Words WORDS = Words.of(SheetView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.help.sheet";

    private static final String SHEETS = "/org.esc.help/docs/help/sheets/";
    private static final String LAST = "sheet";

    /** One step. */
    record Step(String title, Node text) {
    }

    private final Shelf shelf = new Shelf();
    private final List<Shelf.Topic> sheets = shelf.topics().stream().flatMap(t -> t.parts().stream()).filter(t -> t.href().startsWith(SHEETS)).toList();
    private final IDialogSettings memory = DialogSettings.getOrCreateSection(
            PlatformUI.getDialogSettingsProvider(FrameworkUtil.getBundle(SheetView.class)).getDialogSettings(), "sheets");
    private Combo choice;
    private Table list;
    private PageText text;
    private Button act;
    private Button next;
    private List<Step> steps = List.of();
    private String shown = "";

    @Override
    public void createPartControl(Composite parent) {
        var page = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(4, 4).spacing(6, 4).applyTo(page);
        var label = new Label(page, SWT.NONE);
        label.setText(WORDS.say("&What to do:"));
        choice = Names.name(new Combo(page, SWT.READ_ONLY), WORDS.say("What to do"));
        GridDataFactory.fillDefaults().grab(true, false).applyTo(choice);
        sheets.forEach(s -> choice.add(s.label()));
        choice.setVisibleItemCount(12);
        choice.addListener(SWT.Selection, _ -> show(sheets.get(choice.getSelectionIndex()).href()));
        var sash = new SashForm(page, SWT.VERTICAL | SWT.SMOOTH);
        GridDataFactory.fillDefaults().grab(true, true).span(2, 1).applyTo(sash);
        list = NativeLook.of(Names.name(new Table(sash, SWT.CHECK | SWT.SINGLE | SWT.BORDER), WORDS.say("Steps")));
        text = new PageText(sash, this::follow);
        sash.setWeights(4, 5);
        list.addListener(SWT.Selection, e -> {
            if (e.detail == SWT.CHECK) {
                remember();
            } else {
                step();
            }
        });
        var buttons = new Composite(page, SWT.NONE);
        GridDataFactory.fillDefaults().span(2, 1).applyTo(buttons);
        GridLayoutFactory.fillDefaults().numColumns(3).applyTo(buttons);
        act = button(buttons, WORDS.say("&Do It"), () -> command().ifPresent(Commands::run));
        next = button(buttons, WORDS.say("&Next Step"), this::next);
        button(buttons, WORDS.say("&Begin Again"), this::again);
        String last = memory.get(LAST);
        show(last == null ? "" : last);
    }

    private static Button button(Composite parent, String label, Runnable what) {
        var button = NativeLook.of(new Button(parent, SWT.PUSH));
        button.setText(label);
        button.addListener(SWT.Selection, _ -> what.run());
        return button;
    }

    /** Opens the view with a cheat sheet; with the last one if the name is empty. */
    static void open(String name) {
        IWorkbenchWindow window = PlatformUI.getWorkbench().getActiveWorkbenchWindow();
        if (window == null || window.getActivePage() == null) {
            return;
        }
        try {
            var view = (SheetView) window.getActivePage().showView(ID);
            if (!name.isEmpty()) {
                view.show(SHEETS + name + ".html");
            }
        } catch (PartInitException e) {
            ILog.of(SheetView.class).error("The view with the cheat sheets cannot be shown", e);
        }
    }

    /** Shows a cheat sheet where it was left; the first one if there is none by that name. */
    void show(String href) {
        Optional<Shelf.Topic> sheet = sheets.stream().filter(s -> s.href().equals(href)).findFirst().or(() -> sheets.stream().findFirst());
        if (sheet.isEmpty()) {
            return;
        }
        shown = sheet.get().href();
        memory.put(LAST, shown);
        choice.select(sheets.indexOf(sheet.get()));
        steps = steps(shelf.leaf(shown).orElseThrow().page().parsed());
        list.removeAll();
        String done = memory.get(shown) == null ? "" : memory.get(shown);
        int first = -1;
        for (int i = 0; i < steps.size(); i++) {
            var item = new TableItem(list, SWT.NONE);
            item.setText(i + 1 + "  " + steps.get(i).title());
            item.setChecked(i < done.length() && done.charAt(i) == '+');
            first = first < 0 && !item.getChecked() ? i : first;
        }
        select(first < 0 ? steps.size() - 1 : first);
    }

    /** The parts from one heading to the next; what comes before the first is told with the first. */
    static List<Step> steps(Node page) {
        var found = new ArrayList<Step>();
        Node part = new Document();
        Node block = page.getFirstChild();
        while (block != null) {
            Node after = block.getNext();
            if (block instanceof Heading h && h.getLevel() == 2) {
                if (!found.isEmpty()) {
                    part = new Document();
                }
                found.add(new Step(Markdown.words(h), part));
            }
            if (!(block instanceof Heading h && h.getLevel() == 1)) {
                part.appendChild(block);
            }
            block = after;
        }
        return found;
    }

    private void select(int step) {
        list.setSelection(step);
        step();
    }

    private void step() {
        int at = list.getSelectionIndex();
        if (at >= 0) {
            text.show(steps.get(at).text(), new Markdown.Anchors(), "", link -> shelf.file(shown, link));
            act.setEnabled(command().isPresent());
            next.setEnabled(at < steps.size() - 1 || !list.getItem(at).getChecked());
        }
    }

    private Optional<String> command() {
        return text.links().stream().map(PageText.Span::to).filter(Commands::is).findFirst();
    }

    private void next() {
        int at = list.getSelectionIndex();
        if (at >= 0) {
            list.getItem(at).setChecked(true);
            remember();
            select(Math.min(at + 1, steps.size() - 1));
        }
    }

    private void again() {
        for (TableItem item : list.getItems()) {
            item.setChecked(false);
        }
        remember();
        select(0);
    }

    private void remember() {
        var done = new StringBuilder();
        for (TableItem item : list.getItems()) {
            done.append(item.getChecked() ? '+' : '-');
        }
        memory.put(shown, done.toString());
    }

    private void follow(String link) {
        if (Commands.is(link)) {
            Commands.run(link);
        } else if (link.startsWith("https://")) {
            Browsing.launch(link);
        } else {
            shelf.target(shown, link).ifPresent(t -> PlatformUI.getWorkbench().getHelpSystem().displayHelpResource(t));
        }
    }

    Table list() {
        return list;
    }

    PageText text() {
        return text;
    }

    @Override
    public void setFocus() {
        list.setFocus();
    }
}

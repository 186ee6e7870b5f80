// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.IAction;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.action.Separator;
import org.eclipse.jface.dialogs.InputDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.window.Window;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.dnd.Clipboard;
import org.eclipse.swt.dnd.TextTransfer;
import org.eclipse.swt.dnd.Transfer;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.TabFolder;
import org.eclipse.swt.widgets.TabItem;
import org.eclipse.ui.IWorkbenchActionConstants;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.card.Subscription;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;
import org.esc.trace.TraceLog;
import org.esc.trace.analysis.Filter;
import org.esc.trace.analysis.Findings;
import org.esc.trace.analysis.Statistics;
import org.esc.ui.Icons;
import org.esc.ui.Services;

/**
 * A trace: its exchanges as a list, and below it the one that is selected, byte by byte. The first of these views shows what passes now; each further one, a
 * file, which its secondary id tells.
 */
public final class TraceView extends ViewPart {

    /** Id of the view. */
    public static final String ID = "org.esc.ui.trace.view";
    /** Context in which the keys of the commands are bound. */
    static final String CONTEXT = "org.esc.ui.trace.context";

    private static final int REFRESH_MILLIS = 100;

    private final Rows rows = new Rows();
    private final AtomicBoolean dirty = new AtomicBoolean();
    private Display display;
    private Composite stack;
    private Label nothing;
    private Composite content;
    private RowTable list;
    private FilterBar filterBar;
    private TabFolder tabs;
    private DecodedPane decoded;
    private FindingsPane findings;
    private StatisticsPane statistics;
    private Label status;
    private Optional<Open> open = Optional.empty();
    private Optional<Filtering> filtering = Optional.empty();
    /** What the tab in front shows: which one, and how much of the trace. */
    private Optional<String> looked = Optional.empty();
    private boolean follow = true;
    private IAction followAction;

    /** A trace that is shown. */
    private record Open(Trace trace, List<Decoder> decoders, Loader loader, Subscription changes) {

        void close() {
            changes.close();
            loader.close();
            trace.close();
        }
    }

    @Override
    public void createPartControl(Composite parent) {
        display = parent.getDisplay();
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        nothing = new Label(stack, SWT.WRAP);
        content = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(content);
        filterBar = new FilterBar(content, this::filter);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(filterBar);
        var sash = new SashForm(content, SWT.VERTICAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        list = new RowTable(sash, new Source(), this::selected, _ -> {
        }, () -> setFollow(false));
        tabs = new TabFolder(sash, SWT.NONE);
        decoded = tab("&Exchange", DecodedPane::new);
        findings = tab("F&indings", p -> new FindingsPane(p, this::goToNumber));
        statistics = tab("&Statistics", StatisticsPane::new);
        tabs.addListener(SWT.Selection, _ -> look());
        sash.setWeights(3, 2);
        status = new Label(content, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 2).applyTo(status);
        createActions();
        getSite().getService(IContextService.class).activateContext(CONTEXT);
        if (getViewSite().getSecondaryId() == null) {
            Services.find(TraceLog.class).ifPresent(this::show);
        }
        showState();
    }

    private <C extends Control> C tab(String title, Function<Composite, C> maker) {
        C pane = maker.apply(tabs);
        var item = new TabItem(tabs, SWT.NONE);
        item.setText(title);
        item.setControl(pane);
        return pane;
    }

    private void createActions() {
        followAction = action("&Follow", "follow", "Stays at the newest exchange", "org.esc.ui.trace.follow", IAction.AS_CHECK_BOX,
                a -> setFollow(a.isChecked()));
        followAction.setChecked(true);
        var goTo = action("&Go to Number…", "go-to", "Goes to an exchange by its number", "org.esc.ui.trace.goTo", IAction.AS_PUSH_BUTTON, _ -> goTo());
        var tools = getViewSite().getActionBars().getToolBarManager();
        var find = action("Fi&lter", "filter", "Shows only exchanges that pass a filter", "org.esc.ui.trace.filter", IAction.AS_PUSH_BUTTON,
                _ -> filterBar.focus());
        tools.add(find);
        tools.add(followAction);
        tools.add(goTo);
        getViewSite().getActionBars().setGlobalActionHandler(ActionFactory.FIND.getId(), find);
        var copy = new Action("&Copy") {
            @Override
            public void run() {
                copy();
            }
        };
        copy.setActionDefinitionId("org.eclipse.ui.edit.copy");
        getViewSite().getActionBars().setGlobalActionHandler(ActionFactory.COPY.getId(), copy);
        var menu = new MenuManager();
        menu.add(copy);
        menu.add(goTo);
        menu.add(followAction);
        menu.add(new Separator(IWorkbenchActionConstants.MB_ADDITIONS));
        list.table().setMenu(menu.createContextMenu(list.table()));
        getSite().registerContextMenu(menu, getSite().getSelectionProvider());
    }

    private static IAction action(String text, String icon, String tip, String command, int style, Consumer<IAction> run) {
        var a = new Action(text, style) {
            @Override
            public void run() {
                run.accept(this);
            }
        };
        a.setImageDescriptor(Icons.descriptor(TraceView.class, icon));
        a.setToolTipText(tip);
        a.setActionDefinitionId(command);
        return a;
    }

    /** The rows, for the list. */
    private final class Source implements RowTable.Source {

        @Override
        public long count() {
            return rows.count();
        }

        @Override
        public long index(long row) {
            return rows.index(row);
        }

        @Override
        public long row(long index) {
            return rows.row(index);
        }

        @Override
        public void read(long fromRow, int howMany, Consumer<List<Row>> then) {
            open.ifPresent(o -> {
                var indexes = new long[howMany];
                int n = 0;
                try {
                    while (n < howMany) {
                        indexes[n] = rows.index(fromRow + n);
                        n++;
                    }
                } catch (IndexOutOfBoundsException _) {
                    // dropped since they were counted
                }
                o.loader.rows(java.util.Arrays.copyOf(indexes, n), then);
            });
        }
    }

    /** Shows a trace instead of the one before, which is closed. */
    void show(Trace trace) {
        filtering.ifPresent(Filtering::close);
        filtering = Optional.empty();
        open.ifPresent(Open::close);
        List<Decoder> decoders = Services.find(TraceLog.class).map(TraceLog::decoders).orElse(List.of());
        open = Optional.of(new Open(trace, decoders, new Loader(display, trace, decoders), trace.subscribe(this::changed)));
        filterBar.write("");
        looked = Optional.empty();
        setPartName(trace.about().live() ? "Card Traffic" : trace.about().title());
        setTitleToolTip(trace.about().title());
        follow = trace.about().live();
        followAction.setChecked(follow);
        followAction.setEnabled(trace.about().live() || !trace.isComplete());
        rows.all(trace.first(), trace.end());
        list.deselect();
        showState();
    }

    /** The trace that is shown. */
    Optional<Trace> trace() {
        return open.map(Open::trace);
    }

    RowTable list() {
        return list;
    }

    DecodedPane decoded() {
        return decoded;
    }

    /** Called from any thread, perhaps very often: the view looks again soon, and once. */
    private void changed() {
        if (dirty.compareAndSet(false, true) && !display.isDisposed()) {
            display.asyncExec(() -> {
                if (!stack.isDisposed()) {
                    display.timerExec(REFRESH_MILLIS, () -> {
                        dirty.set(false);
                        showState();
                    });
                }
            });
        }
    }

    private void showState() {
        if (stack.isDisposed()) {
            return;
        }
        open.ifPresent(o -> {
            if (!rows.isFiltered()) {
                rows.all(o.trace.first(), o.trace.end());
            } else {
                rows.dropBefore(o.trace.first());
            }
        });
        boolean empty = open.isEmpty() || open.get().trace.end() == open.get().trace.first();
        if (empty) {
            nothing.setText(open.isEmpty() ? "\n   No trace is open."
                    : open.get().trace.about().live()
                            ? "\n   Nothing has passed between this program and a card yet. Insert a card or plug in a software token (File menu): every exchange "
                                    + "is shown here, with its secrets hidden."
                            : open.get().trace.isComplete() ? "\n   There is no exchange in this trace." : "\n   Reading…");
        }
        ((StackLayout) stack.getLayout()).topControl = empty ? nothing : content;
        stack.layout();
        if (follow) {
            list.to(Long.MAX_VALUE);
        } else {
            list.refresh();
        }
        status.setText(open.map(o -> state(o.trace)).orElse(""));
    }

    private String state(Trace t) {
        long all = t.end() - t.first();
        var s = new StringBuilder(rows.isFiltered() ? String.format("%,d of %,d exchanges", rows.count(), all) : String.format("%,d exchanges", all));
        s.append(filtering.filter(f -> f.at() < t.end()).map(f -> String.format(", filtering: %.0f %%", 100.0 * (f.at() - t.first()) / Math.max(1, all)))
                .orElse(""));
        s.append(t.first() > 0 ? String.format(", %,d older ones dropped", t.first()) : "");
        s.append(t.isComplete() || t.about().live() ? "" : ", reading…");
        s.append(t.damage().isEmpty() ? "" : ", damaged at " + t.damage().size() + (t.damage().size() == 1 ? " place" : " places"));
        s.append(t.about().decryptable() ? "   CAN BE DECRYPTED: keep this trace to yourself" : "");
        return s.toString();
    }

    private void setFollow(boolean on) {
        if (follow != on) {
            follow = on;
            followAction.setChecked(on);
            if (on) {
                list.to(Long.MAX_VALUE);
            }
        }
    }

    private void selected(Optional<Row> row) {
        if (row.isEmpty() || open.isEmpty()) {
            decoded.show(Optional.empty());
            return;
        }
        long index = row.get().index();
        open.get().loader.details(index, d -> {
            if (!decoded.isDisposed() && list.selection() == index) {
                decoded.show(d);
            }
        });
    }

    /** Shows what passes a filter, or all again. */
    private void filter(Optional<Filter> filter) {
        filtering.ifPresent(Filtering::close);
        filtering = Optional.empty();
        open.ifPresent(o -> {
            if (filter.isPresent()) {
                filtering = Optional.of(new Filtering(o.trace, filter.get(), o.decoders, rows, this::changed));
            } else {
                rows.all(o.trace.first(), o.trace.end());
            }
        });
        showState();
        if (list.selection() >= 0) {
            list.select(list.selection());
        }
    }

    /** The tab in front is filled when somebody looks at it. */
    private void look() {
        if (open.isEmpty() || tabs.getSelectionIndex() == 0) {
            return;
        }
        Open o = open.get();
        boolean wantsFindings = tabs.getSelectionIndex() == 1;
        String what = tabs.getSelectionIndex() + " " + o.trace.first() + " " + o.trace.end();
        if (looked.filter(what::equals).isPresent()) {
            return;
        }
        looked = Optional.of(what);
        if (wantsFindings) {
            findings.say("Looking through the trace…");
            Study.start("Looking for what is wrong in " + o.trace.about().title(), display,
                    cancel -> Services.find(Findings.class).orElseGet(Findings::new).of(o.trace, o.decoders, cancel),
                    found -> ifStill(o, findings, () -> findings.show(found)), problem -> ifStill(o, findings, () -> findings.say(problem)));
        } else {
            statistics.say("Counting…");
            Study.start("Counting what is in " + o.trace.about().title(), display,
                    cancel -> Statistics.of(o.trace, o.decoders, Filter.ALL, cancel),
                    report -> ifStill(o, statistics, () -> statistics.show(report)), problem -> ifStill(o, statistics, () -> statistics.say(problem)));
        }
    }

    private void ifStill(Open o, Control pane, Runnable task) {
        if (!pane.isDisposed() && open.filter(now -> now == o).isPresent()) {
            task.run();
        }
    }

    /** Goes to the exchange with a number; a filter that hides it is taken away. */
    private void goToNumber(long number) {
        open.ifPresent(o -> {
            long low;
            try {
                low = Numbers.index(o.trace, number);
            } catch (EscException | IndexOutOfBoundsException _) {
                return;
            }
            if (low < o.trace.end()) {
                setFollow(false);
                if (rows.isFiltered() && (rows.row(low) == rows.count() || rows.index(rows.row(low)) != low)) {
                    filterBar.write("");
                }
                list.select(low);
                list.table().setFocus();
            }
        });
    }

    private void goTo() {
        var dialog = new InputDialog(getSite().getShell(), "Go to Number", "&Number of the exchange:", "", text -> {
            try {
                return Long.parseLong(text.strip()) >= 0 ? null : "Enter a number.";
            } catch (NumberFormatException _) {
                return "Enter a number.";
            }
        });
        if (dialog.open() == Window.OK) {
            goToNumber(Long.parseLong(dialog.getValue().strip()));
        }
    }

    private void copy() {
        String text = list.table().isFocusControl()
                ? list.shown().stream().filter(r -> r.index() == list.selection()).findFirst().map(Row::line).orElse("") : decoded.text();
        if (!text.isEmpty()) {
            var clipboard = new Clipboard(display);
            try {
                clipboard.setContents(new Object[] {text}, new Transfer[] {TextTransfer.getInstance()});
            } finally {
                clipboard.dispose();
            }
        }
    }

    @Override
    public void setFocus() {
        if (((StackLayout) stack.getLayout()).topControl == content) {
            list.table().setFocus();
        } else {
            stack.setFocus();
        }
    }

    FilterBar filterBar() {
        return filterBar;
    }

    TabFolder tabs() {
        return tabs;
    }

    FindingsPane findings() {
        return findings;
    }

    StatisticsPane statistics() {
        return statistics;
    }

    @Override
    public void dispose() {
        filtering.ifPresent(Filtering::close);
        open.ifPresent(Open::close);
        open = Optional.empty();
        super.dispose();
    }
}

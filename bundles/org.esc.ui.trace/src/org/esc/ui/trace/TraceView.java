// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.ui.IWorkbenchActionConstants;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.part.ViewPart;
import org.esc.card.Subscription;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;
import org.esc.trace.TraceLog;
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
    private DecodedPane decoded;
    private Label status;
    private Optional<Open> open = Optional.empty();
    private boolean follow = true;
    private IAction followAction;

    /** A trace that is shown. */
    private record Open(Trace trace, Loader loader, Subscription changes) {

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
        var sash = new SashForm(content, SWT.VERTICAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        list = new RowTable(sash, new Source(), this::selected, _ -> {
        }, () -> setFollow(false));
        decoded = new DecodedPane(sash);
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

    private void createActions() {
        followAction = action("&Follow", "follow", "Stays at the newest exchange", "org.esc.ui.trace.follow", IAction.AS_CHECK_BOX,
                a -> setFollow(a.isChecked()));
        followAction.setChecked(true);
        var goTo = action("&Go to Number…", "go-to", "Goes to an exchange by its number", "org.esc.ui.trace.goTo", IAction.AS_PUSH_BUTTON, _ -> goTo());
        var tools = getViewSite().getActionBars().getToolBarManager();
        tools.add(followAction);
        tools.add(goTo);
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
        open.ifPresent(Open::close);
        List<Decoder> decoders = Services.find(TraceLog.class).map(TraceLog::decoders).orElse(List.of());
        open = Optional.of(new Open(trace, new Loader(display, trace, decoders), trace.subscribe(this::changed)));
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

    private void goTo() {
        var dialog = new InputDialog(getSite().getShell(), "Go to Number", "&Row, from 1 to " + rows.count() + ":", "", text -> {
            try {
                long n = Long.parseLong(text.strip());
                return n >= 1 && n <= rows.count() ? null : "There is no such row.";
            } catch (NumberFormatException _) {
                return "Enter a number.";
            }
        });
        if (dialog.open() == Window.OK) {
            setFollow(false);
            list.goTo(Long.parseLong(dialog.getValue().strip()) - 1);
            list.table().setFocus();
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

    @Override
    public void dispose() {
        open.ifPresent(Open::close);
        open = Optional.empty();
        super.dispose();
    }
}

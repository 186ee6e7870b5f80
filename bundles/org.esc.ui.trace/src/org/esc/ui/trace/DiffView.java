// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.IAction;
import org.eclipse.jface.action.Separator;
import org.eclipse.jface.commands.ActionHandler;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.ui.IViewReference;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.handlers.IHandlerService;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;
import org.esc.trace.TraceLog;
import org.esc.trace.analysis.FilterBook.Colour;
import org.esc.trace.analysis.FilterBook.Paint;
import org.esc.trace.analysis.Painter;
import org.esc.trace.analysis.TraceDiff;
import org.esc.trace.analysis.TraceDiff.Change;
import org.esc.trace.analysis.TraceDiff.Ignore;
import org.esc.trace.analysis.TraceDiff.Kind;
import org.esc.trace.formats.TraceFiles;
import org.esc.ui.Columns;
import org.esc.ui.Copy;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.PageStack;
import org.esc.ui.Services;

/** Two traces side by side, aligned by meaning: what is only on one side, what differs and in which fields. */
public final class DiffView extends ViewPart {

    private static final Words WORDS = Words.of(DiffView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.trace.diff";

    /** Longer traces would need more memory than a workbench should take: some hundred bytes for each step of both. */
    private static final long MOST_EXCHANGES = 2_000_000;
    private static final int MOST_FIELDS = 4000;
    private static final int SIGN = 0;
    private static final int LEFT = 1;
    private static final int RIGHT = 4;

    private static final Colour CHANGED_COLOUR = new Colour(WORDS.say("differs"), "", Paint.of(0x5C4200, 0xFFF4CE), Paint.of(0xFFE08A, 0x433519), "≠", true);
    private static final Colour LEFT_COLOUR = new Colour(WORDS.say("only on the left"), "", Paint.of(0x7A1419, 0xFDE7E9), Paint.of(0xFFB3B8, 0x442726), "←", true);
    private static final Colour RIGHT_COLOUR = new Colour(WORDS.say("only on the right"), "", Paint.of(0x0B4A20, 0xDFF6DD), Paint.of(0xA8E6A3, 0x1E3B24), "→", true);

    /**
     * A trace that can be compared.
     *
     * @param title of it, for a person
     * @param how   to open it
     */
    record Source(String title, How how) {

        /** Opens a trace. */
        interface How {

            /** Opens it, for the caller to close. */
            Trace open(TraceFiles files, Context context) throws EscException;
        }

        /** One in a file. */
        static Source of(Path file) {
            return new Source(String.valueOf(file.getFileName()), (files, context) -> files.open(file, context.cancel()));
        }
    }

    /** Two traces that were compared. */
    private record Compared(Trace left, Trace right, TraceDiff diff) {
    }

    /** Two traces that are shown. */
    private record Open(Compared compared, DiffLines lines, Loader left, Loader right, Worker worker, Worker.Wishes fields) {

        void close() {
            left.close();
            right.close();
            worker.close();
            compared.left.close();
            compared.right.close();
        }
    }

    private final Set<Ignore> ignored = EnumSet.copyOf(TraceDiff.USUAL);
    private Display display;
    private Composite stack;
    private Composite nothing;
    private Label why;
    private Composite content;
    private Label summary;
    private Button only;
    private RowTable list;
    private Table fields;
    private Optional<Open> open = Optional.empty();
    private Optional<Source> left = Optional.empty();
    private Optional<Source> right = Optional.empty();
    private Optional<Job> job = Optional.empty();

    /** Asks which traces to compare, and shows them in a view of their own. */
    static void choose(IWorkbenchPage page, Optional<Source> left) {
        var sources = new ArrayList<Source>();
        for (IViewReference r : page.getViewReferences()) {
            if (r.getView(false) instanceof TraceView v) {
                v.source().filter(s -> sources.stream().noneMatch(x -> x.title.equals(s.title))).ifPresent(sources::add);
            }
        }
        new CompareDialog(page.getWorkbenchWindow().getShell(), sources, left, (l, r) -> show(page, l, r)).open();
    }

    /** Compares two traces in a view of their own. */
    static DiffView show(IWorkbenchPage page, Source left, Source right) {
        try {
            // a colon would end a secondary id
            String id = (left.title + " / " + right.title).replace(':', '_');
            var view = (DiffView) page.showView(ID, id, IWorkbenchPage.VIEW_ACTIVATE);
            view.compare(left, right);
            return view;
        } catch (PartInitException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void createPartControl(Composite parent) {
        display = parent.getDisplay();
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        nothing = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(20, 20).applyTo(nothing);
        why = new Label(nothing, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(why);
        var choose = NativeLook.of(new Button(nothing, SWT.PUSH));
        choose.setText(WORDS.say("Co&mpare…"));
        choose.addListener(SWT.Selection, _ -> choose(getSite().getPage(), left));
        content = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 2).applyTo(content);
        summary = new Label(content, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 4).applyTo(summary);
        only = NativeLook.of(new Button(content, SWT.CHECK));
        only.setText(WORDS.say("Only &differences"));
        GridDataFactory.fillDefaults().indent(6, 0).applyTo(only);
        only.addListener(SWT.Selection, _ -> keepPlace());
        var sash = new SashForm(content, SWT.VERTICAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        list = new RowTable(sash, WORDS.say("Steps of both traces"), List.of(new RowTable.Column("", 40, false),
                new RowTable.Column(WORDS.say("Left No."), 80, true), new RowTable.Column(WORDS.say("Command on the left"), 270, false),
                new RowTable.Column(WORDS.say("Answer"), 170, false), new RowTable.Column(WORDS.say("Right No."), 80, true),
                new RowTable.Column(WORDS.say("Command on the right"), 270, false), new RowTable.Column(WORDS.say("Answer"), 170, false)), new Lines(), this::selected, () -> {
                });
        fields = Names.name(new Table(sash, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL), WORDS.say("Fields of the step"));
        fields.setHeaderVisible(true);
        column("", 40);
        column(WORDS.say("Field"), 260);
        column(WORDS.say("On the left"), 380);
        column(WORDS.say("On the right"), 380);
        sash.setWeights(3, 2);
        createActions();
        getSite().getService(IContextService.class).activateContext(TraceView.CONTEXT);
        say(WORDS.say("No traces are compared here. Choose two: files, or what passes now."));
    }

    private void column(String title, int width) {
        Columns.fixed(fields, SWT.LEFT, title, width);
    }

    private void createActions() {
        var next = action(WORDS.say("Ne&xt Difference"), "next", "next", () -> go(true));
        var previous = action(WORDS.say("&Previous Difference"), "previous", "previous", () -> go(false));
        var compare = action(WORDS.say("Co&mpare…"), "compare", "compare", () -> choose(getSite().getPage(), left));
        var bars = getViewSite().getActionBars();
        var menu = bars.getMenuManager();
        for (IAction a : List.of(next, previous, compare)) {
            bars.getToolBarManager().add(a);
            menu.add(a);
        }
        menu.add(new Separator());
        for (Ignore i : Ignore.values()) {
            var a = new Action(ignores(i), IAction.AS_CHECK_BOX) {
                @Override
                public void run() {
                    boolean changed = isChecked() ? ignored.add(i) : ignored.remove(i);
                    if (changed && left.isPresent()) {
                        compare(left.get(), right.orElseThrow());
                    }
                }
            };
            a.setChecked(ignored.contains(i));
            menu.add(a);
        }
        var copy = new Action(WORDS.say("&Copy")) {
            @Override
            public void run() {
                Copy.text(display, text());
            }
        };
        copy.setActionDefinitionId("org.eclipse.ui.edit.copy");
        bars.setGlobalActionHandler(ActionFactory.COPY.getId(), copy);
    }

    private static String ignores(Ignore i) {
        return switch (i) {
            case CHALLENGES -> WORDS.say("Ignore &challenges and counters");
            case CRYPTOGRAMS -> WORDS.say("Ignore c&ryptograms and what is encrypted");
            case MACS -> WORDS.say("Ignore MAC&s");
            case HANDLES -> WORDS.say("Ignore &handles");
            case TRANSPORT -> WORDS.say("Ignore how answers are &fetched");
            case ORIGINS -> WORDS.say("Ignore who caused &it");
            case IDENTITY -> WORDS.say("Ignore &whose card it is");
        };
    }

    private IAction action(String text, String icon, String command, Runnable run) {
        var a = new Action(text) {
            @Override
            public void run() {
                run.run();
            }
        };
        a.setImageDescriptor(Icons.descriptor(DiffView.class, icon));
        a.setToolTipText(text.replace("&", "").replace("…", ""));
        a.setActionDefinitionId("org.esc.ui.trace." + command);
        getSite().getService(IHandlerService.class).activateHandler(a.getActionDefinitionId(), new ActionHandler(a));
        return a;
    }

    /** Shows words instead of a comparison. */
    private void say(String words) {
        why.setText(words.replace("&", "&&"));
        nothing.layout();
        PageStack.show(stack, nothing);
    }

    /** Compares two traces, in the place of those that were. */
    void compare(Source newLeft, Source newRight) {
        job.ifPresent(Job::cancel);
        open.ifPresent(Open::close);
        open = Optional.empty();
        left = Optional.of(newLeft);
        right = Optional.of(newRight);
        setPartName(newLeft.title + " / " + newRight.title);
        say(WORDS.say("Comparing {0} with {1}…", newLeft.title, newRight.title));
        List<Decoder> decoders = Services.find(TraceLog.class).map(TraceLog::decoders).orElse(List.of());
        Set<Ignore> without = Set.copyOf(ignored);
        TraceFiles files = Services.find(TraceFiles.class).orElseThrow(() -> new IllegalStateException("No service opens traces"));
        Job[] mine = {null};
        mine[0] = Study.start(WORDS.say("Comparing {0} with {1}", newLeft.title, newRight.title), display,
                context -> compared(newLeft, newRight, files, decoders, without, context),
                (_, _) -> {
                }, done -> {
                    if (stack.isDisposed() || job.filter(j -> j == mine[0]).isEmpty()) {
                        done.left.close();
                        done.right.close();
                        return;
                    }
                    job = Optional.empty();
                    shown(done, decoders);
                }, problem -> {
                    if (!stack.isDisposed() && job.filter(j -> j == mine[0]).isPresent()) {
                        job = Optional.empty();
                        say(problem);
                    }
                });
        job = Optional.of(mine[0]);
    }

    private static Compared compared(Source newLeft, Source newRight, TraceFiles files, List<Decoder> decoders, Set<Ignore> without, Context context)
            throws EscException {
        Trace l = null;
        Trace r = null;
        boolean good = false;
        try {
            l = newLeft.how.open(files, context);
            check(l);
            r = newRight.how.open(files, context);
            check(r);
            var all = new Compared(l, r, TraceDiff.of(l, r, decoders, without, context.cancel()));
            good = true;
            return all;
        } finally {
            if (!good) {
                for (Trace t : Arrays.asList(l, r)) {
                    if (t != null) {
                        t.close();
                    }
                }
            }
        }
    }

    private static void check(Trace t) throws EscException {
        if (t.end() - t.first() > MOST_EXCHANGES) {
            throw Problem.of(Fault.USAGE, WORDS.say("compare the traces"), WORDS.say("{0} has {1} exchanges; a trace of more than {2} is not compared.",
                    t.about().title(), Numbers.text(t.end() - t.first()), Numbers.text(MOST_EXCHANGES))).code("too-long")
                    .advice(WORDS.say("Filter it, save what the filter shows, and compare that.")).exception();
        }
    }

    private void shown(Compared c, List<Decoder> decoders) {
        var lines = new DiffLines(c.diff.blocks());
        var plain = new Painter(List.of(), java.time.ZoneId.systemDefault());
        var worker = new Worker(display, "fields of steps");
        open = Optional.of(new Open(c, lines, new Loader(display, c.left, decoders, plain), new Loader(display, c.right, decoders, plain), worker, worker.new Wishes()));
        summary.setText((WORDS.say("Left: {0}   Right: {1}", left.orElseThrow().title, right.orElseThrow().title) + "\n"
                + (c.diff.isSame() ? WORDS.say("Nothing that counts differs:") + " " : "")
                + c.diff.summary().stream().limit(4).reduce((a, b) -> a + "  " + b).orElse("")).replace("&", "&&"));
        only.setSelection(!c.diff.isSame());
        only.setEnabled(!c.diff.isSame());
        fields.removeAll();
        list.deselect();
        PageStack.show(stack, content);
        content.layout();
        list.to(0);
        if (!c.diff.isSame()) {
            go(true);
        }
    }

    private boolean all() {
        return !only.getSelection();
    }

    private void keepPlace() {
        long line = list.selection();
        list.to(list.top());
        open.filter(_ -> line >= 0).ifPresent(o -> {
            long row = o.lines.row(line, all());
            if (row < o.lines.count(all())) {
                list.select(o.lines.line(row, all()));
            } else {
                list.deselect();
            }
        });
    }

    /** Goes to the next or the previous difference. */
    private void go(boolean forwards) {
        open.ifPresent(o -> {
            long line = forwards ? o.lines.next(list.selection()) : o.lines.previous(list.selection());
            if (line >= 0) {
                list.select(line);
                list.table().setFocus();
            } else {
                display.beep();
            }
        });
    }

    /** The lines, for the list. */
    private final class Lines implements RowTable.Source {

        @Override
        public long count() {
            return open.map(o -> o.lines.count(all())).orElse(0L);
        }

        @Override
        public long index(long row) {
            return open.orElseThrow().lines.line(row, all());
        }

        @Override
        public long row(long index) {
            return open.map(o -> o.lines.row(index, all())).orElse(0L);
        }

        @Override
        public void read(long fromRow, int howMany, Consumer<List<Row>> then) {
            Open o = open.orElseThrow();
            TraceDiff diff = o.compared.diff;
            var lines = new long[howMany];
            var lefts = new ArrayList<TraceDiff.Rows>();
            var rights = new ArrayList<TraceDiff.Rows>();
            for (int i = 0; i < howMany; i++) {
                lines[i] = index(fromRow + i);
                var step = o.lines.step(lines[i]);
                if (step.left() >= 0) {
                    lefts.add(diff.leftRows(step.left()));
                }
                if (step.right() >= 0) {
                    rights.add(diff.rightRows(step.right()));
                }
            }
            o.left.rows(ends(lefts), l -> o.right.rows(ends(rights), r -> {
                Map<Long, Row> leftRows = byIndex(l);
                Map<Long, Row> rightRows = byIndex(r);
                then.accept(Arrays.stream(lines).mapToObj(line -> shown(o, line, leftRows, rightRows)).toList());
            }));
        }
    }

    /** The first and the last exchange of each step. */
    private static long[] ends(List<TraceDiff.Rows> steps) {
        return steps.stream().flatMapToLong(s -> s.first() == s.last() ? java.util.stream.LongStream.of(s.first()) : java.util.stream.LongStream.of(s.first(), s.last()))
                .sorted().distinct().toArray();
    }

    private static Map<Long, Row> byIndex(List<Row> rows) {
        var map = new HashMap<Long, Row>();
        rows.forEach(r -> map.put(r.index(), r));
        return map;
    }

    private static Row shown(Open o, long line, Map<Long, Row> leftRows, Map<Long, Row> rightRows) {
        var step = o.lines.step(line);
        String[] cells = new String[7];
        Arrays.fill(cells, "");
        Optional<Colour> colour = colour(step.block().kind());
        cells[SIGN] = colour.map(Colour::marker).orElse("=");
        if (step.left() >= 0) {
            side(cells, LEFT, o.compared.diff.leftRows(step.left()), leftRows);
        }
        if (step.right() >= 0) {
            side(cells, RIGHT, o.compared.diff.rightRows(step.right()), rightRows);
        }
        return new Row(line, cells, colour);
    }

    private static Optional<Colour> colour(Kind kind) {
        return switch (kind) {
            case SAME -> Optional.empty();
            case CHANGED -> Optional.of(CHANGED_COLOUR);
            case LEFT -> Optional.of(LEFT_COLOUR);
            case RIGHT -> Optional.of(RIGHT_COLOUR);
        };
    }

    private static void side(String[] cells, int at, TraceDiff.Rows rows, Map<Long, Row> read) {
        Optional.ofNullable(read.get(rows.first())).ifPresent(r -> {
            cells[at] = r.cells()[Row.Column.NUMBER.ordinal()];
            cells[at + 1] = r.cells()[Row.Column.COMMAND.ordinal()];
        });
        Optional.ofNullable(read.get(rows.last())).ifPresent(r -> cells[at + 2] = r.cells()[Row.Column.STATUS.ordinal()]);
    }

    private void selected(Optional<Row> row) {
        if (row.isEmpty() || open.isEmpty()) {
            fields.removeAll();
            return;
        }
        Open o = open.get();
        long line = row.get().index();
        var step = o.lines.step(line);
        o.fields.want(() -> {
            try {
                return o.compared.diff.fields(step.block(), step.at());
            } catch (EscException e) {
                return List.of(new Change(e.problem().message(), "", ""));
            }
        }, all -> {
            if (!fields.isDisposed() && list.selection() == line) {
                show(all);
            }
        });
    }

    private void show(List<Change> all) {
        fields.setRedraw(false);
        try {
            fields.removeAll();
            // what differs first, in its order
            all.stream().sorted((a, b) -> Boolean.compare(b.differs(), a.differs())).limit(MOST_FIELDS).forEach(c -> {
                var item = new TableItem(fields, SWT.NONE);
                Kind kind = !c.differs() ? Kind.SAME : c.right().isEmpty() ? Kind.LEFT : c.left().isEmpty() ? Kind.RIGHT : Kind.CHANGED;
                var marked = Marked.of(c.left(), c.right());
                item.setText(new String[] {colour(kind).map(Colour::marker).orElse("="), c.field(), marked.left(), marked.right()});
                colour(kind).ifPresent(rule -> RowTable.paint(item, rule));
            });
        } finally {
            fields.setRedraw(true);
        }
    }

    /** What is selected, as text for the clipboard. */
    private String text() {
        if (fields.isFocusControl()) {
            return Arrays.stream(fields.getSelectionCount() > 0 ? fields.getSelection() : fields.getItems())
                    .map(i -> i.getText(0) + "\t" + i.getText(1) + "\t" + i.getText(2) + "\t" + i.getText(3)).reduce((a, b) -> a + "\n" + b).orElse("");
        }
        return Arrays.stream(list.table().getSelection()).map(i -> ((Row) i.getData()).line()).reduce((a, b) -> a + "\n" + b).orElse("");
    }

    RowTable list() {
        return list;
    }

    Table fields() {
        return fields;
    }

    Button only() {
        return only;
    }

    /** What is said instead of a comparison, or about it. */
    String words() {
        return ((StackLayout) stack.getLayout()).topControl == content ? summary.getText() : why.getText();
    }

    @Override
    public void setFocus() {
        if (((StackLayout) stack.getLayout()).topControl == content) {
            list.table().setFocus();
        } else {
            nothing.setFocus();
        }
    }

    @Override
    public void dispose() {
        job.ifPresent(Job::cancel);
        job = Optional.empty();
        open.ifPresent(Open::close);
        open = Optional.empty();
        super.dispose();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.jface.wizard.WizardDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.softcard.SoftReaders;
import org.esc.tps.client.batch.AdminRecords;
import org.esc.tps.client.batch.BatchEvent;
import org.esc.tps.client.batch.BatchOptions;
import org.esc.tps.client.batch.BatchRun;
import org.esc.tps.client.batch.BatchRunVerb;
import org.esc.tps.client.batch.BatchVerbs;
import org.esc.tps.client.batch.Batches;
import org.esc.tps.client.batch.CardStack;
import org.esc.tps.client.batch.EventFile;
import org.esc.tps.client.batch.Plan;
import org.esc.tps.client.batch.Report;
import org.esc.tps.client.batch.RowState;
import org.esc.tps.client.batch.RunState;
import org.esc.tps.client.batch.Sign;
import org.esc.tps.client.batch.Task;
import org.esc.tps.client.batch.TokenRecords;
import org.esc.ui.Columns;
import org.esc.ui.Copy;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;

/** Many tokens: the plan, what to do at each reader in letters that can be read from two metres, and what came of each row. */
public final class BatchView extends ViewPart {

    private static final Words WORDS = Words.of(BatchView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.batch.view";

    private static final String PLUGIN = "org.esc.ui.batch";
    private static final String MUTED = "muted";
    private static final int MOST_SIGNS = 8;

    private BatchModel model;
    private Composite root;
    private Composite stack;
    private Composite nothing;
    private Composite work;
    private Label title;
    private Label counts;
    private ProgressBar bar;
    private Button make;
    private Button begin;
    private Button pause;
    private Button stop;
    private Button failed;
    private Button report;
    private Button sound;
    private Composite signs;
    private Table table;
    private final List<SignPanel> panels = new ArrayList<>();
    private Optional<RunState> offered = Optional.empty();
    private Composite offer;

    @Override
    public void createPartControl(Composite parent) {
        root = parent;
        model = new BatchModel(parent.getDisplay(), new BatchModel.Listener() {
            @Override
            public void all() {
                showAll();
            }

            @Override
            public void rows(List<Integer> changed) {
                showRows(changed);
            }

            @Override
            public void signs(List<Sign> now, Optional<Sign> changed) {
                showSigns(now, changed);
            }

            @Override
            public void ended(Optional<Problem> why) {
                showEnd(why);
            }
        });
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(parent);
        createHead(parent);
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(stack);
        createNothing(stack);
        work = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(work);
        signs = new Composite(work, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(2, 2).applyTo(signs);
        createTable(work);
        showAll();
        lookForUnfinished();
    }

    private Button button(Composite parent, String label, String tip, Runnable action) {
        var b = NativeLook.of(new Button(parent, SWT.PUSH));
        b.setText(label);
        b.setToolTipText(tip);
        b.addListener(SWT.Selection, _ -> action.run());
        return b;
    }

    private void createHead(Composite parent) {
        var head = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(8, 6).spacing(8, 4).applyTo(head);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(head);
        var buttons = new Composite(head, SWT.NONE);
        var row = new org.eclipse.swt.layout.RowLayout(SWT.HORIZONTAL);
        row.marginLeft = 0;
        row.marginTop = 0;
        row.marginBottom = 0;
        row.spacing = 6;
        row.center = true;
        buttons.setLayout(row);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(buttons);
        make = button(buttons, WORDS.say("&New Plan…"), WORDS.say("Make a plan: from a table, from the cards in the readers, or typed in"), this::newPlan);
        button(buttons, WORDS.say("&Open…"), WORDS.say("Open a plan, or the journal of a run"), this::open);
        begin = button(buttons, WORDS.say("Be&gin…"), WORDS.say("Work through the plan"), this::begin);
        pause = button(buttons, WORDS.say("&Pause"), WORDS.say("Take no new card; what is begun is finished"), this::pause);
        stop = button(buttons, WORDS.say("&Stop"), WORDS.say("Finish what is begun and end the run"), () -> model.run().ifPresent(BatchRun::stop));
        failed = button(buttons, WORDS.say("What Is &Left…"), WORDS.say("Make a new plan of the rows that are not done"), this::failed);
        report = button(buttons, WORDS.say("&Report…"), WORDS.say("Save a report as CSV, JSON or HTML"), this::report);
        sound = NativeLook.of(new Button(buttons, SWT.CHECK));
        sound.setText(WORDS.say("So&und"));
        sound.setToolTipText(WORDS.say("Beep when somebody has to do something at a reader"));
        sound.setSelection(!InstanceScope.INSTANCE.getNode(PLUGIN).getBoolean(MUTED, false));
        sound.addListener(SWT.Selection, _ -> InstanceScope.INSTANCE.getNode(PLUGIN).putBoolean(MUTED, !sound.getSelection()));
        var line = new Composite(head, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(3).spacing(12, 0).applyTo(line);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(line);
        title = new Label(line, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).hint(120, SWT.DEFAULT).align(SWT.FILL, SWT.CENTER).applyTo(title);
        counts = new Label(line, SWT.NONE);
        bar = new ProgressBar(line, SWT.HORIZONTAL);
        Names.name(bar, WORDS.say("Rows that are closed"));
        GridDataFactory.fillDefaults().hint(160, SWT.DEFAULT).align(SWT.FILL, SWT.CENTER).applyTo(bar);
    }

    private void createNothing(Composite parent) {
        nothing = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(24, 24).spacing(0, 12).applyTo(nothing);
        var words = new Label(nothing, SWT.WRAP);
        words.setText(WORDS.say("No plan is open. A plan says what is to be done with which tokens: format, enrol, re-key or retire, "
                        + "row by row. It is worked through with all readers at once, and goes on where it was after an interruption."));
        GridDataFactory.fillDefaults().grab(true, false).hint(480, SWT.DEFAULT).applyTo(words);
        offer = new Composite(nothing, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 8).applyTo(offer);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(offer);
    }

    /** Offers a run that was not finished, wherever it was begun. */
    private void lookForUnfinished() {
        var display = root.getDisplay();
        ForkJoinPool.commonPool().execute(() -> {
            var unfinished = Services.find(Batches.class).stream().flatMap(b -> b.recent().stream()).filter(r -> !r.finished()).findFirst();
            if (!display.isDisposed()) {
                display.asyncExec(() -> {
                    if (!root.isDisposed() && unfinished.isPresent()) {
                        offered = unfinished;
                        showOffer(unfinished.get());
                    }
                });
            }
        });
    }

    private void showOffer(RunState run) {
        for (var c : offer.getChildren()) {
            c.dispose();
        }
        var words = new Label(offer, SWT.WRAP);
        words.setText((WORDS.say("A run was not finished: {0}, {1}.", name(Path.of(run.plan())), run.counts().inWords())).replace("&", "&&"));
        GridDataFactory.fillDefaults().grab(true, false).hint(480, SWT.DEFAULT).applyTo(words);
        button(offer, WORDS.say("Show Th&is Run"), WORDS.say("Shows how far it is; Go On works on"), () -> model.open(run));
        offer.requestLayout();
    }

    /** The run that is offered to be gone on with. */
    Optional<RunState> offered() {
        return offered;
    }

    private void createTable(Composite parent) {
        var place = new Composite(parent, SWT.NONE);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        GridDataFactory.fillDefaults().grab(true, true).hint(SWT.DEFAULT, 160).applyTo(place);
        table = NativeLook.of(new Table(place, SWT.VIRTUAL | SWT.MULTI | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL));
        table.setHeaderVisible(true);
        Names.name(table, WORDS.say("Rows of the plan"));
        String[] titles = {WORDS.say("Row"), WORDS.say("Card"), WORDS.say("Operation"), WORDS.say("User"), WORDS.say("State"), WORDS.say("Result")};
        int[] weights = {1, 4, 2, 3, 2, 9};
        int[] least = {56, 220, 90, 110, 100, 260};
        for (int i = 0; i < titles.length; i++) {
            var column = new TableColumn(table, SWT.NONE);
            column.setText(titles[i]);
            column.setMoveable(true);
            layout.setColumnData(column, Columns.share(column, weights[i], least[i]));
        }
        table.addListener(SWT.SetData, e -> {
            var item = (TableItem) e.item;
            RowState r = model.rows().get(table.indexOf(item));
            item.setText(new String[] {Integer.toString(r.number()), r.cuid().map(Cuid::display).orElse(WORDS.say("any card")), r.row().task().label()
                    + r.row().profile().map(p -> " (" + p + ")").orElse(""), r.row().user().orElse(""), r.state().label(), result(r)});
        });
        Names.rows(table);
        var again = new Action(WORDS.say("&Try Again")) {
            @Override
            public void run() {
                each(r -> model.run().orElseThrow().again(r.number()));
            }
        };
        var skip = new Action(WORDS.say("&Leave Out")) {
            @Override
            public void run() {
                each(r -> model.run().orElseThrow().skip(r.number()));
            }
        };
        var copy = new Action(WORDS.say("&Copy") + "\tCtrl+C") {
            @Override
            public void run() {
                copyRows();
            }
        };
        var menu = new MenuManager();
        menu.setRemoveAllWhenShown(true);
        menu.addMenuListener(m -> {
            var chosen = selected();
            again.setEnabled(model.running() && chosen.stream().anyMatch(r -> r.state() == RowState.State.FAILED || r.state() == RowState.State.SKIPPED));
            skip.setEnabled(model.running() && chosen.stream().anyMatch(r -> r.state() == RowState.State.OPEN || r.state() == RowState.State.INTERRUPTED));
            copy.setEnabled(!chosen.isEmpty());
            m.add(again);
            m.add(skip);
            m.add(copy);
        });
        table.setMenu(menu.createContextMenu(table));
        table.addListener(SWT.KeyDown, e -> {
            if (e.keyCode == 'c' && (e.stateMask & SWT.MOD1) != 0) {
                copyRows();
            }
        });
    }

    private static String result(RowState r) {
        var parts = new ArrayList<String>();
        parts.add(r.message());
        parts.add(r.advice());
        parts.addAll(r.notes());
        parts.removeIf(String::isEmpty);
        return String.join(" ", parts);
    }

    /** Something done with a row. */
    private interface ForRow {
        void go(RowState row) throws EscException;
    }

    private void each(ForRow action) {
        List<RowState> rows = selected();
        beside(() -> {
            for (RowState r : rows) {
                try {
                    action.go(r);
                } catch (EscException e) {
                    if (e.fault() != Fault.USAGE || !e.problem().code().equals("usage")) {
                        throw e;
                    }
                    // one of several that cannot be: the others can
                }
            }
        });
    }

    private List<RowState> selected() {
        return IntStream.of(table.getSelectionIndices()).mapToObj(model.rows()::get).toList();
    }

    private void copyRows() {
        Copy.text(table.getDisplay(), String.join("\n", selected().stream().map(r -> r.number() + "\t" + r.cuid().map(Cuid::toString).orElse("*") + "\t"
                + r.row().task().word() + "\t" + r.row().user().orElse("") + "\t" + r.state().word() + "\t" + result(r)).toList()));
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private void showAll() {
        if (root.isDisposed()) {
            return;
        }
        boolean there = model.file().isPresent();
        boolean running = model.running();
        var phase = model.run().map(BatchRun::phase).orElse(BatchEvent.Phase.ENDED);
        String plan = model.file().map(BatchView::name).orElse("");
        title.setText((!running ? plan : switch (phase) {
            case PAUSED -> WORDS.say("{0} — paused", plan);
            case STOPPING -> WORDS.say("{0} — stopping", plan);
            case RUNNING, ENDED -> WORDS.say("{0} — at work", plan);
        }).replace("&", "&&"));
        title.setToolTipText(model.file().map(Path::toString).orElse(""));
        begin.setText(model.journal().isPresent() ? WORDS.say("&Go On…") : WORDS.say("Be&gin…"));
        begin.setEnabled(there && !running && model.unfinished());
        pause.setText(phase == BatchEvent.Phase.PAUSED ? WORDS.say("Cont&inue") : WORDS.say("&Pause"));
        pause.setEnabled(running && phase != BatchEvent.Phase.STOPPING);
        stop.setEnabled(running && phase != BatchEvent.Phase.STOPPING);
        failed.setEnabled(!running && model.journal().isPresent() && model.counts().done() < model.counts().all());
        report.setEnabled(model.journal().isPresent());
        ((StackLayout) stack.getLayout()).topControl = there ? work : nothing;
        table.setItemCount(model.rows().size());
        table.clearAll();
        showCounts();
        showSigns(model.signs(), Optional.empty());
        stack.layout();
        begin.getParent().requestLayout();
    }

    private void showCounts() {
        var c = model.counts();
        counts.setText(c.all() == 0 ? "" : c.inWords());
        bar.setVisible(c.all() > 0);
        bar.setMaximum(Math.max(1, c.all()));
        bar.setSelection(c.done() + c.failed() + c.skipped());
        counts.requestLayout();
    }

    private void showRows(List<Integer> changed) {
        if (root.isDisposed()) {
            return;
        }
        if (table.getItemCount() != model.rows().size()) {
            table.setItemCount(model.rows().size());
        }
        int[] indices = changed.stream().mapToInt(Integer::intValue).toArray();
        table.clear(indices);
        // the row that is worked on stays in sight, unless the person looks at another one
        if (table.getSelectionCount() == 0 && indices.length > 0) {
            table.showItem(table.getItem(indices[indices.length - 1]));
        }
        showCounts();
    }

    private void showSigns(List<Sign> now, Optional<Sign> changed) {
        if (root.isDisposed()) {
            return;
        }
        var shown = now.subList(0, Math.min(MOST_SIGNS, now.size()));
        boolean others = !shown.stream().map(Sign::reader).toList().equals(panels.stream().map(p -> p.sign().reader()).toList());
        if (others) {
            panels.forEach(SignPanel::dispose);
            panels.clear();
            for (Sign s : shown) {
                var p = new SignPanel(signs, s, points(shown.size()));
                GridDataFactory.fillDefaults().grab(true, true).hint(SWT.DEFAULT, SWT.DEFAULT).applyTo(p);
                panels.add(p);
            }
            ((GridLayout) signs.getLayout()).numColumns = shown.size() <= 3 ? Math.max(1, shown.size()) : (shown.size() + 1) / 2;
            GridDataFactory.fillDefaults().grab(true, !shown.isEmpty()).exclude(shown.isEmpty()).applyTo(signs);
            signs.setVisible(!shown.isEmpty());
            work.layout(true, true);
        }
        changed.ifPresent(s -> {
            for (SignPanel p : panels) {
                if (p.sign().reader().equals(s.reader())) {
                    boolean calls = p.sign().kind() != s.kind() && s.kind() != Sign.Kind.WAIT && s.kind() != Sign.Kind.FINISHED && s.kind() != Sign.Kind.PAUSED;
                    p.show(s);
                    if (calls && sound.getSelection()) {
                        root.getDisplay().beep();
                    }
                }
            }
        });
    }

    /** So large that it can be read from two metres, as far as there is room. */
    private static int points(int readers) {
        return readers <= 1 ? 44 : readers == 2 ? 34 : readers <= 4 ? 26 : 20;
    }

    private void showEnd(Optional<Problem> why) {
        if (root.isDisposed()) {
            return;
        }
        if (sound.getSelection()) {
            root.getDisplay().beep();
        }
        why.filter(p -> p.fault() != Fault.CANCELLED).ifPresent(this::complain);
    }

    private void complain(Problem p) {
        var dialog = new MessageDialog(getSite().getShell(), WORDS.say("Many Tokens"), null, ProblemText.forPerson(p), MessageDialog.ERROR, 0,
                WORDS.say("&OK"));
        dialog.setBlockOnOpen(false);
        dialog.open();
    }

    BatchModel model() {
        return model;
    }

    List<SignPanel> panels() {
        return panels;
    }

    private boolean busy() {
        if (model.running()) {
            complain(Problem.of(Fault.USAGE, WORDS.say("open a plan"), WORDS.say("A run is under way."))
                    .advice(WORDS.say("Stop it first; what is begun is finished then.")));
        }
        return model.running();
    }

    /** Leads through the making of a plan and opens it. */
    void newPlan() {
        if (busy()) {
            return;
        }
        var dialog = new WizardDialog(getSite().getShell(), new NewPlanWizard(this::open));
        dialog.setHelpAvailable(false);
        dialog.setBlockOnOpen(false);
        dialog.open();
    }

    /** Asks for a file and opens it. */
    void open() {
        if (busy()) {
            return;
        }
        var dialog = Names.titled(new FileDialog(getSite().getShell(), SWT.OPEN));
        dialog.setFilterExtensions(new String[] {"*.csv;*.run", "*"});
        dialog.setFilterNames(new String[] {WORDS.say("Plans and journals of runs"), WORDS.say("All files")});
        Optional.ofNullable(dialog.open()).ifPresent(f -> open(Path.of(f)));
    }

    /** Opens a plan or a journal. A plan with a run that was not finished is opened as far as that run has come. */
    void open(Path file) {
        var display = root.getDisplay();
        ForkJoinPool.commonPool().execute(() -> {
            Runnable shows;
            try {
                if (file.toString().endsWith(".run")) {
                    RunState state = RunState.read(file);
                    shows = () -> model.open(state);
                } else {
                    Plan plan = Plan.read(file);
                    var journals = Batches.journals(file);
                    Optional<RunState> last = journals.isEmpty() ? Optional.empty() : Optional.of(RunState.read(journals.getLast())).filter(r -> !r.finished());
                    shows = () -> last.ifPresentOrElse(model::open, () -> model.open(file, plan));
                }
            } catch (EscException e) {
                shows = () -> complain(e.problem());
            }
            Runnable show = shows;
            if (!display.isDisposed()) {
                display.asyncExec(() -> {
                    if (!root.isDisposed() && !model.running()) {
                        show.run();
                        // what comes next, if it was this view that a plan was asked for in
                        if (begin.isEnabled() && getSite().getPage().getActivePart() == this) {
                            begin.setFocus();
                        }
                    }
                });
            }
        });
    }

    /** Asks how, and begins or goes on. */
    void begin() {
        if (!begin.isEnabled()) {
            return;
        }
        Path plan = model.file().orElseThrow();
        Optional<Path> journal = model.journal();
        var display = root.getDisplay();
        beside(() -> {
            Map<String, String> before = journal.isPresent() ? Batches.lastOptions(journal.get()) : Map.of();
            if (!display.isDisposed()) {
                display.asyncExec(() -> {
                    if (!root.isDisposed()) {
                        int retired = (int) model.rows().stream().filter(r -> !r.state().closed() && r.row().task() == Task.RETIRE).count();
                        new StartDialog(getSite().getShell(), journal.isPresent() ? WORDS.say("Go On with the Run") : WORDS.say("Work through the Plan"),
                                new StartDialog.Subject(plan, journal, retired, before), c -> begin(plan, journal, c)).open();
                    }
                });
            }
        });
    }

    private void begin(Path file, Optional<Path> journal, StartDialog.Choice choice) {
        BatchRunVerb.Args args = choice.args();
        var display = root.getDisplay();
        beside(() -> {
            boolean begun = false;
            Optional<CardStack> cards = Optional.empty();
            Optional<EventFile> events = Optional.empty();
            try {
                Batches batches = Services.find(Batches.class).orElseThrow();
                // a plan that has gone meanwhile does not keep its run from going on
                Optional<Plan> plan = journal.isPresent() && !Files.exists(file) ? Optional.empty() : Optional.of(Plan.read(file));
                if (args.dryRun()) {
                    var lines = batches.preview(plan.orElseGet(() -> new Plan(List.of())), args.options()).stream().map(Batches.Preview::inWords).toList();
                    display.asyncExec(() -> preview(lines));
                    return;
                }
                BatchOptions options = args.options();
                if (args.feed().isPresent()) {
                    cards = Optional.of(new CardStack(Services.find(SoftReaders.class).orElseThrow(), args.feed().get(), args.virtualReaders()));
                    var readers = new ArrayList<>(options.readers());
                    readers.addAll(cards.get().readers());
                    // without names all readers are used, these among them
                    options = options.readers().isEmpty() ? options : options.readers(readers);
                }
                events = Optional.of(new EventFile(args.events()));
                var others = new BatchModel.Beside(events.get(), choice.records());
                Optional<TokenRecords> records = choice.records().map(r -> r);
                BatchRun run = journal.isPresent() ? batches.resume(plan, file, journal.get(), options, args.server(), args.link(), records)
                        : batches.begin(plan.orElseThrow(), file, args.journal(), options, args.server(), args.link(), records);
                Optional<CardStack> stack = cards;
                begun = true;
                display.asyncExec(() -> {
                    model.start(run, new UiInteraction(display, new DialogAsker(() -> getSite().getShell())), stack, others);
                    table.setFocus();
                });
            } finally {
                if (!begun) {
                    cards.ifPresent(CardStack::close);
                    events.ifPresent(EventFile::close);
                    choice.records().ifPresent(AdminRecords::close);
                }
            }
        });
    }

    private void preview(List<String> lines) {
        if (root.isDisposed()) {
            return;
        }
        var dialog = new MessageDialog(getSite().getShell(), WORDS.say("What Would Be Done"), null, lines.isEmpty() ? WORDS.say("There is no card in any reader.")
                : String.join("\n", lines) + "\n\n" + WORDS.say("Nothing was changed."), MessageDialog.INFORMATION, 0, WORDS.say("&OK"));
        dialog.setBlockOnOpen(false);
        dialog.open();
    }

    private void pause() {
        model.run().ifPresent(r -> {
            if (r.phase() == BatchEvent.Phase.PAUSED) {
                r.proceed();
            } else {
                r.pause();
            }
        });
    }

    /** Work beside the UI thread. */
    private interface Beside {
        void go() throws EscException;
    }

    private void beside(Beside work) {
        var display = root.getDisplay();
        ForkJoinPool.commonPool().execute(() -> {
            try {
                work.go();
            } catch (EscException e) {
                if (!display.isDisposed()) {
                    display.asyncExec(() -> complain(e.problem()));
                }
            }
        });
    }

    private String plain() {
        return model.file().map(f -> name(f).replaceFirst("\\.csv$", "")).orElse("plan");
    }

    /** Makes a plan of what is left and opens it. */
    private void failed() {
        var dialog = Names.titled(new FileDialog(getSite().getShell(), SWT.SAVE));
        dialog.setFileName(plain() + "-again.csv");
        dialog.setOverwrite(true);
        Optional.ofNullable(dialog.open()).ifPresent(f -> failed(Path.of(f)));
    }

    /** Saves a plan of what is left and opens it. */
    void failed(Path file) {
        model.journal().ifPresent(journal -> beside(() -> {
            Optional<Plan> left = RunState.read(journal).failed();
            if (left.isPresent()) {
                BatchVerbs.write(file, left.get().text(), true);
                open(file);
            }
        }));
    }

    private void report() {
        var dialog = Names.titled(new FileDialog(getSite().getShell(), SWT.SAVE));
        dialog.setFilterExtensions(new String[] {"*.html", "*.csv", "*.json"});
        dialog.setFilterNames(new String[] {WORDS.say("Page (HTML)"), WORDS.say("Table (CSV)"), WORDS.say("Data (JSON)")});
        dialog.setFileName(plain() + "-report.html");
        dialog.setOverwrite(true);
        Optional.ofNullable(dialog.open()).ifPresent(f -> report(Path.of(f)));
    }

    /** Saves a report; the name's end says in which form. */
    void report(Path file) {
        model.journal().ifPresent(journal -> beside(() -> {
            String n = name(file).toLowerCase(java.util.Locale.ROOT);
            var format = n.endsWith(".csv") ? Report.Format.CSV : n.endsWith(".json") ? Report.Format.JSON : Report.Format.HTML;
            BatchVerbs.write(file, Report.of(RunState.read(journal), format), true);
        }));
    }

    @Override
    public void setFocus() {
        if (model.file().isPresent()) {
            table.setFocus();
        } else {
            (offer.getChildren().length > 0 ? offer : make).setFocus();
        }
    }

    @Override
    public void dispose() {
        if (model != null) {
            model.close();
        }
        super.dispose();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.IAction;
import org.eclipse.jface.action.IMenuManager;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.action.Separator;
import org.eclipse.jface.commands.ActionHandler;
import org.eclipse.jface.dialogs.InputDialog;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.window.Window;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.TabFolder;
import org.eclipse.swt.widgets.TabItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.IWorkbenchActionConstants;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.dialogs.PreferencesUtil;
import org.eclipse.ui.handlers.IHandlerService;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.securechannel.keys.KeyArgs;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.keys.NamedKeys;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Note;
import org.esc.trace.Trace;
import org.esc.trace.TraceLog;
import org.esc.trace.analysis.Filter;
import org.esc.trace.analysis.Findings;
import org.esc.trace.analysis.Statistics;
import org.esc.trace.decoders.ChannelReader;
import org.esc.trace.decoders.DecryptedTrace;
import org.esc.trace.formats.TraceFiles;
import org.esc.ui.Copy;
import org.esc.ui.EmptyPage;
import org.esc.ui.Icons;
import org.esc.ui.PageStack;
import org.esc.ui.Services;

/**
 * A trace: its exchanges as a list, and below it the one that is selected, byte by byte. The first of these views shows what passes now; each further one, a
 * file, which its secondary id tells.
 */
public final class TraceView extends ViewPart {

    private static final Words WORDS = Words.of(TraceView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.trace.view";
    /** Context in which the keys of the commands are bound. */
    static final String CONTEXT = "org.esc.ui.trace.context";

    private static final int REFRESH_MILLIS = 100;
    /** What a tab says of a growing trace is worked out again so often at most, and for a tenth of the time at most. */
    private static final long AGAIN_NANOS = 1_000_000_000;
    private static final int AGAIN_SHARE = 10;
    private static final long FAR_NANOS = 3_600_000_000_000L;
    private static final int CHANNEL_WIDTH = 190;
    private static final int MOST_COPIED = 20_000;
    private static final int FINDINGS = 1;
    private static final int NOTES = 3;

    private final Rows rows = new Rows();
    private final AtomicBoolean dirty = new AtomicBoolean();
    private Display display;
    private Composite stack;
    private EmptyPage nothing;
    private Composite content;
    private RowTable list;
    private FilterBar filterBar;
    private TabFolder tabs;
    private DecodedPane decoded;
    private FindingsPane findings;
    private StatisticsPane statistics;
    private NotesPane notes;
    private Label channels;
    private Label status;
    private String said = "";
    private Note.Mark lastMark = Note.Mark.BLUE;
    private Subscription book = () -> {
    };
    private IAction forgetAction;
    private Optional<Open> open = Optional.empty();
    private Optional<Filtering> filtering = Optional.empty();
    /** What the tab in front shows: which one, and how much of the trace. */
    private Optional<String> looked = Optional.empty();
    /** True if the list is to get the focus as soon as there is something in it. */
    private boolean waitsForFocus;
    /** True while what a tab says is worked out. */
    private boolean studying;
    /** True if it is to be worked out again soon. */
    private boolean studiesSoon;
    /** When that was done last, and how long it took. */
    private long studied = System.nanoTime() - FAR_NANOS;
    private long studyNanos;
    private boolean follow = true;
    private IAction followAction;

    /**
     * A trace that is shown.
     *
     * @param trace as it is shown: the one below, or that one decrypted
     * @param below as it was opened
     * @param file  where it came from
     * @param keys  what it is decrypted with, in words; empty if it is not
     */
    private record Open(Trace trace, Trace below, Optional<Path> file, String keys, List<Decoder> decoders, Loader loader, Subscription changes) {

        /** Lets go of what is shown, but not of the trace below. */
        void leave() {
            changes.close();
            loader.close();
            if (trace != below) {
                trace.close();
            }
        }

        void close() {
            leave();
            below.close();
        }
    }

    @Override
    public void createPartControl(Composite parent) {
        display = parent.getDisplay();
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        nothing = new EmptyPage(stack);
        content = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(content);
        filterBar = new FilterBar(content, this::filter);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(filterBar);
        channels = new Label(content, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 2).exclude(true).applyTo(channels);
        var sash = new SashForm(content, SWT.VERTICAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        list = new RowTable(sash, WORDS.say("Exchanges with cards"), Arrays.stream(Row.Column.values()).map(Row.Column::shown).toList(),
                new ShownRows(rows, () -> open.map(Open::loader)), this::selected, () -> setFollow(false));
        tabs = new TabFolder(sash, SWT.NONE);
        decoded = tab(WORDS.say("&Exchange"), DecodedPane::new);
        findings = tab(WORDS.say("F&indings"), p -> new FindingsPane(p, this::goToNumber));
        statistics = tab(WORDS.say("&Statistics"), StatisticsPane::new);
        notes = tab(WORDS.say("N&otes"), p -> new NotesPane(p, this::goToIndex));
        tabs.addListener(SWT.Selection, _ -> look());
        sash.setWeights(3, 2);
        status = new Label(content, SWT.NONE);
        book = Book.subscribe(() -> {
            open.ifPresent(o -> o.loader.paint(Book.painter()));
            list.refresh();
        });
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
        followAction = action(WORDS.say("&Follow"), "follow", WORDS.say("Stays at the newest exchange"), "follow", IAction.AS_CHECK_BOX, a -> setFollow(a.isChecked()));
        followAction.setChecked(true);
        var goTo = push(WORDS.say("&Go to Number…"), "go-to", WORDS.say("Goes to an exchange by its number"), "goTo", this::goTo);
        var find = push(WORDS.say("Fi&lter"), "filter", WORDS.say("Shows only exchanges that pass a filter"), "filter", filterBar::focus);
        var saved = push(WORDS.say("Sa&ved Filters…"), "filter", WORDS.say("Picks, saves and deletes filters"), "savedFilters", filterBar::openSaved);
        var decrypt = push(WORDS.say("&Decrypt…"), "decrypt", WORDS.say("Reads the secure channels with the cards' keys"), "decrypt", this::decrypt);
        forgetAction = push(WORDS.say("F&orget Keys"), "forget", WORDS.say("Forgets the keys, and what was decrypted with them"), "forgetKeys", this::forgetKeys);
        var bookmark = push(WORDS.say("&Bookmark"), "bookmark", WORDS.say("Sets a bookmark at the selected exchange, or takes it away"), "bookmark", this::toggleBookmark);
        var note = push(WORDS.say("&Note…"), "note", WORDS.say("Notes something at the selected exchange"), "note", this::writeNote);
        var next = push(WORDS.say("Ne&xt Mark"), "next", WORDS.say("Goes to the next exchange with a bookmark or a note"), "next", () -> goToMark(true));
        var previous = push(WORDS.say("&Previous Mark"), "previous", WORDS.say("Goes to the exchange with a bookmark or a note before this one"), "previous", () -> goToMark(false));
        var save = push(WORDS.say("&Save As…"), "save", WORDS.say("Writes the trace or a part of it to a file"), "save", this::save);
        var compare = push(WORDS.say("Co&mpare…"), "compare", WORDS.say("Compares this trace with another one, by meaning"), "compare", this::compare);
        var colours = push(WORDS.say("Colo&ur Rules…"), "colours", WORDS.say("Says which exchanges are coloured, and how"), "colours", this::colourRules);
        var hex = push(WORDS.say("Copy as &Hexadecimal"), "hex", WORDS.say("Copies the bytes of the selected exchanges"), "copyHex", () -> copyRows(true));
        var bars = getViewSite().getActionBars();
        for (IAction a : List.of(find, followAction, decrypt, bookmark, save, compare)) {
            bars.getToolBarManager().add(a);
        }
        bars.setGlobalActionHandler(ActionFactory.FIND.getId(), find);
        var copy = new Action(WORDS.say("&Copy")) {
            @Override
            public void run() {
                copy();
            }
        };
        copy.setActionDefinitionId("org.eclipse.ui.edit.copy");
        bars.setGlobalActionHandler(ActionFactory.COPY.getId(), copy);
        var all = new Action(WORDS.say("Select &All")) {
            @Override
            public void run() {
                selectAll();
            }
        };
        all.setActionDefinitionId("org.eclipse.ui.edit.selectAll");
        bars.setGlobalActionHandler(ActionFactory.SELECT_ALL.getId(), all);
        var menu = new MenuManager();
        for (IMenuManager m : List.of(bars.getMenuManager(), menu)) {
            for (List<IAction> group : List.of(List.<IAction>of(copy, hex, all), List.of(goTo, followAction, find, saved),
                    List.of(bookmark, note, next, previous), List.of(decrypt, forgetAction), List.of(colours, compare, save))) {
                group.forEach(m::add);
                m.add(new Separator());
            }
        }
        menu.add(new Separator(IWorkbenchActionConstants.MB_ADDITIONS));
        list.table().setMenu(menu.createContextMenu(list.table()));
        getSite().registerContextMenu(menu, getSite().getSelectionProvider());
    }

    private void colourRules() {
        var dialog = PreferencesUtil.createPreferenceDialogOn(getSite().getShell(), ColoursPage.ID, new String[] {ColoursPage.ID}, null);
        dialog.setBlockOnOpen(false);
        dialog.open();
    }

    private IAction push(String text, String icon, String tip, String command, Runnable run) {
        return action(text, icon, tip, command, IAction.AS_PUSH_BUTTON, _ -> run.run());
    }

    private IAction action(String text, String icon, String tip, String command, int style, Consumer<IAction> run) {
        var a = new Action(text, style) {
            @Override
            public void run() {
                run.accept(this);
            }
        };
        a.setImageDescriptor(Icons.descriptor(TraceView.class, icon));
        a.setToolTipText(tip);
        a.setActionDefinitionId("org.esc.ui.trace." + command);
        getSite().getService(IHandlerService.class).activateHandler(a.getActionDefinitionId(), new ActionHandler(a));
        return a;
    }

    /** Shows a trace instead of the one before, which is closed. */
    void show(Trace trace) {
        show(trace, Optional.empty());
    }

    /** As the other, with the file that it came from. */
    void show(Trace trace, Optional<Path> file) {
        filtering.ifPresent(Filtering::close);
        filtering = Optional.empty();
        open.ifPresent(Open::close);
        open = Optional.of(opened(trace, trace, file, ""));
        filterBar.write("");
        said = "";
        setPartName(trace.about().live() ? WORDS.say("Card Traffic") : trace.about().title());
        setTitleToolTip(title(trace));
        setFollow(trace.about().live());
        followAction.setEnabled(trace.about().live() || !trace.isComplete());
        rows.all(trace.first(), trace.end());
        list.deselect();
        turned();
    }

    private Open opened(Trace trace, Trace below, Optional<Path> file, String keys) {
        List<Decoder> decoders = Services.find(TraceLog.class).map(TraceLog::decoders).orElse(List.of());
        return new Open(trace, below, file, keys, decoders, new Loader(display, trace, decoders, Book.painter()), trace.subscribe(this::changed));
    }

    /** Something else is shown of the same trace. */
    private void turned() {
        looked = Optional.empty();
        boolean decrypts = open.filter(o -> o.trace != o.below).isPresent();
        forgetAction.setEnabled(decrypts);
        list.width(Row.Column.CHANNEL.ordinal(), decrypts ? CHANNEL_WIDTH : 0);
        showState();
        look();
    }

    /** Shows the trace as another one tells it, with the same filter and selection. */
    private void replace(Trace trace, String keys) {
        Open before = open.orElseThrow();
        Optional<Filter> filter = filtering.map(Filtering::filter);
        filtering.ifPresent(Filtering::close);
        before.leave();
        open = Optional.of(opened(trace, before.below, before.file, keys));
        filtering = Optional.empty();
        filter(filter);
        turned();
    }

    private void decrypt() {
        Optional<KeySets> sets = Services.find(KeySets.class);
        if (open.isEmpty() || sets.isEmpty()) {
            say(WORDS.say("Key sets are not part of this installation."));
            return;
        }
        Study.start(WORDS.say("Looking for key sets"), display, true, _ -> sets.get().list().stream().map(NamedKeys::name).toList(), names -> decrypt(sets.get(), names),
                problem -> {
                    say(problem);
                    // those that need no store can be had all the same
                    decrypt(sets.get(), List.of());
                });
    }

    private void decrypt(KeySets sets, List<String> names) {
        if (open.isPresent()) {
            new DecryptDialog(getSite().getShell(), names, args -> decrypt(sets, args)).open();
        }
    }

    /** Opens keys, and reads the secure channels with them. */
    void decrypt(KeySets sets, KeyArgs args) {
        Optional<Open> wanted = open;
        Study.start(WORDS.say("Opening keys"), display, context -> sets.open(args, context), keys -> {
            if (stack.isDisposed() || wanted.isEmpty() || open.filter(o -> o.below == wanted.get().below).isEmpty()) {
                keys.close();
                return;
            }
            Open o = open.get();
            replace(new DecryptedTrace(o.below, keys, keys::close, o.decoders), keys.description());
        }, problem -> {
            if (!stack.isDisposed()) {
                MessageDialog.openError(getSite().getShell(), WORDS.say("Decrypt"), problem);
            }
        });
    }

    private void forgetKeys() {
        open.filter(o -> o.trace != o.below).ifPresent(o -> replace(o.below, ""));
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
        // while secure channels are read from the beginning, the list fills again
        boolean empty = open.isEmpty() || open.get().below.end() == open.get().below.first();
        if (empty) {
            nothing.say(open.isEmpty() ? WORDS.say("No trace is open.")
                    : open.get().trace.about().live()
                            ? WORDS.say("Nothing has passed between this program and a card yet. Insert a card or plug in a software token "
                        + "(File menu): every exchange is shown here, with its secrets hidden.")
                            : open.get().trace.isComplete() ? WORDS.say("There is no exchange in this trace.") : WORDS.say("Reading…"));
        }
        PageStack.show(stack, empty ? nothing : content);
        if (!empty && waitsForFocus) {
            waitsForFocus = false;
            // a view that has just come up has no size yet, and what has none takes no focus
            display.asyncExec(() -> {
                if (!stack.isDisposed() && getSite().getPage().getActivePart() == this) {
                    list.table().setFocus();
                }
            });
        }
        if (follow) {
            list.to(Long.MAX_VALUE);
        } else {
            list.refresh();
        }
        status.setText(open.map(o -> state(o.trace)).orElse("") + (said.isEmpty() ? "" : "   " + said));
        String words = open.filter(o -> o.trace instanceof DecryptedTrace).map(o -> channels((DecryptedTrace) o.trace, o.keys)).orElse("");
        if (!words.equals(channels.getText())) {
            channels.setText(words);
            ((GridData) channels.getLayoutData()).exclude = words.isEmpty();
            channels.setVisible(!words.isEmpty());
            content.layout();
        }
        lookAgain();
    }

    private String tabShows(Open o) {
        int tab = tabs.getSelectionIndex();
        return tab + " " + o.trace.first() + " " + o.trace.end() + (tab == NOTES ? " " + o.trace.notes().hashCode() : "");
    }

    /** While a trace grows, or its secure channels are read, the tab in front follows. */
    private void lookAgain() {
        if (studying || studiesSoon || open.isEmpty() || looked.isEmpty() || tabs.getSelectionIndex() == 0 || looked.get().equals(tabShows(open.get()))) {
            return;
        }
        studiesSoon = true;
        long wait = Math.max(AGAIN_NANOS, AGAIN_SHARE * studyNanos) - (System.nanoTime() - studied);
        display.timerExec((int) Math.clamp(wait / 1_000_000, 1, Integer.MAX_VALUE), () -> {
            studiesSoon = false;
            if (!stack.isDisposed()) {
                look(true);
            }
        });
    }

    /** What was found of the secure channels, the worst first. */
    private static String channels(DecryptedTrace t, String keys) {
        Map<ChannelReader.Kind, Long> n = t.tally().verdicts();
        if (n.isEmpty()) {
            return t.isComplete() ? WORDS.say("Read with {0}: there is no secure channel in this trace.", keys)
                    : WORDS.say("Read with {0}: no secure channel so far.", keys);
        }
        var s = new StringBuilder();
        if (n.containsKey(ChannelReader.Kind.WRONG_KEY)) {
            s.append(n.containsKey(ChannelReader.Kind.VERIFIED) ? WORDS.say("✕ Wrong key: {0} opens only some of the channels.", keys)
                    : WORDS.say("✕ Wrong key: {0} does not open these channels.", keys));
        } else {
            s.append(n.containsKey(ChannelReader.Kind.MAC_FAILED) ? "✕ " : "✓ ").append(WORDS.say("Read with {0}.", keys));
        }
        String counts = n.entrySet().stream().map(e -> Numbers.text(e.getValue()) + " " + e.getKey().words()).collect(Collectors.joining(", "));
        return s.append(' ').append(WORDS.say("In secure channels: {0}.", counts)).toString().replace("&", "&&");
    }

    /** Says something at the bottom of the view. */
    private void say(String words) {
        said = words.replace("&", "&&");
        showState();
    }

    private String state(Trace t) {
        long all = t.end() - t.first();
        var s = new StringBuilder(rows.isFiltered() ? WORDS.many(all, "{1} of {0} exchange", "{1} of {0} exchanges", Numbers.text(rows.count()))
                : WORDS.many(all, "{0} exchange", "{0} exchanges"));
        s.append(filtering.filter(f -> f.at() < t.end())
                .map(f -> ", " + WORDS.say("filtering: {0} %", String.format(Words.locale(), "%.0f", 100.0 * (f.at() - t.first()) / Math.max(1, all)))).orElse(""));
        s.append(t.first() > 0 ? ", " + WORDS.many(t.first(), "{0} older one dropped", "{0} older ones dropped") : "");
        s.append(t.isComplete() || t.about().live() ? "" : ", " + WORDS.say("reading…"));
        s.append(t.damage().isEmpty() ? "" : ", " + WORDS.many(t.damage().size(), "damaged at {0} place", "damaged at {0} places"));
        s.append(t.about().decryptable() ? "   " + WORDS.say("CAN BE DECRYPTED: keep this trace to yourself") : "");
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
        look(false);
    }

    /** @param again true if what it says is only to be brought up to date */
    private void look(boolean again) {
        if (open.isEmpty() || tabs.getSelectionIndex() == 0) {
            return;
        }
        Open o = open.get();
        String what = tabShows(o);
        if (looked.filter(what::equals).isPresent()) {
            return;
        }
        looked = Optional.of(what);
        switch (tabs.getSelectionIndex()) {
            case FINDINGS -> study(o, again, WORDS.say("Looking for what is wrong in {0}", title(o.trace)),
                    WORDS.say("Looking through the trace…"), findings, findings::say,
                    context -> Services.find(Findings.class).orElseGet(Findings::new).of(o.trace, o.decoders, context.cancel()), findings::show);
            case NOTES -> study(o, true, WORDS.say("Reading the notes of {0}", title(o.trace)), "", notes, notes::say,
                    _ -> NotesPane.lines(o.trace), lines -> notes.show(o.trace, lines));
            default -> study(o, again, WORDS.say("Counting what is in {0}", title(o.trace)), WORDS.say("Counting…"), statistics, statistics::say,
                    context -> Statistics.of(o.trace, o.decoders, Filter.ALL, context.cancel()), statistics::show);
        }
    }

    /** What a trace is called. */
    static String title(Trace t) {
        return t.about().live() ? WORDS.say("live") : t.about().title();
    }

    private <T> void study(Open o, boolean quiet, String name, String words, Control pane, Consumer<String> say, Study.Work<T> work, Consumer<T> show) {
        if (!quiet) {
            say.accept(words);
        }
        studying = true;
        long begun = System.nanoTime();
        Study.start(name, display, quiet, work, result -> studied(o, pane, begun, () -> show.accept(result)),
                problem -> studied(o, pane, begun, () -> say.accept(problem)));
    }

    private void studied(Open o, Control pane, long begun, Runnable show) {
        studying = false;
        studied = System.nanoTime();
        studyNanos = studied - begun;
        ifStill(o, pane, show);
        if (!stack.isDisposed()) {
            lookAgain();
        }
    }

    private void ifStill(Open o, Control pane, Runnable task) {
        if (!pane.isDisposed() && open.filter(now -> now == o).isPresent()) {
            task.run();
        }
    }

    /** Goes to the exchange with a number; a filter that hides it is taken away. */
    private void goToNumber(long number) {
        open.ifPresent(o -> Study.start(WORDS.say("Looking for exchange {0}", number), display, _ -> Numbers.find(o.trace, number),
                found -> ifStill(o, list, () -> found.ifPresent(this::goToIndex)), problem -> ifStill(o, list, () -> say(problem))));
    }

    /** Goes to the exchange at an index; a filter that hides it is taken away. */
    private void goToIndex(long index) {
        if (open.isEmpty() || index < open.get().trace.first() || index >= open.get().trace.end()) {
            return;
        }
        setFollow(false);
        if (rows.isFiltered() && (rows.row(index) == rows.count() || rows.index(rows.row(index)) != index)) {
            filterBar.write("");
        }
        list.select(index);
        list.table().setFocus();
    }

    // ---- bookmarks and notes

    private Note noteAt(Trace trace, long index) {
        return trace.notes().getOrDefault(index, new Note(index, Note.Mark.NONE, ""));
    }

    private void toggleBookmark() {
        if (open.isEmpty() || list.selection() < 0) {
            say(WORDS.say("Select an exchange first."));
            return;
        }
        Note before = noteAt(open.get().trace, list.selection());
        note(new Note(before.index(), before.mark() == Note.Mark.NONE ? lastMark : Note.Mark.NONE, before.text()));
    }

    private void writeNote() {
        if (open.isEmpty() || list.selection() < 0) {
            say(WORDS.say("Select an exchange first."));
            return;
        }
        Trace trace = open.get().trace;
        String where = list.shown().stream().filter(r -> r.index() == list.selection()).findFirst()
                .map(r -> WORDS.say("No. {0}, {1}", r.cells()[Row.Column.NUMBER.ordinal()], r.cells()[Row.Column.COMMAND.ordinal()]))
                .orElse(WORDS.say("the selected exchange"));
        new NoteDialog(getSite().getShell(), where, noteAt(trace, list.selection()), NotesPane.kept(trace), this::note).open();
    }

    private void note(Note note) {
        lastMark = note.mark() == Note.Mark.NONE ? lastMark : note.mark();
        open.ifPresent(o -> Study.start(WORDS.say("Writing a note"), display, _ -> {
            o.trace.note(note);
            return note;
        }, _ -> ifStill(o, list, () -> {
            say(o.trace.keepsNotes() ? "" : NotesPane.kept(o.trace));
            list.refresh();
            look();
        }), problem -> ifStill(o, list, () -> MessageDialog.openError(getSite().getShell(), WORDS.say("Note"), problem))));
    }

    private void goToMark(boolean forwards) {
        open.ifPresent(o -> {
            LongStream marks = o.trace.notes().keySet().stream().mapToLong(Long::longValue).filter(i -> i >= o.trace.first() && i < o.trace.end());
            OptionalLong found = forwards ? marks.filter(i -> i > list.selection()).min() : marks.filter(i -> i < list.selection()).max();
            found.ifPresentOrElse(i -> {
                say("");
                goToIndex(i);
            }, () -> say(forwards ? WORDS.say("There is no bookmark and no note behind this.")
                    : WORDS.say("There is no bookmark and no note before this.")));
        });
    }

    // ---- files

    private void save() {
        open.ifPresent(o -> new SaveDialog(getSite().getShell(), o.trace, parts(o.trace), Services.find(TraceFiles.class).orElseThrow(), this::say).open());
    }

    private Map<SaveDialog.Part, SaveDialog.Choice> parts(Trace trace) {
        var parts = new EnumMap<SaveDialog.Part, SaveDialog.Choice>(SaveDialog.Part.class);
        parts.put(SaveDialog.Part.ALL, new SaveDialog.Choice(trace.end() - trace.first(), _ -> true));
        if (rows.isFiltered()) {
            parts.put(SaveDialog.Part.FILTERED, new SaveDialog.Choice(rows.count(), rows::has));
        }
        list.range().ifPresent(r -> {
            long first = rows.index(r.from());
            long last = rows.index(r.to() - 1);
            parts.put(SaveDialog.Part.SELECTED, new SaveDialog.Choice(r.to() - r.from(), i -> i >= first && i <= last && rows.has(i)));
        });
        return parts;
    }

    private void compare() {
        DiffView.choose(getSite().getPage(), open.map(o -> source(o)));
    }

    /** What of this view can be compared. */
    Optional<DiffView.Source> source() {
        return open.filter(o -> o.trace.end() > o.trace.first()).map(TraceView::source);
    }

    private static DiffView.Source source(Open o) {
        return new DiffView.Source(o.trace.about().live() ? WORDS.say("Live traffic, as of now") : o.trace.about().title(),
                (files, context) -> files.snapshot(o.trace, context));
    }

    private void goTo() {
        var dialog = new InputDialog(getSite().getShell(), WORDS.say("Go to Number"), WORDS.say("&Number of the exchange:"), "", text -> {
            try {
                return Long.parseLong(text.strip()) >= 0 ? null : WORDS.say("Enter a number.");
            } catch (NumberFormatException _) {
                return WORDS.say("Enter a number.");
            }
        });
        if (dialog.open() == Window.OK) {
            goToNumber(Long.parseLong(dialog.getValue().strip()));
        }
    }

    private void copy() {
        if (list.table().isFocusControl()) {
            copyRows(false);
        } else {
            Copy.text(display, decoded.text());
        }
    }

    /** Copies the selected rows: what the list says of them, or their bytes. */
    private void copyRows(boolean hex) {
        Optional<RowTable.Range> range = list.range();
        if (open.isEmpty() || range.isEmpty()) {
            say(WORDS.say("Select an exchange first."));
            return;
        }
        Open o = open.get();
        long count = range.get().to() - range.get().from();
        if (count > MOST_COPIED) {
            say(WORDS.say("Not copied: {0} rows are more than a clipboard should hold ({1}). Save As writes them to a file.", Numbers.text(count),
                    Numbers.text(MOST_COPIED)));
            return;
        }
        long[] indexes = LongStream.range(range.get().from(), range.get().to()).map(rows::index).toArray();
        Study.start(WORDS.say("Copying"), display, _ -> hex ? hex(o.trace, indexes) : o.loader.read(indexes).stream().map(Row::line).collect(Collectors.joining("\n")),
                text -> ifStill(o, list, () -> {
                    Copy.text(display, text);
                    say(count == 1 ? "" : WORDS.say("{0} rows copied.", Numbers.text(count)));
                }), problem -> ifStill(o, list, () -> say(problem)));
    }

    /** Commands and answers in hexadecimal digits, in a form that can be opened as a trace. */
    private static String hex(Trace trace, long[] indexes) throws EscException {
        var lines = new StringJoiner("\n");
        for (long i : indexes) {
            Entry e = trace.get(i);
            lines.add("> " + Row.hex(e.command()));
            lines.add("< " + e.failure().map(f -> "(" + f + ")").orElseGet(() -> Row.hex(e.response())));
        }
        return lines.toString();
    }

    private void selectAll() {
        if (display.getFocusControl() instanceof Text t) {
            t.selectAll();
        } else if (display.getFocusControl() instanceof StyledText t) {
            t.selectAll();
        } else {
            list.selectAll();
        }
    }

    @Override
    public void setFocus() {
        waitsForFocus = ((StackLayout) stack.getLayout()).topControl != content;
        if (waitsForFocus) {
            stack.setFocus();
        } else {
            list.table().setFocus();
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

    NotesPane notes() {
        return notes;
    }

    /** What is said of the secure channels; empty if they are not read. */
    String channels() {
        return channels.getText();
    }

    @Override
    public void dispose() {
        book.close();
        filtering.ifPresent(Filtering::close);
        open.ifPresent(Open::close);
        open = Optional.empty();
        super.dispose();
    }
}

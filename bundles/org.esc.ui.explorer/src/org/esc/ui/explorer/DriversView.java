// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.jface.viewers.ArrayContentProvider;
import org.eclipse.jface.viewers.ColumnLabelProvider;
import org.eclipse.jface.viewers.ColumnViewerToolTipSupport;
import org.eclipse.jface.viewers.StructuredSelection;
import org.eclipse.jface.viewers.TableViewer;
import org.eclipse.jface.viewers.TableViewerColumn;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.layout.FillLayout;
import org.eclipse.swt.layout.RowLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.driver.host.Drivers;
import org.esc.driver.verbs.DriversVerb;
import org.esc.ui.Columns;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Scrolled;
import org.esc.ui.Services;

/** What each driver makes of a card and why, and what the person decided about drivers. */
public final class DriversView extends ViewPart {

    private static final Words WORDS = Words.of(DriversView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.explorer.drivers";

    private static final String NO_CARD = WORDS.say("no card: the drivers only");

    /** Of the list, with its head: one driver can be seen. */
    private static final int LEAST_HEIGHT = 60;

    /** For which cards a decision is made. */
    private enum Scope {
        ATR, READER, ALL;

        private String words() {
            return switch (this) {
                case ATR -> WORDS.say("cards of this kind (same ATR)");
                case READER -> WORDS.say("cards in this reader");
                case ALL -> WORDS.say("all cards");
            };
        }
    }

    /** A driver as the table shows it. */
    private record Line(String name, String score, String reason, String rule, boolean taken, String tip) {
    }

    private final List<Subscription> subscriptions = new ArrayList<>();
    private final List<Button> buttons = new ArrayList<>();
    private Display display;
    private Combo reader;
    private Combo scope;
    private TableViewer table;
    private Label status;
    private Optional<String> atr = Optional.empty();
    private long asked;

    @Override
    public void createPartControl(Composite parent) {
        display = parent.getDisplay();
        parent.setLayout(new FillLayout());
        Composite page = Scrolled.in(parent);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(page);
        var head = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(8, 6).spacing(10, 4).applyTo(head);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(head);
        new Label(head, SWT.NONE).setText(WORDS.say("Card &in:"));
        reader = Names.name(new Combo(head, SWT.READ_ONLY), WORDS.say("Card in"));
        reader.addListener(SWT.Selection, _ -> ask());
        GridDataFactory.fillDefaults().grab(true, false).hint(240, SWT.DEFAULT).applyTo(reader);
        status = new Label(head, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).span(2, 1).applyTo(status);
        createTable(page);
        createButtons(page);
        Services.find(Readers.class).ifPresent(r -> subscriptions.add(r.subscribe(() -> onUi(this::readersChanged))));
        Services.find(Drivers.class).ifPresent(d -> subscriptions.add(d.subscribe(() -> onUi(this::ask))));
        readersChanged();
    }

    private void createTable(Composite parent) {
        var place = new Composite(parent, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).hint(200, LEAST_HEIGHT).applyTo(place);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        table = new TableViewer(place, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        table.getTable().setHeaderVisible(true);
        Names.name(table.getTable(), WORDS.say("Drivers and what they make of the card"));
        ColumnViewerToolTipSupport.enableFor(table);
        table.setContentProvider(ArrayContentProvider.getInstance());
        column(layout, WORDS.say("Driver"), 4, 140, 0);
        column(layout, WORDS.say("Score"), 1, 50, 1);
        column(layout, WORDS.say("Reason"), 6, 160, 2);
        column(layout, WORDS.say("Decided"), 3, 80, 3);
        table.addSelectionChangedListener(_ -> enable());
    }

    private void column(TableColumnLayout layout, String title, int weight, int least, int index) {
        var column = new TableViewerColumn(table, SWT.NONE);
        column.getColumn().setText(title);
        layout.setColumnData(column.getColumn(), Columns.share(column.getColumn(), weight, least));
        column.setLabelProvider(new ColumnLabelProvider() {
            @Override
            public String getText(Object element) {
                var l = (Line) element;
                return switch (index) {
                    case 0 -> l.taken() ? WORDS.say("{0} (used)", l.name()) : l.name();
                    case 1 -> l.score();
                    case 2 -> l.reason();
                    default -> l.rule();
                };
            }

            @Override
            public Image getImage(Object element) {
                return index == 0 && ((Line) element).taken() ? Icons.image(DriversView.class, "card") : null;
            }

            @Override
            public String getToolTipText(Object element) {
                return index == 0 ? ((Line) element).tip() : getText(element);
            }
        });
    }

    private void createButtons(Composite parent) {
        var foot = new Composite(parent, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(foot);
        var layout = new RowLayout();
        layout.center = true;
        layout.marginLeft = 8;
        layout.spacing = 8;
        foot.setLayout(layout);
        button(foot, WORDS.say("&Use Only This"), "drivers pin", WORDS.say("Uses this driver and no other"));
        button(foot, WORDS.say("&Prefer"), "drivers prefer", WORDS.say("Uses this driver before others, if it knows the card"));
        button(foot, WORDS.say("&Disable"), "drivers disable", WORDS.say("Does not use this driver, nor asks it"));
        button(foot, WORDS.say("Ena&ble"), "drivers enable", WORDS.say("Takes back what was decided; gives a driver that was switched off another chance"));
        new Label(foot, SWT.NONE).setText(WORDS.say("&for"));
        scope = Names.name(new Combo(foot, SWT.READ_ONLY), WORDS.say("For which cards"));
        for (Scope s : Scope.values()) {
            scope.add(s.words());
        }
        scope.select(0);
    }

    private void button(Composite foot, String label, String verb, String tip) {
        var button = NativeLook.of(new Button(foot, SWT.PUSH));
        button.setText(label);
        button.setToolTipText(tip);
        button.addListener(SWT.Selection, _ -> decide(verb));
        buttons.add(button);
    }

    private Optional<Line> selected() {
        return Optional.ofNullable((Line) table.getStructuredSelection().getFirstElement());
    }

    private Optional<String> card() {
        return Optional.of(reader.getText()).filter(r -> !r.isEmpty() && !r.equals(NO_CARD));
    }

    /** Turns to the card in a reader. */
    void turnTo(String name) {
        if (reader.indexOf(name) >= 0 && !reader.getText().equals(name)) {
            reader.setText(name);
            ask();
        }
    }

    private void readersChanged() {
        if (reader.isDisposed()) {
            return;
        }
        var names = new ArrayList<String>(Services.find(Readers.class).map(Readers::list).orElse(List.of()).stream()
                .filter(ReaderState::hasCard).map(ReaderState::name).toList());
        names.add(NO_CARD);
        if (names.equals(List.of(reader.getItems()))) {
            return;
        }
        String before = reader.getText();
        reader.setItems(names.toArray(String[]::new));
        reader.setText(names.contains(before) && !before.equals(NO_CARD) ? before : names.getFirst());
        ask();
    }

    private void ask() {
        if (reader.isDisposed()) {
            return;
        }
        long question = ++asked;
        status.setText(card().isPresent() ? WORDS.say("Asking the drivers…") : "");
        Map<String, List<String>> words = card().<Map<String, List<String>>>map(r -> Map.of("reader", List.of(r), "explain", List.of("true")))
                .orElse(Map.of());
        Run.verb(display, "drivers", words, WORDS.say("Asking the drivers"), (result, problem) -> {
            if (question == asked && !reader.isDisposed()) {
                if (result.isPresent() && result.get() instanceof DriversVerb.Result r) {
                    show(r);
                } else {
                    status.setText(problem.map(Problem::message).orElse("").replace("&", "&&"));
                }
            }
        });
    }

    private void show(DriversVerb.Result r) {
        atr = r.atr().filter(a -> !a.isEmpty());
        var tips = new HashMap<String, DriversVerb.Row>();
        r.drivers().forEach(d -> tips.put(d.name(), d));
        List<Line> lines = r.reader().isPresent()
                ? r.said().stream().map(s -> new Line(s.driver(), Integer.toString(s.score()), s.reason(), s.rule(), s.taken(),
                        tip(tips.get(s.driver())))).toList()
                : r.drivers().stream().map(d -> new Line(d.name(), "", d.off().isEmpty() ? String.join("; ", d.recognises())
                        : WORDS.say("switched off: {0}", d.off()), String.join(", ", d.rules()), false, tip(d))).toList();
        Optional<String> before = selected().map(Line::name);
        table.setInput(lines);
        table.setSelection(before.flatMap(n -> lines.stream().filter(l -> l.name().equals(n)).findFirst()).or(() -> lines.stream().findFirst())
                .map(StructuredSelection::new).orElse(StructuredSelection.EMPTY));
        status.setText(r.reader().isEmpty() ? "" : r.said().stream().anyMatch(DriversVerb.Said::taken) ? WORDS.say("The one with the best score is used.")
                : WORDS.say("No driver knows this card."));
        enable();
    }

    private static String tip(DriversVerb.Row d) {
        return d == null ? "" : d.name() + " " + d.version() + "\n" + d.bundle() + "\n" + WORDS.say("Recognises: {0}", String.join("; ", d.recognises()));
    }

    private void enable() {
        buttons.forEach(b -> b.setEnabled(selected().isPresent()));
    }

    private void decide(String verb) {
        if (selected().isEmpty()) {
            return;
        }
        var words = new HashMap<String, List<String>>();
        words.put("driver", List.of(selected().get().name()));
        switch (Scope.values()[scope.getSelectionIndex()]) {
            case ATR -> {
                if (atr.isEmpty()) {
                    status.setText(WORDS.say("Choose a card first, or make it for all cards."));
                    return;
                }
                words.put("atr", List.of(atr.get()));
            }
            case READER -> {
                if (card().isEmpty()) {
                    status.setText(WORDS.say("Choose a card first, or make it for all cards."));
                    return;
                }
                words.put("reader", List.of(card().get()));
            }
            case ALL -> {
                // no more words are needed
            }
        }
        Run.verb(display, verb, words, WORDS.say("Deciding about a driver"), (_, problem) -> {
            if (!reader.isDisposed()) {
                problem.ifPresent(p -> status.setText(ProblemText.forPerson(p).replace("&", "&&").replace('\n', ' ')));
            }
        });
    }

    private void onUi(Runnable task) {
        Run.onUi(display, task);
    }

    @Override
    public void setFocus() {
        table.getTable().setFocus();
    }

    @Override
    public void dispose() {
        subscriptions.forEach(Subscription::close);
        super.dispose();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.e4.core.services.events.IEventBroker;
import org.eclipse.e4.ui.workbench.UIEvents;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.action.Separator;
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
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.IWorkbenchActionConstants;
import org.eclipse.ui.contexts.IContextActivation;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Interaction.Confirmation;
import org.esc.securechannel.keys.FailedTries;
import org.esc.securechannel.keys.KeysListVerb;
import org.esc.securechannel.keys.NamedKeys;
import org.esc.securechannel.keys.StoredSet;
import org.esc.ui.Columns;
import org.esc.ui.ConfirmQuestion;
import org.esc.ui.DialogAsker;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbDialog;
import org.esc.ui.VerbJob;

/** The key sets that have a name, and what can be done with them; all of it by the verbs {@code keys …}. */
public final class KeySetsView extends ViewPart {

    private static final Words WORDS = Words.of(KeySetsView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.globalplatform.keysets";
    /** Context in which the keys of the commands are bound. */
    static final String CONTEXT = "org.esc.ui.globalplatform.keysets.context";

    private static final String WHAT_IT_IS = WORDS.say("A key set is what opens the secure channel to a card: three keys (ENC, MAC, DEK), typed in once and "
                        + "stored encrypted, or kept in a token or HSM; perhaps master keys, from which each card's own are "
                        + "computed. Cards from the factory open with the set factory.");

    private TableViewer table;
    private Composite guide;
    private Label words;
    private Button add;
    private boolean troubled;
    private IContextActivation context;
    private List<FailedTries> failed = List.of();
    private boolean reading;
    private Optional<String> wanted = Optional.empty();

    @Override
    public void createPartControl(Composite parent) {
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(parent);
        createTable(parent);
        guide = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(8, 6).spacing(12, 0).applyTo(guide);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(guide);
        words = new Label(guide, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).align(SWT.FILL, SWT.CENTER).applyTo(words);
        add = NativeLook.of(new Button(guide, SWT.PUSH));
        add.addListener(SWT.Selection, _ -> {
            if (troubled) {
                refresh();
            } else {
                perform(KeySetAction.ADD);
            }
        });
        context = getSite().getService(IContextService.class).activateContext(CONTEXT);
        explain(Optional.empty());
        refresh();
    }

    private void createTable(Composite parent) {
        var place = new Composite(parent, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        table = new TableViewer(place, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        table.getTable().setHeaderVisible(true);
        Names.name(NativeLook.of(table.getTable()), WORDS.say("Key sets"));
        ColumnViewerToolTipSupport.enableFor(table);
        table.setContentProvider(ArrayContentProvider.getInstance());
        column(layout, WORDS.say("Name"), 4, StoredSet::name);
        column(layout, WORDS.say("Kept"), 5, KeySetsView::kept);
        column(layout, WORDS.say("Diversified by"), 3, s -> s.kdf().equals("none") ? "" : s.kdf());
        column(layout, WORDS.say("Keys"), 4, StoredSet::keyType);
        column(layout, WORDS.say("Check values"), 5, StoredSet::checkValues);
        column(layout, WORDS.say("Failed tries"), 4, this::failures);
        table.addSelectionChangedListener(_ -> enablementChanged());
        table.addOpenListener(_ -> {
            if (possible(KeySetAction.USE)) {
                perform(KeySetAction.USE);
            }
        });
        var menu = new MenuManager();
        menu.add(new Separator("actions"));
        menu.add(new Separator(IWorkbenchActionConstants.MB_ADDITIONS));
        table.getTable().setMenu(menu.createContextMenu(table.getTable()));
        getSite().registerContextMenu(menu, table);
        getSite().setSelectionProvider(table);
    }

    private void column(TableColumnLayout layout, String title, int weight, Function<StoredSet, String> value) {
        boolean first = table.getTable().getColumnCount() == 0;
        var column = new TableViewerColumn(table, SWT.NONE);
        column.getColumn().setText(title);
        layout.setColumnData(column.getColumn(), Columns.share(column.getColumn(), weight, 80));
        column.setLabelProvider(new ColumnLabelProvider() {
            @Override
            public String getText(Object element) {
                return value.apply((StoredSet) element);
            }

            @Override
            public Image getImage(Object element) {
                return first ? Icons.image(KeySetsView.class, "keys-" + ((StoredSet) element).where()) : null;
            }

            @Override
            public String getToolTipText(Object element) {
                return first ? kept((StoredSet) element) + ": " + ((StoredSet) element).description() : getText(element);
            }
        });
    }

    private static String kept(StoredSet set) {
        return switch (set.where()) {
            case "known" -> WORDS.say("known to everybody");
            case "token" -> WORDS.say("in a token or HSM");
            default -> WORDS.say("stored, encrypted");
        };
    }

    private String failures(StoredSet set) {
        return failed.stream().filter(f -> f.triedSet(set.name())).map(f -> WORDS.say("{0} on card {1}", f.failures(), f.card()))
                .collect(Collectors.joining(", "));
    }

    /** The set that is selected. */
    Optional<StoredSet> selected() {
        return Optional.ofNullable((StoredSet) table.getStructuredSelection().getFirstElement());
    }

    /** True while the list is being read. */
    boolean reading() {
        return reading;
    }

    /** Selects the set of this name, now or as soon as it is in the list. */
    void select(String name) {
        wanted = Optional.of(name);
        if (table.getInput() instanceof List<?> sets) {
            sets.stream().map(StoredSet.class::cast).filter(s -> s.name().equals(name)).findFirst()
                    .ifPresent(s -> table.setSelection(new StructuredSelection(s), true));
        }
    }

    private Optional<ContentView> content() {
        return getSite().getPage().findView(ContentView.ID) instanceof ContentView v && v.model() != null ? Optional.of(v) : Optional.empty();
    }

    private List<String> readersWithCard() {
        return content().map(v -> v.model().readersWithCard()).orElse(List.of());
    }

    /** True if this can be done now. */
    boolean possible(KeySetAction action) {
        return switch (action) {
            case ADD -> true;
            case REMOVE -> selected().filter(s -> !s.name().equals(NamedKeys.FACTORY)).isPresent();
            case PREVIEW -> selected().isPresent();
            case CHECK -> selected().isPresent() && !readersWithCard().isEmpty();
            case USE -> selected().isPresent() && content().filter(v -> v.model().reader().isPresent()
                    && v.model().channel() != ContentModel.Channel.BUSY).isPresent();
        };
    }

    /** Leads through it. */
    void perform(KeySetAction action) {
        if (!possible(action)) {
            return;
        }
        Shell shell = getSite().getShell();
        switch (action) {
            case ADD -> new AddKeySetDialog(shell, name -> {
                select(name);
                refresh();
            }).open();
            case REMOVE -> remove(selected().orElseThrow());
            case PREVIEW -> new KeyPreviewDialog(shell, selected().orElseThrow().name(), readersWithCard()).open();
            case CHECK -> new KeyCheckDialog(shell, selected().orElseThrow().name(), readersWithCard(), this::refresh).open();
            case USE -> content().ifPresent(v -> {
                getSite().getPage().activate(v);
                v.model().open(KeyChoice.of(selected().orElseThrow().name()));
            });
        }
    }

    private void remove(StoredSet set) {
        if (!set.where().equals("token")) {
            // the verb asks by itself: it erases what may be the only copy
            removeNow(set);
            return;
        }
        var question = new ConfirmQuestion(new Confirmation(WORDS.say("Remove key set {0}", set.name()),
                WORDS.say("Its name is forgotten; the keys stay in the token: {0}.", set.description()), false));
        question.answer().thenAccept(yes -> {
            if (yes) {
                onUi(() -> removeNow(set));
            }
        });
        asker().ask(question);
    }

    private void removeNow(StoredSet set) {
        run("keysets remove", Map.of("name", List.of(set.name())), WORDS.say("Removing key set {0}", set.name()), _ -> refresh(), problem -> {
            if (problem.fault() != Fault.CANCELLED) {
                asker().tell(ProblemText.forPerson(problem));
            }
            refresh();
        });
    }

    /** Reads the list anew. */
    void refresh() {
        if (table == null || table.getTable().isDisposed()) {
            return;
        }
        reading = true;
        run("keysets list", Map.of(), WORDS.say("Listing key sets"), result -> show((KeysListVerb.Result) result), problem -> {
            reading = false;
            explain(Optional.of(ProblemText.forPerson(problem)));
        });
    }

    private void show(KeysListVerb.Result result) {
        reading = false;
        Optional<String> before = wanted.or(() -> selected().map(StoredSet::name));
        wanted = Optional.empty();
        failed = result.failedTries();
        table.setInput(new ArrayList<>(result.keys()));
        select(before.filter(n -> result.keys().stream().anyMatch(s -> s.name().equals(n))).orElse(result.keys().getFirst().name()));
        wanted = Optional.empty();
        boolean own = result.keys().size() > 1;
        guide.setVisible(!own);
        ((GridData) guide.getLayoutData()).exclude = own;
        explain(Optional.empty());
        enablementChanged();
    }

    private void explain(Optional<String> trouble) {
        if (trouble.isPresent()) {
            guide.setVisible(true);
            ((GridData) guide.getLayoutData()).exclude = false;
        }
        words.setText(trouble.orElse(WHAT_IT_IS).replace("&", "&&"));
        troubled = trouble.isPresent();
        add.setText(troubled ? WORDS.say("&Try Again") : WORDS.say("&Add Key Set…"));
        words.requestLayout();
        add.requestLayout();
    }

    private DialogAsker asker() {
        return new DialogAsker(() -> getSite().getShell());
    }

    private void run(String verb, Map<String, List<String>> arguments, String name, Consumer<Record> then, Consumer<Problem> otherwise) {
        try {
            start(VerbCall.named(verb, arguments), name, then, otherwise);
        } catch (EscException e) {
            otherwise.accept(e.problem());
        }
    }

    private <R extends Record> void start(VerbCall<?, R> call, String name, Consumer<Record> then, Consumer<Problem> otherwise) {
        var job = new VerbJob<>(name, call, new UiInteraction(table.getTable().getDisplay(), asker(), VerbDialog.ACCEPT_FORMS), (_, _) -> {
        });
        job.outcome().whenComplete((result, failure) -> onUi(() -> {
            if (failure == null) {
                then.accept(result);
            } else {
                otherwise.accept(ProblemText.problem(failure, name));
            }
        }));
        job.schedule();
    }

    private void onUi(Runnable task) {
        Display display = getSite().getWorkbenchWindow().getWorkbench().getDisplay();
        if (!display.isDisposed()) {
            display.asyncExec(() -> {
                if (!table.getTable().isDisposed()) {
                    task.run();
                }
            });
        }
    }

    /** Menus and buttons ask again whether they are enabled only when something at the screen happens. */
    private void enablementChanged() {
        getSite().getService(IEventBroker.class).post(UIEvents.REQUEST_ENABLEMENT_UPDATE_TOPIC, UIEvents.ALL_ELEMENT_ID);
    }

    @Override
    public void setFocus() {
        table.getTable().setFocus();
    }

    @Override
    public void dispose() {
        if (context != null) {
            getSite().getService(IContextService.class).deactivateContext(context);
        }
        super.dispose();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
import org.eclipse.jface.viewers.IElementComparer;
import org.eclipse.jface.viewers.StructuredSelection;
import org.eclipse.jface.viewers.TableViewer;
import org.eclipse.jface.viewers.TableViewerColumn;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Link;
import org.eclipse.ui.IWorkbenchActionConstants;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.contexts.IContextActivation;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.handlers.IHandlerService;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.tps.client.Day;
import org.esc.ui.Columns;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.PageStack;

/** The live list of readers and tokens. A native table: screen readers and the keyboard work as everywhere. */
public final class TokensView extends ViewPart {

    private static final Words WORDS = Words.of(TokensView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.tokens.view";
    /** Context in which the keys of the token commands are bound. */
    public static final String CONTEXT = "org.esc.ui.tokens.context";

    private TokensModel model;
    private Subscription subscription;
    private Composite stack;
    private Composite nothing;
    private Label nothingText;
    private Composite list;
    private TableViewer table;
    private IContextActivation context;
    private Composite nextStep;
    private Label nextWords;
    private Button nextButton;
    private Link others;
    private Optional<NextStep> shownStep = Optional.of(new NextStep("", "", ""));
    private boolean showing;

    @Override
    public void createPartControl(Composite parent) {
        model = TokensPlugin.model();
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        createTable(stack);
        createNothing(stack);
        subscription = model.subscribe(this::show);
        context = PlatformUI.getWorkbench().getService(IContextService.class).activateContext(CONTEXT);
        show();
    }

    private void createTable(Composite parent) {
        list = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(list);
        var place = new Composite(list, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        table = new TableViewer(place, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        table.getTable().setHeaderVisible(true);
        Names.name(table.getTable(), WORDS.say("Readers and tokens"));
        createNextStep(list);
        table.setContentProvider(ArrayContentProvider.getInstance());
        table.setComparer(new IElementComparer() {
            @Override
            public boolean equals(Object a, Object b) {
                return name(a).equals(name(b));
            }

            @Override
            public int hashCode(Object element) {
                return name(element).hashCode();
            }

            private static String name(Object element) {
                return element instanceof TokenRow row ? row.reader().name() : String.valueOf(element);
            }
        });
        ColumnViewerToolTipSupport.enableFor(table);
        column(layout, WORDS.say("State"), TokenState.UNFORMATTED.words(), 23, TokenRow::stateText, row -> Icons.image(TokensView.class, row.state().icon()));
        column(layout, WORDS.say("Reader"), "Software token", 40, row -> row.reader().name(), _ -> null);
        column(layout, WORDS.say("Issued to"), "Alice Example", 22, facts(TokenRow.Facts::issuedTo), _ -> null);
        column(layout, WORDS.say("Issuer"), "Example", 20, facts(TokenRow.Facts::issuer), _ -> null);
        column(layout, WORDS.say("Key ID"), "4090-6145-c762-2419-2d2b", 38, facts(TokenRow.Facts::keyId), _ -> null);
        column(layout, WORDS.say("Expires"), "2031-05-04", 17, facts(TokensView::expiry), _ -> null);
        table.addSelectionChangedListener(e -> {
            if (!showing) {
                model.select(Optional.ofNullable((TokenRow) e.getStructuredSelection().getFirstElement())
                        .map(row -> row.reader().name()));
            }
        });
        table.addDoubleClickListener(_ -> run(shownStep.filter(step -> step.command().equals(NextStep.UNLOCK)).map(NextStep::command)
                .orElse("org.esc.ui.tokens.details")));
        var menu = new MenuManager();
        menu.add(new Separator("operations"));
        menu.add(new Separator(IWorkbenchActionConstants.MB_ADDITIONS));
        table.getTable().setMenu(menu.createContextMenu(table.getTable()));
        getSite().registerContextMenu(menu, table);
        getSite().setSelectionProvider(table);
    }

    private static String expiry(TokenRow.Facts f) {
        return f.expiry().isEmpty() ? "" : f.expired() ? WORDS.say("{0} (expired)", Day.text(f.expiry())) : Day.text(f.expiry());
    }

    private static Function<TokenRow, String> facts(Function<TokenRow.Facts, String> text) {
        return row -> row.facts().map(text).orElse("");
    }

    private void column(TableColumnLayout layout, String title, String narrowest, int weight, Function<TokenRow, String> text,
            Function<TokenRow, Image> image) {
        var column = new TableViewerColumn(table, SWT.NONE);
        column.getColumn().setText(title);
        column.getColumn().setMoveable(true);
        layout.setColumnData(column.getColumn(), Columns.share(column.getColumn(), weight, narrowest));
        column.setLabelProvider(new ColumnLabelProvider() {
            @Override
            public String getText(Object element) {
                return text.apply((TokenRow) element);
            }

            @Override
            public Image getImage(Object element) {
                return image.apply((TokenRow) element);
            }

            @Override
            public String getToolTipText(Object element) {
                // a column is easily too narrow for what it holds
                String shown = getText(element);
                return shown.isEmpty() ? null : shown;
            }
        });
    }

    private void createNextStep(Composite parent) {
        nextStep = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(10, 8).spacing(12, 0).applyTo(nextStep);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(nextStep);
        nextWords = new Label(nextStep, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).hint(200, SWT.DEFAULT).applyTo(nextWords);
        nextButton = NativeLook.of(new Button(nextStep, SWT.PUSH));
        nextButton.addListener(SWT.Selection, _ -> shownStep.map(NextStep::command).ifPresent(this::run));
        GridDataFactory.fillDefaults().align(SWT.END, SWT.CENTER).applyTo(nextButton);
        others = new Link(nextStep, SWT.WRAP);
        others.setData("org.esc.ui.field", "others");
        others.addListener(SWT.Selection, e -> run(e.text));
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).indent(0, 6).hint(200, SWT.DEFAULT).applyTo(others);
        nextStep.addListener(SWT.Resize, _ -> layoutNextStep());
    }

    private void showNextStep() {
        Optional<NextStep> step = model.selected().flatMap(NextStep::of);
        if (step.equals(shownStep)) {
            return;
        }
        boolean focus = nextButton.isFocusControl();
        shownStep = step;
        nextWords.setText(step.map(NextStep::words).orElse("").replace("&", "&&"));
        String label = step.map(NextStep::label).orElse("");
        nextButton.setText(label);
        show(nextButton, !label.isEmpty());
        List<NextStep.Action> more = step.map(NextStep::others).orElse(List.of());
        others.setText(more.isEmpty() ? "" : WORDS.say("Or: {0}", String.join("  \u00B7  ", more.stream()
                .map(a -> "<a href=\"" + a.command() + "\">" + a.label() + "</a>").toList())));
        show(others, !more.isEmpty());
        show(nextStep, step.isPresent());
        layoutNextStep();
        list.layout(true, true);
        if (focus && label.isEmpty()) {
            table.getTable().setFocus();
        }
    }

    private static void show(Control control, boolean visible) {
        control.setVisible(visible);
        ((GridData) control.getLayoutData()).exclude = !visible;
    }

    /** A label that wraps asks for its height by the width it is going to have. */
    private void layoutNextStep() {
        int width = nextStep.getParent().getClientArea().width;
        int button = nextButton.getVisible() ? nextButton.computeSize(SWT.DEFAULT, SWT.DEFAULT).x + 12 : 0;
        var data = (GridData) nextWords.getLayoutData();
        int hint = Math.max(100, width - button - 20);
        var below = (GridData) others.getLayoutData();
        int whole = Math.max(100, width - 20);
        if (data.widthHint != hint || below.widthHint != whole) {
            data.widthHint = hint;
            below.widthHint = whole;
            list.layout(true, true);
        }
    }

    private void createNothing(Composite parent) {
        nothing = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(24, 24).spacing(0, 12).applyTo(nothing);
        nothingText = new Label(nothing, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(nothingText);
        var link = new Link(nothing, SWT.NONE);
        link.setText(WORDS.say("No reader at hand? <a>Make a software token</a> to try everything without one."));
        link.addListener(SWT.Selection, _ -> run("org.esc.ui.tokens.newSoftToken"));
        GridDataFactory.fillDefaults().grab(true, false).applyTo(link);
    }

    private void show() {
        if (stack.isDisposed()) {
            return;
        }
        List<TokenRow> rows = model.rows();
        var top = rows.isEmpty() ? nothing : list;
        if (rows.isEmpty()) {
            String complaints = String.join("\n", model.complaints());
            nothingText.setText(WORDS.say("No card reader was found. Plug one in and it appears here at once.")
                    + (complaints.isEmpty() ? "" : "\n\n" + complaints.replace("&", "&&")));
        }
        PageStack.show(stack, top);
        if (rows.isEmpty()) {
            nothing.layout();
        }
        showing = true;
        try {
            if (!rows.equals(table.getInput())) {
                table.setInput(rows);
            }
            model.selected().ifPresentOrElse(row -> table.setSelection(new StructuredSelection(row)),
                    () -> table.setSelection(StructuredSelection.EMPTY));
        } finally {
            showing = false;
        }
        showNextStep();
        // menus and buttons ask again whether they are enabled only when something at the screen happens; cards are no such thing
        getSite().getService(IEventBroker.class).post(UIEvents.REQUEST_ENABLEMENT_UPDATE_TOPIC, UIEvents.ALL_ELEMENT_ID);
        long readers = rows.stream().filter(r -> r.reader().hasCard() || r.state() == TokenState.EMPTY).count();
        long cards = rows.stream().filter(r -> r.reader().hasCard()).count();
        getViewSite().getActionBars().getStatusLineManager().setMessage(
                WORDS.many(readers, "{0} reader", "{0} readers") + ", " + WORDS.many(cards, "{0} card", "{0} cards"));
    }

    private void run(String command) {
        try {
            getSite().getService(IHandlerService.class).executeCommand(command, null);
        } catch (org.eclipse.core.commands.common.CommandException e) {
            org.eclipse.core.runtime.ILog.of(TokensView.class).warn("The command " + command + " cannot be run now", e);
        }
    }

    @Override
    public void setFocus() {
        if (model.rows().isEmpty()) {
            nothing.setFocus();
        } else {
            table.getTable().setFocus();
        }
    }

    @Override
    public void dispose() {
        if (subscription != null) {
            subscription.close();
        }
        if (context != null) {
            PlatformUI.getWorkbench().getService(IContextService.class).deactivateContext(context);
        }
        super.dispose();
    }
}

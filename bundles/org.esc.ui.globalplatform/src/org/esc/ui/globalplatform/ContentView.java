// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import org.eclipse.core.runtime.ILog;
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
import org.eclipse.jface.viewers.TreeViewer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.dnd.DND;
import org.eclipse.swt.dnd.DropTarget;
import org.eclipse.swt.dnd.DropTargetAdapter;
import org.eclipse.swt.dnd.DropTargetEvent;
import org.eclipse.swt.dnd.FileTransfer;
import org.eclipse.swt.dnd.Transfer;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.ui.IWorkbenchActionConstants;
import org.eclipse.ui.contexts.IContextActivation;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.securechannel.keys.FailedTries;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.keys.NamedKeys;
import org.esc.ui.Columns;
import org.esc.ui.DialogAsker;
import org.esc.ui.EmptyPage;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.PageStack;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.TreeTable;

/** The content of the card in one reader: its registry as a tree, and all that is known of what is selected in it. */
public final class ContentView extends ViewPart {

    private static final Words WORDS = Words.of(ContentView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.globalplatform.content";
    /** Context in which the keys of the commands are bound. */
    static final String CONTEXT = "org.esc.ui.globalplatform.context";

    private ContentModel model;
    private Combo reader;
    private Label channelIcon;
    private Label channel;
    private Button open;
    private Composite stack;
    private EmptyPage nothing;
    private SashForm content;
    private TreeViewer tree;
    private TableViewer properties;
    private IContextActivation context;
    private Optional<FailedTries> failed = Optional.empty();

    @Override
    public void createPartControl(Composite parent) {
        model = new ContentModel(parent.getDisplay());
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(parent);
        createHead(parent);
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(stack);
        nothing = new EmptyPage(stack);
        content = new SashForm(stack, SWT.HORIZONTAL);
        createTree(content);
        createProperties(content);
        content.setWeights(3, 2);
        model.onChange(this::show);
        context = getSite().getService(IContextService.class).activateContext(CONTEXT);
        show();
    }

    private void createHead(Composite parent) {
        var head = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(5).margins(8, 6).spacing(8, 0).applyTo(head);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(head);
        new Label(head, SWT.NONE).setText(WORDS.say("Card &in:"));
        reader = Names.name(new Combo(head, SWT.READ_ONLY), WORDS.say("Card in"));
        reader.addListener(SWT.Selection, _ -> model.select(reader.getText()));
        GridDataFactory.fillDefaults().grab(true, false).hint(260, SWT.DEFAULT).applyTo(reader);
        channelIcon = new Label(head, SWT.NONE);
        channel = new Label(head, SWT.NONE);
        GridDataFactory.fillDefaults().align(SWT.FILL, SWT.CENTER).applyTo(channel);
        open = NativeLook.of(new Button(head, SWT.PUSH));
        open.setText(WORDS.say("&Open Secure Channel…"));
        open.addListener(SWT.Selection, _ -> open());
    }

    private void createTree(Composite parent) {
        // colour and shape alone tell nobody what it is
        tree = TreeTable.<Node>in(parent, SWT.SINGLE, WORDS.say("Content of the card"), Node::children, List.of(
                new TreeTable.Column<>(WORDS.say("Content"), 5, Node::name, Node::spoken,
                        n -> Icons.image(ContentView.class, n.kind().icon(), n.lifeCycleMark(), n.privilegeMark())),
                new TreeTable.Column<>(WORDS.say("Life cycle"), 2, Node::state, Node::state),
                new TreeTable.Column<>(WORDS.say("Particulars"), 3, Node::particular, Node::particular)));
        NativeLook.of(tree.getTree());
        tree.addSelectionChangedListener(_ -> {
            properties.setInput(selected().map(Node::properties).orElse(List.of()));
            enablementChanged();
        });
        var menu = new MenuManager();
        menu.add(new Separator("actions"));
        menu.add(new Separator(IWorkbenchActionConstants.MB_ADDITIONS));
        tree.getTree().setMenu(menu.createContextMenu(tree.getTree()));
        getSite().registerContextMenu(menu, tree);
        getSite().setSelectionProvider(tree);
        var drop = new DropTarget(tree.getTree(), DND.DROP_COPY | DND.DROP_DEFAULT);
        drop.setTransfer(new Transfer[] {FileTransfer.getInstance()});
        drop.addDropListener(new DropTargetAdapter() {
            @Override
            public void dragEnter(DropTargetEvent event) {
                event.detail = possible(ContentAction.INSTALL) ? DND.DROP_COPY : DND.DROP_NONE;
            }

            @Override
            public void drop(DropTargetEvent event) {
                if (event.data instanceof String[] files && files.length == 1) {
                    install(Path.of(files[0]));
                } else {
                    new DialogAsker(() -> getSite().getShell()).tell(WORDS.say("Drop one CAP or IJC file at a time."));
                }
            }
        });
    }

    private void createProperties(Composite parent) {
        var place = new Composite(parent, SWT.NONE);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        properties = new TableViewer(place, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        properties.getTable().setHeaderVisible(true);
        Names.name(NativeLook.of(properties.getTable()), WORDS.say("Properties of what is selected"));
        ColumnViewerToolTipSupport.enableFor(properties);
        properties.setContentProvider(ArrayContentProvider.getInstance());
        property(layout, WORDS.say("Property"), 2, true);
        property(layout, WORDS.say("Value"), 3, false);
    }

    private void property(TableColumnLayout layout, String title, int weight, boolean first) {
        var column = new TableViewerColumn(properties, SWT.NONE);
        column.getColumn().setText(title);
        layout.setColumnData(column.getColumn(), Columns.share(column.getColumn(), weight, 80));
        column.setLabelProvider(new ColumnLabelProvider() {
            @Override
            public String getText(Object element) {
                var p = (Node.Property) element;
                return first ? p.name() : p.value();
            }

            @Override
            public String getToolTipText(Object element) {
                // a column is easily too narrow for what it holds
                return getText(element);
            }
        });
    }

    ContentModel model() {
        return model;
    }

    /** What is selected in the tree. */
    Optional<Node> selected() {
        return Optional.ofNullable((Node) tree.getStructuredSelection().getFirstElement());
    }

    /** True if this can be done now. */
    boolean possible(ContentAction action) {
        return model != null && model.channel() == ContentModel.Channel.READ && model.tree().filter(t -> action.fits(t, selected())).isPresent();
    }

    /** Leads through it. */
    void perform(ContentAction action) {
        perform(action, Map.of());
    }

    private void perform(ContentAction action, Map<String, String> given) {
        if (possible(action)) {
            new ContentDialog(getSite().getShell(), model, action, selected(), given).open();
        }
    }

    /** A file was dropped onto the card. */
    void install(Path file) {
        perform(ContentAction.INSTALL, Map.of("which", file.toString()));
    }

    /** Asks for keys and reads the registry with them. */
    void open() {
        if (model.reader().isEmpty() || model.channel() == ContentModel.Channel.BUSY) {
            return;
        }
        Display display = stack.getDisplay();
        ForkJoinPool.commonPool().execute(() -> {
            List<String> names = keySets();
            if (!display.isDisposed()) {
                display.asyncExec(() -> open(names));
            }
        });
    }

    /** Shows where key sets are added and removed. */
    private static void manageKeySets() {
        KeySetHandler.show();
    }

    private void open(List<String> names) {
        if (stack.isDisposed() || model.reader().isEmpty()) {
            return;
        }
        ReaderState card = model.reader().orElseThrow();
        new KeysDialog(getSite().getShell(), model.root().map(Node::name).orElse(WORDS.say("the card")), names, model.keys(), model.failedTries(), keys -> {
            // the keys are for that card, and no other that was inserted meanwhile
            if (model.reader().filter(card::equals).isPresent()) {
                model.open(keys);
            }
        }, ContentView::manageKeySets).open();
    }

    /** Names of the key sets at hand; the built-in one alone if the stored ones cannot be read. */
    private static List<String> keySets() {
        var names = new ArrayList<String>();
        names.add(NamedKeys.FACTORY);
        try {
            Services.find(KeySets.class).orElseThrow().list().forEach(stored -> names.add(stored.name()));
        } catch (EscException | NoSuchElementException e) {
            ILog.of(ContentView.class).warn("The stored key sets cannot be read: " + e.getMessage(), e);
        }
        return names;
    }

    private void show() {
        if (stack.isDisposed()) {
            return;
        }
        showReaders();
        if (!model.failedTries().equals(failed)) {
            failed = model.failedTries();
            if (getSite().getPage().findView(KeySetsView.ID) instanceof KeySetsView sets) {
                sets.refresh();
            }
        }
        ChannelText state = ChannelText.of(model);
        channelIcon.setImage(Icons.image(ContentView.class, state.icon()));
        channelIcon.setToolTipText(state.tooltip());
        channel.setText(state.words().replace("&", "&&"));
        channel.setToolTipText(state.tooltip());
        channel.requestLayout();
        open.setEnabled(model.reader().isPresent() && model.channel() != ContentModel.Channel.BUSY);
        boolean there = model.root().isPresent() && model.channel() != ContentModel.Channel.FAILED;
        if (!there) {
            nothing.say(model.problem().map(ProblemText::forPerson).orElse(model.reader().isPresent()
                    ? WORDS.say("Nothing is known of this card’s content yet. Open a secure channel with its keys, and it can be seen here.")
                    : WORDS.say("No card is in a reader. Insert one, or plug in a software token (File menu), and its content can be "
                        + "seen here.")));
        }
        PageStack.show(stack, there ? content : nothing);
        if (there) {
            showTree(model.root().orElseThrow());
        }
        enablementChanged();
    }

    private void showReaders() {
        List<String> names = model.cards().stream().map(ReaderState::name).toList();
        if (!names.equals(List.of(reader.getItems()))) {
            reader.setItems(names.toArray(String[]::new));
        }
        model.reader().ifPresent(r -> reader.setText(r.name()));
        reader.setEnabled(!names.isEmpty());
    }

    private void showTree(Node root) {
        List<Node> input = List.of(root);
        if (input.equals(tree.getInput())) {
            return;
        }
        Optional<String> before = selected().map(Node::name);
        tree.getTree().setRedraw(false);
        try {
            tree.setInput(input);
            tree.expandToLevel(3);
            Node again = before.flatMap(name -> find(root, name)).orElse(root);
            tree.setSelection(new StructuredSelection(again), true);
        } finally {
            tree.getTree().setRedraw(true);
        }
    }

    private static Optional<Node> find(Node node, String name) {
        if (node.name().equals(name)) {
            return Optional.of(node);
        }
        return node.children().stream().map(c -> find(c, name)).flatMap(Optional::stream).findFirst();
    }

    /** Menus and buttons ask again whether they are enabled only when something at the screen happens; cards are no such thing. */
    private void enablementChanged() {
        getSite().getService(IEventBroker.class).post(UIEvents.REQUEST_ENABLEMENT_UPDATE_TOPIC, UIEvents.ALL_ELEMENT_ID);
    }

    @Override
    public void setFocus() {
        if (content.isVisible()) {
            tree.getTree().setFocus();
        } else if (open.isEnabled()) {
            open.setFocus();
        } else {
            nothing.setFocus();
        }
    }

    @Override
    public void dispose() {
        if (model != null) {
            model.close();
        }
        if (context != null) {
            getSite().getService(IContextService.class).deactivateContext(context);
        }
        super.dispose();
    }
}

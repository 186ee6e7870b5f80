// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.core.runtime.Adapters;
import org.eclipse.e4.core.services.events.IEventBroker;
import org.eclipse.e4.ui.workbench.UIEvents;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.action.Separator;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.layout.PixelConverter;
import org.eclipse.jface.viewers.IElementComparer;
import org.eclipse.jface.viewers.ISelection;
import org.eclipse.jface.viewers.IStructuredSelection;
import org.eclipse.jface.viewers.StructuredSelection;
import org.eclipse.jface.viewers.TreeViewer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.ui.ISelectionListener;
import org.eclipse.ui.IWorkbenchActionConstants;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.contexts.IContextActivation;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.ui.Copy;
import org.esc.ui.EmptyPage;
import org.esc.ui.Icons;
import org.esc.ui.PageStack;
import org.esc.ui.TreeTable;

/** What is on the tokens: card, applications, and in each its certificates, keys, objects and PINs; beside it all about what is selected. */
public final class ExplorerView extends ViewPart {

    private static final Words WORDS = Words.of(ExplorerView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.explorer.view";
    /** Context in which the keys of the commands are bound. */
    static final String CONTEXT = "org.esc.ui.explorer.context";
    /** Id of the list of tokens, which another bundle brings. */
    static final String TOKENS = "org.esc.ui.tokens.view";

    private ExplorerModel model;
    private Composite stack;
    private EmptyPage nothing;
    private ScrolledComposite scroll;
    private SashForm content;
    private TreeViewer tree;
    private Composite details;
    private PropertiesPane properties;
    private CertificatePane certificate;
    private ObjectPane object;
    private IContextActivation context;
    private Optional<String> wanted = Optional.empty();
    /** Goes with the list of tokens. */
    private final ISelectionListener follow = (_, selection) -> selectedReader(selection).filter(r -> !reader().equals(Optional.of(r)))
            .ifPresent(this::turnTo);

    @Override
    public void createPartControl(Composite parent) {
        model = new ExplorerModel(parent.getDisplay());
        GridLayoutFactory.fillDefaults().applyTo(parent);
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(stack);
        nothing = new EmptyPage(stack);
        scroll = new ScrolledComposite(stack, SWT.H_SCROLL | SWT.V_SCROLL);
        scroll.setExpandHorizontal(true);
        scroll.setExpandVertical(true);
        scroll.setShowFocusedControl(true);
        content = new SashForm(scroll, SWT.HORIZONTAL);
        scroll.setContent(content);
        createTree(content);
        details = new Composite(content, SWT.NONE);
        details.setLayout(new StackLayout());
        properties = new PropertiesPane(details);
        certificate = new CertificatePane(details, _ -> perform(TokenAction.EXPORT_CERTIFICATE));
        object = new ObjectPane(details, model, () -> perform(TokenAction.SAVE_PICTURE), this::enablementChanged);
        content.setWeights(2, 3);
        var letters = new PixelConverter(stack);
        scroll.addListener(SWT.Resize, _ -> arrange(letters));
        getSite().getPage().addSelectionListener(TOKENS, follow);
        var copy = new Action(WORDS.say("&Copy")) {
            @Override
            public void run() {
                copy();
            }
        };
        copy.setActionDefinitionId("org.eclipse.ui.edit.copy");
        getViewSite().getActionBars().setGlobalActionHandler(ActionFactory.COPY.getId(), copy);
        context = getSite().getService(IContextService.class).activateContext(CONTEXT);
        model.onChange(this::show);
        show();
    }

    /** Tree and details beside or above each other; where there is no room for either, they are scrolled. */
    private void arrange(PixelConverter letters) {
        Point size = scroll.getSize();
        int least = letters.convertWidthInCharsToPixels(LEAST_BESIDE);
        int part = letters.convertHeightInCharsToPixels(LEAST_LINES);
        boolean flat = size.y < 2 * part;
        boolean above = 3 * size.x < 4 * size.y || size.x < (flat ? least : letters.convertWidthInCharsToPixels(GOOD_BESIDE));
        scroll.setMinSize(above ? new Point(least / 2, 2 * part) : new Point(least, part));
        content.setOrientation(above ? SWT.VERTICAL : SWT.HORIZONTAL);
    }

    private void createTree(Composite parent) {
        // colour and shape alone tell nobody what it is
        tree = TreeTable.<Entry>in(parent, SWT.SINGLE, WORDS.say("What is on the tokens"), Entry::children, List.of(
                new TreeTable.Column<>(WORDS.say("On the token"), 5, Entry::name, e -> e.kind().words() + ": " + e.name(),
                        e -> Icons.image(ExplorerView.class, e.icon()), LEAST_NAME),
                new TreeTable.Column<>(WORDS.say("State"), 3, Entry::note, Entry::note)));
        tree.setComparer(new ByPath());
        tree.addSelectionChangedListener(_ -> {
            showDetails();
            enablementChanged();
        });
        var menu = new MenuManager();
        menu.setRemoveAllWhenShown(true);
        menu.addMenuListener(m -> {
            selected().ifPresent(e -> Arrays.stream(TokenAction.values()).filter(a -> a.fits(e, model)).forEach(a -> m.add(action(a))));
            m.add(new Separator(IWorkbenchActionConstants.MB_ADDITIONS));
        });
        tree.getTree().setMenu(menu.createContextMenu(tree.getTree()));
        getSite().registerContextMenu(menu, tree);
        getSite().setSelectionProvider(tree);
    }

    private Action action(TokenAction a) {
        var action = new Action(a.menu(), Icons.descriptor(ExplorerView.class, a.icon())) {
            @Override
            public void run() {
                perform(a);
            }
        };
        action.setActionDefinitionId(a.command());
        return action;
    }

    ExplorerModel model() {
        return model;
    }

    /** What is selected in the tree. */
    Optional<Entry> selected() {
        return tree == null || tree.getTree().isDisposed() ? Optional.empty()
                : Optional.ofNullable((Entry) tree.getStructuredSelection().getFirstElement());
    }

    /** The reader that what is selected belongs to. */
    Optional<String> reader() {
        return selected().map(Entry::reader);
    }

    /** The reader that is selected in the list of tokens, which tells it through an adapter. */
    static Optional<String> selectedReader(ISelection selection) {
        return selection instanceof IStructuredSelection s
                ? Optional.ofNullable(Adapters.adapt(s.getFirstElement(), ReaderState.class)).map(ReaderState::name) : Optional.empty();
    }

    /** Turns to the card in a reader, at once or when it has been read. */
    void turnTo(String reader) {
        wanted = Optional.of(reader);
        show();
    }

    /** True if this can be done now. */
    boolean possible(TokenAction action) {
        return selected().filter(e -> action.fits(e, model)).isPresent();
    }

    /** Leads through it. */
    void perform(TokenAction action) {
        selected().filter(e -> action.fits(e, model)).ifPresent(e -> new ActionDialog(getSite().getShell(), model, action, e).open());
    }

    private void copy() {
        Control top = ((StackLayout) details.getLayout()).topControl;
        String text = tree.getTree().isFocusControl() ? selected().map(e -> e.name() + "\t" + e.note()).orElse("")
                : top == certificate ? certificate.text() : top == object ? object.text() : properties.text();
        Copy.text(stack.getDisplay(), text);
    }

    private void show() {
        if (stack.isDisposed()) {
            return;
        }
        List<Entry> now = model.cards().stream().map(Entry::of).toList();
        if (now.isEmpty()) {
            String complaints = String.join("\n", model.complaints());
            nothing.say(WORDS.say("No card is in a reader. Insert one, or plug in a software token (File menu), and what is on it can be seen here.")
                    + (complaints.isEmpty() ? "" : "\n\n" + complaints));
        }
        PageStack.show(stack, now.isEmpty() ? nothing : scroll);
        showTree(now);
        enablementChanged();
    }

    private void showTree(List<Entry> now) {
        if (now.equals(tree.getInput()) && wanted.isEmpty()) {
            return;
        }
        Optional<String> before = selected().map(Entry::path);
        tree.getTree().setRedraw(false);
        try {
            Object[] expanded = tree.getExpandedElements();
            List<?> old = tree.getInput() instanceof List<?> l ? l : List.of();
            tree.setInput(now);
            tree.setExpandedElements(expanded);
            now.forEach(e -> expandNew(e, old));
            Optional<Entry> again = wanted.flatMap(w -> now.stream().filter(e -> e.reader().equals(w)).findFirst())
                    .map(e -> e.children().isEmpty() ? e : e.children().getFirst())
                    .or(() -> before.flatMap(p -> find(now, p))).or(() -> now.stream().findFirst());
            wanted = wanted.filter(w -> model.cards().stream().anyMatch(c -> c.reader().name().equals(w)
                    && c.state() == ExplorerModel.State.READING));
            tree.setSelection(again.map(StructuredSelection::new).orElse(StructuredSelection.EMPTY), true);
        } finally {
            tree.getTree().setRedraw(true);
        }
        showDetails();
    }

    /** An application that has just come shows what is in it, and so does a group that was empty. */
    private void expandNew(Entry card, List<?> old) {
        List<Entry> before = old.stream().map(Entry.class::cast).filter(o -> o.path().equals(card.path())).toList();
        for (Entry application : card.children()) {
            Optional<Entry> known = before.stream().flatMap(b -> b.children().stream()).filter(o -> o.path().equals(application.path())).findFirst();
            if (known.isEmpty()) {
                tree.setExpandedState(card, true);
                tree.expandToLevel(application, 2);
            } else {
                application.children().stream().filter(g -> find(known.get().children(), g.path()).filter(k -> k.children().isEmpty()).isPresent())
                        .forEach(g -> tree.setExpandedState(g, true));
            }
        }
    }

    private static Optional<Entry> find(List<Entry> entries, String path) {
        for (Entry e : entries) {
            Optional<Entry> found = e.path().equals(path) ? Optional.of(e) : find(e.children(), path);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private void showDetails() {
        Optional<Entry> e = selected();
        Control top = properties;
        if (e.isPresent() && e.get().certificate().isPresent()) {
            certificate.show(e.get().certificate().get());
            top = certificate;
        } else if (e.isPresent() && e.get().object().isPresent()) {
            object.show(e.get());
            top = object;
        } else {
            properties.show(e.map(Entry::properties).orElse(List.of()));
        }
        var layout = (StackLayout) details.getLayout();
        if (layout.topControl != top) {
            layout.topControl = top;
            details.layout();
        }
    }

    /** Menus and buttons ask again whether they are enabled only when something at the screen happens; cards are no such thing. */
    private void enablementChanged() {
        getSite().getService(IEventBroker.class).post(UIEvents.REQUEST_ENABLEMENT_UPDATE_TOPIC, UIEvents.ALL_ELEMENT_ID);
    }

    @Override
    public void setFocus() {
        if (content.isVisible()) {
            tree.getTree().setFocus();
        } else {
            stack.setFocus();
        }
    }

    @Override
    public void dispose() {
        getSite().getPage().removeSelectionListener(TOKENS, follow);
        if (model != null) {
            model.close();
        }
        if (context != null) {
            getSite().getService(IContextService.class).deactivateContext(context);
        }
        super.dispose();
    }

    /** The same thing on the same card is the same line, whatever has become of it. */
    /** Characters that tree and details need to stand beside each other where there is height for them above each other, too. */
    private static final int GOOD_BESIDE = 96;
    /** The same where there is none. */
    private static final int LEAST_BESIDE = 70;
    /** Lines that each of them needs. */
    private static final int LEAST_LINES = 10;
    /** Pixels for the names in the tree, which are indented. */
    private static final int LEAST_NAME = 180;
    private static final class ByPath implements IElementComparer {

        @Override
        public boolean equals(Object a, Object b) {
            return path(a).equals(path(b));
        }

        @Override
        public int hashCode(Object element) {
            return path(element).hashCode();
        }

        private static Object path(Object o) {
            return o instanceof Entry e ? e.path() : o;
        }
    }
}

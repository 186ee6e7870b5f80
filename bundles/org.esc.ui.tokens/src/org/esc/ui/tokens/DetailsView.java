// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.layout.TreeColumnLayout;
import org.eclipse.jface.viewers.ColumnLabelProvider;
import org.eclipse.jface.viewers.ColumnViewerToolTipSupport;
import org.eclipse.jface.viewers.ColumnWeightData;
import org.eclipse.jface.viewers.ITreeContentProvider;
import org.eclipse.jface.viewers.TreeViewer;
import org.eclipse.jface.viewers.TreeViewerColumn;
import org.eclipse.swt.SWT;
import org.eclipse.swt.dnd.Clipboard;
import org.eclipse.swt.dnd.TextTransfer;
import org.eclipse.swt.dnd.Transfer;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.part.ViewPart;
import org.esc.card.Subscription;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.tokens.TokenRow.Property;
import org.esc.ui.tokens.TokenRow.Section;

/** All that is known about the selected token: the card, its certificates, its keys. */
public final class DetailsView extends ViewPart {

    /** Id of the view. */
    public static final String ID = "org.esc.ui.tokens.details";

    private TokensModel model;
    private Subscription subscription;
    private TreeViewer tree;
    private String shown = "";

    @Override
    public void createPartControl(Composite parent) {
        model = TokensPlugin.model();
        var place = new Composite(parent, SWT.NONE);
        var layout = new TreeColumnLayout();
        place.setLayout(layout);
        tree = new TreeViewer(place, SWT.MULTI | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        tree.getTree().setHeaderVisible(true);
        Names.name(tree.getTree(), "Details of the token");
        ColumnViewerToolTipSupport.enableFor(tree);
        column(layout, "Property", 2, true);
        column(layout, "Value", 3, false);
        tree.setContentProvider(new Content());
        var copy = new Action("&Copy") {
            @Override
            public void run() {
                copySelection();
            }
        };
        copy.setActionDefinitionId("org.eclipse.ui.edit.copy");
        getViewSite().getActionBars().setGlobalActionHandler(ActionFactory.COPY.getId(), copy);
        var menu = new MenuManager();
        menu.add(copy);
        tree.getTree().setMenu(menu.createContextMenu(tree.getTree()));
        getSite().registerContextMenu(menu, tree);
        getSite().setSelectionProvider(tree);
        subscription = model.subscribe(this::show);
        show();
    }

    private void column(TreeColumnLayout layout, String title, int weight, boolean first) {
        var column = new TreeViewerColumn(tree, SWT.NONE);
        column.getColumn().setText(title);
        layout.setColumnData(column.getColumn(), new ColumnWeightData(weight, 80, true));
        column.setLabelProvider(new ColumnLabelProvider() {
            @Override
            public String getText(Object element) {
                return switch (element) {
                    case Section s -> first ? s.heading() : s.summary();
                    case Property p -> first ? p.name() : p.value();
                    default -> "";
                };
            }

            @Override
            public String getToolTipText(Object element) {
                // a column is easily too narrow for what it holds
                String shown = getText(element);
                return shown.isEmpty() ? null : shown;
            }

            @Override
            public Image getImage(Object element) {
                return first && element instanceof Section s ? Icons.image(DetailsView.class, s.icon()) : null;
            }
        });
    }

    private void show() {
        if (tree.getTree().isDisposed()) {
            return;
        }
        Optional<TokenRow> row = model.selected();
        setContentDescription(row.map(r -> r.reader().name() + ": " + r.stateText()).orElse("Select a token to see more about it."));
        List<Section> sections = row.map(DetailsView::sections).orElse(List.of());
        if (sections.equals(tree.getInput())) {
            return;
        }
        String card = row.map(TokenRow::card).orElse("");
        Object[] open = tree.getExpandedElements();
        tree.getTree().setRedraw(false);
        try {
            tree.setInput(sections);
            if (card.equals(shown)) {
                tree.setExpandedElements(open);
            }
            sections.forEach(s -> tree.setExpandedState(s, true));
        } finally {
            tree.getTree().setRedraw(true);
        }
        shown = card;
    }

    private static List<Section> sections(TokenRow row) {
        var sections = new ArrayList<Section>();
        row.facts().ifPresent(f -> sections.addAll(f.sections()));
        Optional<SoftTokens.Shelved> shelved = TokensPlugin.softTokens().shelved(row.reader().name());
        if (shelved.isPresent()) {
            return List.of(new Section("Token", row.stateText(), row.state().icon(), List.of(
                    new Property("File", shelved.get().file().toString()), new Property("Trouble", row.trouble())), List.of()));
        }
        var reader = new ArrayList<Property>();
        reader.add(new Property("Name", row.reader().name()));
        reader.add(new Property("Connected by", row.reader().provider()));
        row.reader().atr().ifPresent(atr -> reader.add(new Property("Answer to reset", atr.toString())));
        if (!row.trouble().isEmpty() && row.reader().hasCard()) {
            reader.add(new Property("Trouble", row.trouble()));
        }
        sections.add(new Section("Reader", row.reader().hasCard() ? "with a card" : "no card", "reader", reader, List.of()));
        return sections;
    }

    private void copySelection() {
        var lines = new StringJoiner("\n");
        for (Object o : tree.getStructuredSelection()) {
            switch (o) {
                case Section s -> lines.add(s.heading() + "\t" + s.summary());
                case Property p -> lines.add(p.name() + "\t" + p.value());
                default -> {
                    // nothing else is in the tree
                }
            }
        }
        if (lines.length() > 0) {
            var clipboard = new Clipboard(tree.getTree().getDisplay());
            clipboard.setContents(new Object[] {lines.toString()}, new Transfer[] {TextTransfer.getInstance()});
            clipboard.dispose();
        }
    }

    @Override
    public void setFocus() {
        tree.getTree().setFocus();
    }

    @Override
    public void dispose() {
        if (subscription != null) {
            subscription.close();
        }
        super.dispose();
    }

    private static final class Content implements ITreeContentProvider {

        @Override
        public Object[] getElements(Object input) {
            return ((List<?>) input).toArray();
        }

        @Override
        public Object[] getChildren(Object parent) {
            if (!(parent instanceof Section s)) {
                return new Object[0];
            }
            var children = new ArrayList<Object>(s.properties());
            children.addAll(s.parts());
            return children.toArray();
        }

        @Override
        public Object getParent(Object element) {
            return null;
        }

        @Override
        public boolean hasChildren(Object element) {
            return getChildren(element).length > 0;
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.viewers.TreeViewer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.ui.Copy;
import org.esc.ui.Icons;
import org.esc.ui.TreeTable;
import org.esc.ui.tokens.TokenRow.Property;
import org.esc.ui.tokens.TokenRow.Section;

/** All that is known about the selected token: the card, its certificates, its keys. */
public final class DetailsView extends ViewPart {

    private static final Words WORDS = Words.of(DetailsView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.tokens.details";

    private TokensModel model;
    private Subscription subscription;
    private TreeViewer tree;
    private String shown = "";

    @Override
    public void createPartControl(Composite parent) {
        model = TokensPlugin.model();
        tree = TreeTable.<Object>in(parent, SWT.MULTI, WORDS.say("Details of the token"), DetailsView::parts, List.of(
                new TreeTable.Column<>(WORDS.say("Property"), 2, DetailsView::name, DetailsView::name,
                        e -> e instanceof Section s ? Icons.image(DetailsView.class, s.icon()) : null),
                new TreeTable.Column<>(WORDS.say("Value"), 3, DetailsView::value, DetailsView::value)));
        var copy = new Action(WORDS.say("&Copy")) {
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

    private static String name(Object element) {
        return element instanceof Section s ? s.heading() : ((Property) element).name();
    }

    private static String value(Object element) {
        return element instanceof Section s ? s.summary() : ((Property) element).value();
    }

    private static List<Object> parts(Object element) {
        var parts = new ArrayList<Object>();
        if (element instanceof Section s) {
            parts.addAll(s.properties());
            parts.addAll(s.parts());
        }
        return parts;
    }

    private void show() {
        if (tree.getTree().isDisposed()) {
            return;
        }
        Optional<TokenRow> row = model.selected();
        setContentDescription(row.map(r -> r.reader().name() + ": " + r.stateText()).orElse(WORDS.say("Select a token to see more about it.")));
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
            return List.of(new Section(WORDS.say("Token"), row.stateText(), row.state().icon(), List.of(
                    new Property(WORDS.say("File"), shelved.get().file().toString()), new Property(WORDS.say("Trouble"), row.trouble())), List.of()));
        }
        var reader = new ArrayList<Property>();
        reader.add(new Property(WORDS.say("Name"), row.reader().name()));
        reader.add(new Property(WORDS.say("Connected by"), row.reader().provider()));
        row.reader().atr().ifPresent(atr -> reader.add(new Property(WORDS.say("Answer to reset"), atr.toString())));
        if (!row.trouble().isEmpty() && row.reader().hasCard()) {
            reader.add(new Property(WORDS.say("Trouble"), row.trouble()));
        }
        sections.add(new Section(WORDS.say("Reader"), row.reader().hasCard() ? WORDS.say("with a card") : WORDS.say("no card"), "reader", reader, List.of()));
        return sections;
    }

    private void copySelection() {
        var lines = new StringJoiner("\n");
        for (Object o : tree.getStructuredSelection()) {
            lines.add(name(o) + "\t" + value(o));
        }
        Copy.text(tree.getTree().getDisplay(), lines.toString());
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
}

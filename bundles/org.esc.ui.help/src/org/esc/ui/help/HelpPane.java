// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.commonmark.node.Document;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.Text;
import org.eclipse.help.IContext;
import org.eclipse.help.IHelpResource;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.esc.apdu.Words;
import org.esc.help.Hit;
import org.esc.help.Markdown;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** Contents, search and a page: what the view and the help window have in common. */
final class HelpPane {

    private static final Words WORDS = Words.of(HelpPane.class);

    /** As many places as anybody looks at. */
    private static final int HITS = 40;
    private static final int WIDE = 700;

    private final Shelf shelf = new Shelf();
    private final Deque<String> back = new ArrayDeque<>();
    private final Deque<String> forward = new ArrayDeque<>();
    private final Composite whole;
    private final org.eclipse.swt.widgets.Text words;
    private final SashForm sash;
    private final Tree contents;
    private final PageText page;
    private final Runnable changed;
    private String shown = "";

    /** @param changed told when another page is shown */
    HelpPane(Composite parent, Runnable changed) {
        this.changed = changed;
        whole = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(4, 4).spacing(6, 4).applyTo(whole);
        var label = new Label(whole, SWT.NONE);
        label.setText(WORDS.say("&Search:"));
        words = Names.name(new org.eclipse.swt.widgets.Text(whole, SWT.SEARCH | SWT.ICON_CANCEL | SWT.ICON_SEARCH), WORDS.say("Search"));
        words.setMessage(WORDS.say("words, or their beginnings"));
        words.setData("org.esc.ui.field", "help.search");
        GridDataFactory.fillDefaults().grab(true, false).applyTo(words);
        sash = new SashForm(whole, SWT.SMOOTH);
        GridDataFactory.fillDefaults().grab(true, true).span(2, 1).applyTo(sash);
        contents = NativeLook.of(new Tree(sash, SWT.SINGLE | SWT.BORDER));
        Names.name(contents, WORDS.say("Contents"));
        shelf.topics().forEach(t -> add(new TreeItem(contents, SWT.NONE), t));
        page = new PageText(sash, this::follow);
        sash.setWeights(3, 7);
        words.addListener(SWT.FocusIn, _ -> shelf.search());
        words.addListener(SWT.Modify, _ -> search());
        words.addListener(SWT.DefaultSelection, _ -> toFirstLink());
        words.addListener(SWT.KeyDown, e -> {
            if (e.keyCode == SWT.ARROW_DOWN) {
                toFirstLink();
            }
        });
        contents.addListener(SWT.Selection, e -> {
            if (e.item.getData() instanceof String href && !href.isEmpty()) {
                show(href);
            }
        });
        contents.addListener(SWT.DefaultSelection, e -> page.control().setFocus());
        page.control().addListener(SWT.KeyDown, this::key);
        contents.addListener(SWT.KeyDown, this::key);
        sash.addListener(SWT.Resize, _ -> {
            int way = sash.getClientArea().width >= WIDE ? SWT.HORIZONTAL : SWT.VERTICAL;
            if (way != sash.getOrientation()) {
                sash.setOrientation(way);
            }
        });
    }

    private static void add(TreeItem item, Shelf.Topic topic) {
        item.setText(topic.label());
        item.setData(topic.href());
        topic.parts().forEach(t -> add(new TreeItem(item, SWT.NONE), t));
    }

    Composite control() {
        return whole;
    }

    PageText page() {
        return page;
    }

    Tree contents() {
        return contents;
    }

    /** The name of the page that is shown, empty while there is none. */
    String shown() {
        return shown;
    }

    void setFocus() {
        page.control().setFocus();
    }

    /** Takes the person to the search. */
    void toSearch(String forWords) {
        words.setText(forWords);
        words.setFocus();
        words.selectAll();
    }

    /** Shows what there is about a place: the first topic as a page, links to the others below it. */
    void show(IContext context) {
        List<IHelpResource> topics = Arrays.asList(context.getRelatedTopics());
        String first = topics.getFirst().getHref();
        remember(first);
        display(first, topics.subList(1, topics.size()));
    }

    /** Shows a page, and remembers the one before. */
    void show(String href) {
        remember(href);
        display(href, List.of());
    }

    private void remember(String next) {
        if (!shown.isEmpty() && !shown.equals(next)) {
            back.push(shown);
            forward.clear();
        }
    }

    boolean hasBack() {
        return !back.isEmpty();
    }

    boolean hasForward() {
        return !forward.isEmpty();
    }

    void goBack() {
        if (hasBack()) {
            forward.push(shown);
            display(back.pop(), List.of());
        }
    }

    void goForward() {
        if (hasForward()) {
            back.push(shown);
            display(forward.pop(), List.of());
        }
    }

    private void display(String href, List<IHelpResource> others) {
        Optional<Shelf.Leaf> leaf = shelf.leaf(href);
        if (leaf.isEmpty()) {
            Browsing.open(href);
            return;
        }
        shown = href;
        Node tree = leaf.get().page().parsed();
        if (!others.isEmpty()) {
            var also = paragraph(new Text(WORDS.say("See also:") + " "));
            for (IHelpResource o : others) {
                var link = new Link(o.getHref(), "");
                link.appendChild(new Text(o.getLabel()));
                also.appendChild(link);
                also.appendChild(new Text(o == others.getLast() ? "." : ", "));
            }
            tree.appendChild(also);
        }
        page.show(tree, leaf.get().page().anchors(), leaf.get().anchor(), link -> shelf.file(leaf.get().href(), link));
        select(contents.getItems(), leaf.get().href());
        changed.run();
    }

    private boolean select(TreeItem[] items, String href) {
        for (TreeItem i : items) {
            if (href.equals(i.getData()) || select(i.getItems(), href)) {
                if (href.equals(i.getData())) {
                    contents.setSelection(i);
                    contents.showItem(i);
                }
                return true;
            }
        }
        return false;
    }

    private void follow(String to) {
        if (Commands.is(to)) {
            Commands.run(to);
        } else if (to.startsWith("https://") || to.startsWith("http://")) {
            Browsing.launch(to);
        } else if (to.startsWith("/")) {
            show(to);
        } else {
            shelf.target(shown.replaceFirst("#.*", ""), to).ifPresent(this::show);
        }
    }

    private void key(Event e) {
        if (e.stateMask == SWT.ALT && e.keyCode == SWT.ARROW_LEFT) {
            goBack();
        } else if (e.stateMask == SWT.ALT && e.keyCode == SWT.ARROW_RIGHT) {
            goForward();
        }
    }

    private void toFirstLink() {
        page.control().setFocus();
        page.links().stream().findFirst().ifPresent(page::select);
    }

    private void search() {
        String query = words.getText();
        if (query.isBlank()) {
            display(shown.isEmpty() ? Shelf.FIRST : shown, List.of());
            return;
        }
        shelf.search().thenAcceptAsync(s -> {
            // meanwhile somebody may have typed on, or closed it
            if (!whole.isDisposed() && query.equals(words.getText())) {
                show(s.find(query));
            }
        }, whole.getDisplay()::asyncExec);
    }

    private void show(List<Hit> hits) {
        var found = new Document();
        found.appendChild(heading(hits.isEmpty() ? WORDS.say("Nothing found") : WORDS.say("Found")));
        if (hits.isEmpty()) {
            found.appendChild(paragraph(new Text(WORDS.say("Fewer words find more. A word is found by its beginning."))));
        }
        for (Hit h : hits.stream().limit(HITS).toList()) {
            String anchor = h.section().anchor();
            var link = new Link(Shelf.href(h.page()) + (anchor.isEmpty() ? "" : "#" + anchor), "");
            link.appendChild(new Text(h.section().heading().equals(h.page().title()) || h.section().heading().isEmpty() ? h.page().title()
                    : h.page().title() + ": " + h.section().heading()));
            found.appendChild(paragraph(link, new Text("  " + List.of(h.page().guide(), h.snippet()).stream().filter(s -> !s.isEmpty())
                    .collect(Collectors.joining(": ")))));
        }
        page.show(found, new Markdown.Anchors(), "", _ -> Optional.empty());
    }

    private static Node heading(String words) {
        var heading = new Heading();
        heading.setLevel(1);
        heading.appendChild(new Text(words));
        return heading;
    }

    private static Node paragraph(Node... parts) {
        var paragraph = new Paragraph();
        Arrays.asList(parts).forEach(paragraph::appendChild);
        return paragraph;
    }
}

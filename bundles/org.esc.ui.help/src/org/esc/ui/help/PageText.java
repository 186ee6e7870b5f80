// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableHead;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.Emphasis;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.Text;
import org.commonmark.node.ThematicBreak;
import org.eclipse.jface.resource.FontDescriptor;
import org.eclipse.jface.resource.JFaceColors;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.jface.resource.LocalResourceManager;
import org.eclipse.swt.SWT;
import org.eclipse.swt.SWTException;
import org.eclipse.swt.custom.StyleRange;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.events.VerifyEvent;
import org.eclipse.swt.graphics.Color;
import org.eclipse.swt.graphics.Font;
import org.eclipse.swt.graphics.GlyphMetrics;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.RGB;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.esc.apdu.Words;
import org.esc.help.Markdown;
import org.esc.ui.Names;

/**
 * Shows a page with the platform's own text widget, so that it is read aloud, scaled and coloured like everything else and needs no browser. Tab goes
 * from link to link, Enter follows one.
 */
final class PageText {

    private static final int MARGIN = 14;
    private static final int INDENT = 22;
    private static final float[] SIZES = {1.6f, 1.25f, 1.1f};

    /** A link in the text. */
    record Span(int start, int length, String to) {
    }

    private record Picture(int at, org.eclipse.swt.graphics.Image image) {
    }

    /** How one line of the text stands. */
    private record Line(int first, int rest, List<StyleRange> styles) {
    }

    private final StyledText text;
    private final LocalResourceManager resources;
    private final Consumer<String> follow;
    private final List<Span> links = new ArrayList<>();
    private final List<Picture> pictures = new ArrayList<>();
    private final Map<String, Integer> anchors = new HashMap<>();
    private Function<String, Optional<byte[]>> files = _ -> Optional.empty();
    private final StringBuilder out = new StringBuilder();
    private final List<StyleRange> styles = new ArrayList<>();
    /** By the offset at which each begins. */
    private final Map<Integer, Line> lines = new HashMap<>();
    private int first;
    private int rest;

    /** How the words being written look. */
    private record Look(int size, boolean bold, boolean italic, boolean code, boolean link) {
        static final Look PLAIN = new Look(-1, false, false, false, false);

        Look withBold() {
            return new Look(size, true, italic, code, link);
        }
    }

    /** @param follow told the destination of a link that somebody follows */
    PageText(Composite parent, Consumer<String> follow) {
        this.follow = follow;
        text = new StyledText(parent, SWT.MULTI | SWT.WRAP | SWT.V_SCROLL | SWT.READ_ONLY);
        text.setMargins(MARGIN, MARGIN, MARGIN, MARGIN);
        text.setLineSpacing(3);
        Names.name(text, Words.of(PageText.class).say("Page"));
        resources = new LocalResourceManager(JFaceResources.getResources(), text);
        text.addListener(SWT.Traverse, this::traverse);
        text.addVerifyKeyListener(this::key);
        text.addListener(SWT.MouseUp, e -> at(new Point(e.x, e.y)).filter(_ -> e.button == 1 && text.getSelectionCount() == 0)
                .ifPresent(l -> follow.accept(l.to())));
        text.addListener(SWT.MouseMove, e -> text.setCursor(at(new Point(e.x, e.y)).isPresent() ? text.getDisplay().getSystemCursor(SWT.CURSOR_HAND) : null));
        // asked for the lines that are seen, so that a long page shows as soon as a short one
        text.addLineStyleListener(e -> {
            Line line = lines.get(e.lineOffset);
            if (line != null) {
                e.indent = line.first;
                e.wrapIndent = line.rest;
                e.styles = line.styles.stream().map(this::fit).toArray(StyleRange[]::new);
            }
        });
        text.addPaintObjectListener(e -> {
            if (e.style.data instanceof Picture p && !p.image.isDisposed()) {
                Rectangle size = p.image.getBounds();
                e.gc.setInterpolation(SWT.HIGH);
                e.gc.drawImage(p.image, 0, 0, size.width, size.height, e.x, e.y, e.style.metrics.width, e.style.metrics.ascent);
            }
        });
        // a heading that was gone to stays whole at the top
        text.addListener(SWT.Resize, _ -> top(text.getTopIndex()));
        text.addListener(SWT.Dispose, _ -> forget());
    }

    StyledText control() {
        return text;
    }

    /** How many pictures are drawn. */
    int pictures() {
        return pictures.size();
    }

    List<Span> links() {
        return List.copyOf(links);
    }

    /**
     * Shows a page from its beginning, or from one of its headings.
     *
     * @param names anchors of its headings
     * @param files pictures, by what the page calls them
     */
    void show(Node page, Markdown.Anchors names, String anchor, Function<String, Optional<byte[]>> pictureFiles) {
        forget();
        links.clear();
        anchors.clear();
        lines.clear();
        out.setLength(0);
        files = pictureFiles;
        blocks(page, 0, names);
        text.setText(out.toString());
        goTo(anchor);
    }

    /** Goes to a heading; to the beginning if there is none of that name. */
    void goTo(String anchor) {
        int offset = anchors.getOrDefault(anchor, 0);
        text.setCaretOffset(offset);
        top(text.getLineAtOffset(offset));
    }

    /** Puts a line to the top, below the margin, of which the widget itself does not think. */
    private void top(int line) {
        text.setTopPixel(Math.max(0, text.getTopPixel() + text.getLinePixel(line) - MARGIN));
    }

    private void forget() {
        pictures.forEach(p -> p.image.dispose());
        pictures.clear();
    }

    // ---- what is where

    private void blocks(Node parent, int indent, Markdown.Anchors names) {
        for (Node n = parent.getFirstChild(); n != null; n = n.getNext()) {
            switch (n) {
                case Heading h -> {
                    gap();
                    anchors.put(names.next(h), out.length());
                    line(h, indent, indent, new Look(Math.min(h.getLevel(), SIZES.length) - 1, true, false, false, false), "");
                }
                case Paragraph p -> {
                    if (!(parent instanceof ListItem)) {
                        gap();
                    }
                    line(p, indent, indent, Look.PLAIN, "");
                }
                case BulletList l -> list(l, indent, names);
                case OrderedList l -> list(l, indent, names);
                case FencedCodeBlock c -> code(c.getLiteral(), indent);
                case IndentedCodeBlock c -> code(c.getLiteral(), indent);
                case TableBlock t -> table(t, indent);
                case ThematicBreak _ -> gap();
                case HtmlBlock h -> {
                    gap();
                    write(h.getLiteral(), Look.PLAIN);
                    end();
                }
                default -> blocks(n, indent + INDENT, names);
            }
        }
    }

    private void list(Node list, int indent, Markdown.Anchors names) {
        gap();
        int number = list instanceof OrderedList o && o.getMarkerStartNumber() != null ? o.getMarkerStartNumber() : 1;
        for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
            String mark = list instanceof OrderedList ? number++ + ".  " : "\u2022  ";
            Node first = item.getFirstChild();
            if (first instanceof Paragraph p) {
                line(p, indent + INDENT / 2, indent + INDENT / 2 + INDENT, Look.PLAIN, mark);
                p.unlink();
            } else {
                write(mark, Look.PLAIN);
            }
            blocks(item, indent + INDENT / 2 + INDENT, names);
        }
    }

    private void code(String literal, int indent) {
        gap();
        for (String l : literal.stripTrailing().split("\n")) {
            indent(indent + INDENT, indent + 2 * INDENT);
            write(l, new Look(-1, false, false, true, false));
            end();
        }
    }

    /** A widget for text has no columns, and a narrow view no room for them: a row is a paragraph that begins with its first cell. */
    private void table(TableBlock table, int indent) {
        var heads = new ArrayList<String>();
        for (Node part = table.getFirstChild(); part != null; part = part.getNext()) {
            for (Node row = part.getFirstChild(); row != null; row = row.getNext()) {
                if (part instanceof TableHead) {
                    cells(row).forEach(c -> heads.add(Markdown.words(c)));
                } else if (row instanceof TableRow) {
                    row(cells(row), heads, indent);
                }
            }
        }
    }

    private void row(List<TableCell> cells, List<String> heads, int indent) {
        gap();
        boolean begun = false;
        for (int i = 0; i < cells.size(); i++) {
            if (Markdown.words(cells.get(i)).isBlank()) {
                continue;
            }
            String head = i < heads.size() ? heads.get(i) : "";
            boolean first = !begun;
            // two columns explain themselves
            String label = first || head.isBlank() || heads.size() < 3 ? "" : Character.toUpperCase(head.charAt(0)) + head.substring(1) + ": ";
            line(cells.get(i), first ? indent : indent + INDENT, first ? indent : indent + INDENT, first ? Look.PLAIN.withBold() : Look.PLAIN, label);
            begun = true;
        }
    }

    private static List<TableCell> cells(Node row) {
        var found = new ArrayList<TableCell>();
        for (Node n = row.getFirstChild(); n != null; n = n.getNext()) {
            if (n instanceof TableCell c) {
                found.add(c);
            }
        }
        return found;
    }

    private void line(Node content, int first, int rest, Look look, String mark) {
        indent(first, rest);
        write(mark, mark.endsWith(": ") ? new Look(look.size, look.bold, true, false, false) : look);
        inline(content, look);
        end();
    }

    private void gap() {
        if (!out.isEmpty()) {
            out.append('\n');
        }
    }

    private void indent(int ofFirst, int ofRest) {
        first = ofFirst;
        rest = ofRest;
    }

    private void end() {
        lines.put(out.lastIndexOf("\n") + 1, new Line(first, rest, List.copyOf(styles)));
        styles.clear();
        indent(0, 0);
        out.append('\n');
    }

    private void inline(Node parent, Look look) {
        for (Node n = parent.getFirstChild(); n != null; n = n.getNext()) {
            switch (n) {
                case Text t -> write(t.getLiteral(), look);
                case Code c -> write(c.getLiteral(), new Look(look.size, look.bold, look.italic, true, look.link));
                case SoftLineBreak _, HardLineBreak _ -> write(" ", look);
                case Emphasis _ -> inline(n, new Look(look.size, look.bold, true, look.code, look.link));
                case StrongEmphasis _ -> inline(n, look.withBold());
                case HtmlInline h -> write(h.getLiteral(), look);
                case Link l -> {
                    int start = out.length();
                    inline(l, new Look(look.size, look.bold, look.italic, look.code, true));
                    if (out.length() > start) {
                        links.add(new Span(start, out.length() - start, l.getDestination()));
                    }
                }
                case Image i -> picture(i, look);
                default -> inline(n, look);
            }
        }
    }

    private void picture(Image picture, Look look) {
        Optional<org.eclipse.swt.graphics.Image> image = files.apply(picture.getDestination()).flatMap(this::image);
        image.ifPresent(i -> {
            var drawn = new Picture(out.length(), i);
            pictures.add(drawn);
            var style = new StyleRange();
            style.start = out.length();
            style.length = 1;
            style.data = drawn;
            styles.add(style);
            out.append('\uFFFC');
            int indent = first;
            end();
            indent(indent, indent);
        });
        write(Markdown.alternative(picture), new Look(look.size, false, true, false, false));
    }

    private Optional<org.eclipse.swt.graphics.Image> image(byte[] bytes) {
        try {
            return Optional.of(new org.eclipse.swt.graphics.Image(text.getDisplay(), new ByteArrayInputStream(bytes)));
        } catch (SWTException e) {
            // a picture that cannot be drawn is told by its words, which are there anyway
            return Optional.empty();
        }
    }

    private void write(String words, Look look) {
        if (words.isEmpty()) {
            return;
        }
        var style = new StyleRange();
        style.start = out.length();
        style.length = words.length();
        style.font = font(look);
        if (look.code && look.size < 0 && !look.link) {
            style.background = blend();
        }
        if (look.link) {
            style.underline = true;
            style.foreground = JFaceColors.getHyperlinkText(text.getDisplay());
        }
        out.append(words);
        styles.add(style);
    }

    private Font font(Look look) {
        FontDescriptor base = FontDescriptor.createFrom(look.code ? JFaceResources.getTextFont() : text.getFont());
        float points = text.getFont().getFontData()[0].getHeight();
        base = base.setHeight(Math.round(look.size < 0 ? points : points * SIZES[look.size]));
        return resources.create(base.setStyle((look.bold ? SWT.BOLD : SWT.NORMAL) | (look.italic ? SWT.ITALIC : SWT.NORMAL)));
    }

    /** Between the page's two colours, near that of the page. */
    private Color blend() {
        RGB back = text.getBackground().getRGB();
        RGB fore = text.getForeground().getRGB();
        return new Color((back.red * 9 + fore.red) / 10, (back.green * 9 + fore.green) / 10, (back.blue * 9 + fore.blue) / 10);
    }

    /** Pictures are as wide as they are, or as there is room. */
    private StyleRange fit(StyleRange style) {
        if (style.data instanceof Picture p && !p.image.isDisposed()) {
            Rectangle size = p.image.getBounds();
            int width = Math.max(16, Math.min(size.width, text.getClientArea().width - 2 * MARGIN - INDENT));
            style.metrics = new GlyphMetrics(Math.max(1, size.height * width / size.width), 0, width);
        }
        return style;
    }

    // ---- links

    private Optional<Span> at(Point point) {
        int offset = text.getOffsetAtPoint(point);
        return offset < 0 ? Optional.empty() : link(offset);
    }

    private Optional<Span> link(int offset) {
        return links.stream().filter(l -> offset >= l.start && offset < l.start + l.length).findFirst();
    }

    private void traverse(Event e) {
        if (e.detail != SWT.TRAVERSE_TAB_NEXT && e.detail != SWT.TRAVERSE_TAB_PREVIOUS || (e.stateMask & SWT.CTRL) != 0) {
            return;
        }
        Point selected = text.getSelectionRange();
        Optional<Span> next = e.detail == SWT.TRAVERSE_TAB_NEXT
                ? links.stream().filter(l -> l.start >= selected.x + Math.max(selected.y, 0) && !(l.start == selected.x && selected.y == l.length)).findFirst()
                : links.stream().filter(l -> l.start + l.length <= selected.x).reduce((_, b) -> b);
        if (next.isPresent()) {
            e.doit = false;
            e.detail = SWT.TRAVERSE_NONE;
            select(next.get());
        } else {
            e.doit = true;
        }
    }

    /** Puts the selection onto a link, where screen readers and eyes find it. */
    void select(Span link) {
        text.setSelection(link.start, link.start + link.length);
        text.showSelection();
    }

    private void key(VerifyEvent e) {
        if (e.keyCode == SWT.CR || e.keyCode == SWT.KEYPAD_CR) {
            link(text.getSelectionRange().x).ifPresent(l -> {
                e.doit = false;
                follow.accept(l.to());
            });
        }
    }
}

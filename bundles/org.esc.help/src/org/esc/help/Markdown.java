// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Block;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.text.LineBreakRendering;
import org.commonmark.renderer.text.TextContentRenderer;

/** What all faces of the guides share: the parser, anchors of headings, and plain text. */
public final class Markdown {

    static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());

    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final TextContentRenderer TEXT = TextContentRenderer.builder().extensions(EXTENSIONS)
            .lineBreakRendering(LineBreakRendering.SEPARATE_BLOCKS).build();

    private Markdown() {
    }

    /** Reads a page. There is no wrong Markdown. */
    public static Node parse(String source) {
        return PARSER.parse(source);
    }

    /**
     * The page as a person reads it where there are only letters.
     *
     * @param names what to type to read the page that a link leads to, empty for nothing; the links of the tree are gone afterwards
     */
    static String text(Node page, Function<String, String> names) {
        page.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                String name = names.apply(link.getDestination());
                while (link.getFirstChild() != null) {
                    link.insertBefore(link.getFirstChild());
                }
                if (!name.isEmpty()) {
                    link.insertBefore(new Text(" [" + name + "]"));
                }
                link.unlink();
            }
        });
        return TEXT.render(page);
    }

    /** The words of a node and all within it, in one line. */
    public static String words(Node node) {
        var out = new StringBuilder();
        words(node, out);
        return out.toString();
    }

    /** What a picture shows, for whoever does not see it. */
    public static String alternative(Image image) {
        var out = new StringBuilder();
        children(image, out);
        return out.toString();
    }

    private static void words(Node node, StringBuilder out) {
        switch (node) {
            case Text t -> out.append(t.getLiteral());
            case Code c -> out.append(c.getLiteral());
            case FencedCodeBlock c -> out.append(c.getLiteral().replace('\n', ' '));
            case IndentedCodeBlock c -> out.append(c.getLiteral().replace('\n', ' '));
            case SoftLineBreak _, HardLineBreak _ -> out.append(' ');
            case Image _ -> {
                // said where the picture is shown
            }
            default -> children(node, out);
        }
    }

    private static void children(Node node, StringBuilder out) {
        for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
            words(child, out);
            if (child instanceof Block || child instanceof TableCell) {
                out.append(' ');
            }
        }
    }

    /** The anchors of the headings of one page: one object for each page, asked from its beginning to its end. */
    public static final class Anchors {

        private final Map<String, Integer> seen = new HashMap<>();
        private final Iterator<String> given;

        /** Of a page that stands for itself. */
        public Anchors() {
            this(List.of());
        }

        /** @param given those of the first headings */
        Anchors(List<String> given) {
            this.given = given.iterator();
        }

        /** The anchor of the next heading, as the usual web sites for Markdown make them. */
        public String next(Heading heading) {
            if (given.hasNext()) {
                return given.next();
            }
            String anchor = words(heading).toLowerCase(Locale.ROOT).strip().replaceAll("[^\\p{L}\\p{N}\\-_ ]", "").replace(' ', '-');
            int times = seen.merge(anchor, 1, Integer::sum);
            return times == 1 ? anchor : anchor + "-" + (times - 1);
        }
    }

    /** The anchors of all headings. */
    static List<String> anchors(Node page) {
        var all = new ArrayList<String>();
        var anchors = new Anchors();
        page.accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                all.add(anchors.next(heading));
            }
        });
        return all;
    }

    static List<Section> sections(Node page, Anchors anchors) {
        var sections = new ArrayList<Section>();
        String anchor = "";
        String heading = "";
        var text = new StringBuilder();
        for (Node block = page.getFirstChild(); block != null; block = block.getNext()) {
            if (block instanceof Heading h) {
                add(sections, anchor, heading, text);
                anchor = anchors.next(h);
                heading = words(h);
                text = new StringBuilder();
            } else {
                text.append(words(block)).append(' ');
            }
        }
        add(sections, anchor, heading, text);
        return sections;
    }

    private static void add(List<Section> sections, String anchor, String heading, StringBuilder text) {
        if (!heading.isEmpty() || !text.isEmpty()) {
            sections.add(new Section(anchor, heading, text.toString().strip().replaceAll("\\s+", " ")));
        }
    }
}

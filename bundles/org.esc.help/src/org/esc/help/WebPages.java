// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlRenderer;
import org.esc.apdu.Words;

/** The guides as web pages, which need no server: they are opened from their files, and are searched there, too. */
public final class WebPages {

    /** The page to begin with. */
    public static final String INDEX = "index.html";

    private static final String SCRIPT = "search.js";
    private static final String STYLE = "style.css";

    private static final String NAME = "Enterprise Security Client";

    private static final Words WORDS = Words.of(WebPages.class);

    private final Guides guides;

    /** Of these guides. */
    public WebPages(Guides guides) {
        this.guides = guides;
    }

    private static final class HeadingAnchors implements AttributeProvider {

        private final Markdown.Anchors anchors;

        HeadingAnchors(Markdown.Anchors anchors) {
            this.anchors = anchors;
        }

        @Override
        public void setAttributes(Node node, String tag, Map<String, String> attributes) {
            if (node instanceof Heading h) {
                attributes.put("id", anchors.next(h));
            } else if (tag.equals("table")) {
                attributes.put("tabindex", "0");
            }
        }
    }

    /**
     * Writes all of them. Either the folder is there with everything in it afterwards, or nothing is.
     *
     * @param folder one that is not there yet, or is empty
     * @return the page to begin with
     * @throws DirectoryNotEmptyException if there is something in the folder
     * @throws IOException                if it cannot be written
     */
    public Path write(Path folder) throws IOException {
        Path whole = folder.toAbsolutePath().normalize();
        if (Files.exists(whole)) {
            try (var inside = Files.list(whole)) {
                if (inside.findAny().isPresent()) {
                    throw new DirectoryNotEmptyException(folder.toString());
                }
            }
        }
        Files.createDirectories(whole.getParent());
        Path fresh = Files.createTempDirectory(whole.getParent(), ".esc-guides-");
        try {
            Words.in(guides.language(), () -> {
                fill(fresh);
                return fresh;
            });
            // temporary folders are only their owner's; web pages are there to be read
            if (fresh.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            Files.deleteIfExists(whole);
            try {
                Files.move(fresh, whole, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(fresh, whole);
            }
        } finally {
            delete(fresh);
        }
        return whole.resolve(INDEX);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var all = Files.walk(folder)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(p);
                }
            }
        }
    }

    private void fill(Path folder) throws IOException {
        var pictures = new LinkedHashSet<String>();
        for (Page page : guides.pages()) {
            put(folder, page.html(), page(page, pictures).getBytes(StandardCharsets.UTF_8));
        }
        put(folder, INDEX, index().getBytes(StandardCharsets.UTF_8));
        put(folder, SCRIPT, script().getBytes(StandardCharsets.UTF_8));
        put(folder, STYLE, resource(STYLE).getBytes(StandardCharsets.UTF_8));
        for (String picture : pictures) {
            put(folder, picture, guides.file(picture).orElseThrow());
        }
    }

    private static void put(Path folder, String path, byte[] bytes) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    /** One page as HTML, whole. */
    public String page(Page page) {
        return Words.in(guides.language(), () -> page(page, new LinkedHashSet<>()));
    }

    private String page(Page page, Set<String> pictures) {
        Node tree = page.parsed();
        tree.accept(new Links(page, pictures));
        var renderer = HtmlRenderer.builder().extensions(Markdown.EXTENSIONS).escapeHtml(true).sanitizeUrls(true)
                .attributeProviderFactory(_ -> new HeadingAnchors(page.anchors())).build();
        return frame(page.title(), up(page), contents(page), renderer.render(tree), page.translated() ? guides.language() : Locale.ENGLISH);
    }

    private static String up(Page page) {
        return "../".repeat((int) page.path().chars().filter(c -> c == '/').count());
    }

    /** Links to pages become links to web pages; what is not among the guides becomes words. */
    private final class Links extends AbstractVisitor {

        private final Page page;
        private final Set<String> pictures;

        Links(Page page, Set<String> pictures) {
            this.page = page;
            this.pictures = pictures;
        }

        @Override
        public void visit(Link link) {
            visitChildren(link);
            String to = link.getDestination();
            if (to.startsWith("https://") || to.startsWith("http://")) {
                return;
            }
            guides.target(page, to).ifPresentOrElse(t -> link.setDestination((t.page() == page ? "" : up(page) + t.page().html())
                    + (t.anchor().isEmpty() ? "" : "#" + t.anchor())), () -> {
                        while (link.getFirstChild() != null) {
                            link.insertBefore(link.getFirstChild());
                        }
                        link.unlink();
                    });
        }

        @Override
        public void visit(Image image) {
            guides.path(page, image.getDestination()).filter(p -> guides.file(p).isPresent()).ifPresentOrElse(pictures::add, () -> {
                image.insertBefore(new Text(Markdown.alternative(image)));
                image.unlink();
            });
        }
    }

    private String index() {
        var body = new StringBuilder("<h1>" + NAME + "</h1>\n");
        for (Guide guide : guides.all()) {
            body.append("<h2>").append(escape(guide.title())).append("</h2>\n<ul>\n");
            guide.pages().forEach(p -> body.append("<li><a href=\"").append(p.html()).append("\">").append(escape(p.title())).append("</a></li>\n"));
            body.append("</ul>\n");
        }
        return frame(NAME, "", "", body.toString(), guides.language());
    }

    private String contents(Page shown) {
        var list = new StringBuilder();
        for (Guide guide : guides.all()) {
            boolean open = guide.pages().contains(shown);
            list.append("<details").append(open ? " open" : "").append("><summary>").append(escape(guide.title())).append("</summary>\n<ul>\n");
            guide.pages().forEach(p -> list.append("<li><a href=\"").append(up(shown)).append(p.html()).append('"')
                    .append(p == shown ? " aria-current=\"page\"" : "").append('>').append(escape(p.title())).append("</a></li>\n"));
            list.append("</ul></details>\n");
        }
        return list.toString();
    }

    private String frame(String title, String up, String contents, String body, Locale language) {
        return """
            <!DOCTYPE html>
            <html lang="%5$s" data-root="%1$s">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%2$s</title>
            <link rel="stylesheet" href="%1$sstyle.css">
            <script defer src="%1$ssearch.js"></script>
            </head>
            <body>
            <a class="skip" href="#text">%7$s</a>
            <header>
            <a href="%1$sindex.html">%8$s</a>
            <form role="search"><label for="words">%9$s</label> <input id="words" type="search" autocomplete="off"></form>
            </header>
            <div class="columns">
            <nav aria-label="%10$s">
            %3$s</nav>
            <main id="text" tabindex="-1">
            <section id="found" aria-live="polite" aria-label="%11$s" hidden></section>
            <article id="page" lang="%6$s">
            %4$s</article>
            </main>
            </div>
            </body>
            </html>
            """.formatted(up, escape(title), contents, body, guides.language().getLanguage(), language.getLanguage(), escape(WORDS.say("To the text")),
                escape(WORDS.say("All guides")), escape(WORDS.say("Search")), escape(WORDS.say("Contents")), escape(WORDS.say("Found")));
    }

    private String script() throws IOException {
        var data = new StringBuilder("const FOUND = ").append(quote(WORDS.say("Found"))).append(", NOTHING = ")
                .append(quote(WORDS.say("Nothing found. Fewer words find more."))).append(";\nconst SECTIONS = [\n");
        for (Page page : guides.pages()) {
            for (Section s : page.sections()) {
                data.append('[').append(quote(page.html() + (s.anchor().isEmpty() ? "" : "#" + s.anchor()))).append(',')
                        .append(quote(page.guide())).append(',').append(quote(page.title())).append(',').append(quote(s.heading())).append(',')
                        .append(quote(s.text())).append("],\n");
            }
        }
        return data.append("];\n").append(resource(SCRIPT)).toString();
    }

    private static String resource(String name) throws IOException {
        try (var in = WebPages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A string of JavaScript; no text can end it, or the script around it. */
    static String quote(String text) {
        var out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < ' ' || c == '<' || c == '\u2028' || c == '\u2029') {
                out.append(String.format("\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}

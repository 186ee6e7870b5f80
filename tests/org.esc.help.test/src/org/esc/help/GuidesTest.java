// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.esc.apdu.Fault;
import org.esc.tps.EndCode;
import org.junit.jupiter.api.Test;

/** The guides that come with the program: nothing in them leads nowhere, and nothing that people meet is left out. */
class GuidesTest {

    private final Guides guides = Guides.own(Locale.ENGLISH);

    @Test
    void everyGuideHasPagesAndEveryPageHasATitleOfItsOwn() {
        assertTrue(guides.all().size() >= 5, "guides: " + guides.all().stream().map(Guide::title).toList());
        assertTrue(guides.pages().size() > 20, "pages: " + guides.pages().size());
        for (Guide guide : guides.all()) {
            assertTrue(!guide.pages().isEmpty(), guide.title());
            var titles = guide.pages().stream().map(Page::title).toList();
            assertEquals(titles.size(), new HashSet<>(titles).size(), guide.title() + ": " + titles);
        }
        for (Page page : guides.pages()) {
            String heading = page.sections().getFirst().heading();
            assertEquals(heading, page.title(), page.path() + " is called otherwise in the table of contents");
        }
    }

    @Test
    void everyPageOfTheFolderIsInTheTableOfContents() throws IOException {
        var known = guides.pages().stream().map(Page::path).collect(Collectors.toSet());
        var forgotten = new TreeSet<String>();
        try (var files = Files.walk(docs())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
                String path = docs().relativize(file).toString();
                if (!path.startsWith("de/") && !known.contains(path)) {
                    forgotten.add(path);
                }
            }
        }
        assertEquals(new TreeSet<>(), forgotten, "name them in docs/help/toc.xml");
    }

    @Test
    void everyLinkLeadsSomewhereAndEveryPictureIsThere() {
        var dead = new ArrayList<String>();
        int[] checked = {0};
        for (Page page : guides.pages()) {
            page.parsed().accept(new AbstractVisitor() {
                @Override
                public void visit(Link link) {
                    checked[0]++;
                    // what the workbench does when it is followed; its own tests try each
                    if (!link.getDestination().startsWith("command:") && !leadsSomewhere(page, link.getDestination())) {
                        dead.add(page.path() + ": " + link.getDestination());
                    }
                    visitChildren(link);
                }

                @Override
                public void visit(Image image) {
                    checked[0]++;
                    if (guides.path(page, image.getDestination()).flatMap(guides::file).isEmpty()) {
                        dead.add(page.path() + ": picture " + image.getDestination());
                    }
                    if (Markdown.alternative(image).isBlank()) {
                        dead.add(page.path() + ": no words for " + image.getDestination());
                    }
                }
            });
        }
        assertEquals(List.of(), dead);
        assertTrue(checked[0] > 120, "links and pictures: " + checked[0]);
    }

    private boolean leadsSomewhere(Page page, String to) {
        if (to.startsWith("https://")) {
            return true;
        }
        Optional<Target> target = guides.target(page, to);
        if (target.isPresent()) {
            String anchor = target.get().anchor();
            return anchor.isEmpty() || target.get().page().sections().stream().anyMatch(s -> s.anchor().equals(anchor));
        }
        // other files of the repository are no pages, but are there
        return !to.contains(":") && Files.exists(docs().resolve(page.path()).getParent().resolve(to.replaceFirst("#.*", "")).normalize());
    }

    /** As people follow them who read the repository, in every language; the anchors of translated pages are those of the English ones, which only we know. */
    @Test
    void everyLinkWorksInTheRepositoryToo() throws IOException {
        var dead = new TreeSet<String>();
        int[] checked = {0};
        List<Path> pages;
        try (var files = Files.walk(docs())) {
            pages = Stream.concat(Stream.of(docs().resolveSibling("README.md")), files.filter(f -> f.toString().endsWith(".md"))).toList();
        }
        for (Path file : pages) {
            Markdown.parse(Files.readString(file)).accept(new AbstractVisitor() {
                private void check(String to) {
                    int hash = to.indexOf('#');
                    String name = hash < 0 ? to : to.substring(0, hash);
                    Path target = name.isEmpty() ? file : file.getParent().resolve(name).normalize();
                    String anchor = hash < 0 || target.startsWith(docs().resolve("de")) ? "" : to.substring(hash + 1);
                    checked[0]++;
                    if (!Files.exists(target) || !anchor.isEmpty() && !anchors(target).contains(anchor)) {
                        dead.add(docs().getParent().relativize(file) + ": " + to);
                    }
                }

                @Override
                public void visit(Link link) {
                    if (!link.getDestination().startsWith("command:") && !link.getDestination().startsWith("https://")) {
                        check(link.getDestination());
                    }
                    visitChildren(link);
                }

                @Override
                public void visit(Image image) {
                    check(image.getDestination());
                }
            });
        }
        assertEquals(new TreeSet<>(), dead);
        assertTrue(pages.stream().anyMatch(p -> p.startsWith(docs().resolve("de"))) && checked[0] > 300, "links and pictures: " + checked[0]);
    }

    private static List<String> anchors(Path page) {
        try {
            return Markdown.anchors(Markdown.parse(Files.readString(page)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theGuidesDoNotSendPeopleToTheRepository() {
        var outside = new ArrayList<String>();
        for (Page page : guides.pages().stream().filter(p -> p.path().startsWith("help/")).toList()) {
            page.parsed().accept(new AbstractVisitor() {
                @Override
                public void visit(Link link) {
                    if (!link.getDestination().startsWith("https://") && !link.getDestination().startsWith("command:") && guides.target(page, link.getDestination()).isEmpty()) {
                        outside.add(page.path() + ": " + link.getDestination());
                    }
                }
            });
        }
        assertEquals(List.of(), outside);
    }

    @Test
    void everyKindOfErrorAndEveryExitCodeIsExplained() {
        String page = guides.page("troubleshooting/exit-codes").orElseThrow().source();
        var rows = rows(page).stream().collect(Collectors.toMap(r -> r.get(0), r -> r));
        var missing = Arrays.stream(Fault.values()).filter(f -> !rows.containsKey(String.valueOf(f.exit()))
                || !rows.get(String.valueOf(f.exit())).get(1).equals("`" + f.name().toLowerCase() + "`")
                || rows.get(String.valueOf(f.exit())).get(2).isEmpty() || rows.get(String.valueOf(f.exit())).get(3).isEmpty()).toList();
        assertEquals(List.of(), missing);
        assertTrue(rows.containsKey("0"));
    }

    @Test
    void everyNumberWithWhichAServerRefusesIsSaidInTheSameWordsAsInTheWindow() {
        var rows = rows(guides.page("troubleshooting/server").orElseThrow().source()).stream().filter(r -> r.get(0).matches("\\d+"))
                .map(r -> String.join("|", r)).toList();
        assertEquals(Arrays.stream(EndCode.values()).filter(c -> c != EndCode.NO_ERROR).map(c -> c.number() + "|" + c.text() + "|" + c.advice()).toList(),
                rows);
    }

    @Test
    void everyStateOfATokenIsExplained() throws IOException {
        var explained = rows(guides.page("user/states").orElseThrow().source()).stream().map(List::getFirst).toList();
        var states = Pattern.compile("case [A-Z_]+ -> WORDS\\.say\\(\"([^\"]+)\"\\);").matcher(Files.readString(docs().resolveSibling(
                "bundles/org.esc.ui.tokens/src/org/esc/ui/tokens/TokenState.java"))).results().map(m -> m.group(1).replace("\\u2026", "\u2026")).toList();
        assertTrue(states.size() > 10, states.toString());
        assertEquals(List.of(), states.stream().filter(s -> !explained.contains(s)).toList());
    }

    @Test
    void everyErrorCodeHasItsPlace() throws IOException {
        String all = guides.pages().stream().map(Page::source).collect(Collectors.joining("\n"));
        List<String> families = Pattern.compile("`([a-z0-9-]+-)\u2026`").matcher(guides.page("troubleshooting/error-codes").orElseThrow().source())
                .results().map(m -> m.group(1)).toList();
        var codes = new TreeSet<String>();
        try (var files = Files.walk(docs().resolveSibling("bundles"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Pattern.compile("\\.code\\(\"([a-z0-9-]+)\"\\)").matcher(Files.readString(file)).results().map(m -> m.group(1)).forEach(codes::add);
            }
        }
        assertTrue(codes.size() > 150, "codes found: " + codes.size());
        codes.removeIf(c -> all.contains("`" + c + "`") || families.stream().anyMatch(c::startsWith));
        assertEquals(new TreeSet<>(), codes, "say in docs/help/troubleshooting/error-codes.md, or in the page about it, what they mean");
    }

    /** The cells of all rows of a page's tables but their heads. */
    static List<List<String>> rows(String page) {
        return Pattern.compile("(?m)^\\| (.*) \\|$").matcher(page).results().map((MatchResult m) -> Arrays.stream(m.group(1).split(" ?\\| ?", -1))
                .map(String::strip).toList()).filter(r -> r.size() > 1).toList();
    }

    @Test
    void wordsAreFoundByTheirBeginningsWithoutAccentsAndBestFirst() {
        Guides two = guides("""
            # Renew
            Renewal of Cards.
            ## Café
            Certificates, each with a date.""", """
            # Other
            A certificate and the renewal of it.""");
        assertEquals("a", two.search("renew").getFirst().page().id());
        assertEquals(List.of("cafe"), two.search("CAFÉ").stream().map(h -> h.section().anchor().replace("é", "e")).toList());
        assertEquals(2, two.search("certificates").size(), "the plural finds the singular");
        assertEquals(List.of("b"), two.search("renew certificate").stream().filter(h -> h.section().anchor().equals("other")).map(h -> h.page().id())
                .toList());
        assertEquals(List.of(), two.search("renew nonsense"));
        assertEquals(List.of(), two.search("  .,  "));
        assertTrue(two.search("date").getFirst().snippet().contains("each with a date"));
    }

    @Test
    void whatAPersonWouldTypeFindsThePage() {
        var wanted = Map.of("forgotten password", "user/new-password", "expired", "user/renew", "lost stolen", "user/lost-token", "firefox",
                "user/browsers-and-mail", "tls-untrusted", "troubleshooting/tls", "pcscd", "troubleshooting/cards");
        wanted.forEach((words, page) -> assertTrue(guides.search(words).stream().limit(10).anyMatch(h -> h.page().id().equals(page)),
                words + " finds " + guides.search(words).stream().limit(10).map(h -> h.page().id()).toList()));
    }

    @Test
    void linksStayWithinTheFolder() {
        Guides two = guides("# A", "# B");
        Page a = two.page("a").orElseThrow();
        assertEquals("help/b.md", two.path(a, "b.md").orElseThrow());
        assertEquals(Optional.empty(), two.path(a, "../../../etc/passwd"));
        assertEquals(Optional.empty(), two.path(a, "/etc/passwd"));
        assertEquals(Optional.empty(), two.path(a, "file:///etc/passwd"));
        assertEquals(Optional.empty(), two.path(a, "not a link"));
        assertEquals("x", two.target(a, "b.md#x").orElseThrow().anchor());
        assertEquals(a, two.target(a, "#here").orElseThrow().page());
    }

    @Test
    void aMissingPageAndABrokenTableOfContentsAreSaid() {
        var missing = assertThrows(UncheckedIOException.class, () -> new Guides(p -> p.equals("help/toc.xml")
                ? Optional.of("<toc><topic label=\"G\"><topic label=\"A\" href=\"docs/help/a.html\"/></topic></toc>".getBytes(StandardCharsets.UTF_8))
                : Optional.empty()));
        assertTrue(missing.getMessage().contains("help/a.md"), missing.getMessage());
        assertThrows(UncheckedIOException.class, () -> new Guides(_ -> Optional.of("<toc".getBytes(StandardCharsets.UTF_8))));
        assertThrows(UncheckedIOException.class, () -> new Guides(_ -> Optional.of(
                "<!DOCTYPE toc SYSTEM \"file:///etc/passwd\"><toc/>".getBytes(StandardCharsets.UTF_8))));
        assertThrows(UncheckedIOException.class, () -> new Guides(_ -> Optional.empty()));
    }

    static Guides guides(String a, String b) {
        var files = Map.of("help/toc.xml", """
            <toc label="T"><topic label="G"><topic label="A" href="docs/help/a.html"/><topic label="B" href="docs/help/b.html"/></topic></toc>""",
                "help/a.md", a, "help/b.md", b);
        return new Guides(p -> Optional.ofNullable(files.get(p)).map(t -> t.getBytes(StandardCharsets.UTF_8)));
    }

    static Path docs() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("target-platform"))) {
            here = here.getParent();
        }
        return here.resolve("docs");
    }
}

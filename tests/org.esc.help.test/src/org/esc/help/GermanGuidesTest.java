// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Emphasis;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.esc.apdu.Words;
import org.esc.tps.EndCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guides in German say what the English ones say, and lead to the same places. */
class GermanGuidesTest {

    /** Words in emphasis that are no names of anything in a window, but are explained there. */
    private static final Set<String> TERMS = Set.of("Lauf", "Modul", "Statuswort", "abgelehnt", "abgelaufen");

    private final Guides english = Guides.own(Locale.ENGLISH);
    private final Guides german = Guides.own(Locale.GERMANY);

    @TempDir
    Path folder;

    @Test
    void everyPageOfTheGuidesIsThereInGermanAndNothingIsLeftOver() throws IOException {
        assertEquals(Locale.GERMAN, german.language());
        assertEquals(english.pages().stream().map(Page::path).toList(), german.pages().stream().map(Page::path).toList());
        for (Page page : german.pages()) {
            assertEquals(page.path().startsWith("help/"), page.translated(), page.path());
            assertEquals(page.title(), page.sections().getFirst().heading(), page.path());
        }
        var guides = german.all().stream().map(Guide::title).toList();
        assertTrue(guides.stream().noneMatch(english.all().stream().map(Guide::title).toList()::contains), guides.toString());
        Path docs = GuidesTest.docs().resolve("de");
        try (var files = Files.walk(docs)) {
            var known = Stream.concat(Stream.of("help/toc.xml"), german.pages().stream().filter(Page::translated).map(Page::path)).toList();
            assertEquals(new TreeSet<>(known), files.filter(Files::isRegularFile).map(f -> docs.relativize(f).toString()).collect(
                    TreeSet::new, TreeSet::add, TreeSet::addAll));
        }
    }

    @Test
    void everyPageHasTheSameHeadingsLinksCodeAndPictures() {
        int compared = 0;
        for (Page page : translated()) {
            Page original = english.page(page.id()).orElseThrow();
            assertEquals(original.source(), page.english());
            assertEquals(parts(original), parts(page), page.path());
            assertEquals(GuidesTest.rows(original.source()).stream().map(List::size).toList(), GuidesTest.rows(page.source()).stream().map(List::size).toList(),
                    page.path() + ": cells of tables");
            assertEquals(original.sections().stream().map(Section::anchor).toList(), page.sections().stream().map(Section::anchor).toList(), page.path());
            compared++;
        }
        assertTrue(compared > 25, "pages: " + compared);
    }

    /** What the two have in common: by its kind, sorted where the order is one of words. */
    private static Map<String, List<String>> parts(Page page) {
        var all = new TreeMap<String, List<String>>();
        page.parsed().accept(new AbstractVisitor() {
            private void add(String kind, String what) {
                all.computeIfAbsent(kind, _ -> new ArrayList<>()).add(what);
            }

            @Override
            public void visit(Heading h) {
                add("heading", String.valueOf(h.getLevel()));
                visitChildren(h);
            }

            @Override
            public void visit(Link l) {
                add("link", l.getDestination());
                visitChildren(l);
            }

            @Override
            public void visit(Code c) {
                add("words of code", c.getLiteral());
            }

            @Override
            public void visit(FencedCodeBlock c) {
                add("code", c.getInfo() + ":" + c.getLiteral());
            }

            @Override
            public void visit(Image i) {
                add("picture", i.getDestination());
                assertFalse(Markdown.alternative(i).isBlank(), page.path());
            }
        });
        Stream.of("link", "words of code").map(all::get).filter(l -> l != null).forEach(l -> l.sort(null));
        return all;
    }

    @Test
    void everyStepOfACheatSheetDoesTheSame() {
        int steps = 0;
        for (Page page : translated().stream().filter(p -> p.path().startsWith("help/sheets/")).toList()) {
            var commands = commands(page);
            assertEquals(commands(english.page(page.id()).orElseThrow()), commands, page.path());
            steps += commands.size();
        }
        assertTrue(steps > 20, "steps: " + steps);
    }

    private static List<List<String>> commands(Page sheet) {
        var steps = new ArrayList<List<String>>();
        for (Node n = sheet.parsed().getFirstChild(); n != null; n = n.getNext()) {
            if (n instanceof Heading h && h.getLevel() == 2) {
                steps.add(new ArrayList<>());
            }
            n.accept(new AbstractVisitor() {
                @Override
                public void visit(Link link) {
                    steps.getLast().add(link.getDestination());
                }
            });
        }
        return steps;
    }

    @Test
    void linksLeadToTheSamePlacesInEveryLanguage() {
        int places = 0;
        for (Page page : translated()) {
            var dead = new ArrayList<String>();
            for (String link : parts(page).getOrDefault("link", List.of())) {
                if (link.startsWith("command:") || link.startsWith("https://")) {
                    continue;
                }
                Optional<Target> target = german.target(page, link);
                if (target.isEmpty() || !target.get().anchor().isEmpty()
                        && target.get().page().sections().stream().noneMatch(s -> s.anchor().equals(target.get().anchor()))) {
                    dead.add(link);
                }
                places++;
            }
            assertEquals(List.of(), dead, page.path());
        }
        assertTrue(places > 70, "links: " + places);
    }

    /** A name in emphasis is one that the workbench shows: else nobody finds the menu or the button. */
    @Test
    void menusViewsAndButtonsAreCalledAsTheWorkbenchCallsThem() throws IOException {
        Set<String> shown = shownInGerman();
        german.pages().forEach(p -> shown.add(p.title()));
        var wrong = new TreeSet<String>();
        int[] names = {0};
        for (Page page : translated()) {
            var same = emphasised(english.page(page.id()).orElseThrow());
            for (String name : emphasised(page)) {
                for (String part : name.split(" ▸ ")) {
                    names[0]++;
                    if (!shown.contains(plain(part)) && !TERMS.contains(part) && !same.contains(name)) {
                        wrong.add(page.path() + ": " + name);
                    }
                }
            }
        }
        assertEquals(new TreeSet<>(), wrong);
        assertTrue(names[0] > 100, "names: " + names[0]);
    }

    private static List<String> emphasised(Page page) {
        var all = new ArrayList<String>();
        page.parsed().accept(new AbstractVisitor() {
            @Override
            public void visit(Emphasis e) {
                all.add(Markdown.words(e));
            }
        });
        return all;
    }

    private static String plain(String label) {
        return label.replace("&", "").replaceFirst("(…|:)$", "");
    }

    private static Set<String> shownInGerman() throws IOException {
        var all = new HashSet<String>();
        try (var files = Files.walk(GuidesTest.docs().resolveSibling("bundles"))) {
            for (Path f : files.filter(f -> (f.toString().contains("/bundles/org.esc.ui") || f.toString().contains("/bundles/org.esc.nl")) && !f.toString().contains("/target/")).toList()) {
                if (f.endsWith("de.po")) {
                    try (var in = Files.newBufferedReader(f)) {
                        Words.read(in).values().forEach(forms -> forms.forEach(t -> all.add(plain(t))));
                    }
                } else if (f.toString().endsWith("_de.properties")) {
                    Files.readAllLines(f).stream().filter(l -> l.contains(" = ")).forEach(l -> all.add(plain(l.substring(l.indexOf(" = ") + 3))));
                }
            }
        }
        return all;
    }

    @Test
    void theStatesOfATokenAndTheNumbersOfAServerAreSaidAsInTheWindow() throws IOException {
        Map<String, List<String>> tokens;
        try (var in = Files.newBufferedReader(GuidesTest.docs().resolveSibling("bundles/org.esc.ui.tokens/src/org/esc/ui/tokens/de.po"))) {
            tokens = Words.read(in);
        }
        Function<Guides, List<String>> states = g -> GuidesTest.rows(g.page("user/states").orElseThrow().source()).stream().skip(1).map(List::getFirst).toList();
        assertEquals(states.apply(english).stream().map(s -> tokens.get(s).getFirst()).toList(), states.apply(german));
        var rows = GuidesTest.rows(german.page("troubleshooting/server").orElseThrow().source()).stream().filter(r -> r.get(0).matches("\\d+"))
                .map(r -> String.join("|", r)).toList();
        assertEquals(Words.in(Locale.GERMAN, () -> Arrays.stream(EndCode.values()).filter(c -> c != EndCode.NO_ERROR)
                .map(c -> c.number() + "|" + c.text() + "|" + c.advice()).toList()), rows);
    }

    @Test
    void germanWordsFindThePage() {
        Map.of("passwort vergessen", "user/new-password", "abgelaufen", "user/renew", "verloren gestohlen", "user/lost-token", "firefox", "user/browsers-and-mail",
                "Schlussel", "user/first-token").forEach((words, page) -> assertTrue(german.search(words).stream().limit(10).anyMatch(h -> h.page().id().equals(page)),
                        words + " finds " + german.search(words).stream().limit(10).map(h -> h.page().id()).toList()));
    }

    @Test
    void theTerminalAndTheWebPagesSpeakTheLanguage() throws Exception {
        assertEquals("Ihr erstes Token", Words.in(Locale.GERMANY, () -> Guides.own().page("user/first-token").orElseThrow().title()));
        Path index = new WebPages(german).write(folder.resolve("web"));
        String page = Files.readString(folder.resolve("web/help/user/first-token.html"));
        assertTrue(page.contains("<html lang=\"de\"") && page.contains("<article id=\"page\" lang=\"de\">"), page);
        assertTrue(page.contains("<h2 id=\"format\">Formatieren</h2>"), page);
        assertTrue(page.contains("Alle Handbücher") && page.contains("Handbuch für Benutzer") && !page.contains("All guides"), page);
        assertTrue(Files.readString(folder.resolve("web/trust.html")).contains("<article id=\"page\" lang=\"en\">"), "what is not translated says so");
        assertTrue(Files.readString(index).contains("Nachschlagen"), "the contents");
        assertTrue(Files.readString(folder.resolve("web/search.js")).startsWith("const FOUND = \"Gefunden\""), "the search");
        String other = new WebPages(english).page(english.page("user/first-token").orElseThrow());
        assertTrue(other.contains("All guides") && other.contains("<html lang=\"en\""), other);
    }

    @Test
    void whatIsNotThereInALanguageIsInEnglish() {
        assertEquals(english.pages(), Guides.own(Locale.FRENCH).pages());
        assertEquals(Locale.ENGLISH, Guides.own(Locale.FRENCH).language());
        Map<String, String> files = Map.of("help/toc.xml", """
            <toc><topic label="G"><topic label="A" href="docs/help/a.html"/><topic label="B" href="docs/help/b.html"/></topic></toc>""",
                "help/a.md", "# A\n\n[b](b.md#two)", "help/b.md", "# B\n\n## Two");
        Map<String, String> translations = Map.of("help/toc.xml", files.get("help/toc.xml").replace("label=\"B\"", "label=\"Be\""),
                "help/b.md", "# Be\n\n## Zwei\n\n## Drei");
        Guides mixed = new Guides(bytes(files), Locale.GERMAN, bytes(translations));
        Page a = mixed.page("a").orElseThrow();
        Page b = mixed.target(a, "b.md#two").orElseThrow().page();
        assertFalse(a.translated());
        assertEquals("Be", b.title());
        assertEquals(List.of("b", "two", "drei"), b.sections().stream().map(Section::anchor).toList());
        assertEquals("Zwei", b.sections().get(1).heading());
    }

    private static Function<String, Optional<byte[]>> bytes(Map<String, String> files) {
        return p -> Optional.ofNullable(files.get(p)).map(t -> t.getBytes(StandardCharsets.UTF_8));
    }

    private List<Page> translated() {
        return german.pages().stream().filter(Page::translated).toList();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guides as web pages in a folder. */
class WebPagesTest {

    @TempDir
    Path folder;

    @Test
    void everyLinkAndPictureOfEveryWebPageIsThere() throws IOException {
        Path index = new WebPages(Guides.own()).write(folder.resolve("guides"));
        var dead = new ArrayList<String>();
        int pages = 0;
        try (var files = Files.walk(index.getParent())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".html")).toList()) {
                pages++;
                String html = Files.readString(file);
                for (var m : Pattern.compile("(?:href|src)=\"([^\"]*)\"").matcher(html).results().toList()) {
                    String to = m.group(1);
                    if (to.startsWith("https://")) {
                        continue;
                    }
                    URI target = file.toUri().resolve(to);
                    Path there = Path.of(URI.create(target.toString().replaceFirst("#.*", "")));
                    boolean ok = Files.exists(there) && there.startsWith(index.getParent())
                            && (target.getFragment() == null || target.getFragment().equals("text")
                                    || Files.readString(there).contains("id=\"" + target.getFragment() + "\""));
                    if (!ok) {
                        dead.add(index.getParent().relativize(file) + ": " + to);
                    }
                }
            }
        }
        assertEquals(List.of(), dead);
        assertEquals(Guides.own().pages().size() + 1, pages);
        try (var left = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("guides")), left.toList());
        }
    }

    @Test
    void anEmptyFolderIsFilledAndAFullOneIsLeftAlone() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertTrue(Files.exists(new WebPages(Guides.own()).write(empty)));
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("mine"), "mine");
        assertThrows(DirectoryNotEmptyException.class, () -> new WebPages(Guides.own()).write(full));
        try (var left = Files.list(full)) {
            assertEquals(List.of(full.resolve("mine")), left.toList());
        }
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThrows(IOException.class, () -> new WebPages(Guides.own()).write(file));
        assertEquals("mine", Files.readString(file));
        assertThrows(IOException.class, () -> new WebPages(Guides.own()).write(file.resolve("below")));
    }

    @Test
    void nothingOfAPageRunsInTheBrowser() {
        Guides hostile = GuidesTest.guides("""
            # A
            <script>alert(1)</script>

            [x](javascript:alert(1)) ![p](javascript:alert(2)) <img src=x onerror=alert(3)>

            [y](b.md "\\"onmouseover=alert(4)") [gone](nowhere.md) ![no picture](nowhere.png)
            """, "# B");
        String html = new WebPages(hostile).page(hostile.page("a").orElseThrow());
        String body = html.substring(html.indexOf("<article"));
        assertFalse(body.contains("<script"), body);
        assertFalse(body.contains("<img"), body);
        assertFalse(body.contains("javascript:"), body);
        assertFalse(body.contains("\"onmouseover"), body);
        assertTrue(body.contains("gone") && !body.contains("nowhere.md"), body);
        assertTrue(body.contains("no picture"), body);
        assertEquals("\"\\u003c/script> \\\" \\\\ \\u2028 \\u000a\"", WebPages.quote("</script> \" \\ \u2028 \n"));
    }

    @Test
    void headingsAndTablesBecomeWhatTheyAre() {
        Guides two = GuidesTest.guides("# Two words\n\n| a | b |\n|---|---|\n| 1 | `2` |\n\n## Same\n\n## Same\n", "# B");
        String html = new WebPages(two).page(two.page("a").orElseThrow());
        assertTrue(html.contains("<h1 id=\"two-words\">Two words</h1>"), html);
        assertTrue(html.contains("<h2 id=\"same\">") && html.contains("<h2 id=\"same-1\">"), html);
        assertTrue(html.contains("<td><code>2</code></td>"), html);
        assertTrue(html.contains("lang=\"en\"") && html.contains("<label for=\"words\">"), html);
    }
}

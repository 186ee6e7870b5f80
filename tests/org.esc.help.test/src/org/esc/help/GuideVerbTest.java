// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verb {@code guide}. */
class GuideVerbTest {

    private final GuideVerb verb = new GuideVerb();

    @TempDir
    Path folder;

    private GuideVerb.Result run(String page, String search, Path html) throws EscException {
        // it asks nothing
        return verb.run(new GuideVerb.Args(Optional.ofNullable(page), Optional.ofNullable(search), Optional.ofNullable(html)),
                new Context(null, Progress.NONE, new Cancel()));
    }

    private String printed(GuideVerb.Result result) {
        var out = new StringWriter();
        verb.print(result, new PrintWriter(out));
        return out.toString();
    }

    @Test
    void listsShowsSearchesAndWrites() throws EscException {
        var list = run(null, null, null);
        assertEquals(Guides.own().pages().size(), list.pages().size());
        assertTrue(printed(list).contains("user/first-token"), printed(list));
        var page = run("user/first-token", null, null);
        assertTrue(printed(page).startsWith("Your first token"), printed(page));
        assertTrue(printed(page).contains("software token [user/software-tokens]"), printed(page));
        assertTrue(printed(run("terminal", null, null)).contains("Exit codes"));
        var found = run(null, "renew", null);
        assertTrue(found.pages().stream().anyMatch(e -> e.page().equals("user/renew")), printed(found));
        assertTrue(printed(run(null, "xyzzyx", null)).startsWith("Nothing found"));
        var html = run(null, null, folder.resolve("web"));
        assertTrue(Files.exists(html.html().orElseThrow()));
    }

    @Test
    void speaksTheLanguageOfThePerson() throws EscException {
        Words.in(Locale.GERMANY, () -> {
            assertTrue(printed(run("user/first-token", null, null)).startsWith("Ihr erstes Token"));
            assertTrue(printed(run(null, null, null)).contains("Handbuch für Benutzer"));
            assertTrue(run(null, "erneuern", null).pages().stream().anyMatch(e -> e.page().equals("user/renew") && e.anchor().equals("how")));
            assertTrue(printed(run(null, "xyzzyx", null)).startsWith("Nichts gefunden"));
            var none = assertThrows(EscException.class, () -> run("erneuern", null, null)).problem();
            assertEquals("no-page", none.code());
            assertEquals("Es gibt keine Seite „erneuern“.", none.message());
            assertTrue(none.advice().contains("user/renew"), none.advice());
            return none;
        });
    }

    @Test
    void saysWhatIsWrong() throws EscException {
        var none = assertThrows(EscException.class, () -> run("renew", null, null)).problem();
        assertEquals("no-page", none.code());
        assertEquals(Fault.USAGE, none.fault());
        assertTrue(none.advice().contains("user/renew"), none.advice());
        assertTrue(assertThrows(EscException.class, () -> run("xyzzyx", null, null)).problem().advice().contains("lists all"));
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> run("terminal", "x", null)).fault());
        run(null, null, folder.resolve("web"));
        assertEquals("folder-in-use", assertThrows(EscException.class, () -> run(null, null, folder.resolve("web"))).problem().code());
        assertEquals("file-unwritable", assertThrows(EscException.class, () -> run(null, null, Path.of("/proc/none/web"))).problem().code());
    }
}

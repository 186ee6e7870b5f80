// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.testing.InLanguage;
import org.junit.jupiter.api.Test;

/** What is told about scripts is in the language of the person; the language of scripts is the same for all. */
@InLanguage("en")
class LanguageTest {

    private static final String GPSHELL = """
            mode_211
            card_connect -reader "a reader"
            select -AID a000000003000000
            open_sc -security 3 -key 404142434445464748494a4b4c4d4e4f -keyDerivation "no \\"such\\" one"
            get_data -identifier 9F7F
            install -file nowhere.cap
            card_disconnect
            """;

    private static Conversion converted(Locale locale) {
        Locale.setDefault(locale);
        return Dialect.GPSHELL.convert("g.txt", GPSHELL, Optional.empty());
    }

    private static List<String> statements(Conversion c) {
        return c.lines().stream().map(Conversion.Line::text).filter(l -> !l.startsWith("fail ")).toList();
    }

    @Test
    @InLanguage("de-DE")
    void mistakesAreToldInGerman() {
        var e = assertThrows(ScriptException.class, () -> Script.parse("s", "get-data 5F\nlet x\n00 A4", Optional.empty(), Map.of()));
        assertEquals(List.of("Es fehlt: „=“ hinter dem Namen.", "Mit „00“ beginnt keine Anweisung."), e.mistakes().stream().map(Mistake::what).toList());
        assertEquals("Schreiben Sie > vor ein Kommando.", e.mistakes().getLast().fix());
    }

    @Test
    void proposalsAreTheSameWordsWithOtherDescriptions() {
        var english = Completion.at("", 0).proposals();
        Locale.setDefault(Locale.GERMANY);
        var german = Completion.at("", 0).proposals();
        assertEquals(english.stream().map(Completion.Proposal::text).toList(), german.stream().map(Completion.Proposal::text).toList());
        assertTrue(german.contains(new Completion.Proposal("stop", "beendet das Skript")), german.toString());
    }

    @Test
    void aConvertedScriptSendsTheSameInEveryLanguage() throws Exception {
        Conversion english = converted(Locale.ENGLISH);
        Conversion german = converted(Locale.GERMANY);
        assertEquals(statements(english), statements(german));
        assertEquals(2, german.lost().size(), german.text());
        assertNotEquals(english.lost(), german.lost());
        assertNotEquals(english.notes(), german.notes());
        // the German words in it are no mistakes
        Script.parse("s", german.text(), Optional.empty(), Map.of());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.esc.apdu.Words;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link Words}: what is said in which language. Its German catalog, {@code de.po}, lies beside this class. */
class LanguageTest {

    private static final Words WORDS = Words.of(LanguageTest.class);

    private final Locale before = Locale.getDefault(Locale.Category.DISPLAY);

    private static void speak(Locale locale) {
        Locale.setDefault(Locale.Category.DISPLAY, locale);
    }

    @AfterEach
    void speakAsBefore() {
        speak(before);
    }

    @Test
    void englishIsWhatTheSourceSays() {
        speak(Locale.ENGLISH);
        assertEquals("The card holds 1234 bytes of T=1.", WORDS.say("The card holds {0} bytes of {1}.", 1234, "T=1"));
        // as a text that was put together had it
        assertEquals("T=null has null", WORDS.say("T={0} has {1}", null, null));
        assertEquals("1 token", WORDS.many(1, "{0} token", "{0} tokens"));
        assertEquals("0 tokens in R", WORDS.many(0, "{0} token in {1}", "{0} tokens in {1}", "R"));
    }

    @Test
    void germanComesFromTheCatalog() {
        speak(Locale.GERMANY);
        assertEquals("Von T=1 sind 1234 Bytes auf der Karte.", WORDS.say("The card holds {0} bytes of {1}.", 1234, "T=1"));
        assertEquals("1 Token", WORDS.many(1, "{0} token", "{0} tokens"));
        assertEquals("2.000 Token", WORDS.many(2000, "{0} token", "{0} tokens"));
        assertEquals("am 27.11.2026", WORDS.say("on {0}", LocalDate.of(2026, 11, 27)));
        assertTrue(WORDS.say("on {0}", Instant.parse("2026-11-27T12:00:00Z")).contains(".11.2026"), "a moment is written as Germans do");
    }

    @Test
    void whatIsNotTranslatedOrNotSureIsSaidInEnglish() {
        speak(Locale.GERMANY);
        assertEquals("Nobody translated this.", WORDS.say("Nobody translated this."));
        assertEquals("Somebody was not sure.", WORDS.say("Somebody was not sure."));
        assertEquals("This is empty.", WORDS.say("This is empty."));
        speak(Locale.of("sv"));
        assertEquals("1 token", WORDS.many(1, "{0} token", "{0} tokens"));
    }

    @Test
    void theLanguageNobodySpeaksShowsWhatComesFromHere() {
        speak(Words.PSEUDO);
        assertEquals("⟦Ţĥé çäŕđ 7 {9} {ẋ}⟧", WORDS.say("The card {0} {9} {x}", 7));
        assertEquals("", WORDS.say(""));
        // what one has said, another says as it is
        assertEquals("⟦Ţĥé çäŕđ⟧", WORDS.say(WORDS.say("The card")));
    }

    @Test
    void workForSomebodyElseIsDoneInTheirs() {
        speak(Locale.GERMANY);
        assertEquals("1 token", Words.in(Locale.ENGLISH, () -> WORDS.many(1, "{0} token", "{0} tokens")));
        assertEquals("1 Token", WORDS.many(1, "{0} token", "{0} tokens"));
        speak(Locale.ENGLISH);
        assertEquals("2.000 Token", Words.in(Locale.GERMAN, () -> Words.in(Locale.GERMANY, () -> WORDS.many(2000, "{0} token", "{0} tokens"))));
        var thrown = assertThrows(IOException.class, () -> Words.in(Locale.GERMAN, () -> {
            throw new IOException(WORDS.many(1, "{0} token", "{0} tokens"));
        }));
        assertEquals("1 Token", thrown.getMessage());
    }

    @Test
    void whatLooksLikeAPlaceButIsNoneStays() {
        speak(Locale.ENGLISH);
        assertEquals("{} {a} {100} {", WORDS.say("{} {a} {100} {", "v"));
        assertEquals("a {1} b", WORDS.say("a {0} b", "{1}"), "values are not looked at");
        String none = null;
        assertEquals("Why: null", WORDS.say("Why: {0}", none), "many an exception has no message");
    }

    @Test
    void aCatalogIsReadAsGettextWritesIt() throws IOException {
        Map<String, List<String>> read = Words.read(new StringReader("""
                msgid ""
                msgstr "Language: de\\n"

                #. for translators
                #: A.java
                #, java-format
                msgid "a "
                "long \\"one\\"\\n"
                msgstr "ein "
                "langer"
                #~ msgid "gone"
                #~ msgstr "weg"
                msgid "one"
                msgid_plural "many"
                msgstr[0] "einer"
                msgstr[1] "viele"
                """));
        assertEquals(Map.of("a long \"one\"\n", List.of("ein langer"), "one", List.of("einer", "viele")), read);
    }
}

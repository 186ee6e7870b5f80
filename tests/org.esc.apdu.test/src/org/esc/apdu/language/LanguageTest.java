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
import org.esc.apdu.testing.InLanguage;
import org.junit.jupiter.api.Test;

/** {@link Words}: what is said in which language. Its German catalog, {@code de.po}, lies beside this class. */
@InLanguage("en")
class LanguageTest {

    private static final Words WORDS = Words.of(LanguageTest.class);

    @Test
    void englishIsWhatTheSourceSays() {
        assertEquals("The card holds 1234 bytes of T=1.", WORDS.say("The card holds {0} bytes of {1}.", 1234, "T=1"));
        // as a text that was put together had it
        assertEquals("T=null has null", WORDS.say("T={0} has {1}", null, null));
        assertEquals("1 token", WORDS.many(1, "{0} token", "{0} tokens"));
        assertEquals("0 tokens in R", WORDS.many(0, "{0} token in {1}", "{0} tokens in {1}", "R"));
    }

    @Test
    @InLanguage("de-DE")
    void germanComesFromTheCatalog() {
        assertEquals("Von T=1 sind 1234 Bytes auf der Karte.", WORDS.say("The card holds {0} bytes of {1}.", 1234, "T=1"));
        assertEquals("1 Token", WORDS.many(1, "{0} token", "{0} tokens"));
        assertEquals("2.000 Token", WORDS.many(2000, "{0} token", "{0} tokens"));
        assertEquals("am 27.11.2026", WORDS.say("on {0}", LocalDate.of(2026, 11, 27)));
        assertTrue(WORDS.say("on {0}", Instant.parse("2026-11-27T12:00:00Z")).contains(".11.2026"), "a moment is written as Germans do");
    }

    @Test
    @InLanguage("de-DE")
    void whatIsNotTranslatedOrNotSureIsSaidInEnglish() {
        assertEquals("Nobody translated this.", WORDS.say("Nobody translated this."));
        assertEquals("Somebody was not sure.", WORDS.say("Somebody was not sure."));
        assertEquals("This is empty.", WORDS.say("This is empty."));
        Locale.setDefault(Locale.of("sv"));
        assertEquals("1 token", WORDS.many(1, "{0} token", "{0} tokens"));
    }

    @Test
    @InLanguage("en-XA")
    void theLanguageNobodySpeaksShowsWhatComesFromHere() {
        assertEquals("⟦Ţĥé çäŕđ 7 {9} {ẋ}⟧", WORDS.say("The card {0} {9} {x}", 7));
        assertEquals("", WORDS.say(""));
        // what one has said, another says as it is
        assertEquals("⟦Ţĥé çäŕđ⟧", WORDS.say(WORDS.say("The card")));
    }

    @Test
    @InLanguage("de-DE")
    void workForSomebodyElseIsDoneInTheirs() {
        assertEquals("1 token", Words.in(Locale.ENGLISH, () -> WORDS.many(1, "{0} token", "{0} tokens")));
        assertEquals("1 Token", WORDS.many(1, "{0} token", "{0} tokens"));
        Locale.setDefault(Locale.ENGLISH);
        assertEquals("2.000 Token", Words.in(Locale.GERMAN, () -> Words.in(Locale.GERMANY, () -> WORDS.many(2000, "{0} token", "{0} tokens"))));
        var thrown = assertThrows(IOException.class, () -> Words.in(Locale.GERMAN, () -> {
            throw new IOException(WORDS.many(1, "{0} token", "{0} tokens"));
        }));
        assertEquals("1 Token", thrown.getMessage());
    }

    @Test
    void whatLooksLikeAPlaceButIsNoneStays() {
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

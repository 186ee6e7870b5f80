// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.apdu.testing.InLanguage;
import org.esc.driver.TokenState;
import org.esc.driver.fake.TestCertificates;
import org.esc.driver.host.InWords;
import org.esc.driver.host.TokenInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people read is in their language; what programs read is not. */
@InLanguage("de-DE")
class GermanTest {

    @TempDir
    Path dir;
    private Desk desk;

    @BeforeEach
    void sitDown() {
        desk = new Desk(dir);
    }

    @AfterEach
    void getUp() {
        desk.close();
    }

    @Test
    void keysAreNamedInGermanToPeopleAndInEnglishToPrograms() throws Exception {
        var keys = desk.run(new KeyVerbs.ListVerb(desk.work), new KeyVerbs.ListVerb.Args(Desk.token())).keys();
        var key = keys.stream().map(KeyVerbs.Row::key).filter(k -> k.slot().equals("9a")).findFirst().orElseThrow();
        assertEquals("RSA private key", key.type());
        assertTrue(desk.printed.contains("privater RSA-Schlüssel"), desk.printed);
        assertFalse(desk.printed.contains("private key"), desk.printed);
        assertEquals("signieren, entschlüsseln", InWords.uses("sign, decrypt"));
        assertEquals("PIN einmal, Berührung", InWords.policy("PIN once, touch"));
        assertEquals("a vendor's word", InWords.uses("a vendor's word"));
    }

    @Test
    void aCertificateIsFoundByItsKeyAndItsNameInEveryLanguage() throws Exception {
        for (Locale locale : List.of(Locale.GERMANY, Words.PSEUDO, Locale.ENGLISH)) {
            Locale.setDefault(locale);
            var shown = desk.run(new CertificateVerbs.ShowVerb(desk.work), new CertificateVerbs.ShowVerb.Args("9a", Desk.token()));
            assertEquals(Optional.of("Jo Doe"), shown.commonName(), locale.toString());
            assertEquals(Optional.of("9a"), shown.certificate().keySlot(), locale.toString());
            assertEquals(CertificateRow.Validity.VALID, shown.certificate().validity(), locale.toString());
        }
    }

    @Test
    void theDaysOfACertificateAreWrittenAsGermansDo() throws Exception {
        desk.driver.certificates.put("9a", TestCertificates.user(desk.driver.keys.get("9a").getPublic(), "CN=x", TestCertificates.ec(), "CN=y",
                Instant.now().minusSeconds(100), Instant.parse("2999-12-24T12:00:00Z")));
        var shown = desk.run(new CertificateVerbs.ShowVerb(desk.work), new CertificateVerbs.ShowVerb.Args("9a", Desk.token()));
        assertEquals("gültig bis 24.12.2999", shown.certificate().expiry());
        assertEquals("2999-12-24T12:00:00Z", shown.certificate().notAfter());
        assertTrue(desk.printed.contains("Gültig bis: 24.12.2999, 12:00:00 UTC"), desk.printed);
        Locale.setDefault(Locale.US);
        assertEquals("2999-12-24", InWords.day(LocalDate.of(2999, 12, 24)));
    }

    @Test
    void nounsKeepTheirCapitals() {
        assertEquals("Rücksetzcode", TokenInfo.inSentence("Rücksetzcode"));
        assertEquals("Andere Karte", TokenState.FOREIGN.text());
        Locale.setDefault(Locale.ENGLISH);
        assertEquals("resetting code", TokenInfo.inSentence("Resetting code"));
        assertEquals("Other card", TokenState.FOREIGN.text());
    }
}

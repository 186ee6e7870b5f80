// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.testing.InLanguage;
import org.esc.tps.client.diagnose.Report;
import org.esc.tps.client.diagnose.SelfCheck;
import org.esc.tps.client.settings.Setting;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What people read is German where German is spoken; what programs read stays. */
@InLanguage("de-DE")
class GermanTest {

    /** Labels of settings are made once for all tests, which expect English ones. */
    @BeforeAll
    static void makeSettings() throws EscException {
        UserSettings.known("tps");
    }

    @Test
    void daysAreWrittenAsTheLanguageDoes() {
        assertEquals("04.05.2031", Day.text(LocalDate.of(2031, 5, 4)));
        assertEquals("04.05.2031", Day.text("2031-05-04T23:59:59Z"));
        Locale.setDefault(Locale.US);
        assertEquals("2031-05-04", Day.text(LocalDate.of(2031, 5, 4)));
        assertEquals("2031-05-04T10:00:00Z", Day.time(Instant.parse("2031-05-04T10:00:00Z")));
    }

    @Test
    void aPlanIsReadInGerman() {
        var e = new TokenPlan.Entry("c1", "Alices Schlüssel", "CN=Alice", "2031-05-04T10:00:00Z", true, true, TokenPlan.Copy.UNKNOWN, TokenPlan.Fate.GOES);
        var plan = new TokenPlan("format", "409061456C7624192D2B", "R", "Ausgestellt", "https://s", "", Optional.of("userKey"), List.of(e), List.of(), List.of(), true);
        var out = new StringWriter();
        plan.print(new PrintWriter(out));
        assertEquals(List.of("Token 4090-6145-6c76-2419-2d2b in „R“: Ausgestellt, Server https://s, als userKey",
                "Zertifikat c1 „Alices Schlüssel“ bis 04.05.2031 (abgelaufen) entfällt; der Schlüssel entschlüsselt und ist soweit bekannt nicht archiviert."),
                out.toString().lines().toList());
    }

    @Test
    void aResultHasItsNumbersInGerman() {
        var s = Duration.ofMillis(1500);
        var r = new TokenResult("format", "", "R", "https://s", 0, "", List.of(), List.of(), 12, s, new TpsResult.Times(s, s, s, s, s), List.of(), Optional.empty());
        var out = new StringWriter();
        r.print(new PrintWriter(out));
        assertEquals(List.of("Das Token ist formatiert.", "12 Kartenkommandos in 1,50 s (Karte 1,50 s, Server 1,50 s)"), out.toString().lines().toList());
    }

    @Test
    void aReportKeepsItsNamesAndShowsGermanOnes() {
        var r = new Report("2026-11-27T06:00:00Z", List.of(new Report.Fact("Memory", "1")), List.of(new SelfCheck("x", SelfCheck.Verdict.UNKNOWN, "S.", "")), List.of(),
                List.of(), List.of(), List.of(), List.of(), List.of(), Optional.empty());
        var out = new StringWriter();
        r.print(new PrintWriter(out));
        assertEquals("Memory", r.program().getFirst().name());
        assertTrue(out.toString().contains("  Speicher: 1") && out.toString().contains("  [nicht geprüft] S."), out.toString());
    }

    @Test
    void aSettingComplainsInGermanAndItsKeyAndPageStay() {
        Setting s = Setting.of("message-timeout").orElseThrow();
        assertTrue(s.complaint("0").orElseThrow().startsWith("message-timeout erwartet 1 bis 86400 "), s.complaint("0").toString());
        assertEquals("Token management", s.page());
        EscException e = assertThrows(EscException.class, () -> UserSettings.known("none"));
        assertEquals("Es gibt keine Einstellung „none“.", e.problem().message());
        assertEquals("no-setting", e.problem().code());
    }
}

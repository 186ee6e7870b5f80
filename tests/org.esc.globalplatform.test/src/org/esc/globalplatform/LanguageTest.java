// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.LocalDate;
import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.Cplc;
import org.esc.apdu.testing.InLanguage;
import org.junit.jupiter.api.Test;

/** What people read of a card is in their language; what programs read is not. */
@InLanguage("de-DE")
class LanguageTest {

    @Test
    void statesAndPrivilegesAreInGerman() {
        var locked = new RegistryEntry(RegistryEntry.Kind.APPLICATION, Aid.of("A000000003"), 0x87, 0x10, List.of());
        assertEquals("gesperrt", locked.state());
        assertEquals(List.of("Karte sperren"), locked.privileges().words());
        assertEquals("gesichert", new RegistryEntry(RegistryEntry.Kind.ISSUER_DOMAIN, Aid.of("A000000003"), 0x0F, 0, List.of()).state());
        assertEquals("RSA-1024 öffentlich", new KeyInfo(1, 0x73, 0xA1, 128).typeText());
    }

    @Test
    void privilegesAreGivenByTheSameNames() {
        assertEquals(Privileges.of(Privilege.CARD_LOCK), Privileges.of("card-lock"));
        var e = assertThrows(IllegalArgumentException.class, () -> Privileges.of("Karte"));
        assertEquals("„Karte“ ist kein Recht; es gibt security-domain", e.getMessage().substring(0, e.getMessage().indexOf(',')));
    }

    @Test
    void productionDataKeepsItsNamesForPrograms() {
        var fields = CardProduction.of(Cplc.parse(new byte[42]), Atr.UNKNOWN, LocalDate.of(2026, 11, 27)).fields();
        assertEquals("IC serial number", fields.get(6).name());
        assertEquals("Seriennummer des IC", fields.get(6).label());
    }
}

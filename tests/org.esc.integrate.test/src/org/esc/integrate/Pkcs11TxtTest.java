// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs11TxtTest {

    private static final String INTERNAL = "library=\nname=NSS Internal PKCS #11 Module\n"
            + "parameters=configdir='sql:db' \nNSS=Flags=internal\n\n";
    private static final String OTHER = "library=/usr/lib/other.so\nname=Other\n\n";

    @Test
    void addsAtTheEndAsNssDoes() {
        assertEquals(INTERNAL + "library=/m.so\nname=Enterprise Security Client\n\n", new Pkcs11Txt(INTERNAL).with("/m.so").text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", INTERNAL, OTHER + INTERNAL, "\n" + INTERNAL + "\n\n" + OTHER, "library=\r\nname=x\r\n\r\n"})
    void takesOutExactlyWhatItAdded(String text) {
        var with = new Pkcs11Txt(text).with("/m.so");
        assertEquals("/m.so", with.ours().orElseThrow().library());
        assertEquals(text, with.without().text());
        assertEquals(with, with.with("/m.so"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"library=\nname=x\n", "library=\nname=x"})
    void keepsEntriesApartWhereTheLastEmptyLineIsMissing(String text) {
        var names = new Pkcs11Txt(text).with("/m.so").entries().stream().map(Pkcs11Txt.Entry::name).toList();
        assertEquals(List.of("x", Pkcs11Txt.NAME), names);
    }

    @Test
    void leavesWhatCameAfterIt() {
        var text = new Pkcs11Txt(INTERNAL).with("/m.so").text() + OTHER;
        assertEquals(INTERNAL + OTHER, new Pkcs11Txt(text).without().text());
        assertEquals(INTERNAL + OTHER + "library=/n.so\nname=Enterprise Security Client\n\n", new Pkcs11Txt(text).with("/n.so").text());
    }

    @Test
    void knowsEntriesOfOthers() {
        var list = new Pkcs11Txt(INTERNAL + OTHER);
        assertEquals(List.of("", "/usr/lib/other.so"), list.entries().stream().map(Pkcs11Txt.Entry::library).toList());
        assertFalse(list.ours().isPresent());
    }
}

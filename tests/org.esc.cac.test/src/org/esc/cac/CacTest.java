// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;

class CacTest {

    @Test
    void tagsAndValuesAreJoined() throws Exception {
        var items = Item.join(Hex.parse("0103" + "70FF0001" + "7100"), new byte[3 + 256], "a container");
        assertEquals(3, items.size());
        assertEquals(256, items.get(1).value().length);
        assertEquals(3, items.get(1).offset());
        assertEquals(0x71, items.get(2).tag());
        assertThrows(CardException.class, () -> Item.join(Hex.parse("0104"), new byte[3], "a container"));
        assertThrows(CardException.class, () -> Item.join(Hex.parse("01"), new byte[3], "a container"));
        assertThrows(CardException.class, () -> Item.join(Hex.parse("01FF00"), new byte[3], "a container"));
    }

    @Test
    void capabilitiesNameTheContainers() throws Exception {
        byte[] tags = Hex.parse("F015" + "F101" + "F201" + "F310" + "F310" + "F302");
        byte[] values = Hex.parse("A0000000790302" + "4553430000000000000000000001" + "21" + "21" + "A000000079" + "01" + "0200" + "0200" + "000000000000"
                + "A000000079" + "04" + "0101" + "0101" + "000000000000" + "A000");
        var c = Capabilities.of(Item.join(tags, values, "the capabilities"));
        var id = c.cardId().orElseThrow();
        assertEquals("A000000079", id.rid());
        assertEquals(3, id.manufacturer());
        assertEquals("Java Card", id.typeText());
        assertEquals("4553430000000000000000000001", id.number());
        assertEquals("2.1", c.grammar());
        assertEquals(2, c.containers().size());
        assertEquals("Person instance", c.containers().getFirst().label());
        assertEquals("A0000000790101", c.containers().get(1).applet().toString());
        assertEquals(Capabilities.Type.PKI, c.containers().get(1).type());
    }

    @Test
    void namesOfTheHoldersData() {
        assertEquals("DoD EDI person identifier", Holder.name(0x0200, 0x17));
        assertEquals("", Holder.name(0x0200, 0x99));
        assertEquals("PAT", Holder.text("PAT  ".getBytes()));
        assertEquals("", Holder.text(new byte[] {1, 2}));
    }

    @Test
    void tracesNameItsCommands() {
        var here = Standing.UNKNOWN;
        var words = new CacDecoder();
        assertTrue(words.rank(here.select(Cac.CAPABILITIES)) > 0 && words.rank(here.select(Cac.FIRST_KEY)) > 0);
        assertEquals("READ BUFFER", words.command(here, CommandApdu.parse("8052000002010202")));
        assertEquals("", words.command(here, CommandApdu.parse("00A4040000")));
    }

    @Test
    void anyBytesAreParsedOrRefused() {
        var random = new Random(1);
        for (int n = 0; n < 20_000; n++) {
            byte[] a = new byte[random.nextInt(64)];
            byte[] b = new byte[random.nextInt(300)];
            random.nextBytes(a);
            random.nextBytes(b);
            Capabilities.of(Item.parse(a));
            try {
                Capabilities.of(Item.join(a, b, "a container"));
            } catch (CardException e) {
                assertTrue(!e.getMessage().isEmpty());
            }
        }
    }
}

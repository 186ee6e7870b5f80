// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.driver.CardDriver;
import org.esc.driver.testing.DriverContract;
import org.esc.driver.testing.TestCard;

/** The conformance kit for our own driver. */
class CoolKeyContractTest extends DriverContract {

    @Override
    protected CardDriver driver() {
        return new CoolKeyDriver();
    }

    @Override
    protected List<TestCard> cards() {
        return List.of(new TestCard("enrolled token", Atr.of("3B8B0180594553432D54455354310C"), CardModel::new));
    }

    @Override
    protected java.util.Set<Integer> harmless() {
        // GET STATUS, GET LIFECYCLE, GET ISSUER INFO, GET BUILD ID, LIST PINS, PIN TRIES, LIST OBJECTS, LIST KEYS, READ OBJECT
        return java.util.Set.of(0x3C, 0xF2, 0xF6, 0x70, 0x48, 0x4A, 0x58, 0x3A, 0x56);
    }

    @Override
    protected Optional<Map.Entry<String, String>> pin() {
        return Optional.of(Map.entry("user", "Geheim-7731"));
    }
}

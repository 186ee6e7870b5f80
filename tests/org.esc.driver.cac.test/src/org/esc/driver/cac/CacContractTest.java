// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.cac;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Atr;
import org.esc.driver.CardDriver;
import org.esc.driver.testing.DriverContract;
import org.esc.driver.testing.TestCard;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.files.CacCardFactory;
import org.esc.softcard.files.FilesAppletFactory;

/** The conformance kit for this driver. */
class CacContractTest extends DriverContract {

    private static final byte[] IMAGE = CacCardFactory.image().getBytes(StandardCharsets.UTF_8);

    @Override
    protected CardDriver driver() {
        return new CacDriver();
    }

    @Override
    protected List<TestCard> cards() {
        return List.of(new TestCard("software card", Atr.of("3B8B0180594553432D54455354310C"),
                () -> SoftCard.withApplets(CardSpec.standard(), new FilesAppletFactory().with(IMAGE)).channel()));
    }

    @Override
    protected Set<Integer> harmless() {
        // READ BUFFER, GET PROPERTIES, GET ACR
        return Set.of(0x52, 0x56, 0x4C);
    }

    @Override
    protected Optional<Map.Entry<String, String>> pin() {
        return Optional.of(Map.entry("pin", CacCardFactory.PIN));
    }
}

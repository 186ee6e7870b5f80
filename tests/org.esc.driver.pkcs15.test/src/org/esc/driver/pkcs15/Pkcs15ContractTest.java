// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
import org.esc.softcard.files.Pkcs15CardFactory;
import org.esc.softcard.files.FilesAppletFactory;

/** The conformance kit for this driver. */
class Pkcs15ContractTest extends DriverContract {

    private static final byte[] IMAGE = Pkcs15CardFactory.image().getBytes(StandardCharsets.UTF_8);

    @Override
    protected CardDriver driver() {
        return new Pkcs15Driver();
    }

    @Override
    protected List<TestCard> cards() {
        return List.of(new TestCard("software card", Atr.of("3B8B0180594553432D54455354310C"),
                () -> SoftCard.withApplets(CardSpec.standard(), new FilesAppletFactory().with(IMAGE)).channel()),
                new TestCard("card whose EF.DIR names it", Atr.of("3B021450"), () -> DirectoryTest.filesAlone(Set.of(), DirectoryTest.directory(
                        DirectoryTest.application("E828BD080FA000000167", "Token", "3F005015")), new ArrayList<>())));
    }

    @Override
    protected Set<Integer> harmless() {
        return Set.of();
    }

    @Override
    protected Optional<Map.Entry<String, String>> pin() {
        return Optional.of(Map.entry("01", Pkcs15CardFactory.PIN));
    }
}

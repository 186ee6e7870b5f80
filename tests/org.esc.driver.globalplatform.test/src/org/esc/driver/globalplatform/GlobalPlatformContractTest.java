// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.globalplatform;

import java.util.List;
import org.esc.driver.CardDriver;
import org.esc.driver.testing.DriverContract;
import org.esc.driver.testing.TestCard;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;

/** The conformance kit for the driver of blank cards. */
class GlobalPlatformContractTest extends DriverContract {

    @Override
    protected CardDriver driver() {
        return new GlobalPlatformDriver();
    }

    @Override
    protected List<TestCard> cards() {
        var blank = SoftCard.inMemory(CardSpec.standard());
        return List.of(new TestCard("blank software card", blank.atr(), () -> {
            blank.reset();
            return blank.channel();
        }));
    }
}

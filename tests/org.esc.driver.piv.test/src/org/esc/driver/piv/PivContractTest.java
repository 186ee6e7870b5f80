// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.TransportRules;
import org.esc.driver.CardDriver;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyPolicy;
import org.esc.driver.testing.DriverContract;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.BeforeAll;

/** The conformance kit for this driver: a YubiKey in use, and a card of the standard alone with a federal cardholder's objects. */
class PivContractTest extends DriverContract {

    private static final String PIN = "77Kx-319";

    private static SoftCard yubiKey;
    private static SoftCard federal;

    @BeforeAll
    static void make() throws Exception {
        yubiKey = TestCard.fresh();
        PivToken t = TestCard.ready(yubiKey);
        t.writeCertificate("9a", TestCard.certificate(t.generateKey("9a", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT), "CN=Alice"));
        t.generateKey("82", KeyAlgorithm.RSA_1024, KeyPolicy.DEFAULT);
        t.changePin("pin", Secret.of(TestCard.PIN), Secret.of(PIN));
        federal = TestCard.fresh();
        PivToken f = TestCard.ready(federal);
        for (var e : IcamCards.ALL.get("46_Golden_FIPS_201-2_PIV").entrySet()) {
            f.writeObject(e.getKey().id(), e.getValue());
        }
        f.changePin("pin", Secret.of(TestCard.PIN), Secret.of(PIN));
    }

    @Override
    protected CardDriver driver() {
        return new PivDriver();
    }

    private static org.esc.driver.testing.TestCard card(String name, SoftCard soft, boolean standard) {
        return new org.esc.driver.testing.TestCard(name, soft.atr(), () -> {
            soft.reset();
            CardChannel inside = TransportRules.over(soft.channel());
            return new CardChannel() {
                @Override
                public ResponseApdu transmit(CommandApdu c) throws EscException {
                    return standard && c.ins() >= 0xF0 ? ResponseApdu.of(0x6D00) : inside.transmit(c);
                }

                @Override
                public void close() {
                    inside.close();
                }
            };
        });
    }

    @Override
    protected List<org.esc.driver.testing.TestCard> cards() {
        return List.of(card("YubiKey in use", yubiKey, false), card("federal card", federal, true));
    }

    @Override
    protected Set<Integer> harmless() {
        // Yubico's GET METADATA, GET SERIAL, GET VERSION
        return Set.of(0xF7, 0xF8, 0xFD);
    }

    @Override
    protected Optional<Map.Entry<String, String>> pin() {
        return Optional.of(Map.entry("pin", PIN));
    }
}

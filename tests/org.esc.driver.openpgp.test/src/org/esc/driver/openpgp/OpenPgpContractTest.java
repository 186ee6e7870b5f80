// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import static org.esc.driver.openpgp.TestCard.on;
import static org.esc.driver.openpgp.TestCard.verify;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.CommandApdu;
import org.esc.card.TransportRules;
import org.esc.driver.CardDriver;
import org.esc.driver.CertificateWriting;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyPolicy;
import org.esc.driver.host.OpenCard;
import org.esc.driver.testing.DriverContract;
import org.esc.driver.testing.Recording;
import org.esc.openpgp.Ins;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.BeforeAll;

/** The conformance kit for this driver: a card in use, one with RSA keys whose PINs are hashed, and a recorded one of version 2.1. */
class OpenPgpContractTest extends DriverContract {

    static final String PIN = "77Kx-319";

    private static SoftCard curves;
    private static SoftCard hashing;

    /** A card with keys of this kind and certificates for them; PW1 is {@link #PIN}. */
    static SoftCard inUse(KeyAlgorithm sign, KeyAlgorithm decrypt, String... steps) throws Exception {
        SoftCard soft = TestCard.fresh();
        OpenCard card = TestCard.open(soft.channel());
        verify(card, "pw3", "12345678");
        for (String step : steps) {
            on(card, org.esc.driver.ApplicationLifeCycle.class).takeStep(step);
        }
        verify(card, "pw3", "12345678");
        var issuer = TestCard.pair(KeyAlgorithm.EC_P256);
        for (String slot : List.of("sig", "dec", "aut")) {
            var key = on(card, KeyGeneration.class).generateKey(slot, slot.equals("dec") ? decrypt : sign, KeyPolicy.DEFAULT);
            on(card, CertificateWriting.class).writeCertificate(slot, TestCard.certificate(key, issuer.getPrivate(), "SHA256withECDSA"));
        }
        TestCard.change(card, "pw1", "123456", PIN);
        return soft;
    }

    @BeforeAll
    static void make() throws Exception {
        curves = inUse(KeyAlgorithm.EC_P256, KeyAlgorithm.X25519);
        hashing = inUse(KeyAlgorithm.RSA_2048, KeyAlgorithm.RSA_2048, "kdf-on");
    }

    @Override
    protected CardDriver driver() {
        return new OpenPgpDriver();
    }

    @Override
    protected List<org.esc.driver.testing.TestCard> cards() {
        return List.of(card("card in use", curves), card("card that wants hashes", hashing),
                Recording.beside(OpenPgpContractTest.class, "version-2.1.txt").card("recorded card of version 2.1"));
    }

    private static org.esc.driver.testing.TestCard card(String name, SoftCard soft) {
        return new org.esc.driver.testing.TestCard(name, soft.atr(), () -> {
            soft.reset();
            return TransportRules.over(soft.channel());
        });
    }

    @Override
    protected Set<Integer> harmless() {
        return Set.of(Ins.SELECT_DATA, Ins.GET_NEXT_DATA);
    }

    @Override
    protected boolean changesNothing(CommandApdu command) {
        return super.changesNothing(command) || command.ins() == Ins.GENERATE_KEY_PAIR && command.p1() == Ins.READ_PUBLIC;
    }

    @Override
    protected Optional<Map.Entry<String, String>> pin() {
        return Optional.of(Map.entry("pw1", PIN));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.driver.CardDriver;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.testing.DriverContract;
import org.esc.driver.testing.RealReader;
import org.esc.openpgp.Ins;
import org.esc.pcscd.testing.Pcscd;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** The conformance kit with a card in a reader of a real pcscd. */
class OpenPgpReaderTest extends DriverContract {

    private static final String READER = "Virtual PCD 00 00";

    @TempDir
    static Path folder;

    private static Optional<Pcscd> pcscd = Optional.empty();
    private static SoftCard soft;

    @BeforeAll
    static void start() throws Exception {
        try {
            pcscd = Optional.of(Pcscd.start(folder, "opensc-tool"));
        } catch (Pcscd.Unavailable e) {
            assumeTrue(false, e.getMessage());
        }
        soft = OpenPgpContractTest.inUse(KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P256);
        pcscd.orElseThrow().insertAndWait(soft);
        System.setProperty(RealReader.PROPERTY, READER);
    }

    @AfterAll
    static void stop() throws Exception {
        System.clearProperty(RealReader.PROPERTY);
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
    }

    @Override
    protected CardDriver driver() {
        return new OpenPgpDriver();
    }

    @Override
    protected List<org.esc.driver.testing.TestCard> cards() {
        return List.of(RealReader.card(this::changesNothing));
    }

    @Override
    protected Set<Integer> harmless() {
        return Set.of(Ins.SELECT_DATA, Ins.GET_NEXT_DATA);
    }

    @Override
    protected boolean changesNothing(CommandApdu command) {
        return super.changesNothing(command) || command.ins() == Ins.GENERATE_KEY_PAIR && command.p1() == Ins.READ_PUBLIC;
    }

    private static int answer(org.esc.driver.testing.TestCard card, String... commands) throws EscException {
        var channel = card.connect();
        int sw = 0;
        for (String c : commands) {
            sw = channel.transmit(CommandApdu.parse(c)).sw().value();
        }
        return sw;
    }

    @Test
    void whatMightChangeTheCardReachesItOnlyIfTheTestSaysSo() throws Exception {
        String select = "00A4040006D27600012401";
        String wrong = "0020008208" + "3131313131313131";
        assertEquals(0x6985, answer(cards().getFirst(), select, wrong));
        assertEquals(3, tries());
        assertEquals(0x63C2, answer(RealReader.card(c -> changesNothing(c) || c.ins() == Ins.VERIFY), select, wrong));
        assertEquals(2, tries());
        assertEquals(0x9000, answer(RealReader.card(c -> changesNothing(c) || c.ins() == Ins.VERIFY), select, "0020008208" + "37374B782D333139"));
    }

    private static int tries() throws EscException {
        var channel = RealReader.card(_ -> true).connect();
        channel.transmit(CommandApdu.parse("00A4040006D27600012401"));
        return channel.transmit(CommandApdu.parse("00CA00C400")).data()[4];
    }

    @Test
    void withoutAReaderTheTestIsSkippedAndAWrongOneIsNamed() {
        System.clearProperty(RealReader.PROPERTY);
        try {
            String reason = assertThrows(TestAbortedException.class, this::cards).getMessage();
            assertTrue(reason.contains("-Desc.test.reader=NAME"), reason);
            System.setProperty(RealReader.PROPERTY, "No Such Reader");
            String wrong = assertThrows(AssertionError.class, this::cards).getMessage();
            assertTrue(wrong.contains("\"No Such Reader\"") && wrong.contains(READER), wrong);
        } finally {
            System.setProperty(RealReader.PROPERTY, READER);
        }
    }
}

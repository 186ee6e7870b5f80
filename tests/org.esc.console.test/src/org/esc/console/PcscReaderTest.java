// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.card.ReaderState;
import org.esc.card.pcsc.PcscProvider;
import org.esc.pcscd.testing.Pcscd;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.piv.PivAppletFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scripts with a card in a reader of a real pcscd. */
@Timeout(120)
class PcscReaderTest {

    private static final String READER = "Virtual PCD 00 00";

    @TempDir
    private Path folder;

    @Test
    void aScriptRunsWithACardInAReaderUntilItIsPulled() throws Exception {
        try {
            Pcscd.need();
        } catch (Pcscd.Unavailable e) {
            assumeTrue(false, e.getMessage());
        }
        try (var pcscd = Pcscd.start(folder)) {
            var provider = new PcscProvider();
            var inserted = pcscd.insertAndWait(SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()));
            for (int i = 0; i < 100 && provider.readers().stream().noneMatch(r -> r.name().equals(READER) && r.presence() == ReaderState.Presence.PRESENT); i++) {
                Thread.sleep(100);
            }
            try (var b = new Bench(provider, () -> { }, READER, folder)) {
                b.run("select A00000030800001000", "expect 9000", "get-data 5FFF01", "expect 61xx", "auto-response on", "get-data 5FFF01", "expect 9000",
                        "reset", "select A00000030800001000", "expect 9000");
                assertEquals(List.of("00A4040009A0000003080000100000", "00CB3FFF055C035FFF0100"), b.sent.subList(0, 2));
                pcscd.takeOut(inserted);
                var e = assertThrows(EscException.class, () -> b.run("log \"before\"", "> 00CB3FFF055C035FFF0100"));
                assertEquals(3, e.fault().exit());
                assertTrue(e.getMessage().startsWith("test:2:1: "), e.getMessage());
            } finally {
                provider.stop();
            }
        }
    }
}

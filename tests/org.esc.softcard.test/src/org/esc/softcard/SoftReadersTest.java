// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers of software tokens, and the verbs that create and show them. */
class SoftReadersTest {

    @TempDir
    Path folder;

    private final SoftReaders soft = new SoftReaders();
    private final Readers readers = new Readers();

    @BeforeEach
    void connect() {
        soft.addFactory(new EchoFactory());
        readers.addProvider(soft);
    }

    @AfterEach
    void unplug() {
        soft.unplugAll();
    }

    private Path token(String name) throws EscException {
        Path file = folder.resolve(name);
        CardFile.create(file, CardSpec.standard(), Optional.empty());
        return file;
    }

    @Test
    void aReaderComesAndGoesWithItsToken() throws Exception {
        var changes = new AtomicInteger();
        try (var _ = soft.subscribe(changes::incrementAndGet)) {
            Path file = token("alice.esc");
            String reader = soft.plug(file);
            assertEquals("Software token alice.esc", reader);
            assertEquals(List.of(reader), readers.withCard());
            assertEquals(Optional.of(reader), soft.reader(file));
            assertEquals(1, changes.get());
            try (CardSession s = readers.connect(reader, Origin.verb("test"))) {
                assertEquals("software", s.protocol());
                assertTrue(s.transmit(CommandApdu.parse("80CA9F7F2D")).isOk());
                soft.unplug(reader);
                var e = assertThrows(EscException.class, () -> s.transmit(CommandApdu.parse("80CA9F7F2D")));
                assertEquals("card-removed", e.problem().code());
            }
            assertEquals(List.of(), readers.list());
            assertEquals(2, changes.get());
            assertEquals(Fault.USAGE,
                    assertThrows(EscException.class, () -> readers.connect(reader, Origin.verb("test"))).fault());
        }
    }

    @Test
    void namesStayUniqueAndInsertionsCount() throws Exception {
        SoftCard one = SoftCard.inMemory(CardSpec.standard());
        SoftCard two = SoftCard.inMemory(CardSpec.standard());
        assertEquals("Demo", soft.plug("Demo", one));
        assertEquals("Demo (2)", soft.plug("Demo", two));
        var list = soft.readers();
        assertTrue(list.get(0).insertion() < list.get(1).insertion());
        soft.unplug("Demo");
        assertTrue(one.isClosed());
        assertFalse(two.isClosed());
    }

    @Test
    void theNextSessionStartsWithAFreshCard() throws Exception {
        soft.plug("Demo", SoftCard.inMemory(CardSpec.standard()));
        try (CardSession s = readers.connect("Demo", Origin.verb("test"))) {
            assertTrue(s.transmit(CommandApdu.parse("80500000080001020304050607")).isOk());
        }
        try (CardSession s = readers.connect("Demo", Origin.verb("test"))) {
            assertEquals(0x6985, s.transmit(CommandApdu.parse("8482010010" + "00".repeat(16))).sw().value(),
                    "the session begun before is over");
        }
    }

    // ---- verbs

    private static SoftCreate.Args create(Path file, String scp, Optional<String> i, Optional<byte[]> key, String kvn, String buildId) {
        return new SoftCreate.Args(file, Optional.of(Hex.parse("40906145C76224192D2B")), scp, i, key, kvn, buildId, List.of(), Optional.empty());
    }

    @Test
    void createAndShow() throws Exception {
        Path file = folder.resolve("new.esc");
        var create = new SoftCreate(new SoftReaders());
        SoftCreate.Result made = create.run(create(file, "03", Optional.of("70"), Optional.of(new byte[16]), "0x30", "558cdcff"), null);
        assertEquals("SCP03 i=70", made.scp());
        assertEquals(0x30, made.keyVersion());
        var show = new SoftShow(soft);
        SoftShow.Result shown = show.run(new SoftShow.Args(file, Optional.empty()), null);
        assertEquals("40906145C76224192D2B", shown.cuid().toString());
        assertEquals(List.of(0x30), shown.keyVersions());
        assertFalse(shown.factoryKeys());
        assertEquals(List.of(), shown.applets());
        var text = new StringWriter();
        show.print(shown, new PrintWriter(text, true));
        assertTrue(text.toString().contains("4090-6145-c762-2419-2d2b"), text.toString());
        assertTrue(text.toString().contains("SCP03 i=70, 128-bit keys, version 30"), text.toString());
    }

    @Test
    void createRefusesWhatMakesNoSense() {
        Path file = folder.resolve("bad.esc");
        var create = new SoftCreate(new SoftReaders());
        for (var args : List.of(create(file, "04", Optional.empty(), Optional.empty(), "1", "58768072"),
                create(file, "1x", Optional.empty(), Optional.empty(), "1", "58768072"),
                create(file, "01", Optional.of("55"), Optional.empty(), "1", "58768072"),
                create(file, "01", Optional.of("zz"), Optional.empty(), "1", "58768072"),
                create(file, "01", Optional.empty(), Optional.of(new byte[5]), "1", "58768072"),
                create(file, "01", Optional.empty(), Optional.empty(), "0", "58768072"),
                create(file, "01", Optional.empty(), Optional.empty(), "256", "58768072"),
                create(file, "01", Optional.empty(), Optional.empty(), "1", "58"),
                new SoftCreate.Args(file, Optional.of(new byte[3]), "01", Optional.empty(), Optional.empty(), "1", "58768072",
                        List.of(), Optional.empty()))) {
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> create.run(args, null)).fault(), args.toString());
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void aPassphraseComesFromTheEnvironmentOnly() {
        var e = assertThrows(EscException.class, () -> Passphrase.from(Optional.of("ESC_TEST_NO_SUCH_VARIABLE")));
        assertEquals("passphrase-missing", e.problem().code());
    }

    @Test
    void insertUsesATokenThatIsPluggedInAlready() throws Exception {
        Path file = token("bob.esc");
        try (var first = soft.insert(file, Optional.<Secret>empty())) {
            try (var second = soft.insert(file, Optional.<Secret>empty())) {
                assertEquals(first.reader(), second.reader());
            }
            assertEquals(1, soft.readers().size());
        }
        assertEquals(List.of(), soft.readers());
    }
}

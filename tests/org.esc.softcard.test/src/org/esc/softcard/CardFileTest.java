// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.LoadProgress;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of a software token: permissions, lock, damage of every kind, being killed at any byte. */
class CardFileTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("token.esc");
    }

    private static SoftCard open(Path file) throws EscException {
        return CardFile.open(file, Optional.empty(), () -> List.of(new EchoFactory()));
    }

    private static void installEcho(SoftCard card) throws Exception {
        try (SecureChannel c = SecureChannel.open(card.channel(), CardKeys.of(KeySet.factory(1, KeyType.DES3)), 0, 0,
                SecurityLevel.C_MAC, new SecureRandom())) {
            var m = new CardManager(c);
            m.installForLoad(EchoFactory.PACKAGE, Optional.empty(), 300);
            m.load(new byte[300], 200, LoadProgress.NONE);
            m.installForInstall(EchoFactory.PACKAGE, EchoFactory.APPLET, 100, new byte[] {1, 2, 3});
        }
        select(card);
    }

    private static void select(SoftCard card) {
        assertEquals("9000", Hex.of(card.transmit(Hex.parse("00A4040006F00000000101"))));
    }

    private static void keep(SoftCard card, String data) {
        assertEquals("9000", Hex.of(card.transmit(Hex.parse("80100000" + Hex.of(data.length() / 2) + data))));
    }

    private static String kept(SoftCard card) {
        select(card);
        String s = Hex.of(card.transmit(Hex.parse("8020000000")));
        assertTrue(s.endsWith("9000"), s);
        return s.substring(0, s.length() - 4);
    }

    private List<Path> files() throws IOException {
        try (var s = Files.list(folder)) {
            return s.toList();
        }
    }

    @Test
    void aNewFileSaysWhatItIsAndIsItsOwnersOnly() throws Exception {
        CardSpec spec = CardSpec.standard();
        CardFile.create(file, spec, Optional.empty());
        String start = new String(Arrays.copyOf(Files.readAllBytes(file), 200), StandardCharsets.ISO_8859_1);
        assertTrue(start.startsWith("ESC software token, format 1\nFOR TESTS ONLY."), start);
        assertEquals(List.of(file), files(), "no temporary file stays");
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
        try (SoftCard card = open(file)) {
            assertEquals(spec.cuid(), card.cuid());
            assertTrue(spec.cuid().toString().startsWith("4090"));
            installEcho(card);
        }
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), "after it was written anew");
        }
    }

    @Test
    void neverOverwrites() throws Exception {
        Files.writeString(file, "mine");
        var e = assertThrows(EscException.class, () -> CardFile.create(file, CardSpec.standard(), Optional.empty()));
        assertEquals(Fault.USAGE, e.fault());
        assertEquals("file-exists", e.problem().code());
        assertEquals("mine", Files.readString(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void missingFoldersAndFilesAreToldPlainly() {
        var e = assertThrows(EscException.class,
                () -> CardFile.create(folder.resolve("no/such/token"), CardSpec.standard(), Optional.empty()));
        assertEquals("file-error", e.problem().code());
        assertEquals("no-file", assertThrows(EscException.class, () -> open(file)).problem().code());
    }

    @Test
    void stateSurvives() throws Exception {
        CardFile.create(file, CardSpec.standard(), Optional.empty());
        try (SoftCard card = open(file)) {
            installEcho(card);
            keep(card, "CAFE");
        }
        try (SoftCard card = open(file)) {
            assertEquals("CAFE", kept(card));
            keep(card, "BEEF");
        }
        try (SoftCard card = open(file)) {
            assertEquals("BEEF", kept(card));
        }
    }

    @Test
    void lockedWhileInUse() throws Exception {
        CardFile.create(file, CardSpec.standard(), Optional.empty());
        try (SoftCard _ = open(file)) {
            var e = assertThrows(EscException.class, () -> open(file));
            assertEquals("file-in-use", e.problem().code());
            assertTrue(e.getMessage().contains("in use by another program"), e.getMessage());
        }
        try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
            other.lock();
            assertEquals("file-in-use", assertThrows(EscException.class, () -> open(file)).problem().code());
        }
        open(file).close();
    }

    @Test
    void stillLockedAfterItWasWrittenAnewInUse() throws Exception {
        CardFile.create(file, CardSpec.standard(), Optional.empty());
        try (SoftCard card = open(file)) {
            installEcho(card);
            for (int i = 0; i < 8000; i++) {
                keep(card, Hex.of(i >> 8 & 0xFF) + Hex.of(i & 0xFF) + "00".repeat(200));
            }
            assertTrue(Files.size(file) < 2 << 20, "the changes were folded: " + Files.size(file));
            assertEquals(List.of(file), files());
            assertEquals("file-in-use", assertThrows(EscException.class, () -> open(file)).problem().code());
        }
        try (SoftCard card = open(file)) {
            assertEquals("1F3F", kept(card).substring(0, 4));
        }
    }

    @Test
    void goesOnWhereItCannotBeWrittenAnew() throws Exception {
        assumeTrue(java.io.File.separatorChar == '/', "this system keeps open files from being deleted");
        Path gone = Files.createDirectory(folder.resolve("gone"));
        Path lost = gone.resolve("token.esc");
        CardFile.create(lost, CardSpec.standard(), Optional.empty());
        try (SoftCard card = open(lost)) {
            installEcho(card);
            Files.delete(lost);
            Files.delete(gone);
            for (int i = 0; i < 6000; i++) {
                keep(card, Hex.of(i >> 8 & 0xFF) + Hex.of(i & 0xFF) + "00".repeat(200));
            }
            assertEquals("176F", kept(card).substring(0, 4));
        }
    }

    @Test
    void litterOfAKilledProgramIsSweptAway() throws Exception {
        CardFile.create(file, CardSpec.standard(), Optional.empty());
        Path litter = Files.writeString(folder.resolve(".token.esc.1f2e3d.tmp"), "half a file");
        Path other = Files.writeString(folder.resolve(".token.esc.notes.tmp"), "somebody's");
        open(file).close();
        assertFalse(Files.exists(litter));
        assertTrue(Files.exists(other));
    }

    @Test
    void killedAtAnyByteTheCardIsAsAfterSomeCommand() throws Exception {
        CardFile.create(file, CardSpec.standard(), Optional.empty());
        try (SoftCard card = open(file)) {
            installEcho(card);
        }
        int whole = (int) Files.size(file);
        var states = new TreeMap<Integer, String>();
        states.put(whole, "010203");
        byte[] all;
        try (SoftCard card = open(file)) {
            select(card);
            for (String s : List.of("AA", "BBBB", "CCCCCC")) {
                keep(card, s);
                states.put((int) Files.size(file), s);
            }
            // what a program killed now leaves behind
            all = Files.readAllBytes(file);
        }
        assertEquals(4, states.size());
        Path torn = folder.resolve("torn.esc");
        for (int n = 0; n <= all.length; n++) {
            byte[] left = Arrays.copyOf(all, n);
            Files.write(torn, left);
            if (n < whole) {
                var e = assertThrows(EscException.class, () -> open(torn), "cut at " + n);
                assertEquals("file-damaged", e.problem().code());
                assertArrayEquals(left, Files.readAllBytes(torn), "a damaged file is left alone");
            } else {
                try (SoftCard card = open(torn)) {
                    assertEquals(states.floorEntry(n).getValue(), kept(card), "cut at " + n);
                    keep(card, "DD");
                }
                try (SoftCard card = open(torn)) {
                    assertEquals("DD", kept(card), "goes on after a cut at " + n);
                }
            }
        }
    }

    @Test
    void anyChangedByteIsNoticed() throws Exception {
        CardFile.create(file, CardSpec.standard(), Optional.empty());
        byte[] all;
        try (SoftCard card = open(file)) {
            installEcho(card);
            keep(card, "AABBCC");
            all = Files.readAllBytes(file);
        }
        String text = new String(all, StandardCharsets.ISO_8859_1);
        int secondLine = text.indexOf('\n') + 1;
        int thirdLine = text.indexOf('\n', secondLine) + 1;
        Path changed = folder.resolve("changed.esc");
        for (int i = 0; i < all.length; i++) {
            if (i >= secondLine && i < thirdLine) {
                // the words of warning are not read
                continue;
            }
            byte[] b = all.clone();
            b[i] ^= 0x41;
            Files.write(changed, b);
            int at = i;
            var e = assertThrows(EscException.class, () -> open(changed).close(), () -> "byte " + at);
            assertEquals("file-damaged", e.problem().code());
            assertArrayEquals(b, Files.readAllBytes(changed));
        }
    }

    @Test
    void garbageIsRefusedAndLeftAlone() throws Exception {
        var random = new SecureRandom();
        for (int n : List.of(0, 1, 100, 5000)) {
            byte[] b = new byte[n];
            random.nextBytes(b);
            Files.write(file, b);
            assertEquals("file-damaged", assertThrows(EscException.class, () -> open(file)).problem().code());
            assertArrayEquals(b, Files.readAllBytes(file));
        }
        Files.delete(file);
        Files.createDirectory(file);
        assertEquals("file-error", assertThrows(EscException.class, () -> open(file)).problem().code());
    }

    @Test
    void aHeaderThatAsksForTooMuchMemoryIsRefused() throws Exception {
        Files.writeString(file, "ESC software token, format 1\nFOR TESTS ONLY.\nprotection: scrypt-aes256gcm n=1048576 r=255 p=1 salt="
                + "00".repeat(16) + "\n\n");
        assertEquals("file-damaged", assertThrows(EscException.class, () -> open(file)).problem().code());
    }

    @Test
    void encryptedWithAPassphrase() throws Exception {
        try (Secret right = Secret.of("correct horse"); Secret wrong = Secret.of("battery staple")) {
            CardFile.create(file, CardSpec.standard(), Optional.of(right));
            assertTrue(CardFile.isEncrypted(file));
            try (SoftCard card = CardFile.open(file, Optional.of(right), () -> List.of(new EchoFactory()))) {
                installEcho(card);
                keep(card, Hex.of("not to be seen".getBytes(StandardCharsets.US_ASCII)));
                noSecretIn(Files.readAllBytes(file));
            }
            byte[] before = Files.readAllBytes(file);
            noSecretIn(before);
            var missing = assertThrows(EscException.class, () -> open(file));
            assertEquals("passphrase-missing", missing.problem().code());
            assertEquals(Fault.USAGE, missing.fault());
            var e = assertThrows(EscException.class, () -> CardFile.open(file, Optional.of(wrong), List::of));
            assertEquals("wrong-passphrase", e.problem().code());
            assertEquals(Fault.LOGIN, e.fault());
            assertArrayEquals(before, Files.readAllBytes(file));
            try (SoftCard card = CardFile.open(file, Optional.of(right), () -> List.of(new EchoFactory()))) {
                assertEquals(Hex.of("not to be seen".getBytes(StandardCharsets.US_ASCII)), kept(card));
            }
        }
    }

    private static void noSecretIn(byte[] bytes) {
        String s = new String(bytes, StandardCharsets.ISO_8859_1);
        assertFalse(s.contains("not to be seen"));
        assertFalse(s.contains("@ABCDEFGHIJKLMNO"), "the factory key");
    }

    @Test
    void recordsCannotChangePlaces() throws Exception {
        CardFile.create(file, CardSpec.standard(), Optional.empty());
        var sizes = new ArrayList<Integer>();
        byte[] all;
        try (SoftCard card = open(file)) {
            installEcho(card);
            for (String s : List.of("AA", "BB", "CC")) {
                sizes.add((int) Files.size(file));
                keep(card, s);
            }
            all = Files.readAllBytes(file);
        }
        byte[] swapped = all.clone();
        int n = sizes.get(1) - sizes.get(0);
        System.arraycopy(all, sizes.get(0), swapped, sizes.get(1), n);
        System.arraycopy(all, sizes.get(1), swapped, sizes.get(0), n);
        Files.write(file, swapped);
        assertEquals("file-damaged", assertThrows(EscException.class, () -> open(file)).problem().code());
    }

    @Test
    void aFullDiskIsAMemoryFailureAndNothingIsLost() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "this system has no /dev/full");
        var store = new CardStore(new CardStore.Sink() {
            @Override
            public void append(byte[] changes) throws IOException {
                try (FileChannel c = FileChannel.open(full, StandardOpenOption.WRITE)) {
                    c.write(java.nio.ByteBuffer.wrap(changes));
                }
            }

            @Override
            public void tidy(CardStore s) {
                // never reached
            }

            @Override
            public void sync() {
                // nothing written
            }

            @Override
            public void close(CardStore s) {
                // nothing open
            }
        });
        var seed = new CardStore(CardStore.Sink.NONE);
        seed.put(Registry.NAME, Registry.of(CardSpec.standard()).encoded());
        seed.commit();
        store.replay(seed.snapshot());
        try (SoftCard card = SoftCard.over(store, List::of)) {
            card.transmit(Hex.parse("80500000080001020304050607"));
            assertEquals("6581", Hex.of(card.transmit(Hex.parse("8482010010" + "00".repeat(16)))));
            assertEquals(0, card.content().failures());
            assertTrue(Hex.of(card.transmit(Hex.parse("80CA9F7F2D"))).endsWith("9000"));
        }
    }

    /** Books as they were kept before there were single keys, used tokens and receipts. */
    @Test
    void booksOfTheFormatBeforeAreRead() {
        byte[] now = Registry.of(CardSpec.standard()).encoded();
        byte[] before = Arrays.copyOf(now, now.length - 4);
        before[0] = 2;
        Registry read = Registry.decode(before);
        assertEquals(1, read.keys.size());
        assertEquals(0, read.receipts);
        assertTrue(read.singleKeys.isEmpty() && read.usedTokens.isEmpty());
        read.singleKeys.add(new Registry.SingleKey(Optional.of(Aid.of("F1234567AA01")), 0x73, 1, new byte[] {1, 2}));
        read.usedTokens.add(new byte[] {9});
        read.receipts = 300;
        Registry again = Registry.decode(read.encoded());
        assertEquals("F1234567AA01 73 1 0102", String.format("%s %02X %d %s", again.singleKeys.getFirst().domain().orElseThrow(),
                again.singleKeys.getFirst().version(), again.singleKeys.getFirst().id(), Hex.of(again.singleKeys.getFirst().field())));
        assertArrayEquals(new byte[] {9}, again.usedTokens.getFirst());
        assertEquals(300, again.receipts);
    }
}

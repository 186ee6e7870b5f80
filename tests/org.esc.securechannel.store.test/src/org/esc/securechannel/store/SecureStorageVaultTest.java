// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.keys.Kcv;
import org.esc.securechannel.keys.NamedKeys;
import org.esc.securechannel.testing.Person;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key sets in Equinox secure storage, without a workbench. */
class SecureStorageVaultTest {

    private static final String KEYS = "404142434445464748494A4B4C4D4E4F";
    private static final NamedKeys PLANT = new NamedKeys("plant", Diversification.VISA2, Optional.empty(),
            List.of(new Kcv("ENC", KeyType.DES3, 128, "8BAF47"), new Kcv("MAC", KeyType.DES3, 128, "08D7B4")));

    /** With blanks, as on a Mac. */
    private static final String PLACE = "Application Support/my keys";

    @TempDir
    Path folder;

    private final Person person = new Person();

    private SecureStorageVault vault(String password) {
        return new SecureStorageVault(folder.resolve(PLACE + "/keys.secure"), _ -> password);
    }

    private void put(String password, NamedKeys set) throws EscException {
        try (Secret s = Secret.of(KEYS)) {
            vault(password).put(set, Optional.of(s), person.context());
        }
    }

    @Test
    void whatWasStoredComesBackAndIsNotReadable() throws Exception {
        assertEquals(List.of(), vault("").list());
        put("correct horse", PLANT);
        put("correct horse", new NamedKeys("office", Diversification.of("$0$1$2$3$4$5F0$k$0$1$2$3$4$50F$k"), Optional.empty()));
        assertEquals(List.of("office", "plant"), vault("").list().stream().map(NamedKeys::name).toList());
        assertEquals(PLANT, vault("").list().getLast());
        try (Secret s = vault("correct horse").get(PLANT, person.context())) {
            assertArrayEquals(KEYS.toCharArray(), s.chars());
        }
        String file = Files.readString(folder.resolve(PLACE + "/keys.secure"));
        assertFalse(file.contains(KEYS));
        assertTrue(file.contains("PBEWithHmacSHA512AndAES_256"), file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(PLACE + "/keys.secure"))));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(PLACE))));
        try (var left = Files.list(folder.resolve(PLACE))) {
            assertEquals(List.of("keys.secure", "keys.secure.lock"), left.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void aWrongMasterPasswordChangesNothing() throws Exception {
        put("correct horse", PLANT);
        byte[] before = Files.readAllBytes(folder.resolve(PLACE + "/keys.secure"));
        var e = assertThrows(EscException.class, () -> vault("wrong horse").get(PLANT, person.context()));
        assertEquals("wrong-master-password", e.problem().code());
        assertEquals(Fault.LOGIN, e.fault());
        assertThrows(EscException.class, () -> put("wrong horse", new NamedKeys("x", Diversification.NONE, Optional.empty())));
        assertArrayEquals(before, Files.readAllBytes(folder.resolve(PLACE + "/keys.secure")));
    }

    @Test
    void thereIsNoPasswordWithoutAPerson() throws Exception {
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> put("", PLANT)).fault());
        assertEquals("short-master-password", assertThrows(EscException.class, () -> put("short", PLANT)).problem().code());
        assertEquals(List.of(), vault("").list());
        put("correct horse", PLANT);
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> vault("").get(PLANT, person.context())).fault());
        person.answers.put("MASTER_PASSWORD", "correct horse");
        vault("").get(PLANT, person.context()).close();
        assertTrue(person.forms.getLast().description().contains("ESC_KEYS_PASSWORD"));
    }

    @Test
    void setsInTokensNeedNoPassword() throws Exception {
        var set = new NamedKeys("hsm", Diversification.KDF3,
                Optional.of(new NamedKeys.Token(Path.of("/usr/lib/token.so"), Optional.of(3), Optional.of("masters"))));
        vault("").put(set, Optional.empty(), person.context());
        assertEquals(List.of(set), vault("").list());
        assertTrue(vault("").remove("hsm"));
        assertFalse(vault("").remove("hsm"));
    }

    @Test
    void afterTheLastSetAnotherMasterPasswordMayBeChosen() throws Exception {
        put("correct horse", PLANT);
        assertTrue(vault("").remove("plant"));
        put("another horse", PLANT);
        vault("another horse").get(PLANT, person.context()).close();
    }

    @Test
    void writersDoNotOverwriteEachOther() throws Exception {
        var errors = new java.util.concurrent.ConcurrentLinkedQueue<Throwable>();
        var threads = java.util.stream.IntStream.range(0, 4).mapToObj(n -> Thread.ofPlatform().start(() -> {
            try {
                vault("").put(new NamedKeys("set" + n, Diversification.NONE,
                        Optional.of(new NamedKeys.Token(Path.of("/lib"), Optional.empty(), Optional.empty()))), Optional.empty(),
                        person.context());
            } catch (EscException e) {
                errors.add(e);
            }
        })).toList();
        for (Thread t : threads) {
            t.join(30_000);
        }
        assertTrue(errors.isEmpty(), errors.toString());
        assertEquals(4, vault("").list().size());
    }

    /** Names and methods lie open in the file, but altering them there is noticed. */
    @Test
    void whatIsSealedIsNotAlteredUnnoticed() throws Exception {
        put("correct horse", PLANT);
        Path file = folder.resolve(PLACE + "/keys.secure");
        String good = Files.readString(file);
        // the file holds what lies open in Base64
        String method = "/sets/plant/kdf=\\t,VklTQTI\\=";
        assertTrue(good.contains(method), good);
        Files.writeString(file, good.replace(method, "/sets/plant/kdf=\\t,S0RGMw\\=\\="));
        altered(vault("").list().getFirst());
        Files.writeString(file, good.replace("/sets/plant/", "/sets/other/"));
        altered(vault("").list().getFirst());
        // fewer rounds do not count, more than anybody waits for neither
        Files.writeString(file, good.replaceAll("(?m)^/master/rounds=.*$", "/master/rounds=\\\\t,MQ\\\\=\\\\="));
        vault("correct horse").get(PLANT, person.context()).close();
        Files.writeString(file, good);
        vault("correct horse").get(PLANT, person.context()).close();
    }

    private void altered(NamedKeys set) {
        assertEquals("key-set-altered", assertThrows(EscException.class, () -> vault("correct horse").get(set, person.context())).problem().code());
    }

    @Test
    void keysThatAnEarlierVersionStoredHaveNoSeal() throws Exception {
        try (Secret s = SecureStorageVault.unsealed(PLANT, KEYS.getBytes(java.nio.charset.StandardCharsets.US_ASCII))) {
            assertArrayEquals(KEYS.toCharArray(), s.chars());
        }
        byte[] seal = SecureStorageVault.seal(PLANT);
        var e = assertThrows(EscException.class, () -> SecureStorageVault.unsealed(PLANT, java.util.Arrays.copyOf(seal, seal.length - 1)));
        assertEquals("key-set-altered", e.problem().code());
    }

    @Test
    void aDamagedFileIsAProblemAndStays() throws Exception {
        put("correct horse", PLANT);
        Path file = folder.resolve(PLACE + "/keys.secure");
        Files.writeString(file, Files.readString(file).replaceAll("(?m)^.*plant/kdf.*$", "/sets/plant/kdf=nonsense"));
        byte[] before = Files.readAllBytes(file);
        var e = assertThrows(EscException.class, () -> vault("").list());
        assertEquals("key-store", e.problem().code());
        assertArrayEquals(before, Files.readAllBytes(file));
    }
}

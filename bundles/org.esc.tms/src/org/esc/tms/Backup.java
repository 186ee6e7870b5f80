// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.tms.db.DataDirectory;
import org.esc.tms.db.Database;
import org.esc.tms.db.PrivateFiles;
import org.esc.tms.db.Refused;

/**
 * Everything of a data directory in one file: the files as a ZIP, with the database as SQL text, sealed with
 * AES-256-GCM under a key made from the backup's password by scrypt (N 2^15, r 8, p 1). The system may be in use while
 * it is written.
 */
public final class Backup {

    private static final Words WORDS = Words.of(Backup.class);

    private static final byte[] MAGIC = "ESCTMSBACKUP1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT = 16;
    private static final int NONCE = 12;
    private static final String DUMP = "db.sql";
    private static final Set<String> FILES = Set.of("tms.format", "vault", "vault.pass", "ca.crt", "admin.p12",
            "admin.pass");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Backup() {
    }

    /**
     * Writes a backup (0600) and returns the names of its parts.
     *
     * @throws EscException USAGE if the file exists or cannot be written
     */
    public static List<String> write(Tms tms, Path file, Secret password) throws EscException {
        String step = WORDS.say("write the backup");
        Path dump = tms.data().resolve(DUMP);
        try {
            if (Files.exists(file)) {
                throw Problem.of(Fault.USAGE, step, WORDS.say("{0} exists already.", file)).code("file-exists")
                        .advice(WORDS.say("Name another file.")).exception();
            }
            if (Files.exists(tms.data().resolve("db.url"))) {
                throw Problem.of(Fault.USAGE, step,
                        WORDS.say("The database is kept elsewhere and cannot be backed up from here.")).code("other-database")
                        .advice(WORDS.say("Back up the database by its own means, and copy the data directory.")).exception();
            }
            Files.deleteIfExists(dump);
            Files.createFile(dump, PrivateFiles.mode("rw-------"));
            tms.database().dump(dump);
            var names = new ArrayList<String>();
            var bytes = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(bytes)) {
                for (Path p : parts(tms.data())) {
                    zip.putNextEntry(new ZipEntry(p.getFileName().toString()));
                    zip.write(Files.readAllBytes(p));
                    zip.closeEntry();
                    names.add(p.getFileName().toString());
                }
            }
            byte[] header = new byte[MAGIC.length + SALT + NONCE];
            RANDOM.nextBytes(header);
            System.arraycopy(MAGIC, 0, header, 0, MAGIC.length);
            byte[] plain = bytes.toByteArray();
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, header, password).doFinal(plain);
            Arrays.fill(plain, (byte) 0);
            PrivateFiles.write(file, ByteBuffer.allocate(header.length + sealed.length).put(header).put(sealed)
                    .array());
            return names;
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("The backup cannot be written: {0}", DataDirectory.reason(e)))
                    .exception(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            delete(dump);
        }
    }

    private static List<Path> parts(Path data) throws IOException {
        try (var files = Files.list(data)) {
            return files.filter(p -> FILES.contains(p.getFileName().toString()) || p.endsWith(DUMP)).sorted().toList();
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // it lies in the owner's folder, and the next backup replaces it
        }
    }

    private static Cipher cipher(int mode, byte[] header, Secret password) throws GeneralSecurityException {
        byte[] salt = Arrays.copyOfRange(header, MAGIC.length, MAGIC.length + SALT);
        byte[] key = password.use(p -> SCrypt.generate(p, salt, 1 << 15, 8, 1, 32));
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, header, MAGIC.length + SALT, NONCE));
        cipher.updateAAD(header);
        Arrays.fill(key, (byte) 0);
        return cipher;
    }

    /**
     * Restores a backup into a folder that is new or empty: all of it, or nothing.
     *
     * @throws EscException LOGIN if the password is wrong or the file damaged; USAGE if the folder is in use
     */
    public static List<String> restore(Path file, Path data, Secret password) throws EscException {
        String step = WORDS.say("restore the backup");
        Path target = data.toAbsolutePath().normalize();
        Path temp = target.resolveSibling("." + target.getFileName() + ".restoring");
        boolean moved = false;
        try {
            if (Files.exists(target)) {
                try (var entries = Files.list(target)) {
                    if (entries.findAny().isPresent()) {
                        throw Problem.of(Fault.USAGE, step, WORDS.say("{0} is not empty.", target)).code("folder-in-use")
                                .advice(WORDS.say("Restore into a new folder: nothing is overwritten.")).exception();
                    }
                }
            }
            byte[] zip = opened(file, password, step);
            erase(temp);
            PrivateFiles.directory(temp);
            var names = new ArrayList<String>();
            try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
                for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                    String name = entry.getName();
                    if (!FILES.contains(name) && !name.equals(DUMP)) {
                        throw Refused.usage(step, WORDS.say("The backup holds a part that does not belong there: {0}", name));
                    }
                    byte[] content = in.readAllBytes();
                    if (name.equals("ca.crt")) {
                        PrivateFiles.writePublic(temp.resolve(name), content);
                    } else {
                        PrivateFiles.write(temp.resolve(name), content);
                    }
                    names.add(name);
                }
            }
            Arrays.fill(zip, (byte) 0);
            if (!names.containsAll(List.of("tms.format", "vault", DUMP))) {
                throw Refused.usage(step, WORDS.say("The backup is incomplete."));
            }
            Database.restored(temp.resolve("db"), temp.resolve(DUMP)).close();
            Files.delete(temp.resolve(DUMP));
            Files.deleteIfExists(target); // empty
            Path parent = target.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.move(temp, target, StandardCopyOption.ATOMIC_MOVE);
            moved = true;
            return names;
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("The backup cannot be restored: {0}", DataDirectory.reason(e)))
                    .exception(e);
        } finally {
            if (!moved) {
                erase(temp);
            }
        }
    }

    private static byte[] opened(Path file, Secret password, String step) throws IOException, EscException {
        byte[] all = Files.readAllBytes(file);
        int header = MAGIC.length + SALT + NONCE;
        if (all.length < header || !Arrays.equals(all, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("{0} is no backup of a token management system.", file))
                    .code("not-a-backup").exception();
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(all, header), password)
                    .doFinal(all, header, all.length - header);
        } catch (AEADBadTagException e) {
            throw Problem.of(Fault.LOGIN, step,
                    WORDS.say("The backup does not open: its password is another one, or it was damaged."))
                    .code("backup-password").exception(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void erase(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var all = Files.walk(folder)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException _) {
            // what is left is the owner's only, and is erased before the next try
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

/**
 * The password-protected store of master keys, the CA's and the archive's keys: one file, sealed as a whole with
 * AES-256-GCM under a key made from the password by scrypt (N 2^15, r 8, p 1). Nothing in it can be changed, added or
 * left out unseen without the password. Thread-safe.
 */
public final class Vault implements AutoCloseable {

    private static final Words WORDS = Words.of(Vault.class);

    private static final byte[] MAGIC = "ESCVAULT".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int LOG_N = 15;
    private static final int R = 8;
    private static final int P = 1;
    private static final int SALT = 16;
    private static final int NONCE = 12;
    private static final int HEADER = 8 + 4 + SALT + NONCE;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Where servers that share a database keep the store as it is sealed. */
    public interface Copies {

        /** The store, if there is one that is newer than this version. */
        Optional<Copy> newer(long version) throws EscException;

        /** Puts one in place of the one of this version. @return false if there is a newer one already */
        boolean replace(long version, byte[] sealed) throws EscException;
    }

    /** A sealed store and its number. */
    public record Copy(long version, byte[] sealed) {
    }

    private final Path file;
    private final byte[] salt;
    private final byte[] key;
    private Optional<Copies> copies = Optional.empty();
    private long version;
    private final TreeMap<String, Secret> entries = new TreeMap<>();
    private boolean closed;

    private Vault(Path file, byte[] salt, byte[] key) {
        this.file = file;
        this.salt = salt;
        this.key = key;
    }

    /**
     * Opens the store, or makes an empty one. {@code password} stays the caller's.
     *
     * @throws EscException LOGIN if it does not open it
     */
    public static Vault open(Path file, Secret password) throws EscException {
        try {
            if (!Files.exists(file)) {
                byte[] salt = new byte[SALT];
                RANDOM.nextBytes(salt);
                var vault = new Vault(file, salt, derive(password, salt, LOG_N, R, P));
                vault.save();
                return vault;
            }
            PrivateFiles.ownerOnly(file);
            return read(file, password);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, step(), WORDS.say("The key store {0} cannot be used: {1}", file, DataDirectory.reason(e))).exception(e);
        }
    }

    private static Vault read(Path file, Secret password) throws IOException, EscException {
        return parse(file, Files.readAllBytes(file), password);
    }

    private static Vault parse(Path file, byte[] all, Secret password) throws IOException, EscException {
        if (all.length < HEADER || !Arrays.equals(all, 0, 8, MAGIC, 0, 8) || all[8] != VERSION) {
            throw damaged(null);
        }
        int logN = all[9];
        int r = all[10];
        int p = all[11];
        if (logN < 10 || logN > 20 || r < 1 || r > 16 || p < 1 || p > 4) {
            throw damaged(null); // never let a file choose how much memory is taken
        }
        byte[] salt = Arrays.copyOfRange(all, 12, 12 + SALT);
        var vault = new Vault(file, salt, derive(password, salt, logN, r, p));
        vault.load(all);
        return vault;
    }

    /** Takes in what is sealed with this store's key. */
    private void load(byte[] all) throws IOException, EscException {
        byte[] plain = new byte[0];
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"),
                    new GCMParameterSpec(128, all, 12 + SALT, NONCE));
            cipher.updateAAD(all, 0, HEADER);
            plain = cipher.doFinal(all, HEADER, all.length - HEADER);
            var in = new DataInputStream(new ByteArrayInputStream(plain));
            for (int n = in.readInt(); n > 0; n--) {
                String name = in.readUTF();
                byte[] value = in.readNBytes(in.readInt());
                var old = entries.put(name, Secret.of(value));
                if (old != null) {
                    old.close();
                }
                Arrays.fill(value, (byte) 0);
            }
        } catch (AEADBadTagException e) {
            close();
            throw damaged(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static EscException damaged(Exception cause) {
        return Problem.of(Fault.LOGIN, step(),
                WORDS.say("The key store does not open: its password is another one, or the file was damaged."))
                .code("vault-password").advice(WORDS.say("Give the password it was made with, or restore a backup."))
                .exception(cause);
    }

    private static byte[] derive(Secret password, byte[] salt, int logN, int r, int p) {
        return password.use(bytes -> SCrypt.generate(bytes, salt, 1 << logN, r, p, 32));
    }

    /**
     * Shares the store with other servers from now on: what they add is here when it is asked for, and what is added here is there. All must have been
     * made from one: with the same password, and the same file or none.
     *
     * @throws EscException LOGIN if theirs is sealed otherwise
     */
    public synchronized void share(Copies with) throws EscException {
        copies = Optional.of(with);
        refresh();
        if (version == 0) {
            if (with.replace(0, sealed())) {
                version = 1;
            } else {
                refresh();
            }
        }
    }

    /** Takes in what other servers have added. */
    private void refresh() throws EscException {
        if (copies.isEmpty()) {
            return;
        }
        var newer = copies.get().newer(version);
        if (newer.isPresent()) {
            byte[] all = newer.get().sealed();
            if (all.length < HEADER || !Arrays.equals(all, 12, 12 + SALT, salt, 0, SALT)) {
                throw Problem.of(Fault.LOGIN, step(), WORDS.say("The servers on this database have another key store than the one in this data directory."))
                        .code("other-vault").advice(WORDS.say("Start with a new data directory and the password of theirs.")).exception();
            }
            try {
                load(all);
                PrivateFiles.write(file, all);
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("write the key store"),
                        WORDS.say("The key store cannot be written: {0}", DataDirectory.reason(e))).exception(e);
            }
            version = newer.get().version();
        }
    }

    /** A copy of an entry, for the caller to close. */
    public synchronized Optional<Secret> get(String name) throws EscException {
        check();
        if (!entries.containsKey(name)) {
            refresh();
        }
        return Optional.ofNullable(entries.get(name)).map(Secret::copy);
    }

    /** Adds or replaces entries; they are on disk when this returns. */
    public synchronized void put(String name, byte[] value) throws EscException {
        check();
        refresh();
        var old = entries.put(name, Secret.of(value));
        try {
            byte[] sealed = sealed();
            while (copies.isPresent() && !copies.get().replace(version, sealed)) {
                // another server was quicker: its entries, and this one
                refresh();
                Optional.ofNullable(entries.put(name, Secret.of(value))).ifPresent(Secret::close);
                sealed = sealed();
            }
            version += copies.isPresent() ? 1 : 0;
            PrivateFiles.write(file, sealed);
        } catch (IOException e) {
            entries.remove(name).close();
            if (old != null) {
                entries.put(name, old);
            }
            throw Problem.of(Fault.USAGE, WORDS.say("write the key store"), WORDS.say("The key store cannot be written: {0}", DataDirectory.reason(e)))
                    .exception(e);
        }
        if (old != null) {
            old.close();
        }
    }

    /** An entry, made of random bytes if it does not exist yet. */
    public synchronized Secret getOrMake(String name, int length) throws EscException {
        var present = get(name);
        if (present.isPresent()) {
            return present.get();
        }
        byte[] fresh = new byte[length];
        RANDOM.nextBytes(fresh);
        try {
            put(name, fresh);
        } finally {
            Arrays.fill(fresh, (byte) 0);
        }
        return get(name).orElseThrow();
    }

    /** Names of all entries. */
    public synchronized Set<String> names() throws EscException {
        check();
        refresh();
        return new TreeSet<>(entries.keySet());
    }

    private void save() throws IOException {
        PrivateFiles.write(file, sealed());
    }

    private byte[] sealed() {
        try {
            return seal();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] seal() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeInt(entries.size());
        for (var e : entries.entrySet()) {
            out.writeUTF(e.getKey());
            byte[] value = e.getValue().bytes();
            out.writeInt(value.length);
            out.write(value);
            Arrays.fill(value, (byte) 0);
        }
        byte[] plain = bytes.toByteArray();
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        var header = ByteBuffer.allocate(HEADER).put(MAGIC).put((byte) VERSION).put((byte) LOG_N).put((byte) R)
                .put((byte) P).put(salt)
                .put(nonce).array();
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            cipher.updateAAD(header);
            byte[] sealed = cipher.doFinal(plain);
            return ByteBuffer.allocate(HEADER + sealed.length).put(header).put(sealed).array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private void check() {
        if (closed) {
            throw new IllegalStateException("the key store is closed");
        }
    }

    /** Erases everything from memory. */
    @Override
    public synchronized void close() {
        closed = true;
        entries.values().forEach(Secret::close);
        entries.clear();
        Arrays.fill(key, (byte) 0);
    }

    private static String step() {
        return WORDS.say("open the key store");
    }
}

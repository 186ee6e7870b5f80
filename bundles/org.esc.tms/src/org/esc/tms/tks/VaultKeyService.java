// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.HostSession;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.tms.db.Database;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Settings;
import org.esc.tms.db.Vault;

/** Master keys in the vault; which cards were moved to them in the database. */
public final class VaultKeyService implements KeyService {

    private static final Words WORDS = Words.of(VaultKeyService.class);

    private static final String PREFIX = "tks.";
    private static final int SECURE_CHANNEL = 17;
    private static final int DEVELOPER_VERSION = 0xFF;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Vault vault;
    private final Database database;
    private final Settings settings;
    private final InstantSource clock;

    /** Over this vault and database. */
    public VaultKeyService(Vault vault, Database database, Settings settings, InstantSource clock) {
        this.vault = vault;
        this.database = database;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public int currentVersion(KeyType type) throws EscException {
        return list().stream().filter(k -> k.type() == type).mapToInt(MasterKey::version).max().orElse(FACTORY_VERSION);
    }

    @Override
    public CardKeys cardKeys(Cuid cuid) {
        return (card, hostChallenge) -> {
            var type = card.scp().keyType();
            try (var keys = keys(cuid, card.kdd(), card.keyVersion(), type)) {
                return HostSession.of(keys, card, hostChallenge);
            }
        };
    }

    private KeySet keys(Cuid cuid, byte[] kdd, int version, KeyType type) throws EscException {
        var own = derive(kdd, version, type);
        if (own.isPresent()) {
            return own.get();
        }
        String step = WORDS.say("open the secure channel");
        if (version != FACTORY_VERSION && version != DEVELOPER_VERSION) {
            throw Problem.of(Fault.REFUSED, step, WORDS.say("The card has keys of version {0} for {1}, of which there is no master key here.",
                    Hex.of(version), type)).code("no-master-key").endOp(SECURE_CHANNEL)
                    .advice(WORDS.say("Import the master key the card was made with: tms keys import.")).exception();
        }
        var moved = database.inTransaction(
                sql -> sql.first("SELECT key_version FROM card_keys WHERE cuid = ?", r -> r.getInt(1),
                cuid.toString()));
        if (moved.isPresent() && !settings.on(Settings.ACCEPT_RETURNED_FACTORY_KEYS)) {
            throw Problem.of(Fault.REFUSED, step, WORDS.say("Token {0} was given our own keys (version {1}) and comes back with the factory's: it may be another "
                        + "card under its name.", cuid, Hex.of(moved.get())))
                    .code("factory-keys-returned")
                    .endOp(SECURE_CHANNEL)
                    .advice(WORDS.say("If the card was really reset at the factory, an administrator can allow it: tms keys forget {0}.", cuid)).exception();
        }
        return KeySet.factory(version, type);
    }

    private Optional<KeySet> derive(byte[] kdd, int version, KeyType type) throws EscException {
        var stored = vault.get(name(version, type));
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        try (var secret = stored.get()) {
            var entry = Entry.read(secret);
            try (var master = entry.keys(version)) {
                return Optional.of(entry.diversification.derive(master, kdd, version));
            } finally {
                entry.erase();
            }
        }
    }

    @Override
    public Optional<KeySet> newKeys(byte[] kdd, KeyType type) throws EscException {
        int version = currentVersion(type);
        return version == FACTORY_VERSION ? Optional.empty() : derive(kdd, version, type);
    }

    @Override
    public void moved(Cuid cuid, int version) throws EscException {
        database.run(sql -> {
            if (sql.update("UPDATE card_keys SET key_version = ?, changed_at = ? WHERE cuid = ?", version,
                    clock.millis(), cuid.toString()) == 0) {
                sql.update("INSERT INTO card_keys (cuid, key_version, changed_at) VALUES (?, ?, ?)", cuid.toString(),
                        version, clock.millis());
            }
        });
    }

    @Override
    public void forget(Cuid cuid) throws EscException {
        database.run(sql -> {
            if (sql.update("DELETE FROM card_keys WHERE cuid = ?", cuid.toString()) == 0) {
                throw Refused.usage(WORDS.say("forget the keys of a card"), WORDS.say("Token {0} was never given keys of our own.", cuid));
            }
        });
    }

    @Override
    public List<MasterKey> list() throws EscException {
        var result = new ArrayList<MasterKey>();
        for (String name : vault.names()) {
            if (name.startsWith(PREFIX)) {
                var parts = name.substring(PREFIX.length()).split("\\.");
                int version = Integer.parseInt(parts[0], 16);
                var type = KeyType.valueOf(parts[1]);
                try (var secret = vault.get(name).orElseThrow()) {
                    var entry = Entry.read(secret);
                    result.add(entry.told(version, type));
                    entry.erase();
                }
            }
        }
        result.sort(Comparator.comparingInt(MasterKey::version).thenComparing(MasterKey::type));
        return result;
    }

    @Override
    public MasterKey create(int version, KeyType type, int bits, Diversification diversification) throws EscException {
        if (bits % 8 != 0 || !type.allows(bits / 8)) {
            throw Refused.usage(WORDS.say("make a master key"), WORDS.say("A {0} key cannot have {1} bits.", type, bits));
        }
        byte[] key = new byte[bits / 8];
        RANDOM.nextBytes(key);
        if (type == KeyType.DES3) {
            oddParity(key);
        }
        return store(WORDS.say("make a master key"), version, new Entry(type, diversification, key,
                Instant.ofEpochMilli(clock.millis())));
    }

    private static void oddParity(byte[] key) {
        for (int i = 0; i < key.length; i++) {
            int even = key[i] & 0xFE;
            key[i] = (byte) (even | ~Integer.bitCount(even) & 1);
        }
    }

    @Override
    public MasterKey importKey(int version, KeyType type, Diversification diversification, List<Secret> components,
            Optional<String> kcv) throws EscException {
        String step = WORDS.say("import a master key");
        if (components.isEmpty() || !type.allows(components.getFirst().length())
                || components.stream().anyMatch(c -> c.length() != components.getFirst().length())) {
            throw Refused.usage(step, type == KeyType.AES
                    ? WORDS.say("The components of a {0} key must have the same length: 16, 24 or 32 bytes.", type)
                    : WORDS.say("The components of a {0} key must have the same length: 16 or 24 bytes.", type));
        }
        byte[] key = new byte[components.getFirst().length()];
        for (var component : components) {
            byte[] c = component.bytes();
            for (int i = 0; i < key.length; i++) {
                key[i] ^= c[i];
            }
            Arrays.fill(c, (byte) 0);
        }
        boolean zero = true;
        for (byte b : key) {
            zero &= b == 0;
        }
        if (zero) {
            throw Refused.usage(step, WORDS.say("The components cancel each other out: the key would be all zeros."));
        }
        if (kcv.isPresent() && !kcv.get().equalsIgnoreCase(Hex.of(KeySet.kcv(type, key)))) {
            Arrays.fill(key, (byte) 0);
            throw Problem.of(Fault.USAGE, step, WORDS.say("The key has another check value than {0}.", kcv.get()))
                    .code("wrong-kcv")
                    .advice(WORDS.say("A component is wrong, or one of another key.")).exception();
        }
        return store(step, version, new Entry(type, diversification, key, Instant.ofEpochMilli(clock.millis())));
    }

    private synchronized MasterKey store(String step, int version, Entry entry) throws EscException {
        try {
            if (version < 2 || version > 127) {
                throw Refused.usage(step,
                        WORDS.say("The version of a master key is 2 to 127 (hexadecimal 02 to 7F); 01 is the factory's."));
            }
            String name = name(version, entry.type);
            if (vault.names().contains(name)) {
                throw Problem.of(Fault.USAGE, step, WORDS.say("There is a {0} master key of version {1} already.", entry.type, Hex.of(version)))
                        .code("version-taken")
                        .advice(WORDS.say("Choose another version: cards that have this one would be lost.")).exception();
            }
            byte[] probe = new byte[10];
            try (var master = entry.keys(version); var _ = entry.diversification.derive(master, probe, version)) {
                byte[] bytes = entry.bytes();
                vault.put(name, bytes);
                Arrays.fill(bytes, (byte) 0);
            } catch (IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, step, WORDS.say("Diversification {0} does not work with {1} keys of {2} bits.",
                        entry.diversification, entry.type, 8 * entry.key.length)).code("wrong-diversification").exception(e);
            }
            return entry.told(version, entry.type);
        } finally {
            entry.erase();
        }
    }

    @Override
    public List<Secret> split(int version, KeyType type, int components) throws EscException {
        String step = WORDS.say("split a master key");
        if (components < 2 || components > 9) {
            throw Refused.usage(step, WORDS.say("A master key is split into 2 to 9 components."));
        }
        var stored = vault.get(name(version, type));
        try (var secret = stored.orElseThrow(
                () -> Refused.usage(step, WORDS.say("There is no {0} master key of version {1}.", type, Hex.of(version))))) {
            var entry = Entry.read(secret);
            byte[] last = entry.key;
            var result = new ArrayList<Secret>();
            for (int n = 1; n < components; n++) {
                byte[] c = new byte[last.length];
                RANDOM.nextBytes(c);
                for (int i = 0; i < c.length; i++) {
                    last[i] ^= c[i];
                }
                result.add(Secret.of(c));
                Arrays.fill(c, (byte) 0);
            }
            result.add(Secret.of(last));
            entry.erase();
            return result;
        }
    }

    private static String name(int version, KeyType type) {
        return PREFIX + Hex.of(version) + "." + type;
    }

    /** A master key as it is in the vault. One key stands for ENC, MAC and DEK: diversification tells them apart. */
    private record Entry(KeyType type, Diversification diversification, byte[] key, Instant created) {

        static Entry read(Secret secret) {
            byte[] bytes = secret.bytes();
            try {
                var in = new DataInputStream(new ByteArrayInputStream(bytes));
                var type = KeyType.valueOf(in.readUTF());
                var diversification = Diversification.of(in.readUTF());
                var created = Instant.ofEpochMilli(in.readLong());
                return new Entry(type, diversification, in.readNBytes(in.readUnsignedByte()), created);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }

        byte[] bytes() {
            try {
                var bytes = new ByteArrayOutputStream();
                var out = new DataOutputStream(bytes);
                out.writeUTF(type.name());
                out.writeUTF(diversification.name());
                out.writeLong(created.toEpochMilli());
                out.writeByte(key.length);
                out.write(key);
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        KeySet keys(int version) {
            return KeySet.same(version, type, key);
        }

        MasterKey told(int version, KeyType of) {
            return new MasterKey(version, of, 8 * key.length, diversification, Hex.of(KeySet.kcv(of, key)), created);
        }

        void erase() {
            Arrays.fill(key, (byte) 0);
        }

        @Override
        public boolean equals(Object o) {
            return this == o;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public String toString() {
            return "Entry[" + type + "]";
        }
    }
}

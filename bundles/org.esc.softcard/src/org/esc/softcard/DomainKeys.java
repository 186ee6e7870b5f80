// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.globalplatform.KeyField;
import org.esc.globalplatform.SignatureKey;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.softcard.Registry.SingleKey;

/** The keys of security domains: PUT KEY, DELETE of keys, key information (GlobalPlatform 2.1.1 §9.8). */
final class DomainKeys {

    private static final int MOST_KEY_SETS = 8;
    private static final int MOST_SINGLE_KEYS = 16;
    /** Block to which single keys are filled up where they are kept: none that a key would not have by itself. */
    private static final int KEPT_BLOCK = 8;

    private final Domains domains;
    private final Registry registry;
    private final CardSecureChannel channel;

    DomainKeys(Domains domains, CardSecureChannel channel) {
        this.domains = domains;
        this.channel = channel;
        registry = domains.registry();
    }

    byte[] information() {
        var keys = new ArrayList<Tlv>();
        for (KeySet k : registry.keysOf(domains.ofSelected())) {
            for (int id = 1; id <= 3; id++) {
                byte[] key = id == 1 ? k.enc() : id == 2 ? k.mac() : k.dek();
                keys.add(Tlv.of(0xC0, (byte) id, (byte) k.version(), (byte) k.type().code(), (byte) key.length));
                Arrays.fill(key, (byte) 0);
            }
        }
        for (SingleKey k : registry.singleKeys) {
            if (k.domain().equals(domains.ofSelected())) {
                keys.add(information(k));
            }
        }
        return Tlv.of(0xE0, keys).encoded();
    }

    /** Of keys with a component of more than 255 bytes in the extended form (GlobalPlatform 2.3.1 §11.3.3.1.1). */
    private static Tlv information(SingleKey k) {
        try (SignatureKey key = kept(k)) {
            List<KeyField.Component> all = KeyField.components(key);
            boolean extended = all.stream().anyMatch(c -> c.length() > 255);
            var out = new ByteArrayOutputStream();
            out.write(k.id());
            out.write(k.version());
            for (KeyField.Component c : all) {
                if (extended) {
                    out.write(0xFF);
                }
                out.write(c.type());
                if (extended) {
                    out.write(c.length() >> 8);
                }
                out.write(c.length());
            }
            if (extended) {
                // neither usage nor access restricted
                out.write(0);
                out.write(0);
            }
            return Tlv.of(0xC0, out.toByteArray());
        }
    }

    private static SignatureKey kept(SingleKey k) {
        return KeyField.read(k.field(), KEPT_BLOCK, byte[]::clone).getFirst().key();
    }

    /** A key that belongs to no set of three, for the caller to close. */
    Optional<SignatureKey> single(Optional<Aid> domain, int version, int id) {
        return registry.singleKeys.stream().filter(k -> k.domain().equals(domain) && k.version() == version && k.id() == id).findFirst()
                .map(DomainKeys::kept);
    }

    /** PUT KEY: a set of three, one key of a set, or a key for something else. */
    ResponseApdu put(CommandApdu c) throws CardRefusal {
        int id = c.p2() & 0x7F;
        if (id == 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        byte[] data = c.data();
        boolean several = (c.p2() & 0x80) != 0;
        boolean special = data.length > 0 && (data[0] & 0xF0) == 0x70 || id > 3;
        return !special && id == 1 && (several || registry.scp.singleKey()) ? putSet(c.p1(), data)
                : putSingle(c.p1(), id, several, special, data);
    }

    private ResponseApdu putSingle(int replaced, int id, boolean several, boolean special, byte[] data) throws CardRefusal {
        if (data.length == 0) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        int version = data[0] & 0xFF;
        List<KeyField.Arrived> arrived;
        try {
            arrived = KeyField.read(Arrays.copyOfRange(data, 1, data.length), registry.scp.keyType().blockSize(), channel::decryptDek);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        try {
            if (!several && arrived.size() > 1) {
                throw new CardRefusal(Sw.WRONG_P1_P2);
            }
            var answer = new ByteArrayOutputStream();
            answer.write(version);
            for (KeyField.Arrived a : arrived) {
                byte[] kcv = KeyField.kcv(a.key());
                if (a.kcv().length > 0 && !MessageDigest.isEqual(a.kcv(), kcv) || special && !fits(version, a.key())) {
                    throw new CardRefusal(Sw.WRONG_DATA);
                }
                answer.writeBytes(kcv);
            }
            for (int i = 0; i < arrived.size(); i++) {
                if (special) {
                    keep(replaced, version, id + i, arrived.get(i).key());
                } else {
                    replace(replaced, version, id + i, arrived.get(i).key());
                }
            }
            domains.save();
            return ResponseApdu.ok(answer.toByteArray());
        } finally {
            arrived.forEach(a -> a.key().close());
        }
    }

    /** Receipts need a secret key, tokens and load file signatures one that verifies. */
    private static boolean fits(int version, SignatureKey key) {
        boolean signs = !(key instanceof SignatureKey.Symmetric s) || s.type() == KeyType.AES || s.length() == 16;
        return switch (version) {
            case DelegatedManagement.RECEIPT_KEY -> signs && key instanceof SignatureKey.Symmetric;
            case DelegatedManagement.TOKEN_KEY, LoadFileSignatures.DAP_KEY -> signs;
            default -> true;
        };
    }

    private void keep(int replaced, int version, int id, SignatureKey key) throws CardRefusal {
        Optional<Aid> domain = domains.ofSelected();
        var old = registry.singleKeys.stream()
                .filter(k -> k.domain().equals(domain) && k.version() == replaced && k.id() == id && replaced != 0).findFirst();
        if (replaced != 0 && old.isEmpty()) {
            throw new CardRefusal(Sw.UNKNOWN_DATA);
        }
        if (replaced != version && registry.singleKeys.stream()
                .anyMatch(k -> k.domain().equals(domain) && k.version() == version && k.id() == id)) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        if (old.isPresent()) {
            registry.singleKeys.remove(old.get());
            Arrays.fill(old.get().field(), (byte) 0);
        } else if (registry.singleKeys.size() >= MOST_SINGLE_KEYS) {
            throw new CardRefusal(Sw.NO_SPACE);
        }
        registry.singleKeys.add(new SingleKey(domain, version, id, KeyField.encode(key, KEPT_BLOCK, byte[]::clone)));
    }

    /** One key of a set of three: its version stays. */
    private void replace(int replaced, int version, int id, SignatureKey key) throws CardRefusal {
        Optional<Aid> domain = domains.ofSelected();
        var sets = new ArrayList<>(registry.keysOf(domain));
        KeySet set = sets.stream().filter(k -> k.version() == replaced).findFirst().orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        byte[][] three = {set.enc(), set.mac(), set.dek()};
        try {
            if (version != replaced || id > 3 || !(key instanceof SignatureKey.Symmetric s) || s.type() != set.type()
                    || s.length() != three[0].length) {
                throw new CardRefusal(Sw.WRONG_DATA);
            }
            Arrays.fill(three[id - 1], (byte) 0);
            three[id - 1] = s.key();
            sets.set(sets.indexOf(set), KeySet.of(version, set.type(), three[0], three[1], three[2]));
            set.close();
        } finally {
            for (byte[] k : three) {
                Arrays.fill(k, (byte) 0);
            }
        }
        setKeys(domain, sets);
    }

    private ResponseApdu putSet(int replaced, byte[] data) throws CardRefusal {
        boolean single = registry.scp.singleKey();
        var f = new Fields(data);
        int version = f.next();
        KeyType type = registry.scp.keyType();
        var keys = new byte[3][];
        var answer = new ByteArrayOutputStream();
        answer.write(version);
        try {
            keys[0] = key(f, type, answer);
            // where one base key serves for all three, it may come alone
            boolean alone = single && f.atEnd();
            for (int i = 1; i < 3; i++) {
                keys[i] = alone ? keys[0].clone() : key(f, type, answer);
            }
            f.end();
            if (Arrays.stream(keys).anyMatch(k -> k.length != keys[0].length)) {
                throw new CardRefusal(Sw.WRONG_DATA);
            }
            keep(replaced, version, KeySet.of(version, type, keys[0], keys[1], keys[2]));
        } finally {
            for (byte[] k : keys) {
                if (k != null) {
                    Arrays.fill(k, (byte) 0);
                }
            }
        }
        return ResponseApdu.ok(answer.toByteArray());
    }

    /**
     * One key of PUT KEY: type ‖ length ‖ wrapped key ‖ length ‖ check value. The key's own length stands before it where what is wrapped
     * would else be whole blocks (GlobalPlatform 2.3.1 §11.8.2.3.3).
     */
    private byte[] key(Fields f, KeyType type, ByteArrayOutputStream answer) throws CardRefusal {
        int code = f.next();
        if (code != type.code() && !(type == KeyType.DES3 && code == 0x81)) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        var inner = new Fields(f.block());
        int length = inner.left() % type.blockSize() != 0 ? inner.next() : inner.left();
        byte[] wrapped = inner.next(inner.left());
        if (!type.allows(length) || wrapped.length % type.blockSize() != 0 || wrapped.length < length
                || wrapped.length - length >= type.blockSize()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        byte[] key = channel.decryptDek(wrapped);
        if (key.length != length) {
            byte[] padded = key;
            key = Arrays.copyOf(padded, length);
            Arrays.fill(padded, (byte) 0);
        }
        byte[] check = f.block();
        byte[] kcv = KeySet.kcv(type, key);
        if (check.length != 0 && !MessageDigest.isEqual(check, kcv)) {
            Arrays.fill(key, (byte) 0);
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        answer.writeBytes(kcv);
        return key;
    }

    private void keep(int replaced, int version, KeySet set) throws CardRefusal {
        Optional<Aid> domain = domains.ofSelected();
        var keys = new ArrayList<>(registry.keysOf(domain));
        boolean factoryOnly = keys.size() == 1 && keys.getFirst().version() == 0xFF;
        int at = -1;
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).version() == replaced && replaced != 0) {
                at = i;
            } else if (keys.get(i).version() == version) {
                throw new CardRefusal(replaced == 0 ? Sw.CONDITIONS_NOT_SATISFIED : Sw.WRONG_DATA);
            }
        }
        if (replaced == 0 && factoryOnly) {
            // initial keys make way for the first real ones
            at = 0;
        }
        if (at >= 0) {
            keys.set(at, set).close();
        } else if (replaced != 0) {
            throw new CardRefusal(Sw.UNKNOWN_DATA);
        } else if (keys.size() >= MOST_KEY_SETS) {
            throw new CardRefusal(Sw.NO_SPACE);
        } else {
            keys.add(set);
        }
        setKeys(domain, keys);
        registry.failures = 0;
        domains.save();
    }

    /** @param id of keys that belong to no set; sets of three go as a whole */
    void delete(int version, OptionalInt id) throws CardRefusal {
        Optional<Aid> domain = domains.ofSelected();
        List<SingleKey> single = registry.singleKeys.stream().filter(k -> k.domain().equals(domain) && k.version() == version
                && (id.isEmpty() || k.id() == id.getAsInt())).toList();
        single.forEach(k -> Arrays.fill(k.field(), (byte) 0));
        registry.singleKeys.removeAll(single);
        if (!single.isEmpty() && (id.isPresent() || registry.keysOf(domain).stream().noneMatch(k -> k.version() == version))) {
            return;
        }
        var keys = new ArrayList<>(registry.keysOf(domain));
        KeySet k = keys.stream().filter(x -> x.version() == version).findFirst().orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        if (keys.size() == 1 && domain.isEmpty()) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        keys.remove(k);
        k.close();
        setKeys(domain, keys);
    }

    private void setKeys(Optional<Aid> domain, List<KeySet> keys) {
        if (domain.isPresent()) {
            registry.domainKeys.put(domain.get(), keys);
        } else {
            registry.keys.clear();
            registry.keys.addAll(keys);
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/** The keys of security domains: PUT KEY, DELETE of keys, key information (GlobalPlatform 2.1.1 §9.8). */
final class DomainKeys {

    private static final int MOST_KEY_SETS = 8;

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
        return Tlv.of(0xE0, keys).encoded();
    }

    ResponseApdu put(CommandApdu c) throws CardRefusal {
        boolean single = registry.scp.singleKey();
        if ((c.p2() & 0x80) == 0 && !single || (c.p2() & 0x7F) != 1 || (c.p1() & 0x80) != 0 && c.p1() != 0xFF) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        var f = new Fields(c.data());
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
            keep(c.p1(), version, KeySet.of(version, type, keys[0], keys[1], keys[2]));
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

    void delete(int version) throws CardRefusal {
        Optional<Aid> domain = domains.ofSelected();
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

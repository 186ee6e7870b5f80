// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.security.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.coolkey.Acl;
import org.esc.coolkey.Ins;
import org.esc.softcard.AppletMemory;

/** The key slots of the card. */
final class CardKeys {

    private static final String PREFIX = "k/";

    private final AppletMemory memory;
    private final CardKey[] slots = new CardKey[Ins.MAX_KEYS];

    /** As they were left. @throws IllegalArgumentException if that makes no sense */
    CardKeys(AppletMemory memory) {
        this.memory = memory;
        for (String name : memory.names(PREFIX)) {
            int slot = Integer.parseInt(name.substring(PREFIX.length()));
            if (slot >= slots.length) {
                throw new IllegalArgumentException("No such key slot: " + slot);
            }
            slots[slot] = CardKey.decode(memory.get(name).orElseThrow());
        }
    }

    Optional<CardKey> get(int slot) {
        return slot < slots.length ? Optional.ofNullable(slots[slot]) : Optional.empty();
    }

    void put(int slot, CardKey key) {
        slots[slot] = key;
        memory.put(PREFIX + slot, key.encoded());
    }

    /** Puts a pair with the access rules of generated and imported keys: nobody reads the private half, its owner uses it. */
    void putPair(int privateSlot, Key privateKey, int publicSlot, Key publicKey, int owner) {
        int use = owner == Ins.IDENTITY_DEFAULT ? Acl.ANYONE : 1 << owner;
        put(privateSlot, new CardKey(privateKey, publicSlot, new Acl(Acl.NOBODY, Acl.RA, use)));
        put(publicSlot, new CardKey(publicKey, privateSlot, new Acl(Acl.ANYONE, Acl.RA, Acl.ANYONE)));
    }

    void clear(int slot) {
        slots[slot] = null;
        memory.remove(PREFIX + slot);
    }

    /** Numbers of the slots in use, rising. */
    List<Integer> used() {
        var list = new ArrayList<Integer>();
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] != null) {
                list.add(i);
            }
        }
        return list;
    }
}

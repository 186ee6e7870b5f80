// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/**
 * A named key set as the verbs show it; never a key.
 *
 * @param name        its name
 * @param where       {@code known}, {@code store} or {@code token}
 * @param kdf         how a card's keys come from it
 * @param description in words
 * @param kcvs        check values of the keys as they were given, ENC, MAC and DEK of each kind that they may be; empty if not known
 */
public record StoredSet(String name, String where, String kdf, String description, List<Kcv> kcvs) {

    private static final Words WORDS = Words.of(StoredSet.class);

    static final StoredSet FACTORY = new StoredSet(NamedKeys.FACTORY, "known", "none", WORDS.say("40..4F, with which cards leave the factory"),
            factory());

    public StoredSet {
        kcvs = List.copyOf(kcvs);
    }

    static StoredSet of(NamedKeys set) {
        String kdf = Diversification.known().contains(set.kdf()) ? set.kdf().name().toLowerCase(Locale.ROOT).replace('_', '-')
                : set.kdf().name();
        return set.token().map(t -> new StoredSet(set.name(), "token", kdf, t.library()
                + t.slot().map(s -> ", " + WORDS.say("slot {0}", s)).orElse("") + t.label().map(l -> ", " + WORDS.say("label {0}", l)).orElse(""), set.kcvs()))
                .orElseGet(() -> new StoredSet(set.name(), "store", kdf, WORDS.say("encrypted under the master password"), set.kcvs()));
    }

    private static List<Kcv> factory() {
        var all = new ArrayList<Kcv>();
        byte[] key = KeySet.factoryKey();
        for (KeyType type : KeyType.values()) {
            for (String purpose : List.of("ENC", "MAC", "DEK")) {
                all.add(new Kcv(purpose, type, 8 * key.length, Hex.of(KeySet.kcv(type, key))));
            }
        }
        return all;
    }

    /** Kind and length of the keys, as {@code des3-128 or aes-128}; empty if not known. */
    public String keyType() {
        return kcvs.stream().map(k -> k.type().name().toLowerCase(Locale.ROOT) + "-" + k.bits()).distinct().collect(Collectors.joining(" " + WORDS.say("or") + " "));
    }

    /** The check values, one for three keys that are the same, as {@code 8BAF47 or 504A77}; empty if not known. */
    public String checkValues() {
        return kcvs.stream().collect(Collectors.groupingBy(Kcv::type, TreeMap::new,
                Collectors.mapping(Kcv::kcv, Collectors.toList()))).values().stream()
                .map(three -> String.join(" ", three.stream().distinct().count() == 1 ? three.subList(0, 1) : three))
                .collect(Collectors.joining(" " + WORDS.say("or") + " "));
    }
}

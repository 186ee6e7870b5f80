// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.Locale;
import org.esc.securechannel.Diversification;

/**
 * A named key set as the verbs show it; never a key.
 *
 * @param name        its name
 * @param where       {@code known}, {@code store} or {@code token}
 * @param kdf         how a card's keys come from it
 * @param description in words
 */
public record StoredSet(String name, String where, String kdf, String description) {

    static final StoredSet FACTORY = new StoredSet(NamedKeys.FACTORY, "known", "none", "40..4F, with which cards leave the factory");

    static StoredSet of(NamedKeys set) {
        String kdf = Diversification.known().contains(set.kdf()) ? set.kdf().name().toLowerCase(Locale.ROOT).replace('_', '-')
                : set.kdf().name();
        return set.token().map(t -> new StoredSet(set.name(), "token", kdf, t.library()
                + t.slot().map(s -> ", slot " + s).orElse("") + t.label().map(l -> ", label " + l).orElse("")))
                .orElseGet(() -> new StoredSet(set.name(), "store", kdf, "encrypted under the master password"));
    }
}

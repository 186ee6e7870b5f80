// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.trust;

import java.nio.file.Path;
import java.util.List;

/**
 * Where trust comes from.
 *
 * @param store  the user's own
 * @param system true if the authorities of the operating system and the Java runtime count
 * @param nss    folders of NSS databases whose authorities count, too
 */
public record TrustSources(TrustStore store, boolean system, List<Path> nss) {

    public TrustSources {
        nss = List.copyOf(nss);
    }
}

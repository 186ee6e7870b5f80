// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.nio.file.Path;
import java.util.List;

/**
 * Which servers are trusted, over TLS.
 *
 * @param files      PEM files: certificates of authorities to trust besides the system's, and certificates of servers to trust as
 *                   they are (pins). A pin of exactly the server's certificate makes up for a certificate without host names
 * @param revocation how hard to look whether a certificate has been revoked
 */
public record Trust(List<Path> files, Revocation revocation) {

    /** The system's authorities, revocation checked softly. */
    public static final Trust SYSTEM = new Trust(List.of(), Revocation.SOFT);

    public Trust {
        files = List.copyOf(files);
    }

    /** The system's authorities and those in these files. */
    public static Trust with(Path... files) {
        return new Trust(List.of(files), Revocation.SOFT);
    }

    /** With another way to look at revocation. */
    public Trust revocation(Revocation how) {
        return new Trust(files, how);
    }

    /** What to make of revocation. A certificate that is said to be revoked is refused unless this is {@code OFF}. */
    public enum Revocation {
        /** Go on when no answer can be had, and say so in the result. */
        SOFT,
        /** Refuse when no answer can be had. */
        HARD,
        /** Do not ask. */
        OFF
    }
}

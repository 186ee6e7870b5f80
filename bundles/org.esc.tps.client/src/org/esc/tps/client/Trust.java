// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.tps.client.trust.NssDatabases;
import org.esc.tps.client.trust.TrustSources;
import org.esc.tps.client.trust.TrustStore;

/**
 * Which servers are trusted, over TLS.
 *
 * @param files      PEM, DER or PKCS#7 files: certificates of authorities to trust besides those of the sources, and certificates of servers to trust as
 *                   they are (pins). A pin of exactly the server's certificate makes up for a certificate without host names
 * @param revocation how hard to look whether a certificate has been revoked
 * @param sources    where else trust comes from; without them from where this user's settings say
 */
public record Trust(List<Path> files, Revocation revocation, Optional<TrustSources> sources) {

    /** The user's and the system's authorities, revocation checked softly. */
    public static final Trust SYSTEM = new Trust(List.of(), Revocation.SOFT);

    public Trust {
        files = List.copyOf(files);
    }

    /** With this user's sources. */
    public Trust(List<Path> files, Revocation revocation) {
        this(files, revocation, Optional.empty());
    }

    /** The system's authorities and those in these files. */
    public static Trust with(Path... files) {
        return new Trust(List.of(files), Revocation.SOFT);
    }

    /** With another way to look at revocation. */
    public Trust revocation(Revocation how) {
        return new Trust(files, how, sources);
    }

    /** With these sources. */
    public Trust sources(TrustSources from) {
        return new Trust(files, revocation, Optional.of(from));
    }

    /** The sources that settings name, with this user's trust store. @throws EscException USAGE if the settings cannot be read */
    public static TrustSources sources(UserSettings settings, TrustStore store) throws EscException {
        List<Path> nss = nss(settings);
        if (settings.value("trust-nss").source() == UserSettings.Source.DEFAULT) {
            // who has not asked for such databases is not told that one cannot be read
            nss = nss.stream().filter(f -> NssDatabases.read(f).trouble().isEmpty()).toList();
        }
        return new TrustSources(store, settings.on("trust-system"), nss);
    }

    /** The folders of NSS databases that settings name. @throws EscException USAGE if the settings cannot be read */
    static List<Path> nss(UserSettings settings) throws EscException {
        return NssDatabases.folders(settings.get("trust-nss").orElse(""), Path.of(System.getProperty("user.home")));
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

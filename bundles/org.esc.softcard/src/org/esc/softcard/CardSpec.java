// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.security.SecureRandom;
import org.esc.apdu.Cuid;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;

/**
 * What a new software card is like.
 *
 * @param cuid    its unique ID, also its key diversification data
 * @param scp     secure channel protocol and options
 * @param keys    the card manager's first key set, of the protocol's type
 * @param buildId what an installed applet shows as its build id, 8 hexadecimal digits
 */
public record CardSpec(Cuid cuid, ScpVersion scp, KeySet keys, String buildId) {

    private static final Words WORDS = Words.of(CardSpec.class);

    /** Build id that the CoolKey 1.4 files of Dogtag carry. */
    public static final String DEFAULT_BUILD_ID = "58768072";

    public CardSpec {
        if (keys.type() != scp.keyType()) {
            throw new IllegalArgumentException(WORDS.say("{0} works with keys of type {1}, not {2}", scp, scp.keyType(), keys.type()));
        }
        if (!isSupported(scp)) {
            throw new IllegalArgumentException(WORDS.say("A software card does not speak {0}; it takes for SCP01 05 and 15, for SCP02 04, 05, 0A, "
                    + "0B, 14, 15, 1A, 1B, 44, 45, 54, 55 (with R-MAC: 20 more), for SCP03 00, 10, 20, 30, 60, 70 (S16: 1 more)", scp));
        }
        if (!buildId.matches("[0-9A-Fa-f]{8}")) {
            throw new IllegalArgumentException(WORDS.say("A build id has 8 hexadecimal digits, not \"{0}\"", buildId));
        }
    }

    /** A blank card as from the factory: random CUID, SCP01, key version 01, keys {@code 40…4F}. */
    public static CardSpec standard() {
        return new CardSpec(randomCuid(), ScpVersion.SCP01_05, KeySet.factory(1, ScpVersion.SCP01_05.keyType()), DEFAULT_BUILD_ID);
    }

    /** A random CUID that begins with the fabricator 4090. */
    public static Cuid randomCuid() {
        byte[] c = new byte[Cuid.LENGTH];
        new SecureRandom().nextBytes(c);
        c[0] = 0x40;
        c[1] = (byte) 0x90;
        return Cuid.of(c);
    }

    /** True for the protocols and options a software card speaks. */
    public static boolean isSupported(ScpVersion scp) {
        return scp.isSupported();
    }

    /** The same with another CUID. */
    public CardSpec withCuid(Cuid newCuid) {
        return new CardSpec(newCuid, scp, keys, buildId);
    }

    /** The same with another protocol; the key bytes stay. */
    public CardSpec withScp(ScpVersion newScp) {
        return new CardSpec(cuid, newScp,
                KeySet.of(keys.version(), newScp.keyType(), keys.enc(), keys.mac(), keys.dek()), buildId);
    }

    /** The same with one key of this version, used three times. */
    public CardSpec withKey(int version, byte[] key) {
        return new CardSpec(cuid, scp, KeySet.same(version, scp.keyType(), key), buildId);
    }

    /** The same with another build id. */
    public CardSpec withBuildId(String newBuildId) {
        return new CardSpec(cuid, scp, keys, newBuildId);
    }

    byte[] buildIdBytes() {
        return Hex.parse(buildId);
    }
}

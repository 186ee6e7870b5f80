// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.Cuid;
import org.esc.securechannel.ScpVersion;

/**
 * What is on a software card, without secrets.
 *
 * @param cuid         unique ID
 * @param scp          secure channel protocol and options
 * @param state        life cycle of the card, in words
 * @param keyVersions  versions of the key sets, the default one first
 * @param keyBits      length of those keys in bits
 * @param factoryKeys  true if the default key set is the publicly known {@code 40…4F}
 * @param failures     failed authentications in a row
 * @param loadFiles    packages loaded
 * @param applications applets installed
 */
public record CardContent(Cuid cuid, ScpVersion scp, String state, List<Integer> keyVersions, int keyBits, boolean factoryKeys,
        int failures, List<Aid> loadFiles, List<Application> applications) {

    /**
     * An applet on the card.
     *
     * @param aid   its AID
     * @param state life cycle in words
     * @param runs  true if there is software for it here; otherwise it answers every command with 6D00
     */
    public record Application(Aid aid, String state, boolean runs) {
    }

    public CardContent {
        keyVersions = List.copyOf(keyVersions);
        loadFiles = List.copyOf(loadFiles);
        applications = List.copyOf(applications);
    }
}

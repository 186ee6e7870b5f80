// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Cuid;
import org.esc.coolkey.AppletStatus;
import org.esc.coolkey.LifeCycle;

/**
 * What a card tells about itself before anybody is authenticated.
 *
 * @param manager   AID under which the card manager answered
 * @param cuid      its unique ID
 * @param status    of the applet, if there is one
 * @param build     build id of the applet as 8 hex digits, if there is one
 * @param lifeCycle of the applet, {@code UNKNOWN} if it cannot be told
 * @param software  true for a software token, which alone may be given stand-in software
 */
record Identity(Aid manager, Cuid cuid, Optional<AppletStatus> status, Optional<String> build, LifeCycle lifeCycle,
        boolean software) {

    /** Applet version as token databases write it: {@code 1.4.58768072}; empty without an applet. */
    Optional<String> appletId() {
        return build.map(b -> status.map(s -> s.appletMajor() + "." + s.appletMinor()).orElse("0.0") + "." + b);
    }
}

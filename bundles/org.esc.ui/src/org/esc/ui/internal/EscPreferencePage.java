// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.esc.apdu.Words;

/** Preferences ▸ Token management: the server and how to talk with it. */
public final class EscPreferencePage extends SettingsPage {

    private static final Words WORDS = Words.of(EscPreferencePage.class);

    /** Made by the platform. */
    public EscPreferencePage() {
        super("Token management", WORDS.say("Where tokens are issued. All may be left empty: a card that has been formatted names its own server, "
                        + "and what is still missing is asked for."));
    }
}

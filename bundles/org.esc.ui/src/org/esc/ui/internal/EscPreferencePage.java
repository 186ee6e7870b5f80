// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

/** Preferences ▸ Token management: the server and how to talk with it. */
public final class EscPreferencePage extends SettingsPage {

    /** Made by the platform. */
    public EscPreferencePage() {
        super("Token management", "Where tokens are issued. All may be left empty: a card that has been formatted names its own server, and "
                + "what is still missing is asked for.");
    }
}

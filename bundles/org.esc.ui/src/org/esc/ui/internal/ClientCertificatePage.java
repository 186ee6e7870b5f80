// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.esc.apdu.Words;

/** Preferences ▸ Client certificate: what is shown to servers that ask who is there. */
public final class ClientCertificatePage extends SettingsPage {

    private static final Words WORDS = Words.of(ClientCertificatePage.class);

    /** Made by the platform. */
    public ClientCertificatePage() {
        super("Client certificate", WORDS.say("Some servers let nobody in without a certificate. Name where yours is: the first of these that is "
                        + "filled in counts. Its password or PIN is asked for each time and never kept."));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

/** Preferences ▸ Client certificate: what is shown to servers that ask who is there. */
public final class ClientCertificatePage extends SettingsPage {

    /** Made by the platform. */
    public ClientCertificatePage() {
        super("Client certificate", "Some servers let nobody in without a certificate. Name where yours is: the first of these that is filled in counts. Its "
                + "password or PIN is asked for each time and never kept.");
    }
}

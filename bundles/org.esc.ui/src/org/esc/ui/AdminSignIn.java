// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Problem;
import org.esc.tps.admin.TpsAdmin;

/**
 * Has a person sign in to a server's administration, in the dialogs of the Administration perspective, whose bundle offers it as a service. UI thread
 * only.
 */
public interface AdminSignIn {

    /** Addresses of the servers that a person administers, the demonstration's first. */
    List<URI> servers();

    /** The one of {@link #servers} on the same host as a TPS, or else the TPS's own if it is reached by https; empty if neither is known. */
    Optional<URI> of(String tps);

    /**
     * Asks for what it takes and signs in, beside the UI thread; at once if the server's key lies open in a file.
     *
     * @param server   where
     * @param ca       authorities to trust, for a server that is not saved with its own
     * @param signedIn given the connection, on the UI thread, and closes it in the end; never called if the person thinks better of it
     * @param failed   told what went wrong where no dialog was there to say it
     */
    void signIn(Shell parent, URI server, List<Path> ca, Consumer<TpsAdmin> signedIn, Consumer<Problem> failed);
}

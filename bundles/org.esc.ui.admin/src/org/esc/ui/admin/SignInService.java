// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Problem;
import org.esc.tps.admin.SavedServers.Saved;
import org.esc.tps.admin.TpsAdmin;
import org.esc.tps.client.Trust;
import org.esc.ui.AdminSignIn;
import org.osgi.service.component.annotations.Component;

/** The sign-in of the Administration perspective, for other perspectives; nobody else's sign-in is touched by it. */
@Component(service = AdminSignIn.class)
public final class SignInService implements AdminSignIn {

    @Override
    public List<URI> servers() {
        return AdminPlugin.servers().all().stream().map(s -> s.entry().address()).distinct().toList();
    }

    @Override
    public Optional<URI> of(String tps) {
        URI at;
        try {
            at = URI.create(tps.strip());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        if (at.getHost() == null) {
            return Optional.empty();
        }
        return servers().stream().filter(s -> s.getHost().equalsIgnoreCase(at.getHost())).min((a, b) -> Boolean.compare(b.getPort() == at.getPort(),
                a.getPort() == at.getPort())).or(() -> "https".equalsIgnoreCase(at.getScheme()) ? Optional.of(at.resolve("/")) : Optional.empty());
    }

    @Override
    public void signIn(Shell parent, URI server, List<Path> ca, Consumer<TpsAdmin> signedIn, Consumer<Problem> failed) {
        ServerEntry entry = AdminPlugin.servers().all().stream().map(Server::entry).filter(e -> e.address().equals(server)).findFirst()
                .orElseGet(() -> new ServerEntry(new Saved("server", server, ca, Trust.Revocation.SOFT, Optional.empty(), Optional.empty()), server.getAuthority(),
                        Optional.empty(), false));
        new Server(parent.getDisplay(), entry, () -> {
        }).connect(parent, () -> {
        }, signedIn, e -> failed.accept(e.problem()));
    }
}

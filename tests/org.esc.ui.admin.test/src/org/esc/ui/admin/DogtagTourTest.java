// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.PlatformUI;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.client.Trust;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every view before a real Dogtag. It only looks: nothing is changed there. */
@Tag("dogtag")
class DogtagTourTest {

    private static final Path DIR = Path.of(System.getenv().getOrDefault("DOGTAG_DIR", System.getProperty("java.io.tmpdir") + "/dogtag"));
    private static final URI SERVER = URI.create("https://localhost:" + System.getenv().getOrDefault("DOGTAG_HTTPS", "18443"));

    private Server server;

    /** Its certificate names no host, so it is pinned, after it was found to be signed by the CA that the set-up handed out. */
    private static Path pin(Path folder) throws Exception {
        X509Certificate ca;
        try (var in = Files.newInputStream(DIR.resolve("creds/ca.crt"))) {
            ca = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        var shown = new X509Certificate[1];
        var look = SSLContext.getInstance("TLS");
        look.init(null, new TrustManager[] {new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {
                throw new IllegalStateException();
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) throws java.security.cert.CertificateException {
                shown[0] = chain[0];
                throw new java.security.cert.CertificateException("seen");
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        }}, new SecureRandom());
        try (var socket = (SSLSocket) look.getSocketFactory().createSocket(SERVER.getHost(), SERVER.getPort())) {
            socket.startHandshake();
        } catch (SSLHandshakeException e) {
            if (shown[0] == null) {
                throw e;
            }
        }
        shown[0].verify(ca.getPublicKey());
        Path file = folder.resolve("server.pem");
        Files.writeString(file, "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(shown[0].getEncoded()) + "\n-----END CERTIFICATE-----\n");
        return file;
    }

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(Files.exists(DIR.resolve("creds/admin.pem")), "no Dogtag in " + DIR);
        var saved = new SavedServers(folder.resolve("servers.properties"));
        saved.save(new SavedServers.Saved("dogtag", SERVER, List.of(pin(folder)), Trust.Revocation.OFF, Optional.of(DIR.resolve("creds/admin.pem")), Optional.empty()));
        AdminPlugin.use(new Servers(Ui.display(), saved));
        PlatformUI.getWorkbench().showPerspective(AdminPerspective.ID, PlatformUI.getWorkbench().getActiveWorkbenchWindow());
        AdminDesk.closeViews();
        Ui.freshView(ServersView.ID, ServersView.class);
        server = AdminPlugin.servers().find("dogtag").orElseThrow();
    }

    @AfterEach
    void close() {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        AdminDesk.closeViews();
        AdminPlugin.servers().all().forEach(Server::signOut);
        Ui.settle();
    }

    @Test
    void everyViewShowsWhatIsThere() {
        AdminDesk.select("dogtag");
        Ui.click(AdminDesk.tool(ServersView.ID, "Signs in"));
        Ui.until("somebody is signed in", () -> server.state() == Server.State.SIGNED_IN);
        AdminPlugin.open(Ui.page(), server, Kind.OVERVIEW, Filter.ALL);
        OverviewView overview = (OverviewView) AdminDesk.find(Kind.OVERVIEW).orElseThrow();
        Ui.until("all is counted", () -> !overview.counting() && overview.chart(Overview.Part.FAILURES).figures().isPresent());
        Ui.screenshot(Ui.window(), "dogtag-overview");
        for (Kind k : List.of(Kind.TOKENS, Kind.ACTIVITIES, Kind.CERTIFICATES, Kind.PROFILES, Kind.MAPPINGS, Kind.AUTHENTICATORS, Kind.CONNECTORS, Kind.USERS, Kind.GROUPS,
                Kind.SELF_TESTS)) {
            AdminPlugin.open(Ui.page(), server, k, Filter.ALL);
            RecordsView<?> view = (RecordsView<?>) AdminDesk.find(k).orElseThrow();
            AdminDesk.quiet(view.table());
            if (view.table().table().isVisible() && view.table().table().getItemCount() > 0) {
                AdminDesk.select(view.table().table(), 0);
            }
            Ui.settle();
            Ui.screenshot(Ui.window(), "dogtag-" + k.word());
        }
        AdminPlugin.open(Ui.page(), server, Kind.AUDIT, Filter.ALL);
        AuditView audit = (AuditView) AdminDesk.find(Kind.AUDIT).orElseThrow();
        Ui.until("events are shown", () -> audit.events().getItemCount() > 0);
        Ui.screenshot(Ui.window(), "dogtag-audit");
        AdminPlugin.open(Ui.page(), server, Kind.CONFIGURATION, Filter.ALL);
        ConfigurationView config = (ConfigurationView) AdminDesk.find(Kind.CONFIGURATION).orElseThrow();
        Ui.until("settings are shown", () -> config.editor().table().getItemCount() > 0);
        Ui.screenshot(Ui.window(), "dogtag-configuration");
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.EscException;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.client.Trust;
import org.esc.tps.client.trust.CertificateFacts;
import org.esc.tps.client.trust.TrustStore;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.esc.ui.testing.UntrustedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that cannot prove who it is: why, what it presents, and what a person may do about it. Nothing is trusted that was not asked for. */
class RefusedServerTest {

    private static final String LOOK = "Show the Server's Certificates…";

    private final TrustStore store = new TrustStore();
    @TempDir
    private Path folder;
    private AdminDesk desk;

    @BeforeEach
    void open() throws Exception {
        forget();
        desk = AdminDesk.open(folder);
    }

    @AfterEach
    void close() throws IOException {
        desk.close();
        forget();
    }

    private void forget() throws IOException {
        for (String f : List.of("authorities.pem", "exceptions.pem", "distrusted.pem")) {
            Files.deleteIfExists(store.folder().resolve(f));
        }
    }

    /** The server without the authority that vouches for it. */
    private void unknown(String name, Optional<Path> key, Optional<String> user) throws EscException {
        AdminDesk.add(new SavedServers.Saved(name, desk.server().https(), List.of(), Trust.Revocation.OFF, key, user));
    }

    private Shell signIn(String name, String password) {
        Shell in = AdminDesk.signInDialog(name);
        Ui.type(in, "password", password);
        Ui.press(in, "Sign In");
        return in;
    }

    private static void untilRefused(Shell in, String why) {
        Ui.until("it is refused: " + why, () -> Ui.texts(in).contains("The server could not prove who it is") && Ui.texts(in).contains(why));
        assertEquals(List.of(), Access.dialogComplaints(in));
    }

    private static Shell look(Shell in) {
        Ui.press(in, LOOK);
        Shell look = AdminDesk.dialog("Certificates of a server");
        Ui.until("the certificates are shown", () -> Ui.texts(look).contains("SHA-256 fingerprint"));
        return look;
    }

    @Test
    void itsAuthorityIsTrustedOnlyAfterItWasSeenAndAgreedTo() throws Exception {
        unknown("unknown", Optional.of(desk.tms.adminFile()), Optional.empty());
        Shell in = signIn("unknown", desk.password());
        untilRefused(in, "which this computer does not trust");
        Ui.screenshot(in, "admin-refused-server");
        Shell look = look(in);
        assertTrue(Ui.texts(look).contains("is not trusted"), Ui.texts(look));
        Ui.screenshot(look, "admin-refused-server-look");
        Ui.press(look, "Trust This Authority…");
        Shell question = AdminDesk.dialog("Trust an authority");
        var authority = CertificateFacts.of(desk.tms.ca().certificate());
        assertTrue(Ui.texts(question).contains(authority.readable().substring(0, 47)), Ui.texts(question));
        assertEquals(Ui.button(question, "Cancel"), question.getDefaultButton(), "Enter trusts nothing");
        Ui.press(question, "Cancel");
        AdminDesk.untilClosed(question);
        Ui.press(look, "Close");
        AdminDesk.untilClosed(look);
        nothingIsTrusted();
        assertTrue(Ui.texts(in).contains("which this computer does not trust"), "it is still said: " + Ui.texts(in));
        Ui.press(in, "Sign In");
        untilRefused(in, "which this computer does not trust");

        Shell again = look(in);
        Ui.press(again, "Trust This Authority…");
        Ui.press(AdminDesk.dialog("Trust an authority"), "Trust It");
        Ui.until("it is trusted", () -> Ui.texts(again).contains("You now trust"));
        assertEquals(List.of(desk.tms.ca().certificate()), store.read().authorities().stream().map(TrustStore.Entry::certificate).toList());
        Ui.press(again, "Close");
        AdminDesk.untilClosed(again);
        Ui.settle();
        assertFalse(Ui.texts(in).contains("could not prove"), Ui.texts(in));
        assertEquals(List.of(), Ui.all(in, Button.class, b -> b.getText().contains("rtificates")), "there is nothing to look at any more");
        Ui.screenshot(in, "admin-refused-server-trusted");
        Ui.press(in, "Sign In");
        AdminDesk.untilClosed(in);
        assertEquals(Server.State.SIGNED_IN, AdminPlugin.servers().find("unknown").orElseThrow().state());
    }

    private void nothingIsTrusted() throws EscException {
        var now = store.read();
        assertEquals(List.of(), now.authorities());
        assertEquals(List.of(), now.exceptions());
    }

    @Test
    void anExceptionIsMadeForThisServerAlone() throws Exception {
        desk.user("olga", org.esc.tms.users.Role.OPERATOR);
        unknown("unknown", Optional.empty(), Optional.of("olga"));
        Shell in = signIn("unknown", AdminDesk.PASSWORD);
        untilRefused(in, "which this computer does not trust");
        Shell look = look(in);
        Ui.press(look, "Make an Exception…");
        Ui.press(AdminDesk.dialog("Make an exception"), "Make the Exception");
        Ui.until("it is made", () -> Ui.texts(look).contains("An exception was made for"));
        assertEquals(List.of(), store.read().authorities());
        var made = store.read().exceptions().getFirst();
        assertEquals(Set.of("untrusted"), made.overrides());
        assertEquals(desk.server().https().getPort(), made.port());
        assertTrue(made.until().isPresent(), "it ends by itself");
        Ui.press(look, "Close");
        AdminDesk.untilClosed(look);
        // the password has to be typed no second time
        Ui.press(in, "Sign In");
        AdminDesk.untilClosed(in);
        assertTrue(AdminPlugin.servers().find("unknown").orElseThrow().words().contains("TPS Operators"));
    }

    @Test
    void whereNothingIsAskedTheViewExplainsAndOffersTheSame() throws Exception {
        Path pem = folder.resolve("admin.pem");
        var p12 = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(desk.tms.adminFile())) {
            p12.load(in, desk.password().toCharArray());
        }
        String alias = p12.aliases().nextElement();
        Files.writeString(pem, text("PRIVATE KEY", p12.getKey(alias, desk.password().toCharArray()).getEncoded())
                + text("CERTIFICATE", p12.getCertificate(alias).getEncoded()));
        unknown("unknown", Optional.of(pem), Optional.empty());
        AdminDesk.select("unknown");
        Ui.click(AdminDesk.tool(ServersView.ID, "Signs in"));
        Server server = AdminPlugin.servers().find("unknown").orElseThrow();
        Ui.until("it is refused", () -> server.failure().isPresent());
        OverviewView view = AdminDesk.open(server, Kind.OVERVIEW, OverviewView.class);
        Ui.settle();
        assertTrue(Ui.texts(Ui.window()).contains("which this computer does not trust"), Ui.texts(Ui.window()));
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "admin-refused-server-view");
        Shell look = look(Ui.window());
        Ui.press(look, "Close");
        AdminDesk.untilClosed(look);
        nothingIsTrusted();
        Shell again = look(Ui.window());
        Ui.press(again, "Trust This Authority…");
        Ui.press(AdminDesk.dialog("Trust an authority"), "Trust It");
        Ui.until("it is trusted", () -> Ui.texts(again).contains("You now trust"));
        Ui.press(again, "Close");
        AdminDesk.untilClosed(again);
        Ui.settle();
        assertFalse(Ui.texts(Ui.window()).contains("which this computer does not trust"), Ui.texts(Ui.window()));
        Ui.press(Ui.window(), "Sign In…");
        Ui.until("somebody is signed in", () -> server.state() == Server.State.SIGNED_IN);
        Ui.until("all is counted", () -> !view.counting());

        // what is distrusted later is no way in any more, and no exception is offered
        store.remove(List.of(desk.tms.ca().certificate()), Optional.empty());
        store.distrust(List.of(desk.tms.ca().certificate()), "stolen");
        server.signOut();
        AdminDesk.select("unknown");
        Ui.click(AdminDesk.tool(ServersView.ID, "Signs in"));
        Ui.until("it is refused", () -> server.failure().isPresent());
        Ui.settle();
        Shell distrusted = look(Ui.window());
        assertTrue(Ui.texts(distrusted).contains("No exception can be made for this"), Ui.texts(distrusted));
        Ui.press(distrusted, "Close");
    }

    private static String text(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind + "-----\n";
    }

    @Test
    void anExpiredAndAWeakCertificateAreRefusedInTheirOwnWords() throws Exception {
        try (var expired = UntrustedServer.until(-2); var weak = UntrustedServer.weak()) {
            for (var s : List.of(expired, weak)) {
                String name = s == weak ? "weak" : "expired";
                Path ca = Files.write(folder.resolve(name + ".pem"), org.esc.tms.Tms.pem(s.ca()));
                // its authority is trusted, and it is refused all the same
                AdminDesk.add(new SavedServers.Saved(name, URI.create("https://" + s.address()), List.of(ca), Trust.Revocation.OFF, Optional.empty(),
                        Optional.of("olga")));
                Shell in = signIn(name, AdminDesk.PASSWORD);
                untilRefused(in, s == weak ? "1024" : "expired on");
                Ui.screenshot(in, "admin-refused-" + name);
                Shell look = look(in);
                assertTrue(Ui.texts(look).contains(s == weak ? "1024" : "expired on"), Ui.texts(look));
                assertEquals(s == expired, Ui.all(look, Button.class, Button::isVisible).stream().anyMatch(b -> b.getText().contains("Exception")), "an exception is offered only for what may be excepted");
                assertEquals(s == weak, Ui.texts(look).contains("No exception can be made for this"), Ui.texts(look));
                assertEquals(List.of(), Access.dialogComplaints(look));
                Ui.press(look, "Close");
                AdminDesk.untilClosed(look);
                Ui.press(in, "Sign In");
                untilRefused(in, s == weak ? "1024" : "expired on");
                Ui.press(in, "Cancel");
                AdminDesk.untilClosed(in);
            }
            nothingIsTrusted();
        }
    }
}

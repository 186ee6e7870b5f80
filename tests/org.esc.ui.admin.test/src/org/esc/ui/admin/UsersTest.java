// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;
import org.esc.tms.Tms;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.users.Role;
import org.esc.tps.admin.AdminUser;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of users and members of groups: given, used and taken away. */
class UsersTest {

    private static final Cancel CANCEL = new Cancel();

    @TempDir
    private Path folder;
    private AdminDesk desk;

    @BeforeEach
    void open() throws EscException {
        desk = AdminDesk.open(folder);
        desk.user("ute", Role.OPERATOR);
        desk.signIn();
    }

    @AfterEach
    void close() {
        desk.close();
    }

    /** A person's key with its certificate, in a file, and the certificate in another. */
    private Path key(String uid, Path pem) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        var issued = desk.tms.ca().issue(new CertificateRequest(keys.getPublic(), CertificateKind.USER_SIGNING, uid, uid, Optional.empty(), List.of(),
                Duration.ofDays(1))).certificate();
        Files.write(pem, Tms.pem(issued));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(uid, keys.getPrivate(), "sesame".toCharArray(), new X509Certificate[] {issued, desk.tms.ca().certificate()});
        Path file = folder.resolve(uid + ".p12");
        try (var out = Files.newOutputStream(file)) {
            store.store(out, "sesame".toCharArray());
        }
        return file;
    }

    @Test
    void aCertificateIsImportedSignedInWithAndTakenAway() throws Exception {
        Path pem = folder.resolve("ute.pem");
        Path key = key("ute", pem);
        UsersView users = AdminDesk.open(Kind.USERS, UsersView.class);
        Table table = users.table().table();
        Ui.type(Ui.window(), "search", "ute");
        Ui.until("she is found", () -> users.table().quiet() && table.getItemCount() == 1 && table.getItem(0).getText().equals("ute"));
        AdminDesk.select(table, 0);
        Ui.until("the user is read", () -> users.acts().orElseThrow().why().contains("Remove Certificate: The user has no certificate."));

        // without it she is nobody
        AdminDesk.add(desk.entry("utes", Optional.of(key), Optional.empty()));
        Shell in = AdminDesk.signInDialog("utes");
        Ui.type(in, "password", "wrong");
        Ui.press(in, "Sign In");
        Ui.until("the wrong password is told", () -> Ui.texts(in).contains("The password does not open the file"));
        Ui.type(in, "password", "sesame");
        Ui.press(in, "Sign In");
        Ui.until("she is refused", () -> Ui.texts(in).contains("You may not sign in.") && Ui.texts(in).contains("to add it to the user"));
        Ui.screenshot(in, "admin-sign-in-refused");
        Ui.press(in, "Cancel");
        AdminDesk.untilClosed(in);

        Ui.press(Ui.window(), "Import Certificate…");
        Shell add = AdminDesk.dialog("Import a certificate for ute");
        Ui.settle();
        assertEquals(List.of(), Access.dialogComplaints(add));
        Ui.type(add, "pem", "nonsense");
        Ui.until("it is complained of", () -> Ui.texts(add).contains("The text has no -----BEGIN CERTIFICATE----- line."));
        assertFalse(Ui.button(add, "Import").isEnabled());
        Ui.type(add, "pem", "");
        Ui.type(add, "file", Files.writeString(folder.resolve("torn.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").toString());
        Ui.press(add, "Import");
        Ui.until("the server does not take it", () -> Ui.button(add, "Import").isEnabled() && Ui.texts(add).contains("The server"));
        assertEquals(List.of(), users.admin().users().certs("ute", CANCEL));
        Ui.screenshot(add, "admin-import-certificate-refused");
        Ui.type(add, "file", pem.toString());
        Ui.press(add, "Import");
        AdminDesk.untilClosed(add);
        assertEquals(1, users.admin().users().certs("ute", CANCEL).size());
        AdminDesk.untilPressable("Remove Certificate…");

        // with it she is an operator
        Shell again = AdminDesk.signInDialog("utes");
        Ui.type(again, "password", "sesame");
        Ui.press(again, "Sign In");
        AdminDesk.untilClosed(again);
        Server hers = AdminPlugin.servers().find("utes").orElseThrow();
        assertTrue(hers.words().contains("TPS Operators"), hers.words());
        TokensView tokens = AdminDesk.open(hers, Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(tokens.table());

        Ui.page().activate(users);
        Ui.press(Ui.window(), "Remove Certificate…");
        Shell remove = AdminDesk.dialog("Remove a certificate of ute");
        Ui.settle();
        Combo which = Ui.combo(remove, "Certificate");
        assertEquals(1, which.getItemCount());
        assertTrue(which.getText().contains("ute"), which.getText());
        assertEquals(Ui.button(remove, "Cancel"), remove.getDefaultButton());
        assertEquals(List.of(), Access.dialogComplaints(remove));
        Ui.screenshot(remove, "admin-remove-certificate");
        Ui.press(remove, "Remove");
        AdminDesk.untilClosed(remove);
        assertEquals(List.of(), users.admin().users().certs("ute", CANCEL));
        Ui.until("it is told", () -> users.acts().orElseThrow().why().contains("Remove Certificate: The user has no certificate."));

        // and nobody again, at the latest when the server asks who it is
        desk.kill();
        desk.revive();
        Ui.page().activate(tokens);
        tokens.refresh();
        Ui.until("she is signed out", () -> hers.state() == Server.State.SIGNED_OUT);
        Ui.settle();
        assertTrue(Ui.texts(Ui.window()).contains("You are not signed in any more"), Ui.texts(Ui.window()));
    }

    @Test
    void membersComeIntoAGroupAndGo() throws EscException {
        GroupsView groups = AdminDesk.open(Kind.GROUPS, GroupsView.class);
        AdminDesk.quiet(groups.table());
        Table table = groups.table().table();
        AdminDesk.select(table, AdminDesk.find(table, "TPS Agents"));
        AdminDesk.untilPressable("Add Member…");
        var server = groups.admin().groups();
        List<String> before = server.members("TPS Agents", CANCEL);
        Ui.press(Ui.window(), "Add Member…");
        Shell add = AdminDesk.dialog("Add a member to TPS Agents");
        Ui.settle();
        assertEquals(List.of(), Access.dialogComplaints(add));
        Ui.type(add, "user", "nobody");
        Ui.press(add, "Add");
        Ui.until("there is no such user", () -> Ui.texts(add).contains("There is no such entry on the server"));
        assertEquals(before, server.members("TPS Agents", CANCEL));
        Ui.type(add, "user", "ute");
        Ui.press(add, "Add");
        AdminDesk.untilClosed(add);
        assertTrue(server.members("TPS Agents", CANCEL).contains("ute"));
        assertTrue(groups.admin().users().groups("ute", CANCEL).containsAll(List.of("TPS Agents", "TPS Operators")), "and stays in the other");
        assertEquals(Optional.of("ute"), groups.admin().users().list(org.esc.tps.admin.Query.ALL.filter("ute"), CANCEL).entries().stream().map(AdminUser::id)
                .findFirst());

        AdminDesk.untilPressable("Remove Member…");
        Ui.press(Ui.window(), "Remove Member…");
        Shell remove = AdminDesk.dialog("Remove a member of TPS Agents");
        Ui.settle();
        Combo who = Ui.combo(remove, "User");
        Ui.until("she can be chosen", () -> who.indexOf("ute") >= 0);
        who.select(who.indexOf("ute"));
        assertEquals(List.of(), Access.dialogComplaints(remove));
        Ui.screenshot(remove, "admin-remove-member");
        Ui.press(remove, "Remove");
        AdminDesk.untilClosed(remove);
        assertEquals(before, server.members("TPS Agents", CANCEL));
        assertEquals(List.of("TPS Operators"), groups.admin().users().groups("ute", CANCEL));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.tps.admin.AdminUser;
import org.esc.tps.admin.ConfigEntry;
import org.esc.command.Cancel;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles are changed, users get roles, audit and self-tests are looked after: by buttons and dialogs, at the embedded server. */
class EditingTest {

    private AdminDesk desk;

    @BeforeEach
    void open(@TempDir Path folder) throws EscException {
        desk = AdminDesk.open(folder);
        desk.tokens(12);
        desk.signIn();
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void aProfileIsDisabledChangedComparedAndEnabledAgain() throws EscException {
        EntriesView view = AdminDesk.open(Kind.PROFILES, EntriesView.class);
        AdminDesk.quiet(view.table());
        Table table = view.table().table();
        AdminDesk.select(table, AdminDesk.find(table, "userKeyTemporary"));
        Ui.until("its properties are shown", () -> view.editor().table().getItemCount() > 0 && view.editor().state().contains("only while it is disabled"));
        assertFalse(Ui.button(Ui.window(), "Edit…").isEnabled(), "it is enabled");
        AdminDesk.untilPressable("Disable…");
        Ui.press(Ui.window(), "Disable…");
        Shell disable = AdminDesk.dialog("Disable");
        Ui.settle();
        assertTrue(Ui.texts(disable).contains("no token of this profile can be"), Ui.texts(disable));
        assertEquals(List.of(), Access.dialogComplaints(disable));
        Ui.press(disable, "Disable");
        AdminDesk.untilClosed(disable);
        AdminDesk.untilPressable("Enable");

        Table properties = view.editor().table();
        Ui.until("it can be changed", () -> properties.getItemCount() > 0 && view.editor().state().isEmpty());
        String name = properties.getItem(0).getText(0);
        String before = properties.getItem(0).getText(1);
        int row = 0;
        for (int i = 0; i < properties.getItemCount(); i++) {
            // one whose value is free text
            if (properties.getItem(i).getText(0).endsWith(".description") || properties.getItem(i).getText(0).endsWith("maxLen")) {
                row = i;
                name = properties.getItem(i).getText(0);
                before = properties.getItem(i).getText(1);
            }
        }
        String after = name.endsWith("maxLen") ? "9" : before + " (changed)";
        AdminDesk.select(properties, row);
        Ui.press(Ui.window(), "Edit…");
        Shell edit = AdminDesk.dialog("Edit a property");
        Ui.settle();
        Ui.type(edit, "value", after);
        assertEquals(List.of(), Access.dialogComplaints(edit));
        Ui.press(edit, "OK");
        AdminDesk.untilClosed(edit);
        Ui.settle();
        int changed = AdminDesk.find(properties, name);
        assertEquals(after, properties.getItem(changed).getText(1));
        assertEquals(before, properties.getItem(changed).getText(2), "what is saved is shown beside it");
        assertTrue(view.isDirty());
        assertFalse(Ui.button(Ui.window(), "Enable").isEnabled(), "first saved, then enabled");
        Ui.screenshot(Ui.window(), "admin-profile-changed");

        // looking at another one loses nothing
        AdminDesk.select(table, AdminDesk.find(table, "userKey"));
        Ui.settle();
        AdminDesk.select(table, AdminDesk.find(table, "userKeyTemporary"));
        String changedName = name;
        Ui.until("the change is still there", () -> view.editor().state().contains("1 change not saved"));
        AdminDesk.untilPressable("Save");
        Ui.press(Ui.window(), "Save");
        Ui.until("it is saved", () -> !view.isDirty());
        assertEquals(after, view.admin().entries(ConfigEntry.Kind.PROFILE).get("userKeyTemporary", new Cancel()).properties().get(changedName));
        AdminDesk.untilPressable("Enable");
        Ui.press(Ui.window(), "Enable");
        Ui.until("it is enabled", () -> view.table().quiet() && AdminDesk.row(table, AdminDesk.find(table, "userKeyTemporary")).endsWith("Enabled"));
    }

    @Test
    void anOperatorIsMadeSignsInAndIsToldWhatTheyMayNot() throws EscException {
        UsersView users = AdminDesk.open(Kind.USERS, UsersView.class);
        AdminDesk.quiet(users.table());
        Ui.press(Ui.window(), "Add User…");
        Shell add = AdminDesk.dialog("Add a user");
        Ui.type(add, "id", "olga");
        Ui.type(add, "name", "Olga Operator");
        Ui.type(add, "password", "Secret.123");
        Ui.all(add, Button.class).stream().filter(b -> "group:TPS Operators".equals(b.getData("org.esc.ui.field"))).findFirst().orElseThrow().setSelection(true);
        Ui.screenshot(add, "admin-add-user");
        Ui.press(add, "Add");
        AdminDesk.untilClosed(add);
        AdminUser olga = users.admin().users().get("olga", new Cancel());
        assertEquals("Olga Operator", olga.fullName());
        assertEquals(List.of("TPS Operators"), users.admin().users().groups("olga", new Cancel()));

        // she signs in, with a password, at a second entry for the same server
        AdminDesk.add(desk.entry("olgas", Optional.empty(), Optional.of("olga")));
        Shell in = AdminDesk.signInDialog("olgas");
        Ui.type(in, "password", "wrong");
        Ui.press(in, "Sign In");
        Ui.until("the wrong password is refused", () -> Ui.texts(in).contains("does not accept"));
        Ui.type(in, "password", "Secret.123");
        Ui.press(in, "Sign In");
        AdminDesk.untilClosed(in);
        Server hers = AdminPlugin.servers().find("olgas").orElseThrow();
        assertTrue(hers.words().contains("TPS Operators"), hers.words());
        TokensView tokens = AdminDesk.open(hers, Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(tokens.table());
        assertTrue(tokens.table().table().getItemCount() > 0, tokens.table().status());
        AdminDesk.select(tokens.table().table(), 0);
        Ui.settle();
        assertFalse(Ui.button(Ui.window(), "Change State…").isEnabled());
        String why = tokens.acts().orElseThrow().why();
        assertTrue(why.contains("TPS Agents") && why.contains("You have TPS Operators"), why);
        Ui.screenshot(Ui.window(), "admin-operator");
        AdminPlugin.open(Ui.page(), hers, Kind.USERS, Filter.ALL);
        Ui.settle();
        assertTrue(Ui.texts(Ui.window()).contains("You may not manage users and groups"), Ui.texts(Ui.window()));
    }

    @Test
    void tokensOfOtherProfilesAreShownAsRestricted() throws EscException {
        TokensView all = AdminDesk.open(Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(all.table());
        var admin = all.admin();
        try (var password = org.esc.apdu.Secret.of("Secret.123")) {
            admin.users().add(new AdminUser("ria", "Ria", java.util.Optional.empty(), java.util.Optional.empty(), java.util.Optional.empty(), java.util.Optional.empty(),
                    java.util.Set.of("soKey")), java.util.Optional.of(password), new Cancel());
        }
        admin.users().join("ria", "TPS Agents", new Cancel());
        TokensView tokens = AdminDesk.open(desk.signIn("rias", "ria"), Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(tokens.table());
        assertEquals("Restricted", tokens.table().table().getItem(0).getText(0));
        AdminDesk.select(tokens.table().table(), 0);
        Ui.settle();
        assertTrue(tokens.acts().orElseThrow().why().contains("not among yours"), tokens.acts().orElseThrow().why());
        Ui.screenshot(Ui.window(), "admin-restricted");
    }

    @Test
    void auditEventsAreSwitchedAndSelfTestsRun() throws EscException {
        AuditView audit = AdminDesk.open(Kind.AUDIT, AuditView.class);
        Ui.until("events are shown", () -> audit.events().getItemCount() > 0);
        Table events = audit.events();
        int free = -1;
        int fixed = -1;
        for (int i = 0; i < events.getItemCount(); i++) {
            if (events.getItem(i).getText(1).equals("Always")) {
                fixed = i;
            } else if (free < 0) {
                free = i;
            }
        }
        tick(events, fixed, false);
        assertTrue(events.getItem(fixed).getChecked(), "what is mandatory stays");
        boolean was = events.getItem(free).getChecked();
        String name = events.getItem(free).getText(0);
        tick(events, free, !was);
        Ui.press(Ui.window(), "Save");
        Ui.until("the server has it", () -> !Ui.button(Ui.window(), "Save").isEnabled());
        assertEquals(!was, audit.admin().audit(new Cancel()).events().get(name) != org.esc.tps.admin.AuditConfig.State.DISABLED);

        SelfTestsView tests = AdminDesk.open(Kind.SELF_TESTS, SelfTestsView.class);
        AdminDesk.quiet(tests.table());
        Ui.press(Ui.window(), "Run All");
        Table table = tests.table().table();
        Ui.until("results are shown", () -> tests.table().quiet() && Arrays.stream(table.getItems()).anyMatch(i -> i.getText(1).equals("Passed")));
        AdminDesk.select(table, 0);
        Ui.screenshot(Ui.window(), "admin-self-tests-run");
    }

    private static void tick(Table table, int row, boolean on) {
        table.getItem(row).setChecked(on);
        var e = new Event();
        e.item = table.getItem(row);
        e.detail = SWT.CHECK;
        table.notifyListeners(SWT.Selection, e);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;
import org.esc.tms.users.Role;
import org.esc.tps.admin.ConfigEntry;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one role asks for and another one grants: an administrator submits a profile, an agent rejects and approves it. */
class ApprovalTest {

    private static final String PROFILE = "userKeyTemporary";

    private AdminDesk desk;
    private EntriesView administrators;
    private EntriesView agents;

    @BeforeEach
    void open(@TempDir Path folder) throws EscException {
        desk = AdminDesk.open(folder);
        desk.user("boss", Role.ADMINISTRATOR);
        desk.user("agent", Role.AGENT);
        desk.user("looker", Role.OPERATOR);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private static void show(EntriesView view) {
        Ui.page().activate(view);
        view.refresh();
        AdminDesk.quiet(view.table());
        Table table = view.table().table();
        AdminDesk.select(table, AdminDesk.find(table, PROFILE));
        Ui.until("its properties are shown", () -> view.editor().table().getItemCount() > 0 && !view.editor().state().equals("Reading…"));
    }

    private ConfigEntry.Status status() throws EscException {
        return administrators.admin().entries(ConfigEntry.Kind.PROFILE).get(PROFILE, new Cancel()).status();
    }

    private static List<String> offered() {
        return List.of("Enable", "Submit…", "Disable…", "Approve…", "Reject…", "Take Back").stream().filter(l -> Ui.all(Ui.window(), Button.class)
                .stream().anyMatch(b -> b.isVisible() && b.isEnabled() && b.getText().replace("&", "").equals(l))).toList();
    }

    @Test
    void anAdministratorSubmitsAndAnAgentDecides() throws EscException {
        administrators = AdminDesk.open(desk.signIn("bosses", "boss"), Kind.PROFILES, EntriesView.class);
        agents = AdminDesk.open(desk.signIn("agents", "agent"), Kind.PROFILES, EntriesView.class);
        show(administrators);
        AdminDesk.answer("Disable…", "Disable: " + PROFILE, "Disable");
        AdminDesk.untilPressable("Submit…");
        String why = administrators.acts().orElseThrow().why();
        assertTrue(why.contains("Enable: You may not approve profiles: this needs the role TPS Agents. You have Administrators."), why);
        assertEquals(List.of("Submit…"), offered());
        Ui.screenshot(Ui.window(), "admin-profile-may-submit");

        // not this time
        AdminDesk.answer("Submit…", "Submit for approval: " + PROFILE, "Cancel");
        assertEquals(ConfigEntry.Status.DISABLED, status());
        Ui.press(Ui.window(), "Submit…");
        Shell submit = AdminDesk.dialog("Submit for approval: " + PROFILE);
        Ui.settle();
        assertTrue(Ui.texts(submit).contains("It waits until an agent approves or rejects it"), Ui.texts(submit));
        assertEquals(List.of(), Access.dialogComplaints(submit));
        Ui.screenshot(submit, "admin-submit");
        Ui.press(submit, "Submit for approval");
        AdminDesk.untilClosed(submit);
        assertEquals(ConfigEntry.Status.PENDING_APPROVAL, status());

        // who submitted it may take it back, and is told who decides
        AdminDesk.untilPressable("Take Back");
        assertEquals(List.of("Take Back"), offered());
        why = administrators.acts().orElseThrow().why();
        assertTrue(why.contains("Approve, Reject: You may not approve profiles: this needs the role TPS Agents."), why);
        Ui.until("it is said of the properties, too", () -> administrators.editor().state().contains("waits for approval"));
        Ui.screenshot(Ui.window(), "admin-profile-waits");
        Ui.press(Ui.window(), "Take Back");
        AdminDesk.untilPressable("Submit…");
        assertEquals(ConfigEntry.Status.DISABLED, status());
        AdminDesk.answer("Submit…", "Submit for approval: " + PROFILE, "Submit for approval");
        AdminDesk.untilPressable("Take Back");

        // the agent sends it back
        show(agents);
        AdminDesk.untilPressable("Reject…");
        assertEquals(List.of("Approve…", "Reject…"), offered());
        assertTrue(agents.acts().orElseThrow().why().contains("Delete: You may not change profiles: this needs the role Administrators."),
                agents.acts().orElseThrow().why());
        Ui.screenshot(Ui.window(), "admin-profile-may-approve");
        AdminDesk.answer("Reject…", "Reject: " + PROFILE, "Reject");
        Ui.until("it is disabled", () -> row(agents).endsWith("Disabled"));
        assertEquals(ConfigEntry.Status.DISABLED, status());

        // it is submitted once more, and approved
        show(administrators);
        AdminDesk.answer("Submit…", "Submit for approval: " + PROFILE, "Submit for approval");
        AdminDesk.untilPressable("Take Back");
        show(agents);
        AdminDesk.answer("Approve…", "Approve: " + PROFILE, "Approve");
        Ui.until("it is used", () -> row(agents).endsWith("Enabled"));
        assertEquals(ConfigEntry.Status.ENABLED, status());
    }

    private static String row(EntriesView view) {
        AdminDesk.quiet(view.table());
        Table table = view.table().table();
        return AdminDesk.row(table, AdminDesk.find(table, PROFILE));
    }

    @Test
    void whoMayNotIsToldWhichRoleMay() throws EscException {
        Server agent = desk.signIn("agents", "agent");
        Server looker = desk.signIn("lookers", "looker");
        AdminDesk.open(agent, Kind.CONNECTORS, EntriesView.class);
        Ui.settle();
        assertTrue(Ui.texts(Ui.window()).contains("You may not look at and change the configuration: this needs the role Administrators. You have TPS Agents."),
                Ui.texts(Ui.window()));
        AdminDesk.open(looker, Kind.PROFILES, EntriesView.class);
        Ui.settle();
        String words = Ui.texts(Ui.window());
        assertTrue(words.contains("You may not look at profiles: this needs the role ") && words.contains("You have TPS Operators."), words);
        Ui.screenshot(Ui.window(), "admin-profiles-not-for-operators");
        AuditView audit = AdminDesk.open(agent, Kind.AUDIT, AuditView.class);
        Ui.until("events are shown", () -> audit.events().getItemCount() > 0);
        assertFalse(Ui.button(Ui.window(), "Switch Off…").isEnabled());
        assertTrue(Ui.texts(Ui.window()).contains("You may not change the audit settings: this needs the role Administrators."), Ui.texts(Ui.window()));
        assertTrue(Arrays.stream(audit.events().getItems()).anyMatch(i -> i.getText(1).equals("Always")));
    }
}

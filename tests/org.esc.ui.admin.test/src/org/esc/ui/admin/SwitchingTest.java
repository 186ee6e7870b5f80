// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;
import org.esc.tps.admin.ConfigEntry;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is switched off and on again, and the settings of the whole server: asked before, shown after, and so at the server. */
class SwitchingTest {

    private static final Cancel CANCEL = new Cancel();

    private AdminDesk desk;

    @BeforeEach
    void open(@TempDir Path folder) throws EscException {
        desk = AdminDesk.open(folder);
        desk.signIn();
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void theAuditLogIsSwitchedOffOnlyByWhoMeansItAndOnAgain() throws EscException {
        AuditView audit = AdminDesk.open(Kind.AUDIT, AuditView.class);
        Ui.until("events are shown", () -> audit.events().getItemCount() > 0);
        Ui.press(Ui.window(), "Switch Off…");
        Shell off = AdminDesk.dialog("Switch the audit log off");
        Ui.settle();
        assertTrue(Ui.texts(off).contains("can never be shown from the log"), Ui.texts(off));
        assertEquals(Ui.button(off, "Cancel"), off.getDefaultButton(), "Enter switches nothing off");
        assertEquals(List.of(), Access.dialogComplaints(off));
        Ui.screenshot(off, "admin-audit-off");
        Ui.press(off, "Cancel");
        AdminDesk.untilClosed(off);
        assertTrue(audit.admin().audit(CANCEL).enabled());
        AdminDesk.answer("Switch Off…", "Switch the audit log off", "Switch Off");
        AdminDesk.untilPressable("Switch On");
        assertTrue(Ui.texts(Ui.window()).contains("The audit log is off"), Ui.texts(Ui.window()));
        assertFalse(audit.admin().audit(CANCEL).enabled());
        Ui.press(Ui.window(), "Switch On");
        AdminDesk.untilPressable("Switch Off…");
        assertTrue(Ui.texts(Ui.window()).contains("The audit log is on"), Ui.texts(Ui.window()));
        assertTrue(audit.admin().audit(CANCEL).enabled());
    }

    @Test
    void entriesOfEveryKindAreDisabledAndEnabledAgain() throws EscException {
        for (var k : Map.of(Kind.PROFILES, ConfigEntry.Kind.PROFILE, Kind.CONNECTORS, ConfigEntry.Kind.CONNECTOR, Kind.MAPPINGS, ConfigEntry.Kind.MAPPING,
                Kind.AUTHENTICATORS, ConfigEntry.Kind.AUTHENTICATOR).entrySet()) {
            EntriesView view = AdminDesk.open(k.getKey(), EntriesView.class);
            AdminDesk.quiet(view.table());
            Table table = view.table().table();
            int row = Arrays.stream(table.getItems()).map(i -> i.getText(1)).toList().indexOf("Enabled");
            assertTrue(row >= 0, () -> k.getKey() + ": one is enabled");
            String id = table.getItem(row).getText(0);
            var entries = view.admin().entries(k.getValue());
            AdminDesk.select(table, row);
            AdminDesk.answer("Disable…", "Disable: " + id, "Cancel");
            assertEquals(ConfigEntry.Status.ENABLED, entries.get(id, CANCEL).status(), id);
            Ui.press(Ui.window(), "Disable…");
            Shell disable = AdminDesk.dialog("Disable: " + id);
            Ui.settle();
            assertTrue(Ui.texts(disable).contains("Until it is enabled again"), Ui.texts(disable));
            Ui.screenshot(disable, "admin-disable-" + k.getKey().word());
            Ui.press(disable, "Disable");
            AdminDesk.untilClosed(disable);
            AdminDesk.untilPressable("Enable");
            assertEquals(ConfigEntry.Status.DISABLED, entries.get(id, CANCEL).status(), id);
            assertTrue(AdminDesk.row(table, AdminDesk.find(table, id)).endsWith("Disabled"));
            Ui.press(Ui.window(), "Enable");
            AdminDesk.untilPressable("Disable…");
            assertEquals(ConfigEntry.Status.ENABLED, entries.get(id, CANCEL).status(), id);
        }
    }

    @Test
    void theSettingsOfTheServerAreChangedAndSaved() throws EscException {
        ConfigurationView view = AdminDesk.open(Kind.CONFIGURATION, ConfigurationView.class);
        Ui.until("settings are shown", () -> view.editor().table().getItemCount() > 0);
        Table table = view.editor().table();
        var before = view.admin().config(CANCEL);
        String name = before.keySet().stream().filter(n -> n.startsWith("tps.") && before.get(n).matches("true|false")).findFirst()
                .orElseThrow(() -> new AssertionError("a setting that is on or off: " + before));
        String was = before.get(name);
        String other = String.valueOf(!Boolean.parseBoolean(was));
        int row = AdminDesk.find(table, name);
        AdminDesk.select(table, row);
        Ui.press(Ui.window(), "Edit…");
        Shell edit = AdminDesk.dialog("Edit a property");
        Ui.settle();
        assertTrue(Ui.texts(edit).contains(name), Ui.texts(edit));
        Ui.combo(edit, "Value").setText(other);
        assertEquals(List.of(), Access.dialogComplaints(edit));
        Ui.screenshot(edit, "admin-edit-setting");
        Ui.press(edit, "OK");
        AdminDesk.untilClosed(edit);
        assertTrue(view.isDirty());
        assertEquals(before, view.admin().config(CANCEL), "nothing has gone to the server yet");
        Ui.press(Ui.window(), "Reset");
        assertFalse(view.isDirty());
        assertEquals(was, table.getItem(AdminDesk.find(table, name)).getText(1));

        AdminDesk.select(table, AdminDesk.find(table, name));
        Ui.press(Ui.window(), "Edit…");
        Shell again = AdminDesk.dialog("Edit a property");
        Ui.combo(again, "Value").setText(other);
        Ui.press(again, "OK");
        AdminDesk.untilClosed(again);
        Ui.press(Ui.window(), "Save");
        Ui.until("it is saved", () -> !view.isDirty());
        var after = new java.util.TreeMap<>(before);
        after.put(name, other);
        assertEquals(after, view.admin().config(CANCEL), "this one, and no other");
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.IViewReference;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.WorkbenchException;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.db.Operation;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tps.admin.AdminUser;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.client.Trust;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;

/** The embedded system, served on loopback, and the Administration perspective before it, as a person would use it. */
final class AdminDesk implements AutoCloseable {

    /** Name under which the server is saved. */
    static final String NAME = "office";

    /** The password of {@link #user}. */
    static final String PASSWORD = "Secret.123";

    final Path folder;
    final String name;
    final Tms tms;
    final SavedServers saved;
    private TmsServer server;

    private AdminDesk(Path folder, String name, Tms tms, TmsServer server, SavedServers saved) {
        this.folder = folder;
        this.name = name;
        this.tms = tms;
        this.server = server;
        this.saved = saved;
    }

    /** A new system with some tokens, saved as a server, in the perspective. */
    static AdminDesk open(Path folder) throws EscException {
        var saved = new SavedServers(folder.resolve("servers.properties"));
        var desk = start(folder, NAME, saved);
        saved.save(desk.entry(NAME));
        AdminPlugin.use(new Servers(Ui.display(), saved));
        try {
            PlatformUI.getWorkbench().showPerspective(AdminPerspective.ID, PlatformUI.getWorkbench().getActiveWorkbenchWindow());
        } catch (WorkbenchException e) {
            throw new AssertionError(e);
        }
        closeViews();
        Ui.freshView(ServersView.ID, ServersView.class);
        return desk;
    }

    private static AdminDesk start(Path folder, String name, SavedServers saved) throws EscException {
        Tms tms = Tms.open(folder.resolve("tms"), TmsOptions.standard());
        return new AdminDesk(folder, name, tms, TmsServer.start(tms, TmsServer.Options.anywhere()), saved);
    }

    /** Another system, in the list beside this one. Its owner ends it before this one. */
    AdminDesk beside(Path folder, String name) throws EscException {
        var other = start(folder, name, saved);
        add(other.entry(name));
        return other;
    }

    /** Puts a server into the list. */
    static void add(SavedServers.Saved entry) throws EscException {
        AdminPlugin.servers().put(ServerEntry.of(entry), Optional.empty());
    }

    SavedServers.Saved entry(String name) {
        return entry(name, Optional.of(tms.adminFile()), Optional.empty());
    }

    /** This server, with somebody's key or name. */
    SavedServers.Saved entry(String name, Optional<Path> key, Optional<String> user) {
        return new SavedServers.Saved(name, server.https(), List.of(tms.caFile()), Trust.Revocation.OFF, key, user);
    }

    /** Adds somebody who has these roles. */
    void user(String uid, Role... roles) throws EscException {
        try (var password = Secret.of(PASSWORD)) {
            tms.users().add(new User(uid, uid, Optional.empty(), Set.of(roles), false, false), password);
        }
        tms.administrators().save(uid, Set.of(AdminUser.ALL_PROFILES), Optional.empty());
    }

    /** Somebody signs in with the password of {@link #user}, at an entry of their own for this server. */
    Server signIn(String entry, String uid) throws EscException {
        add(entry(entry, Optional.empty(), Optional.of(uid)));
        Shell in = signInDialog(entry);
        Ui.type(in, "password", PASSWORD);
        Ui.press(in, "Sign In");
        untilClosed(in);
        Server theirs = AdminPlugin.servers().find(entry).orElseThrow();
        assertEquals(Server.State.SIGNED_IN, theirs.state(), theirs.words());
        return theirs;
    }

    /** The dialog to sign in with, by the button of the Servers view. */
    static Shell signInDialog(String entry) {
        select(entry);
        Ui.click(tool(ServersView.ID, "Signs in"));
        return dialog("Sign in to " + entry);
    }

    /** The first administrator's password. */
    String password() {
        try {
            return java.nio.file.Files.readString(folder.resolve("tms/admin.pass")).strip();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    TmsServer server() {
        return server;
    }

    /** The server dies. */
    void kill() {
        server.close();
    }

    /** It lives again, at the same port. */
    void revive() throws EscException {
        int port = server.https().getPort();
        int plain = server.http().getPort();
        server = TmsServer.start(tms, new TmsServer.Options(java.net.InetAddress.getLoopbackAddress(), plain, port, List.of(), Optional.empty()));
    }

    static Cuid cuid(int n) {
        return Cuid.of(String.format("40906145%012X", n));
    }

    /** Puts tokens on record: of ten, six are active, the others of other states. */
    void tokens(int n) throws EscException {
        tokens(0, n);
    }

    /** The same, numbered from there. */
    void tokens(int first, int n) throws EscException {
        for (int i = first; i < first + n; i++) {
            Cuid c = cuid(i);
            String user = "user" + i;
            tms.tokens().formatted(c, "userKey", "1.4.58768072", "0101");
            tms.activities().append(Operation.FORMAT, true, Optional.of(c), user, "127.0.0.1", "Formatted as userKey.");
            if (i % 10 < 8) {
                tms.tokens().enrolled(c, user, "userKey", "1.4.58768072", "0101", List.of(new TokenCertificate(c, BigInteger.valueOf(1000 + i), "CN=" + user + ",O=Test",
                        user, "signing", "userKey", c, Optional.empty(), Instant.now())));
                tms.activities().append(Operation.ENROLLMENT, true, Optional.of(c), user, "127.0.0.1", "Enrolled.");
            }
            if (i % 10 == 6) {
                tms.tokens().changeState(c, TokenState.SUSPENDED);
            } else if (i % 10 == 7) {
                tms.tokens().changeState(c, TokenState.PERM_LOST);
            } else if (i % 10 == 9) {
                tms.activities().append(Operation.ENROLLMENT, false, Optional.of(c), user, "127.0.0.1", "The card was removed after " + (100 + i) + " commands.");
            }
        }
    }

    /** Signs in as a person does: by the button of the Servers view and the dialog. */
    void signIn() {
        Shell dialog = signInDialog(name);
        Ui.type(dialog, "password", password());
        Ui.press(dialog, "Sign In");
        Ui.until("somebody is signed in", () -> AdminPlugin.servers().find(name).orElseThrow().state() == Server.State.SIGNED_IN);
    }

    /** Selects a line of the servers' tree. */
    static TreeItem select(String... path) {
        Tree tree = ((ServersView) Ui.page().findView(ServersView.ID)).tree().getTree();
        TreeItem found = null;
        TreeItem[] items = tree.getItems();
        for (String step : path) {
            String all = Arrays.stream(items).map(TreeItem::getText).toList().toString();
            found = Arrays.stream(items).filter(i -> i.getText().equals(step)).findFirst().orElseThrow(() -> new AssertionError("no line " + step + " among " + all));
            items = found.getItems();
        }
        tree.setSelection(found);
        var e = new Event();
        e.item = found;
        tree.notifyListeners(SWT.Selection, e);
        return found;
    }

    /** Opens something of the server, as a double click does. */
    static <T extends AdminView> T open(Kind kind, Class<T> type) {
        TreeItem item = select(NAME, kind.label());
        var e = new Event();
        e.item = item;
        item.getParent().notifyListeners(SWT.DefaultSelection, e);
        Ui.until(kind + " is shown", () -> find(kind).isPresent());
        return type.cast(find(kind).orElseThrow());
    }

    /** Opens something of one of several servers. */
    static <T extends AdminView> T open(Server server, Kind kind, Class<T> type) {
        AdminPlugin.open(Ui.page(), server, kind, Filter.ALL);
        return type.cast(Ui.page().findViewReference(kind.view(), server.entry().id()).getView(true));
    }

    static Optional<AdminView> find(Kind kind) {
        return Arrays.stream(Ui.page().getViewReferences()).filter(r -> r.getId().equals(kind.view()) && r.getSecondaryId() != null)
                .map(r -> r.getView(false)).filter(AdminView.class::isInstance).map(AdminView.class::cast).findFirst();
    }

    /** The line of a table that begins so. */
    static int find(Table table, String first) {
        for (int i = 0; i < table.getItemCount(); i++) {
            if (table.getItem(i).getText(0).equals(first)) {
                return i;
            }
        }
        throw new AssertionError("no line " + first + " among " + Arrays.stream(table.getItems()).map(TableItem::getText).toList());
    }

    static void untilPressable(String label) {
        Ui.until(label + " can be pressed", () -> Ui.all(Ui.window(), Button.class).stream().anyMatch(b -> b.isVisible() && b.isEnabled()
                && b.getText().replace("&", "").equals(label)));
    }

    /** Presses a button of the window as soon as it can be, and answers the dialog it opens by one of its buttons. */
    static void answer(String button, String title, String by) {
        untilPressable(button);
        Ui.press(Ui.window(), button);
        Shell dialog = dialog(title);
        Ui.settle();
        assertEquals(List.of(), Access.dialogComplaints(dialog), title);
        Ui.press(dialog, by);
        untilClosed(dialog);
    }

    /** A window whose title begins so. */
    static Shell dialog(String title) {
        Ui.until("there is a window " + title, () -> Ui.shells().stream().anyMatch(s -> s.getText().startsWith(title)));
        return Ui.shells().stream().filter(s -> s.getText().startsWith(title)).findFirst().orElseThrow();
    }

    static void untilClosed(Shell dialog) {
        Ui.until("the window is closed: " + (dialog.isDisposed() ? "" : dialog.getText()), dialog::isDisposed);
    }

    /** The button in a view's toolbar whose tip begins so. */
    static org.eclipse.swt.widgets.ToolItem tool(String view, String tip) {
        var site = Ui.page().findView(view);
        return Ui.all(Ui.window(), org.eclipse.swt.widgets.ToolBar.class).stream().flatMap(b -> Arrays.stream(b.getItems()))
                .filter(i -> String.valueOf(i.getToolTipText()).startsWith(tip)).findFirst().orElseThrow(() -> new AssertionError("no tool " + tip + " in " + site));
    }

    static void quiet(PagedTable<?> table) {
        Ui.until("the table is read", () -> table.isDisposed() || table.quiet());
    }

    /** Selects rows as a click does. */
    static void select(Table table, int... rows) {
        table.setSelection(rows);
        table.notifyListeners(SWT.Selection, new Event());
    }

    static String row(Table table, int row) {
        var cells = new java.util.StringJoiner("|");
        for (int i = 0; i < table.getColumnCount(); i++) {
            cells.add(table.getItem(row).getText(i));
        }
        return cells.toString();
    }

    static void closeViews() {
        for (IViewReference r : Ui.page().getViewReferences()) {
            if (r.getId().startsWith("org.esc.ui.admin.") && !r.getId().equals(ServersView.ID)) {
                // a test that failed half-way must not be asked whether to save
                switch (r.getView(false)) {
                    case EntriesView v when v.isDirty() -> v.editor().drafts().clear();
                    case ConfigurationView v when v.isDirty() -> v.editor().drafts().clear();
                    case null, default -> {
                        // nothing to save
                    }
                }
                Ui.page().hideView(r);
            }
        }
    }

    @Override
    public void close() {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        closeViews();
        AdminPlugin.servers().all().forEach(Server::signOut);
        Ui.settle();
        end();
    }

    /** Ends the system; the workbench is left as it is. */
    void end() {
        server.close();
        tms.close();
    }
}

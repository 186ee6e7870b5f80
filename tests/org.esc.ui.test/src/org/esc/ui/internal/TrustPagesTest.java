// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.eclipse.jface.preference.PreferenceDialog;
import org.eclipse.jface.preference.PreferencePage;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.dialogs.PreferencesUtil;
import org.esc.command.UserDirs;
import org.esc.tps.client.RefusedServer;
import org.esc.tps.client.Tls;
import org.esc.tps.client.TlsIdentity;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.trust.TrustStore;
import org.esc.ui.DesktopSettings;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.esc.ui.testing.UntrustedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The preference pages and the look at a server's certificates, with the real verbs, files and a server on loopback. */
class TrustPagesTest {

    private static final Path MANAGED = Path.of(System.getenv("ESC_MANAGED_SETTINGS"));

    private final TrustStore store = new TrustStore();
    private X509Certificate ca;
    private UntrustedServer server;

    @BeforeEach
    void start() throws Exception {
        clean();
        Files.createDirectories(MANAGED.getParent());
    }

    @AfterEach
    void clean() throws Exception {
        for (Shell s : Ui.shells()) {
            if (s != Ui.window()) {
                s.dispose();
            }
        }
        if (server != null) {
            server.close();
        }
        Files.deleteIfExists(MANAGED);
        Files.deleteIfExists(UserDirs.config().resolve("client.properties"));
        for (String f : List.of("authorities.pem", "exceptions.pem", "distrusted.pem")) {
            Files.deleteIfExists(store.folder().resolve(f));
        }
        DesktopSettings.changed();
        Ui.settle();
    }

    /** A server whose certificate ends, or has ended, so many days from now. */
    private String serve(int days) throws Exception {
        server = UntrustedServer.until(days);
        ca = server.ca();
        return server.address();
    }

    private static PreferenceDialog preferences(String page) {
        var dialog = PreferencesUtil.createPreferenceDialogOn(Ui.window(), page, null, null);
        dialog.setBlockOnOpen(false);
        dialog.open();
        Ui.settle();
        assertEquals(List.of(), Access.complaints((Composite) ((PreferencePage) dialog.getSelectedPage()).getControl()));
        return dialog;
    }

    private static Shell dialog(String title) {
        Ui.until(title + " is open", () -> Ui.shells().stream().anyMatch(s -> s.getText().startsWith(title)));
        return Ui.shells().stream().filter(s -> s.getText().startsWith(title)).findFirst().orElseThrow();
    }

    private static Text box(Composite in, String key) {
        return Ui.all(in, Text.class, t -> key.equals(t.getData("org.esc.ui.field"))).getFirst();
    }

    private static Button check(Composite in, String label) {
        return Ui.all(in, Button.class, b -> b.getText().replace("&", "").equals(label)).getFirst();
    }

    private static List<String> rows(Composite in) {
        return Ui.all(in, Table.class, t -> Access.name(t).equals("Authorities and exceptions")).stream().flatMap(t -> List.of(t.getItems()).stream())
                .map(TableItem::getText).toList();
    }

    @Test
    void settingsAreSavedAndThoseThatAreFixedSayWhy() throws Exception {
        Files.writeString(MANAGED, "locked.hide-format = true\nphone-home = https://everybody.example.com/tps/phoneHome\nnonsense\n");
        PreferenceDialog dialog = preferences("org.esc.ui.preferences");
        Shell shell = dialog.getShell();
        Button hide = check(shell, "Hide formatting of tokens");
        assertTrue(hide.getSelection());
        assertFalse(hide.isEnabled());
        assertTrue(Ui.texts(shell).contains("Your administrator has fixed this setting"), Ui.texts(shell));
        assertTrue(((PreferencePage) dialog.getSelectedPage()).getMessage().contains("line 3"), "what is wrong with the administrator's file");
        assertEquals("https://everybody.example.com/tps/phoneHome", box(shell, "phone-home").getText());
        box(shell, "tps").setText("nonsense");
        Ui.until("it is refused", () -> !((PreferencePage) dialog.getSelectedPage()).isValid());
        box(shell, "tps").setText("https://tps.example.com:8443/tps/tps");
        Ui.screenshot(shell, "preferences-management");
        Ui.press(shell, "Apply and Close");
        var settings = new UserSettings();
        assertEquals("https://tps.example.com:8443/tps/tps", settings.get("tps").orElseThrow());
        assertEquals(UserSettings.Source.MANAGED, settings.value("phone-home").source(), "what was not touched is not the user's");

        Shell again = preferences("org.esc.ui.preferences").getShell();
        assertEquals("https://tps.example.com:8443/tps/tps", box(again, "tps").getText());
        Ui.press(again, "Restore Defaults");
        assertEquals("", box(again, "tps").getText());
        Ui.press(again, "Apply and Close");
        assertEquals(Optional.empty(), settings.get("tps"));
    }

    @Test
    void theDesktopsSettingsAreOfTheRegister() throws Exception {
        Files.writeString(MANAGED, "locked.desktop-tray-keep = true\ndesktop-remind-days = 60\n");
        Shell shell = preferences("org.esc.ui.preferences.desktop").getShell();
        Button keep = check(shell, "Keep running in the tray when the window is closed");
        assertTrue(keep.getSelection());
        assertFalse(keep.isEnabled());
        assertTrue(Ui.texts(shell).contains("Your administrator has fixed this setting"), Ui.texts(shell));
        assertEquals(60, Ui.all(shell, Spinner.class, _ -> true).getFirst().getSelection());
        Button notify = check(shell, "Tell when a card is inserted or removed");
        assertTrue(notify.getSelection());
        notify.setSelection(false);
        Ui.screenshot(shell, "preferences-desktop");
        var changes = new AtomicInteger();
        try (var _ = DesktopSettings.onChange(changes::incrementAndGet)) {
            Ui.press(shell, "Apply and Close");
            assertEquals(1, changes.get());
        }
        assertFalse(DesktopSettings.on(DesktopSettings.NOTIFY));
        assertTrue(DesktopSettings.on(DesktopSettings.KEEP));
        assertEquals(60, DesktopSettings.reminderDays());
        assertEquals(List.of(DesktopSettings.NOTIFY), new UserSettings().all().stream().filter(v -> v.source() == UserSettings.Source.USER)
                .map(v -> v.setting().key()).toList());
    }

    @Test
    void theClientCertificateHasItsPage() throws Exception {
        Shell shell = preferences("org.esc.ui.preferences.client").getShell();
        box(shell, "client-p12").setText("/home/jo/jo.p12");
        Ui.screenshot(shell, "preferences-client");
        Ui.press(shell, "Apply and Close");
        assertEquals("/home/jo/jo.p12", new UserSettings().get("client-p12").orElseThrow());
    }

    @Test
    void anAuthorityIsFetchedShownAndTrusted() throws Exception {
        String address = serve(90);
        PreferenceDialog dialog = preferences("org.esc.ui.preferences.trust");
        Shell shell = dialog.getShell();
        assertEquals(List.of(), rows(shell));
        Ui.screenshot(shell, "preferences-trust-empty");
        Ui.press(shell, "Fetch from Server\u2026");
        Shell look = dialog("Certificates of a server");
        Ui.type(look, "server", "nonsense:x");
        Ui.until("it cannot be shown", () -> !Ui.button(look, "Show").isEnabled());
        Ui.type(look, "server", address);
        Ui.press(look, "Show");
        Ui.until("its certificates are shown", () -> Ui.texts(look).contains("SHA-256 fingerprint"));
        assertTrue(Ui.texts(look).contains("which this computer does not trust"), Ui.texts(look));
        assertTrue(store.read().authorities().isEmpty(), "shown, and not trusted");
        assertEquals(List.of(), Access.dialogComplaints(look));
        Ui.screenshot(look, "server-untrusted");
        Ui.press(look, "Trust This Authority\u2026");
        Shell question = dialog("Trust an authority");
        assertTrue(Ui.texts(question).contains(org.esc.tps.client.trust.CertificateFacts.of(ca).readable().substring(0, 47)), Ui.texts(question));
        Ui.press(question, "Cancel");
        assertTrue(store.read().authorities().isEmpty());
        Ui.press(look, "Trust This Authority\u2026");
        Ui.press(dialog("Trust an authority"), "Trust It");
        Ui.until("it is trusted", () -> Ui.texts(look).contains("You now trust"));
        assertEquals(List.of(ca), store.read().authorities().stream().map(TrustStore.Entry::certificate).toList());
        Ui.press(look, "Close");
        Ui.until("the page lists it", () -> rows(shell).equals(List.of("Example Authority")));
        Ui.screenshot(shell, "preferences-trust");

        Table table = Ui.all(shell, Table.class, t -> Access.name(t).equals("Authorities and exceptions")).getFirst();
        table.select(0);
        Ui.click(table);
        Ui.press(shell, "View\u2026");
        Shell view = dialog("Example Authority");
        assertTrue(Ui.texts(view).contains("SHA-256 fingerprint"));
        Ui.press(view, "Close");
        Ui.press(shell, "Remove\u2026");
        Ui.press(dialog("Remove from the trust store"), "Yes");
        Ui.until("it is gone", () -> rows(shell).isEmpty());
        assertTrue(store.read().authorities().isEmpty());

        Path file = Files.writeString(MANAGED.resolveSibling("ca.pem"), org.esc.tps.client.trust.CertificateFiles.pem(ca));
        ((TrustPage) dialog.getSelectedPage()).take(file);
        Shell asked = dialog("Trust these authorities?");
        assertTrue(store.read().authorities().isEmpty(), "shown first");
        Ui.press(asked, "Trust");
        Ui.until("it is listed", () -> rows(shell).size() == 1);
        table.select(0);
        Ui.click(table);
        Ui.press(shell, "Distrust\u2026");
        Ui.press(dialog("Distrust a certificate"), "Yes");
        Ui.until("it is distrusted", () -> table.getItemCount() == 1 && table.getItem(0).getText(1).equals("Distrusted"));
        Ui.press(shell, "Cancel");
    }

    /** What a person sees where an operation or phone home ended because the server was refused. */
    @Test
    void aRefusedServerCanBeLookedAtAndExcepted() throws Exception {
        String address = serve(-2);
        Shell place = new Shell(Ui.window(), SWT.SHELL_TRIM);
        place.setLayout(new org.eclipse.swt.layout.FillLayout());
        RefusedServer refused = refusal(address);
        new ProblemPane(place, SWT.ICON_ERROR, ProblemText.forPerson(refused.problem()), ProblemText.details(refused.problem())).offerTrust(refused);
        place.setSize(560, 300);
        place.setText("An operation");
        place.open();
        Ui.screenshot(place, "refused-server");
        Ui.press(place, "Show the Server's Certificates\u2026");
        Shell look = dialog("Certificates of a server");
        assertTrue(Ui.texts(look).contains("expired on"), Ui.texts(look));
        assertEquals(List.of(), Access.dialogComplaints(look));
        Ui.screenshot(look, "server-expired");
        Ui.press(look, "Make an Exception\u2026");
        Ui.press(dialog("Make an exception"), "Make the Exception");
        Ui.until("it is made", () -> Ui.texts(look).contains("An exception was made for " + address));
        var made = store.read().exceptions().getFirst();
        assertEquals(Set.of("expired", "untrusted"), made.overrides());
        assertTrue(made.until().isPresent(), "it ends by itself");
        try (var s = Tls.to(URI.create("https://" + address + "/"), Trust.SYSTEM, TlsIdentity.NONE).context().getSocketFactory()
                .createSocket("127.0.0.1", server.port())) {
            ((SSLSocket) s).startHandshake();
        }
    }

    private static RefusedServer refusal(String address) throws Exception {
        URI uri = URI.create("https://" + address + "/");
        Tls tls = Tls.examining(uri, Trust.SYSTEM, TlsIdentity.NONE);
        try (var s = (SSLSocket) tls.context().getSocketFactory().createSocket(uri.getHost(), uri.getPort())) {
            s.startHandshake();
            throw new AssertionError("it was trusted");
        } catch (java.io.IOException e) {
            return (RefusedServer) tls.failed(e, "connect");
        }
    }

    @Test
    void noExceptionIsOfferedWhereNoneCanBeMade() throws Exception {
        String address = serve(90);
        store.distrust(List.of(ca), "stolen");
        RefusedServer refused = refusal(address);
        assertFalse(refused.exceptionPossible());
        Shell place = new Shell(Ui.window(), SWT.SHELL_TRIM);
        new org.esc.ui.ServerDialog(place, refused, () -> { }).open();
        Shell look = dialog("Certificates of a server");
        assertTrue(Ui.texts(look).contains("No exception can be made for this"), Ui.texts(look));
        assertTrue(Ui.all(look, Button.class, b -> b.isVisible() && (b.getText().contains("Exception") || b.getText().contains("Trust"))).isEmpty());
        Ui.screenshot(look, "server-distrusted");
        look.notifyListeners(SWT.Close, new Event());
        if (!place.isDisposed()) {
            place.dispose();
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.officer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.ImageLoader;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.EscException;
import org.esc.card.CardFiles;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.securechannel.testing.Person;
import org.esc.securechannel.testing.PullableCard;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tps.Operation;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.officer.Desk;
import org.esc.tps.client.officer.DeskSettings;
import org.esc.ui.Services;
import org.esc.ui.CardNews;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An officer and a person at the desk, with two software tokens and the embedded system; somebody presses the buttons. */
class DeskViewTest {

    private static final String OWN = "Officer's reader";
    private static final String OTHER = "Person's reader";
    private static final String PIN = "Officer1";
    private static final String PASSWORD = "Secret.123";
    private static final Path MANAGED = Path.of(System.getenv("ESC_MANAGED_SETTINGS"));

    @TempDir
    Path folder;
    private Tms tms;
    private TmsServer server;
    private SoftReaders soft;
    private DeskView view;
    private SoftCard officersCard;

    @BeforeEach
    void open() throws Exception {
        tms = Tms.open(folder.resolve("tms"), TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
        User u = tms.users().find("user1").orElseThrow();
        var roles = new HashSet<>(u.roles());
        roles.add(Role.OFFICER);
        tms.users().update(new User(u.uid(), "Olivia Officer", u.email(), roles, u.demo(), u.disabled()));
        var facts = new LinkedHashMap<String, String>();
        facts.put("Height", "1.70 m");
        facts.put("Weight", "62 kg");
        facts.put("Eye colour", "green");
        facts.put("Telephone", "+49 30 123456");
        tms.people().setAttributes("alice", facts);
        tms.people().setPhoto("alice", portrait());
        soft = (SoftReaders) Services.find(CardFiles.class).orElseThrow();
        soft.unplugAll();
        officersCard = new SoftCardMaker().enrolled("user1", "soKey", PIN);
        var settings = Services.find(Desk.class).orElseThrow().settings();
        settings.set(Map.of(DeskSettings.TPS, server.secureTps().toString(), DeskSettings.CA, tms.caFile().toString()));
        PlatformUI.getWorkbench().showPerspective("org.esc.ui.officer.perspective", PlatformUI.getWorkbench().getActiveWorkbenchWindow());
        view = Ui.freshView(DeskView.ID, DeskView.class);
    }

    @AfterEach
    void close() throws Exception {
        Files.deleteIfExists(MANAGED);
        Ui.until("all dialogs are closed", () -> {
            Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::close);
            return Ui.shells().size() == 1;
        });
        soft.unplugAll();
        Ui.page().hideView(view);
        server.close();
        tms.close();
    }

    /** A face, drawn. */
    private static byte[] portrait() {
        var image = new Image(Ui.display(), 240, 300);
        var gc = new GC(image);
        gc.setAntialias(SWT.ON);
        gc.setBackground(new org.eclipse.swt.graphics.Color(196, 214, 228));
        gc.fillRectangle(0, 0, 240, 300);
        gc.setBackground(new org.eclipse.swt.graphics.Color(92, 60, 44));
        gc.fillOval(60, 40, 120, 150);
        gc.setBackground(new org.eclipse.swt.graphics.Color(232, 190, 160));
        gc.fillOval(76, 66, 88, 118);
        gc.setBackground(new org.eclipse.swt.graphics.Color(70, 96, 140));
        gc.fillOval(30, 200, 180, 180);
        gc.dispose();
        var loader = new ImageLoader();
        loader.data = new org.eclipse.swt.graphics.ImageData[] {image.getImageData()};
        image.dispose();
        var out = new java.io.ByteArrayOutputStream();
        loader.save(out, SWT.IMAGE_JPEG);
        return out.toByteArray();
    }

    /** Makes cards, and puts them in and out. */
    private final class SoftCardMaker {

        SoftCard enrolled(String uid, String profile, String pin) throws EscException {
            var card = blank();
            plug("Workshop", card);
            try (var session = Services.find(Readers.class).orElseThrow().connect("Workshop", Origin.verb("test"))) {
                Services.find(TpsClient.class).orElseThrow().run(TpsRequest.of(Operation.ENROLL, server.secureTps()).trust(Trust.with(tms.caFile()))
                        .tokenType(profile).user(uid), session, Person.user(uid, PASSWORD, pin).context());
            } finally {
                soft.unplug("Workshop");
            }
            return card;
        }
    }

    private static SoftCard blank() {
        return SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
    }

    private void plug(String reader, SoftCard card) {
        soft.plug(reader, new PullableCard(card));
    }

    private static Shell untilAsked(String title) {
        Ui.until("it is asked: " + title, () -> Ui.shells().stream().anyMatch(s -> s.getText().equals(title)));
        return Ui.shells().stream().filter(s -> s.getText().equals(title)).findFirst().orElseThrow();
    }

    private void untilPage(DeskView.Page page) {
        Ui.until("the page is " + page, () -> view.page() == page);
    }

    private void signIn() {
        plug(OWN, officersCard);
        Ui.until("the officer's card shows", () -> Ui.combo(Ui.window(), "Your card is in").getText().equals(OWN));
        Ui.press(Ui.window(), "Sign in");
        Shell asked = untilAsked("Security officer");
        assertTrue(Ui.texts(asked).contains("The security officer types the PIN"), Ui.texts(asked));
        Ui.type(asked, "OFFICER_PIN", PIN);
        Ui.press(asked, "Log In");
        untilPage(DeskView.Page.FIND);
        assertTrue(Ui.texts(Ui.window()).contains("Olivia Officer, security officer"));
    }

    private static Table people() {
        return Ui.all(Ui.window(), Table.class, t -> t.isVisible() && Access.name(t).equals("People found")).getFirst();
    }

    private void find(String typed, String who) {
        Ui.type(Ui.window(), "NAME", typed);
        Ui.until("they are found", () -> people().getItemCount() > 0 && people().getItem(0).getText().startsWith(who));
        Ui.press(Ui.window(), "Continue");
        untilPage(DeskView.Page.IDENTITY);
    }

    private void check() {
        assertFalse(Ui.button(Ui.window(), "Continue").isEnabled(), "not before the document was checked");
        Button tick = Ui.button(Ui.window(), "I have checked the identity document");
        tick.setSelection(true);
        Ui.click(tick);
        Ui.combo(Ui.window(), "Kind of document").setText("Passport");
        Ui.press(Ui.window(), "Continue");
        untilPage(DeskView.Page.CARD);
    }

    private static void untilButton(String label) {
        Ui.until(label + " can be pressed", () -> Ui.all(Ui.window(), Button.class, b -> b.isVisible() && b.isEnabled()
                && b.getText().replace("&", "").equals(label)).size() == 1);
    }

    @Test
    void fromSigningInToThePersonsNewCard() throws Exception {
        assertTrue(Ui.texts(Ui.window()).contains("There is no card in any reader."), Ui.texts(Ui.window()));
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "officer-0-sign-in");
        signIn();
        assertFalse(CardNews.wanted(), "the desktop is spared");
        Ui.type(Ui.window(), "NAME", "zzz");
        Ui.until("it says so", () -> Ui.texts(Ui.window()).contains("Nobody\u2019s name begins with \u201czzz\u201d."));
        Ui.type(Ui.window(), "NAME", "user1");
        Ui.until("many are found", () -> people().getItemCount() > 5);
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "officer-1-find");
        find("ali", "Alice Example");
        assertTrue(Ui.texts(Ui.window()).contains("green"), Ui.texts(Ui.window()));
        assertEquals(1, Ui.all(Ui.window(), PhotoBox.class).size());
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "officer-2-identity");
        check();
        Ui.until("no card is there", () -> Ui.texts(Ui.window()).contains("There is no other card yet."));
        var card = blank();
        plug(OTHER, card);
        untilButton("Enrol the card");
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "officer-3-card");
        Ui.press(Ui.window(), "Enrol the card");
        Shell login = untilAsked("For Alice Example: Token login");
        assertTrue(Ui.texts(login).contains("Alice Example types this"), Ui.texts(login));
        Ui.screenshot(login, "officer-4-login");
        Ui.type(login, "PASSWORD", PASSWORD);
        Ui.press(login, "Log In");
        Ui.until("a new password is asked for", () -> Ui.shells().size() == 2 && Ui.all(Ui.shells().stream().filter(s -> s != Ui.window()).findFirst()
                .orElseThrow(), Text.class, t -> (t.getStyle() & SWT.PASSWORD) != 0).size() == 2);
        Shell pin = Ui.shells().stream().filter(s -> s != Ui.window()).findFirst().orElseThrow();
        assertTrue(Ui.texts(pin).contains("Alice Example types it"), Ui.texts(pin));
        Ui.screenshot(pin, "officer-5-pin");
        Ui.all(pin, Text.class, t -> (t.getStyle() & SWT.PASSWORD) != 0).forEach(t -> t.setText("Alice123"));
        Ui.press(pin, Ui.all(pin, Button.class, Button::isEnabled).stream().map(b -> b.getText().replace("&", "")).filter(t -> !t.equals("Cancel")
                && !t.isEmpty() && !t.startsWith("Show")).findFirst().orElseThrow());
        untilPage(DeskView.Page.DONE);
        assertTrue(Ui.texts(Ui.window()).contains("Alice Example has their card."), Ui.texts(Ui.window()));
        Ui.screenshot(Ui.window(), "officer-6-done");
        assertEquals(Optional.of("alice"), tms.tokens().find(card.cuid()).orElseThrow().userId());
        assertTrue(tms.activities().list(Optional.of(card.cuid()), 0, 5).stream().anyMatch(a -> a.message().endsWith(
                "(security officer user1; identity document: Passport)")));
        Ui.press(Ui.window(), "Next person");
        untilPage(DeskView.Page.FIND);
        Ui.press(Ui.window(), "Sign out");
        untilPage(DeskView.Page.SIGN_IN);
        assertTrue(CardNews.wanted());
    }

    @Test
    void pullingTheOfficersCardLocksTheDesk() throws Exception {
        plug(OTHER, blank());
        signIn();
        find("ali", "Alice Example");
        check();
        untilButton("Enrol the card");
        Ui.press(Ui.window(), "Enrol the card");
        untilAsked("For Alice Example: Token login");
        soft.unplug(OWN);
        untilPage(DeskView.Page.SIGN_IN);
        Ui.until("the question is withdrawn", () -> Ui.shells().size() == 1);
        assertTrue(Ui.texts(Ui.window()).contains("The officer's card was pulled: the desk is locked."), Ui.texts(Ui.window()));
        assertFalse(Ui.texts(Ui.window()).contains("Alice"), "nothing is left of the person");
        Ui.screenshot(Ui.window(), "officer-7-locked");
        assertTrue(CardNews.wanted());
        signIn();
    }

    @Test
    void anOfficersCardIsNotOfferedToFormatAsAPersonsOne() throws Exception {
        User u = tms.users().find("user3").orElseThrow();
        tms.users().update(new User(u.uid(), u.fullName(), u.email(), java.util.Set.of(Role.OFFICER), u.demo(), u.disabled()));
        var colleagues = new SoftCardMaker().enrolled("user3", "soKey", "Holder12");
        signIn();
        Ui.press(Ui.window(), "Only a card\u2026");
        untilPage(DeskView.Page.CARD);
        plug(OTHER, colleagues);
        Ui.until("it is seen whose it is", () -> Ui.texts(Ui.window()).contains("This card belongs to the security officer user3."));
        untilButton("Format an officer\u2019s card");
        assertFalse(Ui.button(Ui.window(), "Format the card").isEnabled());
        assertFalse(Ui.button(Ui.window(), "Set the home address").isEnabled());
        Ui.screenshot(Ui.window(), "officer-8-colleague");
        Ui.press(Ui.window(), "Format an officer\u2019s card");
        // beside what may stand there about cards
        Supplier<Optional<Shell>> question = () -> Ui.shells().stream().filter(s -> Ui.texts(s).contains("no longer enter the officer's desk")).findFirst();
        Ui.until("it asks", () -> question.get().isPresent());
        Ui.press(question.get().orElseThrow(), "Cancel");
        untilPage(DeskView.Page.DONE);
        assertTrue(Ui.texts(Ui.window()).contains("It was not done."));
        assertEquals(TokenState.ACTIVE, tms.tokens().find(colleagues.cuid()).orElseThrow().state());
        Ui.press(Ui.window(), "Back to the card");
        soft.unplug(OTHER);
        plug(OTHER, blank());
        untilButton("Format the card");
        Ui.press(Ui.window(), "Format the card");
        Ui.until("it is done", () -> Ui.texts(Ui.window()).contains("The card is formatted."));
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        signIn();
        var name = Ui.all(Ui.window(), Text.class, t -> "NAME".equals(t.getData("org.esc.ui.field"))).getFirst();
        assertTrue(name.isFocusControl(), "the name can be typed at once");
        name.setText("ali");
        Ui.until("Alice is found", () -> people().getItemCount() == 1);
        var down = new Event();
        down.keyCode = SWT.ARROW_DOWN;
        name.notifyListeners(SWT.KeyDown, down);
        assertTrue(people().isFocusControl());
        people().notifyListeners(SWT.DefaultSelection, new Event());
        untilPage(DeskView.Page.IDENTITY);
        assertTrue(Ui.button(Ui.window(), "I have checked the identity document").isFocusControl());
        Ui.press(Ui.window(), "Back");
        untilPage(DeskView.Page.FIND);
    }

    @Test
    void whatTheAdministratorFixedCannotBeChanged() throws Exception {
        String fixed = "https://fixed.example.com:8443/tps/tps";
        Files.writeString(MANAGED, "locked.officer-url = " + fixed + "\nlocked.officer-profile-enroll = staff\nofficer-directory-base = dc=example,dc=org\n");
        Ui.press(Ui.window(), "Settings…");
        Shell dialog = untilAsked("Settings of the Desk");
        Text address = Ui.all(dialog, Text.class, t -> DeskSettings.TPS.equals(t.getData("org.esc.ui.field"))).getFirst();
        assertEquals(fixed, address.getText());
        assertFalse(address.isEnabled());
        assertEquals("staff", Ui.combo(dialog, "Enrol the card").getText());
        assertFalse(Ui.combo(dialog, "Enrol the card").isEnabled());
        assertTrue(Ui.combo(dialog, "Format the card").isEnabled());
        assertTrue(Ui.texts(dialog).contains("Your administrator has fixed this setting"), Ui.texts(dialog));
        Ui.screenshot(dialog, "officer-settings-fixed");
        Ui.press(dialog, "Save");
        Text server = Ui.all(Ui.window(), Text.class, t -> "SERVER".equals(t.getData("org.esc.ui.field"))).getFirst();
        assertEquals(fixed, server.getText());
        assertFalse(server.isEnabled());
        assertEquals(List.of(), Access.complaints(Ui.window()));
        var base = new UserSettings().value(DeskSettings.BASE);
        assertEquals(List.of("dc=example,dc=org", UserSettings.Source.MANAGED), List.of(base.value(), base.source()), "what was not touched is not the user's");
    }

    @Test
    void anAdministratorHasTheProfilesReadFromTheServer() throws Exception {
        try (var password = org.esc.apdu.Secret.of(PASSWORD)) {
            tms.users().add(new User("boss", "Bo Boss", Optional.empty(), java.util.Set.of(Role.ADMINISTRATOR), false, false), password);
        }
        var settings = Services.find(Desk.class).orElseThrow().settings();
        Ui.press(Ui.window(), "Settings…");
        Shell dialog = untilAsked("Settings of the Desk");
        Ui.screenshot(dialog, "officer-settings");
        Ui.press(dialog, "Read from the Server…");
        Shell asked = untilAsked("Sign in to " + server.secureTps().getAuthority());
        Ui.type(asked, "user", "boss");
        Ui.type(asked, "password", "wrong");
        Ui.press(asked, "Sign In");
        Ui.until("a wrong password is refused", () -> Ui.texts(asked).contains("does not accept this password"));
        Ui.type(asked, "password", PASSWORD);
        Ui.press(asked, "Sign In");
        Ui.until("the profiles are shown", () -> Ui.texts(dialog).contains("soCleanSOToken"));
        assertEquals("userKey", Ui.combo(dialog, "Enrol the card").getText());
        assertEquals("soKey", Ui.combo(dialog, "Enrol a security officer's card").getText());
        assertEquals("soUserKey", Ui.combo(dialog, "Set the home address").getText());
        Ui.screenshot(dialog, "officer-profiles-read");
        assertEquals(Optional.empty(), settings.get("officer-profile-set-home"), "nothing is kept before the person agrees");
        Ui.press(dialog, "Save");
        assertEquals(Optional.of("soUserKey"), settings.get("officer-profile-set-home"));
        assertEquals(Optional.of("userKeyTemporary"), settings.get("officer-profile-enroll-temporary"));
        for (var t : org.esc.tps.client.officer.OfficerTask.values()) {
            settings.set(Map.of(DeskSettings.PROFILE + t.word(), ""));
        }
    }

    @Test
    void aBrokenPhotoIsNone() throws Exception {
        assertEquals(Optional.empty(), PhotoBox.decode(Optional.of(new byte[] {1, 2, 3})));
        assertEquals(Optional.empty(), PhotoBox.decode(Optional.of(new byte[0])));
        byte[] cut = java.util.Arrays.copyOf(portrait(), 200);
        PhotoBox.decode(Optional.of(cut));
        assertTrue(PhotoBox.decode(Optional.of(portrait())).isPresent());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.core.commands.Command;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.commands.ICommandService;
import org.eclipse.ui.keys.IBindingService;
import org.esc.apdu.Aid;
import org.esc.card.CardFiles;
import org.esc.driver.CardDriver;
import org.esc.driver.CertificateWriting;
import org.esc.driver.Pins;
import org.esc.driver.host.Drivers;
import org.esc.driver.fake.FakeDriver;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.AppletHost;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.ui.Services;
import org.esc.ui.VerbDialog;
import org.esc.ui.testing.Access;
import org.esc.ui.HexText;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** The Token Explorer with a software card, the real verbs and a driver that can do everything; a person presses the buttons. */
class ExplorerViewTest extends ExplorerDesk {

    private final FakeDriver fake = new FakeDriver();
    private Optional<ServiceRegistration<CardDriver>> driver = Optional.empty();
    private String reader;

    @AfterEach
    void takeTheDriverOut() throws Exception {
        remove();
        Services.find(Drivers.class).orElseThrow().rules().remove(FakeDriver.NAME, _ -> true);
    }

    private void install() {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(CardDriver.NAME, FakeDriver.NAME);
        properties.put(CardDriver.ISD, "any");
        driver = Optional.of(FrameworkUtil.getBundle(ExplorerView.class).getBundleContext().registerService(CardDriver.class, fake, properties));
    }

    private void remove() {
        driver.ifPresent(ServiceRegistration::unregister);
        driver = Optional.empty();
    }

    private void plug() {
        reader = readers.plug("Test token", SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory()));
    }

    private void plugWithFake() {
        install();
        plug();
        Ui.until("the driver's application shows", () -> item("9a  Jo Doe").isPresent());
        untilRead();
    }

    @Test
    void withoutACardItSaysWhatToDo() {
        assertTrue(Ui.texts(Ui.window()).contains("No card is in a reader"), Ui.texts(Ui.window()));
        for (TokenAction a : TokenAction.values()) {
            assertFalse(view.possible(a), a.name());
        }
    }

    @Test
    void aBlankCoolKeyCardShowsWhatItsDriverOffers() {
        plug();
        Ui.until("the applications show", () -> item("GlobalPlatform").isPresent());
        assertTrue(item(reader).isPresent());
        assertEquals(List.of(), Access.complaints(Ui.window()));
        assertEquals(List.of(), offered(), "nothing can be done with a card manager here");
        readers.unplug(reader);
        Ui.until("the view is empty", () -> Ui.texts(Ui.window()).contains("No card is in a reader"));
    }

    /** The CoolKey applet on a card from the start, which else only a token management system puts there. */
    private static final class Installed implements AppletFactory {

        private final AppletFactory coolKey = new CoolKeyAppletFactory();

        @Override
        public Aid packageAid() {
            return coolKey.packageAid();
        }

        @Override
        public Aid instanceAid() {
            return Aid.of("627601FF000000");
        }

        @Override
        public Applet install(AppletHost host, byte[] parameters) throws CardRefusal {
            return coolKey.install(host, new byte[] {0, 2, 0x13, (byte) 0x88});
        }

        @Override
        public Applet restore(AppletHost host) {
            return coolKey.restore(host);
        }
    }

    @Test
    void aFormattedCoolKeyTokenShowsItsDriversGroups() throws Exception {
        Path file = folder.resolve("token.esc");
        CardFile.create(file, CardSpec.standard(), List.of(new Installed()), Optional.empty());
        reader = readers.plug(file);
        Ui.until("the application shows", () -> item("CoolKey").isPresent());
        assertEquals("Formatted", item("CoolKey").orElseThrow().getText(1));
        assertEquals(List.of("Certificates none", "Keys none", "Objects none", "PINs none"), Arrays.stream(item("CoolKey").orElseThrow().getItems())
                .map(i -> i.getText() + " " + i.getText(1)).toList());
        select("CoolKey");
        assertEquals(List.of(), offered(), "its driver changes nothing without a secure channel");
        assertTrue(Arrays.stream(Ui.all(Ui.window(), Table.class, t -> t.isVisible() && t.getColumn(0).getText().equals("Property")).getFirst()
                .getItems()).anyMatch(i -> i.getText().equals("Why this driver") && i.getText(1).contains("627601FF000000")));
    }

    @Test
    void cardsAndDriversComeAndGo() {
        plugWithFake();
        select("9a  Jo Doe");
        remove();
        Ui.until("its driver's application is gone", () -> item("9a  Jo Doe").isEmpty());
        install();
        Ui.until("it is back", () -> item("9a  Jo Doe").isPresent());
        readers.unplug(reader);
        Ui.until("the view is empty", () -> view.model().cards().isEmpty());
    }

    @Test
    void aCertificateIsShownWithItsFieldsChainAndLife() {
        plugWithFake();
        select("9c  Jo Doe (sign)");
        assertTrue(labels().contains("Expired 3 days ago"), labels());
        select("9a  Jo Doe");
        assertTrue(labels().contains("Valid until "), labels());
        Tree fields = Ui.all(Ui.window(), Tree.class, t -> t.isVisible() && t.getColumn(0).getText().equals("Field")).getFirst();
        var chain = find(fields.getItems(), "Chain").orElseThrow();
        assertEquals("9a ← root", chain.getText(1));
        var usage = find(fields.getItems(), "Key usage (critical)").orElseThrow();
        fields.setSelection(usage);
        var e = new Event();
        e.item = usage;
        fields.notifyListeners(SWT.Selection, e);
        assertTrue(Ui.all(Ui.window(), Text.class, Text::isVisible).stream().anyMatch(t -> t.getText().equals("digital signature")));
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "explorer-certificate");
        select("9c  Jo Doe (sign)");
        Ui.screenshot(Ui.window(), "explorer-expired");
    }

    @Test
    void whereThereIsNoRoomItIsScrolledAndNothingIsCutOff() {
        plugWithFake();
        select("9a  Jo Doe");
        Shell window = Ui.window();
        Point before = window.getSize();
        var place = Ui.all(window, ScrolledComposite.class, s -> s.isVisible() && s.getContent() instanceof SashForm).getFirst();
        try {
            window.setSize(1200, 900);
            Ui.settle();
            assertFalse(place.getVerticalBar().isVisible() || place.getHorizontalBar().isVisible());
            window.setSize(420, 360);
            Ui.settle();
            assertTrue(place.getVerticalBar().isVisible());
            assertEquals(SWT.VERTICAL, ((SashForm) place.getContent()).getOrientation());
            for (var b : Ui.all(place, org.eclipse.swt.widgets.Button.class, org.eclipse.swt.widgets.Button::isVisible)) {
                assertTrue(b.getLocation().x + b.getSize().x <= b.getParent().getSize().x && b.getSize().x >= b.computeSize(-1, -1).x, b.getText());
            }
            assertEquals(List.of(), Access.complaints(window));
            Ui.screenshot(window, "explorer-small");
            Tree fields = Ui.all(window, Tree.class, t -> t.isVisible() && t.getColumn(0).getText().equals("Field")).getFirst();
            fields.setFocus();
            Ui.until("what has the focus comes into sight", () -> place.getOrigin().y > 0);
        } finally {
            window.setSize(before);
            Ui.settle();
        }
    }

    @Test
    void anObjectsFieldsAndBytesLeadToEachOther() {
        plugWithFake();
        select("5fc102  Card Holder Unique Identifier");
        StyledText hex = Ui.all(Ui.window(), StyledText.class, c -> c.isVisible() && c.getToolTipText() == null).stream()
                .filter(h -> h.getParent().getParent() instanceof ObjectPane).findFirst().orElseThrow();
        Ui.until("it was read", () -> hex.getText().startsWith("0000  30 03"));
        Tree fields = Ui.all(Ui.window(), Tree.class, t -> t.isVisible() && t.getColumn(0).getText().equals("Field")).getFirst();
        TreeItem guid = find(fields.getItems(), "GUID").orElseThrow();
        fields.setSelection(guid);
        var e = new Event();
        e.item = guid;
        fields.notifyListeners(SWT.Selection, e);
        assertEquals("34 02 41 42", hex.getText().substring(hex.getStyleRanges()[0].start, hex.getStyleRanges()[0].start
                + hex.getStyleRanges()[0].length));
        assertEquals("4.AB", hex.getText().substring(hex.getStyleRanges()[1].start, hex.getStyleRanges()[1].start + hex.getStyleRanges()[1].length));
        Ui.screenshot(Ui.window(), "explorer-object");
        hex.setCaretOffset(6 + 3 * 3);
        assertEquals("Digits", fields.getSelection()[0].getText());
        select("5fc108  Picture");
        Ui.until("the picture shows", () -> Ui.all(Ui.window(), Canvas.class, c -> c.isVisible() && c.getClass() == Canvas.class).stream()
                .anyMatch(c -> c.getParent().getParent() instanceof ObjectPane));
        assertEquals(List.of(), Access.complaints(Ui.window()));
    }

    @Test
    void whatNeedsThePinIsReadWhenThePersonSaysSo() {
        plugWithFake();
        select("5fc109  Printed Information");
        assertTrue(labels().contains("press Read"), labels());
        Ui.settle();
        assertFalse(fake.log.contains("read 5fc109"));
        Ui.press(Ui.window(), "Read");
        Shell shell = untilAsked("Enter the PIN");
        assertTrue(Ui.texts(shell).contains("3 tries left."), Ui.texts(shell));
        assertEquals(List.of(), Access.dialogComplaints(shell));
        Ui.screenshot(shell, "explorer-pin");
        answer("Enter the PIN", "OLD_PIN", FakeDriver.PIN);
        Ui.until("it was read", () -> Ui.all(Ui.window(), StyledText.class, StyledText::isVisible).stream()
                .anyMatch(h -> h.getText().contains("secret")));
    }

    @Test
    void actionsAreOfferedOnlyWhereTheDriverHasThem() {
        plugWithFake();
        select("9a  Jo Doe");
        assertEquals(List.of("Export Certificate…", "Import Certificate…", "Generate Key…", "Import Key…", "Delete…",
                "Change Administrator's Key…", "Reset or End Application…"), offered());
        select("PIN of the token");
        assertTrue(offered().containsAll(List.of("Verify PIN…", "Change PIN…", "Unblock PIN…")), offered().toString());
        select("Unblocking code");
        assertFalse(offered().contains("Change PIN…"), offered().toString());
        select("root  Test Root");
        assertFalse(offered().contains("Delete…"), offered().toString());
        fake.hidden.addAll(List.of(CertificateWriting.class, Pins.class));
        view.model().refresh();
        Ui.until("the PINs are gone", () -> item("PIN of the token").isEmpty());
        select("9a  Jo Doe");
        assertFalse(offered().contains("Import Certificate…"), offered().toString());
    }

    @Test
    void aCertificateIsExportedAndDeleted() throws Exception {
        plugWithFake();
        select("9a  Jo Doe");
        view.perform(TokenAction.EXPORT_CERTIFICATE);
        Shell shell = untilStage(VerbDialog.Stage.INPUT);
        assertEquals(List.of(), Access.dialogComplaints(shell));
        assertFalse(Ui.button(shell, "Export").isEnabled());
        Path file = folder.resolve("a.pem");
        Ui.type(shell, "file", file.toString());
        Ui.press(shell, "Export");
        untilStage(VerbDialog.Stage.DONE);
        assertTrue(Files.readString(file).startsWith("-----BEGIN CERTIFICATE-----"));
        Ui.press(shell, "Close");

        view.perform(TokenAction.DELETE);
        untilStage(VerbDialog.Stage.RUNNING);
        Shell sure = untilAsked("Delete the certificate");
        assertEquals(List.of(), Access.dialogComplaints(sure));
        Ui.press(sure, Ui.all(sure, org.eclipse.swt.widgets.Button.class, b -> b.isVisible() && !b.getText().contains("Cancel")).getFirst()
                .getText().replace("&", ""));
        answer("Administrator's key", "ADMIN_KEY", FakeDriver.ADMIN);
        Shell done = untilStage(VerbDialog.Stage.DONE);
        Ui.press(done, "Close");
        Ui.until("it is gone", () -> item("9a  Jo Doe").isEmpty());
        assertFalse(fake.certificates.containsKey("9a"));
    }

    @Test
    void aKeyIsMadeWithWhatThePersonChose() {
        plugWithFake();
        select("9d  Slot 9d");
        view.perform(TokenAction.GENERATE_KEY);
        Shell shell = untilStage(VerbDialog.Stage.INPUT);
        assertEquals(List.of(), Access.dialogComplaints(shell));
        Ui.all(shell, org.eclipse.swt.widgets.Combo.class).get(1).setText("EC P256");
        Ui.screenshot(shell, "explorer-generate");
        Ui.press(shell, "Generate");
        answer("Administrator's key", "ADMIN_KEY", FakeDriver.ADMIN);
        untilStage(VerbDialog.Stage.DONE);
        assertTrue(fake.log.contains("generate 9d EC_P256 DEFAULT DEFAULT"), fake.log.toString());
        assertTrue(Ui.texts(shell).contains("-----BEGIN PUBLIC KEY-----"), Ui.texts(shell));
        Ui.press(shell, "Close");
        Ui.until("it shows", () -> item("9d  Slot 9d").filter(i -> i.getText(1).equals("EC private key 256")).isPresent());
    }

    @Test
    void aWrongPinSaysHowManyTriesAreLeftAndCancelEnds() {
        plugWithFake();
        select("PIN of the token");
        view.perform(TokenAction.VERIFY_PIN);
        answer("Enter the PIN", "OLD_PIN", "111111");
        Shell again = untilAsked("Enter the PIN");
        assertTrue(Ui.texts(again).contains("2 tries left."), Ui.texts(again));
        Ui.press(again, "Cancel");
        Shell shell = untilStage(VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(shell).contains("Cancelled"), Ui.texts(shell));
        Ui.press(shell, "Close");
        Ui.until("the tries show", () -> item("PIN of the token").filter(i -> i.getText(1).equals("2 tries left")).isPresent());
        assertEquals(2, fake.tries());
    }

    @Test
    void aCardPulledWhileThePinIsAskedForSaysSo() {
        plugWithFake();
        select("PIN of the token");
        view.perform(TokenAction.VERIFY_PIN);
        Shell shell = untilAsked("Enter the PIN");
        readers.unplug(reader);
        Ui.type(shell, "OLD_PIN", FakeDriver.PIN);
        Ui.press(shell, "OK");
        Shell failed = untilStage(VerbDialog.Stage.FAILED);
        assertFalse(Ui.texts(failed).contains("Exception"), Ui.texts(failed));
        Ui.press(failed, "Close");
    }

    @Test
    void resettingNeedsTheCardsIdTyped() {
        plugWithFake();
        select(FakeDriver.NAME);
        view.perform(TokenAction.STEP);
        Shell shell = untilStage(VerbDialog.Stage.INPUT);
        assertEquals(List.of(), Access.dialogComplaints(shell));
        assertTrue(Ui.texts(shell).contains("All keys and certificates are lost."), Ui.texts(shell));
        Ui.press(shell, "Go On");
        Shell sure = untilAsked("Reset the application");
        assertTrue(Ui.texts(sure).contains("To go on, type"), Ui.texts(sure));
        Ui.press(sure, "Cancel");
        untilStage(VerbDialog.Stage.FAILED);
        assertFalse(fake.log.contains("step reset"));
    }

    @Test
    void whyThisDriverListsAllAndTakesDecisions() throws Exception {
        plugWithFake();
        Ui.freshView(DriversView.ID, DriversView.class).turnTo(reader);
        Ui.until("all drivers are listed", () -> table().filter(t -> rows(t).size() >= 3).isPresent());
        var rows = rows(table().orElseThrow());
        assertTrue(rows.stream().anyMatch(r -> r.startsWith("Fake (used)|10|has a card manager")), rows.toString());
        assertTrue(rows.stream().anyMatch(r -> r.startsWith("CoolKey|0|no application")), rows.toString());
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "explorer-drivers");
        choose("Fake");
        Ui.press(Ui.window(), "Disable");
        Ui.until("it is disabled", () -> table().filter(t -> rows(t).stream().anyMatch(r -> r.matches("Fake\\|0\\|not asked\\|disabled for ATR .*")))
                .isPresent());
        choose("Fake");
        Ui.press(Ui.window(), "Use Only This");
        Ui.until("it is pinned", () -> table().filter(t -> rows(t).stream().anyMatch(r -> r.matches("Fake \\(used\\)\\|10\\|.*\\|pinned for ATR .*")))
                .isPresent());
        choose("Fake");
        Ui.press(Ui.window(), "Enable");
        Ui.until("nothing is decided", () -> table().filter(t -> rows(t).stream().allMatch(r -> r.endsWith("|"))).isPresent());
    }

    private static Optional<Table> table() {
        return Ui.all(Ui.window(), Table.class, t -> t.isVisible() && t.getColumnCount() == 4 && t.getColumn(1).getText().equals("Score")).stream()
                .findFirst();
    }

    private static List<String> rows(Table t) {
        return Arrays.stream(t.getItems()).map(i -> i.getText(0) + "|" + i.getText(1) + "|" + i.getText(2) + "|" + i.getText(3)).toList();
    }

    private static void choose(String name) {
        Table t = table().orElseThrow();
        int i = java.util.stream.IntStream.range(0, t.getItemCount()).filter(n -> t.getItem(n).getText().startsWith(name)).findFirst().orElseThrow();
        t.setSelection(i);
        var e = new Event();
        e.item = t.getItem(i);
        t.notifyListeners(SWT.Selection, e);
    }

    @Test
    void everyCommandHasAKeyADescriptionAndAPlaceInTheMenu() throws Exception {
        var keys = PlatformUI.getWorkbench().getService(IBindingService.class);
        int seen = 0;
        for (Command command : PlatformUI.getWorkbench().getService(ICommandService.class).getDefinedCommands()) {
            if (command.getId().startsWith("org.esc.ui.explorer.")) {
                seen++;
                assertTrue(keys.getActiveBindingsFor(command.getId()).length > 0, command.getId() + " has a key");
                assertFalse(command.getDescription().isBlank(), command.getId());
            }
        }
        assertEquals(TokenAction.values().length + 3, seen);
        for (TokenAction a : TokenAction.values()) {
            assertTrue(PlatformUI.getWorkbench().getService(ICommandService.class).getCommand(a.command()).isDefined(), a.command());
        }
        var bar = Ui.window().getMenuBar();
        for (MenuItem item : bar.getItems()) {
            if (item.getMenu() != null) {
                open(item.getMenu());
            }
        }
        assertEquals(List.of(), Access.menuComplaints(Arrays.asList(bar.getItems())));
    }

    private static void open(Menu menu) {
        menu.notifyListeners(SWT.Show, new Event());
        Arrays.stream(menu.getItems()).map(MenuItem::getMenu).filter(m -> m != null).forEach(ExplorerViewTest::open);
    }

    @Test
    void hexTextKnowsWhereEachByteStands() {
        byte[] b = new byte[40];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) (0x30 + i);
        }
        var hex = new HexText(b);
        String text = hex.text();
        var shown = new StringBuilder();
        hex.runs(14, 20).forEach(r -> shown.append(text, r.start(), r.start() + r.length()).append('|'));
        assertEquals("3E 3F|>?|40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F|@ABCDEFGHIJKLMNO|50 51|PQ|", shown.toString());
        for (int i = 0; i < b.length; i++) {
            for (var r : hex.runs(i, 1)) {
                assertEquals(i, hex.byteAt(r.start()).orElseThrow());
            }
        }
        assertTrue(hex.byteAt(0).isEmpty() && hex.byteAt(text.length() + 100).isEmpty());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.core.commands.Command;
import org.eclipse.swt.SWT;
import org.eclipse.swt.dnd.DND;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.commands.ICommandService;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.keys.IBindingService;
import org.esc.apdu.Aid;
import org.esc.apdu.Cuid;
import org.esc.apdu.Hex;
import org.esc.card.CardFiles;
import org.esc.globalplatform.Privilege;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.ui.Services;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The perspective with a real software card and the real verbs; a person presses the buttons. */
class ContentViewTest {

    /** Header, Directory, Applet, Import, Method and StaticField of a package D276000085 with the applet D27600008501. */
    private static final String PACKAGE = "010013DECAFFED010204000105D27600008503612F62" + "0200050013000000" + "03000A0106D276000085010010"
            + "04000100" + "07000A5A5A5A5A5A5A5A5A5A5A" + "08000A00200000000000000000";

    @TempDir
    Path folder;
    private SoftReaders readers;
    private String reader;
    private ContentView view;

    @BeforeEach
    void plugACardIn() throws Exception {
        readers = (SoftReaders) Services.find(CardFiles.class).orElseThrow();
        readers.unplugAll();
        PlatformUI.getWorkbench().showPerspective(ContentPerspective.ID, PlatformUI.getWorkbench().getActiveWorkbenchWindow());
        view = Ui.freshView(ContentView.ID, ContentView.class);
    }

    @AfterEach
    void tidyUp() {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        readers.unplugAll();
    }

    private void plug(ScpVersion scp) {
        var spec = CardSpec.standard().withScp(scp);
        reader = readers.plug("Test token", SoftCard.inMemory(spec, new CoolKeyAppletFactory()));
        Ui.until("the card is shown", () -> view.model().channel() == ContentModel.Channel.CLOSED);
    }

    private void open() {
        view.open();
        Ui.until("the keys are asked for", () -> keysDialog().isPresent());
        Shell shell = keysDialog().orElseThrow();
        assertEquals(List.of(), Access.dialogComplaints(shell));
        assertEquals("factory", Ui.all(shell, Combo.class).getFirst().getText());
        Ui.screenshot(shell, "content-open");
        Ui.press(shell, "Open");
        Ui.until("the registry is read", () -> view.model().channel() == ContentModel.Channel.READ
                || view.model().channel() == ContentModel.Channel.FAILED);
        assertEquals(Optional.empty(), view.model().problem().map(Object::toString));
    }

    private static Optional<Shell> keysDialog() {
        return Ui.shells().stream().filter(s -> s.getText().equals("Open Secure Channel")).findFirst();
    }

    private static Tree tree() {
        return trees().getFirst();
    }

    private static List<Tree> trees() {
        return Ui.all(Ui.window(), Tree.class, t -> t.isVisible() && t.getColumnCount() == 3);
    }

    private static Optional<TreeItem> find(TreeItem[] items, String text) {
        for (TreeItem i : items) {
            if (i.getText().equals(text)) {
                return Optional.of(i);
            }
            var inner = find(i.getItems(), text);
            if (inner.isPresent()) {
                return inner;
            }
        }
        return Optional.empty();
    }

    private static void select(String text) {
        TreeItem item = find(tree().getItems(), text).orElseThrow(() -> new AssertionError("no " + text + " in the tree"));
        tree().setSelection(item);
        var e = new Event();
        e.item = item;
        tree().notifyListeners(SWT.Selection, e);
    }

    private static ContentDialog untilStage(ContentDialog.Stage stage) {
        Ui.until("the dialog is at " + stage, () -> dialog().filter(d -> d.stage() == stage).isPresent());
        return dialog().orElseThrow();
    }

    private static Optional<ContentDialog> dialog() {
        return Ui.shells().stream().map(s -> s.getData("org.esc.ui.dialog")).filter(ContentDialog.class::isInstance)
                .map(ContentDialog.class::cast).findFirst();
    }

    private void finish(String button, String picture) {
        Shell shell = untilStage(ContentDialog.Stage.PLAN).getShell();
        assertEquals(List.of(), Access.dialogComplaints(shell));
        Ui.screenshot(shell, picture);
        Ui.press(shell, button);
        untilStage(ContentDialog.Stage.DONE);
        Ui.press(shell, "Close");
        Ui.until("the card was read anew", () -> view.model().channel() == ContentModel.Channel.READ);
        Ui.settle();
    }

    @Test
    void withoutACardItSaysWhatToDo() {
        assertTrue(Ui.texts(Ui.window()).contains("No card is in a reader"), Ui.texts(Ui.window()));
        assertFalse(Ui.button(Ui.window(), "Open Secure Channel…").isEnabled());
        Ui.screenshot(Ui.window(), "content-empty");
    }

    @Test
    void noKeyIsTriedUnasked() {
        plug(ScpVersion.SCP03_00);
        assertTrue(Ui.texts(Ui.window()).contains("No secure channel"), Ui.texts(Ui.window()));
        assertTrue(view.model().tree().isEmpty());
        assertEquals(List.of(), Access.complaints(Ui.window()));
        for (ContentAction a : ContentAction.values()) {
            assertFalse(view.possible(a), a.name());
        }
        Ui.screenshot(Ui.window(), "content-closed");
    }

    @Test
    void aPackageIsInstalledLockedAndDeletedAgain() throws Exception {
        Path file = Files.write(folder.resolve("a.ijc"), Hex.parse(PACKAGE));
        plug(ScpVersion.SCP03_70);
        open();
        view.install(file);
        Shell shell = untilStage(ContentDialog.Stage.INPUT).getShell();
        assertEquals(List.of(), Access.dialogComplaints(shell));
        Ui.screenshot(shell, "content-install-1");
        Ui.press(shell, "Next");
        finish("Install", "content-install-2");
        assertTrue(find(tree().getItems(), "D276000085").isPresent());
        select("D27600008501");
        Ui.until("what is selected is described", () -> Ui.all(Ui.window(), Table.class, t -> t.isVisible() && t.getColumnCount() == 2).stream()
                .anyMatch(t -> Arrays.stream(t.getItems()).map(i -> i.getText(1)).anyMatch("D27600008501"::equals)));
        Ui.screenshot(Ui.window(), "content-read");
        Ui.until("lock can be pressed", () -> menu("Lock…").isEnabled());
        Ui.click(menu("Lock…"));
        finish("Lock", "content-lock");
        select("D27600008501");
        assertTrue(view.possible(ContentAction.UNLOCK));
        assertFalse(view.possible(ContentAction.LOCK));
        select("D276000085");
        view.perform(ContentAction.DELETE);
        Shell delete = untilStage(ContentDialog.Stage.INPUT).getShell();
        Ui.click(check(delete));
        Ui.press(delete, "Next");
        finish("Delete", "content-delete");
        assertTrue(find(tree().getItems(), "D276000085").isEmpty());
    }

    private static org.eclipse.swt.widgets.Button check(Shell shell) {
        var box = Ui.all(shell, org.eclipse.swt.widgets.Button.class, b -> (b.getStyle() & SWT.CHECK) != 0).getFirst();
        box.setSelection(true);
        return box;
    }

    private static MenuItem menu(String label) {
        return Ui.menu("Card", label);
    }

    @Test
    void aBadFileIsRefusedBeforeAnythingIsSent() throws Exception {
        Path file = Files.write(folder.resolve("bad.cap"), new byte[] {1, 2, 3});
        plug(ScpVersion.SCP02_15);
        open();
        view.install(file);
        Shell shell = untilStage(ContentDialog.Stage.INPUT).getShell();
        Ui.press(shell, "Next");
        untilStage(ContentDialog.Stage.FAILED);
        Ui.screenshot(shell, "content-bad-file");
        assertFalse(Ui.texts(shell).contains("Exception"), Ui.texts(shell));
        Ui.press(shell, "Back");
        untilStage(ContentDialog.Stage.INPUT);
    }

    @Test
    void wrongKeysAreNotTriedAgainByARefresh() {
        var spec = CardSpec.standard().withKey(1, Hex.parse("000102030405060708090A0B0C0D0E0F"));
        readers.plug("Other token", SoftCard.inMemory(spec, new CoolKeyAppletFactory()));
        Ui.until("the card is shown", () -> view.model().channel() == ContentModel.Channel.CLOSED);
        view.model().open(KeyChoice.FACTORY);
        Ui.until("it was refused", () -> view.model().channel() == ContentModel.Channel.FAILED);
        Ui.screenshot(Ui.window(), "content-wrong-keys");
        assertTrue(view.model().keys().isEmpty());
        view.model().refresh();
        Ui.until("it shows what it tells to anybody", () -> view.model().channel() == ContentModel.Channel.CLOSED);
    }

    @Test
    void terminatingNeedsTheCardsIdTyped() {
        plug(ScpVersion.SCP01_05);
        open();
        view.perform(ContentAction.TERMINATE);
        Shell shell = untilStage(ContentDialog.Stage.PLAN).getShell();
        Ui.press(shell, "Terminate");
        Ui.until("the id is asked for", () -> Ui.shells().stream().anyMatch(s -> Ui.texts(s).contains("To go on, type")));
        Shell question = Ui.shells().stream().filter(s -> Ui.texts(s).contains("To go on, type")).findFirst().orElseThrow();
        Ui.screenshot(question, "content-terminate");
        Ui.press(question, "Cancel");
        untilStage(ContentDialog.Stage.FAILED);
        Ui.press(shell, "Close");
        Ui.until("the card was read anew", () -> view.model().channel() == ContentModel.Channel.READ);
        assertEquals("op ready", view.model().root().orElseThrow().state());
    }

    @Test
    void aPulledCardLeavesNothingBehind() {
        plug(ScpVersion.SCP02_15);
        open();
        readers.unplug(reader);
        Ui.until("the view is empty", () -> view.model().channel() == ContentModel.Channel.NONE);
        // the model knows before the page that says so is laid out and painted
        Ui.until("the page says so", () -> Ui.texts(Ui.window()).contains("No card is in a reader"));
        Ui.screenshot(Ui.window(), "content-pulled");
        assertTrue(view.model().keys().isEmpty());
        assertTrue(trees().isEmpty(), "the tree of the pulled card is shown");
    }

    @Test
    void theChannelIsShownWithAnIconWordsAndATooltip() {
        Label icon = channelIcon();
        assertEquals("There is no card to open a secure channel to.", icon.getToolTipText());
        Image none = icon.getImage();
        plug(ScpVersion.SCP03_70);
        Ui.until("the icon says that it is closed", () -> !icon.getImage().equals(none));
        Image closed = icon.getImage();
        open();
        Ui.until("the icon says that it was opened", () -> !icon.getImage().equals(closed) && icon.getToolTipText().contains("SCP03"));
        assertTrue(Ui.texts(Ui.window()).contains("SCP03 i=70 · mac-enc · key set factory · version 01"), Ui.texts(Ui.window()));
        for (String said : List.of("Protocol and options: SCP03 i=70", "Protection: mac-enc", "Keys: key set factory",
                "Version of the card's key set: 01")) {
            assertTrue(icon.getToolTipText().contains(said), icon.getToolTipText());
        }
    }

    private static Label channelIcon() {
        return Ui.all(Ui.window(), Label.class, l -> l.isVisible() && l.getImage() != null && l.getToolTipText() != null).getFirst();
    }

    @Test
    void failedTriesAreShownUntilTheRightKeysFit() {
        byte[] own = Hex.parse("000102030405060708090A0B0C0D0E0F");
        var spec = CardSpec.standard().withKey(1, own).withCuid(Cuid.of("0102030405060708090A"));
        readers.plug("Other token", SoftCard.inMemory(spec, new CoolKeyAppletFactory()));
        Ui.until("the card is shown", () -> view.model().channel() == ContentModel.Channel.CLOSED);
        assertEquals(Optional.empty(), view.model().failedTries());
        view.model().open(KeyChoice.FACTORY);
        Ui.until("it was refused and counted", () -> view.model().failedTries().filter(t -> t.failures() == 1).isPresent());
        assertTrue(Ui.texts(Ui.window()).contains("Closed: the card does not have these keys · 1 failed try"), Ui.texts(Ui.window()));
        assertTrue(channelIcon().getToolTipText().contains("Last tried: key set factory"), channelIcon().getToolTipText());
        view.model().refresh();
        Ui.until("it is shown with its count", () -> view.model().channel() == ContentModel.Channel.CLOSED);
        Ui.until("the words say so", () -> Ui.texts(Ui.window()).contains("No secure channel · 1 failed try"));
        Ui.screenshot(Ui.window(), "content-failed-try");
        view.open();
        Ui.until("the keys are asked for", () -> keysDialog().isPresent());
        Shell shell = keysDialog().orElseThrow();
        assertTrue(Ui.texts(shell).contains("1 failed try"), Ui.texts(shell));
        Ui.combo(shell, "Keys").setText("typed in each time");
        Ui.press(shell, "Open");
        Ui.until("they are asked for", () -> keyForm().isPresent());
        Ui.type(keyForm().orElseThrow(), "ENC", Hex.of(own));
        Ui.type(keyForm().orElseThrow(), "MAC", Hex.of(own));
        Ui.type(keyForm().orElseThrow(), "DEK", Hex.of(own));
        Ui.press(keyForm().orElseThrow(), "OK");
        Ui.until("the registry is read", () -> view.model().channel() == ContentModel.Channel.READ);
        assertEquals(Optional.empty(), view.model().failedTries());
    }

    private static Optional<Shell> keyForm() {
        return Ui.shells().stream().filter(s -> s.getText().equals("Keys of the card")).findFirst();
    }

    @Test
    void aFileDroppedOntoTheTreeIsInstalledAfterAReport() throws Exception {
        Path file = Files.write(folder.resolve("a.ijc"), Hex.parse(PACKAGE));
        plug(ScpVersion.SCP03_70);
        Ui.until("the card is in the tree", () -> !trees().isEmpty());
        assertEquals(DND.DROP_NONE, Drops.enter(tree()), "a card that was not read takes nothing");
        open();
        assertEquals(DND.DROP_COPY, Drops.enter(tree()));
        Drops.drop(tree(), file.toString(), "/another");
        Ui.until("one at a time is asked for", () -> Ui.shells().stream().anyMatch(s -> Ui.texts(s).contains("one CAP or IJC file at a time")));
        Ui.shells().stream().filter(s -> Ui.texts(s).contains("one CAP or IJC")).forEach(Shell::dispose);
        Drops.drop(tree(), file.toString());
        Shell shell = untilStage(ContentDialog.Stage.INPUT).getShell();
        assertTrue(Ui.texts(shell).contains(file.toString()), Ui.texts(shell));
        Ui.type(shell, "privileges", "card-lock");
        Ui.type(shell, "params", "0102");
        Ui.press(shell, "Next");
        untilStage(ContentDialog.Stage.PLAN);
        List<String> plan = Arrays.stream(Ui.all(shell, Table.class).getFirst().getItems()).map(i -> i.getText()).toList();
        for (String said : List.of("in 1 block of at most", "bytes left on the card", "Load the package D276000085", "Install D27600008501")) {
            assertTrue(plan.stream().anyMatch(l -> l.contains(said)), said + ": " + plan);
        }
        Ui.press(shell, "Install");
        untilStage(ContentDialog.Stage.DONE);
        Ui.press(shell, "Close");
        Ui.until("the card was read anew", () -> view.model().channel() == ContentModel.Channel.READ);
        assertTrue(view.model().tree().orElseThrow().find(Aid.of("D27600008501")).orElseThrow().privileges().has(Privilege.CARD_LOCK));
    }

    @Test
    void anImportThatTheCardLacksIsAnObstacle() throws Exception {
        // the Import component names one package, F00000000001 version 1.0
        Path file = Files.write(folder.resolve("b.ijc"), Hex.parse(PACKAGE.replace("04000100", "04000A01000106F00000000001")));
        plug(ScpVersion.SCP02_15);
        open();
        view.install(file);
        Shell shell = untilStage(ContentDialog.Stage.INPUT).getShell();
        Ui.press(shell, "Next");
        untilStage(ContentDialog.Stage.PLAN);
        List<String> plan = Arrays.stream(Ui.all(shell, Table.class).getFirst().getItems()).map(i -> i.getText()).toList();
        assertTrue(plan.stream().anyMatch(l -> l.startsWith("✗ It needs F00000000001")), plan.toString());
        assertFalse(Ui.button(shell, "Install").isEnabled());
        Ui.screenshot(shell, "content-obstacle");
    }

    @Test
    void everyCommandHasAKeyAndADescription() throws Exception {
        var keys = PlatformUI.getWorkbench().getService(IBindingService.class);
        int seen = 0;
        PlatformUI.getWorkbench().getService(IContextService.class).activateContext(KeySetsView.CONTEXT);
        for (Command command : PlatformUI.getWorkbench().getService(ICommandService.class).getDefinedCommands()) {
            if (command.getId().startsWith("org.esc.ui.globalplatform.")) {
                seen++;
                assertTrue(keys.getActiveBindingsFor(command.getId()).length > 0, command.getId() + " has a key");
                assertFalse(command.getDescription().isBlank(), command.getId());
            }
        }
        // and: open, refresh, show key sets
        assertEquals(ContentAction.values().length + KeySetAction.values().length + 3, seen);
    }

    @Test
    void menusLeadToOnePlaceEach() {
        plug(ScpVersion.SCP02_15);
        open();
        var bar = Ui.window().getMenuBar();
        for (MenuItem item : bar.getItems()) {
            if (item.getMenu() != null) {
                item.getMenu().notifyListeners(SWT.Show, new Event());
            }
        }
        assertEquals(List.of(), Access.menuComplaints(Arrays.asList(bar.getItems())));
    }
}

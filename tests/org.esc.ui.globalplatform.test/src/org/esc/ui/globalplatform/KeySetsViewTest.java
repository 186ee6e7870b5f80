// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.ToolBar;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.Hex;
import org.esc.card.CardFiles;
import org.esc.command.UserDirs;
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

/** The key-set manager, with the real verbs and a store of its own; a person presses the buttons. */
class KeySetsViewTest {

    private static final String MASTER = "correct horse";
    private static final String KEY = "0123456789ABCDEFFEDCBA9876543210";

    private SoftReaders readers;
    private ContentView content;
    private KeySetsView view;

    @BeforeEach
    void begin() throws Exception {
        // never the keys of whoever runs the tests
        for (Path p : List.of(UserDirs.config(), UserDirs.state())) {
            assertTrue(p.toString().contains("/target/"), p.toString());
            clear(p);
        }
        readers = (SoftReaders) Services.find(CardFiles.class).orElseThrow();
        readers.unplugAll();
        PlatformUI.getWorkbench().showPerspective(ContentPerspective.ID, PlatformUI.getWorkbench().getActiveWorkbenchWindow());
        content = Ui.freshView(ContentView.ID, ContentView.class);
        view = Ui.freshView(KeySetsView.ID, KeySetsView.class);
        untilListed();
    }

    private static void clear(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                for (Path p : all.filter(Files::isRegularFile).toList()) {
                    Files.delete(p);
                }
            }
        }
    }

    @AfterEach
    void tidyUp() {
        Ui.shells().stream().filter(s -> s != Ui.window()).forEach(Shell::dispose);
        readers.unplugAll();
    }

    private void untilListed() {
        Ui.until("the key sets are listed", () -> !view.reading() && table().getItemCount() > 0);
    }

    private static Table table() {
        return Ui.all(Ui.window(), Table.class, t -> t.isVisible() && t.getColumnCount() == 6).getFirst();
    }

    private static List<String> names() {
        return Arrays.stream(table().getItems()).map(TableItem::getText).toList();
    }

    private static TableItem row(String name) {
        return Arrays.stream(table().getItems()).filter(i -> i.getText().equals(name)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + names()));
    }

    private void select(String name) {
        view.select(name);
        assertEquals(name, view.selected().orElseThrow().name());
    }

    private static <T extends VerbDialog> T until(Class<T> type, VerbDialog.Stage stage) {
        Ui.until(type.getSimpleName() + " is at " + stage, () -> dialog(type).filter(d -> d.stage() == stage).isPresent());
        return dialog(type).orElseThrow();
    }

    private static <T extends VerbDialog> Optional<T> dialog(Class<T> type) {
        return Ui.shells().stream().map(s -> s.getData("org.esc.ui.dialog")).filter(type::isInstance).map(type::cast).findFirst();
    }

    private static Shell shell(String with) {
        Ui.until("a window says " + with, () -> Ui.shells().stream().anyMatch(s -> Ui.texts(s).contains(with)));
        return Ui.shells().stream().filter(s -> Ui.texts(s).contains(with)).findFirst().orElseThrow();
    }

    private static void choose(Composite in, String field) {
        Button radio = Ui.all(in, Button.class, b -> field.equals(b.getData("org.esc.ui.field"))).getFirst();
        Ui.all(in, Button.class, b -> (b.getStyle() & SWT.RADIO) != 0).forEach(b -> b.setSelection(b == radio));
        Ui.click(radio);
    }

    /** Adds a set whose keys are typed in; the first one has a master password chosen. */
    private void add(String name, String key, String kdf) {
        view.perform(KeySetAction.ADD);
        Shell shell = until(AddKeySetDialog.class, VerbDialog.Stage.INPUT).getShell();
        Ui.type(shell, "name", name);
        Ui.type(shell, "ENC", key);
        Ui.combo(shell, "Diversified by").setText(kdf);
        Ui.press(shell, "Add Key Set");
        boolean first = table().getItemCount() == 1;
        Shell question = shell(first ? "New password &again" : "Master password");
        if (first) {
            Ui.type(question, "first", MASTER);
            Ui.type(question, "second", MASTER);
            Ui.press(question, "Set Password");
        } else {
            Ui.type(question, "MASTER_PASSWORD", MASTER);
            Ui.press(question, "OK");
        }
        until(AddKeySetDialog.class, VerbDialog.Stage.DONE);
        Ui.press(shell, "Close");
        Ui.until(name + " is listed", () -> !view.reading() && names().contains(name));
    }

    private void plug(CardSpec spec) {
        readers.plug("Test token", SoftCard.inMemory(spec, new CoolKeyAppletFactory()));
        Ui.until("the card is shown", () -> content.model().channel() == ContentModel.Channel.CLOSED);
    }

    @Test
    void whoHasNoKeySetIsToldWhatOneIs() {
        assertEquals(List.of("factory"), names());
        assertTrue(Ui.texts(Ui.window()).contains("A key set is what opens the secure channel to a card"), Ui.texts(Ui.window()));
        assertFalse(view.possible(KeySetAction.REMOVE), "the factory's set is built in");
        assertFalse(view.possible(KeySetAction.CHECK), "there is no card");
        assertFalse(view.possible(KeySetAction.USE), "there is no card");
        assertEquals("8BAF47 or 504A77", row("factory").getText(4));
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "keysets-empty");
        Ui.press(Ui.window(), "Add Key Set…");
        until(AddKeySetDialog.class, VerbDialog.Stage.INPUT);
    }

    @Test
    void typedKeysAreLookedAtStoredAndRemoved() throws Exception {
        view.perform(KeySetAction.ADD);
        Shell shell = until(AddKeySetDialog.class, VerbDialog.Stage.INPUT).getShell();
        assertEquals(List.of(), Access.dialogComplaints(shell));
        Button accept = Ui.button(shell, "Add Key Set");
        assertFalse(accept.isEnabled());
        Ui.type(shell, "name", "plant");
        Ui.type(shell, "ENC", "0123");
        assertTrue(Ui.texts(shell).contains("4 hexadecimal digits; a key has 32, 48 or 64"), Ui.texts(shell));
        assertFalse(accept.isEnabled());
        Ui.type(shell, "ENC", KEY);
        assertTrue(Ui.texts(shell).contains("16 bytes. Check value 08D7B4 as triple DES"), Ui.texts(shell));
        assertTrue(accept.isEnabled());
        Ui.type(shell, "MAC", "xyz");
        assertTrue(Ui.texts(shell).contains("Only hexadecimal digits"), Ui.texts(shell));
        assertFalse(accept.isEnabled());
        Ui.type(shell, "MAC", "404142434445464748494A4B4C4D4E4F");
        assertTrue(Ui.texts(shell).contains("(parity not odd)"), Ui.texts(shell));
        Ui.combo(shell, "Diversified by").setText("$4$5 F0 $k");
        assertFalse(accept.isEnabled(), "a template that makes no key");
        Ui.combo(shell, "Diversified by").setText("visa2");
        assertTrue(Ui.texts(shell).contains("These are triple DES master keys"), Ui.texts(shell));
        assertTrue(accept.isEnabled());
        for (Text box : Ui.all(shell, Text.class, t -> Stream.of("ENC", "MAC", "DEK").anyMatch(p -> p.equals(t.getData("org.esc.ui.field"))))) {
            assertTrue(box.getEchoChar() != '\0', "keys are not shown unless that is wished");
        }
        Ui.screenshot(shell, "keysets-add");
        Ui.press(shell, "Add Key Set");
        Shell password = shell("New password &again");
        Ui.type(password, "first", MASTER);
        Ui.type(password, "second", MASTER);
        Ui.press(password, "Set Password");
        until(AddKeySetDialog.class, VerbDialog.Stage.DONE);
        Ui.screenshot(shell, "keysets-added");
        Ui.press(shell, "Close");
        Ui.until("it is listed and selected", () -> !view.reading() && view.selected().filter(s -> s.name().equals("plant")).isPresent());
        TableItem row = row("plant");
        assertEquals(List.of("plant", "stored, encrypted", "visa2", "des3-128", "08D7B4 8BAF47 08D7B4", ""), cells(row));
        assertFalse(Files.readString(UserDirs.config().resolve("keys.secure")).contains(KEY));
        Ui.screenshot(Ui.window(), "keysets-list");

        // the name is taken: nothing typed is lost
        view.perform(KeySetAction.ADD);
        Shell again = until(AddKeySetDialog.class, VerbDialog.Stage.INPUT).getShell();
        Ui.type(again, "name", "plant");
        Ui.type(again, "ENC", KEY);
        Ui.press(again, "Add Key Set");
        until(AddKeySetDialog.class, VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(again).contains("There is a key set plant already"), Ui.texts(again));
        assertTrue(Ui.texts(again).contains("This cannot be done as asked"), Ui.texts(again));
        Ui.press(again, "Back");
        assertTrue(Ui.button(again, "Add Key Set").isEnabled(), "the keys are still there");
        Ui.press(again, "Cancel");

        view.perform(KeySetAction.REMOVE);
        Shell sure = shell("Its keys are erased from the store");
        Ui.press(sure, "Cancel");
        Ui.until("it is kept", () -> !view.reading());
        Ui.settle();
        assertTrue(names().contains("plant"));
        view.perform(KeySetAction.REMOVE);
        Ui.press(shell("Its keys are erased from the store"), "Go On Anyway");
        Ui.until("it is gone", () -> !view.reading() && names().equals(List.of("factory")));
    }

    private static List<String> cells(TableItem row) {
        var cells = new ArrayList<String>();
        for (int i = 0; i < row.getParent().getColumnCount(); i++) {
            cells.add(row.getText(i));
        }
        return cells;
    }

    @Test
    void aTokenThatIsNotThereIsSaidAndNothingIsLost() {
        view.perform(KeySetAction.ADD);
        Shell shell = until(AddKeySetDialog.class, VerbDialog.Stage.INPUT).getShell();
        Ui.type(shell, "name", "hsm");
        choose(shell, "TOKEN");
        assertEquals(List.of(), Access.dialogComplaints(shell));
        assertFalse(Ui.button(shell, "Add Key Set").isEnabled());
        Ui.type(shell, "pkcs11", "/no/such/library.so");
        Ui.type(shell, "pkcs11Label", "masters");
        Ui.screenshot(shell, "keysets-add-token");
        Ui.press(shell, "Add Key Set");
        until(AddKeySetDialog.class, VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(shell).contains("/no/such/library.so"), Ui.texts(shell));
        assertFalse(Ui.texts(shell).contains("Exception"), Ui.texts(shell));
        Ui.press(shell, "Back");
        assertTrue(Ui.texts(shell).contains("masters") && Ui.texts(shell).contains("/no/such/library.so"), Ui.texts(shell));
        choose(shell, "ENVIRONMENT");
        assertEquals(List.of(), Access.dialogComplaints(shell));
        Ui.type(shell, "keyEnv", "NOT_SET_ANYWHERE");
        Ui.press(shell, "Add Key Set");
        until(AddKeySetDialog.class, VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(shell).contains("NOT_SET_ANYWHERE is not set"), Ui.texts(shell));
    }

    @Test
    void aPreviewComesFromTypedDataOrFromTheCard() throws Exception {
        select("factory");
        view.perform(KeySetAction.PREVIEW);
        KeyPreviewDialog dialog = until(KeyPreviewDialog.class, VerbDialog.Stage.INPUT);
        Shell shell = dialog.getShell();
        assertEquals(List.of(), Access.dialogComplaints(shell));
        assertFalse(Ui.button(shell, "Show").isEnabled());
        Ui.type(shell, "kdd", "0001020304050607080");
        assertFalse(Ui.button(shell, "Show").isEnabled());
        Ui.type(shell, "kdd", "00010203040506070809");
        Ui.press(shell, "Show");
        until(KeyPreviewDialog.class, VerbDialog.Stage.DONE);
        assertTrue(Ui.texts(shell).contains("No card was touched"), Ui.texts(shell));
        assertEquals(List.of("8BAF47", "8BAF47", "8BAF47", "504A77", "504A77", "504A77"), kcvs(shell));
        Ui.screenshot(shell, "keysets-preview");
        Ui.press(shell, "Back");
        choose(shell, "CPLC");
        Ui.type(shell, "cplc", Hex.of(Cplc.of(Cuid.of("00010203040506070809"), new byte[4]).encoded()));
        Ui.press(shell, "Show");
        until(KeyPreviewDialog.class, VerbDialog.Stage.DONE);
        assertTrue(Ui.texts(shell).contains("Card 00010203040506070809"), Ui.texts(shell));
        Ui.press(shell, "Close");

        plug(CardSpec.standard().withScp(ScpVersion.SCP03_70));
        view.perform(KeySetAction.PREVIEW);
        Shell card = until(KeyPreviewDialog.class, VerbDialog.Stage.INPUT).getShell();
        Ui.press(card, "Show");
        until(KeyPreviewDialog.class, VerbDialog.Stage.DONE);
        assertTrue(Ui.texts(card).contains("Nothing was authenticated"), Ui.texts(card));
    }

    private static List<String> kcvs(Shell shell) {
        return Arrays.stream(Ui.all(shell, Table.class).getFirst().getItems()).map(i -> i.getText(2)).toList();
    }

    @Test
    void aCheckSaysWhetherTheKeysFitAndFailuresAreListed() throws Exception {
        add("other", KEY, "none");
        plug(CardSpec.standard().withScp(ScpVersion.SCP03_70).withCuid(Cuid.of("0A0B0C0D0E0F10111213")));
        select("factory");
        view.perform(KeySetAction.CHECK);
        Shell shell = until(KeyCheckDialog.class, VerbDialog.Stage.INPUT).getShell();
        assertEquals(List.of(), Access.dialogComplaints(shell));
        Ui.type(shell, "version", "x");
        assertFalse(Ui.button(shell, "Check").isEnabled());
        Ui.type(shell, "version", "00");
        Ui.press(shell, "Check");
        until(KeyCheckDialog.class, VerbDialog.Stage.DONE);
        for (String said : List.of("These are the card's keys", "SCP03 i=70", "mac-enc", "key set factory", "Key version: 01")) {
            assertTrue(Ui.texts(shell).contains(said), said + " in " + Ui.texts(shell));
        }
        Ui.screenshot(shell, "keysets-checked");
        Ui.press(shell, "Close");
        Ui.until("the list is read", () -> !view.reading());

        select("other");
        view.perform(KeySetAction.CHECK);
        Shell wrong = until(KeyCheckDialog.class, VerbDialog.Stage.INPUT).getShell();
        Ui.press(wrong, "Check");
        Shell password = shell("Master password");
        Ui.type(password, "MASTER_PASSWORD", MASTER);
        Ui.press(password, "OK");
        until(KeyCheckDialog.class, VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(wrong).contains("The card does not have these keys: key set other"), Ui.texts(wrong));
        assertTrue(Ui.texts(wrong).contains("No authentication was sent"), Ui.texts(wrong));
        Ui.screenshot(wrong, "keysets-wrong");
        Ui.press(wrong, "Close");
        Ui.until("the failure is listed", () -> !view.reading() && row("other").getText(5).equals("1 on card 0A0B0C0D0E0F10111213"));
        assertEquals("", row("factory").getText(5));
    }

    @Test
    void aWrongMasterPasswordIsSaidAndTheKeysStay() throws Exception {
        add("one", KEY, "none");
        view.perform(KeySetAction.ADD);
        Shell shell = until(AddKeySetDialog.class, VerbDialog.Stage.INPUT).getShell();
        Ui.type(shell, "name", "two");
        Ui.type(shell, "ENC", KEY);
        Ui.press(shell, "Add Key Set");
        Shell password = shell("Master password");
        Ui.type(password, "MASTER_PASSWORD", "wrong horse");
        Ui.press(password, "OK");
        until(AddKeySetDialog.class, VerbDialog.Stage.FAILED);
        assertTrue(Ui.texts(shell).contains("That is not the master password"), Ui.texts(shell));
        Ui.press(shell, "Back");
        assertTrue(Ui.button(shell, "Add Key Set").isEnabled(), "name and keys are still there");
        Ui.press(shell, "Add Key Set");
        Ui.press(shell("Master password"), "Cancel");
        until(AddKeySetDialog.class, VerbDialog.Stage.FAILED);
        Ui.press(shell, "Close");
        assertFalse(names().contains("two"));
    }

    @Test
    void aSetIsUsedForTheCardThatIsShown() {
        plug(CardSpec.standard().withScp(ScpVersion.SCP02_15));
        select("factory");
        assertTrue(view.possible(KeySetAction.USE));
        var e = new Event();
        e.item = table().getSelection()[0];
        table().notifyListeners(SWT.DefaultSelection, e);
        Ui.until("the card was read with it", () -> content.model().channel() == ContentModel.Channel.READ);
        assertEquals("key set factory", content.model().opened().orElseThrow().keys());
    }

    @Test
    void theChoiceOfKeysLeadsHere() {
        plug(CardSpec.standard());
        Ui.page().activate(content);
        content.open();
        Shell keys = shell("Wrong keys are noticed");
        assertTrue(Arrays.asList(Ui.combo(keys, "Keys").getItems()).contains("factory"));
        Ui.press(keys, "Manage Key Sets…");
        Ui.until("the key sets are shown", () -> Ui.page().getActivePart() instanceof KeySetsView);
    }

    @Test
    void aDamagedStoreIsSaidWithAWayOn() throws Exception {
        Files.createDirectories(UserDirs.config());
        Files.writeString(UserDirs.config().resolve("keys.secure"), "/sets/plant/kdf=nonsense\n");
        try {
            view.refresh();
            Ui.until("it is said", () -> !view.reading() && Ui.texts(Ui.window()).contains("The store of key sets"));
            Ui.screenshot(Ui.window(), "keysets-damaged");
        } finally {
            Files.delete(UserDirs.config().resolve("keys.secure"));
        }
        Ui.press(Ui.window(), "Try Again");
        Ui.until("it is well again", () -> !view.reading() && Ui.texts(Ui.window()).contains("A key set is what opens"));
    }

    @Test
    void menusAndToolbarLeadToEachAction() {
        select("factory");
        var menu = table().getMenu();
        menu.notifyListeners(SWT.Show, new Event());
        List<String> labels = Arrays.stream(menu.getItems()).map(MenuItem::getText).map(t -> t.replace("&", "").replaceAll("\t.*", "")).toList();
        for (String label : List.of("Use for This Card", "Check Against Card…", "Preview Check Values…", "Add Key Set…", "Remove Key Set…")) {
            assertTrue(labels.contains(label), label + " in " + labels);
        }
        assertEquals(List.of(), Access.menuComplaints(Arrays.asList(menu.getItems())));
        assertTrue(Ui.all(Ui.window(), ToolBar.class).stream().flatMap(b -> Arrays.stream(b.getItems()))
                .anyMatch(i -> String.valueOf(i.getToolTipText()).startsWith("Gives a key set a name")), "the view has a toolbar");
    }
}

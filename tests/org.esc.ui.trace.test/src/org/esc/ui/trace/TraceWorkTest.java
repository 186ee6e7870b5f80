// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jface.action.ActionContributionItem;
import org.eclipse.jface.preference.PreferenceDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.dnd.Clipboard;
import org.eclipse.swt.dnd.TextTransfer;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Cancel;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.softcard.CardSpec;
import org.esc.softcard.RelayedCard;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.trace.Entry;
import org.esc.trace.Note;
import org.esc.trace.StoredTrace;
import org.esc.trace.Trace;
import org.esc.trace.TraceLog;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.formats.TraceFiles;
import org.esc.ui.Services;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people do with a trace: decrypt it, colour it, note things, take parts of it along, compare it. */
class TraceWorkTest {

    @TempDir
    private Path folder;
    private TraceView view;

    @BeforeEach
    void open() throws Exception {
        Book.set(FilterBook.standard());
        PlatformUI.getWorkbench().showPerspective(TracePerspective.ID, Ui.page().getWorkbenchWindow());
        // the list needs the room
        Optional.ofNullable(Ui.page().findView("org.esc.ui.console.view")).ifPresent(Ui.page()::hideView);
        view = Ui.freshView(TraceView.ID, TraceView.class);
    }

    @AfterEach
    void close() throws Exception {
        Book.set(FilterBook.standard());
        for (Shell s : Ui.shells()) {
            if (s != Ui.window()) {
                s.close();
            }
        }
        // lets go of the folder
        view.show(new MadeTrace(true, 0));
    }

    private Table table() {
        return view.list().table();
    }

    private Trace show(List<Entry> entries) throws Exception {
        Path file = folder.resolve("a.esctrace");
        Trace trace = Recorded.write(file, entries);
        view.show(trace, Optional.of(file));
        Ui.until("rows", () -> table().getItemCount() >= Math.min(entries.size(), view.list().page()));
        return trace;
    }

    /** Presses a key in the list. */
    private void key(int code, int mask) {
        var e = new Event();
        e.keyCode = code;
        e.stateMask = mask;
        e.type = SWT.KeyDown;
        table().notifyListeners(SWT.KeyDown, e);
        Ui.settle();
    }

    private void select(int line) {
        key(SWT.HOME, 0);
        for (int i = 0; i < line; i++) {
            key(SWT.ARROW_DOWN, 0);
        }
        Ui.until("selected", () -> view.list().selection() == line);
    }

    private String cell(int line, Row.Column column) {
        return line < table().getItemCount() ? table().getItem(line).getText(column.ordinal()) : "";
    }

    /** Chooses what the view's menu offers. */
    private void choose(String label) {
        choose(view.getViewSite().getActionBars().getMenuManager(), label);
    }

    private static void choose(org.eclipse.jface.action.IMenuManager menu, String label) {
        var action = Arrays.stream(menu.getItems()).filter(ActionContributionItem.class::isInstance)
                .map(i -> ((ActionContributionItem) i).getAction()).filter(a -> a.getText().replace("&", "").startsWith(label)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + label));
        assertTrue(action.isEnabled(), label);
        action.run();
    }

    private static Shell dialog(String title) {
        Ui.until(title, () -> Ui.shells().stream().anyMatch(s -> s.getText().equals(title)));
        return Ui.shells().stream().filter(s -> s.getText().equals(title)).findFirst().orElseThrow();
    }

    private static void assertAccessible(Shell dialog) {
        Ui.settle();
        assertEquals(List.of(), Access.dialogComplaints(dialog));
    }

    private static void gone(Shell dialog) {
        Ui.until("closed", dialog::isDisposed);
    }

    // ---- decrypting

    @Test
    void theCardsKeysShowWhatWasWrappedAndEveryMacIsJudged() throws Exception {
        show(Recorded.channel(ScpVersion.SCP03_70));
        assertEquals(0, table().getColumn(Row.Column.CHANNEL.ordinal()).getWidth());
        choose("Decrypt");
        Shell dialog = dialog("Decrypt");
        assertAccessible(dialog);
        Ui.screenshot(dialog, "apdu-decrypt-dialog");
        view.tabs().setSelection(2);
        Ui.press(dialog, "Decrypt");
        Ui.until("read", () -> view.channels().contains("In secure channels: 3 verified, 2 not verifiable."));
        assertTrue(view.channels().startsWith("✓ Read with key set factory"), view.channels());
        Ui.until("verdicts", () -> table().getItemCount() == 5 && !cell(4, Row.Column.CHANNEL).isEmpty());
        assertEquals("✓ this command's MAC fits", cell(2, Row.Column.CHANNEL));
        assertEquals("? not verifiable: masked", cell(3, Row.Column.CHANNEL));
        assertTrue(cell(4, Row.Column.CHANNEL).startsWith("? not verifiable"), cell(4, Row.Column.CHANNEL));
        assertTrue(table().getColumn(Row.Column.CHANNEL.ordinal()).getWidth() > 0);
        assertTrue(cell(2, Row.Column.BYTES).replace(" ", "").contains(Recorded.ASKED), cell(2, Row.Column.BYTES));
        Ui.until("counted when all was read", () -> Ui.texts(view.statistics()).contains("5 exchanges in"));
        view.tabs().setSelection(0);
        select(2);
        Ui.until("both forms", () -> Arrays.stream(view.decoded().tree().getItems()).map(i -> i.getText()).toList()
                .containsAll(List.of("Command", "Command before it was wrapped")));
        assertTrue(Ui.texts(view.decoded()).contains("this command's MAC fits"), Ui.texts(view.decoded()));
        Ui.screenshot(Ui.window(), "apdu-decrypted");
        choose("Forget Keys");
        Ui.until("wrapped again", () -> view.channels().isEmpty() && !cell(2, Row.Column.BYTES).replace(" ", "").contains(Recorded.ASKED));
        assertEquals(2, view.list().selection(), "the same row is selected");
        assertEquals(0, table().getColumn(Row.Column.CHANNEL.ordinal()).getWidth());
    }

    @Test
    void otherKeysTypedInAreNamedAsWrong() throws Exception {
        show(Recorded.channel(ScpVersion.SCP02_15));
        choose("Decrypt");
        Shell dialog = dialog("Decrypt");
        Combo keys = Ui.combo(dialog, "Keys");
        keys.setText("typed in now");
        Ui.press(dialog, "Decrypt");
        Shell form = dialog("Keys of the card");
        Ui.type(form, "ENC", "505152535455565758595A5B5C5D5E5F");
        Ui.press(form, "OK");
        Ui.until("wrong", () -> view.channels().startsWith("✕ Wrong key"));
        Ui.until("each row says so", () -> cell(2, Row.Column.CHANNEL).startsWith("✕ wrong key"));
        Ui.screenshot(Ui.window(), "apdu-wrong-key");
    }

    /** The filter sees what was wrapped, and goes on when keys come and go. */
    @Test
    void aFilterStaysWhenKeysComeAndGo() throws Exception {
        show(Recorded.channel(ScpVersion.SCP02_15));
        view.filterBar().write("data contains 414243444546");
        Ui.until("nothing", () -> Ui.texts(Ui.window()).contains("0 of 5 exchanges"));
        choose("Decrypt");
        Ui.press(dialog("Decrypt"), "Decrypt");
        Ui.until("found", () -> table().getItemCount() == 1 && table().getItem(0).getText().equals("3"));
        choose("Forget Keys");
        Ui.until("nothing again", () -> table().getItemCount() == 0);
    }

    /** A program that we know nothing of works with a card, through a relay of ours, while its channel is read. */
    @ParameterizedTest
    @CsvSource({"2, 15", "3, 70"})
    void whatComesWhileACardWorksIsDecryptedAndCounted(int protocol, String i) throws Exception {
        var scp = new ScpVersion(protocol, Integer.parseInt(i, 16));
        var log = new TraceLog();
        Services.find(TraceLog.class).orElseThrow().decoders().forEach(log::addDecoder);
        var readers = new Readers();
        var soft = new SoftReaders();
        readers.addProvider(soft);
        readers.addObserver(log);
        soft.plug("card", SoftCard.inMemory(CardSpec.standard().withScp(scp).withKey(1, KeySet.factoryKey())));
        view.show(log);
        try (var session = readers.connect("card", Origin.other("relay")); var relay = new RelayedCard(session); KeySet keys = KeySet.factory(1, scp.keyType())) {
            // whoever is behind a relay does not explain what it wraps
            var other = new CardChannel() {
                @Override
                public ResponseApdu transmit(CommandApdu c) {
                    return ResponseApdu.parse(relay.transmit(c.bytes()));
                }

                @Override
                public void close() {
                    // the relay's
                }
            };
            other.transmit(CommandApdu.parse("00A4040000"));
            Ui.until("the first exchange", () -> table().getItemCount() == 1);
            choose("Decrypt");
            Ui.press(dialog("Decrypt"), "Decrypt");
            Ui.until("read", () -> view.channels().contains("no secure channel so far"));
            view.tabs().setSelection(2);
            view.tabs().notifyListeners(SWT.Selection, new Event());
            Ui.until("counted", () -> Ui.texts(view.statistics()).contains("1 exchange in"));
            try (var channel = SecureChannel.open(other, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC_C_DEC, new SecureRandom())) {
                Ui.until("the channel", () -> view.channels().contains("2 verified"));
                String sent = "80F28002024F0000";
                channel.transmit(CommandApdu.parse(sent));
                Ui.until("shown as it was before it was wrapped", () -> table().getItemCount() == 4 && cell(3, Row.Column.BYTES).replace(" ", "").contains(sent.substring(0, 14)));
                assertEquals("✓ this command's MAC fits", cell(3, Row.Column.CHANNEL));
                Ui.until("counted again", () -> Ui.texts(view.statistics()).contains("4 exchanges in"));
                assertTrue(Arrays.stream(view.statistics().table().getItems()).anyMatch(l -> l.getText().contains("GET STATUS")), "decrypted ones are counted as what they are");
                view.statistics().table().setSelection(1);
                String line = view.statistics().table().getSelection()[0].getText();
                for (int n = 0; n < 30; n++) {
                    channel.transmit(CommandApdu.parse("80F28002024F0000"));
                }
                Ui.until("all of them", () -> view.channels().contains("33 verified") && Ui.texts(view.statistics()).contains("34 exchanges in"));
                assertEquals(line, view.statistics().table().getSelection()[0].getText(), "the line somebody looks at stays selected");
                Ui.screenshot(Ui.window(), "apdu-live-decrypted");
                view.tabs().setSelection(1);
                view.tabs().notifyListeners(SWT.Selection, new Event());
                Ui.until("the keys are known to everybody", () -> findings().stream().anyMatch(f -> f.contains("key")));
                assertTrue(findings().stream().noneMatch(f -> f.contains("pin sent in clear")), findings().toString());
                other.transmit(CommandApdu.parse("0020008008313233343536FFFF"));
                Ui.until("another finding, by itself", () -> findings().stream().anyMatch(f -> f.contains("pin sent in clear")));
                Ui.screenshot(Ui.window(), "apdu-live-findings");
            }
        } finally {
            soft.unplugAll();
        }
    }

    private List<String> findings() {
        return Arrays.stream(view.findings().table().getItems()).map(f -> (f.getText(1) + " " + f.getText(2)).toLowerCase()).toList();
    }

    // ---- colours and saved filters

    @Test
    void rulesColourRowsAndTheirMarkersStandBesideThem() throws Exception {
        show(Recorded.piv(60));
        Ui.until("marked", () -> cell(7, Row.Column.MARKS).equals("!"));
        assertEquals("P", cell(3, Row.Column.MARKS));
        assertEquals("", cell(1, Row.Column.MARKS));
        var refused = FilterBook.standard().colours().get(1);
        var paint = org.esc.ui.NativeLook.isDark(Ui.window()) ? refused.dark() : refused.light();
        assertEquals(RowTable.colour(paint.ground().orElseThrow()).getRGB(), table().getItem(7).getBackground().getRGB());
        assertEquals(table().getBackground().getRGB(), table().getItem(1).getBackground().getRGB());
        Ui.screenshot(Ui.window(), "apdu-colours");

        choose("Colour Rules");
        Ui.until("preferences", () -> page().isPresent());
        ColoursPage page = page().orElseThrow();
        Shell shell = page.getShell();
        assertEquals(5, page.table().getItemCount());
        // the first rule moves down, and PINs are switched off
        page.table().setSelection(1);
        page.table().notifyListeners(SWT.Selection, new Event());
        Ui.press(shell, "Down");
        assertEquals("Refused", page.table().getItem(2).getText());
        assertEquals("PIN", page.table().getItem(1).getText());
        page.table().getItem(1).setChecked(false);
        var check = new Event();
        check.detail = SWT.CHECK;
        check.item = page.table().getItem(1);
        page.table().notifyListeners(SWT.Selection, check);
        Ui.press(shell, "Add…");
        Shell rule = dialog("Colour Rule");
        Ui.type(rule, "name", "Reading");
        Ui.type(rule, "filter", "ins == GET DATA &&");
        assertFalse(Ui.button(rule, "OK").isEnabled(), "a rule that cannot be read is not taken");
        Ui.type(rule, "filter", "ins == \"GET DATA\"");
        Ui.type(rule, "marker", "r");
        assertAccessible(rule);
        Ui.screenshot(rule, "apdu-colour-rule");
        Ui.press(rule, "OK");
        gone(rule);
        assertEquals("Reading", page.table().getItem(5).getText());
        Ui.screenshot(shell, "apdu-colour-rules");
        Ui.press(shell, "Apply and Close");
        gone(shell);
        Ui.until("coloured anew", () -> cell(1, Row.Column.MARKS).equals("r") && cell(3, Row.Column.MARKS).isEmpty());
        assertEquals(6, FilterBook.load(org.esc.command.UserDirs.config().resolve("trace-filters.properties")).book().colours().size());
    }

    private static Optional<ColoursPage> page() {
        return Ui.shells().stream().map(Shell::getData).filter(PreferenceDialog.class::isInstance)
                .map(d -> ((PreferenceDialog) d).getSelectedPage()).filter(ColoursPage.class::isInstance).map(ColoursPage.class::cast).findFirst();
    }

    private static MenuItem item(Menu menu, String label) {
        return Arrays.stream(menu.getItems()).filter(i -> i.getText().replace("&", "").startsWith(label)).findFirst()
                .orElseThrow(() -> new AssertionError(label + " in " + Arrays.stream(menu.getItems()).map(MenuItem::getText).toList()));
    }

    @Test
    void filtersAreSavedPickedAndDeleted() throws Exception {
        show(Recorded.piv(60));
        Menu menu = view.filterBar().savedMenu();
        assertFalse(item(menu, "Save This Filter").isEnabled(), "there is none");
        Ui.click(item(menu, "PINs"));
        Ui.until("filtered", () -> Ui.texts(Ui.window()).contains("12 of 60 exchanges"));
        menu.dispose();
        view.filterBar().write("sw == 63C2");
        Ui.until("filtered", () -> Ui.texts(Ui.window()).contains("1 of 60 exchanges"));
        Menu again = view.filterBar().savedMenu();
        Ui.click(item(again, "Save This Filter"));
        Shell dialog = dialog("Save Filter");
        Ui.all(dialog, Text.class, t -> (t.getStyle() & SWT.READ_ONLY) == 0).getFirst().setText("Two tries left");
        Ui.press(dialog, "OK");
        gone(dialog);
        again.dispose();
        assertEquals(Optional.of("sw == 63C2"), Book.get().filter("two tries left").map(FilterBook.Saved::text));
        view.filterBar().write("");
        Menu third = view.filterBar().savedMenu();
        Ui.click(item(third, "Two tries left"));
        Ui.until("picked", () -> Ui.texts(Ui.window()).contains("1 of 60 exchanges"));
        Ui.click(item(item(third, "Delete").getMenu(), "Two tries left"));
        third.dispose();
        assertEquals(Optional.empty(), Book.get().filter("Two tries left"));
        assertEquals(5, Book.get().filters().size());
    }

    // ---- bookmarks and notes

    @Test
    void bookmarksAndNotesAreKeptInTheFileAndLeadToTheirPlaces() throws Exception {
        show(Recorded.piv(500));
        select(3);
        choose("Bookmark");
        Ui.until("marked", () -> cell(3, Row.Column.MARKS).equals("P " + Row.BOOKMARK));
        key(SWT.END, 0);
        choose("Note");
        Shell dialog = dialog("Note");
        assertAccessible(dialog);
        assertTrue(Ui.texts(dialog).contains("Kept in the file itself"), Ui.texts(dialog));
        Ui.type(dialog, "note", "here the reader gave up");
        Ui.screenshot(dialog, "apdu-note");
        Ui.press(dialog, "OK");
        Ui.until("noted", () -> table().getSelectionCount() == 1 && table().getSelection()[0].getText(Row.Column.MARKS.ordinal()).endsWith(Row.NOTE));
        key(SWT.HOME, 0);
        choose("Next Mark");
        Ui.until("the bookmark", () -> view.list().selection() == 3);
        choose("Next Mark");
        Ui.until("the note", () -> view.list().selection() == 499);
        choose("Next Mark");
        Ui.until("that was the last", () -> Ui.texts(Ui.window()).contains("There is no bookmark and no note behind this."));
        choose("Previous Mark");
        Ui.until("back", () -> view.list().selection() == 3);
        view.tabs().setSelection(3);
        view.tabs().notifyListeners(SWT.Selection, new Event());
        Ui.until("listed", () -> view.notes().table().getItemCount() == 2);
        assertEquals("here the reader gave up", view.notes().table().getItem(1).getText(2));
        Ui.screenshot(Ui.window(), "apdu-notes");
        try (var again = StoredTrace.open(folder.resolve("a.esctrace"))) {
            assertEquals(new Note(499, Note.Mark.NONE, "here the reader gave up"), again.notes().get(499L));
            assertEquals(Note.Mark.BLUE, again.notes().get(3L).mark());
        }
        var e = new Event();
        e.item = view.notes().table().getItem(1);
        view.notes().table().notifyListeners(SWT.DefaultSelection, e);
        Ui.until("the place", () -> view.list().selection() == 499);
        choose("Previous Mark");
        Ui.until("back", () -> view.list().selection() == 3);
        choose("Bookmark");
        Ui.until("taken away", () -> cell(3, Row.Column.MARKS).equals("P") && view.notes().table().getItemCount() == 1);
        view.tabs().setSelection(0);
    }

    @Test
    void aFormatWithoutNotesSaysThatTheyGoAway() throws Exception {
        Path file = folder.resolve("b.jsonl");
        Files.writeString(file, "{\"command\":\"00A4040000\",\"response\":\"9000\"}\n{\"command\":\"00A4040000\",\"response\":\"6A82\"}\n");
        view.show(Services.find(TraceFiles.class).orElseThrow().open(file, new Cancel()), Optional.of(file));
        Ui.until("rows", () -> table().getItemCount() == 2);
        select(1);
        choose("Bookmark");
        Ui.until("said", () -> Ui.texts(Ui.window()).contains("The format of this file keeps no notes: they are gone when the view is closed."));
        Ui.until("marked", () -> cell(1, Row.Column.MARKS).equals("! " + Row.BOOKMARK));
        saveAs("c.esctrace", Optional.empty(), 0);
        try (var kept = StoredTrace.open(folder.resolve("c.esctrace"))) {
            assertEquals(Note.Mark.BLUE, kept.notes().get(1L).mark());
        }
    }

    // ---- taking along

    private void saveAs(String name, Optional<String> part, int scrub) {
        choose("Save As");
        Shell dialog = dialog("Save Trace As");
        part.ifPresent(p -> Ui.all(dialog, Button.class).stream().filter(b -> (b.getStyle() & SWT.RADIO) != 0)
                .forEach(b -> b.setSelection(b.getText().replace("&", "").startsWith(p))));
        Ui.type(dialog, "file", folder.resolve(name).toString());
        Ui.combo(dialog, "Scrub").select(scrub);
        assertAccessible(dialog);
        Ui.screenshot(dialog, "apdu-save");
        Ui.press(dialog, "Save");
        gone(dialog);
    }

    @Test
    void theWholeWhatTheFilterShowsOrTheSelectedRowsAreSaved() throws Exception {
        show(Recorded.piv(60));
        saveAs("all.jsonl", Optional.empty(), 0);
        assertEquals(60, count("all.jsonl"));
        view.filterBar().write("ins == VERIFY");
        Ui.until("filtered", () -> Ui.texts(Ui.window()).contains("12 of 60 exchanges"));
        saveAs("pins.jsonl", Optional.empty(), 2);
        assertEquals(12, count("pins.jsonl"));
        Ui.until("said", () -> Ui.texts(Ui.window()).contains("12 exchanges written to"));
        key(SWT.HOME, 0);
        key(SWT.ARROW_DOWN, SWT.MOD2);
        key(SWT.ARROW_DOWN, SWT.MOD2);
        assertEquals(3, table().getSelectionCount());
        saveAs("three.esctrace", Optional.empty(), 0);
        try (var three = StoredTrace.open(folder.resolve("three.esctrace"))) {
            assertEquals(3, three.end());
            assertEquals(14, three.get(2).number());
        }
        // what is there is not overwritten unasked, and what is no format leaves nothing
        choose("Save As");
        Shell dialog = dialog("Save Trace As");
        Ui.type(dialog, "file", folder.resolve("three.esctrace").toString());
        assertFalse(Ui.button(dialog, "Save").isEnabled());
        Ui.type(dialog, "file", folder.resolve("three.doc").toString());
        Ui.press(dialog, "Save");
        Ui.until("a complaint", () -> Ui.texts(dialog).contains("does not tell which format") && Ui.button(dialog, "Save").isEnabled());
        Ui.press(dialog, "Cancel");
        gone(dialog);
        try (var left = Files.list(folder)) {
            assertEquals(List.of("a.esctrace", "all.jsonl", "pins.jsonl", "three.esctrace"), left.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    private long count(String name) throws Exception {
        return Files.readAllLines(folder.resolve(name)).stream().filter(l -> l.contains("\"command\"")).count();
    }

    /** A file that takes long is cancelled half-way: nothing is left of it. */
    @Test
    void aCancelledFileIsNotThere() throws Exception {
        view.show(new MadeTrace(false, 10_000_000));
        Ui.until("rows", () -> table().getItemCount() > 3);
        choose("Save As");
        Shell dialog = dialog("Save Trace As");
        Ui.type(dialog, "file", folder.resolve("long.csv").toString());
        Ui.press(dialog, "Save");
        Ui.until("under way", () -> folder.toFile().list().length == 1);
        Ui.press(dialog, "Cancel");
        Ui.until("cancelled", () -> Ui.texts(dialog).contains("Cancelled."));
        assertEquals(0, folder.toFile().list().length);
        Ui.press(dialog, "Cancel");
        gone(dialog);
    }

    @Test
    void rowsAreCopiedAsTextAndAsBytes() throws Exception {
        show(Recorded.piv(60));
        table().setFocus();
        key(SWT.HOME, 0);
        key(SWT.END, SWT.MOD2);
        assertEquals(Optional.of(new RowTable.Range(0, 60)), view.list().range());
        choose("Copy as Hexadecimal");
        Ui.until("copied", () -> Ui.texts(Ui.window()).contains("60 rows copied."));
        String text = clipboard();
        assertEquals(120, text.lines().count());
        assertTrue(text.startsWith("> 00 A4 04 00 0B A0 00 00 03 08 00 00 10 00 01 00 00\n< 61 09 4F 00 00 90 00\n"), text);
        assertTrue(text.contains("> 00 20 00 80 08 ** ** ** ** ** ** ** **\n"), text);
        key(SWT.HOME, 0);
        key(SWT.ARROW_DOWN, SWT.MOD2);
        table().setFocus();
        choose("Copy");
        Ui.until("two rows", () -> clipboard().lines().count() == 2);
        assertTrue(clipboard().contains("\tSELECT PIV "), clipboard());
    }

    private static String clipboard() {
        var clipboard = new Clipboard(Ui.display());
        try {
            return String.valueOf(clipboard.getContents(TextTransfer.getInstance()));
        } finally {
            clipboard.dispose();
        }
    }

    // ---- comparing

    @Test
    void twoTracesStandSideBySideAndDifferencesAreReachedByKey() throws Exception {
        List<Entry> other = new ArrayList<>(Recorded.piv(60));
        other.set(9, Recorded.entry(10, "00CB3FFF055C035FC10900", "53030102049000"));
        other.remove(40);
        other.add(52, Recorded.entry(52, "00F7000000", "6D00"));
        Recorded.write(folder.resolve("b.esctrace"), other).close();
        show(Recorded.piv(60));
        choose("Compare");
        Shell dialog = dialog("Compare Traces");
        assertEquals("a.esctrace", Ui.combo(dialog, "Left").getText());
        assertAccessible(dialog);
        dialog.close();
        DiffView diff = DiffView.show(Ui.page(), view.source().orElseThrow(), DiffView.Source.of(folder.resolve("b.esctrace")));
        try {
            Ui.until("compared", () -> diff.list().table().getItemCount() == 3);
            assertTrue(diff.words().contains("58 steps are the same, 1 differs, 1 only on the left, 1 only on the right."), diff.words());
            assertEquals(List.of("≠", "←", "→"), Arrays.stream(diff.list().table().getItems()).map(TableItem::getText).toList());
            Ui.until("its fields", () -> diff.fields().getItemCount() > 0);
            TableItem field = diff.fields().getItem(0);
            assertEquals("≠", field.getText());
            assertTrue(field.getText(2).contains("⟦") && field.getText(3).contains("⟦"), field.getText(2));
            Ui.screenshot(Ui.window(), "apdu-compare");
            diff.only().setSelection(false);
            Ui.click(diff.only());
            Ui.until("all", () -> diff.list().table().getItemCount() > 3);
            assertEquals(9, diff.list().selection(), "the same step is selected");
            var menu = diff.getViewSite().getActionBars().getMenuManager();
            choose(menu, "Next Difference");
            Ui.until("the second", () -> diff.list().selection() == 40);
            choose(menu, "Next Difference");
            Ui.until("the third", () -> diff.list().selection() > 40);
            choose(menu, "Previous Difference");
            Ui.until("the second", () -> diff.list().selection() == 40);
            Ui.until("only on the left", () -> Arrays.stream(diff.list().table().getSelection()).map(TableItem::getText).collect(Collectors.joining()).equals("←"));
            Ui.until("its fields", () -> diff.fields().getItemCount() > 0 && diff.fields().getItem(0).getText().equals("←"));
            Ui.screenshot(Ui.window(), "apdu-compare-all");
        } finally {
            Ui.page().hideView(diff);
        }
    }

    @Test
    void aTraceThatIsTooLongSaysWhatToDo() {
        var many = new DiffView.Source("many", (_, _) -> new MadeTrace(false, 10_000_000));
        DiffView diff = DiffView.show(Ui.page(), many, many);
        try {
            Ui.until("a complaint", () -> diff.words().contains("Filter it, save what the filter shows, and compare that."));
            Ui.screenshot(Ui.window(), "apdu-compare-too-long");
        } finally {
            Ui.page().hideView(diff);
        }
    }

    // ---- keyboard and screen readers

    @Test
    void everythingHasANameAndNoLetterLeadsToTwoPlaces() throws Exception {
        show(Recorded.piv(60));
        assertEquals(List.of(), Access.complaints(view.list().getParent().getParent()));
        for (int tab = 0; tab < view.tabs().getItemCount(); tab++) {
            view.tabs().setSelection(tab);
            view.tabs().notifyListeners(SWT.Selection, new Event());
            Ui.settle();
            assertEquals(List.of(), Access.complaints(view.tabs()), "tab " + tab);
        }
        view.tabs().setSelection(0);
        Menu menu = table().getMenu();
        menu.notifyListeners(SWT.Show, new Event());
        assertTrue(menu.getItemCount() > 14, "all that can be done is in the menu");
        assertEquals(List.of(), Access.menuComplaints(Arrays.asList(menu.getItems())));
        menu.notifyListeners(SWT.Hide, new Event());
        // every command of the view has a key
        var bindings = PlatformUI.getWorkbench().getService(org.eclipse.ui.keys.IBindingService.class);
        for (String command : List.of("savedFilters", "decrypt", "forgetKeys", "bookmark", "note", "next", "previous", "save", "compare", "colours", "copyHex", "follow",
                "filter", "goTo", "open")) {
            assertTrue(bindings.getActiveBindingsFor("org.esc.ui.trace." + command).length > 0, command);
        }
    }

    // ---- statistics

    @Test
    void theTimeLineIsReadByKeyboardAndHadAsATable() throws Exception {
        show(Recorded.piv(500));
        view.tabs().setSelection(2);
        view.tabs().notifyListeners(SWT.Selection, new Event());
        Ui.until("statistics", () -> view.statistics().part().startsWith("From 2026-11-26"));
        String first = view.statistics().part();
        var chart = view.statistics().chart();
        assertTrue(chart.forceFocus(), "it takes the focus");
        var e = new Event();
        e.keyCode = SWT.END;
        chart.notifyListeners(SWT.KeyDown, e);
        assertFalse(view.statistics().part().equals(first));
        view.statistics().kind().select(StatisticsPane.Kind.TIME.ordinal());
        Ui.click(view.statistics().kind());
        Table table = view.statistics().table();
        assertEquals("From", table.getColumn(0).getText());
        assertTrue(table.getItemCount() > 1);
        assertEquals(500, Arrays.stream(table.getItems()).mapToInt(i -> Integer.parseInt(i.getText(1))).sum());
        Ui.screenshot(Ui.window(), "apdu-time-line");
        for (StatisticsPane.Kind k : StatisticsPane.Kind.values()) {
            view.statistics().kind().select(k.ordinal());
            Ui.click(view.statistics().kind());
            assertTrue(k == StatisticsPane.Kind.PAUSES || table.getItemCount() > 0, k.name());
        }
        view.tabs().setSelection(0);
    }
}

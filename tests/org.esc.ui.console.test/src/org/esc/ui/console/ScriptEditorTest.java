// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StyleRange;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.handlers.IHandlerService;
import org.esc.ui.Ink;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptEditorTest {

    private static final String RIGHT = """
            # is there a PIV application?
            select A00000030800001000
            expect 9000
            let app = tlv[4F]
            log "application" app
            repeat 2
              get-data 5FC102
              expect 9000|6A82
            end
            """;

    @TempDir
    private Path folder;
    private ScriptEditor editor;

    @BeforeEach
    void plug() throws Exception {
        Cards.plug();
        Cards.perspective();
    }

    @AfterEach
    void close() {
        Ui.page().closeEditor(editor, false);
        Cards.unplug();
    }

    private Path open(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("piv.apdu"), text);
        editor = (ScriptEditor) Ui.page().openEditor(ScriptInput.of(file), ScriptEditor.ID);
        Ui.until("the card", () -> editor.card().reader().isPresent());
        Ui.settle();
        return file;
    }

    private String rows() {
        return Cards.cells(editor.steps().table());
    }

    /** By its key, as a person does. */
    private void command(String id) throws Exception {
        Ui.page().activate(editor);
        editor.getSite().getService(IHandlerService.class).executeCommand("org.esc.ui.console." + id, null);
    }

    @Test
    void aScriptIsRunAndShowsWhatItDid() throws Exception {
        open(RIGHT);
        assertEquals("No mistakes.", editor.said());
        command("run");
        Ui.until("it has run", () -> editor.said().equals("The script has run to its end."));
        Ui.settle();
        assertTrue(rows().contains("2|" + Cards.SELECT + "|61"), rows());
        assertTrue(rows().contains("5|log \"application\" app||application 000010000100|"), rows());
        assertEquals(2, rows().lines().filter(l -> l.startsWith("7|00CB3FFF055C035FC10200|")).count(), rows());
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "apdu-script");
    }

    @Test
    void emptyLinesAreDrawn() throws Exception {
        var failures = new ArrayList<RuntimeException>();
        Display display = Display.getCurrent();
        var handler = display.getRuntimeExceptionHandler();
        // what a listener throws reaches nobody else
        display.setRuntimeExceptionHandler(failures::add);
        try {
            open("expect 9000\n\nexpect 6A82\n");
            Ui.settle();
        } finally {
            display.setRuntimeExceptionHandler(handler);
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void textIsFoundAndReplaced() throws Exception {
        open(RIGHT);
        Ui.page().activate(editor);
        editor.text().setSelection(0);
        editor.getEditorSite().getActionBars().getGlobalActionHandler(ActionFactory.FIND.getId()).run();
        Ui.until("the dialog", () -> Ui.shells().stream().anyMatch(s -> s.getText().startsWith("Find")));
        Shell dialog = Ui.shells().stream().filter(s -> s.getText().startsWith("Find")).findFirst().orElseThrow();
        Ui.settle();
        Ui.screenshot(dialog, "apdu-script-find");
        var fields = Ui.all(dialog, Combo.class);
        fields.get(0).setText("expect");
        Ui.press(dialog, "Find");
        Ui.until("found", () -> editor.text().getSelectionText().equals("expect"));
        int first = editor.text().getSelection().x;
        Ui.press(dialog, "Find");
        Ui.until("the next", () -> editor.text().getSelection().x > first);
        fields.get(1).setText("log \"x\" #");
        Ui.press(dialog, "Replace All");
        Ui.until("replaced", () -> !editor.text().getText().contains("expect") && editor.text().getText().contains("log \"x\" # 9000"));
        dialog.close();
        assertTrue(editor.isDirty());
    }

    @Test
    void itIsRunStatementByStatementAndStopped() throws Exception {
        open(RIGHT);
        command("step");
        Ui.until("it waits before the first", () -> editor.next().equals(Optional.of(2)));
        assertEquals("", rows());
        assertTrue(editor.said().startsWith("Next: line 2, select A00000030800001000"), editor.said());
        assertFalse(editor.text().getEditable());
        command("step");
        Ui.until("it waits before the second", () -> editor.next().equals(Optional.of(3)));
        Ui.until("the first was sent", () -> rows().contains(Cards.SELECT));
        Ui.screenshot(Ui.window(), "apdu-script-step");
        command("stop");
        Ui.until("it has stopped", () -> editor.said().startsWith("Stopped."));
        assertEquals(Optional.empty(), editor.next());
        assertTrue(editor.text().getEditable());
        command("step");
        Ui.until("it begins anew", () -> editor.next().equals(Optional.of(2)));
        command("run");
        Ui.until("it goes on to its end", () -> editor.said().equals("The script has run to its end."));
    }

    @Test
    void anAnswerThatIsNotAsExpectedEndsItWithTheLine() throws Exception {
        open("select A00000030800001000\nexpect 6A82\nget-data 7E\n");
        command("run");
        Ui.until("it has failed", () -> editor.said().contains(":2:1: Expected 6A82, but the card answered 9000"));
        Ui.settle();
        assertFalse(rows().contains("00CA007E00"), rows());
    }

    @Test
    void mistakesAreMarkedAndNothingIsSentUntilTheyAreMended() throws Exception {
        open("select A0000003080000100\nexpect 9000\nexpekt 9000\n");
        Ui.until("it was read", () -> editor.said().startsWith("2 mistakes"));
        command("next");
        assertEquals(7, editor.text().getCaretOffset());
        command("next");
        assertEquals(editor.text().getText().indexOf("expekt"), editor.text().getCaretOffset());
        command("next");
        assertEquals(7, editor.text().getCaretOffset(), "the first one again");
        assertTrue(editor.said().startsWith("Line 1, column 8: "), editor.said());
        command("run");
        Ui.settle();
        assertEquals("", rows());
        Ui.screenshot(Ui.window(), "apdu-script-mistakes");
        editor.text().setText("select A00000030800001000\nexpect 9000\n");
        Ui.until("it was read again", () -> editor.said().equals("No mistakes."));
        assertTrue(editor.isDirty());
    }

    @Test
    void wordsAreColouredAndKeywordsAreBoldToo() throws Exception {
        open("# comment\nexpect 9000\nlog \"text\"\n");
        int keyword = editor.text().getText().indexOf("expect");
        // the styles that a line gets when it is drawn
        var styles = org.esc.console.Colouring.of("expect 9000 # so");
        assertEquals(3, styles.size());
        assertTrue(keyword > 0);
        var palette = new Palette(editor.text(), new org.eclipse.jface.resource.LocalResourceManager(org.eclipse.jface.resource.JFaceResources.getResources(), editor.text()));
        StyleRange bold = palette.style(org.esc.console.Colouring.Kind.KEYWORD, 0, 6);
        assertEquals(SWT.BOLD, bold.fontStyle);
        for (var kind : org.esc.console.Colouring.Kind.values()) {
            StyleRange s = palette.style(kind, 0, 1);
            double contrast = s.foreground == null ? 21 : Ink.contrast(s.foreground.getRGB(), editor.text().getBackground().getRGB());
            assertTrue(contrast >= 4.5, kind + " " + contrast);
        }
    }

    @Test
    void whatIsWrittenIsSaved() throws Exception {
        Path file = open(RIGHT);
        editor.text().setText("reset\n");
        assertTrue(editor.isDirty());
        Ui.page().activate(editor);
        editor.getSite().getService(IHandlerService.class).executeCommand("org.eclipse.ui.file.save", null);
        assertFalse(editor.isDirty());
        assertEquals("reset\n", Files.readString(file));
        assertEquals("piv.apdu", editor.getTitle());
    }

    @Test
    void aScriptThatIncludesAnotherFindsItsMistakesToo() throws Exception {
        Files.writeString(folder.resolve("other.apdu"), "frobnicate\n");
        open("include other.apdu\nreset\n");
        Ui.until("it was read", () -> editor.said().contains("other.apdu:1:1: \"frobnicate\" begins no statement."));
    }
}

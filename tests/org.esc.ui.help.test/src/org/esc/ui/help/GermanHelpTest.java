// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.program.Program;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.testing.InLanguage;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person looks something up in German. */
@InLanguage("de-DE")
class GermanHelpTest {

    private static final String USER = "/org.esc.help/docs/help/user/";

    @BeforeEach
    void beginAnew() {
        WelcomeTest.close(PlatformUI.getWorkbench().getIntroManager());
        close();
    }

    @AfterEach
    void end() {
        Browsing.launcher = Program::launch;
        close();
    }

    private static void close() {
        IWorkbenchPage page = Ui.page();
        for (String id : List.of(HelpView.ID, SheetView.ID)) {
            if (page.findView(id) != null) {
                page.hideView(page.findView(id));
            }
        }
    }

    @Test
    void contentsPagesPlacesAndF1AreInGerman() throws Exception {
        HelpPane pane = ((HelpView) Ui.page().showView(HelpView.ID)).pane();
        assertEquals("Handbuch für Benutzer", pane.contents().getItem(0).getText());
        StyledText text = pane.page().control();
        pane.show(USER + "new-password.html#the-password-is-locked");
        assertTrue(text.getText().startsWith("Ein neues Passwort\n"), text.getText());
        assertTrue(text.getText().substring(text.getCaretOffset()).startsWith("Das Passwort ist gesperrt"), "it begins at the place");
        Ui.screenshot(Ui.window(), "help-german");
        assertEquals(List.of(), Access.complaints(pane.control()));
        pane.show(Contexts.context("org.esc.ui.tokens.details").orElseThrow());
        assertTrue(text.getText().startsWith("Was die Liste über ein Token sagt\n"), text.getText());
        assertTrue(text.getText().contains("Siehe auch: Ihre Zertifikate erneuern"), text.getText());
        assertEquals("Was die Liste über ein Token sagt", Arrays.stream(pane.contents().getSelection()).map(TreeItem::getText).findFirst().orElse(""));
        pane.goBack();
        assertTrue(text.getText().startsWith("Ein neues Passwort\n"), text.getText());
    }

    @Test
    void germanWordsAreFoundAndALinkLeadsThere() throws Exception {
        HelpPane pane = ((HelpView) Ui.page().showView(HelpView.ID)).pane();
        StyledText text = pane.page().control();
        Ui.all(pane.control(), Text.class).getFirst().setText("passwort gesperrt");
        Ui.until("it is found", () -> text.getText().startsWith("Gefunden\n"));
        assertTrue(pane.page().links().stream().anyMatch(l -> l.to().equals(USER + "new-password.html#the-password-is-locked")), text.getText());
        Ui.all(pane.control(), Text.class).getFirst().setText("xyzzyx");
        Ui.until("nothing is found", () -> text.getText().startsWith("Nichts gefunden"));
    }

    @Test
    void everyPageCanBeShown() throws Exception {
        HelpPane pane = ((HelpView) Ui.page().showView(HelpView.ID)).pane();
        int[] pages = {0};
        show(pane, new Shelf().topics(), pages);
        assertTrue(pages[0] > 50, "pages: " + pages[0]);
    }

    private static void show(HelpPane pane, List<Shelf.Topic> topics, int[] pages) {
        for (Shelf.Topic t : topics) {
            if (!t.href().isEmpty()) {
                pane.show(t.href());
                assertTrue(pane.page().control().getText().startsWith(t.label() + "\n"), t.href());
                pages[0]++;
            }
            show(pane, t.parts(), pages);
        }
    }

    @Test
    void aSheetLeadsThroughATaskInGerman() throws Exception {
        SheetView.open("first-token");
        SheetView view = (SheetView) Ui.page().findView(SheetView.ID);
        assertEquals("1  Zu Ihren Token gehen", view.list().getItem(0).getText());
        assertTrue(view.text().control().getText().contains("Die Perspektive Token öffnen"), view.text().control().getText());
        assertTrue(Commands.of(view.text().links().stream().map(PageText.Span::to).filter(Commands::is).findFirst().orElseThrow()) != null);
        var buttons = Ui.all(view.list().getParent().getParent(), Button.class).stream().map(Button::getText).toList();
        assertTrue(buttons.contains("&Nächster Schritt"), buttons.toString());
        Ui.screenshot(Ui.window(), "sheet-german");
    }

    @Test
    void theBrowserShowsTheGermanPagesBesideTheEnglish() {
        var opened = new ArrayList<String>();
        Browsing.launcher = opened::add;
        Browsing.open(USER + "renew.html");
        Ui.until("the browser is told", () -> opened.size() == 1);
        Locale.setDefault(Locale.ENGLISH);
        Browsing.open(USER + "renew.html");
        Ui.until("the browser is told", () -> opened.size() == 2);
        assertTrue(read(opened.get(0)).contains("Ihre Zertifikate erneuern"), opened.get(0));
        assertTrue(read(opened.get(1)).contains("Renew your certificates"), opened.get(1));
    }

    private static String read(String address) {
        try {
            return java.nio.file.Files.readString(java.nio.file.Path.of(java.net.URI.create(address)));
        } catch (java.io.IOException e) {
            throw new AssertionError(address, e);
        }
    }
}

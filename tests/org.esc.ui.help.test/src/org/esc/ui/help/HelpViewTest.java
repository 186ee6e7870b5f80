// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jface.preference.PreferenceDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.dialogs.PreferencesUtil;
import org.eclipse.ui.handlers.IHandlerService;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person looks something up. */
class HelpViewTest {

    private static final String FIRST_TOKEN = "/org.esc.help/docs/help/user/first-token.html";

    private final List<String> opened = new ArrayList<>();

    @BeforeEach
    void noBrowser() {
        // the first start shows it
        WelcomeTest.close(PlatformUI.getWorkbench().getIntroManager());
        Browsing.launcher = address -> opened.add(address);
    }

    @AfterEach
    void close() {
        IWorkbenchPage page = Ui.page();
        if (page.findView(HelpView.ID) != null) {
            page.hideView(page.findView(HelpView.ID));
        }
        Browsing.launcher = org.eclipse.swt.program.Program::launch;
    }

    private static HelpPane pane() {
        HelpView view = (HelpView) Ui.page().findView(HelpView.ID);
        return view.pane();
    }

    private static void press(int key) {
        var down = new Event();
        down.type = SWT.KeyDown;
        down.keyCode = key;
        assertTrue(Ui.display().post(down));
        var up = new Event();
        up.type = SWT.KeyUp;
        up.keyCode = key;
        assertTrue(Ui.display().post(up));
    }

    private static void type(HelpPane pane, String words) {
        Ui.all(pane.control(), Text.class).getFirst().setText(words);
    }

    @Test
    void f1ShowsTheHelpForTheViewWhereOneIs() throws Exception {
        Ui.window().forceActive();
        Ui.page().showView("org.esc.ui.tokens.details");
        Ui.settle();
        press(SWT.F1);
        Ui.until("the help is shown", () -> Ui.page().findView(HelpView.ID) != null && pane().shown().contains("user/states"));
        assertTrue(pane().page().control().getText().contains("What the list says about a token"));
        assertTrue(pane().page().control().getText().contains("See also: Renew your certificates"), pane().page().control().getText());
        assertEquals("What the list says about a token", pane().contents().getSelection()[0].getText());
        Ui.screenshot(Ui.window(), "help-states");
    }

    @Test
    void f1InADialogOpensTheHelpBesideIt() {
        PreferenceDialog dialog = PreferencesUtil.createPreferenceDialogOn(Ui.window(), "org.esc.ui.preferences", null, null);
        dialog.setBlockOnOpen(false);
        dialog.open();
        try {
            dialog.getShell().forceActive();
            Ui.until("the dialog is in front", () -> Ui.display().getActiveShell() == dialog.getShell());
            // not through the screen: the window manager gives the keys to a dialog that no hand has opened only if it likes
            dialog.getTreeViewer().getControl().setFocus();
            var f1 = new Event();
            f1.keyCode = SWT.F1;
            dialog.getTreeViewer().getControl().notifyListeners(SWT.KeyDown, f1);
            Ui.until("the help is beside it", () -> helpBeside(dialog.getShell()) != null);
            HelpWindow help = helpBeside(dialog.getShell());
            Ui.until("it is about the page", () -> help.pane().shown().contains("administrator/server"));
            assertEquals(List.of(), Access.complaints(help.getShell()));
            Ui.screenshot(help.getShell(), "help-beside-a-dialog");
            assertTrue(help.getShell().isEnabled() && dialog.getShell().isEnabled());
        } finally {
            dialog.close();
        }
    }

    private static HelpWindow helpBeside(Shell dialog) {
        return Arrays.stream(dialog.getShells()).map(Shell::getData).filter(HelpWindow.class::isInstance).map(HelpWindow.class::cast).findFirst().orElse(null);
    }

    @Test
    void theMenuShowsTheGuidesAndOneCanGoOnAndBack() {
        Ui.click(Ui.menu("Help", "Guides"));
        Ui.until("the help is shown", () -> Ui.page().findView(HelpView.ID) != null);
        HelpPane pane = pane();
        String start = pane.shown();
        pane.show(FIRST_TOKEN);
        StyledText text = pane.page().control();
        assertTrue(text.getText().startsWith("Your first token\n"), text.getText());
        assertTrue(text.getText().contains("1.  Insert the card."), text.getText());
        assertEquals(2, pane.page().pictures());
        Ui.screenshot(Ui.window(), "help-first-token");
        assertEquals(List.of(), Access.complaints(pane.control()));
        // as a person with a keyboard: Tab goes to the next link, Enter follows it
        text.setFocus();
        text.setSelection(0);
        text.traverse(SWT.TRAVERSE_TAB_NEXT);
        assertEquals("software token", text.getSelectionText());
        text.traverse(SWT.TRAVERSE_TAB_NEXT);
        assertEquals("Tell your browser and your mail program", text.getSelectionText());
        text.traverse(SWT.TRAVERSE_TAB_PREVIOUS);
        assertEquals("software token", text.getSelectionText());
        var enter = new Event();
        enter.keyCode = SWT.CR;
        enter.character = SWT.CR;
        text.notifyListeners(SWT.KeyDown, enter);
        assertTrue(pane.shown().endsWith("user/software-tokens.html"), pane.shown());
        pane.goBack();
        assertEquals(FIRST_TOKEN, pane.shown());
        pane.goBack();
        assertEquals(start, pane.shown());
        assertFalse(pane.hasBack());
        pane.goForward();
        assertEquals(FIRST_TOKEN, pane.shown());
    }

    @Test
    void whatOneSearchesIsFoundAndALinkLeadsThere() {
        Ui.click(Ui.menu("Help", "Search"));
        Ui.until("the help is shown", () -> Ui.page().findView(HelpView.ID) != null);
        type(pane(), "password locked");
        StyledText text = pane().page().control();
        Ui.until("it is found", () -> text.getText().startsWith("Found\n"));
        Ui.screenshot(Ui.window(), "help-search");
        var link = pane().page().links().stream().filter(l -> l.to().contains("new-password.html#the-password-is-locked")).findFirst();
        assertTrue(link.isPresent(), text.getText());
        pane().page().select(link.get());
        var enter = new Event();
        enter.keyCode = SWT.CR;
        enter.character = SWT.CR;
        text.notifyListeners(SWT.KeyDown, enter);
        assertTrue(text.getText().startsWith("A new password\n"), text.getText());
        assertTrue(text.getText().substring(text.getCaretOffset()).startsWith("The password is locked"), "it begins at the place");
        type(pane(), "xyzzyx");
        Ui.until("nothing is found", () -> text.getText().startsWith("Nothing found"));
        type(pane(), "");
        assertTrue(text.getText().startsWith("A new password\n"), "what was shown comes back");
    }

    @Test
    void theGuidesOpenInTheBrowserFromFiles() throws Exception {
        PlatformUI.getWorkbench().getService(IHandlerService.class).executeCommand("org.esc.ui.help.browser", null);
        Ui.until("the browser is told", () -> opened.size() == 1);
        assertTrue(Files.readString(Path.of(URI.create(opened.getFirst()))).contains("<h1>Enterprise Security Client</h1>"));
        Browsing.open(FIRST_TOKEN + "#enrol");
        Ui.until("the browser is told", () -> opened.size() == 2);
        assertTrue(opened.get(1).startsWith("file:///") && opened.get(1).endsWith("user/first-token.html#enrol"), opened.get(1));
        assertTrue(Files.exists(Path.of(URI.create(opened.get(1).replaceFirst("#.*", "")))));
    }

    @Test
    void everyPageCanBeShown() throws Exception {
        HelpPane pane = ((HelpView) Ui.page().showView(HelpView.ID)).pane();
        show(pane, new Shelf().topics());
    }

    private static void show(HelpPane pane, List<Shelf.Topic> topics) {
        for (Shelf.Topic t : topics) {
            if (!t.href().isEmpty()) {
                pane.show(t.href());
                assertTrue(pane.page().control().getText().startsWith(t.label() + "\n"), t.href());
            }
            show(pane, t.parts());
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.core.commands.ParameterizedCommand;
import org.eclipse.core.runtime.Platform;
import org.eclipse.help.internal.util.ResourceLocator;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.ui.IWorkbenchPreferenceConstants;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.intro.IIntroManager;
import org.eclipse.ui.intro.IIntroPart;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first minutes: the welcome page, and the cheat sheets it leads to. */
class WelcomeTest {

    private static final String SHEETS = SheetView.ID;

    private final IIntroManager manager = PlatformUI.getWorkbench().getIntroManager();

    @BeforeEach
    void closeWhatTheFirstStartShows() {
        close(manager);
        Ui.settle();
    }

    @AfterEach
    void close() {
        close(manager);
        for (String id : List.of(SHEETS, HelpView.ID)) {
            if (Ui.page().findView(id) != null) {
                Ui.page().hideView(Ui.page().findView(id));
            }
        }
    }

    static void close(IIntroManager manager) {
        if (manager.getIntro() != null) {
            manager.closeIntro(manager.getIntro());
        }
    }

    private Composite welcome() {
        Ui.click(Ui.menu("Help", "Welcome"));
        Ui.until("the welcome page is there", () -> manager.getIntro() != null
                && Ui.all(Ui.window(), Button.class).stream().anyMatch(b -> b.isVisible() && b.getText().contains("First Token")));
        return Ui.window();
    }

    @Test
    void itWasShownAtTheFirstStartAndWillNotBeAgain() {
        assertTrue(manager.hasIntro());
        assertFalse(PlatformUI.getPreferenceStore().getBoolean(IWorkbenchPreferenceConstants.SHOW_INTRO), "the platform has shown it and remembers");
    }

    @Test
    void theMenuShowsItAndItCanBeReadAndReachedByKey() {
        Composite window = welcome();
        assertTrue(Ui.texts(window).contains("Welcome to the Enterprise Security Client"));
        assertEquals(List.of(), Access.complaints(window));
        var letters = new ArrayList<String>();
        Ui.all(window, Button.class, Button::isVisible).stream().map(Button::getText).filter(t -> t.contains("&"))
                .forEach(t -> letters.add(t.substring(t.indexOf('&') + 1, t.indexOf('&') + 2).toLowerCase()));
        assertEquals(letters.stream().distinct().toList(), letters);
        assertTrue(letters.size() >= 6, letters.toString());
        Ui.screenshot(Ui.window(), "welcome");
    }

    @Test
    void eachButtonLeadsSomewhereAndItIsGone() {
        Composite window = welcome();
        IIntroPart intro = manager.getIntro();
        Ui.press(window, "What Is Wrong?");
        assertNull(manager.getIntro(), () -> "closed: " + intro);
        Ui.until("the guide is open", () -> Ui.page().findView(HelpView.ID) instanceof HelpView v && v.pane().shown().contains("symptoms"));
        window = welcome();
        Ui.press(window, "Administrator Guide");
        Ui.until("the guide is open", () -> Ui.page().findView(HelpView.ID) instanceof HelpView v && v.pane().shown().contains("administrator"));
        window = welcome();
        Ui.press(window, "Enrol My First Token");
        Ui.until("the cheat sheet is open", () -> Ui.page().findView(SHEETS) != null);
        Ui.settle();
        Ui.screenshot(Ui.window(), "cheat-sheet");
        window = welcome();
        Ui.press(window, "Go to My Tokens");
        assertEquals("org.esc.ui.tokens.perspective", Ui.page().getPerspective().getId());
    }

    @Test
    void everyStepOfEveryCheatSheetCanBeDone() throws Exception {
        SheetView.open("");
        SheetView view = sheet();
        var wrong = new ArrayList<String>();
        int commands = 0;
        Combo sheets = Ui.combo(Ui.window(), "What to do");
        assertEquals(4, sheets.getItemCount());
        for (int i = 0; i < sheets.getItemCount(); i++) {
            sheets.select(i);
            Ui.click(sheets);
            assertTrue(view.list().getItemCount() >= 4, sheets.getText());
            for (int step = 0; step < view.list().getItemCount(); step++) {
                view.list().select(step);
                Ui.click(view.list());
                assertTrue(view.text().control().getText().startsWith(view.list().getItem(step).getText().substring(3) + "\n") || step == 0);
                for (String link : view.text().links().stream().map(PageText.Span::to).filter(Commands::is).toList()) {
                    commands++;
                    if (!possible(link)) {
                        wrong.add(sheets.getText() + ": " + link);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(commands >= 10, "commands: " + commands);
    }

    private static SheetView sheet() {
        Ui.until("the cheat sheet can be seen", () -> Ui.page().findView(SHEETS) instanceof SheetView v && v.list().isVisible());
        return (SheetView) Ui.page().findView(SHEETS);
    }

    private static boolean possible(String link) throws Exception {
        ParameterizedCommand command = Commands.of(link);
        var view = (String) command.getParameterMap().get("org.eclipse.ui.views.showView.viewId");
        var perspective = (String) command.getParameterMap().get("org.eclipse.ui.perspectives.showPerspective.perspectiveId");
        return command.getCommand().isDefined() && command.getCommand().getHandler() != null
                && (view == null || PlatformUI.getWorkbench().getViewRegistry().find(view) != null)
                && (perspective == null || PlatformUI.getWorkbench().getPerspectiveRegistry().findPerspectiveWithId(perspective) != null);
    }

    @Test
    void aCheatSheetIsGoneThroughAndRemembered() throws Exception {
        SheetView.open("first-token");
        SheetView view = sheet();
        Ui.press(Ui.window(), "Begin Again");
        assertTrue(view.text().control().getText().contains("You need no card and no server"), view.text().control().getText());
        assertEquals(List.of(), Access.complaints(view.list().getParent().getParent()));
        Ui.press(Ui.window(), "Do It");
        assertEquals("org.esc.ui.tokens.perspective", Ui.page().getPerspective().getId());
        view = sheet();
        Ui.press(Ui.window(), "Next Step");
        assertEquals(1, view.list().getSelectionIndex());
        assertTrue(view.list().getItem(0).getChecked());
        Ui.page().hideView(view);
        SheetView.open("");
        view = sheet();
        assertEquals("Enrol your first token", Ui.combo(Ui.window(), "What to do").getText());
        assertTrue(view.list().getItem(0).getChecked());
        assertEquals(1, view.list().getSelectionIndex());
        Ui.press(Ui.window(), "Next Step");
        assertFalse(Ui.button(Ui.window(), "Do It").isEnabled(), "a step that a person does");
        Ui.screenshot(Ui.window(), "cheat-sheet-step");
        Ui.press(Ui.window(), "Begin Again");
        assertFalse(view.list().getItem(0).getChecked());
    }

    @Test
    void thePlatformGivesOurPagesAsHtmlToOtherReaders() throws IOException {
        try (var in = ResourceLocator.openFromProducer(Platform.getBundle("org.esc.help"), "docs/help/user/first-token.html", "en")) {
            assertTrue(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).contains("<h1 id=\"your-first-token\">"));
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.eclipse.core.commands.ParameterizedCommand;
import org.eclipse.core.runtime.Platform;
import org.eclipse.help.HelpSystem;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.ui.IWorkbenchPreferenceConstants;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.cheatsheets.OpenCheatSheetAction;
import org.eclipse.ui.commands.ICommandService;
import org.eclipse.ui.intro.IIntroManager;
import org.eclipse.ui.intro.IIntroPart;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** The first minutes: the welcome page, and the cheat sheets it leads to. */
class WelcomeTest {

    private static final String SHEETS = "org.eclipse.ui.cheatsheets.views.CheatSheetView";

    private final IIntroManager manager = PlatformUI.getWorkbench().getIntroManager();

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
        var shelf = new Shelf();
        var wrong = new ArrayList<String>();
        int sheets = 0;
        for (var sheet : Platform.getExtensionRegistry().getConfigurationElementsFor("org.eclipse.ui.cheatsheets.cheatSheetContent")) {
            if (!sheet.getName().equals("cheatsheet") || !sheet.getContributor().getName().startsWith("org.esc.")) {
                continue;
            }
            sheets++;
            try (var in = Platform.getBundle(sheet.getContributor().getName()).getEntry(sheet.getAttribute("contentFile")).openStream()) {
                Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in).getDocumentElement();
                assertEquals(sheet.getAttribute("name"), root.getAttribute("title"));
                for (Element e : elements(root, "item", "intro")) {
                    String href = e.getAttribute("href");
                    if (!href.isEmpty() && shelf.leaf(href).filter(l -> l.anchor().isEmpty()
                            || l.page().sections().stream().anyMatch(s -> s.anchor().equals(l.anchor()))).isEmpty()) {
                        wrong.add(sheet.getAttribute("id") + ": " + href);
                    }
                }
                for (Element e : elements(root, "command")) {
                    ParameterizedCommand command = PlatformUI.getWorkbench().getService(ICommandService.class).deserialize(e.getAttribute("serialization"));
                    if (!command.getCommand().isDefined() || command.getCommand().getHandler() == null) {
                        wrong.add(sheet.getAttribute("id") + ": " + e.getAttribute("serialization"));
                    }
                    String view = (String) command.getParameterMap().get("org.eclipse.ui.views.showView.viewId");
                    String perspective = (String) command.getParameterMap().get("org.eclipse.ui.perspectives.showPerspective.perspectiveId");
                    if (view != null && PlatformUI.getWorkbench().getViewRegistry().find(view) == null
                            || perspective != null && PlatformUI.getWorkbench().getPerspectiveRegistry().findPerspectiveWithId(perspective) == null) {
                        wrong.add(sheet.getAttribute("id") + ": " + e.getAttribute("serialization"));
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(4, sheets);
    }

    private static List<Element> elements(Element root, String... names) {
        return Arrays.stream(names).flatMap(n -> {
            var found = root.getElementsByTagName(n);
            return java.util.stream.IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i));
        }).toList();
    }

    @Test
    void everyCheatSheetOpens() {
        for (String name : List.of("format", "trace", "driver", "first-token")) {
            new OpenCheatSheetAction("org.esc.ui.help." + name).run();
            Ui.until("it is open", () -> Ui.page().findView(SHEETS) != null);
            Ui.settle();
        }
    }

    @Test
    void thePlatformGivesOurPagesAsHtmlToOtherReaders() throws IOException {
        try (var in = HelpSystem.getHelpContent("/org.esc.help/docs/help/user/first-token.html")) {
            assertTrue(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).contains("<h1 id=\"your-first-token\">"));
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.eclipse.jface.action.GroupMarker;
import org.eclipse.jface.action.ICoolBarManager;
import org.eclipse.jface.action.IMenuManager;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.action.Separator;
import org.eclipse.ui.IWorkbenchActionConstants;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.actions.ContributionItemFactory;
import org.eclipse.ui.application.ActionBarAdvisor;
import org.eclipse.ui.application.IActionBarConfigurer;
import org.esc.apdu.Words;

/** The menus that every perspective has; bundles add theirs at the markers, by {@code org.eclipse.ui.menus}. */
final class EscActionBarAdvisor extends ActionBarAdvisor {

    private static final Words WORDS = Words.of(EscActionBarAdvisor.class);

    private ActionFactory.IWorkbenchAction quit;
    private ActionFactory.IWorkbenchAction resetPerspective;
    private ActionFactory.IWorkbenchAction preferences;
    private ActionFactory.IWorkbenchAction about;
    private IWorkbenchWindow window;

    EscActionBarAdvisor(IActionBarConfigurer configurer) {
        super(configurer);
    }

    @Override
    protected void makeActions(IWorkbenchWindow forWindow) {
        window = forWindow;
        quit = make(ActionFactory.QUIT);
        // the platform speaks English only
        quit.setText(WORDS.say("E&xit"));
        resetPerspective = make(ActionFactory.RESET_PERSPECTIVE);
        resetPerspective.setText(WORDS.say("&Reset Perspective..."));
        preferences = make(ActionFactory.PREFERENCES);
        // P is Perspective's, R is Reset Perspective's
        preferences.setText(WORDS.say("Pr&eferences…"));
        about = make(ActionFactory.ABOUT);
        about.setText(WORDS.say("&About Enterprise Security Client"));
    }

    private ActionFactory.IWorkbenchAction make(ActionFactory factory) {
        ActionFactory.IWorkbenchAction action = factory.create(window);
        register(action);
        return action;
    }

    @Override
    protected void fillMenuBar(IMenuManager bar) {
        var file = new MenuManager(WORDS.say("&File"), IWorkbenchActionConstants.M_FILE);
        file.add(new GroupMarker(IWorkbenchActionConstants.FILE_START));
        file.add(new GroupMarker(IWorkbenchActionConstants.MB_ADDITIONS));
        file.add(new Separator());
        file.add(quit);
        bar.add(file);
        bar.add(new GroupMarker(IWorkbenchActionConstants.MB_ADDITIONS));
        var windows = new MenuManager(WORDS.say("&Window"), IWorkbenchActionConstants.M_WINDOW);
        var perspectives = new MenuManager(WORDS.say("&Perspective"));
        perspectives.add(ContributionItemFactory.PERSPECTIVES_SHORTLIST.create(window));
        windows.add(perspectives);
        var views = new MenuManager(WORDS.say("Show &View"));
        views.add(ContributionItemFactory.VIEWS_SHORTLIST.create(window));
        windows.add(views);
        windows.add(resetPerspective);
        windows.add(new Separator());
        windows.add(new GroupMarker(IWorkbenchActionConstants.MB_ADDITIONS));
        windows.add(preferences);
        bar.add(windows);
        var help = new MenuManager(WORDS.say("&Help"), IWorkbenchActionConstants.M_HELP);
        help.add(new GroupMarker(IWorkbenchActionConstants.MB_ADDITIONS));
        help.add(about);
        bar.add(help);
    }

    @Override
    protected void fillCoolBar(ICoolBarManager bar) {
        bar.add(new GroupMarker(IWorkbenchActionConstants.MB_ADDITIONS));
    }
}

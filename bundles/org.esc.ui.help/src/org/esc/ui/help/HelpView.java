// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import org.eclipse.jface.action.Action;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.Words;
import org.esc.ui.Icons;

/** The guides: contents, search, pages. */
public final class HelpView extends ViewPart {

    private static final Words WORDS = Words.of(HelpView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.help.view";

    private HelpPane pane;
    private Action back;
    private Action forward;

    @Override
    public void createPartControl(Composite parent) {
        back = action(WORDS.say("Back (Alt+Left)"), "back", () -> pane.goBack());
        forward = action(WORDS.say("Forward (Alt+Right)"), "forward", () -> pane.goForward());
        var bar = getViewSite().getActionBars().getToolBarManager();
        bar.add(back);
        bar.add(forward);
        bar.add(action(WORDS.say("Guides in the browser"), "browser", () -> Browsing.open(pane.shown())));
        pane = new HelpPane(parent, this::changed);
        pane.show(Shelf.FIRST);
    }

    private static Action action(String words, String icon, Runnable what) {
        var action = new Action(words, Icons.descriptor(HelpView.class, icon)) {
            @Override
            public void run() {
                what.run();
            }
        };
        action.setToolTipText(words);
        return action;
    }

    private void changed() {
        back.setEnabled(pane != null && pane.hasBack());
        forward.setEnabled(pane != null && pane.hasForward());
    }

    HelpPane pane() {
        return pane;
    }

    @Override
    public void setFocus() {
        pane.setFocus();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.util.List;
import org.eclipse.core.runtime.ILog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.ui.IPartListener2;
import org.eclipse.ui.IPerspectiveDescriptor;
import org.eclipse.ui.IPerspectiveListener;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.IWorkbenchPartReference;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PerspectiveAdapter;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.WorkbenchException;
import org.eclipse.ui.part.IntroPart;
import org.esc.apdu.Words;
import org.esc.ui.NativeLook;

/** What one can do here, to begin with. Shows at the first start, and by Help, Welcome; the platform remembers that it was there. */
public final class Welcome extends IntroPart {

    private static final Words WORDS = Words.of(Welcome.class);

    private static final String TOKENS = "org.esc.ui.tokens.perspective";
    /** The view that the platform shows this in. */
    private static final String HOST = "org.eclipse.ui.internal.introview";
    private static final int TWO_COLUMNS = 820;
    private static final int NARROWEST = 200;

    /** One thing that somebody may want. */
    private record Offer(String heading, String words, String button, Runnable what) {
    }

    private ScrolledComposite scroll;
    private Composite page;
    private Composite offers;
    private Button first;

    private final IPerspectiveListener perspectives = new PerspectiveAdapter() {
        @Override
        public void perspectiveActivated(IWorkbenchPage where, IPerspectiveDescriptor perspective) {
            leave();
        }
    };
    private final IPartListener2 parts = new IPartListener2() {
        @Override
        public void partActivated(IWorkbenchPartReference part) {
            if (!part.getId().equals(HOST)) {
                leave();
            }
        }
    };

    @Override
    public String getTitle() {
        return WORDS.say("Welcome");
    }

    @Override
    public void createPartControl(Composite parent) {
        scroll = new ScrolledComposite(parent, SWT.V_SCROLL);
        scroll.setExpandHorizontal(true);
        scroll.setExpandVertical(true);
        scroll.setShowFocusedControl(true);
        page = new Composite(scroll, SWT.NONE);
        scroll.setContent(page);
        GridLayoutFactory.fillDefaults().margins(40, 30).spacing(10, 14).applyTo(page);
        var title = new Label(page, SWT.WRAP);
        title.setText(WORDS.say("Welcome to the Enterprise Security Client"));
        title.setFont(JFaceResources.getFontRegistry().getBold(JFaceResources.HEADER_FONT));
        wide(title);
        var about = new Label(page, SWT.WRAP);
        about.setText(WORDS.say("It turns blank smart cards into enrolled tokens, together with your organisation's server, and looks after them."));
        wide(about);
        offers = new Composite(page, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(offers);
        GridLayoutFactory.fillDefaults().numColumns(2).equalWidth(true).spacing(40, 24).applyTo(offers);
        List.of(new Offer(WORDS.say("I have a card"), WORDS.say("Insert it. The list says what it is, and what to do next."), WORDS.say("Go to &My Tokens"),
                        () -> perspective(TOKENS)),
                new Offer(WORDS.say("I want to try it"), WORDS.say("With a server and a token that are made for you on this computer, step by step."),
                        WORDS.say("&Enrol My First Token"),
                        () -> sheet("first-token")),
                new Offer(WORDS.say("I look after the tokens of others"),
                        WORDS.say("A server of your own, or your organisation's: what to set up, and how to look into it."),
                        WORDS.say("&Administrator Guide"), () -> guide("administrator/embedded")),
                new Offer(WORDS.say("Something is wrong"), WORDS.say("Find it by what you see."), WORDS.say("&What Is Wrong?"), () -> guide("troubleshooting/symptoms")),
                new Offer(WORDS.say("I want to see what passes"),
                        WORDS.say("Every command and every answer, byte by byte, with what they mean. Secrets are hidden."),
                        WORDS.say("&Look at a Trace"), () -> sheet("trace")),
                new Offer(WORDS.say("I make cards"), WORDS.say("Teach this program your card: a project with tests in one minute."),
                        WORDS.say("Write a &Driver"), () -> sheet("driver")))
                .forEach(this::offer);
        var again = new Label(page, SWT.WRAP);
        again.setText(WORDS.say("You find this again under Help ▸ Welcome. F1 shows the help for wherever you are."));
        wide(again);
        scroll.addListener(SWT.Resize, _ -> fit());
        fit();
        IWorkbenchWindow window = getIntroSite().getWorkbenchWindow();
        // not what the platform activates on the way here
        parent.getDisplay().asyncExec(() -> {
            if (!page.isDisposed()) {
                window.addPerspectiveListener(perspectives);
                window.getPartService().addPartListener(parts);
            }
        });
    }

    /** Whoever goes elsewhere would not see where they are: this lies over all else. */
    private void leave() {
        PlatformUI.getWorkbench().getDisplay().asyncExec(() -> PlatformUI.getWorkbench().getIntroManager().closeIntro(this));
    }

    @Override
    public void dispose() {
        IWorkbenchWindow window = getIntroSite().getWorkbenchWindow();
        window.removePerspectiveListener(perspectives);
        window.getPartService().removePartListener(parts);
        super.dispose();
    }

    private static void wide(Label label) {
        GridDataFactory.fillDefaults().grab(true, false).hint(NARROWEST, SWT.DEFAULT).applyTo(label);
    }

    private void offer(Offer offer) {
        var place = new Composite(offers, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(4, 6).applyTo(place);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(place);
        var heading = new Label(place, SWT.WRAP);
        heading.setText(offer.heading);
        heading.setFont(JFaceResources.getFontRegistry().getBold(JFaceResources.DEFAULT_FONT));
        wide(heading);
        var words = new Label(place, SWT.WRAP);
        words.setText(offer.words);
        wide(words);
        var button = NativeLook.of(new Button(place, SWT.PUSH));
        button.setText(offer.button);
        button.addListener(SWT.Selection, _ -> {
            PlatformUI.getWorkbench().getIntroManager().closeIntro(this);
            offer.what.run();
        });
        if (first == null) {
            first = button;
        }
    }

    /** One column where there is no room for two, as on a small screen with large letters. */
    private void fit() {
        int width = scroll.getClientArea().width;
        ((GridLayout) offers.getLayout()).numColumns = width > 0 && width < TWO_COLUMNS ? 1 : 2;
        page.layout(true, true);
        scroll.setMinSize(page.computeSize(width > 0 ? width : SWT.DEFAULT, SWT.DEFAULT));
    }

    private static void perspective(String id) {
        IWorkbenchWindow window = PlatformUI.getWorkbench().getActiveWorkbenchWindow();
        try {
            PlatformUI.getWorkbench().showPerspective(id, window);
        } catch (WorkbenchException e) {
            ILog.of(Welcome.class).error("The perspective cannot be shown: " + id, e);
        }
    }

    private static void sheet(String name) {
        SheetView.open(name);
    }

    private static void guide(String page) {
        PlatformUI.getWorkbench().getHelpSystem().displayHelpResource("/org.esc.help/docs/help/" + page + ".html");
    }

    @Override
    public void standbyStateChanged(boolean standby) {
        // there is no smaller form: whoever is done closes it
    }

    @Override
    public void setFocus() {
        first.setFocus();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Optional;
import org.eclipse.core.runtime.IConfigurationElement;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Copy;
import org.esc.ui.EmptyPage;
import org.esc.ui.Icons;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;

/**
 * One {@link Kind} of things on one server, which the view's secondary id names; without one it goes with the server that a person works with. Until
 * somebody is signed in it offers that. The extension names the kind behind the class: {@code …TokensView:tokens}.
 */
abstract class AdminView extends ViewPart {

    private static final Words WORDS = Words.of(AdminView.class);

    private Kind kind = Kind.OVERVIEW;
    private Composite stack;
    private Composite gate;
    private Optional<Composite> content = Optional.empty();
    private Optional<Server> server = Optional.empty();
    private Optional<TpsAdmin> shown = Optional.empty();
    private Filter filter = Filter.ALL;
    private boolean refusedHere;
    private final Runnable serverChanged = this::turn;
    private final Runnable serversChanged = this::choose;
    private Servers servers;

    @Override
    public void setInitializationData(IConfigurationElement config, String propertyName, Object data) {
        super.setInitializationData(config, propertyName, data);
        Kind.of(String.valueOf(data)).ifPresent(k -> kind = k);
    }

    /** What it shows. */
    final Kind kind() {
        return kind;
    }

    /** The server it shows things of. */
    final Optional<Server> server() {
        return server;
    }

    /** The connection that is shown. */
    final TpsAdmin admin() {
        return shown.orElseThrow();
    }

    @Override
    public final void createPartControl(Composite parent) {
        servers = AdminPlugin.servers();
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        action(ActionFactory.REFRESH.getId(), WORDS.say("Refresh"), "org.eclipse.ui.file.refresh", this::refresh);
        action(ActionFactory.COPY.getId(), WORDS.say("Copy"), "org.eclipse.ui.edit.copy", () -> Copy.text(stack.getDisplay(), copied()));
        action(ActionFactory.FIND.getId(), WORDS.say("Find"), "org.eclipse.ui.edit.findReplace", this::find);
        var refresh = new Action(WORDS.say("Refresh"), Icons.descriptor(AdminView.class, "refresh")) {
            @Override
            public void run() {
                refresh();
            }
        };
        refresh.setToolTipText(WORDS.say("Reads everything anew from the server (F5)"));
        offer(refresh);
        addActions();
        servers.onChange(serversChanged);
        choose();
    }

    private void action(String id, String text, String command, Runnable run) {
        var action = new Action(text) {
            @Override
            public void run() {
                if (shown.isPresent()) {
                    run.run();
                }
            }
        };
        action.setActionDefinitionId(command);
        getViewSite().getActionBars().setGlobalActionHandler(id, action);
    }

    /** Puts an action where the mouse finds it and where the keyboard does: into the view's toolbar and its menu. */
    final void offer(Action action) {
        getViewSite().getActionBars().getToolBarManager().add(action);
        getViewSite().getActionBars().getMenuManager().add(action);
    }

    /** Offers more in the view's toolbar. */
    void addActions() {
        // not all have more
    }

    private void choose() {
        if (stack.isDisposed()) {
            return;
        }
        String id = getViewSite().getSecondaryId();
        Optional<Server> now = id == null ? servers.current() : servers.find(id);
        // the server's name where there are several
        setPartName(kind.label() + now.filter(_ -> servers.all().size() > 1).map(s -> " – " + s.entry().label()).orElse(""));
        if (now.equals(server) && (now.isPresent() || gate != null)) {
            return;
        }
        server.ifPresent(s -> s.noChange(serverChanged));
        server = now;
        server.ifPresent(s -> s.onChange(serverChanged));
        setTitleToolTip(server.map(s -> WORDS.say("{0} of {1}, {2}", kind.label(), s.entry().label(), s.entry().address())).orElse(kind.label()));
        turn();
    }

    /** Shows what there is, or how to sign in. */
    private void turn() {
        if (stack.isDisposed()) {
            return;
        }
        Optional<TpsAdmin> now = server.flatMap(Server::admin);
        if (now.isPresent() && now.equals(shown)) {
            return;
        }
        boolean focus = hasFocus();
        refusedHere = false;
        shown = now;
        content.ifPresent(Control::dispose);
        content = Optional.empty();
        if (gate != null) {
            gate.dispose();
        }
        if (now.isPresent()) {
            var place = new Composite(stack, SWT.NONE);
            content = Optional.of(place);
            fill(place);
            top(place);
            server.flatMap(s -> s.refusal(kind.right())).ifPresentOrElse(this::refused, () -> load(filter));
        } else {
            gate = gate();
            top(gate);
        }
        if (focus) {
            setFocus();
        }
    }

    private boolean hasFocus() {
        for (Control c = stack.getDisplay().getFocusControl(); c != null; c = c.getParent()) {
            if (c == stack) {
                return true;
            }
        }
        return false;
    }

    private void top(Control control) {
        ((StackLayout) stack.getLayout()).topControl = control;
        stack.layout(true, true);
    }

    private Composite gate() {
        if (server.filter(s -> s.state() == Server.State.SIGNED_OUT).isEmpty()) {
            var empty = new EmptyPage(stack);
            empty.say(server.map(s -> WORDS.say("Signing in to {0}…", s.entry().label())).orElseGet(() -> getViewSite().getSecondaryId() == null
                    ? WORDS.say("No server to administer has been added yet. Add one in the Servers view.") : WORDS.say("This server is not in the list any more.")));
            return empty;
        }
        Server s = server.get();
        var page = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(16, 16).spacing(0, 10).applyTo(page);
        var words = new Label(page, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(320, SWT.DEFAULT).applyTo(words);
        words.setText(WORDS.say("Nobody is signed in to {0} ({1}).", s.entry().label(), s.entry().address()).replace("&", "&&"));
        s.failure().ifPresent(e -> {
            Problem p = e.problem();
            var pane = new ProblemPane(page, p.fault() == Fault.CANCELLED ? SWT.ICON_WARNING : SWT.ICON_ERROR, ProblemText.forPerson(p),
                    ProblemText.details(p)).offerTrust(e, s::forgive);
            GridDataFactory.fillDefaults().grab(true, false).applyTo(pane);
        });
        var button = NativeLook.of(new Button(page, SWT.PUSH));
        button.setText(WORDS.say("&Sign In…"));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(button);
        button.addListener(SWT.Selection, _ -> s.signIn(getSite().getShell()));
        return page;
    }

    /** Says in place of the content that who is signed in may not see it. */
    private void refused(String why) {
        content.ifPresent(Control::dispose);
        var page = new Composite(stack, SWT.NONE);
        content = Optional.of(page);
        GridLayoutFactory.fillDefaults().margins(4, 4).applyTo(page);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(new ProblemPane(page, SWT.ICON_INFORMATION, why + "\n\n"
                + WORDS.say("Sign in as somebody who has the role, or ask an administrator to put you into the group."), ""));
        top(page);
        refusedHere = true;
    }

    /** Asks for another list, as soon as somebody is signed in. */
    final void search(Filter wish) {
        filter = wish;
        if (shown.isPresent() && content.isPresent() && !refusedHere) {
            load(wish);
        }
    }

    /** What went wrong in talking to the server; the view says it itself, unless nobody is signed in any more, or it is another server. */
    final void failed(EscException e) {
        if (e.fault() == Fault.LOGIN || e.fault() == Fault.TLS) {
            server.ifPresent(s -> s.lost(e));
        }
    }

    final boolean open() {
        return shown.isPresent() && !refusedHere && !stack.isDisposed();
    }

    /** Builds the controls; {@link #admin} can be asked then. */
    abstract void fill(Composite place);

    /** Reads and shows what the filter asks for. */
    abstract void load(Filter wish);

    /** Reads everything anew. */
    abstract void refresh();

    /** What is copied. */
    String copied() {
        return "";
    }

    /** Puts the cursor to where a person searches. */
    void find() {
        // where there is something to search
    }

    /** The control that gets the focus. */
    abstract Control first();

    @Override
    public void setFocus() {
        Control top = ((StackLayout) stack.getLayout()).topControl;
        if (content.isPresent() && top == content.get() && !refusedHere) {
            first().setFocus();
        } else if (top == null || !top.setFocus()) {
            stack.setFocus();
        }
    }

    @Override
    public void dispose() {
        servers.noChange(serversChanged);
        server.ifPresent(s -> s.noChange(serverChanged));
        super.dispose();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.action.Separator;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.viewers.IElementComparer;
import org.eclipse.jface.viewers.StructuredSelection;
import org.eclipse.jface.viewers.TreeViewer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.part.ViewPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.client.Trust;
import org.esc.ui.Copy;
import org.esc.ui.Icons;
import org.esc.ui.NativeLook;
import org.esc.ui.PageStack;
import org.esc.ui.TreeTable;

/** The servers, who is signed in where, and what can be looked at on each. */
public final class ServersView extends ViewPart {

    private static final Words WORDS = Words.of(ServersView.class);

    /** Id of the view. */
    public static final String ID = "org.esc.ui.admin.servers";

    /** A line: a server, or something on it. */
    private record Node(Server server, Optional<Kind> kind) {

        String key() {
            return server.entry().id() + "/" + kind.map(Kind::word).orElse("");
        }

        String name() {
            return kind.map(Kind::label).orElse(server.entry().label());
        }

        String note() {
            return kind.isEmpty() ? server.words() : server.refusal(kind.get().right()).map(_ -> WORDS.say("Not with your roles")).orElse("");
        }

        String tip() {
            return kind.isEmpty() ? server.entry().address() + "\n" + server.words() : server.refusal(kind.get().right()).orElse("");
        }
    }

    private Servers servers;
    private Composite stack;
    private Composite nothing;
    private TreeViewer tree;
    private final Map<String, Action> actions = new LinkedHashMap<>();
    private final Runnable changed = this::show;

    @Override
    public void createPartControl(Composite parent) {
        servers = AdminPlugin.servers();
        stack = new Composite(parent, SWT.NONE);
        stack.setLayout(new StackLayout());
        nothing = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(12, 12).spacing(0, 10).applyTo(nothing);
        var words = new Label(nothing, SWT.WRAP);
        words.setText(WORDS.say("No server to administer has been added yet. Add the token management system whose tokens, profiles and users "
                + "you look after."));
        GridDataFactory.fillDefaults().grab(true, false).hint(180, SWT.DEFAULT).applyTo(words);
        var button = NativeLook.of(new Button(nothing, SWT.PUSH));
        button.setText(WORDS.say("&Add Server…"));
        button.addListener(SWT.Selection, _ -> add());
        tree = TreeTable.<Node>in(stack, SWT.SINGLE, WORDS.say("Servers to administer"), ServersView::children, List.of(
                new TreeTable.Column<>(WORDS.say("Server"), 4, Node::name, Node::tip, ServersView::icon, 150),
                new TreeTable.Column<>(WORDS.say("Signed in"), 3, Node::note, Node::tip)));
        tree.setComparer(new IElementComparer() {
            @Override
            public boolean equals(Object a, Object b) {
                return key(a).equals(key(b));
            }

            @Override
            public int hashCode(Object element) {
                return key(element).hashCode();
            }

            private static Object key(Object o) {
                return o instanceof Node n ? n.key() : o;
            }
        });
        tree.addSelectionChangedListener(_ -> {
            selected().ifPresent(n -> servers.current(n.server()));
            enable();
        });
        tree.addOpenListener(_ -> openSelected());
        action("add", WORDS.say("&Add Server…"), WORDS.say("Adds a server to administer"), "server-add", this::add);
        action("edit", WORDS.say("&Edit Server…"), WORDS.say("Changes address, trust or sign-in of the server"), "server",
                () -> selected().ifPresent(n -> edit(n.server())));
        action("remove", WORDS.say("&Remove Server…"), WORDS.say("Takes the server off the list; nothing is changed on it"), "delete",
                () -> selected().ifPresent(n -> remove(n.server())));
        action("in", WORDS.say("&Sign In…"), WORDS.say("Signs in to the server"), "sign-in", () ->
                selected().ifPresent(n -> n.server().signIn(getSite().getShell())));
        action("out", WORDS.say("Sign &Out"), WORDS.say("Signs out of the server"), "sign-out", () -> selected().ifPresent(n -> n.server().signOut()));
        action("open", WORDS.say("O&pen"), WORDS.say("Shows it in a view of its own"), "overview", this::openSelected);
        var bar = getViewSite().getActionBars().getToolBarManager();
        List.of("add", "edit", "remove").forEach(a -> bar.add(actions.get(a)));
        bar.add(new Separator());
        List.of("in", "out").forEach(a -> bar.add(actions.get(a)));
        var menu = new MenuManager();
        List.of("open", "in", "out").forEach(a -> menu.add(actions.get(a)));
        menu.add(new Separator());
        List.of("add", "edit", "remove").forEach(a -> menu.add(actions.get(a)));
        tree.getTree().setMenu(menu.createContextMenu(tree.getTree()));
        var actionBars = getViewSite().getActionBars();
        var delete = new Action(WORDS.say("Remove")) {
            @Override
            public void run() {
                if (actions.get("remove").isEnabled()) {
                    actions.get("remove").run();
                }
            }
        };
        delete.setActionDefinitionId("org.eclipse.ui.edit.delete");
        actionBars.setGlobalActionHandler(ActionFactory.DELETE.getId(), delete);
        var copy = new Action(WORDS.say("Copy")) {
            @Override
            public void run() {
                Copy.text(tree.getTree().getDisplay(), selected().map(n -> n.name() + "\t" + (n.kind().isEmpty() ? n.server().entry().address() + "\t" : "")
                        + n.note()).orElse(""));
            }
        };
        copy.setActionDefinitionId("org.eclipse.ui.edit.copy");
        actionBars.setGlobalActionHandler(ActionFactory.COPY.getId(), copy);
        servers.onChange(changed);
        getSite().setSelectionProvider(tree);
        show();
    }

    private void action(String id, String text, String tip, String icon, Runnable run) {
        var action = new Action(text, Icons.descriptor(ServersView.class, icon)) {
            @Override
            public void run() {
                run.run();
            }
        };
        action.setToolTipText(tip);
        actions.put(id, action);
    }

    private static List<Node> children(Node n) {
        return n.kind().isPresent() || n.server().state() != Server.State.SIGNED_IN ? List.of()
                : Arrays.stream(Kind.values()).map(k -> new Node(n.server(), Optional.of(k))).toList();
    }

    private static org.eclipse.swt.graphics.Image icon(Node n) {
        return Icons.image(ServersView.class, n.kind().map(Kind::word).orElse(switch (n.server().state()) {
            case SIGNED_IN -> "server-in";
            case SIGNING_IN, SIGNED_OUT -> "server";
        }));
    }

    private void show() {
        if (stack.isDisposed()) {
            return;
        }
        List<Node> now = servers.all().stream().map(s -> new Node(s, Optional.empty())).toList();
        List<Object> expanded = new ArrayList<>(Arrays.asList(tree.getExpandedElements()));
        List<?> before = tree.getInput() instanceof List<?> l ? l : List.of();
        // who has just signed in sees what there is
        now.stream().filter(n -> n.server().state() == Server.State.SIGNED_IN && before.stream().map(Node.class::cast)
                .noneMatch(b -> b.server() == n.server() && seenIn.contains(n.key()))).forEach(expanded::add);
        seenIn = now.stream().filter(n -> n.server().state() == Server.State.SIGNED_IN).map(Node::key).toList();
        Optional<Node> chosen = selected();
        tree.getTree().setRedraw(false);
        try {
            tree.setInput(now);
            tree.setExpandedElements(expanded.toArray());
            Optional<Node> again = chosen.filter(c -> now.stream().anyMatch(n -> n.server() == c.server() && (c.kind().isEmpty() || !children(n).isEmpty())))
                    .or(() -> servers.current().map(s -> new Node(s, Optional.empty())));
            tree.setSelection(again.map(StructuredSelection::new).orElse(StructuredSelection.EMPTY), true);
        } finally {
            tree.getTree().setRedraw(true);
        }
        PageStack.show(stack, now.isEmpty() ? nothing : tree.getTree().getParent());
        setContentDescription(servers.problem().map(Problem::message).orElse(""));
        enable();
    }

    private List<String> seenIn = List.of();

    private void enable() {
        Optional<Server> s = selected().map(Node::server);
        actions.get("edit").setEnabled(s.filter(v -> v.entry().kept()).isPresent());
        actions.get("remove").setEnabled(s.filter(v -> v.entry().kept()).isPresent());
        actions.get("in").setEnabled(s.filter(v -> v.state() == Server.State.SIGNED_OUT).isPresent());
        actions.get("out").setEnabled(s.filter(v -> v.state() == Server.State.SIGNED_IN).isPresent());
        actions.get("open").setEnabled(s.isPresent());
    }

    private Optional<Node> selected() {
        return Optional.ofNullable((Node) tree.getStructuredSelection().getFirstElement());
    }

    private void openSelected() {
        selected().ifPresent(n -> {
            if (n.server().state() == Server.State.SIGNED_OUT) {
                n.server().signIn(getSite().getShell());
            }
            if (n.kind().isPresent() || n.server().state() == Server.State.SIGNED_IN) {
                AdminPlugin.open(getSite().getPage(), n.server(), n.kind().orElse(Kind.OVERVIEW), Filter.ALL);
            }
        });
    }

    TreeViewer tree() {
        return tree;
    }

    // ---- the list

    /** Asks for a server and adds it. */
    void add() {
        ask(WORDS.say("Add a server"), WORDS.say("Where the token management system is, and how you sign in to it."), WORDS.say("&Add"), Optional.empty());
    }

    private void edit(Server s) {
        ask(WORDS.say("Edit {0}", s.entry().label()), WORDS.say("You are signed out when this is changed."), WORDS.say("&Save"), Optional.of(s));
    }

    private static final String BY_CERTIFICATE = WORDS.say("With a certificate in a file");
    private static final String BY_PASSWORD = WORDS.say("With a password, a token or a PKCS#11 module, asked for each time");
    private static final Map<String, Trust.Revocation> CHECKS = checks();

    private static Map<String, Trust.Revocation> checks() {
        var m = new LinkedHashMap<String, Trust.Revocation>();
        m.put(WORDS.say("Ask; go on when there is no answer"), Trust.Revocation.SOFT);
        m.put(WORDS.say("Ask; refuse when there is no answer"), Trust.Revocation.HARD);
        m.put(WORDS.say("Do not ask"), Trust.Revocation.OFF);
        return m;
    }

    private void ask(String title, String message, String accept, Optional<Server> instead) {
        Optional<SavedServers.Saved> old = instead.map(s -> s.entry().saved());
        List<Field> fields = List.of(
                Field.text("address", WORDS.say("Address"), old.map(o -> o.address().toString()).orElse(""), "https://tps.example.com:8443").required(),
                Field.text("name", WORDS.say("Name"), old.map(SavedServers.Saved::name).orElse(""),
                        WORDS.say("letters, digits, dots and dashes; made of the address if empty")),
                Field.file("ca", WORDS.say("Authority to trust"), old.flatMap(o -> o.ca().stream().findFirst()).map(Object::toString).orElse(""),
                        WORDS.say("PEM file; the system's authorities if empty")),
                Field.choice("check", WORDS.say("Revocation"), CHECKS.entrySet().stream().filter(e ->
                        e.getValue() == old.map(SavedServers.Saved::check).orElse(Trust.Revocation.SOFT))
                        .map(Map.Entry::getKey).findFirst().orElseThrow(), List.copyOf(CHECKS.keySet())),
                Field.choice("how", WORDS.say("Sign in"), old.filter(o -> o.key().isEmpty()).isPresent() ? BY_PASSWORD : BY_CERTIFICATE,
                        List.of(BY_CERTIFICATE, BY_PASSWORD)),
                Field.file("key", WORDS.say("Key and certificate"), old.flatMap(SavedServers.Saved::key).map(Object::toString).orElse(""),
                        WORDS.say("PKCS#12 (.p12) or PEM file")),
                Field.text("user", WORDS.say("User"), old.flatMap(SavedServers.Saved::user).orElse(""),
                        WORDS.say("who signs in with a password; may stay empty")));
        new FormDialog<>(getSite().getShell(), title, message, fields, accept, (values, _) -> {
            SavedServers.Saved s = saved(values);
            if (s.key().filter(k -> !java.nio.file.Files.isReadable(k)).isPresent()) {
                throw Problem.of(Fault.USAGE, title, WORDS.say("The file {0} cannot be read.", s.key().get())).exception();
            }
            return s;
        }, s -> put(title, s, instead)).checked(v -> complaint(v, instead))
                .needing((box, v) -> !box.equals(v.text("how").equals(BY_CERTIFICATE) ? "user" : "key")).open();
    }

    private void put(String title, SavedServers.Saved saved, Optional<Server> instead) {
        try {
            servers.put(ServerEntry.of(saved), instead);
            servers.find(saved.name()).ifPresent(s -> tree.setSelection(new StructuredSelection(new Node(s, Optional.empty())), true));
        } catch (EscException e) {
            new ProblemDialog(getSite().getShell(), title, e).open();
        }
    }

    private Optional<String> complaint(Values v, Optional<Server> instead) {
        try {
            var s = saved(v);
            if (servers.find(s.name()).filter(o -> instead.filter(i -> i == o).isEmpty()).isPresent()) {
                return Optional.of(WORDS.say("There is a server of the name \"{0}\" already.", s.name()));
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static SavedServers.Saved saved(Values v) {
        var address = ServerEntry.address(v.text("address"));
        boolean certificate = v.text("how").equals(BY_CERTIFICATE);
        if (certificate && v.text("key").isEmpty()) {
            throw new IllegalArgumentException(WORDS.say("Choose the file with your key and certificate, or sign in another way."));
        }
        String made = (address.getHost() + (address.getPort() < 0 ? "" : "-" + address.getPort())).replaceAll("[^A-Za-z0-9._-]", "");
        return new SavedServers.Saved(v.given("name").orElse(made.substring(0, Math.min(40, made.length()))), address,
                v.given("ca").map(java.nio.file.Path::of).stream().toList(), CHECKS.getOrDefault(v.text("check"), Trust.Revocation.SOFT),
                certificate ? v.given("key").map(java.nio.file.Path::of) : Optional.empty(), certificate ? Optional.empty() : v.given("user"));
    }

    private void remove(Server s) {
        new FormDialog<>(getSite().getShell(), WORDS.say("Remove {0}", s.entry().label()), s.entry().address().toString(), List.of(), WORDS.say("&Remove"),
                (_, _) -> s, gone -> {
            try {
                servers.remove(gone);
            } catch (EscException e) {
                new ProblemDialog(getSite().getShell(), WORDS.say("Remove {0}", gone.entry().label()), e).open();
            }
        }).cautious(WORDS.say("The server is taken off the list. Nothing is changed on it.")).open();
    }

    @Override
    public void setFocus() {
        if (((StackLayout) stack.getLayout()).topControl == nothing) {
            nothing.setFocus();
        } else {
            tree.getTree().setFocus();
        }
    }

    @Override
    public void dispose() {
        servers.noChange(changed);
        super.dispose();
    }
}

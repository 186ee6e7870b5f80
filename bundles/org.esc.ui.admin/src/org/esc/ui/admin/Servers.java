// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.admin.SavedServers.Saved;
import org.esc.tps.client.Trust;
import org.esc.ui.Aside;
import org.esc.ui.Settings;

/** The servers that a person administers, the same as in the terminal; the demonstration's is among them while it runs. UI thread only. */
final class Servers {

    private static final Words WORDS = Words.of(Servers.class);

    /** Name of the demonstration's server. */
    static final String DEMO = "demo";

    private final Display display;
    private final SavedServers store;
    private final Map<String, Server> servers = new LinkedHashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private Optional<String> current = Optional.empty();
    private Optional<Problem> problem = Optional.empty();

    /** The servers that are saved there. */
    Servers(Display display, SavedServers store) {
        this.display = display;
        this.store = store;
        try {
            store.all().values().forEach(s -> add(ServerEntry.of(s)));
        } catch (EscException e) {
            problem = Optional.of(e.problem());
        }
    }

    /** Why some may be missing. */
    Optional<Problem> problem() {
        return problem;
    }

    private void add(ServerEntry e) {
        servers.put(e.id(), new Server(display, e, this::tell));
    }

    /** All, by name; the demonstration's first. */
    List<Server> all() {
        demo();
        return servers.values().stream().sorted(Comparator.comparing((Server s) -> s.entry().kept())
                .thenComparing(s -> s.entry().label(), String.CASE_INSENSITIVE_ORDER)).toList();
    }

    /** The server of this name. */
    Optional<Server> find(String id) {
        demo();
        return Optional.ofNullable(servers.get(id));
    }

    /** The demonstration starts in the background and may end. */
    private void demo() {
        Optional<URI> address = Settings.now(Settings.ADMIN).map(URI::create);
        Server known = servers.get(DEMO);
        if (known != null && known.entry().kept()) {
            return;
        }
        if (address.isEmpty()) {
            if (known != null) {
                servers.remove(DEMO);
                known.signOut();
            }
        } else if (known == null || !known.entry().address().equals(address.get())) {
            add(new ServerEntry(new Saved(DEMO, address.get(), Settings.now(Settings.CA).map(Path::of).stream().toList(), Trust.Revocation.SOFT,
                    Settings.now(Settings.ADMIN_KEY).map(Path::of), Optional.empty()), WORDS.say("Embedded demonstration"),
                    Settings.now(Settings.ADMIN_PASSWORD_FILE).map(Path::of), false));
        }
    }

    /** The one that a person works with: the last one touched, or the first. */
    Optional<Server> current() {
        List<Server> all = all();
        return current.flatMap(this::find).or(() -> all.stream().findFirst());
    }

    void current(Server s) {
        current = Optional.of(s.entry().id());
    }

    /** Adds a server, and saves it if it is to be kept. @throws EscException USAGE if it cannot be saved; nothing has changed then */
    void put(ServerEntry e, Optional<Server> instead) throws EscException {
        if (e.kept()) {
            Aside.go(() -> store.save(e.saved()));
        }
        if (instead.isPresent()) {
            instead.get().signOut();
            servers.remove(instead.get().entry().id());
            if (instead.get().entry().kept() && !instead.get().entry().id().equals(e.id())) {
                String before = instead.get().entry().id();
                Aside.go(() -> store.remove(before));
            }
        }
        add(e);
        current = Optional.of(e.id());
        tell();
    }

    /** Signs out of a server and forgets it. @throws EscException USAGE if the file cannot be written */
    void remove(Server server) throws EscException {
        if (server.entry().kept()) {
            Aside.go(() -> store.remove(server.entry().id()));
        }
        servers.remove(server.entry().id());
        server.signOut();
    }

    /** Runs something, on the UI thread, when servers come, go, or are signed in to or out of. */
    void onChange(Runnable changed) {
        listeners.add(changed);
    }

    void noChange(Runnable changed) {
        listeners.remove(changed);
    }

    void tell() {
        List.copyOf(listeners).forEach(Runnable::run);
    }
}

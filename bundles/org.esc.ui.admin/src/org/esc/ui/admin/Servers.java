// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.eclipse.swt.widgets.Display;
import org.esc.ui.Settings;
import org.osgi.service.prefs.BackingStoreException;
import org.osgi.service.prefs.Preferences;

/** The servers that a person administers; kept in the preferences. The demonstration's is among them while it runs. UI thread only. */
final class Servers {

    /** Id of the demonstration's server. */
    static final String DEMO = "demo";

    private static final String NAME = "name";
    private static final String ADDRESS = "address";
    private static final String CA = "ca";
    private static final String KEY = "key";
    private static final String USER = "user";
    private static final String PASSWORD_FILE = "password-file";

    private final Display display;
    private final Optional<Preferences> store;
    private final Map<String, Server> servers = new LinkedHashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private Optional<String> current = Optional.empty();

    /** The servers in these preferences; none are kept if there are none. */
    Servers(Display display, Optional<Preferences> store) {
        this.display = display;
        this.store = store;
        load();
    }

    /** Those of this user's workbench. */
    static Servers usual(Display display) {
        return new Servers(display, Optional.of(InstanceScope.INSTANCE.getNode("org.esc.ui.admin").node("servers")));
    }

    private void load() {
        store.ifPresent(s -> {
            try {
                for (String id : s.childrenNames()) {
                    Preferences p = s.node(id);
                    add(new ServerEntry(id, p.get(NAME, id), URI.create(p.get(ADDRESS, "")), path(p, CA), path(p, KEY), p.get(USER, ""),
                            path(p, PASSWORD_FILE), true));
                }
            } catch (BackingStoreException | IllegalArgumentException e) {
                ILog.of(Servers.class).warn("Some servers to administer could not be read from the preferences", e);
            }
        });
    }

    private static Optional<Path> path(Preferences p, String key) {
        return Optional.of(p.get(key, "")).filter(v -> !v.isEmpty()).map(Path::of);
    }

    private void add(ServerEntry e) {
        servers.put(e.id(), new Server(display, e, this::tell));
    }

    /** All, by name; the demonstration's first. */
    List<Server> all() {
        demo();
        return servers.values().stream().sorted(java.util.Comparator.comparing((Server s) -> !s.entry().id().equals(DEMO))
                .thenComparing(s -> s.entry().name(), String.CASE_INSENSITIVE_ORDER)).toList();
    }

    /** The server with this id. */
    Optional<Server> find(String id) {
        demo();
        return Optional.ofNullable(servers.get(id));
    }

    /** The demonstration starts in the background and may end. */
    private void demo() {
        Optional<URI> address = Settings.now(Settings.ADMIN).map(URI::create);
        Server known = servers.get(DEMO);
        if (address.isEmpty()) {
            if (known != null) {
                known.signOut();
                servers.remove(DEMO);
            }
        } else if (known == null || !known.entry().address().equals(address.get())) {
            add(new ServerEntry(DEMO, "Embedded demonstration", address.get(), Settings.now(Settings.CA).map(Path::of),
                    Settings.now(Settings.ADMIN_KEY).map(Path::of), "", Settings.now(Settings.ADMIN_PASSWORD_FILE).map(Path::of), false));
        }
    }

    /** The one that a person works with: the last one touched, or the only one. */
    Optional<Server> current() {
        List<Server> all = all();
        return current.flatMap(this::find).or(() -> all.stream().findFirst());
    }

    void current(Server s) {
        current = Optional.of(s.entry().id());
    }

    /** Adds a server, or changes the one with its id; that one is signed out. */
    void put(ServerEntry e) {
        Optional.ofNullable(servers.get(e.id())).ifPresent(Server::signOut);
        add(e);
        current = Optional.of(e.id());
        if (e.kept()) {
            store.ifPresent(s -> {
                Preferences p = s.node(e.id());
                p.put(NAME, e.name());
                p.put(ADDRESS, e.address().toString());
                put(p, CA, e.ca());
                put(p, KEY, e.key());
                p.put(USER, e.user());
                put(p, PASSWORD_FILE, e.passwordFile());
                flush(s);
            });
        }
        tell();
    }

    private static void put(Preferences p, String key, Optional<Path> file) {
        if (file.isPresent()) {
            p.put(key, file.get().toString());
        } else {
            p.remove(key);
        }
    }

    private static void flush(Preferences p) {
        try {
            p.flush();
        } catch (BackingStoreException e) {
            ILog.of(Servers.class).warn("The servers to administer could not be saved", e);
        }
    }

    /** Signs out of a server and forgets it. */
    void remove(Server server) {
        server.signOut();
        servers.remove(server.entry().id());
        store.ifPresent(s -> {
            try {
                if (s.nodeExists(server.entry().id())) {
                    s.node(server.entry().id()).removeNode();
                    flush(s);
                }
            } catch (BackingStoreException e) {
                ILog.of(Servers.class).warn("A server to administer could not be forgotten", e);
            }
        });
        tell();
    }

    /** An id that no server has. */
    String freshId() {
        int n = 1;
        while (servers.containsKey("s" + n)) {
            n++;
        }
        return "s" + n;
    }

    /** Signs out everywhere. */
    void close() {
        servers.values().forEach(Server::signOut);
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

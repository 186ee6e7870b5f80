// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.eclipse.core.runtime.ILog;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardFiles;
import org.esc.card.Subscription;
import org.osgi.service.prefs.BackingStoreException;
import org.osgi.service.prefs.Preferences;

/**
 * The software tokens that the person at this workbench has plugged in. They are remembered, and plugged in again at the next start; one whose
 * file is encrypted, missing or damaged waits on a shelf until somebody unlocks it, brings it back or has it forgotten. May be used from
 * any thread.
 */
public final class SoftTokens implements AutoCloseable {

    private static final Words WORDS = Words.of(SoftTokens.class);

    /**
     * A token that is remembered and not plugged in.
     *
     * @param file    of the token
     * @param state   why: {@link TokenState#LOCKED}, {@link TokenState#MISSING} or {@link TokenState#UNREADABLE}; {@link TokenState#READING}
     *                until that is known
     * @param trouble the same for a person, with the particulars
     */
    public record Shelved(Path file, TokenState state, String trouble) {
    }

    private final Supplier<Optional<CardFiles>> files;
    private final Optional<Preferences> memory;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<Path, CardFiles.Plugged> plugged = new LinkedHashMap<>();
    private final Map<Path, Shelved> shelf = new LinkedHashMap<>();

    /**
     * No tokens yet.
     *
     * @param files  plugs them in
     * @param memory where their files are noted; without it nothing is remembered
     */
    SoftTokens(Supplier<Optional<CardFiles>> files, Optional<Preferences> memory) {
        this.files = files;
        this.memory = memory;
    }

    /** Plugs in what was plugged in when the workbench ended. What cannot be goes onto the shelf, and nobody is disturbed. */
    void restore() {
        List<Path> waiting = remembered();
        // all of them first: each one that is plugged in notes anew what there is
        synchronized (this) {
            waiting.removeAll(plugged.keySet());
            waiting.forEach(file -> shelf.put(file, new Shelved(file, TokenState.READING, "")));
        }
        changed();
        waiting.forEach(this::tryToPlug);
    }

    /** Tries again with what is on the shelf: a file may have come back. */
    void retry() {
        shelf().stream().filter(s -> s.state() != TokenState.LOCKED || !Files.exists(s.file())).forEach(s -> tryToPlug(s.file()));
    }

    private void tryToPlug(Path file) {
        if (!Files.exists(file)) {
            shelve(new Shelved(file, TokenState.MISSING, WORDS.say("There is no file {0}.", file)));
            return;
        }
        try {
            plug(file, Optional.empty());
        } catch (EscException e) {
            shelve(needsPassphrase(e.problem())
                    ? new Shelved(file, TokenState.LOCKED, WORDS.say("The file {0} is encrypted.", file))
                    : new Shelved(file, TokenState.UNREADABLE, e.problem().message()));
        }
    }

    /** True if the trouble with a file is its passphrase. */
    static boolean needsPassphrase(Problem problem) {
        return problem.code().equals("passphrase-missing") || problem.code().equals("wrong-passphrase");
    }

    /**
     * Plugs a software token in, as a reader of its own, and remembers it.
     *
     * @return name of the reader
     * @throws EscException if the file is no token, is in use, or needs another passphrase
     */
    String plug(Path file, Optional<Secret> passphrase) throws EscException {
        CardFiles door = files.get().orElseThrow(() -> Problem
                .of(Fault.USAGE, WORDS.say("plug in the software token"), WORDS.say("This installation has no software tokens.")).exception());
        Path key = key(file);
        CardFiles.Plugged card = door.insert(key, passphrase);
        synchronized (this) {
            // plugging in twice gives the same reader; the first of the two holds the card
            plugged.putIfAbsent(key, card);
            shelf.remove(key);
        }
        remember();
        changed();
        return card.reader();
    }

    /** What is remembered and not plugged in. */
    synchronized List<Shelved> shelf() {
        return List.copyOf(shelf.values());
    }

    /** What a token on the shelf is called in lists: as its reader was, unless another one is called that. */
    synchronized String name(Shelved token) {
        String name = "Software token " + token.file().getFileName();
        boolean other = plugged.values().stream().anyMatch(card -> card.reader().equals(name)) || shelf.keySet().stream()
                .anyMatch(file -> !file.equals(token.file()) && file.getFileName().equals(token.file().getFileName()));
        return other ? name + " in " + token.file().getParent() : name;
    }

    /** The token on the shelf that is called this. */
    Optional<Shelved> shelved(String name) {
        return shelf().stream().filter(token -> name(token).equals(name)).findFirst();
    }

    /** True if the reader holds a software token that can be unplugged here. */
    synchronized boolean has(String reader) {
        return plugged.values().stream().anyMatch(card -> card.reader().equals(reader));
    }

    /** Unplugs a software token and forgets it; its file stays. */
    void unplug(String reader) {
        Optional<CardFiles.Plugged> card = Optional.empty();
        synchronized (this) {
            Optional<Path> file = plugged.entrySet().stream().filter(e -> e.getValue().reader().equals(reader)).map(Map.Entry::getKey).findFirst();
            if (file.isPresent()) {
                card = Optional.of(plugged.remove(file.get()));
            }
        }
        remember();
        card.ifPresent(CardFiles.Plugged::close);
    }

    /** Pulls all of them out; they stay remembered. */
    @Override
    public void close() {
        List<CardFiles.Plugged> cards;
        synchronized (this) {
            cards = List.copyOf(plugged.values());
            plugged.clear();
            shelf.clear();
        }
        cards.forEach(CardFiles.Plugged::close);
    }

    /** Forgets a token on the shelf; its file stays. */
    void forget(Path file) {
        synchronized (this) {
            shelf.remove(file);
        }
        remember();
        changed();
    }

    /** Calls {@code changed}, on any thread, when something comes onto the shelf or goes from it. */
    Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    private void shelve(Shelved token) {
        synchronized (this) {
            shelf.put(token.file(), token);
        }
        changed();
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    private static Path key(Path file) {
        return file.toAbsolutePath().normalize();
    }

    private List<Path> remembered() {
        var paths = new ArrayList<Path>();
        memory.ifPresent(node -> {
            String file;
            for (int i = 0; !(file = node.get(Integer.toString(i), "")).isEmpty(); i++) {
                try {
                    paths.add(key(Path.of(file)));
                } catch (InvalidPathException e) {
                    ILog.of(SoftTokens.class).warn("A remembered software token has no possible file name: " + file, e);
                }
            }
        });
        return paths;
    }

    private synchronized void remember() {
        if (memory.isEmpty()) {
            return;
        }
        var paths = new ArrayList<Path>(plugged.keySet());
        paths.addAll(shelf.keySet());
        Preferences node = memory.get();
        try {
            node.clear();
            for (int i = 0; i < paths.size(); i++) {
                node.put(Integer.toString(i), paths.get(i).toString());
            }
            node.flush();
        } catch (BackingStoreException e) {
            ILog.of(SoftTokens.class).warn("The software tokens cannot be remembered", e);
        }
    }
}

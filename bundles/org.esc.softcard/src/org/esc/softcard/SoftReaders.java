// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardFiles;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;
import org.esc.card.VirtualCard;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Readers for software cards: one appears for every card plugged in and goes with it; others stay, and cards are put into them one after the other. */
@Component(service = {SoftReaders.class, ReaderProvider.class, CardFiles.class})
public final class SoftReaders implements ReaderProvider, CardFiles {

    private static final Words WORDS = Words.of(SoftReaders.class);

    private static final String NAME = "Software";
    private static final AtomicLong INSERTIONS = new AtomicLong();
    /** How long a connection waits for another one of this program to finish with the card. */
    private static final long PATIENCE_SECONDS = 30;

    private final List<AppletFactory> factories = new CopyOnWriteArrayList<>();
    private final List<CardKind> kinds = new CopyOnWriteArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    /** Readers that stay when they are empty; guarded by {@link #slots}. */
    private final Set<String> lasting = new LinkedHashSet<>();

    private record Slot(VirtualCard card, Optional<Path> file, long insertion, Semaphore turn) {
    }

    /** Without any applets yet. */
    public SoftReaders() {
        // applets come through addFactory
    }

    /** Adds software for an applet. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addFactory(AppletFactory factory) {
        factories.add(factory);
    }

    /** Takes software for an applet away; cards plugged in keep what runs. */
    public void removeFactory(AppletFactory factory) {
        factories.remove(factory);
    }

    /** Adds a kind of files that hold cards. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addKind(CardKind kind) {
        kinds.add(kind);
    }

    /** Takes a kind of files away; cards plugged in stay. */
    public void removeKind(CardKind kind) {
        kinds.remove(kind);
    }

    /** The software for applets that is here now. */
    public List<AppletFactory> factories() {
        return List.copyOf(factories);
    }

    /**
     * Plugs in the card in a file: a software token's, or one that a {@link CardKind} knows.
     *
     * @return the name of its reader
     * @throws EscException as {@link CardFile#open} or {@link CardKind#open}
     */
    public String plug(Path file) throws EscException {
        return plug(file, Optional.empty());
    }

    /** As {@link #plug(Path)}, with the passphrase of an encrypted file; the caller closes it. */
    public String plug(Path file, Optional<Secret> passphrase) throws EscException {
        VirtualCard card = open(file, passphrase);
        Path name = file.getFileName();
        return add("Software token " + (name == null ? file : name), card, Optional.of(file.toAbsolutePath().normalize()));
    }

    private VirtualCard open(Path file, Optional<Secret> passphrase) throws EscException {
        if (!CardFile.isCard(file)) {
            Optional<CardKind> kind = kinds.stream().filter(k -> k.recognises(file)).findFirst();
            if (kind.isPresent()) {
                return kind.get().open(file);
            }
        }
        return CardFile.open(file, passphrase, this::factories);
    }

    /** Plugs in a card, which now belongs to its reader: unplugging closes it. @return the name of its reader */
    public String plug(String name, VirtualCard card) {
        return add(name, card, Optional.empty());
    }

    /** Adds a reader that is there without a card, too, until {@link #removeReader}. */
    public void addReader(String name) {
        synchronized (slots) {
            lasting.add(name);
        }
        changed();
    }

    /** Takes away a reader of {@link #addReader}, with the card that is in it. */
    public void removeReader(String name) {
        synchronized (slots) {
            lasting.remove(name);
        }
        unplug(name);
        changed();
    }

    /**
     * Puts a card into a reader of {@link #addReader}; {@link #unplug} takes it out again.
     *
     * @throws IllegalStateException if there is no such reader, or a card is in it
     */
    public void put(String reader, VirtualCard card) {
        synchronized (slots) {
            if (!lasting.contains(reader) || slots.containsKey(reader)) {
                throw new IllegalStateException("There is no empty reader " + reader);
            }
            slots.put(reader, new Slot(card, Optional.empty(), INSERTIONS.incrementAndGet(), new Semaphore(1, true)));
        }
        changed();
    }

    /** Puts the card in a file into a reader of {@link #addReader}. @throws EscException as {@link #plug(Path)} */
    public void put(String reader, Path file) throws EscException {
        put(reader, open(file, Optional.empty()));
    }

    /** Plugs a card file in for one verb; one that is plugged in already is used where it is and stays. */
    @Override
    public Plugged insert(Path file, Optional<Secret> passphrase) throws EscException {
        Optional<String> there = reader(file);
        String reader = there.isPresent() ? there.get() : plug(file, passphrase);
        return new Plugged() {
            @Override
            public String reader() {
                return reader;
            }

            @Override
            public void close() {
                if (there.isEmpty()) {
                    unplug(reader);
                }
            }
        };
    }

    private String add(String name, VirtualCard card, Optional<Path> file) {
        String unique = name;
        synchronized (slots) {
            for (int i = 2; slots.containsKey(unique) || lasting.contains(unique); i++) {
                unique = name + " (" + i + ")";
            }
            slots.put(unique, new Slot(card, file, INSERTIONS.incrementAndGet(), new Semaphore(1, true)));
        }
        changed();
        return unique;
    }

    /** The reader that holds the card of this file, if it is plugged in. */
    public Optional<String> reader(Path file) {
        Path wanted = file.toAbsolutePath().normalize();
        synchronized (slots) {
            return slots.entrySet().stream().filter(e -> e.getValue().file().filter(wanted::equals).isPresent())
                    .map(Map.Entry::getKey).findFirst();
        }
    }

    /** Takes a card out and closes it; operations with it fail as if it was pulled. Unknown names are ignored. */
    public void unplug(String reader) {
        Slot gone;
        synchronized (slots) {
            gone = slots.remove(reader);
        }
        if (gone != null) {
            gone.card().close();
            changed();
        }
    }

    /** Takes all cards out. */
    @Deactivate
    public void unplugAll() {
        List<String> names;
        synchronized (slots) {
            names = List.copyOf(slots.keySet());
        }
        names.forEach(this::unplug);
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<ReaderState> readers() {
        var list = new ArrayList<ReaderState>();
        synchronized (slots) {
            slots.forEach((name, s) -> list.add(new ReaderState(name, NAME, ReaderState.Presence.PRESENT, Optional.of(s.card().atr()),
                    s.insertion())));
            lasting.stream().filter(name -> !slots.containsKey(name)).forEach(name -> list.add(new ReaderState(name, NAME,
                    ReaderState.Presence.EMPTY, Optional.empty(), 0)));
        }
        list.sort(Comparator.comparing(ReaderState::name));
        return List.copyOf(list);
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    @Override
    public RawConnection connect(String reader, boolean exclusive) throws CardException {
        Slot slot;
        synchronized (slots) {
            slot = slots.get(reader);
        }
        if (slot == null) {
            throw new CardException(WORDS.say("connect to the software token"), WORDS.say("There is no software token in \"{0}\".", reader));
        }
        return new Connection(slot);
    }

    @Override
    public boolean wantsOwnThread() {
        return false;
    }

    private static final class Connection implements RawConnection {

        private final Slot slot;
        private boolean holds;
        private volatile boolean closed;

        Connection(Slot slot) {
            this.slot = slot;
        }

        @Override
        public Atr atr() {
            return slot.card().atr();
        }

        @Override
        public String protocol() {
            return slot.card().protocol();
        }

        @Override
        public byte[] transmit(byte[] command) throws CardException {
            if (closed) {
                throw new CardException(WORDS.say("talk to the software token"), WORDS.say("The connection to the card has been closed."));
            }
            try {
                return slot.card().transmit(command);
            } catch (IllegalStateException e) {
                throw CardException.removed(WORDS.say("talk to the software token"), e);
            }
        }

        @Override
        public Optional<byte[]> hostChallenge(byte[] begin) {
            return slot.card().hostChallenge(begin);
        }

        @Override
        public void beginTransaction() throws CardException {
            try {
                holds = slot.turn().tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CardException(Problem.of(Fault.CANCELLED, WORDS.say("connect to the software token"),
                        WORDS.say("Cancelled while another operation was using the software token.")), e);
            }
            if (!holds) {
                throw new CardException(Problem.of(Fault.CARD, WORDS.say("connect to the software token"),
                        WORDS.say("Another operation is still using the software token.")).code("card-busy")
                        .advice(WORDS.say("Wait until it has finished, or cancel it.")), null);
            }
        }

        @Override
        public void endTransaction() {
            if (holds) {
                holds = false;
                // whoever comes next starts with a card just inserted: nobody is logged in
                slot.card().reset();
                slot.turn().release();
            }
        }

        @Override
        public Atr reset() {
            slot.card().reset();
            return slot.card().atr();
        }

        @Override
        public void close() {
            closed = true;
            endTransaction();
        }
    }
}

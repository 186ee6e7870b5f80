// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.PinPad;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.ReaderState.Presence;
import org.esc.card.Subscription;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * The PC/SC readers of this machine, live. One thread watches; it outlives a service that is not running yet, is restarted, or stops
 * with its last reader, and says meanwhile in {@link #complaint} what is missing.
 */
@Component(service = ReaderProvider.class)
public final class PcscProvider implements ReaderProvider {

    private static final Words WORDS = Words.of(PcscProvider.class);

    private static final boolean LINUX = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
    static final String START_SERVICE = LINUX
            ? WORDS.say("Start it: systemctl start pcscd (install it first if there is none: package pcscd on Debian and "
                        + "Ubuntu, pcsc-lite on Fedora, pcsclite and ccid on Arch).")
            : WORDS.say("Connect the reader again, or start the smart card service of the system.");
    static final String ALLOW = LINUX
            ? WORDS.say("pcscd lets only people use cards who sit at the machine; over SSH, ask its administrator for a "
                        + "polkit rule for org.debian.pcsc-lite.access_pcsc and access_card.")
            : WORDS.say("Ask the administrator of the machine.");

    /** How long after a failure the service is tried again, and how often readers are listed where the library cannot tell of new ones. */
    private static final long RETRY_MILLIS = 400;

    /** The first look at the readers holds up the caller this long at most. */
    private static final long FIRST_LOOK_MILLIS = 1500;

    /** How long a reader is asked for its keypad. */
    private static final long PAD_MILLIS = 1000;

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, FutureTask<Optional<PinPad>>> pads = new ConcurrentHashMap<>();
    private final CountDownLatch looked = new CountDownLatch(1);
    private final Source source;
    private final Thread watcher;
    private volatile List<ReaderState> readers = List.of();
    private volatile String complaint = "";
    private volatile boolean stopped;
    private volatile Pcsc pcsc;
    private volatile long context;
    private volatile boolean established;

    /** Where the library comes from. */
    @FunctionalInterface
    interface Source {
        Pcsc load() throws Pcsc.Missing;
    }

    /** Starts watching; waits shortly for the first look, so that a one-shot verb sees the readers. */
    @Activate
    public PcscProvider() {
        this(Pcsc::load);
    }

    PcscProvider(Source source) {
        this.source = source;
        watcher = Thread.ofPlatform().daemon().name("PC/SC readers").start(this::watch);
        try {
            looked.await(FIRST_LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops watching. */
    @Deactivate
    public void stop() {
        stopped = true;
        watcher.interrupt();
        try {
            for (int i = 0; i < 20 && watcher.isAlive(); i++) {
                // a cancel that comes just before the wait begins is lost: repeat it
                Pcsc p = pcsc;
                if (p != null && established) {
                    p.cancel(context);
                }
                watcher.join(100);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String name() {
        return "PC/SC";
    }

    @Override
    public List<ReaderState> readers() {
        return readers;
    }

    @Override
    public String complaint() {
        return complaint;
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    @Override
    public RawConnection connect(String reader, boolean exclusive) throws CardException {
        Pcsc p = pcsc;
        if (p == null) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("connect to the card"), complaint).code("no-pcsc-library"), null);
        }
        return PcscConnection.open(p, reader, exclusive ? Pcsc.SHARE_EXCLUSIVE : Pcsc.SHARE_SHARED);
    }

    @Override
    public Optional<PinPad> pinPad(String reader) {
        // asked elsewhere, since another program's transaction holds it up; whoever asks again meanwhile waits for the same answer
        var asked = pads.computeIfAbsent(reader, r -> {
            var task = new FutureTask<Optional<PinPad>>(() -> ask(r));
            Thread.ofPlatform().daemon().name("keypad of " + r).start(task);
            return task;
        });
        try {
            return asked.get(PAD_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<PinPad> ask(String reader) {
        Pcsc p = pcsc;
        // Windows gives a reader without its card to one program only, so that the card is gone through where there is one
        boolean card = readers.stream().anyMatch(r -> r.name().equals(reader) && r.hasCard() && r.presence() != Presence.MUTE);
        try (var c = PcscConnection.open(p, reader, card ? Pcsc.SHARE_SHARED : Pcsc.SHARE_DIRECT)) {
            return Optional.of(c.pinPad());
        } catch (CardException _) {
            pads.remove(reader);
            return Optional.empty();
        }
    }

    private void watch() {
        while (!stopped) {
            try {
                if (pcsc == null) {
                    pcsc = source.load();
                }
                long[] handle = new long[1];
                int rc = pcsc.establish(handle);
                if (rc == Pcsc.SUCCESS) {
                    context = handle[0];
                    established = true;
                    rc = follow(pcsc, handle[0]);
                    established = false;
                    pcsc.release(handle[0]);
                }
                if (stopped) {
                    return;
                }
                // a broken connection in the middle of the watch is the service going away, whatever code it shows as
                boolean gone = rc == Pcsc.F_COMM_ERROR || rc == Pcsc.E_INVALID_HANDLE || rc == Pcsc.E_COMM_DATA_LOST;
                publish(List.of(), Pcsc.meaning(gone ? Pcsc.E_NO_SERVICE : rc) + " "
                        + (rc == Pcsc.W_SECURITY_VIOLATION ? ALLOW : START_SERVICE));
            } catch (Pcsc.Missing e) {
                publish(List.of(), WORDS.say("{0} Install it (Debian and Ubuntu: libpcsclite1 and pcscd; Fedora: pcsc-lite; Arch: pcsclite), or "
                        + "name it with -Desc.pcsc.library=PATH.", e.getMessage()));
            }
            looked.countDown();
            pause();
        }
    }

    /** Follows the readers of one context until it fails; returns why. */
    private int follow(Pcsc p, long handle) {
        Map<String, Pcsc.Status> known = new HashMap<>();
        Map<String, Long> insertions = new HashMap<>();
        boolean tells = true;
        int mostWithNews = Integer.MAX_VALUE;
        int pnpState = 0;
        while (!stopped) {
            var names = new ArrayList<String>();
            int rc = p.listReaders(handle, names);
            if (rc != Pcsc.SUCCESS) {
                return rc;
            }
            known.keySet().retainAll(names);
            publish(readers.stream().filter(r -> names.contains(r.name())).toList(), "");
            var ask = new ArrayList<Pcsc.Status>();
            names.forEach(n -> ask.add(known.getOrDefault(n, new Pcsc.Status(n, 0, new byte[0]))));
            boolean tellsOfReaders = tells && names.size() <= mostWithNews;
            if (tellsOfReaders) {
                ask.add(new Pcsc.Status(Pcsc.NEW_READERS, pnpState, new byte[0]));
            }
            if (names.isEmpty()) {
                looked.countDown();
            }
            if (ask.isEmpty()) {
                pause();
                continue;
            }
            // a reader whose state is not known yet makes the call return at once
            var now = new ArrayList<Pcsc.Status>();
            // pcsc-lite does not tell when a card is no longer held exclusively
            boolean held = ask.stream().anyMatch(s -> (s.state() & Pcsc.STATE_EXCLUSIVE) != 0);
            rc = p.statusChange(handle, tellsOfReaders && !held ? Pcsc.FOREVER : RETRY_MILLIS, ask, now);
            if (rc == Pcsc.E_UNKNOWN_READER || rc == Pcsc.E_READER_UNAVAILABLE || rc == Pcsc.E_NO_READERS_AVAILABLE) {
                // one went between the two questions; a library that lists what it does not know must not be asked without rest
                pause();
                continue;
            }
            if (tellsOfReaders && (rc == Pcsc.E_INVALID_PARAMETER || rc == Pcsc.E_INVALID_VALUE)) {
                // so many readers that the library has no room for the question about new ones
                mostWithNews = names.size() - 1;
                continue;
            }
            if (rc != Pcsc.SUCCESS && rc != Pcsc.E_TIMEOUT) {
                return rc;
            }
            if (tellsOfReaders) {
                Pcsc.Status pnp = now.removeLast();
                tells = (pnp.state() & Pcsc.STATE_UNKNOWN) == 0;
                pnpState = pnp.state() & ~Pcsc.STATE_CHANGED;
            }
            var states = new ArrayList<ReaderState>();
            for (Pcsc.Status s : now) {
                if ((s.state() & Pcsc.STATE_UNKNOWN) != 0) {
                    known.remove(s.reader());
                    continue;
                }
                if ((s.state() & Pcsc.STATE_UNAVAILABLE) == 0) {
                    states.add(state(s, known.get(s.reader()), insertions));
                }
                known.put(s.reader(), new Pcsc.Status(s.reader(), s.state() & ~Pcsc.STATE_CHANGED, s.atr()));
            }
            publish(List.copyOf(states), "");
            looked.countDown();
        }
        return Pcsc.E_CANCELLED;
    }

    private static ReaderState state(Pcsc.Status now, Pcsc.Status before, Map<String, Long> insertions) {
        boolean present = (now.state() & Pcsc.STATE_PRESENT) != 0;
        boolean was = before != null && (before.state() & Pcsc.STATE_PRESENT) != 0;
        // pcsc-lite counts card events in the upper half: pulled and put back between two looks is seen too
        boolean counted = before != null && now.state() >>> 16 != before.state() >>> 16;
        if (present && (!was || counted)) {
            insertions.merge(now.reader(), 1L, Long::sum);
        }
        Presence presence = !present ? Presence.EMPTY : (now.state() & Pcsc.STATE_MUTE) != 0 ? Presence.MUTE
                : (now.state() & Pcsc.STATE_EXCLUSIVE) != 0 ? Presence.IN_USE : Presence.PRESENT;
        Optional<Atr> atr = present && now.atr().length >= 2 ? Optional.of(Atr.of(now.atr())) : Optional.empty();
        return new ReaderState(now.reader(), "PC/SC", presence, atr, insertions.getOrDefault(now.reader(), 0L));
    }

    private void publish(List<ReaderState> now, String newComplaint) {
        // another reader may come under the same name
        pads.keySet().removeIf(n -> now.stream().noneMatch(r -> r.name().equals(n)));
        boolean changed = !now.equals(readers) || !newComplaint.equals(complaint);
        readers = now;
        complaint = newComplaint;
        if (changed) {
            listeners.forEach(Runnable::run);
        }
    }

    private void pause() {
        if (!stopped) {
            try {
                Thread.sleep(RETRY_MILLIS);
            } catch (InterruptedException _) {
                // stopping, or woken early: the loop looks which
            }
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.softcard.Registry.Application;

/** The applets on the card: woken up as they were left, and given the services of their security domain. */
final class Applets {

    private static final Words WORDS = Words.of(Applets.class);

    private final CardStore store;
    private final Domains domains;
    private final Registry registry;
    private final Supplier<List<AppletFactory>> factories;
    private final Supplier<Duration> wrongPinPause;
    private final CardSecureChannel channel;
    private final Authentication authentication;
    private final SecureRandom random;
    private final Map<Aid, Applet> applets = new LinkedHashMap<>();

    Applets(CardStore store, Domains domains, Supplier<List<AppletFactory>> factories, Supplier<Duration> wrongPinPause,
            CardSecureChannel channel, Authentication authentication, SecureRandom random) {
        this.store = store;
        this.domains = domains;
        this.factories = factories;
        this.wrongPinPause = wrongPinPause;
        this.channel = channel;
        this.authentication = authentication;
        this.random = random;
        registry = domains.registry();
        registry.applications.forEach(a -> applets.put(a.aid(), wake(a)));
    }

    /** An interface has no words of its own. */
    static String withoutFile(String name) {
        return WORDS.say("The applet \"{0}\" is made without a file.", name);
    }

    Applet of(Aid application) {
        return applets.get(application);
    }

    /** True if there is software for it here. */
    boolean runs(Aid application) {
        return applets.get(application) != Inert.INSTANCE;
    }

    void reset() {
        applets.values().forEach(Applet::reset);
    }

    /** Tells it that it is selected; its software may have come after the card. */
    ResponseApdu select(Application a) throws CardRefusal {
        if (!runs(a.aid())) {
            applets.put(a.aid(), wake(a));
        }
        return applets.get(a.aid()).selected();
    }

    /** Makes a new instance. @param parameters its own install parameters */
    void install(Application a, byte[] parameters) throws CardRefusal {
        store.removeAll(prefix(a.aid()));
        Optional<AppletFactory> factory = factory(a.loadFile());
        applets.put(a.aid(), factory.isPresent() ? factory.get().install(new Host(a.aid()), parameters) : Inert.INSTANCE);
    }

    void remove(Aid application) {
        applets.remove(application);
        store.removeAll(prefix(application));
    }

    Optional<AppletFactory> factory(Aid loadFile) {
        return factories.get().stream().filter(f -> f.packageAid().equals(loadFile)).findFirst();
    }

    /** The applet as it was left; one that was installed without any software for it has nothing to wake up to. */
    private Applet wake(Application a) {
        return store.names(prefix(a.aid())).isEmpty() ? Inert.INSTANCE
                : factory(a.loadFile()).map(f -> f.restore(new Host(a.aid()))).orElse(Inert.INSTANCE);
    }

    private static String prefix(Aid application) {
        return "a/" + application + "/";
    }

    /** An applet there is no software for: it can be seen and deleted, but does nothing. */
    private enum Inert implements Applet {
        INSTANCE;

        @Override
        public ResponseApdu process(CommandApdu command) {
            return ResponseApdu.of(Sw.UNKNOWN_INS);
        }
    }

    private final class Host implements AppletHost {

        private final Aid aid;
        private final AppletMemory memory;

        Host(Aid aid) {
            this.aid = aid;
            memory = store.under(prefix(aid));
        }

        @Override
        public Aid aid() {
            return aid;
        }

        @Override
        public AppletMemory memory() {
            return memory;
        }

        @Override
        public byte[] buildId() {
            return registry.buildId.clone();
        }

        @Override
        public SecureRandom random() {
            return random;
        }

        @Override
        public int lifeCycle() {
            return registry.application(aid).map(Application::state).orElse(0);
        }

        @Override
        public void lifeCycle(int state) throws CardRefusal {
            Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED));
            if ((state & 0x87) != 0x07) {
                throw new CardRefusal(Sw.WRONG_P1_P2);
            }
            registry.replace(a.withState(state));
            domains.save();
        }

        @Override
        public ResponseApdu initializeUpdate(CommandApdu command) throws CardRefusal {
            return authentication.initializeUpdate(command);
        }

        @Override
        public ResponseApdu externalAuthenticate(CommandApdu command) throws CardRefusal {
            return authentication.externalAuthenticate(command);
        }

        @Override
        public boolean isChannelOpen() {
            // a card whose channels begin implicitly finds out when it unwraps
            return channel.isOpen() || registry.scp.isImplicit();
        }

        @Override
        public CommandApdu unwrap(CommandApdu command) throws CardRefusal {
            return authentication.unwrap(command);
        }

        @Override
        public ResponseApdu wrap(ResponseApdu response) {
            // protection needs room: a longer answer would not fit its frame
            return channel.wrap(response.nr() > channel.maxAnswer() ? ResponseApdu.of(Sw.WRONG_LENGTH) : response);
        }

        @Override
        public byte[] decryptKey(byte[] wrapped) throws CardRefusal {
            return channel.decryptDek(wrapped);
        }

        @Override
        public void pauseAfterWrongPin() {
            Duration pause = wrongPinPause.get();
            if (pause.isPositive()) {
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}

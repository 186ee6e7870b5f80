// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;
import org.esc.driver.Attempts;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Matches cards and drivers. Drivers come and go at any time; a person's rules and a driver's own faults say which are asked. */
@Component(service = Drivers.class)
public final class Drivers {

    private static final Words WORDS = Words.of(Drivers.class);

    private static final Origin LOOK = Origin.probe("drivers");

    private final List<Entry> drivers = new CopyOnWriteArrayList<>();
    private final List<Refused> refused = new CopyOnWriteArrayList<>();
    private final Map<String, String> switchedOff = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final DriverRules rules;
    private final Limits limits;

    private record Entry(CardDriver driver, Declaration declaration) {
    }

    private record Refused(CardDriver driver, String why) {
    }

    private final Optional<DriverFolder> installed;

    /** With the user's rules, and the drivers they installed, which are started by now. */
    @Activate
    public Drivers(@Reference DriverFolder installed) {
        this(new DriverRules(), Limits.DEFAULT, Optional.of(installed));
    }

    /** With other rules and limits, and no installed drivers. */
    public Drivers(DriverRules rules, Limits limits) {
        this(rules, limits, Optional.empty());
    }

    private Drivers(DriverRules rules, Limits limits, Optional<DriverFolder> installed) {
        this.rules = rules;
        this.limits = limits;
        this.installed = installed;
    }

    /** Adds a driver. One whose declaration makes no sense, or whose name is taken, is refused: {@link #complaints} says why. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addDriver(CardDriver driver, Map<String, ?> properties) {
        try {
            var d = Declaration.of(properties);
            synchronized (drivers) {
                if (drivers.stream().anyMatch(e -> e.declaration().name().equalsIgnoreCase(d.name()))) {
                    throw new IllegalArgumentException(WORDS.say("There are two drivers called \"{0}\"; the second is not used.", d.name()));
                }
                drivers.add(new Entry(driver, d));
            }
        } catch (IllegalArgumentException e) {
            refused.add(new Refused(driver, e.getMessage()));
        }
        changed();
    }

    /** Removes a driver. */
    public void removeDriver(CardDriver driver) {
        refused.removeIf(r -> r.driver() == driver);
        drivers.removeIf(e -> {
            if (e.driver() == driver) {
                // whoever installs another version of a driver gets another chance
                switchedOff.remove(e.declaration().name());
                return true;
            }
            return false;
        });
        changed();
    }

    /** Calls {@code changed}, from any thread, when drivers have come or gone or rules were made, until the handle is closed. */
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    /** What is wrong with drivers that are not used, in plain words. */
    public List<String> complaints() {
        var all = new ArrayList<>(refused.stream().map(Refused::why).toList());
        installed.ifPresent(f -> all.addAll(f.complaints()));
        switchedOff.forEach((name, why) -> all.add(WORDS.say("The driver \"{0}\" was switched off: {1}.", name, why)));
        return List.copyOf(all);
    }

    /** The drivers, by name. */
    public List<Declaration> list() {
        return drivers.stream().map(Entry::declaration).sorted(Comparator.comparing(Declaration::name)).toList();
    }

    /** The class of a driver, which tells the bundle it comes from. */
    public Optional<Class<?>> implementation(String name) {
        return drivers.stream().filter(e -> e.declaration().name().equals(name)).findFirst().map(e -> e.driver().getClass());
    }

    /** Why a driver was switched off, if it was. */
    public Optional<String> switchedOff(String name) {
        return Optional.ofNullable(switchedOff.get(name));
    }

    /** The rules that people made. */
    public DriverRules rules() {
        return rules;
    }

    /** Gives a driver that was switched off another chance, and has everybody look again at the rules. */
    public void changed(String driver) {
        switchedOff.remove(driver);
        changed();
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    /**
     * Looks at a card and asks the drivers.
     *
     * @param channel to the card; it stays open
     * @param origin  who asks. Looking is recorded as probing; what is done with the applications later under this origin, or under each
     *                driver's name if it is a probe itself
     * @throws EscException if the card does not answer any more
     */
    public OpenCard open(ReaderState reader, CardChannel channel, Origin origin) throws EscException {
        Atr atr = reader.atr().orElse(Atr.UNKNOWN);
        var mine = rules.all().stream().filter(r -> r.concerns(reader.name(), atr)).toList();
        Optional<DriverRule> pinned = mine.stream().filter(r -> r.kind() == DriverRule.Kind.PIN)
                .min(Comparator.comparing(DriverRule::scope)).filter(r -> drivers.stream().anyMatch(e -> named(e, r)));
        var asked = new ArrayList<Entry>();
        var verdicts = new ArrayList<OpenCard.Verdict>();
        for (Entry e : drivers) {
            String name = e.declaration().name();
            Optional<DriverRule> own = mine.stream().filter(r -> named(e, r)).min(Comparator.comparing(DriverRule::scope));
            if (switchedOff.containsKey(name)) {
                verdicts.add(new OpenCard.Verdict(name, Match.none(WORDS.say("switched off: {0}", switchedOff.get(name))), ""));
            } else if (own.filter(r -> r.kind() == DriverRule.Kind.DISABLE).isPresent()) {
                verdicts.add(new OpenCard.Verdict(name, Match.none(WORDS.say("not asked")), own.get().inWords()));
            } else if (pinned.isPresent() && !named(e, pinned.get())) {
                verdicts.add(new OpenCard.Verdict(name, Match.none(WORDS.say("not asked")),
                        WORDS.say("\"{0}\" is {1}", pinned.get().driver(), pinned.get().inWords())));
            } else {
                asked.add(e);
            }
        }
        CardFacts facts = new CardLook(channel.as(LOOK)).look(reader.name(), atr, asked.stream().map(Entry::declaration).toList());
        var known = new ArrayList<Known>();
        for (Entry e : asked) {
            String name = e.declaration().name();
            Optional<DriverRule> own = mine.stream().filter(r -> named(e, r)).min(Comparator.comparing(DriverRule::scope));
            Match m = ask(e, facts, channel);
            verdicts.add(new OpenCard.Verdict(name, m, own.map(DriverRule::inWords).orElse("")));
            boolean isPinned = pinned.filter(r -> named(e, r)).isPresent();
            if (m.known() || isPinned) {
                known.add(new Known(e, m, isPinned ? 2 : own.isPresent() ? 1 : 0));
            }
        }
        verdicts.sort(Comparator.<OpenCard.Verdict>comparingInt(v -> -v.match().score()).thenComparing(OpenCard.Verdict::driver));
        known.sort(Comparator.<Known>comparingInt(k -> -k.favour()).thenComparingInt(k -> -k.match().score())
                .thenComparing(k -> k.entry().declaration().name()));
        var card = new OpenCard(facts, verdicts);
        for (Known k : known) {
            String name = k.entry().declaration().name();
            var leash = new Leash(channel.as(origin.kind() == Origin.Kind.PROBE ? Origin.probe(name) : origin), limits);
            var guard = guard(name, leash);
            try {
                card.add(name, k.match(), guard, guard.call(WORDS.say("open the card"), () -> k.entry().driver().open(facts, leash)));
            } catch (EscException e) {
                if (e.fault() != Fault.DEFECT) {
                    throw e;
                }
            }
        }
        return card;
    }

    private record Known(Entry entry, Match match, int favour) {
    }

    private static boolean named(Entry e, DriverRule r) {
        return e.declaration().name().equalsIgnoreCase(r.driver());
    }

    private Match ask(Entry e, CardFacts facts, CardChannel channel) throws EscException {
        String name = e.declaration().name();
        Match declared = e.declaration().match(facts);
        if (!declared.known() && !e.declaration().isEmpty()) {
            return declared;
        }
        var leash = new Leash(channel.as(Origin.probe(name)), limits);
        try {
            return guard(name, leash).call(WORDS.say("probe the card"), () -> {
                var application = e.declaration().application(facts);
                if (application.isPresent() && overrides(e.driver())) {
                    leash.transmit(CommandApdu.select(application.get()));
                }
                return e.driver().probe(facts, leash, declared);
            });
        } catch (EscException x) {
            if (Attempts.isOver(x) && x.fault() != Fault.DEFECT) {
                throw x;
            }
            return Match.none(x.getMessage());
        }
    }

    /** Whether a driver looks closer at all: if not, its application need not be selected for that. */
    private static boolean overrides(CardDriver driver) {
        try {
            return driver.getClass().getMethod("probe", CardFacts.class, CardChannel.class, Match.class).getDeclaringClass()
                    != CardDriver.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private Guard guard(String name, Leash leash) {
        return new Guard(name, leash, limits, why -> {
            switchedOff.put(name, why);
            changed();
        });
    }

    /** Reads a card with the driver that knows it best, as a probe. @throws EscException if the card does not answer any more */
    public TokenInfo read(ReaderState reader, CardChannel channel) throws EscException {
        return open(reader, channel, LOOK).info();
    }
}

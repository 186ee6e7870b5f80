// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.driver.Attempts;
import org.esc.driver.Capability;
import org.esc.driver.CardApplication;
import org.esc.driver.CardFacts;
import org.esc.driver.Certificates;
import org.esc.driver.Detail;
import org.esc.driver.Keys;
import org.esc.driver.Match;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.driver.TpsEnrollment;

/** A card that drivers have looked at: what each said, and the applications they know on it, best first. Used by one thread at a time. */
public final class OpenCard {

    private static final Words WORDS = Words.of(OpenCard.class);

    private final CardFacts facts;
    private final List<Verdict> verdicts;
    private final List<Application> applications = new ArrayList<>();
    private Optional<Application> current = Optional.empty();

    OpenCard(CardFacts facts, List<Verdict> verdicts) {
        this.facts = facts;
        this.verdicts = List.copyOf(verdicts);
    }

    /** What one driver said about a card. {@code rule} is the person's rule that applied, in words, empty if none did. */
    public record Verdict(String driver, Match match, String rule) {
    }

    void add(String driver, Match match, Guard guard, CardApplication application) {
        applications.add(new Application(driver, match, guard, application));
    }

    /** What is known of the card apart from drivers. */
    public CardFacts facts() {
        return facts;
    }

    /** What every driver said, best first. */
    public List<Verdict> verdicts() {
        return verdicts;
    }

    /** The applications on the card that a driver knows, best first. */
    public List<Application> applications() {
        return List.copyOf(applications);
    }

    /** The application to take: the driver's that is named, else the best one. @throws EscException USAGE if there is none */
    public Application application(Optional<String> driver) throws EscException {
        for (Application a : applications) {
            if (driver.isEmpty() || a.driver().equalsIgnoreCase(driver.get())) {
                return a;
            }
        }
        throw Problem.of(Fault.USAGE, WORDS.say("find the application"), driver
                .map(d -> WORDS.say("No driver \"{0}\" knows the card in \"{1}\".", d, facts.reader()))
                .orElse(WORDS.say("No driver knows the card in \"{0}\".", facts.reader()))).code("no-driver")
                .advice(WORDS.say("\"drivers --reader\" lists what each driver says about it.")).exception();
    }

    /**
     * The best application that can do something, of the driver that is named or of any.
     *
     * @throws EscException USAGE, code {@code not-offered}, if none can
     */
    public <C extends Capability> Application offering(Class<C> type, Optional<String> driver, String inWords) throws EscException {
        Optional<EscException> failed = Optional.empty();
        for (Application a : applications) {
            if (driver.isEmpty() || a.driver().equalsIgnoreCase(driver.get())) {
                try {
                    if (a.capability(type).isPresent()) {
                        return a;
                    }
                } catch (EscException e) {
                    // one driver's fault does not hide what another can do
                    if (e.fault() != Fault.DEFECT) {
                        throw e;
                    }
                    failed = Optional.of(e);
                }
            }
        }
        if (failed.isPresent()) {
            throw failed.get();
        }
        application(driver);
        throw Problem.of(Fault.USAGE, inWords, WORDS.say("The card in \"{0}\" cannot {1}.", facts.reader(), inWords)).code("not-offered")
                .advice(WORDS.say("Its drivers: {0}.", String.join(", ", applications.stream().map(Application::driver).toList()))).exception();
    }

    /** What {@link #offering} can do. @throws EscException USAGE, code {@code not-offered}, if none can */
    public <C extends Capability> C need(Class<C> type, Optional<String> driver, String inWords) throws EscException {
        return offering(type, driver, inWords).capability(type).orElseThrow();
    }

    /** An application on the card. Its driver's faults stay its own. */
    public final class Application {

        private final String driver;
        private final Match match;
        private final Guard guard;
        private final CardApplication inside;

        private Application(String driver, Match match, Guard guard, CardApplication inside) {
            this.driver = driver;
            this.match = match;
            this.guard = guard;
            this.inside = inside;
        }

        /** The driver's name. */
        public String driver() {
            return driver;
        }

        /** Why this driver. */
        public Match match() {
            return match;
        }

        /** Who the token is. @throws EscException if the card does not answer any more, or the driver fails */
        public TokenIdentity identity() throws EscException {
            return call(WORDS.say("read the token"), inside::identity);
        }

        /** What it can do, by type. @throws EscException if the card does not answer any more, or the driver fails */
        public <C extends Capability> Optional<C> capability(Class<C> type) throws EscException {
            Optional<C> mine = call(WORDS.say("look what the token can do"), () -> inside.capability(type));
            return mine.map(c -> type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, contained(c))));
        }

        private InvocationHandler contained(Capability c) {
            return (proxy, method, args) -> switch (method.getName()) {
                case "toString" -> driver + " driver";
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == args[0];
                default -> call(words(method), () -> method.invoke(c, args));
            };
        }

        /** "verifyPin" → "verify pin": the name of what failed, for the driver's vendor. */
        private static String words(Method m) {
            return m.getName().replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT);
        }

        private <T> T call(String what, java.util.concurrent.Callable<T> work) throws EscException {
            return guard.call(what, () -> {
                if (current.filter(a -> a == this).isEmpty()) {
                    current = Optional.empty();
                    inside.select();
                    current = Optional.of(this);
                }
                return work.call();
            });
        }
    }

    /**
     * All that the token tells without a PIN, read by the best driver that does not fail.
     *
     * @throws EscException if the card does not answer any more
     */
    public TokenInfo info() throws EscException {
        var failures = new ArrayList<String>();
        for (Application a : applications) {
            try {
                return info(a, failures);
            } catch (EscException e) {
                if (e.fault() != Fault.DEFECT) {
                    throw e;
                }
                failures.add(e.getMessage());
            }
        }
        if (failures.isEmpty()) {
            failures.add(WORDS.say("No driver knows this card."));
        }
        var b = new TokenIdentity.Builder();
        b.state = TokenState.FOREIGN;
        b.details = explained();
        Optional<Cplc> cplc = facts.manager().flatMap(CardFacts.Manager::cplc);
        return new TokenInfo(facts.reader(), "", "", b.build(), cplc.map(Cplc::cuid), List.of(), facts.manager().map(CardFacts.Manager::keys)
                .orElse(List.of()), cplc.map(c -> Hex.of(c.encoded())).orElse(""), List.of(), List.of(), Set.of(), List.of(), failures);
    }

    /** All that is known of a card that nobody knows: its answer to reset, its production data, and what was tried. */
    private List<Detail> explained() {
        var all = new ArrayList<>(CardDetails.atr(facts.atr()));
        all.addAll(CardDetails.production(facts, LocalDate.now()));
        all.addAll(CardDetails.tried(verdicts));
        return all;
    }

    /** What the driver tells, then what the card manager tells of the chip; of a card that was only recognised as some card all there is. */
    private TokenIdentity withDetails(TokenIdentity i, Application a) {
        var all = new ArrayList<>(i.details());
        if (a.match().score() <= Match.ANY) {
            all.addAll(explained());
        } else {
            all.addAll(CardDetails.production(facts, LocalDate.now()));
        }
        return new TokenIdentity(i.state(), i.cuid(), i.label(), i.serial(), i.appletVersion(), i.lifeCycle(), i.totalMemory(), i.freeMemory(),
                i.issuerUrl(), all, i.problems());
    }

    private TokenInfo info(Application a, List<String> failures) throws EscException {
        TokenIdentity identity = withDetails(a.identity(), a);
        var parts = new Attempts();
        List<Pin> pins = part(parts, a.capability(Pins.class), Pins::pins);
        List<TokenCertificate> certificates = part(parts, a.capability(Certificates.class), Certificates::certificates);
        List<TokenKey> keys = part(parts, a.capability(Keys.class), Keys::keys).stream().filter(TokenKey::present).toList();
        Optional<TpsEnrollment> tps = a.capability(TpsEnrollment.class);
        Set<TpsEnrollment.Operation> operations = tps.isPresent() ? tps.get().tpsOperations() : Set.of();
        var problems = new ArrayList<>(failures);
        problems.addAll(identity.problems());
        problems.addAll(parts.problems());
        Optional<Cplc> cplc = facts.manager().flatMap(CardFacts.Manager::cplc);
        return new TokenInfo(facts.reader(), a.driver(), a.match().reason(), identity, identity.cuid().or(() -> cplc.map(Cplc::cuid)),
                pins, facts.manager().map(CardFacts.Manager::keys).orElse(List.of()), cplc.map(c -> Hex.of(c.encoded())).orElse(""),
                certificates, keys, operations,
                applications.stream().filter(o -> o != a && o.match().score() > Match.ISD).map(Application::driver).toList(), problems);
    }

    private interface Reading<C, T> {
        List<T> of(C capability) throws EscException;
    }

    private static <C, T> List<T> part(Attempts parts, Optional<C> capability, Reading<C, T> reading) throws EscException {
        var list = new ArrayList<T>();
        if (capability.isPresent()) {
            parts.at(() -> list.addAll(reading.of(capability.get())));
        }
        return list;
    }
}

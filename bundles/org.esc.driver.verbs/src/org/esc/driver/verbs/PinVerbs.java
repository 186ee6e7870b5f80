// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.driver.Pin;
import org.esc.driver.PinTries;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code pin …}. */
public final class PinVerbs {

    private static final Words WORDS = Words.of(PinVerbs.class);

    private PinVerbs() {
    }

    /** A PIN, and in which application it is. */
    public record Row(String driver, Pin pin) {
    }

    /** Which PIN. */
    public record Args(@Arg(label = "NAME", help = "Name of the PIN (esc pin lists them), never its value; the holder's without it.")
            Optional<String> pin, TokenArgs token) {
    }

    /** How the PIN stands afterwards. */
    public record Done(String reader, String driver, Pin pin) {
    }

    private static String left(Pin p) {
        if (!p.set() || p.triesLeft().isEmpty()) {
            return p.set() ? "" : ", " + WORDS.say("not set");
        }
        int n = p.triesLeft().getAsInt();
        return ", " + (n == 0 ? WORDS.say("blocked") : p.tries().isEmpty() ? WORDS.many(n, "{0} try left", "{0} tries left")
                : WORDS.many(n, "{0} try left of {1}", "{0} tries left of {1}", p.tries().getAsInt()));
    }

    /** {@code pin}. */
    @Component(service = Verb.class, property = "verb=pin")
    public static final class ListVerb extends TokenVerb<ListVerb.Args, ListVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ListVerb(@Reference CardWork work) {
            super(work, "pin", "List the PINs of a token with their tries left.", Args.class);
        }

        /** Which token. */
        public record Args(TokenArgs token) {
        }

        /** The PINs. */
        public record Result(String reader, List<Row> pins, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var found = work.all(name(), a.token(), context, Pins.class, WORDS.say("tell its PINs"),
                    (c, app) -> c.pins().stream().map(p -> new Row(app.driver(), p)).toList());
            return new Result(found.reader(), found.all(), found.problems());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.pins().isEmpty()) {
                out.println(WORDS.say("The token has no PIN."));
            }
            for (Row row : r.pins()) {
                Pin p = row.pin();
                out.println(row.driver() + " " + p.id() + " \"" + p.label() + "\": "
                        + (p.digitsOnly() ? WORDS.say("{0} to {1} digits", p.minLength(), p.maxLength())
                                : WORDS.say("{0} to {1} characters", p.minLength(), p.maxLength()))
                        + left(p) + p.unblockedBy().map(u -> ", " + (p.set() ? WORDS.say("unblocked with {0}", u) : WORDS.say("set with {0}", u))).orElse(""));
            }
            r.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
        }
    }

    /** {@code pin verify}. */
    @Component(service = Verb.class, property = "verb=pin verify")
    public static final class VerifyVerb extends TokenVerb<Args, Done> {

        /** Does it by means of this. */
        @Activate
        public VerifyVerb(@Reference CardWork work) {
            super(work, "pin verify", "Try a PIN of a token.", Args.class);
        }

        @Override
        public Done run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, Pins.class, WORDS.say("verify a PIN"), (pins, token) -> {
                Pin pin = Opened.pin(pins, a.pin());
                String id = pin.id();
                if (!pins.canVerify(id)) {
                    throw Problem.of(Fault.USAGE, WORDS.say("verify the PIN"),
                            WORDS.say("{0} cannot be verified by itself: it gives another PIN a new value.", pin.label()))
                            .code("not-offered").exception();
                }
                token.verify(id, WORDS.say("see whether it is right"));
                return new Done(token.reader(), token.driver(), Opened.pin(pins, id));
            });
        }

        @Override
        public void print(Done r, PrintWriter out) {
            out.println(WORDS.say("{0} is right{1}.", r.pin().label(), left(r.pin())));
        }
    }

    /** {@code pin change}. */
    @Component(service = Verb.class, property = "verb=pin change")
    public static final class ChangeVerb extends TokenVerb<Args, Done> {

        /** Does it by means of this. */
        @Activate
        public ChangeVerb(@Reference CardWork work) {
            super(work, "pin change", "Change a PIN of a token.", Args.class);
        }

        @Override
        public Done run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, Pins.class, WORDS.say("change a PIN"), (pins, token) -> {
                Pin pin = Opened.pin(pins, a.pin());
                if (!pin.changeable()) {
                    throw Problem.of(Fault.USAGE, WORDS.say("change the PIN"), WORDS.say("{0} cannot be changed.", pin.label())).code("not-offered").exception();
                }
                Optional<PinsAtReader> keypad = token.capability(PinsAtReader.class);
                if (keypad.isPresent() && keypad.get().canChangeAtReader(pin.id())
                        && Secrets.atReader(pins, pin.id(), WORDS.say("choose a new one"), context,
                                () -> keypad.get().changePinAtReader(pin.id()))) {
                    return new Done(token.reader(), token.driver(), Opened.pin(pins, pin.id()));
                }
                Secrets.present(pins, pin.id(), WORDS.say("choose a new one"), context, old -> {
                    try (Secret fresh = Secrets.fresh(pin, context)) {
                        pins.changePin(pin.id(), old, fresh);
                    }
                });
                return new Done(token.reader(), token.driver(), Opened.pin(pins, pin.id()));
            });
        }

        @Override
        public void print(Done r, PrintWriter out) {
            out.println(WORDS.say("{0} was changed.", r.pin().label()));
        }
    }

    /** {@code pin unblock}. */
    @Component(service = Verb.class, property = "verb=pin unblock")
    public static final class UnblockVerb extends TokenVerb<Args, Done> {

        /** Does it by means of this. */
        @Activate
        public UnblockVerb(@Reference CardWork work) {
            super(work, "pin unblock", "Give a PIN that is blocked, forgotten or not set a new value.", Args.class);
        }

        @Override
        public Done run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, Pins.class, WORDS.say("unblock a PIN"), (pins, token) -> {
                Pin pin = Opened.pin(pins, a.pin());
                String by = pin.unblockedBy().orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("unblock the PIN"),
                        WORDS.say("{0} cannot be unblocked here.", pin.label())).code("not-offered")
                        .advice(WORDS.say("Only who manages the token can give it a new one.")).exception());
                Secrets.present(pins, by, WORDS.say("give {0} a new value", pin.label()), context, unblocking -> {
                    try (Secret fresh = Secrets.fresh(pin, context)) {
                        pins.unblockPin(pin.id(), unblocking, fresh);
                    }
                });
                return new Done(token.reader(), token.driver(), Opened.pin(pins, pin.id()));
            });
        }

        @Override
        public void print(Done r, PrintWriter out) {
            out.println(WORDS.say("{0} has a new value{1}.", r.pin().label(), left(r.pin())));
        }
    }

    /**
     * How often PINs may be tried.
     *
     * @param least       the fewest tries that can be set
     * @param most        the most
     * @param consequence what else setting them does, in a sentence; may be empty
     */
    public record Tries(int least, int most, String consequence) {

        static Tries of(PinTries tries) throws EscException {
            PinTries.Range range = tries.triesRange();
            return new Tries(range.least(), range.most(), tries.triesConsequence());
        }
    }

    /** {@code pin tries}. */
    @Component(service = Verb.class, property = "verb=pin tries")
    public static final class TriesVerb extends TokenVerb<TriesVerb.Args, TriesVerb.Result> {

        private static final String STEP = WORDS.say("set the numbers of tries");

        /** Does it by means of this. */
        @Activate
        public TriesVerb(@Reference CardWork work) {
            super(work, "pin tries", "Set how often the PINs of a token may be tried before they are blocked.", Args.class);
        }

        /** How many for which PIN. */
        public record Args(@Arg(label = "NAME=TRIES", help = "How often a PIN may be tried (esc pin lists the names); others keep theirs.")
                List<String> tries, TokenArgs token) {
        }

        /** How the PINs stand afterwards. */
        public record Result(String reader, String driver, List<Pin> pins) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, PinTries.class, STEP, (setting, token) -> {
                Pins pins = token.need(Pins.class, WORDS.say("tell its PINs"));
                Map<String, Integer> all = numbers(a.tries(), setting.triesRange(), pins);
                if (!setting.triesConsequence().isEmpty()) {
                    token.confirm(WORDS.say("Set the numbers of tries"), setting.triesConsequence());
                }
                token.allow(setting.triesAccess(), STEP);
                setting.setTries(all);
                return new Result(token.reader(), token.driver(), pins.pins());
            });
        }

        private static Map<String, Integer> numbers(List<String> given, PinTries.Range range, Pins pins) throws EscException {
            var all = new LinkedHashMap<String, Integer>();
            for (Pin p : pins.pins()) {
                p.tries().ifPresent(n -> all.put(p.id(), n));
            }
            if (given.isEmpty()) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("No number of tries was given.")).code("bad-tries")
                        .advice(WORDS.say("Write it as pin=5.")).exception();
            }
            for (String g : given) {
                int at = g.indexOf('=');
                Pin p = Opened.pin(pins, g.substring(0, Math.max(0, at)));
                String n = g.substring(at + 1).strip();
                if (!n.matches("[0-9]{1,6}") || Integer.parseInt(n) < range.least() || Integer.parseInt(n) > range.most()) {
                    throw Problem.of(Fault.USAGE, STEP, WORDS.say("{0} can have {1} to {2} tries.", p.label(), range.least(), range.most()))
                            .code("bad-tries").exception();
                }
                all.put(p.id(), Integer.parseInt(n));
            }
            return all;
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.pins().forEach(p -> out.println(p.label() + left(p) + "."));
        }
    }
}

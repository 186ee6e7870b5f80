// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.driver.host.DriverRule;
import org.esc.driver.host.Drivers;

/** What the verbs that make a rule about a driver have in common. */
abstract sealed class RuleVerb extends NamedVerb<RuleArgs, RuleVerb.Result> permits PinDriverVerb, PreferDriverVerb, DisableDriverVerb {

    private static final Words WORDS = Words.of(RuleVerb.class);

    private final Drivers drivers;
    private final DriverRule.Kind kind;

    RuleVerb(Drivers drivers, DriverRule.Kind kind, String name, String summary) {
        super(name, summary, RuleArgs.class);
        this.drivers = drivers;
        this.kind = kind;
    }

    /** The rule that was made. */
    public record Result(String driver, String rule) {
    }

    @Override
    public Result run(RuleArgs a, Context context) throws EscException {
        DriverRule rule = a.rule(kind, drivers);
        drivers.rules().add(rule);
        drivers.changed(rule.driver());
        return new Result(rule.driver(), rule.inWords());
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(WORDS.say("The driver {0} is {1}.", r.driver(), r.rule()));
    }
}

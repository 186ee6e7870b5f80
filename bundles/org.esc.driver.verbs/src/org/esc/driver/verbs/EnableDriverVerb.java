// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.driver.host.DriverRule;
import org.esc.driver.host.Drivers;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code drivers enable}: takes back what was decided about a driver, and gives one that was switched off another chance. */
@Component(service = Verb.class, property = "verb=drivers enable")
public final class EnableDriverVerb extends NamedVerb<RuleArgs, EnableDriverVerb.Result> {

    private static final Words WORDS = Words.of(EnableDriverVerb.class);

    private final Drivers drivers;

    /** Started by the component runtime. */
    @Activate
    public EnableDriverVerb(@Reference Drivers drivers) {
        super("drivers enable", "Take back what was decided about a driver: pinned, preferred or disabled.", RuleArgs.class);
        this.drivers = drivers;
    }

    /** How many rules were taken back. */
    public record Result(String driver, int rules) {
    }

    @Override
    public Result run(RuleArgs a, Context context) throws EscException {
        // a driver that is not installed any more may still have rules
        String name = drivers.list().stream().map(d -> d.name()).filter(n -> n.equalsIgnoreCase(a.driver())).findFirst()
                .orElse(a.driver());
        DriverRule like = a.rule(DriverRule.Kind.DISABLE, name);
        boolean all = like.scope() == DriverRule.Scope.ALL;
        int gone = drivers.rules().remove(name, r -> all || r.scope() == like.scope() && r.value().equals(like.value()));
        drivers.changed(name);
        return new Result(name, gone);
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(r.rules() == 0 ? WORDS.say("There was no rule about the driver {0}.", r.driver())
                : WORDS.many(r.rules(), "The driver {1} has {0} rule less.", "The driver {1} has {0} rules less.", r.driver()));
    }
}

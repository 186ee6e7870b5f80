// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.driver.host.Declaration;
import org.esc.driver.host.DriverRule;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.OpenCard;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code drivers}: which drivers there are and, for a card, what each says about it and why. */
@Component(service = Verb.class, property = "verb=drivers")
public final class DriversVerb extends NamedVerb<DriversVerb.Args, DriversVerb.Result> {

    private static final Words WORDS = Words.of(DriversVerb.class);

    private final CardWork work;
    private final Drivers drivers;

    /** Does it by means of these. */
    @Activate
    public DriversVerb(@Reference CardWork work, @Reference Drivers drivers) {
        super("drivers", "List the card drivers and, for a card, what each says about it and why.", Args.class);
        this.work = work;
        this.drivers = drivers;
    }

    /** For which card. */
    public record Args(CardArgs card,
            @Arg(names = "--explain", help = "say of the card in the reader what each driver makes of it and why") boolean explain) {
    }

    /**
     * A driver.
     *
     * @param recognises what it declares
     * @param rules      what people decided about it, in words
     * @param off        why it was switched off, empty if it is on
     */
    public record Row(String name, String bundle, String version, List<String> recognises, List<String> rules, String off) {
    }

    /** What a driver said of the card. */
    public record Said(String driver, int score, String reason, String rule, boolean taken) {
    }

    /** The drivers; with a card, its ATR in hexadecimal digits and what each said of it, best first. */
    public record Result(List<Row> drivers, Optional<String> reader, Optional<String> atr, List<Said> said, List<String> complaints) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        var rules = drivers.rules().all();
        var rows = new ArrayList<Row>();
        for (Declaration d : drivers.list()) {
            Optional<Bundle> bundle = drivers.implementation(d.name()).map(FrameworkUtil::getBundle);
            rows.add(new Row(d.name(), bundle.map(Bundle::getSymbolicName).orElse(""), bundle.map(b -> b.getVersion().toString()).orElse(""),
                    d.recognises(), rules.stream().filter(r -> r.driver().equalsIgnoreCase(d.name())).map(DriverRule::inWords).toList(),
                    drivers.switchedOff(d.name()).orElse("")));
        }
        if (!a.explain() && !a.card().named()) {
            return new Result(rows, Optional.empty(), Optional.empty(), List.of(), drivers.complaints());
        }
        return work.look(name(), a.card(), context, card -> {
            Optional<String> taken = card.applications().stream().findFirst().map(OpenCard.Application::driver);
            return new Result(rows, Optional.of(card.facts().reader()), Optional.of(card.facts().atr().toString()), card.verdicts().stream()
                    .map(v -> new Said(v.driver(), v.match().score(), v.match().reason(), v.rule(), taken.filter(v.driver()::equals).isPresent()))
                    .toList(), drivers.complaints());
        });
    }

    @Override
    public void print(Result r, PrintWriter out) {
        if (r.reader().isPresent()) {
            out.println(WORDS.say("The card in {0}:", r.reader().get()));
            for (Said s : r.said()) {
                out.printf("%s %3d  %-16s %s%s%n", s.taken() ? "*" : " ", s.score(), s.driver(), s.reason(),
                        s.rule().isEmpty() ? "" : " (" + s.rule() + ")");
            }
        } else {
            for (Row d : r.drivers()) {
                out.println(d.name() + (d.version().isEmpty() ? "" : " " + d.version()) + ": " + String.join("; ", d.recognises())
                        + (d.rules().isEmpty() ? "" : " (" + String.join(", ", d.rules()) + ")"));
            }
        }
        r.complaints().forEach(c -> out.println(WORDS.say("Note: {0}", c)));
    }
}

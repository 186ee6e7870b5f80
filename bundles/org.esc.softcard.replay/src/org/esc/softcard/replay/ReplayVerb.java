// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.softcard.VpcdPlace;
import org.esc.trace.Trace;
import org.esc.trace.formats.TraceFiles;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Puts the card of a trace into a virtual reader of pcscd, for any program to use, until cancelled; then says what did not match. */
@Component(service = Verb.class, property = "verb=trace replay")
public final class ReplayVerb extends NamedVerb<ReplayVerb.Args, ReplayVerb.Result> {

    private static final Words WORDS = Words.of(ReplayVerb.class);

    private static final int SHOWN = 20;

    private final TraceFiles files;

    /** Opens traces by means of this. */
    @Activate
    public ReplayVerb(@Reference TraceFiles files) {
        super("trace replay", "Put the card of a trace into a virtual PC/SC reader; it answers as recorded.", Args.class);
        this.files = files;
    }

    /** Which trace, how, and where. */
    public record Args(@Arg(label = "FILE", help = "The trace, in any format that can be read.") Path file,
            @Arg(names = "--strict", help = "Answer commands only in the recorded order.") boolean strict,
            @Arg(names = "--tolerant", help = "Answer commands in any order; this is usual.") boolean tolerant,
            @Arg(names = "--reader-in-trace", label = "NUMBER", help = "Which card of the trace, counted from 1, if there are several.") Optional<Integer> readerInTrace,
            @Arg(names = "--vpcd", label = "HOST:PORT", help = "Where vpcd waits", defaultValue = VpcdPlace.USUAL) String vpcd) {
    }

    /**
     * How it went.
     *
     * @param report what was asked, what never, and what did not match
     * @param damage what of the trace could not be read
     */
    public record Result(Path file, String vpcd, ReplayReport report, List<Trace.Damage> damage) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        if (a.strict && a.tolerant) {
            throw Problem.of(Fault.USAGE, WORDS.say("replay the trace"), WORDS.say("Give either --strict or --tolerant, not both.")).exception();
        }
        VpcdPlace place = VpcdPlace.parse(a.vpcd);
        Trace trace = files.open(a.file, context.cancel());
        try (Replay card = Replay.of(trace, files.decoders(), a.strict ? Replay.Mode.STRICT : Replay.Mode.TOLERANT,
                a.readerInTrace.map(OptionalInt::of).orElse(OptionalInt.empty()), context.cancel())) {
            place.serve(card, WORDS.say("The card of {0}", trace.about().title()), context);
            return new Result(a.file, a.vpcd, card.report(), trace.damage());
        }
    }

    @Override
    public boolean agrees(Result r) {
        return r.report.matched();
    }

    @Override
    public void print(Result r, PrintWriter out) {
        ReplayReport p = r.report;
        out.println(WORDS.many(p.commands(), "Taken out of the virtual reader after {0} command: {1} answered as recorded, {2} refused.",
                "Taken out of the virtual reader after {0} commands: {1} answered as recorded, {2} refused.", p.answered(), p.refused()));
        for (ReplayReport.Difference d : p.differences().stream().limit(SHOWN).toList()) {
            out.println("  " + d.why() + " " + WORDS.say("Refused with {0}.", d.sw()));
            out.println("    %-8s %s".formatted(WORDS.say("got"), d.got()));
            out.println("    %-8s %s".formatted(WORDS.say("expected"), d.number() == 0 ? WORDS.say("nothing") : "#" + d.number() + " " + d.expected()));
        }
        if (p.refused() > SHOWN) {
            out.println("  " + WORDS.say("… and {0} more", p.refused() - Math.min(SHOWN, p.differences().size())));
        }
        long never = p.card().exchanges() - p.asked();
        if (never > 0) {
            out.println(WORDS.say("{0} of {1} exchanges were never asked for: {2}", never, p.card().exchanges(), String.join(", ", p.neverAsked().stream().limit(SHOWN)
                    .map(g -> g.first() == g.last() ? "#" + g.first() : WORDS.say("#{0} to #{1}", g.first(), g.last())).toList())
                    + (p.neverAsked().size() > SHOWN ? " …" : "")));
        }
        if (p.filled() > 0) {
            out.println(WORDS.many(p.filled(), "{0} answer has hidden bytes, for which 00 went out: {1}",
                    "{0} answers have hidden bytes, for which 00 went out: {1}", String.join(", ", p.filledAt().stream().limit(SHOWN)
                            .map(n -> "#" + n).toList()) + (p.filledAt().size() > SHOWN ? " …" : "")));
        }
        p.notes().forEach(n -> out.println(WORDS.say("Note: {0}", n)));
        r.damage.forEach(d -> out.println(WORDS.say("Note: line {0}, column {1}: {2}", d.line(), d.column(), d.what())));
    }
}

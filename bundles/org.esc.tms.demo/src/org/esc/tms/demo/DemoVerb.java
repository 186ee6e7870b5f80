// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.demo;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardFiles;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code demo}: from a blank card to an enrolled token on the embedded system, in the terminal, by the same verbs a person types. */
@Component(service = Verb.class, property = "verb=demo")
public final class DemoVerb extends NamedVerb<DemoVerb.Args, DemoVerb.Result> {

    private static final Words WORDS = Words.of(DemoVerb.class);

    private static final String FIRST_PIN = "1234567";
    private static final String SECOND_PIN = "7654321";

    private final Verbs verbs;
    private final CardFiles files;

    /** Started by the component runtime. */
    @Activate
    public DemoVerb(@Reference Verbs verbs, @Reference CardFiles files) {
        super("demo", "Format, enrol and reset the password of a blank software token on the embedded system.", Args.class);
        this.verbs = verbs;
        this.files = files;
    }

    /** What can be said at the terminal. */
    public record Args(
            @Arg(names = "--headless", help = "Stay in the terminal, even with a display.") boolean headless) {
    }

    /**
     * One operation.
     *
     * @param verb   what was run
     * @param took   how long
     * @param result what it gave
     */
    public record Step(String verb, Duration took, Record result) {
    }

    /**
     * What the demonstration showed.
     *
     * @param steps the operations, in order
     * @param token the token at the end
     * @param text  the token at the end, for people
     */
    public record Result(List<Step> steps, Record token, String text) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        try (DemoStage stage = DemoStage.open(verbs, files, context)) {
            context.interaction().tell(WORDS.say("A blank software token is in the reader \"{0}\", the token management system is at {1}.",
                    stage.reader(), stage.address()));
            var steps = new ArrayList<Step>();
            steps.add(step("format", FIRST_PIN, stage, context));
            steps.add(step("enroll", FIRST_PIN, stage, context));
            steps.add(step("reset-pin", SECOND_PIN, stage, context));
            return token(steps, stage, context);
        }
    }

    private Step step(String verb, String pin, DemoStage stage, Context context) throws EscException {
        context.cancel().check(verb);
        var arguments = new LinkedHashMap<String, List<String>>();
        arguments.put("reader", List.of(stage.reader()));
        arguments.put("tps", List.of(stage.tps().toString()));
        arguments.put("ca", List.of(stage.caFile().toString()));
        var answering = new Context(new DemoInteraction(context.interaction(), pin), context.progress(), context.cancel());
        long start = System.nanoTime();
        Record result = verbs.run(verb, arguments, answering);
        return new Step(verb, Duration.ofNanos(System.nanoTime() - start), result);
    }

    private Result token(List<Step> steps, DemoStage stage, Context context) throws EscException {
        Verb<?, ?> info = verbs.find("info").orElseThrow();
        return token(info, steps, stage, context);
    }

    private static <A extends Record, R extends Record> Result token(Verb<A, R> info, List<Step> steps, DemoStage stage,
            Context context) throws EscException {
        R token = Verbs.run(info, Map.of("reader", List.of(stage.reader())), context);
        var text = new StringWriter();
        try (var out = new PrintWriter(text)) {
            info.print(token, out);
        }
        return new Result(List.copyOf(steps), token, text.toString());
    }

    @Override
    public void print(Result result, PrintWriter out) {
        for (Step s : result.steps()) {
            out.println(WORDS.say("{0} done in {1} s", String.format("%-10s", s.verb()), String.format(Words.locale(), "%.2f", s.took().toNanos() / 1e9)));
        }
        out.println();
        out.print(result.text());
    }
}

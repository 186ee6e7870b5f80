// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.Verb;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.host.InWords;
import org.esc.globalplatform.verbs.SureArgs;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code token …}. */
public final class TokenVerbs {

    private static final Words WORDS = Words.of(TokenVerbs.class);

    private TokenVerbs() {
    }

    /** Which token. */
    public record Args(TokenArgs token) {
    }

    /** {@code token show}. */
    @Component(service = Verb.class, property = "verb=token show")
    public static final class ShowVerb extends TokenVerb<Args, TokenContent> {

        /** Does it by means of this. */
        @Activate
        public ShowVerb(@Reference CardWork work) {
            super(work, "token show", "Show what is on a token, application by application.", Args.class);
        }

        @Override
        public TokenContent run(Args a, Context context) throws EscException {
            return work.look(name(), a.token().card(), context, card -> TokenContent.read(card, a.token().driver()));
        }

        @Override
        public void print(TokenContent c, PrintWriter out) {
            out.println(WORDS.say("Card {0} in {1}", c.cardId(), c.reader()));
            if (c.applications().isEmpty()) {
                out.println(WORDS.say("No driver knows it."));
            }
            for (TokenContent.Application a : c.applications()) {
                out.println(a.driver() + " (" + a.reason() + "): " + a.state().text());
                a.details().forEach(d -> out.println("  " + d.name() + ": " + d.value()));
                a.certificates().forEach(s -> out.println("  " + WORDS.say("Certificate {0}", s.certificate().id()) + ": "
                        + s.certificate().subject() + ", " + s.certificate().expiry()));
                a.keys().stream().filter(TokenContent.KeyRow::present).forEach(k -> out.println("  " + WORDS.say("Key {0}", k.slot()) + ": "
                        + InWords.type(k.type()) + ", " + WORDS.say("{0} bit", k.bits())));
                a.objects().stream().map(TokenContent.ObjectRow::object).filter(o -> o.present()).forEach(o -> out.println("  " + WORDS.say("Object {0}", o.id())
                        + (o.label().isEmpty() ? "" : ": " + o.label())));
                a.pins().stream().map(TokenContent.PinRow::pin).forEach(p -> out.println("  " + WORDS.say("PIN {0}", p.id()) + ": " + p.label()
                        + (p.triesLeft().isEmpty() ? "" : ", " + Secrets.tries(p))));
                a.steps().forEach(s -> out.println("  " + WORDS.say("Step {0}", s.id()) + ": " + s.label()));
                a.problems().forEach(p -> out.println("  " + WORDS.say("Note: {0}", p)));
            }
            c.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
        }
    }

    /** A step, and for which application. */
    public record Row(String driver, ApplicationLifeCycle.Step step) {
    }

    /** {@code token steps}. */
    @Component(service = Verb.class, property = "verb=token steps")
    public static final class StepsVerb extends TokenVerb<Args, StepsVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public StepsVerb(@Reference CardWork work) {
            super(work, "token steps", "List what can be done with a whole application: reset it, end it.", Args.class);
        }

        /** The steps. */
        public record Result(String reader, List<Row> steps, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var found = work.all(name(), a.token(), context, ApplicationLifeCycle.class, WORDS.say("be reset"),
                    (c, app) -> c.lifeCycleSteps().stream().map(s -> new Row(app.driver(), s)).toList());
            return new Result(found.reader(), found.all(), found.problems());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.steps().isEmpty()) {
                out.println(WORDS.say("There is nothing that could be done now."));
            }
            r.steps().forEach(s -> out.println(s.driver() + " " + s.step().id() + ": " + s.step().label() + ". " + s.step().consequence()));
            r.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
        }
    }

    /** {@code token take}. */
    @Component(service = Verb.class, property = "verb=token take")
    public static final class TakeVerb extends TokenVerb<TakeVerb.Args, TakeVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public TakeVerb(@Reference CardWork work) {
            super(work, "token take", "Take a step with a whole application: reset it, end it.", Args.class);
        }

        /** Which step. */
        public record Args(@Arg(label = "STEP", help = "The step (esc token steps lists them).") String step, TokenArgs token, SureArgs sure) {
        }

        /** What was done. */
        public record Result(String reader, String driver, String cardId, String step) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, ApplicationLifeCycle.class, WORDS.say("be reset"), (life, token) -> {
                var steps = life.lifeCycleSteps();
                ApplicationLifeCycle.Step step = steps.stream().filter(s -> s.id().equalsIgnoreCase(a.step())).findFirst()
                        .orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the step"),
                                WORDS.say("The application \"{0}\" cannot take a step \"{1}\" now.", token.driver(), a.step())).code("no-step")
                                        .advice(steps.isEmpty() ? ""
                                        : WORDS.say("Steps: {0}.", String.join(", ", steps.stream().map(ApplicationLifeCycle.Step::id).toList()))).exception());
                String id = token.cardId();
                if (step.irreversible()) {
                    a.sure().consent(new Interaction.Confirmation(step.label(), step.consequence() + " " + WORDS.say("The card is {0}.", id), true,
                            Optional.of(id)), id, context);
                } else {
                    token.confirm(step.label(), step.consequence());
                }
                token.allow(step.access(), WORDS.say("do this"));
                context.progress().at(-1, step.label());
                life.takeStep(step.id());
                return new Result(token.reader(), token.driver(), id, step.id());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Done: {0} of {1} on card {2}.", r.step(), r.driver(), r.cardId()));
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.globalplatform.CardInfo;
import org.esc.globalplatform.Preflight;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.keys.OpenKeys;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * What the verbs that manage a card's content share: finds the card, opens a secure channel, lets the verb make its plan, asks where a
 * card's life is at stake, carries the plan out or only shows it, and cleans up what was left half-done.
 */
@Component(service = ContentWork.class)
public final class ContentWork {

    private static final Words WORDS = Words.of(ContentWork.class);


    private final Readers readers;
    private final KeySets keySets;
    private final Channels channels;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public ContentWork(@Reference Readers readers, @Reference KeySets keySets, @Reference Channels channels,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        this.readers = readers;
        this.keySets = keySets;
        this.channels = channels;
        this.files = Optional.ofNullable(files);
    }

    /** Makes a verb's plan for a card. */
    @FunctionalInterface
    interface Planner {
        Plan plan(Target target) throws EscException;
    }

    /** Works with a card without keys. */
    @FunctionalInterface
    interface Look<T> {
        T at(CardSession session, Recording channel, CardInfo info) throws EscException;
    }

    /** Works with a card over a secure channel. */
    @FunctionalInterface
    interface Work<T> {
        T on(Target target) throws EscException;
    }

    /** The named keys. */
    KeySets keySets() {
        return keySets;
    }

    /** Connects to the card and reads what it tells anybody. */
    <T> T look(String verb, CardArgs card, Optional<Aid> domain, Context context, Look<T> look)
            throws EscException {
        try (var choice = CardChoice.of(readers, files, card, context);
                CardSession session = readers.connect(choice.reader(), Origin.verb(verb))) {
            var channel = new Recording(TransportRules.over(session));
            context.progress().at(-1, WORDS.say("Looking at the card"));
            CardInfo info = CardInfo.read(channel, session.atr(), domain, LocalDate.now());
            return look.at(session, channel, info.with(channels.failedTries(channel)));
        }
    }

    /** As {@link #look}, with a secure channel. */
    <T> T secure(String verb, ContentArgs args, Context context, Work<T> work) throws EscException {
        return look(verb, args.card(), args.sd(), context, (_, channel, info) -> {
            try (OpenKeys keys = keySets.open(args.keys(), context);
                    var target = new Target(info, channels.open(channel, keys, args.keys(), context), channel,
                        keys.description())) {
                return work.on(target);
            }
        });
    }

    /** Makes the plan and carries it out, or shows it. */
    ContentResult run(String verb, ContentArgs args, SureArgs sure, Context context, Planner planner) throws EscException {
        return look(verb, args.card(), args.sd(), context, (session, channel, info) -> {
            try (OpenKeys keys = keySets.open(args.keys(), context);
                    var target = new Target(info, channels.open(channel, keys, args.keys(), context), channel,
                        keys.description())) {
                Plan made = planner.plan(target);
                Plan plan = target.isBlind()
                        ? made.warnings(Stream.concat(Stream.of(WORDS.say("The card does not list its content: whether this fits to what is there shows when it is done.")),
                        made.warnings().stream()).toList()) : made;
                int before = channel.shown().size();
                var notes = new ArrayList<String>();
                if (!args.dryRun()) {
                    obstacles(plan);
                    announce(plan, info, context);
                    confirm(plan, sure, info, context);
                }
                var dry = new DryRun(target.channel(), channel::left);
                carryOut(plan, args.dryRun() ? dry::transmit : target::send, args.dryRun(), context, notes);
                List<ContentResult.Shown> apdus = args.showApdus() ? channel.shown()
                        : args.dryRun() ? channel.shown().subList(before, channel.shown().size()) : List.of();
                return new ContentResult(info.id(), info.domain().map(Object::toString).orElse(""), args.dryRun(),
                        plan.steps().stream().map(s -> new ContentResult.Done(s.what(), s.effect(), s.commands().size())).toList(),
                        plan.warnings(), notes, plan.preflight(), apdus,
                        args.showGp() ? GpLine.of(session.reader(), args, plan.gp()) : Optional.empty());
            }
        });
    }

    private static void obstacles(Plan plan) throws EscException {
        List<String> no = plan.preflight().map(p -> p.of(Preflight.Weight.OBSTACLE)).orElse(List.of());
        if (!no.isEmpty()) {
            throw Problem.of(Fault.CARD, WORDS.say("load the package"), String.join(" ", no)).code("preflight")
                    .advice(WORDS.say("Nothing was changed. See the whole report with --dry-run.")).exception();
        }
    }

    /** Tells the plan before anything of it is sent. */
    private static void announce(Plan plan, CardInfo info, Context context) {
        plan.warnings().forEach(context.interaction()::tell);
        if (plan.steps().stream().anyMatch(s -> s.effect() == Step.Effect.DESTROYS) || plan.steps().size() > 1) {
            context.interaction().tell(WORDS.say("Going to do with card {0}: {1}.", info.id(), plan.steps().stream().map(Step::what).collect(Collectors.joining("; "))));
        }
    }

    private static void confirm(Plan plan, SureArgs sure, CardInfo info, Context context) throws EscException {
        if (plan.sure().isEmpty()) {
            return;
        }
        var question = new Interaction.Confirmation(plan.sure().get().title(), plan.sure().get().message() + " "
                + (info.chip().isEmpty() ? WORDS.say("The card is {0}.", info.id()) : WORDS.say("The card is {0} ({1}).", info.id(), info.chip())), true,
                        Optional.of(info.id()));
        sure.consent(question, info.id(), context);
    }

    /** How a plan's commands come to the card, if they do. */
    @FunctionalInterface
    private interface Way {

        ResponseApdu send(CommandApdu plain) throws EscException;
    }

    private static void carryOut(Plan plan, Way card, boolean dryRun, Context context, List<String> notes)
            throws EscException {
        int total = plan.steps().stream().mapToInt(s -> Math.max(1, s.commands().size())).sum();
        int done = 0;
        for (Step s : plan.steps()) {
            context.cancel().check(s.what());
            context.progress().at(100 * done / Math.max(1, total), words(s));
            try {
                done = carryOut(s, card, dryRun, done, total, context, notes);
            } catch (EscException e) {
                throw cleanedUp(s, card, e);
            }
        }
        context.progress().at(100, "");
    }

    private static int carryOut(Step s, Way card, boolean dryRun, int before, int total, Context context, List<String> notes)
            throws EscException {
        int done = before;
        ResponseApdu last = ResponseApdu.of(0x9000);
        for (CommandApdu c : s.commands()) {
            context.cancel().check(s.what());
            last = card.send(c).orThrow(s.what());
            context.progress().at(100 * ++done / total, "");
        }
        if (dryRun) {
            return done;
        }
        if (s.action().isPresent()) {
            s.action().get().run();
            done++;
        }
        if (s.answered().isPresent()) {
            String note = s.answered().get().note(last);
            if (!note.isEmpty()) {
                notes.add(note);
            }
        }
        return done;
    }

    /** Sends what cleans up after a step that was cut short, and says so. */
    private static EscException cleanedUp(Step s, Way card, EscException e) {
        if (s.undo().isEmpty()) {
            return e;
        }
        boolean clean = true;
        for (CommandApdu c : s.undo()) {
            try {
                ResponseApdu r = card.send(c);
                // a card that says it knows nothing of it has cleaned up by itself
                clean &= r.isOk() || r.sw().value() == 0x6A88 || r.sw().value() == 0x6A82;
            } catch (EscException _) {
                clean = false;
            }
        }
        Problem p = e.problem();
        return p.advice(clean ? (p.advice() + " " + WORDS.say("What was left half-done on the card has been deleted again.")).strip()
                : (p.advice() + " " + WORDS.say("Something may have been left half-done on the card: look with esc gp list.")).strip()).exception(e);
    }

    private static String words(Step s) {
        return Character.toUpperCase(s.what().charAt(0)) + s.what().substring(1);
    }
}

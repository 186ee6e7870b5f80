// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.esc.apdu.Atr;
import org.esc.apdu.AtrFields;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.PinPad;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code readers}: which readers are here and whether they hold a card. */
@Component(service = Verb.class, property = "verb=readers")
public final class ReadersVerb extends NamedVerb<ReadersVerb.Args, ReadersVerb.Result> {

    private static final Words WORDS = Words.of(ReadersVerb.class);

    private final Readers readers;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public ReadersVerb(@Reference Readers readers,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        super("readers", "List the readers and whether they hold a card.", Args.class);
        this.readers = readers;
        this.files = Optional.ofNullable(files);
    }

    /** Which ones: all, if no card is named. */
    public record Args(CardArgs card) {
    }

    /**
     * A reader. @param atrFields the parts of its card's answer to reset, atrProblems what is wrong with it, pinPad what its keypad can do; empty if that
     * cannot be told now, because another program keeps it to itself
     */
    public record Row(String name, String provider, ReaderState.Presence presence, Optional<String> atr, List<AtrFields.Field> atrFields,
            List<String> atrProblems, Optional<PinPad> pinPad) {
    }

    /** The readers, and what hinders others from being listed. */
    public record Result(List<Row> readers, List<String> complaints) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        if (!a.card().named()) {
            return result(_ -> true);
        }
        try (var card = CardChoice.of(readers, files, a.card(), context)) {
            if (readers.list().stream().noneMatch(r -> r.name().equals(card.reader()))) {
                throw Problem.of(Fault.USAGE, WORDS.say("find the reader"), WORDS.say("There is no reader \"{0}\".", card.reader())).code("no-reader")
                        .advice(WORDS.say("See them all: esc readers.")).exception();
            }
            return result(r -> r.name().equals(card.reader()));
        }
    }

    private Result result(Predicate<ReaderState> wanted) {
        return new Result(readers.list().stream().filter(wanted)
                .map(this::row).toList(), readers.complaints());
    }

    private Row row(ReaderState r) {
        AtrFields atr = AtrFields.of(r.atr().orElse(Atr.UNKNOWN));
        return new Row(r.name(), r.provider(), r.presence(), r.atr().map(Atr::toString), atr.fields(), atr.problems(), readers.pinPad(r.name()));
    }

    private static String limits(PinPad p) {
        if (p.minDigits().isEmpty() && p.maxDigits().isEmpty()) {
            return "";
        }
        return " " + (p.maxDigits().isPresent() ? WORDS.say("({0} to {1} digits)", p.minDigits().orElse(1), p.maxDigits().getAsInt())
                : WORDS.say("({0} to any number of digits)", p.minDigits().orElse(1)));
    }

    @Override
    public void print(Result result, PrintWriter out) {
        if (result.readers().isEmpty()) {
            out.println(WORDS.say("No reader is connected."));
        }
        for (Row r : result.readers()) {
            out.println(r.name() + " (" + r.provider() + "): " + switch (r.presence()) {
                case EMPTY -> WORDS.say("empty");
                case PRESENT -> WORDS.say("card, ATR {0}", r.atr().orElse(WORDS.say("unknown")));
                case IN_USE -> WORDS.say("card, held by another program");
                case MUTE -> WORDS.say("card does not answer");
            });
            r.pinPad().filter(PinPad::isThere).ifPresent(p -> out.println("    " + (!p.changes() ? WORDS.say("PINs can be entered at its keypad{0}", limits(p))
                    : p.verifies() ? WORDS.say("PINs can be entered at its keypad{0}, and changed there", limits(p))
                    : WORDS.say("PINs can be entered at its keypad{0}, to change them only", limits(p)))
                    + p.display().map(d -> "; " + WORDS.say("display {0} x {1}", d.lines(), d.characters())).orElse("") + "."));
        }
        result.complaints().forEach(c -> out.println(WORDS.say("Note: {0}", c)));
    }
}

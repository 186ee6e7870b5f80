// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.driver.Attempts;
import org.esc.driver.Capability;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.OpenCard;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** What the verbs that work with a token share: finds the card, asks the drivers, and hands the application to the verb. */
@Component(service = CardWork.class)
public final class CardWork {

    private static final Words WORDS = Words.of(CardWork.class);

    private final Readers readers;
    private final Drivers drivers;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public CardWork(@Reference Readers readers, @Reference Drivers drivers,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        this.readers = readers;
        this.drivers = drivers;
        this.files = Optional.ofNullable(files);
    }

    /** Looks at a card. */
    @FunctionalInterface
    interface Look<T> {
        T at(OpenCard card) throws EscException;
    }

    /** Works with an application that can do something. */
    @FunctionalInterface
    interface Work<C extends Capability, T> {
        T with(C capability, Opened token) throws EscException;
    }

    /** Reads something of one application. */
    @FunctionalInterface
    interface Part<C extends Capability, T> {
        List<T> of(C capability, OpenCard.Application application) throws EscException;
    }

    /** What was found in all applications, and what could not be read. */
    record Found<T>(String reader, List<T> all, List<String> problems) {
    }

    /** Looks at a card without presenting a PIN or changing anything; recorded as probing. */
    <T> T look(String verb, CardArgs card, Context context, Look<T> look) throws EscException {
        return open(Origin.probe(verb), card, context, look);
    }

    /** Works with the best application that can do something. */
    <C extends Capability, T> T with(String verb, TokenArgs args, Context context, Class<C> type, String inWords, Work<C, T> work)
            throws EscException {
        return open(Origin.verb(verb), args.card(), context, card -> {
            var token = new Opened(card, card.offering(type, args.driver(), inWords), context);
            return work.with(token.need(type, inWords), token);
        });
    }

    /** Reads a part of every application that has it. */
    <C extends Capability, T> Found<T> all(String verb, TokenArgs args, Context context, Class<C> type, String inWords, Part<C, T> part)
            throws EscException {
        return look(verb, args.card(), context, card -> {
            card.offering(type, args.driver(), inWords);
            var found = new ArrayList<T>();
            var parts = new Attempts();
            for (OpenCard.Application a : card.applications()) {
                if (args.driver().isEmpty() || a.driver().equalsIgnoreCase(args.driver().get())) {
                    attempt(parts, () -> {
                        Optional<C> c = a.capability(type);
                        if (c.isPresent()) {
                            found.addAll(part.of(c.get(), a));
                        }
                    });
                }
            }
            return new Found<>(card.facts().reader(), List.copyOf(found), parts.problems());
        });
    }

    /** Does a part; a card that refuses, or a driver that fails, costs a line. */
    static void attempt(Attempts parts, Attempts.Part part) throws EscException {
        try {
            parts.at(part);
        } catch (EscException e) {
            if (e.fault() != Fault.DEFECT) {
                throw e;
            }
            parts.problem(e.getMessage());
        }
    }

    private <T> T open(Origin origin, CardArgs args, Context context, Look<T> look) throws EscException {
        try (var choice = CardChoice.of(readers, files, args, context)) {
            ReaderState state = readers.list().stream().filter(r -> r.name().equals(choice.reader())).findFirst()
                    .orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the reader"), WORDS.say("There is no reader \"{0}\".", choice.reader()))
                            .code("no-reader").advice(WORDS.say("See them all: esc readers.")).exception());
            context.progress().at(-1, WORDS.say("Looking at the card"));
            try (CardSession session = readers.connect(choice.reader(), origin);
                    var _ = context.cancel().onCancel(session::close)) {
                return look.at(drivers.open(state, TransportRules.over(session), origin));
            }
        } catch (EscException e) {
            if (context.cancel().isCancelled() && e.fault() != Fault.CANCELLED) {
                throw Cancel.cancelled(e.problem().step(), e);
            }
            throw e;
        }
    }
}

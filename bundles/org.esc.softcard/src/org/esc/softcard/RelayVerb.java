// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.PrintWriter;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Puts the card in a reader into a virtual reader of pcscd too, so that what other programs do with it is in the trace; until cancelled. */
@Component(service = Verb.class, property = "verb=trace relay")
public final class RelayVerb extends NamedVerb<RelayVerb.Args, RelayVerb.Result> {

    private static final Words WORDS = Words.of(RelayVerb.class);

    private final Readers readers;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public RelayVerb(@Reference Readers readers,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        super("trace relay", "Put a card into a virtual PC/SC reader and trace what other programs do with it.", Args.class);
        this.readers = readers;
        this.files = Optional.ofNullable(files);
    }

    /** Which card, and where. */
    public record Args(CardArgs card,
            @Arg(names = "--vpcd", label = "HOST:PORT", help = "Where vpcd waits", defaultValue = VpcdPlace.USUAL) String vpcd) {
    }

    /** How it went: commands answered until it was cancelled. */
    public record Result(String reader, String vpcd, long commands) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        VpcdPlace place = VpcdPlace.parse(a.vpcd);
        try (CardChoice choice = CardChoice.of(readers, files, a.card, context);
                CardSession session = connect(choice.reader(), context)) {
            var card = new RelayedCard(session);
            try {
                return new Result(choice.reader(), a.vpcd, place.serve(card, WORDS.say("The card in {0}", choice.reader()), context));
            } catch (IllegalStateException e) {
                throw card.lost().orElseThrow(() -> e);
            }
        }
    }

    /** Programs that ask every reader what it can do would wait for this one, and never come to the virtual one, unless they are refused here. */
    private CardSession connect(String reader, Context context) throws EscException {
        var origin = Origin.other("relay");
        try {
            return readers.connectAlone(reader, origin);
        } catch (EscException e) {
            if (!e.problem().code().equals("card-in-use")) {
                throw e;
            }
            context.interaction().tell(WORDS.say("Another program is connected to the card, too: programs that look at all readers may wait until it is not."));
            return readers.connect(reader, origin);
        }
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(WORDS.many(r.commands(), "Taken out of the virtual reader after {0} command.", "Taken out of the virtual reader after {0} commands."));
    }
}

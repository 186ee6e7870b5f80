// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.io.PrintWriter;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChannel;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * {@code keysets check}: whether keys are a card's own, by opening a secure channel with them and closing it again; the guard of
 * {@link Channels} watches over it. Nothing on the card is changed, but SCP02 cards, and SCP03 cards that compute their challenge, count
 * their sequence counter up.
 */
@Component(service = Verb.class, property = "verb=keysets check")
public final class KeysCheckVerb extends NamedVerb<KeysCheckVerb.Args, OpenedChannel> {

    private static final Words WORDS = Words.of(KeysCheckVerb.class);

    private final Readers readers;
    private final KeySets sets;
    private final Channels channels;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public KeysCheckVerb(@Reference Readers readers, @Reference KeySets sets, @Reference Channels channels,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        super("keysets check", "Find out whether keys are a card's own: open a secure channel with them, and close it.", Args.class);
        this.readers = readers;
        this.sets = sets;
        this.channels = channels;
        this.files = Optional.ofNullable(files);
    }

    /** Which card, which keys. */
    public record Args(CardArgs card, KeyArgs keys) {
    }

    @Override
    public OpenedChannel run(Args a, Context context) throws EscException {
        try (var choice = CardChoice.of(readers, files, a.card(), context);
                var session = readers.connect(choice.reader(), Origin.verb(name()))) {
            return check(TransportRules.over(session), a.keys(), context);
        }
    }

    OpenedChannel check(CardChannel card, KeyArgs args, Context context) throws EscException {
        KeysPreviewVerb.selectIssuer(card);
        try (OpenKeys keys = sets.open(args, context); var channel = channels.open(card, keys, args, context)) {
            return OpenedChannel.of(keys.description(), channel);
        }
    }

    @Override
    public void print(OpenedChannel result, PrintWriter out) {
        out.println(WORDS.say("The keys are card {0}'s own: {1}. The channel is closed again.", result.card(), result.text()));
    }
}

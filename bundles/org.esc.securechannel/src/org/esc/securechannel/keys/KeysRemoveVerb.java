// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.io.PrintWriter;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Interaction.Confirmation;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code keysets remove}: forgets a named key set. Keys in a token stay there. */
@Component(service = Verb.class, property = "verb=keysets remove")
public final class KeysRemoveVerb extends NamedVerb<KeysRemoveVerb.Args, KeysRemoveVerb.Result> {

    private static final Words WORDS = Words.of(KeysRemoveVerb.class);

    private final KeySets sets;

    /** Does it by means of this. */
    @Activate
    public KeysRemoveVerb(@Reference KeySets sets) {
        super("keysets remove", "Forget a stored key set; keys in a token stay there.", Args.class);
        this.sets = sets;
    }

    /** Which. */
    public record Args(@Arg(label = "NAME", help = "The key set's name.") String name) {
    }

    /**
     * What was removed.
     *
     * @param name the set's name
     */
    public record Result(String name) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        NamedKeys set = sets.find(a.name());
        // the only copy of keys may be the one here
        if (set.token().isEmpty() && !Ask.await(context.interaction().confirm(new Confirmation(WORDS.say("Remove key set {0}", a.name()),
                WORDS.say("Its keys are erased from the store. Without another copy of them, cards that have them cannot be "
                        + "managed any more."),
                true)), context.cancel(), WORDS.say("remove the key set"))) {
            throw Problem.of(Fault.CANCELLED, WORDS.say("remove the key set"), WORDS.say("Key set {0} was kept.", a.name())).exception();
        }
        sets.remove(a.name());
        return new Result(a.name());
    }

    @Override
    public void print(Result result, PrintWriter out) {
        out.println(WORDS.say("Removed key set {0}.", result.name()));
    }
}

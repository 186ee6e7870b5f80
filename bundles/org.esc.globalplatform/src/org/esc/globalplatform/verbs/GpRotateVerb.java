// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.verbs.Step.Effect;
import org.esc.securechannel.KeySet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * {@code gp rotate}: adds a new key set, opens a secure channel with it, and only then, if asked, deletes the old one. Whatever goes wrong,
 * a key set that is known to work stays on the card.
 */
@Component(service = Verb.class, property = "verb=gp rotate")
public final class GpRotateVerb extends ContentVerb<GpRotateVerb.Args> {

    private static final Words WORDS = Words.of(GpRotateVerb.class);

    private static final int MOST_VERSION = 0x6F;

    /** Does it by means of this. */
    @Activate
    public GpRotateVerb(@Reference ContentWork work) {
        super(work, "gp rotate", "Change to a new key set: add it, try it, and if asked delete the old one.", Args.class);
    }

    /** Which keys. */
    public record Args(ContentArgs content, NewKeyArgs newKeys,
            @Arg(names = "--delete-old", help = "Delete the key set used so far, once the new one has been proved to work.")
                    boolean deleteOld,
            SureArgs sure) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    SureArgs sure(Args arguments) {
        return arguments.sure();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        List<Integer> there = KeySteps.versions(target);
        int old = target.channel().card().keyVersion();
        int version = a.newKeys().version().orElseGet(() -> free(old, there));
        if (there.contains(version)) {
            throw Problem.of(Fault.USAGE, WORDS.say("add the key set"), WORDS.say("There is a key set {0} on the card already.", String.format("%02X", version)))
                    .code("key-set-exists").advice(WORDS.say("Choose another version with --new-version.")).exception();
        }
        var steps = new ArrayList<Step>();
        KeySet keys = a.newKeys().fetch(version, target.channel(), keySets(), context);
        target.closeLater(keys);
        steps.add(KeySteps.put(0, keys, target));
        steps.add(Step.action(WORDS.say("open a secure channel with key set {0}, to prove that it works", String.format("%02X", version)), Effect.READS,
                () -> target.reopen(keys)));
        if (a.deleteOld() && old != KeySteps.INITIAL) {
            steps.add(KeySteps.delete(old));
        }
        var warnings = new ArrayList<>(KeySteps.warnings(keys));
        if (old == KeySteps.INITIAL) {
            warnings.add(WORDS.say("The card replaces its initial keys by the first ones that are put: there is no way back to them."));
        } else if (!a.deleteOld()) {
            warnings.add(WORDS.say("Key set {0} stays on the card; delete it with esc gp delete-key {1}.", String.format("%02X", old), String.format("%02X", old)));
        }
        Plan plan = Plan.of(steps).warnings(warnings);
        return old == KeySteps.INITIAL ? plan.sure(WORDS.say("Replace the initial key set"),
                WORDS.say("The card drops its initial keys as soon as the new ones are put. If the new keys are lost, nobody "
                        + "can manage this card any more.")) : plan;
    }

    private static int free(int old, List<Integer> there) {
        int v = old >= MOST_VERSION ? 1 : old + 1;
        while (there.contains(v)) {
            v = v >= MOST_VERSION ? 1 : v + 1;
        }
        return v;
    }
}

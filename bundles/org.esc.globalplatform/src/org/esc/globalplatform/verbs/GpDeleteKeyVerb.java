// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp delete-key}: deletes a key set, or one key. */
@Component(service = Verb.class, property = "verb=gp delete-key")
public final class GpDeleteKeyVerb extends ContentVerb<GpDeleteKeyVerb.Args> {

    private static final Words WORDS = Words.of(GpDeleteKeyVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpDeleteKeyVerb(@Reference ContentWork work) {
        super(work, "gp delete-key", "Delete a key set, or one key.", Args.class);
    }

    /** Which one. */
    public record Args(@Arg(label = "HEX", help = "Version of the key set, or of the key.") String version,
            @Arg(names = "--key-id", label = "NUMBER", help = "Delete only the key with this number.") Optional<Integer> keyId,
            ContentArgs content, SureArgs sure) {

        /** @throws IllegalArgumentException if version or number are none */
        public Args {
            NewKeyArgs.version(version, WORDS.say("The version"));
            if (keyId.isPresent() && (keyId.get() < 1 || keyId.get() > 0x7F)) {
                throw new IllegalArgumentException(WORDS.say("--key-id takes a number from 1 to 127."));
            }
        }
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
        int version = NewKeyArgs.version(a.version(), WORDS.say("The version"));
        if (a.keyId().isPresent()) {
            return single(version, a.keyId().get(), target);
        }
        boolean known = target.info().keys().stream().anyMatch(k -> k.version() == version)
                || target.channel().card().keyVersion() == version;
        if (!known) {
            throw Problem.of(Fault.USAGE, WORDS.say("delete the key set"), WORDS.say("There is no key set {0} on the card.", String.format("%02X", version)))
                    .code("no-key-set").advice(WORDS.say("See the key sets: esc gp info.")).exception();
        }
        Plan plan = Plan.of(KeySteps.delete(version), "--delete-key", Integer.toString(version));
        return KeySteps.versions(target).equals(List.of(version))
                ? plan.sure(WORDS.say("Delete the last key set"), WORDS.say("These are the last keys of {0}. Without keys nobody can manage it any more, for good.",
                        target.domain()))
                : plan;
    }

    private static Plan single(int version, int id, Target target) throws EscException {
        if (!KeySteps.has(target, version, id)) {
            throw Problem.of(Fault.USAGE, WORDS.say("delete the key"), WORDS.say("There is no key {0} of version {1} on the card.", id, String.format("%02X", version)))
                    .code("no-key").advice(WORDS.say("See the keys: esc gp info.")).exception();
        }
        Plan plan = Plan.of(KeySteps.delete(version, id));
        return KeySteps.versions(target).contains(version)
                ? plan.sure(WORDS.say("Delete a key of a set"), WORDS.say("A key set that lacks a key opens no secure channel any more; some cards delete the whole set."))
                : plan;
    }
}

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
import org.esc.globalplatform.SignatureKey;
import org.esc.securechannel.KeySet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp put-key}: puts a key set or a single key on a card, as a new one or in place of another. */
@Component(service = Verb.class, property = "verb=gp put-key")
public final class GpPutKeyVerb extends ContentVerb<GpPutKeyVerb.Args> {

    private static final Words WORDS = Words.of(GpPutKeyVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpPutKeyVerb(@Reference ContentWork work) {
        super(work, "gp put-key", "Put a key set, or one key, on a card, as a new one or in place of another.", Args.class);
    }

    /** Which keys, and in place of which. */
    public record Args(ContentArgs content, NewKeyArgs newKeys, SingleKeyArgs single,
            @Arg(names = "--replace", label = "HEX", help = "Version of the key set, or of the key, to replace; without it a new one is added.")
                    Optional<String> replace,
            SureArgs sure) {

        /** @throws IllegalArgumentException if the version is none */
        public Args {
            replace.ifPresent(v -> NewKeyArgs.version(v, "--replace"));
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
        if (a.single().isWanted()) {
            return single(a, target, context);
        }
        List<Integer> there = KeySteps.versions(target);
        int old = a.replace().map(v -> NewKeyArgs.version(v, "--replace")).orElse(0);
        if (old != 0 && !there.contains(old)) {
            throw Problem.of(Fault.USAGE, WORDS.say("replace the key set"), WORDS.say("There is no key set {0} on the card.", String.format("%02X", old)))
                    .code("no-key-set").advice(WORDS.say("See the key sets: esc gp info.")).exception();
        }
        int version = a.newKeys().version().orElse(old);
        if (version == 0) {
            throw Problem.of(Fault.USAGE, WORDS.say("add the key set"), WORDS.say("--new-version is missing: which version shall the new keys have?"))
                    .code("no-version").exception();
        }
        if (there.contains(version) && version != old) {
            throw Problem.of(Fault.USAGE, WORDS.say("add the key set"), WORDS.say("There is a key set {0} on the card already.", String.format("%02X", version)))
                    .code("key-set-exists").advice(WORDS.say("Choose another version, or replace it with --replace {0}.", String.format("%02X", version)))
                    .exception();
        }
        try (KeySet keys = a.newKeys().fetch(version, target.channel(), keySets(), context)) {
            boolean initial = old == 0 && there.equals(List.of(KeySteps.INITIAL));
            boolean same = (old == 0 || old == version) && a.newKeys().newKeyEnv().isPresent() && a.newKeys().asGiven();
            String[] gp = same ? new String[] {"--lock", "\"$" + a.newKeys().newKeyEnv().get() + "\"", "--new-keyver",
                    Integer.toString(version)} : new String[0];
            Plan plan = Plan.of(KeySteps.put(old, keys, target), gp).warnings(KeySteps.warnings(keys));
            return initial || old != 0 && there.size() == 1
                    ? plan.sure(WORDS.say("Replace the last key set"),
                            WORDS.say("The card's only key set is replaced. If the new keys are lost, or not what they should be, nobody "
                        + "can manage this card any more."))
                    : plan;
        }
    }

    private Plan single(Args a, Target target, Context context) throws EscException {
        SingleKeyArgs single = a.single();
        int id = single.id();
        int old = a.replace().map(v -> NewKeyArgs.version(v, "--replace")).orElse(0);
        int version = a.newKeys().version().orElse(single.version().orElse(old));
        if (single.isOfSet() && (old == 0 || version != old)) {
            throw Problem.of(Fault.USAGE, WORDS.say("replace the key"), WORDS.say("One key of a set takes the place of another of the same version."))
                    .code("no-version").advice(WORDS.say("Name the set with --replace, or say what the key is for with --use.")).exception();
        }
        if (version == 0) {
            throw Problem.of(Fault.USAGE, WORDS.say("add the key"), WORDS.say("--new-version is missing: which version shall the new key have?"))
                    .code("no-version").exception();
        }
        if (old != 0 && !KeySteps.has(target, old, id)) {
            throw Problem.of(Fault.USAGE, WORDS.say("replace the key"), WORDS.say("There is no key {0} of version {1} on the card.", id, String.format("%02X", old)))
                    .code("no-key").advice(WORDS.say("See the keys: esc gp info.")).exception();
        }
        if (version != old && KeySteps.has(target, version, id)) {
            throw Problem.of(Fault.USAGE, WORDS.say("add the key"), WORDS.say("There is a key {0} of version {1} on the card already.", id, String.format("%02X", version)))
                    .code("key-exists").advice(WORDS.say("Replace it with --replace {0}.", String.format("%02X", version))).exception();
        }
        try (SignatureKey key = single.fetch(a.newKeys(), target.channel(), keySets(), context)) {
            String use = single.use().map(u -> " " + WORDS.say("for {0}", u.words())).orElse("");
            Plan plan = Plan.of(KeySteps.putSingle(old, version, id, use, key, target), gp(a, id, old, version))
                    .warnings(KeySteps.warnings(single, key, target));
            return single.isOfSet() && KeySteps.versions(target).size() == 1
                    ? plan.sure(WORDS.say("Replace a key of the last set"),
                            WORDS.say("It belongs to the card's only key set. If the new key is lost, or not what it should be, nobody can "
                        + "manage this card any more."))
                    : plan;
        }
    }

    private static String[] gp(Args a, int id, int old, int version) {
        boolean same = a.single().keyFile().isPresent() && id == 1 && (old == 0 || old == version);
        return same ? new String[] {old == 0 ? "--put-key" : "--replace-key", a.single().keyFile().get().toString(), "--new-keyver",
                String.format("%02X", version)} : new String[0];
    }
}

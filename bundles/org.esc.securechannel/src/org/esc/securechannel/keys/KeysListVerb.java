// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code keysets list}: the key sets that have a name. */
@Component(service = Verb.class, property = "verb=keysets list")
public final class KeysListVerb extends NamedVerb<KeysListVerb.Args, KeysListVerb.Result> {

    private static final Words WORDS = Words.of(KeysListVerb.class);

    private final KeySets sets;
    private final Channels channels;

    /** Does it by means of this. */
    @Activate
    public KeysListVerb(@Reference KeySets sets, @Reference Channels channels) {
        super("keysets list", "List the key sets that have a name.", Args.class);
        this.sets = sets;
        this.channels = channels;
    }

    /** None. */
    public record Args() {
    }

    /**
     * The sets, the factory's first.
     *
     * @param keys        one each
     * @param failedTries cards on which keys failed since the last success
     */
    public record Result(List<StoredSet> keys, List<FailedTries> failedTries) {
    }

    @Override
    public Result run(Args arguments, Context context) throws EscException {
        var all = new ArrayList<>(List.of(StoredSet.FACTORY));
        sets.list().forEach(s -> all.add(StoredSet.of(s)));
        return new Result(List.copyOf(all), channels.failedTries());
    }

    @Override
    public void print(Result result, PrintWriter out) {
        int width = result.keys().stream().mapToInt(k -> k.name().length()).max().orElse(0);
        for (StoredSet k : result.keys()) {
            out.printf("%-" + width + "s  %-6s  %-8s  %s%n", k.name(), k.where(), k.kdf(), k.description()
                    + (k.kcvs().isEmpty() ? "" : "; " + k.keyType() + ", KCV " + k.checkValues()));
        }
        result.failedTries().forEach(f -> out.println(WORDS.say("Card {0}: {1} Last tried: {2}.", f.card(), f.text(), f.keys())));
    }
}

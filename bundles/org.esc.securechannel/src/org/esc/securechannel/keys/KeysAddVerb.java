// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.securechannel.Diversification;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code keysets add}: gives a key set a name. */
@Component(service = Verb.class, property = "verb=keysets add")
public final class KeysAddVerb extends NamedVerb<KeysAddVerb.Args, StoredSet> {

    private static final Words WORDS = Words.of(KeysAddVerb.class);

    private final KeySets sets;

    /** Does it by means of this. */
    @Activate
    public KeysAddVerb(@Reference KeySets sets) {
        super("keysets add", "Store a key set under a name, encrypted; or name one that is in a token or HSM.", Args.class);
        this.sets = sets;
    }

    /** The name, and where the keys are; without either source they are asked for. */
    public record Args(@Arg(label = "NAME", help = "What to call the key set.") String name,
            @Arg(names = "--key-env", label = "VARIABLE",
                    help = "Environment variable with the keys in hexadecimal digits: one for all three, or ENC:MAC:DEK.")
                    Optional<String> keyEnv,
            @Arg(names = "--kdf", label = "METHOD",
                    help = "How a card's keys come from these: none, visa2, emv, kdf3, sp800-108, gpkmc, or a template.")
                    Optional<Diversification> kdf,
            @Arg(names = "--pkcs11", label = "LIBRARY", help = "The keys are in a token or HSM: its PKCS#11 library.") Optional<Path> pkcs11,
            @Arg(names = "--pkcs11-slot", label = "NUMBER", help = "The token's slot, if there are several.") Optional<Integer> pkcs11Slot,
            @Arg(names = "--pkcs11-label", label = "LABEL",
                    help = "Label of the key in the token, or what comes before -ENC, -MAC and -DEK where there are three.")
                    Optional<String> pkcs11Label,
            @Arg(names = "--replace", help = "Replace a key set of the same name.") boolean replace) {

        private KeyArgs source() {
            return new KeyArgs(Optional.empty(), keyEnv, "00", kdf, pkcs11, pkcs11Slot, pkcs11Label, Optional.empty(),
                    KeyArgs.Level.MAC_ENC, Optional.empty());
        }
    }

    @Override
    public StoredSet run(Args a, Context context) throws EscException {
        KeyArgs source;
        try {
            source = a.source();
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the arguments"), e.getMessage()).exception(e);
        }
        return StoredSet.of(sets.add(a.name(), source, a.replace(), context));
    }

    @Override
    public void print(StoredSet result, PrintWriter out) {
        out.println(result.kcvs().isEmpty() ? WORDS.say("Stored key set {0} ({1}, diversification {2}).", result.name(), result.where(), result.kdf())
                : WORDS.say("Stored key set {0} ({1}, diversification {2}, KCV {3}).", result.name(), result.where(), result.kdf(), result.checkValues()));
    }
}

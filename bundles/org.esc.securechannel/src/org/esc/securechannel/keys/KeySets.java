// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Finds the keys a verb is told to use: the factory's, stored ones, those of the environment, in a token, or asked for. */
@Component(service = KeySets.class)
public final class KeySets {

    private static final Words WORDS = Words.of(KeySets.class);

    private static final String STEP = WORDS.say("choose the keys");

    private final Optional<KeyVault> vault;
    private final Optional<KeyTokens> tokens;
    private final UnaryOperator<String> environment;

    /** With what this installation has. */
    @Activate
    public KeySets(@Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) KeyVault vault,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) KeyTokens tokens) {
        this(Optional.ofNullable(vault), Optional.ofNullable(tokens), System::getenv);
    }

    /** With these, outside a framework. @param environment gives a variable's value, or {@code null} */
    public KeySets(Optional<KeyVault> vault, Optional<KeyTokens> tokens, UnaryOperator<String> environment) {
        this.vault = vault;
        this.tokens = tokens;
        this.environment = environment;
    }

    /**
     * Opens the keys that the arguments name; with none named they are asked for (fields {@code ENC}, {@code MAC}, {@code DEK}; the last
     * two may stay empty).
     *
     * @return for the caller to close, after the channels opened with it
     * @throws EscException USAGE if the keys are not there or no keys; what the person, the store or the token says
     */
    public OpenKeys open(KeyArgs args, Context context) throws EscException {
        if (args.pkcs11().isPresent()) {
            var token = new NamedKeys.Token(args.pkcs11().get(), args.pkcs11Slot(), args.pkcs11Label());
            return inToken(Optional.empty(), token, args.kdf().orElse(Diversification.NONE), context);
        }
        if (args.keyEnv().isPresent()) {
            String from = WORDS.say("environment variable {0}", args.keyEnv().get());
            try (Secret text = fromEnvironment(args.keyEnv().get())) {
                return held(text, from, from, args.kdf().orElse(Diversification.NONE));
            }
        }
        if (args.keys().isPresent()) {
            return named(args.keys().get(), args.kdf(), context);
        }
        try (Secret text = ask(context)) {
            return held(text, WORDS.say("the form"), WORDS.say("keys typed in"), args.kdf().orElse(Diversification.NONE));
        }
    }

    private OpenKeys named(String name, Optional<Diversification> kdf, Context context) throws EscException {
        if (name.equals(NamedKeys.FACTORY)) {
            byte[][] keys = {KeySet.factoryKey(), KeySet.factoryKey(), KeySet.factoryKey()};
            return opened(WORDS.say("key set {0}", NamedKeys.FACTORY), kdf.orElse(Diversification.NONE), new HeldKeys.Source.Bytes(keys));
        }
        NamedKeys set = find(name);
        Diversification how = kdf.orElse(set.kdf());
        String description = WORDS.say("key set {0}", name);
        if (set.token().isPresent()) {
            return inToken(Optional.of(name), set.token().get(), how, context);
        }
        try (Secret text = vault().get(set, context)) {
            return held(text, WORDS.say("The stored key set {0}", name), description, how);
        }
    }

    private OpenKeys inToken(Optional<String> set, NamedKeys.Token token, Diversification kdf, Context context) throws EscException {
        var door = tokens.orElseThrow(() -> new EscException(Fault.USAGE, STEP, WORDS.say("Keys in tokens are not part of this installation.")));
        var open = door.open(token, context);
        String description = set.map(name -> WORDS.say("key set {0} in {1}", name, open.description())).orElseGet(open::description);
        return opened(description, kdf, new HeldKeys.Source.InToken(open));
    }

    private static OpenKeys held(Secret text, String from, String description, Diversification kdf) throws EscException {
        return opened(description, kdf, new HeldKeys.Source.Bytes(KeyText.parse(text, from)));
    }

    private static OpenKeys opened(String description, Diversification kdf, HeldKeys.Source source) {
        return new HeldKeys(kdf.equals(Diversification.NONE) ? description : WORDS.say("{0}, diversified by {1}", description, kdf), kdf, source);
    }

    /** The sets that were stored, by name; the factory's is not among them. @throws EscException if the store cannot be read */
    public List<NamedKeys> list() throws EscException {
        return vault.isPresent() ? vault.get().list() : List.of();
    }

    /**
     * Stores a set under a name, with its keys unless a token holds them.
     *
     * @param from gives the keys: the environment or, without {@code keyEnv}, a form
     * @throws EscException USAGE for a name in use or keys that are none, or as {@link KeyVault#put}
     */
    public NamedKeys add(String name, KeyArgs from, boolean replace, Context context) throws EscException {
        if (name.equals(NamedKeys.FACTORY)) {
            throw Problem.of(Fault.USAGE, WORDS.say("store the key set"), WORDS.say("The name factory stands for the factory's keys.")).code("name-taken")
                    .advice(WORDS.say("Choose another name.")).exception();
        }
        if (!replace && vault().list().stream().anyMatch(s -> s.name().equals(name))) {
            throw Problem.of(Fault.USAGE, WORDS.say("store the key set"), WORDS.say("There is a key set {0} already.", name)).code("name-taken")
                    .advice(WORDS.say("Choose another name, or replace it with --replace.")).exception();
        }
        var token = from.pkcs11().map(p -> new NamedKeys.Token(p.toAbsolutePath(), from.pkcs11Slot(), from.pkcs11Label()));
        NamedKeys set;
        try {
            set = new NamedKeys(name, from.kdf().orElse(Diversification.NONE), token);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("store the key set"), e.getMessage()).code("bad-name").exception(e);
        }
        if (token.isPresent()) {
            // proves that they are there before anybody relies on the name
            try (OpenKeys keys = inToken(Optional.empty(), token.get(), set.kdf(), context)) {
                set = checked(set, keys);
            }
            vault().put(set, Optional.empty(), context);
            return set;
        }
        try (Secret text = from.keyEnv().isPresent() ? fromEnvironment(from.keyEnv().get()) : ask(context);
                OpenKeys keys = held(text, WORDS.say("What was given"), name, set.kdf())) {
            set = checked(set, keys);
            vault().put(set, Optional.of(text), context);
        }
        return set;
    }

    /** The set with check values, which let a person tell it from others. */
    private static NamedKeys checked(NamedKeys set, OpenKeys keys) throws EscException {
        List<Kcv> kcvs;
        try {
            kcvs = keys.given();
        } catch (EscException e) {
            if (set.token().isEmpty()) {
                throw e;
            }
            // a token need not let its keys encrypt: a master key of sp800-108 only signs
            kcvs = List.of();
        }
        return new NamedKeys(set.name(), set.kdf(), set.token(), kcvs);
    }

    /** Forgets a stored set. @throws EscException USAGE if there is none of this name */
    public void remove(String name) throws EscException {
        if (!vault().remove(name)) {
            throw unknown(WORDS.say("remove the key set"), name);
        }
    }

    /** A stored set. @throws EscException USAGE if there is none of this name */
    public NamedKeys find(String name) throws EscException {
        var found = list().stream().filter(s -> s.name().equals(name)).findFirst();
        if (found.isEmpty()) {
            throw unknown(STEP, name);
        }
        return found.get();
    }

    private EscException unknown(String step, String name) throws EscException {
        var names = new java.util.ArrayList<>(list().stream().map(NamedKeys::name).toList());
        names.addFirst(NamedKeys.FACTORY);
        return Problem.of(Fault.USAGE, step, WORDS.say("There is no key set {0}.", name)).code("no-such-keys")
                .advice(WORDS.say("There is: {0}. Store others with \"keysets add\".", String.join(", ", names))).exception();
    }

    private KeyVault vault() throws EscException {
        return vault.orElseThrow(() -> new EscException(Fault.USAGE, STEP, WORDS.say("A store for key sets is not part of this installation.")));
    }

    private Secret fromEnvironment(String variable) throws EscException {
        String value = environment.apply(variable);
        if (value == null || value.isBlank()) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The environment variable {0} is not set or empty.", variable)).code("keys-missing")
                    .advice(WORDS.say("Set it to the keys in hexadecimal digits: one for all three, or ENC:MAC:DEK.")).exception();
        }
        return Secret.of(value);
    }

    /** Asks for the keys; gives them as text. */
    private static Secret ask(Context context) throws EscException {
        var form = Form.of(WORDS.say("Keys of the card"), WORDS.say("In hexadecimal digits. One key may stand for all three."),
                new Form.Field("ENC", WORDS.say("ENC key"), "", Form.Kind.PASSWORD),
                new Form.Field("MAC", WORDS.say("MAC key (empty: the same)"), "", Form.Kind.PASSWORD, true),
                new Form.Field("DEK", WORDS.say("DEK key (empty: the same)"), "", Form.Kind.PASSWORD, true));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), STEP)) {
            Secret enc = answers.get("ENC").orElseThrow(() -> new EscException(Fault.USAGE, STEP, WORDS.say("No key was given.")));
            Optional<Secret> mac = answers.get("MAC").filter(s -> s.length() > 0);
            Optional<Secret> dek = answers.get("DEK").filter(s -> s.length() > 0);
            if (mac.isEmpty() && dek.isEmpty()) {
                return enc.copy();
            }
            return joined(enc, mac.orElse(enc), dek.orElse(enc));
        }
    }

    private static Secret joined(Secret enc, Secret mac, Secret dek) {
        byte[] all = new byte[enc.length() + mac.length() + dek.length() + 2];
        int at = 0;
        for (Secret s : List.of(enc, mac, dek)) {
            int to = at;
            s.use(b -> {
                System.arraycopy(b, 0, all, to, b.length);
                return b.length;
            });
            at += s.length();
            if (at < all.length) {
                all[at++] = ':';
            }
        }
        Secret joined = Secret.of(all);
        java.util.Arrays.fill(all, (byte) 0);
        return joined;
    }
}

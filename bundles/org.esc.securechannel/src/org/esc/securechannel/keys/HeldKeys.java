// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.HostSession;
import org.esc.securechannel.InitUpdateResponse;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.StaticKey;
import org.esc.securechannel.StaticKeys;

/** Keys with a diversification on top: the one implementation of {@link OpenKeys}. */
final class HeldKeys implements OpenKeys {

    private static final Words WORDS = Words.of(HeldKeys.class);

    private static final String STEP = WORDS.say("choose the keys");

    private final String description;
    private final Diversification kdf;
    private final Source source;

    HeldKeys(String description, Diversification kdf, Source source) {
        this.description = description;
        this.kdf = kdf;
        this.source = source;
    }

    /** Where the given keys are. */
    sealed interface Source {

        /** Kinds they can be used as. */
        List<KeyType> types();

        /** The keys as this kind, for the caller to close. */
        StaticKeys as(KeyType type) throws EscException;

        void close();

        /** Key bytes, which do not tell what kind of key they are. */
        record Bytes(byte[][] keys) implements Source {

            @Override
            public List<KeyType> types() {
                return Arrays.stream(KeyType.values()).filter(t -> t.allows(keys[0].length)).toList();
            }

            @Override
            public StaticKeys as(KeyType type) {
                return new StaticKeys(StaticKey.of(type, keys[0]), StaticKey.of(type, keys[1]), StaticKey.of(type, keys[2]));
            }

            @Override
            public void close() {
                for (byte[] k : keys) {
                    Arrays.fill(k, (byte) 0);
                }
            }

            @Override
            public String toString() {
                return "Bytes[hidden]";
            }
        }

        /** Keys in a token, which tells. */
        record InToken(KeyTokens.OpenToken token) implements Source {

            @Override
            public List<KeyType> types() {
                return List.of(token.keys().type());
            }

            @Override
            public StaticKeys as(KeyType type) {
                StaticKeys k = token.keys();
                return new StaticKeys(k.enc().share(), k.mac().share(), k.dek().share());
            }

            @Override
            public void close() {
                token.close();
            }
        }
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public boolean factory() {
        if (source instanceof Source.Bytes b && kdf.equals(Diversification.NONE)) {
            byte[] factory = KeySet.factoryKey();
            return Arrays.stream(b.keys()).allMatch(k -> java.security.MessageDigest.isEqual(k, factory));
        }
        return false;
    }

    @Override
    public List<KeyType> types() {
        var masters = kdf.masters();
        if (masters.isEmpty()) {
            return source.types();
        }
        return source.types().contains(masters.get()) ? List.of(KeyType.values()) : List.of();
    }

    private StaticKeys of(byte[] kdd, KeyType type) throws EscException {
        KeyType master = kdf.masters().orElse(type);
        if (!source.types().contains(master)) {
            throw Problem.of(Fault.USAGE, STEP, kdf.masters().isPresent()
                    ? WORDS.say("Diversification {0} works with {1} master keys, which those of {2} are not.", kdf, master, description)
                    : WORDS.say("The card needs {0} keys, which those of {1} are not.", type, description)).code("wrong-key-type")
                    .advice(WORDS.say("Give keys of the card's kind, or another --kdf.")).exception();
        }
        try (StaticKeys masters = source.as(master)) {
            return kdf.derive(masters, kdd, type);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("There are no {0} keys to be had from {1}: {2}", type, description, e.getMessage()))
                    .code("wrong-key-type").advice(WORDS.say("Give other keys, or another --kdf.")).exception(e);
        }
    }

    @Override
    public HostSession derive(InitUpdateResponse card, byte[] hostChallenge) throws EscException {
        try (StaticKeys keys = of(card.kdd(), card.scp().keyType())) {
            return HostSession.of(keys, card, hostChallenge);
        }
    }

    @Override
    public List<Kcv> kcvs(byte[] kdd, KeyType type) throws EscException {
        if (kdd.length != 10) {
            throw Problem.of(Fault.USAGE, WORDS.say("compute check values"), WORDS.say("Key diversification data has 10 bytes, not {0}.", kdd.length))
                    .code("bad-kdd").exception();
        }
        try (StaticKeys keys = of(kdd, type)) {
            return kcvs(keys);
        }
    }

    @Override
    public List<Kcv> given() throws EscException {
        var all = new ArrayList<Kcv>();
        for (KeyType type : source.types()) {
            if (kdf.masters().filter(m -> m != type).isPresent()) {
                continue;
            }
            try (StaticKeys keys = source.as(type)) {
                all.addAll(kcvs(keys));
            }
        }
        return List.copyOf(all);
    }

    private static List<Kcv> kcvs(StaticKeys keys) throws EscException {
        return List.of(kcv("ENC", keys.enc()), kcv("MAC", keys.mac()), kcv("DEK", keys.dek()));
    }

    @Override
    public KeySet cardKeys(byte[] kdd, KeyType type, int version) throws EscException {
        try (StaticKeys keys = of(kdd, type)) {
            byte[][] three = {bytes(keys.enc()), bytes(keys.mac()), bytes(keys.dek())};
            try {
                return KeySet.of(version, type, three[0], three[1], three[2]);
            } finally {
                for (byte[] k : three) {
                    Arrays.fill(k, (byte) 0);
                }
            }
        }
    }

    private byte[] bytes(StaticKey key) throws EscException {
        return key.bytes().orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("put the keys on the card"),
                WORDS.say("The keys of {0} cannot leave their token, so that no card can get them.", description)).code("keys-in-token")
                .advice(WORDS.say("Give the set a diversification (--kdf): then each card gets keys of its own, made from those in the token."))
                .exception());
    }

    private static Kcv kcv(String purpose, StaticKey key) throws EscException {
        return new Kcv(purpose, key.type(), 8 * key.length(), Hex.of(key.kcv()));
    }

    @Override
    public void close() {
        source.close();
    }

    @Override
    public String toString() {
        return "Keys[" + description + "]";
    }
}

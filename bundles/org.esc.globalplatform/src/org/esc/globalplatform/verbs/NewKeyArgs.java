// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.keys.KeyArgs;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.keys.OpenKeys;

/** The keys to be put on a card. Their bytes come from the environment, a named set, or are asked for, never from the arguments. */
public record NewKeyArgs(
        @Arg(names = "--new-key-env", label = "VARIABLE",
                help = "Environment variable with the new keys in hexadecimal text: one for all three, or ENC:MAC:DEK.")
                Optional<String> newKeyEnv,
        @Arg(names = "--new-keys", label = "NAME", help = "The new keys are those of this key set: \"factory\", or one stored with \"keysets add\".")
                Optional<String> newKeys,
        @Arg(names = "--new-kdf", label = "METHOD",
                help = "How the card's new keys come from these: none, visa2, emv, kdf3, sp800-108, gpkmc, or a template.")
                Optional<Diversification> newKdf,
        @Arg(names = "--new-version", label = "HEX", help = "Version of the new keys, 01 to 7F.") Optional<String> newVersion) {

    private static final Words WORDS = Words.of(NewKeyArgs.class);

    private static final String FIELD = "NEW_KEY";

    /** @throws IllegalArgumentException if the version is none, or there are two sources */
    public NewKeyArgs {
        newVersion.ifPresent(NewKeyArgs::version);
        if (newKeyEnv.isPresent() && newKeys.isPresent()) {
            throw new IllegalArgumentException(WORDS.say("Give either --new-key-env or --new-keys, not both."));
        }
    }

    private static int version(String hex) {
        return version(hex, "--new-version");
    }

    /** A key version given in hexadecimal text, 01 to 7F. */
    static int version(String hex, String option) {
        if (!hex.matches("(0[xX])?[0-9A-Fa-f]{1,2}")) {
            throw new IllegalArgumentException(WORDS.say("{0} takes a version from 01 to 7F, in hexadecimal digits.", option));
        }
        int v = Integer.parseInt(hex.replaceFirst("0[xX]", ""), 16);
        if (v < 1 || v > 0x7F) {
            throw new IllegalArgumentException(WORDS.say("{0} takes a version from 01 to 7F, in hexadecimal digits.", option));
        }
        return v;
    }

    OptionalInt version() {
        return newVersion.map(v -> OptionalInt.of(version(v))).orElse(OptionalInt.empty());
    }

    /** True if the new keys are used as they are given. */
    boolean asGiven() {
        return newKdf.orElse(Diversification.NONE).equals(Diversification.NONE);
    }

    /**
     * Fetches the new keys for the card behind a channel, under {@code version}.
     *
     * @return an own set, for the caller to close
     * @throws EscException USAGE if they are missing, do not fit the card's protocol, or cannot leave the token they are in
     */
    KeySet fetch(int version, SecureChannel channel, KeySets sets, Context context) throws EscException {
        KeyType type = channel.scp().keyType();
        if (newKeys.isPresent()) {
            return named(version, channel.card().kdd(), type, sets, context);
        }
        try (Secret text = text(WORDS.say("The keys to be put on the card, in hexadecimal text: one for all three, or ENC:MAC:DEK.") + " "
                + (type == KeyType.AES ? WORDS.say("The card takes AES keys of 16, 24 or 32 bytes.") : WORDS.say("The card takes triple DES keys of 16 or 24 bytes.")),
                        context)) {
            return parse(text, version, channel);
        }
    }

    /** The keys of a named set for a card. @return for the caller to close */
    KeySet named(int version, byte[] kdd, KeyType type, KeySets sets, Context context) throws EscException {
        var from = new KeyArgs(newKeys, Optional.empty(), "00", newKdf, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                KeyArgs.Level.MAC_ENC, Optional.empty());
        try (OpenKeys open = sets.open(from, context)) {
            return open.cardKeys(kdd, type, version);
        }
    }

    /** What the environment holds or a person types. @param question asked of the person. @return for the caller to close */
    Secret text(String question, Context context) throws EscException {
        if (newKeyEnv.isPresent()) {
            String value = System.getenv(newKeyEnv.get());
            if (value == null || value.isBlank()) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the new keys"), WORDS.say("The environment variable {0} is not set or empty.", newKeyEnv.get()))
                        .code("key-missing").advice(WORDS.say("Set it to the new keys in hexadecimal text.")).exception();
            }
            return Secret.of(value);
        }
        var form = Form.of(WORDS.say("New keys"), question, new Form.Field(FIELD, WORDS.say("New keys"), "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("ask for the new keys"))) {
            return answers.get(FIELD).map(Secret::copy).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("read the new keys"),
                    WORDS.say("There are no new keys.")).code("key-missing").exception());
        }
    }

    private KeySet parse(Secret text, int version, SecureChannel channel) throws EscException {
        char[] chars = text.chars();
        byte[][] keys = {};
        try {
            List<String> parts = List.of(new String(chars).strip().split(":"));
            if (parts.size() != 1 && parts.size() != 3) {
                throw unfit(WORDS.say("there have to be one key or three"));
            }
            keys = new byte[parts.size()][];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = key(parts.get(i));
            }
            KeyType type = channel.scp().keyType();
            try (KeySet given = KeySet.of(version, type, keys[0], keys[keys.length == 1 ? 0 : 1], keys[keys.length == 1 ? 0 : 2])) {
                return newKdf.orElse(Diversification.NONE).derive(given, channel.card().kdd(), version);
            } catch (IllegalArgumentException e) {
                throw unfit(e.getMessage());
            }
        } finally {
            Arrays.fill(chars, '\0');
            for (byte[] k : keys) {
                if (k != null) {
                    Arrays.fill(k, (byte) 0);
                }
            }
        }
    }

    private static byte[] key(String hex) throws EscException {
        try {
            return Hex.parse(hex);
        } catch (IllegalArgumentException _) {
            // the cause is left out: its message may hold what was typed
            throw unfit(WORDS.say("they are no hexadecimal text"));
        }
    }

    private static EscException unfit(String why) {
        return Problem.of(Fault.USAGE, WORDS.say("read the new keys"), WORDS.say("The new keys do not fit: {0}.", why)).code("key-length")
                .advice(WORDS.say("Give one key for all three, or ENC:MAC:DEK, in hexadecimal text.")).exception();
    }
}

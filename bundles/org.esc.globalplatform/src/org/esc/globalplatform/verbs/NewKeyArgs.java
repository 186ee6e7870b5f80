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
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.SecureChannel;

/** The keys to be put on a card. Their bytes come from the environment or are asked for, never from the arguments. */
public record NewKeyArgs(
        @Arg(names = "--new-key-env", label = "VARIABLE",
                help = "Environment variable with the new keys in hexadecimal text: one for all three, or ENC:MAC:DEK.")
                Optional<String> newKeyEnv,
        @Arg(names = "--new-kdf", label = "METHOD", defaultValue = "none",
                help = "How the card's new keys come from these: none, visa2, emv, kdf3, sp800-108, gpkmc, or a template.") Diversification newKdf,
        @Arg(names = "--new-version", label = "HEX", help = "Version of the new keys, 01 to 7F.") Optional<String> newVersion) {

    private static final String FIELD = "NEW_KEY";

    /** @throws IllegalArgumentException if the version is none */
    public NewKeyArgs {
        newVersion.ifPresent(NewKeyArgs::version);
    }

    private static int version(String hex) {
        return version(hex, "--new-version");
    }

    /** A key version given in hexadecimal text, 01 to 7F. */
    static int version(String hex, String option) {
        if (!hex.matches("(0[xX])?[0-9A-Fa-f]{1,2}")) {
            throw new IllegalArgumentException(option + " takes a version from 01 to 7F, in hexadecimal digits.");
        }
        int v = Integer.parseInt(hex.replaceFirst("0[xX]", ""), 16);
        if (v < 1 || v > 0x7F) {
            throw new IllegalArgumentException(option + " takes a version from 01 to 7F, in hexadecimal digits.");
        }
        return v;
    }

    OptionalInt version() {
        return newVersion.map(v -> OptionalInt.of(version(v))).orElse(OptionalInt.empty());
    }

    /**
     * Fetches the new keys for the card behind a channel, under {@code version}.
     *
     * @return an own set, for the caller to close
     * @throws EscException USAGE if they are missing or do not fit the card's protocol
     */
    KeySet fetch(int version, SecureChannel channel, Context context) throws EscException {
        try (Secret text = text(channel.scp().keyType(), context)) {
            return parse(text, version, channel);
        }
    }

    private Secret text(KeyType type, Context context) throws EscException {
        if (newKeyEnv.isPresent()) {
            String value = System.getenv(newKeyEnv.get());
            if (value == null || value.isBlank()) {
                throw Problem.of(Fault.USAGE, "read the new keys", "The environment variable " + newKeyEnv.get() + " is not set or empty.")
                        .code("key-missing").advice("Set it to the new keys in hexadecimal text.").exception();
            }
            return Secret.of(value);
        }
        var form = Form.of("New keys", "The keys to be put on the card, in hexadecimal text: one for all three, or ENC:MAC:DEK. The card "
                + "takes " + (type == KeyType.AES ? "AES keys of 16, 24 or 32 bytes." : "triple DES keys of 16 or 24 bytes."),
                new Form.Field(FIELD, "New keys", "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), "ask for the new keys")) {
            return answers.get(FIELD).map(Secret::copy).orElseThrow(() -> Problem.of(Fault.USAGE, "read the new keys",
                    "There are no new keys.").code("key-missing").exception());
        }
    }

    private KeySet parse(Secret text, int version, SecureChannel channel) throws EscException {
        char[] chars = text.chars();
        byte[][] keys = {};
        try {
            List<String> parts = List.of(new String(chars).strip().split(":"));
            if (parts.size() != 1 && parts.size() != 3) {
                throw new IllegalArgumentException("there have to be one key or three");
            }
            keys = new byte[parts.size()][];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = Hex.parse(parts.get(i));
            }
            KeyType type = channel.scp().keyType();
            try (KeySet given = KeySet.of(version, type, keys[0], keys[keys.length == 1 ? 0 : 1], keys[keys.length == 1 ? 0 : 2])) {
                return newKdf.derive(given, channel.card().kdd(), version);
            }
        } catch (IllegalArgumentException e) {
            // the cause is left out: its message may hold what was typed
            throw Problem.of(Fault.USAGE, "read the new keys", "The new keys do not fit: " + reason(e) + ".").code("key-length")
                    .advice("Give one key for all three, or ENC:MAC:DEK, in hexadecimal text.").exception();
        } finally {
            Arrays.fill(chars, '\0');
            for (byte[] k : keys) {
                if (k != null) {
                    Arrays.fill(k, (byte) 0);
                }
            }
        }
    }

    private static String reason(IllegalArgumentException e) {
        String m = String.valueOf(e.getMessage());
        return m.startsWith("A key of") || m.startsWith("there have") || m.startsWith("This diversification") ? m : "they are no hexadecimal text";
    }
}

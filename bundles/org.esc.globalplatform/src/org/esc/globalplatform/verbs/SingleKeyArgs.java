// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.globalplatform.SignatureKey;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.keys.KeySets;

/** One key instead of a set of three: of a set, or for another use. */
public record SingleKeyArgs(
        @Arg(names = "--use", label = "dap|token|receipt|data",
                help = "One key, to check signed packages, to check tokens, to make receipts, or for an application's data.") Optional<Use> use,
        @Arg(names = "--key-id", label = "NUMBER",
                help = "One key, with this number: of a set 1 ENC, 2 MAC, 3 DEK; for another use 1 without it.") Optional<Integer> keyId,
        @Arg(names = "--key-file", label = "FILE",
                help = "One key, from this file: PEM (RSA or EC; its public half is put), or des:HEX or aes:HEX.") Optional<Path> keyFile,
        @Arg(names = "--key-type", label = "des3|aes", help = "What kind of key hexadecimal text is; that of the card's own without it.")
                Optional<KeyType> keyType) {

    private static final Words WORDS = Words.of(SingleKeyArgs.class);

    /** @throws IllegalArgumentException if the number is none, or a use needs one */
    public SingleKeyArgs {
        if (keyId.isPresent() && (keyId.get() < 1 || keyId.get() > 0x7F)) {
            throw new IllegalArgumentException(WORDS.say("--key-id takes a number from 1 to 127."));
        }
        if (use.isEmpty() && keyId.isEmpty() && keyFile.isPresent()) {
            throw new IllegalArgumentException(WORDS.say("--key-file needs to know what the key is for: --use, or --key-id for a key of a set."));
        }
    }

    /** What a key is for, with the version that the specification reserves (GlobalPlatform 2.3.1 table 11-10). */
    public enum Use {
        /** Verifies signatures of packages. */
        DAP(0x73),
        /** Verifies tokens. */
        TOKEN(0x70),
        /** Makes receipts. */
        RECEIPT(0x71),
        /** What an application of the domain wants it for; version and number as it wants them. */
        DATA(0);

        private final int version;

        Use(int version) {
            this.version = version;
        }

        String words() {
            return switch (this) {
                case DAP -> WORDS.say("DAP verification");
                case TOKEN -> WORDS.say("token verification");
                case RECEIPT -> WORDS.say("receipt generation");
                case DATA -> WORDS.say("data");
            };
        }
    }

    /** True if one key is wanted. */
    boolean isWanted() {
        return use.isPresent() || keyId.isPresent();
    }

    /** Version reserved for this use. */
    OptionalInt version() {
        return use.isPresent() && use.get().version != 0 ? OptionalInt.of(use.get().version) : OptionalInt.empty();
    }

    int id() {
        return keyId.orElse(1);
    }

    /** True for one key of a set that opens secure channels. */
    boolean isOfSet() {
        return use.isEmpty() && id() <= 3;
    }

    /** Fetches the key. @return for the caller to close */
    SignatureKey fetch(NewKeyArgs from, SecureChannel channel, KeySets sets, Context context) throws EscException {
        KeyType type = keyType.orElse(channel.scp().keyType());
        if (keyFile.isPresent()) {
            if (from.newKeyEnv().isPresent() || from.newKeys().isPresent()) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the new key"), WORDS.say("Give one of --key-file, --new-key-env and --new-keys.")).code("two-keys").exception();
            }
            return SignatureKey.read(keyFile.get());
        }
        if (from.newKeys().isPresent()) {
            return ofSet(from, type, channel.card().kdd(), sets, context);
        }
        if (!from.asGiven()) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the new key"), WORDS.say("--new-kdf goes with sets of keys.")).code("no-kdf").exception();
        }
        try (Secret text = from.text(WORDS.say("The key to be put on the card: hexadecimal text, or des:HEX or aes:HEX."), context)) {
            char[] chars = text.chars();
            String line = new String(chars).strip();
            Arrays.fill(chars, '\0');
            boolean plain = !line.startsWith("-----") && line.indexOf(':') < 0;
            return SignatureKey.of(plain ? (type == KeyType.AES ? "aes:" : "des:") + line : line,
                    from.newKeyEnv().map(v -> WORDS.say("The environment variable {0}", v)).orElse(WORDS.say("What was typed")));
        }
    }

    /** The key of that number of a named set. */
    private SignatureKey ofSet(NewKeyArgs from, KeyType type, byte[] kdd, KeySets sets, Context context) throws EscException {
        if (id() > 3) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the new key"), WORDS.say("A key set has keys number 1, 2 and 3, none of number {0}.",
                    id())).code("no-key").exception();
        }
        try (KeySet set = from.named(1, kdd, type, sets, context)) {
            byte[] key = id() == 1 ? set.enc() : id() == 2 ? set.mac() : set.dek();
            try {
                return new SignatureKey.Symmetric(type, key);
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        }
    }
}

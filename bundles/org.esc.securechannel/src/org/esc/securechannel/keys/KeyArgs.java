// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.nio.file.Path;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.SecurityLevel;

/**
 * Which keys open a card's secure channel, and how: arguments of all verbs that need one, see {@link KeySets} and {@link Channels}.
 *
 * @param keys        a key set by name: {@code factory}, or one that was stored
 * @param keyEnv      environment variable that holds the keys
 * @param keyVersion  the card's key set to use, two hexadecimal digits; 00 for the card's choice
 * @param kdf         how the card's keys come from the given ones; without it what the named set says, else not at all
 * @param pkcs11      library of the token or HSM that holds the keys
 * @param pkcs11Slot  slot, if it has more than one token
 * @param pkcs11Label label of the keys in the token
 * @param scpI        options of the card's protocol, two hexadecimal digits, instead of what it tells
 * @param level       protection of the channel
 * @param tryAgain    the card on which one more try is wanted although several failed
 */
public record KeyArgs(
        @Arg(names = "--keys", label = "NAME", help = "Key set: \"factory\" (40..4F, known to everybody), or one stored with \"keysets add\".")
                Optional<String> keys,
        @Arg(names = "--key-env", label = "VARIABLE",
                help = "Environment variable with the keys in hexadecimal digits: one for all three, or ENC:MAC:DEK.")
                Optional<String> keyEnv,
        @Arg(names = "--key-version", label = "HEX", defaultValue = "00", help = "Version of the card's key set; 00 for its choice.")
                String keyVersion,
        @Arg(names = "--kdf", label = "METHOD",
                help = "How the card's keys come from these: none, visa2, emv, kdf3, sp800-108, gpkmc, or a template.")
                Optional<Diversification> kdf,
        @Arg(names = "--pkcs11", label = "LIBRARY", help = "Use keys in a token or HSM through its PKCS#11 library.") Optional<Path> pkcs11,
        @Arg(names = "--pkcs11-slot", label = "NUMBER", help = "The token's slot, if there are several.") Optional<Integer> pkcs11Slot,
        @Arg(names = "--pkcs11-label", label = "LABEL",
                help = "Label of the key in the token, or what comes before -ENC, -MAC and -DEK where there are three.")
                Optional<String> pkcs11Label,
        @Arg(names = "--scp-i", label = "HEX", help = "Options \"i\" of the card's secure channel, instead of what the card tells.")
                Optional<String> scpI,
        @Arg(names = "--level", label = "LEVEL", defaultValue = "mac-enc",
                help = "Protection: none, mac, mac-enc, or with protected answers mac-rmac, mac-enc-rmac, full.") Level level,
        @Arg(names = "--try-again", label = "CARD-ID",
                help = "Agree to one more try on this card although several failed: it may lock for ever.") Optional<String> tryAgain) {

    private static final Words WORDS = Words.of(KeyArgs.class);

    /** The factory's keys, or others by name. */
    public static KeyArgs named(String keys) {
        return new KeyArgs(Optional.of(keys), Optional.empty(), "00", Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Level.MAC_ENC, Optional.empty());
    }

    /** @throws IllegalArgumentException if the numbers are none, or more than one source of keys is given */
    public KeyArgs {
        byteOf("--key-version", keyVersion);
        scpI.ifPresent(i -> byteOf("--scp-i", i));
        if ((keys.isPresent() ? 1 : 0) + (keyEnv.isPresent() ? 1 : 0) + (pkcs11.isPresent() ? 1 : 0) > 1) {
            throw new IllegalArgumentException(WORDS.say("Give one of --keys, --key-env and --pkcs11."));
        }
        if (pkcs11.isEmpty() && (pkcs11Slot.isPresent() || pkcs11Label.isPresent())) {
            throw new IllegalArgumentException(WORDS.say("--pkcs11-slot and --pkcs11-label go with --pkcs11."));
        }
    }

    /** Protection of a channel. */
    public enum Level {
        /** Authentication only. */
        NONE(SecurityLevel.NONE),
        /** Commands carry a MAC. */
        MAC(SecurityLevel.C_MAC),
        /** Commands carry a MAC and are encrypted. */
        MAC_ENC(SecurityLevel.C_MAC_C_DEC),
        /** Commands and answers carry a MAC. */
        MAC_RMAC(SecurityLevel.C_MAC_R_MAC),
        /** Commands carry a MAC and are encrypted, answers carry a MAC. */
        MAC_ENC_RMAC(SecurityLevel.C_MAC_C_DEC_R_MAC),
        /** Everything, both ways. */
        FULL(SecurityLevel.FULL);

        private final SecurityLevel security;

        Level(SecurityLevel security) {
            this.security = security;
        }

        /** As EXTERNAL AUTHENTICATE says it. */
        public SecurityLevel security() {
            return security;
        }
    }

    /** The key set to use, 0 for the card's choice. */
    public int version() {
        return byteOf("--key-version", keyVersion);
    }

    /** The options of the card's protocol, if given. */
    public Optional<Integer> options() {
        return scpI.map(i -> byteOf("--scp-i", i));
    }

    private static int byteOf(String option, String hex) {
        if (!hex.matches("[0-9A-Fa-f]{1,2}")) {
            throw new IllegalArgumentException(WORDS.say("{0} takes two hexadecimal digits, not \"{1}\".", option, hex));
        }
        return Integer.parseInt(hex, 16);
    }
}

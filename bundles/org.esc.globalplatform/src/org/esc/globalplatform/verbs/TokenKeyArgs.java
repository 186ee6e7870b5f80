// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.command.Arg;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.SignatureKey;

/** Delegated management: tokens that allow an operation, receipts that confirm it (GlobalPlatform 2.3.1 §C.4, §C.5). */
public record TokenKeyArgs(
        @Arg(names = "--token-key", label = "FILE",
                help = "Sign the commands with this key (delegated management): PEM, or des:HEX or aes:HEX in a file.")
                Optional<Path> tokenKey,
        @Arg(names = "--receipt-key", label = "FILE",
                help = "Check the card's receipts with this key: PEM, or des:HEX or aes:HEX in a file.")
                Optional<Path> receiptKey) {

    /** Neither. */
    public static final TokenKeyArgs NONE = new TokenKeyArgs(Optional.empty(), Optional.empty());

    /** The command with its token, if there is a key for one. */
    InstallCommand sign(InstallCommand command) throws EscException {
        if (tokenKey.isEmpty()) {
            return command;
        }
        try (SignatureKey key = SignatureKey.read(tokenKey.get())) {
            return Packages.sign(() -> command.signedBy(key));
        }
    }

    /** A token over these bytes. */
    byte[] token(byte[] header, byte[] data) throws EscException {
        byte[] signed = new byte[header.length + data.length];
        System.arraycopy(header, 0, signed, 0, header.length);
        System.arraycopy(data, 0, signed, header.length, data.length);
        try (SignatureKey key = SignatureKey.read(tokenKey.orElseThrow())) {
            return Packages.sign(() -> key.sign(signed));
        }
    }

    /** Checks the receipt in an answer, if there is a key for that; what it says, as a sentence. */
    String receipt(ResponseApdu answer, List<Aid> subjects) throws EscException {
        if (receiptKey.isEmpty()) {
            return "";
        }
        try (SignatureKey key = SignatureKey.read(receiptKey.get())) {
            return Packages.receipt(answer.data(), key, subjects);
        }
    }
}

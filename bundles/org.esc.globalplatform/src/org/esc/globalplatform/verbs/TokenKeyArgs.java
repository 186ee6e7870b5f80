// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.Receipt;
import org.esc.globalplatform.SignatureKey;

/** Delegated management: tokens that allow an operation, receipts that confirm it (GlobalPlatform 2.3.1 §C.4, §C.5). */
public record TokenKeyArgs(
        @Arg(names = "--token-key", label = "FILE",
                help = "Sign the commands with this key (delegated management): PEM, or des:HEX or aes:HEX in a file.")
                Optional<Path> tokenKey,
        @Arg(names = "--token-id", label = "HEX",
                help = "Identifier of the token, by which the card can refuse one that comes a second time; 1 to 64 bytes.")
                Optional<byte[]> tokenId,
        @Arg(names = "--receipt-key", label = "FILE",
                help = "Check the card's receipts with this key: PEM, or des:HEX or aes:HEX in a file.")
                Optional<Path> receiptKey) {

    private static final Words WORDS = Words.of(TokenKeyArgs.class);

    /** @throws IllegalArgumentException for an identifier without a token, or one too long */
    public TokenKeyArgs {
        if (tokenId.isPresent() && (tokenKey.isEmpty() || tokenId.get().length == 0 || tokenId.get().length > 64)) {
            throw new IllegalArgumentException(WORDS.say("--token-id goes with --token-key and takes 1 to 64 bytes."));
        }
        tokenId = tokenId.map(byte[]::clone);
    }

    @Override
    public Optional<byte[]> tokenId() {
        return tokenId.map(byte[]::clone);
    }

    /** The command with its token, if there is a key for one. */
    InstallCommand sign(InstallCommand command) throws EscException {
        if (tokenKey.isEmpty()) {
            return command;
        }
        try (SignatureKey key = SignatureKey.read(tokenKey.get())) {
            return Packages.sign(() -> (tokenId.isPresent() ? command.identified(tokenId.get()) : command).signedBy(key));
        }
    }

    /** DELETE, with its token if there is a key for one. */
    CommandApdu delete(Aid aid, boolean related) throws EscException {
        if (tokenKey.isEmpty()) {
            return CardManager.deleteCommand(aid, related);
        }
        try (SignatureKey key = SignatureKey.read(tokenKey.get())) {
            return Packages.sign(() -> CardManager.deleteCommand(aid, related, tokenId, key));
        }
    }

    /** Looks for the receipt in an answer and checks it, if there is a key for that. @param subjects AIDs in the receipt's order */
    Step.Answered confirmation(List<Aid> subjects, Target target) throws EscException {
        return confirmation(Receipt.fields(subjects), target);
    }

    /** As the other form. @param subjects as {@link Receipt} makes them */
    Step.Answered confirmation(byte[] subjects, Target target) throws EscException {
        if (receiptKey.isEmpty()) {
            return _ -> "";
        }
        // an old receipt has a number that was there before
        target.receipts();
        return last -> {
            try (SignatureKey key = SignatureKey.read(receiptKey.get())) {
                return Packages.receipt(last.data(), key, subjects, target);
            }
        };
    }
}

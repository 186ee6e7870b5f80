// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Path;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.globalplatform.DapBlock;

/** How a package is loaded. */
public record LoadArgs(
        @Arg(names = "--domain", label = "AID", help = "The security domain the package shall belong to.") Optional<Aid> domain,
        @Arg(names = "--replace", help = "Delete the package first if it is there, with its applications and their data.") boolean replace,
        @Arg(names = "--anyway", help = "Try it although the report says that it cannot work: the card may know better.") boolean anyway,
        @Arg(names = "--block-size", label = "BYTES", defaultValue = "0", help = "Most bytes of a block; as many as fit without it.")
                int blockSize,
        @Arg(names = "--no-load-parameters", help = "Do not tell the card how much memory the package needs.") boolean noParameters,
        @Arg(names = "--hash", label = "sha1|sha256|sha384|sha512", defaultValue = "sha256",
                help = "Hash algorithm of the load file.") DapBlock.Hash hash,
        @Arg(names = "--with-hash", help = "Send the load file's hash, also without signature or token.") boolean withHash,
        @Arg(names = "--dap-key", label = "FILE", help = "Sign the package with this key: PEM, or des:HEX or aes:HEX in a file.")
                Optional<Path> dapKey,
        @Arg(names = "--dap-signature", label = "HEX", help = "A signature of the package made elsewhere.") Optional<byte[]> dapSignature,
        @Arg(names = "--dap-domain", label = "AID", help = "The security domain that verifies the signature.") Optional<Aid> dapDomain,
        TokenKeyArgs token) {

    private static final Words WORDS = Words.of(LoadArgs.class);

    /** @throws IllegalArgumentException if a block had a size that no command has, or there are two signatures */
    public LoadArgs {
        if (blockSize < 0 || blockSize > 255 || blockSize > 0 && blockSize < 16) {
            throw new IllegalArgumentException(WORDS.say("--block-size takes 16 to 255 bytes."));
        }
        if (dapKey.isPresent() && dapSignature.isPresent()) {
            throw new IllegalArgumentException(WORDS.say("Give either --dap-key or --dap-signature, not both."));
        }
        dapSignature = dapSignature.map(byte[]::clone);
    }

    @Override
    public Optional<byte[]> dapSignature() {
        return dapSignature.map(byte[]::clone);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.CardTree;
import org.esc.globalplatform.DapBlock;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.InstallParameters;
import org.esc.globalplatform.LoadBlock;
import org.esc.globalplatform.Preflight;
import org.esc.globalplatform.Receipt;
import org.esc.globalplatform.RegistryEntry;
import org.esc.globalplatform.SignatureKey;
import org.esc.globalplatform.verbs.Step.Effect;

/** Steps that verbs about packages share. */
final class Packages {

    private static final Words WORDS = Words.of(Packages.class);

    private static final int LARGEST = 4 << 20;
    private static final int MOST_DATA = 0xFFFF;

    private Packages() {
    }

    /** Reads a CAP or IJC file. @throws EscException USAGE if it is none */
    static CapFile read(Path file) throws EscException {
        try {
            if (Files.size(file) > LARGEST) {
                throw bad(file, WORDS.say("It is too large for a package."), null);
            }
            return CapFile.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw bad(file, Files.exists(file) ? WORDS.say("It cannot be read.") : WORDS.say("There is no such file."), e);
        } catch (IllegalArgumentException e) {
            throw bad(file, e.getMessage() + ".", e);
        }
    }

    private static EscException bad(Path file, String why, Exception cause) {
        return Problem.of(Fault.USAGE, WORDS.say("read the package"), WORDS.say("The file {0} cannot be used. {1}", file, why)).code("bad-package")
                .advice(WORDS.say("Give a CAP file, as the Java Card converter makes it, or an IJC file.")).exception(cause);
    }

    /** A package about to be loaded: its signed load file, the report about it and the steps. */
    record Load(Preflight report, List<Step> steps) {
    }

    /** Plans a load; with {@code replace} what is there is deleted first. */
    static Load load(CapFile cap, LoadArgs args, Target target) throws EscException {
        var signatures = new ArrayList<DapBlock>();
        if (args.dapKey().isPresent()) {
            try (SignatureKey key = SignatureKey.read(args.dapKey().get())) {
                Aid domain = args.dapDomain().or(args::domain).orElse(target.domain());
                signatures.add(sign(() -> DapBlock.sign(domain, cap.image(), args.hash(), key)));
            }
        } else if (args.dapSignature().isPresent()) {
            signatures.add(new DapBlock(args.dapDomain().or(args::domain).orElse(target.domain()), args.dapSignature().get()));
        }
        byte[] file = DapBlock.loadFile(signatures, cap.image());
        int size = args.blockSize() > 0 ? Math.min(args.blockSize(), target.maxData()) : target.maxData();
        CardTree tree = target.tree();
        Preflight found = Preflight.of(cap, file, tree, size, args.replace());
        Preflight report = args.anyway() && found.blocks() <= LoadBlock.MOST_BLOCKS ? found.anyway() : found;
        var steps = new ArrayList<Step>();
        Optional<RegistryEntry> old = tree.loadFile(cap.packageAid());
        if (args.replace() && old.isPresent()) {
            steps.add(delete(cap.packageAid(), true, args.token(), target));
        }
        if (report.of(Preflight.Weight.OBSTACLE).isEmpty()) {
            steps.add(loadStep(cap, file, size, !signatures.isEmpty(), args, target));
        }
        return new Load(report, steps);
    }

    private static Step loadStep(CapFile cap, byte[] file, int size, boolean signed, LoadArgs args, Target target) throws EscException {
        boolean hashed = signed || args.token().tokenKey().isPresent() || args.withHash();
        byte[] hash = hashed ? args.hash().of(cap.image()) : new byte[0];
        Aid domain = args.domain().orElse(target.domain());
        var parameters = args.noParameters() ? InstallParameters.NONE : InstallParameters.forLoad(cap.memory());
        InstallCommand install = args.token().sign(
                new InstallCommand.ForLoad(cap.packageAid(), Optional.of(domain), hash, parameters, new byte[0]));
        var commands = new ArrayList<CommandApdu>();
        commands.add(command(install));
        LoadBlock.cut(file, size).forEach(b -> commands.add(b.command(true)));
        return Step.of(WORDS.say("load the package {0} {1}", cap.packageAid() + cap.name().map(n -> " " + n).orElse(""), cap.version()),
                Effect.CHANGES, commands).undoneBy(CardManager.deleteCommand(cap.packageAid(), true))
                .answered(args.token().confirmation(List.of(cap.packageAid(), domain), target));
    }

    /** An INSTALL command. @throws EscException USAGE if it is too long for any */
    static CommandApdu command(InstallCommand install) throws EscException {
        int n = install.encode().length;
        if (n > MOST_DATA) {
            throw Problem.of(Fault.USAGE, WORDS.say("make the command"), WORDS.say("The command would have {0} data bytes, but the most are {1}.", n,
                    MOST_DATA)).code("too-long").advice(WORDS.say("Give shorter parameters.")).exception();
        }
        return install.command(true);
    }

    /** Deletes an application or a load file. */
    static Step delete(Aid aid, boolean related, TokenKeyArgs token, Target target) throws EscException {
        return Step.of(related ? WORDS.say("delete {0} and what was installed from it", aid) : WORDS.say("delete {0}", aid), Effect.DESTROYS,
                token.delete(aid, related)).answered(token.confirmation(List.of(aid), target));
    }

    /** Runs what signs; a public key signs nothing. */
    static <T> T sign(java.util.function.Supplier<T> signing) throws EscException {
        try {
            return signing.get();
        } catch (IllegalStateException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("sign"), e.getMessage() + ".").code("key-file").exception(e);
        }
    }

    /** The receipt of an answer, checked; as a sentence. */
    static String receipt(byte[] answer, SignatureKey key, byte[] subjects, Target target) throws EscException {
        Optional<Receipt> r;
        try {
            r = Receipt.parse(answer);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.CARD, WORDS.say("read the card's receipt"), WORDS.say("The card's receipt cannot be read: {0}.", e.getMessage()))
                    .code("bad-answer").exception(e);
        }
        if (r.isEmpty()) {
            return WORDS.say("The card gave no receipt.");
        }
        if (!r.get().verify(key, subjects)) {
            throw Problem.of(Fault.CARD, WORDS.say("check the card's receipt"), WORDS.say("The card's receipt {0} was not made with this receipt key.",
                    Hex.of(r.get().signature()))).code("receipt-not-authentic")
                    .advice(WORDS.say("The operation itself was done. Check the receipt key.")).exception();
        }
        if (r.get().counter() <= target.receipts()) {
            throw Problem.of(Fault.CARD, WORDS.say("check the card's receipt"),
                    WORDS.say("The card's receipt has number {0}, but its number {1} was given before: this is an old one.", r.get().counter(),
                    target.receipts())).code("receipt-replayed")
                    .advice(WORDS.say("Look with esc gp list whether the operation was done.")).exception();
        }
        target.receipts(r.get().counter());
        Optional<String> image = target.info().cin();
        if (image.isPresent() && !r.get().domainData().equals(target.info().iin().orElse("") + image.get())) {
            throw Problem.of(Fault.CARD, WORDS.say("check the card's receipt"), WORDS.say("The receipt names another card: {0}.", r.get().domainData()))
                    .code("receipt-other-card").advice(WORDS.say("Look with esc gp list whether the operation was done.")).exception();
        }
        return WORDS.say("The card's receipt number {0} is good.", r.get().counter());
    }
}

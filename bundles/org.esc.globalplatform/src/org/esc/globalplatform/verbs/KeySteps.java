// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.DapBlock;
import org.esc.globalplatform.KeyField;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.PutKeyData;
import org.esc.globalplatform.RegistryEntry;
import org.esc.globalplatform.SignatureKey;
import org.esc.globalplatform.verbs.Step.Effect;
import org.esc.securechannel.KeySet;

/** Steps of the verbs about keys. */
final class KeySteps {

    private static final Words WORDS = Words.of(KeySteps.class);

    /** Keys from the factory: the first PUT KEY replaces them, whatever it says. */
    static final int INITIAL = 0xFF;

    private KeySteps() {
    }

    private static String hex(int version) {
        return String.format("%02X", version);
    }

    /** The versions of the key sets of the domain that is talked to; with the one in use, also if the card does not tell its keys. */
    static List<Integer> versions(Target target) {
        var all = new ArrayList<>(target.info().keySetVersions());
        int used = target.channel().card().keyVersion();
        if (!all.contains(used)) {
            all.add(used);
        }
        return all;
    }

    /** PUT KEY. @param replaced version to replace, 0 to add */
    static Step put(int replaced, KeySet keys, Target target) throws EscException {
        byte[] data = target.channel().putKeyData(keys);
        CommandApdu command = PutKeyData.command(replaced, data, true);
        byte[] expected = PutKeyData.parse(data).confirmation();
        return Step.of(replaced == 0 ? WORDS.say("add key set {0} ({1})", hex(keys.version()), describe(keys))
                : WORDS.say("replace key set {0} by key set {1} ({2})", hex(replaced), hex(keys.version()), describe(keys)), replaced == 0 ? Effect.CHANGES : Effect.DESTROYS,
                command).answered(last -> confirmed(last.data(), expected, true));
    }

    /** True if the card tells of this key. */
    static boolean has(Target target, int version, int id) {
        return target.info().keys().stream().anyMatch(k -> k.version() == version && k.id() == id)
                || id <= 3 && target.channel().card().keyVersion() == version;
    }

    /** PUT KEY of one key. @param replaced version of the key to replace, 0 to add. @param use what it is for, in words */
    static Step putSingle(int replaced, int version, int id, String use, SignatureKey key, Target target) throws EscException {
        byte[] field;
        try {
            field = KeyField.encode(key, target.channel().scp().keyType().blockSize(), target.channel()::encryptWithDek);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("make the command"), WORDS.say("The key cannot be put on a card: {0}.", e.getMessage())).code("key-file")
                    .exception(e);
        }
        byte[] data = new byte[field.length + 1];
        data[0] = (byte) version;
        System.arraycopy(field, 0, data, 1, field.length);
        byte[] kcv = KeyField.kcv(key);
        byte[] expected = new byte[kcv.length + 1];
        expected[0] = (byte) version;
        System.arraycopy(kcv, 0, expected, 1, kcv.length);
        String which = describe(key);
        String what = replaced == 0 ? WORDS.say("add key {0} of version {1}{2} ({3})", id, hex(version), use, which)
                : replaced == version ? WORDS.say("replace key {0} of version {1}{2} ({3})", id, hex(version), use, which)
                : WORDS.say("replace key {0} of version {1} by key {0} of version {2}{3} ({4})", id, hex(replaced), hex(version), use, which);
        return Step.of(what, replaced == 0 ? Effect.CHANGES : Effect.DESTROYS, KeyField.command(replaced, id, data))
                .answered(last -> confirmed(last.data(), expected, kcv.length > 0));
    }

    private static String confirmed(byte[] told, byte[] expected, boolean checkValues) throws CardException {
        // old cards confirm nothing; one that does must confirm what was sent
        if (told.length == expected.length && !Arrays.equals(told, expected)) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("put the new keys on the card"),
                    WORDS.say("The card confirmed other keys than those sent.")).code("key-check")
                    .advice(WORDS.say("Do not use this card: its keys are in doubt.")), null);
        }
        if (!checkValues) {
            return WORDS.say("The card took the public key.");
        }
        return told.length == expected.length ? WORDS.say("The card confirmed the new keys' check values.")
                : WORDS.say("The card did not confirm the new keys' check values.");
    }

    /** Kind, and check value or of a public key the beginning of its fingerprint. */
    static String describe(SignatureKey key) {
        return switch (key) {
            case SignatureKey.Symmetric s -> WORDS.say("{0}, check value {1}", s.description(), Hex.of(KeyField.kcv(s)));
            case SignatureKey.Asymmetric a -> WORDS.say("{0} public key, SHA-256 {1}", a.publicKey().getAlgorithm(),
                    Hex.of(Arrays.copyOf(DapBlock.Hash.SHA256.of(a.publicKey().getEncoded()), 8)));
        };
    }

    /** What to say of a single key. */
    static List<String> warnings(SingleKeyArgs single, SignatureKey key, Target target) throws EscException {
        var all = new ArrayList<String>();
        Optional<RegistryEntry> domain = target.tree().find(target.domain());
        boolean issuer = domain.filter(d -> d.kind() == RegistryEntry.Kind.ISSUER_DOMAIN).isPresent();
        if (single.use().filter(SingleKeyArgs.Use.DAP::equals).isPresent() && !issuer
                && domain.filter(d -> !d.privileges().has(Privilege.DAP_VERIFICATION)
                        && !d.privileges().has(Privilege.MANDATED_DAP_VERIFICATION)).isPresent()) {
            all.add(WORDS.say("The domain {0} has not the privilege to check packages: it will not use this key.", target.domain()));
        }
        if (single.use().filter(u -> u == SingleKeyArgs.Use.TOKEN || u == SingleKeyArgs.Use.RECEIPT).isPresent() && !issuer) {
            all.add(WORDS.say("Tokens are checked and receipts made by the issuer's domain on most cards, not by {0}.", target.domain()));
        }
        if (key instanceof SignatureKey.Symmetric s) {
            byte[] k = s.key();
            if (Arrays.equals(k, KeySet.factoryKey())) {
                all.add(WORDS.say("The new key is the published factory key."));
            }
            Arrays.fill(k, (byte) 0);
        }
        return all;
    }

    /** Kind and check values. */
    static String describe(KeySet keys) {
        byte[][] all = {keys.enc(), keys.mac(), keys.dek()};
        var kcvs = new ArrayList<String>();
        for (byte[] k : all) {
            kcvs.add(Hex.of(keys.kcv(k)));
        }
        String text = WORDS.say("{0}-{1}, check values {2}", keys.type(), 8 * all[0].length, String.join(" ", kcvs));
        for (byte[] k : all) {
            Arrays.fill(k, (byte) 0);
        }
        return text;
    }

    /** DELETE of one key. */
    static Step delete(int version, int id) {
        return Step.of(WORDS.say("delete key {0} of version {1}", id, hex(version)), Effect.DESTROYS,
                CardManager.deleteKeyCommand(version, id));
    }

    /** DELETE of a key set. */
    static Step delete(int version) {
        return Step.of(WORDS.say("delete key set {0}", hex(version)), Effect.DESTROYS, CardManager.deleteKeysCommand(version));
    }

    /** What to say of keys that everybody knows. */
    static List<String> warnings(KeySet keys) {
        return keys.isFactory() ? List.of(WORDS.say("The new keys are the published factory keys: anybody can then manage this card.")) : List.of();
    }
}

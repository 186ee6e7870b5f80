// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.PutKeyData;
import org.esc.globalplatform.verbs.Step.Effect;
import org.esc.securechannel.KeySet;

/** Steps of the verbs about keys. */
final class KeySteps {

    /** Keys from the factory: the first PUT KEY replaces them, whatever it says. */
    static final int INITIAL = 0xFF;

    private KeySteps() {
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
        if (command.nc() > target.channel().maxData()) {
            throw Problem.of(Fault.USAGE, "make the command", "The keys are too long for this secure channel.").code("too-long")
                    .exception();
        }
        byte[] expected = PutKeyData.parse(data).confirmation();
        return Step.of((replaced == 0 ? "add" : String.format("replace key set %02X by", replaced)) + " key set "
                + String.format("%02X", keys.version()) + " (" + describe(keys) + ")", replaced == 0 ? Effect.CHANGES : Effect.DESTROYS,
                command).answered(last -> {
                    byte[] told = last.data();
                    // old cards confirm nothing; one that does must confirm what was sent
                    if (told.length == expected.length && !Arrays.equals(told, expected)) {
                        throw new CardException(Problem.of(Fault.CARD, "put the new keys on the card",
                                "The card confirmed other keys than those sent.").code("key-check")
                                .advice("Do not use this card: its keys are in doubt."), null);
                    }
                    return told.length == expected.length ? "The card confirmed the new keys' check values."
                            : "The card did not confirm the new keys' check values.";
                });
    }

    /** Kind and check values. */
    static String describe(KeySet keys) {
        byte[][] all = {keys.enc(), keys.mac(), keys.dek()};
        var kcvs = new ArrayList<String>();
        for (byte[] k : all) {
            kcvs.add(Hex.of(keys.kcv(k)));
        }
        String text = keys.type() + "-" + 8 * all[0].length + ", check values " + String.join(" ", kcvs);
        for (byte[] k : all) {
            Arrays.fill(k, (byte) 0);
        }
        return text;
    }

    /** DELETE of a key set. */
    static Step delete(int version) {
        return Step.of(String.format("delete key set %02X", version), Effect.DESTROYS, CardManager.deleteKeysCommand(version));
    }

    /** What to say of keys that everybody knows. */
    static List<String> warnings(KeySet keys) {
        return keys.isFactory() ? List.of("The new keys are the published factory keys: anybody can then manage this card.") : List.of();
    }
}

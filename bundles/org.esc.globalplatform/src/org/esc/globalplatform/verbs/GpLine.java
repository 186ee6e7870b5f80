// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.securechannel.Diversification;

/** The command line of GlobalPlatformPro (its options as of version 26) that does what a plan does. */
final class GpLine {

    private GpLine() {
    }

    /** @param options what the plan says; if there is nothing, there is no such command line */
    static Optional<String> of(String reader, ContentArgs args, List<String> options) {
        if (options.isEmpty()) {
            return Optional.empty();
        }
        var words = new ArrayList<String>(List.of("gp"));
        if (args.card().soft().isEmpty()) {
            words.add("--reader");
            words.add(quoted(reader));
        }
        args.sd().ifPresent(a -> {
            words.add("--connect");
            words.add(a.toString());
        });
        args.keys().keyEnv().ifPresent(v -> {
            words.add("--key");
            words.add("\"$" + v + "\"");
        });
        args.keys().kdf().filter(k -> !k.equals(Diversification.NONE)).ifPresent(k -> {
            words.add("--key-kdf");
            words.add(quoted(k.toString().toLowerCase(Locale.ROOT)));
        });
        if (args.keys().version() != 0) {
            words.add("--key-ver");
            // it reads numbers as decimal
            words.add(Integer.toString(args.keys().version()));
        }
        options.forEach(o -> words.add(quoted(o)));
        return Optional.of(String.join(" ", words));
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=,@%+-]+|\"\\$[A-Za-z0-9_]+\"") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;

/** Options of GlobalPlatformPro that several verbs need. */
final class GpWords {

    private GpWords() {
    }

    static List<String> load(Path file, LoadArgs args) {
        var words = new ArrayList<>(List.of("--load", file.toString()));
        args.domain().ifPresent(d -> words.addAll(List.of("--to", d.toString())));
        if (args.replace()) {
            words.add("--force");
        }
        words.addAll(signing(args));
        return words;
    }

    static List<String> signing(LoadArgs args) {
        var words = new ArrayList<String>();
        args.dapKey().ifPresent(k -> words.addAll(List.of("--dap-key", k.toString())));
        args.dapDomain().ifPresent(d -> words.addAll(List.of("--dap-domain", d.toString())));
        args.token().tokenKey().ifPresent(k -> words.addAll(List.of("--dm-key", k.toString())));
        if (args.blockSize() > 0) {
            words.addAll(List.of("--bs", Integer.toString(args.blockSize())));
        }
        return words;
    }

    static String privileges(Privileges p) {
        return p.list().stream().map(one -> one == Privilege.CIPHERED_LOAD_FILE ? "CipheredLoadFileDataBlock" : camel(one.name()))
                .collect(Collectors.joining(","));
    }

    private static String camel(String name) {
        var out = new StringBuilder();
        for (String word : name.split("_")) {
            out.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        return out.toString();
    }
}

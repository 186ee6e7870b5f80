// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.card.CardFiles;
import org.esc.ui.Services;

/** The software tokens that the person at this workbench has plugged in. */
public final class SoftTokens {

    private static final Map<String, CardFiles.Plugged> PLUGGED = new LinkedHashMap<>();

    private SoftTokens() {
    }

    /**
     * Plugs a software token in, as a reader of its own.
     *
     * @return name of the reader
     * @throws EscException if the file is no token, is in use, or needs another passphrase
     */
    public static String plug(Path file, Optional<Secret> passphrase) throws EscException {
        CardFiles files = Services.find(CardFiles.class).orElseThrow(() -> Problem
                .of(Fault.USAGE, "plug in the software token", "This installation has no software tokens.").exception());
        CardFiles.Plugged card = files.insert(file, passphrase);
        synchronized (PLUGGED) {
            PLUGGED.put(card.reader(), card);
        }
        return card.reader();
    }

    /** True if the reader holds a software token that can be unplugged here. */
    public static boolean has(String reader) {
        synchronized (PLUGGED) {
            return PLUGGED.containsKey(reader);
        }
    }

    /** Unplugs a software token; its file stays. */
    public static void unplug(String reader) {
        CardFiles.Plugged card;
        synchronized (PLUGGED) {
            card = PLUGGED.remove(reader);
        }
        if (card != null) {
            card.close();
        }
    }
}

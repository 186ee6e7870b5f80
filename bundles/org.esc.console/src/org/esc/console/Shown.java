// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.Arrays;
import org.esc.apdu.CommandApdu;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.Masker;

/** Takes the secrets out of what a script sends and shows. */
final class Shown {

    private static final int HEADER = 4;

    private Shown() {
    }

    /** An exchange without its secrets. A command whose lengths do not fit is judged by its header: if such commands have secrets, all behind it is hidden. */
    static Entry masked(Masker masker, Entry e) {
        byte[] c = e.command().bytes();
        try {
            CommandApdu.parse(c);
            return masker.mask(e);
        } catch (IllegalArgumentException _) {
            if (c.length < HEADER) {
                return masker.mask(e);
            }
        }
        var fitting = CommandApdu.of(c[0], c[1], c[2], c[3], Arrays.copyOfRange(c, HEADER, c.length));
        Entry judged = masker.mask(with(e, Masked.open(fitting.bytes())));
        return with(judged, judged.command().hasHidden() ? e.command().hide(HEADER, Integer.MAX_VALUE) : e.command());
    }

    private static Entry with(Entry e, Masked command) {
        return new Entry(e.number(), e.time(), e.duration(), e.card(), e.origin(), command, e.response(), e.failure(), e.pinAtReader(), e.plain());
    }
}

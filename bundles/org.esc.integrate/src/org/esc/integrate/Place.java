// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.nio.file.Path;
import org.esc.apdu.Words;

/** A list of modules: a profile, a database, or p11-kit's folder of a person's own modules. */
record Place(Target target, String name, Path folder, Machine.Sandbox sandbox) {

    private static final Words WORDS = Words.of(Place.class);

    /** As a person knows it. */
    String text() {
        return switch (target) {
            case FIREFOX, THUNDERBIRD -> WORDS.say("{0} profile \"{1}\"", target.text(), name);
            case NSS -> target.text() + " " + folder;
            case P11_KIT -> target.text();
        };
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.nio.file.Path;
import java.util.Locale;

/** Modules that are the same at heart, known by their file's name. */
enum ModuleFamily {
    /** Knows many cards; computes the padding of RSA-PSS itself. */
    OPENSC,
    /** The one that came with the first client for these tokens; signs with RSA-PKCS only. */
    COOLKEY,
    /** Not known to this program. */
    OTHER;

    static ModuleFamily of(Path library) {
        String name = library.getFileName() == null ? "" : library.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.contains("opensc-pkcs11") ? OPENSC : name.contains("coolkeypk11") ? COOLKEY : OTHER;
    }
}

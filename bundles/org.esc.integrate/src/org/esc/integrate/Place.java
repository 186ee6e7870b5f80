// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.nio.file.Path;

/** A list of modules: a profile, a database, or p11-kit's folder of a person's own modules. */
record Place(Target target, String name, Path folder, Machine.Sandbox sandbox) {

    /** As a person knows it. */
    String text() {
        return switch (target) {
            case FIREFOX, THUNDERBIRD -> target.text() + " profile \"" + name + "\"";
            case NSS -> target.text() + " " + folder;
            case P11_KIT -> target.text();
        };
    }
}

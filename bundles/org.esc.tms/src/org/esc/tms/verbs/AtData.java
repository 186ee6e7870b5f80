// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.nio.file.Path;
import java.util.Optional;

/** Arguments of a verb that works on a data directory. */
interface AtData {

    /** The data directory; the usual one if empty. */
    Optional<Path> data();
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.Optional;

/** A trace that is being shown or saved, until closed. */
public interface Recording extends AutoCloseable {

    /** Why it is incomplete (disk full, terminal gone), in words; empty when all is well. */
    Optional<String> complaint();

    @Override
    void close();
}

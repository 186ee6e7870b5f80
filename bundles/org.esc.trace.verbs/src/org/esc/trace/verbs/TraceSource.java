// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import java.nio.file.Path;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;
import org.esc.trace.Trace;

/** Opens files with traces of one kind or several. A DS service; a vendor's comes through the same door. */
public interface TraceSource {

    /**
     * How sure it is that it can open a file: 0 not at all, 100 by a signature that nothing else has.
     *
     * @param head the first 64 KiB of the file, or all of it
     */
    int recognises(byte[] head);

    /**
     * Opens a file. What of it cannot be read is among the trace's damage.
     *
     * @throws EscException if it cannot be opened at all, or it was cancelled
     */
    Trace open(Path file, Cancel cancel) throws EscException;
}

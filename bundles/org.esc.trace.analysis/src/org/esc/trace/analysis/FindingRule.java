// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.List;

/** Looks for one thing in traces. A DS service; those here and a vendor's come through the same door. Without state: that of a pass is in its {@link Watch}. */
public interface FindingRule {

    /** Its name for scripts, in lower-case-with-dashes. */
    String id();

    /** Its name for a person. */
    String title();

    /** Begins a pass through a trace. */
    Watch begin();

    /** A pass through a trace. Used by one thread at a time; what it keeps must not grow with the trace. */
    interface Watch {

        /** The next exchange, to {@link Reading.Depth#BRIEF}. */
        void row(Row row);

        /** What was found so far; asked any time, and at the end. */
        List<Finding> findings();
    }
}

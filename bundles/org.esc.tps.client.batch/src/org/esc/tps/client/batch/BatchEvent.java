// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.util.List;

/** Something that happened in a run. Told on the thread that did it. */
public sealed interface BatchEvent {

    /** A row went on to another state. */
    record RowChanged(RowState row) implements BatchEvent {
    }

    /** A reader shows another sign. */
    record SignChanged(Sign sign) implements BatchEvent {
    }

    /** A card was refused and not touched. */
    record CardRefused(String reader, String cuid, String why) implements BatchEvent {
    }

    /** A word on the way about a card. */
    record Told(String reader, String text) implements BatchEvent {
    }

    /** The rows became more, as the plan did, or the run went on to another phase. */
    record PhaseChanged(Phase phase) implements BatchEvent {
    }

    /** The readers with signs now, when some came or went. */
    record ReadersChanged(List<Sign> signs) implements BatchEvent {
    }

    /** Where a run is. */
    enum Phase {
        /** Takes cards. */
        RUNNING,
        /** Takes no new card until it is continued. */
        PAUSED,
        /** Finishes what it has begun and takes no new card. */
        STOPPING,
        /** Has ended. */
        ENDED
    }
}

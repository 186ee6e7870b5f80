// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import org.esc.apdu.EscException;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeySets;
import org.esc.trace.TraceLog;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Connects consoles to cards. */
@Component(service = CardConsoles.class)
public final class CardConsoles {

    private final Readers readers;
    private final KeySets keySets;
    private final Channels channels;
    private final TraceLog trace;

    /** Started by the component runtime. */
    @Activate
    public CardConsoles(@Reference Readers readers, @Reference KeySets keySets, @Reference Channels channels, @Reference TraceLog trace) {
        this.readers = readers;
        this.keySets = keySets;
        this.channels = channels;
        this.trace = trace;
    }

    /** The readers. */
    public Readers readers() {
        return readers;
    }

    /** Those who explain exchanges. */
    public TraceLog trace() {
        return trace;
    }

    /**
     * Connects to the card in a reader and keeps other programs away from it until the console is closed.
     *
     * @param name who asks, as traces show it: the verb, or the view
     * @throws EscException as {@link Readers#connect}
     */
    public CardConsole connect(String reader, String name) throws EscException {
        return new CardConsole(readers.connect(reader, new Origin(Origin.Kind.CONSOLE, name)), keySets, channels, trace);
    }
}

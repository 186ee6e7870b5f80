// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import java.nio.file.Path;
import java.util.OptionalInt;
import org.esc.apdu.EscException;
import org.esc.card.VirtualCard;
import org.esc.command.Cancel;
import org.esc.softcard.CardKind;
import org.esc.trace.formats.TraceFiles;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Any trace file, opened where a software token's is: the card in it, replayed tolerantly. */
@Component(service = CardKind.class)
public final class RecordedCards implements CardKind {

    private final TraceFiles files;

    /** Opens traces by means of this. */
    @Activate
    public RecordedCards(@Reference TraceFiles files) {
        this.files = files;
    }

    @Override
    public boolean recognises(Path file) {
        return files.recognises(file);
    }

    @Override
    public VirtualCard open(Path file) throws EscException {
        var cancel = new Cancel();
        return Replay.of(files.open(file, cancel), files.decoders(), Replay.Mode.TOLERANT, OptionalInt.empty(), cancel);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.esc.apdu.EscException;
import org.esc.cac.CacDecoder;
import org.esc.card.Readers;
import org.esc.card.VirtualCard;
import org.esc.command.Cancel;
import org.esc.coolkey.CoolKeyDecoder;
import org.esc.openpgp.OpenPgpDecoder;
import org.esc.piv.PivDecoder;
import org.esc.pkcs15.Pkcs15Decoder;
import org.esc.softcard.SoftReaders;
import org.esc.trace.Decoder;
import org.esc.trace.StoredTrace;
import org.esc.trace.TraceLog;
import org.esc.trace.decoders.EmvDecoder;
import org.esc.trace.decoders.GlobalPlatformDecoder;
import org.esc.trace.decoders.IsoDecoder;
import org.esc.trace.decoders.SimDecoder;
import org.esc.trace.decoders.TlvDecoder;

/** A card in a reader of ours, and what passes there, as the product has it: all decoders say what is secret. */
final class Recorder {

    static final List<Decoder> DECODERS = List.of(new IsoDecoder(), new GlobalPlatformDecoder(), new EmvDecoder(), new SimDecoder(), new TlvDecoder(),
            new CoolKeyDecoder(), new PivDecoder(), new OpenPgpDecoder(), new CacDecoder(), new Pkcs15Decoder());
    static final String READER = "Card";

    private Recorder() {
    }

    /** Does something with the cards in readers. */
    interface Work<T> {
        T with(Readers readers) throws Exception;
    }

    /** Puts a card into a reader, does something, and takes it out. */
    static <T> T insert(VirtualCard card, Work<T> work) throws Exception {
        return insert(card, new TraceLog(), work);
    }

    private static <T> T insert(VirtualCard card, TraceLog log, Work<T> work) throws Exception {
        var readers = new Readers();
        var soft = new SoftReaders();
        readers.addProvider(soft);
        readers.addObserver(log);
        soft.plug(READER, card);
        try {
            return work.with(readers);
        } finally {
            soft.unplugAll();
        }
    }

    /** The same, and what passed is in a file afterwards. */
    static <T> T record(Path file, VirtualCard card, Work<T> work) throws Exception {
        var log = new TraceLog();
        DECODERS.forEach(log::addDecoder);
        try (var _ = log.saveTo(file)) {
            return insert(card, log, work);
        }
    }

    /** The only card of a file. */
    static Replay replay(Path file, Replay.Mode mode) throws EscException {
        return Replay.of(StoredTrace.open(file), DECODERS, mode, OptionalInt.empty(), new Cancel());
    }
}

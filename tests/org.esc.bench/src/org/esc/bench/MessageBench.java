// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.util.concurrent.TimeUnit;
import org.esc.tps.Message;
import org.esc.tps.MessageCodec;
import org.esc.tps.MessageReader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One TOKEN_PDU message, as a TPS sends a hundred of them per operation: into text, and from the stream's text back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MessageBench {

    /** Bytes of the command in it. */
    @Param({"16", "200"})
    public int bytes;

    private byte[] pdu;
    private byte[] text;

    /** Makes a command with bytes of every kind. */
    @Setup(Level.Trial)
    public void make() throws Exception {
        pdu = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            pdu[i] = (byte) (37 * i);
        }
        text = encode();
        if (!(decode() instanceof Message.TokenPduRequest r) || !java.util.Arrays.equals(r.pdu(), pdu)) {
            throw new IllegalStateException("the message does not come back");
        }
    }

    /** To text. */
    @Benchmark
    public byte[] encode() throws Exception {
        return MessageCodec.encode(new Message.TokenPduRequest(pdu));
    }

    /** From text, with the framing. */
    @Benchmark
    public Message decode() throws Exception {
        try (var reader = new MessageReader(MessageReader.CLIENT_LIMIT)) {
            reader.feed(text);
            return reader.poll().orElseThrow();
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** All that lasts on one card, with the changes of the command under way kept apart until {@link #commit}. */
final class CardStore implements AppletMemory {

    /** Where committed changes go. */
    interface Sink {

        /** Keeps nothing: a card in memory. */
        Sink NONE = new Sink() {
            @Override
            public void append(byte[] changes) {
                // nothing lasts
            }

            @Override
            public void tidy(CardStore store) {
                // nothing piles up
            }

            @Override
            public void sync() {
                // nothing to write
            }

            @Override
            public void close(CardStore store) {
                // nothing to close
            }
        };

        /** Makes changes lasting against the death of this process, or fails and changes nothing. */
        void append(byte[] changes) throws IOException;

        /** Called after each append: time to write the file anew if it has grown long. */
        void tidy(CardStore store);

        /** Makes all changes so far lasting against a power cut. */
        void sync() throws IOException;

        /** Ends, leaving the file in its most compact form. */
        void close(CardStore store) throws IOException;
    }

    private final Sink sink;
    private final TreeMap<String, byte[]> values = new TreeMap<>();
    private final TreeMap<String, Optional<byte[]>> pending = new TreeMap<>();

    CardStore(Sink sink) {
        this.sink = sink;
    }

    @Override
    public Optional<byte[]> get(String name) {
        var p = pending.get(name);
        return p != null ? p.map(byte[]::clone) : Optional.ofNullable(values.get(name)).map(byte[]::clone);
    }

    @Override
    public void put(String name, byte[] value) {
        if (name.isEmpty() || name.length() > 2 * MAX_NAME || !StandardCharsets.US_ASCII.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException("Not a name for a value on the card: " + name);
        }
        pending.put(name, Optional.of(value.clone()));
    }

    @Override
    public void remove(String name) {
        if (values.containsKey(name)) {
            pending.put(name, Optional.empty());
        } else {
            pending.remove(name);
        }
    }

    @Override
    public List<String> names(String prefix) {
        SortedMap<String, Boolean> all = new TreeMap<>();
        values.tailMap(prefix).keySet().stream().takeWhile(n -> n.startsWith(prefix)).forEach(n -> all.put(n, true));
        pending.tailMap(prefix).entrySet().stream().takeWhile(e -> e.getKey().startsWith(prefix))
                .forEach(e -> all.put(e.getKey(), e.getValue().isPresent()));
        return new ArrayList<>(all.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList());
    }

    /** A view of the values whose names begin with {@code prefix}, under their names without it. */
    AppletMemory under(String prefix) {
        return new AppletMemory() {
            @Override
            public Optional<byte[]> get(String name) {
                return CardStore.this.get(prefix + name);
            }

            @Override
            public void put(String name, byte[] value) {
                if (name.length() > MAX_NAME) {
                    throw new IllegalArgumentException("Name too long: " + name);
                }
                CardStore.this.put(prefix + name, value);
            }

            @Override
            public void remove(String name) {
                CardStore.this.remove(prefix + name);
            }

            @Override
            public List<String> names(String start) {
                return CardStore.this.names(prefix + start).stream().map(n -> n.substring(prefix.length())).toList();
            }
        };
    }

    void removeAll(String prefix) {
        names(prefix).forEach(this::remove);
    }

    /** Makes the pending changes lasting, all or none. Values set to what they were already cost nothing. */
    void commit() throws IOException {
        pending.entrySet().removeIf(e -> e.getValue().isPresent() && values.containsKey(e.getKey())
                && java.util.Arrays.equals(values.get(e.getKey()), e.getValue().get()));
        if (pending.isEmpty()) {
            return;
        }
        sink.append(encode(pending));
        apply(pending);
        pending.clear();
        sink.tidy(this);
    }

    void rollback() {
        pending.clear();
    }

    void sync() throws IOException {
        sink.sync();
    }

    void close() throws IOException {
        sink.close(this);
    }

    private void apply(Map<String, Optional<byte[]>> changes) {
        changes.forEach((name, value) -> value.ifPresentOrElse(v -> values.put(name, v), () -> values.remove(name)));
    }

    /** Everything, as one set of changes to an empty store. */
    byte[] snapshot() {
        var all = new TreeMap<String, Optional<byte[]>>();
        values.forEach((n, v) -> all.put(n, Optional.of(v)));
        return encode(all);
    }

    private static byte[] encode(Map<String, Optional<byte[]>> changes) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(changes.size());
            for (var e : changes.entrySet()) {
                out.writeUTF(e.getKey());
                out.writeInt(e.getValue().map(v -> v.length).orElse(-1));
                if (e.getValue().isPresent()) {
                    out.write(e.getValue().get());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Replays what {@link Sink#append} was given. @throws IOException if the bytes make no sense */
    void replay(byte[] changes) throws IOException {
        var read = new TreeMap<String, Optional<byte[]>>();
        try (var in = new DataInputStream(new ByteArrayInputStream(changes))) {
            int n = in.readInt();
            for (int i = 0; i < n; i++) {
                String name = in.readUTF();
                int length = in.readInt();
                if (length > in.available() || length < -1) {
                    throw new IOException("A value runs over the end of its record");
                }
                read.put(name, length < 0 ? Optional.empty() : Optional.of(in.readNBytes(length)));
            }
            if (n < 0 || in.available() > 0) {
                throw new IOException("A record is longer than its content");
            }
        }
        apply(read);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.esc.coolkey.Acl;
import org.esc.coolkey.CoolKeyStatus;
import org.esc.coolkey.Ins;
import org.esc.coolkey.ObjectId;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.AppletMemory;

/** The objects on the card, in order of creation, within the applet's limited memory. */
final class CardObjects {

    /** next2 class2 id2 acl6 size2. */
    private static final int HEADER = 14;
    private static final String PREFIX = "o/";

    /** One object; its bytes are its own. */
    static final class CardObject {
        final ObjectId id;
        final Acl acl;
        final byte[] content;
        private final int place;
        private final int order;

        private CardObject(ObjectId id, Acl acl, byte[] content, int place, int order) {
            this.id = id;
            this.acl = acl;
            this.content = content;
            this.place = place;
            this.order = order;
        }
    }

    private final AppletMemory memory;
    private final Heap heap;
    private final List<CardObject> objects = new ArrayList<>();
    private int nextOrder;

    private CardObjects(AppletMemory memory, int heapSize) {
        this.memory = memory;
        heap = new Heap(heapSize);
    }

    /** None yet. */
    static CardObjects empty(AppletMemory memory, int heapSize) {
        return new CardObjects(memory, heapSize);
    }

    /** As they were left. @throws IllegalArgumentException if that makes no sense */
    static CardObjects restore(AppletMemory memory, int heapSize) {
        var all = new CardObjects(memory, heapSize);
        for (String name : memory.names(PREFIX)) {
            CardObject o = decode(memory.get(name).orElseThrow());
            if (!all.heap.claim(o.place, HEADER + o.content.length)) {
                throw new IllegalArgumentException("Two objects lie in one place");
            }
            all.objects.add(o);
            all.nextOrder = Math.max(all.nextOrder, o.order + 1);
        }
        all.objects.sort(Comparator.comparingInt(o -> o.order));
        return all;
    }

    int heapSize() {
        return heap.size();
    }

    int heapFree() {
        return heap.free();
    }

    /** Newest first: the applet chains new objects in front, and a TPS reads no further than z0, which it wrote last. */
    List<CardObject> list() {
        return objects.reversed().stream().toList();
    }

    Optional<CardObject> find(ObjectId id) {
        return objects.stream().filter(o -> o.id.equals(id)).findFirst();
    }

    CardObject get(ObjectId id) throws CardRefusal {
        return find(id).orElseThrow(() -> new CardRefusal(CoolKeyStatus.OBJECT_NOT_FOUND));
    }

    void create(ObjectId id, long size, Acl acl) throws CardRefusal {
        if (size > Ins.MAX_OBJECT_LENGTH) {
            throw new CardRefusal(CoolKeyStatus.NO_MEMORY);
        }
        int place = heap.allocate(HEADER + (int) size).orElseThrow(() -> new CardRefusal(CoolKeyStatus.NO_MEMORY));
        var o = new CardObject(id, acl, new byte[(int) size], place, nextOrder++);
        objects.add(o);
        save(o);
    }

    void write(CardObject o, int offset, byte[] bytes) {
        System.arraycopy(bytes, 0, o.content, offset, bytes.length);
        save(o);
    }

    void delete(CardObject o) {
        objects.remove(o);
        heap.release(o.place);
        memory.remove(name(o.id));
    }

    private void save(CardObject o) {
        memory.put(name(o.id), encode(o));
    }

    private static String name(ObjectId id) {
        return PREFIX + String.format("%08X", id.value());
    }

    private static byte[] encode(CardObject o) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(o.id.value());
            out.write(o.acl.bytes());
            out.writeInt(o.place);
            out.writeInt(o.order);
            out.write(o.content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static CardObject decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            var id = new ObjectId(in.readInt());
            byte[] acl = new byte[Acl.LENGTH];
            in.readFully(acl);
            int place = in.readInt();
            int order = in.readInt();
            return new CardObject(id, Acl.of(acl, 0), in.readAllBytes(), place, order);
        } catch (IOException e) {
            throw new IllegalArgumentException("An object is cut short", e);
        }
    }
}

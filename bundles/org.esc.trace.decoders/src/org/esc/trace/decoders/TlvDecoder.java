// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Tlv;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Der;
import org.osgi.service.component.annotations.Component;

/** What nobody else can explain and is well-formed BER-TLV or DER to its last byte. */
@Component(service = Decoder.class)
public final class TlvDecoder implements Decoder {

    /** Shorter bytes are too often well-formed by chance. */
    private static final int LEAST = 4;

    @Override
    public int rank(Standing standing) {
        return 1;
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        return "";
    }

    @Override
    public List<Field> commandData(Standing standing, CommandApdu command, byte[] data) {
        return read(data);
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu command, byte[] data) {
        return read(data);
    }

    private static List<Field> read(byte[] data) {
        return isDer(data) ? Der.read(data).parts() : isClean(data) ? IsoTags.INTERINDUSTRY.read(data) : List.of();
    }

    static boolean isDer(byte[] data) {
        return Der.looksLike(data);
    }

    /** True if the data is nothing but data objects, at least one, of a shape that chance makes seldom. */
    static boolean isClean(byte[] data) {
        if (data.length < LEAST || data[0] == 0) {
            return false;
        }
        try {
            List<Tlv> all = Tlv.parseAll(data);
            return all.stream().allMatch(t -> !t.isConstructed() || t.length() == 0 || !t.children().isEmpty())
                    && (all.size() == 1 || all.stream().allMatch(t -> t.length() > 0));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.esc.apdu.CardException;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * The security object (SP 800-73-4 part 1 §3.1.7): which of its hashes belongs to which object, and the hashes, signed.
 *
 * @param groups number of a hash → number of an object's container
 * @param signed CMS SignedData over an LDSSecurityObject (ICAO 9303); no bytes if it is missing
 */
public record SecurityObject(Map<Integer, Integer> groups, byte[] signed) {

    private static final Words WORDS = Words.of(SecurityObject.class);

    /** Tag of the mapping: three bytes each. */
    public static final int MAPPING = 0xBA;
    /** Tag of the signed hashes. */
    public static final int HASHES = 0xBB;

    public SecurityObject {
        groups = Map.copyOf(groups);
        signed = signed.clone();
    }

    @Override
    public byte[] signed() {
        return signed.clone();
    }

    /** Reads an object's content. @throws CardException if it makes no sense */
    public static SecurityObject parse(byte[] content) throws CardException {
        try {
            List<Tlv> all = Tlv.parseAll(content);
            byte[] mapping = PivTlv.value(all, MAPPING).orElse(new byte[0]);
            if (mapping.length % 3 != 0) {
                throw new IllegalArgumentException(WORDS.say("its mapping has {0} bytes, which is no multiple of 3", mapping.length));
            }
            var groups = new LinkedHashMap<Integer, Integer>();
            for (int i = 0; i < mapping.length; i += 3) {
                groups.put(mapping[i] & 0xFF, (mapping[i + 1] & 0xFF) << 8 | mapping[i + 2] & 0xFF);
            }
            return new SecurityObject(groups, PivTlv.value(all, HASHES).orElse(new byte[0]));
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(WORDS.say("read the Security Object"), e);
        }
    }
}

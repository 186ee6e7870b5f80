// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.fields;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Words;
import org.esc.trace.Field;
import org.esc.trace.Standing;

/** Data fields that a GlobalPlatform secure channel has wrapped and nobody has unwrapped. */
public final class Wrapped {

    private static final Words WORDS = Words.of(Wrapped.class);

    private static final int MAC = 8;
    private static final int R_MAC = 0x10;
    private static final int R_ENCRYPTION = 0x20;

    private Wrapped() {
    }

    /** True if the class byte is GlobalPlatform's own and says that secure messaging is used. */
    public static boolean isWrapped(CommandApdu c) {
        return (c.cla() & 0x80) != 0 && c.cla() != 0xB0 && ((c.cla() & 0x40) == 0 ? (c.cla() & 0x04) != 0 : (c.cla() & 0x20) != 0);
    }

    /**
     * The fields of a command's data, as far as they can be told: what the MAC is, what is encrypted, and what is neither.
     *
     * @param plain explains data that is not wrapped
     */
    public static List<Field> command(Standing standing, CommandApdu c, byte[] data, Function<byte[], List<Field>> plain) {
        // where the channel is known, MACs are taken off before anybody asks, and nobody is asked about what is encrypted
        return !isWrapped(c) || standing.security().isOpen() ? plain.apply(data) : fields(data, true, "C-MAC", plain);
    }

    /** The same for the data of an answer. */
    public static List<Field> answer(Standing standing, CommandApdu c, byte[] data, Function<byte[], List<Field>> plain) {
        int level = standing.security().level();
        return !isWrapped(c) || (level & R_MAC) == 0 ? plain.apply(data) : fields(data, (level & R_ENCRYPTION) != 0, "R-MAC", plain);
    }

    private static List<Field> fields(byte[] data, boolean encrypted, String mac, Function<byte[], List<Field>> plain) {
        int n = data.length - MAC;
        if (n < 0) {
            return List.of(Field.of(mac, WORDS.say("cut short"), 0, data.length));
        }
        var all = new ArrayList<Field>();
        if (n > 0) {
            if (encrypted) {
                all.add(Field.of("encrypted data", "", 0, n));
            } else {
                all.addAll(plain.apply(Arrays.copyOf(data, n)));
            }
        }
        all.add(Field.of(mac, "", n, MAC));
        return all;
    }
}

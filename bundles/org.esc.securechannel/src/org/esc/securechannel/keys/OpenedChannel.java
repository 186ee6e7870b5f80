// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.Arrays;
import java.util.Locale;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.securechannel.SecureChannel;

/**
 * A secure channel that was opened, in words.
 *
 * @param keys       which keys, in words
 * @param card       the card's key diversification data, hexadecimal; empty if its answer had none
 * @param scp        protocol and options, as {@code SCP03 i=70}
 * @param level      protection, as the argument {@code --level} has it
 * @param keyVersion version of the card's key set that fitted, two hexadecimal digits
 */
public record OpenedChannel(String keys, String card, String scp, String level, String keyVersion) {

    private static final Words WORDS = Words.of(OpenedChannel.class);

    /** Of a channel that is open. */
    public static OpenedChannel of(String keys, SecureChannel channel) {
        String level = Arrays.stream(KeyArgs.Level.values()).filter(l -> l.security().equals(channel.level())).findFirst()
                .map(l -> l.name().toLowerCase(Locale.ROOT).replace('_', '-')).orElse(channel.level().toString());
        return new OpenedChannel(keys, Hex.of(channel.card().kdd()), channel.scp().toString(), level,
                Hex.of(channel.card().keyVersion()));
    }

    /** In words for a person. */
    public String text() {
        return WORDS.say("{0}, protection {1}, {2}, key version {3}", scp, level, keys, keyVersion);
    }
}

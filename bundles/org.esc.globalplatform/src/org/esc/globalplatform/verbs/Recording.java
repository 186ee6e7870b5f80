// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.securechannel.SecureChannel;

/** Keeps what goes over a channel, to be shown; stands below the secure channel, which explains to it what its commands mean. */
final class Recording implements CardChannel {

    private static final Words WORDS = Words.of(Recording.class);

    private static final int PUT_KEY = 0xD8;

    private final CardChannel below;
    private final List<ContentResult.Shown> shown;

    Recording(CardChannel below) {
        this(below, new ArrayList<>());
    }

    private Recording(CardChannel below, List<ContentResult.Shown> shown) {
        this.below = below;
        this.shown = shown;
    }

    @Override
    public ResponseApdu transmit(CommandApdu command) throws EscException {
        ResponseApdu r = below.transmit(command);
        shown.add(new ContentResult.Shown(text(command), Optional.of(text(command)), Optional.of(Hex.of(r.bytes()))));
        return r;
    }

    @Override
    public Optional<byte[]> hostChallenge(CommandApdu begin) throws EscException {
        return below.hostChallenge(begin);
    }

    @Override
    public void explain(CommandApdu plain, ResponseApdu plainResponse) {
        explain(plain, plainResponse, new byte[0]);
    }

    @Override
    public void explain(CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
        below.explain(plain, plainResponse, chain);
        if (!shown.isEmpty()) {
            var last = shown.removeLast();
            shown.add(new ContentResult.Shown(text(plain), last.sent(), Optional.of(Hex.of(plainResponse.bytes()))));
        }
    }

    /** A command that was not sent. */
    void left(CommandApdu command) {
        shown.add(new ContentResult.Shown(text(command), Optional.empty(), Optional.empty()));
    }

    List<ContentResult.Shown> shown() {
        return List.copyOf(shown);
    }

    /** Encrypted keys are not shown either: whoever knows the card's present keys could read them. */
    private static String text(CommandApdu c) {
        String all = Hex.of(c.bytes());
        String parts = c.isExtended() && SecureChannel.mayComeInParts(c) ? " " + WORDS.say("(in parts)") : "";
        return (c.ins() == PUT_KEY && c.nc() > 0 ? WORDS.say("{0} ({1} bytes of keys)", all.substring(0, c.isExtended() ? 14 : 10), c.nc()) : all) + parts;
    }

    @Override
    public CardChannel as(Origin origin) {
        return new Recording(below.as(origin), shown);
    }

    @Override
    public void close() {
        below.close();
    }
}

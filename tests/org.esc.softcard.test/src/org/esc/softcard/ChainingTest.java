// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.card.TransportRules;
import org.esc.securechannel.CardRefusal;
import org.junit.jupiter.api.Test;

/** An applet behind {@link Chaining} that echoes, on a card that was made with it. */
class ChainingTest {

    private static final Aid PACKAGE = Aid.of("F045534301");
    private static final Aid APPLET = Aid.of("F04553430101");

    private static final AppletFactory ECHO = new AppletFactory() {
        @Override
        public Aid packageAid() {
            return PACKAGE;
        }

        @Override
        public String name() {
            return "echo";
        }

        @Override
        public Aid instanceAid() {
            return APPLET;
        }

        @Override
        public Applet install(AppletHost host, byte[] parameters) {
            host.memory().put("there", new byte[1]);
            return restore(host);
        }

        @Override
        public Applet restore(AppletHost host) {
            return Chaining.over(c -> ResponseApdu.of(c.data(), c.p1() == 1 ? 0x6282 : 0x9000), 3000);
        }
    };

    private final SoftCard card = SoftCard.withApplets(CardSpec.standard(), ECHO);

    private ResponseApdu send(CommandApdu c) {
        return card.process(c);
    }

    private ResponseApdu select() {
        return send(CommandApdu.select(APPLET));
    }

    private static byte[] bytes(int n) {
        byte[] b = new byte[n];
        new Random(n).nextBytes(b);
        return b;
    }

    @Test
    void longCommandsAndAnswersTravelInShortFrames() throws Exception {
        select();
        byte[] all = bytes(1000);
        for (int at = 0; at < 750; at += 250) {
            assertEquals(0x9000, send(CommandApdu.of(0x10, 0xDB, 0, 0, java.util.Arrays.copyOfRange(all, at, at + 250))).sw().value());
        }
        ResponseApdu r = send(CommandApdu.of(0x00, 0xDB, 0, 0, java.util.Arrays.copyOfRange(all, 750, 1000), 256));
        assertEquals(0x6100, r.sw().value());
        assertEquals(256, r.nr());
        var got = new java.io.ByteArrayOutputStream();
        got.writeBytes(r.data());
        while (r.sw().sw1() == 0x61) {
            r = send(CommandApdu.of(0x00, 0xC0, 0, 0, new byte[0], r.sw().sw2() == 0 ? 256 : r.sw().sw2()));
            got.writeBytes(r.data());
        }
        assertArrayEquals(all, got.toByteArray());
        assertEquals(0x6985, send(CommandApdu.of(0x00, 0xC0, 0, 0, new byte[0], 256)).sw().value());
    }

    @Test
    void theTransportRulesPutItTogetherAgain() throws Exception {
        var channel = TransportRules.over(card.channel());
        channel.transmit(CommandApdu.select(APPLET));
        byte[] all = bytes(255);
        assertArrayEquals(all, channel.transmit(CommandApdu.of(0x00, 0xDB, 0, 0, all, 10)).data());
        assertEquals(0x6282, channel.transmit(CommandApdu.of(0x00, 0xDB, 1, 0, all, 10)).sw().value(), "the last word is the applet's");
        byte[] extended = bytes(2000);
        assertArrayEquals(extended, channel.transmit(CommandApdu.of(0x00, 0xDB, 0, 0, extended, 65536)).data());
    }

    @Test
    void aBrokenChainIsRefusedAndForgotten() {
        select();
        send(CommandApdu.of(0x10, 0xDB, 0, 0, bytes(10)));
        assertEquals(0x6883, send(CommandApdu.of(0x00, 0xCB, 0, 0, bytes(10), 256)).sw().value());
        assertArrayEquals(bytes(5), send(CommandApdu.of(0x00, 0xDB, 0, 0, bytes(5), 256)).data());
        for (int i = 0; i < 12; i++) {
            send(CommandApdu.of(0x10, 0xDB, 0, 0, bytes(250)));
        }
        assertEquals(0x6700, send(CommandApdu.of(0x00, 0xDB, 0, 0, bytes(1), 256)).sw().value());
        send(CommandApdu.of(0x10, 0xDB, 0, 0, bytes(10)));
        select();
        assertArrayEquals(bytes(5), send(CommandApdu.of(0x00, 0xDB, 0, 0, bytes(5), 256)).data(), "selecting forgets the chain");
        send(CommandApdu.of(0x10, 0xDB, 0, 0, bytes(10)));
        card.reset();
        select();
        assertArrayEquals(bytes(5), send(CommandApdu.of(0x00, 0xDB, 0, 0, bytes(5), 256)).data(), "so does a reset");
    }

    @Test
    void aCardIsMadeWithAppletsOnIt() {
        var content = card.content();
        assertEquals(APPLET, content.applications().getFirst().aid());
        assertEquals(PACKAGE, content.loadFiles().getFirst());
        assertEquals(0x9000, select().sw().value());
        assertThrows(IllegalArgumentException.class, () -> SoftCard.withApplets(CardSpec.standard(), ECHO, ECHO));
    }

    @Test
    void aRefusalOfTheAppletEndsTheChain() throws Exception {
        Applet picky = Chaining.over(_ -> {
            throw new CardRefusal(0x6A80);
        }, 100);
        picky.process(CommandApdu.of(0x10, 0xDB, 0, 0, bytes(10)));
        assertThrows(CardRefusal.class, () -> picky.process(CommandApdu.of(0x00, 0xDB, 0, 0, bytes(10))));
        assertEquals(0x9000, picky.process(CommandApdu.of(0x10, 0xCB, 0, 0, bytes(10))).sw().value(), "another chain may begin");
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Hex;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.testing.WatchedCard;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.analysis.Finding;
import org.esc.trace.analysis.Findings;
import org.esc.trace.testing.DecoderCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded secure channels with keys that everybody knows, and with others. */
class WeakKeysTest {

    private static List<Finding> findings(List<Entry> entries) {
        var all = new Findings();
        all.addRule(new WeakKeys());
        var pass = all.begin(new Interpreter(List.of(new IsoDecoder(), new GlobalPlatformDecoder())));
        entries.forEach(pass::entry);
        assertEquals(List.of(), pass.complaints());
        return pass.findings();
    }

    private static ScpVersion scp(String variant) {
        String[] v = variant.split(" ");
        return new ScpVersion(Integer.parseInt(v[0]), Integer.parseInt(v[1], 16));
    }

    private static List<Entry> trace(ScpVersion scp, String key) throws Exception {
        try (var keys = KeySet.same(1, scp.keyType(), Hex.parse(key))) {
            return ChannelReaderTest.trace(scp, 3, keys);
        }
    }

    @ParameterizedTest
    @CsvSource({"1 05, 404142434445464748494A4B4C4D4E4F, 40 41 42", "2 15, 404142434445464748494A4B4C4D4E4F, 40 41 42", "3 00, 404142434445464748494A4B4C4D4E4F, 40 41 42",
        "3 70, 404142434445464748494A4B4C4D4E4F, 40 41 42", "3 71, 404142434445464748494A4B4C4D4E4F, 40 41 42", "2 15, 00000000000000000000000000000000, all zero",
        "3 00, 00000000000000000000000000000000, all zero", "2 15, 47454D5850524553534F53414D504C45, 47454D58", "3 70, 11111111111111111111111111111111, the byte 11 all over",
        "3 00, 101112131415161718191A1B1C1D1E1F2021222324252627, 'bytes that count up, 10 11'"})
    void keysThatEverybodyKnowsAreFound(String variant, String key, String words) throws Exception {
        var found = findings(trace(scp(variant), key));
        assertEquals(1, found.size(), found::toString);
        Finding f = found.getFirst();
        assertEquals("test-keys", f.rule());
        assertEquals(Finding.Severity.WARNING, f.severity());
        assertEquals(List.of(0L), f.where());
        assertTrue(f.what().contains(words) && f.what().contains("version 1 (SCP0" + variant.charAt(0)), f.what());
        assertTrue(f.advice().contains("PUT KEY"), f.advice());
    }

    @ParameterizedTest
    @CsvSource({"1 05", "2 15", "3 00", "3 70", "3 01"})
    void keysOfOnesOwnAreNot(String variant) throws Exception {
        assertEquals(List.of(), findings(trace(scp(variant), "8C1F0B5E7A93D264E1A7C30598F6B24D")));
    }

    @Test
    void diversifiedTestKeysAreTestKeys() throws Exception {
        byte[] kdd = Hex.parse(WatchedCard.KDD);
        for (Diversification d : List.of(Diversification.VISA2, Diversification.EMV)) {
            try (var master = KeySet.factory(1, KeyType.DES3); var own = d.derive(master, kdd, 1)) {
                var found = findings(ChannelReaderTest.trace(ScpVersion.SCP02_15, 3, own));
                assertTrue(found.getFirst().what().contains("made by " + d.name()), found::toString);
            }
        }
        try (var master = KeySet.factory(1, KeyType.AES); var own = Diversification.KDF3.derive(master, kdd, 1)) {
            assertTrue(findings(ChannelReaderTest.trace(ScpVersion.SCP03_70, 3, own)).getFirst().what().contains("made by KDF3"));
        }
    }

    private static Entry answered(Entry e, Masked response) {
        return DecoderCheck.entry(e.command(), response).numbered(e.number());
    }

    /** A scrubbed trace without the serial number still proves it; one without the challenge or the cryptogram says nothing. */
    @Test
    void whatIsHiddenIsNotGuessed() throws Exception {
        for (String variant : List.of("2 15", "3 70")) {
            var entries = new ArrayList<>(trace(scp(variant), "404142434445464748494A4B4C4D4E4F"));
            Entry e = entries.getFirst();
            entries.set(0, answered(e, e.response().hide(0, 10)));
            assertEquals(1, findings(entries).size());
            entries.set(0, answered(e, e.response().hide(13, 14)));
            assertEquals(List.of(), findings(entries));
            entries.set(0, answered(e, e.response().hide(22, 23)));
            assertEquals(List.of(), findings(entries));
            entries.set(0, DecoderCheck.entry(e.command().hide(5, 6), e.response()));
            assertEquals(List.of(), findings(entries));
        }
    }

    @Test
    void anAnswerFetchedByGetResponseIsSeen() throws Exception {
        Entry e = trace(ScpVersion.SCP02_15, "404142434445464748494A4B4C4D4E4F").getFirst();
        var entries = List.of(answered(e, Masked.open((byte) 0x61, (byte) 28)), DecoderCheck.entry(Masked.open(Hex.parse("00C000001C")), e.response()).numbered(7));
        assertEquals(List.of(7L), findings(entries).getFirst().where());
    }

    @Test
    void theSameKeysAgainAreTheSameFinding() throws Exception {
        var entries = new ArrayList<Entry>();
        for (int i = 0; i < 50; i++) {
            entries.add(trace(ScpVersion.SCP03_00, "404142434445464748494A4B4C4D4E4F").getFirst().numbered(i));
        }
        var found = findings(entries);
        assertEquals(1, found.size());
        assertEquals(50, found.getFirst().times());
    }
}

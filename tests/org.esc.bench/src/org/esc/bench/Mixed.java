// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.card.Origin;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.StoredTrace;
import org.esc.trace.TracedCard;

/**
 * Exchanges of many kinds: what the product itself recorded of its software cards (CoolKey with all of GlobalPlatform that a format takes, PIV, OpenPGP, PKCS #15,
 * CAC), and, because it has no such cards, two conversations with a payment card and a SIM, written by hand after EMV book 3, TS 51.011 and TS 31.102.
 */
final class Mixed {

    private static final String PAYMENT = """
            00A404000E315041592E5359532E444446303100 6F1A840E315041592E5359532E4444463031A5088801025F2D02656E9000
            00B2011400 701261104F07A0000000041010500544454249549000
            00A4040007A000000004101000 6F158407A0000000041010A50A500544454249548701019000
            80A8000002830000 770E82023900940808010100100103019000
            00B2010C00 70145F24032912315A0854133300896000105F3401019000
            00B2020C00 70178C159F02069F03069F1A0295055F2A029A039C019F37049000
            80CA9F3600 9F360200019000
            80CA9F1700 9F1701039000
            0020008008**************** 9000
            80AE80001D000000001000000000000000005600000000000978261126001234567800 771E9F2701809F360200019F260811223344556677889F100706010A03A000009000
            """;
    private static final String SIM = """
            A0A40000023F00 9F17
            A0C0000017 000000003F0001000000000A1305040400838A838A009000
            A0A40000027F20 9F17
            A0A40000026F07 9F0F
            A0C000000F 000000096F070400140014010200009000
            A0B0000009 0829058800123456789000
            A010000004FFFFFFFF 9110
            A012000010 D00E8103012100820281028D030448699000
            A01400000C810301210082028281830100 9000
            00A4040007A000000087100200 6215820278218407A00000008710028A01058B032F06019000
            00A40804047FFF6F0700 62178202412183026F078A01058B036F0601800200098801389000
            00B0000009 0829058800123456789000
            00880081221023553CBE9637A89D218AE64DAE47BF3510AA689C648370B3B1A5C3D2E1F0A9B8C7 6135
            00C0000035 **********************************************************************************************************9000
            """;
    private static final List<String> KINDS = List.of("openpgp", "piv", "pkcs15", "cac");

    private Mixed() {
    }

    /** As many exchanges as asked for, again and again the same ones, in their sessions; the recording's own are made in a folder by the product, which takes a while. */
    static List<Entry> exchanges(Path folder, int count) throws IOException, InterruptedException {
        List<Entry> once = once(folder);
        var all = new ArrayList<Entry>(count);
        for (int i = 0; i < count; i++) {
            Entry e = once.get(i % once.size());
            all.add(new Entry(i + 1, Optional.of(Instant.ofEpochSecond(1_700_000_000L + i / 100)), e.duration(), e.card(), e.origin(), e.command(), e.response(),
                    e.failure(), e.pinAtReader(), e.plain()));
        }
        return all;
    }

    private static List<Entry> once(Path folder) throws IOException, InterruptedException {
        Path trace = folder.resolve("recorded.esctrace");
        product(folder, "demo", "--headless", "--trace-file=" + trace);
        for (String kind : KINDS) {
            String card = folder.resolve(kind + ".card").toString();
            boolean files = !kind.equals("openpgp") && !kind.equals("piv");
            String image = folder.resolve(kind + ".image").toString();
            if (files) {
                product(folder, "soft", "image", kind, image);
            }
            product(folder, "soft", "create", card, "--applet=" + (files ? "files=" + image : kind));
            product(folder, "info", "--soft=" + card, "--trace-file=" + trace);
            product(folder, "objects", "--soft=" + card, "--trace-file=" + trace);
        }
        product(folder, "gp", "list", "--soft=" + folder.resolve("openpgp.card"), "--keys=factory", "--trace-file=" + trace);
        var all = new ArrayList<Entry>();
        long sessions = 0;
        try (var t = StoredTrace.open(trace)) {
            for (long i = 0; i < t.end(); i++) {
                all.add(t.get(i));
                sessions = Math.max(sessions, t.get(i).card().session());
            }
        } catch (EscException e) {
            throw new IOException(e);
        }
        all.addAll(conversation(PAYMENT, new TracedCard(sessions + 1, "Reader", Atr.of("3B6500002063CB6A00"), "T=0")));
        all.addAll(conversation(SIM, new TracedCard(sessions + 2, "Reader", Atr.of("3B9F96801FC78031A073BE21136743200718000001A5"), "T=0")));
        return all;
    }

    private static List<Entry> conversation(String lines, TracedCard card) {
        return lines.lines().map(l -> l.split(" ")).map(l -> new Entry(1, Optional.empty(), Optional.of(Duration.ofMillis(5)), card, Origin.other("bench"),
                Masked.parse(l[0]), Masked.parse(l[1]), Optional.empty(), false, Optional.empty())).toList();
    }

    private static void product(Path folder, String... words) throws IOException, InterruptedException {
        var command = Stream.concat(Stream.of(AgainstTshark.esc()), Stream.of(words)).toList();
        Path said = folder.resolve("said");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().put("ESC_NO_BUILD", "1");
        for (String where : List.of("ESC_CONFIG_DIR", "ESC_STATE_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME")) {
            builder.environment().put(where, folder.resolve("home").toString());
        }
        // of no reader that may be at hand is anything recorded
        builder.environment().put("PCSCLITE_CSOCK_NAME", "/none");
        int exit = builder.start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException(String.join(" ", words) + " ended with " + exit + ": " + Files.readString(said));
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.card.Exchange;
import org.esc.card.ExchangeObserver;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.pcsc.PcscProvider;
import org.esc.globalplatform.CapFile;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Programs;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardSpec;
import org.esc.softcard.RelayedCard;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.TracedCard;
import org.esc.trace.decoders.ChannelReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Scripts of other programs, run by these and by ours, each with a card in the same reader of a real pcscd: the card gets the same commands and gives the same answers. The
 * variable {@code ESC_GPSHELL1} holds the command that starts gpshell, {@code ESC_CAP} the path of a CAP file with one applet; docs/third-party.md says more.
 */
@Timeout(300)
class OriginalsTest {

    private static final String READER = "Virtual PCD 00 00";
    private static final String KEY = "404142434445464748494a4b4c4d4e4f";

    @TempDir
    static Path folder;

    private static String missing = "";
    private static Optional<Pcscd> pcscd = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        try {
            pcscd = Optional.of(Pcscd.start(folder, "opensc-tool"));
        } catch (Pcscd.Unavailable e) {
            missing = e.getMessage();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
    }

    @BeforeEach
    void need() {
        assumeTrue(missing.isEmpty(), missing);
    }

    private interface Work {
        void run() throws Exception;
    }

    /** What a card got and answered while somebody worked with it; what secure channels wrapped as it was before, without what differs each time. */
    private static List<String> seen(SoftCard card, Work work) throws Exception {
        var soft = new SoftReaders();
        var readers = new Readers();
        var all = new CopyOnWriteArrayList<Exchange>();
        readers.addProvider(soft);
        readers.addObserver(new ExchangeObserver() {
            @Override
            public void exchanged(Exchange x) {
                all.add(new Exchange(x.id(), x.time(), x.duration(), x.reader(), x.atr(), x.protocol(), x.session(), x.origin(), x.command().clone(), x.response().clone(),
                        x.failure(), x.pinAtReader()));
            }
        });
        soft.plug("card", card);
        try (var session = readers.connect("card", Origin.other("relay")); var inserted = pcscd.orElseThrow().insertAndWait(new RelayedCard(session))) {
            // looking for the card is no part of it
            all.clear();
            work.run();
            pcscd.get().takeOut(inserted);
        } finally {
            soft.unplugAll();
        }
        var lines = new ArrayList<String>();
        try (KeySet keys = KeySet.factory(1, card.scp().keyType()); var reader = new ChannelReader(CardKeys.of(keys), List.of(), true)) {
            for (Exchange x : all) {
                Entry e = reader.read(new Entry(x.id(), Optional.of(x.time()), Optional.of(x.duration()), new TracedCard(x.session(), x.reader(), x.atr(), x.protocol()), x.origin(),
                        Masked.open(x.command()), Masked.open(x.response()), x.failure(), false, Optional.empty())).entry();
                lines.add(line(e));
            }
        }
        return lines;
    }

    private static String line(Entry e) {
        // Le of what a channel wrapped is the channel's affair
        String command = e.plain().isEmpty() ? e.command().toString() : Hex.of(CommandApdu.parse(e.plain().get().command().bytes()).withNe(256).bytes());
        String answer = e.plain().map(Entry.Plain::response).orElse(e.response()).toString();
        String ins = command.substring(2, 4);
        boolean proves = ins.equals("50") || ins.equals("82") && command.startsWith("8");
        // encrypted with a key of the session
        boolean keys = ins.equals("D8") && command.startsWith("8");
        return (proves ? command.substring(0, 8) : keys ? command.substring(0, 12) + "…" + command.length() : command) + " -> " + (proves ? answer.substring(answer.length() - 4) : answer);
    }

    private static void same(List<String> theirs, List<String> ours) {
        for (int i = 0; i < Math.max(theirs.size(), ours.size()); i++) {
            assertEquals(i < theirs.size() ? theirs.get(i) : "nothing", i < ours.size() ? ours.get(i) : "nothing", "command " + (i + 1));
        }
    }

    /** Runs the same with our own program. */
    private static void ours(Dialect dialect, Path file) throws Exception {
        var provider = new PcscProvider();
        try {
            for (int i = 0; i < 100 && provider.readers().stream().noneMatch(r -> r.name().equals(READER) && r.presence() == ReaderState.Presence.PRESENT); i++) {
                Thread.sleep(100);
            }
            try (var b = new Bench(provider, () -> { }, READER, Files.createTempDirectory(folder, "ours"))) {
                b.console().run(Script.of(dialect.convert(file.toString(), Script.text(file), Optional.of(file)), Map.of()), b.steps::add, b.context(), false);
            }
        } finally {
            provider.stop();
        }
    }

    private static void original(String... command) throws Exception {
        var o = Programs.run(command);
        assertEquals(0, o.exit(), o.text());
    }

    private static Path script(String text) throws Exception {
        return Files.writeString(Files.createTempDirectory(folder, "script").resolve("script.txt"), text);
    }

    private static SoftCard piv() {
        return SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory());
    }

    @Test
    void scriptorsScriptsMeanTheSame() throws Exception {
        assumeTrue(Programs.program("scriptor").isPresent(), "scriptor is not installed");
        Path file = script("""
                # look for PIV
                00 A4 04 00 09 A0 00 00 03 08 00 00 10 00 00

                00CB3FFF055C035FC10200
                00 CB 3F FF 03 5C 01 \\
                7E 00
                reset
                00CB3FFF055C035FC10200
                00A4040007A0000003080000
                0020008008313233343536FFFF
                00 20 00 80
                exit here
                00 CA 00 6E 00
                """);
        List<String> theirs = seen(piv(), () -> original("scriptor", "-r", READER, file.toString()));
        assertTrue(theirs.size() >= 7, theirs.toString());
        same(theirs, seen(piv(), () -> ours(Dialect.SCRIPTOR, file)));
    }

    @Test
    void openScToolsCommandsMeanTheSame() throws Exception {
        List<String> commands = List.of("00A4040009A0000003080000100000", "00:CB:3F:FF:05:5C:03:5F:C1:02:00", "00CB3FFF035C017E00", "00CB3FFF055C035FC10500", "00A4040000",
                "0020008008313233343536ffff", "00200080");
        var words = new ArrayList<String>(List.of("opensc-tool", "-r", "0", "-c", "default"));
        commands.forEach(c -> words.addAll(List.of("-s", c)));
        Path file = script(String.join(" ", words));
        List<String> theirs = seen(piv(), () -> original(words.toArray(String[]::new)));
        List<String> ours = seen(piv(), () -> ours(Dialect.OPENSC_TOOL, file));
        assertTrue(ours.size() >= commands.size(), ours.toString());
        // what OpenSC's drivers look for when they connect comes before
        assertTrue(theirs.size() >= ours.size(), theirs.toString());
        same(theirs.subList(theirs.size() - ours.size(), theirs.size()), ours);
    }

    private static String pem(String algorithm, Optional<String> curve, int bits) throws Exception {
        var g = KeyPairGenerator.getInstance(algorithm);
        if (curve.isPresent()) {
            g.initialize(new ECGenParameterSpec(curve.get()));
        } else {
            g.initialize(bits);
        }
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(g.generateKeyPair().getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    @ParameterizedTest
    @CsvSource({"1, 05, mode_201, 1", "1, 05, mode_201, 3", "1, 05, mode_211, 3", "2, 15, mode_211, 0", "2, 15, mode_211, 1", "2, 15, mode_211, 3", "2, 55, mode_211, 3", "3, 00, mode_211, 1", "3, 10, mode_211, 3",
            "3, 60, mode_211, 51"})
    void gpshellsScriptsMeanTheSame(int protocol, String i, String mode, String security) throws Exception {
        String command = System.getenv("ESC_GPSHELL1");
        String cap = System.getenv("ESC_CAP");
        assumeTrue(command != null, "ESC_GPSHELL1 does not say how to start gpshell");
        assumeTrue(cap != null, "ESC_CAP does not name a CAP file");
        CapFile content = CapFile.parse(Files.readAllBytes(Path.of(cap)));
        Path token = Files.writeString(folder.resolve("token" + System.nanoTime() + ".pem"), pem("RSA", Optional.empty(), 1024));
        String text = """
                MODE
                enable_trace
                establish_context
                card_connect
                select -AID a000000003000000
                open_sc -security LEVEL -keyind 0 -keyver 0 -mac_key KEY -enc_key KEY -kek_key KEYSCP // opens
                get_status -element 80
                delete -AID APPLET
                delete -AID PACKAGE
                install -file CAP -nvDataLimit 500 -instParam 00 -priv 2
                get_status -element 40
                delete -AID APPLET
                delete -AID PACKAGE
                install_for_load -pkgAID PACKAGE -nvCodeLimit 2000
                load -file CAP
                install_for_install -AID APPLET -pkgAID PACKAGE -instAID APPLET -nvDataLimit 500 -vDataLimit 16 -instParam 0102
                install_for_make_selectable -instAID APPLET
                get_status -element 20
                get_status -element 40
                get_data -identifier 9F7F
                send_apdu -sc 1 -APDU 80CA006600
                get_key_information_templates -keyTemplate 0
                """ + (mode.equals("mode_211") ? """
                put_sc_key -keyver 0 -newkeyver 3 -mac_key KEY -enc_key KEY -kek_key KEY
                delete_key -keyver 3
                store_data -dataFormat 0x10 -data 4203010203
                put_dm_token_keys -keyver 0 -file TOKEN
                """ + (protocol == 3 ? "put_dm_receipt_keys -keyver 0 -newkeyver 113 -key KEY\n" : "")
                + """
                card_disconnect
                card_connect
                select -AID a000000003000000
                get_data -identifier 9F7F
                """ : "") + """
                card_disconnect
                release_context
                """;
        Path file = script(text.replace("SCP", protocol == 1 && mode.equals("mode_211") ? " -scp 1 -scpimpl 0x05" : "").replace("MODE", mode).replace("LEVEL", security).replace("KEY", KEY).replace("APPLET", content.applets().getFirst().toString())
                .replace("PACKAGE", content.packageAid().toString()).replace("CAP", cap).replace("TOKEN", token.toString()));
        var words = new ArrayList<>(Arrays.asList(command.split(" ")));
        words.add(file.toString());
        var scp = new ScpVersion(protocol, Integer.parseInt(i, 16));
        var said = new ArrayList<String>();
        CardSpec spec = CardSpec.standard().withScp(scp).withKey(1, KeySet.factoryKey());
        List<String> theirs = seen(SoftCard.inMemory(spec), () -> {
            var o = Programs.run(words.toArray(String[]::new));
            said.add(o.text());
            assertEquals(0, o.exit(), o.text());
        });
        assertTrue(theirs.size() > 20, said.toString());
        same(theirs, seen(SoftCard.inMemory(spec), () -> ours(Dialect.GPSHELL, file)));
    }
}

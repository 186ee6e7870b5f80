// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardArgs;
import org.esc.card.CardFiles;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.command.Arguments;
import org.esc.command.Context;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.securechannel.testing.Person;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Message.TokenPduRequest;
import org.esc.tps.Message.TokenPduResponse;
import org.esc.tps.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class VerbsTest {

    /** Readers with a card each that knows its number, its life cycle and its issuer's address. */
    private static final class Shelf implements ReaderProvider {

        final List<String> names = new CopyOnWriteArrayList<>(List.of("one"));
        volatile int lifeCycle = 0x07;
        volatile String issuer = "";
        volatile boolean applet = true;
        volatile boolean open;

        @Override
        public String name() {
            return "Shelf";
        }

        @Override
        public List<ReaderState> readers() {
            return names.stream().map(n -> new ReaderState(n, "Shelf", ReaderState.Presence.PRESENT,
                    Optional.of(Atr.of("3B00")), 1)).toList();
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            return () -> { };
        }

        @Override
        public RawConnection connect(String reader, boolean exclusive) {
            open = true;
            return new RawConnection() {
                @Override
                public Atr atr() {
                    return Atr.of("3B00");
                }

                @Override
                public String protocol() {
                    return "software";
                }

                @Override
                public byte[] transmit(byte[] command) {
                    return answer(CommandApdu.parse(command)).bytes();
                }

                @Override
                public Atr reset() {
                    return atr();
                }

                @Override
                public void close() {
                    open = false;
                }
            };
        }

        private ResponseApdu answer(CommandApdu c) {
            return switch (c.ins()) {
                case 0xA4 -> c.nc() > 0 && c.data()[0] == 0x62 && !applet ? ResponseApdu.of(0x6A82) : ResponseApdu.ok();
                case 0xCA -> c.p1() == 0x9F ? ResponseApdu.ok(Cplc.of(FakeCard.CUID, new byte[4]).encoded())
                        : ResponseApdu.of(0x6A88);
                case 0xF2 -> ResponseApdu.ok((byte) lifeCycle);
                case 0xF6 -> ResponseApdu.ok(java.util.Arrays.copyOf(issuer.getBytes(StandardCharsets.US_ASCII), 224));
                default -> ResponseApdu.ok();
            };
        }
    }

    @TempDir
    Path dir;
    private final Shelf shelf = new Shelf();
    private final Person person = Person.alice();
    private Readers readers;
    private Journal journal;
    private TpsClient client;
    private PhoneHome home;
    private TokenWork work;
    private ScriptedServer server;

    @BeforeEach
    void open() throws Exception {
        readers = new Readers();
        readers.addProvider(shelf);
        journal = new Journal(dir.resolve("journal"));
        client = new TpsClient(journal);
        home = new PhoneHome(dir.resolve("issuers"));
        work = work(Optional.empty());
        server = new ScriptedServer(p -> {
            if (p.readHead().startsWith("GET /phoneHome")) {
                String xml = PhoneHomeTest.GOOD.replace("http://127.0.0.1:8080/tps/tps", server.url().toString())
                        .replace("userKey", "cleanToken");
                p.raw("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + xml.length() + "\r\n\r\n" + xml);
                return;
            }
            p.raw(ScriptedServer.HEAD);
            var begin = (org.esc.tps.Message.BeginOp) p.receive();
            seen.add(begin.operation() + " " + begin.extensions().getOrDefault("tokenType", "-"));
            p.ask(new TokenPduRequest(Hex.parse("80CA9F7F2D")), TokenPduResponse.class);
            p.end(new EndOp(begin.operation(), 0, 0));
            p.drain();
        });
    }

    private Optional<String> passphraseEnv = Optional.empty();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    private TokenWork work(Optional<CardFiles> files) {
        return new TokenWork(readers, new Drivers(new DriverRules(dir.resolve("drivers.rules")), Limits.DEFAULT), client, journal, files, home, dir.resolve("client.properties"));
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    private TokenArgs token(Optional<String> reader, Optional<Path> soft, Optional<URI> tps) {
        return new TokenArgs(new CardArgs(reader, soft, passphraseEnv), tps, List.of(), Trust.Revocation.SOFT, Optional.empty());
    }

    private static final LinkArgs LINK = new LinkArgs(Optional.empty(), 60, false, false);

    private TokenResult format(Optional<String> reader, Optional<Path> soft, Optional<URI> tps) throws EscException {
        return new FormatVerb(work).run(new FormatVerb.Args(token(reader, soft, tps), Optional.empty(), LINK), Context.of(person));
    }

    private TokenResult enroll() throws EscException {
        return new EnrollVerb(work).run(new EnrollVerb.Args(token(Optional.empty(), Optional.empty(), Optional.of(server.url())),
                Optional.of("soKey"), LINK), Context.of(person));
    }

    private EscException fails(Fault fault, org.junit.jupiter.api.function.Executable work) {
        var e = assertThrows(EscException.class, work);
        assertEquals(fault, e.fault(), e.problem().toString());
        return e;
    }

    @Test
    void doesWhatItIsToldAndLetsTheCardGo() throws Exception {
        var result = format(Optional.empty(), Optional.empty(), Optional.of(server.url()));
        assertEquals(FakeCard.CUID.toString(), result.cuid());
        assertEquals("one", result.reader());
        assertEquals(1, result.apdus());
        assertEquals("format", result.operation());
        assertEquals(List.of("5 -"), seen);
        assertTrue(person.questions.isEmpty());
        var text = new StringWriter();
        new FormatVerb(work).print(result, new PrintWriter(text, true));
        assertTrue(text.toString().startsWith("Token 4090-6145-c762-2419-2d2b is formatted."), text.toString());
        enroll();
        new ResetPinVerb(work).run(new ResetPinVerb.Args(token(Optional.of("one"), Optional.empty(), Optional.of(server.url())), LINK),
                Context.of(person));
        assertEquals(List.of("5 -", "1 soKey", "3 -"), seen);
        for (int i = 0; i < 1000 && shelf.open; i++) {
            Thread.sleep(5);
        }
        assertFalse(shelf.open, "the card is released");
    }

    @Test
    void nothingOfAnEnrolledTokenIsLostWithoutAYes() throws Exception {
        shelf.lifeCycle = 0x0F;
        person.agrees = false;
        fails(Fault.CANCELLED, () -> format(Optional.empty(), Optional.empty(), Optional.of(server.url())));
        fails(Fault.CANCELLED, this::enroll);
        assertTrue(seen.isEmpty(), "the server was not even asked");
        assertEquals(2, person.questions.size());
        assertTrue(person.questions.stream().allMatch(c -> c.irreversible()));
        person.agrees = true;
        enroll();
        assertEquals(List.of("1 soKey"), seen);
    }

    private static <A extends Record, R extends Record> R run(org.esc.command.Verb<A, R> verb, Person person, String... words) throws EscException {
        var map = new java.util.LinkedHashMap<String, List<String>>();
        for (String w : words) {
            map.put(w.substring(0, w.indexOf('=')), List.of(w.substring(w.indexOf('=') + 1)));
        }
        return verb.run(Arguments.build(verb.arguments(), map), Context.of(person));
    }

    @Test
    void thePhoneHomeAddressIsShownTestedNamedAndReset() throws Exception {
        var show = new PhoneHomeVerbs.Show(work);
        var none = run(show, person);
        assertEquals(PhoneHomeVerbs.Source.NONE, none.source());
        assertEquals("no-phone-home", fails(Fault.USAGE, () -> run(new PhoneHomeVerbs.Test(work), person)).problem().code());

        shelf.issuer = server.url("/phoneHome").toString();
        var tested = run(new PhoneHomeVerbs.Test(work), person);
        assertEquals(PhoneHomeVerbs.Source.TOKEN, tested.source());
        assertEquals(Optional.of(shelf.issuer), tested.inForce());
        assertEquals(server.url().toString(), tested.answer().orElseThrow().operation());
        assertEquals(Optional.of("cleanToken"), tested.answer().orElseThrow().tokenType());
        assertTrue(tested.current());
        assertTrue(tested.notes().isEmpty(), "on this computer nobody listens: " + tested.notes());
        var text = new StringWriter();
        show.print(tested, new PrintWriter(text, true));
        for (String field : List.of("Issuer", "Operation", "UI", "EnrolledTokenBrowserURL", "EnrolledTokenURL", "TokenType", "CAChainUI")) {
            assertTrue(text.toString().contains("  " + field), text.toString());
        }

        String other = server.url("/phoneHome?office=2").toString();
        assertEquals(other, run(new PhoneHomeVerbs.Test(work), person, "url=" + other).answer().orElseThrow().from());
        assertEquals(shelf.issuer, run(show, person).answer().orElseThrow().from(), "only looked at");
        var named = run(new PhoneHomeVerbs.Set(work), person, "url=" + other);
        assertEquals(PhoneHomeVerbs.Source.NAMED, named.source());
        assertEquals(Optional.of(shelf.issuer), named.onToken());
        assertTrue(named.notes().toString().contains("only the token management system can write it"), named.notes().toString());
        assertTrue(named.current());
        assertEquals(named.inForce(), run(show, person, "cuid=" + FakeCard.CUID).inForce());
        seen.clear();
        format(Optional.empty(), Optional.empty(), Optional.empty());
        assertEquals(List.of("5 cleanToken"), seen, "what was named is used");

        assertTrue(run(new PhoneHomeVerbs.Forget(work), person).answer().isEmpty());
        assertEquals(PhoneHomeVerbs.Source.NAMED, run(show, person).source());
        var reset = run(new PhoneHomeVerbs.Reset(work), person);
        assertEquals(PhoneHomeVerbs.Source.TOKEN, reset.source());
        assertTrue(reset.named().isEmpty() && reset.answer().isEmpty());
    }

    @Test
    void aPageOfTheAnswerIsOpenedOnceItWasSaidWhereItIs() throws Exception {
        var opened = new ArrayList<URI>();
        var open = new PhoneHomeVerbs.Open(work, opened::add);
        shelf.issuer = server.url("/phoneHome").toString();
        assertEquals("no-answer", fails(Fault.USAGE, () -> run(open, person, "page=ca-chain")).problem().code());
        var chain = URI.create("https://ca.example.com/chain");
        var cuid = FakeCard.CUID;
        home.remember(cuid, URI.create(shelf.issuer), new ServiceInfo("", server.url(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.of(chain)));
        assertEquals("no-page", fails(Fault.USAGE, () -> run(open, person, "page=enrolled")).problem().code());
        person.agrees = false;
        fails(Fault.CANCELLED, () -> run(open, person, "page=ca-chain"));
        assertEquals(List.of(), opened, "nothing is opened before the host was seen");
        assertTrue(person.questions.getFirst().message().contains("ca.example.com"), person.questions.toString());
        assertFalse(person.questions.getFirst().irreversible());
        person.agrees = true;
        run(open, person, "page=ca-chain");
        assertEquals(List.of(chain), opened);
        assertEquals("no-browser", fails(Fault.USAGE, () -> run(new PhoneHomeVerbs.Open(work, _ -> false), person, "page=ca-chain")).problem().code());
    }

    @Test
    void onlyPagesOfTheWebAreHandedToABrowser() throws Exception {
        for (String bad : List.of("javascript:alert(1)", "file:///etc/passwd", "http:relative", "mailto:a@example.com")) {
            assertFalse(WebPages.open(URI.create(bad)), bad);
        }
        assertEquals(List.of("xdg-open"), WebPages.command("Linux"));
        URI page = URI.create("https://ca.example.com/chain?a=b&c=d");
        assertTrue(WebPages.open(List.of("sh", "-c", "test \"$0\" = 'https://ca.example.com/chain?a=b&c=d'"), page), "handed over as it is");
        assertFalse(WebPages.open(List.of("sh", "-c", "exit 3"), page));
        assertFalse(WebPages.open(List.of("/none/browser"), page));
    }

    @Test
    void anAddressThatDoesNotAnswerIsNotTaken() throws Exception {
        var set = new PhoneHomeVerbs.Set(work);
        String dead = "http://127.0.0.1:1/phoneHome";
        assertEquals("phone-home", fails(Fault.NETWORK, () -> run(set, person, "url=" + dead)).problem().code());
        assertEquals("bad-address", fails(Fault.USAGE, () -> run(set, person, "url=ftp://host/")).problem().code());
        fails(Fault.USAGE, () -> run(set, person, "url=" + dead, "everywhere=true", "reader=one"));
        assertEquals(PhoneHomeVerbs.Source.NONE, run(new PhoneHomeVerbs.Show(work), person).source());
        assertEquals(Optional.of(dead), run(set, person, "url=" + dead, "untested=true").named());
        assertEquals(List.of(FakeCard.CUID), home.known());
    }

    @Test
    void thereIsOneAddressForTokensThatNameNone() throws Exception {
        String everywhere = server.url("/phoneHome").toString();
        assertEquals(Optional.of(everywhere), run(new PhoneHomeVerbs.Set(work), person, "url=" + everywhere, "everywhere=true").settings());
        assertEquals(PhoneHomeVerbs.Source.SETTINGS, run(new PhoneHomeVerbs.Test(work), person).source());
        assertFalse(run(new PhoneHomeVerbs.Forget(work), person, "all=true").current());
        assertTrue(home.remembered(FakeCard.CUID).isEmpty());
        assertTrue(run(new PhoneHomeVerbs.Reset(work), person, "everywhere=true").settings().isEmpty());
        assertEquals(PhoneHomeVerbs.Source.NONE, run(new PhoneHomeVerbs.Show(work), person).source());
    }

    @Test
    void saysWhichCardWhenThereAreSeveralOrNone() {
        shelf.names.add("two");
        var e = fails(Fault.USAGE, () -> format(Optional.empty(), Optional.empty(), Optional.of(server.url())));
        assertEquals("which-card", e.problem().code());
        assertTrue(e.problem().advice().contains("one, two"));
        shelf.names.clear();
        fails(Fault.CARD, () -> format(Optional.empty(), Optional.empty(), Optional.of(server.url())));
        fails(Fault.USAGE, () -> format(Optional.of("nine"), Optional.empty(), Optional.of(server.url())));
        fails(Fault.USAGE, () -> format(Optional.of("one"), Optional.of(dir), Optional.of(server.url())));
        fails(Fault.USAGE, () -> format(Optional.empty(), Optional.of(dir), Optional.of(server.url())));
    }

    @Test
    void plugsACardFileInAndOut() throws Exception {
        shelf.names.clear();
        var given = new ArrayList<Boolean>();
        work = work(Optional.of(new CardFiles() {
            @Override
            public Plugged insert(Path file, Optional<Secret> passphrase) {
                given.add(passphrase.map(x -> x.length() > 0).orElse(false));
                shelf.names.add("soft " + file.getFileName());
                return new Plugged() {
                    @Override
                    public String reader() {
                        return "soft " + file.getFileName();
                    }

                    @Override
                    public void close() {
                        shelf.names.clear();
                    }
                };
            }
        }));
        assertEquals("soft a.card", format(Optional.empty(), Optional.of(Path.of("a.card")), Optional.of(server.url())).reader());
        assertTrue(shelf.names.isEmpty());
        passphraseEnv = Optional.of("PATH");
        format(Optional.empty(), Optional.of(Path.of("a.card")), Optional.of(server.url()));
        assertEquals(List.of(false, true), given);
        passphraseEnv = Optional.of("ESC_NO_SUCH_VARIABLE");
        assertEquals("passphrase-missing", fails(Fault.USAGE,
                () -> format(Optional.empty(), Optional.of(Path.of("a.card")), Optional.of(server.url()))).problem().code());
    }

    @Test
    void findsTheServerByTheTokenThenTheSettingsThenThePerson() throws Exception {
        person.answers.put("TPS", server.url().toString());
        format(Optional.empty(), Optional.empty(), Optional.empty());
        assertEquals("Server", person.forms.getFirst().title());
        person.answers.put("TPS", "nonsense");
        assertEquals("bad-address",
                fails(Fault.USAGE, () -> format(Optional.empty(), Optional.empty(), Optional.empty())).problem().code());
        person.forms.clear();

        Files.writeString(dir.resolve("client.properties"), "tps=" + server.url() + "\n");
        format(Optional.empty(), Optional.empty(), Optional.empty());
        assertTrue(person.forms.isEmpty(), "nothing was asked");

        shelf.issuer = server.url("/phoneHome").toString();
        assertEquals(server.url().toString(), format(Optional.empty(), Optional.empty(), Optional.empty()).server());
        assertEquals("5 cleanToken", seen.getLast(), "the token type is the issuer's");
        assertTrue(home.cached(FakeCard.CUID, URI.create(shelf.issuer)).isPresent());

        shelf.issuer = server.url("/nothing-here").toString();
        Files.writeString(dir.resolve("client.properties"), "phone-home=" + server.url("/phoneHome") + "\n");
        shelf.issuer = "";
        format(Optional.empty(), Optional.empty(), Optional.empty());
        assertEquals("5 cleanToken", seen.getLast());
    }

    @Test
    void offersToFormatATokenWhoseFormatWasCutShort() throws Exception {
        journal.started(FakeCard.CUID, Operation.FORMAT).failed();
        enroll();
        assertTrue(person.told.stream().anyMatch(t -> t.startsWith("Formatting this token was cut short")), person.told.toString());
        assertEquals("Format the token first", person.questions.getFirst().title());
        assertEquals(List.of("5 soKey", "1 soKey"), seen);
        seen.clear();
        journal.started(FakeCard.CUID, Operation.FORMAT).failed();
        person.agrees = false;
        enroll();
        assertEquals(List.of("1 soKey"), seen, "not if the person does not want to");
    }

    @Test
    void tellsThatEnrollingATokenWasCutShort() throws Exception {
        journal.started(FakeCard.CUID, Operation.ENROLL).failed();
        enroll();
        assertTrue(person.told.stream().anyMatch(t -> t.contains("format it first")), person.told.toString());
        assertTrue(person.questions.isEmpty());
        assertEquals(List.of("1 soKey"), seen);
    }

    @Test
    void aBlankCardHasNoAppletToAsk() throws Exception {
        shelf.applet = false;
        shelf.lifeCycle = 0x0F;
        format(Optional.empty(), Optional.empty(), Optional.of(server.url()));
        assertTrue(person.questions.isEmpty());
    }

    @Test
    void refusesArgumentsThatMakeNoSense() {
        for (String timeout : List.of("0", "-5", "1000000", "soon")) {
            assertTrue(fails(Fault.USAGE, () -> Arguments.build(FormatVerb.Args.class, Map.of("timeout", List.of(timeout)))).getMessage()
                    .contains("--timeout"));
        }
    }

    @Test
    void refusesAddressesThatMakeNoSense() {
        for (String address : List.of("nonsense", "http:", "http://", "ftp://host/tps", "http://127.0.0.1", "http://127.0.0.1:99999/tps",
                "http://[::1/tps", "https:///tps", "http://alice:Secret.123@127.0.0.1/tps", "http://127.0.0.1:x/tps")) {
            var e = fails(Fault.USAGE, () -> new FormatVerb(work).run(
                    Arguments.build(FormatVerb.Args.class, Map.of("tps", List.of(address))), Context.of(person)));
            assertFalse(e.getMessage().contains("Secret.123"), e.getMessage());
        }
        for (String proxy : List.of("nonsense", "https://host:1", "http://", "http://host:99999", "http://alice:Secret.123@host:1")) {
            fails(Fault.USAGE, () -> new FormatVerb(work).run(Arguments.build(FormatVerb.Args.class,
                    Map.of("tps", List.of(server.url().toString()), "proxy", List.of(proxy))), Context.of(person)));
        }
        assertTrue(seen.isEmpty());
    }

    @Test
    void theVerbsHaveTheSameArguments() {
        var format = Arguments.of(FormatVerb.Args.class);
        var common = List.of("--reader", "--soft", "--passphrase-env", "--tps", "--ca", "--revocation", "--client-p12", "--client-pkcs11", "--client-token", "--user", "--token-type", "--proxy",
                "--timeout", "--no-status", "--plain-login", "--dry-run");
        assertEquals(common, format.stream().map(Arguments.Parameter::display).toList());
        var enroll = new java.util.ArrayList<>(Arguments.of(EnrollVerb.Args.class));
        var wishes = enroll.stream().filter(p -> List.of("--renew", "--temporary", "--recover").contains(p.display())).toList();
        assertEquals(3, wishes.size());
        enroll.removeAll(wishes);
        assertEquals(format, enroll);
        assertEquals(format.stream().filter(p -> !p.display().equals("--token-type")).toList(), Arguments.of(ResetPinVerb.Args.class));
        for (String[] two : new String[][] {{"renew", "temporary"}, {"temporary", "recover"}, {"recover", "renew"}}) {
            assertEquals("Give only one of --renew, --temporary and --recover.", fails(Fault.USAGE, () -> Arguments.build(EnrollVerb.Args.class,
                    Map.of(two[0], List.of("true"), two[1], List.of("true")))).getMessage());
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;
import org.esc.driver.TokenIdentity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What drivers declare, and what people decide about them. */
class RulesTest {

    private static final Atr ATR = Atr.of("3B95134001500063");

    @TempDir
    Path dir;

    private final List<String> sent = new ArrayList<>();
    private final CardChannel card = new CardChannel() {
        @Override
        public ResponseApdu transmit(CommandApdu c) {
            sent.add(org.esc.apdu.Hex.of(c.bytes()));
            return switch (c.ins()) {
                case 0xA4 -> c.nc() == 0 || org.esc.apdu.Hex.of(c.data()).startsWith("F0") ? ResponseApdu.ok() : ResponseApdu.of(0x6A82);
                case 0xCA -> c.p1() == 0x9F ? ResponseApdu.ok(Cplc.of(Cuid.of("40906145C76224192D2B"), new byte[4]).encoded())
                        : ResponseApdu.of(0x6A88);
                default -> ResponseApdu.of(0x6D00);
            };
        }

        @Override
        public void close() {
        }
    };

    private Drivers drivers;

    private static final class Silent implements CardDriver {
        @Override
        public CardApplication open(CardFacts facts, CardChannel channel) {
            return new CardApplication() {
                @Override
                public void select() {
                }

                @Override
                public TokenIdentity identity() {
                    return new TokenIdentity.Builder().build();
                }
            };
        }
    }

    @BeforeEach
    void threeDrivers() {
        drivers = new Drivers(new DriverRules(dir.resolve("rules")), Limits.DEFAULT);
        add("Applet", CardDriver.AID, "F000000001");
        add("Chip", CardDriver.ATR, "3B95..40*");
        add("Any", CardDriver.ISD, "any");
    }

    private void add(String name, String key, Object value) {
        drivers.addDriver(new Silent(), Map.of(CardDriver.NAME, name, key, value));
    }

    private ReaderState in(String reader) {
        return new ReaderState(reader, "Test", ReaderState.Presence.PRESENT, Optional.of(ATR), 1);
    }

    private List<String> order(String reader) throws Exception {
        return drivers.open(in(reader), card, Origin.probe("test")).applications().stream().map(OpenCard.Application::driver).toList();
    }

    @Test
    void declarationsAloneMatchACard() throws Exception {
        assertEquals(List.of("Applet", "Chip", "Any"), order("R"));
        assertEquals(1, sent.stream().filter(s -> s.equals("00A4040005F00000000100")).count(), sent::toString);
        var verdicts = drivers.open(in("R"), card, Origin.probe("test")).verdicts();
        assertEquals(List.of("application F000000001 answers", "ATR fits 3B95..40*", "has a card manager"),
                verdicts.stream().map(v -> v.match().reason()).toList());
        assertEquals(List.of(80, 60, 10), verdicts.stream().map(v -> v.match().score()).toList());
    }

    @Test
    void whatIsDeclaredIsCheckedAndMatched() {
        var facts = new CardFacts("R", ATR, Optional.of(new CardFacts.Manager(Optional.of(Aid.of("A000000151000000")), false,
                Optional.of(Cplc.of(Cuid.of("40906145C76224192D2B"), new byte[4])), List.of())),
                Map.of(Aid.of("F000000001"), ResponseApdu.of(0x6285), Aid.of("F000000002"), ResponseApdu.of(0x6A82)));
        assertEquals(80, match(facts, CardDriver.AID, "F000000001"), "terminated, yet there");
        assertEquals(0, match(facts, CardDriver.AID, "F000000002"));
        assertEquals(80, match(facts, CardDriver.AID, new String[] {"F000000002", "F000000001"}));
        assertEquals(60, match(facts, CardDriver.ATR, "3b 95 13 40 01 50 00 63"));
        assertEquals(0, match(facts, CardDriver.ATR, "3B951340015000"));
        assertEquals(60, match(facts, CardDriver.ATR, "3B951340015000*"));
        assertEquals(0, match(facts, CardDriver.ATR, "3B95134001500064"));
        assertEquals(40, match(facts, CardDriver.ISD, "fabricator=4090"));
        assertEquals(40, match(facts, CardDriver.ISD, "type=6145"));
        assertEquals(0, match(facts, CardDriver.ISD, "os=1234"));
        assertEquals(40, match(facts, CardDriver.ISD, "aid=A000000151"));
        assertEquals(10, match(facts, CardDriver.ISD, "ANY"));
        assertEquals(0, match(new CardFacts("R", Atr.UNKNOWN, Optional.empty(), Map.of()), CardDriver.ATR, "3B*"));
        for (var bad : List.of(Map.of(), Map.of(CardDriver.NAME, " "), Map.of(CardDriver.NAME, "x", CardDriver.AID, "A0"),
                Map.of(CardDriver.NAME, "x", CardDriver.ATR, "hello"), Map.of(CardDriver.NAME, "x", CardDriver.ISD, "model=12"),
                Map.of(CardDriver.NAME, "x", CardDriver.AID, 7), Map.of(CardDriver.NAME, "a\tb"))) {
            @SuppressWarnings("unchecked")
            var properties = (Map<String, Object>) bad;
            assertThrows(IllegalArgumentException.class, () -> Declaration.of(properties), bad::toString);
        }
    }

    private static int match(CardFacts facts, String key, Object value) {
        return Declaration.of(Map.of(CardDriver.NAME, "x", key, value)).match(facts).score();
    }

    @Test
    void aDriverWithABadDeclarationOrATakenNameIsRefusedWithAReason() throws Exception {
        var bad = new Silent();
        drivers.addDriver(bad, Map.of(CardDriver.NAME, "Odd", CardDriver.AID, "xyz"));
        drivers.addDriver(new Silent(), Map.of(CardDriver.NAME, "applet"));
        assertEquals(3, drivers.list().size());
        assertEquals(2, drivers.complaints().size());
        assertTrue(drivers.complaints().get(0).contains("driver.aid=xyz"));
        assertTrue(drivers.complaints().get(1).contains("two drivers called \"applet\""));
        drivers.removeDriver(bad);
        assertEquals(1, drivers.complaints().size());
    }

    @Test
    void narrowerRulesOverrideWiderOnes() throws Exception {
        var rules = drivers.rules();
        rules.add(new DriverRule(DriverRule.Kind.PREFER, "Any", DriverRule.Scope.ALL, ""));
        assertEquals(List.of("Any", "Applet", "Chip"), order("R"));
        rules.add(new DriverRule(DriverRule.Kind.DISABLE, "Any", DriverRule.Scope.READER, "R"));
        assertEquals(List.of("Applet", "Chip"), order("R"));
        assertEquals(List.of("Any", "Applet", "Chip"), order("S"));
        rules.add(new DriverRule(DriverRule.Kind.PIN, "Chip", DriverRule.Scope.ATR, ATR.toString()));
        sent.clear();
        assertEquals(List.of("Chip"), order("S"));
        assertFalse(sent.stream().anyMatch(s -> s.contains("F000000001")), "the applet is not asked for");
        rules.add(new DriverRule(DriverRule.Kind.PIN, "Applet", DriverRule.Scope.ATR, ATR.toString()));
        assertEquals(List.of("Applet"), order("S"), "one pinned driver takes another's place");
        assertEquals(1, rules.remove("Applet", _ -> true));
        assertEquals(2, rules.remove("Any", _ -> true));
        assertEquals(List.of("Applet", "Chip", "Any"), order("R"));
    }

    @Test
    void aPinnedDriverIsTakenEvenIfItDoesNotKnowTheCard() throws Exception {
        add("Other", CardDriver.AID, "A000000001");
        drivers.rules().add(new DriverRule(DriverRule.Kind.PIN, "other", DriverRule.Scope.ALL, ""));
        assertEquals(List.of("Other"), order("R"));
        drivers.rules().add(new DriverRule(DriverRule.Kind.PIN, "Not installed", DriverRule.Scope.READER, "R"));
        assertEquals(List.of("Applet", "Chip", "Any"), order("R"), "a driver that is not there cannot be pinned");
    }

    @Test
    void rulesOutliveAProcessAndStrangeLinesStay() throws Exception {
        Path file = dir.resolve("rules");
        Files.writeString(file, "SHARE\tALL\tAny\t\nnonsense\n\n");
        drivers.rules().add(new DriverRule(DriverRule.Kind.DISABLE, "Any", DriverRule.Scope.ALL, ""));
        assertEquals(List.of("SHARE\tALL\tAny\t", "nonsense", "DISABLE\tALL\tAny\t"), Files.readAllLines(file));
        assertEquals(1, new DriverRules(file).all().size());
        Files.delete(file);
        Files.createDirectory(file);
        var e = assertThrows(org.esc.apdu.EscException.class, () -> drivers.rules().all());
        assertTrue(e.getMessage().contains("rules"), e.getMessage());
    }

    @Test
    void viewsHearOfDriversThatComeAndGo() {
        var news = new AtomicInteger();
        var driver = new Silent();
        try (var _ = drivers.subscribe(news::incrementAndGet)) {
            drivers.addDriver(driver, Map.of(CardDriver.NAME, "New"));
            assertEquals(1, news.get());
            drivers.removeDriver(driver);
            assertEquals(2, news.get());
        }
        drivers.addDriver(driver, Map.of(CardDriver.NAME, "New"));
        assertEquals(2, news.get());
        assertEquals(Silent.class, drivers.implementation("New").orElseThrow());
    }

    @Test
    void aProbeWithoutDeclarationIsAskedOfEachCard() throws Exception {
        drivers.addDriver(new CardDriver() {
            @Override
            public Match probe(CardFacts facts, CardChannel channel, Match declared) {
                return facts.has(Aid.of("F000000001")) ? new Match(100, "sees the applet") : Match.none("no");
            }

            @Override
            public CardApplication open(CardFacts facts, CardChannel channel) {
                return new Silent().open(facts, channel);
            }
        }, Map.of(CardDriver.NAME, "Asks"));
        assertEquals("Asks", order("R").getFirst());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.Tlv;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.driver.CardDriver;
import org.esc.driver.Pins;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.TokenInfo;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.files.FilesAppletFactory;
import org.esc.softcard.files.Pkcs15CardFactory;
import org.junit.jupiter.api.Test;

/** Cards without a card manager whose application answers to no name: EF.DIR tells where it is. */
class DirectoryTest {

    private static final ReaderState READER = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);
    private static final String IMAGE = Pkcs15CardFactory.image();
    private static final String PKCS15 = "A000000063504B43532D3135";
    private static final String LONG = "E828BD080FA000000167455349474E";
    /** By this name the file system itself is reached within the software card. */
    private static final String FILES = "F276A288BCFBA69D34F31001";

    private final List<String> sent = new ArrayList<>();

    private static Drivers drivers() {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new Pkcs15Driver(), Map.of(CardDriver.NAME, "PKCS #15", CardDriver.AID, List.of(PKCS15, "E828BD080F"),
                CardDriver.DIRECTORY, List.of(PKCS15, "E828BD080F")));
        return drivers;
    }

    static Tlv application(String aid, String label, String path) {
        var parts = new ArrayList<>(List.of(Tlv.of(0x4F, Hex.parse(aid)), Tlv.of(0x50, label.getBytes(StandardCharsets.UTF_8))));
        if (!path.isEmpty()) {
            parts.add(Tlv.of(0x51, Hex.parse(path)));
        }
        return Tlv.of(0x61, parts);
    }

    private CardChannel card(Set<String> names, String directory) {
        return filesAlone(names, directory, sent);
    }

    /** A card of files alone, with this EF.DIR: only these names are answered. What it is sent is added to a list. */
    static CardChannel filesAlone(Set<String> names, String directory, List<String> sent) {
        String image = IMAGE.replaceFirst("(?m)^(ef 3F00/2F00 .*)=\\n( .*\\n)*", "$1=\n " + directory + "\n").replace("names=" + PKCS15,
                "names=" + LONG + "," + PKCS15);
        assertFalse(image.equals(IMAGE), "the image is another");
        SoftCard soft = SoftCard.withApplets(CardSpec.standard(), new FilesAppletFactory().with(image.getBytes(StandardCharsets.UTF_8)));
        assertTrue(soft.process(CommandApdu.select(Aid.of(FILES))).isOk());
        return new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) throws EscException {
                sent.add(Hex.of(command.bytes()));
                boolean byName = command.ins() == 0xA4 && command.p1() == 4;
                return byName && !names.contains(Hex.of(command.data())) ? ResponseApdu.of(0x6A82) : soft.process(command);
            }

            @Override
            public void close() {
                // the card stays
            }
        };
    }

    static String directory(Tlv... applications) {
        var all = new StringBuilder();
        for (Tlv t : applications) {
            all.append(Hex.of(t.encoded()));
        }
        return all.toString();
    }

    private void isRead(CardChannel channel, String reason) throws EscException {
        TokenInfo t = drivers().read(READER, channel);
        assertEquals("PKCS #15", t.driver(), t.problems()::toString);
        assertEquals(List.of(), t.problems());
        assertEquals(reason + " and has a list of directories (EF.ODF)", t.reason());
        assertEquals(List.of("45", "46", "47"), t.certificates().stream().map(c -> c.id()).toList());
    }

    @Test
    void theApplicationIsFoundByItsPath() throws Exception {
        CardChannel channel = card(Set.of(), directory(application("D27600002545500200", "Signature", "3F004000"), application("E828BD080FA000000167", "Token", "3F005015")));
        isRead(channel, "EF.DIR names the application E828BD080FA000000167");
        var open = drivers().open(READER, channel, Origin.verb("test"));
        try (Secret pin = Secret.of(Pkcs15CardFactory.PIN)) {
            open.need(Pins.class, Optional.empty(), "do that").verifyPin("01", pin);
        }
        assertEquals(256, open.need(Signing.class, Optional.empty(), "do that").sign("45", SignatureAlgorithm.RSA_PKCS1_SHA256, new byte[32]).length);
        assertTrue(open.info().details().stream().anyMatch(d -> d.name().equals("Applications") && d.value().equals("Signature, Token")));
    }

    @Test
    void ofSeveralTheFirstThatHasItsFilesIsTaken() throws Exception {
        isRead(card(Set.of(), directory(application(PKCS15, "Gone", "3F004444"), application(PKCS15, "Here", "3F005015"))),
                "EF.DIR names the application " + PKCS15);
    }

    @Test
    void withoutAPathItIsEnteredByItsName() throws Exception {
        // that is longer than the one which the driver asks for
        isRead(card(Set.of(LONG), directory(application(LONG, "Token", ""))), "EF.DIR names the application " + LONG);
    }

    @Test
    void twoCommandsAreEnoughToFindNoDirectory() throws Exception {
        SoftCard blank = SoftCard.inMemory(CardSpec.standard());
        CardChannel channel = new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) throws EscException {
                sent.add(Hex.of(command.bytes()));
                return ResponseApdu.of(0x6A82);
            }

            @Override
            public void close() {
                // nothing to let go of
            }
        };
        assertEquals("", drivers().read(READER, channel).driver());
        assertEquals(List.of("00A40800022F0000", "00A40000023F0000"), sent.subList(sent.size() - 2, sent.size()));
        sent.clear();
        drivers().read(READER, new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) throws EscException {
                sent.add(Hex.of(command.bytes()));
                return blank.process(command);
            }

            @Override
            public void close() {
                // nothing to let go of
            }
        });
        assertTrue(sent.stream().noneMatch(s -> s.contains("2F00")), "a card with a card manager is not asked");
    }

    @Test
    void nonsenseInTheDirectoryNamesNothing() throws Exception {
        for (String bad : List.of("", "61", "6182FFFF", "FFFFFFFF", "610A4F1FA0", "6104" + "4F02A000")) {
            assertEquals("", drivers().read(READER, card(Set.of(), bad)).driver(), bad);
        }
        TokenInfo t = drivers().read(READER, card(Set.of(), directory(application(PKCS15, "Gone", "3F004444"))));
        assertTrue(t.details().stream().anyMatch(d -> d.name().equals("Tried PKCS #15") && d.value().startsWith("EF.DIR names the application " + PKCS15
                + ", but there is no EF.ODF")), t.details()::toString);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.piv.Chuid;
import org.esc.piv.FascN;
import org.esc.piv.PivCertificate;
import org.esc.piv.PivObject;
import org.esc.piv.PivSlot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The ICAM test cards, good and bad: every one is read, and the bad ones are complained of for the reason they were made for. */
class IcamTest {

    private static final Instant DAY = Instant.parse("2022-06-01T00:00:00Z");

    static Stream<String> cards() {
        return IcamCards.ALL.keySet().stream();
    }

    private static Map<PivObject, Optional<byte[]>> objects(String card) {
        var all = new HashMap<PivObject, Optional<byte[]>>();
        PivObject.ALL.forEach(o -> all.put(o, Optional.ofNullable(IcamCards.ALL.get(card).get(o))));
        return all;
    }

    private static List<PivChecks.Finding> findings(String card) {
        return PivChecks.of(objects(card), Map.of(), IcamCards.AUTHORITIES).at(DAY);
    }

    /** A line for each finding, behind the card's name. */
    private static Map<String, List<String>> expected() throws Exception {
        var all = new LinkedHashMap<String, List<String>>();
        try (var in = new BufferedReader(new InputStreamReader(IcamTest.class.getResourceAsStream("icam-expected.txt"), StandardCharsets.UTF_8))) {
            List<String> of = List.of();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("  ")) {
                    of.add(line.strip());
                } else if (!line.isEmpty()) {
                    of = new ArrayList<>();
                    all.put(line, of);
                }
            }
        }
        return all;
    }

    @Test
    void thereAreAllOfThem() throws Exception {
        assertEquals(55, IcamCards.ALL.size());
        assertEquals(IcamCards.ALL.keySet(), expected().keySet());
    }

    @ParameterizedTest
    @MethodSource("cards")
    void allThatIsWrongIsSaidExactly(String card) throws Exception {
        assertEquals(expected().get(card), findings(card).stream().map(f -> f.code() + " " + f.object().id() + ": " + f.text()).toList());
    }

    /** By the list of its makers; the object's tag and the code. */
    @ParameterizedTest
    @CsvSource({"03, certificate-key-id, 5fc105", "04, chuid-changed, 5fc102", "05, certificate-changed, 5fc105", "05, certificate-changed, 5fc101",
        "06, face-changed, 5fc108", "07, fingerprints-changed, 5fc103", "08, security-signature, 5fc106", "09, chuid-signer-expired, 5fc102",
        "10, certificate-issuer-expired, 5fc105", "10, certificate-issuer-expired, 5fc101", "11, certificate-outlives-card, 5fc105",
        "12, certificate-early, 5fc105", "12, certificate-early, 5fc101", "13, certificate-expired, 5fc105", "13, certificate-expired, 5fc101",
        "14, chuid-expired, 5fc102", "15, certificate-fasc-n, 5fc105", "16, certificate-fasc-n, 5fc101", "17, face-fasc-n, 5fc108",
        "18, fingerprints-fasc-n, 5fc103", "19, certificate-uuid, 5fc105", "20, certificate-uuid, 5fc101", "21, face-uuid, 5fc108",
        "22, fingerprints-uuid, 5fc103", "38, security-hash, 5fc109", "49, face-expired, 5fc108", "50, face-expires-first, 5fc108",
        "51, fingerprints-expired, 5fc103", "52, fingerprints-expires-first, 5fc103", "55, security-missing, 5fc106",
        "56, chuid-signer-expired, 5fc102"})
    void theComplaintIsTheOneTheCardWasMadeFor(String number, String code, String object) {
        String card = cards().filter(c -> c.startsWith(number)).findFirst().orElseThrow();
        assertTrue(findings(card).stream().anyMatch(f -> f.code().equals(code) && f.object().id().equals(object)), findings(card).toString());
    }

    @ParameterizedTest
    @CsvSource({"01_Golden_PIV", "02_Golden_PIV-I", "37_Golden_FIPS_201-2_PIV_PPS_F=512_D=64", "39_Golden_FIPS_201-2_Fed_PIV-I",
        "46_Golden_FIPS_201-2_PIV", "47_Golden_FIPS_201-2_PIV_SAN_Order", "53_FIPS_201-2_Large_Card_Auth_Cert",
        "26_Disco_Object_Present_App_PIN_Only", "27_Disco_Object_Present_App_PIN_Primary", "28_Disco_Object_Present_Global_PIN_Primary"})
    void theGoodOnesAreGood(String card) {
        assertEquals(List.of(), findings(card));
    }

    /** Card 23: the keys in its slots are not those of its certificates. */
    @Test
    void aCardWithOtherKeysThanItsCertificatesIsFound() throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
        g.initialize(2048);
        String card = "23_Public_Private_Key_mismatch";
        assertEquals(List.of(), findings(card), "the objects alone are in order");
        var own = PivCertificate.parse(objects(card).get(PivSlot.CARD_AUTHENTICATION.object()).orElseThrow(), "").getPublicKey();
        var keys = Map.of(PivSlot.AUTHENTICATION, g.generateKeyPair().getPublic(), PivSlot.CARD_AUTHENTICATION, own);
        assertEquals(List.of("The certificate for PIV Authentication is for another key than the one in slot 9a."),
                PivChecks.of(objects(card), keys, IcamCards.AUTHORITIES).at(DAY).stream().map(PivChecks.Finding::text).toList());
    }

    /** Each card's objects on a card in software, read by the driver and shown field by field. */
    @ParameterizedTest
    @MethodSource("cards")
    void theDriverReadsAndShowsEveryObject(String card) throws Exception {
        var soft = TestCard.fresh();
        PivToken t = TestCard.ready(soft);
        for (var e : IcamCards.ALL.get(card).entrySet()) {
            t.writeObject(e.getKey().id(), e.getValue());
        }
        PivToken again = TestCard.open(soft);
        again.verifyPin("pin", Secret.of(TestCard.PIN));
        for (var e : IcamCards.ALL.get(card).entrySet()) {
            var content = again.readObject(e.getKey().id());
            assertArrayEquals(e.getValue(), content.bytes());
            assertFalse(content.fields().isEmpty());
            assertTrue(content.fields().stream().noneMatch(f -> f.name().equals("Damaged")), content.fields().toString());
            for (var f : content.fields()) {
                assertTrue(f.offset() >= 0 && f.length() >= 0 && f.offset() + f.length() <= content.bytes().length, f.toString());
            }
            if (e.getKey().equals(PivObject.FACE)) {
                assertPicture(content.image().orElseThrow(), content.fields().get(1).value());
            } else {
                assertTrue(content.image().isEmpty());
            }
        }
        assertEquals(5, again.certificates().size());
        var identity = again.identity();
        assertTrue(identity.details().stream().anyMatch(d -> d.name().equals("Card UUID")), identity.details().toString());
        Chuid chuid = Chuid.parse(IcamCards.ALL.get(card).get(PivObject.CHUID));
        assertEquals(FascN.of(chuid.fascN()).map(FascN::card), identity.details().stream().filter(d -> d.name().equals("FASC-N"))
                .map(d -> d.value()).findFirst());
        // what depends on no date and no authority is said by the card's details, too
        List<String> lasting = findings(card).stream().filter(f -> f.code().matches(".*-(changed|fasc-n|uuid|hash|missing|key-id)")
                && !(f.code().equals("certificate-changed"))).map(PivChecks.Finding::text).toList();
        assertTrue(identity.problems().containsAll(lasting), identity.problems().toString());
    }

    /** The later cards have JPEG 2000, which Java does not draw. */
    private static void assertPicture(byte[] picture, String words) throws Exception {
        if (words.startsWith("JPEG 2000 picture")) {
            assertTrue(Hex.of(picture).startsWith("0000000C6A5020200D0A870A"), words);
        } else {
            var image = ImageIO.read(new ByteArrayInputStream(picture));
            assertTrue(image.getWidth() > 0 && words.startsWith("JPEG picture"), words);
        }
    }

    @Test
    void theFieldsOfTheGoldenCardAreInWords() throws Exception {
        var soft = TestCard.fresh();
        PivToken t = TestCard.ready(soft);
        for (var e : IcamCards.ALL.get("46_Golden_FIPS_201-2_PIV").entrySet()) {
            t.writeObject(e.getKey().id(), e.getValue());
        }
        var fields = new LinkedHashMap<String, String>();
        t.readObject("5fc102").fields().forEach(f -> {
            fields.put(f.name(), f.value());
            f.parts().forEach(p -> fields.put(p.name(), p.value()));
        });
        assertEquals("4700", fields.get("Agency code"));
        assertEquals("2032-12-02", fields.get("Expiration date"));
        assertTrue(fields.get("Card UUID").matches("[0-9a-f-]{36}"), fields.toString());
        assertEquals(fields.get("FASC-N"), fields.get("Agency code") + "-" + fields.get("System code") + "-" + fields.get("Credential number") + "-"
                + fields.get("Credential series") + "-" + fields.get("Individual credential issue"));
        assertTrue(t.readObject("5fc108").fields().stream().anyMatch(f -> f.value().startsWith("JPEG 2000 picture")));
        assertTrue(t.readObject("7e").fields().stream().anyMatch(f -> f.value().equals("application PIN")));
        assertEquals("Card Holder Unique Identifier", t.readObject("5fc106").fields().getFirst().parts().stream()
                .filter(p -> p.value().startsWith("Card Holder")).findFirst().orElseThrow().value());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Hex;
import org.esc.apdu.ObjectIdentifiers;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.securechannel.ScpVersion;

/**
 * Card recognition data, GET DATA 0066 (GlobalPlatform 2.3.1 §H.2).
 *
 * @param channels      the secure channel protocols the card offers, in its order, as far as we know them
 * @param version       version of GlobalPlatform, "2.2.1"; empty if not told
 * @param others        protocols we do not know, as "SCP80 i=00"
 * @param platform      what the card's platform is, "Java Card 3"; empty if not told
 * @param configuration object identifiers that the card tells of its configuration, in dotted form
 */
public record CardData(List<ScpVersion> channels, String version, List<String> others, String platform, List<String> configuration) {

    private static final Words WORDS = Words.of(CardData.class);

    private static final byte[] SCP_OID = Hex.parse("2A864886FC6B04");

    private static final String GLOBAL_PLATFORM = "1.2.840.114283.";
    private static final String JAVA_CARD = "1.3.6.1.4.1.42.2.110.1.";

    public CardData {
        channels = List.copyOf(channels);
        others = List.copyOf(others);
        configuration = List.copyOf(configuration);
    }

    /** The block of exactly the shape that TPS reads by fixed positions. */
    public static byte[] encode(ScpVersion scp) {
        return Tlv.of(0x66, List.of(Tlv.of(0x73, List.of(
                Tlv.of(0x06, Hex.parse("2A864886FC6B01")),
                Tlv.of(0x60, List.of(Tlv.of(0x06, Hex.parse("2A864886FC6B02020101")))),
                Tlv.of(0x63, List.of(Tlv.of(0x06, Hex.parse("2A864886FC6B03")))),
                Tlv.of(0x64, List.of(Tlv.of(0x06, Hex.parse(
                        String.format("2A864886FC6B04%02X%02X", scp.protocol(), scp.i()))))))))).encoded();
    }

    /**
     * Reads the answer; protocols we do not know are left out.
     * @throws IllegalArgumentException if it is no such data object
     */
    public static CardData parse(byte[] answer) {
        Tlv data = Tlv.find(Tlv.parseAll(answer), 0x73)
                .orElseThrow(() -> new IllegalArgumentException(WORDS.say("The card recognition data 73 is missing")));
        var channels = new ArrayList<ScpVersion>();
        var others = new ArrayList<String>();
        var configuration = new ArrayList<String>();
        String version = "";
        String platform = "";
        for (Tlv t : data.children()) {
            if (t.tag() < 0x60 || t.tag() > 0x66) {
                continue;
            }
            for (Tlv oid : oids(t)) {
                byte[] v = oid.value();
                String dotted = ObjectIdentifiers.dotted(v);
                switch (t.tag()) {
                    case 0x60 -> version = dotted.startsWith(GLOBAL_PLATFORM + "2.")
                            ? dotted.substring(GLOBAL_PLATFORM.length() + 2) : version;
                    case 0x64 -> channel(v, channels, others);
                    case 0x66 -> {
                        if (dotted.startsWith(JAVA_CARD)) {
                            platform = "Java Card " + dotted.substring(JAVA_CARD.length());
                        } else {
                            configuration.add(dotted);
                        }
                    }
                    case 0x65 -> configuration.add(dotted);
                    default -> {
                        // fixed values, and the card's own
                    }
                }
            }
        }
        return new CardData(channels, version, others, platform, configuration);
    }

    private static void channel(byte[] oid, List<ScpVersion> channels, List<String> others) {
        if (oid.length < 9 || !java.util.Arrays.equals(oid, 0, 7, SCP_OID, 0, 7)) {
            return;
        }
        int i = oid[8] & 0xFF;
        if (oid.length == 9 && oid[7] >= 1 && oid[7] <= 3) {
            channels.add(new ScpVersion(oid[7], i));
        } else {
            others.add(String.format("SCP%02X i=%02X", oid[7] & 0xFF, i));
        }
    }

    /** The object identifiers in an entry; entries of other shapes have none. */
    private static List<Tlv> oids(Tlv entry) {
        try {
            return entry.children().stream().filter(c -> c.tag() == 0x06).toList();
        } catch (IllegalArgumentException _) {
            return List.of();
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/**
 * What the card capability container tells (GSC-IS 2.1 §6).
 *
 * @param cardId     who made the card and its number, if it tells
 * @param containers where its data and keys are
 * @param grammar    version of the container's grammar, empty if not told
 */
public record Capabilities(Optional<CardId> cardId, List<Container> containers, String grammar) {

    private static final Words WORDS = Words.of(Capabilities.class);

    private static final int CARD_ID = 0xF0;
    private static final int GRAMMAR = 0xF2;
    private static final int URL = 0xF3;
    private static final int CARD_ID_LENGTH = 21;

    public Capabilities {
        containers = List.copyOf(containers);
    }

    /**
     * The card's unique id.
     *
     * @param rid          of its issuer, hexadecimal
     * @param manufacturer number of the maker
     * @param type         01 file system, 02 Java Card, 03 Multos
     * @param number       the rest, hexadecimal
     */
    public record CardId(String rid, int manufacturer, int type, String number) {

        /** The type in words. */
        public String typeText() {
            return switch (type) {
                case 1 -> WORDS.say("file system card");
                case 2 -> WORDS.say("Java Card");
                case 3 -> "Multos";
                default -> WORDS.say("type {0}", Hex.of((byte) type));
            };
        }
    }

    /** Kinds of containers, by the type in their URL. */
    public enum Type {
        /** Data. */
        GENERIC,
        /** A symmetric key. */
        SYMMETRIC_KEY,
        /** A private key with its certificate. */
        PKI,
        /** Another. */
        OTHER
    }

    /** A container. @param applet the applet it is in, object its number there, two bytes */
    public record Container(Type type, Aid applet, int object) {

        /** Its number as people write it: "0200". */
        public String id() {
            return String.format("%04x", object);
        }

        /** Its name by the data model of the DoD, else its number. */
        public String label() {
            return switch (object) {
                case 0x0100 -> WORDS.say("ID certificate");
                case 0x0101 -> WORDS.say("Email signature certificate");
                case 0x0102 -> WORDS.say("Email encryption certificate");
                case 0x0200 -> WORDS.say("Person instance");
                case 0x0201 -> WORDS.say("Personnel");
                case 0x0202 -> WORDS.say("Benefits");
                case 0x0203 -> WORDS.say("Other benefits");
                case 0x02FD -> WORDS.say("PKI credential");
                case 0x02FE -> WORDS.say("PKI certificate");
                case 0xDB00 -> WORDS.say("Card capabilities");
                default -> type == Type.PKI ? WORDS.say("Certificate {0}", id()) : WORDS.say("Container {0}", id());
            };
        }
    }

    /** From the objects of the container. Those that make no sense are left out. */
    public static Capabilities of(List<Item> items) {
        var containers = new ArrayList<Container>();
        for (Item i : items) {
            byte[] v = i.value();
            if (i.tag() == URL && v.length >= 10) {
                Type type = switch (v[5]) {
                    case 1 -> Type.GENERIC;
                    case 2 -> Type.SYMMETRIC_KEY;
                    case 4 -> Type.PKI;
                    default -> Type.OTHER;
                };
                containers.add(new Container(type, Cac.aid(Arrays.copyOf(v, 5), (v[8] & 0xFF) << 8 | v[9] & 0xFF), (v[6] & 0xFF) << 8 | v[7] & 0xFF));
            }
        }
        Optional<CardId> id = Item.find(items, CARD_ID).filter(b -> b.length >= 8 && b.length <= CARD_ID_LENGTH).map(b -> new CardId(
                Hex.of(Arrays.copyOf(b, 5)), b[5] & 0xFF, b[6] & 0xFF, Hex.of(Arrays.copyOfRange(b, 7, b.length))));
        return new Capabilities(id, containers, Item.find(items, GRAMMAR).filter(b -> b.length == 1).map(b -> (b[0] >> 4 & 15) + "." + (b[0] & 15))
                .orElse(""));
    }
}

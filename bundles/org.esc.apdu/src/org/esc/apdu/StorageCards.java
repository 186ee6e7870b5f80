// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

/** Names of memory cards and their standards (PC/SC part 3, supplement for contactless ICCs). */
final class StorageCards {

    private static final Words WORDS = Words.of(StorageCards.class);

    private static final String[] NAMES = {"", "Mifare Classic 1K", "Mifare Classic 4K", "Mifare Ultralight", "SLE55R", "", "SR176", "SRI X4K",
        "AT88RF020", "AT88SC0204CRF", "AT88SC0808CRF", "AT88SC1616CRF", "AT88SC3216CRF", "AT88SC6416CRF", "SRF55V10P", "SRF55V02P",
        "SRF55V10S", "SRF55V02S", "Tag-it", "LRI512", "ICODE SLI", "TEMPSENS", "I.CODE1", "PicoPass 2K", "PicoPass 2KS", "PicoPass 16K",
        "PicoPass 16KS", "PicoPass 16K (8x2)", "PicoPass 16KS (8x2)", "PicoPass 32KS (16+16)", "PicoPass 32KS (16+8x2)",
        "PicoPass 32KS (8x2+16)", "PicoPass 32KS (8x2+8x2)", "LRI64", "I.CODE UID", "I.CODE EPC", "LRI12", "LRI128", "Mifare Mini",
        "my-d move (SLE 66R01P)", "my-d NFC (SLE 66RxxP)", "my-d proximity 2 (SLE 66RxxS)", "my-d proximity enhanced (SLE 55RxxE)",
        "my-d light (SRF 55V01P)", "PJM Stack Tag (SRF 66V10ST)", "PJM Item Tag (SRF 66V10IT)", "PJM Light (SRF 66V01ST)", "Jewel",
        "Topaz NFC", "AT88SC0104CRF", "AT88SC0404CRF", "AT88RF01C", "AT88RF04C", "i-Code SL2", "Mifare Plus SL1 2K", "Mifare Plus SL1 4K",
        "Mifare Plus SL2 2K", "Mifare Plus SL2 4K", "Mifare Ultralight C", "FeliCa", "Melexis Sensor Tag (MLX90129)", "Mifare Ultralight EV1"};

    private static final int LOW_FREQUENCY = 0x40;

    private StorageCards() {
    }

    static String standard(int ss) {
        return switch (ss) {
            case 0 -> WORDS.say("not told");
            case 0x01, 0x02, 0x03 -> WORDS.say("{0}, part {1}", "ISO 14443 A", ss);
            case 0x05, 0x06, 0x07 -> WORDS.say("{0}, part {1}", "ISO 14443 B", ss - 4);
            case 0x09, 0x0A, 0x0B, 0x0C -> WORDS.say("{0}, part {1}", "ISO 15693", ss - 8);
            case 0x0D -> WORDS.say("contact, {0}", "I2C (ISO 7816-10)");
            case 0x0E -> WORDS.say("contact, extended I2C (ISO 7816-10)");
            case 0x0F -> WORDS.say("contact, {0}", "2WBP (ISO 7816-10)");
            case 0x10 -> WORDS.say("contact, {0}", "3WBP (ISO 7816-10)");
            case 0x11 -> "FeliCa";
            case LOW_FREQUENCY -> WORDS.say("contactless below 135 kHz");
            default -> WORDS.say("reserved");
        };
    }

    static String name(int nn) {
        return nn > 0 && nn < NAMES.length && !NAMES[nn].isEmpty() ? NAMES[nn] : WORDS.say("no name known");
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Atr;
import org.esc.apdu.Hex;

/**
 * What is commonly known of chips by their production data and their answer to reset. A name is here if the owners of all cards with
 * these numbers that were seen agree on it.
 */
final class Chips {

    private static final Map<String, String> MAKERS = Map.of("3060", "Renesas", "4070", "NXP (Philips)", "4090", "Infineon", "4180",
            "Atmel", "4250", "Samsung", "4750", "STMicroelectronics", "4790", "NXP", "8100", "Infineon");

    /** By fabricator, type and operating system; the last one because one chip carries systems of several makers. */
    private static final Map<String, String> CARDS = cards("""
            0005 0045 D001 G&D SmartCafe Expert 7
            0005 0056 D001 G&D SmartCafe Expert 7
            2050 5000 4041 Oberthur ID-One Cosmo 64/72
            4090 1915 4090 Infineon SECORA ID S
            4090 3411 4090 Infineon SECORA ID X
            4090 6162 1671 G&D SmartCafe Expert 4
            4090 7165 544C Infineon SLJ 52G with jTOP
            4090 7794 86AA Feitian A40 on Infineon
            4090 7892 86AA Feitian A22 on Infineon
            4180 8872 8231 Oberthur ID-One Cosmo 7
            4790 0503 8211 NXP P60 with JCOP 3 (J3H145)
            4790 5015 4051 NXP JCOP 21/31 36K
            4790 5015 4791 NXP JCOP 31 36K
            4790 5017 4051 NXP JCOP 41 72K
            4790 5022 1671 G&D SmartCafe Expert 3.2
            4790 5037 1671 G&D SmartCafe Expert 6.0
            4790 5037 4791 NXP JCOP 2.4.1 (J3A040)
            4790 5038 4791 NXP JCOP 2.4.1 (J2A080)
            4790 5040 4791 NXP JCOP 2.4.1 (J3A080)
            4790 5074 4791 NXP JCOP 2.4.2 (J2E145)
            4790 5075 4791 NXP JCOP 2.4.2 (J3E145)
            4790 5106 4051 NXP JCOP 10
            4790 5167 4791 NXP JCOP 2.4 (J2D081, J2E081)
            4790 5168 4791 NXP JCOP 2.4 (J3A081, J3E081)
            4790 5183 4791 NXP JCOP 2.4.2 (J3D081)
            4790 6A15 8231 Oberthur ID-One Cosmo 8.1
            4790 6B64 4700 NXP JCOP 3 EMV (J3H081)
            4790 D321 4700 NXP P71D321 with JCOP 4
            4790 D600 4700 NXP P71D600 with JCOP 4
            4830 7732 8231 Oberthur Cosmo Fly
            """);

    /** A word that makers write into the historical bytes, and what it means. */
    private record Written(Pattern word, String name) {
    }

    /** The first one that fits counts. */
    private static final List<Written> WRITTEN = List.of(
            written("JCOPv(\\d)(\\d)(\\d)", "JCOP $1.$2.$3"),
            written("JCOP(2)(4)(\\d)R(\\d)", "JCOP $1.$2.$3 R$4"),
            written("JCOP(\\d\\d)V(\\d)(\\d)(\\d)", "JCOP $1 V$2.$3.$4"),
            written("JCOP(\\d\\d)V(\\d)(\\d)", "JCOP $1 V$2.$3"),
            written("JCOP(\\d\\d)", "JCOP $1"),
            written("JCOP(3)EMV", "JCOP $1 EMV"),
            written("JCOP(4)SID", "JCOP $1 SecID"),
            written("(J[23][A-Z]\\d{3})", "NXP $1"),
            written("SCE(\\d)\\.?(0)", "G&D SmartCafe Expert $1.$2"),
            written("SCE(\\d) ", "G&D SmartCafe Expert $1"),
            written("sfte", "G&D SmartCafe Expert"),
            written("SLJ(52G)", "Infineon SLJ $1"),
            written("IFX-jc(\\d)(\\d)(\\d)", "Infineon jTOP with Java Card $1.$2.$3"),
            written("gFJ", "Feitian JavaCOS"),
            written("(Yubikey ?NEO|YubiKey)", "Yubico $1"),
            written("ESC-TEST\\d", "ESC software token, for tests only"));

    private Chips() {
    }

    private static Written written(String pattern, String name) {
        return new Written(Pattern.compile(pattern), name);
    }

    private static Map<String, String> cards(String table) {
        var map = new HashMap<String, String>();
        table.lines().forEach(l -> map.put(l.substring(0, 14), l.substring(15)));
        return Map.copyOf(map);
    }

    static String maker(String fabricator) {
        return MAKERS.getOrDefault(fabricator, "");
    }

    /**
     * What a card is called: as it says itself, else by its numbers, else by its chip's maker.
     *
     * @param numbers the first six bytes of the production data: fabricator, type and operating system
     */
    static String name(byte[] numbers, Atr atr) {
        String history = new String(atr.historicalBytes(), StandardCharsets.ISO_8859_1);
        for (Written w : WRITTEN) {
            Matcher m = w.word.matcher(history);
            if (m.find()) {
                return w.word.matcher(m.group()).replaceAll(w.name);
            }
        }
        String hex = Hex.of(numbers);
        String key = hex.substring(0, 4) + " " + hex.substring(4, 8) + " " + hex.substring(8, 12);
        return CARDS.getOrDefault(key, maker(hex.substring(0, 4)));
    }
}

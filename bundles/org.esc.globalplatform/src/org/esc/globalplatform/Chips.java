// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Atr;

/** What is commonly known of chips by their production data and their answer to reset. */
final class Chips {

    private static final Map<String, String> MAKERS = Map.of("3060", "Renesas", "4070", "NXP (Philips)", "4090", "Infineon", "4180",
            "Atmel", "4250", "Samsung", "4750", "STMicroelectronics", "4790", "NXP");

    private static final Map<String, String> TYPES = Map.of("4790 5040", "P5CT072 with JCOP 41", "4790 D321", "P71D321 with JCOP 4");

    /** Words that makers write into the historical bytes. */
    private static final Map<Pattern, String> WRITTEN = Map.of(Pattern.compile("JCOPv?(\\d)(\\d)"), "JCOP $1.$2",
            Pattern.compile("JCOP(\\d\\d)"), "JCOP $1", Pattern.compile("SCE(\\d)\\.?0"), "G&D SmartCafe Expert $1",
            Pattern.compile("(Yubikey ?NEO|YubiKey)"), "Yubico $1", Pattern.compile("ESC-TEST\\d"), "ESC software token, for tests only");

    private Chips() {
    }

    static String maker(String fabricator) {
        return MAKERS.getOrDefault(fabricator, "");
    }

    static String name(String fabricator, String type, Atr atr) {
        String history = new String(atr.historicalBytes(), StandardCharsets.ISO_8859_1);
        for (var e : WRITTEN.entrySet()) {
            Matcher m = e.getKey().matcher(history);
            if (m.find()) {
                return e.getKey().matcher(m.group()).replaceAll(e.getValue());
            }
        }
        String chip = TYPES.getOrDefault(fabricator + " " + type, "");
        return (maker(fabricator) + " " + chip).strip();
    }
}

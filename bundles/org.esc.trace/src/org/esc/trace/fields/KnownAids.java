// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.fields;

import java.util.LinkedHashMap;
import java.util.Map;
import org.esc.apdu.Hex;

/** Names of applications that many cards have. The longest beginning of an AID that is known names it. */
public final class KnownAids {

    private static final Map<String, String> NAMES = new LinkedHashMap<>();

    static {
        String[] all = {
            "A000000003000000", "card manager (VISA GlobalPlatform)", "A0000000030000", "card manager", "A000000151000000", "card manager (GlobalPlatform)",
            "A00000015100", "card manager (GlobalPlatform)", "A000000018434D00", "card manager (Gemplus)", "A0000001515350", "supplementary security domain",
            "A000000308000010000100", "PIV", "A000000308", "PIV", "D27600012401", "OpenPGP", "627601FF000000", "CoolKey", "627601FF0000", "CoolKey package",
            "A000000063504B43532D3135", "PKCS #15", "E828BD080F", "ISO/IEC 7816-15 (PKCS #15)", "A000000116DB00", "CAC capability container",
            "A0000000790", "CAC", "A0000006472F0001", "FIDO U2F/FIDO2", "A000000527200101", "Yubico OTP", "A000000527471117", "Yubico management",
            "A0000005272101", "Yubico OATH", "A000000527", "Yubico", "A0000002471001", "passport (ICAO 9303)", "A00000024720", "ICAO 9303",
            "315041592E5359532E4444463031", "EMV payment system environment (PSE)", "325041592E5359532E4444463031",
            "EMV proximity payment system environment (PPSE)", "A0000000031010", "Visa credit or debit", "A0000000032010", "Visa Electron",
            "A0000000032020", "V PAY", "A0000000038010", "Visa Plus", "A000000003", "Visa", "A0000000041010", "Mastercard", "A0000000043060", "Maestro",
            "A0000000042203", "Mastercard US Maestro", "A0000000046000", "Cirrus", "A000000004", "Mastercard", "A00000002501", "American Express",
            "A0000000651010", "JCB", "A0000001523010", "Discover", "A0000001524010", "Discover common debit", "A000000333010101", "UnionPay debit",
            "A000000333010102", "UnionPay credit", "A000000333", "UnionPay", "A0000002771010", "Interac", "D27600002545500200", "girocard",
            "A0000003591010028001", "girocard", "A0000000421010", "Cartes Bancaires", "A0000000871001", "3GPP UICC", "A0000000871002", "USIM",
            "A0000000871004", "ISIM", "A000000087", "3GPP", "A0000003431002", "CSIM", "A0000000090001", "SIM (GSM 11.14)", "A000000009", "ETSI",
            "A000000167455349474E", "ESIGN", "A000000397425446590201", "GIDS", "A00000039742544659", "Microsoft IDMP", "D2760000850101", "NDEF tag",
            "D2760000850100", "NDEF tag (version 1)", "E80704007F00070302", "German eID", "E80704007F000703", "BSI", "A000000476", "Google",
            "E82B0601040181C31F0201", "SmartCard-HSM", "A00000045645", "MuscleCard", "A00000000101", "MuscleCard", "A000000062", "Java Card (Oracle)"
        };
        for (int i = 0; i < all.length; i += 2) {
            NAMES.put(all[i], all[i + 1]);
        }
    }

    private KnownAids() {
    }

    /** What an application is called; empty if that is not known here. */
    public static String name(byte[] aid) {
        String digits = Hex.of(aid);
        for (int n = digits.length(); n >= 10; n--) {
            String name = NAMES.get(digits.substring(0, n));
            if (name != null) {
                return name;
            }
        }
        return "";
    }
}

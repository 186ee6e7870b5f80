// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * Card capability information, GET DATA 0067 (GlobalPlatform 2.3.1 §H.4).
 *
 * @param channels              secure channel protocols with their options and key lengths, in words
 * @param domainPrivileges      what may be given to a security domain
 * @param applicationPrivileges what may be given to an application
 * @param hashes                hash algorithms for load files
 * @param loadFileCiphers       ciphers for encrypted load files
 * @param tokens                signature schemes for tokens
 * @param receipts              signature schemes for receipts
 * @param daps                  signature schemes for load files
 */
public record CardCapabilities(List<String> channels, Privileges domainPrivileges, Privileges applicationPrivileges, List<String> hashes,
        List<String> loadFileCiphers, List<String> tokens, List<String> receipts, List<String> daps) {

    private static final Words WORDS = Words.of(CardCapabilities.class);

    private static final String[] HASHES = {"SHA-1", "SHA-256", "SHA-384", "SHA-512"};
    private static final String[] CIPHERS = {"DES3-112", "AES-128", "AES-192", "AES-256", "", "", "", "with ICV"};
    private static final String[] SIGNATURES = {"RSA-1024 PKCS#1 SHA-1", "RSA PSS SHA-256", "DES MAC", "AES-128 CMAC", "AES-192 CMAC",
            "AES-256 CMAC", "ECDSA-256", "ECDSA-384", "ECDSA-512", "ECDSA-521"};
    private static final String[] KEYS = {"AES-128", "AES-192", "AES-256"};

    public CardCapabilities {
        channels = List.copyOf(channels);
        hashes = List.copyOf(hashes);
        loadFileCiphers = List.copyOf(loadFileCiphers);
        tokens = List.copyOf(tokens);
        receipts = List.copyOf(receipts);
        daps = List.copyOf(daps);
    }

    /** Reads the answer; some cards put 67 into 67. @throws IllegalArgumentException if it is no such data object */
    public static CardCapabilities parse(byte[] answer) {
        Tlv data = Tlv.find(Tlv.parseAll(answer), 0x67)
                .orElseThrow(() -> new IllegalArgumentException(WORDS.say("The card capabilities 67 are missing")));
        List<Tlv> parts = data.children();
        if (parts.size() == 1 && parts.getFirst().tag() == 0x67) {
            parts = parts.getFirst().children();
        }
        var channels = new ArrayList<String>();
        var domain = Privileges.NONE;
        var application = Privileges.NONE;
        var hashes = new ArrayList<String>();
        List<String> ciphers = List.of();
        List<String> tokens = List.of();
        List<String> receipts = List.of();
        List<String> daps = List.of();
        for (Tlv t : parts) {
            byte[] v = t.value();
            switch (t.tag()) {
                case 0xA0 -> channels.add(channel(t));
                case 0x81 -> domain = Privileges.of(v);
                case 0x82 -> application = Privileges.of(v);
                case 0x83 -> {
                    for (byte b : v) {
                        hashes.add(b >= 1 && b <= HASHES.length ? HASHES[b - 1] : "hash " + Hex.of(b));
                    }
                }
                case 0x84 -> ciphers = bits(v, CIPHERS);
                case 0x85 -> tokens = bits(v, SIGNATURES);
                case 0x86 -> receipts = bits(v, SIGNATURES);
                case 0x87 -> daps = bits(v, SIGNATURES);
                default -> {
                    // curve references and what later versions add
                }
            }
        }
        return new CardCapabilities(channels, domain, application, hashes, ciphers, tokens, receipts, daps);
    }

    private static String channel(Tlv a0) {
        String name = "SCP";
        String options = "";
        String keys = "";
        for (Tlv t : a0.children()) {
            byte[] v = t.value();
            switch (t.tag()) {
                case 0x80 -> name = "SCP" + Hex.of(v);
                case 0x81 -> options = Hex.of(v).replaceAll("(..)(?!$)", "$1 ");
                case 0x82 -> keys = String.join(", ", bits(v, KEYS));
                default -> {
                    // TLS cipher suites and key lengths of SCP81
                }
            }
        }
        return name + (options.isEmpty() ? "" : " i=" + options) + (keys.isEmpty() ? "" : " with " + keys);
    }

    /** The names of the bits set, from bit 1 of the first byte on. */
    private static List<String> bits(byte[] v, String[] names) {
        var list = new ArrayList<String>();
        for (int i = 0; i < 8 * v.length; i++) {
            if ((v[i / 8] & 1 << i % 8) != 0) {
                list.add(i < names.length && !names[i].isEmpty() ? names[i] : WORDS.say("bit {0} of byte {1}", i % 8 + 1, i / 8 + 1));
            }
        }
        return list;
    }
}

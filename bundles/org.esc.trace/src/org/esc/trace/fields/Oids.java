// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.fields;

import java.util.HashMap;
import java.util.Map;
import org.esc.apdu.ObjectIdentifiers;

/** The names of object identifiers that cards and certificates use. */
final class Oids {

    private static final Map<String, String> NAMES = new HashMap<>();

    static {
        String[] all = {
            "1.2.840.113549.1.1.1", "rsaEncryption", "1.2.840.113549.1.1.5", "sha1WithRSAEncryption", "1.2.840.113549.1.1.7", "id-RSAES-OAEP",
            "1.2.840.113549.1.1.10", "id-RSASSA-PSS", "1.2.840.113549.1.1.11", "sha256WithRSAEncryption", "1.2.840.113549.1.1.12",
            "sha384WithRSAEncryption", "1.2.840.113549.1.1.13", "sha512WithRSAEncryption", "1.2.840.10045.2.1", "id-ecPublicKey",
            "1.2.840.10045.3.1.7", "secp256r1", "1.3.132.0.34", "secp384r1", "1.3.132.0.35", "secp521r1", "1.3.132.0.10", "secp256k1",
            "1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", "1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", "1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1",
            "1.3.101.110", "X25519", "1.3.101.112", "Ed25519", "1.3.6.1.4.1.11591.15.1", "Ed25519", "1.3.6.1.4.1.3029.1.5.1", "Curve25519",
            "1.2.840.10045.4.3.2", "ecdsa-with-SHA256", "1.2.840.10045.4.3.3", "ecdsa-with-SHA384", "1.2.840.10045.4.3.4", "ecdsa-with-SHA512",
            "1.3.14.3.2.26", "SHA-1", "2.16.840.1.101.3.4.2.1", "SHA-256", "2.16.840.1.101.3.4.2.2", "SHA-384", "2.16.840.1.101.3.4.2.3", "SHA-512",
            "1.2.840.113549.1.7.1", "CMS data", "1.2.840.113549.1.7.2", "CMS signedData", "1.2.840.113549.1.7.3", "CMS envelopedData",
            "1.2.840.113549.1.9.1", "emailAddress", "1.2.840.113549.1.9.3", "contentType", "1.2.840.113549.1.9.4", "messageDigest",
            "1.2.840.113549.1.9.5", "signingTime", "2.5.4.3", "CN", "2.5.4.4", "surname", "2.5.4.5", "serialNumber", "2.5.4.6", "C", "2.5.4.7", "L",
            "2.5.4.8", "ST", "2.5.4.10", "O", "2.5.4.11", "OU", "2.5.4.12", "title", "2.5.4.42", "givenName", "0.9.2342.19200300.100.1.1", "UID",
            "0.9.2342.19200300.100.1.25", "DC", "2.5.29.14", "subjectKeyIdentifier", "2.5.29.15", "keyUsage", "2.5.29.17", "subjectAltName",
            "2.5.29.19", "basicConstraints", "2.5.29.31", "cRLDistributionPoints", "2.5.29.32", "certificatePolicies", "2.5.29.35",
            "authorityKeyIdentifier", "2.5.29.37", "extKeyUsage", "2.5.29.9", "subjectDirectoryAttributes", "1.3.6.1.5.5.7.1.1", "authorityInfoAccess",
            "1.3.6.1.5.5.7.1.11", "subjectInfoAccess", "1.3.6.1.5.5.7.3.1", "serverAuth", "1.3.6.1.5.5.7.3.2", "clientAuth", "1.3.6.1.5.5.7.3.4",
            "emailProtection", "1.3.6.1.4.1.311.20.2.2", "smartcardLogon", "1.3.6.1.4.1.311.20.2.3", "userPrincipalName", "1.3.6.1.5.5.7.48.1", "ocsp",
            "1.3.6.1.5.5.7.48.2", "caIssuers", "2.16.840.1.101.3.6.6", "PIV FASC-N", "2.16.840.1.101.3.6.7", "PIV content signing",
            "2.16.840.1.101.3.6.8", "PIV card authentication", "2.16.840.1.101.3.6.9.1", "PIV NACI", "1.2.840.114283.1", "GlobalPlatform card recognition data",
            "1.2.840.114283.3", "GlobalPlatform card identification scheme"
        };
        for (int i = 0; i < all.length; i += 2) {
            NAMES.put(all[i], all[i + 1]);
        }
    }

    private Oids() {
    }

    /** In dotted form, with the name behind it if it has one here. */
    static String words(byte[] oid) {
        String dotted = ObjectIdentifiers.dotted(oid);
        String name = NAMES.getOrDefault(dotted, known(dotted));
        return name.isEmpty() ? dotted : name + " (" + dotted + ")";
    }

    private static String known(String dotted) {
        if (dotted.startsWith("1.2.840.114283.2.")) {
            return "GlobalPlatform " + dotted.substring(17);
        }
        if (dotted.matches("1\\.2\\.840\\.114283\\.4\\.[0-9]+\\.[0-9]+")) {
            String[] arcs = dotted.substring(17).split("\\.");
            return "SCP%02X i=%02X".formatted(Integer.parseInt(arcs[0]) & 0xFF, Integer.parseInt(arcs[1]) & 0xFF);
        }
        return dotted.startsWith("1.3.6.1.4.1.42.2.110.1.") ? "Java Card " + dotted.substring(23) : "";
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.IDN;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.esc.tps.client.trust.CertificateFacts;

/** Compares a host with the names in a certificate, by RFC 9525: subjectAltName only, never the common name. */
final class Hostnames {

    private Hostnames() {
    }

    /** DNS names and IP addresses in the certificate's subjectAltName. */
    static List<String> in(X509Certificate certificate) {
        return CertificateFacts.hosts(certificate);
    }

    /** True if one of the certificate's names is this host: a DNS name, or an IP address without brackets. */
    static boolean match(X509Certificate certificate, String host) {
        boolean address = isAddress(host);
        for (String name : in(certificate)) {
            if (isAddress(name) == address && (address ? sameAddress(name, host) : matches(name, host))) {
                return true;
            }
        }
        return false;
    }

    /** True for what is an IP address as it stands, not a name to be looked up. */
    static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    private static boolean sameAddress(String a, String b) {
        try {
            // both are literals, so nothing is looked up
            return Arrays.equals(java.net.InetAddress.ofLiteral(a).getAddress(), java.net.InetAddress.ofLiteral(b).getAddress());
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** A pattern may have {@code *} as its whole first label, with two more behind it; it stands for one label. */
    static boolean matches(String pattern, String host) {
        String p = ascii(pattern);
        String h = ascii(host);
        if (p.isEmpty() || h.isEmpty()) {
            return false;
        }
        if (!p.startsWith("*.")) {
            return p.equals(h) && p.indexOf('*') < 0;
        }
        String rest = p.substring(1);
        int dot = h.indexOf('.');
        return dot > 0 && rest.indexOf('*') < 0 && rest.indexOf('.', 1) > 0 && h.substring(dot).equals(rest);
    }

    private static String ascii(String name) {
        String n = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        try {
            return IDN.toASCII(n).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }
}

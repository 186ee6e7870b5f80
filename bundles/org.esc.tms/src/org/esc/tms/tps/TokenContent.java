// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.security.cert.X509Certificate;
import org.esc.tms.ca.CertificateKind;

/**
 * A key pair with its certificate as it is described on the token.
 *
 * @param label       of the certificate
 * @param certId      n of {@code Cn}, {@code cn}, and CKA_ID of all three objects
 * @param privateKey  slot of the private key
 * @param publicKey   slot of the public key
 * @param kind        what the key may do
 * @param certificate the certificate
 */
record TokenContent(String label, int certId, int privateKey, int publicKey, CertificateKind kind,
        X509Certificate certificate) {
}

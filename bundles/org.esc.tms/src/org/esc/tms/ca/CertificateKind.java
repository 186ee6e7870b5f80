// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

/** What a certificate is for; decides its key usage and extended key usage. */
public enum CertificateKind {
    /** A person's signature and login: digitalSignature, nonRepudiation; clientAuth, emailProtection. */
    USER_SIGNING,
    /** A person's decryption: keyEncipherment, dataEncipherment; emailProtection. */
    USER_ENCRYPTION,
    /** A person's one key for everything. */
    USER_DUAL,
    /** An administrator's TLS login. */
    ADMINISTRATOR,
    /** A TLS server. */
    TLS_SERVER
}

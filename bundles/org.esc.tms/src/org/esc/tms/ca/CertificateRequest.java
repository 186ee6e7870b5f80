// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What to certify.
 *
 * @param key      the public key; its possession was proved to the caller
 * @param kind     what for
 * @param userId   UID in the subject and owner in the database
 * @param fullName CN in the subject
 * @param email    subject alternative name, if any
 * @param hosts    DNS names and IP addresses, for a server
 * @param validity how long, from now; cut at the CA's own end
 */
public record CertificateRequest(PublicKey key, CertificateKind kind, String userId, String fullName,
        Optional<String> email, List<String> hosts, Duration validity) {

    public CertificateRequest {
        hosts = List.copyOf(hosts);
    }

    /** For a person. */
    public static CertificateRequest of(PublicKey key, CertificateKind kind, org.esc.tms.users.User user,
            Duration validity) {
        return new CertificateRequest(key, kind, user.uid(), user.fullName(), user.email(), List.of(), validity);
    }
}

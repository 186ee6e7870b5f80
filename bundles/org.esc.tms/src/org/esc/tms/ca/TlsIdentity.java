// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** Key and chain a TLS server shows; the root is last. */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {

    public TlsIdentity {
        chain = List.copyOf(chain);
    }

    @Override
    public String toString() {
        return "TlsIdentity[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}

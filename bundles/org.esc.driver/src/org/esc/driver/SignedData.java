// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import org.esc.apdu.EscException;

/** Checks the data on a token that its issuer signed. */
public interface SignedData extends Capability {

    /**
     * What is wrong with what can be read without a PIN, a sentence each; empty if nothing is.
     *
     * @param authorities whom the caller trusts to certify those who sign; of others it is only checked that they signed
     */
    List<String> check(Collection<X509Certificate> authorities) throws EscException;
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.cert.X509Certificate;
import java.util.List;
import org.esc.apdu.EscException;

/** Puts certificates on a token. */
public interface CertificateWriting extends Capability {

    /** The slots in which a certificate can be kept, free or not: "9a", "sig". */
    List<String> certificateSlots() throws EscException;

    /** Who must have been verified before. */
    Access certificateAccess() throws EscException;

    /** Writes a certificate, replacing the one that is there. */
    void writeCertificate(String slot, X509Certificate certificate) throws EscException;

    /** Removes a certificate. Its key stays. */
    void deleteCertificate(String slot) throws EscException;
}

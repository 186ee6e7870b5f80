// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import org.esc.apdu.EscException;

/** Reads the certificates on a token. */
public interface Certificates extends Capability {

    /** All that can be read without a PIN. One that is damaged is named among the problems of {@link CardApplication#identity}, or thrown when it is the only one. */
    List<TokenCertificate> certificates() throws EscException;
}

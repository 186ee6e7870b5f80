// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import org.esc.apdu.EscException;

/** Lists the private and public keys of a token. */
public interface Keys extends Capability {

    /** All that the token tells of, and the places for keys that are empty if it has fixed ones ({@link TokenKey#present} is false). */
    List<TokenKey> keys() throws EscException;
}

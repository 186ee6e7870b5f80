// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tks;

import java.time.Instant;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;

/**
 * What may be told of a master key.
 *
 * @param version         key version that cards have once moved to it, 2–127
 * @param type            DES3 serves SCP01 and SCP02, AES serves SCP03
 * @param bits            length
 * @param diversification how a card's keys are made from it
 * @param kcv             key check value, 6 hex digits
 * @param created         since when
 */
public record MasterKey(int version, KeyType type, int bits, Diversification diversification, String kcv,
        Instant created) {
}

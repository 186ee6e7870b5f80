// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import org.esc.apdu.Cuid;

/**
 * The security officer who has signed in.
 *
 * @param uid    short name
 * @param name   full name
 * @param card   number of the card they signed in with
 * @param reader the reader that holds it
 */
public record Officer(String uid, String name, Cuid card, String reader) {
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.OptionalInt;

/**
 * A data object or file on a token.
 *
 * @param id      as the applet's users call it: "5fc102", "z0", "3f00/2f00"
 * @param label   its name in words: "Card Holder Unique Identifier"
 * @param size    in bytes, if it is told without reading it
 * @param present true if it is there
 * @param reading who must have been verified before it is read
 */
public record DataObject(String id, String label, OptionalInt size, boolean present, Access reading) {
}

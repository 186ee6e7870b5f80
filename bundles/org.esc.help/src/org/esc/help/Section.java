// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

/**
 * A part of a page.
 *
 * @param anchor  names it within the page, as in {@code page.md#anchor}
 * @param heading its heading, without marks
 * @param text    what it says, without marks
 */
public record Section(String anchor, String heading, String text) {
}

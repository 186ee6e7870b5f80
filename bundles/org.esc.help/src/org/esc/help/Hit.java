// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

/**
 * Where searched words were found.
 *
 * @param snippet some of the text around the first of them
 */
public record Hit(Page page, Section section, String snippet) {
}

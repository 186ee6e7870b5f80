// SPDX-License-Identifier: EPL-2.0
package org.esc.help;

/** Where a link leads: a page and a place in it; an empty anchor is its beginning. */
public record Target(Page page, String anchor) {
}

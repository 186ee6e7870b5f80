// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

/** Something in one of the server's lists. */
public interface Entry {

    /** What it is called in its list and in its address. */
    String id();
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

/** Under {@code /tps/rest}. */
class EmbeddedRestTest extends EmbeddedContract {

    EmbeddedRestTest() {
        super(Dialect.REST);
    }
}

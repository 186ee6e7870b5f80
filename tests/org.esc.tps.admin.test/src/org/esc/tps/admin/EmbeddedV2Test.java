// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

/** Under {@code /tps/v2}. */
class EmbeddedV2Test extends EmbeddedContract {

    EmbeddedV2Test() {
        super(Dialect.V2);
    }
}

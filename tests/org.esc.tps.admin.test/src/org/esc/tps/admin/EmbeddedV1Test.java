// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

/** Under {@code /tps/v1}. */
class EmbeddedV1Test extends EmbeddedContract {

    EmbeddedV1Test() {
        super(Dialect.V1);
    }
}

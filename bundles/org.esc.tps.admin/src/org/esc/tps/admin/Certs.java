// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Map;

/** Certificates on tokens. */
public final class Certs extends Listing<TokenCert> {

    Certs(TpsAdmin admin) {
        super(admin, "certs", Right.READ_CERTS, Json::cert);
    }

    @Override
    void adapt(Map<String, String> parameters) {
        // without a token old servers want a filter; this one fits every certificate
        if (!admin.embedded() && !parameters.containsKey("tokenID")) {
            parameters.putIfAbsent("filter", "***");
        }
    }
}

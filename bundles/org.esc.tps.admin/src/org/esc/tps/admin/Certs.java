// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Map;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** Certificates on tokens. */
public final class Certs extends Listing<TokenCert> {

    private static final Words WORDS = Words.of(Certs.class);

    Certs(TpsAdmin admin) {
        super(admin, "certs", Right.READ_CERTS, Json::cert);
    }

    @Override
    void adapt(Map<String, String> parameters) throws EscException {
        if (!admin.embedded() && !parameters.containsKey("tokenID") && !parameters.containsKey("filter")) {
            throw Problem.of(Fault.USAGE, WORDS.say("list certificates"),
                    WORDS.say("This server lists certificates of one token, or of tokens and owners with a text in their names, but not all there are."))
                    .code("needs-search").advice(WORDS.say("Name a token or a text of at least 3 characters.")).exception();
        }
    }
}

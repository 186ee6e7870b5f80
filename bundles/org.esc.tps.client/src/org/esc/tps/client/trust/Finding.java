// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.trust;

import java.util.Set;

/**
 * One thing that is wrong with a server's certificate.
 *
 * @param code    which kind it is: "expired", "wrong-host", …; the refusal's error code is {@code tls-} and this
 * @param message a sentence for a person
 * @param advice  what that person can do
 */
public record Finding(String code, String message, String advice) {

    /** What an exception for exactly this certificate makes up for. Who takes a revoked, forged or guessable one is talking to anybody. */
    public static final Set<String> OVERRIDABLE = Set.of("expired", "not-yet-valid", "wrong-host", "no-host-name", "wrong-usage", "untrusted",
            "self-signed", "incomplete", "weak-signature", "path-length", "name-constraints", "unknown-extension", "revocation-unknown");

    /** True if a person may make an exception in spite of it. */
    public boolean overridable() {
        return OVERRIDABLE.contains(code);
    }
}

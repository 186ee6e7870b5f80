// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What the verbs that work with a TPS have in common. */
sealed interface TokenArgs permits FormatVerb.Args, EnrollVerb.Args, ResetPinVerb.Args {

    Optional<String> reader();

    Optional<Path> soft();

    Optional<String> passphraseEnv();

    Optional<URI> tps();

    List<Path> ca();

    Trust.Revocation revocation();

    Optional<String> user();

    Optional<String> tokenType();

    Optional<URI> proxy();

    int timeout();

    boolean noStatus();

    boolean plainLogin();
}

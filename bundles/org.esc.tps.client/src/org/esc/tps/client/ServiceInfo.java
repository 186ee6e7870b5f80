// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.util.Optional;

/**
 * What an issuer says about its services, for one card ("phone home").
 *
 * @param issuer    the issuer's name, may be empty
 * @param operation address of the TPS
 * @param tokenType the kind of token to ask for, if the issuer says so
 * @param welcome   a page to show when an enrolled token is inserted, if there is one
 */
public record ServiceInfo(String issuer, URI operation, Optional<String> tokenType, Optional<URI> welcome) {
}

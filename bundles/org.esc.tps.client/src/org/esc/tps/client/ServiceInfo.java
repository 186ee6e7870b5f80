// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.util.Optional;

/**
 * What an issuer says about its services, for one card ("phone home"). Of the answer's elements, those that hold no usable address are left out.
 *
 * @param issuer    the issuer's name ({@code IssuerName}), may be empty
 * @param operation address of the TPS ({@code Operation})
 * @param tokenType the kind of token to ask for, if the issuer says so ({@code TokenType})
 * @param welcome   a page to show when a token is enrolled ({@code EnrolledTokenBrowserURL}), if there is one
 * @param page      a page of the issuer's own to enrol by ({@code UI}), if there is one
 * @param enrolled  what enrolled tokens are used with ({@code EnrolledTokenURL}), if there is anything
 * @param caChain   where the issuer's chain of authorities is offered ({@code CAChainUI}), if anywhere
 */
public record ServiceInfo(String issuer, URI operation, Optional<String> tokenType, Optional<URI> welcome, Optional<URI> page,
        Optional<URI> enrolled, Optional<URI> caChain) {

    /** Of an issuer that offers no page but the one for enrolled tokens. */
    public ServiceInfo(String issuer, URI operation, Optional<String> tokenType, Optional<URI> welcome) {
        this(issuer, operation, tokenType, welcome, Optional.empty(), Optional.empty(), Optional.empty());
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Cuid;

/**
 * What is known about a token without its PIN. Drivers make it with a {@link Builder}.
 *
 * @param reader        name of the reader
 * @param driver        which driver read it, empty if none knows it
 * @param reason        why that driver
 * @param state         what can be said in one word
 * @param cuid          the card's id
 * @param label         the token's own name, may be empty
 * @param appletVersion "1.4.58768072", empty without applet
 * @param lifeCycle     "personalized (0F)", empty if not known
 * @param totalMemory   object memory in bytes
 * @param freeMemory    of that, free
 * @param pinTries      tries left at the user's password
 * @param issuerUrl     where the token says its management system is, may be empty
 * @param keyInfo       the card manager's keys, one line per version
 * @param cplc          production data in hexadecimal, may be empty
 * @param certificates  the certificates
 * @param keys          the keys
 * @param problems      what could not be read and why, in plain words
 */
public record TokenInfo(String reader, String driver, String reason, TokenState state, Optional<Cuid> cuid, String label,
        String appletVersion, String lifeCycle, OptionalInt totalMemory, OptionalInt freeMemory, OptionalInt pinTries,
        String issuerUrl, List<String> keyInfo, String cplc, List<TokenCertificate> certificates, List<TokenKey> keys,
        List<String> problems) {

    public TokenInfo {
        keyInfo = List.copyOf(keyInfo);
        certificates = List.copyOf(certificates);
        keys = List.copyOf(keys);
        problems = List.copyOf(problems);
    }

    /** A card of which only its state is known. */
    public static TokenInfo of(String reader, TokenState state, String... problems) {
        var b = new Builder(reader);
        b.state = state;
        b.problems = List.of(problems);
        return b.build();
    }

    /** Whom the token was issued to: CN, else UID, of its first certificate that is no authority's; empty if it has none. */
    public String issuedTo() {
        return own().map(c -> c.subject("CN").isEmpty() ? c.subject("UID") : c.subject("CN"))
                .filter(s -> s.length() > 3 && !s.contains("CoolKey"))
                .orElseGet(() -> state == TokenState.ENROLLED ? (label.isEmpty() ? "Unknown" : label) : "");
    }

    /** Who issued it: O of the subject of its first certificate; "Unknown issuer" if an enrolled token does not say, else empty. */
    public String issuer() {
        return own().map(c -> c.subject("O")).filter(s -> !s.isEmpty())
                .orElse(state == TokenState.ENROLLED ? "Unknown issuer" : "");
    }

    /** The key id people read: the CUID in groups; empty for foreign cards. */
    public String keyId() {
        return cuid.map(Cuid::display).orElse("");
    }

    /** When the first of its own certificates ends. */
    public Optional<Instant> expiry() {
        return certificates.stream().filter(c -> !c.isAuthority()).map(c -> c.certificate().getNotAfter().toInstant())
                .min(Comparator.naturalOrder());
    }

    private Optional<TokenCertificate> own() {
        return certificates.stream().filter(c -> !c.isAuthority()).findFirst();
    }

    /** The same with driver and reason, as the matcher knows them. */
    public TokenInfo by(String newDriver, String newReason) {
        return new TokenInfo(reader, newDriver, newReason, state, cuid, label, appletVersion, lifeCycle, totalMemory, freeMemory,
                pinTries, issuerUrl, keyInfo, cplc, certificates, keys, problems);
    }

    /** Collects what a driver finds; everything starts empty and the state as {@link TokenState#UNKNOWN}. */
    public static final class Builder {

        private final String reader;
        /** See the component of the same name. */
        public TokenState state = TokenState.UNKNOWN;
        /** See the component of the same name. */
        public Optional<Cuid> cuid = Optional.empty();
        /** See the component of the same name. */
        public String label = "";
        /** See the component of the same name. */
        public String appletVersion = "";
        /** See the component of the same name. */
        public String lifeCycle = "";
        /** See the component of the same name. */
        public OptionalInt totalMemory = OptionalInt.empty();
        /** See the component of the same name. */
        public OptionalInt freeMemory = OptionalInt.empty();
        /** See the component of the same name. */
        public OptionalInt pinTries = OptionalInt.empty();
        /** See the component of the same name. */
        public String issuerUrl = "";
        /** See the component of the same name. */
        public List<String> keyInfo = List.of();
        /** See the component of the same name. */
        public String cplc = "";
        /** See the component of the same name. */
        public List<TokenCertificate> certificates = List.of();
        /** See the component of the same name. */
        public List<TokenKey> keys = List.of();
        /** See the component of the same name. */
        public List<String> problems = List.of();

        /** For the card in a reader. */
        public Builder(String reader) {
            this.reader = reader;
        }

        /** The result. */
        public TokenInfo build() {
            return new TokenInfo(reader, "", "", state, cuid, label, appletVersion, lifeCycle, totalMemory, freeMemory, pinTries,
                    issuerUrl, keyInfo, cplc, certificates, keys, problems);
        }
    }
}

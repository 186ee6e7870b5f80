// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Cuid;
import org.esc.apdu.Words;
import org.esc.driver.Detail;
import org.esc.driver.Pin;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.driver.TpsEnrollment;

/**
 * What is known about a token without its PIN: what its driver says, and what its card manager tells everybody.
 *
 * @param reader       name of the reader
 * @param driver       which driver read it, empty if none knows it
 * @param reason       why that driver
 * @param identity     who it is and how it is
 * @param cuid         the card's id: the driver's, else the card manager's
 * @param pins         its PINs
 * @param keyInfo      the card manager's keys, one line per version
 * @param cplc         production data in hexadecimal, may be empty
 * @param certificates the certificates
 * @param keys         the keys
 * @param operations   what a token processing system can do with it
 * @param others       the other applications that drivers know on the card: "PIV", "OpenPGP"
 * @param problems     what could not be read and why, in plain words
 */
public record TokenInfo(String reader, String driver, String reason, TokenIdentity identity, Optional<Cuid> cuid, List<Pin> pins,
        List<String> keyInfo, String cplc, List<TokenCertificate> certificates, List<TokenKey> keys,
        java.util.Set<TpsEnrollment.Operation> operations, List<String> others, List<String> problems) {

    private static final Words WORDS = Words.of(TokenInfo.class);

    public TokenInfo {
        pins = List.copyOf(pins);
        keyInfo = List.copyOf(keyInfo);
        certificates = List.copyOf(certificates);
        keys = List.copyOf(keys);
        operations = java.util.Set.copyOf(operations);
        others = List.copyOf(others);
        problems = List.copyOf(problems);
    }

    /** A card of which only its state is known. */
    public static TokenInfo of(String reader, TokenState state, String... problems) {
        var b = new TokenIdentity.Builder();
        b.state = state;
        return new TokenInfo(reader, "", "", b.build(), Optional.empty(), List.of(), List.of(), "", List.of(), List.of(),
                java.util.Set.of(), List.of(), List.of(problems));
    }

    /**
     * What can be said in one word: the driver's word, but blocked if the holder's PIN is: of an enrolled token that a token processing system
     * mends, {@link TokenState#BLOCKED}, of a card that none manages, {@link TokenState#PIN_BLOCKED}.
     */
    public TokenState state() {
        TokenState said = identity.state();
        if (pinTries().orElse(1) > 0) {
            return said;
        }
        return switch (said) {
            case ENROLLED -> operations.isEmpty() ? TokenState.PIN_BLOCKED : TokenState.BLOCKED;
            case FORMATTED, FOREIGN -> operations.isEmpty() ? TokenState.PIN_BLOCKED : said;
            default -> said;
        };
    }

    /** What to do about the holder's PIN, in a sentence or two; empty unless the state is {@link TokenState#PIN_BLOCKED}. */
    public String nextStep() {
        if (state() != TokenState.PIN_BLOCKED) {
            return "";
        }
        return WORDS.say("The {0} is blocked: it was entered wrongly too often.", holders().map(p -> inSentence(p.label())).orElse("PIN")) + " "
                + unblocking().map(TokenInfo::unblock).orElse(WORDS.say("Only who issued the card can unblock it."));
    }

    private static String unblock(Pin p) {
        String label = inSentence(p.label());
        if (p.blocked()) {
            return WORDS.say("So is the {0}: only a reset, which erases the keys, makes the card usable again.", label);
        }
        return p.triesLeft().isEmpty() ? WORDS.say("Unblock it with the {0}.", label)
                : WORDS.many(p.triesLeft().getAsInt(), "Unblock it with the {1} (one try left).", "Unblock it with the {1} ({0} tries left).", label);
    }

    /** True if the holder's PIN is blocked and another one unblocks it. */
    public boolean unblockable() {
        return state() == TokenState.PIN_BLOCKED && unblocking().filter(p -> !p.blocked()).isPresent();
    }

    private Optional<Pin> holders() {
        return pins.stream().filter(p -> p.role() == Pin.Role.USER).findFirst();
    }

    private Optional<Pin> unblocking() {
        return holders().flatMap(Pin::unblockedBy).flatMap(by -> pins.stream().filter(p -> p.id().equals(by)).findFirst());
    }

    /** A label as it stands behind an article: "Resetting code" → "resetting code", but "PUK" and "PIV …" as they are; German nouns keep their capital. */
    public static String inSentence(String label) {
        return !Words.locale().getLanguage().equals("de") && label.length() > 1 && Character.isLowerCase(label.charAt(1)) ? Character.toLowerCase(label.charAt(0)) + label.substring(1) : label;
    }

    /** The token's own name, may be empty. */
    public String label() {
        return identity.label();
    }

    /** Further things it tells. */
    public List<Detail> details() {
        return identity.details();
    }

    /** Tries left at the holder's PIN. */
    public OptionalInt pinTries() {
        return holders().map(Pin::triesLeft).orElse(OptionalInt.empty());
    }

    /** Whom the token was issued to: CN, else UID, of its first certificate that is no authority's; empty if it has none. */
    public String issuedTo() {
        return own().map(c -> c.subject("CN").isEmpty() ? c.subject("UID") : c.subject("CN"))
                .filter(s -> s.length() > 3 && !s.contains("CoolKey"))
                .orElseGet(() -> identity.state() == TokenState.ENROLLED ? (label().isEmpty() ? WORDS.say("Unknown") : label()) : "");
    }

    /** Who issued it: O of the subject of its first certificate; "Unknown issuer" if an enrolled token does not say, else empty. */
    public String issuer() {
        return own().map(c -> c.subject("O")).filter(s -> !s.isEmpty())
                .orElse(identity.state() == TokenState.ENROLLED ? WORDS.say("Unknown issuer") : "");
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
}

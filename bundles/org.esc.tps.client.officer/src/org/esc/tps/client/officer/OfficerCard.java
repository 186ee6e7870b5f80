// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.TransportRules;
import org.esc.command.Answers;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenKey;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.OpenCard;
import org.esc.driver.host.TokenInfo;

/** An officer's card while it signs in: its certificate, and a signature that only who has the card and knows its PIN can make. */
final class OfficerCard {

    private static final Words WORDS = Words.of(OfficerCard.class);

    private static final String STEP = WORDS.say("sign in with the officer's card");
    /** What the desk and the server can verify, best first. */
    private static final List<SignatureAlgorithm> ALGORITHMS = List.of(SignatureAlgorithm.ED25519, SignatureAlgorithm.ECDSA_SHA256,
            SignatureAlgorithm.ECDSA_SHA384, SignatureAlgorithm.ECDSA_SHA512, SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PKCS1_SHA384,
            SignatureAlgorithm.RSA_PKCS1_SHA512);

    private final OpenCard card;
    private final TokenInfo info;
    private final TokenCertificate certificate;
    private final Context context;

    private OfficerCard(OpenCard card, TokenInfo info, TokenCertificate certificate, Context context) {
        this.card = card;
        this.info = info;
        this.certificate = certificate;
        this.context = context;
    }

    /** Reads the card in a session. @throws EscException LOGIN if it is nobody's, or its certificate no good for logging in */
    static OfficerCard read(CardSession session, Drivers drivers, Context context) throws EscException {
        var reader = new ReaderState(session.reader(), "", ReaderState.Presence.PRESENT, Optional.of(session.atr()), 0);
        OpenCard card = drivers.open(reader, TransportRules.over(session), Origin.verb("officer"));
        TokenInfo info = card.info();
        var now = Instant.now();
        var own = info.certificates().stream().filter(c -> !c.isAuthority() && CardIssuers.signsLogins(c.certificate())).toList();
        TokenCertificate best = own.stream().filter(c -> valid(c.certificate(), now)).findFirst().or(() -> own.stream().findFirst())
                .orElseThrow(() -> Problem.of(Fault.LOGIN, STEP, WORDS.say("The card in \"{0}\" carries no certificate to sign in with.", session.reader()))
                        .code("no-certificate").advice(WORDS.say("Insert a security officer's enrolled card.")).exception());
        return new OfficerCard(card, info, best, context);
    }

    private static boolean valid(X509Certificate c, Instant at) {
        return !at.isBefore(c.getNotBefore().toInstant()) && !at.isAfter(c.getNotAfter().toInstant());
    }

    /** The card's number. @throws EscException CARD if it does not tell: it could not be told from other cards then */
    Cuid cuid() throws EscException {
        return info.cuid().orElseThrow(() -> Problem.of(Fault.CARD, STEP, WORDS.say("The card in \"{0}\" does not tell its number.", info.reader()))
                .code("no-cuid").exception());
    }

    X509Certificate certificate() {
        return certificate.certificate();
    }

    /** The other certificates on it. */
    List<X509Certificate> others() {
        return info.certificates().stream().map(TokenCertificate::certificate).toList();
    }

    /** Short name in the certificate, lower case. @throws EscException LOGIN if there is none */
    String uid() throws EscException {
        String uid = certificate.subject("UID").strip();
        if (uid.isEmpty()) {
            throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The certificate on the card names no user (UID): {0}.",
                    certificate().getSubjectX500Principal().getName()))
                    .code("no-uid").exception();
        }
        return uid.toLowerCase(Locale.ROOT);
    }

    /** Full name in the certificate, or the short one. */
    String name() throws EscException {
        String cn = certificate.subject("CN");
        return cn.isEmpty() ? uid() : cn;
    }

    /** Has the officer enter their PIN at the reader's keypad, once, or where there is none at the computer, until it is right, they give up or the card blocks it. */
    void verifyPin() throws EscException {
        OpenCard.Application token = card.offering(Pins.class, Optional.of(info.driver()), WORDS.say("verify a PIN"));
        Pins pins = token.capability(Pins.class).orElseThrow();
        if (enteredAtReader(token.capability(PinsAtReader.class), usable(pins))) {
            return;
        }
        Optional<EscException> before = Optional.empty();
        while (true) {
            Pin pin = usable(pins);
            var form = OfficersPin.form(info.reader(), left(pin), before.isPresent());
            try (Answers a = Ask.await(context.interaction().fill(form), context.cancel(), STEP);
                    Secret typed = a.get(OfficersPin.FIELD).map(Secret::copy).orElseThrow(() -> Problem.of(Fault.USAGE, STEP, WORDS.say("No PIN was given."))
                            .code("pin-missing").exception())) {
                if (typed.length() == 0 || typed.length() > pin.maxLength()) {
                    throw Problem.of(Fault.LOGIN, STEP, WORDS.say("A PIN has 1 to {0} characters; no try was used up.", pin.maxLength())).code("wrong-pin")
                            .exception();
                }
                pins.verifyPin(pin.id(), typed);
                return;
            } catch (EscException e) {
                if (!e.problem().code().equals("wrong-pin")) {
                    // nobody is there to answer a second time: the first failure says what is wrong
                    throw e.fault() == Fault.CANCELLED || e.fault() == Fault.CARD ? e : before.orElse(e);
                }
                before = Optional.of(wrongPin(e));
            }
        }
    }

    /** True if it was; false if the reader or the card cannot have it. */
    private boolean enteredAtReader(Optional<PinsAtReader> keypad, Pin pin) throws EscException {
        if (keypad.isEmpty() || !keypad.get().canVerifyAtReader(pin.id())) {
            return false;
        }
        String message = WORDS.say("The security officer enters the PIN of their own card at the keypad of \"{0}\".", info.reader()) + " " + left(pin);
        try (var _ = context.interaction().notice(message.strip())) {
            keypad.get().verifyPinAtReader(pin.id());
            return true;
        } catch (EscException e) {
            switch (e.problem().code()) {
                case "pin-pad-unable" -> {
                    return false;
                }
                case "wrong-pin" -> throw wrongPin(e);
                default -> throw e;
            }
        }
    }

    private static EscException wrongPin(EscException cause) {
        return Problem.of(Fault.LOGIN, STEP, WORDS.say("The PIN of the officer's card is wrong.")).code("wrong-pin").exception(cause);
    }

    private static Pin usable(Pins pins) throws EscException {
        Pin pin = pins.pins().stream().filter(p -> p.role() == Pin.Role.USER).findFirst()
                .orElseThrow(() -> Problem.of(Fault.LOGIN, STEP, WORDS.say("The officer's card has no PIN.")).code("no-pin").exception());
        if (pin.blocked() || !pin.set()) {
            throw Problem.of(Fault.LOGIN, STEP, pin.set() ? WORDS.say("The PIN of the officer's card is blocked.")
                    : WORDS.say("The PIN of the officer's card is not set.")).code("pin-blocked")
                    .advice(WORDS.say("Another officer can format the card and enrol it again.")).exception();
        }
        return pin;
    }

    private static String left(Pin pin) {
        OptionalInt n = pin.triesLeft();
        return n.isEmpty() ? "" : n.getAsInt() == 1 ? WORDS.say("One try is left.") : WORDS.say("{0} tries are left.", n.getAsInt());
    }

    /** Signs with the certificate's key and verifies the signature; the PIN must have been verified. @throws EscException LOGIN if the card has no key that fits the certificate */
    void sign(String message) throws EscException {
        byte[] text = message.getBytes(StandardCharsets.US_ASCII);
        Signing signing = card.need(Signing.class, Optional.of(info.driver()), WORDS.say("sign"));
        for (TokenKey key : candidates()) {
            var possible = signing.signatures(key.slot());
            Optional<SignatureAlgorithm> algorithm = ALGORITHMS.stream().filter(possible::contains).filter(this::fits).findFirst();
            if (algorithm.isPresent()) {
                byte[] signature = signing.sign(key.slot(), algorithm.get(), digest(algorithm.get(), text));
                if (verifies(algorithm.get(), text, signature)) {
                    return;
                }
            }
        }
        throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The card has no key that fits its certificate.")).code("no-key").exception();
    }

    private boolean fits(SignatureAlgorithm a) {
        return switch (certificate().getPublicKey().getAlgorithm()) {
            case "RSA" -> a.name().startsWith("RSA_PKCS1");
            case "EC" -> a.name().startsWith("ECDSA");
            default -> a == SignatureAlgorithm.ED25519;
        };
    }

    /** The private key whose public half is in the certificate first, then those whose public half is not known. */
    private List<TokenKey> candidates() {
        byte[] wanted = certificate().getPublicKey().getEncoded();
        var first = new ArrayList<TokenKey>();
        var rest = new ArrayList<TokenKey>();
        for (TokenKey k : info.keys()) {
            if (!k.type().contains("private") && !k.mate().isEmpty() && k.publicKey().isEmpty()) {
                continue;
            }
            var half = k.publicKey().or(() -> info.keys().stream().filter(m -> m.slot().equals(k.mate())).findFirst().flatMap(TokenKey::publicKey));
            if (half.filter(p -> java.util.Arrays.equals(p.getEncoded(), wanted)).isPresent()) {
                first.add(k);
            } else if (half.isEmpty()) {
                rest.add(k);
            }
        }
        first.addAll(rest);
        return first;
    }

    private static byte[] digest(SignatureAlgorithm algorithm, byte[] message) {
        try {
            return algorithm.digest().isEmpty() ? message : MessageDigest.getInstance(algorithm.digest()).digest(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean verifies(SignatureAlgorithm algorithm, byte[] message, byte[] signature) {
        try {
            var s = Signature.getInstance(algorithm.standardName());
            s.initVerify(certificate().getPublicKey());
            s.update(message);
            return s.verify(signature);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }
}

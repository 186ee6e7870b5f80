// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.pkcs11;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.StaticKeys;
import org.esc.securechannel.keys.KeyTokens;
import org.esc.securechannel.keys.NamedKeys;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Finds keys in PKCS#11 tokens. */
@Component(service = KeyTokens.class)
public final class Pkcs11Tokens implements KeyTokens {

    private static final Words WORDS = Words.of(Pkcs11Tokens.class);

    private static final String STEP = WORDS.say("find the keys in the token");
    private static final String PIN = "TOKEN_PIN";
    private static final int GENERIC_SECRET = 0x10;
    private static final int DES2 = 0x14;
    private static final int DES3 = 0x15;
    private static final int AES = 0x1F;

    private final boolean useCmac;

    /** Uses the token's own AES-CMAC where it has one. */
    @Activate
    public Pkcs11Tokens() {
        this(true);
    }

    /** @param useCmac false to build AES-CMAC from the token's AES even where it has its own */
    Pkcs11Tokens(boolean useCmac) {
        this.useCmac = useCmac;
    }

    private record Open(Cryptoki library, long session, StaticKeys keys, String description) implements OpenToken {

        @Override
        public void close() {
            library.closeSession(session);
        }
    }

    @Override
    public OpenToken open(NamedKeys.Token where, Context context) throws EscException {
        Cryptoki library = Cryptoki.load(where.library());
        Cryptoki.Token token = choose(library.tokens(), where.slot());
        long session = library.openSession(token.slot());
        boolean opened = false;
        try {
            if (token.loginRequired()) {
                login(library, session, token, context);
            }
            boolean cmac = useCmac && library.mechanisms(token.slot()).contains(TokenKey.AES_CMAC);
            StaticKeys keys = find(library, session, token, where.label(), cmac, context);
            String description = where.label().map(l -> WORDS.say("token {0}, key {1}", token.label(), l)).orElseGet(() -> WORDS.say("token {0}", token.label()));
            opened = true;
            return new Open(library, session, keys, description);
        } finally {
            if (!opened) {
                library.closeSession(session);
            }
        }
    }

    private static Cryptoki.Token choose(List<Cryptoki.Token> tokens, Optional<Integer> slot) throws EscException {
        var fitting = tokens.stream().filter(t -> slot.isEmpty() || t.slot() == Integer.toUnsignedLong(slot.get())).toList();
        // an empty slot of a software token looks like a token without a name
        var named = fitting.stream().filter(t -> !t.label().isEmpty()).toList();
        if (named.size() == 1) {
            return named.getFirst();
        }
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        String there = String.join(", ", tokens.stream().map(t -> t.slot() + " (" + t.label() + ")").toList());
        throw Problem.of(Fault.USAGE, STEP, fitting.isEmpty() ? slot.map(s -> WORDS.say("There is no token in slot {0}.", s))
                .orElse(WORDS.say("There is no token.")) : WORDS.say("There are several tokens.")).code("which-token")
                .advice(tokens.isEmpty() ? WORDS.say("Insert the token.") : WORDS.say("Choose a slot with --pkcs11-slot: {0}.", there)).exception();
    }

    private static void login(Cryptoki library, long session, Cryptoki.Token token, Context context) throws EscException {
        if (token.locked()) {
            throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The PIN of token {0} is locked.", token.label())).code("pin-locked")
                    .advice(WORDS.say("Its security officer can set a new one.")).exception();
        }
        if (token.ownPinEntry()) {
            context.interaction().tell(WORDS.say("Enter the PIN at the token."));
            library.login(session, new byte[0]);
            return;
        }
        var form = Form.of(WORDS.say("PIN of the token"), token.lastTry()
                ? WORDS.say("Token {0} holds the keys. This is the last try before it locks.", token.label())
                : WORDS.say("Token {0} holds the keys.", token.label()),
                new Form.Field(PIN, "PIN", "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("log in to the token"))) {
            Secret pin = answers.get(PIN).filter(p -> p.length() > 0)
                    .orElseThrow(() -> new EscException(Fault.USAGE, WORDS.say("log in to the token"), WORDS.say("No PIN was given.")));
            byte[] bytes = pin.bytes();
            try {
                library.login(session, bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
    }

    /** One key for all three under the label itself (or the only key there is), else three with the label and what each is for. */
    private static StaticKeys find(Cryptoki library, long session, Cryptoki.Token token, Optional<String> label, boolean cmac,
            Context context) throws EscException {
        List<Long> all = library.secretKeys(session, label.orElse(""));
        if (all.size() == 1) {
            TokenKey one = key(library, session, all.getFirst(), cmac, context);
            return new StaticKeys(one, one, one);
        }
        var three = new ArrayList<TokenKey>();
        if (label.isPresent() && all.isEmpty()) {
            for (String purpose : List.of("-ENC", "-MAC", "-DEK")) {
                List<Long> found = library.secretKeys(session, label.get() + purpose);
                if (found.size() == 1) {
                    three.add(key(library, session, found.getFirst(), cmac, context));
                }
            }
        }
        if (three.size() != 3) {
            throw missing(library, session, token, label, all.size());
        }
        try {
            return new StaticKeys(three.get(0), three.get(1), three.get(2));
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, STEP, e.getMessage()).code("wrong-key-type").exception(e);
        }
    }

    private static EscException missing(Cryptoki library, long session, Cryptoki.Token token, Optional<String> label, int matching)
            throws EscException {
        var labels = library.secretKeys(session, "").stream().map(k -> label(library, session, k)).distinct().toList();
        String what = matching > 1
                ? label.map(l -> WORDS.say("Token {0} has {1} secret keys with the label {2}.", token.label(), matching, l))
                        .orElseGet(() -> WORDS.say("Token {0} has {1} secret keys.", token.label(), matching))
                : label.map(l -> WORDS.say("Token {0} has no secret key {1}, nor {1}-ENC, {1}-MAC and {1}-DEK.", token.label(), l))
                        .orElseGet(() -> WORDS.say("Token {0} has no secret key.", token.label()));
        return Problem.of(Fault.USAGE, STEP, what).code("no-such-keys")
                .advice(labels.isEmpty() ? WORDS.say("Make or import the keys with the token's own tools.")
                        : WORDS.say("Choose by --pkcs11-label: {0}.", String.join(", ", labels))).exception();
    }

    private static String label(Cryptoki library, long session, long object) {
        return new String(library.attribute(session, object, Cryptoki.Attribute.LABEL), StandardCharsets.UTF_8);
    }

    private static TokenKey key(Cryptoki library, long session, long object, boolean cmac, Context context) throws EscException {
        String label = label(library, session, object);
        long kind = library.numberAttribute(session, object, Cryptoki.Attribute.KEY_TYPE);
        int told = (int) library.numberAttribute(session, object, Cryptoki.Attribute.VALUE_LEN);
        KeyType type = kind == AES ? KeyType.AES : KeyType.DES3;
        int length = switch ((int) kind) {
            case DES2 -> 16;
            case DES3 -> 24;
            // a generic secret computes HMAC only: master key of sp800-108, whose card keys are triple DES
            case AES, GENERIC_SECRET -> told;
            default -> 0;
        };
        if (kind == GENERIC_SECRET ? length < 16 : !type.allows(length)) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("Key {0} in the token is no triple DES or AES key of a length that cards have.", label))
                    .code("wrong-key-type").advice(WORDS.say("Choose another by --pkcs11-label.")).exception();
        }
        if (isFalse(library, session, object, Cryptoki.Attribute.SENSITIVE)
                || !isFalse(library, session, object, Cryptoki.Attribute.EXTRACTABLE)) {
            context.interaction().tell(WORDS.say("Key {0} may leave its token: it is not sensitive, or extractable.", label));
        }
        return new TokenKey(library, session, object, type, length, cmac);
    }

    private static boolean isFalse(Cryptoki library, long session, long object, long attribute) {
        byte[] b = library.attribute(session, object, attribute);
        return b.length == 1 && b[0] == 0;
    }
}

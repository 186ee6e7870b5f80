// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.LoginException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Answers;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.driver.Certificates;
import org.esc.driver.Keys;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenKey;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.OpenCard;
import org.esc.securechannel.pkcs11.Pkcs11Slots;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Opens what a person signs in to servers with: a PKCS#12 file, a PKCS#11 token, or a smart card through its driver. Passwords and PINs are asked for at
 * once, before any connection is made: a server does not wait for a person. Only a PIN that is entered at a reader's keypad is asked for again when there
 * is more to sign: it never comes here, so it cannot be kept.
 */
@Component(service = TlsIdentities.class)
public final class TlsIdentities {

    private static final Words WORDS = Words.of(TlsIdentities.class);

    /** The field of the form that asks for a PKCS#12 file's password. */
    public static final String PASSWORD = "CLIENT_PASSWORD";
    /** The field of the form that asks for a token's PIN. */
    public static final String PIN = "CLIENT_PIN";

    private static final String STEP = WORDS.say("sign in with a certificate");
    private static final int MOST_TRIES = 3;
    /** In the runtime's words, and in those of PKCS #11 (v2.40, return values) that it passes on. */
    private static final List<String> GONE = List.of("removed", "DEVICE_REMOVED", "TOKEN_NOT_PRESENT", "SESSION_HANDLE_INVALID");
    private static final AtomicInteger MODULES = new AtomicInteger();

    private final Readers readers;
    private final Drivers drivers;
    private final Optional<CardFiles> files;
    private final UserSettings settings;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public TlsIdentities(@Reference Readers readers, @Reference Drivers drivers,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        this(readers, drivers, Optional.ofNullable(files), new UserSettings());
    }

    /** With settings of its own. */
    public TlsIdentities(Readers readers, Drivers drivers, Optional<CardFiles> files, UserSettings settings) {
        this.readers = readers;
        this.drivers = drivers;
        this.files = files;
        this.settings = settings;
    }

    /** Opens what the arguments name, else what the settings name, else nothing. The caller closes it. @throws EscException if it cannot be opened */
    public TlsIdentity open(ClientArgs args, Context context) throws EscException {
        return open(args, Optional.empty(), context);
    }

    /** The same, with a card at hand that is worked with already. */
    public TlsIdentity open(ClientArgs args, CardSession at, Context context) throws EscException {
        return open(args, Optional.of(at), context);
    }

    private TlsIdentity open(ClientArgs given, Optional<CardSession> at, Context context) throws EscException {
        if (given.clientP12().isPresent()) {
            settings.allow("client-p12", "--client-p12", given.clientP12().get().toString());
        } else if (given.clientPkcs11().isPresent()) {
            settings.allow("client-pkcs11", "--client-pkcs11", given.clientPkcs11().get());
        } else if (given.clientToken().isPresent()) {
            settings.allow("client-token", "--client-token", given.clientToken().get());
        }
        ClientArgs args = given.isEmpty() ? bySettings() : given;
        if (args.clientP12().isPresent()) {
            return p12(args.clientP12().get(), context);
        }
        if (args.clientPkcs11().isPresent()) {
            return pkcs11(args.clientPkcs11().get(), context);
        }
        return args.clientToken().isPresent() ? token(args.clientToken().get(), at, context) : TlsIdentity.NONE;
    }

    private ClientArgs bySettings() throws EscException {
        Optional<String> p12 = settings.get("client-p12");
        Optional<String> pkcs11 = p12.isPresent() ? Optional.empty() : settings.get("client-pkcs11");
        Optional<String> token = p12.isPresent() || pkcs11.isPresent() ? Optional.empty() : settings.get("client-token");
        return new ClientArgs(p12.map(Path::of), pkcs11, token);
    }

    // ---- a file

    private static TlsIdentity p12(Path file, Context context) throws EscException {
        if (!Files.isReadable(file)) {
            try (var none = Secret.of("")) {
                return TlsIdentity.p12(file, none);
            }
        }
        return repeatedly(PASSWORD, WORDS.say("Password of your certificate"), WORDS.say("The file {0} is protected by a password.", file),
                WORDS.say("Password"), context,
                typed -> TlsIdentity.p12(file, typed));
    }

    /** Takes what was typed. */
    private interface Taking<T> {
        T take(Secret typed) throws EscException;
    }

    /** Asks, and asks again when it was wrong; what a script supplied is tried once. */
    private static <T> T repeatedly(String field, String title, String description, String label, Context context, Taking<T> taking)
            throws EscException {
        Optional<EscException> before = Optional.empty();
        for (int i = 0;; i++) {
            var form = new Form(title, description, List.of(new Form.Field(field, label, "", Form.Kind.PASSWORD)), before.isPresent(), false);
            Secret typed;
            try (Answers answers = Ask.await(context.interaction().fill(form), context.cancel(), STEP)) {
                typed = answers.get(field).map(Secret::copy).orElseGet(() -> Secret.of(""));
            } catch (EscException e) {
                throw e.fault() == Fault.USAGE ? before.orElse(e) : e;
            }
            try (typed) {
                return taking.take(typed);
            } catch (EscException e) {
                boolean again = List.of("wrong-password", "wrong-pin", "bad-pin").contains(e.problem().code());
                if (!again || i + 1 >= MOST_TRIES) {
                    throw e;
                }
                before = Optional.of(e);
            }
        }
    }

    // ---- a PKCS#11 token

    private static TlsIdentity pkcs11(String module, Context context) throws EscException {
        // the colon of a Windows drive is none before a label
        int colon = module.indexOf(':', module.matches("^[A-Za-z]:[\\\\/].*") ? 2 : 0);
        Path library = Path.of(colon < 0 ? module : module.substring(0, colon)).toAbsolutePath();
        Optional<String> label = colon < 0 ? Optional.empty() : Optional.of(module.substring(colon + 1)).filter(l -> !l.isEmpty());
        if (!Files.isReadable(library)) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("There is no PKCS#11 module {0} that can be read.", library)).code("pkcs11-library")
                    .advice(WORDS.say("Give the library that came with the token, and after a colon the token's label.")).exception();
        }
        Pkcs11Slots.Slot slot = Pkcs11Slots.find(library, label);
        if (slot.locked()) {
            throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The PIN of token {0} is locked.", slot.label())).code("pin-locked")
                    .advice(WORDS.say("Its security officer can set a new one.")).exception();
        }
        AuthProvider provider;
        try {
            provider = (AuthProvider) Security.getProvider("SunPKCS11").configure("--name = EscClient" + MODULES.incrementAndGet()
                    + "\nlibrary = \"" + library.toString().replace("\\", "\\\\") + "\"\nslot = " + slot.slot() + "\n");
        } catch (RuntimeException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The token {0} of the module {1} cannot be used.", slot.label(), library))
                    .code("pkcs11").advice(WORDS.say("See the documentation of the token.")).exception(e);
        }
        boolean good = false;
        try {
            if (slot.ownPinEntry()) {
                try (var _ = context.interaction().notice(WORDS.say("Enter the PIN of {0} at the token.", slot.label()))) {
                    login(provider, slot.label(), Optional.empty());
                }
            } else {
                String last = slot.lastTry() ? " " + WORDS.say("This is the last try before it locks.") : "";
                repeatedly(PIN, WORDS.say("PIN of the token"), WORDS.say("Token {0} holds the certificate to sign in with.", slot.label()) + last, "PIN", context,
                        typed -> {
                            login(provider, slot.label(), Optional.of(typed));
                            return true;
                        });
            }
            // the runtime's TLS looks for whoever can use the key among the installed providers
            Security.addProvider(provider);
            var found = entries(provider, slot.label());
            good = true;
            return new TlsIdentity(WORDS.say("the token {0}", slot.label()), found, cause -> trouble(cause, slot.label()), () -> forget(provider));
        } catch (ProviderException e) {
            throw trouble(e, slot.label()).orElseThrow();
        } finally {
            if (!good) {
                forget(provider);
            }
        }
    }

    /** What a failure of the token was, if it was one; the runtime says that as a {@link ProviderException}, bare or deep within one of TLS. */
    private static Optional<EscException> trouble(Throwable cause, String label) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof ProviderException) {
                String text = String.valueOf(t.getCause() == null ? t.getMessage() : t.getCause().getMessage());
                Problem p = GONE.stream().anyMatch(text::contains)
                        ? Problem.of(Fault.CARD, STEP, WORDS.say("Token {0} was taken out.", label)).code("token-gone")
                                .advice(WORDS.say("Put it in again, then sign in anew."))
                        : Problem.of(Fault.CARD, STEP, WORDS.say("Token {0} failed ({1}).", label, text)).code("pkcs11")
                                .advice(WORDS.say("See the documentation of the token."));
                return Optional.of(p.exception(cause));
            }
        }
        return Optional.empty();
    }

    private static void forget(AuthProvider provider) {
        Security.removeProvider(provider.getName());
        try {
            provider.logout();
        } catch (LoginException | ProviderException _) {
            // the token is gone, and its login with it
        }
    }

    private static void login(AuthProvider provider, String label, Optional<Secret> pin) throws EscException {
        try {
            provider.login(null, callbacks -> {
                for (Callback c : callbacks) {
                    if (!(c instanceof PasswordCallback p)) {
                        throw new UnsupportedCallbackException(c);
                    }
                    if (pin.isPresent()) {
                        char[] typed = pin.get().chars();
                        p.setPassword(typed);
                        Arrays.fill(typed, '\0');
                    }
                }
            });
        } catch (LoginException e) {
            String text = String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            throw (text.contains("LOCKED") ? Problem.of(Fault.LOGIN, STEP, WORDS.say("The PIN of token {0} is locked.", label)).code("pin-locked")
                    .advice(WORDS.say("Its security officer can set a new one."))
                    : text.contains("PIN") ? Problem.of(Fault.LOGIN, STEP, WORDS.say("Token {0} did not accept the PIN.", label)).code("wrong-pin")
                    .advice(WORDS.say("Make sure of the PIN before you try again: tokens lock."))
                    : Problem.of(Fault.CARD, STEP, WORDS.say("Token {0} cannot be logged in to ({1}).", label, text)).code("pkcs11")).exception(e);
        }
    }

    private static List<TlsIdentity.Entry> entries(Provider provider, String label) throws EscException {
        try {
            var store = KeyStore.getInstance("PKCS11", provider);
            store.load(null, null);
            var found = new ArrayList<TlsIdentity.Entry>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getKey(alias, null) instanceof PrivateKey key && store.getCertificateChain(alias) != null) {
                    found.add(new TlsIdentity.Entry(key, Arrays.stream(store.getCertificateChain(alias)).map(X509Certificate.class::cast).toList()));
                }
            }
            if (found.isEmpty()) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("Token {0} holds no key with a certificate.", label)).code("no-certificate")
                        .advice(WORDS.say("Put your certificate onto the token, with the same CKA_ID as its key.")).exception();
            }
            return found;
        } catch (IOException | GeneralSecurityException e) {
            throw Problem.of(Fault.CARD, STEP, WORDS.say("The certificates on token {0} cannot be read.", label)).code("pkcs11").exception(e);
        }
    }

    // ---- a smart card

    /** Does something with a card. */
    private interface Look<T> {
        T at(OpenCard card) throws EscException;
    }

    /** The way to a card: the session at hand, or a new one each time, so that the card stays free for others. */
    private record Door(Readers readers, Drivers drivers, String reader, Optional<CardSession> at) {

        <T> T open(Look<T> look) throws EscException {
            try (Held held = hold()) {
                return look.at(held.card());
            }
        }

        /** The card, for whoever closes it again. */
        Held hold() throws EscException {
            var origin = Origin.verb("tls");
            if (at.isPresent()) {
                var here = new ReaderState(reader, "", ReaderState.Presence.PRESENT, Optional.of(at.get().atr()), 0);
                return new Held(drivers.open(here, TransportRules.over(at.get().as(origin)), origin), Optional.empty());
            }
            ReaderState state = readers.list().stream().filter(r -> r.name().equals(reader)).findFirst()
                    .orElseThrow(() -> Problem.of(Fault.USAGE, STEP, WORDS.say("There is no reader \"{0}\".", reader)).code("no-reader")
                            .advice(WORDS.say("See them all: esc readers.")).exception());
            CardSession session = readers.connect(reader, origin);
            try {
                return new Held(drivers.open(state, TransportRules.over(session), origin), Optional.of(session));
            } catch (EscException | RuntimeException e) {
                session.close();
                throw e;
            }
        }
    }

    /** An open card, with its session unless that is somebody else's. */
    private record Held(OpenCard card, Optional<CardSession> own) implements AutoCloseable {

        @Override
        public void close() {
            own.ifPresent(CardSession::close);
        }
    }

    /** A card that signs, as whoever holds its PIN has allowed. */
    private sealed interface Unlocked extends AutoCloseable {

        byte[] sign(OnCard c, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException;

        @Override
        void close();
    }

    /** The PIN was typed here, and is shown to the card for each signature; empty if none is needed. */
    private record Typed(Door door, Optional<Secret> pin) implements Unlocked {

        @Override
        public byte[] sign(OnCard c, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
            return door.open(card -> {
                OpenCard.Application a = application(card, c.driver());
                if (c.key().access().pin().isPresent() && pin.isPresent()) {
                    pins(a).verifyPin(c.key().access().pin().get(), pin.get());
                }
                return signed(a, c, algorithm, toBeSigned);
            });
        }

        @Override
        public void close() {
            pin.ifPresent(Secret::close);
        }
    }

    /**
     * The PIN is entered at the reader, so nobody here could show it to the card again: the card is held from there to the signature, and each further
     * signature has it entered anew.
     */
    private static final class AtReader implements Unlocked {

        private final Door door;
        private final String driver;
        private final String pinId;
        private final Context context;
        private Optional<Held> ready = Optional.empty();

        private AtReader(Door door, String driver, String pinId, Context context) {
            this.door = door;
            this.driver = driver;
            this.pinId = pinId;
            this.context = context;
        }

        /** Has the PIN entered; empty if this reader and this card cannot do that. */
        static Optional<Unlocked> unlock(Door door, String driver, String pinId, Context context) throws EscException {
            var unlocked = new AtReader(door, driver, pinId, context);
            unlocked.ready = unlocked.entered();
            return unlocked.ready.isPresent() ? Optional.of(unlocked) : Optional.empty();
        }

        private Optional<Held> entered() throws EscException {
            Held held = door.hold();
            boolean good = false;
            try {
                OpenCard.Application a = application(held.card(), driver);
                Optional<PinsAtReader> keypad = a.capability(PinsAtReader.class);
                if (keypad.isPresent() && keypad.get().canVerifyAtReader(pinId)) {
                    Pin p = pin(a, pinId);
                    mayTry(p, context);
                    String message = WORDS.say("Enter {0} at the keypad of \"{1}\" to sign in to the server.", p.label(), door.reader()) + left(p);
                    try (var _ = context.interaction().notice(message); var _ = context.cancel().onCancel(held::close)) {
                        keypad.get().verifyPinAtReader(pinId);
                    }
                    good = true;
                }
            } catch (EscException e) {
                if (!e.problem().code().equals("pin-pad-unable")) {
                    throw e;
                }
            } finally {
                if (!good) {
                    held.close();
                }
            }
            return good ? Optional.of(held) : Optional.empty();
        }

        @Override
        public synchronized byte[] sign(OnCard c, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
            Optional<Held> before = ready;
            ready = Optional.empty();
            if (before.isPresent()) {
                try (Held held = before.get()) {
                    return signed(application(held.card(), driver), c, algorithm, toBeSigned);
                } catch (EscException e) {
                    // whatever else was done with the card in the meantime may have ended what the PIN allows
                    if (!e.problem().code().equals("pin-needed")) {
                        throw e;
                    }
                }
            }
            try (Held held = entered().orElseThrow(() -> Problem.of(Fault.CARD, STEP, WORDS.say("The reader does not take the PIN any more."))
                    .code("pin-pad-unable").exception())) {
                return signed(application(held.card(), driver), c, algorithm, toBeSigned);
            }
        }

        @Override
        public synchronized void close() {
            ready.ifPresent(Held::close);
            ready = Optional.empty();
        }
    }

    /** A certificate on a card with the place of its key. */
    private record OnCard(String driver, X509Certificate certificate, TokenKey key, Set<SignatureAlgorithm> possible) {
    }

    private TlsIdentity token(String reader, Optional<CardSession> at, Context context) throws EscException {
        boolean itself = reader.equals(ClientArgs.ITSELF);
        if (itself && at.isEmpty()) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("There is no token that is worked with: name the reader of the token to sign in with."))
                    .code("no-reader").advice(WORDS.say("See them all: esc readers.")).exception();
        }
        Optional<CardSession> shared = at.filter(s -> itself || s.reader().equals(reader));
        boolean file = shared.isEmpty() && !readers.list().stream().map(ReaderState::name).toList().contains(reader) && Files.isRegularFile(Path.of(reader));
        CardChoice choice = shared.isPresent() ? new CardChoice(shared.get().reader(), Optional.empty())
                : CardChoice.of(readers, files, file ? CardArgs.soft(Path.of(reader)) : CardArgs.in(reader), context);
        boolean good = false;
        Optional<Unlocked> unlocked = Optional.empty();
        try {
            var door = new Door(readers, drivers, choice.reader(), shared);
            context.progress().at(-1, WORDS.say("Looking for your certificate on the token"));
            List<OnCard> found = door.open(TlsIdentities::certificates);
            if (found.isEmpty()) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("The token in \"{0}\" holds no certificate to sign in with.", choice.reader()))
                        .code("no-certificate").advice(WORDS.say("Enrol the token first.")).exception();
            }
            List<X509Certificate> all = door.open(TlsIdentities::everyCertificate);
            Optional<String> pinId = found.stream().flatMap(c -> c.key().access().pin().stream()).findFirst();
            Unlocked token = pinId.isPresent() ? unlock(door, found.getFirst().driver(), pinId.get(), context) : new Typed(door, Optional.empty());
            unlocked = Optional.of(token);
            var identity = new AtomicReference<TlsIdentity>();
            var entries = new ArrayList<TlsIdentity.Entry>();
            for (OnCard c : found) {
                try {
                    entries.add(new TlsIdentity.Entry(CardKeys.of(c.certificate().getPublicKey(), new CardKeys.Signer() {
                        @Override
                        public Set<SignatureAlgorithm> possible() {
                            return c.possible();
                        }

                        @Override
                        public byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
                            try {
                                return token.sign(c, algorithm, toBeSigned);
                            } catch (EscException e) {
                                identity.get().failed(e);
                                throw e;
                            }
                        }
                    }), chain(c.certificate(), all)));
                } catch (IllegalArgumentException _) {
                    // a key of a kind that TLS does not sign with
                }
            }
            identity.set(new TlsIdentity(WORDS.say("the token in \"{0}\"", choice.reader()), entries, () -> {
                token.close();
                choice.close();
            }));
            good = true;
            return identity.get();
        } finally {
            if (!good) {
                unlocked.ifPresent(Unlocked::close);
                choice.close();
            }
        }
    }

    private static List<OnCard> certificates(OpenCard card) throws EscException {
        for (OpenCard.Application a : card.applications()) {
            var signing = a.capability(Signing.class);
            var certificates = a.capability(Certificates.class);
            var keys = a.capability(Keys.class);
            if (signing.isEmpty() || certificates.isEmpty() || keys.isEmpty()) {
                continue;
            }
            var found = new ArrayList<OnCard>();
            List<TokenKey> all = keys.get().keys();
            for (TokenCertificate c : certificates.get().certificates()) {
                if (!TlsIdentity.mayAuthenticate(c.certificate())) {
                    continue;
                }
                for (TokenKey k : all) {
                    if (k.present() && !k.type().contains("public") && belongs(k, c, all)) {
                        Set<SignatureAlgorithm> possible = signing.get().signatures(k.slot());
                        if (!possible.isEmpty()) {
                            found.add(new OnCard(a.driver(), c.certificate(), k, possible));
                            break;
                        }
                    }
                }
            }
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private static boolean belongs(TokenKey key, TokenCertificate c, List<TokenKey> all) {
        Optional<java.security.PublicKey> half = key.publicKey().or(() -> all.stream().filter(k -> k.slot().equals(key.mate())).findFirst()
                .flatMap(TokenKey::publicKey));
        return half.map(h -> Arrays.equals(h.getEncoded(), c.certificate().getPublicKey().getEncoded())).orElse(c.id().equalsIgnoreCase(key.slot()));
    }

    private static List<X509Certificate> everyCertificate(OpenCard card) throws EscException {
        var all = new ArrayList<X509Certificate>();
        for (OpenCard.Application a : card.applications()) {
            var certificates = a.capability(Certificates.class);
            if (certificates.isPresent()) {
                certificates.get().certificates().forEach(c -> all.add(c.certificate()));
            }
        }
        return all;
    }

    /** The certificate and those above it that are on the card, too. */
    private static List<X509Certificate> chain(X509Certificate certificate, List<X509Certificate> all) {
        var chain = new ArrayList<>(List.of(certificate));
        for (int i = 0; i < all.size(); i++) {
            X509Certificate last = chain.getLast();
            var next = all.stream().filter(c -> !chain.contains(c) && c.getSubjectX500Principal().equals(last.getIssuerX500Principal())).findFirst();
            if (next.isEmpty()) {
                break;
            }
            chain.add(next.get());
        }
        return chain;
    }

    private static OpenCard.Application application(OpenCard card, String driver) throws EscException {
        return card.application(Optional.of(driver));
    }

    /** Has the PIN entered at the reader if that has a keypad, else asks for it until the card takes it and keeps it for the signatures to come. */
    private static Unlocked unlock(Door door, String driver, String pinId, Context context) throws EscException {
        Optional<Unlocked> atReader = AtReader.unlock(door, driver, pinId, context);
        return atReader.isPresent() ? atReader.get() : new Typed(door, Optional.of(typed(door, driver, pinId, context)));
    }

    private static Secret typed(Door door, String driver, String pinId, Context context) throws EscException {
        Pin before = door.open(card -> pin(application(card, driver), pinId));
        mayTry(before, context);
        return repeatedly(PIN, WORDS.say("Sign in with the token"),
                WORDS.say("{0} of the token in \"{1}\" is needed to sign in to the server.", before.label(), door.reader()) + left(before), before.label(),
                context, typed -> {
                    if (typed.length() == 0 || typed.length() > before.maxLength()) {
                        throw Problem.of(Fault.USAGE, WORDS.say("check the PIN"), WORDS.say("{0} has 1 to {1} characters.", before.label(), before.maxLength()))
                                .code("bad-pin").advice(WORDS.say("No try was used up.")).exception();
                    }
                    door.open(card -> {
                        pins(application(card, driver)).verifyPin(pinId, typed);
                        return true;
                    });
                    return typed.copy();
                });
    }

    private static String left(Pin p) {
        return p.triesLeft().isPresent() ? " " + WORDS.say("Tries left: {0}.", p.triesLeft().getAsInt()) : "";
    }

    /** @throws EscException if there is no try left, or the person does not want to risk the last one */
    private static void mayTry(Pin p, Context context) throws EscException {
        if (p.blocked()) {
            throw Problem.of(Fault.CARD, STEP, WORDS.say("{0} is blocked: it has no tries left.", p.label())).code("pin-blocked")
                    .advice(WORDS.say("Have the token's password reset.")).exception();
        }
        if (p.triesLeft().isPresent() && p.triesLeft().getAsInt() == 1) {
            var question = new Interaction.Confirmation(WORDS.say("One try left"),
                    WORDS.say("There is one try left for {0}. If it is wrong, the token is blocked.", p.label()), true);
            if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
                throw Problem.of(Fault.CANCELLED, question.title(), WORDS.say("Nothing was tried.")).exception();
            }
        }
    }

    private static Pins pins(OpenCard.Application a) throws EscException {
        return a.capability(Pins.class).orElseThrow(() -> new EscException(Fault.CARD, STEP, WORDS.say("The token has no PIN that could be verified.")));
    }

    private static Pin pin(OpenCard.Application a, String id) throws EscException {
        return pins(a).pins().stream().filter(p -> p.id().equals(id)).findFirst()
                .orElseThrow(() -> new EscException(Fault.CARD, STEP, WORDS.say("The token has no PIN that could be verified.")));
    }

    private static byte[] signed(OpenCard.Application a, OnCard c, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
        return a.capability(Signing.class).orElseThrow(() -> new EscException(Fault.CARD, STEP, WORDS.say("The token does not sign any more.")))
                .sign(c.key().slot(), algorithm, toBeSigned);
    }
}

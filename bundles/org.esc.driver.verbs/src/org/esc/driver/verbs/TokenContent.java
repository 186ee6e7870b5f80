// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.driver.Access;
import org.esc.driver.AdministratorKey;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.Attempts;
import org.esc.driver.Attestation;
import org.esc.driver.Capability;
import org.esc.driver.CertificateWriting;
import org.esc.driver.Certificates;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.Detail;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyImport;
import org.esc.driver.KeyPolicy;
import org.esc.driver.KeyRemoval;
import org.esc.driver.Keys;
import org.esc.driver.ObjectWriting;
import org.esc.driver.Pin;
import org.esc.driver.PinTries;
import org.esc.driver.Pins;
import org.esc.driver.SecureChannelUse;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.driver.TpsEnrollment;
import org.esc.driver.host.OpenCard;

/**
 * All that a token tells without a PIN, application by application.
 *
 * @param reader       that holds it
 * @param atr          in hexadecimal digits
 * @param cardId       the card's number
 * @param applications best first
 * @param problems     what could not be read, in words
 */
public record TokenContent(String reader, String atr, String cardId, List<Application> applications, List<String> problems) {

    private static final Words WORDS = Words.of(TokenContent.class);

    private static final List<Class<? extends Capability>> CAPABILITIES = List.of(Certificates.class, CertificateWriting.class, Keys.class,
            KeyGeneration.class, KeyImport.class, KeyRemoval.class, Signing.class, Decryption.class, Attestation.class, DataObjects.class,
            ObjectWriting.class, Pins.class, PinTries.class, AdministratorKey.class, ApplicationLifeCycle.class, SecureChannelUse.class, TpsEnrollment.class);

    public TokenContent {
        applications = List.copyOf(applications);
        problems = List.copyOf(problems);
    }

    /**
     * An application on the token.
     *
     * @param driver           that knows it
     * @param score            how well, 0 to 100
     * @param reason           why it thinks so
     * @param state            in a word
     * @param details          what else it tells
     * @param can              names of the capability interfaces of its driver: "CertificateWriting"
     * @param certificates     in the order of the token
     * @param certificateSlots where certificates can be put
     * @param keys             keys, and empty places for them
     * @param objects          data objects
     * @param pins             PINs
     * @param tries            which numbers of tries PINs can be given, if any
     * @param pinUses          when a new key can ask for the PIN
     * @param touches          when a new key can ask for a touch
     * @param steps            what can be done with the whole of it
     * @param administratorKey the administrator's key, if it has one
     * @param problems         what could not be read, in words
     */
    public record Application(String driver, int score, String reason, TokenState state, List<Detail> details, List<String> can,
            List<CertificateVerbs.Shown> certificates, List<String> certificateSlots, List<KeyRow> keys, List<ObjectRow> objects,
            List<PinRow> pins, Optional<PinVerbs.Tries> tries, List<KeyPolicy.PinUse> pinUses, List<KeyPolicy.Touch> touches,
            List<ApplicationLifeCycle.Step> steps, Optional<AdministratorKeyVerbs.Row> administratorKey, List<String> problems) {

        public Application {
            details = List.copyOf(details);
            can = List.copyOf(can);
            certificates = List.copyOf(certificates);
            certificateSlots = List.copyOf(certificateSlots);
            keys = List.copyOf(keys);
            objects = List.copyOf(objects);
            pins = List.copyOf(pins);
            pinUses = List.copyOf(pinUses);
            touches = List.copyOf(touches);
            steps = List.copyOf(steps);
            problems = List.copyOf(problems);
        }

        /** True if its driver offers this. */
        public boolean offers(Class<? extends Capability> type) {
            return can.contains(type.getSimpleName());
        }
    }

    /** A data object, and what can be done with it. */
    public record ObjectRow(DataObject object, boolean writable, boolean deletable) {
    }

    /** A PIN; {@code verifiable} is false for one that only unblocks another. */
    public record PinRow(Pin pin, boolean verifiable) {
    }

    /**
     * A key or a place for one.
     *
     * @param slot        where it lies
     * @param label       its name there, may be empty
     * @param present     false for an empty place
     * @param type        "RSA private key", empty if the place is
     * @param bits        its size, 0 if not known
     * @param mate        slot of the other half of the pair, empty if there is none
     * @param uses        in words, may be empty
     * @param policy      what it asks for before use, may be empty
     * @param access      who must have been verified before
     * @param signatures  how it signs
     * @param decrypts    true if it decrypts
     * @param agrees      true if it agrees on secrets
     * @param generatable what can be made here
     * @param importable  what can be put here
     * @param attested    true if the token proves that it was made there
     * @param moveTargets slots it can be moved to
     * @param publicKey   RFC 7468 text, if the token tells
     */
    public record KeyRow(String slot, String label, boolean present, String type, int bits, String mate, String uses, String policy,
            Access access, List<SignatureAlgorithm> signatures, boolean decrypts, boolean agrees,
            List<KeyAlgorithm> generatable, List<KeyAlgorithm> importable, boolean attested, List<String> moveTargets, Optional<String> publicKey) {

        public KeyRow {
            signatures = List.copyOf(signatures);
            generatable = List.copyOf(generatable);
            importable = List.copyOf(importable);
            moveTargets = List.copyOf(moveTargets);
        }
    }

    /** Reads all applications, or the one of a driver. @throws EscException if the card does not answer any more */
    static TokenContent read(OpenCard card, Optional<String> driver) throws EscException {
        var chosen = driver.isEmpty() ? card.applications() : List.of(card.application(driver));
        var parts = new Attempts();
        var list = new ArrayList<Application>();
        var id = new ArrayList<String>();
        for (OpenCard.Application a : chosen) {
            CardWork.attempt(parts, () -> {
                TokenIdentity identity = a.identity();
                list.add(application(a, identity));
                id.add(Opened.cardId(card.facts(), identity));
            });
        }
        return new TokenContent(card.facts().reader(), card.facts().atr().toString(), id.isEmpty() ? card.facts().atr().toString() : id.getFirst(),
                list, parts.problems());
    }

    @FunctionalInterface
    private interface Reading<C, T> {
        void from(C capability, List<T> into) throws EscException;
    }

    private static <C extends Capability, T> List<T> part(OpenCard.Application a, Class<C> type, Attempts parts, Reading<C, T> reading)
            throws EscException {
        var list = new ArrayList<T>();
        Optional<C> c = a.capability(type);
        if (c.isPresent()) {
            parts.at(() -> reading.from(c.get(), list));
        }
        return list;
    }

    private static Application application(OpenCard.Application a, TokenIdentity identity) throws EscException {
        var parts = new Attempts();
        identity.problems().forEach(parts::problem);
        var can = new ArrayList<String>();
        for (Class<? extends Capability> type : CAPABILITIES) {
            if (a.capability(type).isPresent()) {
                can.add(type.getSimpleName());
            }
        }
        return new Application(a.driver(), a.match().score(), a.match().reason(), identity.state(), details(identity), can,
                TokenContent.<Certificates, CertificateVerbs.Shown>part(a, Certificates.class, parts,
                        (c, into) -> into.addAll(CertificateVerbs.shown(a, c, new Attempts()))),
                TokenContent.<CertificateWriting, String>part(a, CertificateWriting.class, parts, (c, into) -> into.addAll(c.certificateSlots())),
                keys(a, parts),
                objects(a, parts),
                TokenContent.<Pins, PinRow>part(a, Pins.class, parts, (c, into) -> {
                    for (Pin p : c.pins()) {
                        into.add(new PinRow(p, c.canVerify(p.id())));
                    }
                }),
                TokenContent.<PinTries, PinVerbs.Tries>part(a, PinTries.class, parts, (c, into) -> into.add(PinVerbs.Tries.of(c))).stream().findFirst(),
                TokenContent.<KeyGeneration, KeyPolicy.PinUse>part(a, KeyGeneration.class, parts,
                        (c, into) -> c.pinUses().stream().sorted().forEach(into::add)),
                TokenContent.<KeyGeneration, KeyPolicy.Touch>part(a, KeyGeneration.class, parts,
                        (c, into) -> c.touches().stream().sorted().forEach(into::add)),
                TokenContent.<ApplicationLifeCycle, ApplicationLifeCycle.Step>part(a, ApplicationLifeCycle.class, parts,
                        (c, into) -> into.addAll(c.lifeCycleSteps())),
                TokenContent.<AdministratorKey, AdministratorKeyVerbs.Row>part(a, AdministratorKey.class, parts,
                        (c, into) -> into.add(AdministratorKeyVerbs.Row.of(a.driver(), c))).stream().findFirst(), parts.problems());
    }

    private static List<ObjectRow> objects(OpenCard.Application a, Attempts parts) throws EscException {
        Optional<ObjectWriting> writing = a.capability(ObjectWriting.class);
        return TokenContent.<DataObjects, ObjectRow>part(a, DataObjects.class, parts, (c, into) -> {
            for (DataObject o : c.dataObjects()) {
                into.add(new ObjectRow(o, writing.isPresent() && writing.get().canWriteObject(o.id()),
                        writing.isPresent() && o.present() && writing.get().canDeleteObject(o.id())));
            }
        });
    }

    private static List<Detail> details(TokenIdentity i) {
        var list = new ArrayList<Detail>();
        Stream.of(new Detail(WORDS.say("Name"), i.label()), new Detail(WORDS.say("Serial number"), i.serial()), new Detail(WORDS.say("Applet version"), i.appletVersion()),
                new Detail(WORDS.say("Life cycle"), i.lifeCycle()), new Detail(WORDS.say("Free memory"), bytes(i.freeMemory())),
                new Detail(WORDS.say("Total memory"), bytes(i.totalMemory())), new Detail(WORDS.say("Issuer's address"), i.issuerUrl()))
                .filter(d -> !d.value().isBlank()).forEach(list::add);
        list.addAll(i.details());
        return list;
    }

    private static String bytes(OptionalInt n) {
        return n.isPresent() ? WORDS.say("{0} bytes", n.getAsInt()) : "";
    }

    /** The keys with what can be done with each. */
    static List<KeyRow> keys(OpenCard.Application a, Attempts parts) throws EscException {
        Optional<Signing> signing = a.capability(Signing.class);
        Optional<Decryption> decryption = a.capability(Decryption.class);
        Optional<KeyGeneration> generation = a.capability(KeyGeneration.class);
        Optional<KeyImport> imports = a.capability(KeyImport.class);
        Optional<Attestation> attestation = a.capability(Attestation.class);
        Optional<KeyRemoval> removal = a.capability(KeyRemoval.class);
        return TokenContent.<Keys, KeyRow>part(a, Keys.class, parts, (keys, into) -> {
            List<TokenKey> all = keys.keys();
            List<String> empty = all.stream().filter(k -> !k.present()).map(TokenKey::slot).toList();
            for (TokenKey k : all) {
                into.add(new KeyRow(k.slot(), k.label(), k.present(), k.type(), k.bits(), k.mate(), k.uses(), k.policy(), k.access(),
                        signing.isEmpty() || !k.present() ? List.of() : List.copyOf(signing.get().signatures(k.slot())),
                        decryption.isPresent() && k.present() && decryption.get().decrypts(k.slot()),
                        decryption.isPresent() && k.present() && decryption.get().agrees(k.slot()),
                        generation.isEmpty() ? List.of() : generation.get().generatable(k.slot()).stream().sorted().toList(),
                        imports.isEmpty() ? List.of() : imports.get().importable(k.slot()).stream().sorted().toList(),
                        attestation.isPresent() && k.present() && attestation.get().attests(k.slot()),
                        removal.isEmpty() || !k.present() ? List.of() : removal.get().moveTargets(k.slot(), empty),
                        k.publicKey().map(PublicKey::getEncoded).map(b -> CertificateText.pem("PUBLIC KEY", b))));
            }
        });
    }
}

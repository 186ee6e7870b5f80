// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.CardData;
import org.esc.globalplatform.CardMemory;
import org.esc.globalplatform.Fci;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.globalplatform.RegistryEntry;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.Registry.Application;
import org.esc.softcard.Registry.LoadFile;

/**
 * The card manager: selects applications, answers as the issuer security domain, and lends its services to applets (GlobalPlatform Card
 * Specification 2.1.1 §9, Open Platform 2.0.1' for SCP01).
 */
final class CardManager {

    /** After so many failed authentications in a row the card takes no more. */
    static final int MOST_FAILURES = 10;

    private static final Aid ISD = Aid.of("A000000003000000");
    private static final Aid ISD_GP = Aid.of("A000000151000000");

    private static final int AUTHENTICATION_FAILED = 0x6300;
    private static final int MORE_DATA = 0x6310;
    private static final int WRONG_LENGTH = 0x6700;
    private static final int NO_LOGICAL_CHANNELS = 0x6881;
    private static final int SECURITY_NOT_SATISFIED = 0x6982;
    private static final int BLOCKED = 0x6983;
    private static final int CONDITIONS_NOT_SATISFIED = 0x6985;
    private static final int WRONG_SECURE_MESSAGING = 0x6988;
    private static final int WRONG_DATA = 0x6A80;
    private static final int NOT_SUPPORTED = 0x6A81;
    private static final int NOT_FOUND = 0x6A82;
    private static final int NO_SPACE = 0x6A84;
    private static final int WRONG_P1_P2 = 0x6A86;
    private static final int UNKNOWN_DATA = 0x6A88;
    private static final int UNKNOWN_INS = 0x6D00;
    private static final int UNKNOWN_CLA = 0x6E00;
    private static final int CARD_LOCKED_WARNING = 0x6283;

    /** Instructions that need a secure channel; GET DATA may come through one. */
    private static final Set<Integer> MANAGED = Set.of(0xCA, 0xD8, 0xE2, 0xE4, 0xE6, 0xE8, 0xF0, 0xF2);
    /** Those that a locked card still answers (GlobalPlatform 2.1.1 table 9-1). */
    private static final Set<Integer> WHILE_LOCKED = Set.of(0xCA, 0xF0, 0xF2);
    private static final int MOST_KEY_SETS = 8;
    private static final int MOST_FILES = 32;
    private static final int MOST_DATA_OBJECTS = 16;
    private static final int STATUS_CHUNK = 240;
    /** What it says of its memory, in bytes; it has as much as the machine it runs on. */
    private static final int MEMORY = 1 << 18;
    private static final int INSTANCE_SIZE = 2048;
    private static final int RAM = 4096;

    /** Code of supplementary security domains, which the card brings along. */
    private static final Aid DOMAIN_PACKAGE = Aid.of("A0000001515350");
    private static final Aid DOMAIN_MODULE = Aid.of("A000000151535041");
    private static final int ISSUER_PRIVILEGES = 0x9EFE80;

    private final CardStore store;
    private final Supplier<List<AppletFactory>> factories;
    private final Supplier<Duration> wrongPinPause;
    private final Registry registry;
    private final SecureRandom random = new SecureRandom();
    private final CardSecureChannel channel = new CardSecureChannel();
    private final Map<Aid, Applet> applets = new LinkedHashMap<>();

    private Aid selected = ISD;
    /** The name of the issuer security domain that this session knows it by. */
    private Aid domainName = ISD;
    private Optional<Loading> loading = Optional.empty();
    /** The application that STORE DATA is for, after INSTALL [for personalization]. */
    private Optional<Aid> personalized = Optional.empty();
    private List<byte[]> statusLeft = List.of();
    private ByteArrayOutputStream stored = new ByteArrayOutputStream();
    private int nextStoreBlock;

    CardManager(CardStore store, Supplier<List<AppletFactory>> factories, Supplier<Duration> wrongPinPause) {
        this.store = store;
        this.factories = factories;
        this.wrongPinPause = wrongPinPause;
        registry = Registry.decode(store.get(Registry.NAME)
                .orElseThrow(() -> new IllegalArgumentException("The card's books are missing")));
        for (Application a : registry.applications) {
            applets.put(a.aid(), wake(a));
        }
        selected = selectedByDefault();
    }

    /** What is selected after a reset (GlobalPlatform 2.3.1 §6.4.1): the application with that privilege, if it can be selected. */
    private Aid selectedByDefault() {
        return registry.state == Registry.CARD_LOCKED || registry.state == Registry.TERMINATED ? ISD
                : registry.applications.stream().filter(a -> a.isSelectable() && a.has(Privilege.CARD_RESET)).map(Application::aid)
                        .findFirst().orElse(ISD);
    }

    Registry registry() {
        return registry;
    }

    CardContent content() {
        var apps = registry.applications.stream()
                .map(a -> new CardContent.Application(a.aid(), applicationState(a.state()), applets.get(a.aid()) != Inert.INSTANCE))
                .toList();
        KeySet first = registry.keys.getFirst();
        byte[] enc = first.enc();
        boolean factory = MessageDigest.isEqual(enc, KeySet.factoryKey());
        int bits = 8 * enc.length;
        Arrays.fill(enc, (byte) 0);
        return new CardContent(registry.cuid, registry.scp, cardState(registry.state),
                registry.keys.stream().map(KeySet::version).toList(), bits, factory, registry.failures,
                registry.loadFiles.stream().map(LoadFile::aid).toList(), apps);
    }

    private static String cardState(int state) {
        return switch (state) {
            case Registry.OP_READY -> "ready (OP_READY)";
            case Registry.INITIALIZED -> "initialised";
            case Registry.SECURED -> "secured";
            case Registry.CARD_LOCKED -> "locked";
            default -> "terminated";
        };
    }

    private static String applicationState(int state) {
        if ((state & 0x80) != 0) {
            return "locked";
        }
        return switch (state) {
            case 0x03 -> "installed";
            case 0x07 -> "selectable";
            case 0x0F -> "personalised";
            case 0x7F -> "blocked";
            default -> "state " + Hex.of(state);
        };
    }

    private Optional<AppletFactory> factory(Aid loadFile) {
        return factories.get().stream().filter(f -> f.packageAid().equals(loadFile)).findFirst();
    }

    /** The applet as it was left; one that was installed without any software for it has nothing to wake up to. */
    private Applet wake(Application a) {
        return store.names(prefix(a.aid())).isEmpty() ? Inert.INSTANCE
                : factory(a.loadFile()).map(f -> f.restore(new Host(a.aid()))).orElse(Inert.INSTANCE);
    }

    private void save() {
        store.put(Registry.NAME, registry.encoded());
    }

    void reset() {
        channel.close();
        selected = selectedByDefault();
        domainName = ISD;
        loading = Optional.empty();
        personalized = Optional.empty();
        statusLeft = List.of();
        stored = new ByteArrayOutputStream();
        applets.values().forEach(Applet::reset);
    }

    /** Erases the keys. */
    void close() {
        reset();
        registry.keys.forEach(KeySet::close);
        registry.domainKeys.values().forEach(list -> list.forEach(KeySet::close));
    }

    /** The security domain that is selected, or that the selected application belongs to; empty for the issuer's. */
    private Optional<Aid> domainOfSelected() {
        return selected.equals(ISD) ? Optional.empty()
                : registry.isDomain(selected) ? Optional.of(selected) : registry.application(selected).flatMap(Application::domain);
    }

    /** The keys that open a secure channel now: a domain without keys of its own uses the issuer's. */
    private List<KeySet> keysInUse() {
        List<KeySet> own = registry.keysOf(domainOfSelected());
        return own.isEmpty() ? registry.keys : own;
    }

    // ---- dispatch

    ResponseApdu process(CommandApdu c) throws CardRefusal {
        if ((c.cla() & 0xFC) == 0 && c.cla() != 0) {
            throw new CardRefusal(NO_LOGICAL_CHANNELS);
        }
        if (registry.state == Registry.TERMINATED && !(c.ins() == 0xCA && selected.equals(ISD))) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        if (c.cla() == 0x00 && c.ins() == 0xA4 && c.p1() == 0x04) {
            return select(c);
        }
        return selected.equals(ISD) || registry.isDomain(selected) ? domain(c) : applets.get(selected).process(c);
    }

    private ResponseApdu select(CommandApdu c) throws CardRefusal {
        if ((c.p2() & 0x03) == 0x02) {
            throw new CardRefusal(NOT_FOUND);
        }
        if ((c.p2() & ~0x0C) != 0) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        byte[] wanted = c.data();
        Optional<Aid> domain = wanted.length == 0 ? Optional.of(ISD) : isd(wanted);
        if (domain.isPresent()) {
            leave();
            selected = ISD;
            domainName = domain.get();
            byte[] fci = Fci.encode(domainName);
            return registry.state == Registry.CARD_LOCKED ? ResponseApdu.of(fci, CARD_LOCKED_WARNING) : ResponseApdu.ok(fci);
        }
        if (registry.state == Registry.CARD_LOCKED) {
            throw new CardRefusal(NOT_FOUND);
        }
        Application a = registry.applications.stream().filter(x -> x.isSelectable() && x.aid().startsWith(wanted)).findFirst()
                .orElseThrow(() -> new CardRefusal(NOT_FOUND));
        leave();
        selected = a.aid();
        if (registry.isDomain(selected)) {
            return ResponseApdu.ok(Fci.encode(selected));
        }
        if (applets.get(selected) == Inert.INSTANCE) {
            // its software may have come after the card
            applets.put(selected, wake(a));
        }
        return applets.get(selected).selected();
    }

    /** The name under which the card manager was asked for; the start of either name will do, from five bytes on. */
    private static Optional<Aid> isd(byte[] wanted) {
        return wanted.length < 5 ? Optional.empty()
                : ISD.startsWith(wanted) ? Optional.of(ISD) : ISD_GP.startsWith(wanted) ? Optional.of(ISD_GP) : Optional.empty();
    }

    private void leave() {
        channel.close();
        loading = Optional.empty();
        personalized = Optional.empty();
        statusLeft = List.of();
        if (!selected.equals(ISD)) {
            applets.get(selected).deselected();
        }
    }

    private ResponseApdu domain(CommandApdu c) throws CardRefusal {
        if (c.cla() != 0x00 && c.cla() != 0x80 && c.cla() != 0x84) {
            throw new CardRefusal(UNKNOWN_CLA);
        }
        if (c.ins() == 0x50) {
            return initializeUpdate(c);
        }
        if (c.ins() == 0x82) {
            return externalAuthenticate(c);
        }
        if (c.ins() == 0xCA && c.cla() != 0x84 && !channel.takesPlain()) {
            return getData(c);
        }
        // a protected command is unwrapped before anything else, so that both ends stay in step even if it is refused
        if (c.cla() != 0x84 || !isChannelOpen(c)) {
            if (!MANAGED.contains(c.ins()) && !CardSecureChannel.isResponseMacSession(c)) {
                throw new CardRefusal(UNKNOWN_INS);
            }
            if (c.cla() == 0x00) {
                throw new CardRefusal(UNKNOWN_CLA);
            }
            if (!isChannelOpen(c)) {
                throw new CardRefusal(SECURITY_NOT_SATISFIED);
            }
        }
        CommandApdu plain = unwrap(c);
        ResponseApdu answer;
        try {
            if (CardSecureChannel.isResponseMacSession(plain)) {
                return channel.responseMacSession(plain);
            }
            answer = managed(plain);
        } catch (CardRefusal e) {
            answer = ResponseApdu.of(e.sw().value());
        }
        return channel.wrap(answer);
    }

    private ResponseApdu managed(CommandApdu c) throws CardRefusal {
        if (registry.state == Registry.CARD_LOCKED && !WHILE_LOCKED.contains(c.ins())) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        if (c.ins() != 0xE8) {
            // whatever comes between ends a load (GlobalPlatform 2.3.1 §11.6)
            loading = Optional.empty();
        }
        if (c.ins() != 0xE2) {
            personalized = Optional.empty();
        }
        if (!mayManage(c)) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        return switch (c.ins()) {
            case 0xCA -> getData(c);
            case 0xD8 -> putKey(c);
            case 0xE2 -> storeData(c);
            case 0xE4 -> delete(c);
            case 0xE6 -> install(c);
            case 0xE8 -> load(c);
            case 0xF0 -> setStatus(c);
            case 0xF2 -> getStatus(c);
            default -> throw new CardRefusal(UNKNOWN_INS);
        };
    }

    /** True for the issuer's domain, one with authorized management, and of others for what concerns nobody but themselves. */
    private boolean mayManage(CommandApdu c) {
        if (selected.equals(ISD) || registry.application(selected).filter(a -> a.has(Privilege.AUTHORIZED_MANAGEMENT)).isPresent()) {
            return true;
        }
        return switch (c.ins()) {
            case 0xE6 -> c.p1() == 0x20;
            case 0xE4 -> c.nc() > 0 && c.data()[0] != 0x4F;
            case 0xE8, 0xF0 -> false;
            default -> true;
        };
    }

    // ---- authentication

    /** True if a command meets an open channel, or opens one by itself. */
    private boolean isChannelOpen(CommandApdu c) {
        return channel.isOpen() || registry.scp.isImplicit() && c.cla() == 0x84;
    }

    /** Takes the channel's protection off; where channels begin implicitly, a signed command may begin one. */
    private CommandApdu unwrap(CommandApdu c) throws CardRefusal {
        if (!registry.scp.isImplicit() || c.cla() != 0x84 || channel.level().cMac()) {
            return channel.unwrap(c);
        }
        mayAuthenticate();
        CommandApdu plain;
        try {
            plain = channel.initiate(registry.keys.getFirst(), registry.scp, registry.sequence, asked(), c);
        } catch (CardRefusal e) {
            failed(e);
            throw e;
        }
        authenticated();
        return plain;
    }

    /** The selected application, by the name it was selected by. */
    private Aid asked() {
        return selected.equals(ISD) ? domainName : selected;
    }

    private void mayAuthenticate() throws CardRefusal {
        if (registry.failures >= MOST_FAILURES) {
            throw new CardRefusal(BLOCKED);
        }
        // a counter at its end stays there: no session may come twice
        if (registry.sequence == (registry.scp.protocol() == 2 ? 0xFFFF : 0xFFFFFF)) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
    }

    private void failed(CardRefusal e) {
        int sw = e.sw().value();
        if (sw == AUTHENTICATION_FAILED || sw == WRONG_SECURE_MESSAGING) {
            registry.failures = Math.min(MOST_FAILURES, registry.failures + 1);
            save();
        }
    }

    /** The counter of SCP02 counts sessions that began, that of SCP03 attempts. */
    private void authenticated() {
        if (registry.failures > 0 || registry.scp.protocol() == 2) {
            registry.failures = 0;
            if (registry.scp.protocol() == 2) {
                registry.sequence++;
            }
            save();
        }
    }

    private ResponseApdu initializeUpdate(CommandApdu c) throws CardRefusal {
        if (registry.scp.isImplicit()) {
            throw new CardRefusal(UNKNOWN_INS);
        }
        channel.close();
        if (c.cla() != 0x80) {
            throw new CardRefusal(UNKNOWN_CLA);
        }
        mayAuthenticate();
        if (c.p2() > 1) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        List<KeySet> sets = keysInUse();
        KeySet keys = c.p1() == 0 ? sets.getFirst()
                : sets.stream().filter(k -> k.version() == c.p1()).findFirst().orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        ScpVersion scp = registry.scp;
        byte[] challenge = new byte[CardSecureChannel.challengeLength(scp)];
        if (scp.pseudoRandom()) {
            if (scp.protocol() == 3) {
                // Amendment D counts every attempt, so that no two challenges are alike
                registry.sequence++;
                save();
            }
            challenge = CardSecureChannel.pseudoRandomChallenge(keys, scp, registry.sequence, asked().bytes());
        } else {
            random.nextBytes(challenge);
        }
        return ResponseApdu.ok(channel.initializeUpdate(keys, scp, registry.cuid.bytes(), c.data(), registry.sequence, challenge));
    }

    private ResponseApdu externalAuthenticate(CommandApdu c) throws CardRefusal {
        if (registry.scp.isImplicit()) {
            throw new CardRefusal(UNKNOWN_INS);
        }
        if (c.cla() != 0x84) {
            throw new CardRefusal(UNKNOWN_CLA);
        }
        try {
            channel.externalAuthenticate(c);
        } catch (CardRefusal e) {
            failed(e);
            throw e;
        }
        authenticated();
        return ResponseApdu.of(0x9000);
    }

    // ---- data

    private ResponseApdu getData(CommandApdu c) throws CardRefusal {
        int tag = c.p1() << 8 | c.p2();
        byte[] data = switch (tag) {
            case 0x9F7F -> Cplc.of(registry.cuid, Arrays.copyOfRange(registry.cuid.bytes(), 6, 10)).encoded();
            case 0x0066 -> cardData();
            case 0x0067 -> capabilities();
            case 0xFF21 -> memory();
            case 0x00E0 -> keyInformation();
            case 0x00C1 -> sequenceCounter();
            default -> Optional.ofNullable(registry.dataObjects.get(tag)).map(v -> Tlv.of(tag, v).encoded())
                    .orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        };
        if (c.ne().isPresent() && c.ne().getAsInt() < data.length) {
            throw new CardRefusal(0x6C00 | data.length & 0xFF);
        }
        return ResponseApdu.ok(data);
    }

    /** Card recognition data. A SCP01 card of Open Platform 2.0.1' has none, which is how a TPS tells it. */
    private byte[] cardData() throws CardRefusal {
        ScpVersion scp = registry.scp;
        if (scp.equals(ScpVersion.SCP01_05)) {
            throw new CardRefusal(UNKNOWN_DATA);
        }
        return CardData.encode(scp);
    }

    /** Card capability information (GlobalPlatform 2.3.1 §H.4), on cards that have recognition data. */
    private byte[] capabilities() throws CardRefusal {
        ScpVersion scp = registry.scp;
        if (scp.protocol() == 1) {
            throw new CardRefusal(UNKNOWN_DATA);
        }
        var channelInfo = new ArrayList<Tlv>();
        channelInfo.add(Tlv.of(0x80, (byte) scp.protocol()));
        channelInfo.add(Tlv.of(0x81, (byte) scp.i()));
        if (scp.protocol() == 3) {
            channelInfo.add(Tlv.of(0x82, (byte) 0x07));
        }
        return Tlv.of(0x67, List.of(Tlv.of(0xA0, channelInfo),
                Tlv.of(0x81, Privileges.of(Privilege.SECURITY_DOMAIN, Privilege.AUTHORIZED_MANAGEMENT).three()),
                Tlv.of(0x82, Privileges.of(Privilege.CARD_RESET).three()), Tlv.of(0x83, (byte) 1, (byte) 2))).encoded();
    }

    /** Extended card resources (ETSI TS 102 226 §8.2.1.7.2). */
    private byte[] memory() throws CardRefusal {
        if (registry.scp.protocol() == 1) {
            throw new CardRefusal(UNKNOWN_DATA);
        }
        int used = registry.loadFiles.stream().mapToInt(LoadFile::size).sum() + INSTANCE_SIZE * registry.applications.size();
        return CardMemory.encode(registry.applications.size(), Math.max(0, MEMORY - used), RAM);
    }

    private byte[] keyInformation() {
        var keys = new ArrayList<Tlv>();
        for (KeySet k : registry.keysOf(domainOfSelected())) {
            for (int id = 1; id <= 3; id++) {
                byte[] key = id == 1 ? k.enc() : id == 2 ? k.mac() : k.dek();
                keys.add(Tlv.of(0xC0, (byte) id, (byte) k.version(), (byte) k.type().code(), (byte) key.length));
                Arrays.fill(key, (byte) 0);
            }
        }
        return Tlv.of(0xE0, keys).encoded();
    }

    private byte[] sequenceCounter() throws CardRefusal {
        int s = registry.sequence;
        return switch (registry.scp.protocol()) {
            case 2 -> Tlv.of(0xC1, (byte) (s >> 8), (byte) s).encoded();
            case 3 -> Tlv.of(0xC1, (byte) (s >> 16), (byte) (s >> 8), (byte) s).encoded();
            default -> throw new CardRefusal(UNKNOWN_DATA);
        };
    }

    private ResponseApdu storeData(CommandApdu c) throws CardRefusal {
        if (personalized.isPresent()) {
            return applets.get(personalized.get()).process(c);
        }
        if ((c.p1() & 0x60) != 0) {
            throw new CardRefusal(NOT_SUPPORTED);
        }
        if (c.p2() != nextStoreBlock) {
            nextStoreBlock = 0;
            stored.reset();
            throw new CardRefusal(WRONG_P1_P2);
        }
        stored.writeBytes(c.data());
        if ((c.p1() & 0x80) == 0) {
            nextStoreBlock = nextStoreBlock + 1 & 0xFF;
            if (stored.size() > 4096) {
                nextStoreBlock = 0;
                stored.reset();
                throw new CardRefusal(NO_SPACE);
            }
            return ResponseApdu.ok();
        }
        byte[] all = stored.toByteArray();
        nextStoreBlock = 0;
        stored.reset();
        List<Tlv> objects;
        try {
            objects = Tlv.parseAll(all);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(WRONG_DATA);
        }
        for (Tlv t : objects) {
            // issuer identification number, card image number, security domain manager URL
            if (t.tag() != 0x42 && t.tag() != 0x45 && t.tag() != 0x5F50) {
                throw new CardRefusal(UNKNOWN_DATA);
            }
            if (t.length() > 200 || registry.dataObjects.size() >= MOST_DATA_OBJECTS) {
                throw new CardRefusal(NO_SPACE);
            }
        }
        objects.forEach(t -> registry.dataObjects.put(t.tag(), t.value()));
        save();
        return ResponseApdu.ok();
    }

    // ---- keys

    private ResponseApdu putKey(CommandApdu c) throws CardRefusal {
        boolean single = registry.scp.singleKey();
        if ((c.p2() & 0x80) == 0 && !single || (c.p2() & 0x7F) != 1 || (c.p1() & 0x80) != 0 && c.p1() != 0xFF) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        var f = new Fields(c.data());
        int version = f.next();
        KeyType type = registry.scp.keyType();
        var keys = new byte[3][];
        var answer = new ByteArrayOutputStream();
        answer.write(version);
        try {
            keys[0] = key(f, type, answer);
            // where one base key serves for all three, it may come alone
            boolean alone = single && f.atEnd();
            for (int i = 1; i < 3; i++) {
                keys[i] = alone ? keys[0].clone() : key(f, type, answer);
            }
            f.end();
            if (Arrays.stream(keys).anyMatch(k -> k.length != keys[0].length)) {
                throw new CardRefusal(WRONG_DATA);
            }
            keep(c.p1(), version, KeySet.of(version, type, keys[0], keys[1], keys[2]));
        } finally {
            for (byte[] k : keys) {
                if (k != null) {
                    Arrays.fill(k, (byte) 0);
                }
            }
        }
        return ResponseApdu.ok(answer.toByteArray());
    }

    /**
     * One key of PUT KEY: type ‖ length ‖ wrapped key ‖ length ‖ check value. The key's own length stands before it where what is wrapped
     * would else be whole blocks (GlobalPlatform 2.3.1 §11.8.2.3.3).
     */
    private byte[] key(Fields f, KeyType type, ByteArrayOutputStream answer) throws CardRefusal {
        int code = f.next();
        if (code != type.code() && !(type == KeyType.DES3 && code == 0x81)) {
            throw new CardRefusal(WRONG_DATA);
        }
        var inner = new Fields(f.block());
        int length = inner.left() % type.blockSize() != 0 ? inner.next() : inner.left();
        byte[] wrapped = inner.next(inner.left());
        if (!type.allows(length) || wrapped.length % type.blockSize() != 0 || wrapped.length < length
                || wrapped.length - length >= type.blockSize()) {
            throw new CardRefusal(WRONG_DATA);
        }
        byte[] key = channel.decryptDek(wrapped);
        if (key.length != length) {
            byte[] padded = key;
            key = Arrays.copyOf(padded, length);
            Arrays.fill(padded, (byte) 0);
        }
        byte[] check = f.block();
        byte[] kcv = KeySet.kcv(type, key);
        if (check.length != 0 && !MessageDigest.isEqual(check, kcv)) {
            Arrays.fill(key, (byte) 0);
            throw new CardRefusal(WRONG_DATA);
        }
        answer.writeBytes(kcv);
        return key;
    }

    private void keep(int replaced, int version, KeySet set) throws CardRefusal {
        Optional<Aid> domain = domainOfSelected();
        var keys = new ArrayList<>(registry.keysOf(domain));
        boolean factoryOnly = keys.size() == 1 && keys.getFirst().version() == 0xFF;
        int at = -1;
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).version() == replaced && replaced != 0) {
                at = i;
            } else if (keys.get(i).version() == version) {
                throw new CardRefusal(replaced == 0 ? CONDITIONS_NOT_SATISFIED : WRONG_DATA);
            }
        }
        if (replaced == 0 && factoryOnly) {
            // initial keys make way for the first real ones
            at = 0;
        }
        if (at >= 0) {
            keys.set(at, set).close();
        } else if (replaced != 0) {
            throw new CardRefusal(UNKNOWN_DATA);
        } else if (keys.size() >= MOST_KEY_SETS) {
            throw new CardRefusal(NO_SPACE);
        } else {
            keys.add(set);
        }
        setKeys(domain, keys);
        registry.failures = 0;
        save();
    }

    // ---- content

    private ResponseApdu delete(CommandApdu c) throws CardRefusal {
        if (c.p1() != 0 || (c.p2() & 0x7F) != 0) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        OptionalInt keyVersion = OptionalInt.empty();
        Optional<Aid> aid = Optional.empty();
        var f = new Fields(c.data());
        while (!f.atEnd()) {
            int tag = f.next();
            byte[] value = f.block();
            switch (tag) {
                case 0x4F -> aid = Optional.of(Fields.aid(value));
                case 0xD0 -> {
                    // key identifier: keys come and go as sets of three
                }
                case 0xD2 -> {
                    if (value.length != 1) {
                        throw new CardRefusal(WRONG_DATA);
                    }
                    keyVersion = OptionalInt.of(value[0] & 0xFF);
                }
                case 0x9E, 0xB6 -> {
                    // a delete token and what belongs to it: this card needs none
                }
                default -> throw new CardRefusal(WRONG_DATA);
            }
        }
        if (aid.isPresent() == keyVersion.isPresent()) {
            throw new CardRefusal(WRONG_DATA);
        }
        if (keyVersion.isPresent()) {
            deleteKeys(keyVersion.getAsInt());
        } else {
            delete(aid.get(), c.p2() == 0x80);
        }
        save();
        return ResponseApdu.ok((byte) 0);
    }

    private void deleteKeys(int version) throws CardRefusal {
        Optional<Aid> domain = domainOfSelected();
        var keys = new ArrayList<>(registry.keysOf(domain));
        KeySet k = keys.stream().filter(x -> x.version() == version).findFirst().orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        if (keys.size() == 1 && domain.isEmpty()) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        keys.remove(k);
        k.close();
        setKeys(domain, keys);
    }

    private void setKeys(Optional<Aid> domain, List<KeySet> keys) {
        if (domain.isPresent()) {
            registry.domainKeys.put(domain.get(), keys);
        } else {
            registry.keys.clear();
            registry.keys.addAll(keys);
        }
    }

    private void delete(Aid aid, boolean withApplications) throws CardRefusal {
        if (registry.application(aid).isPresent()) {
            if (aid.equals(selected) || !belongings(aid).isEmpty()) {
                throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
            }
            remove(aid);
            return;
        }
        LoadFile file = registry.loadFile(aid).orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        List<Aid> its = registry.applications.stream().filter(a -> a.loadFile().equals(aid)).map(Application::aid).toList();
        if (!its.isEmpty() && !withApplications) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        its.forEach(this::remove);
        registry.loadFiles.remove(file);
    }

    /** What belongs to a security domain. */
    private List<Aid> belongings(Aid domain) {
        var list = new ArrayList<Aid>();
        registry.applications.stream().filter(a -> a.domain().filter(domain::equals).isPresent()).forEach(a -> list.add(a.aid()));
        registry.loadFiles.stream().filter(l -> l.domain().filter(domain::equals).isPresent()).forEach(l -> list.add(l.aid()));
        return list;
    }

    private void remove(Aid application) {
        List<KeySet> keys = registry.domainKeys.remove(application);
        if (keys != null) {
            keys.forEach(KeySet::close);
        }
        registry.applications.removeIf(a -> a.aid().equals(application));
        applets.remove(application);
        store.removeAll(prefix(application));
    }

    private static String prefix(Aid application) {
        return "a/" + application + "/";
    }

    private ResponseApdu install(CommandApdu c) throws CardRefusal {
        if (c.p2() != 0) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        var f = new Fields(c.data());
        switch (c.p1()) {
            case 0x02 -> installForLoad(f);
            case 0x04, 0x0C -> installForInstall(f, c.p1() == 0x0C);
            case 0x08 -> makeSelectable(f);
            case 0x10 -> extradite(f);
            case 0x20 -> personalize(f);
            case 0x40 -> updateRegistry(f);
            default -> throw new CardRefusal(WRONG_P1_P2);
        }
        return ResponseApdu.ok((byte) 0);
    }

    private void installForLoad(Fields f) throws CardRefusal {
        loading = Optional.empty();
        Aid aid = Fields.aid(f.block());
        byte[] domain = f.block();
        f.block();
        byte[] parameters = f.berBlock();
        f.berBlock();
        f.end();
        Optional<Aid> home = domain.length == 0 ? domainOfSelected() : domain(domain);
        if (registry.loadFile(aid).isPresent() || registry.application(aid).isPresent() || isd(aid.bytes()).isPresent()) {
            throw new CardRefusal(WRONG_DATA);
        }
        if (registry.loadFiles.size() >= MOST_FILES) {
            throw new CardRefusal(NO_SPACE);
        }
        Optional<Tlv> size = Tlv.find(tlvs(parameters), 0xC6);
        loading = Optional.of(new Loading(aid, home,
                size.isPresent() ? OptionalInt.of(number(size.get().value())) : OptionalInt.empty()));
    }

    private ResponseApdu load(CommandApdu c) throws CardRefusal {
        Loading l = loading.orElseThrow(() -> new CardRefusal(CONDITIONS_NOT_SATISFIED));
        Optional<byte[]> image;
        try {
            image = l.block(c.p1(), c.p2(), c.data());
        } catch (CardRefusal e) {
            loading = Optional.empty();
            throw e;
        }
        if (image.isPresent()) {
            loading = Optional.empty();
            boolean any = factory(l.aid()).map(AppletFactory::acceptsAnyImage).orElse(false);
            registry.loadFiles.add(any ? new LoadFile(l.aid(), List.of(), l.domain(), Optional.empty(), image.get().length)
                    : loadFile(l, image.get()));
            save();
        }
        return ResponseApdu.ok((byte) 0);
    }

    private static LoadFile loadFile(Loading l, byte[] image) throws CardRefusal {
        CapFile cap;
        try {
            cap = CapFile.parse(image);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(WRONG_DATA);
        }
        if (!cap.packageAid().equals(l.aid())) {
            throw new CardRefusal(WRONG_DATA);
        }
        return new LoadFile(l.aid(), cap.applets(), l.domain(), Optional.of(cap.major() << 8 | cap.minor()), image.length);
    }

    private void installForInstall(Fields f, boolean selectable) throws CardRefusal {
        Aid file = Fields.aid(f.block());
        Aid module = Fields.aid(f.block());
        byte[] instance = f.block();
        Aid aid = instance.length == 0 ? module : Fields.aid(instance);
        int privileges = privileges(f.block());
        byte[] parameters = f.berBlock();
        f.berBlock();
        f.end();
        boolean newDomain = file.equals(DOMAIN_PACKAGE) && module.equals(DOMAIN_MODULE) && registry.scp.protocol() != 1;
        if (newDomain != new Privileges(privileges).isSecurityDomain()) {
            throw new CardRefusal(WRONG_DATA);
        }
        Optional<Aid> home = newDomain ? domainOfSelected() : loadFile(file, module).domain();
        if (registry.application(aid).isPresent() || registry.loadFile(aid).isPresent() || isd(aid.bytes()).isPresent()) {
            throw new CardRefusal(WRONG_DATA);
        }
        if (registry.applications.size() >= MOST_FILES) {
            throw new CardRefusal(NO_SPACE);
        }
        if (!selectable && new Privileges(privileges).has(Privilege.CARD_RESET)) {
            throw new CardRefusal(WRONG_DATA);
        }
        mayBeDefault(privileges, aid);
        byte[] own = Tlv.find(tlvs(parameters), 0xC9).map(Tlv::value).orElse(new byte[0]);
        registry.applications.add(new Application(aid, file, module, selectable ? 0x07 : 0x03, privileges, home));
        store.removeAll(prefix(aid));
        try {
            Optional<AppletFactory> factory = factory(file);
            applets.put(aid, factory.isPresent() ? factory.get().install(new Host(aid), own) : Inert.INSTANCE);
        } catch (CardRefusal e) {
            remove(aid);
            throw e;
        }
        save();
    }

    private LoadFile loadFile(Aid file, Aid module) throws CardRefusal {
        LoadFile loadFile = registry.loadFile(file).orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        if (!loadFile.modules().isEmpty() && !loadFile.modules().contains(module)) {
            throw new CardRefusal(UNKNOWN_DATA);
        }
        return loadFile;
    }

    private static int privileges(byte[] bytes) throws CardRefusal {
        if (bytes.length != 1 && bytes.length != 3) {
            throw new CardRefusal(WRONG_DATA);
        }
        return Privileges.of(bytes).bits();
    }

    /** Only one application is selected by default (GlobalPlatform 2.3.1 §6.6.2.3). */
    private void mayBeDefault(int privileges, Aid aid) throws CardRefusal {
        if (new Privileges(privileges).has(Privilege.CARD_RESET)
                && registry.applications.stream().anyMatch(a -> a.has(Privilege.CARD_RESET) && !a.aid().equals(aid))) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
    }

    /** The security domain of this AID; empty for the issuer's. */
    private Optional<Aid> domain(byte[] aid) throws CardRefusal {
        if (isd(aid).isPresent()) {
            return Optional.empty();
        }
        Aid domain = Fields.aid(aid);
        if (!registry.isDomain(domain)) {
            throw new CardRefusal(UNKNOWN_DATA);
        }
        return Optional.of(domain);
    }

    private void extradite(Fields f) throws CardRefusal {
        Optional<Aid> to = domain(f.block());
        f.block();
        Aid aid = Fields.aid(f.block());
        f.block();
        f.berBlock();
        f.berBlock();
        f.end();
        move(aid, to);
        save();
    }

    private void move(Aid aid, Optional<Aid> to) throws CardRefusal {
        Optional<Application> application = registry.application(aid);
        if (application.isPresent()) {
            registry.replace(application.get().withDomain(to));
            return;
        }
        LoadFile file = registry.loadFile(aid).orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        registry.loadFiles.replaceAll(l -> l == file ? l.withDomain(to) : l);
    }

    private void personalize(Fields f) throws CardRefusal {
        f.block();
        f.block();
        Aid aid = Fields.aid(f.block());
        f.block();
        f.block();
        f.block();
        f.end();
        registry.application(aid).filter(Application::isSelectable).orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        personalized = Optional.of(aid);
    }

    private void updateRegistry(Fields f) throws CardRefusal {
        byte[] to = f.block();
        f.block();
        Aid aid = Fields.aid(f.block());
        byte[] bytes = f.block();
        f.berBlock();
        f.berBlock();
        f.end();
        Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        if (bytes.length > 0) {
            int privileges = privileges(bytes);
            if (new Privileges(privileges).isSecurityDomain() != registry.isDomain(aid)) {
                throw new CardRefusal(WRONG_DATA);
            }
            mayBeDefault(privileges, aid);
            a = a.withPrivileges(privileges);
        }
        registry.replace(to.length > 0 ? a.withDomain(domain(to)) : a);
        save();
    }

    /** With the privilege, of one that is selectable as well: before GlobalPlatform 2.2 there was no other way to have it selected. */
    private void makeSelectable(Fields f) throws CardRefusal {
        f.block();
        f.block();
        Aid aid = Fields.aid(f.block());
        byte[] bytes = f.block();
        f.berBlock();
        f.berBlock();
        f.end();
        Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
        boolean byDefault = bytes.length > 0 && new Privileges(privileges(bytes)).has(Privilege.CARD_RESET);
        if (a.state() != 0x03 && !(byDefault && a.state() == 0x07)) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        int all = byDefault ? a.privileges() | Privileges.of(Privilege.CARD_RESET).bits() : a.privileges();
        mayBeDefault(all, aid);
        registry.replace(a.withPrivileges(all).withState(0x07));
        save();
    }

    private static List<Tlv> tlvs(byte[] parameters) throws CardRefusal {
        try {
            return Tlv.parseAll(parameters);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(WRONG_DATA);
        }
    }

    private static int number(byte[] bytes) throws CardRefusal {
        if (bytes.length == 0 || bytes.length > 3) {
            throw new CardRefusal(WRONG_DATA);
        }
        int n = 0;
        for (byte b : bytes) {
            n = n << 8 | b & 0xFF;
        }
        return n;
    }

    // ---- status

    private ResponseApdu setStatus(CommandApdu c) throws CardRefusal {
        switch (c.p1()) {
            case 0x80 -> cardStatus(c.p2());
            case 0x40 -> {
                Aid aid = Fields.aid(c.data());
                Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(UNKNOWN_DATA));
                // only the lock bit is the card manager's to set, and only that is looked at: the rest is the application's own
                int state = a.state() & 0x7F | c.p2() & 0x80;
                if (state == a.state()) {
                    throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
                }
                registry.replace(a.withState(state));
            }
            default -> throw new CardRefusal(WRONG_P1_P2);
        }
        save();
        return ResponseApdu.ok();
    }

    /** The card's own way, forwards; only locking can be undone (GlobalPlatform 2.1.1 figure 5-1). */
    private void cardStatus(int wanted) throws CardRefusal {
        int now = registry.state;
        boolean legal = switch (wanted) {
            case Registry.INITIALIZED -> now == Registry.OP_READY;
            case Registry.SECURED -> now == Registry.INITIALIZED || now == Registry.CARD_LOCKED;
            case Registry.CARD_LOCKED -> now == Registry.SECURED;
            case Registry.TERMINATED -> true;
            default -> throw new CardRefusal(WRONG_P1_P2);
        };
        if (!legal) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        registry.state = wanted;
    }

    private ResponseApdu getStatus(CommandApdu c) throws CardRefusal {
        boolean tlv = (c.p2() & 0x02) != 0;
        if ((c.p2() & ~0x03) != 0 || c.p1() != 0x80 && c.p1() != 0x40 && c.p1() != 0x20 && c.p1() != 0x10) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        if ((c.p2() & 0x01) == 0) {
            var f = new Fields(c.data());
            if (f.next() != 0x4F) {
                throw new CardRefusal(WRONG_DATA);
            }
            statusLeft = entries(c.p1(), f.block(), tlv);
        }
        if (statusLeft.isEmpty()) {
            throw new CardRefusal(UNKNOWN_DATA);
        }
        var out = new ByteArrayOutputStream();
        int n = 0;
        while (n < statusLeft.size() && (n == 0 || out.size() + statusLeft.get(n).length <= STATUS_CHUNK)) {
            out.writeBytes(statusLeft.get(n++));
        }
        statusLeft = List.copyOf(statusLeft.subList(n, statusLeft.size()));
        return ResponseApdu.of(out.toByteArray(), statusLeft.isEmpty() ? 0x9000 : MORE_DATA);
    }

    /** Each entry by itself, so that an answer is never cut within one. A domain that is not the issuer's sees what belongs to it. */
    private List<byte[]> entries(int kind, byte[] prefix, boolean tlv) {
        var list = new ArrayList<RegistryEntry>();
        switch (kind) {
            case 0x80 -> {
                if (selected.equals(ISD)) {
                    list.add(new RegistryEntry(RegistryEntry.Kind.ISSUER_DOMAIN, domainName, registry.state, new Privileges(old()
                            ? ISSUER_PRIVILEGES & 0xFF0000 : ISSUER_PRIVILEGES), Optional.empty(), home(Optional.empty()), Optional.empty(),
                            List.of(), List.of()));
                }
            }
            case 0x40 -> registry.applications.stream().filter(a -> sees(a.domain()) || a.aid().equals(selected)).forEach(a -> list.add(
                    new RegistryEntry(RegistryEntry.Kind.APPLICATION, a.aid(), a.state(), new Privileges(a.privileges()),
                            old() ? Optional.empty() : Optional.of(a.loadFile()), home(a.domain()), Optional.empty(), List.of(),
                            List.of())));
            default -> registry.loadFiles.stream().filter(l -> sees(l.domain())).forEach(l -> list.add(new RegistryEntry(
                    kind == 0x10 ? RegistryEntry.Kind.LOAD_FILE_MODULES : RegistryEntry.Kind.LOAD_FILE, l.aid(), 0x01, Privileges.NONE,
                    Optional.empty(), home(l.domain()), old() ? Optional.empty() : l.version().map(v -> String.format("%04X", v)),
                    List.of(), kind == 0x10 ? modules(l) : List.of())));
        }
        return list.stream().filter(e -> e.aid().startsWith(prefix)).map(e -> RegistryEntry.encode(List.of(e), tlv)).toList();
    }

    /** True for a card of the time before GlobalPlatform 2.2, which tells neither domains nor load files. */
    private boolean old() {
        return registry.scp.protocol() == 1;
    }

    private Optional<Aid> home(Optional<Aid> domain) {
        return old() ? Optional.empty() : domain.or(() -> Optional.of(domainName));
    }

    private boolean sees(Optional<Aid> domain) {
        return selected.equals(ISD) || domain.filter(selected::equals).isPresent();
    }

    private List<Aid> modules(LoadFile l) {
        return !l.modules().isEmpty() ? l.modules()
                : registry.applications.stream().filter(a -> a.loadFile().equals(l.aid())).map(Application::module).distinct().toList();
    }

    // ---- services for applets

    /** An applet there is no software for: it can be seen and deleted, but does nothing. */
    private enum Inert implements Applet {
        INSTANCE;

        @Override
        public ResponseApdu process(CommandApdu command) {
            return ResponseApdu.of(UNKNOWN_INS);
        }
    }

    private final class Host implements AppletHost {

        private final Aid aid;
        private final AppletMemory memory;

        Host(Aid aid) {
            this.aid = aid;
            memory = store.under(prefix(aid));
        }

        @Override
        public Aid aid() {
            return aid;
        }

        @Override
        public AppletMemory memory() {
            return memory;
        }

        @Override
        public byte[] buildId() {
            return registry.buildId.clone();
        }

        @Override
        public SecureRandom random() {
            return random;
        }

        @Override
        public int lifeCycle() {
            return registry.application(aid).map(Application::state).orElse(0);
        }

        @Override
        public void lifeCycle(int state) throws CardRefusal {
            Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(CONDITIONS_NOT_SATISFIED));
            if ((state & 0x87) != 0x07) {
                throw new CardRefusal(WRONG_P1_P2);
            }
            registry.replace(a.withState(state));
            save();
        }

        @Override
        public ResponseApdu initializeUpdate(CommandApdu command) throws CardRefusal {
            return CardManager.this.initializeUpdate(command);
        }

        @Override
        public ResponseApdu externalAuthenticate(CommandApdu command) throws CardRefusal {
            return CardManager.this.externalAuthenticate(command);
        }

        @Override
        public boolean isChannelOpen() {
            // a card whose channels begin implicitly finds out when it unwraps
            return channel.isOpen() || registry.scp.isImplicit();
        }

        @Override
        public CommandApdu unwrap(CommandApdu command) throws CardRefusal {
            return CardManager.this.unwrap(command);
        }

        @Override
        public ResponseApdu wrap(ResponseApdu response) {
            // protection needs room: a longer answer would not fit its frame
            return channel.wrap(response.nr() > channel.maxAnswer() ? ResponseApdu.of(WRONG_LENGTH) : response);
        }

        @Override
        public byte[] decryptKey(byte[] wrapped) throws CardRefusal {
            return channel.decryptDek(wrapped);
        }

        @Override
        public void pauseAfterWrongPin() {
            Duration pause = wrongPinPause.get();
            if (pause.isPositive()) {
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.InstallParameters;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.globalplatform.Receipt;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.KeySet;
import org.esc.softcard.DelegatedManagement.Permit;
import org.esc.softcard.Registry.Application;
import org.esc.softcard.Registry.LoadFile;

/** What is on the card: INSTALL, LOAD and DELETE (GlobalPlatform 2.1.1 §9.2, §9.5, §9.6). */
final class ContentManagement {

    private static final int MOST_FILES = 32;
    /** P1 of INSTALL. */
    private static final Set<Integer> FORMS = Set.of(0x02, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x40);

    /** Code of supplementary security domains, which the card brings along. */
    private static final Aid DOMAIN_PACKAGE = Aid.of("A0000001515350");
    private static final Aid DOMAIN_MODULE = Aid.of("A000000151535041");

    /** Privileges that only security domains have: DAP verification, delegated management, mandated DAP verification. */
    private static final int DOMAINS_ONLY = 0x610000;

    private final Domains domains;
    private final Registry registry;
    private final DomainKeys keys;
    private final Applets applets;
    private final DelegatedManagement delegated;
    private final LoadFileSignatures signatures;
    private Optional<Loading> loading = Optional.empty();
    /** The application that STORE DATA is for, after INSTALL [for personalization]. */
    private Optional<Aid> personalized = Optional.empty();

    ContentManagement(Domains domains, DomainKeys keys, Applets applets) {
        this.domains = domains;
        this.keys = keys;
        this.applets = applets;
        registry = domains.registry();
        delegated = new DelegatedManagement(domains, keys);
        signatures = new LoadFileSignatures(registry, keys);
    }

    void reset() {
        loading = Optional.empty();
        personalized = Optional.empty();
    }

    /** Told of each command: some end what others began (GlobalPlatform 2.3.1 §11.6). */
    void comes(int ins) {
        if (ins != 0xE8) {
            loading = Optional.empty();
        }
        if (ins != 0xE2) {
            personalized = Optional.empty();
        }
    }

    /** The application that STORE DATA is for, if not the domain itself. */
    Optional<Applet> personalized() {
        return personalized.map(applets::of);
    }

    ResponseApdu delete(CommandApdu c) throws CardRefusal {
        if (c.p1() != 0 || (c.p2() & 0x7F) != 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        OptionalInt keyVersion = OptionalInt.empty();
        OptionalInt keyId = OptionalInt.empty();
        Optional<Aid> aid = Optional.empty();
        Optional<byte[]> tokenId = Optional.empty();
        byte[] token = {};
        byte[] all = c.data();
        int signed = all.length;
        var f = new Fields(all);
        while (!f.atEnd()) {
            int at = all.length - f.left();
            int tag = f.next();
            byte[] value = f.berBlock();
            switch (tag) {
                case 0x4F -> aid = Optional.of(Fields.aid(value));
                case 0xD0 -> keyId = OptionalInt.of(number(value));
                case 0xD2 -> {
                    if (value.length != 1) {
                        throw new CardRefusal(Sw.WRONG_DATA);
                    }
                    keyVersion = OptionalInt.of(value[0] & 0xFF);
                }
                case 0xB6 -> tokenId = InstallParameters.tokenId(tlvs(Arrays.copyOfRange(all, at, all.length - f.left())));
                case 0x9E -> {
                    token = value;
                    signed = at;
                }
                default -> throw new CardRefusal(Sw.WRONG_DATA);
            }
        }
        if (aid.isPresent() == keyVersion.isPresent()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        if (keyVersion.isPresent()) {
            keys.delete(keyVersion.getAsInt(), keyId);
            domains.save();
            return ResponseApdu.ok((byte) 0);
        }
        byte[] fields = Arrays.copyOf(all, signed);
        Permit permit = delegated.check(InstallCommand.signed(0, c.p2(), fields), token, tokenId);
        delete(aid.get(), c.p2() == 0x80);
        return delegated.done(permit, Receipt.fields(List.of(aid.get())));
    }

    private void delete(Aid aid, boolean withApplications) throws CardRefusal {
        if (registry.application(aid).isPresent()) {
            mine(registry.application(aid).get().domain());
            if (aid.equals(domains.selected()) || !belongings(aid).isEmpty()) {
                throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
            }
            remove(aid);
            return;
        }
        LoadFile file = registry.loadFile(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        mine(file.domain());
        List<Aid> its = registry.applications.stream().filter(a -> a.loadFile().equals(aid)).map(Application::aid).toList();
        if (!its.isEmpty() && !withApplications) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
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
        registry.singleKeys.removeIf(k -> k.domain().filter(application::equals).isPresent());
        registry.applications.removeIf(a -> a.aid().equals(application));
        applets.remove(application);
    }

    ResponseApdu install(CommandApdu c) throws CardRefusal {
        if (c.p2() != 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        if (!FORMS.contains(c.p1())) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        var install = Install.parse(c);
        if (c.p1() == 0x20) {
            personalize(install);
            return ResponseApdu.ok((byte) 0);
        }
        Permit permit = delegated.check(install.signed(), install.token(), InstallParameters.tokenId(tlvs(install.parameters())));
        return switch (c.p1()) {
            case 0x02 -> installForLoad(install, permit);
            case 0x04, 0x0C -> delegated.done(permit, installForInstall(install, c.p1() == 0x0C));
            case 0x08 -> delegated.done(permit, makeSelectable(install));
            case 0x10 -> delegated.done(permit, extradite(install));
            default -> delegated.done(permit, updateRegistry(install));
        };
    }

    /**
     * The fields of INSTALL.
     *
     * @param fields the three or four before the parameters
     * @param signed what the token signs
     */
    private record Install(List<byte[]> fields, byte[] parameters, byte[] token, byte[] signed) {

        static Install parse(CommandApdu c) throws CardRefusal {
            var f = new Fields(c.data());
            var fields = new ArrayList<byte[]>();
            for (int n = c.p1() == 0x02 ? 3 : 4; n > 0; n--) {
                fields.add(f.block());
            }
            byte[] parameters = f.berBlock();
            byte[] signed = Arrays.copyOf(c.data(), c.nc() - f.left());
            byte[] token = f.berBlock();
            f.end();
            return new Install(fields, parameters, token, InstallCommand.signed(c.p1(), 0, signed));
        }

        byte[] field(int n) {
            return fields.get(n);
        }

        Aid aid(int n) throws CardRefusal {
            return Fields.aid(fields.get(n));
        }
    }

    /** A delegated domain touches only what is its own. */
    private void mine(Optional<Aid> domain) throws CardRefusal {
        if (domains.isDelegated() && !domain.equals(Optional.of(domains.selected()))) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
    }

    private ResponseApdu installForLoad(Install f, Permit permit) throws CardRefusal {
        loading = Optional.empty();
        Aid aid = f.aid(0);
        Optional<Aid> home = f.field(1).length == 0 ? domains.ofSelected() : domains.domain(f.field(1));
        mine(home);
        if (registry.loadFile(aid).isPresent() || registry.application(aid).isPresent() || Domains.issuer(aid.bytes()).isPresent()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        if (registry.loadFiles.size() >= MOST_FILES) {
            throw new CardRefusal(Sw.NO_SPACE);
        }
        Optional<Tlv> size = Tlv.find(tlvs(f.parameters()), 0xC6);
        loading = Optional.of(new Loading(aid, home,
                size.isPresent() ? OptionalInt.of(number(size.get().value())) : OptionalInt.empty(), f.field(2), permit));
        return ResponseApdu.ok((byte) 0);
    }

    ResponseApdu load(CommandApdu c) throws CardRefusal {
        Loading l = loading.orElseThrow(() -> new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED));
        Optional<byte[]> image;
        try {
            image = l.block(c.p1(), c.p2(), c.data());
        } catch (CardRefusal e) {
            loading = Optional.empty();
            throw e;
        }
        if (image.isPresent()) {
            loading = Optional.empty();
            signatures.check(l.received(), image.get(), l.hash(), l.domain());
            boolean any = applets.factory(l.aid()).map(AppletFactory::acceptsAnyImage).orElse(false);
            registry.loadFiles.add(any ? new LoadFile(l.aid(), List.of(), l.domain(), Optional.empty(), image.get().length)
                    : loadFile(l, image.get()));
            return delegated.done(l.permit(), Receipt.fields(List.of(l.aid(), domains.name(l.domain()))));
        }
        return ResponseApdu.ok((byte) 0);
    }

    private static LoadFile loadFile(Loading l, byte[] image) throws CardRefusal {
        CapFile cap;
        try {
            cap = CapFile.parse(image);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        if (!cap.packageAid().equals(l.aid())) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        return new LoadFile(l.aid(), cap.applets(), l.domain(), Optional.of(cap.major() << 8 | cap.minor()), image.length);
    }

    private byte[] installForInstall(Install f, boolean selectable) throws CardRefusal {
        Aid file = f.aid(0);
        Aid module = f.aid(1);
        Aid aid = f.field(2).length == 0 ? module : f.aid(2);
        int privileges = privileges(f.field(3));
        boolean newDomain = file.equals(DOMAIN_PACKAGE) && module.equals(DOMAIN_MODULE) && registry.scp.protocol() != 1;
        boolean domainsOnly = new Privileges(privileges).isSecurityDomain() || (privileges & DOMAINS_ONLY) == 0;
        if (newDomain != new Privileges(privileges).isSecurityDomain() || !domainsOnly) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        Optional<Aid> home = newDomain ? domains.ofSelected() : loadFile(file, module).domain();
        mine(home);
        if (registry.application(aid).isPresent() || registry.loadFile(aid).isPresent() || Domains.issuer(aid.bytes()).isPresent()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        if (registry.applications.size() >= MOST_FILES) {
            throw new CardRefusal(Sw.NO_SPACE);
        }
        if (!selectable && new Privileges(privileges).has(Privilege.CARD_RESET)) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        mayBeDefault(privileges, aid);
        byte[] own = Tlv.find(tlvs(f.parameters()), 0xC9).map(Tlv::value).orElse(new byte[0]);
        var installed = new Application(aid, file, module, selectable ? 0x07 : 0x03, privileges, home);
        registry.applications.add(installed);
        try {
            applets.install(installed, own);
        } catch (CardRefusal e) {
            remove(aid);
            throw e;
        }
        return Receipt.fields(List.of(file, aid));
    }

    private LoadFile loadFile(Aid file, Aid module) throws CardRefusal {
        LoadFile loadFile = registry.loadFile(file).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        if (!loadFile.modules().isEmpty() && !loadFile.modules().contains(module)) {
            throw new CardRefusal(Sw.UNKNOWN_DATA);
        }
        return loadFile;
    }

    private static int privileges(byte[] bytes) throws CardRefusal {
        if (bytes.length != 1 && bytes.length != 3) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        return Privileges.of(bytes).bits();
    }

    /** Only one application is selected by default (GlobalPlatform 2.3.1 §6.6.2.3). */
    private void mayBeDefault(int privileges, Aid aid) throws CardRefusal {
        if (new Privileges(privileges).has(Privilege.CARD_RESET)
                && registry.applications.stream().anyMatch(a -> a.has(Privilege.CARD_RESET) && !a.aid().equals(aid))) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
    }

    private byte[] extradite(Install f) throws CardRefusal {
        Optional<Aid> to = domains.domain(f.field(0));
        Aid aid = f.aid(2);
        Optional<Application> application = registry.application(aid);
        Optional<Aid> from;
        if (application.isPresent()) {
            from = application.get().domain();
            mine(from);
            registry.replace(application.get().withDomain(to));
        } else {
            LoadFile file = registry.loadFile(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
            from = file.domain();
            mine(from);
            registry.loadFiles.replaceAll(l -> l == file ? l.withDomain(to) : l);
        }
        return Receipt.fields(List.of(domains.name(from), aid, f.aid(0)));
    }

    private void personalize(Install f) throws CardRefusal {
        Aid aid = f.aid(2);
        registry.application(aid).filter(Application::isSelectable).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        personalized = Optional.of(aid);
    }

    private byte[] updateRegistry(Install f) throws CardRefusal {
        byte[] to = f.field(0);
        Aid aid = f.aid(2);
        byte[] bytes = f.field(3);
        Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        mine(a.domain());
        Aid before = domains.name(a.domain());
        if (bytes.length > 0) {
            int privileges = privileges(bytes);
            if (new Privileges(privileges).isSecurityDomain() != registry.isDomain(aid)) {
                throw new CardRefusal(Sw.WRONG_DATA);
            }
            mayBeDefault(privileges, aid);
            a = a.withPrivileges(privileges);
        }
        registry.replace(to.length > 0 ? a.withDomain(domains.domain(to)) : a);
        return Receipt.registryUpdate(before, aid, to.length > 0 ? Optional.of(f.aid(0)) : Optional.empty(), bytes);
    }

    /** With the privilege, of one that is selectable as well: before GlobalPlatform 2.2 there was no other way to have it selected. */
    private byte[] makeSelectable(Install f) throws CardRefusal {
        Aid aid = f.aid(2);
        byte[] bytes = f.fields().get(3);
        Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        mine(a.domain());
        boolean byDefault = bytes.length > 0 && new Privileges(privileges(bytes)).has(Privilege.CARD_RESET);
        if (a.state() != 0x03 && !(byDefault && a.state() == 0x07)) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        int all = byDefault ? a.privileges() | Privileges.of(Privilege.CARD_RESET).bits() : a.privileges();
        mayBeDefault(all, aid);
        registry.replace(a.withPrivileges(all).withState(0x07));
        return Receipt.fields(List.of(a.loadFile(), aid));
    }

    private static List<Tlv> tlvs(byte[] parameters) throws CardRefusal {
        try {
            return Tlv.parseAll(parameters);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
    }

    private static int number(byte[] bytes) throws CardRefusal {
        if (bytes.length == 0 || bytes.length > 3) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        int n = 0;
        for (byte b : bytes) {
            n = n << 8 | b & 0xFF;
        }
        return n;
    }
}

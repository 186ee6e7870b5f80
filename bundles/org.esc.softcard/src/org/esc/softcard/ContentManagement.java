// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.KeySet;
import org.esc.softcard.Registry.Application;
import org.esc.softcard.Registry.LoadFile;

/** What is on the card: INSTALL, LOAD and DELETE (GlobalPlatform 2.1.1 §9.2, §9.5, §9.6). */
final class ContentManagement {

    private static final int MOST_FILES = 32;

    /** Code of supplementary security domains, which the card brings along. */
    private static final Aid DOMAIN_PACKAGE = Aid.of("A0000001515350");
    private static final Aid DOMAIN_MODULE = Aid.of("A000000151535041");

    private final Domains domains;
    private final Registry registry;
    private final DomainKeys keys;
    private final Applets applets;
    private Optional<Loading> loading = Optional.empty();
    /** The application that STORE DATA is for, after INSTALL [for personalization]. */
    private Optional<Aid> personalized = Optional.empty();

    ContentManagement(Domains domains, DomainKeys keys, Applets applets) {
        this.domains = domains;
        this.keys = keys;
        this.applets = applets;
        registry = domains.registry();
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
                        throw new CardRefusal(Sw.WRONG_DATA);
                    }
                    keyVersion = OptionalInt.of(value[0] & 0xFF);
                }
                case 0x9E, 0xB6 -> {
                    // a delete token and what belongs to it: this card needs none
                }
                default -> throw new CardRefusal(Sw.WRONG_DATA);
            }
        }
        if (aid.isPresent() == keyVersion.isPresent()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        if (keyVersion.isPresent()) {
            keys.delete(keyVersion.getAsInt());
        } else {
            delete(aid.get(), c.p2() == 0x80);
        }
        domains.save();
        return ResponseApdu.ok((byte) 0);
    }

    private void delete(Aid aid, boolean withApplications) throws CardRefusal {
        if (registry.application(aid).isPresent()) {
            if (aid.equals(domains.selected()) || !belongings(aid).isEmpty()) {
                throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
            }
            remove(aid);
            return;
        }
        LoadFile file = registry.loadFile(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
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
        registry.applications.removeIf(a -> a.aid().equals(application));
        applets.remove(application);
    }

    ResponseApdu install(CommandApdu c) throws CardRefusal {
        if (c.p2() != 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        var f = new Fields(c.data());
        switch (c.p1()) {
            case 0x02 -> installForLoad(f);
            case 0x04, 0x0C -> installForInstall(f, c.p1() == 0x0C);
            case 0x08 -> makeSelectable(f);
            case 0x10 -> extradite(f);
            case 0x20 -> personalize(f);
            case 0x40 -> updateRegistry(f);
            default -> throw new CardRefusal(Sw.WRONG_P1_P2);
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
        Optional<Aid> home = domain.length == 0 ? domains.ofSelected() : domains.domain(domain);
        if (registry.loadFile(aid).isPresent() || registry.application(aid).isPresent() || Domains.issuer(aid.bytes()).isPresent()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        if (registry.loadFiles.size() >= MOST_FILES) {
            throw new CardRefusal(Sw.NO_SPACE);
        }
        Optional<Tlv> size = Tlv.find(tlvs(parameters), 0xC6);
        loading = Optional.of(new Loading(aid, home,
                size.isPresent() ? OptionalInt.of(number(size.get().value())) : OptionalInt.empty()));
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
            boolean any = applets.factory(l.aid()).map(AppletFactory::acceptsAnyImage).orElse(false);
            registry.loadFiles.add(any ? new LoadFile(l.aid(), List.of(), l.domain(), Optional.empty(), image.get().length)
                    : loadFile(l, image.get()));
            domains.save();
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
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        Optional<Aid> home = newDomain ? domains.ofSelected() : loadFile(file, module).domain();
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
        byte[] own = Tlv.find(tlvs(parameters), 0xC9).map(Tlv::value).orElse(new byte[0]);
        var installed = new Application(aid, file, module, selectable ? 0x07 : 0x03, privileges, home);
        registry.applications.add(installed);
        try {
            applets.install(installed, own);
        } catch (CardRefusal e) {
            remove(aid);
            throw e;
        }
        domains.save();
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

    /** Only one application is domains.selected() by default (GlobalPlatform 2.3.1 §6.6.2.3). */
    private void mayBeDefault(int privileges, Aid aid) throws CardRefusal {
        if (new Privileges(privileges).has(Privilege.CARD_RESET)
                && registry.applications.stream().anyMatch(a -> a.has(Privilege.CARD_RESET) && !a.aid().equals(aid))) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
    }

    private void extradite(Fields f) throws CardRefusal {
        Optional<Aid> to = domains.domain(f.block());
        f.block();
        Aid aid = Fields.aid(f.block());
        f.block();
        f.berBlock();
        f.berBlock();
        f.end();
        move(aid, to);
        domains.save();
    }

    private void move(Aid aid, Optional<Aid> to) throws CardRefusal {
        Optional<Application> application = registry.application(aid);
        if (application.isPresent()) {
            registry.replace(application.get().withDomain(to));
            return;
        }
        LoadFile file = registry.loadFile(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
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
        registry.application(aid).filter(Application::isSelectable).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
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
        Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        if (bytes.length > 0) {
            int privileges = privileges(bytes);
            if (new Privileges(privileges).isSecurityDomain() != registry.isDomain(aid)) {
                throw new CardRefusal(Sw.WRONG_DATA);
            }
            mayBeDefault(privileges, aid);
            a = a.withPrivileges(privileges);
        }
        registry.replace(to.length > 0 ? a.withDomain(domains.domain(to)) : a);
        domains.save();
    }

    private void makeSelectable(Fields f) throws CardRefusal {
        f.block();
        f.block();
        Aid aid = Fields.aid(f.block());
        f.block();
        f.berBlock();
        f.berBlock();
        f.end();
        Application a = registry.application(aid).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        if (a.state() != 0x03) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        registry.replace(a.withState(0x07));
        domains.save();
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

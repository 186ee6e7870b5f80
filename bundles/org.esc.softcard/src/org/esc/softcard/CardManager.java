// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.globalplatform.Fci;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.softcard.Registry.Application;
import org.esc.softcard.Registry.LoadFile;

/**
 * The card manager: selects applications and answers as the security domain that is selected (GlobalPlatform Card Specification 2.1.1 §9,
 * Open Platform 2.0.1' for SCP01).
 */
final class CardManager {

    /** Instructions that need a secure channel; GET DATA may come through one. */
    private static final Set<Integer> MANAGED = Set.of(0xCA, 0xD8, 0xE2, 0xE4, 0xE6, 0xE8, 0xF0, 0xF2);
    /** Those that a locked card still answers (GlobalPlatform 2.1.1 table 9-1). */
    private static final Set<Integer> WHILE_LOCKED = Set.of(0xCA, 0xF0, 0xF2);

    private final Domains domains;
    private final Registry registry;
    private final CardSecureChannel channel = new CardSecureChannel();
    private final Authentication authentication;
    private final Applets applets;
    private final DomainKeys keys;
    private final Parts parts = new Parts();
    private final DomainData data;
    private final ContentManagement content;
    private final StatusCommands status;

    CardManager(CardStore store, Supplier<List<AppletFactory>> factories, Supplier<Duration> wrongPinPause) {
        var random = new SecureRandom();
        domains = new Domains(store);
        registry = domains.registry();
        authentication = new Authentication(domains, channel, random);
        applets = new Applets(store, domains, factories, wrongPinPause, channel, authentication, random);
        keys = new DomainKeys(domains, channel);
        data = new DomainData(domains, keys);
        content = new ContentManagement(domains, keys, applets);
        status = new StatusCommands(domains);
    }

    Registry registry() {
        return registry;
    }

    /** Puts an applet on the card as its maker would. @throws CardRefusal if there is something under its AID already */
    void preinstall(AppletFactory factory) throws CardRefusal {
        Aid aid = factory.instanceAid(registry.cuid);
        boolean second = factory.selectedByDefault() && registry.applications.stream().anyMatch(a -> a.has(Privilege.CARD_RESET));
        if (second || registry.application(aid).isPresent() || registry.loadFile(factory.packageAid()).isPresent()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        registry.loadFiles.add(new LoadFile(factory.packageAid(), List.of(aid), Optional.empty(), Optional.empty(), 0));
        int privileges = factory.selectedByDefault() ? Privileges.of(Privilege.CARD_RESET).bits() : 0;
        var application = new Application(aid, factory.packageAid(), aid, 0x07, privileges, Optional.empty());
        registry.applications.add(application);
        applets.install(application, new byte[0]);
        domains.save();
    }

    CardContent content() {
        var apps = registry.applications.stream()
                .map(a -> new CardContent.Application(a.aid(), applicationState(a.state()), applets.runs(a.aid())))
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

    void reset() {
        channel.close();
        domains.reset();
        content.reset();
        status.reset();
        data.reset();
        parts.reset();
        applets.reset();
    }

    /** Erases the keys. */
    void close() {
        reset();
        registry.keys.forEach(KeySet::close);
        registry.domainKeys.values().forEach(list -> list.forEach(KeySet::close));
        registry.singleKeys.forEach(k -> Arrays.fill(k.field(), (byte) 0));
    }

    ResponseApdu process(CommandApdu c) throws CardRefusal {
        if ((c.cla() & 0xFC) == 0 && c.cla() != 0) {
            throw new CardRefusal(Sw.NO_LOGICAL_CHANNELS);
        }
        if (registry.state == Registry.TERMINATED && !(c.ins() == 0xCA && domains.isIssuer())) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        if (c.cla() == 0x00 && c.ins() == 0xA4 && c.p1() == 0x04) {
            return select(c);
        }
        return domains.isIssuer() || registry.isDomain(domains.selected()) ? domain(c) : applets.of(domains.selected()).process(c);
    }

    private ResponseApdu select(CommandApdu c) throws CardRefusal {
        if ((c.p2() & 0x03) == 0x02) {
            throw new CardRefusal(Sw.NOT_FOUND);
        }
        if ((c.p2() & ~0x0C) != 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        byte[] wanted = c.data();
        Optional<Aid> domain = wanted.length == 0 ? Optional.of(Domains.ISSUER) : Domains.issuer(wanted);
        if (domain.isPresent()) {
            leave();
            domains.selectIssuer(domain.get());
            byte[] fci = Fci.encode(domain.get());
            return registry.state == Registry.CARD_LOCKED ? ResponseApdu.of(fci, Sw.CARD_LOCKED_WARNING) : ResponseApdu.ok(fci);
        }
        if (registry.state == Registry.CARD_LOCKED) {
            throw new CardRefusal(Sw.NOT_FOUND);
        }
        Optional<Application> named = registry.applications.stream().filter(x -> x.isSelectable() && x.aid().startsWith(wanted)).findFirst();
        if (named.isEmpty()) {
            return selectWithin(c);
        }
        Application a = named.get();
        leave();
        domains.select(a.aid());
        if (registry.isDomain(domains.selected())) {
            return ResponseApdu.ok(Fci.encode(domains.selected()));
        }
        return applets.select(a);
    }

    /** A name that is no application's may be that of a file of the application that is selected after a reset. */
    private ResponseApdu selectWithin(CommandApdu c) throws CardRefusal {
        Application a = registry.applications.stream().filter(x -> x.isSelectable() && x.has(Privilege.CARD_RESET)).findFirst()
                .filter(x -> applets.runs(x.aid())).orElseThrow(() -> new CardRefusal(Sw.NOT_FOUND));
        ResponseApdu answer = applets.of(a.aid()).select(c).orElseThrow(() -> new CardRefusal(Sw.NOT_FOUND));
        if (domains.selected().equals(a.aid())) {
            channel.close();
        } else {
            leave();
            domains.select(a.aid());
        }
        return answer;
    }

    private void leave() {
        channel.close();
        content.reset();
        status.reset();
        parts.reset();
        if (!domains.isIssuer()) {
            applets.of(domains.selected()).deselected();
        }
    }

    private ResponseApdu domain(CommandApdu c) throws CardRefusal {
        if (c.cla() != 0x00 && c.cla() != 0x80 && c.cla() != 0x84) {
            throw new CardRefusal(Sw.UNKNOWN_CLA);
        }
        if (c.ins() == 0x50) {
            return authentication.initializeUpdate(c);
        }
        if (c.ins() == 0x82) {
            return authentication.externalAuthenticate(c);
        }
        if (c.ins() == 0xCA && c.cla() != 0x84 && !channel.takesPlain()) {
            return data.get(c);
        }
        // a protected command is unwrapped before anything else, so that both ends stay in step even if it is refused
        if (c.cla() != 0x84 || !authentication.isChannelOpen(c)) {
            if (!MANAGED.contains(c.ins()) && !CardSecureChannel.isResponseMacSession(c)) {
                throw new CardRefusal(Sw.UNKNOWN_INS);
            }
            if (c.cla() == 0x00) {
                throw new CardRefusal(Sw.UNKNOWN_CLA);
            }
            if (!authentication.isChannelOpen(c)) {
                throw new CardRefusal(Sw.SECURITY_NOT_SATISFIED);
            }
        }
        Optional<CommandApdu> whole = parts.add(c);
        if (whole.isEmpty()) {
            return ResponseApdu.ok();
        }
        CommandApdu plain = authentication.unwrap(whole.get());
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
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        content.comes(c.ins());
        if (!mayManage(c)) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        return switch (c.ins()) {
            case 0xCA -> data.get(c);
            case 0xD8 -> keys.put(c);
            case 0xE2 -> storeData(c);
            case 0xE4 -> content.delete(c);
            case 0xE6 -> content.install(c);
            case 0xE8 -> content.load(c);
            case 0xF0 -> status.set(c);
            case 0xF2 -> status.get(c);
            default -> throw new CardRefusal(Sw.UNKNOWN_INS);
        };
    }

    /** True for the issuer's domain, those with authorized or delegated management, and of others for what concerns nobody but themselves. */
    private boolean mayManage(CommandApdu c) {
        if (domains.isIssuer() || registry.application(domains.selected()).filter(a -> a.has(Privilege.AUTHORIZED_MANAGEMENT)).isPresent()
                || domains.isDelegated() && c.ins() != 0xF0) {
            return true;
        }
        return switch (c.ins()) {
            case 0xE6 -> c.p1() == 0x20;
            case 0xE4 -> c.nc() > 0 && c.data()[0] != 0x4F;
            case 0xE8, 0xF0 -> false;
            default -> true;
        };
    }

    private ResponseApdu storeData(CommandApdu c) throws CardRefusal {
        Optional<Applet> applet = content.personalized();
        return applet.isPresent() ? applet.get().process(c) : data.store(c);
    }
}

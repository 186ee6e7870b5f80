// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.card.CardChannel;
import org.esc.card.ReaderState;
import org.esc.coolkey.AppletStatus;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.Ins;
import org.esc.coolkey.KeyInfo;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.TokenObject;
import org.esc.coolkey.TokenObjects;
import org.esc.driver.CardDriver;
import org.esc.driver.Match;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenInfo;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.osgi.service.component.annotations.Component;

/** Reads tokens with the CoolKey applet. */
@Component(service = CardDriver.class)
public final class CoolKeyDriver implements CardDriver {

    private static final Cuid NO_CUID = Cuid.of(new byte[Cuid.LENGTH]);

    @Override
    public String name() {
        return "CoolKey";
    }

    @Override
    public Match match(ReaderState reader, CardChannel probe) throws EscException {
        var applet = new CoolKey(probe);
        if (!applet.select()) {
            return Match.none("no applet " + Ins.APPLET);
        }
        try {
            applet.status();
            return new Match(100, "applet " + Ins.APPLET + " answers");
        } catch (EscException e) {
            if (e.problem().sw().isEmpty()) {
                throw e;
            }
            return new Match(50, "applet " + Ins.APPLET + " can be selected");
        }
    }

    @Override
    public TokenInfo read(ReaderState reader, CardChannel channel) throws EscException {
        var b = new TokenInfo.Builder(reader.name());
        var problems = new ArrayList<String>();
        Optional<Identity> manager = Identity.read(channel);
        manager.ifPresent(m -> GlobalPlatformDriver.identity(m, b));
        if (b.cuid.isEmpty()) {
            problems.add("The card does not tell its number.");
        }
        var applet = new CoolKey(channel);
        applet.select();
        attempt(problems, () -> {
            LifeCycle l = applet.lifeCycle();
            b.lifeCycle = l == LifeCycle.UNKNOWN ? "unknown"
                    : l.name().toLowerCase(Locale.ROOT) + " (" + Hex.of(l.value()) + ")";
            b.state = switch (l) {
                case PERSONALIZED -> TokenState.ENROLLED;
                case INSTALLED, SELECTABLE -> TokenState.FORMATTED;
                case BLOCKED, LOCKED -> TokenState.BLOCKED;
                case DELETED, UNKNOWN -> TokenState.UNKNOWN;
            };
        });
        var version = new StringBuilder();
        attempt(problems, () -> {
            AppletStatus s = applet.status();
            b.totalMemory = OptionalInt.of(s.totalMemory());
            b.freeMemory = OptionalInt.of(s.freeMemory());
            version.append(s.appletMajor()).append('.').append(s.appletMinor());
            if (s.pins() > 0) {
                b.pinTries = applet.pinTries(Ins.IDENTITY_USER);
            }
        });
        attempt(problems, () -> {
            int build = applet.buildId();
            version.append(version.isEmpty() ? "" : ".").append("%08x".formatted(build));
        });
        b.appletVersion = version.toString();
        attempt(problems, () -> b.issuerUrl = applet.issuerUrl());
        Map<Integer, TokenObject> keyObjects = new HashMap<>();
        attempt(problems, () -> TokenObjects.read(applet, applet.listObjects(), b.cuid.orElse(NO_CUID)).ifPresent(all -> {
            b.label = all.name();
            b.certificates = certificates(all, problems);
            all.objects().stream().filter(o -> o.id().letter() == 'k').forEach(o -> keyObjects.put(o.id().index(), o));
        }));
        attempt(problems, () -> b.keys = keys(applet.listKeys(), keyObjects));
        if (b.state == TokenState.ENROLLED && b.pinTries.orElse(1) == 0) {
            b.state = TokenState.BLOCKED;
            problems.add("The token's password is blocked. Reset it through its token management system.");
        }
        b.problems = problems;
        return b.build();
    }

    private interface Step {
        void run() throws EscException;
    }

    /** A refused command costs one detail, not the whole picture; a card that is gone ends the reading. */
    private static void attempt(List<String> problems, Step step) throws EscException {
        try {
            step.run();
        } catch (EscException e) {
            if (e.problem().code().equals("card-removed") || e.fault() != Fault.CARD) {
                throw e;
            }
            problems.add(e.getMessage());
        }
    }

    private static List<TokenCertificate> certificates(TokenObjects all, List<String> problems) {
        var list = new ArrayList<TokenCertificate>();
        for (TokenObjects.Certificate c : all.certificates()) {
            ObjectId id = c.object().id();
            try {
                var x = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(c.der()));
                list.add(new TokenCertificate(id.toString(), c.label(), x));
            } catch (CertificateException | RuntimeException _) {
                problems.add("Certificate " + id + " on the token is no valid certificate.");
            }
        }
        return list;
    }

    private static List<TokenKey> keys(List<KeyInfo> list, Map<Integer, TokenObject> objects) {
        return list.stream().map(k -> {
            TokenObject o = objects.get(k.number());
            boolean ec = k.type() > Ins.KEY_RSA_PRIVATE_CRT;
            boolean isPrivate = o != null ? o.kind() == TokenObject.Kind.PRIVATE_KEY : k.type() != Ins.KEY_RSA_PUBLIC;
            return new TokenKey(k.number(), (ec ? "EC" : "RSA") + (isPrivate ? " private key" : " public key"), k.size(), k.mate(),
                    o == null ? "" : uses(o));
        }).toList();
    }

    private static String uses(TokenObject o) {
        var words = new ArrayList<String>();
        for (var f : List.of(TokenObject.Flag.SIGN, TokenObject.Flag.VERIFY, TokenObject.Flag.ENCRYPT, TokenObject.Flag.DECRYPT,
                TokenObject.Flag.WRAP, TokenObject.Flag.UNWRAP, TokenObject.Flag.DERIVE)) {
            if (o.is(f)) {
                words.add(f.name().toLowerCase(Locale.ROOT));
            }
        }
        return String.join(", ", words);
    }
}

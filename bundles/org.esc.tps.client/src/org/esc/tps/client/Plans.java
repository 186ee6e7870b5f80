// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.Words;
import org.esc.driver.TokenCertificate;
import org.esc.driver.host.TokenInfo;
import org.esc.tps.Operation;
import org.esc.tps.client.TokenPlan.Copy;
import org.esc.tps.client.TokenPlan.Entry;
import org.esc.tps.client.TokenPlan.Fate;

/** Says what an operation would do. */
final class Plans {

    private static final Words WORDS = Words.of(Plans.class);

    private Plans() {
    }

    static TokenPlan plan(String verb, Operation operation, String reader, CardGlance glance, Optional<TokenInfo> before,
            Optional<Journal.HalfDone> half, Optional<ServiceInfo> service, Optional<String> type, Wish wish, boolean login, KeyLog keys,
            List<String> troubles) {
        Fate fate = switch (operation) {
            case FORMAT -> Fate.GOES;
            case RESET_PIN -> Fate.STAYS;
            default -> wish.renew() ? Fate.RENEWED : wish.temporary() || wish.recover() ? Fate.GOES : Fate.SERVER_DECIDES;
        };
        var entries = before.map(t -> t.certificates().stream().filter(c -> !c.isAuthority()).map(c -> entry(c, glance.cuid(), fate, keys)).toList())
                .orElse(List.of());
        boolean loss = entries.stream().anyMatch(Entry::lost);
        var warnings = new ArrayList<String>();
        if (loss) {
            warnings.add(WORDS.say("What was encrypted for {0} can never be read again if no copy of the key is archived, "
                    + "and none is known to be.", names(entries)));
        }
        if (login) {
            warnings.add(operation == Operation.FORMAT ? WORDS.say("You are logged in with this token: it will not be formatted.")
                    : WORDS.say("You are logged in with this token: until it is ready again you may not be able to unlock the screen with it."));
        }
        half.ifPresent(h -> warnings.add(operation == Operation.FORMAT
                ? WORDS.say("An operation with this token was cut short before; formatting makes it whole.")
                : WORDS.say("An operation with this token was cut short before: it may have to be formatted first.")));
        warnings.addAll(troubles);
        return new TokenPlan(verb, glance.cuid().map(Cuid::toString).orElse(""), reader, state(glance, before),
                service.map(ServiceInfo::operation).map(URI::toString).orElse(""), service.map(ServiceInfo::issuer).orElse(""), type, entries,
                steps(operation, glance, service, type, wish), warnings, loss);
    }

    /** The certificates whose keys decrypt and would go, with what is known of copies. */
    static List<String> lost(TokenInfo token, Optional<Cuid> cuid, KeyLog keys) {
        return token.certificates().stream().filter(c -> !c.isAuthority()).map(c -> entry(c, cuid, Fate.GOES, keys)).filter(Entry::lost)
                .map(e -> e.name() + " (" + e.copy().words() + ")").toList();
    }

    private static Entry entry(TokenCertificate c, Optional<Cuid> cuid, Fate fate, KeyLog keys) {
        var x = c.certificate();
        Copy copy = cuid.flatMap(id -> keys.origin(id, x.getPublicKey())).map(o -> o == KeyLog.Origin.CARD ? Copy.NONE : Copy.PERHAPS)
                .orElse(Copy.UNKNOWN);
        return new Entry(c.id(), c.label(), x.getSubjectX500Principal().getName(), x.getNotAfter().toInstant().toString(),
                x.getNotAfter().toInstant().isBefore(Instant.now()), decrypts(c), copy, fate);
    }

    /** RFC 5280 section 4.2.1.3: key encipherment, data encipherment, key agreement; a certificate that names no use is good for any. */
    private static boolean decrypts(TokenCertificate c) {
        boolean[] use = c.certificate().getKeyUsage();
        return use == null || use[2] || use[3] || use[4];
    }

    private static String names(List<Entry> entries) {
        return String.join(", ", entries.stream().filter(Entry::lost).map(e -> WORDS.say("“{0}”", e.name())).toList());
    }

    private static String state(CardGlance glance, Optional<TokenInfo> before) {
        return before.map(t -> t.state().text()).orElseGet(() -> glance.applet() ? WORDS.say("Formatted") : WORDS.say("Unformatted"));
    }

    private static List<String> steps(Operation operation, CardGlance glance, Optional<ServiceInfo> service, Optional<String> type, Wish wish) {
        var steps = new ArrayList<String>();
        if (service.isEmpty()) {
            steps.add(WORDS.say("You are asked which server to use: neither the token nor the settings name one."));
        }
        steps.add(operation == Operation.FORMAT ? WORDS.say("You log in, if the server wants that.") : WORDS.say("You log in to the server."));
        switch (operation) {
            case FORMAT -> {
                steps.add((glance.enrolled() ? WORDS.say("All keys and certificates on the token are erased.") + " " : "")
                        + WORDS.say("The server loads its applet and writes the address of its services onto the token."));
                steps.add(WORDS.say("The token is ready to be enrolled."));
            }
            case RESET_PIN -> steps.add(WORDS.say("You choose a new password. Keys and certificates stay as they are."));
            default -> {
                if (wish.renew()) {
                    steps.add(WORDS.say("The server issues new certificates for the keys on the token. If it tries to replace a key instead, "
                        + "it is stopped before anything is lost."));
                } else if (wish.temporary()) {
                    steps.add(WORDS.say("You choose a password for the token."));
                    steps.add(WORDS.say("You receive keys and certificates that are valid for a short time only, until your own token is "
                        + "found. An agent must have reported that one as mislaid first."));
                } else if (wish.recover()) {
                    steps.add(WORDS.say("You choose a password for the token."));
                    steps.add(WORDS.say("Keys of your lost or damaged token that the server has archived are put onto this one, so that old "
                        + "mail can be read; the others are made anew. An agent must have reported the lost token first, and "
                        + "may have to agree."));
                } else if (glance.enrolled()) {
                    steps.add(WORDS.say("Keys and certificates on the token are renewed or replaced: the server's policy says which. If they "
                        + "are replaced, you choose a new password."));
                } else {
                    steps.add(WORDS.say("You choose a password for the token."));
                    steps.add(type.map(t -> WORDS.say("Keys and certificates are made and put onto the token, as its profile {0} says.", t))
                            .orElseGet(() -> WORDS.say("Keys and certificates are made and put onto the token.")));
                }
            }
        }
        return steps;
    }
}

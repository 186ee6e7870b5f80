// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.globalplatform.CardInfo;
import org.esc.globalplatform.CardProduction;
import org.esc.globalplatform.KeyInfo;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp info}: what a card tells of itself without keys. */
@Component(service = Verb.class, property = "verb=gp info")
public final class GpInfoVerb extends NamedVerb<GpInfoVerb.Args, CardInfo> {

    private static final Words WORDS = Words.of(GpInfoVerb.class);

    private final ContentWork work;

    /** Does it by means of this. */
    @Activate
    public GpInfoVerb(@Reference ContentWork work) {
        super("gp info", "Show what a card tells of itself: chip, protocols, keys, memory. Needs no keys.", Args.class);
        this.work = work;
    }

    /** Which card. */
    public record Args(CardArgs card,
            @Arg(names = "--sd", label = "AID", help = "The security domain to ask; the issuer's without it.") Optional<Aid> sd) {
    }

    @Override
    public CardInfo run(Args a, Context context) throws EscException {
        return work.look(name(), a.card(), a.sd(), context, (_, _, info) -> info);
    }

    @Override
    public void print(CardInfo i, PrintWriter out) {
        line(out, WORDS.say("Card id"), i.id());
        line(out, WORDS.say("Chip"), i.chip());
        line(out, "ATR", i.atr());
        line(out, WORDS.say("Security domain"), i.domain().map(Aid::toString).orElse(""));
        i.data().ifPresent(d -> {
            line(out, "GlobalPlatform", d.version());
            line(out, WORDS.say("Platform"), d.platform());
            d.channels().forEach(c -> line(out, WORDS.say("Secure channel"), c.toString()));
            d.others().forEach(c -> line(out, WORDS.say("Secure channel"), c));
            line(out, WORDS.say("Configuration"), String.join(", ", d.configuration()));
        });
        i.capabilities().ifPresent(c -> {
            c.channels().forEach(s -> line(out, WORDS.say("Offers"), s));
            line(out, WORDS.say("Domains may be"), String.join(", ", c.domainPrivileges().words()));
            line(out, WORDS.say("Applications"), String.join(", ", c.applicationPrivileges().words()));
            line(out, WORDS.say("Hashes"), String.join(", ", c.hashes()));
            line(out, WORDS.say("Load files"), c.loadFileCiphers().isEmpty() ? "" : WORDS.say("encrypted by {0}", String.join(", ", c.loadFileCiphers())));
            line(out, WORDS.say("Tokens"), String.join(", ", c.tokens()));
            line(out, WORDS.say("Receipts"), String.join(", ", c.receipts()));
            line(out, WORDS.say("Signatures"), String.join(", ", c.daps()));
        });
        for (KeyInfo k : i.keys()) {
            line(out, WORDS.say("Key"), WORDS.say("version {0}, id {1}: {2}", String.format("%02X", k.version()), String.format("%02X", k.id()), k.typeText())
                    + (k.purpose().isEmpty() ? "" : " (" + k.purpose() + ")"));
        }
        line(out, WORDS.say("Counter"), i.sequenceCounter().orElse(""));
        line(out, WORDS.say("Issuer number"), i.iin().orElse(""));
        line(out, WORDS.say("Image number"), i.cin().orElse(""));
        i.memory().ifPresent(m -> {
            m.freePersistent().ifPresent(n -> line(out, WORDS.say("Free memory"), WORDS.say("{0} bytes", n)));
            m.freeTransient().ifPresent(n -> line(out, WORDS.say("Free RAM"), WORDS.say("{0} bytes", n)));
            m.applications().ifPresent(n -> line(out, WORDS.say("Applications"), String.valueOf(n)));
        });
        i.failedTries().ifPresent(f -> line(out, WORDS.say("Failed keys"), f.text()));
        i.applications().forEach(a -> line(out, WORDS.say("Application"), a.toString()));
        for (CardProduction.Field f : i.production().map(CardProduction::fields).orElse(List.of())) {
            out.printf("  %-29s %s%s%n", f.label(), f.value(), f.words().isEmpty() ? "" : " (" + f.words() + ")");
        }
        i.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
    }

    private static void line(PrintWriter out, String name, String value) {
        if (!value.isEmpty()) {
            out.printf("%-16s %s%n", name + ":", value);
        }
    }
}

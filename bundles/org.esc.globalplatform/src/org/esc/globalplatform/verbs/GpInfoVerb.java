// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.card.CardArgs;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.CardInfo;
import org.esc.globalplatform.CardProduction;
import org.esc.globalplatform.KeyInfo;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp info}: what a card tells of itself without keys. */
@Component(service = Verb.class, property = "verb=gp info")
public final class GpInfoVerb implements Verb<GpInfoVerb.Args, CardInfo> {

    private final ContentWork work;

    /** Does it by means of this. */
    @Activate
    public GpInfoVerb(@Reference ContentWork work) {
        this.work = work;
    }

    /** Which card. */
    public record Args(CardArgs card,
            @Arg(names = "--sd", label = "AID", help = "The security domain to ask; the issuer's without it.") Optional<Aid> sd) {
    }

    @Override
    public String name() {
        return "gp info";
    }

    @Override
    public String summary() {
        return "Show what a card tells of itself: chip, protocols, keys, memory. Needs no keys.";
    }

    @Override
    public Class<Args> arguments() {
        return Args.class;
    }

    @Override
    public CardInfo run(Args a, Context context) throws EscException {
        return work.look(name(), a.card(), a.sd(), context, (_, _, info) -> info);
    }

    @Override
    public void print(CardInfo i, PrintWriter out) {
        line(out, "Card id", i.id());
        line(out, "Chip", i.chip());
        line(out, "ATR", i.atr());
        line(out, "Security domain", i.domain().map(Aid::toString).orElse(""));
        i.data().ifPresent(d -> {
            line(out, "GlobalPlatform", d.version());
            line(out, "Platform", d.platform());
            d.channels().forEach(c -> line(out, "Secure channel", c.toString()));
            d.others().forEach(c -> line(out, "Secure channel", c));
            line(out, "Configuration", String.join(", ", d.configuration()));
        });
        i.capabilities().ifPresent(c -> {
            c.channels().forEach(s -> line(out, "Offers", s));
            line(out, "Domains may be", String.join(", ", c.domainPrivileges().words()));
            line(out, "Applications", String.join(", ", c.applicationPrivileges().words()));
            line(out, "Hashes", String.join(", ", c.hashes()));
            line(out, "Load files", list("encrypted by", c.loadFileCiphers()));
            line(out, "Tokens", String.join(", ", c.tokens()));
            line(out, "Receipts", String.join(", ", c.receipts()));
            line(out, "Signatures", String.join(", ", c.daps()));
        });
        for (KeyInfo k : i.keys()) {
            line(out, "Key", String.format("version %02X, id %02X: %s", k.version(), k.id(), k.typeText())
                    + (k.purpose().isEmpty() ? "" : " (" + k.purpose() + ")"));
        }
        line(out, "Counter", i.sequenceCounter().orElse(""));
        line(out, "Issuer number", i.iin().orElse(""));
        line(out, "Image number", i.cin().orElse(""));
        i.memory().ifPresent(m -> {
            m.freePersistent().ifPresent(n -> line(out, "Free memory", n + " bytes"));
            m.freeTransient().ifPresent(n -> line(out, "Free RAM", n + " bytes"));
            m.applications().ifPresent(n -> line(out, "Applications", String.valueOf(n)));
        });
        i.failedTries().ifPresent(f -> line(out, "Failed keys", f.text()));
        i.applications().forEach(a -> line(out, "Application", a.toString()));
        for (CardProduction.Field f : i.production().map(CardProduction::fields).orElse(List.of())) {
            out.printf("  %-29s %s%s%n", f.name(), f.value(), f.words().isEmpty() ? "" : " (" + f.words() + ")");
        }
        i.problems().forEach(p -> out.println("Note: " + p));
    }

    private static String list(String before, List<String> words) {
        return words.isEmpty() ? "" : before + " " + String.join(", ", words);
    }

    private static void line(PrintWriter out, String name, String value) {
        if (!value.isEmpty()) {
            out.printf("%-16s %s%n", name + ":", value);
        }
    }
}

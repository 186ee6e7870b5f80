// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.PrintWriter;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.globalplatform.CardTree;
import org.esc.globalplatform.RegistryEntry;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp list}: all that is on a card. */
@Component(service = Verb.class, property = "verb=gp list")
public final class GpListVerb extends NamedVerb<GpListVerb.Args, CardTree> {

    private static final Words WORDS = Words.of(GpListVerb.class);

    private final ContentWork work;

    /** Does it by means of this. */
    @Activate
    public GpListVerb(@Reference ContentWork work) {
        super("gp list", "List the security domains, applications and packages on a card.", Args.class);
        this.work = work;
    }

    /** Which card. */
    public record Args(ContentArgs content) {
    }

    @Override
    public CardTree run(Args a, Context context) throws EscException {
        return work.secure(name(), a.content(), context, Target::listed);
    }

    @Override
    public void print(CardTree tree, PrintWriter out) {
        out.println(WORDS.say("Card {0}", tree.info().id()) + (tree.info().chip().isEmpty() ? "" : ", " + tree.info().chip()));
        tree.channel().ifPresent(c -> out.println(WORDS.say("Read over {0}.", c.text())));
        for (CardTree.Domain d : tree.domains()) {
            line(out, d.parent().isEmpty() && d == tree.issuer() ? WORDS.say("Issuer security domain") : WORDS.say("Security domain"), d.entry(), "");
            d.parent().ifPresent(p -> out.println("    " + WORDS.say("belongs to {0}", p)));
            d.applications().forEach(e -> line(out, WORDS.say("Application"), e, "  "));
            for (RegistryEntry f : d.loadFiles()) {
                line(out, WORDS.say("Package"), f, "  ");
                f.modules().forEach(m -> out.println("      " + WORDS.say("applet {0}", m)));
            }
        }
        tree.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
    }

    private static void line(PrintWriter out, String what, RegistryEntry e, String indent) {
        out.println(indent + what + " " + e.aid() + ", " + e.state() + (e.versionText().isEmpty() ? "" : ", " + WORDS.say("version {0}", e.versionText()))
                + e.loadFile().map(f -> ", " + WORDS.say("of {0}", f)).orElse("")
                + (e.privileges().words().isEmpty() ? "" : ": " + String.join(", ", e.privileges().words())));
    }
}

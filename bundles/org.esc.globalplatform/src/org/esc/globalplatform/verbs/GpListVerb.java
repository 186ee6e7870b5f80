// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.PrintWriter;
import org.esc.apdu.EscException;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.CardTree;
import org.esc.globalplatform.RegistryEntry;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp list}: all that is on a card. */
@Component(service = Verb.class, property = "verb=gp list")
public final class GpListVerb implements Verb<GpListVerb.Args, CardTree> {

    private final ContentWork work;

    /** Does it by means of this. */
    @Activate
    public GpListVerb(@Reference ContentWork work) {
        this.work = work;
    }

    /** Which card. */
    public record Args(ContentArgs content) {
    }

    @Override
    public String name() {
        return "gp list";
    }

    @Override
    public String summary() {
        return "List the security domains, applications and packages on a card.";
    }

    @Override
    public Class<Args> arguments() {
        return Args.class;
    }

    @Override
    public CardTree run(Args a, Context context) throws EscException {
        return work.secure(name(), a.content(), context, Target::listed);
    }

    @Override
    public void print(CardTree tree, PrintWriter out) {
        out.println("Card " + tree.info().id() + (tree.info().chip().isEmpty() ? "" : ", " + tree.info().chip()));
        tree.channel().ifPresent(c -> out.println("Read over " + c.text() + "."));
        for (CardTree.Domain d : tree.domains()) {
            line(out, d.parent().isEmpty() && d == tree.issuer() ? "Issuer security domain" : "Security domain", d.entry(), "");
            d.parent().ifPresent(p -> out.println("    belongs to " + p));
            d.applications().forEach(e -> line(out, "Application", e, "  "));
            for (RegistryEntry f : d.loadFiles()) {
                line(out, "Package", f, "  ");
                f.modules().forEach(m -> out.println("      applet " + m));
            }
        }
        tree.problems().forEach(p -> out.println("Note: " + p));
    }

    private static void line(PrintWriter out, String what, RegistryEntry e, String indent) {
        out.println(indent + what + " " + e.aid() + ", " + e.state() + (e.versionText().isEmpty() ? "" : ", version " + e.versionText())
                + e.loadFile().map(f -> ", of " + f).orElse("")
                + (e.privileges().words().isEmpty() ? "" : ": " + String.join(", ", e.privileges().words())));
    }
}

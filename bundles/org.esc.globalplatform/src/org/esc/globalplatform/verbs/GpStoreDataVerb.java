// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp store-data}: sends data objects to the selected security domain, or through it to an application. */
@Component(service = Verb.class, property = "verb=gp store-data")
public final class GpStoreDataVerb extends ContentVerb<GpStoreDataVerb.Args> {

    private static final Words WORDS = Words.of(GpStoreDataVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpStoreDataVerb(@Reference ContentWork work) {
        super(work, "gp store-data", "Store data in a security domain or application.", Args.class);
    }

    /** How the data is structured (P1 of STORE DATA). */
    public enum Form {
        /** The card is not told. */
        NONE(0x00),
        /** Data groups: two bytes of name, length, value. */
        DGI(0x08),
        /** BER data objects. */
        TLV(0x10);

        private final int p1;

        Form(int p1) {
            this.p1 = p1;
        }
    }

    /** What and for whom. */
    public record Args(@Arg(label = "HEX|@FILE", help = "The data in hexadecimal text, or after @ a file with such text.") String data,
            @Arg(names = "--to", label = "AID", help = "The application it is for; the security domain itself without it.")
                    Optional<Aid> to,
            @Arg(names = "--form", label = "none|dgi|tlv", defaultValue = "none", help = "What the card is told of the data's structure.")
                    Form form,
            @Arg(names = "--encrypted", help = "Tell the card that the data is encrypted with its data encryption key.") boolean encrypted,
            ContentArgs content) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        byte[] data = data(a.data());
        var steps = new ArrayList<Step>();
        if (a.to().isPresent()) {
            target.entry(a.to().get());
            steps.add(Step.of(WORDS.say("turn to {0}", a.to().get()), Effect.READS,
                    Packages.command(new InstallCommand.ForPersonalization(a.to().get()))));
        }
        try {
            steps.add(Step.of(WORDS.say("store {0} bytes", data.length), Effect.CHANGES,
                    CardManager.storeDataCommands(data, a.form().p1 | (a.encrypted() ? 0x60 : 0), target.maxData())));
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("store the data"), e.getMessage() + ".").code("too-long").exception(e);
        }
        return Plan.of(steps, a.form() == Form.NONE && !a.encrypted() && a.to().isEmpty() ? new String[] {"--store-data", Hex.of(data)}
                : new String[0]);
    }

    private static byte[] data(String given) throws EscException {
        try {
            byte[] data = Hex.parse(given.startsWith("@") ? Files.readString(Path.of(given.substring(1)), StandardCharsets.ISO_8859_1)
                    : given);
            if (data.length > 0) {
                return data;
            }
        } catch (IllegalArgumentException e) {
            throw bad(WORDS.say("The data is no hexadecimal text."), e);
        } catch (IOException e) {
            throw bad(WORDS.say("The file {0} cannot be read.", given.substring(1)), e);
        }
        throw bad(WORDS.say("There is no data."), null);
    }

    private static EscException bad(String why, Exception cause) {
        return Problem.of(Fault.USAGE, WORDS.say("read the data"), why).code("bad-data").exception(cause);
    }
}

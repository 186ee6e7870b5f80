// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.InstallParameters;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp create-domain}: makes a supplementary security domain. */
@Component(service = Verb.class, property = "verb=gp create-domain")
public final class GpCreateDomainVerb extends ContentVerb<GpCreateDomainVerb.Args> {

    private static final Words WORDS = Words.of(GpCreateDomainVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpCreateDomainVerb(@Reference ContentWork work) {
        super(work, "gp create-domain", "Make a supplementary security domain.", Args.class);
    }

    /** What it shall be like. */
    public record Args(@Arg(label = "AID", help = "AID of the new domain.") Aid aid, ContentArgs content,
            @Arg(names = "--package", label = "AID", defaultValue = "A0000001515350", help = "Package of the domain's code.") Aid pkg,
            @Arg(names = "--module", label = "AID", defaultValue = "A000000151535041", help = "Class of the domain's code.") Aid module,
            @Arg(names = "--privileges", label = "LIST", help = "More privileges, in words with commas or in hexadecimal text.")
                    Optional<Privileges> privileges,
            @Arg(names = "--allow-from", help = "Accept what is extradited to it (tag 82).") boolean allowFrom,
            @Arg(names = "--allow-to", help = "Let what it has be extradited (tag 87).") boolean allowTo,
            @Arg(names = "--parameters", label = "HEX", help = "The domain's own parameters (C9); also instead of --allow-…")
                    Optional<byte[]> parameters,
            TokenKeyArgs token) {

        public Args {
            parameters = parameters.map(byte[]::clone);
        }

        @Override
        public Optional<byte[]> parameters() {
            return parameters.map(byte[]::clone);
        }
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        if (target.tree().find(a.aid()).isPresent()) {
            throw Problem.of(Fault.USAGE, WORDS.say("make the security domain"), WORDS.say("There is {0} on the card already.", a.aid())).code("on-card")
                    .exception();
        }
        Privileges privileges = a.privileges().orElse(Privileges.NONE).with(Privilege.SECURITY_DOMAIN);
        var own = new ArrayList<Tlv>();
        if (a.allowFrom()) {
            own.add(Tlv.of(0x82, (byte) 0x20, (byte) 0x20));
        }
        if (a.allowTo()) {
            own.add(Tlv.of(0x87, (byte) 0x20, (byte) 0x20));
        }
        byte[] c9 = a.parameters().orElseGet(() -> concatenated(own));
        var parameters = new InstallParameters(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.of(c9));
        InstallCommand command = a.token().sign(new InstallCommand.ForInstall(true, true, Optional.of(a.pkg()), Optional.of(a.module()),
                a.aid(), privileges.shortest(), parameters, new byte[0]));
        var gp = new ArrayList<>(List.of("--domain", a.aid().toString()));
        if (a.allowFrom()) {
            gp.add("--allow-from");
        }
        if (a.allowTo()) {
            gp.add("--allow-to");
        }
        a.privileges().ifPresent(p -> gp.addAll(List.of("--privs", GpWords.privileges(p))));
        return Plan.of(Step.of(WORDS.say("make the security domain {0}", a.aid()), Effect.CHANGES, Packages.command(command))
                .answered(a.token().confirmation(List.of(a.pkg(), a.aid()), target)), gp.toArray(String[]::new))
                .warnings(List.of(WORDS.say("The new domain has no keys of its own yet: esc gp put-key --sd {0}.", a.aid())));
    }

    private static byte[] concatenated(List<Tlv> all) {
        var out = new java.io.ByteArrayOutputStream();
        all.forEach(t -> out.writeBytes(t.encoded()));
        return out.toByteArray();
    }
}

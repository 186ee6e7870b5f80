// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Creates a blank software token in a file. */
@Component(service = Verb.class, property = "verb=soft create")
public final class SoftCreate extends NamedVerb<SoftCreate.Args, SoftCreate.Result> {

    private static final Words WORDS = Words.of(SoftCreate.class);

    /** What to create. */
    public record Args(@Arg(label = "FILE", help = "File to create; an existing one is never overwritten") Path file,
            @Arg(names = "--cuid", label = "HEX", help = "Card unique ID, 10 bytes (default: random)") Optional<byte[]> cuid,
            @Arg(names = "--scp", label = "01|02|03", help = "Secure channel protocol", defaultValue = "01") String scp,
            @Arg(names = "--scp-i", label = "HEX", help = "Options \"i\" of the protocol (default: 05, 15 or 00)") Optional<String> scpI,
            @Arg(names = "--key", label = "HEX", help = "Card manager key (default: 40 to 4F)") Optional<byte[]> key,
            @Arg(names = "--kvn", label = "N", help = "Version of that key, 1 to 255", defaultValue = "1") String kvn,
            @Arg(names = "--build-id", label = "HEX", help = "Build id its applet will show",
                    defaultValue = CardSpec.DEFAULT_BUILD_ID) String buildId,
            @Arg(names = "--applet", label = "NAME[=FILE]",
                    help = "Applet that is on it from the start, and the file with its content if it needs one; may be repeated") List<String> applets,
            @Arg(names = "--passphrase-env", label = "VARIABLE",
                    help = "Environment variable with a passphrase to encrypt the file") Optional<String> passphraseEnv) {
    }

    private static final int MOST_CONTENT = 4 << 20;

    private final SoftReaders software;

    /** Started by the component runtime. */
    @Activate
    public SoftCreate(@Reference SoftReaders software) {
        super("soft create", "Create a blank software token, for tests only.", Args.class);
        this.software = software;
    }

    /** What was created. */
    public record Result(Path file, Cuid cuid, String scp, int keyVersion, String buildId, List<String> applets, boolean encrypted) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        CardSpec spec;
        try {
            int protocol = number(a.scp(), 10, "--scp");
            ScpVersion scp = protocol < 1 || protocol > 3 ? null : ScpVersion.usual(protocol);
            if (scp == null) {
                throw new IllegalArgumentException(WORDS.say("--scp takes 01, 02 or 03, not {0}", a.scp()));
            }
            if (a.scpI().isPresent()) {
                scp = new ScpVersion(protocol, number(a.scpI().get(), 16, "--scp-i"));
            }
            int version = a.kvn().startsWith("0x") ? number(a.kvn().substring(2), 16, "--kvn") : number(a.kvn(), 10, "--kvn");
            if (version < 1 || version > 255) {
                throw new IllegalArgumentException(WORDS.say("--kvn takes 1 to 255, not {0}", a.kvn()));
            }
            KeySet keys = KeySet.same(version, scp.keyType(), a.key().orElseGet(KeySet::factoryKey));
            Cuid cuid = a.cuid().isPresent() ? Cuid.of(a.cuid().get()) : CardSpec.randomCuid();
            spec = new CardSpec(cuid, scp, keys, a.buildId());
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("create the software token"), e.getMessage() + ".").exception(e);
        }
        List<AppletFactory> applets = applets(a.applets());
        Optional<Secret> passphrase = Passphrase.from(a.passphraseEnv());
        try {
            CardFile.create(a.file(), spec, applets, passphrase);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("create the software token"), e.getMessage()).code("bad-applets").exception(e);
        } finally {
            passphrase.ifPresent(Secret::close);
            spec.keys().close();
        }
        return new Result(a.file(), spec.cuid(), spec.scp().toString(), spec.keys().version(), spec.buildId(),
                applets.stream().map(AppletFactory::name).toList(), passphrase.isPresent());
    }

    private List<AppletFactory> applets(List<String> names) throws EscException {
        var found = new LinkedHashMap<String, AppletFactory>();
        for (String given : names) {
            int at = given.indexOf('=');
            String name = at < 0 ? given : given.substring(0, at);
            byte[] content = at < 0 ? new byte[0] : content(Path.of(given.substring(at + 1)));
            var here = software.factories().stream().filter(f -> !f.name().isEmpty()).toList();
            AppletFactory factory = here.stream().filter(f -> f.name().equals(name)).findFirst()
                    .orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("create the software token"),
                            WORDS.say("There is no software for an applet \"{0}\".", name)).code("no-applet").advice(here.isEmpty() ? ""
                            : WORDS.say("There is: {0}.", String.join(", ", here.stream().map(AppletFactory::name).sorted().toList()))).exception());
            try {
                factory.check(content);
            } catch (IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("create the software token"), e.getMessage()).code("bad-applet-file").exception(e);
            }
            found.put(name, content.length == 0 ? factory : factory.with(content));
        }
        return List.copyOf(found.values());
    }

    private static byte[] content(Path file) throws EscException {
        try (var in = Files.newInputStream(file)) {
            byte[] b = in.readNBytes(MOST_CONTENT + 1);
            if (b.length > MOST_CONTENT) {
                throw Problem.of(Fault.USAGE, WORDS.say("create the software token"), WORDS.say("The file {0} is longer than 4 MiB, too long for a card.", file))
                        .code("bad-applet-file").exception();
            }
            return b;
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("create the software token"), WORDS.say("The file {0} cannot be read.", file)).code("no-file")
                    .exception(e);
        }
    }

    private static int number(String text, int radix, String option) {
        try {
            return Integer.parseInt(text, radix);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(WORDS.say("{0} takes a number, not \"{1}\"", option, text));
        }
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(r.encrypted() ? WORDS.say("Created {0} (encrypted), for tests only.", r.file()) : WORDS.say("Created {0}, for tests only.", r.file()));
        out.println(r.applets().isEmpty() ? WORDS.say("CUID {0}, {1}, key version {2}", r.cuid().display(), r.scp(), r.keyVersion())
                : WORDS.say("CUID {0}, {1}, key version {2}, with {3}", r.cuid().display(), r.scp(), r.keyVersion(), String.join(", ", r.applets())));
    }
}

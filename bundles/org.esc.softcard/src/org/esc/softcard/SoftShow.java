// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows what is on a software token, without its secrets. */
@Component(service = Verb.class, property = "verb=soft show")
public final class SoftShow extends NamedVerb<SoftShow.Args, SoftShow.Result> {

    private static final Words WORDS = Words.of(SoftShow.class);

    private final SoftReaders readers;

    /** With the applets that {@code readers} knows. */
    @Activate
    public SoftShow(@Reference SoftReaders readers) {
        super("soft show", "Show what is on a software token.", Args.class);
        this.readers = readers;
    }

    /** Which token. */
    public record Args(@Arg(label = "FILE", help = "File of the software token") Path file,
            @Arg(names = "--passphrase-env", label = "VARIABLE",
                    help = "Environment variable with the file's passphrase") Optional<String> passphraseEnv) {
    }

    /** What is on it. */
    public record Result(Path file, boolean encrypted, Cuid cuid, String scp, String state, List<Integer> keyVersions, int keyBits,
            boolean factoryKeys, int failedAuthentications, List<String> loadFiles, List<Applet> applets) {
    }

    /** An applet on the token. */
    public record Applet(String aid, String state, boolean runs) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        boolean encrypted = CardFile.isEncrypted(a.file());
        Optional<Secret> passphrase = Passphrase.from(a.passphraseEnv());
        try (SoftCard card = CardFile.open(a.file(), passphrase, readers::factories)) {
            CardContent c = card.content();
            return new Result(a.file(), encrypted, c.cuid(), c.scp().toString(), c.state(), c.keyVersions(), c.keyBits(),
                    c.factoryKeys(), c.failures(), c.loadFiles().stream().map(Object::toString).toList(),
                    c.applications().stream().map(x -> new Applet(x.aid().toString(), x.state(), x.runs())).toList());
        } finally {
            passphrase.ifPresent(Secret::close);
        }
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(r.encrypted() ? WORDS.say("Software token {0} (encrypted), for tests only", r.file())
                : WORDS.say("Software token {0}, for tests only", r.file()));
        line(out, "CUID", r.cuid().display());
        line(out, WORDS.say("Secure channel"), WORDS.say("{0}, {1}-bit keys, version {2}", r.scp(), r.keyBits(), r.keyVersions().stream()
                .map(v -> String.format("%02X", v)).reduce((x, y) -> x + ", " + y).orElse("")) + (r.factoryKeys() ? " " + WORDS.say("(factory keys)") : ""));
        line(out, WORDS.say("Card state"), inWords(r.state()));
        if (r.failedAuthentications() > 0) {
            line(out, WORDS.say("Failed logins"), WORDS.say("{0} of {1}", r.failedAuthentications(), Authentication.MOST_FAILURES));
        }
        if (r.applets().isEmpty()) {
            line(out, WORDS.say("Applets"), WORDS.say("none"));
        }
        for (Applet x : r.applets()) {
            line(out, WORDS.say("Applet"), x.aid() + ", " + inWords(x.state()) + (x.runs() ? "" : " " + WORDS.say("(no software for it here)")));
        }
    }

    private static void line(PrintWriter out, String name, String value) {
        out.println("  %-15s %s".formatted(name, value));
    }

    /** The states are English in JSON. */
    private static String inWords(String state) {
        return switch (state) {
            case "ready (OP_READY)" -> WORDS.say("ready (OP_READY)");
            case "initialised" -> WORDS.say("initialised");
            case "secured" -> WORDS.say("secured");
            case "locked" -> WORDS.say("locked");
            case "terminated" -> WORDS.say("terminated");
            case "installed" -> WORDS.say("installed");
            case "selectable" -> WORDS.say("selectable");
            case "personalised" -> WORDS.say("personalised");
            case "blocked" -> WORDS.say("blocked");
            default -> state;
        };
    }
}

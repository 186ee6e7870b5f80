// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows what is on a software token, without its secrets. */
@Component(service = Verb.class, property = "verb=soft show")
public final class SoftShow implements Verb<SoftShow.Args, SoftShow.Result> {

    private final SoftReaders readers;

    /** With the applets that {@code readers} knows. */
    @Activate
    public SoftShow(@Reference SoftReaders readers) {
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
    public String name() {
        return "soft show";
    }

    @Override
    public String summary() {
        return "Show what is on a software token";
    }

    @Override
    public Class<Args> arguments() {
        return Args.class;
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
        out.println("Software token " + r.file() + (r.encrypted() ? " (encrypted)" : "") + ", for tests only");
        out.println("  CUID            " + r.cuid().display());
        out.println("  Secure channel  " + r.scp() + ", " + r.keyBits() + "-bit keys, version "
                + r.keyVersions().stream().map(v -> String.format("%02X", v)).reduce((x, y) -> x + ", " + y).orElse("")
                + (r.factoryKeys() ? " (factory keys)" : ""));
        out.println("  Card state      " + r.state());
        if (r.failedAuthentications() > 0) {
            out.println("  Failed logins   " + r.failedAuthentications() + " of " + Authentication.MOST_FAILURES);
        }
        if (r.applets().isEmpty()) {
            out.println("  Applets         none");
        }
        for (Applet x : r.applets()) {
            out.println("  Applet          " + x.aid() + ", " + x.state() + (x.runs() ? "" : " (no software for it here)"));
        }
    }
}

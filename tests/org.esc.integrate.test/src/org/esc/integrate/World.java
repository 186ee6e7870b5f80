// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.EscException;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;

/** A person's home in a folder for tests, on a machine whose libraries are the real ones unless it has others. */
record World(Machine machine) {

    static final String INTERNAL = "library=\nname=NSS Internal PKCS #11 Module\nparameters=configdir='sql:x' \nNSS=Flags=internal\n\n";
    private static final Duration LIMIT = Duration.ofSeconds(40);

    static World in(Path home) {
        return in(home, Path.of("/"));
    }

    static World in(Path home, Path root) {
        return new World(new Machine(Machine.Kind.LINUX, home, root, Map.of()));
    }

    Path home() {
        return machine.home();
    }

    /** A folder with a list of modules as NSS makes it. */
    static Path database(Path folder) throws IOException {
        Files.writeString(Files.createDirectories(folder).resolve(NssDatabase.LIST), INTERNAL);
        return folder;
    }

    /** A profile that {@code profiles.ini} of this folder names. */
    static Path profile(Path root, String name) throws IOException {
        Path ini = Files.createDirectories(root).resolve("profiles.ini");
        String before = Files.exists(ini) ? Files.readString(ini) : "";
        long n = before.lines().filter(l -> l.startsWith("[Profile")).count();
        Files.writeString(ini, before + "[Profile" + n + "]\nName=" + name + "\nIsRelative=1\nPath=abc." + name + "\n\n");
        return database(root.resolve("abc." + name));
    }

    /** Files that stand for libraries where the machine's rule looks for them. */
    static Path library(Path root, String name) throws IOException {
        Path file = root.resolve("usr/lib/x86_64-linux-gnu").resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, name);
    }

    IntegrateVerb verb() {
        return new IntegrateVerb(machine, new ModuleAsker(LIMIT));
    }

    IntegrateVerb.Result run(IntegrateVerb.Args a) throws EscException {
        return verb().run(a, Context.of(new Nobody()));
    }

    Problem problem(IntegrateVerb.Args a) {
        try {
            throw new AssertionError(run(a).toString());
        } catch (EscException e) {
            return e.problem();
        }
    }

    static IntegrateVerb.Args add(Target target, Path... profiles) {
        return new IntegrateVerb.Args(List.of(target), List.of(profiles), Optional.empty(), false, false);
    }

    static IntegrateVerb.Args remove(Target target, Path... profiles) {
        return new IntegrateVerb.Args(List.of(target), List.of(profiles), Optional.empty(), true, false);
    }

    static IntegrateVerb.Args dry(IntegrateVerb.Args a) {
        return new IntegrateVerb.Args(a.target(), a.profile(), a.module(), a.remove(), true);
    }

    static IntegrateVerb.Args with(Path module, IntegrateVerb.Args a) {
        return new IntegrateVerb.Args(a.target(), a.profile(), Optional.of(module), a.remove(), a.dryRun());
    }

    /** Nothing is ever asked. */
    private static final class Nobody implements Interaction {

        @Override
        public CompletableFuture<Answers> fill(Form form) {
            throw new AssertionError();
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            throw new AssertionError();
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
            throw new AssertionError();
        }

        @Override
        public void tell(String message) {
            throw new AssertionError();
        }
    }
}

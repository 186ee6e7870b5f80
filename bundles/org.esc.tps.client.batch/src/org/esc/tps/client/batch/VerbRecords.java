// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Answers;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Verbs;

/**
 * The server's administration by way of the verbs {@code admin tokens …}, if they are installed: this bundle knows them by name only. What they ask to sign in
 * is asked once for the run.
 */
final class VerbRecords implements TokenRecords, AutoCloseable {

    private static final Words WORDS = Words.of(VerbRecords.class);

    private static final String SHOW = "admin tokens show";
    private static final String STATUS = "admin tokens status";
    private static final String TERMINATED = "TERMINATED";

    private final Verbs verbs;
    private final Map<String, List<String>> signIn = new HashMap<>();
    private final Context context;
    private final Map<String, Secret> given = new HashMap<>();

    /**
     * Signs in with these words.
     *
     * @param server a saved server's name, or an address
     * @throws EscException USAGE if the administration is not installed
     */
    VerbRecords(Verbs verbs, String server, Optional<String> user, Optional<Path> key, List<Path> ca, Context context) throws EscException {
        if (verbs.find(SHOW).isEmpty() || verbs.find(STATUS).isEmpty()) {
            throw new EscException(Fault.USAGE, WORDS.say("sign in to the administration"),
                    WORDS.say("The administration of servers is not part of this installation."));
        }
        this.verbs = verbs;
        signIn.put("server", List.of(server));
        user.ifPresent(u -> signIn.put("user", List.of(u)));
        key.ifPresent(k -> signIn.put("clientP12", List.of(k.toString())));
        if (!ca.isEmpty()) {
            signIn.put("ca", ca.stream().map(Path::toString).toList());
        }
        this.context = new Context(new Once(context.interaction()), org.esc.command.Progress.NONE, context.cancel());
    }

    @Override
    public synchronized Optional<Known> find(Cuid cuid) throws EscException {
        var words = new HashMap<>(signIn);
        words.put("cuid", List.of(cuid.toString()));
        Record result;
        try {
            result = verbs.run(SHOW, words, context);
        } catch (EscException e) {
            if (e.problem().code().equals("not-found")) {
                return Optional.empty();
            }
            throw e;
        }
        var serials = ((List<?>) value(result, "certs")).stream().map(Record.class::cast)
                .filter(c -> !String.valueOf(value(c, "status")).toLowerCase(Locale.ROOT).startsWith("revoked"))
                .map(c -> String.valueOf(value(c, "serial")).replaceFirst("(?i)^0x", "")).toList();
        var token = (Record) value(result, "token");
        return Optional.of(new Known(String.valueOf(value(token, "status")), ((Optional<?>) value(token, "userId")).map(String::valueOf), serials));
    }

    @Override
    public synchronized void terminate(Cuid cuid) throws EscException {
        if (find(cuid).filter(k -> k.state().equals(TERMINATED)).isPresent()) {
            return;
        }
        var words = new HashMap<>(signIn);
        words.put("cuid", List.of(cuid.toString()));
        words.put("status", List.of(TERMINATED));
        verbs.run(STATUS, words, context);
    }

    /** A component of a record that is known by name only. */
    private static Object value(Record r, String name) {
        RecordComponent c = Arrays.stream(r.getClass().getRecordComponents()).filter(x -> x.getName().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalStateException(r.getClass().getName() + " has no " + name));
        try {
            var accessor = c.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(r);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks for each field once. */
    private final class Once implements Interaction {

        private final Interaction face;

        Once(Interaction face) {
            this.face = face;
        }

        @Override
        public CompletableFuture<Answers> fill(Form form) {
            try {
                var missing = form.fields().stream().filter(f -> form.invalid() || !given.containsKey(f.id())).toList();
                if (!missing.isEmpty()) {
                    try (Answers a = Ask.await(face.fill(new Form(form.title(), form.description(), missing, form.invalid(), form.blocked())), context.cancel(),
                            WORDS.say("sign in to the administration"))) {
                        for (String id : a.ids()) {
                            a.get(id).ifPresent(s -> Optional.ofNullable(given.put(id, s.copy())).ifPresent(Secret::close));
                        }
                    }
                }
                var all = new LinkedHashMap<String, Secret>();
                form.fields().forEach(f -> Optional.ofNullable(given.get(f.id())).ifPresent(s -> all.put(f.id(), s.copy())));
                return CompletableFuture.completedFuture(new Answers(all));
            } catch (EscException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            return CompletableFuture.failedFuture(Problem.of(Fault.USAGE, WORDS.say("sign in to the administration"),
                    WORDS.say("No PIN is made there.")).exception());
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
            // the plan was confirmed as a whole, and what retiring means is in its question
            return CompletableFuture.completedFuture(confirmation.typed().isEmpty());
        }

        @Override
        public void tell(String message) {
            face.tell(message);
        }
    }

    @Override
    public synchronized void close() {
        given.values().forEach(Secret::close);
        given.clear();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.NamedVerb;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;

/**
 * A verb on the back office of a token management system. It opens the data directory itself; where a server, or
 * another verb, has it open, it hands its arguments to that process through the {@link Door} and the work is done
 * there.
 */
abstract class TmsVerb<A extends Record & AtData, R extends Record> extends NamedVerb<A, R> {

    private static final Words WORDS = Words.of(TmsVerb.class);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Class<R> result;

    TmsVerb(String name, String summary, Class<A> arguments, Class<R> result) {
        super(name, summary, arguments);
        this.result = result;
    }

    final Class<R> result() {
        return result;
    }

    /** Asks for the secrets the work needs, in the person's own process; they are erased after the work. */
    Map<String, Secret> ask(A a, Context context) throws EscException {
        return Map.of();
    }

    /** Makes paths absolute, as the work may be done by a process with another working directory. */
    A prepared(A a) {
        return a;
    }

    /** Does the work, here or in the process that has the data directory open. {@code actor}: who asked for it. */
    abstract R perform(Tms tms, A a, Map<String, Secret> secrets, String actor) throws EscException;

    @Override
    public R run(A a, Context context) throws EscException {
        Path data = a.data().orElseGet(Tms::usualDirectory).toAbsolutePath().normalize();
        if (!Files.exists(data.resolve("tms.format"))) {
            throw Problem.of(Fault.USAGE, WORDS.say("open the data directory"), WORDS.say("There is no token management system in {0}.", data))
                    .code("no-data").advice(WORDS.say("Make one with “esc tms start --data DIR”, or name its folder with --data.")).exception();
        }
        var asked = new LinkedHashMap<String, Secret>(ask(a, context));
        try {
            String actor = "local:" + System.getProperty("user.name");
            A ready = prepared(a);
            long end = System.nanoTime() + PATIENCE.toNanos();
            do {
                context.cancel().check(WORDS.say("open the data directory"));
                var remote = Door.knock(data, this, ready, asked, actor);
                if (remote.isPresent()) {
                    return remote.get();
                }
                var own = Tms.tryOpen(data, TmsOptions.standard().patience(Duration.ofMillis(200)));
                if (own.isPresent()) {
                    try (var tms = own.get()) {
                        return perform(tms, ready, asked, actor);
                    }
                }
            } while (System.nanoTime() < end);
            throw Problem.of(Fault.USAGE, WORDS.say("open the data directory"), WORDS.say("Another process is using {0} and lets nobody in.", data))
                    .code("data-in-use").advice(WORDS.say("Try again when it has ended.")).exception();
        } finally {
            asked.values().forEach(Secret::close);
        }
    }

    /** Asks for one secret; for the caller to close. */
    static Secret password(Context context, String title, String description, String id, String name)
            throws EscException {
        try (var answers = Ask.await(context.interaction().fill(Form.of(title, description,
                new Form.Field(id, name, "", Form.Kind.PASSWORD))), context.cancel(), title)) {
            return answers.get(id).orElseThrow(() -> new EscException(Fault.USAGE, title, WORDS.say("No {0} was given.", name))).copy();
        }
    }
}

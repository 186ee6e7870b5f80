// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Verb;
import org.esc.tms.Tms;
import org.esc.tms.db.Operation;
import org.esc.tms.users.People;
import org.osgi.service.component.annotations.Component;

/** {@code tms users describe}. */
final class PeopleVerbs {

    private static final Words WORDS = Words.of(PeopleVerbs.class);

    private PeopleVerbs() {
    }

    static List<TmsVerb<?, ?>> all() {
        return List.of(new Describe());
    }

    /** {@code tms users describe}. */
    @Component(service = Verb.class, property = "verb=tms users describe")
    public static final class Describe extends TmsVerb<Describe.Args, Describe.Result> {

        record Args(@Arg(label = "UID", help = "Short name.") String uid,
                @Arg(names = "--photo", label = "FILE", help = "A JPEG or PNG picture of the person.") Optional<Path> photo,
                @Arg(names = "--attribute", label = "NAME=VALUE", help = "Something to compare with an identity document; these replace all there were.")
                        List<String> attributes,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {

            Args {
                attributes = List.copyOf(attributes);
                if (photo.isEmpty() && attributes.isEmpty()) {
                    String why = WORDS.say("Give --photo FILE or --attribute NAME=VALUE.");
                    throw new IllegalArgumentException(why);
                }
                if (attributes.stream().anyMatch(a -> a.indexOf('=') < 1)) {
                    String why = WORDS.say("--attribute takes NAME=VALUE.");
                    throw new IllegalArgumentException(why);
                }
            }
        }

        record Result(String uid, boolean photo, Map<String, String> attributes) {
        }

        /** For declarative services. */
        public Describe() {
            super("tms users describe", "Keep a user's photo and what else a security officer compares with an identity document.", Args.class, Result.class);
        }

        @Override
        Args prepared(Args a) {
            return new Args(a.uid(), a.photo().map(Path::toAbsolutePath), a.attributes(), a.data());
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            var attributes = new LinkedHashMap<String, String>();
            a.attributes().forEach(s -> attributes.put(s.substring(0, s.indexOf('=')).strip(), s.substring(s.indexOf('=') + 1).strip()));
            Optional<byte[]> photo = a.photo().isPresent() ? Optional.of(read(a.photo().get())) : Optional.empty();
            return tms.inTransaction(_ -> {
                if (photo.isPresent()) {
                    tms.people().setPhoto(a.uid(), photo.get());
                }
                if (!attributes.isEmpty()) {
                    tms.people().setAttributes(a.uid(), attributes);
                }
                tms.activities().append(Operation.USER_MODIFY, true, Optional.empty(), actor, "", "User " + a.uid() + " described.");
                var p = tms.people().find(a.uid()).orElseThrow();
                return new Result(p.user().uid(), p.photo().isPresent(), p.attributes());
            });
        }

        private static byte[] read(Path file) throws EscException {
            try (var in = Files.newInputStream(file)) {
                return in.readNBytes(People.MOST_PHOTO + 1);
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("keep a photo"), WORDS.say("The file {0} cannot be read.", file)).exception(e);
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.photo ? WORDS.say("Described {0}, with a photo", r.uid) : WORDS.say("Described {0}, without a photo", r.uid));
            r.attributes.forEach((name, value) -> out.println(name + ": " + value));
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.driver.Access;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.ObjectContent;
import org.esc.driver.ObjectWriting;
import org.esc.driver.host.OpenCard;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code objects …}. */
public final class ObjectVerbs {

    private static final Words WORDS = Words.of(ObjectVerbs.class);

    private static final int LINE = 16;

    private ObjectVerbs() {
    }

    /** An object, and in which application it is. */
    public record Row(String driver, DataObject object) {
    }

    private static EscException unknown(String id) {
        return Problem.of(Fault.USAGE, WORDS.say("find the object"), WORDS.say("The token has no object \"{0}\".", id)).code("no-object")
                .advice(WORDS.say("See what is there: esc objects.")).exception();
    }

    /** {@code objects}. */
    @Component(service = Verb.class, property = "verb=objects")
    public static final class ListVerb extends TokenVerb<ListVerb.Args, ListVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ListVerb(@Reference CardWork work) {
            super(work, "objects", "List the data objects or files on a token.", Args.class);
        }

        /** Which token. */
        public record Args(TokenArgs token) {
        }

        /** The objects. */
        public record Result(String reader, List<Row> objects, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var found = work.all(name(), a.token(), context, DataObjects.class, WORDS.say("tell its objects"),
                    (c, app) -> c.dataObjects().stream().map(o -> new Row(app.driver(), o)).toList());
            return new Result(found.reader(), found.all(), found.problems());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.objects().isEmpty()) {
                out.println(WORDS.say("The token tells of no objects."));
            }
            for (Row row : r.objects()) {
                DataObject o = row.object();
                out.println(row.driver() + " " + o.id() + (o.label().isEmpty() ? "" : " \"" + o.label() + "\"") + (!o.present() ? ", " + WORDS.say("empty")
                        : o.size().isPresent() ? ", " + WORDS.say("{0} bytes", o.size().getAsInt()) : "") + reading(o.reading()));
            }
            r.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
        }
    }

    private static String reading(Access a) {
        return a.administrator() ? ", " + WORDS.say("read by the administrator") : a.pin().map(p -> ", " + WORDS.say("read with the PIN {0}", p)).orElse("");
    }

    /** {@code objects read}. */
    @Component(service = Verb.class, property = "verb=objects read")
    public static final class ReadVerb extends TokenVerb<ReadVerb.Args, ReadVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ReadVerb(@Reference CardWork work) {
            super(work, "objects read", "Read a data object of a token and take it apart.", Args.class);
        }

        /** Which object, and where to. */
        public record Args(@Arg(label = "ID", help = "The object's name on the token (esc objects lists them).") String id,
                @Arg(names = "--out", label = "FILE", help = "Write its bytes to this file.") Optional<Path> out,
                @Arg(names = "--picture", help = "Write only the picture in it.") boolean picture,
                @Arg(names = "--force", help = "Overwrite the file if it is there.") boolean force, TokenArgs token) {
        }

        /**
         * The object.
         *
         * @param driver of the application that it is in
         * @param id     its name there
         * @param label  its name in words
         * @param bytes  as read
         * @param fields what they mean
         * @param image  the picture in it, if there is one
         */
        public record Result(String reader, String driver, String id, String label, byte[] bytes, List<ObjectContent.Field> fields,
                Optional<byte[]> image) {

            public Result {
                bytes = bytes.clone();
                fields = List.copyOf(fields);
                image = image.map(byte[]::clone);
            }

            @Override
            public byte[] bytes() {
                return bytes.clone();
            }

            @Override
            public Optional<byte[]> image() {
                return image.map(byte[]::clone);
            }
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            if (a.picture() && a.out().isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("write the picture"), WORDS.say("Where the picture goes was not said.")).code("no-file")
                        .advice(WORDS.say("Name a file with --out.")).exception();
            }
            if (a.out().isPresent()) {
                LocalFiles.check(a.out().get(), a.force());
            }
            // what everybody may read is looked at; a PIN is presented in a session of its own
            Optional<Result> free = work.look(name(), a.token().card(), context, card -> free(card, a));
            Result r = free.isPresent() ? free.get() : work.with(name(), a.token(), context, DataObjects.class, WORDS.say("tell its objects"),
                    (objects, token) -> {
                        DataObject o = find(objects.dataObjects(), a.id()).orElseThrow(() -> unknown(a.id()));
                        token.allow(o.reading(), WORDS.say("read \"{0}\"", words(o)));
                        return result(token.reader(), token.driver(), o, objects);
                    });
            if (a.out().isPresent()) {
                LocalFiles.write(a.out().get(), a.picture() ? r.image().orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("write the picture"),
                        WORDS.say("There is no picture in \"{0}\".", r.id())).code("no-picture").exception()) : r.bytes(), a.force());
            }
            return r;
        }

        /** Reads it if that needs no PIN; empty if it does. */
        private static Optional<Result> free(OpenCard card, Args a) throws EscException {
            card.offering(DataObjects.class, a.token().driver(), WORDS.say("tell its objects"));
            for (OpenCard.Application app : card.applications()) {
                if (a.token().driver().isEmpty() || a.token().driver().get().equalsIgnoreCase(app.driver())) {
                    Optional<DataObjects> objects = app.capability(DataObjects.class);
                    Optional<DataObject> o = objects.isEmpty() ? Optional.empty() : find(objects.get().dataObjects(), a.id());
                    if (o.isPresent()) {
                        return o.get().reading().equals(Access.FREE)
                                ? Optional.of(result(card.facts().reader(), app.driver(), o.get(), objects.get())) : Optional.empty();
                    }
                }
            }
            throw unknown(a.id());
        }

        private static Result result(String reader, String driver, DataObject o, DataObjects objects) throws EscException {
            ObjectContent c = objects.readObject(o.id());
            return new Result(reader, driver, o.id(), o.label(), c.bytes(), c.fields(), c.image());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.id() + (r.label().isEmpty() ? "" : " \"" + r.label() + "\"") + ", " + WORDS.say("{0} bytes", r.bytes().length));
            fields(r.fields(), "  ", out);
            byte[] b = r.bytes();
            for (int i = 0; i < b.length; i += LINE) {
                out.printf("%04X  %s%n", i, Hex.of(java.util.Arrays.copyOfRange(b, i, Math.min(b.length, i + LINE))).replaceAll("..(?!$)", "$0 "));
            }
        }

        private static void fields(List<ObjectContent.Field> fields, String indent, PrintWriter out) {
            for (ObjectContent.Field f : fields) {
                out.println(indent + f.name() + (f.value().isEmpty() ? "" : ": " + f.value()));
                fields(f.parts(), indent + "  ", out);
            }
        }
    }

    private static Optional<DataObject> find(List<DataObject> all, String id) {
        return all.stream().filter(o -> o.id().equalsIgnoreCase(id)).findFirst();
    }

    /** What was changed. */
    public record Changed(String reader, String driver, String id, int bytes) {
    }

    /** {@code objects write}. */
    @Component(service = Verb.class, property = "verb=objects write")
    public static final class WriteVerb extends TokenVerb<WriteVerb.Args, Changed> {

        /** Does it by means of this. */
        @Activate
        public WriteVerb(@Reference CardWork work) {
            super(work, "objects write", "Write a data object of a token.", Args.class);
        }

        /** Which object, and what. */
        public record Args(@Arg(label = "ID", help = "The object's name on the token (esc objects lists them).") String id,
                @Arg(label = "FILE", help = "Its new content, byte by byte.") Path file, TokenArgs token) {
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            byte[] content = LocalFiles.read(a.file());
            return work.with(name(), a.token(), context, ObjectWriting.class, WORDS.say("write objects"), (writing, token) -> {
                Optional<DataObjects> reading = token.capability(DataObjects.class);
                Optional<DataObject> there = reading.isEmpty() ? Optional.empty() : find(reading.get().dataObjects(), a.id());
                String id = there.map(DataObject::id).orElse(a.id());
                if (there.filter(DataObject::present).isPresent()) {
                    token.confirm(WORDS.say("Replace the object"), WORDS.say("What is in \"{0}\" is replaced by {1} bytes of {2}.", words(there.get()),
                            content.length, a.file().getFileName()));
                }
                token.allow(writing.objectAccess(id), WORDS.say("write the object"));
                writing.writeObject(id, content);
                return new Changed(token.reader(), token.driver(), id, content.length);
            });
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            out.println(WORDS.say("Wrote {0} bytes to {1}.", r.bytes(), r.id()));
        }
    }

    private static String words(DataObject o) {
        return o.label().isEmpty() ? o.id() : o.label();
    }

    /** {@code objects delete}. */
    @Component(service = Verb.class, property = "verb=objects delete")
    public static final class DeleteVerb extends TokenVerb<DeleteVerb.Args, Changed> {

        /** Does it by means of this. */
        @Activate
        public DeleteVerb(@Reference CardWork work) {
            super(work, "objects delete", "Delete a data object from a token.", Args.class);
        }

        /** Which object. */
        public record Args(@Arg(label = "ID", help = "The object's name on the token (esc objects lists them).") String id, TokenArgs token) {
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, ObjectWriting.class, WORDS.say("delete objects"), (writing, token) -> {
                Optional<DataObjects> reading = token.capability(DataObjects.class);
                Optional<DataObject> there = reading.isEmpty() ? Optional.empty() : find(reading.get().dataObjects(), a.id());
                if (reading.isPresent() && there.filter(DataObject::present).isEmpty()) {
                    throw unknown(a.id());
                }
                String id = there.map(DataObject::id).orElse(a.id());
                token.confirm(WORDS.say("Delete the object"), WORDS.say("\"{0}\" is deleted, with what is in it.", there.map(ObjectVerbs::words).orElse(id)));
                token.allow(writing.objectAccess(id), WORDS.say("delete the object"));
                writing.deleteObject(id);
                return new Changed(token.reader(), token.driver(), id, 0);
            });
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            out.println(WORDS.say("Deleted {0}.", r.id()));
        }
    }
}

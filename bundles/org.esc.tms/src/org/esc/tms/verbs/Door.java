// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.tms.Tms;
import org.esc.tms.db.Json;
import org.esc.tms.db.PrivateFiles;

/**
 * Lets verbs in other processes of the same user work on an open data directory: a Unix domain socket in a folder for
 * the owner only, so that the file system is the guard. One request and one answer per connection; the same verb class
 * runs on both sides.
 */
public final class Door implements AutoCloseable {

    private static final Words WORDS = Words.of(Door.class);

    private static final int LONGEST = 1 << 20;
    /** Socket paths longer than about 100 bytes are refused by the system. */
    private static final int LONGEST_PATH = 90;
    private static final String ADDRESS = "door";
    /** Another number than that of former versions, which do not say a language. */
    private static final int WELCOME = 2;

    private final Tms tms;
    private final ServerSocketChannel server;
    private final Path socket;
    private final Optional<Path> folder;
    private final Path address;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, TmsVerb<?, ?>> verbs = new HashMap<>();

    private Door(Tms tms, ServerSocketChannel server, Path socket, Optional<Path> folder) {
        this.tms = tms;
        this.server = server;
        this.socket = socket;
        this.folder = folder;
        this.address = tms.data().resolve(ADDRESS);
        for (var v : Stream.of(TokenVerbs.all(), CertificateVerbs.all(), UserVerbs.all(), PeopleVerbs.all(), KeyVerbs.all(),
                SystemVerbs.all())
                .flatMap(List::stream).toList()) {
            verbs.put(v.name(), v);
        }
    }

    /** Opens the door of an open system. @throws EscException USAGE if no socket can be made */
    public static Door open(Tms tms) throws EscException {
        try {
            Path near = tms.data().resolve("door.socket");
            if (near.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH) {
                try {
                    Files.deleteIfExists(near); // of a process that was killed
                    return open(tms, near, Optional.empty());
                } catch (IOException _) {
                    // some network file systems hold no sockets: one in the folder for temporary files will do
                }
            }
            Path folder = Files.createTempDirectory("esc-tms", PrivateFiles.mode("rwx------"));
            return open(tms, folder.resolve("door.socket"), Optional.of(folder));
        } catch (IOException | UnsupportedOperationException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("open the back office"), WORDS.say("No local socket can be made: {0}", e.getMessage()))
                    .exception(e);
        }
    }

    private static Door open(Tms tms, Path socket, Optional<Path> folder) throws IOException {
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            PrivateFiles.ownerOnly(socket);
            var door = new Door(tms, server, socket, folder);
            PrivateFiles.write(door.address, socket.toString().getBytes(StandardCharsets.UTF_8));
            Thread.ofVirtual().name("esc-tms-door").start(door::serve);
            return door;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void serve() {
        while (server.isOpen()) {
            try {
                admit(server.accept());
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void admit(SocketChannel client) throws IOException {
        try {
            threads.execute(() -> answer(client));
        } catch (RejectedExecutionException _) {
            // closed meanwhile: whoever knocked must not wait for ever
            client.close();
        }
    }

    private void answer(SocketChannel client) {
        try (client; var in = new DataInputStream(Channels.newInputStream(client));
                var out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(client)))) {
            out.writeByte(WELCOME);
            out.flush();
            String name = in.readUTF();
            String actor = in.readUTF();
            var language = Locale.forLanguageTag(in.readUTF());
            byte[] arguments = bytes(in);
            var secrets = new HashMap<String, Secret>();
            try {
                for (int n = in.readUnsignedByte(); n > 0; n--) {
                    String id = in.readUTF();
                    byte[] value = bytes(in);
                    secrets.put(id, Secret.of(value));
                    Arrays.fill(value, (byte) 0);
                }
                var answer = Words.in(language, () -> answer(name, arguments, secrets, actor));
                byte[] text = answer.json.getBytes(StandardCharsets.UTF_8);
                out.writeBoolean(answer.good);
                out.writeInt(text.length);
                out.write(text);
            } finally {
                secrets.values().forEach(Secret::close);
            }
        } catch (IOException _) {
            // the verb's process went away; what it asked for is done or not, and logged
        }
    }

    private record Answer(boolean good, String json) {
    }

    private Answer answer(String name, byte[] arguments, Map<String, Secret> secrets, String actor) {
        String step = WORDS.say("run {0}", name);
        try {
            var verb = verbs.get(name);
            if (verb == null) {
                throw new EscException(Fault.USAGE, step, WORDS.say("The running server does not know this verb: it is another version."));
            }
            return new Answer(true, Json.write(performed(verb, arguments, secrets, actor)));
        } catch (EscException e) {
            return new Answer(false, Json.write(Told.of(e.problem())));
        } catch (RuntimeException e) {
            System.getLogger(Door.class.getName()).log(System.Logger.Level.ERROR, "A verb failed in the running server", e);
            return new Answer(false, Json.write(Told.of(Problem.of(Fault.DEFECT, step, WORDS.say("The running server failed: {0}", e)))));
        }
    }

    private <A extends Record & AtData, R extends Record> R performed(TmsVerb<A, R> verb, byte[] arguments, Map<String,
            Secret> secrets, String actor) throws EscException {
        return verb.perform(tms, Json.read(new String(arguments, StandardCharsets.UTF_8), verb.arguments()), secrets,
                actor);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LONGEST) {
            throw new IOException("too long");
        }
        byte[] b = new byte[length];
        in.readFully(b);
        return b;
    }

    /** Has the work done by the process that has {@code data} open; empty if there is none that opens its door. */
    static <A extends Record & AtData, R extends Record> Optional<R> knock(Path data, TmsVerb<A, R> verb, A arguments,
            Map<String, Secret> secrets, String actor) throws EscException {
        SocketChannel channel;
        try {
            Path socket = Path.of(Files.readString(data.resolve(ADDRESS)));
            if (!Files.getOwner(socket).equals(Files.getOwner(data))) {
                return Optional.empty(); // somebody else's socket under that name
            }
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException | UnsupportedOperationException _) {
            return Optional.empty();
        }
        try (channel; var in = new DataInputStream(Channels.newInputStream(channel));
                var out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)))) {
            if (!welcome(in)) {
                return Optional.empty();
            }
            out.writeUTF(verb.name());
            out.writeUTF(actor);
            out.writeUTF(Words.locale().toLanguageTag());
            byte[] json = Json.write(arguments).getBytes(StandardCharsets.UTF_8);
            out.writeInt(json.length);
            out.write(json);
            out.writeByte(secrets.size());
            for (var s : secrets.entrySet()) {
                out.writeUTF(s.getKey());
                byte[] value = s.getValue().bytes();
                out.writeInt(value.length);
                out.write(value);
                Arrays.fill(value, (byte) 0);
            }
            out.flush();
            boolean good = in.readBoolean();
            String answer = text(in);
            if (!good) {
                throw Json.read(answer, Told.class).problem().exception();
            }
            return Optional.of(Json.read(answer, verb.result()));
        } catch (IOException e) {
            throw Problem.of(Fault.NETWORK, WORDS.say("ask the running server"), WORDS.say("The process that uses {0} broke off.", data))
                    .code("server-gone")
                    .advice(WORDS.say("Look whether it was done, and try again.")).exception(e);
        }
    }

    /** False if the door closed before we were in: nothing was asked for yet. */
    private static boolean welcome(InputStream in) {
        try {
            return in.read() == WELCOME;
        } catch (IOException _) {
            return false;
        }
    }

    /** Results may be long; they come from a process of our own. */
    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        byte[] b = ((InputStream) in).readNBytes(length);
        if (b.length != length) {
            throw new IOException("cut off");
        }
        return new String(b, StandardCharsets.UTF_8);
    }

    /** A problem on its way between processes. */
    private record Told(Fault fault, String code, String step, Optional<Integer> endOp, String message, String advice) {

        static Told of(Problem p) {
            return new Told(p.fault(), p.code(), p.step(), p.endOp().isPresent() ? Optional.of(p.endOp().getAsInt())
                    : Optional.empty(), p.message(), p.advice());
        }

        Problem problem() {
            return new Problem(fault, code, step, Optional.empty(), endOp.map(OptionalInt::of)
                    .orElse(OptionalInt.empty()), message, advice);
        }
    }

    /** Lets nobody in any more, and waits for who is in. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(address);
            server.close();
            Files.deleteIfExists(socket);
            if (folder.isPresent()) {
                Files.deleteIfExists(folder.get());
            }
        } catch (IOException _) {
            // left-overs are recognised and replaced at the next start
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException _) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}

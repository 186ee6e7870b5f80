// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.TransportRules;
import org.esc.command.Answers;
import org.esc.command.Ask;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.tps.EndCode;
import org.esc.tps.Message;
import org.esc.tps.Operation;
import org.esc.tps.Tasks;
import org.esc.tps.WireException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Carries out an operation on a token together with a TPS: opens the connection, relays the server's commands to the card, asks the person
 * what the server asks, and says how it ended. Stateless between operations; many may run at once, each with its own card.
 */
@Component(service = TpsClient.class)
public final class TpsClient {

    private static final Words WORDS = Words.of(TpsClient.class);

    /** How this program calls itself. */
    static final String CLIENT_VERSION = "ESC 2.0";
    /** Their advice is to format the token. */
    private static final Set<EndCode> SAY_TO_FORMAT = EnumSet.of(EndCode.MAC_LIFECYCLE_PDU, EndCode.MAC_ENROLL_PDU, EndCode.CANNOT_PERFORM_OPERATION,
            EndCode.BAD_STATUS, EndCode.UPGRADE_APPLET);

    /** Most questions of one kind in one operation: a server that never is content must not ask for ever. */
    private static final int MOST_QUESTIONS = 5;
    /** Data bytes of a response: a short APDU's most. Old servers take 261 bytes with the status word. */
    private static final int MOST_DATA = 256;
    /** What a token's applet takes as a password, in bytes. */
    private static final int PIN_FLOOR = 4;
    private static final int PIN_CEILING = 16;

    private final Journal journal;

    /** A client that journals for this user. */
    public TpsClient() {
        this(new Journal());
    }

    /** A client that journals here. */
    @Activate
    public TpsClient(@Reference Journal journal) {
        this.journal = journal;
    }

    /**
     * Runs an operation to its end. The session stays the caller's, who closes it. May be cancelled at any moment.
     *
     * @throws EscException REFUSED or LOGIN with the server's END_OP code; NETWORK; TLS; CARD; CANCELLED; USAGE for a request that cannot
     *         be carried out or an answer nobody gave
     */
    public TpsResult run(TpsRequest request, CardSession card, Context context) throws EscException {
        return run(request, card, context, CardWatch.only());
    }

    /** As {@link #run(TpsRequest, CardSession, Context)}, with somebody who watches the commands for the card. */
    TpsResult run(TpsRequest request, CardSession card, Context context, CardWatch watch) throws EscException {
        check(request);
        Cancel cancel = context.cancel();
        var thread = Thread.currentThread();
        var guard = new Object() {
            boolean inside = true;
            boolean interrupted;
        };
        try (var run = new Run(request, card, context, watch);
                var _ = cancel.onCancel(() -> {
                    run.drop();
                    synchronized (guard) {
                        if (guard.inside) {
                            guard.interrupted = true;
                            thread.interrupt();
                        }
                    }
                })) {
            cancel.check(run.step);
            return run.go();
        } catch (EscException e) {
            throw cancel.isCancelled() && e.fault() != Fault.CANCELLED ? Cancel.cancelled(step(request.operation()), e) : e;
        } catch (InterruptedException e) {
            if (!cancel.isCancelled()) {
                thread.interrupt();
            }
            throw Cancel.cancelled(step(request.operation()), e);
        } finally {
            synchronized (guard) {
                guard.inside = false;
                if (guard.interrupted) {
                    // the interruption was ours and is spent
                    Thread.interrupted();
                }
            }
        }
    }

    private static void check(TpsRequest request) throws EscException {
        if (PhoneHome.address(request.server().toString()).isEmpty() || request.server().getRawPath().isEmpty()) {
            // without the login somebody may have put in
            String shown = request.server().toString().replaceFirst("//[^/]*@", "//");
            throw Problem.of(Fault.USAGE, WORDS.say("connect to the server"), WORDS.say("\"{0}\" is not the address of a token processing system.", shown))
                    .code("bad-address")
                    .advice(WORDS.say("It looks like https://host:8443/tps/tps.")).exception();
        }
        if (request.proxy().isPresent()) {
            URI p = request.proxy().get();
            if (!"http".equalsIgnoreCase(p.getScheme()) || p.getHost() == null
                    || p.getRawUserInfo() != null && p.getRawUserInfo().indexOf(':') >= 0) {
                throw Problem.of(Fault.USAGE, WORDS.say("connect to the server"), WORDS.say("The proxy's address cannot be used.")).code("bad-proxy")
                        .advice(WORDS.say("It looks like http://host:3128 or http://user@host:3128; the password is asked for.")).exception();
            }
        }
    }

    private static String step(Operation operation) {
        return switch (operation) {
            case FORMAT -> WORDS.say("format the token");
            case ENROLL -> WORDS.say("enrol the token");
            case RESET_PIN -> WORDS.say("reset the token's password");
            case RENEW -> WORDS.say("renew the token");
            case UNBLOCK -> WORDS.say("unblock the token");
        };
    }

    /** One operation. */
    private final class Run implements AutoCloseable {

        private final TpsRequest request;
        private final CardWatch watch;
        private final Context context;
        private final CardChannel card;
        private final CardSession session;
        private final Tls trust;
        private final String step;
        private volatile Optional<Connection> connection = Optional.empty();
        private volatile boolean dropped;
        private Optional<Cuid> cuid = Optional.empty();
        private Optional<Journal.Entry> entry = Optional.empty();
        private int apdus;
        private final Map<String, Integer> questions = new HashMap<>();
        private long cardNanos;
        private long personNanos;
        private long serverNanos;

        Run(TpsRequest request, CardSession session, Context context, CardWatch watch) throws EscException {
            this.watch = watch;
            this.request = request;
            this.session = session;
            this.context = context;
            step = step(request.operation());
            card = TransportRules.over(session.as(Origin.server(Connection.host(request.server()))));
            trust = Tls.to(request.server(), request.trust(), request.identity());
        }

        void drop() {
            dropped = true;
            connection.ifPresent(Connection::drop);
        }

        @Override
        public void close() {
            connection.ifPresent(Connection::close);
            // whoever did not get to "finished" left the card as it is
            entry.ifPresent(Journal.Entry::failed);
        }

        TpsResult go() throws EscException, InterruptedException {
            var notes = new ArrayList<String>();
            if (request.server().getScheme().equalsIgnoreCase("http") && !isLoopback(Connection.host(request.server()))) {
                String warning = WORDS.say("The connection to the server is not encrypted: passwords can be read on the way.");
                notes.add(warning);
                context.interaction().tell(warning);
            }
            context.progress().at(0, WORDS.say("Connecting to the server"));
            Optional<Secret> proxyPassword = proxyPassword(request.proxy(), context);
            long start = System.nanoTime();
            var c = new Connection(request, trust);
            connection = Optional.of(c);
            if (dropped) {
                c.drop();
            }
            try {
                c.open(proxyPassword);
            } finally {
                proxyPassword.ifPresent(Secret::close);
            }
            notes.addAll(trust.notes());
            long begin = System.nanoTime();
            c.send(beginOp());
            Message.EndOp end = converse(c);
            long done = System.nanoTime();
            c.finish();
            conclude(end);
            watch.note().ifPresent(notes::add);
            return new TpsResult(request.operation(), cuid, apdus,
                    new TpsResult.Times(Duration.ofNanos(begin - start), Duration.ofNanos(cardNanos),
                            Duration.ofNanos(personNanos), Duration.ofNanos(serverNanos), Duration.ofNanos(done - begin)),
                    notes);
        }

        private Message.BeginOp beginOp() {
            var extensions = new LinkedHashMap<String, String>();
            if (request.operation() == Operation.FORMAT || request.operation() == Operation.ENROLL) {
                request.tokenType().ifPresent(t -> extensions.put("tokenType", t));
            }
            extensions.put("clientVersion", CLIENT_VERSION);
            extensions.put("tokenATR", session.atr().toString());
            if (request.statusUpdates()) {
                extensions.put("statusUpdate", "true");
            }
            if (request.extendedLogin()) {
                extensions.put("extendedLoginRequest", "true");
            }
            extensions.putAll(request.extensions());
            return new Message.BeginOp(request.operation().number(), extensions);
        }

        private Message.EndOp converse(Connection c) throws EscException, InterruptedException {
            while (true) {
                long waiting = System.nanoTime();
                Message.FromServer message = c.receive(request.messageTimeout());
                serverNanos += System.nanoTime() - waiting;
                context.cancel().check(step);
                if (message instanceof Message.EndOp end) {
                    return end;
                }
                try (message) {
                    Message.FromClient answer = switch (message) {
                        case Message.TokenPduRequest pdu -> relay(pdu.pdu());
                        case Message.StatusUpdateRequest(int percent, String task) -> {
                            // servers send 100 before the last steps; only END_OP is the end
                            context.progress().at(Math.clamp(percent, 0, 99), Tasks.words(task));
                            yield new Message.StatusUpdateResponse(percent);
                        }
                        case Message.LoginRequest(boolean invalid, boolean blocked) -> login(c, invalid, blocked);
                        case Message.ExtendedLoginRequest form -> extendedLogin(c, form);
                        case Message.NewPinRequest(int min, int max) -> newPin(c, min, max);
                        case Message.SecurIdRequest(boolean pin, boolean next) -> securId(c, pin, next);
                        case Message.AsqRequest(String question) -> securityQuestion(c, question);
                        case Message.EndOp _ -> throw new IllegalStateException("handled above");
                    };
                    c.send(answer);
                }
            }
        }

        private Message.TokenPduResponse relay(byte[] pdu) throws EscException {
            CommandApdu command;
            try {
                command = CommandApdu.parse(pdu);
            } catch (IllegalArgumentException _) {
                throw new WireException(WORDS.say("the command for the card has wrong lengths"));
            }
            if (!watch.passes(command)) {
                return new Message.TokenPduResponse(ResponseApdu.of(0x6985).bytes());
            }
            boolean cplc = command.ins() == 0xCA && command.p1() == 0x9F && command.p2() == 0x7F;
            if (entry.isEmpty() && cuid.isPresent() && changes(command)) {
                entry = Optional.of(journal.started(cuid.get(), request.operation()));
            }
            long start = System.nanoTime();
            ResponseApdu response;
            try {
                response = card.transmit(command);
            } finally {
                cardNanos += System.nanoTime() - start;
            }
            apdus++;
            if (response.isOk()) {
                watch.done(command);
            }
            if (response.nr() > MOST_DATA) {
                throw new CardException(step, WORDS.say("The card's answer of {0} bytes is too long for the server.", response.nr()));
            }
            if (cplc && cuid.isEmpty()) {
                cuid = CardGlance.cuid(response);
            }
            return new Message.TokenPduResponse(response.bytes());
        }

        /** Secure commands change the card, except the one that opens the secure channel and the one that reads. */
        private static boolean changes(CommandApdu command) {
            return (command.cla() & 0x84) == 0x84 && command.ins() != 0x82 && command.ins() != 0x56 && command.ins() != 0xF6;
        }

        private void conclude(Message.EndOp end) throws EscException {
            if (end.isGood() || watch.stopped() && watch.whole()) {
                entry.ifPresent(Journal.Entry::finished);
                entry = Optional.empty();
            }
            if (end.isGood()) {
                context.progress().at(100, WORDS.say("Done"));
                return;
            }
            watch.failed();
            Optional<EndCode> code = EndCode.of(end.code());
            String advice = code.map(EndCode::advice)
                    .orElse(WORDS.say("Ask the server's operator what this code means; the server's log has more."));
            if (entry.isPresent() && request.operation() != Operation.RESET_PIN && code.filter(SAY_TO_FORMAT::contains).isEmpty()) {
                advice = (advice + " " + WORDS.say("The token may be unfinished: format it before you use it.")).strip();
            }
            boolean login = end.code() == EndCode.LOGIN.number();
            throw Problem.of(login ? Fault.LOGIN : Fault.REFUSED, step,
                    code.map(EndCode::text).orElse(WORDS.say("The server refused with code {0}, which is not a known one.", end.code())))
                    .code(code.map(c -> c.name().toLowerCase(Locale.ROOT).replace('_', '-')).orElse("end-op-" + end.code()))
                    .endOp(end.code()).advice(advice).exception();
        }

        private <T> T ask(Connection c, CompletableFuture<T> question) throws EscException {
            long start = System.nanoTime();
            // a question nobody waits for any more is withdrawn; the connection then says why
            c.whileAsking(() -> question.cancel(true));
            try {
                return Ask.await(question, context.cancel(), step);
            } catch (EscException e) {
                throw e.fault() == Fault.CANCELLED && !context.cancel().isCancelled() ? c.ended().orElse(e) : e;
            } finally {
                personNanos += System.nanoTime() - start;
            }
        }

        /** Counts the questions of a kind, and ends it when there are too many. @return how many there were */
        private int count(String kind) throws EscException {
            int n = questions.merge(kind, 1, Integer::sum);
            if (n > MOST_QUESTIONS) {
                throw Problem.of(Fault.LOGIN, WORDS.say("log in"), WORDS.say("The server has asked {0} times and was not content with any answer.",
                        MOST_QUESTIONS)).exception();
            }
            return n;
        }

        private String withServer(String description) {
            return (description + " " + WORDS.say("(Server: {0})", Connection.host(request.server()))).strip();
        }

        private Message.FromClient login(Connection c, boolean invalid, boolean blocked) throws EscException {
            count("login");
            var fields = new ArrayList<Form.Field>();
            if (request.user().isEmpty()) {
                fields.add(new Form.Field("UID", WORDS.say("User name"), "", Form.Kind.TEXT));
            }
            fields.add(new Form.Field("PASSWORD", WORDS.say("Password"), "", Form.Kind.PASSWORD));
            String description = withServer(request.user().map(u -> WORDS.say("Logging in as {0}.", u)).orElse(""));
            try (Answers a = ask(c, context.interaction().fill(new Form(WORDS.say("Log in"), description, fields, invalid, blocked)))) {
                String user = request.user().isPresent() ? request.user().get() : new String(answer(a, "UID").chars());
                return new Message.LoginResponse(user, answer(a, "PASSWORD").copy());
            }
        }

        private Message.FromClient extendedLogin(Connection c, Message.ExtendedLoginRequest r) throws EscException {
            count("login");
            Optional<String> userField = request.user().isEmpty() ? Optional.empty()
                    : r.parameters().stream().map(Message.Parameter::id)
                            .filter(id -> id.equalsIgnoreCase("UID") || id.equalsIgnoreCase("screen_name")).findFirst()
                            .or(() -> r.parameters().stream().filter(p -> kind(p) == Form.Kind.TEXT)
                                    .map(Message.Parameter::id).findFirst());
            var fields = new ArrayList<Form.Field>();
            for (var p : r.parameters()) {
                if (!userField.equals(Optional.of(p.id()))) {
                    fields.add(new Form.Field(p.id(), p.name(), p.description().equals(p.name()) ? "" : p.description(), kind(p)));
                }
            }
            var form = new Form(r.title(), withServer(r.description()), fields, r.invalidPassword(), r.blocked());
            try (Answers a = fields.isEmpty() ? new Answers(Map.of()) : ask(c, context.interaction().fill(form))) {
                var answers = new LinkedHashMap<String, Secret>();
                for (var p : r.parameters()) {
                    answers.put(p.id(), userField.equals(Optional.of(p.id())) ? Secret.of(request.user().get())
                            : answer(a, p.id()).copy());
                }
                return new Message.ExtendedLoginResponse(answers);
            }
        }

        private static Form.Kind kind(Message.Parameter p) {
            return switch (p.kind().toLowerCase(Locale.ROOT)) {
                case "password", "hidden" -> Form.Kind.PASSWORD;
                case "integer" -> Form.Kind.INTEGER;
                default -> Form.Kind.TEXT;
            };
        }

        private Secret answer(Answers a, String id) throws EscException {
            return a.get(id).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("log in"), WORDS.say("No value was given for {0}.", id))
                    .code("missing-answer").exception());
        }

        private Message.FromClient securId(Connection c, boolean pinRequired, boolean next) throws EscException {
            count("securid");
            var fields = new ArrayList<Form.Field>();
            if (pinRequired) {
                fields.add(new Form.Field("PIN", WORDS.say("PIN of your code generator"), "", Form.Kind.PASSWORD));
            }
            fields.add(new Form.Field("VALUE", next ? WORDS.say("Next code") : WORDS.say("Code"),
                    next ? WORDS.say("Wait until your code generator shows another code, then type that one.") : "", Form.Kind.PASSWORD));
            var form = new Form(WORDS.say("One-time code"), withServer(""), fields, false, false);
            try (Answers a = ask(c, context.interaction().fill(form))) {
                // servers refuse an empty PIN even when they want none: the code stands in for it
                return new Message.SecurIdResponse(answer(a, pinRequired ? "PIN" : "VALUE").copy(), answer(a, "VALUE").copy());
            }
        }

        private Message.FromClient securityQuestion(Connection c, String question) throws EscException {
            count("asq");
            var form = Form.of(WORDS.say("Security question"), withServer(""),
                    new Form.Field("ANSWER", question, "", Form.Kind.PASSWORD));
            try (Answers a = ask(c, context.interaction().fill(form))) {
                return new Message.AsqResponse(answer(a, "ANSWER").copy());
            }
        }

        private Message.FromClient newPin(Connection c, int min, int max) throws EscException {
            if (max < 1 || min > max || min > PIN_CEILING || max < PIN_FLOOR) {
                throw new WireException(WORDS.say("the limits for the new password make no sense"));
            }
            var limits = new Interaction.NewPin(WORDS.say("the new password of the token"), Math.max(min, PIN_FLOOR),
                    Math.min(max, PIN_CEILING), true);
            while (true) {
                int asked = count("new-pin");
                Secret pin = ask(c, context.interaction().newPin(limits));
                Optional<String> complaint = complaint(pin, limits);
                if (complaint.isEmpty()) {
                    return new Message.NewPinResponse(pin);
                }
                pin.close();
                if (asked == MOST_QUESTIONS) {
                    throw Problem.of(Fault.USAGE, WORDS.say("choose the new password"), complaint.get()).code("pin-rule").exception();
                }
                context.interaction().tell(complaint.get());
            }
        }

        private static Optional<String> complaint(Secret pin, Interaction.NewPin limits) {
            if (pin.length() < limits.minLength() || pin.length() > limits.maxLength()) {
                return Optional.of(WORDS.say("The new password must have {0} to {1} characters.", limits.minLength(), limits.maxLength()));
            }
            boolean plain = pin.use(b -> {
                boolean good = true;
                for (byte x : b) {
                    good &= x >= '0' && x <= '9' || x >= 'a' && x <= 'z' || x >= 'A' && x <= 'Z';
                }
                return good;
            });
            return plain ? Optional.empty() : Optional.of(WORDS.say("The new password may hold letters and digits only."));
        }
    }

    /** Asks for the password of the user that a proxy's address names, if it names one. The caller closes it. */
    static Optional<Secret> proxyPassword(Optional<URI> proxy, Context context) throws EscException {
        String user = proxy.map(URI::getUserInfo).orElse("");
        if (user.isEmpty()) {
            return Optional.empty();
        }
        var form = Form.of(WORDS.say("Proxy"), WORDS.say("Logging in to {0} as {1}.", proxy.orElseThrow().getHost(), user),
                new Form.Field("PROXY_PASSWORD", WORDS.say("Password of the proxy"), "", Form.Kind.PASSWORD));
        try (Answers a = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("log in to the proxy"))) {
            return a.get("PROXY_PASSWORD").map(Secret::copy);
        }
    }

    static boolean isLoopback(String host) {
        try {
            return host.equalsIgnoreCase("localhost")
                    || Hostnames.isAddress(host) && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }
}

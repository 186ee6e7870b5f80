// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.tms.server.Link;
import org.esc.tps.EndCode;
import org.esc.tps.Message;
import org.esc.tps.Message.BeginOp;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Message.ExtendedLoginRequest;
import org.esc.tps.Message.ExtendedLoginResponse;
import org.esc.tps.Message.LoginRequest;
import org.esc.tps.Message.LoginResponse;
import org.esc.tps.Message.NewPinRequest;
import org.esc.tps.Message.NewPinResponse;
import org.esc.tps.Message.Parameter;
import org.esc.tps.Message.StatusUpdateRequest;
import org.esc.tps.Message.StatusUpdateResponse;
import org.esc.tps.Message.TokenPduRequest;
import org.esc.tps.Message.TokenPduResponse;
import org.esc.tps.MessageCodec;
import org.esc.tps.MessageReader;
import org.esc.tps.WireException;

/**
 * What a TPS and a client say to each other during one operation, as questions with answers. A client that goes away,
 * says something that cannot be read, or nothing for too long ends it with a failure of kind NETWORK.
 */
public final class Conversation implements AutoCloseable {

    /** What a user typed at login; erased when closed. */
    record Credentials(String uid, Secret password) implements AutoCloseable {
        @Override
        public void close() {
            password.close();
        }

        @Override
        public String toString() {
            return "Credentials[" + uid + "]";
        }
    }

    private static final String UID = "UID";
    private static final String PASSWORD = "PASSWORD";

    private final Link link;
    private final Duration machine;
    private final Duration person;
    private final MessageReader reader = new MessageReader(MessageReader.SERVER_LIMIT);
    private final CardChannel card = new RemoteCard();
    private int operation;
    private Map<String, String> extensions = Map.of();

    /**
     * A conversation over a link.
     *
     * @param machine how long to wait for a card or client program
     * @param person  how long to wait for somebody to type
     */
    public Conversation(Link link, Duration machine, Duration person) {
        this.link = link;
        this.machine = machine;
        this.person = person;
    }

    /** Waits for the client to say what it wants. */
    BeginOp begin() throws EscException {
        BeginOp begin = expect(BeginOp.class, machine);
        operation = begin.operation();
        extensions = begin.extensions();
        return begin;
    }

    /** What the client said about itself in an extension. */
    Optional<String> extension(String name) {
        return Optional.ofNullable(extensions.get(name)).filter(v -> !v.isBlank());
    }

    /** Where the client is. */
    InetAddress peer() {
        return link.peer();
    }

    /** The card at the client's side. Follows 61xx and 6Cxx itself as far as the client does not. */
    CardChannel card() {
        return card;
    }

    /** Asks for user name and password, with a form if the client can show one. */
    Credentials login(String title, String description) throws EscException {
        if (extensions.containsKey("extendedLoginRequest")) {
            send(new ExtendedLoginRequest(false, false, title, description,
                    List.of(new Parameter(UID, "User ID", "Your user ID", "string", ""),
                            new Parameter(PASSWORD, "Password", "Your password", "password", ""))));
            try (var answer = expect(ExtendedLoginResponse.class, person)) {
                Secret uid = answer.answers().get(UID);
                Secret password = answer.answers().get(PASSWORD);
                return new Credentials(uid == null ? "" : new String(uid.chars()), password == null ? Secret.of("")
                        : password.copy());
            }
        }
        send(new LoginRequest(false, false));
        try (var answer = expect(LoginResponse.class, person)) {
            return new Credentials(answer.screenName(), answer.password().copy());
        }
    }

    /**
     * Asks for the token's new password.
     *
     * @throws EscException with END_OP 12 if it is too short or too long
     */
    Secret newPin(int min, int max) throws EscException {
        send(new NewPinRequest(min, max));
        try (var answer = expect(NewPinResponse.class, person)) {
            int n = answer.newPin().length();
            if (n < min || n > max) {
                throw Refused.with(EndCode.TOKEN_RESET_PIN_FAILED, "set the token's password",
                        "The new token password has " + n + " bytes; " + min + " to " + max + " are allowed.");
            }
            return answer.newPin().copy();
        }
    }

    /** Says how far the work is, if the client wants to know. */
    void status(int percent, String task) throws EscException {
        if ("true".equals(extensions.get("statusUpdate"))) {
            send(new StatusUpdateRequest(percent, task));
            expect(StatusUpdateResponse.class, machine).close();
        }
    }

    /** Says that the operation is over, and lets the client close. */
    void end(EndCode code) {
        try {
            send(code == EndCode.NO_ERROR ? EndOp.good(operation) : EndOp.bad(operation, code));
            link.finish(Duration.ofSeconds(5));
        } catch (EscException _) {
            // the client went before its last word; all that matters is done
            close();
        }
    }

    private void send(Message message) throws EscException {
        byte[] bytes = MessageCodec.encode(message);
        try {
            link.send(bytes);
        } catch (IOException e) {
            throw gone(e);
        }
    }

    private <M extends Message> M expect(Class<M> kind, Duration patience) throws EscException {
        long until = System.nanoTime() + patience.toNanos();
        Optional<Message> message;
        while ((message = reader.poll()).isEmpty()) {
            byte[] bytes;
            try {
                // the whole message must come in time, not each of its bytes
                bytes = link.receive(Duration.ofNanos(Math.max(1, until - System.nanoTime())))
                        .orElseThrow(() -> new IOException("the client ended the conversation"));
            } catch (IOException e) {
                throw gone(e);
            }
            try {
                reader.feed(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
        Message m = message.get();
        if (!kind.isInstance(m)) {
            m.close();
            throw new WireException("message type " + m.type() + " came where " + kind.getSimpleName() + " was due");
        }
        return kind.cast(m);
    }

    private static EscException gone(IOException e) {
        return Problem.of(Fault.NETWORK, "talk to the client", "The operation was broken off: " + e.getMessage() + ".")
                .code("client-gone").exception(e);
    }

    @Override
    public void close() {
        reader.close();
        link.close();
    }

    /** The card at the other end of the wire: transmit is TOKEN_PDU. */
    private final class RemoteCard implements CardChannel {

        @Override
        public ResponseApdu transmit(CommandApdu command) throws EscException {
            try (var request = new TokenPduRequest(command.bytes())) {
                send(request);
            }
            try (var answer = expect(TokenPduResponse.class, machine)) {
                byte[] pdu = answer.pdu();
                if (pdu.length < 2) {
                    throw new WireException("the card's answer has no status word");
                }
                return ResponseApdu.parse(pdu);
            }
        }

        @Override
        public void close() {
            Conversation.this.close();
        }
    }
}

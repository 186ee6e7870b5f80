// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;

/**
 * One message of the TPS protocol. Both ends speak in these records; {@link MessageCodec} turns them into text and back. A message that
 * carries secrets erases them when it is closed.
 */
public sealed interface Message extends AutoCloseable {

    /** The number in {@code msg_type}. */
    int type();

    /** Erases the secrets the message carries, if any. */
    @Override
    default void close() {
    }

    /** Messages that a server sends. */
    sealed interface FromServer extends Message {
    }

    /** Messages that a client sends. */
    sealed interface FromClient extends Message {
    }

    /**
     * Opens the conversation (2).
     *
     * @param operation  number of the operation; see {@link Operation}
     * @param extensions what the client says about itself and the token, in order: {@code tokenType}, {@code tokenATR}, …
     */
    record BeginOp(int operation, Map<String, String> extensions) implements FromClient {
        public BeginOp {
            extensions = Collections.unmodifiableMap(new LinkedHashMap<>(extensions));
        }

        @Override
        public int type() {
            return 2;
        }
    }

    /** Asks for user name and password (3). */
    record LoginRequest(boolean invalidPassword, boolean blocked) implements FromServer {
        @Override
        public int type() {
            return 3;
        }
    }

    /** User name and password (4). */
    record LoginResponse(String screenName, Secret password) implements FromClient {
        @Override
        public int type() {
            return 4;
        }

        @Override
        public void close() {
            password.close();
        }
    }

    /** Asks for the code of a SecurID token (5); only servers of the first generation do. */
    record SecurIdRequest(boolean pinRequired, boolean nextValue) implements FromServer {
        @Override
        public int type() {
            return 5;
        }
    }

    /** PIN and code of a SecurID token (6). */
    record SecurIdResponse(Secret pin, Secret value) implements FromClient {
        @Override
        public int type() {
            return 6;
        }

        @Override
        public void close() {
            pin.close();
            value.close();
        }
    }

    /** Asks the account security question (7). */
    record AsqRequest(String question) implements FromServer {
        @Override
        public int type() {
            return 7;
        }
    }

    /** The answer to the account security question (8). */
    record AsqResponse(Secret answer) implements FromClient {
        @Override
        public int type() {
            return 8;
        }

        @Override
        public void close() {
            answer.close();
        }
    }

    /** A command APDU for the card (9). The bytes are copied at the edge and never shown. */
    record TokenPduRequest(byte[] pdu) implements FromServer {
        public TokenPduRequest {
            pdu = pdu.clone();
        }

        /** A copy of the command. */
        @Override
        public byte[] pdu() {
            return pdu.clone();
        }

        @Override
        public int type() {
            return 9;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof TokenPduRequest(byte[] other) && Arrays.equals(pdu, other);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(pdu);
        }

        @Override
        public void close() {
            Arrays.fill(pdu, (byte) 0);
        }

        @Override
        public String toString() {
            return "TokenPduRequest[" + Hex.of(Arrays.copyOf(pdu, Math.min(4, pdu.length))) + ", " + pdu.length + " bytes]";
        }
    }

    /** The card's response, data ‖ SW1 ‖ SW2 (10). The bytes are copied at the edge and never shown. */
    record TokenPduResponse(byte[] pdu) implements FromClient {
        public TokenPduResponse {
            pdu = pdu.clone();
        }

        /** A copy of the response. */
        @Override
        public byte[] pdu() {
            return pdu.clone();
        }

        @Override
        public int type() {
            return 10;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof TokenPduResponse(byte[] other) && Arrays.equals(pdu, other);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(pdu);
        }

        @Override
        public void close() {
            Arrays.fill(pdu, (byte) 0);
        }

        @Override
        public String toString() {
            int n = pdu.length;
            return "TokenPduResponse[" + n + " bytes, " + Hex.of(Arrays.copyOfRange(pdu, Math.max(0, n - 2), n)) + "]";
        }
    }

    /** Asks for the token's new password (11); lengths in characters. */
    record NewPinRequest(int minLength, int maxLength) implements FromServer {
        @Override
        public int type() {
            return 11;
        }
    }

    /** The token's new password (12); goes over the wire as it is, so only letters and digits are safe. */
    record NewPinResponse(Secret newPin) implements FromClient {
        @Override
        public int type() {
            return 12;
        }

        @Override
        public void close() {
            newPin.close();
        }
    }

    /**
     * Ends the conversation (13).
     *
     * @param operation number of the operation, as in {@link BeginOp}
     * @param result    0 good, anything else bad
     * @param code      see {@link EndCode}
     */
    record EndOp(int operation, int result, int code) implements FromServer {

        /** The end of an operation that went well. */
        public static EndOp good(int operation) {
            return new EndOp(operation, 0, 0);
        }

        /** The end of an operation that was refused or failed. */
        public static EndOp bad(int operation, EndCode code) {
            return new EndOp(operation, 1, code.number());
        }

        /** True if the operation went well. */
        public boolean isGood() {
            return result == 0;
        }

        @Override
        public int type() {
            return 13;
        }
    }

    /**
     * How far the server is (14).
     *
     * @param percent 0–100 by intention; it may fall, and 100 does not mean that all is done
     * @param task    a name such as {@code PROGRESS_KEY_GENERATION}; see {@link Tasks}
     */
    record StatusUpdateRequest(int percent, String task) implements FromServer {
        @Override
        public int type() {
            return 14;
        }
    }

    /** Echoes the percentage (15). */
    record StatusUpdateResponse(int percent) implements FromClient {
        @Override
        public int type() {
            return 15;
        }
    }

    /** Asks for a form to be filled in (16). */
    record ExtendedLoginRequest(boolean invalidPassword, boolean blocked, String title, String description,
            List<Parameter> parameters) implements FromServer {
        public ExtendedLoginRequest {
            parameters = List.copyOf(parameters);
        }

        @Override
        public int type() {
            return 16;
        }
    }

    /**
     * One field of an extended login form.
     *
     * @param id          what the answer is called: letters, digits, {@code . _ -}
     * @param name        what a person reads
     * @param description more words
     * @param kind        {@code string}, {@code integer}, {@code password} or {@code hidden}
     * @param option      not used by known servers
     */
    record Parameter(String id, String name, String description, String kind, String option) {
    }

    /** The answers to an extended login form by parameter id, in the order the form had (17). */
    record ExtendedLoginResponse(Map<String, Secret> answers) implements FromClient {
        public ExtendedLoginResponse {
            answers = Collections.unmodifiableMap(new LinkedHashMap<>(answers));
        }

        @Override
        public int type() {
            return 17;
        }

        @Override
        public void close() {
            answers.values().forEach(Secret::close);
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.util.Optional;

/**
 * The codes with which a TPS ends an operation, in the meaning of the Java TPS. Codes 44 and above were once used by clients for failures of
 * their own; what comes from a server is meant as listed here.
 */
public enum EndCode {
    /** Success. */
    NO_ERROR(0, "The operation is complete.", ""),
    /** Any failure without a code of its own. */
    SNAC(1, "The server could not complete the operation and gave no closer reason.",
            "Try again. If it happens again, ask the server's operator to look into its log for this token; a token the server "
                    + "does not know, or a password length it does not allow, also ends like this."),
    /** INITIALIZE UPDATE failed. */
    SEC_INIT_UPDATE(2, "The server could not open a protected connection to the token.", Advice.KEYS),
    /** The card manager cannot be selected. */
    CREATE_CARDMGR(3, "The card did not offer the card manager the server needs.",
            "Check that this kind of card is supported by the server."),
    /** SET PIN failed. */
    MAC_RESET_PIN_PDU(4, "The token did not accept the new password.",
            "Choose a password of 4 to 16 letters and digits and try again."),
    /** A certificate could not be sent. */
    MAC_CERT_PDU(5, "The server could not prepare a certificate for the token.", Advice.OPERATOR),
    /** The life cycle cannot be set. */
    MAC_LIFECYCLE_PDU(6, "The token could not be put into service.", Advice.REFORMAT),
    /** Key generation, certificate request or import failed. */
    MAC_ENROLL_PDU(7, "The keys or certificates could not be made or put onto the token; the server may have wiped it.",
            "Format the token and enrol it again. If it happens again, ask the server's operator whether its certificate "
                    + "authority and key archive can be reached."),
    /** Something is not possible with this card. */
    CANNOT_PERFORM_OPERATION(8, "The token cannot do what the server needs, or what is on it cannot be read.", Advice.REFORMAT),
    /** An unexpected status word. */
    BAD_STATUS(9, "The token gave an answer the server did not expect.", Advice.REFORMAT),
    /** The CA failed. */
    CA_RESPONSE(10, "The certificate authority did not answer as it should.", Advice.OPERATOR),
    /** An answer was too long. */
    READ_BUFFER_OVERFLOW(11, "An answer of the token was too long for the server.", Advice.OPERATOR),
    /** The password was not set. */
    TOKEN_RESET_PIN_FAILED(12, "The token's password could not be set.", "Try again with another password."),
    /** A connection broke inside the server. */
    CONNECTION(13, "The server lost a connection it needed.", "Try again in a moment."),
    /** Wrong credentials. */
    LOGIN(14, "The server did not accept the user name or password.",
            "Check the user name and the password and try again. After several failures the account may be locked."),
    /** The server's database failed. */
    DB(15, "The server's database failed.", Advice.OPERATOR),
    /** Not in the token database. */
    UNKNOWN_TOKEN(16, "The server does not know this token and does not accept new ones.",
            "Ask the operator to register the token; its number is shown with the token."),
    /** No secure channel. */
    SECURE_CHANNEL(17, "The server could not open a protected connection to the token.", Advice.KEYS),
    /** Wrong settings. */
    MISCONFIGURATION(18, "The server's settings do not cover this operation for this token and token type.",
            "Check the token type, if you gave one; else ask the server's operator."),
    /** The applet could not be loaded. */
    UPGRADE_APPLET(19, "The software could not be loaded onto the token.",
            "Format the token again. If it happens again, the card may be too small or of another kind, or the server may lack "
                    + "the applet file."),
    /** The key change failed. */
    KEY_CHANGE_OVER(20, "The token's management keys could not be changed.", Advice.KEYS),
    /** EXTERNAL AUTHENTICATE failed. */
    EXTERNAL_AUTH(21, "The token did not recognise the server.", Advice.KEYS),
    /** No rule fits. */
    MAPPING_RESOLVER_FAILED(22, "The server has no rule for this kind of token and token type.",
            "Check the token type, if you gave one; else ask the server's operator."),
    /** A rule lacks its settings. */
    MAPPING_RESOLVER_PARAMS_NOT_FOUND(23, "A rule for this kind of token lacks its settings on the server.", Advice.OPERATOR),
    /** Publishing failed. */
    PUBLISH(24, "The certificates could not be published in the directory.", Advice.OPERATOR),
    /** The directory is away. */
    LDAP_CONN(25, "The server cannot reach its directory.", "Try again in a moment, then ask the server's operator."),
    /** The state does not allow it. */
    DISABLED_TOKEN(26, "In the state the server has on record for this token, this operation is not allowed.",
            "A token that is new must be formatted before it is enrolled. One reported lost, damaged, suspended or terminated "
                    + "must first be set free by an agent."),
    /** PIN reset not allowed. */
    NOT_PIN_RESETABLE(27, "The password of this token may not be reset.",
            "Only an enrolled token whose policy allows it can be reset. Ask an agent to change its policy."),
    /** The connection was lost. */
    CONN_LOST(28, "The server lost the connection to this program.", "Check the network and try again."),
    /** The record cannot be made. */
    CREATE_TUS_TOKEN_ENTRY(29, "The server could not make a record for this token.", Advice.OPERATOR),
    /** Unknown state. */
    NO_SUCH_TOKEN_STATE(30, "The server's record of this token, or of an earlier one of yours, has a state it does not know.",
            Advice.OPERATOR),
    /** Unknown reason. */
    NO_SUCH_LOST_REASON(31, "The server has no rule for the reason for which your earlier token was reported lost.",
            Advice.OPERATOR),
    /** Earlier token compromised. */
    UNUSABLE_TOKEN_KEYCOMPROMISE(32, "Your earlier token was reported stolen; its keys will not be put onto another one.",
            "Ask an agent how you get new keys."),
    /** No earlier token. */
    INACTIVE_TOKEN_NOT_FOUND(33, "The server found no earlier token whose keys it could restore.", "Ask an agent."),
    /** One token per user. */
    HAS_AT_LEAST_ONE_ACTIVE_TOKEN(34, "You have another enrolled token, and the server allows only one for each user.",
            "Format the other token first, or, if it is lost or broken, ask an agent to mark it so."),
    /** Terminated. */
    TOKEN_TERMINATED(35, "The token, or an earlier one of yours, is marked as terminated.", "Ask an agent."),
    /** Recovery happened. */
    RECOVERY_IS_PROCESSED(36, "The keys of the earlier token have been restored already.", "Ask an agent."),
    /** Recovery failed. */
    RECOVERY_FAILED(37, "The keys of your earlier token could not be restored, or your certificates could not be renewed.",
            "Try again; then ask the server's operator whether the key archive and certificate authority can be reached."),
    /** The token is lost. */
    NO_OPERATION_ON_LOST_TOKEN(38, "The token is on record as lost; nothing can be done with it.",
            "If it has been found, ask an agent to say so in the server's records."),
    /** No archive. */
    KEY_ARCHIVE_OFF(39, "The server is not set up to restore archived keys.", Advice.OPERATOR),
    /** The key server is away. */
    NO_TKS_CONNID(40, "The server cannot reach its key service.", Advice.OPERATOR),
    /** The record was not changed. */
    UPDATE_TOKENDB_FAILED(41, "The server could not note the token's new state.", Advice.OPERATOR),
    /** Revocation failed. */
    REVOKE_CERTIFICATES_FAILED(42, "The token is wiped, but its old certificates could not be revoked.",
            "Ask the server's operator to revoke them."),
    /** Another person's token. */
    NOT_TOKEN_OWNER(43, "This token belongs to somebody else.", "Use your own token, or have this one formatted first."),
    /** Renewal happened. */
    RENEWAL_IS_PROCESSED(44, "The certificates have been renewed already.", ""),
    /** Nothing to talk to. */
    CANNOT_ESTABLISH_COMMUNICATION(45, "The server could not read which card this is.",
            "Take the token out, insert it again and repeat the operation."),
    /** Key roll-over failed. */
    SYMKEY_256_UPGRADE(46, "The token's management keys could not be changed to longer ones.", Advice.KEYS),
    /** A client's own code for a server that cannot be reached. */
    CLIENT_HTTP(47, "A client could not reach the server.", "Check the address and the network."),
    /** A client's own code for a failing reader. */
    CLIENT_READER(48, "A client lost the connection to the card.", "Insert the token again and repeat the operation.");

    /** Advice that several codes share. */
    private static final class Advice {
        private static final String OPERATOR = "Ask the server's operator; trying again later may help.";
        private static final String REFORMAT = "Format the token and try again.";
        private static final String KEYS =
                "The management keys of this card are probably not those the server expects. Ask the server's operator, and do "
                        + "not repeat this often: cards lock themselves after several failures.";
    }

    private final int number;
    private final String text;
    private final String advice;

    EndCode(int number, String text, String advice) {
        this.number = number;
        this.text = text;
        this.advice = advice;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** What happened, for a person. */
    public String text() {
        return text;
    }

    /** What to do next, for a person; may be empty. */
    public String advice() {
        return advice;
    }

    /** The code with a number; empty for one that is not known. */
    public static Optional<EndCode> of(int number) {
        return number >= 0 && number < values().length ? Optional.of(values()[number]) : Optional.empty();
    }
}

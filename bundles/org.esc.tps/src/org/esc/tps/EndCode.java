// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.util.Optional;
import org.esc.apdu.Words;

/**
 * The codes with which a TPS ends an operation, in the meaning of the Java TPS. Codes 44 and above were once used by clients for failures of
 * their own; what comes from a server is meant as listed here.
 */
public enum EndCode {
    /** Success. */
    NO_ERROR(0),
    /** Any failure without a code of its own. */
    SNAC(1),
    /** INITIALIZE UPDATE failed. */
    SEC_INIT_UPDATE(2),
    /** The card manager cannot be selected. */
    CREATE_CARDMGR(3),
    /** SET PIN failed. */
    MAC_RESET_PIN_PDU(4),
    /** A certificate could not be sent. */
    MAC_CERT_PDU(5),
    /** The life cycle cannot be set. */
    MAC_LIFECYCLE_PDU(6),
    /** Key generation, certificate request or import failed. */
    MAC_ENROLL_PDU(7),
    /** Something is not possible with this card. */
    CANNOT_PERFORM_OPERATION(8),
    /** An unexpected status word. */
    BAD_STATUS(9),
    /** The CA failed. */
    CA_RESPONSE(10),
    /** An answer was too long. */
    READ_BUFFER_OVERFLOW(11),
    /** The password was not set. */
    TOKEN_RESET_PIN_FAILED(12),
    /** A connection broke inside the server. */
    CONNECTION(13),
    /** Wrong credentials. */
    LOGIN(14),
    /** The server's database failed. */
    DB(15),
    /** Not in the token database. */
    UNKNOWN_TOKEN(16),
    /** No secure channel. */
    SECURE_CHANNEL(17),
    /** Wrong settings. */
    MISCONFIGURATION(18),
    /** The applet could not be loaded. */
    UPGRADE_APPLET(19),
    /** The key change failed. */
    KEY_CHANGE_OVER(20),
    /** EXTERNAL AUTHENTICATE failed. */
    EXTERNAL_AUTH(21),
    /** No rule fits. */
    MAPPING_RESOLVER_FAILED(22),
    /** A rule lacks its settings. */
    MAPPING_RESOLVER_PARAMS_NOT_FOUND(23),
    /** Publishing failed. */
    PUBLISH(24),
    /** The directory is away. */
    LDAP_CONN(25),
    /** The state does not allow it. */
    DISABLED_TOKEN(26),
    /** PIN reset not allowed. */
    NOT_PIN_RESETABLE(27),
    /** The connection was lost. */
    CONN_LOST(28),
    /** The record cannot be made. */
    CREATE_TUS_TOKEN_ENTRY(29),
    /** Unknown state. */
    NO_SUCH_TOKEN_STATE(30),
    /** Unknown reason. */
    NO_SUCH_LOST_REASON(31),
    /** Earlier token compromised. */
    UNUSABLE_TOKEN_KEYCOMPROMISE(32),
    /** No earlier token. */
    INACTIVE_TOKEN_NOT_FOUND(33),
    /** One token per user. */
    HAS_AT_LEAST_ONE_ACTIVE_TOKEN(34),
    /** Terminated. */
    TOKEN_TERMINATED(35),
    /** Recovery happened. */
    RECOVERY_IS_PROCESSED(36),
    /** Recovery failed. */
    RECOVERY_FAILED(37),
    /** The token is lost. */
    NO_OPERATION_ON_LOST_TOKEN(38),
    /** No archive. */
    KEY_ARCHIVE_OFF(39),
    /** The key server is away. */
    NO_TKS_CONNID(40),
    /** The record was not changed. */
    UPDATE_TOKENDB_FAILED(41),
    /** Revocation failed. */
    REVOKE_CERTIFICATES_FAILED(42),
    /** Another person's token. */
    NOT_TOKEN_OWNER(43),
    /** Renewal happened. */
    RENEWAL_IS_PROCESSED(44),
    /** Nothing to talk to. */
    CANNOT_ESTABLISH_COMMUNICATION(45),
    /** Key roll-over failed. */
    SYMKEY_256_UPGRADE(46),
    /** A client's own code for a server that cannot be reached. */
    CLIENT_HTTP(47),
    /** A client's own code for a failing reader. */
    CLIENT_READER(48);

    private static final Words WORDS = Words.of(EndCode.class);

    private final int number;

    EndCode(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** What happened, for a person. */
    public String text() {
        return switch (this) {
            case NO_ERROR -> WORDS.say("The operation is complete.");
            case SNAC -> WORDS.say("The server could not complete the operation and gave no closer reason.");
            case SEC_INIT_UPDATE, SECURE_CHANNEL -> WORDS.say("The server could not open a protected connection to the token.");
            case CREATE_CARDMGR -> WORDS.say("The card did not offer the card manager the server needs.");
            case MAC_RESET_PIN_PDU -> WORDS.say("The token did not accept the new password.");
            case MAC_CERT_PDU -> WORDS.say("The server could not prepare a certificate for the token.");
            case MAC_LIFECYCLE_PDU -> WORDS.say("The token could not be put into service.");
            case MAC_ENROLL_PDU -> WORDS.say("The keys or certificates could not be made or put onto the token; the server may have wiped it.");
            case CANNOT_PERFORM_OPERATION -> WORDS.say("The token cannot do what the server needs, or what is on it cannot be read.");
            case BAD_STATUS -> WORDS.say("The token gave an answer the server did not expect.");
            case CA_RESPONSE -> WORDS.say("The certificate authority did not answer as it should.");
            case READ_BUFFER_OVERFLOW -> WORDS.say("An answer of the token was too long for the server.");
            case TOKEN_RESET_PIN_FAILED -> WORDS.say("The token's password could not be set.");
            case CONNECTION -> WORDS.say("The server lost a connection it needed.");
            case LOGIN -> WORDS.say("The server did not accept the user name or password.");
            case DB -> WORDS.say("The server's database failed.");
            case UNKNOWN_TOKEN -> WORDS.say("The server does not know this token and does not accept new ones.");
            case MISCONFIGURATION -> WORDS.say("The server's settings do not cover this operation for this token and token type.");
            case UPGRADE_APPLET -> WORDS.say("The software could not be loaded onto the token.");
            case KEY_CHANGE_OVER -> WORDS.say("The token's management keys could not be changed.");
            case EXTERNAL_AUTH -> WORDS.say("The token did not recognise the server.");
            case MAPPING_RESOLVER_FAILED -> WORDS.say("The server has no rule for this kind of token and token type.");
            case MAPPING_RESOLVER_PARAMS_NOT_FOUND -> WORDS.say("A rule for this kind of token lacks its settings on the server.");
            case PUBLISH -> WORDS.say("The certificates could not be published in the directory.");
            case LDAP_CONN -> WORDS.say("The server cannot reach its directory.");
            case DISABLED_TOKEN -> WORDS.say("In the state the server has on record for this token, this operation is not allowed.");
            case NOT_PIN_RESETABLE -> WORDS.say("The password of this token may not be reset.");
            case CONN_LOST -> WORDS.say("The server lost the connection to this program.");
            case CREATE_TUS_TOKEN_ENTRY -> WORDS.say("The server could not make a record for this token.");
            case NO_SUCH_TOKEN_STATE -> WORDS.say("The server's record of this token, or of an earlier one of yours, has a state it does not know.");
            case NO_SUCH_LOST_REASON -> WORDS.say("The server has no rule for the reason for which your earlier token was reported lost.");
            case UNUSABLE_TOKEN_KEYCOMPROMISE -> WORDS.say("Your earlier token was reported stolen; its keys will not be put onto another one.");
            case INACTIVE_TOKEN_NOT_FOUND -> WORDS.say("The server found no earlier token whose keys it could restore.");
            case HAS_AT_LEAST_ONE_ACTIVE_TOKEN -> WORDS.say("You have another enrolled token, and the server allows only one for each user.");
            case TOKEN_TERMINATED -> WORDS.say("The token, or an earlier one of yours, is marked as terminated.");
            case RECOVERY_IS_PROCESSED -> WORDS.say("The keys of the earlier token have been restored already.");
            case RECOVERY_FAILED -> WORDS.say("The keys of your earlier token could not be restored, or your certificates could not be renewed.");
            case NO_OPERATION_ON_LOST_TOKEN -> WORDS.say("The token is on record as lost; nothing can be done with it.");
            case KEY_ARCHIVE_OFF -> WORDS.say("The server is not set up to restore archived keys.");
            case NO_TKS_CONNID -> WORDS.say("The server cannot reach its key service.");
            case UPDATE_TOKENDB_FAILED -> WORDS.say("The server could not note the token's new state.");
            case REVOKE_CERTIFICATES_FAILED -> WORDS.say("The token is wiped, but its old certificates could not be revoked.");
            case NOT_TOKEN_OWNER -> WORDS.say("This token belongs to somebody else.");
            case RENEWAL_IS_PROCESSED -> WORDS.say("The certificates have been renewed already.");
            case CANNOT_ESTABLISH_COMMUNICATION -> WORDS.say("The server could not read which card this is.");
            case SYMKEY_256_UPGRADE -> WORDS.say("The token's management keys could not be changed to longer ones.");
            case CLIENT_HTTP -> WORDS.say("A client could not reach the server.");
            case CLIENT_READER -> WORDS.say("A client lost the connection to the card.");
        };
    }

    /** What to do next, for a person; may be empty. */
    public String advice() {
        return switch (this) {
            case NO_ERROR, RENEWAL_IS_PROCESSED -> "";
            case SNAC ->
                WORDS.say("Try again. If it happens again, ask the server's operator to look into its log for this token; a token the server "
                    + "does not know, or a password length it does not allow, also ends like this.");
            case SEC_INIT_UPDATE, SECURE_CHANNEL, KEY_CHANGE_OVER, EXTERNAL_AUTH, SYMKEY_256_UPGRADE ->
                WORDS.say("The management keys of this card are probably not those the server expects. Ask the server's operator, and do not "
                    + "repeat this often: cards lock themselves after several failures.");
            case CREATE_CARDMGR -> WORDS.say("Check that this kind of card is supported by the server.");
            case MAC_RESET_PIN_PDU -> WORDS.say("Choose a password of 4 to 16 letters and digits and try again.");
            case MAC_CERT_PDU, CA_RESPONSE, READ_BUFFER_OVERFLOW, DB, MAPPING_RESOLVER_PARAMS_NOT_FOUND, PUBLISH,
                    CREATE_TUS_TOKEN_ENTRY, NO_SUCH_TOKEN_STATE, NO_SUCH_LOST_REASON, KEY_ARCHIVE_OFF, NO_TKS_CONNID, UPDATE_TOKENDB_FAILED ->
                WORDS.say("Ask the server's operator; trying again later may help.");
            case MAC_LIFECYCLE_PDU, CANNOT_PERFORM_OPERATION, BAD_STATUS -> WORDS.say("Format the token and try again.");
            case MAC_ENROLL_PDU ->
                WORDS.say("Format the token and enrol it again. If it happens again, ask the server's operator whether its certificate authority "
                    + "and key archive can be reached.");
            case TOKEN_RESET_PIN_FAILED -> WORDS.say("Try again with another password.");
            case CONNECTION -> WORDS.say("Try again in a moment.");
            case LOGIN -> WORDS.say("Check the user name and the password and try again. After several failures the account may be locked.");
            case UNKNOWN_TOKEN -> WORDS.say("Ask the operator to register the token; its number is shown with the token.");
            case MISCONFIGURATION, MAPPING_RESOLVER_FAILED -> WORDS.say("Check the token type, if you gave one; else ask the server's operator.");
            case UPGRADE_APPLET ->
                WORDS.say("Format the token again. If it happens again, the card may be too small or of another kind, or the server may lack the "
                    + "applet file.");
            case LDAP_CONN -> WORDS.say("Try again in a moment, then ask the server's operator.");
            case DISABLED_TOKEN ->
                WORDS.say("A token that is new must be formatted before it is enrolled. One reported lost, damaged, suspended or terminated must "
                    + "first be set free by an agent.");
            case NOT_PIN_RESETABLE -> WORDS.say("Only an enrolled token whose policy allows it can be reset. Ask an agent to change its policy.");
            case CONN_LOST -> WORDS.say("Check the network and try again.");
            case UNUSABLE_TOKEN_KEYCOMPROMISE -> WORDS.say("Ask an agent how you get new keys.");
            case INACTIVE_TOKEN_NOT_FOUND, TOKEN_TERMINATED, RECOVERY_IS_PROCESSED -> WORDS.say("Ask an agent.");
            case HAS_AT_LEAST_ONE_ACTIVE_TOKEN -> WORDS.say("Format the other token first, or, if it is lost or broken, ask an agent to mark it so.");
            case RECOVERY_FAILED ->
                WORDS.say("Try again; then ask the server's operator whether the key archive and certificate authority can be reached.");
            case NO_OPERATION_ON_LOST_TOKEN -> WORDS.say("If it has been found, ask an agent to say so in the server's records.");
            case REVOKE_CERTIFICATES_FAILED -> WORDS.say("Ask the server's operator to revoke them.");
            case NOT_TOKEN_OWNER -> WORDS.say("Use your own token, or have this one formatted first.");
            case CANNOT_ESTABLISH_COMMUNICATION -> WORDS.say("Take the token out, insert it again and repeat the operation.");
            case CLIENT_HTTP -> WORDS.say("Check the address and the network.");
            case CLIENT_READER -> WORDS.say("Insert the token again and repeat the operation.");
        };
    }

    /** The code with a number; empty for one that is not known. */
    public static Optional<EndCode> of(int number) {
        return number >= 0 && number < values().length ? Optional.of(values()[number]) : Optional.empty();
    }
}

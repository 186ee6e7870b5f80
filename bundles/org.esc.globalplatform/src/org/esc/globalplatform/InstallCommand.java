// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.esc.globalplatform.InterfaceWords.WORDS;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;

/**
 * The data fields of INSTALL (GlobalPlatform 2.3.1 §11.5), encoded by the host and parsed by the card. Parameters and token stand behind
 * a BER length, which up to 127 bytes is the single byte that older cards know.
 */
public sealed interface InstallCommand {

    /** Instruction byte. */
    int INS = 0xE6;

    /** P1 of this command. */
    int p1();

    /** The data field without its token. */
    byte[] fields();

    /** Proof that the card's issuer allows it, may be empty. */
    byte[] token();

    /** The same with another token. */
    InstallCommand withToken(byte[] token);

    /** The same, its token to have this identifier, by which a card can tell one that comes again. */
    InstallCommand identified(byte[] tokenId);

    /** The data field. */
    default byte[] encode() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(fields());
        Fields.berLv(out, token());
        return out.toByteArray();
    }

    /** What a token signs: P1, P2, the length of the fields, the fields (§C.4). */
    default byte[] signed() {
        return signed(p1(), 0, fields());
    }

    /** As {@link #signed()}, of a command with these fields; DELETE has the same form. */
    static byte[] signed(int p1, int p2, byte[] fields) {
        var out = new ByteArrayOutputStream();
        out.write(p1);
        out.write(p2);
        if (fields.length > 255) {
            out.write(0);
            out.write(fields.length >> 8);
        }
        out.write(fields.length);
        out.writeBytes(fields);
        return out.toByteArray();
    }

    /** The same with the token that this key makes. */
    default InstallCommand signedBy(SignatureKey key) {
        return withToken(key.sign(signed()));
    }

    /** The plain command, class 80; the secure channel sets the secure messaging bit. */
    default CommandApdu command(boolean le) {
        return le ? CommandApdu.of(0x80, INS, p1(), 0, encode(), 256) : CommandApdu.of(0x80, INS, p1(), 0, encode());
    }

    /**
     * INSTALL [for load].
     *
     * @param packageAid     AID of the load file
     * @param securityDomain where it goes; empty for the card manager's default
     * @param hash           load file data block hash, may be empty
     * @param parameters     memory needs
     * @param token          load token, may be empty
     */
    record ForLoad(Aid packageAid, Optional<Aid> securityDomain, byte[] hash, InstallParameters parameters,
            byte[] token)
            implements InstallCommand {

        public ForLoad {
            hash = hash.clone();
            token = token.clone();
        }

        /** As TPS sends it: {@code C6} = image length + 24 + length of the security domain's AID. */
        public static ForLoad of(Aid packageAid, Optional<Aid> securityDomain, int imageLength) {
            int size = imageLength + 24 + securityDomain.map(Aid::length).orElse(0);
            return new ForLoad(packageAid, securityDomain, new byte[0], InstallParameters.forLoad(size), new byte[0]);
        }

        @Override
        public byte[] hash() {
            return hash.clone();
        }

        @Override
        public byte[] token() {
            return token.clone();
        }

        @Override
        public int p1() {
            return 0x02;
        }

        @Override
        public ForLoad withToken(byte[] newToken) {
            return new ForLoad(packageAid, securityDomain, hash, parameters, newToken);
        }

        @Override
        public ForLoad identified(byte[] tokenId) {
            return new ForLoad(packageAid, securityDomain, hash, parameters.withTokenId(tokenId), token);
        }

        @Override
        public byte[] fields() {
            var out = new ByteArrayOutputStream();
            Fields.lv(out, packageAid.bytes());
            Fields.lv(out, securityDomain.map(Aid::bytes).orElse(new byte[0]));
            Fields.lv(out, hash);
            Fields.berLv(out, parameters.encode());
            return out.toByteArray();
        }
    }

    /**
     * INSTALL [for install], [for make selectable] or both.
     *
     * @param install        P1 bit 04
     * @param makeSelectable P1 bit 08
     * @param packageAid     AID of the load file; empty for make selectable alone
     * @param moduleAid      AID of the applet class; empty for make selectable alone
     * @param instanceAid    AID to select it by
     * @param privileges     one or three bytes
     * @param parameters     memory needs and applet parameters
     * @param token          install token, may be empty
     */
    record ForInstall(boolean install, boolean makeSelectable, Optional<Aid> packageAid, Optional<Aid> moduleAid,
            Aid instanceAid,
            byte[] privileges, InstallParameters parameters, byte[] token) implements InstallCommand {

        public ForInstall {
            if (!install && !makeSelectable || install && (packageAid.isEmpty() || moduleAid.isEmpty())) {
                throw new IllegalArgumentException(WORDS.say("An installation names its package and applet class"));
            }
            privileges = privileges.clone();
            token = token.clone();
        }

        /**
         * As TPS sends it: install and make selectable, instance AID = class AID, no privileges.
         *
         * @param dataSize persistent memory of the instance in bytes
         * @param applet   the applet's own parameters
         */
        public static ForInstall of(Aid packageAid, Aid instanceAid, int dataSize, byte[] applet) {
            return new ForInstall(true, true, Optional.of(packageAid), Optional.of(instanceAid), instanceAid,
                    new byte[1],
                    InstallParameters.forInstall(dataSize, applet), new byte[0]);
        }

        @Override
        public byte[] privileges() {
            return privileges.clone();
        }

        @Override
        public byte[] token() {
            return token.clone();
        }

        @Override
        public int p1() {
            return (install ? 0x04 : 0) | (makeSelectable ? 0x08 : 0);
        }

        @Override
        public ForInstall withToken(byte[] newToken) {
            return new ForInstall(install, makeSelectable, packageAid, moduleAid, instanceAid, privileges, parameters, newToken);
        }

        @Override
        public ForInstall identified(byte[] tokenId) {
            return new ForInstall(install, makeSelectable, packageAid, moduleAid, instanceAid, privileges,
                    parameters.withTokenId(tokenId), token);
        }

        @Override
        public byte[] fields() {
            var out = new ByteArrayOutputStream();
            Fields.lv(out, packageAid.map(Aid::bytes).orElse(new byte[0]));
            Fields.lv(out, moduleAid.map(Aid::bytes).orElse(new byte[0]));
            Fields.lv(out, instanceAid.bytes());
            Fields.lv(out, privileges);
            Fields.berLv(out, parameters.encode());
            return out.toByteArray();
        }
    }

    /**
     * INSTALL [for extradition], to the domain that has the application now.
     *
     * @param securityDomain where it goes
     * @param aid            application or load file
     * @param parameters     at most an identifier of the token
     * @param token          extradition token, may be empty
     */
    record ForExtradition(Aid securityDomain, Aid aid, InstallParameters parameters, byte[] token) implements InstallCommand {

        public ForExtradition {
            token = token.clone();
        }

        /** Without parameters. */
        public ForExtradition(Aid securityDomain, Aid aid, byte[] token) {
            this(securityDomain, aid, InstallParameters.NONE, token);
        }

        @Override
        public byte[] token() {
            return token.clone();
        }

        @Override
        public int p1() {
            return 0x10;
        }

        @Override
        public ForExtradition withToken(byte[] newToken) {
            return new ForExtradition(securityDomain, aid, parameters, newToken);
        }

        @Override
        public ForExtradition identified(byte[] tokenId) {
            return new ForExtradition(securityDomain, aid, parameters.withTokenId(tokenId), token);
        }

        @Override
        public byte[] fields() {
            return InstallCommand.fields(securityDomain.bytes(), aid.bytes(), new byte[0], parameters);
        }
    }

    /**
     * INSTALL [for registry update]: gives an application these privileges and no others.
     *
     * @param aid        the application
     * @param privileges one or three bytes; empty leaves them as they are
     * @param parameters at most an identifier of the token
     * @param token      registry update token, may be empty
     */
    record ForRegistryUpdate(Aid aid, byte[] privileges, InstallParameters parameters, byte[] token) implements InstallCommand {

        public ForRegistryUpdate {
            privileges = privileges.clone();
            token = token.clone();
        }

        /** Without parameters. */
        public ForRegistryUpdate(Aid aid, byte[] privileges, byte[] token) {
            this(aid, privileges, InstallParameters.NONE, token);
        }

        @Override
        public byte[] privileges() {
            return privileges.clone();
        }

        @Override
        public byte[] token() {
            return token.clone();
        }

        @Override
        public int p1() {
            return 0x40;
        }

        @Override
        public ForRegistryUpdate withToken(byte[] newToken) {
            return new ForRegistryUpdate(aid, privileges, parameters, newToken);
        }

        @Override
        public ForRegistryUpdate identified(byte[] tokenId) {
            return new ForRegistryUpdate(aid, privileges, parameters.withTokenId(tokenId), token);
        }

        @Override
        public byte[] fields() {
            return InstallCommand.fields(new byte[0], aid.bytes(), privileges, parameters);
        }
    }

    /**
     * INSTALL [for personalization]: what STORE DATA carries from now on goes to an application.
     *
     * @param aid the application
     */
    record ForPersonalization(Aid aid) implements InstallCommand {

        @Override
        public byte[] token() {
            return new byte[0];
        }

        @Override
        public int p1() {
            return 0x20;
        }

        @Override
        public ForPersonalization withToken(byte[] newToken) {
            throw new IllegalStateException("There is no token for personalization");
        }

        @Override
        public ForPersonalization identified(byte[] tokenId) {
            throw new IllegalStateException("There is no token for personalization");
        }

        @Override
        public byte[] fields() {
            return InstallCommand.fields(new byte[0], aid.bytes(), new byte[0], InstallParameters.NONE);
        }
    }

    private static byte[] fields(byte[] domain, byte[] aid, byte[] privileges, InstallParameters parameters) {
        var out = new ByteArrayOutputStream();
        Fields.lv(out, domain);
        out.write(0);
        Fields.lv(out, aid);
        Fields.lv(out, privileges);
        Fields.berLv(out, parameters.encode());
        return out.toByteArray();
    }

    /**
     * Reads the data field of an INSTALL command; trailing fields that are left off count as empty.
     *
     * @throws IllegalArgumentException for a P1 other than 02, 04, 08, 0C, 10, 20 and 40, or a field that does not fit
     */
    static InstallCommand parse(int p1, byte[] data) {
        var f = new Fields(data);
        InstallCommand result = switch (p1) {
            case 0x02 -> {
                Aid packageAid = f.aid();
                byte[] domain = f.lv();
                yield new ForLoad(packageAid, domain.length == 0 ? Optional.empty() : Optional.of(Aid.of(domain)),
                        f.lvOrEnd(),
                        InstallParameters.parse(f.berLvOrEnd()), f.berLvOrEnd());
            }
            case 0x04, 0x08, 0x0C -> {
                byte[] packageAid = f.lv();
                byte[] moduleAid = f.lv();
                yield new ForInstall((p1 & 0x04) != 0, (p1 & 0x08) != 0,
                        packageAid.length == 0 ? Optional.empty() : Optional.of(Aid.of(packageAid)),
                        moduleAid.length == 0 ? Optional.empty() : Optional.of(Aid.of(moduleAid)), f.aid(), f.lvOrEnd(),
                        InstallParameters.parse(f.berLvOrEnd()), f.berLvOrEnd());
            }
            case 0x10, 0x20, 0x40 -> {
                byte[] domain = f.lv();
                f.lvOrEnd();
                Aid aid = f.aid();
                byte[] privileges = f.lvOrEnd();
                InstallParameters parameters = InstallParameters.parse(f.berLvOrEnd());
                byte[] token = f.berLvOrEnd();
                yield switch (p1) {
                    case 0x10 -> new ForExtradition(Aid.of(domain), aid, parameters, token);
                    case 0x20 -> new ForPersonalization(aid);
                    default -> new ForRegistryUpdate(aid, privileges, parameters, token);
                };
            }
            default -> throw new IllegalArgumentException(WORDS.say("INSTALL with P1 {0} is not supported", Integer.toHexString(p1)));
        };
        if (f.more()) {
            throw new IllegalArgumentException(WORDS.say("Bytes are left over behind the last field of INSTALL"));
        }
        return result;
    }
}

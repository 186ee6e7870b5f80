// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.SecureChannel;

/**
 * The host's side of a GlobalPlatform card manager. The identity commands go over any channel, the content commands
 * over a {@link SecureChannel}, which protects them and decides whether an Le goes along. All methods throw an {@link
 * EscException} with the status word when the card refuses.
 */
public final class CardManager {

    private static final Words WORDS = Words.of(CardManager.class);

    /** AIDs of card managers in use: Open Platform 2.0.1 (7 and 8 bytes), GlobalPlatform 2.1.1. */
    public static final List<Aid> KNOWN =
            List.of(Aid.of("A0000000030000"), Aid.of("A000000003000000"), Aid.of("A000000151000000"));

    /** What AIDs of GlobalPlatform's own begin with. */
    static final byte[] GLOBAL_PLATFORM = {(byte) 0xA0, 0, 0, 1, 0x51};

    private static final int GET_DATA = 0xCA;
    private static final int DELETE = 0xE4;
    private static final int STORE_DATA = 0xE2;
    private static final int SET_STATUS = 0xF0;
    private static final int MORE_DATA = 0x6310;
    private static final int NOT_FOUND = 0x6A88;
    private static final int LOCKED_WARNING = 0x6283;
    private static final int MOST_ROUNDS = 256;
    private static final int MOST_DATA = 255;
    private static final byte[] NO_DATA = {};

    private final CardChannel channel;

    /** Commands go over this channel; the caller keeps and closes it. */
    public CardManager(CardChannel channel) {
        this.channel = channel;
    }

    /** Selects an application. */
    public Fci select(Aid aid) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.select(aid));
        return Fci.parse(isSelected(r) ? r.data() : r.orThrow(WORDS.say("select {0}", aid)).data());
    }

    /** Selects an application if it is there; empty if the card refuses for whatever reason. */
    public Optional<Fci> selectIfPresent(Aid aid) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.select(aid));
        return isSelected(r) ? Optional.of(Fci.parse(r.data())) : Optional.empty();
    }

    /** A locked card's manager is selected with a warning. */
    private static boolean isSelected(ResponseApdu r) {
        return r.isOk() || r.sw().value() == LOCKED_WARNING;
    }

    /**
     * Selects the card manager: by default, then by the AID told or, if none was told, by the first of {@code
     * candidates} that the card takes.
     *
     * @return the AID it is selected by
     */
    public Aid selectCardManager(List<Aid> candidates) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(0x00, 0xA4, 0x04, 0x00, NO_DATA, 256));
        Optional<Aid> told = r.isOk() ? Fci.parse(r.data()).aid() : Optional.empty();
        if (told.isPresent() && candidates.contains(told.get())) {
            select(told.get());
            return told.get();
        }
        for (Aid aid : candidates) {
            if (selectIfPresent(aid).isPresent()) {
                return aid;
            }
        }
        throw new CardException(Problem.of(Fault.CARD, WORDS.say("select the card manager"),
                told.map(a -> WORDS.say("The card has no card manager that we know (it has {0}).",
                        a)).orElseGet(() -> WORDS.say("The card has no card manager that we know.")))
                .code("no-card-manager").advice(WORDS.say("Check that this is a GlobalPlatform card.")), null);
    }

    /**
     * GET DATA. When the card wants another Le (6Cxx), the command is repeated with it.
     *
     * @param tag the tag, P1 and P2
     */
    public ResponseApdu getData(int tag) throws EscException {
        return getData(tag, 256);
    }

    private ResponseApdu getData(int tag, int ne) throws EscException {
        CommandApdu command = CommandApdu.of(0x80, GET_DATA, tag >> 8 & 0xFF, tag & 0xFF, NO_DATA, ne);
        ResponseApdu r = channel.transmit(command);
        if (r.sw().sw1() == 0x6C) {
            r = channel.transmit(command.withNe(r.sw().sw2() == 0 ? 256 : r.sw().sw2()));
        }
        return r;
    }

    /** Production data with the card's CUID and serial number (9F7F). */
    public Cplc cplc() throws EscException {
        byte[] data = getData(0x9F7F, 0x2D).orThrow(WORDS.say("tell its production data")).data();
        try {
            return Cplc.parse(data);
        } catch (IllegalArgumentException e) {
            throw unreadable(WORDS.say("read the card's production data"), e);
        }
    }

    /** Card recognition data (0066); empty if the card has none, as before GlobalPlatform 2.1. */
    public Optional<CardData> cardData() throws EscException {
        ResponseApdu r = getData(0x0066);
        if (!r.isOk()) {
            return Optional.empty();
        }
        try {
            return Optional.of(CardData.parse(r.data()));
        } catch (IllegalArgumentException e) {
            throw unreadable(WORDS.say("read the card's recognition data"), e);
        }
    }

    /** The keys of the selected security domain (00E0); empty list if the card does not tell. */
    public List<KeyInfo> keyInfo() throws EscException {
        ResponseApdu r = getData(0x00E0);
        if (!r.isOk()) {
            return List.of();
        }
        try {
            return KeyInfo.parse(r.data());
        } catch (IllegalArgumentException e) {
            throw unreadable(WORDS.say("read the card's key information"), e);
        }
    }

    /**
     * Sends one of a card manager's commands. DELETE, INSTALL and PUT KEY that are too long for one command go over a secure channel in parts,
     * see {@link SecureChannel#transmitInParts}.
     *
     * @param most most data bytes of a command as it is sent, at most 255
     */
    public static ResponseApdu send(CardChannel channel, CommandApdu command, int most) throws EscException {
        return channel instanceof SecureChannel secure && SecureChannel.mayComeInParts(command) ? secure.transmitInParts(command, most)
                : channel.transmit(command);
    }

    /** Deletes an application or load file. @param related also the applications of a load file (P2=80) */
    public void delete(Aid aid, boolean related) throws EscException {
        sendDelete(aid, related).orThrow(WORDS.say("delete {0}", aid));
    }

    /** As {@link #delete}; false if the card says that there is no such thing. */
    public boolean deleteIfPresent(Aid aid, boolean related) throws EscException {
        ResponseApdu r = sendDelete(aid, related);
        if (r.sw().value() == NOT_FOUND || r.sw().value() == 0x6A82) {
            return false;
        }
        r.orThrow(WORDS.say("delete {0}", aid));
        return true;
    }

    private ResponseApdu sendDelete(Aid aid, boolean related) throws EscException {
        return send(channel, deleteCommand(aid, related), MOST_DATA);
    }

    /** DELETE {@code 4F len AID}, class 80. */
    public static CommandApdu deleteCommand(Aid aid, boolean related) {
        byte[] a = aid.bytes();
        byte[] data = new byte[2 + a.length];
        data[0] = 0x4F;
        data[1] = (byte) a.length;
        System.arraycopy(a, 0, data, 2, a.length);
        return CommandApdu.of(0x80, DELETE, 0, related ? 0x80 : 0, data, 256);
    }

    /** As {@link #deleteCommand(Aid, boolean)}, with a delete token behind the AID ({@code 9E len token}). */
    public static CommandApdu deleteCommand(Aid aid, boolean related, byte[] token) {
        return deleteCommand(deleteCommand(aid, related), token);
    }

    /** A DELETE with a token behind its fields. */
    private static CommandApdu deleteCommand(CommandApdu command, byte[] token) {
        var data = new ByteArrayOutputStream();
        data.writeBytes(command.data());
        data.write(0x9E);
        Fields.berLv(data, token);
        return CommandApdu.of(0x80, DELETE, 0, command.p2(), data.toByteArray(), 256);
    }

    /**
     * A DELETE with a token that this key makes (§C.4.6).
     *
     * @param tokenId identifier of the token, by which a card can tell one that comes again; may be empty
     */
    public static CommandApdu deleteCommand(Aid aid, boolean related, Optional<byte[]> tokenId, SignatureKey key) {
        CommandApdu plain = deleteCommand(aid, related);
        var data = new ByteArrayOutputStream();
        data.writeBytes(plain.data());
        tokenId.ifPresent(id -> data.writeBytes(InstallParameters.tokenTemplate(id)));
        CommandApdu command = CommandApdu.of(0x80, DELETE, 0, plain.p2(), data.toByteArray(), 256);
        return deleteCommand(command, key.sign(InstallCommand.signed(0, plain.p2(), command.data())));
    }

    /** DELETE of all keys of a version, {@code D2 01 version}. */
    public static CommandApdu deleteKeysCommand(int version) {
        return CommandApdu.of(0x80, DELETE, 0, 0, new byte[] {(byte) 0xD2, 1, (byte) version}, 256);
    }

    /** DELETE of one key, {@code D0 01 id D2 01 version}. */
    public static CommandApdu deleteKeyCommand(int version, int id) {
        return CommandApdu.of(0x80, DELETE, 0, 0, new byte[] {(byte) 0xD0, 1, (byte) id, (byte) 0xD2, 1, (byte) version}, 256);
    }

    /** SET STATUS. @param kind 80 the issuer's domain (the card), 40 an application, 60 a domain and all that belongs to it */
    public static CommandApdu setStatusCommand(int kind, int state, byte[] aid) {
        return CommandApdu.of(0x80, SET_STATUS, kind, state, aid);
    }

    /** STORE DATA in as many blocks as needed. @param p1 bits 7 to 1 of P1: encryption and structure (§11.11.2.1) */
    public static List<CommandApdu> storeDataCommands(byte[] data, int p1, int size) {
        var list = new ArrayList<CommandApdu>();
        int count = Math.max(1, (data.length + size - 1) / size);
        if (count > MOST_ROUNDS) {
            throw new IllegalArgumentException(WORDS.say("{0} bytes are too many for one STORE DATA sequence", data.length));
        }
        for (int n = 0; n < count; n++) {
            list.add(CommandApdu.of(0x80, STORE_DATA, p1 & 0x7F | (n == count - 1 ? 0x80 : 0), n,
                    Arrays.copyOfRange(data, n * size, Math.min(data.length, (n + 1) * size))));
        }
        return list;
    }

    /** Deletes all keys of a version ({@code D2 01 version}). */
    public void deleteKeys(int version) throws EscException {
        channel.transmit(deleteKeysCommand(version))
                .orThrow(WORDS.say("delete its keys of version {0}", String.format("%02X", version)));
    }

    /** INSTALL in one of its forms. */
    public void install(InstallCommand command) throws EscException {
        send(channel, command.command(true), MOST_DATA).orThrow(switch (command) {
            case InstallCommand.ForLoad load -> WORDS.say("take the applet {0}", load.packageAid());
            case InstallCommand.ForInstall i -> WORDS.say("install the applet {0}", i.instanceAid());
            case InstallCommand.ForExtradition x -> WORDS.say("hand {0} over to {1}", x.aid(), x.securityDomain());
            case InstallCommand.ForRegistryUpdate u -> WORDS.say("change the privileges of {0}", u.aid());
            case InstallCommand.ForPersonalization x -> WORDS.say("personalize {0}", x.aid());
        });
    }

    /** INSTALL [for load] as TPS sends it, with the image's size. */
    public void installForLoad(Aid packageAid, Optional<Aid> securityDomain, int imageLength) throws EscException {
        install(InstallCommand.ForLoad.of(packageAid, securityDomain, imageLength));
    }

    /**
     * Loads an image in blocks.
     *
     * @param image     the bytes behind the {@code C4} header: for a CAP {@link CapFile#image}
     * @param blockSize most bytes of a block; less is used if the secure channel takes less
     * @param progress  told after each block
     */
    public void load(byte[] image, int blockSize, LoadProgress progress) throws EscException {
        int size = Math.min(blockSize, channel instanceof SecureChannel s ? s.maxData() : 255);
        List<LoadBlock> blocks;
        try {
            blocks = LoadBlock.split(image, size);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("load the applet"), WORDS.say("The applet cannot be loaded: {0}.", e.getMessage()))
                    .exception(e);
        }
        for (LoadBlock b : blocks) {
            channel.transmit(b.command(true)).orThrow(WORDS.say("take block {0} of {1} of the applet", b.number() + 1, blocks.size()));
            progress.loaded(b.number() + 1, blocks.size());
        }
    }

    /**
     * INSTALL [for install and make selectable] as TPS sends it.
     *
     * @param dataSize   persistent memory for the instance (C8), bytes
     * @param parameters the applet's own parameters (C9)
     */
    public void installForInstall(Aid packageAid, Aid instanceAid, int dataSize,
            byte[] parameters) throws EscException {
        install(InstallCommand.ForInstall.of(packageAid, instanceAid, dataSize, parameters));
    }

    /**
     * PUT KEY of a whole set.
     *
     * @param oldVersion the version to replace, 0 to add
     * @param newKeys    the new keys with their version
     * @throws EscException also if the card confirms other key check values
     */
    public void putKeys(int oldVersion, KeySet newKeys) throws EscException {
        if (!(channel instanceof SecureChannel secure)) {
            throw new IllegalStateException("Keys go over a secure channel only");
        }
        putKeys(oldVersion, secure.putKeyData(newKeys));
    }

    /** PUT KEY with a data field that a token key service made. */
    public void putKeys(int oldVersion, byte[] data) throws EscException {
        byte[] answer = send(channel, PutKeyData.command(oldVersion, data, true), MOST_DATA).orThrow(WORDS.say("take its new keys"))
                .data();
        byte[] expected = PutKeyData.parse(data).confirmation();
        // old cards confirm nothing; one that does must confirm what was sent
        if (answer.length == expected.length && !Arrays.equals(answer, expected)) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("put the new keys on the card"),
                    WORDS.say("The card confirmed other keys than those sent.")).code("key-check")
                    .advice(WORDS.say("Do not use this card: its keys are in doubt.")), null);
        }
    }

    /** SET STATUS of the card itself. */
    public void setCardState(CardState state) throws EscException {
        channel.transmit(setStatusCommand(0x80, state.code(), NO_DATA)).orThrow(WORDS.say("change its life-cycle state"));
    }

    /** GET STATUS: a part of the registry; empty if the card has none of that kind. */
    public List<RegistryEntry> registry(RegistryEntry.Kind kind) throws EscException {
        var all = new ByteArrayOutputStream();
        boolean tlv = true;
        ResponseApdu r = getStatus(kind, 0x02);
        if (r.sw().value() == 0x6A86 || r.sw().value() == 0x6A80) {
            // Open Platform 2.0.1 knows the plain form only
            tlv = false;
            r = getStatus(kind, 0x00);
        }
        for (int round = 0; r.sw().value() == MORE_DATA; round++) {
            if (round == MOST_ROUNDS) {
                throw new CardException(WORDS.say("read the card's registry"), WORDS.say("The card keeps saying that more entries follow."));
            }
            all.writeBytes(r.data());
            r = getStatus(kind, tlv ? 0x03 : 0x01);
        }
        if (r.sw().value() == NOT_FOUND) {
            return List.of();
        }
        all.writeBytes(r.orThrow(WORDS.say("list its content")).data());
        try {
            return RegistryEntry.parse(kind, all.toByteArray(), tlv);
        } catch (IllegalArgumentException e) {
            throw unreadable(WORDS.say("read the card's registry"), e);
        }
    }

    private ResponseApdu getStatus(RegistryEntry.Kind kind, int p2) throws EscException {
        return channel.transmit(CommandApdu.of(0x80, RegistryEntry.INS, kind.p1(), p2, new byte[] {0x4F, 0x00}, 256));
    }

    /**
     * STORE DATA to the selected security domain, or to an application after INSTALL [for personalization]; cut into
     * blocks.
     */
    public void storeData(byte[] data) throws EscException {
        List<CommandApdu> commands;
        try {
            commands = storeDataCommands(data, 0, channel instanceof SecureChannel s ? s.maxData() : 255);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("store the data"), e.getMessage() + ".").exception(e);
        }
        for (CommandApdu c : commands) {
            channel.transmit(c).orThrow(WORDS.say("store the data"));
        }
    }

    private static CardException unreadable(String step, IllegalArgumentException e) {
        return new CardException(Problem.of(Fault.CARD, step, WORDS.say("The card's answer cannot be read: {0}.", e.getMessage()))
                .code("bad-answer"), e);
    }
}

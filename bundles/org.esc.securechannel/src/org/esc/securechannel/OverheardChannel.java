// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;

/**
 * A secure channel between a host and a card, read by a third who has the card's keys and what passed: it verifies and decrypts, and never fails
 * because something does not fit or is missing. Each command is given with its answer, in order. Used by one thread at a time.
 */
public final class OverheardChannel implements AutoCloseable {

    /** What became of a MAC. */
    public enum Mac {
        /** There is none at this level. */
        NONE,
        /** It fits. */
        FITS,
        /** It cannot be told: something that it covers, or that its chain goes on from, is not known. */
        UNKNOWN,
        /** It does not fit. */
        WRONG
    }

    /**
     * A command as it was read.
     *
     * @param plain what was wrapped, its class without secure messaging; empty if it cannot be decrypted
     * @param mac   its C-MAC
     */
    public record Command(Optional<CommandApdu> plain, Mac mac) {
    }

    /**
     * An answer as it was read.
     *
     * @param plain what was protected; empty if it cannot be decrypted
     * @param mac   its R-MAC
     */
    public record Answer(Optional<ResponseApdu> plain, Mac mac) {
    }

    /**
     * EXTERNAL AUTHENTICATE as it was read.
     *
     * @param hostKnows true if the host's cryptogram proves that it has the keys
     * @param mac       its C-MAC
     */
    public record Authentication(boolean hostKnows, Mac mac) {
    }

    private final InitUpdateResponse card;
    private final HostSession host;
    private final Session session;
    private SecurityLevel level = SecurityLevel.NONE;
    private SecurityLevel asked = SecurityLevel.NONE;
    private boolean open;
    private boolean chainKnown = true;
    private boolean answersKnown = true;
    private Optional<CommandApdu> last = Optional.empty();

    private OverheardChannel(InitUpdateResponse card, HostSession host) {
        this.card = card;
        this.host = host;
        session = host.session();
        session.listen();
    }

    /**
     * A channel that begins.
     *
     * @param keys          where the keys come from
     * @param card          the answer to INITIALIZE UPDATE, with the options that are known ({@link InitUpdateResponse#withI})
     * @param hostChallenge data of INITIALIZE UPDATE
     * @throws EscException if there are no keys for this card: of another kind, or the token that holds them fails
     */
    public static OverheardChannel begin(CardKeys keys, InitUpdateResponse card, byte[] hostChallenge) throws EscException {
        return new OverheardChannel(card, keys.derive(card, hostChallenge));
    }

    /** True if the card's cryptogram proves that the keys are the card's. If not, nothing else can be read. */
    public boolean isOfTheseKeys() {
        return host.verifies(card);
    }

    /** Protocol and options. */
    public ScpVersion scp() {
        return session.scp();
    }

    /** Protection of commands and answers. */
    public SecurityLevel level() {
        return level;
    }

    /** True between {@link #opened} and {@link #close}. */
    public boolean isOpen() {
        return open;
    }

    /** EXTERNAL AUTHENTICATE. Whether the card agreed is told by {@link #opened}. */
    public Authentication authenticate(CommandApdu command) {
        int mac = scp().macLength();
        byte[] data = command.data();
        boolean knows = data.length >= mac && MessageDigest.isEqual(session.hostCryptogram(), Arrays.copyOf(data, mac));
        session.accepts(false);
        session.unwrap(command, SecurityLevel.C_MAC);
        boolean fits = data.length >= 2 * mac && session.macFits();
        try {
            asked = new SecurityLevel(command.p1());
        } catch (IllegalArgumentException _) {
            asked = SecurityLevel.NONE;
        }
        return new Authentication(knows, fits ? Mac.FITS : Mac.WRONG);
    }

    /** The card agreed to {@link #authenticate}. */
    public void opened() {
        level = asked;
        open = true;
        if (level.rMac()) {
            session.responseMac().ifPresent(ResponseMac::start);
        }
    }

    /** The command that is read next opens it, at the level of C-MAC: SCP02 with implicit initiation. */
    public void openedByCommand() {
        asked = SecurityLevel.C_MAC;
        opened();
    }

    /** Reads a command. */
    public Command command(CommandApdu c) {
        last = Optional.empty();
        if (!open || !level.cMac() || !Session.isSecured(c.cla())) {
            CommandApdu plain = open && Session.isSecured(c.cla()) ? plain(c) : c;
            note(plain);
            return new Command(Optional.of(plain), Mac.NONE);
        }
        session.accepts(false);
        int length = session.unwrap(c, level);
        boolean readable = c.nc() >= scp().macLength();
        Mac mac = !readable ? Mac.WRONG : !chainKnown ? Mac.UNKNOWN : session.macFits() ? Mac.FITS : Mac.WRONG;
        if (readable && macIsWholeChain()) {
            session.resume(macOf(c));
            chainKnown = true;
        } else if (mac == Mac.WRONG) {
            chainKnown = false;
        }
        Optional<CommandApdu> plain = length == Session.BROKEN ? Optional.empty()
                : Optional.of(session.command(Session.plain(c.cla()), c, length, c.ne()));
        plain.ifPresentOrElse(this::note, () -> answersKnown = false);
        return new Command(plain, mac);
    }

    private static CommandApdu plain(CommandApdu c) {
        byte[] data = c.data();
        return CommandApdu.of(Session.plain(c.cla()), c.ins(), c.p1(), c.p2(), data, 0, data.length, c.ne());
    }

    /**
     * A command went by of which only header and length are known.
     *
     * @param c             with whatever bytes in place of its data
     * @param chainingValue its MAC with all bytes that the next MAC goes on from, 8, SCP03 16; empty if that is not known
     */
    public void masked(CommandApdu c, Optional<byte[]> chainingValue) {
        last = Optional.empty();
        answersKnown = false;
        if (!open || !level.cMac() || !Session.isSecured(c.cla())) {
            return;
        }
        session.skip();
        int whole = scp().protocol() == 3 ? 16 : 8;
        Optional<byte[]> known = chainingValue.filter(v -> v.length == whole);
        known.ifPresent(session::resume);
        chainKnown = known.isPresent();
    }

    /** Bytes of a MAC on the wire are all that its chain goes on from: not so in SCP03 with MACs of 8 bytes. */
    public boolean macIsWholeChain() {
        return scp().protocol() != 3 || scp().macLength() == 16;
    }

    private byte[] macOf(CommandApdu c) {
        byte[] data = c.data();
        return Arrays.copyOfRange(data, data.length - scp().macLength(), data.length);
    }

    private void note(CommandApdu plain) {
        last = Optional.of(plain);
        if (answersAreChained()) {
            session.note(plain);
        }
    }

    private boolean answersAreChained() {
        return session.responseMac().map(ResponseMac::isRunning).orElse(false);
    }

    /** Reads the answer to the command that was last. */
    public Answer answer(ResponseApdu a) {
        Answer read = read(a);
        last.ifPresent(c -> follow(c, a));
        return read;
    }

    private Answer read(ResponseApdu a) {
        Optional<Answer> own = last.flatMap(c -> responseMacSession(c, a));
        if (own.isPresent()) {
            return own.get();
        }
        if (!open || !level.rMac()) {
            if (answersAreChained()) {
                session.responseMac().ifPresent(r -> r.follow(a));
            }
            return new Answer(Optional.of(a), Mac.NONE);
        }
        boolean verifiable = session.responseMac().isPresent() ? answersKnown : chainKnown;
        session.accepts(false);
        int length = session.unwrapAnswer(a, level);
        int mac = scp().macLength();
        boolean carries = a.nr() >= mac;
        if (session.responseMac().isPresent() && carries) {
            byte[] data = a.data();
            session.responseMac().get().resume(Arrays.copyOfRange(data, data.length - mac, data.length));
            answersKnown = true;
        }
        if (!carries) {
            return new Answer(a.nr() == 0 && !Session.isProtected(a.sw()) ? Optional.of(a) : Optional.empty(),
                    Session.isProtected(a.sw()) ? Mac.WRONG : Mac.NONE);
        }
        return new Answer(length == Session.BROKEN ? Optional.empty() : Optional.of(session.answer(length, a.sw())),
                !verifiable ? Mac.UNKNOWN : session.macFits() ? Mac.FITS : Mac.WRONG);
    }

    /** An answer went by of which only the length is known, or none came. */
    public void maskedAnswer() {
        last = Optional.empty();
        answersKnown = false;
    }

    private SecurityLevel answers(int bits) {
        try {
            return level.withAnswers(bits);
        } catch (IllegalArgumentException _) {
            return level;
        }
    }

    /** BEGIN and END R-MAC SESSION of SCP03, whose answers are protected as the level was before. */
    private void follow(CommandApdu c, ResponseApdu a) {
        if (scp().protocol() == 3 && a.isOk() && (c.cla() & 0x80) != 0) {
            level = c.ins() == ResponseMac.BEGIN ? answers(c.p1()) : c.ins() == ResponseMac.END ? asked : level;
        }
    }

    /** BEGIN and END R-MAC SESSION of SCP02, whose answers are their own. */
    private Optional<Answer> responseMacSession(CommandApdu c, ResponseApdu a) {
        if (session.responseMac().isEmpty() || !a.isOk() || (c.cla() & 0x80) == 0) {
            return Optional.empty();
        }
        ResponseMac mac = session.responseMac().get();
        if (c.ins() == ResponseMac.BEGIN && !mac.isRunning()) {
            mac.begin(c);
            level = answers(c.p1());
            answersKnown = true;
            return Optional.of(new Answer(Optional.of(a), Mac.NONE));
        }
        if (c.ins() == ResponseMac.END && mac.isRunning()) {
            boolean fits = MessageDigest.isEqual(mac.current(), a.data());
            boolean known = answersKnown;
            if (c.p2() == ResponseMac.LAST) {
                mac.end();
                level = answers(0);
            }
            return Optional.of(new Answer(Optional.of(a), !known ? Mac.UNKNOWN : fits ? Mac.FITS : Mac.WRONG));
        }
        return Optional.empty();
    }

    /** Erases the session keys. */
    @Override
    public void close() {
        open = false;
        level = SecurityLevel.NONE;
        host.close();
    }
}

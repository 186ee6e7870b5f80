// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.globalplatform.CardInfo;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.CardTree;
import org.esc.globalplatform.RegistryEntry;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.esc.securechannel.keys.OpenedChannel;

/** The card a plan is made for: what it tells of itself, and an open secure channel. Its content is read when first asked for. */
final class Target implements AutoCloseable {

    private static final Words WORDS = Words.of(Target.class);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LOADED = 0x01;
    private static final int MOST_DATA = 255;
    /** However little a card says that it takes. */
    private static final int LEAST_DATA = 16;
    private static final int SELECTABLE = 0x07;

    private final CardInfo info;
    private final Recording below;
    private final String keys;
    private final List<KeySet> secrets = new ArrayList<>();
    private SecureChannel channel;
    private int receipts = -1;
    private Optional<CardTree> tree = Optional.empty();

    /** Takes over the channel. @param keys which keys opened it, in words */
    Target(CardInfo info, SecureChannel channel, Recording below, String keys) {
        this.keys = keys;
        this.info = info;
        this.channel = channel;
        this.below = below;
    }

    CardInfo info() {
        return info;
    }

    SecureChannel channel() {
        return channel;
    }

    /** What is below the secure channel. */
    Recording below() {
        return below;
    }

    /** Ends the secure channel and opens another one with these keys, at the same level. */
    void reopen(KeySet keys) throws EscException {
        SecurityLevel level = channel.level();
        ScpVersion scp = channel.scp();
        channel.close();
        channel = SecureChannel.initialize(below, CardKeys.of(keys), keys.version(), 0, RANDOM, WireStyle.STANDARD,
                ScpHint.of(scp).withSelected(domain())).authenticate(level);
    }

    /** Erases a key set together with this object. */
    void closeLater(KeySet keys) {
        secrets.add(keys);
    }

    /** The domain that is talked to. */
    Aid domain() {
        return info.domain().orElse(CardManager.KNOWN.getLast());
    }

    /** The number of the last receipt that is known; 0 if the card does not tell and has given none. */
    int receipts() throws EscException {
        if (receipts < 0) {
            receipts = CardInfo.confirmationCounter(channel).orElse(0);
        }
        return receipts;
    }

    void receipts(int last) {
        receipts = last;
    }

    /** The card's content, read now. @throws EscException if the card does not list it */
    CardTree listed() throws EscException {
        return CardTree.read(channel, info).over(OpenedChannel.of(keys, channel));
    }

    /** The card's content; of a card that lists nothing, nothing is known. */
    CardTree tree() throws EscException {
        if (tree.isEmpty()) {
            tree = Optional.of(CardTree.readIfListed(channel, info).over(OpenedChannel.of(keys, channel)));
        }
        return tree.get();
    }

    /** True if the content was asked for and the card lists nothing. */
    boolean isBlind() {
        return tree.isPresent() && !tree.get().listed();
    }

    /** The package of this AID; taken for there if the card lists nothing. */
    Optional<RegistryEntry> loadFile(Aid aid) throws EscException {
        return tree().listed() ? tree().loadFile(aid)
                : Optional.of(new RegistryEntry(RegistryEntry.Kind.LOAD_FILE, aid, LOADED, 0, List.of()));
    }

    /**
     * What has this AID; taken for a selectable application if the card lists nothing.
     * @throws EscException USAGE if there is no such thing on the card
     */
    RegistryEntry entry(Aid aid) throws EscException {
        if (!tree().listed() && tree().find(aid).isEmpty()) {
            return new RegistryEntry(RegistryEntry.Kind.APPLICATION, aid, SELECTABLE, 0, List.of());
        }
        return tree().find(aid).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find it on the card"), WORDS.say("There is no {0} on the card.", aid))
                .code("not-on-card").advice(WORDS.say("See what is there: esc gp list.")).exception());
    }

    /** Sends a command over the secure channel that is open now, in parts if it is too long for one. */
    ResponseApdu send(CommandApdu command) throws EscException {
        return CardManager.send(channel, command, Math.clamp(info.maxCommandData().orElse(MOST_DATA), LEAST_DATA, MOST_DATA));
    }

    /** Most plain data bytes of one command: what the secure channel takes, and the card's own limit. */
    int maxData() {
        int own = channel.maxData();
        // the card's limit counts what the secure channel adds, at most a block of padding and a MAC of 16 bytes
        return info.maxCommandData().isPresent() ? Math.max(LEAST_DATA, Math.min(own, info.maxCommandData().getAsInt() - (255 - own))) : own;
    }

    @Override
    public void close() {
        channel.close();
        secrets.forEach(KeySet::close);
    }
}

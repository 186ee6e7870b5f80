// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.securechannel.CardRefusal;

/** A load file on its way in: INSTALL [for load] was accepted, LOAD commands follow (GlobalPlatform 2.1.1 §9.6). */
final class Loading {

    private static final int LARGEST = 1 << 20;

    private final Aid aid;
    private final Optional<Aid> domain;
    private final OptionalInt limit;
    private final byte[] hash;
    private final DelegatedManagement.Permit permit;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private int nextBlock;
    private int expected = -1;
    private int contentAt;

    Loading(Aid aid, Optional<Aid> domain, OptionalInt limit, byte[] hash, DelegatedManagement.Permit permit) {
        this.aid = aid;
        this.domain = domain;
        this.limit = limit;
        this.hash = hash;
        this.permit = permit;
    }

    Aid aid() {
        return aid;
    }

    /** The security domain it will belong to; empty for the issuer's. */
    Optional<Aid> domain() {
        return domain;
    }

    /** The load file data block hash that was announced, may be empty. */
    byte[] hash() {
        return hash;
    }

    DelegatedManagement.Permit permit() {
        return permit;
    }

    /** What has arrived, signatures included. */
    byte[] received() {
        return received.toByteArray();
    }

    /**
     * Takes one block.
     *
     * @return the whole content once it is there. A TPS leaves the last block unflagged when the file fills it exactly, so the length
     *         announced by C4 ends the load as well as the flag does
     */
    Optional<byte[]> block(int p1, int p2, byte[] data) throws CardRefusal {
        if ((p1 & 0x7F) != 0 || p2 != (nextBlock & 0xFF) || data.length == 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        nextBlock++;
        received.writeBytes(data);
        if (received.size() > LARGEST) {
            throw new CardRefusal(Sw.NO_SPACE);
        }
        boolean last = (p1 & 0x80) != 0;
        if (expected < 0) {
            readHeader(last);
        }
        if (expected < 0) {
            return Optional.empty();
        }
        int there = received.size() - contentAt;
        if (there > expected || last && there < expected) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        if (there < expected) {
            return Optional.empty();
        }
        byte[] all = received.toByteArray();
        return Optional.of(java.util.Arrays.copyOfRange(all, contentAt, all.length));
    }

    /** Reads past authentication blocks (E2) to the C4 header; more blocks may be needed for that. */
    private void readHeader(boolean last) throws CardRefusal {
        byte[] all = received.toByteArray();
        var f = new Fields(all);
        int tag;
        int length;
        try {
            tag = f.next();
            while (tag == 0xE2) {
                f.next(f.berLength());
                tag = f.next();
            }
            length = tag == 0xC4 ? f.berLength() : 0;
        } catch (CardRefusal e) {
            if (last) {
                throw e;
            }
            return;
        }
        if (tag != 0xC4) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        if (length > LARGEST || limit.isPresent() && length > limit.getAsInt()) {
            throw new CardRefusal(Sw.NO_SPACE);
        }
        expected = length;
        contentAt = all.length - f.left();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.globalplatform.CardData;
import org.esc.globalplatform.CardMemory;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.Registry.LoadFile;

/** The data objects of the card and its domains: GET DATA and STORE DATA (GlobalPlatform 2.1.1 §9.3, §9.10). */
final class DomainData {

    private static final int MOST_DATA_OBJECTS = 16;
    /** What it says of its memory, in bytes; it has as much as the machine it runs on. */
    private static final int MEMORY = 1 << 18;
    private static final int INSTANCE_SIZE = 2048;
    private static final int RAM = 4096;

    private final Domains domains;
    private final Registry registry;
    private final DomainKeys keys;
    private ByteArrayOutputStream stored = new ByteArrayOutputStream();
    private int nextStoreBlock;

    DomainData(Domains domains, DomainKeys keys) {
        this.domains = domains;
        this.keys = keys;
        registry = domains.registry();
    }

    void reset() {
        stored = new ByteArrayOutputStream();
        nextStoreBlock = 0;
    }

    ResponseApdu get(CommandApdu c) throws CardRefusal {
        int tag = c.p1() << 8 | c.p2();
        byte[] data = switch (tag) {
            case 0x9F7F -> Cplc.of(registry.cuid, Arrays.copyOfRange(registry.cuid.bytes(), 6, 10)).encoded();
            case 0x0066 -> cardData();
            case 0x0067 -> capabilities();
            case 0xFF21 -> memory();
            case 0x00E0 -> keys.information();
            case 0x00C1 -> sequenceCounter();
            case 0x00C2 -> Tlv.of(0xC2, (byte) (registry.receipts >> 8), (byte) registry.receipts).encoded();
            default -> Optional.ofNullable(registry.dataObjects.get(tag)).map(v -> Tlv.of(tag, v).encoded())
                    .orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_DATA));
        };
        if (c.ne().isPresent() && c.ne().getAsInt() < data.length) {
            throw new CardRefusal(0x6C00 | data.length & 0xFF);
        }
        return ResponseApdu.ok(data);
    }

    /** Card recognition data. A SCP01 card of Open Platform 2.0.1' has none, which is how a TPS tells it. */
    private byte[] cardData() throws CardRefusal {
        ScpVersion scp = registry.scp;
        if (scp.equals(ScpVersion.SCP01_05)) {
            throw new CardRefusal(Sw.UNKNOWN_DATA);
        }
        return CardData.encode(scp);
    }

    /** Card capability information (GlobalPlatform 2.3.1 §H.4), on cards that have recognition data. */
    private byte[] capabilities() throws CardRefusal {
        ScpVersion scp = registry.scp;
        if (scp.protocol() == 1) {
            throw new CardRefusal(Sw.UNKNOWN_DATA);
        }
        var channelInfo = new ArrayList<Tlv>();
        channelInfo.add(Tlv.of(0x80, (byte) scp.protocol()));
        channelInfo.add(Tlv.of(0x81, (byte) scp.i()));
        if (scp.protocol() == 3) {
            channelInfo.add(Tlv.of(0x82, (byte) 0x07));
        }
        return Tlv.of(0x67, List.of(Tlv.of(0xA0, channelInfo),
                Tlv.of(0x81, Privileges.of(Privilege.SECURITY_DOMAIN, Privilege.AUTHORIZED_MANAGEMENT).three()),
                Tlv.of(0x82, Privileges.of(Privilege.CARD_RESET).three()), Tlv.of(0x83, (byte) 1, (byte) 2))).encoded();
    }

    /** Extended card resources (ETSI TS 102 226 §8.2.1.7.2). */
    private byte[] memory() throws CardRefusal {
        if (registry.scp.protocol() == 1) {
            throw new CardRefusal(Sw.UNKNOWN_DATA);
        }
        int used = registry.loadFiles.stream().mapToInt(LoadFile::size).sum() + INSTANCE_SIZE * registry.applications.size();
        return CardMemory.encode(registry.applications.size(), Math.max(0, MEMORY - used), RAM);
    }

    private byte[] sequenceCounter() throws CardRefusal {
        int s = registry.sequence;
        return switch (registry.scp.protocol()) {
            case 2 -> Tlv.of(0xC1, (byte) (s >> 8), (byte) s).encoded();
            case 3 -> Tlv.of(0xC1, (byte) (s >> 16), (byte) (s >> 8), (byte) s).encoded();
            default -> throw new CardRefusal(Sw.UNKNOWN_DATA);
        };
    }

    ResponseApdu store(CommandApdu c) throws CardRefusal {
        if ((c.p1() & 0x60) != 0) {
            throw new CardRefusal(Sw.NOT_SUPPORTED);
        }
        if (c.p2() != nextStoreBlock) {
            nextStoreBlock = 0;
            stored.reset();
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        stored.writeBytes(c.data());
        if ((c.p1() & 0x80) == 0) {
            nextStoreBlock = nextStoreBlock + 1 & 0xFF;
            if (stored.size() > 4096) {
                nextStoreBlock = 0;
                stored.reset();
                throw new CardRefusal(Sw.NO_SPACE);
            }
            return ResponseApdu.ok();
        }
        byte[] all = stored.toByteArray();
        nextStoreBlock = 0;
        stored.reset();
        List<Tlv> objects;
        try {
            objects = Tlv.parseAll(all);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        for (Tlv t : objects) {
            // issuer identification number, card image number, security domain manager URL
            if (t.tag() != 0x42 && t.tag() != 0x45 && t.tag() != 0x5F50) {
                throw new CardRefusal(Sw.UNKNOWN_DATA);
            }
            if (t.length() > 200 || registry.dataObjects.size() >= MOST_DATA_OBJECTS) {
                throw new CardRefusal(Sw.NO_SPACE);
            }
        }
        objects.forEach(t -> registry.dataObjects.put(t.tag(), t.value()));
        domains.save();
        return ResponseApdu.ok();
    }
}

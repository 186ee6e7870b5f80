// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.Aid;
import org.esc.apdu.Cuid;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;

/** The card manager's own books: identity, keys, counters, load files, applications. Saved as one value. */
final class Registry {

    static final String NAME = "card";
    static final int OP_READY = 0x01;
    static final int INITIALIZED = 0x07;
    static final int SECURED = 0x0F;
    static final int CARD_LOCKED = 0x7F;
    static final int TERMINATED = 0xFF;

    private static final int FORMAT = 3;
    /** Without single keys, used tokens and receipts. */
    private static final int SECOND_FORMAT = 2;
    /** Without domains, versions and the second and third byte of privileges. */
    private static final int FIRST_FORMAT = 1;

    /**
     * A load file and the applets in it; {@code modules} and {@code version} are empty if the content was not looked into, {@code domain}
     * if it is the issuer's.
     */
    record LoadFile(Aid aid, List<Aid> modules, Optional<Aid> domain, Optional<Integer> version, int size) {
        LoadFile {
            modules = List.copyOf(modules);
        }

        LoadFile withDomain(Optional<Aid> newDomain) {
            return new LoadFile(aid, modules, newDomain, version, size);
        }
    }

    /**
     * An application: its state is that of GlobalPlatform 2.1.1 table 9-4, bit 8 set while locked; privileges are three bytes;
     * {@code domain} is empty for the issuer's.
     */
    record Application(Aid aid, Aid loadFile, Aid module, int state, int privileges, Optional<Aid> domain) {
        Application withState(int newState) {
            return new Application(aid, loadFile, module, newState, privileges, domain);
        }

        Application withPrivileges(int newPrivileges) {
            return new Application(aid, loadFile, module, state, newPrivileges, domain);
        }

        Application withDomain(Optional<Aid> newDomain) {
            return new Application(aid, loadFile, module, state, privileges, newDomain);
        }

        boolean has(Privilege p) {
            return new Privileges(privileges).has(p);
        }

        boolean isSelectable() {
            return (state & 0x87) == 0x07;
        }
    }

    /**
     * A key that belongs to no set of three, such as for DAP (version 73), tokens (70) and receipts (71).
     *
     * @param domain empty for the issuer's
     * @param field  the key as {@link org.esc.globalplatform.KeyField} writes it, in the clear
     */
    record SingleKey(Optional<Aid> domain, int version, int id, byte[] field) {
    }

    final Cuid cuid;
    final ScpVersion scp;
    final byte[] buildId;
    int state = OP_READY;
    int failures;
    int sequence;
    final List<KeySet> keys = new ArrayList<>();
    final Map<Integer, byte[]> dataObjects = new TreeMap<>();
    final List<LoadFile> loadFiles = new ArrayList<>();
    final List<Application> applications = new ArrayList<>();
    /** Key sets of security domains other than the issuer's, by their AID; one without keys uses the issuer's. */
    final Map<Aid, List<KeySet>> domainKeys = new TreeMap<>();

    final List<SingleKey> singleKeys = new ArrayList<>();
    /** Identifiers of the tokens that were used. */
    final List<byte[]> usedTokens = new ArrayList<>();
    /** How many receipts were given: the confirmation counter. */
    int receipts;

    private Registry(Cuid cuid, ScpVersion scp, byte[] buildId) {
        this.cuid = cuid;
        this.scp = scp;
        this.buildId = buildId;
    }

    static Registry of(CardSpec spec) {
        var r = new Registry(spec.cuid(), spec.scp(), spec.buildIdBytes());
        KeySet k = spec.keys();
        r.keys.add(KeySet.of(k.version(), k.type(), k.enc(), k.mac(), k.dek()));
        return r;
    }

    /** The keys of a security domain; of one that is not the issuer's only its own. */
    List<KeySet> keysOf(Optional<Aid> domain) {
        return domain.isEmpty() ? keys : domainKeys.getOrDefault(domain.get(), List.of());
    }

    /** True if this is a security domain other than the issuer's. */
    boolean isDomain(Aid aid) {
        return application(aid).filter(a -> new Privileges(a.privileges()).isSecurityDomain()).isPresent();
    }

    Optional<LoadFile> loadFile(Aid aid) {
        return loadFiles.stream().filter(l -> l.aid().equals(aid)).findFirst();
    }

    Optional<Application> application(Aid aid) {
        return applications.stream().filter(a -> a.aid().equals(aid)).findFirst();
    }

    void replace(Application changed) {
        applications.replaceAll(a -> a.aid().equals(changed.aid()) ? changed : a);
    }

    byte[] encoded() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.write(cuid.bytes());
            out.writeByte(scp.protocol());
            out.writeByte(scp.i());
            out.write(buildId);
            out.writeByte(state);
            out.writeByte(failures);
            out.writeInt(sequence);
            keySets(out, keys);
            out.writeByte(dataObjects.size());
            for (var e : dataObjects.entrySet()) {
                out.writeInt(e.getKey());
                block(out, e.getValue());
            }
            out.writeByte(loadFiles.size());
            for (LoadFile f : loadFiles) {
                block(out, f.aid().bytes());
                out.writeByte(f.modules().size());
                for (Aid m : f.modules()) {
                    block(out, m.bytes());
                }
                block(out, f.domain().map(Aid::bytes).orElse(new byte[0]));
                out.writeInt(f.version().orElse(-1));
                out.writeInt(f.size());
            }
            out.writeByte(applications.size());
            for (Application a : applications) {
                block(out, a.aid().bytes());
                block(out, a.loadFile().bytes());
                block(out, a.module().bytes());
                out.writeByte(a.state());
                out.writeInt(a.privileges());
                block(out, a.domain().map(Aid::bytes).orElse(new byte[0]));
            }
            out.writeByte(domainKeys.size());
            for (var e : domainKeys.entrySet()) {
                block(out, e.getKey().bytes());
                keySets(out, e.getValue());
            }
            out.writeByte(singleKeys.size());
            for (SingleKey k : singleKeys) {
                block(out, k.domain().map(Aid::bytes).orElse(new byte[0]));
                out.writeByte(k.version());
                out.writeByte(k.id());
                block(out, k.field());
            }
            out.writeByte(usedTokens.size());
            for (byte[] id : usedTokens) {
                block(out, id);
            }
            out.writeShort(receipts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException if the bytes make no sense */
    static Registry decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int format = in.readByte();
            if (format < FIRST_FORMAT || format > FORMAT) {
                throw new IllegalArgumentException("Unknown form of the card's books");
            }
            var r = new Registry(Cuid.of(exactly(in, Cuid.LENGTH)),
                    new ScpVersion(in.readUnsignedByte(), in.readUnsignedByte()), exactly(in, 4));
            r.state = in.readUnsignedByte();
            r.failures = in.readUnsignedByte();
            r.sequence = in.readInt();
            r.keys.addAll(keySets(in));
            for (int n = in.readUnsignedByte(); n > 0; n--) {
                r.dataObjects.put(in.readInt(), block(in));
            }
            for (int n = in.readUnsignedByte(); n > 0; n--) {
                Aid aid = Aid.of(block(in));
                var modules = new ArrayList<Aid>();
                for (int m = in.readUnsignedByte(); m > 0; m--) {
                    modules.add(Aid.of(block(in)));
                }
                if (format == FIRST_FORMAT) {
                    r.loadFiles.add(new LoadFile(aid, modules, Optional.empty(), Optional.empty(), 0));
                } else {
                    Optional<Aid> domain = domain(in);
                    int version = in.readInt();
                    r.loadFiles.add(new LoadFile(aid, modules, domain, version < 0 ? Optional.empty() : Optional.of(version),
                            in.readInt()));
                }
            }
            for (int n = in.readUnsignedByte(); n > 0; n--) {
                Aid aid = Aid.of(block(in));
                Aid file = Aid.of(block(in));
                Aid module = Aid.of(block(in));
                int state = in.readUnsignedByte();
                r.applications.add(format == FIRST_FORMAT
                        ? new Application(aid, file, module, state, in.readUnsignedByte() << 16, Optional.empty())
                        : new Application(aid, file, module, state, in.readInt() & 0xFFFFFF, domain(in)));
            }
            for (int n = format == FIRST_FORMAT ? 0 : in.readUnsignedByte(); n > 0; n--) {
                r.domainKeys.put(Aid.of(block(in)), keySets(in));
            }
            if (format > SECOND_FORMAT) {
                for (int n = in.readUnsignedByte(); n > 0; n--) {
                    r.singleKeys.add(new SingleKey(domain(in), in.readUnsignedByte(), in.readUnsignedByte(), block(in)));
                }
                for (int n = in.readUnsignedByte(); n > 0; n--) {
                    r.usedTokens.add(block(in));
                }
                r.receipts = in.readUnsignedShort();
            }
            if (r.keys.isEmpty()) {
                throw new IllegalArgumentException("A card without keys");
            }
            return r;
        } catch (IOException e) {
            throw new IllegalArgumentException("The card's books are cut short", e);
        }
    }

    private static void keySets(DataOutputStream out, List<KeySet> sets) throws IOException {
        out.writeByte(sets.size());
        for (KeySet k : sets) {
            out.writeByte(k.version());
            out.writeByte(k.type() == KeyType.AES ? 1 : 0);
            for (byte[] key : new byte[][] {k.enc(), k.mac(), k.dek()}) {
                block(out, key);
                java.util.Arrays.fill(key, (byte) 0);
            }
        }
    }

    private static List<KeySet> keySets(DataInputStream in) throws IOException {
        var sets = new ArrayList<KeySet>();
        for (int n = in.readUnsignedByte(); n > 0; n--) {
            sets.add(KeySet.of(in.readUnsignedByte(), in.readByte() == 1 ? KeyType.AES : KeyType.DES3, block(in), block(in), block(in)));
        }
        return sets;
    }

    private static Optional<Aid> domain(DataInputStream in) throws IOException {
        byte[] aid = block(in);
        return aid.length == 0 ? Optional.empty() : Optional.of(Aid.of(aid));
    }

    private static void block(DataOutputStream out, byte[] b) throws IOException {
        out.writeShort(b.length);
        out.write(b);
    }

    private static byte[] block(DataInputStream in) throws IOException {
        return exactly(in, in.readUnsignedShort());
    }

    private static byte[] exactly(DataInputStream in, int n) throws IOException {
        byte[] b = new byte[n];
        in.readFully(b);
        return b;
    }
}

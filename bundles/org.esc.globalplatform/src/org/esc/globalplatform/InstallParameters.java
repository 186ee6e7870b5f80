// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * Install and load parameters (GlobalPlatform 2.1.1 §9.5.2.3.7): memory needs under {@code EF}, the applet's own
 * parameters under {@code C9}. Order as TPS sends it: {@code EF} first.
 *
 * @param codeSize     C6, bytes of persistent memory for the load file
 * @param volatileSize C7, bytes of transient memory
 * @param dataSize     C8, bytes of persistent memory for the instance
 * @param applet       C9, what the applet gets
 * @param tokenId      B6 93, identifier of the token that comes along (GlobalPlatform 2.3.1 §11.5.2.3.7)
 */
public record InstallParameters(OptionalInt codeSize, OptionalInt volatileSize, OptionalInt dataSize,
        Optional<byte[]> applet, Optional<byte[]> tokenId) {

    private static final Words WORDS = Words.of(InstallParameters.class);

    private static final int SYSTEM = 0xEF;
    private static final int CODE = 0xC6;
    private static final int VOLATILE = 0xC7;
    private static final int DATA = 0xC8;
    private static final int APPLET = 0xC9;
    private static final int TOKEN = 0xB6;
    private static final int IDENTIFIER = 0x93;

    /** No parameters at all. */
    public static final InstallParameters NONE =
            new InstallParameters(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());

    public InstallParameters {
        applet = applet.map(byte[]::clone);
        tokenId = tokenId.map(byte[]::clone);
    }

    /** Without an identifier of a token. */
    public InstallParameters(OptionalInt codeSize, OptionalInt volatileSize, OptionalInt dataSize, Optional<byte[]> applet) {
        this(codeSize, volatileSize, dataSize, applet, Optional.empty());
    }

    /** The same with an identifier of the token. */
    public InstallParameters withTokenId(byte[] id) {
        return new InstallParameters(codeSize, volatileSize, dataSize, applet, Optional.of(id));
    }

    /** For INSTALL [for load]. */
    public static InstallParameters forLoad(int codeSize) {
        return new InstallParameters(OptionalInt.of(codeSize), OptionalInt.empty(), OptionalInt.empty(),
                Optional.empty());
    }

    /** For INSTALL [for install]. */
    public static InstallParameters forInstall(int dataSize, byte[] applet) {
        return new InstallParameters(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.of(dataSize),
                Optional.of(applet));
    }

    /** A copy of the applet's own parameters. */
    @Override
    public Optional<byte[]> applet() {
        return applet.map(byte[]::clone);
    }

    @Override
    public Optional<byte[]> tokenId() {
        return tokenId.map(byte[]::clone);
    }

    /** The control reference template that identifies a token: {@code B6 { 93 id }}. */
    public static byte[] tokenTemplate(byte[] id) {
        return Tlv.of(TOKEN, List.of(Tlv.of(IDENTIFIER, id))).encoded();
    }

    /** The identifier in a template; empty if there is none among these data objects. */
    public static Optional<byte[]> tokenId(List<Tlv> all) {
        return Tlv.find(all, TOKEN).map(Tlv::children).flatMap(c -> Tlv.find(c, IDENTIFIER)).map(Tlv::value);
    }

    /** The bytes of the parameters field, without its length. */
    public byte[] encode() {
        var out = new ByteArrayOutputStream();
        var system = new ArrayList<Tlv>();
        codeSize.ifPresent(n -> system.add(size(CODE, n)));
        volatileSize.ifPresent(n -> system.add(size(VOLATILE, n)));
        dataSize.ifPresent(n -> system.add(size(DATA, n)));
        if (!system.isEmpty()) {
            out.writeBytes(Tlv.of(SYSTEM, system).encoded());
        }
        applet.ifPresent(a -> out.writeBytes(Tlv.of(APPLET, a).encoded()));
        tokenId.ifPresent(id -> out.writeBytes(tokenTemplate(id)));
        return out.toByteArray();
    }

    /** Two bytes up to 32767, else four (GlobalPlatform 2.3.1 §11.5.2.3.7). */
    private static Tlv size(int tag, int n) {
        return n > 0x7FFF ? Tlv.of(tag, (byte) (n >> 24), (byte) (n >> 16), (byte) (n >> 8), (byte) n)
                : Tlv.of(tag, (byte) (n >> 8), (byte) n);
    }

    /**
     * Reads the parameters field; unknown data objects are skipped.
     *
     * @throws IllegalArgumentException if it is no sequence of data objects or a size has neither 2 nor 4 bytes
     */
    public static InstallParameters parse(byte[] field) {
        List<Tlv> all = Tlv.parseAll(field);
        List<Tlv> system = all.stream().filter(t -> t.tag() == SYSTEM).findFirst().map(Tlv::children).orElse(List.of());
        return new InstallParameters(size(system, CODE), size(system, VOLATILE), size(system, DATA),
                all.stream().filter(t -> t.tag() == APPLET).findFirst().map(Tlv::value), tokenId(all));
    }

    private static OptionalInt size(List<Tlv> list, int tag) {
        for (Tlv t : list) {
            if (t.tag() == tag) {
                byte[] v = t.value();
                if (v.length != 2 && v.length != 4 || v.length == 4 && v[0] < 0) {
                    throw new IllegalArgumentException(WORDS.say("Memory size {0} has {1} bytes", String.format("%02X", tag), v.length));
                }
                int n = 0;
                for (byte b : v) {
                    n = n << 8 | b & 0xFF;
                }
                return OptionalInt.of(n);
            }
        }
        return OptionalInt.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InstallParameters that && codeSize.equals(that.codeSize)
                && volatileSize.equals(that.volatileSize)
                && dataSize.equals(that.dataSize)
                && Arrays.equals(applet.orElse(null), that.applet.orElse(null))
                && Arrays.equals(tokenId.orElse(null), that.tokenId.orElse(null));
    }

    @Override
    public int hashCode() {
        return Objects.hash(codeSize, volatileSize, dataSize, applet.map(Arrays::hashCode), tokenId.map(Arrays::hashCode));
    }
}

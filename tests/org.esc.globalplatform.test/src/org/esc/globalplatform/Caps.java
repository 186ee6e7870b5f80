// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.esc.apdu.Aid;
import org.esc.apdu.Hex;

/** Makes small packages for tests. */
public final class Caps {

    private final Aid pkg;
    private final List<Aid> applets = new ArrayList<>();
    private final List<String> imports = new ArrayList<>();
    private int flags = 0x04;
    private int code = 300;
    private int version = 0x0100;

    private Caps(String pkg) {
        this.pkg = Aid.of(pkg);
    }

    /** A package without applets. */
    public static Caps of(String pkg) {
        return new Caps(pkg);
    }

    /** With an applet. */
    public Caps applet(String aid) {
        applets.add(Aid.of(aid));
        return this;
    }

    /** With an import. */
    public Caps needs(String aid, int major, int minor) {
        imports.add(Hex.of(minor) + Hex.of(major) + Hex.of(aid.length() / 2) + aid);
        return this;
    }

    /** With so many bytes of methods. */
    public Caps code(int bytes) {
        code = bytes;
        return this;
    }

    /** With the type int. */
    public Caps ints() {
        flags |= 0x01;
        return this;
    }

    /** With another version. */
    public Caps version(int major, int minor) {
        version = major << 8 | minor;
        return this;
    }

    private Map<String, byte[]> components() {
        var all = new TreeMap<String, byte[]>();
        all.put("Header", component(1, "DECAFFED 01 02 " + Hex.of(flags) + Hex.of(version & 0xFF) + Hex.of(version >> 8)
                + Hex.of(pkg.length()) + pkg + "03 612F62"));
        all.put("Directory", component(2, "0013000000"));
        all.put("Import", component(4, Hex.of(imports.size()) + String.join("", imports)));
        if (!applets.isEmpty()) {
            var a = new StringBuilder(Hex.of(applets.size()));
            applets.forEach(x -> a.append(Hex.of(x.length())).append(x).append("0010"));
            all.put("Applet", component(3, a.toString()));
        }
        all.put("Method", component(7, "5A".repeat(code)));
        all.put("StaticField", component(8, "0020 0000 0000 0000 0000"));
        all.put("Descriptor", component(11, "00"));
        all.put("Debug", component(12, "0000"));
        return all;
    }

    private static byte[] component(int tag, String body) {
        byte[] b = Hex.parse(body);
        var out = new ByteArrayOutputStream();
        out.write(tag);
        out.write(b.length >> 8);
        out.write(b.length);
        out.writeBytes(b);
        return out.toByteArray();
    }

    /** As a CAP file. */
    public byte[] zip() {
        var out = new ByteArrayOutputStream();
        try (var z = new ZipOutputStream(out)) {
            for (var e : components().entrySet()) {
                z.putNextEntry(new ZipEntry("a/b/javacard/" + e.getKey() + ".cap"));
                z.write(e.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** As an IJC file. */
    public byte[] ijc() {
        return CapFile.parse(zip()).image();
    }
}

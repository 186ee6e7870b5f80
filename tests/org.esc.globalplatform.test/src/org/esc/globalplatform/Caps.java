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
    private List<String> packages = List.of();
    private int resources;

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

    /** As an extended file with these packages, at least one, under the AID given first. */
    public Caps extended(String... aids) {
        packages = List.of(aids);
        flags |= 0x08;
        return this;
    }

    /** With a static resource of so many bytes. */
    public Caps resources(int bytes) {
        resources = bytes;
        return this;
    }

    private boolean isExtended() {
        return !packages.isEmpty();
    }

    private Map<String, byte[]> components() {
        var all = new TreeMap<String, byte[]>();
        var names = new StringBuilder();
        if (isExtended()) {
            names.append(Hex.of(packages.size()));
            packages.forEach(p -> names.append("0001").append(Hex.of(p.length() / 2)).append(p));
            names.append("00".repeat(packages.size()));
        } else {
            names.append("03 612F62");
        }
        all.put("Header.cap", component(1, "DECAFFED" + (isExtended() || resources > 0 ? "03 02" : "01 02") + Hex.of(flags)
                + Hex.of(version & 0xFF) + Hex.of(version >> 8) + Hex.of(pkg.length()) + pkg + names));
        all.put("Directory.cap", component(2, "0013000000"));
        all.put("Import.cap", component(4, Hex.of(imports.size()) + String.join("", imports)));
        if (!applets.isEmpty()) {
            var a = new StringBuilder(Hex.of(applets.size()));
            applets.forEach(x -> a.append(Hex.of(x.length())).append(x).append(isExtended() ? "00 0010" : "0010"));
            all.put("Applet.cap", component(3, a.toString()));
        }
        all.put("StaticField.cap", component(8, "0020 0000 0000 0000 0000"));
        String end = isExtended() ? ".capx" : ".cap";
        all.put("Method" + end, component(7, "5A".repeat(code)));
        all.put("RefLocation" + end, component(9, "0000 0000"));
        all.put("Descriptor" + end, component(11, "00"));
        all.put("Debug" + end, component(12, "0000"));
        if (resources > 0) {
            all.put("StaticResources.capx", component(13, "0001 0001 " + String.format("%08X", resources) + "A5".repeat(resources)));
        }
        return all;
    }

    private byte[] component(int tag, String body) {
        byte[] b = Hex.parse(body);
        boolean large = tag == 13 || isExtended() && List.of(7, 9, 11, 12).contains(tag);
        var out = new ByteArrayOutputStream();
        out.write(tag);
        out.writeBytes(Hex.parse(String.format(large ? "%08X" : "%04X", b.length)));
        out.writeBytes(b);
        return out.toByteArray();
    }

    /** As a CAP file. */
    public byte[] zip() {
        var out = new ByteArrayOutputStream();
        try (var z = new ZipOutputStream(out)) {
            for (var e : components().entrySet()) {
                z.putNextEntry(new ZipEntry("a/b/javacard/" + e.getKey()));
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

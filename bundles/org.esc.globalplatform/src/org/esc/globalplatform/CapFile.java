// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.esc.apdu.Aid;

/**
 * A Java Card package ready to load: a CAP file (a zip of components) or its components one behind the other (IJC), as
 * they travel in LOAD (Java Card 2.x Virtual Machine Specification §6).
 *
 * @param packageAid AID of the package
 * @param major      package version
 * @param minor      package version
 * @param name       package name, when the file tells
 * @param applets    AIDs of its applet classes; empty for a library
 * @param image      the components in load order, without debugging information
 */
public record CapFile(Aid packageAid, int major, int minor, Optional<String> name, List<Aid> applets, byte[] image) {

    private static final int HEADER = 1;
    private static final int APPLET = 3;
    private static final int DESCRIPTOR = 11;
    private static final int MOST_COMPONENTS = 64;
    private static final int MAGIC = 0xDECAFFED;

    /** Component files of a CAP in the order cards want them; Descriptor and Debug are not loaded. */
    private static final List<String> LOAD_ORDER = List.of("header", "directory", "import", "applet", "class",
            "method", "staticfield", "export", "constantpool", "reflocation");

    public CapFile {
        applets = List.copyOf(applets);
        image = image.clone();
    }

    /** A copy of the image. */
    @Override
    public byte[] image() {
        return image.clone();
    }

    /**
     * Reads a CAP or IJC file.
     *
     * @throws IllegalArgumentException if it is neither, is damaged, or lacks its header
     */
    public static CapFile parse(byte[] file) {
        return parseComponents(file.length > 1 && file[0] == 'P' && file[1] == 'K' ? unzipped(file) : file);
    }

    private static byte[] unzipped(byte[] file) {
        var found = new TreeMap<Integer, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(file))) {
            int seen = 0;
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                if (++seen > 4096) {
                    throw new IllegalArgumentException("The CAP file has too many entries");
                }
                String name = e.getName().substring(e.getName().lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
                int order = name.endsWith(".cap") ? LOAD_ORDER.indexOf(name.substring(0, name.length() - 4)) : -1;
                if (order < 0) {
                    continue;
                }
                // tag, length of two bytes, at most 65535 bytes: whatever is larger is no component
                byte[] component = zip.readNBytes(3 + 0xFFFF + 1);
                if (component.length > 3 + 0xFFFF || found.put(order, component) != null) {
                    throw new IllegalArgumentException("The CAP file has an oversized or repeated component " + name);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("The CAP file is damaged: " + e.getMessage(), e);
        }
        if (!found.containsKey(0)) {
            throw new IllegalArgumentException("The CAP file has no header component");
        }
        var out = new ByteArrayOutputStream();
        for (Map.Entry<Integer, byte[]> c : found.entrySet()) {
            out.writeBytes(c.getValue());
        }
        return out.toByteArray();
    }

    private static CapFile parseComponents(byte[] all) {
        var f = new Fields(all);
        var image = new ByteArrayOutputStream();
        Fields header = null;
        var applets = new ArrayList<Aid>();
        for (int n = 0; f.more(); n++) {
            int tag = f.u1();
            int length = f.u1() << 8 | f.u1();
            byte[] body = f.take(length);
            if (n == 0 && tag != HEADER || n == MOST_COMPONENTS) {
                throw new IllegalArgumentException(
                        "This is no Java Card package: it does not begin with a header component");
            }
            if (tag == HEADER) {
                header = new Fields(body);
            } else if (tag == APPLET) {
                var a = new Fields(body);
                for (int count = a.u1(); count > 0; count--) {
                    applets.add(a.aid());
                    a.take(2);
                }
            }
            if (tag < DESCRIPTOR) {
                image.write(tag);
                image.write(length >> 8);
                image.write(length);
                image.writeBytes(body);
            }
        }
        if (header == null) {
            throw new IllegalArgumentException("This is no Java Card package: it is empty");
        }
        int magic = header.u1() << 24 | header.u1() << 16 | header.u1() << 8 | header.u1();
        if (magic != MAGIC) {
            throw new IllegalArgumentException("This is no Java Card package: its header lacks the magic number");
        }
        header.take(3);
        int minor = header.u1();
        int major = header.u1();
        Aid aid = header.aid();
        byte[] name = header.lvOrEnd();
        return new CapFile(aid, major, minor,
                name.length == 0 ? Optional.empty()
                        : Optional.of(new String(name, java.nio.charset.StandardCharsets.UTF_8).replace('/', '.')),
                applets, image.toByteArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CapFile that && packageAid.equals(that.packageAid)
                && java.util.Arrays.equals(image, that.image);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(image);
    }

    @Override
    public String toString() {
        return "CapFile[" + packageAid + " " + major + "." + minor + ", " + image.length + " bytes]";
    }
}

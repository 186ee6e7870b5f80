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
 * they travel in LOAD (Java Card 2.x and 3.x Virtual Machine Specification §6).
 *
 * @param packageAid AID of the package
 * @param major      package version
 * @param minor      package version
 * @param name       package name, when the file tells
 * @param format     version of the CAP format, "2.1", "2.2" or "2.3"
 * @param usesInt    true if it needs a virtual machine with the type int
 * @param applets    AIDs of its applet classes; empty for a library
 * @param imports    the packages it needs
 * @param components all components of the file, in load order, those that are not loaded last
 * @param staticData bytes of its static image, which live beside the code on the card
 * @param image      the components in load order, without debugging information
 */
public record CapFile(Aid packageAid, int major, int minor, Optional<String> name, String format, boolean usesInt, List<Aid> applets,
        List<Import> imports, List<Component> components, int staticData, byte[] image) {

    private static final int HEADER = 1;
    private static final int APPLET = 3;
    private static final int IMPORT = 4;
    private static final int STATIC_FIELD = 8;
    private static final int DESCRIPTOR = 11;
    private static final int DEBUG = 12;
    private static final int MOST_COMPONENTS = 64;
    private static final int MAGIC = 0xDECAFFED;
    private static final int FLAG_INT = 0x01;
    private static final int FLAG_EXTENDED = 0x08;

    /** Component files of a CAP in the order cards want them; Descriptor and Debug come last and are not loaded. */
    private static final List<String> LOAD_ORDER = List.of("header", "directory", "import", "applet", "class",
            "method", "staticfield", "export", "constantpool", "reflocation", "staticresources", "descriptor", "debug");

    /** Names of the components by their tags, from 1. */
    private static final List<String> NAMES = List.of("Header", "Directory", "Applet", "Import", "ConstantPool", "Class", "Method",
            "StaticField", "RefLocation", "Export", "Descriptor", "Debug", "StaticResources");

    /**
     * A package that is needed.
     *
     * @param aid   its AID
     * @param major the version it must have
     * @param minor the least version it must have
     */
    public record Import(Aid aid, int major, int minor) {

        /** Its name, if it is one that cards bring along. */
        public Optional<String> name() {
            return KnownPackages.name(aid);
        }

        /** For a person: name or AID, and version. */
        public String text() {
            return name().orElse(aid.toString()) + " " + major + "." + minor;
        }
    }

    /**
     * A component of the file.
     *
     * @param tag    which one
     * @param name   its name in the specification
     * @param size   bytes, without tag and length
     * @param loaded false for what only tools need
     */
    public record Component(int tag, String name, int size, boolean loaded) {
    }

    public CapFile {
        applets = List.copyOf(applets);
        imports = List.copyOf(imports);
        components = List.copyOf(components);
        image = image.clone();
    }

    /** The Java Card version it was made for, as its import of javacard.framework tells; empty if it imports none. */
    public String javaCard() {
        return imports.stream().flatMap(i -> KnownPackages.javaCard(i).stream()).findFirst().orElse("");
    }

    /** Package version, "1.0". */
    public String version() {
        return major + "." + minor;
    }

    /** Persistent memory it takes at most on the card, in bytes: what is loaded, and its static data; instances come on top. */
    public int memory() {
        return image.length + staticData;
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
        var imports = new ArrayList<Import>();
        var components = new ArrayList<Component>();
        int staticData = 0;
        for (int n = 0; f.more(); n++) {
            int tag = f.u1();
            int length = f.u2();
            byte[] body = f.take(length);
            if (n == 0 && tag != HEADER || n == MOST_COMPONENTS) {
                throw new IllegalArgumentException(
                        "This is no Java Card package: it does not begin with a header component");
            }
            boolean loaded = tag != DESCRIPTOR && tag != DEBUG;
            components.add(new Component(tag, tag >= 1 && tag <= NAMES.size() ? NAMES.get(tag - 1) : "Custom " + tag, length, loaded));
            var inside = new Fields(body);
            switch (tag) {
                case HEADER -> {
                    if (body.length > 6 && (body[6] & FLAG_EXTENDED) != 0) {
                        throw new IllegalArgumentException(
                                "The package is in the extended CAP format of Java Card 3.1, which is not supported");
                    }
                    header = inside;
                }
                case APPLET -> {
                    for (int count = inside.u1(); count > 0; count--) {
                        applets.add(inside.aid());
                        inside.take(2);
                    }
                }
                case IMPORT -> {
                    for (int count = inside.u1(); count > 0; count--) {
                        int minor = inside.u1();
                        int major = inside.u1();
                        imports.add(new Import(inside.aid(), major, minor));
                    }
                }
                case STATIC_FIELD -> staticData = inside.u2();
                default -> {
                    // only the virtual machine looks into the others
                }
            }
            if (loaded) {
                image.write(tag);
                image.write(length >> 8);
                image.write(length);
                image.writeBytes(body);
            }
        }
        if (header == null) {
            throw new IllegalArgumentException("This is no Java Card package: it is empty");
        }
        int magic = header.u2() << 16 | header.u2();
        if (magic != MAGIC) {
            throw new IllegalArgumentException("This is no Java Card package: its header lacks the magic number");
        }
        int formatMinor = header.u1();
        String format = header.u1() + "." + formatMinor;
        int flags = header.u1();
        int minor = header.u1();
        int major = header.u1();
        Aid aid = header.aid();
        byte[] name = header.lvOrEnd();
        return new CapFile(aid, major, minor,
                name.length == 0 ? Optional.empty()
                        : Optional.of(new String(name, java.nio.charset.StandardCharsets.UTF_8).replace('/', '.')),
                format, (flags & FLAG_INT) != 0, applets, imports, components, staticData, image.toByteArray());
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

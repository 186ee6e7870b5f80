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
import org.esc.apdu.Words;

/**
 * A Java Card package ready to load: a CAP file (a zip of components) or its components one behind the other (IJC), as
 * they travel in LOAD (Java Card 2.x and 3.x Virtual Machine Specification §6). From format 2.3 on there are two kinds of files: compact
 * ones hold one package, extended ones several and more than 64 KB of methods; they are loaded under an AID of their own.
 *
 * @param packageAid AID of the package; of an extended file its own
 * @param major      version of that
 * @param minor      version of that
 * @param name       package name, when the file tells
 * @param format     version of the CAP format, "2.1", "2.2" or "2.3"
 * @param extended   true if it is an extended file
 * @param packages   the packages in it that others may import; of a compact file the package itself
 * @param usesInt    true if it needs a virtual machine with the type int
 * @param applets    AIDs of its applet classes; empty for a library
 * @param imports    the packages it needs
 * @param components all components of the file, in load order, those that are not loaded last
 * @param staticData bytes of its static image, which live beside the code on the card
 * @param image      the components in load order, without debugging information
 */
public record CapFile(Aid packageAid, int major, int minor, Optional<String> name, String format, boolean extended, List<Aid> packages,
        boolean usesInt, List<Aid> applets, List<Import> imports, List<Component> components, int staticData, byte[] image) {

    private static final Words WORDS = Words.of(CapFile.class);

    private static final int HEADER = 1;
    private static final int APPLET = 3;
    private static final int IMPORT = 4;
    private static final int METHOD = 7;
    private static final int STATIC_FIELD = 8;
    private static final int REFERENCE_LOCATION = 9;
    private static final int DESCRIPTOR = 11;
    private static final int DEBUG = 12;
    private static final int STATIC_RESOURCES = 13;
    private static final int CUSTOM = 128;
    private static final int MOST_COMPONENTS = 64;
    /** Twice what the methods of an extended file may have; far more than any card. */
    private static final int MOST_BYTES = 16 << 20;
    private static final int MAGIC = 0xDECAFFED;
    private static final int FLAG_INT = 0x01;
    private static final int FLAG_EXTENDED = 0x08;

    /**
     * Component files of a CAP in the order cards want them; Descriptor and Debug come last and are not loaded. Those whose size takes
     * four bytes are called {@code .capx}, the others {@code .cap}.
     */
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
        packages = List.copyOf(packages);
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

    /**
     * What programs load that load the Descriptor component, too: of a CAP file all components but those for debugging, of an IJC file all of it.
     *
     * @throws IllegalArgumentException as {@link #parse}
     */
    public static byte[] imageWithDescriptor(byte[] file) {
        if (file.length < 2 || file[0] != 'P' || file[1] != 'K') {
            parse(file);
            return file.clone();
        }
        byte[] all = unzipped(file);
        boolean extended = parseComponents(all).extended;
        var f = new Fields(all);
        var image = new ByteArrayOutputStream();
        while (f.more()) {
            int from = f.at();
            int tag = f.u1();
            f.take(hasLargeSize(tag, extended) ? f.u4() : f.u2());
            if (tag != DEBUG) {
                image.write(all, from, f.at() - from);
            }
        }
        return image.toByteArray();
    }

    private static byte[] unzipped(byte[] file) {
        var found = new TreeMap<Integer, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(file))) {
            int seen = 0;
            int bytes = 0;
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                if (++seen > 4096) {
                    throw new IllegalArgumentException(WORDS.say("The CAP file has too many entries"));
                }
                String name = e.getName().substring(e.getName().lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
                boolean large = name.endsWith(".capx");
                int order = large || name.endsWith(".cap") ? LOAD_ORDER.indexOf(name.substring(0, name.lastIndexOf('.'))) : -1;
                if (order < 0) {
                    continue;
                }
                // tag, length, and what the length can say: whatever is larger is no component
                int most = large ? MOST_BYTES - bytes : 3 + 0xFFFF;
                byte[] component = zip.readNBytes(most + 1);
                bytes += component.length;
                if (component.length > most || found.put(order, component) != null) {
                    throw new IllegalArgumentException(WORDS.say("The CAP file has an oversized or repeated component {0}", name));
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(WORDS.say("The CAP file is damaged: {0}", e.getMessage()), e);
        }
        if (!found.containsKey(0)) {
            throw new IllegalArgumentException(WORDS.say("The CAP file has no header component"));
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
        boolean extended = false;
        for (int n = 0; f.more(); n++) {
            int from = f.at();
            int tag = f.u1();
            int length = hasLargeSize(tag, extended) ? f.u4() : f.u2();
            byte[] body = f.take(length);
            if (n == 0 && tag != HEADER || n == MOST_COMPONENTS) {
                throw new IllegalArgumentException(
                        WORDS.say("This is no Java Card package: it does not begin with a header component"));
            }
            boolean loaded = tag != DESCRIPTOR && tag != DEBUG;
            components.add(new Component(tag, tag >= 1 && tag <= NAMES.size() ? NAMES.get(tag - 1) : "Custom " + tag, length, loaded));
            var inside = new Fields(body);
            switch (tag) {
                case HEADER -> {
                    header = inside;
                    extended = body.length > 6 && (body[6] & FLAG_EXTENDED) != 0;
                }
                case APPLET -> {
                    for (int count = inside.u1(); count > 0; count--) {
                        applets.add(inside.aid());
                        // where its install method is: a block of an extended file's methods, and the place in it
                        inside.take(extended ? 3 : 2);
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
                image.write(all, from, f.at() - from);
            }
        }
        if (header == null) {
            throw new IllegalArgumentException(WORDS.say("This is no Java Card package: it is empty"));
        }
        int magic = header.u2() << 16 | header.u2();
        if (magic != MAGIC) {
            throw new IllegalArgumentException(WORDS.say("This is no Java Card package: its header lacks the magic number"));
        }
        int formatMinor = header.u1();
        String format = header.u1() + "." + formatMinor;
        int flags = header.u1();
        int minor = header.u1();
        int major = header.u1();
        Aid aid = header.aid();
        var packages = new ArrayList<Aid>();
        if (extended) {
            for (int count = header.u1(); count > 0; count--) {
                header.take(2);
                packages.add(header.aid());
            }
        } else {
            packages.add(aid);
        }
        // of an extended file these are the names of its packages, of which none is its own
        byte[] name = extended ? new byte[0] : header.lvOrEnd();
        return new CapFile(aid, major, minor,
                name.length == 0 ? Optional.empty()
                        : Optional.of(new String(name, java.nio.charset.StandardCharsets.UTF_8).replace('/', '.')),
                format, extended, packages, (flags & FLAG_INT) != 0, applets, imports, components, staticData, image.toByteArray());
    }

    /** True if four bytes tell the component's size: static resources always, in an extended file what may exceed 64 KB (§6.2). */
    private static boolean hasLargeSize(int tag, boolean extended) {
        return switch (tag) {
            case STATIC_RESOURCES -> true;
            case METHOD, REFERENCE_LOCATION, DESCRIPTOR, DEBUG -> extended;
            default -> extended && tag >= CUSTOM;
        };
    }

    /** True if it brings static resources, which format 2.3 has introduced. */
    public boolean hasResources() {
        return components.stream().anyMatch(c -> c.tag() == STATIC_RESOURCES);
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

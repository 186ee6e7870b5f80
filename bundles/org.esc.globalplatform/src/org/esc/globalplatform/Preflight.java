// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Words;

/**
 * Whether a package can be loaded onto a card, told before anything is sent.
 *
 * @param packageAid AID of the package
 * @param name       its name, may be empty
 * @param version    its version
 * @param format     version of the CAP format
 * @param javaCard   the Java Card version it was made for, may be empty
 * @param applets    its applet classes
 * @param imports    the packages it needs, in words
 * @param components its components
 * @param bytes      bytes to be loaded, with signatures
 * @param memory     persistent memory it takes at most, without instances
 * @param blocks     LOAD commands needed
 * @param blockSize  data bytes of each
 * @param checks     what was found
 */
public record Preflight(Aid packageAid, String name, String version, String format, String javaCard, List<Aid> applets,
        List<String> imports, List<CapFile.Component> components, int bytes, int memory, int blocks, int blockSize, List<Check> checks) {

    private static final Words WORDS = Words.of(Preflight.class);

    /** How much a finding weighs. */
    public enum Weight {
        /** All is well. */
        GOOD,
        /** It may go wrong. */
        DOUBT,
        /** It will go wrong. */
        OBSTACLE
    }

    /** A finding, as a sentence. */
    public record Check(Weight weight, String text) {
    }

    public Preflight {
        applets = List.copyOf(applets);
        imports = List.copyOf(imports);
        components = List.copyOf(components);
        checks = List.copyOf(checks);
    }

    /** True if nothing speaks against it for sure. */
    public boolean isClear() {
        return checks.stream().noneMatch(c -> c.weight() == Weight.OBSTACLE);
    }

    /** The same report for somebody who wants to try all the same: obstacles count as doubts. */
    public Preflight anyway() {
        return new Preflight(packageAid, name, version, format, javaCard, applets, imports, components, bytes, memory, blocks, blockSize,
                checks.stream().map(c -> c.weight() == Weight.OBSTACLE ? new Check(Weight.DOUBT, c.text()) : c).toList());
    }

    /** The findings of this weight. */
    public List<String> of(Weight weight) {
        return checks.stream().filter(c -> c.weight() == weight).map(Check::text).toList();
    }

    /**
     * Looks.
     *
     * @param loadFile  the image with its signatures, see {@link DapBlock#loadFile}
     * @param blockSize most data bytes of a LOAD command
     * @param replace   true if a package of that AID is going to be deleted first
     */
    public static Preflight of(CapFile cap, byte[] loadFile, CardTree tree, int blockSize, boolean replace) {
        var checks = new ArrayList<Check>();
        state(tree, checks);
        present(cap, tree, replace, checks);
        cap.imports().forEach(i -> checks.add(has(i, cap, tree)));
        memory(cap, tree, checks);
        if (cap.extended()) {
            checks.add(new Check(Weight.DOUBT, WORDS.say("The package is in the extended format of Java Card 3.1, which a card need not know.")));
        }
        if (cap.hasResources()) {
            checks.add(new Check(Weight.DOUBT, WORDS.say("The package brings static resources, which cards know from Java Card 3.1 on.")));
        }
        if (cap.usesInt()) {
            checks.add(new Check(Weight.DOUBT, WORDS.say("The package uses the type int, which not every card knows.")));
        }
        int blocks = (loadFile.length + blockSize - 1) / blockSize;
        checks.add(blocks > LoadBlock.MOST_BLOCKS
                ? new Check(Weight.OBSTACLE, WORDS.say("The package needs {0} blocks of {1} bytes; a card takes {2}.", blocks, blockSize, LoadBlock.MOST_BLOCKS))
                : new Check(Weight.GOOD, blocks == 1 ? WORDS.say("{0} bytes in 1 block of at most {1} bytes.", loadFile.length, blockSize)
                        : WORDS.say("{0} bytes in {1} blocks of at most {2} bytes.", loadFile.length, blocks, blockSize)));
        signatures(loadFile, tree, checks);
        return new Preflight(cap.packageAid(), cap.name().orElse(""), cap.version(), cap.format(), cap.javaCard(), cap.applets(),
                cap.imports().stream().map(CapFile.Import::text).toList(), cap.components(), loadFile.length, cap.memory(), blocks,
                blockSize, checks);
    }

    private static void state(CardTree tree, List<Check> checks) {
        tree.state().filter(s -> s == CardState.CARD_LOCKED || s == CardState.TERMINATED).ifPresent(
                s -> checks.add(new Check(Weight.OBSTACLE, s == CardState.CARD_LOCKED ? WORDS.say("The card is locked.") : WORDS.say("The card is terminated."))));
    }

    private static void present(CapFile cap, CardTree tree, boolean replace, List<Check> checks) {
        Optional<RegistryEntry> there = tree.loadFile(cap.packageAid());
        if (there.isPresent()) {
            String which = there.get().versionText().isEmpty() ? WORDS.say("The package {0} is on the card already.", cap.packageAid())
                    : WORDS.say("The package {0} is on the card already, version {1}.", cap.packageAid(), there.get().versionText());
            checks.add(replace ? new Check(Weight.DOUBT, which + " " + WORDS.say("It is deleted first, with its applications and their data."))
                    : new Check(Weight.OBSTACLE, which + " " + WORDS.say("Delete it first.")));
        } else if (tree.find(cap.packageAid()).isPresent()) {
            checks.add(new Check(Weight.OBSTACLE, WORDS.say("An application on the card has the AID of the package, {0}.", cap.packageAid())));
        }
        cap.packages().stream().filter(a -> !a.equals(cap.packageAid()) && tree.find(a).isPresent()).forEach(a -> checks.add(
                new Check(Weight.OBSTACLE, WORDS.say("It brings the package {0}, but that is on the card already.", a))));
        for (Aid a : cap.applets()) {
            tree.find(a).filter(e -> !replace || !e.loadFile().equals(Optional.of(cap.packageAid()))).ifPresent(e -> checks.add(
                    new Check(Weight.DOUBT, WORDS.say("There is an application {0} on the card: an instance of this applet needs another AID.", a))));
        }
    }

    private static Check has(CapFile.Import i, CapFile cap, CardTree tree) {
        Optional<RegistryEntry> there = tree.loadFile(i.aid());
        if (there.isPresent()) {
            Optional<String> version = there.get().version().filter(v -> v.length() == 4);
            if (version.isEmpty()) {
                return new Check(Weight.DOUBT, WORDS.say("It needs {0}, which is on the card in a version that the card does not tell.", i.text()));
            }
            int major = Integer.parseInt(version.get().substring(0, 2), 16);
            int minor = Integer.parseInt(version.get().substring(2), 16);
            return major == i.major() && minor >= i.minor()
                    ? new Check(Weight.GOOD, WORDS.say("It needs {0}; the card has version {1}.{2}.", i.text(), major, minor))
                    : new Check(Weight.OBSTACLE, WORDS.say("It needs {0}, but the card has version {1}.{2}.", i.text(), major, minor));
        }
        if (KnownPackages.isBuiltIn(i.aid())) {
            return builtIn(i, cap, tree);
        }
        return tree.isWhole() ? new Check(Weight.OBSTACLE, WORDS.say("It needs {0}, which is not on the card. Load that first.", i.text()))
                : new Check(Weight.DOUBT, WORDS.say("It needs {0}; whether that is on the card is not known.", i.text()));
    }

    /** Cards do not list what they bring along; only the Java Card version may be told. */
    private static Check builtIn(CapFile.Import i, CapFile cap, CardTree tree) {
        String platform = tree.info().data().map(CardData::platform).orElse("");
        if (i.name().filter("javacard.framework"::equals).isPresent() && platform.equals("Java Card 2") && cap.javaCard().startsWith("3")) {
            return new Check(Weight.DOUBT, WORDS.say("It is made for Java Card {0}, but the card says that it is {1}. Some cards of a later version say so, too.",
                    cap.javaCard(), platform));
        }
        return new Check(Weight.GOOD, i.name().filter("javacard.framework"::equals).isPresent() && !cap.javaCard().isEmpty()
                ? WORDS.say("It needs {0}, which a card brings along from Java Card {1} on.", i.text(), cap.javaCard())
                : WORDS.say("It needs {0}, which a card brings along.", i.text()));
    }

    private static void memory(CapFile cap, CardTree tree, List<Check> checks) {
        var free = tree.info().memory().map(CardMemory::freePersistent).orElse(java.util.OptionalLong.empty());
        if (free.isPresent()) {
            checks.add(cap.memory() > free.getAsLong()
                    ? new Check(Weight.OBSTACLE, WORDS.say("It takes up to {0} bytes; the card has {1} left.", cap.memory(), free.getAsLong()))
                    : new Check(Weight.GOOD, WORDS.say("It takes up to {0} of the {1} bytes left on the card.", cap.memory(), free.getAsLong())));
        }
    }

    private static void signatures(byte[] loadFile, CardTree tree, List<Check> checks) {
        var signed = DapBlock.in(loadFile).stream().map(DapBlock::domain).toList();
        for (CardTree.Domain d : tree.domains()) {
            RegistryEntry e = d.entry();
            if (e.privileges().has(Privilege.MANDATED_DAP_VERIFICATION) && !signed.contains(e.aid())) {
                checks.add(new Check(Weight.OBSTACLE, WORDS.say("The domain {0} wants every package signed for it (mandated DAP verification).", e.aid())));
            }
        }
        for (Aid a : signed) {
            Optional<RegistryEntry> domain = tree.find(a);
            if (domain.isEmpty() && !tree.isWhole()) {
                checks.add(new Check(Weight.GOOD, WORDS.say("It is signed for {0}, of which the card tells nothing here.", a)));
                continue;
            }
            var privileges = domain.map(RegistryEntry::privileges).orElse(Privileges.NONE);
            checks.add(privileges.has(Privilege.DAP_VERIFICATION) || privileges.has(Privilege.MANDATED_DAP_VERIFICATION)
                    ? new Check(Weight.GOOD, WORDS.say("It is signed for the domain {0}.", a))
                    : new Check(Weight.DOUBT, WORDS.say("It is signed for {0}, which is no domain on the card that verifies signatures.", a)));
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import static org.esc.integrate.World.add;
import static org.esc.integrate.World.dry;
import static org.esc.integrate.World.remove;
import static org.esc.integrate.World.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.esc.pcscd.testing.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verb on profiles in a folder for tests, with the modules of this machine; no token is needed. */
@Timeout(120)
class IntegrateVerbTest {

    @TempDir
    Path dir;

    private World world;
    private Path module;
    private Path other;

    @BeforeEach
    void modules() {
        var found = Programs.library("onepin-opensc-pkcs11.so");
        var second = Programs.library("pkcs11/libcoolkeypk11.so");
        assumeTrue(found.isPresent() && second.isPresent(), "OpenSC's or CoolKey's PKCS #11 module is not installed");
        module = found.get();
        other = second.get();
        world = World.in(dir);
    }

    private static String list(Path database) throws Exception {
        return Files.readString(database.resolve("pkcs11.txt"));
    }

    private static String entry(Path library) {
        return "library=" + library + "\nname=Enterprise Security Client\n\n";
    }

    private static Effect only(IntegrateVerb.Result r) {
        assertEquals(1, r.places().size(), r.toString());
        return r.places().getFirst().effect();
    }

    private String printed(IntegrateVerb.Result r) {
        var text = new StringWriter();
        world.verb().print(r, new PrintWriter(text, true));
        return text.toString();
    }

    @Test
    void registersInEveryProfileOnceAndTakesItBackToTheByte() throws Exception {
        Path one = World.profile(dir.resolve(".mozilla/firefox"), "one");
        Path two = World.profile(dir.resolve(".config/mozilla/firefox"), "two");
        var done = world.run(add(Target.FIREFOX));
        assertEquals(List.of(Effect.REGISTERED, Effect.REGISTERED), done.places().stream().map(IntegrateVerb.Row::effect).toList());
        assertEquals(World.INTERNAL + entry(module), list(one));
        assertEquals(list(one), list(two));
        assertTrue(done.module().orElseThrow().tls13());
        assertTrue(printed(done).contains("+ library=" + module), printed(done));

        var again = world.run(add(Target.FIREFOX));
        assertTrue(again.places().stream().allMatch(r -> r.effect() == Effect.UNCHANGED && r.lines().isEmpty()), again.toString());
        assertEquals(World.INTERNAL + entry(module), list(one));

        assertEquals(Effect.REMOVED, only(world.run(remove(Target.FIREFOX, one))));
        assertEquals(World.INTERNAL, list(one));
        assertEquals(World.INTERNAL + entry(module), list(two));
        world.run(remove(Target.FIREFOX));
        assertEquals(World.INTERNAL, list(two));
        try (var files = Files.list(two)) {
            assertEquals(List.of("pkcs11.txt"), files.map(f -> f.getFileName().toString()).toList());
        }
    }

    @Test
    void prefersTheModuleThatCanAndSaysWhatIsAgainstTheOther() throws Exception {
        World.profile(dir.resolve(".thunderbird"), "mail");
        var choice = world.run(dry(add(Target.THUNDERBIRD))).module().orElseThrow();
        assertEquals(module, choice.library());
        assertTrue(choice.reason().contains("RSA-PSS, which TLS 1.3 needs"), choice.reason());
        var against = choice.others().stream().filter(o -> o.library().equals(other)).findFirst().orElseThrow().reason();
        assertTrue(against.contains("not with RSA-PSS"), against);
    }

    @Test
    void aDryRunSaysWhatWouldChangeAndChangesNothing() throws Exception {
        Path one = World.profile(dir.resolve(".mozilla/firefox"), "one");
        var result = world.run(dry(add(Target.FIREFOX)));
        assertEquals(Effect.REGISTERED, only(result));
        assertEquals(List.of("+ library=" + module, "+ name=Enterprise Security Client"), result.places().getFirst().lines());
        assertTrue(printed(result).contains("would be registered"), printed(result));
        assertEquals(World.INTERNAL, list(one));
        world.run(add(Target.FIREFOX));
        assertEquals(List.of("- library=" + module, "- name=Enterprise Security Client"),
                world.run(dry(remove(Target.FIREFOX))).places().getFirst().lines());
        assertEquals(World.INTERNAL + entry(module), list(one));
    }

    @Test
    void changesNothingAnywhereWhileAProgramRunsWithOneProfile() throws Exception {
        Path free = World.profile(dir.resolve(".mozilla/firefox"), "free");
        Path busy = World.profile(dir.resolve(".mozilla/firefox"), "busy");
        Path lock = Files.createFile(busy.resolve(".parentlock"));
        try (var channel = FileChannel.open(lock, StandardOpenOption.WRITE); var _ = channel.lock()) {
            var p = world.problem(add(Target.FIREFOX));
            assertEquals("profile-in-use", p.code());
            assertTrue(p.message().contains("\"busy\"") && p.advice().contains("Close Firefox"), p.toString());
            assertEquals(World.INTERNAL, list(free));
            assertEquals(World.INTERNAL, list(busy));
            assertTrue(world.run(dry(add(Target.FIREFOX))).places().get(1).running());
            assertEquals(Effect.REGISTERED, only(world.run(add(Target.FIREFOX, free))));
        }
        world.run(add(Target.FIREFOX));
        // what is as it should be hinders nobody
        try (var channel = FileChannel.open(lock, StandardOpenOption.WRITE); var _ = channel.lock()) {
            assertEquals(Effect.UNCHANGED, only(world.run(add(Target.FIREFOX, busy))));
            assertEquals("profile-in-use", world.problem(remove(Target.FIREFOX)).code());
        }
    }

    @Test
    void aModuleThatIsNamedTakesThePlaceOfTheOneBefore() throws Exception {
        Path one = World.profile(dir.resolve(".mozilla/firefox"), "one");
        world.run(add(Target.FIREFOX));
        var result = world.run(with(other, add(Target.FIREFOX)));
        assertEquals(Effect.REPLACED, only(result));
        assertFalse(result.module().orElseThrow().tls13());
        assertEquals(World.INTERNAL + entry(other), list(one));
        world.run(remove(Target.FIREFOX));
        assertEquals(World.INTERNAL, list(one));
    }

    @Test
    void restoresAListWithoutItsLastEmptyLineUnlessSomebodyElseChangedIt() throws Exception {
        Path one = World.database(dir.resolve("db"));
        String odd = "library=\nname=x";
        Files.writeString(one.resolve("pkcs11.txt"), odd);
        world.run(add(Target.NSS, one));
        world.run(remove(Target.NSS, one));
        assertEquals(odd, list(one));
        world.run(add(Target.NSS, one));
        Files.writeString(one.resolve("pkcs11.txt"), list(one) + "library=/o.so\nname=o\n\n");
        world.run(remove(Target.NSS, one));
        assertEquals(odd + "\n\nlibrary=/o.so\nname=o\n\n", list(one));
    }

    @Test
    void leavesAModuleAloneThatSomebodyElseRegistered() throws Exception {
        Path one = World.database(dir.resolve("db"));
        String theirs = World.INTERNAL + "library=" + module + "\nname=My card\n\n";
        Files.writeString(one.resolve("pkcs11.txt"), theirs);
        var result = world.run(add(Target.NSS, one));
        assertEquals(Effect.UNCHANGED, only(result));
        assertTrue(result.places().getFirst().reason().contains("\"My card\""));
        assertEquals(Effect.UNCHANGED, only(world.run(remove(Target.NSS, one))));
        assertEquals(theirs, list(one));
    }

    @Test
    void warnsOfASecondWayToTheSameToken() throws Exception {
        Path one = World.database(dir.resolve("db"));
        Files.writeString(one.resolve("pkcs11.txt"), World.INTERNAL + "library=" + other
                + "\nname=CoolKey\n\nlibrary=/x/p11-kit-proxy.so\nname=p11\n\n");
        var notes = world.run(add(Target.NSS, one)).places().getFirst().notes();
        assertEquals(2, notes.size());
        assertTrue(notes.getFirst().contains("shows twice") && notes.getFirst().contains("\"CoolKey\""), notes.toString());
        assertTrue(notes.getLast().contains("p11-kit"), notes.toString());
    }

    @Test
    void keepsPermissionsAndLinks() throws Exception {
        Path one = World.database(dir.resolve("db"));
        Path real = Files.move(one.resolve("pkcs11.txt"), dir.resolve("elsewhere.txt"));
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(one.resolve("pkcs11.txt"), real);
        world.run(add(Target.NSS, one));
        assertTrue(Files.isSymbolicLink(one.resolve("pkcs11.txt")));
        assertEquals(World.INTERNAL + entry(module), Files.readString(real));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(real)));
    }

    @Test
    void writesPathsAsUtf8() throws Exception {
        Path one = World.database(dir.resolve("db"));
        Path library = Files.copy(module, dir.resolve("M\u00f6dul \u4e2d.so"));
        world.run(with(library, add(Target.NSS, one)));
        assertEquals(World.INTERNAL + entry(library), list(one));
        assertEquals(Effect.UNCHANGED, only(world.run(with(library, add(Target.NSS, one)))));
    }

    @Test
    void aShutInFirefoxIsSkippedUntilAModuleIsNamed() throws Exception {
        Path one = World.profile(dir.resolve(".var/app/org.mozilla.firefox/.mozilla/firefox"), "one");
        var result = world.run(add(Target.FIREFOX));
        assertEquals(Effect.SKIPPED, only(result));
        assertTrue(result.places().getFirst().reason().contains("flatpak"), result.toString());
        assertEquals(World.INTERNAL, list(one));
        assertEquals(Effect.REGISTERED, only(world.run(with(module, add(Target.FIREFOX)))));
    }

    @Test
    void p11KitGetsAFileOfItsOwn() throws Exception {
        Path root = dir.resolve("root");
        Path system = Files.createDirectories(root.resolve("usr/share/p11-kit/modules"));
        world = World.in(dir, root);
        Path own = dir.resolve(".config/pkcs11/modules/enterprise-security-client.module");
        assertEquals(Effect.REGISTERED, only(world.run(with(module, add(Target.P11_KIT)))));
        assertTrue(Files.readString(own).endsWith("\nmodule: " + module + "\n"), Files.readString(own));
        assertEquals(Effect.UNCHANGED, only(world.run(with(module, add(Target.P11_KIT)))));
        assertEquals(Effect.REPLACED, only(world.run(with(other, add(Target.P11_KIT)))));
        assertEquals(Effect.REMOVED, only(world.run(remove(Target.P11_KIT))));
        assertFalse(Files.exists(own));
        assertEquals(Effect.UNCHANGED, only(world.run(remove(Target.P11_KIT))));
        // the distribution has named it to everybody
        Files.writeString(system.resolve("opensc.module"), "# theirs\nmodule: opensc-pkcs11.so\n");
        assertEquals(Effect.UNCHANGED, only(world.run(with(module, add(Target.P11_KIT)))));
        assertFalse(Files.exists(own));
        Files.writeString(own, "module: mine.so\n");
        assertEquals(Effect.SKIPPED, only(world.run(with(other, add(Target.P11_KIT)))));
        assertEquals(Effect.SKIPPED, only(world.run(remove(Target.P11_KIT))));
        assertEquals("module: mine.so\n", Files.readString(own));
    }

    @Test
    void whatIsWrongIsSaidAndNothingHappens() throws Exception {
        assertEquals("no-program", world.problem(new IntegrateVerb.Args(List.of(), List.of(), Optional.empty(), false, false)).code());
        assertEquals("no-profile", world.problem(add(Target.FIREFOX)).code());
        assertTrue(world.problem(add(Target.FIREFOX, dir.resolve("absent"))).message().contains("no folder"));
        var noDatabase = world.problem(add(Target.NSS, dir));
        assertTrue(noDatabase.message().contains("no list of modules")
                && noDatabase.advice().contains("certutil -N"), noDatabase.toString());
        Path one = World.database(dir.resolve("db"));
        var garbage = world.problem(with(Files.writeString(dir.resolve("x.so"), "x"), add(Target.NSS, one)));
        assertEquals("module-unusable", garbage.code());
        assertEquals(World.INTERNAL, list(one));
        world = World.in(dir, Files.createDirectories(dir.resolve("empty")));
        assertEquals("no-module", world.problem(add(Target.NSS, one)).code());
    }
}

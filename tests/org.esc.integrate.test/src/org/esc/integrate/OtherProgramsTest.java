// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import static org.esc.integrate.World.add;
import static org.esc.integrate.World.remove;
import static org.esc.integrate.World.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.esc.pcscd.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What NSS and p11-kit themselves say of what the verb wrote. */
@Timeout(120)
class OtherProgramsTest {

    @TempDir
    Path dir;

    private static Path module() {
        var module = Programs.library("onepin-opensc-pkcs11.so");
        assumeTrue(module.isPresent(), "onepin-opensc-pkcs11.so is not installed");
        return module.get();
    }

    private static String run(String... command) throws Exception {
        var o = Programs.run(command);
        assertEquals(0, o.exit(), o.text());
        return o.text();
    }

    /** The profiles of Firefox and Thunderbird are such databases. */
    @ParameterizedTest
    @EnumSource(names = "P11_KIT", mode = EnumSource.Mode.EXCLUDE)
    void modutilListsItAndWouldHaveWrittenTheSame(Target target) throws Exception {
        Path module = module();
        for (String p : new String[] {"certutil", "modutil"}) {
            assumeTrue(Programs.program(p).isPresent(), p + " (package libnss3-tools) is not installed");
        }
        Path db = Files.createDirectory(dir.resolve("db"));
        String name = "sql:" + db;
        run("certutil", "-N", "-d", name, "--empty-password");
        Path list = db.resolve(NssDatabase.LIST);
        String before = SafeFile.read(list);

        World.in(dir).run(add(target, db));
        String ours = SafeFile.read(list);
        String listed = run("modutil", "-dbdir", name, "-list");
        assertTrue(listed.contains("2. " + Pkcs11Txt.NAME + "\n") && listed.contains("library name: " + module + "\n"), listed);
        assertTrue(run("certutil", "-U", "-d", name).contains("NSS Certificate DB"));

        World.in(dir).run(remove(target, db));
        assertEquals(before, SafeFile.read(list));
        assertFalse(run("modutil", "-dbdir", name, "-list").contains(Pkcs11Txt.NAME));
        run("modutil", "-dbdir", name, "-add", Pkcs11Txt.NAME, "-libfile", module.toString(), "-force");
        assertEquals(ours, SafeFile.read(list));
    }

    @Test
    void p11KitListsItForThePerson() throws Exception {
        assumeTrue(Programs.program("p11-kit").isPresent(), "p11-kit is not installed");
        // under a name that p11-kit's own list does not have
        Path module = Files.copy(module(), dir.resolve("mine.so"));
        boolean root = "root".equals(System.getProperty("user.name"));
        assumeTrue(!root || Programs.program("setpriv").isPresent(),
                "p11-kit does not look at root's own modules, and there is no setpriv");
        World.in(dir).run(with(module, add(Target.P11_KIT)));
        assertTrue(listed(root).contains("enterprise-security-client: " + module), listed(root));
        World.in(dir).run(remove(Target.P11_KIT));
        assertFalse(listed(root).contains("enterprise-security-client"));
    }

    /** The modules of the person whose home is our folder; root becomes nobody for that. */
    private String listed(boolean root) throws Exception {
        String[] p11Kit = {Programs.program("p11-kit").orElseThrow().toString(), "list-modules"};
        String[] asNobody = {"setpriv", "--reuid", "65534", "--clear-groups", p11Kit[0], p11Kit[1]};
        if (root) {
            Programs.run("chmod", "-R", "go+rX", dir.toString());
        }
        var builder = new ProcessBuilder(root ? asNobody : p11Kit).redirectErrorStream(true).redirectOutput(dir.resolve("out").toFile());
        builder.environment().put("HOME", dir.toString());
        builder.environment().keySet().removeIf(k -> k.startsWith("XDG_"));
        Process p = builder.start();
        try {
            assertTrue(p.waitFor(60, TimeUnit.SECONDS));
        } finally {
            p.destroyForcibly();
        }
        return Files.readString(dir.resolve("out"));
    }
}

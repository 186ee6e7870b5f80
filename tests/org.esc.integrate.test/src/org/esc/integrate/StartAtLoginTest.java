// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.integrate.StartAtLoginVerb.What;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file that has the workbench started at login. */
class StartAtLoginTest {

    @TempDir
    Path dir;
    private Path file;

    @BeforeEach
    void program() throws Exception {
        file = dir.resolve("home/.config/autostart/esc.desktop");
        Files.createDirectories(dir.resolve("home"));
        assertTrue(Files.createFile(dir.resolve("esc")).toFile().setExecutable(true));
    }

    private StartAtLoginVerb.Result run(What what) throws EscException {
        return run(what, Machine.Kind.LINUX, Optional.of(dir.toString()));
    }

    private StartAtLoginVerb.Result run(What what, Machine.Kind kind, Optional<String> home) throws EscException {
        return new StartAtLoginVerb(new Machine(kind, dir.resolve("home"), dir.resolve("root"), Map.of()), home)
                .run(new StartAtLoginVerb.Args(what), null);
    }

    @Test
    void isSwitchedOnAndOff() throws Exception {
        assertFalse(run(What.STATUS).on());
        assertFalse(run(What.OFF).on());
        assertTrue(run(What.ON).on());
        assertTrue(run(What.STATUS).on());
        String text = Files.readString(file);
        assertTrue(text.startsWith("[Desktop Entry]\n"), text);
        assertTrue(text.contains("Exec=\"" + dir + "/esc\" --minimized\n"), text);
        assertFalse(run(What.OFF).on());
        assertFalse(Files.exists(file));
        var out = new StringWriter();
        new StartAtLoginVerb().print(new StartAtLoginVerb.Result(false, "f"), new PrintWriter(out, true));
        assertTrue(out.toString().startsWith("off"), out.toString());
    }

    @Test
    void hidesTheOneThatHoldsForEverybody() throws Exception {
        Path all = dir.resolve("root/etc/xdg/autostart/esc.desktop");
        Files.createDirectories(all.getParent());
        Files.writeString(all, "[Desktop Entry]\nExec=esc\n");
        assertTrue(run(What.STATUS).on());
        assertFalse(run(What.OFF).on());
        assertTrue(Files.readString(file).contains("Hidden=true"));
        assertTrue(run(What.ON).on());
    }

    @Test
    void saysWhyItCannotBe() {
        assertEquals("no-launcher", assertThrows(EscException.class, () -> run(What.ON, Machine.Kind.LINUX, Optional.empty())).problem().code());
        assertEquals("not-here", assertThrows(EscException.class, () -> run(What.STATUS, Machine.Kind.WINDOWS, Optional.empty())).problem().code());
        assertFalse(Files.exists(file));
    }

    @Test
    void anythingInAPathIsQuoted() {
        assertEquals("\"/a b/esc\"", StartAtLoginVerb.quoted("/a b/esc"));
        assertEquals("\"/100%%/\\\\$x/\\\\\"q/esc\"", StartAtLoginVerb.quoted("/100%/$x/\"q/esc"));
    }
}

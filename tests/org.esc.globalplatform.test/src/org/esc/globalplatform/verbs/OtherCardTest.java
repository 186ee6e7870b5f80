// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.card.Readers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.globalplatform.CardInfo;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeySets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The verbs against JCardEngine's card. {@code ESC_JCARD} holds the command that starts the simulator, to which the port of a vpcd is
 * added: it has loaded, and not installed, an applet F00000000101 of a package F000000001 that answers {@code 80100000} with two bytes. The
 * simulator reads {@code pro.javacard.engine.scp02} from the Java options in {@code JAVA_TOOL_OPTIONS}. docs/third-party.md says more.
 */
@Timeout(120)
class OtherCardTest {

    private static final String PACKAGE = "F000000001";
    private static final String APPLET = "F00000000101";
    private static final String INSTANCE = "F00000000102";

    @TempDir
    Path dir;

    @BeforeEach
    void need() {
        assumeTrue(System.getenv("ESC_JCARD") != null, "ESC_JCARD does not say how to start JCardEngine");
    }

    /** The simulator in a reader, and the verbs. */
    private final class Place implements AutoCloseable {

        private final VpcdReader reader = new VpcdReader();
        private final Process simulator;
        private final ContentWork work;
        private final Stage person = new Stage(ScpVersion.SCP02_15, dir);

        Place(boolean scp02) throws Exception {
            var command = new ArrayList<>(List.of(System.getenv("ESC_JCARD").split(" ")));
            command.add(Integer.toString(reader.port()));
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(dir.resolve("simulator.log").toFile());
            builder.environment().put("JAVA_TOOL_OPTIONS", "-Dpro.javacard.engine.scp02=" + scp02);
            simulator = builder.start();
            reader.accept();
            var readers = new Readers();
            readers.addProvider(reader);
            work = new ContentWork(readers, new KeySets(Optional.empty(), Optional.empty(), Map.<String, String>of()::get),
                    new Channels(dir.resolve("tries")), null);
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        <R> R run(Verb<?, ?> verb, String... arguments) throws EscException {
            var given = new HashMap<String, List<String>>();
            for (String a : arguments) {
                given.computeIfAbsent(a.substring(0, a.indexOf('=')), _ -> new ArrayList<>()).add(a.substring(a.indexOf('=') + 1));
            }
            if (!verb.name().equals("gp info")) {
                given.put("keys", List.of("factory"));
            }
            return (R) Verbs.run((Verb) verb, given, new Context(person, Progress.NONE, new Cancel()));
        }

        String refused(Verb<?, ?> verb, String... arguments) {
            var p = assertThrows(EscException.class, () -> run(verb, arguments)).problem();
            return p.sw().map(Object::toString).orElse(p.code());
        }

        @Override
        public void close() throws Exception {
            person.close();
            reader.close();
            simulator.destroy();
            simulator.waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatItHasIsUsedAndWhatItLacksIsSaid(boolean scp02) throws Exception {
        try (var p = new Place(scp02)) {
            CardInfo info = p.run(new GpInfoVerb(p.work));
            assertEquals("A000000151000000", info.domain().orElseThrow().toString());
            assertEquals(255, info.maxCommandData().orElseThrow());

            assertEquals("6D00", p.refused(new GpListVerb(p.work)));

            ContentResult installed = p.run(new GpInstallVerb(p.work), "which=" + PACKAGE, "applet=" + APPLET, "instance=" + INSTANCE,
                    "params=0102");
            assertTrue(installed.warnings().getFirst().startsWith("The card does not list its content"), installed.toString());
            GpApduVerb.Result answers = p.run(new GpApduVerb(p.work), "commands=00A4040006" + INSTANCE, "commands=8010000002");
            assertTrue(answers.apdus().getLast().answer().orElseThrow().startsWith("6869"), answers.toString());

            // it has no such commands, and says so
            assertEquals("6D00", p.refused(new GpLockVerb(p.work), "aid=" + INSTANCE));
            assertEquals("6D00", p.refused(new GpStoreDataVerb(p.work), "data=0102"));
            p.run(new GpDeleteVerb(p.work), "aid=" + INSTANCE);
        }
    }
}

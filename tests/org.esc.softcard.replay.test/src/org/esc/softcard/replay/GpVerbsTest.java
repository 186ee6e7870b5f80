// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.card.Readers;
import org.esc.card.VirtualCard;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.globalplatform.verbs.ContentWork;
import org.esc.globalplatform.verbs.GpInfoVerb;
import org.esc.globalplatform.verbs.GpListVerb;
import org.esc.globalplatform.verbs.GpLockCardVerb;
import org.esc.globalplatform.verbs.GpPutKeyVerb;
import org.esc.globalplatform.verbs.GpStoreDataVerb;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verbs that manage a card, recorded with a card and run again with its trace: their secure channels go on, as the host takes the recorded challenges. */
class GpVerbsTest {

    private static final String OWN = "505152535455565758595A5B5C5D5E5F";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>(Map.of("FACTORY", "404142434445464748494A4B4C4D4E4F", "OWN", OWN));

    private <A extends Record, R extends Record> String run(Verb<A, R> verb, String... arguments) throws EscException {
        var given = new HashMap<String, List<String>>();
        for (String a : arguments) {
            int eq = a.indexOf('=');
            given.computeIfAbsent(a.substring(0, eq), _ -> new ArrayList<>()).add(a.substring(eq + 1));
        }
        var text = new StringWriter();
        var person = new Person();
        person.answers.put("NEW_KEY", OWN);
        person.agrees = true;
        verb.print(Verbs.run(verb, given, person.context()), new PrintWriter(text, true));
        return verb.name() + "\n" + text;
    }

    /** What a person does with a card, a verb after the other, each with a channel of its own. */
    private String manage(Readers readers, String level) throws EscException {
        var work = new ContentWork(readers, new KeySets(Optional.empty(), Optional.empty(), environment::get), new Channels(folder.resolve("tries")), null);
        String with = "level=" + level;
        return run(new GpInfoVerb(work)) + run(new GpListVerb(work), "keys=factory", with) + run(new GpStoreDataVerb(work), "keys=factory", with, "data=42 03 010203 45 02 0A0B", "form=tlv")
                + run(new GpPutKeyVerb(work), "keys=factory", with, "newVersion=02") + run(new GpListVerb(work), "keyEnv=OWN", "keyVersion=02", with)
                + run(new GpLockCardVerb(work), "keyEnv=OWN", "keyVersion=02", with) + run(new GpLockCardVerb(work), "keyEnv=OWN", "keyVersion=02", "undo=true", with)
                + run(new GpListVerb(work), "keys=factory", with);
    }

    @ParameterizedTest
    @CsvSource({"1, 05, mac-enc", "2, 15, mac", "2, 15, mac-enc", "2, 55, mac-enc", "3, 00, mac-enc", "3, 10, mac", "3, 70, full", "3, 71, mac-enc"})
    void everyVerbSaysTheSameOfARecordedCard(int protocol, String i, String level) throws Exception {
        var scp = new ScpVersion(protocol, Integer.parseInt(i, 16));
        Path file = folder.resolve("t.esctrace");
        String seen;
        try (VirtualCard card = SoftCard.inMemory(CardSpec.standard().withScp(scp).withKey(1, KeySet.factoryKey()))) {
            seen = Recorder.record(file, card, readers -> manage(readers, level));
        }
        assertTrue(seen.contains("gp list"), seen);
        for (Replay.Mode mode : Replay.Mode.values()) {
            Replay replay = Recorder.replay(file, mode);
            Recorder.insert(replay, readers -> {
                assertEquals(seen, manage(readers, level), mode + " " + replay.report());
                ReplayReport r = replay.report();
                assertTrue(r.matched(), r::toString);
                assertEquals(r.card().exchanges(), r.asked(), r::toString);
                assertFalse(r.toString().contains("another challenge"), r::toString);
                return "";
            });
        }
        // and once more, when all challenges were used already
        Replay replay = Recorder.replay(file, Replay.Mode.TOLERANT);
        Recorder.insert(replay, readers -> {
            manage(readers, level);
            var work = new ContentWork(readers, new KeySets(Optional.empty(), Optional.empty(), environment::get), new Channels(folder.resolve("tries")), null);
            run(new GpListVerb(work), "keyEnv=OWN", "keyVersion=02", "level=" + level);
            var e = assertThrows(EscException.class, () -> run(new GpListVerb(work), "keys=factory", "level=" + level, "keyVersion=02"));
            assertEquals("card-not-authentic", e.problem().code(), "the keys matter as with the card");
            return "";
        });
    }
}

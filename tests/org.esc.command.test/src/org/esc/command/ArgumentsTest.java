// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    enum Colour { RED, DARK_BLUE }

    record Sample(@Arg(label = "FILE", help = "a file") Path file, @Arg(names = "--count", help = "how many", defaultValue = "3") int count,
            @Arg(names = {"-c", "--cuid"}, help = "an id") Optional<Cuid> cuid, @Arg(names = "--key", help = "a key") Optional<byte[]> key,
            @Arg(names = "--fast", help = "a flag") boolean fast, @Arg(names = "--colour", help = "a colour") Optional<Colour> colour,
            @Arg(names = "--tag", help = "tags") List<String> tags) {

        Sample {
            if (count > 100) {
                throw new IllegalArgumentException("At most 100.");
            }
        }
    }

    @Test
    void wordsBecomeTypedValues() throws Exception {
        Sample s = Arguments.build(Sample.class, Map.of("file", List.of("a.card"), "cuid", List.of("40906145C76224192D2B"),
                "key", List.of("40 41"), "fast", List.of(), "colour", List.of("dark-blue"), "tags", List.of("x", "y")));
        assertEquals(Path.of("a.card"), s.file());
        assertEquals(3, s.count());
        assertEquals(Cuid.of("40906145C76224192D2B"), s.cuid().orElseThrow());
        assertArrayEquals(new byte[] {0x40, 0x41}, s.key().orElseThrow());
        assertTrue(s.fast());
        assertEquals(Colour.DARK_BLUE, s.colour().orElseThrow());
        assertEquals(List.of("x", "y"), s.tags());
        assertFalse(Arguments.build(Sample.class, Map.of("file", List.of("a"))).fast());
    }

    @Test
    void whatDoesNotFitIsAUsageError() {
        var file = List.of("a");
        for (Map<String, List<String>> bad : List.of(Map.<String, List<String>>of(), Map.of("file", file, "count", List.of("many")),
                Map.of("file", file, "cuid", List.of("40")), Map.of("file", file, "key", List.of("4")),
                Map.of("file", file, "colour", List.of("green")), Map.of("file", file, "nope", List.of("1")),
                Map.of("file", file, "count", List.of("101")), Map.of("file", List.of("a", "b")))) {
            EscException e = assertThrows(EscException.class, () -> Arguments.build(Sample.class, bad), bad.toString());
            assertEquals(Fault.USAGE, e.fault());
        }
    }

    record Inner(@Arg(names = "--count", help = "how many", defaultValue = "3") int count,
            @Arg(names = "--fast", help = "a flag") boolean fast) {

        Inner {
            if (count > 100) {
                throw new IllegalArgumentException("At most 100.");
            }
        }
    }

    record Middle(Inner inner, @Arg(names = "--cuid", help = "a value that is a record") Optional<Cuid> cuid) {
    }

    record Outer(@Arg(label = "FILE", help = "a file") Path file, Middle middle, @Arg(names = "--tag", help = "tags") List<String> tags) {
    }

    record Twice(Inner one, Inner two) {
    }

    record Bare(String what) {
    }

    @Test
    void aRecordOfArgumentsStandsForItsOwn() throws Exception {
        assertEquals(List.of("FILE", "--count", "--fast", "--cuid", "--tag"),
                Arguments.of(Outer.class).stream().map(Arguments.Parameter::display).toList());
        var cuid = Cuid.of("40906145C76224192D2B");
        assertEquals(new Outer(Path.of("a"), new Middle(new Inner(7, true), Optional.of(cuid)), List.of("x")),
                Arguments.build(Outer.class, Map.of("file", List.of("a"), "count", List.of("7"), "fast", List.of(), "cuid",
                        List.of(cuid.toString()), "tags", List.of("x"))));
        assertEquals(new Outer(Path.of("a"), new Middle(new Inner(3, false), Optional.empty()), List.of()),
                Arguments.build(Outer.class, Map.of("file", List.of("a"))));
        for (Map<String, List<String>> bad : List.of(Map.of("file", List.of("a"), "count", List.of("101")),
                Map.of("file", List.of("a"), "inner", List.of("1")), Map.of("file", List.of("a"), "middle", List.of("1")),
                Map.of("count", List.of("1")))) {
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> Arguments.build(Outer.class, bad), bad.toString()).fault());
        }
        assertThrows(IllegalStateException.class, () -> Arguments.of(Twice.class));
        assertThrows(IllegalStateException.class, () -> Arguments.of(Bare.class));
    }

    @Test
    void cancelWithdrawsAQuestion() {
        var cancel = new Cancel();
        var answer = new CompletableFuture<String>();
        Thread.ofVirtual().start(cancel::cancel);
        EscException e = assertThrows(EscException.class, () -> Ask.await(answer, cancel, "ask"));
        assertEquals(Fault.CANCELLED, e.fault());
        assertTrue(answer.isCancelled());
    }

    @Test
    void cancelRunsEachActionOnceAndLateOnesAtOnce() {
        var cancel = new Cancel();
        var ran = new ArrayList<String>();
        cancel.onCancel(() -> ran.add("kept"));
        cancel.onCancel(() -> ran.add("withdrawn")).close();
        cancel.cancel();
        cancel.cancel();
        cancel.onCancel(() -> ran.add("late"));
        assertEquals(List.of("kept", "late"), ran);
        assertThrows(EscException.class, () -> cancel.check("go on"));
    }
}

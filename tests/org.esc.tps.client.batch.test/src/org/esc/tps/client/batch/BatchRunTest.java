// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class BatchRunTest {

    @TempDir
    Path folder;

    @Test
    void aPlanIsWorkedThroughWithTwoReadersAtOnce() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 4);
            Desk.tokens(folder.resolve("foreign"), 1);
            var rows = new ArrayList<Row>();
            var owners = new HashMap<Cuid, String>();
            for (int i = 0; i < 4; i++) {
                rows.add(new Row(Optional.of(cuids.get(i)), Task.ENROLL, Optional.of("user" + (i + 1)), Optional.empty()));
                owners.put(cuids.get(i), "user" + (i + 1));
            }
            var plan = new Plan(rows);
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD); var stack = new CardStack(desk.soft, tokens, 2); var _ = stack.serve(run)) {
                var end = run.run(Desk.context());
                assertEquals(new RunState.Counts(4, 4, 0, 0, 0, 0), end.counts(), end.toString());
                assertTrue(end.finished());
                assertEquals(List.of("Virtual reader 1", "Virtual reader 2"), end.rows().stream().map(RowState::reader).distinct().sorted().toList());
            }
            office.agrees(tokens, owners);
        }
    }
}

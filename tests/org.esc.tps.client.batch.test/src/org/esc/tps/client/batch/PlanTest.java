// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {

    private static final String CUID = "40906145C76224192D2B";

    @TempDir
    Path folder;

    @Test
    void readsWhatAPersonWrites() throws EscException {
        var plan = Plan.parse("p", "cuid,operation,user,profile\n4090-6145-c762-2419-2d2b,enroll,alice,\n*,Format,,userKey\n,re-key,\"bob, jr\",\n\n"
                + CUID + ",retire\n");
        assertEquals(List.of(
                new Row(Optional.of(Cuid.of(CUID)), Task.ENROLL, Optional.of("alice"), Optional.empty()),
                new Row(Optional.empty(), Task.FORMAT, Optional.empty(), Optional.of("userKey")),
                new Row(Optional.empty(), Task.RE_KEY, Optional.of("bob, jr"), Optional.empty()),
                new Row(Optional.of(Cuid.of(CUID)), Task.RETIRE, Optional.empty(), Optional.empty())), plan.rows());
        assertEquals(plan, Plan.parse("again", plan.text()));
    }

    @Test
    void takesWhatSpreadsheetsWrite() throws EscException {
        var expected = List.of(new Row(Optional.of(Cuid.of(CUID)), Task.ENROLL, Optional.of("Jürgen"), Optional.empty()));
        assertEquals(expected, Plan.parse("p", "\uFEFFOperation;User;CUID\r\nenroll;Jürgen;" + CUID + "\r\n").rows());
        assertEquals(expected, Plan.parse("p", "operation\tuser\tcuid\nenrol\tJürgen\t" + CUID).rows());
    }

    @Test
    void aCellThatLooksLikeAFormulaIsWrittenSoThatItIsNone() throws EscException {
        var plan = new Plan(List.of(new Row(Optional.empty(), Task.ENROLL, Optional.of("=HYPERLINK(\"x\")"), Optional.of("-1+1"))));
        assertTrue(plan.text().contains("\"'=HYPERLINK(\"\"x\"\")\",'-1+1"), plan.text());
        assertEquals(plan, Plan.parse("p", plan.text()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "cuid,operation,pin!x,format,1234            | line 1, column 16 | no secrets",
        "cuid,operation,colour!x,format,red           | line 1, column 16 | no column \"colour\"",
        "cuid,operation,cuid!x,format,x               | line 1, column 16 | twice",
        "cuid,user!x,alice                            | line 1, column 1  | operation",
        "cuid,operation!" + CUID + ",fromat           | line 2, column 22 | \"fromat\" is no operation",
        "cuid,operation!" + CUID + "                  | line 2, column 1  | the operation is missing",
        "cuid,operation!*,format!4090,format          | line 3, column 1  | \"4090\" is no CUID",
        "cuid,operation!*,format,alice                | line 2, column 10 | more cells than columns",
        "cuid,operation!\"*,format                    | line 2, column 1  | not closed",
        "cuid,operation!\"*\"x,format                 | line 2, column 4  | behind a closing quote",
        "cuid,operation                               | line 2, column 1  | no rows",
        "''                                           | line 1, column 1  | nothing in it"})
    void whatIsWrongIsSaidWithItsPlace(String text, String place, String words) {
        var e = assertThrows(EscException.class, () -> Plan.parse("plan.csv", text.replace('!', '\n')));
        assertEquals(Fault.USAGE, e.fault());
        assertEquals("bad-plan", e.problem().code());
        assertTrue(e.getMessage().startsWith("plan.csv, " + place + ": ") && e.getMessage().contains(words), e.getMessage());
    }

    @Test
    void filesThatAreNoTextAreRefused() throws Exception {
        Path file = folder.resolve("plan.csv");
        Files.write(file, "cuid,operation,user\n*,enroll,J\u00fcrgen\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("bad-plan", assertThrows(EscException.class, () -> Plan.read(file)).problem().code());
        assertEquals("file-unreadable", assertThrows(EscException.class, () -> Plan.read(folder.resolve("none.csv"))).problem().code());
        assertEquals("file-unreadable", assertThrows(EscException.class, () -> Plan.read(folder)).problem().code());
    }

    @Test
    void aServersListOfTokensBecomesAPlan() throws EscException {
        var plan = Plan.ofTokens("list", "TokenID,UserID,Status,Type,AppletID\n" + CUID + ",alice,ACTIVE,userKey,1.4\n", Task.RE_KEY);
        assertEquals(List.of(new Row(Optional.of(Cuid.of(CUID)), Task.RE_KEY, Optional.of("alice"), Optional.of("userKey"))), plan.rows());
        var e = assertThrows(EscException.class, () -> Plan.ofTokens("list", "Name\nx\n", Task.FORMAT));
        assertTrue(e.getMessage().contains("no column holds the numbers of tokens"));
    }

    @Test
    void remarksNameWhatAPersonMayHaveOverlooked() throws EscException {
        var plan = Plan.parse("p", "cuid,operation,user\n*,enroll,\n*,retire,\n" + CUID + ",format,\n" + CUID + ",format,\n");
        assertEquals(4, plan.remarks().size(), plan.remarks().toString());
        assertTrue(plan.remarks().getLast().contains("--admin"), plan.remarks().toString());
    }
}

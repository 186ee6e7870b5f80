// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * Brings a database's schema up to date. Scripts are numbered from 1 and never changed once released; a database
 * remembers which it has seen, with their hashes. Databases may commit at each DDL statement, so every statement must
 * bear being run twice ({@code IF NOT EXISTS}).
 */
final class Migrations {

    private static final Words WORDS = Words.of(Migrations.class);

    /** Script n is element n-1; read through this class's loader, as no class path can be listed in OSGi. */
    private static final List<String> SCRIPTS = List.of("V001-first.sql", "V002-unrecorded.sql", "V003-officers.sql", "V004-administration.sql", "V005-nodes.sql");

    private Migrations() {
    }

    static void run(Database database) throws EscException {
        run(database, SCRIPTS.stream().map(Migrations::read).toList());
    }

    /** With these scripts. */
    static void run(Database database, List<String> scripts) throws EscException {
        database.run(sql -> sql.update("CREATE TABLE IF NOT EXISTS schema_history "
                + "(version INT PRIMARY KEY, hash VARCHAR(64) NOT NULL, applied_at BIGINT NOT NULL)"));
        var seen = database.inTransaction(
                sql -> sql.query("SELECT hash FROM schema_history ORDER BY version", r -> r.getString(1)));
        if (seen.size() > scripts.size()) {
            throw Problem.of(Fault.USAGE, step(), WORDS.say("The database was written by a newer version of this program (schema {0}, known here: {1}).",
                            seen.size(), scripts.size())).code("schema-too-new").advice(WORDS.say("Use the newer version."))
                    .exception();
        }
        for (int i = 0; i < scripts.size(); i++) {
            String hash = hash(scripts.get(i));
            if (i < seen.size()) {
                if (!seen.get(i).equals(hash)) {
                    throw Problem.of(Fault.USAGE, step(), WORDS.say("Step {0} of the database's schema is not the one this program knows.", i + 1))
                            .code("schema-differs").exception();
                }
                continue;
            }
            int version = i + 1;
            database.run(sql -> {
                for (String statement : statements(scripts.get(version - 1))) {
                    sql.update(statement);
                }
                sql.update("INSERT INTO schema_history (version, hash, applied_at) VALUES (?, ?, ?)", version, hash,
                        System.currentTimeMillis());
            });
        }
    }

    /** Statements end with a semicolon at the end of a line; lines that begin with two dashes are remarks. */
    static List<String> statements(String script) {
        String bare = String.join("\n", Arrays.stream(script.split("\r?\n")).filter(l -> !l.startsWith("--")).toList());
        var result = new ArrayList<String>();
        for (String s : bare.split(";[ \t]*(\n|$)")) {
            if (!s.isBlank()) {
                result.add(s.strip());
            }
        }
        return result;
    }

    private static String hash(String script) {
        try {
            String normal = String.join("\n", statements(script));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                    .digest(normal.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(String name) {
        try (var in = Migrations.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String step() {
        return WORDS.say("update the database schema");
    }
}

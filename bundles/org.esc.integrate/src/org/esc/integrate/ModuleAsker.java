// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Cancel;

/** Asks a PKCS #11 library what it can do, in a process of its own and for a bounded time: a library may crash or hang. */
final class ModuleAsker {

    private static final Words WORDS = Words.of(ModuleAsker.class);

    // PKCS #11 2.40, table of mechanisms and CKF_SIGN
    private static final long RSA_PKCS = 0x01;
    private static final long RSA_PKCS_PSS = 0x0D;
    private static final long SHA256_RSA_PKCS_PSS = 0x43;
    private static final long SIGN = 0x800;

    private final Duration limit;

    /** @param limit how long a library may take to answer */
    ModuleAsker(Duration limit) {
        this.limit = limit;
    }

    /** @throws EscException of kind CANCELLED only */
    ModuleAnswer ask(Path library, Cancel cancel) throws EscException {
        if (!Files.isRegularFile(library)) {
            return ModuleAnswer.unusable(library, WORDS.say("there is no such file"));
        }
        Path folder = null;
        try {
            folder = Files.createTempDirectory("esc-probe");
            return run(library, folder, cancel);
        } catch (IOException e) {
            return ModuleAnswer.unusable(library, WORDS.say("it could not be asked: {0}", e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancel.cancelled(WORDS.say("ask the module"), e);
        } finally {
            delete(folder);
        }
    }

    private ModuleAnswer run(Path library, Path folder, Cancel cancel) throws IOException, InterruptedException, EscException {
        // the class alone, so that it does not matter how our own were loaded
        unpack(folder, ModuleProbe.class);
        for (Class<?> inner : ModuleProbe.class.getDeclaredClasses()) {
            unpack(folder, inner);
        }
        Path out = folder.resolve("out");
        String java = Path.of(System.getProperty("java.home"), "bin", File.separatorChar == '\\' ? "java.exe" : "java").toString();
        var command = List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("crash"), "--enable-native-access=ALL-UNNAMED", "-cp", folder.toString(),
                ModuleProbe.class.getName(), library.toAbsolutePath().toString());
        Process p = new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        boolean ended;
        try (var _ = cancel.onCancel(p::destroyForcibly)) {
            p.getOutputStream().close();
            ended = p.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            p.destroyForcibly().waitFor();
        }
        cancel.check(WORDS.say("ask the module"));
        return ended ? read(library, Files.readString(out, StandardCharsets.ISO_8859_1))
                : ModuleAnswer.unusable(library, WORDS.many(limit.toSeconds(), "it did not answer within {0} second", "it did not answer within {0} seconds"));
    }

    private static ModuleAnswer read(Path library, String text) {
        String description = "";
        var tokens = new ArrayList<ModuleAnswer.Token>();
        var hindrance = Optional.<String>empty();
        for (String line : SafeFile.words(text).lines().filter(l -> l.startsWith(ModuleProbe.MARK)).toList()) {
            String[] w = line.substring(ModuleProbe.MARK.length()).split("\t", -1);
            switch (w[0]) {
                case "library" -> description = (w[1] + " " + w[2]).strip();
                case "token" -> tokens.add(new ModuleAnswer.Token(w[1], w[2],
                        signs(w[3], RSA_PKCS_PSS) || signs(w[3], SHA256_RSA_PKCS_PSS), signs(w[3], RSA_PKCS)));
                case "hindered" -> hindrance = Optional.of(refused(w[1]));
                case "unloadable" -> {
                    return ModuleAnswer.unusable(library, WORDS.say("it cannot be loaded"));
                }
                case "foreign" -> {
                    return ModuleAnswer.unusable(library, WORDS.say("it is no PKCS #11 library (it has no C_GetFunctionList)"));
                }
                case "refused" -> {
                    return ModuleAnswer.unusable(library, refused(w[1]));
                }
                case "failed" -> {
                    return ModuleAnswer.unusable(library, WORDS.say("asking it went wrong: {0}", w[1]));
                }
                case "end" -> {
                    return new ModuleAnswer(library, description, tokens, hindrance, Optional.empty());
                }
                default -> throw new IllegalStateException(w[0]);
            }
        }
        return ModuleAnswer.unusable(library, WORDS.say("it crashed when it was asked what it can do"));
    }

    /** From a function's name and its answer. */
    private static String refused(String words) {
        String[] w = words.split(" ", 2);
        return WORDS.say("its {0} answers {1}", w[0], w[1]);
    }

    private static boolean signs(String mechanisms, long wanted) {
        for (String m : mechanisms.split(" ")) {
            int colon = m.indexOf(':');
            if (colon > 0 && Long.parseUnsignedLong(m.substring(0, colon), 16) == wanted
                    && (Long.parseUnsignedLong(m.substring(colon + 1), 16) & SIGN) != 0) {
                return true;
            }
        }
        return false;
    }

    private static void unpack(Path folder, Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        try (var in = type.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IOException("no " + name);
            }
            Files.copy(in, file);
        }
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (var all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(f -> {
                try {
                    Files.deleteIfExists(f);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException | UncheckedIOException _) {
            // a folder of temporary files is left behind, with nothing secret in it
        }
    }
}

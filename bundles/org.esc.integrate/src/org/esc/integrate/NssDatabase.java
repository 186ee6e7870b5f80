// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;

/**
 * An NSS database's list of modules. Its entry is written as NSS itself writes it; NSS reads the list when a program starts. Before the
 * first change a copy is put beside the list, which also serves to restore it to the byte.
 */
final class NssDatabase {

    private static final Words WORDS = Words.of(NssDatabase.class);

    /** Where the list is, in the database's folder. */
    static final String LIST = "pkcs11.txt";
    private static final String COPY = LIST + ".before-esc";

    private final Path list;

    NssDatabase(Path folder) {
        list = folder.resolve(LIST);
    }

    /** Whether there is one in this folder. */
    static boolean isOne(Path folder) {
        return Files.isRegularFile(folder.resolve(LIST));
    }

    /** What adding our entry would do. */
    Change add(Path library, List<Path> weaker) throws IOException {
        var before = new Pkcs11Txt(SafeFile.read(list));
        var notes = new ArrayList<String>();
        for (var e : before.entries()) {
            String file = SafeFile.words(e.library());
            if (e.ours() || file.isEmpty()) {
                continue;
            }
            if (same(file, library)) {
                return Change.none(list, WORDS.say("the module is registered there already, under the name \"{0}\"", SafeFile.words(e.name())),
                        List.of());
            }
            if (file.contains("p11-kit-proxy")) {
                notes.add(WORDS.say("p11-kit's modules are registered there, too ({0}); if the module is one of them, the token shows twice.", file));
            } else if (weaker.stream().anyMatch(w -> same(file, w))) {
                notes.add(WORDS.say("Another module for the same tokens is registered there as \"{0}\" ({1}); "
                        + "the token shows twice until you remove it in the program's list of security devices.", SafeFile.words(e.name()), file));
            }
        }
        String path = SafeFile.bytes(library.toString());
        var ours = before.ours();
        if (ours.isPresent() && ours.get().library().equals(path)) {
            return Change.none(list, WORDS.say("the module is registered there already"), notes);
        }
        var come = Pkcs11Txt.lines(library.toString());
        var gone = ours.map(e -> Pkcs11Txt.lines(SafeFile.words(e.library()))).orElse(List.of());
        return new Change(list, ours.isPresent() ? Effect.REPLACED : Effect.REGISTERED, "", Change.lines(gone, come), notes,
                Optional.of(before.with(path).text()));
    }

    /** What taking our entry out would do. */
    Change remove() throws IOException {
        var before = new Pkcs11Txt(SafeFile.read(list));
        var ours = before.ours();
        if (ours.isEmpty()) {
            return Change.none(list, WORDS.say("nothing there was registered by this program"), List.of());
        }
        String after = before.without().text();
        Path copy = list.resolveSibling(COPY);
        if (Files.isRegularFile(copy)) {
            var first = new Pkcs11Txt(SafeFile.read(copy));
            if (first.with(ours.get().library()).equals(before)) {
                after = first.text();
            }
        }
        return new Change(list, Effect.REMOVED, "", Change.lines(Pkcs11Txt.lines(SafeFile.words(ours.get().library())), List.of()),
                List.of(), Optional.of(after));
    }

    /** Does it. */
    static void apply(Change change) throws IOException {
        Path list = change.file();
        Path copy = list.resolveSibling(COPY);
        if (change.effect() == Effect.REGISTERED) {
            Files.copy(list, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        }
        SafeFile.write(list, change.after().orElseThrow());
        if (change.effect() == Effect.REMOVED) {
            Files.deleteIfExists(copy);
        }
    }

    private static boolean same(String file, Path library) {
        try {
            return Machine.real(Path.of(file)).equals(Machine.real(library));
        } catch (InvalidPathException _) {
            return false;
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;

/** p11-kit's folder of a person's own modules: one file {@code *.module} for each. */
final class P11Kit {

    private static final Words WORDS = Words.of(P11Kit.class);

    /** The name of our file; by it and its first line we know it again. */
    static final String FILE = "enterprise-security-client.module";
    private static final String MARK = "# Written by \"esc integrate p11-kit\"; with --remove it takes this file away.";
    private static final String KEY = "module:";

    private final Path folder;
    private final Path file;
    private final List<Path> systemFolders;

    P11Kit(Path folder, List<Path> systemFolders) {
        this.folder = folder;
        this.file = folder.resolve(FILE);
        this.systemFolders = List.copyOf(systemFolders);
    }

    /** What adding our file would do. */
    Change add(Path library) throws IOException {
        for (Path other : otherFiles()) {
            if (named(other).filter(n -> ModuleFamily.of(Path.of(n)) != ModuleFamily.OTHER
                    && ModuleFamily.of(Path.of(n)) == ModuleFamily.of(library) || n.equals(library.toString())).isPresent()) {
                return Change.none(file, WORDS.say("p11-kit knows this kind of module already, by {0} ({1})", other, named(other).orElseThrow()),
                        List.of());
            }
        }
        var before = Files.isRegularFile(file) ? Optional.of(SafeFile.read(file)) : Optional.<String>empty();
        if (before.isPresent() && !before.get().startsWith(MARK)) {
            return Change.skipped(file, WORDS.say("a file of this name is there and was not written by this program"));
        }
        String text = SafeFile.bytes(MARK + "\n" + KEY + " " + library + "\n");
        if (before.filter(text::equals).isPresent()) {
            return Change.none(file, WORDS.say("the module is registered there already"), List.of());
        }
        var gone = before.map(b -> SafeFile.words(b).lines().toList()).orElse(List.of());
        return new Change(file, before.isPresent() ? Effect.REPLACED : Effect.REGISTERED, "",
                Change.lines(gone, SafeFile.words(text).lines().toList()), notes(), Optional.of(text));
    }

    private static List<String> notes() {
        return "root".equals(System.getProperty("user.name"))
                ? List.of(WORDS.say("p11-kit looks at the modules of a person's own only for people other than root."))
                : List.of();
    }

    /** What taking our file away would do. */
    Change remove() throws IOException {
        if (!Files.isRegularFile(file)) {
            return Change.none(file, WORDS.say("nothing there was registered by this program"), List.of());
        }
        String before = SafeFile.read(file);
        return before.startsWith(MARK)
                ? new Change(file, Effect.REMOVED, "", Change.lines(SafeFile.words(before).lines().toList(), List.of()), List.of(),
                        Optional.empty())
                : Change.skipped(file, WORDS.say("the file {0} was not written by this program", FILE));
    }

    /** Does it. */
    static void apply(Change change) throws IOException {
        if (change.after().isPresent()) {
            Files.createDirectories(change.file().getParent());
            SafeFile.write(change.file(), change.after().get());
        } else {
            Files.deleteIfExists(change.file());
        }
    }

    private List<Path> otherFiles() throws IOException {
        var all = new ArrayList<Path>();
        var folders = new ArrayList<>(systemFolders);
        folders.add(folder);
        for (Path f : folders) {
            if (Files.isDirectory(f)) {
                try (var files = Files.list(f)) {
                    files.filter(x -> x.getFileName().toString().endsWith(".module") && !x.equals(file)).sorted().forEach(all::add);
                }
            }
        }
        return all;
    }

    /** The library that a file names. */
    private static Optional<String> named(Path module) throws IOException {
        return new String(Files.readAllBytes(module), StandardCharsets.UTF_8).lines().map(String::strip).filter(l -> l.startsWith(KEY))
                .map(l -> l.substring(KEY.length()).strip()).findFirst();
    }
}

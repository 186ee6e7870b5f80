// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** Finds the lists of modules of this person's programs. */
final class Places {

    private static final Words WORDS = Words.of(Places.class);

    private static final String STEP = WORDS.say("find the profiles");

    private final Machine machine;

    Places(Machine machine) {
        this.machine = machine;
    }

    /** All of them, in the order of {@code targets}. */
    List<Place> find(List<Target> targets) throws EscException {
        var found = new LinkedHashMap<Path, Place>();
        for (Target t : targets) {
            for (Place p : of(t)) {
                found.putIfAbsent(Machine.real(p.folder()), p);
            }
        }
        return List.copyOf(found.values());
    }

    private List<Place> of(Target target) throws EscException {
        return switch (target) {
            case FIREFOX, THUNDERBIRD -> {
                var all = new ArrayList<Place>();
                for (var root : machine.profileRoots(target)) {
                    all.addAll(profiles(target, root));
                }
                yield all;
            }
            case NSS -> machine.sharedDatabases().stream().filter(NssDatabase::isOne)
                    .map(f -> new Place(target, f.getFileName().toString(), f, Machine.Sandbox.NONE)).toList();
            case P11_KIT -> machine.p11KitModules().filter(own -> Files.isDirectory(own)
                    || machine.p11KitSystemModules().stream().anyMatch(Files::isDirectory)).stream()
                    .map(f -> new Place(target, target.text(), f, Machine.Sandbox.NONE)).toList();
        };
    }

    /** The profiles that a {@code profiles.ini} names and that were used at least once. */
    private static List<Place> profiles(Target target, Machine.ProfileRoot root) throws EscException {
        Path list = root.folder().resolve("profiles.ini");
        if (!Files.isRegularFile(list)) {
            return List.of();
        }
        String text;
        try {
            // as the programs do, nothing is refused for its encoding
            text = new String(Files.readAllBytes(list), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The list of profiles {0} cannot be read: {1}.", list, e.getMessage()))
                    .code("profiles-unreadable").advice(WORDS.say("Look at the permissions of the file, or name a profile with --profile."))
                    .exception(e);
        }
        var found = new ArrayList<Place>();
        for (var section : sections(text)) {
            String path = section.getOrDefault("Path", "");
            if (!path.isEmpty()) {
                try {
                    Path folder = "0".equals(section.get("IsRelative")) ? Path.of(path) : root.folder().resolve(path);
                    if (NssDatabase.isOne(folder)) {
                        found.add(new Place(target, section.getOrDefault("Name", path), folder.normalize(), root.sandbox()));
                    }
                } catch (InvalidPathException _) {
                    // of another system: no profile here
                }
            }
        }
        return found;
    }

    private static List<Map<String, String>> sections(String ini) {
        var all = new ArrayList<Map<String, String>>();
        boolean profile = false;
        for (String line : ini.lines().map(String::strip).toList()) {
            if (line.startsWith("[")) {
                profile = line.matches("\\[Profile\\d+]");
                if (profile) {
                    all.add(new HashMap<>());
                }
            } else if (profile && line.indexOf('=') > 0) {
                int at = line.indexOf('=');
                all.getLast().put(line.substring(0, at).strip(), line.substring(at + 1).strip());
            }
        }
        return all;
    }

    /** The chosen ones of those found; a folder that was not found is taken for a profile of the one program that is asked for. */
    static List<Place> choose(List<Place> found, List<Path> wanted, List<Target> targets) throws EscException {
        if (wanted.isEmpty()) {
            return found;
        }
        var chosen = new ArrayList<Place>();
        for (Path w : wanted) {
            Path folder = Machine.real(w);
            var known = found.stream().filter(p -> Machine.real(p.folder()).equals(folder)).findFirst();
            if (known.isPresent()) {
                chosen.add(known.get());
            } else if (targets.size() != 1) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("{0} is no profile of the programs named.", w)).code("no-profile")
                        .advice(WORDS.say("Name the one program whose profile it is.")).exception();
            } else if (targets.getFirst() != Target.P11_KIT && !NssDatabase.isOne(folder)) {
                throw notAProfile(w, targets.getFirst());
            } else {
                chosen.add(new Place(targets.getFirst(), folder.getFileName().toString(), folder, Machine.Sandbox.NONE));
            }
        }
        return List.copyOf(chosen);
    }

    private static EscException notAProfile(Path folder, Target target) {
        boolean old = Files.isRegularFile(folder.resolve("secmod.db"));
        String message = !Files.isDirectory(folder) ? WORDS.say("There is no folder {0}.", folder)
                : old ? WORDS.say("{0} holds a database of the old kind only (secmod.db).", folder)
                        : WORDS.say("{0} holds no list of modules (pkcs11.txt).", folder);
        return Problem.of(Fault.USAGE, STEP, message).code("no-profile").advice(target == Target.NSS
                ? WORDS.say("Make a database there first: certutil -N -d sql:{0}", folder)
                : WORDS.say("Start {0} with this profile once, close it, and try again.", target.text())).exception();
    }
}

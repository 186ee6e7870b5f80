// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.trust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.esc.apdu.Words;

/**
 * The authorities that NSS databases ({@code cert9.db}) trust for servers, read by NSS's own program {@code certutil}: trust there is more than the
 * bytes in the file. What is read once is kept until the file changes.
 */
public final class NssDatabases {

    private static final Words WORDS = Words.of(NssDatabases.class);

    private static final String TOOL = "certutil";
    private static final long MOST_SECONDS = 20;
    private static final Pattern ROW = Pattern.compile("^(.+?)\\s+([a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*)\\s*$");
    private static final Map<Path, Known> KNOWN = new ConcurrentHashMap<>();

    private NssDatabases() {
    }

    private record Known(FileTime changed, long size, Database database) {
    }

    /**
     * One database.
     *
     * @param folder      where it is
     * @param authorities whom it trusts for servers
     * @param distrusted  what it forbids
     * @param trouble     why it could not be read, a sentence; empty if it was
     */
    public record Database(Path folder, List<X509Certificate> authorities, List<X509Certificate> distrusted, String trouble) {

        public Database {
            authorities = List.copyOf(authorities);
            distrusted = List.copyOf(distrusted);
        }
    }

    /**
     * The databases that a setting names: folders, and the words {@code system} ({@code /etc/pki/nssdb}), {@code user} ({@code ~/.pki/nssdb}) and {@code
     * firefox} (every profile). A word whose database is not there names none.
     */
    public static List<Path> folders(String setting, Path home) {
        Set<Path> all = new LinkedHashSet<>();
        for (String part : Arrays.stream(setting.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList()) {
            switch (part) {
                case "off", "none" -> {
                    // says in words that there are none
                }
                case "system" -> existing(Path.of("/etc/pki/nssdb")).ifPresent(all::add);
                case "user" -> existing(home.resolve(".pki/nssdb")).ifPresent(all::add);
                case "firefox" -> all.addAll(profiles(home));
                default -> {
                    String bare = part.startsWith("sql:") ? part.substring(4) : part;
                    all.add(bare.startsWith("~/") ? home.resolve(bare.substring(2)) : Path.of(bare));
                }
            }
        }
        return List.copyOf(all);
    }

    private static Optional<Path> existing(Path folder) {
        return Files.isRegularFile(folder.resolve("cert9.db")) ? Optional.of(folder) : Optional.empty();
    }

    private static List<Path> profiles(Path home) {
        var found = new ArrayList<Path>();
        for (String place : List.of(".mozilla/firefox", "snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox",
                "Library/Application Support/Firefox/Profiles", "AppData/Roaming/Mozilla/Firefox/Profiles")) {
            Path folder = home.resolve(place);
            if (Files.isDirectory(folder)) {
                try (var inside = Files.list(folder)) {
                    inside.sorted().flatMap(p -> existing(p).stream()).forEach(found::add);
                } catch (IOException _) {
                    // not ours to read
                }
            }
        }
        return found;
    }

    /** Reads a database. Never fails: what went wrong is its {@code trouble}. */
    public static Database read(Path folder) {
        Path file = folder.resolve("cert9.db");
        if (!Files.isRegularFile(file)) {
            return failed(folder, WORDS.say("There is no NSS database (cert9.db) in {0}.", folder));
        }
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            long size = Files.size(file);
            Known known = KNOWN.get(folder);
            if (known != null && known.changed().equals(changed) && known.size() == size) {
                return known.database();
            }
            Database fresh = load(folder);
            if (fresh.trouble().isEmpty()) {
                KNOWN.put(folder, new Known(changed, size, fresh));
            }
            return fresh;
        } catch (IOException e) {
            return failed(folder, WORDS.say("The NSS database in {0} cannot be read: {1} could not be started. Install NSS's tools (packages "
                        + "libnss3-tools, nss-tools or mozilla-nss-tools).", folder, TOOL));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return failed(folder, WORDS.say("Reading the NSS database in {0} was interrupted.", folder));
        }
    }

    private static Database failed(Path folder, String trouble) {
        return new Database(folder, List.of(), List.of(), trouble);
    }

    private static Database load(Path folder) throws IOException, InterruptedException {
        Output list = run(folder, List.of("-L"));
        if (list.exit() != 0) {
            return failed(folder, WORDS.say("The NSS database in {0} cannot be read: {1}.", folder, list.firstLine()));
        }
        var trusted = new LinkedHashSet<X509Certificate>();
        var forbidden = new LinkedHashSet<X509Certificate>();
        for (String line : list.text().lines().toList()) {
            var row = ROW.matcher(line);
            if (!row.matches()) {
                continue;
            }
            String forServers = row.group(2).substring(0, row.group(2).indexOf(','));
            boolean yes = forServers.indexOf('C') >= 0;
            boolean no = forServers.indexOf('p') >= 0;
            if (yes || no) {
                Output one = run(folder, List.of("-L", "-a", "-n", row.group(1)));
                try {
                    // one nickname may name several certificates of the same subject
                    (yes ? trusted : forbidden).addAll(CertificateFiles.parse(one.text().getBytes(StandardCharsets.UTF_8)));
                } catch (CertificateException _) {
                    // one that no library reads vouches for nobody
                }
            }
        }
        return new Database(folder, List.copyOf(trusted), List.copyOf(forbidden), "");
    }

    private record Output(int exit, String text) {

        String firstLine() {
            return text.lines().findFirst().orElse(WORDS.say("it says nothing")).replaceFirst("^certutil: ", "").replaceFirst("\\.$", "");
        }
    }

    private static Output run(Path folder, List<String> words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(TOOL, "-d", "sql:" + folder));
        command.addAll(words);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process p = builder.start();
        try {
            // a database with a password would be asked about: there is nobody to answer
            p.getOutputStream().close();
            var reading = new StringBuilder();
            var reader = Thread.ofVirtual().name("reads " + TOOL).start(() -> {
                try {
                    reading.append(new String(p.getInputStream().readNBytes(16 << 20), StandardCharsets.UTF_8));
                } catch (IOException _) {
                    // ended
                }
            });
            if (!p.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                return new Output(-1, WORDS.say("{0} did not answer in time", TOOL));
            }
            reader.join();
            return new Output(p.exitValue(), reading.toString());
        } finally {
            p.destroyForcibly();
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Reads all sources and compares what they say to people (through {@code org.esc.apdu.Words}, and in the help of verbs) with the catalogs of translations: nothing
 * may be missing, left over or lack a value. {@code -Desc.words.write=true} adds what is missing, untranslated, and takes out what is left over.
 */
class WordsTest {

    private static final Set<String> LANGUAGES = Set.of("de");
    private static final Pattern PLACE = Pattern.compile("\\{\\d\\d?}");
    /** A text for people has two words in a row, or is a sentence. */
    private static final Pattern SENTENCE = Pattern.compile(".*\\p{L}{2,}[,;:]? \\p{L}.*|.*\\p{Lu}\\p{L}+\\.", Pattern.DOTALL);
    /** The service of a verb, which carries its name. */
    private static final Pattern VERB = Pattern.compile("\"verb=([^\"]+)\"");
    /** Options as they are typed. */
    private static final Pattern OPTIONS = Pattern.compile("(--[-a-z]+ \\p{Lu}+(, )?)+");
    /** What a database is told, and its parts that begin so. */
    private static final Pattern SQL = Pattern.compile("\\s*(SELECT .* FROM|SELECT COUNT|INSERT INTO|UPDATE \\w+ SET|DELETE FROM|FROM|WHERE|ORDER BY)\\b.*", Pattern.DOTALL);
    /** Says something to programmers, or to a machine. */
    private static final Set<String> NOT_FOR_PEOPLE = Set.of("IllegalArgumentException", "IllegalStateException", "AssertionError", "NullPointerException",
            "IndexOutOfBoundsException", "UnsupportedOperationException", "ClassNotFoundException", "IOException");

    private static final Set<String> NAMES_FOR_MACHINES = Set.of("separator", "property", "parameter", "variable");

    /** What a bundle says: each text in English, with its plural if it has one, and where it is. */
    private record Said(Map<String, Text> texts, List<Unsaid> unsaid) {
    }

    private record Unsaid(String where, String text) {
    }

    private record Text(Optional<String> plural, String where) {
    }

    private record Entry(List<String> comments, Optional<String> plural, List<String> forms) {
    }

    @Test
    void everyTextIsTranslatedAndNothingIsLeftOver() throws IOException {
        var complaints = new ArrayList<String>();
        int texts = 0;
        for (Path bundle : bundles()) {
            for (String language : LANGUAGES) {
                Optional<Path> catalog = catalog(bundle, language);
                Said said = said(bundle);
                if (catalog.isEmpty() && !said.texts.isEmpty()) {
                    complaints.add(bundle.getFileName() + " speaks and has no " + language + ".po: " + said.texts.keySet());
                }
                if (catalog.isPresent()) {
                    texts += said.texts.size();
                    if (Boolean.getBoolean("esc.words.write")) {
                        write(catalog.get(), said);
                    }
                    compare(said, catalog.get(), complaints);
                    Set<String> exempt = notForPeople(bundle);
                    said.unsaid.stream().filter(u -> !exempt.contains(u.text) && !exempt.contains(u.where)).forEach(u -> complaints.add(u.where + ": \"" + u.text + "\" of " + bundle.getFileName()
                            + " does not go through Words"));
                    exempt.stream().filter(x -> said.unsaid.stream().noneMatch(u -> u.text.equals(x) || u.where.equals(x))).forEach(x -> complaints.add("not-for-people/" + bundle.getFileName()
                            + ".txt exempts what is not there: " + x));
                }
            }
        }
        assertEquals(List.of(), complaints);
        assertTrue(texts > 50, "texts found: " + texts);
    }

    /** What a plugin.xml says goes through the platform's own way: keys, and their texts in OSGI-INF/l10n. */
    @Test
    void everyPluginIsTranslated() throws Exception {
        var complaints = new ArrayList<String>();
        int texts = 0;
        for (Path bundle : bundles()) {
            Path plugin = bundle.resolve("plugin.xml");
            if (!Files.exists(plugin)) {
                continue;
            }
            var keys = new TreeSet<String>();
            NodeList elements = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(plugin.toFile()).getElementsByTagName("*");
            for (int i = 0; i < elements.getLength(); i++) {
                Element e = (Element) elements.item(i);
                for (String text : textsOf(e)) {
                    if (text.startsWith("%")) {
                        keys.add(text.substring(1));
                    } else {
                        complaints.add(bundle.getFileName() + "/plugin.xml says \"" + text + "\" in English only");
                    }
                }
            }
            texts += keys.size();
            if (!keys.isEmpty()) {
                complaints.addAll(differences(bundle, "bundle", keys));
                for (String language : LANGUAGES) {
                    complaints.addAll(differences(bundle, "bundle_" + language, keys));
                }
            }
        }
        assertEquals(List.of(), complaints);
        assertTrue(texts > 100, "texts found: " + texts);
    }

    private static List<String> textsOf(Element e) {
        var all = new ArrayList<String>();
        boolean says = !NAMES_FOR_MACHINES.contains(e.getTagName());
        for (String a : List.of("label", "tooltip", "description", "title", "name")) {
            if (says && !e.getAttribute(a).isBlank()) {
                all.add(e.getAttribute(a));
            }
        }
        if (e.getTagName().equals("property") && e.getAttribute("name").equals("aboutText")) {
            all.add(e.getAttribute("value"));
        }
        if (e.getTagName().equals("description") && !e.getTextContent().isBlank()) {
            all.add(e.getTextContent().strip());
        }
        return all;
    }

    private static List<String> differences(Path bundle, String file, Set<String> keys) throws IOException {
        Path path = bundle.resolve("OSGI-INF/l10n/" + file + ".properties");
        if (!Files.exists(path)) {
            return List.of(path + " is missing");
        }
        var texts = new Properties();
        try (var in = Files.newBufferedReader(path)) {
            texts.load(in);
        }
        var all = new ArrayList<String>();
        String name = file + ".properties of " + bundle.getFileName();
        keys.stream().filter(k -> texts.getProperty(k, "").isBlank()).forEach(k -> all.add(name + " has no " + k));
        texts.stringPropertyNames().stream().filter(k -> !keys.contains(k)).forEach(k -> all.add(name + " has " + k + ", which nothing uses"));
        return all;
    }

    private static void compare(Said said, Path catalog, List<String> complaints) throws IOException {
        Map<String, Entry> entries = entries(catalog);
        String name = catalog.getFileName() + " of " + catalog.getParent().getFileName();
        said.texts.forEach((text, t) -> {
            Entry e = entries.get(text);
            if (e == null || e.forms.stream().anyMatch(String::isEmpty)) {
                complaints.add(name + " has no translation of \"" + text + "\" (" + t.where + ")");
                return;
            }
            if (e.forms.size() != (t.plural.isPresent() ? 2 : 1) || !e.plural.equals(t.plural)) {
                complaints.add(name + " has other plural forms of \"" + text + "\" (" + t.where + ")");
            }
            Set<String> places = places(t.plural.orElse(text));
            if (!places(e.forms.getLast()).equals(places)) {
                complaints.add(name + " has other places for values in \"" + e.forms.getLast() + "\" than " + places);
            }
        });
        entries.keySet().stream().filter(k -> !said.texts.containsKey(k)).forEach(k -> complaints.add(name + " translates what nobody says: \"" + k + "\""));
    }

    private static Set<String> places(String text) {
        return PLACE.matcher(text).results().map(r -> r.group()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("target-platform"))) {
            here = here.getParent();
        }
        return here;
    }

    /** A text that stands twice in a bundle is exempt once for all; the name of a source exempts all of it. */
    private static Set<String> notForPeople(Path bundle) throws IOException {
        Path file = root().resolve("tests/org.esc.architecture.test/not-for-people").resolve(bundle.getFileName() + ".txt");
        return Files.exists(file) ? Files.readAllLines(file).stream().filter(l -> !l.isBlank()).map(String::translateEscapes).collect(Collectors.toCollection(TreeSet::new))
                : Set.of();
    }

    private static List<Path> bundles() throws IOException {
        try (var all = Files.list(root().resolve("bundles"))) {
            return all.filter(b -> Files.isDirectory(b.resolve("src"))).sorted().toList();
        }
    }

    private static Optional<Path> catalog(Path bundle, String language) throws IOException {
        try (var all = Files.walk(bundle.resolve("src"))) {
            return all.filter(f -> f.getFileName().toString().equals(language + ".po")).findFirst();
        }
    }

    private static Said said(Path bundle) throws IOException {
        List<Path> sources;
        try (var all = Files.walk(bundle.resolve("src"))) {
            sources = all.filter(f -> f.toString().endsWith(".java")).sorted().toList();
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(null, files, _ -> { }, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            var said = new Said(new LinkedHashMap<>(), new ArrayList<>());
            for (CompilationUnitTree unit : task.parse()) {
                unit.accept(new Ears(said, unit), null);
            }
            return said;
        }
    }

    /** Finds what is said in a source. */
    private static final class Ears extends TreeScanner<Void, Void> {

        private final Said said;
        private final CompilationUnitTree unit;
        private Optional<String> verb = Optional.empty();

        Ears(Said said, CompilationUnitTree unit) {
            this.said = said;
            this.unit = unit;
        }

        private String where() {
            String path = unit.getSourceFile().getName();
            return path.substring(path.lastIndexOf('/') + 1);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
            String method = switch (call.getMethodSelect()) {
                case IdentifierTree i -> i.getName().toString();
                case MemberSelectTree m -> m.getIdentifier().toString();
                default -> "";
            };
            if (method.equals("super") && verb.isPresent()) {
                hearVerb(call, verb.get());
                return null;
            }
            boolean ours = call.getMethodSelect() instanceof MemberSelectTree m && m.getExpression() instanceof IdentifierTree i && i.getName().contentEquals("WORDS");
            int first = ours && method.equals("say") ? 0 : ours && method.equals("many") ? 1 : -1;
            if (first >= 0) {
                Optional<String> text = literal(call.getArguments().get(first));
                Optional<String> plural = method.equals("many") ? literal(call.getArguments().get(2)) : Optional.empty();
                text.ifPresentOrElse(t -> said.texts.putIfAbsent(t, new Text(plural, where())), () -> {
                    if (!(call.getArguments().get(first) instanceof MethodInvocationTree)) {
                        said.unsaid.add(new Unsaid(where(), call.toString()));
                    }
                });
                call.getArguments().stream().skip(method.equals("many") ? 3 : 1).forEach(a -> scan(a, nothing));
                return null;
            }
            return super.visitMethodInvocation(call, nothing);
        }

        @Override
        public Void visitAnnotation(AnnotationTree annotation, Void nothing) {
            if (annotation.getAnnotationType().toString().equals("Arg")) {
                for (ExpressionTree a : annotation.getArguments()) {
                    if (a instanceof AssignmentTree s && s.getVariable().toString().equals("help")) {
                        literal(s.getExpression()).ifPresent(t -> said.texts.putIfAbsent(t, new Text(Optional.empty(), where())));
                    }
                }
            }
            return null;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            Optional<String> outer = verb;
            verb = type.getModifiers().getAnnotations().stream().map(Object::toString).map(VERB::matcher).filter(Matcher::find).map(m -> m.group(1)).findFirst();
            super.visitClass(type, nothing);
            verb = outer;
            return null;
        }

        /** A verb hands its name, which is for machines, and its line of help to its base; the line is translated by whoever shows it. */
        private void hearVerb(MethodInvocationTree constructor, String name) {
            for (ExpressionTree a : constructor.getArguments()) {
                literal(a).filter(t -> !t.equals(name)).ifPresentOrElse(t -> said.texts.putIfAbsent(t, new Text(Optional.empty(), where())), () -> {
                    if (!(a instanceof LiteralTree)) {
                        scan(a, null);
                    }
                });
            }
        }

        @Override
        public Void visitNewClass(NewClassTree made, Void nothing) {
            int before = said.unsaid.size();
            super.visitNewClass(made, nothing);
            // it may speak to people (a parser's complaint), but need not
            if (NOT_FOR_PEOPLE.contains(made.getIdentifier().toString())) {
                said.unsaid.subList(before, said.unsaid.size()).clear();
            }
            return null;
        }

        @Override
        public Void visitLiteral(LiteralTree literal, Void nothing) {
            if (literal.getValue() instanceof String s && SENTENCE.matcher(s).matches() && !OPTIONS.matcher(s).matches() && !SQL.matcher(s).matches()) {
                said.unsaid.add(new Unsaid(where(), s));
            }
            return null;
        }

        private static Optional<String> literal(Tree tree) {
            return switch (tree) {
                case LiteralTree l when l.getValue() instanceof String s -> Optional.of(s);
                case ParenthesizedTree p -> literal(p.getExpression());
                case BinaryTree b when b.getKind() == Tree.Kind.PLUS -> literal(b.getLeftOperand()).flatMap(l -> literal(b.getRightOperand()).map(l::concat));
                default -> Optional.empty();
            };
        }
    }

    /** A catalog with its comments, so that it can be written again. */
    private static Map<String, Entry> entries(Path catalog) throws IOException {
        var all = new TreeMap<String, Entry>();
        try (BufferedReader in = Files.newBufferedReader(catalog)) {
            var comments = new ArrayList<String>();
            var parts = new LinkedHashMap<String, StringBuilder>();
            StringBuilder last = new StringBuilder();
            for (String line = in.readLine();; line = in.readLine()) {
                if (line == null || line.isBlank()) {
                    if (parts.containsKey("msgid") && !parts.get("msgid").isEmpty()) {
                        all.put(parts.get("msgid").toString(), new Entry(List.copyOf(comments), Optional.ofNullable(parts.get("msgid_plural")).map(Object::toString),
                                parts.entrySet().stream().filter(e -> e.getKey().startsWith("msgstr")).map(e -> e.getValue().toString()).toList()));
                    }
                    comments.clear();
                    parts.clear();
                    if (line == null) {
                        return all;
                    }
                } else if (line.startsWith("#")) {
                    comments.add(line);
                } else {
                    Matcher m = Pattern.compile("(?:(msgid|msgid_plural|msgstr(?:\\[\\d])?) )?\"(.*)\"").matcher(line);
                    assertTrue(m.matches(), catalog + ": " + line);
                    if (m.group(1) != null) {
                        last = parts.computeIfAbsent(m.group(1), _ -> new StringBuilder());
                    }
                    last.append(m.group(2).translateEscapes());
                }
            }
        }
    }

    private static void write(Path catalog, Said said) throws IOException {
        Map<String, Entry> before = entries(catalog);
        var out = new StringBuilder(Files.readString(catalog).split("\n\n", 2)[0].strip()).append('\n');
        said.texts.forEach((text, t) -> {
            Optional<Entry> old = Optional.ofNullable(before.get(text)).filter(e -> e.plural.equals(t.plural));
            out.append("\n#: ").append(t.where).append("\nmsgid ").append(quoted(text)).append('\n');
            t.plural.ifPresent(p -> out.append("msgid_plural ").append(quoted(p)).append('\n'));
            List<String> forms = old.map(Entry::forms).orElse(t.plural.isPresent() ? List.of("", "") : List.of(""));
            for (int i = 0; i < forms.size(); i++) {
                out.append(t.plural.isPresent() ? "msgstr[" + i + "] " : "msgstr ").append(quoted(forms.get(i))).append('\n');
            }
        });
        Files.writeString(catalog, out);
    }

    private static String quoted(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + '"';
    }
}

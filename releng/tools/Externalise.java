// SPDX-License-Identifier: EPL-2.0

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/**
 * Makes the texts of a bundle go through {@code WORDS.say}, see docs/languages.md: {@code java releng/tools/Externalise.java bundles/NAME [--write]}. It lists what it
 * takes for a text for people, and with {@code --write} changes the sources; what it cannot do is listed as LEFT. Look at every change: names of threads and
 * services, and words that are compared, look like texts; they go into tests/org.esc.architecture.test/not-for-people.
 */
public final class Externalise {

    /** As WordsTest has it. */
    private static final Pattern SENTENCE = Pattern.compile(".*\\p{L}{2,}[,;:]? \\p{L}.*|.*\\p{Lu}\\p{L}+\\.", Pattern.DOTALL);
    private static final Pattern OPTIONS = Pattern.compile("(--[-a-z]+ \\p{Lu}+(, )?)+");
    private static final Pattern SQL = Pattern.compile("\\s*(SELECT .* FROM|SELECT COUNT|INSERT INTO|UPDATE \\w+ SET|DELETE FROM|FROM|WHERE|ORDER BY)\\b.*", Pattern.DOTALL);
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?!static)[^;]+;\n");
    private static final Set<String> NOT_FOR_PEOPLE = Set.of("IllegalArgumentException", "IllegalStateException", "AssertionError", "NullPointerException",
            "IndexOutOfBoundsException", "UnsupportedOperationException", "ClassNotFoundException", "IOException");
    private static final int WIDTH = 110;

    private record Edit(int from, int to, String text) {
    }

    private final String bundle;
    private final boolean write;
    private final Set<String> exempt = new HashSet<>();
    private int said;
    private int left;

    private Externalise(String bundle, boolean write) throws IOException {
        this.bundle = bundle;
        this.write = write;
        Path names = Path.of("tests/org.esc.architecture.test/not-for-people/" + bundle + ".txt");
        if (Files.exists(names)) {
            Files.readAllLines(names).forEach(l -> exempt.add(l.translateEscapes()));
        }
    }

    public static void main(String[] a) throws IOException {
        Path folder = Path.of(a[0]);
        new Externalise(folder.getFileName().toString(), a.length > 1 && a[1].equals("--write")).run(folder);
    }

    private void run(Path folder) throws IOException {
        List<Path> sources;
        try (var all = Files.walk(folder.resolve("src"))) {
            sources = all.filter(p -> p.toString().endsWith(".java")).sorted().toList();
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(null, files, _ -> { }, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                if (!unit.getTypeDecls().isEmpty() && unit.getTypeDecls().getFirst() instanceof ClassTree top
                        && !exempt.contains(Path.of(unit.getSourceFile().toUri()).getFileName().toString())) {
                    new Source(unit, top, positions).externalise();
                }
            }
        }
        System.err.println(bundle + ": said " + said + ", left " + left);
    }

    private final class Source extends TreeScanner<Void, Void> {

        private final CompilationUnitTree unit;
        private final ClassTree top;
        private final SourcePositions positions;
        private final Path path;
        private final String text;
        private List<Edit> edits = new ArrayList<>();
        private Set<String> constants = Set.of();
        private boolean inConstant;

        Source(CompilationUnitTree unit, ClassTree top, SourcePositions positions) throws IOException {
            this.unit = unit;
            this.top = top;
            this.positions = positions;
            path = Path.of(unit.getSourceFile().toUri());
            text = Files.readString(path);
        }

        void externalise() throws IOException {
            scan(unit, null);
            if (!write || edits.isEmpty()) {
                return;
            }
            Files.writeString(path, withWords(apply(text, edits, 0)));
        }

        @Override
        public Void visitAnnotation(AnnotationTree t, Void v) {
            return null;
        }

        @Override
        public Void visitCase(CaseTree t, Void v) {
            scan(t.getGuard(), v);
            scan(t.getStatements(), v);
            return scan(t.getBody(), v);
        }

        @Override
        public Void visitMethod(MethodTree t, Void v) {
            // a verb's one line of help is translated by whoever shows it
            return t.getName().contentEquals("toString") || t.getName().contentEquals("summary") && t.getParameters().isEmpty() ? null : super.visitMethod(t, v);
        }

        @Override
        public Void visitNewClass(NewClassTree t, Void v) {
            return NOT_FOR_PEOPLE.contains(t.getIdentifier().toString()) ? null : super.visitNewClass(t, v);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree t, Void v) {
            String called = t.getMethodSelect().toString();
            if (called.startsWith("WORDS.")) {
                t.getArguments().stream().skip(1).forEach(a -> scan(a, v));
                return null;
            }
            return called.endsWith("Pattern.compile") ? null : super.visitMethodInvocation(t, v);
        }

        @Override
        public Void visitClass(ClassTree t, Void v) {
            Set<String> outer = constants;
            constants = new HashSet<>();
            for (Tree m : t.getMembers()) {
                if (t.getKind() == Tree.Kind.ENUM && m instanceof VariableTree x && x.getInitializer() instanceof NewClassTree
                        && String.valueOf(x.getType()).equals(t.getSimpleName().toString())) {
                    constants.add(x.getName().toString());
                }
            }
            super.visitClass(t, v);
            constants = outer;
            return null;
        }

        @Override
        public Void visitVariable(VariableTree t, Void v) {
            // an enum's constants are made before its WORDS
            boolean before = inConstant;
            inConstant |= constants.contains(t.getName().toString()) && t.getInitializer() instanceof NewClassTree;
            super.visitVariable(t, v);
            inConstant = before;
            return null;
        }

        @Override
        public Void visitBinary(BinaryTree t, Void v) {
            var parts = new ArrayList<ExpressionTree>();
            flatten(t, parts);
            if (t.getKind() == Tree.Kind.PLUS && parts.stream().anyMatch(p -> literal(p) != null)) {
                chain(t, parts);
                return null;
            }
            return super.visitBinary(t, v);
        }

        @Override
        public Void visitLiteral(LiteralTree t, Void v) {
            if (t.getValue() instanceof String) {
                chain(t, List.of(t));
            }
            return null;
        }

        private void chain(ExpressionTree whole, List<ExpressionTree> parts) {
            var words = new StringBuilder();
            var reading = new StringBuilder();
            var values = new ArrayList<ExpressionTree>();
            int first = -1;
            for (int i = 0; i < parts.size(); i++) {
                String l = literal(parts.get(i));
                if (l == null) {
                    words.append('{').append(values.size()).append('}');
                    reading.append(" X ");
                    values.add(parts.get(i));
                } else {
                    first = first < 0 ? i : first;
                    words.append(l);
                    reading.append(l);
                }
            }
            List<String> literals = parts.stream().map(Externalise::literal).filter(l -> l != null).toList();
            boolean forPeople = SENTENCE.matcher(reading.toString().strip()).matches() && literals.stream().anyMatch(l -> l.matches("(?s).*\\p{L}{2,}.*"))
                    && !exempt.contains(words.toString()) && !OPTIONS.matcher(words).matches() && !SQL.matcher(words).matches();
            if (!forPeople) {
                values.forEach(x -> scan(x, null));
                return;
            }
            // two values in front of the first text may be a sum; an interface's field would be everybody's
            if (inConstant || top.getKind() == Tree.Kind.INTERFACE || first > 1 || literals.stream().anyMatch(l -> l.matches("(?s).*\\{\\d.*"))) {
                left++;
                System.out.println("LEFT " + path.getFileName() + ": " + words);
                values.forEach(x -> scan(x, null));
                return;
            }
            said++;
            System.out.println("SAY  " + path.getFileName() + ": " + words);
            // blanks around it belong to the layout
            String body = words.toString().strip();
            int at = words.indexOf(body);
            var call = new StringBuilder(at == 0 ? "" : quoted(words.substring(0, at)) + " + ").append("WORDS.say(").append(wrapped(body));
            values.forEach(x -> call.append(", ").append(source(x)));
            String after = words.substring(at + body.length());
            call.append(')').append(after.isEmpty() ? "" : " + " + quoted(after));
            edits.add(new Edit(start(whole), end(whole), call.toString()));
        }

        /** A value's source, with the texts in it externalised. */
        private String source(ExpressionTree value) {
            List<Edit> outer = edits;
            edits = new ArrayList<>();
            scan(value, null);
            String s = apply(text.substring(start(value), end(value)), edits, start(value)).replaceAll("\n\\s+", " ");
            edits = outer;
            return value instanceof ParenthesizedTree ? s.substring(1, s.length() - 1) : s;
        }

        private int start(Tree t) {
            return (int) positions.getStartPosition(unit, t);
        }

        private int end(Tree t) {
            return (int) positions.getEndPosition(unit, t);
        }

        /** Adds the constant WORDS and its import. */
        private String withWords(String s) {
            if (s.contains(" Words WORDS ")) {
                return s;
            }
            String name = top.getSimpleName().toString();
            var head = Pattern.compile("(?m)^(?:public |final |abstract |sealed |non-sealed )*(?:class|record|enum) " + name + "\\b").matcher(s);
            if (!head.find()) {
                throw new IllegalStateException("no type " + name);
            }
            int depth = 0;
            int at = head.end();
            for (; s.charAt(at) != '{' || depth > 0; at++) {
                depth += s.charAt(at) == '(' ? 1 : s.charAt(at) == ')' ? -1 : 0;
            }
            at = top.getKind() == Tree.Kind.ENUM ? s.indexOf(";\n", at) + 1 : at + 1;
            String with = s.substring(0, at) + "\n\n    private static final Words WORDS = Words.of(" + name + ".class);" + s.substring(at);
            return unit.getPackageName().toString().equals("org.esc.apdu") ? with : withImport(with);
        }

        private static String withImport(String s) {
            String ours = "import org.esc.apdu.Words;\n";
            var all = new TreeMap<String, String>();
            int from = -1;
            int to = -1;
            for (var m = IMPORT.matcher(s); m.find();) {
                from = from < 0 ? m.start() : from;
                to = m.end();
                all.put(m.group().replace(";\n", ""), m.group());
            }
            all.put(ours.replace(";\n", ""), ours);
            if (from < 0) {
                int after = s.indexOf(";\n", s.indexOf("package ")) + 2;
                return s.substring(0, after) + "\n" + ours + s.substring(after);
            }
            return s.substring(0, from) + String.join("", all.values()) + s.substring(to);
        }
    }

    private static String apply(String s, List<Edit> edits, int offset) {
        var out = new StringBuilder(s);
        edits.stream().sorted(Comparator.comparingInt(Edit::from).reversed()).forEach(e -> out.replace(e.from - offset, e.to - offset, e.text));
        return out.toString();
    }

    private static void flatten(ExpressionTree t, List<ExpressionTree> parts) {
        if (t instanceof BinaryTree b && b.getKind() == Tree.Kind.PLUS) {
            flatten(b.getLeftOperand(), parts);
            parts.add(b.getRightOperand());
        } else {
            parts.add(t);
        }
    }

    /** The text that an expression is; {@code null} if it is none. */
    private static String literal(Tree t) {
        return switch (t) {
            case LiteralTree l when l.getValue() instanceof String s -> s;
            case LiteralTree l when l.getValue() instanceof Character c -> String.valueOf(c);
            case ParenthesizedTree p -> literal(p.getExpression());
            case BinaryTree b when b.getKind() == Tree.Kind.PLUS && literal(b.getLeftOperand()) != null && literal(b.getRightOperand()) != null ->
                literal(b.getLeftOperand()) + literal(b.getRightOperand());
            default -> null;
        };
    }

    private static String quoted(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + '"';
    }

    private static String wrapped(String s) {
        var out = new StringBuilder();
        int at = 0;
        while (s.length() - at >= WIDTH) {
            int cut = Math.max(s.lastIndexOf(' ', at + WIDTH - 10), at + 1);
            out.append(quoted(s.substring(at, cut + 1))).append("\n                        + ");
            at = cut + 1;
        }
        return out.append(quoted(s.substring(at))).toString();
    }
}

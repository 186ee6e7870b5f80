// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.ListResourceBundle;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.commands.ActionHandler;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.jface.resource.LocalResourceManager;
import org.eclipse.jface.text.BadLocationException;
import org.eclipse.jface.text.Document;
import org.eclipse.jface.text.IDocument;
import org.eclipse.jface.text.IFindReplaceTarget;
import org.eclipse.jface.text.IRegion;
import org.eclipse.jface.text.ITextOperationTarget;
import org.eclipse.jface.text.ITextViewer;
import org.eclipse.jface.text.Position;
import org.eclipse.jface.text.contentassist.CompletionProposal;
import org.eclipse.jface.text.contentassist.ContentAssistant;
import org.eclipse.jface.text.contentassist.ICompletionProposal;
import org.eclipse.jface.text.contentassist.IContentAssistProcessor;
import org.eclipse.jface.text.contentassist.IContentAssistant;
import org.eclipse.jface.text.contentassist.IContextInformation;
import org.eclipse.jface.text.contentassist.IContextInformationValidator;
import org.eclipse.jface.text.source.Annotation;
import org.eclipse.jface.text.source.AnnotationModel;
import org.eclipse.jface.text.source.AnnotationRulerColumn;
import org.eclipse.jface.text.source.CompositeRuler;
import org.eclipse.jface.text.source.IAnnotationAccess;
import org.eclipse.jface.text.source.IAnnotationAccessExtension;
import org.eclipse.jface.text.source.IAnnotationPresentation;
import org.eclipse.jface.text.source.ISourceViewer;
import org.eclipse.jface.text.source.ImageUtilities;
import org.eclipse.jface.text.source.LineNumberRulerColumn;
import org.eclipse.jface.text.source.SourceViewer;
import org.eclipse.jface.text.source.SourceViewerConfiguration;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.custom.StyleRange;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.IEditorInput;
import org.eclipse.ui.IEditorSite;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.actions.ActionFactory;
import org.eclipse.ui.contexts.IContextService;
import org.eclipse.ui.handlers.IHandlerService;
import org.eclipse.ui.part.EditorPart;
import org.eclipse.ui.texteditor.FindNextAction;
import org.eclipse.ui.texteditor.FindReplaceAction;
import org.eclipse.ui.texteditor.IWorkbenchActionDefinitionIds;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.console.CardConsole;
import org.esc.console.CardConsoles;
import org.esc.console.Colouring;
import org.esc.console.Completion;
import org.esc.console.Mistake;
import org.esc.console.Place;
import org.esc.console.Script;
import org.esc.console.ScriptException;
import org.esc.console.Step;
import org.esc.ui.Aside;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;

/** A script: written with proposals and told at once where it is wrong, run whole or statement by statement, with what happened below it. */
public final class ScriptEditor extends EditorPart {

    private static final Words WORDS = Words.of(ScriptEditor.class);

    /** Id of the editor. */
    public static final String ID = "org.esc.ui.console.editor";

    private static final String CONTEXT = "org.esc.ui.console.context";
    private static final String MISTAKE = "org.esc.ui.console.mistake";
    private static final String HERE = "org.esc.ui.console.here";
    private static final int PATIENCE_MILLIS = 300;
    private static final int MARGIN = 5;
    private static final String ASSIST = "org.eclipse.ui.edit.text.contentAssist.proposals";

    private final Document document = new Document();
    private final AnnotationModel annotations = new AnnotationModel();
    private SourceViewer viewer;
    private Palette palette;
    private CardPicker card;
    private Text parameters;
    private Button run;
    private Button step;
    private Button stop;
    private Label status;
    private StepTable steps;
    private boolean dirty;
    private int typed;
    private List<Mistake> mistakes = List.of();
    private Optional<Running> running = Optional.empty();

    /** A mark beside a line and, if it is a mistake, under characters. */
    private static final class Mark extends Annotation implements IAnnotationPresentation {

        Mark(String type, String words) {
            super(type, false, words);
        }

        @Override
        public int getLayer() {
            return getType().equals(HERE) ? 2 : 1;
        }

        @Override
        public void paint(GC gc, Canvas canvas, Rectangle bounds) {
            ImageUtilities.drawImage(Icons.image(ScriptEditor.class, getType().equals(HERE) ? "here" : "mistake"), gc, canvas, bounds, SWT.CENTER, SWT.TOP);
        }
    }

    /** Tells the platform's painters about marks. */
    private static final class Access implements IAnnotationAccess, IAnnotationAccessExtension {

        @Override
        public Object getType(Annotation annotation) {
            return annotation.getType();
        }

        @Override
        public boolean isMultiLine(Annotation annotation) {
            return true;
        }

        @Override
        public boolean isTemporary(Annotation annotation) {
            return true;
        }

        @Override
        public String getTypeLabel(Annotation annotation) {
            return annotation.getType().equals(MISTAKE) ? WORDS.say("Mistake") : WORDS.say("Next statement");
        }

        @Override
        public int getLayer(Annotation annotation) {
            return annotation instanceof IAnnotationPresentation p ? p.getLayer() : 0;
        }

        @Override
        public void paint(Annotation annotation, GC gc, Canvas canvas, Rectangle bounds) {
            if (annotation instanceof IAnnotationPresentation p) {
                p.paint(gc, canvas, bounds);
            }
        }

        @Override
        public boolean isPaintable(Annotation annotation) {
            return annotation instanceof IAnnotationPresentation;
        }

        @Override
        public boolean isSubtype(Object annotationType, Object potentialSupertype) {
            return annotationType.equals(potentialSupertype);
        }

        @Override
        public Object[] getSupertypes(Object annotationType) {
            return new Object[0];
        }
    }

    /** A script that runs; statement by statement if asked to. */
    private final class Running implements CardConsole.Watcher {

        private final Semaphore go = new Semaphore(0);
        private final String file;
        private volatile boolean stepping;
        private volatile boolean waiting;
        private CardJob job;

        Running(String file, boolean stepping) {
            this.file = file;
            this.stepping = stepping;
        }

        @Override
        public void before(Place place, String statement) throws EscException {
            if (!stepping) {
                return;
            }
            waiting = true;
            onUi(() -> here(place, statement));
            try (var _ = job.cancelled().onCancel(go::release)) {
                go.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Cancel.cancelled(WORDS.say("run the script"), e);
            } finally {
                waiting = false;
            }
            job.cancelled().check(WORDS.say("run the script"));
        }

        @Override
        public void happened(Step s) {
            steps.add(s);
        }

        private void here(Place place, String statement) {
            if (running.filter(r -> r == this).isPresent()) {
                mark(place.file().equals(file) ? Optional.of(place.line()) : Optional.empty());
                showState(place.file().equals(file) ? WORDS.say("Next: line {0}, {1}", place.line(), statement)
                        : WORDS.say("Next: {0}, line {1}, {2}", place.file(), place.line(), statement));
            }
        }
    }

    @Override
    public void init(IEditorSite site, IEditorInput newInput) throws PartInitException {
        setSite(site);
        if (!(newInput instanceof ScriptInput in)) {
            throw new PartInitException("This editor opens scripts only");
        }
        setInput(in);
        setPartName(in.getName());
        if (in.file().isPresent() && Files.exists(in.file().get())) {
            try {
                document.set(Script.text(in.file().get()));
            } catch (EscException e) {
                throw new PartInitException(e.getMessage(), e);
            }
        }
    }

    private ScriptInput script() {
        return (ScriptInput) getEditorInput();
    }

    @Override
    public void createPartControl(Composite parent) {
        var area = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(area);
        createTop(area);
        var sash = new SashForm(area, SWT.VERTICAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        createText(sash);
        steps = new StepTable(sash, WORDS.say("What the script did"));
        sash.setWeights(3, 2);
        status = new Label(area, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 2).applyTo(status);
        createActions();
        getSite().getService(IContextService.class).activateContext(CONTEXT);
        check();
        showState("");
    }

    private void createTop(Composite parent) {
        var top = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(7).margins(6, 4).spacing(6, 2).applyTo(top);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(top);
        run = button(top, WORDS.say("&Run"), "run", WORDS.say("Runs the script, or goes on with it (Ctrl+F11)"), () -> start(false));
        step = button(top, WORDS.say("S&tep"), "step", WORDS.say("Runs one statement (F6)"), () -> start(true));
        stop = button(top, WORDS.say("Sto&p"), "stop", WORDS.say("Ends the script (Ctrl+F2)"), this::stop);
        new Label(top, SWT.NONE).setText(WORDS.say("C&ard:"));
        card = new CardPicker(top);
        GridDataFactory.fillDefaults().align(SWT.FILL, SWT.CENTER).hint(260, SWT.DEFAULT).applyTo(card.combo());
        new Label(top, SWT.NONE).setText(WORDS.say("Para&meters:"));
        parameters = Names.name(new Text(top, SWT.BORDER | SWT.SINGLE), WORDS.say("Parameters"));
        parameters.setMessage("NAME=VALUE NAME=VALUE");
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(parameters);
        parameters.addListener(SWT.Modify, _ -> later());
    }

    private static Button button(Composite parent, String label, String icon, String tip, Runnable pressed) {
        var b = NativeLook.of(new Button(parent, SWT.PUSH));
        b.setText(label);
        b.setImage(Icons.image(ScriptEditor.class, icon));
        b.setToolTipText(tip);
        b.addListener(SWT.Selection, _ -> pressed.run());
        return b;
    }

    private void createText(Composite parent) {
        var ruler = new CompositeRuler();
        var access = new Access();
        var marks = new AnnotationRulerColumn(annotations, 18, access);
        marks.addAnnotationType(MISTAKE);
        marks.addAnnotationType(HERE);
        ruler.addDecorator(0, marks);
        var numbers = new LineNumberRulerColumn();
        ruler.addDecorator(1, numbers);
        viewer = new SourceViewer(parent, ruler, SWT.MULTI | SWT.V_SCROLL | SWT.H_SCROLL);
        StyledText text = Names.name(viewer.getTextWidget(), WORDS.say("Script"));
        text.setFont(JFaceResources.getTextFont());
        text.setLeftMargin(MARGIN);
        var resources = new LocalResourceManager(JFaceResources.getResources(), text);
        palette = new Palette(text, resources);
        Runnable look = () -> {
            numbers.setForeground(palette.style(Colouring.Kind.COMMENT, 0, 0).foreground);
            numbers.setBackground(text.getBackground());
        };
        look.run();
        NativeLook.onChange(text, () -> {
            look.run();
            numbers.redraw();
            viewer.invalidateTextPresentation();
            text.redraw();
        });
        viewer.configure(new SourceViewerConfiguration() {
            @Override
            public IContentAssistant getContentAssistant(ISourceViewer sourceViewer) {
                var assistant = new ContentAssistant();
                assistant.setContentAssistProcessor(new Proposals(), IDocument.DEFAULT_CONTENT_TYPE);
                assistant.enableAutoActivation(false);
                assistant.setProposalPopupOrientation(IContentAssistant.PROPOSAL_OVERLAY);
                return assistant;
            }
        });
        viewer.setDocument(document, annotations);
        text.addLineStyleListener(e -> e.styles = styles(e.lineText, e.lineOffset));
        text.addLineBackgroundListener(e -> {
            if (hereLine().filter(l -> lineOf(e.lineOffset) == l).isPresent()) {
                e.lineBackground = palette.here();
            }
        });
        document.addDocumentListener(new org.eclipse.jface.text.IDocumentListener() {
            @Override
            public void documentAboutToBeChanged(org.eclipse.jface.text.DocumentEvent e) {
                // nothing to do before
            }

            @Override
            public void documentChanged(org.eclipse.jface.text.DocumentEvent e) {
                if (!dirty) {
                    dirty = true;
                    firePropertyChange(PROP_DIRTY);
                }
                later();
            }
        });
    }

    /** How a line looks: sorts of words, and what is wrong underlined. */
    private StyleRange[] styles(String line, int offset) {
        List<Colouring.Run> runs = Colouring.of(line);
        var wrong = new ArrayList<Position>();
        annotations.getAnnotationIterator().forEachRemaining(a -> {
            Position p = annotations.getPosition(a);
            if (a.getType().equals(MISTAKE) && p.overlapsWith(offset, line.length())) {
                wrong.add(p);
            }
        });
        var cuts = new TreeSet<>(List.of(0, line.length()));
        runs.forEach(r -> cuts.addAll(List.of(r.from(), r.from() + r.length())));
        wrong.forEach(p -> cuts.addAll(List.of(Math.clamp(p.getOffset() - offset, 0, line.length()),
                Math.clamp(p.getOffset() + p.getLength() - offset, 0, line.length()))));
        var styles = new ArrayList<StyleRange>();
        int from = 0;
        int run = 0;
        for (int to : cuts) {
            while (run < runs.size() && runs.get(run).from() + runs.get(run).length() <= from) {
                run++;
            }
            if (to > from) {
                boolean in = run < runs.size() && runs.get(run).from() <= from;
                StyleRange s = palette.style(in ? runs.get(run).kind() : Colouring.Kind.NAME, offset + from, to - from);
                int at = offset + from;
                if (wrong.stream().anyMatch(p -> p.includes(at))) {
                    s.underline = true;
                    s.underlineStyle = SWT.UNDERLINE_SQUIGGLE;
                    s.underlineColor = palette.mistake();
                }
                styles.add(s);
            }
            from = to;
        }
        return styles.toArray(StyleRange[]::new);
    }

    /** What may be written at the caret. */
    private static final class Proposals implements IContentAssistProcessor {

        @Override
        public ICompletionProposal[] computeCompletionProposals(ITextViewer in, int offset) {
            Completion c = Completion.at(in.getDocument().get(), offset);
            return c.proposals().stream().map(p -> new CompletionProposal(p.text(), c.from(), c.to() - c.from(), p.text().length(), null,
                    p.text() + " \u2013 " + p.description(), null, null)).toArray(ICompletionProposal[]::new);
        }

        @Override
        public IContextInformation[] computeContextInformation(ITextViewer in, int offset) {
            return new IContextInformation[0];
        }

        @Override
        public char[] getCompletionProposalAutoActivationCharacters() {
            return new char[0];
        }

        @Override
        public char[] getContextInformationAutoActivationCharacters() {
            return new char[0];
        }

        @Override
        public String getErrorMessage() {
            return WORDS.say("There is nothing to propose here.");
        }

        @Override
        public IContextInformationValidator getContextInformationValidator() {
            return null;
        }
    }

    private void createActions() {
        for (var o : Map.of(ActionFactory.UNDO, ITextOperationTarget.UNDO, ActionFactory.REDO, ITextOperationTarget.REDO, ActionFactory.CUT,
                ITextOperationTarget.CUT, ActionFactory.PASTE, ITextOperationTarget.PASTE, ActionFactory.DELETE, ITextOperationTarget.DELETE,
                ActionFactory.SELECT_ALL, ITextOperationTarget.SELECT_ALL).entrySet()) {
            global(o.getKey(), () -> viewer.doOperation(o.getValue()));
        }
        global(ActionFactory.COPY, () -> {
            if (steps.table().isFocusControl()) {
                steps.copy();
            } else {
                viewer.doOperation(ITextOperationTarget.COPY);
            }
        });
        var labels = new ListResourceBundle() {
            @Override
            protected Object[][] getContents() {
                return new Object[][] {{"label", WORDS.say("&Find…")}};
            }
        };
        var find = new FindReplaceAction(labels, "", this);
        find.setActionDefinitionId(ActionFactory.FIND.getCommandId());
        getEditorSite().getActionBars().setGlobalActionHandler(ActionFactory.FIND.getId(), find);
        var handlers = getSite().getService(IHandlerService.class);
        handlers.activateHandler(IWorkbenchActionDefinitionIds.FIND_NEXT, new ActionHandler(new FindNextAction(labels, "", this, true)));
        handlers.activateHandler(IWorkbenchActionDefinitionIds.FIND_PREVIOUS, new ActionHandler(new FindNextAction(labels, "", this, false)));
        for (var h : Map.<String, Runnable>of("org.esc.ui.console.run", () -> start(false), "org.esc.ui.console.step", () -> start(true),
                "org.esc.ui.console.stop", this::stop, "org.esc.ui.console.next", this::nextMistake,
                ASSIST, () -> viewer.doOperation(ISourceViewer.CONTENTASSIST_PROPOSALS)).entrySet()) {
            handlers.activateHandler(h.getKey(), new AbstractHandler() {
                @Override
                public Object execute(ExecutionEvent event) {
                    h.getValue().run();
                    return null;
                }
            });
        }
    }

    @Override
    public <T> T getAdapter(Class<T> wanted) {
        return wanted == IFindReplaceTarget.class && viewer != null ? wanted.cast(viewer.getFindReplaceTarget()) : super.getAdapter(wanted);
    }

    private void global(ActionFactory factory, Runnable work) {
        var action = new Action() {
            @Override
            public void run() {
                work.run();
            }
        };
        action.setActionDefinitionId(factory.getCommandId());
        getEditorSite().getActionBars().setGlobalActionHandler(factory.getId(), action);
    }

    private void later() {
        int turn = ++typed;
        viewer.getTextWidget().getDisplay().timerExec(PATIENCE_MILLIS, () -> {
            if (turn == typed && !viewer.getTextWidget().isDisposed()) {
                check();
            }
        });
    }

    /** Values of parameters as they are written; what is none is told when the script is read. */
    private Map<String, String> given() {
        var all = new LinkedHashMap<String, String>();
        for (String word : parameters.getText().strip().split("\\s+")) {
            int eq = word.indexOf('=');
            if (!word.isEmpty()) {
                all.put(eq < 0 ? word : word.substring(0, eq), eq < 0 ? "" : word.substring(eq + 1));
            }
        }
        return all;
    }

    private String name() {
        return script().file().map(Path::toString).orElse(script().getName());
    }

    /** Reads what is written, and marks what is wrong. Included files are read, too, so that is done elsewhere. */
    private void check() {
        int turn = typed;
        String text = document.get();
        String name = name();
        Map<String, String> given = given();
        Optional<Path> file = script().file();
        var job = new org.eclipse.core.runtime.jobs.Job(WORDS.say("Reading the script")) {
            @Override
            protected IStatus run(IProgressMonitor monitor) {
                List<Mistake> found = List.of();
                try {
                    Script.parse(name, text, file, given);
                } catch (ScriptException e) {
                    found = e.mistakes();
                }
                List<Mistake> all = found;
                onUi(() -> {
                    if (turn == typed) {
                        checked(all, name);
                    }
                });
                return Status.OK_STATUS;
            }
        };
        job.setSystem(true);
        job.schedule();
    }

    private void checked(List<Mistake> found, String name) {
        mistakes = found;
        annotations.removeAllAnnotations();
        var added = new LinkedHashMap<Annotation, Position>();
        for (Mistake m : found) {
            if (m.place().file().equals(name)) {
                position(m).ifPresent(p -> added.put(new Mark(MISTAKE, m.what() + " " + m.fix()), p));
            }
        }
        added.forEach(annotations::addAnnotation);
        viewer.getTextWidget().redraw();
        if (running.isEmpty()) {
            showState("");
        }
    }

    private Optional<Position> position(Mistake m) {
        try {
            IRegion line = document.getLineInformation(m.place().line() - 1);
            int from = Math.min(m.place().column() - 1, line.getLength());
            int length = Math.min(Math.max(1, m.length()), Math.max(1, line.getLength() - from));
            // what is missing behind a line is marked at its last character
            int back = from == line.getLength() && from > 0 ? 1 : 0;
            return Optional.of(new Position(line.getOffset() + from - back, Math.min(length, document.getLength() - line.getOffset() - from + back)));
        } catch (BadLocationException _) {
            return Optional.empty();
        }
    }

    private int lineOf(int offset) {
        try {
            return document.getLineOfOffset(offset) + 1;
        } catch (BadLocationException _) {
            return -1;
        }
    }

    private Optional<Integer> hereLine() {
        var it = annotations.getAnnotationIterator();
        while (it.hasNext()) {
            Annotation a = it.next();
            if (a.getType().equals(HERE)) {
                return Optional.of(lineOf(annotations.getPosition(a).getOffset()));
            }
        }
        return Optional.empty();
    }

    /** Shows which line is next, or none. */
    private void mark(Optional<Integer> line) {
        var gone = new ArrayList<Annotation>();
        annotations.getAnnotationIterator().forEachRemaining(a -> {
            if (a.getType().equals(HERE)) {
                gone.add(a);
            }
        });
        gone.forEach(annotations::removeAnnotation);
        line.ifPresent(l -> {
            try {
                IRegion at = document.getLineInformation(l - 1);
                annotations.addAnnotation(new Mark(HERE, WORDS.say("The next statement")), new Position(at.getOffset(), at.getLength()));
                viewer.getTextWidget().setCaretOffset(at.getOffset());
                viewer.revealRange(at.getOffset(), at.getLength());
            } catch (BadLocationException _) {
                // the text has fewer lines by now
            }
        });
        viewer.getTextWidget().redraw();
    }

    private void nextMistake() {
        List<Mistake> own = mistakes.stream().filter(m -> m.place().file().equals(name()) && position(m).isPresent()).toList();
        List<Position> places = own.stream().map(m -> position(m).orElseThrow()).toList();
        if (places.isEmpty()) {
            return;
        }
        int caret = viewer.getTextWidget().getCaretOffset();
        Position next = places.stream().filter(p -> p.getOffset() > caret).findFirst().orElse(places.getFirst());
        viewer.setSelectedRange(next.getOffset(), next.getLength());
        viewer.getTextWidget().setCaretOffset(next.getOffset());
        viewer.revealRange(next.getOffset(), next.getLength());
        viewer.getTextWidget().setFocus();
        Mistake m = own.get(places.indexOf(next));
        status.setText(words(m).replace("&", "&&"));
        status.requestLayout();
    }

    private String words(Mistake m) {
        return m.place().file().equals(name()) ? WORDS.say("Line {0}, column {1}: {2}", m.place().line(), m.place().column(), (m.what() + " " + m.fix()).strip())
                : m.toString();
    }

    private void start(boolean stepping) {
        if (running.isPresent()) {
            Running r = running.get();
            r.stepping = stepping;
            if (!stepping) {
                mark(Optional.empty());
                showState("");
            }
            if (r.waiting) {
                r.go.release();
            }
            return;
        }
        Script read;
        try {
            read = Script.parse(name(), document.get(), script().file(), given());
        } catch (ScriptException e) {
            typed++;
            checked(e.mistakes(), name());
            nextMistake();
            return;
        }
        Optional<String> reader = card.reader();
        if (reader.isEmpty()) {
            showState(WORDS.say("No card is inserted. Insert one, or plug in a software token (File menu)."));
            return;
        }
        CardConsoles consoles = Services.find(CardConsoles.class).orElseThrow(() -> new IllegalStateException("No service connects to cards"));
        steps.clear();
        var r = new Running(name(), stepping);
        r.job = new CardJob(WORDS.say("Running {0}", script().getName()), this, context -> {
            try (CardConsole console = consoles.connect(reader.get(), script().getName())) {
                console.run(read, r, context, false);
            }
        }, this::ended);
        running = Optional.of(r);
        viewer.setEditable(false);
        showState("");
        r.job.schedule();
    }

    private void stop() {
        running.ifPresent(r -> r.job.cancel());
    }

    private void ended(Optional<EscException> failure) {
        running = Optional.empty();
        if (viewer.getTextWidget().isDisposed()) {
            return;
        }
        viewer.setEditable(true);
        mark(Optional.empty());
        String words = WORDS.say("The script has run to its end.");
        if (failure.isPresent()) {
            Problem p = failure.get().problem();
            words = p.fault() == Fault.CANCELLED ? WORDS.say("Stopped. {0}", p.message()) : ProblemText.forPerson(p);
            if (!p.code().equals("expectation-failed")) {
                steps.say(p.fault() != Fault.CANCELLED, words);
            }
        }
        showState(words);
    }

    private void showState(String words) {
        if (status.isDisposed()) {
            return;
        }
        boolean busy = running.isPresent();
        step.setEnabled(true);
        stop.setEnabled(busy);
        run.setEnabled(true);
        run.setText(busy ? WORDS.say("Go o&n") : WORDS.say("&Run"));
        run.requestLayout();
        String said = !words.isEmpty() ? words : busy ? WORDS.say("The script runs…") : mistakes.isEmpty() ? WORDS.say("No mistakes.") : mistakes.size() == 1
                ? words(mistakes.getFirst())
                : WORDS.say("{0} mistakes (Ctrl+. goes to the next). {1}", mistakes.size(), words(mistakes.getFirst()));
        status.setText(said.replaceAll("\\s*\\n\\s*", " ").replace("&", "&&"));
        status.requestLayout();
    }

    private void onUi(Runnable task) {
        var display = viewer.getTextWidget().isDisposed() ? org.eclipse.swt.widgets.Display.getDefault() : viewer.getTextWidget().getDisplay();
        if (!display.isDisposed()) {
            display.asyncExec(() -> {
                if (!viewer.getTextWidget().isDisposed()) {
                    task.run();
                }
            });
        }
    }

    /** What is said below the script. */
    String said() {
        return status.getText();
    }

    StyledText text() {
        return viewer.getTextWidget();
    }

    StepTable steps() {
        return steps;
    }

    CardPicker card() {
        return card;
    }

    /** The line that is run next, from 1. */
    Optional<Integer> next() {
        return hereLine();
    }

    @Override
    public boolean isDirty() {
        return dirty;
    }

    @Override
    public void doSave(IProgressMonitor monitor) {
        if (script().file().isEmpty()) {
            doSaveAs();
        } else {
            save(script().file().get());
        }
    }

    @Override
    public void doSaveAs() {
        var dialog = new FileDialog(getSite().getShell(), SWT.SAVE);
        dialog.setText(WORDS.say("Save APDU Script"));
        dialog.setFilterExtensions(new String[] {"*.apdu", "*"});
        dialog.setOverwrite(true);
        dialog.setFileName(script().file().map(f -> String.valueOf(f.getFileName())).orElse("script.apdu"));
        String name = dialog.open();
        if (name != null) {
            save(Path.of(name));
        }
    }

    private static void write(Path file, String text) throws EscException {
        try {
            Path half = Files.createTempFile(file.getParent(), ".script", ".part");
            try {
                Files.writeString(half, text);
                Files.move(half, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(half);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("Save APDU Script"), WORDS.say("The file {0} cannot be written: {1}.", file, e.getMessage())).exception(e);
        }
    }

    private void save(Path file) {
        Path whole = file.toAbsolutePath().normalize();
        String text = document.get();
        try {
            Aside.go(() -> write(whole, text));
        } catch (EscException e) {
            MessageDialog.openError(getSite().getShell(), WORDS.say("Save APDU Script"), e.getMessage());
            return;
        }
        dirty = false;
        if (!script().file().equals(Optional.of(whole))) {
            setInput(ScriptInput.of(whole));
            setPartName(getEditorInput().getName());
            firePropertyChange(PROP_INPUT);
        }
        firePropertyChange(PROP_DIRTY);
        later();
    }

    @Override
    public boolean isSaveAsAllowed() {
        return true;
    }

    @Override
    public void setFocus() {
        viewer.getTextWidget().setFocus();
    }

    @Override
    public void dispose() {
        stop();
        super.dispose();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Answers;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.ServiceInfo;
import org.esc.tps.client.TokenPlan;
import org.esc.tps.client.TokenResult;
import org.esc.tps.client.UserSettings;
import org.esc.ui.Asker;
import org.esc.ui.Browse;
import org.esc.ui.DesktopSettings;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;
import org.esc.ui.Question;
import org.esc.ui.Settings;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbJob;

/**
 * Leads through one operation with one card: what will happen, progress, the server's questions in their place, how it ended. It does
 * not block the workbench: several tokens can be worked on at once, each in a window of its own.
 */
public final class OperationDialog extends TitleAreaDialog implements Asker {

    private static final Words WORDS = Words.of(OperationDialog.class);

    /** Where the dialog stands. */
    public enum Stage {
        /** Says what will happen. */
        INTRODUCTION,
        /** The verb runs. */
        RUNNING,
        /** The verb waits for an answer. */
        ASKING,
        /** It worked. */
        DONE,
        /** It did not. */
        FAILED
    }

    private record Step(int percent, String task) {
    }

    /** What Enter presses, wherever the focus is. */
    private enum Default {
        ACCEPT, CANCEL, NONE
    }

    private final TokensModel model;
    private final Operation operation;
    private final TokenRow token;
    private final AtomicReference<Step> latest = new AtomicReference<>();

    private Stage stage = Stage.INTRODUCTION;
    private Composite place;
    private Composite progressPage;
    private ProgressBar bar;
    private ProgressBar unknownBar;
    private Composite bars;
    private Label task;
    private Text steps;
    private Text server;
    private Button accept;
    private Button cancel;
    private Question<?> question;
    private VerbJob<?> job;
    private Optional<VerbJob<?>> looking = Optional.empty();
    private String lastTask = "";
    private Optional<String> serverTyped = Optional.empty();
    /** True if the last failure may have to do with the server's address, so that it is shown before the next try. */
    private boolean serverInDoubt;
    private boolean cancelling;
    private Optional<Control> clear = Optional.empty();
    private Runnable onSuccess = () -> {
    };

    /** A dialog for one operation with the card that {@code token} stands for, and no other. */
    public OperationDialog(Shell parent, TokensModel model, Operation operation, TokenRow token) {
        super(parent);
        this.model = model;
        this.operation = operation;
        this.token = token;
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(SWT.SHELL_TRIM | SWT.MODELESS);
    }

    /** Where the dialog stands. */
    public Stage stage() {
        return stage;
    }

    /** Calls {@code action} on the UI thread when the operation has succeeded. */
    public void onSuccess(Runnable action) {
        onSuccess = action;
    }

    /** The operation that it leads through. */
    public Operation operation() {
        return operation;
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(operation.label() + " \u2013 " + token.reader().name());
        shell.setData("org.esc.ui.dialog", this);
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.max(wanted.x, 640), Math.max(wanted.y, 560));
    }

    /** Opens the dialog where it does not cover this control, if there is room. */
    public void keepClearOf(Control control) {
        clear = Optional.of(control);
    }

    @Override
    protected Point getInitialLocation(Point size) {
        Point usual = super.getInitialLocation(size);
        return clear.map(control -> {
            Rectangle there = control.getDisplay().map(control.getParent(), null, control.getBounds());
            int left = getShell().getMonitor().getClientArea().x;
            return there.intersects(usual.x, usual.y, size.x, size.y) ? new Point(Math.max(left, there.x - size.x - 8), usual.y) : usual;
        }).orElse(usual);
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitleImage(Icons.image(OperationDialog.class, "card64"));
        place = new Composite(area, SWT.NONE);
        place.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        accept = NativeLook.of(createButton(parent, IDialogConstants.OK_ID, operation.button(), true));
        cancel = NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, Question.CANCEL, false));
        introduce();
    }

    // ---- the stages

    private void introduce() {
        stage = Stage.INTRODUCTION;
        setTitle(switch (operation) {
            case FORMAT -> WORDS.say("Format this token");
            case ENROLL -> WORDS.say("Enrol this token");
            case RE_ENROLL -> WORDS.say("Re-enrol this token");
            case RENEW -> WORDS.say("Renew this token");
            default -> operation.label();
        });
        setErrorMessage(null);
        setMessage(operation.explanation());
        Composite page = page();
        GridLayoutFactory.fillDefaults().numColumns(2).margins(14, 14).spacing(10, 10).applyTo(page);
        line(page, WORDS.say("Reader:"), token.reader().name());
        line(page, WORDS.say("Token:"), token.facts().map(TokenRow.Facts::keyId).filter(k -> !k.isEmpty()).orElse(WORDS.say("number not known yet")));
        line(page, WORDS.say("State:"), token.stateText()
                + token.facts().map(TokenRow.Facts::issuedTo).filter(t -> !t.isEmpty()).map(t -> ", " + WORDS.say("issued to {0}", t)).orElse(""));
        if (operation.byServer()) {
            createServer(page);
        }
        if (operation == Operation.FORMAT && token.state() != TokenState.UNFORMATTED) {
            new Label(page, SWT.NONE).setImage(page.getDisplay().getSystemImage(SWT.ICON_WARNING));
            var warning = new Label(page, SWT.WRAP);
            warning.setText(token.state() == TokenState.FORMATTED ? WORDS.say("Everything on this token will be erased.")
                    : WORDS.say("All keys and certificates on this token will be erased. This cannot be undone."));
            GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(warning);
        }
        if (operation.byServer()) {
            var plan = new PlanPane(page);
            GridDataFactory.fillDefaults().span(2, 1).grab(true, true).applyTo(plan);
            lookAhead(plan);
        }
        show(page);
        buttons(operation.button(), true, Question.CANCEL, Default.ACCEPT);
        if (serverInDoubt && operation.byServer()) {
            server.setFocus();
            server.selectAll();
        } else {
            accept.setFocus();
        }
    }

    /** The server that an administrator fixed for everybody. */
    private static Optional<String> fixedServer() {
        var settings = new UserSettings();
        try {
            return settings.locked(UserSettings.TPS).isPresent() ? settings.get(UserSettings.TPS) : Optional.empty();
        } catch (EscException _) {
            // said when the operation is started
            return Optional.empty();
        }
    }

    private void createServer(Composite page) {
        new Label(page, SWT.NONE).setText(WORDS.say("&Server:"));
        server = new Text(page, SWT.BORDER | SWT.SINGLE);
        server.setText(serverTyped.or(() -> Settings.now(Settings.TPS)).orElse(""));
        server.setMessage(WORDS.say("as the card or the preferences say"));
        fixedServer().ifPresent(address -> {
            server.setText(address);
            server.setEnabled(false);
            server.setToolTipText(WORDS.say("Your administrator has fixed this setting."));
        });
        server.setData("org.esc.ui.field", "server");
        Names.name(server, WORDS.say("Server"));
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(server);
    }

    /** Asks, without holding anything up, what the operation would do. */
    private void lookAhead(PlanPane pane) {
        VerbCall<?, ?> call;
        try {
            var words = words();
            words.put("what", List.of(operation.verb()));
            call = VerbCall.named("plan", words);
        } catch (EscException e) {
            pane.failed(e.problem().message());
            return;
        }
        lookAhead(pane, new VerbJob<>(WORDS.say("Look ahead – {0}", token.reader().name()), call, NOBODY, Progress.NONE).silently());
    }

    private <R extends Record> void lookAhead(PlanPane pane, VerbJob<R> look) {
        looking = Optional.of(look);
        Display display = getShell().getDisplay();
        look.outcome().whenComplete((result, failure) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> {
                    if (!pane.isDisposed()) {
                        if (result instanceof TokenPlan plan) {
                            pane.show(plan);
                        } else {
                            pane.failed(failure == null ? "" : ProblemText.problem(failure, operation.label()).message());
                        }
                    }
                });
            }
        });
        look.schedule();
    }

    /** Nobody is asked anything while it is only looked ahead. */
    private static final Interaction NOBODY = new Interaction() {
        @Override
        public CompletableFuture<Answers> fill(Form form) {
            return nobody();
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            return nobody();
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
            return nobody();
        }

        private <T> CompletableFuture<T> nobody() {
            return CompletableFuture.failedFuture(Problem.of(Fault.USAGE, WORDS.say("look ahead"),
                    WORDS.say("This is asked for when the operation begins.")).exception());
        }

        @Override
        public void tell(String message) {
            // it is told again when the operation runs
        }
    };

    private static void line(Composite page, String name, String value) {
        new Label(page, SWT.NONE).setText(name);
        var text = new Text(page, SWT.READ_ONLY | SWT.SINGLE);
        text.setText(value);
        NativeLook.onGround(text);
        Names.name(text, name);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(text);
    }

    private void createProgressPage() {
        progressPage = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(14, 14).spacing(0, 10).applyTo(progressPage);
        task = new Label(progressPage, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(task);
        bars = new Composite(progressPage, SWT.NONE);
        bars.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, false).applyTo(bars);
        bar = Names.name(new ProgressBar(bars, SWT.HORIZONTAL | SWT.SMOOTH), WORDS.say("Progress"));
        unknownBar = Names.name(new ProgressBar(bars, SWT.HORIZONTAL | SWT.INDETERMINATE), WORDS.say("Progress"));
        steps = new Text(progressPage, SWT.MULTI | SWT.READ_ONLY | SWT.V_SCROLL | SWT.BORDER | SWT.WRAP);
        Names.name(steps, WORDS.say("Steps so far"));
        GridDataFactory.fillDefaults().grab(true, true).hint(SWT.DEFAULT, 110).applyTo(steps);
    }

    private void start() {
        VerbCall<?, ?> call;
        try {
            requireSameCard();
            call = call();
        } catch (EscException e) {
            fail(e.problem());
            return;
        }
        if (progressPage == null) {
            createProgressPage();
        }
        lastTask = "";
        cancelling = false;
        latest.set(null);
        steps.setText("");
        bar.setSelection(0);
        task.setText(operation.byServer() ? WORDS.say("Contacting the server…") : WORDS.say("Speaking to the token…"));
        ((StackLayout) bars.getLayout()).topControl = unknownBar;
        bars.layout();
        running();
        String reader = token.reader().name();
        model.started(reader, operation.doing() + "\u2026");
        Display display = getShell().getDisplay();
        run(new VerbJob<>(operation.doing() + " \u2013 " + reader, call, new UiInteraction(display, this),
                (percent, words) -> {
                    if (latest.getAndSet(new Step(percent, words)) == null && !display.isDisposed()) {
                        display.asyncExec(this::showProgress);
                    }
                }));
    }

    private <R extends Record> void run(VerbJob<R> newJob) {
        job = newJob;
        Display display = getShell().getDisplay();
        String reader = token.reader().name();
        newJob.outcome().whenComplete((result, failure) -> {
            // the model first: the card is read anew whether or not anybody still looks at this window
            model.finished(reader);
            if (!display.isDisposed()) {
                display.asyncExec(() -> ended(newJob, result, failure));
            }
        });
        // a card is spoken to by one at a time: whoever looks at it lets it go first
        Optional<VerbJob<?>> before = looking;
        looking = Optional.empty();
        before.ifPresent(VerbJob::cancel);
        before.ifPresentOrElse(look -> look.outcome().whenComplete((_, _) -> newJob.schedule()), newJob::schedule);
    }

    private <R extends Record> void ended(VerbJob<R> endedJob, R result, Throwable failure) {
        if (getShell() == null || getShell().isDisposed()) {
            return;
        }
        question = null;
        if (failure == null) {
            succeed(endedJob.call().print(result), result);
        } else {
            fail(ProblemText.problem(failure, operation.label()), failure);
        }
    }

    private void running() {
        stage = Stage.RUNNING;
        setTitle(operation.doing());
        setErrorMessage(null);
        setMessage(WORDS.say("Leave the card in the reader until this is done."));
        show(progressPage);
        // no default button: the Enter that answered a question must not, held a little too long, cancel what it began
        buttons(operation.button(), false, Question.CANCEL, Default.NONE);
        steps.setFocus();
    }

    private void showProgress() {
        Step step = latest.getAndSet(null);
        if (step == null || bar.isDisposed()) {
            return;
        }
        ((StackLayout) bars.getLayout()).topControl = step.percent() < 0 ? unknownBar : bar;
        bar.setSelection(Math.clamp(step.percent(), 0, 100));
        bars.layout();
        if (!step.task().isEmpty() && !step.task().equals(lastTask)) {
            lastTask = step.task();
            task.setText(lastTask.replace("&", "&&"));
            steps.append(lastTask + "\n");
        }
    }

    @Override
    public void ask(Question<?> newQuestion) {
        if (getShell() == null || getShell().isDisposed() || newQuestion.answer().isDone()) {
            newQuestion.refuse();
            return;
        }
        stage = Stage.ASKING;
        question = newQuestion;
        setTitle(question.title());
        setMessage(question.message());
        Composite page = page();
        question.fill(page, this::validate);
        if (page.getLayout() instanceof GridLayout grid) {
            grid.marginWidth = 14;
            grid.marginHeight = 14;
        }
        show(page);
        buttons(question.acceptLabel(), true, Question.CANCEL, question.cautious() ? Default.CANCEL : Default.ACCEPT);
        validate();
        if (question.cautious()) {
            cancel.setFocus();
        }
        newQuestion.answer().whenComplete((_, _) -> {
            Shell shell = getShell();
            if (shell != null && !shell.isDisposed()) {
                shell.getDisplay().asyncExec(() -> {
                    if (question == newQuestion && stage == Stage.ASKING && !place.isDisposed()) {
                        question = null;
                        running();
                    }
                });
            }
        });
    }

    private void validate() {
        if (question != null && stage == Stage.ASKING) {
            setErrorMessage(question.complaint().orElse(null));
            accept.setEnabled(question.complete());
        }
    }

    @Override
    public void tell(String message) {
        if (steps != null && !steps.isDisposed()) {
            steps.append(message + "\n");
        }
    }

    private void succeed(String particulars, Record result) {
        stage = Stage.DONE;
        setTitle(WORDS.say("Done"));
        setErrorMessage(null);
        setMessage(operation.done(), IMessageProvider.INFORMATION);
        boolean certificates = result instanceof TokenResult r && !(r.certificates().isEmpty() && r.removed().isEmpty());
        ended(certificates ? new ResultPane(place, (TokenResult) result, particulars.strip())
                : new ProblemPane(place, SWT.ICON_INFORMATION, particulars.strip(), ""), "");
        if (result instanceof TokenResult r && operation.verb().equals("enroll") && DesktopSettings.openPage() && !r.cuid().isEmpty()) {
            new PhoneHome().remembered(Cuid.of(r.cuid())).map(PhoneHome.Remembered::info).filter(i -> i.operation().toString().equals(r.server()))
                    .flatMap(ServiceInfo::welcome).ifPresent(page -> Browse.open(getShell(), page));
        }
        onSuccess.run();
    }

    private void fail(Problem problem) {
        fail(problem, null);
    }

    private void fail(Problem problem, Throwable failure) {
        stage = Stage.FAILED;
        serverInDoubt = problem.fault() == Fault.NETWORK || problem.fault() == Fault.TLS || problem.fault() == Fault.USAGE;
        setTitle(ProblemText.heading(problem));
        boolean cancelled = problem.fault() == Fault.CANCELLED;
        setMessage(cancelled ? WORDS.say("You cancelled before the server had finished.")
                : WORDS.say("{0} did not succeed.", operation.doing()),
                cancelled ? IMessageProvider.WARNING : IMessageProvider.ERROR);
        setErrorMessage(null);
        ended(new ProblemPane(place, cancelled ? SWT.ICON_WARNING : SWT.ICON_ERROR,
                cancelled ? WORDS.say("Nothing more is sent to the token. The list of tokens shows how it stands now.") : ProblemText.forPerson(problem),
                ProblemText.details(problem)).offerTrust(failure), WORDS.say("&Try Again"));
    }

    private void ended(Composite pane, String acceptLabel) {
        show(pane);
        buttons(acceptLabel, true, WORDS.say("&Close"), Default.CANCEL);
        cancel.setFocus();
    }

    // ---- what the stages share

    private Composite page() {
        return new Composite(place, SWT.NONE);
    }

    private void show(Composite page) {
        var layout = (StackLayout) place.getLayout();
        Control before = layout.topControl;
        layout.topControl = page;
        place.layout(true, true);
        if (before != null && before != page && before != progressPage) {
            before.dispose();
        }
        if (page != progressPage && stage == Stage.ASKING) {
            page.setFocus();
        }
    }

    /** Labels the two buttons; the accepting one is gone if it has no label. */
    private void buttons(String acceptLabel, boolean acceptEnabled, String cancelLabel, Default byEnter) {
        accept.setText(acceptLabel);
        accept.setEnabled(acceptEnabled);
        cancel.setText(cancelLabel);
        cancel.setEnabled(true);
        // the shell goes back to the default button of before unless that is taken away first
        getShell().setDefaultButton(null);
        switch (byEnter) {
            case ACCEPT -> getShell().setDefaultButton(accept);
            case CANCEL -> getShell().setDefaultButton(cancel);
            case NONE -> {
                // Enter does nothing
            }
        }
        setButtonLayoutData(accept);
        setButtonLayoutData(cancel);
        accept.setVisible(!acceptLabel.isEmpty());
        var data = (GridData) accept.getLayoutData();
        data.exclude = acceptLabel.isEmpty();
        ((GridLayout) accept.getParent().getLayout()).numColumns = data.exclude ? 1 : 2;
        accept.requestLayout();
    }

    private void requireSameCard() throws EscException {
        Optional<TokenRow> now = model.row(token.reader().name());
        if (now.filter(row -> row.card().equals(token.card())).isEmpty()) {
            throw Problem.of(Fault.CARD, WORDS.say("find the card"), WORDS.say("The card that this window was opened for is no longer in the reader."))
                    .code("card-changed").advice(WORDS.say("Close this window, insert the card and start again.")).exception();
        }
        if (now.get().state() == TokenState.BUSY) {
            throw Problem.of(Fault.CARD, WORDS.say("find the card"), WORDS.say("Another operation with this card is under way.")).code("card-busy")
                    .advice(WORDS.say("Wait until it has ended.")).exception();
        }
    }

    private VerbCall<?, ?> call() throws EscException {
        return VerbCall.named(operation.verb(), words());
    }

    private Map<String, List<String>> words() {
        Map<String, List<String>> words = new LinkedHashMap<>();
        words.put("reader", List.of(token.reader().name()));
        if (!operation.byServer()) {
            return words;
        }
        if (!operation.wish().isEmpty()) {
            words.put(operation.wish(), List.of("true"));
        }
        serverTyped.or(() -> Settings.now(Settings.TPS)).filter(address -> !address.isBlank()).ifPresent(address -> words.put("tps", List.of(address.strip())));
        Settings.now(Settings.CA).ifPresent(file -> words.put("ca", List.of(file)));
        return words;
    }

    @Override
    protected void okPressed() {
        switch (stage) {
            case INTRODUCTION -> {
                if (operation.byServer()) {
                    serverTyped = Optional.of(server.getText());
                }
                start();
            }
            case FAILED -> {
                if (serverInDoubt) {
                    introduce();
                } else {
                    start();
                }
            }
            case ASKING -> {
                if (question.complete()) {
                    question.accept();
                }
            }
            case RUNNING, DONE -> {
                // the button cannot be pressed
            }
        }
    }

    @Override
    protected void cancelPressed() {
        switch (stage) {
            case INTRODUCTION, DONE, FAILED -> close();
            case ASKING -> question.refuse();
            case RUNNING -> {
                if (cancelling) {
                    // asked twice: whatever does not let go runs on in the Progress view
                    close();
                    return;
                }
                cancelling = true;
                setMessage(WORDS.say("Cancelling… The card is let go as soon as it answers."));
                cancel.setEnabled(false);
                job.cancel();
            }
        }
    }

    @Override
    protected void handleShellCloseEvent() {
        cancelPressed();
    }

    @Override
    public boolean close() {
        // the workbench is closing: nobody can answer or watch any more
        if (question != null && !question.answer().isDone()) {
            question.refuse();
        }
        if (job != null && !job.outcome().isDone()) {
            job.cancel();
        }
        looking.ifPresent(VerbJob::cancel);
        return super.close();
    }
}

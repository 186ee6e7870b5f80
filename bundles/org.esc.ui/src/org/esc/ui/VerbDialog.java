// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Interaction;

/**
 * A dialog around verbs: its page changes from what is needed over progress to how it ended. Verbs run in jobs, which Cancel ends; what
 * went wrong is said in place of the page, with a way back to what was entered.
 */
public abstract class VerbDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(VerbDialog.class);

    /** Where a dialog stands. */
    public enum Stage {
        /** Asks for what the verb needs. */
        INPUT,
        /** Makes the plan. */
        PLANNING,
        /** Shows it. */
        PLAN,
        /** Does it. */
        RUNNING,
        /** It is done. */
        DONE,
        /** It went wrong. */
        FAILED
    }

    /** Label of the button that accepts keys, a PIN or a master password. */
    public static final String ACCEPT_FORMS = WORDS.say("&OK");

    private final String label;
    private final String subject;
    private Stage stage = Stage.INPUT;
    private Composite place;
    private ProgressBar bar;
    private Label task;
    private Button accept;
    private Button cancel;
    private Optional<VerbJob<?>> job = Optional.empty();
    private String printed = "";
    private String message = "";
    private int messageType = IMessageProvider.NONE;

    /**
     * A dialog that does not block: open returns at once.
     *
     * @param label   what is going to be done, in the title
     * @param subject what it is done with; may be empty
     */
    protected VerbDialog(Shell parent, String label, String subject) {
        super(parent);
        this.label = label;
        this.subject = subject;
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(SWT.SHELL_TRIM | SWT.MODELESS);
    }

    /** Shows the first page. */
    protected abstract void begin();

    /** True if there is something to go back to when it went wrong. */
    protected abstract boolean canGoBack();

    /** The accepting button was pressed, at this stage. */
    protected abstract void accepted(Stage at);

    /** It went wrong; the dialog says so by itself. @param before the stage at which it did */
    protected void failed(Stage before) {
        // not all care
    }

    /** Who answers what the verb asks. */
    protected Interaction interaction() {
        var dialogs = new DialogAsker(this::getShell);
        return new UiInteraction(getShell().getDisplay(), new Asker() {
            @Override
            public void ask(Question<?> question) {
                dialogs.ask(question);
            }

            @Override
            public void tell(String message) {
                dialogs.tell(message);
            }

            @Override
            public Runnable notice(String message) {
                return VerbDialog.this.notice(message);
            }
        }, ACCEPT_FORMS);
    }

    /** Shows it in place of the message, where Cancel stays within reach. */
    private Runnable notice(String words) {
        Stage at = stage;
        if (getShell() != null && !getShell().isDisposed()) {
            setMessage(words, IMessageProvider.INFORMATION);
        }
        return () -> {
            if (getShell() != null && !getShell().isDisposed() && stage == at) {
                setMessage(message, messageType);
            }
        };
    }

    /** Where it stands. */
    public final Stage stage() {
        return stage;
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(title(" – "));
        shell.setData("org.esc.ui.dialog", this);
    }

    private String title(String between) {
        return subject.isEmpty() ? label : label + between + subject;
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.max(wanted.x, 620), Math.max(wanted.y, 460));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        place = new Composite(area, SWT.NONE);
        place.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        accept = NativeLook.of(createButton(parent, IDialogConstants.OK_ID, WORDS.say("&Next"), true));
        cancel = NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Cancel"), false));
        if (parent.getDisplay().getDismissalAlignment() == SWT.RIGHT) {
            // as JFace does it, whether or not it is the default button at first
            accept.moveBelow(null);
        }
        begin();
    }

    // ---- pages

    /** Turns to a stage, with its message under the title. */
    protected final void turnTo(Stage next, String message, int type) {
        stage = next;
        setErrorMessage(null);
        setTitle(title(": "));
        this.message = message;
        messageType = type;
        setMessage(message, type);
    }

    /** An empty page with as many columns. */
    protected final Composite page(int columns) {
        var page = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(columns).margins(14, 14).spacing(10, 8).applyTo(page);
        return page;
    }

    /** Shows a page in the place of the one before, which is thrown away. */
    protected final void show(Composite page) {
        var layout = (StackLayout) place.getLayout();
        Control before = layout.topControl;
        layout.topControl = page;
        place.layout(true, true);
        if (before != null) {
            before.dispose();
        }
    }

    /** A box for a line of text with its label in front, over all the columns that are left. */
    protected static Text box(Composite page, String label, String field, String hint, int span, int style) {
        new Label(page, SWT.NONE).setText(label);
        var text = new Text(page, SWT.BORDER | SWT.SINGLE | style);
        if ((style & SWT.PASSWORD) == 0) {
            text.setMessage(hint);
        }
        text.setData(FormQuestion.FIELD, field);
        Names.name(text, label);
        GridDataFactory.fillDefaults().grab(true, false).hint(320, SWT.DEFAULT).span(span, 1).applyTo(text);
        return text;
    }

    /** A list to choose from, with its label in front. */
    protected static Combo choice(Composite page, String label, List<String> values, int span, int style) {
        new Label(page, SWT.NONE).setText(label);
        var combo = Names.name(new Combo(page, style), label);
        combo.setItems(values.toArray(String[]::new));
        GridDataFactory.fillDefaults().grab(true, false).span(span, 1).applyTo(combo);
        return combo;
    }

    /** Says what the two buttons do now; an empty label takes the accepting one away. */
    protected final void buttons(String acceptLabel, boolean acceptEnabled, String cancelLabel, boolean acceptByEnter) {
        accept.setText(acceptLabel.isEmpty() ? WORDS.say("&Next") : acceptLabel);
        accept.setVisible(!acceptLabel.isEmpty());
        accept.setEnabled(acceptEnabled);
        cancel.setText(cancelLabel);
        cancel.setEnabled(true);
        // the shell goes back to the default button of before unless that is taken away first
        getShell().setDefaultButton(null);
        if (acceptByEnter && acceptEnabled) {
            getShell().setDefaultButton(accept);
        }
        setButtonLayoutData(accept);
        setButtonLayoutData(cancel);
        accept.getParent().layout();
    }

    /** Whether what was entered will do; a complaint is shown in place of the message. */
    protected final void entered(Optional<String> complaint, boolean complete) {
        setErrorMessage(complaint.orElse(null));
        accept.setEnabled(complete);
        getShell().setDefaultButton(complete ? accept : null);
    }

    /** Puts the focus onto the accepting button, or onto the other. */
    protected final void focusAccept(boolean wanted) {
        (wanted ? accept : cancel).setFocus();
    }

    /** The last page: how it ended. */
    protected final void ended(Composite pane, String acceptLabel) {
        show(pane);
        buttons(acceptLabel, true, WORDS.say("&Close"), false);
        cancel.setFocus();
    }

    /** A page with a picture and words. */
    protected final Composite pane(int icon, String words, String particulars) {
        return new ProblemPane(place, icon, words, particulars);
    }

    /** Turns to the page that says what went wrong. */
    protected final void fail(Problem problem) {
        fail(problem, null);
    }

    private void fail(Problem problem, Throwable failure) {
        Stage before = stage;
        stage = Stage.FAILED;
        boolean cancelled = problem.fault() == Fault.CANCELLED;
        setErrorMessage(null);
        setTitle(ProblemText.heading(problem));
        setMessage(title(": "), cancelled ? IMessageProvider.WARNING : IMessageProvider.ERROR);
        ended(new ProblemPane(place, cancelled ? SWT.ICON_WARNING : SWT.ICON_ERROR, ProblemText.forPerson(problem), ProblemText.details(problem))
                .offerTrust(failure),
                canGoBack() ? WORDS.say("&Back") : "");
        failed(before);
    }

    // ---- verbs

    /**
     * Runs a verb while a page shows its progress.
     *
     * @param jobName what a person reads in lists of jobs
     * @param first   shown until the verb says what it does
     * @param endless true if nobody knows how long it takes
     * @param then    given the result, on the UI thread
     */
    protected final void run(String verb, Map<String, List<String>> words, String jobName, String first, boolean endless, Consumer<Record> then) {
        Composite page = page(1);
        task = new Label(page, SWT.WRAP);
        task.setText(first);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(task);
        bar = Names.name(new ProgressBar(page, SWT.HORIZONTAL | (endless ? SWT.INDETERMINATE : SWT.SMOOTH)), WORDS.say("Progress"));
        GridDataFactory.fillDefaults().grab(true, false).applyTo(bar);
        show(page);
        buttons(accept.getText(), false, WORDS.say("&Cancel"), false);
        try {
            start(VerbCall.named(verb, words), jobName, then);
        } catch (EscException e) {
            fail(e.problem());
        }
    }

    private <R extends Record> void start(VerbCall<?, R> call, String name, Consumer<Record> then) {
        Display display = getShell().getDisplay();
        var started = new VerbJob<>(name, call, interaction(), (percent, words) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> progress(percent, words));
            }
        });
        job = Optional.of(started);
        started.outcome().whenComplete((result, failure) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> {
                    printed = failure == null ? call.print(result) : "";
                    ended(started, result, failure, then);
                });
            }
        });
        started.schedule();
    }

    /** The result of the verb that has just ended, as the terminal would print it. */
    protected final String printed() {
        return printed;
    }

    private void progress(int percent, String words) {
        if (!bar.isDisposed()) {
            if (percent >= 0) {
                bar.setSelection(percent);
            }
            if (!words.isEmpty()) {
                task.setText(words.replace("&", "&&"));
            }
        }
    }

    private void ended(VerbJob<?> ended, Record result, Throwable failure, Consumer<Record> then) {
        if (getShell() == null || getShell().isDisposed() || job.filter(ended::equals).isEmpty()) {
            return;
        }
        job = Optional.empty();
        if (failure == null) {
            then.accept(result);
        } else {
            fail(ProblemText.problem(failure, label), failure);
        }
    }

    @Override
    protected void okPressed() {
        accepted(stage);
    }

    @Override
    protected void cancelPressed() {
        if (job.isPresent()) {
            // what is under way cleans up after itself, and then says how it ended
            job.get().cancel();
            cancel.setEnabled(false);
        } else {
            super.cancelPressed();
        }
    }

    @Override
    protected void handleShellCloseEvent() {
        cancelPressed();
    }
}

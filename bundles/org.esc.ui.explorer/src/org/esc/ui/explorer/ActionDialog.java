// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.Verb;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbJob;

/** Leads through one action: what it needs, progress with cancel, how it ended. PINs and keys are asked for in dialogs of their own. */
final class ActionDialog extends TitleAreaDialog {

    /** Where the dialog stands. */
    enum Stage {
        /** Asks for what the verb needs. */
        INPUT,
        /** Does it. */
        RUNNING,
        /** It is done. */
        DONE,
        /** It went wrong. */
        FAILED
    }

    private final ExplorerModel model;
    private final TokenAction action;
    private final Entry entry;
    private final List<TokenAction.Field> fields;
    private final Map<TokenAction.Field, Control> inputs = new LinkedHashMap<>();
    private final Map<String, String> given = new HashMap<>();
    private Stage stage = Stage.INPUT;
    private Composite place;
    private ProgressBar bar;
    private Label task;
    private Button accept;
    private Button cancel;
    private Optional<VerbJob<?>> job = Optional.empty();

    ActionDialog(Shell parent, ExplorerModel model, TokenAction action, Entry entry) {
        super(parent);
        this.model = model;
        this.action = action;
        this.entry = entry;
        fields = action.fields(entry);
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(SWT.SHELL_TRIM | SWT.MODELESS);
    }

    Stage stage() {
        return stage;
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(action.label() + " – " + entry.name());
        shell.setData("org.esc.ui.dialog", this);
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.max(wanted.x, 560), Math.max(wanted.y, 340));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        place = new Composite(area, SWT.NONE);
        place.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        setTitle(action.label() + ": " + entry.name());
        setMessage(action.explanation(entry));
        if (!fields.isEmpty()) {
            createInputs();
        }
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        accept = NativeLook.of(createButton(parent, IDialogConstants.OK_ID, "&" + action.button(), true));
        cancel = NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, "&Cancel", false));
        accept.setText(button());
        if (fields.isEmpty()) {
            perform();
        } else {
            ask();
        }
    }

    /** Without a letter that leads to one of the boxes already. */
    private String button() {
        var taken = new StringBuilder("c");
        fields.forEach(f -> {
            int at = f.label().indexOf('&');
            if (at >= 0) {
                taken.append(Character.toLowerCase(f.label().charAt(at + 1)));
            }
            if (isFile(f)) {
                taken.append(f.equals(firstFile()) ? 'r' : 'o');
            }
        });
        return Names.mnemonic(action.button(), taken);
    }

    private static boolean isFile(TokenAction.Field f) {
        return f.input() == TokenAction.Input.OPEN || f.input() == TokenAction.Input.SAVE;
    }

    private TokenAction.Field firstFile() {
        return fields.stream().filter(ActionDialog::isFile).findFirst().orElseThrow();
    }

    // ---- the stages

    private void ask() {
        stage = Stage.INPUT;
        setTitle(action.label() + ": " + entry.name());
        setMessage(action.explanation(entry));
        if (inputs.isEmpty() || inputs.values().iterator().next().isDisposed()) {
            createInputs();
        }
        buttons(button(), true, "&Cancel");
        validate();
        inputs.values().iterator().next().setFocus();
    }

    private void createInputs() {
        Composite page = page(3);
        inputs.clear();
        for (TokenAction.Field f : fields) {
            switch (f.input()) {
                case FLAG -> {
                    var box = NativeLook.of(new Button(page, SWT.CHECK));
                    box.setText(f.label());
                    box.setSelection(Boolean.parseBoolean(given.get(f.word())));
                    GridDataFactory.fillDefaults().span(3, 1).applyTo(box);
                    put(f, box);
                }
                case CHOICE -> {
                    new Label(page, SWT.NONE).setText(f.label());
                    var combo = Names.name(new Combo(page, SWT.READ_ONLY), f.label());
                    combo.setItems(f.choices().toArray(String[]::new));
                    combo.setText(given.getOrDefault(f.word(), f.choices().getFirst()));
                    GridDataFactory.fillDefaults().grab(true, false).span(2, 1).applyTo(combo);
                    put(f, combo);
                }
                case TEXT, OPEN, SAVE -> {
                    new Label(page, SWT.NONE).setText(f.label());
                    var text = new Text(page, SWT.BORDER | SWT.SINGLE);
                    text.setMessage(f.hint());
                    text.setText(given.getOrDefault(f.word(), ""));
                    Names.name(text, f.label());
                    GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).span(f.input() == TokenAction.Input.TEXT ? 2 : 1, 1)
                            .applyTo(text);
                    text.addModifyListener(_ -> validate());
                    put(f, text);
                    if (isFile(f)) {
                        var browse = NativeLook.of(new Button(page, SWT.PUSH));
                        browse.setText(f.equals(firstFile()) ? "B&rowse…" : "Br&owse…");
                        browse.addListener(SWT.Selection, _ -> browse(f, text));
                    }
                }
            }
        }
        show(page);
    }

    private void put(TokenAction.Field f, Control control) {
        control.setData("org.esc.ui.field", f.word());
        inputs.put(f, control);
    }

    private void browse(TokenAction.Field f, Text file) {
        var dialog = new FileDialog(getShell(), f.input() == TokenAction.Input.OPEN ? SWT.OPEN : SWT.SAVE);
        String chosen = dialog.open();
        if (chosen != null) {
            file.setText(chosen);
        }
    }

    private void validate() {
        if (accept != null && stage == Stage.INPUT) {
            accept.setEnabled(inputs.entrySet().stream().allMatch(e -> !e.getKey().required() || !(e.getValue() instanceof Text t)
                    || !t.getText().isBlank()));
        }
    }

    private void perform() {
        stage = Stage.RUNNING;
        setTitle(action.label() + ": " + entry.name());
        setMessage("Leave the card in the reader until this is done.");
        Composite page = page(1);
        task = new Label(page, SWT.WRAP);
        task.setText("Talking to the card…");
        GridDataFactory.fillDefaults().grab(true, false).applyTo(task);
        bar = Names.name(new ProgressBar(page, SWT.HORIZONTAL | SWT.INDETERMINATE), "Progress");
        GridDataFactory.fillDefaults().grab(true, false).applyTo(bar);
        show(page);
        buttons("", false, "&Cancel");
        var words = new HashMap<>(action.words(entry));
        given.forEach((word, value) -> words.put(word, List.of(value)));
        try {
            Verb<?, ?> verb = Services.verb(action.verb(entry)).orElseThrow(() -> Problem.of(Fault.DEFECT, action.label(),
                    "The part of this program that does this is not installed.").exception());
            start(VerbCall.of(verb, words));
        } catch (EscException e) {
            fail(e.problem());
        }
    }

    private <R extends Record> void start(VerbCall<?, R> call) {
        Display display = place.getDisplay();
        var started = new VerbJob<>(action.label() + ": " + entry.name(), call,
                new UiInteraction(display, new DialogAsker(this::getShell), "&OK"), (_, words) -> {
                    if (!words.isEmpty() && !display.isDisposed()) {
                        display.asyncExec(() -> progress(words));
                    }
                });
        job = Optional.of(started);
        started.outcome().whenComplete((result, failure) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> ended(started, failure == null ? Optional.of(call.print(result)) : Optional.empty(), failure));
            }
        });
        started.schedule();
    }

    private void progress(String words) {
        if (!task.isDisposed()) {
            task.setText(words.replace("&", "&&"));
            task.requestLayout();
        }
    }

    private void ended(VerbJob<?> ended, Optional<String> result, Throwable failure) {
        if (!action.reads()) {
            model.changed(entry.reader());
        }
        if (getShell() == null || getShell().isDisposed() || job.filter(ended::equals).isEmpty()) {
            return;
        }
        job = Optional.empty();
        if (result.isPresent()) {
            done(result.get());
        } else {
            fail(ExplorerModel.problem(failure));
        }
    }

    private void done(String result) {
        stage = Stage.DONE;
        setTitle("Done");
        setMessage(action.label() + ": " + entry.name(), IMessageProvider.INFORMATION);
        int line = result.indexOf("-----BEGIN");
        String words = (line < 0 ? result : result.substring(0, line)).strip();
        if (line < 0) {
            ended(new ProblemPane(place, SWT.ICON_INFORMATION, words, ""), "");
        } else {
            Composite page = page(1);
            if (!words.isEmpty()) {
                new Label(page, SWT.NONE).setText(words.replace("&", "&&"));
            }
            var text = Names.name(new Text(page, SWT.MULTI | SWT.READ_ONLY | SWT.BORDER | SWT.V_SCROLL | SWT.H_SCROLL), "Result");
            text.setText(result.substring(line));
            GridDataFactory.fillDefaults().grab(true, true).hint(480, 180).applyTo(text);
            ended(page, "");
        }
    }

    private void fail(Problem problem) {
        stage = Stage.FAILED;
        boolean cancelled = problem.fault() == Fault.CANCELLED;
        setTitle(ProblemText.heading(problem));
        setMessage(action.label() + ": " + entry.name(), cancelled ? IMessageProvider.WARNING : IMessageProvider.ERROR);
        ended(new ProblemPane(place, cancelled ? SWT.ICON_WARNING : SWT.ICON_ERROR, ProblemText.forPerson(problem), ProblemText.details(problem)),
                fields.isEmpty() ? "&Try Again" : "&Back");
    }

    private void ended(Composite page, String acceptLabel) {
        show(page);
        buttons(acceptLabel, true, "&Close");
        getShell().setDefaultButton(null);
        cancel.setFocus();
    }

    // ---- what the stages share

    private Composite page(int columns) {
        var page = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(columns).margins(14, 14).spacing(10, 8).applyTo(page);
        return page;
    }

    private void show(Composite page) {
        var layout = (StackLayout) place.getLayout();
        Control before = layout.topControl;
        layout.topControl = page;
        place.layout(true, true);
        if (before != null) {
            before.dispose();
        }
    }

    private void buttons(String acceptLabel, boolean enabled, String cancelLabel) {
        accept.setText(acceptLabel.isEmpty() ? "&OK" : acceptLabel);
        accept.setVisible(!acceptLabel.isEmpty());
        accept.setEnabled(enabled);
        cancel.setText(cancelLabel);
        cancel.setEnabled(true);
        setButtonLayoutData(accept);
        setButtonLayoutData(cancel);
        accept.getParent().layout();
    }

    @Override
    protected void okPressed() {
        switch (stage) {
            case INPUT -> {
                given.clear();
                inputs.forEach((field, control) -> {
                    switch (control) {
                        case Text t when !t.getText().isBlank() -> given.put(field.word(), t.getText().strip());
                        case Combo c -> given.put(field.word(), c.getText());
                        case Button b when b.getSelection() -> given.put(field.word(), "true");
                        default -> {
                            // not given
                        }
                    }
                });
                perform();
            }
            case FAILED -> {
                if (fields.isEmpty()) {
                    perform();
                } else {
                    ask();
                }
            }
            case RUNNING, DONE -> {
                // the button cannot be pressed
            }
        }
    }

    @Override
    protected void cancelPressed() {
        if (job.isPresent()) {
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

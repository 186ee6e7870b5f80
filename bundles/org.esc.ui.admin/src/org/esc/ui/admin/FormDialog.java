// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;
import org.esc.ui.ServerDialog;

/** Asks for some values and does something with them at a server, in a job; what goes wrong is said here, and what was entered stays. */
final class FormDialog<T> extends TitleAreaDialog {

    private static final Words WORDS = Words.of(FormDialog.class);

    /** What is done with the values. */
    @FunctionalInterface
    interface Task<T> {
        T run(Values values, Cancel cancel) throws EscException;
    }

    private final String title;
    private final String message;
    private final List<Field> fields;
    private final String accept;
    private final Task<T> task;
    private final Consumer<T> done;
    private Function<Values, Optional<String>> check = _ -> Optional.empty();
    private Optional<String> consequences = Optional.empty();
    private Optional<Function<Values, String>> says = Optional.empty();
    private Optional<Predicate<Values>> irreversible = Optional.empty();
    private BiPredicate<String, Values> needs = (_, _) -> true;
    private boolean cautious;
    private final Map<Field, Control> inputs = new LinkedHashMap<>();
    private final Map<Field, Button> browsers = new LinkedHashMap<>();
    private Label said;
    private Label picture;
    private Button sure;
    private ProgressBar bar;
    private ScrolledComposite scroll;
    private Composite page;
    private Optional<ProblemPane> trouble = Optional.empty();
    private Optional<Work<T>> work = Optional.empty();

    /**
     * A dialog that does not block.
     *
     * @param accept label of the button that does it
     * @param task   does it, in a job
     * @param done   given what came out, on the UI thread, when the dialog is closed
     */
    FormDialog(Shell parent, String title, String message, List<Field> fields, String accept, Task<T> task, Consumer<T> done) {
        super(parent);
        this.title = title;
        this.message = message;
        this.fields = List.copyOf(fields);
        this.accept = accept;
        this.task = task;
        this.done = done;
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(getShellStyle() | SWT.RESIZE);
    }

    /** Says why what was entered will not do. */
    FormDialog<T> checked(Function<Values, Optional<String>> complaint) {
        check = complaint;
        return this;
    }

    /** Says what will happen, below the fields, as they are filled in. */
    FormDialog<T> saying(Function<Values, String> words) {
        says = Optional.of(words);
        return this;
    }

    /** What will happen cannot be undone: Enter does not do it. */
    FormDialog<T> cautious(String words) {
        consequences = Optional.of(words);
        cautious = true;
        return this;
    }

    /** Where what was entered cannot be undone, the person has to say once more that it is meant. */
    FormDialog<T> irreversible(Predicate<Values> when) {
        irreversible = Optional.of(when);
        return this;
    }

    /** Which fields, by id, are needed for what was entered; into the others nothing can be. */
    FormDialog<T> needing(BiPredicate<String, Values> which) {
        needs = which;
        return this;
    }

    /** Enter does not do it. */
    FormDialog<T> cautious() {
        cautious = true;
        return this;
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(title);
        shell.setData("org.esc.ui.dialog", this);
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        int most = getParentShell() == null ? 700 : Math.max(420, getParentShell().getSize().y);
        return new Point(Math.max(wanted.x, 520), Math.min(wanted.y, most));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(title);
        setMessage(message);
        scroll = new ScrolledComposite(area, SWT.V_SCROLL);
        scroll.setExpandHorizontal(true);
        scroll.setExpandVertical(true);
        scroll.setShowFocusedControl(true);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(scroll);
        page = new Composite(scroll, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(3).margins(14, 14).spacing(10, 8).applyTo(page);
        // of Cancel, and of what explains what went wrong
        var taken = new StringBuilder(letter(accept)).append("cdr");
        fields.forEach(f -> inputs.put(f, input(page, f, taken)));
        if (says.isPresent() || consequences.isPresent()) {
            picture = new Label(page, SWT.NONE);
            picture.setImage(page.getDisplay().getSystemImage(cautious && irreversible.isEmpty() ? SWT.ICON_WARNING : SWT.ICON_INFORMATION));
            GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(picture);
            said = new Label(page, SWT.WRAP);
            said.setText(consequences.orElse("").replace("&", "&&"));
            // room for what is said later, so that the dialog need not grow
            GridDataFactory.fillDefaults().grab(true, true).span(2, 1).hint(400, says.isPresent() ? 90 : SWT.DEFAULT).applyTo(said);
        }
        if (irreversible.isPresent()) {
            sure = NativeLook.of(new Button(page, SWT.CHECK));
            sure.setText(Names.mnemonic(WORDS.say("I know that this cannot be undone"), taken));
            sure.setData(FormQuestion.FIELD, "sure");
            sure.setVisible(false);
            sure.addListener(SWT.Selection, _ -> validate());
            GridDataFactory.fillDefaults().span(3, 1).applyTo(sure);
        }
        bar = Names.name(new ProgressBar(page, SWT.HORIZONTAL | SWT.INDETERMINATE), WORDS.say("Progress"));
        bar.setVisible(false);
        GridDataFactory.fillDefaults().grab(true, false).span(3, 1).applyTo(bar);
        scroll.setContent(page);
        scroll.setMinSize(page.computeSize(SWT.DEFAULT, SWT.DEFAULT));
        // labels that are wrapped need other heights at other widths
        scroll.addListener(SWT.Resize, _ -> measure());
        return area;
    }

    private void measure() {
        scroll.setMinSize(page.computeSize(Math.max(300, scroll.getClientArea().width), SWT.DEFAULT));
    }

    private static String letter(String label) {
        int at = label.indexOf('&');
        return at < 0 ? "" : label.substring(at + 1, at + 2).toLowerCase(java.util.Locale.ROOT);
    }

    private Control input(Composite page, Field f, StringBuilder taken) {
        if (f.kind() == Field.Kind.CHECK) {
            var flag = NativeLook.of(new Button(page, SWT.CHECK));
            flag.setText(Names.mnemonic(f.label(), taken));
            flag.setSelection(Boolean.parseBoolean(f.value()));
            flag.setData(FormQuestion.FIELD, f.id());
            flag.addListener(SWT.Selection, _ -> validate());
            GridDataFactory.fillDefaults().span(3, 1).applyTo(flag);
            return flag;
        }
        var label = new Label(page, SWT.NONE);
        label.setText(Names.mnemonic(f.label(), taken) + ":");
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, f.kind() == Field.Kind.LINES ? SWT.BEGINNING : SWT.CENTER).applyTo(label);
        Control control = switch (f.kind()) {
            case CHOICE, COMBO -> {
                var combo = new Combo(page, f.kind() == Field.Kind.CHOICE ? SWT.READ_ONLY : SWT.DROP_DOWN);
                combo.setItems(f.choices().toArray(String[]::new));
                combo.setText(f.value());
                combo.addListener(SWT.Modify, _ -> validate());
                GridDataFactory.fillDefaults().grab(true, false).span(2, 1).applyTo(combo);
                yield combo;
            }
            case LINES -> {
                var text = new Text(page, SWT.BORDER | SWT.MULTI | SWT.V_SCROLL | SWT.H_SCROLL);
                text.setText(f.value());
                // Tab leads on here as everywhere
                text.addListener(SWT.Traverse, e -> {
                    if (e.detail == SWT.TRAVERSE_TAB_NEXT || e.detail == SWT.TRAVERSE_TAB_PREVIOUS) {
                        e.doit = true;
                    }
                });
                text.addListener(SWT.Modify, _ -> validate());
                GridDataFactory.fillDefaults().grab(true, true).span(2, 1).hint(380, 140).applyTo(text);
                yield text;
            }
            default -> {
                var text = new Text(page, SWT.BORDER | SWT.SINGLE | (f.kind() == Field.Kind.PASSWORD ? SWT.PASSWORD : SWT.NONE));
                text.setText(f.value());
                if (f.kind() != Field.Kind.PASSWORD) {
                    text.setMessage(f.hint());
                }
                text.addListener(SWT.Modify, _ -> validate());
                GridDataFactory.fillDefaults().grab(true, false).span(f.kind() == Field.Kind.FILE ? 1 : 2, 1).hint(320, SWT.DEFAULT).applyTo(text);
                if (f.kind() == Field.Kind.FILE) {
                    var browse = NativeLook.of(new Button(page, SWT.PUSH));
                    browsers.put(f, browse);
                    browse.setText(Names.mnemonic(WORDS.say("Browse…"), taken));
                    browse.addListener(SWT.Selection, _ -> {
                        String chosen = Names.titled(new FileDialog(getShell(), SWT.OPEN)).open();
                        if (chosen != null) {
                            text.setText(chosen);
                        }
                    });
                }
                yield text;
            }
        };
        control.setData(FormQuestion.FIELD, f.id());
        return Names.name(control, f.label());
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, IDialogConstants.OK_ID, accept, !cautious));
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Cancel"), cautious));
        validate();
        if (inputs.isEmpty()) {
            getButton(IDialogConstants.CANCEL_ID).setFocus();
        } else {
            inputs.entrySet().stream().filter(e -> e.getKey().value().isEmpty()).map(Map.Entry::getValue).findFirst()
                    .orElse(inputs.values().iterator().next()).setFocus();
        }
    }

    private Values values(boolean secrets) {
        var texts = new HashMap<String, String>();
        var hidden = new HashMap<String, Secret>();
        inputs.forEach((f, control) -> {
            switch (control) {
                case Text t when f.kind() == Field.Kind.PASSWORD -> {
                    if (secrets) {
                        char[] typed = t.getTextChars();
                        hidden.put(f.id(), Secret.of(typed));
                        Arrays.fill(typed, '\0');
                    }
                }
                case Text t -> texts.put(f.id(), t.getText());
                case Combo c -> texts.put(f.id(), c.getText());
                case Button b -> texts.put(f.id(), String.valueOf(b.getSelection()));
                default -> throw new IllegalStateException(f.id());
            }
        });
        return new Values(texts, hidden);
    }

    private boolean complete() {
        return inputs.entrySet().stream().filter(e -> e.getKey().needed()).noneMatch(e -> switch (e.getValue()) {
            case Text t -> t.getCharCount() == 0;
            case Combo c -> c.getText().isBlank();
            default -> false;
        });
    }

    private void validate() {
        Button ok = getButton(IDialogConstants.OK_ID);
        if (ok == null || work.isPresent()) {
            return;
        }
        Values now = values(false);
        inputs.forEach((f, control) -> {
            boolean needed = needs.test(f.id(), now);
            control.setEnabled(needed);
            Optional.ofNullable(browsers.get(f)).ifPresent(b -> b.setEnabled(needed));
        });
        Optional<String> complaint = complete() ? check.apply(now) : Optional.empty();
        setErrorMessage(complaint.orElse(null));
        boolean grave = complete() && irreversible.filter(i -> i.test(now)).isPresent();
        irreversible.ifPresent(_ -> {
            sure.setVisible(grave);
            picture.setImage(getShell().getDisplay().getSystemImage(grave ? SWT.ICON_WARNING : SWT.ICON_INFORMATION));
        });
        ok.setEnabled(complete() && complaint.isEmpty() && (!grave || sure.getSelection()));
        says.ifPresent(w -> {
            said.setText(w.apply(now).replace("&", "&&"));
            said.requestLayout();
        });
    }

    @Override
    protected void okPressed() {
        Button ok = getButton(IDialogConstants.OK_ID);
        if (work.isPresent() || !ok.isEnabled()) {
            return;
        }
        Values given = values(true);
        inputs.values().forEach(c -> c.setEnabled(false));
        ok.setEnabled(false);
        bar.setVisible(true);
        forget();
        work = Optional.of(Work.start(title, getShell().getDisplay(), (_, cancel) -> {
            try (given) {
                return task.run(given, cancel);
            }
        }, result -> {
            work = Optional.empty();
            if (getShell() != null && !getShell().isDisposed()) {
                close();
            }
            done.accept(result);
        }, this::failed));
    }

    private void failed(EscException e) {
        work = Optional.empty();
        if (getShell() == null || getShell().isDisposed()) {
            return;
        }
        bar.setVisible(false);
        validate();
        if (e.fault() != Fault.CANCELLED) {
            explain(e);
        }
        // what was entered is corrected, or the server's certificates are looked at
        if (ServerDialog.refused(e).isPresent()) {
            trouble.ifPresent(Control::setFocus);
        } else {
            inputs.values().stream().filter(Control::isEnabled).findFirst().ifPresent(Control::setFocus);
        }
    }

    /** Says it at length: the title has room for two lines only. */
    private void explain(EscException e) {
        Problem p = e.problem();
        setErrorMessage(ProblemText.heading(p));
        trouble = Optional.of(new ProblemPane(page, SWT.ICON_ERROR, ProblemText.forPerson(p), ProblemText.details(p)).offerTrust(e, this::forget));
        GridDataFactory.fillDefaults().grab(true, false).span(3, 1).applyTo(trouble.get());
        measure();
        Point size = getShell().getSize();
        Point wanted = getShell().computeSize(size.x, SWT.DEFAULT);
        getShell().setSize(size.x, Math.max(size.y, wanted.y));
        page.layout(true, true);
    }

    /** What went wrong is so no more. */
    private void forget() {
        if (getShell() != null && !getShell().isDisposed()) {
            setErrorMessage(null);
            trouble.ifPresent(ProblemPane::dispose);
            trouble = Optional.empty();
            measure();
        }
    }

    @Override
    protected void cancelPressed() {
        if (work.isPresent()) {
            work.get().cancel();
        } else {
            super.cancelPressed();
        }
    }

    @Override
    public boolean close() {
        work.ifPresent(Work::cancel);
        return super.close();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
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
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.trace.Scrubber;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.formats.TraceFiles;
import org.esc.trace.formats.TraceOutput;
import org.esc.trace.formats.TraceOutput.To;
import org.esc.trace.formats.TraceOutput.What;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** Writes a trace, or a part of it, to a file; shows how far it has come, and can be cancelled. */
final class SaveDialog extends AskDialog {

    private static final Words WORDS = Words.of(SaveDialog.class);

    /** What of a trace is written. */
    enum Part {
        ALL, FILTERED, SELECTED;

        private String label() {
            return switch (this) {
                case ALL -> WORDS.say("&All");
                case FILTERED -> WORDS.say("What the &filter shows");
                case SELECTED -> WORDS.say("The &selected rows");
            };
        }
    }

    /**
     * A part that can be chosen.
     *
     * @param count how many exchanges there are in it
     * @param which which ones, by index
     */
    record Choice(long count, LongPredicate which) {
    }

    private static final String BY_NAME = WORDS.say("by the ending of the name");
    private static final List<String> SCRUBS = List.of(WORDS.say("as it is"), WORDS.say("without what is secret"),
            WORDS.say("without what is secret and whose card it is"));

    private final Trace trace;
    private final Map<Part, Choice> parts;
    private final TraceFiles files;
    private final Consumer<String> done;
    private final Map<Part, Button> buttons = new EnumMap<>(Part.class);
    private final List<String> formats = new ArrayList<>();
    private Text file;
    private Combo format;
    private Combo scrub;
    private Button force;
    private ProgressBar bar;
    private Optional<Job> job = Optional.empty();

    /**
     * A dialog.
     *
     * @param parts what can be written
     * @param done  told in words what was written
     */
    SaveDialog(Shell parent, Trace trace, Map<Part, Choice> parts, TraceFiles files, Consumer<String> done) {
        super(parent, WORDS.say("Save Trace As"), WORDS.say("Sa&ve"), 3);
        this.trace = trace;
        this.parts = new EnumMap<>(parts);
        this.files = files;
        this.done = done;
        // what the filter shows does not change while it is written
        setShellStyle(SWT.DIALOG_TRIM | SWT.RESIZE | SWT.APPLICATION_MODAL);
    }

    @Override
    void fill(Composite page) {
        setTitle(WORDS.say("Save {0}", TraceView.title(trace)));
        setMessage(trace.about().decryptable() ? WORDS.say("This trace can be decrypted by who has the keys. Scrub it before you give it away.")
                : WORDS.say("PINs and keys are hidden in every format. Scrub it before you give it away."), IMessageProvider.NONE);
        new Label(page, SWT.NONE).setText(WORDS.say("Exchanges:"));
        var radios = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 2).applyTo(radios);
        GridDataFactory.fillDefaults().span(2, 1).applyTo(radios);
        for (Part p : Part.values()) {
            Optional<Choice> choice = Optional.ofNullable(parts.get(p));
            var radio = NativeLook.of(new Button(radios, SWT.RADIO));
            radio.setText(p.label() + choice.map(c -> " (" + Numbers.text(c.count) + ")").orElse(""));
            radio.setEnabled(choice.isPresent());
            radio.setData(FormQuestion.FIELD, p.name());
            buttons.put(p, radio);
        }
        // who filtered wants that, who selected some rows wants these
        buttons.get(parts.containsKey(Part.SELECTED) && parts.get(Part.SELECTED).count > 1 ? Part.SELECTED
                : parts.containsKey(Part.FILTERED) ? Part.FILTERED : Part.ALL).setSelection(true);
        file = box(page, WORDS.say("F&ile:"), "file", "");
        file.addModifyListener(_ -> validate());
        var browse = NativeLook.of(new Button(page, SWT.PUSH));
        browse.setText(WORDS.say("&Browse…"));
        browse.addListener(SWT.Selection, _ -> browse());
        format = combo(page, WORDS.say("For&mat:"), 2, SWT.READ_ONLY);
        format.add(BY_NAME);
        format.add(WORDS.say("esctrace: this program's own; keeps everything, notes too"));
        formats.add(TraceOutput.OWN);
        files.formats().all().stream().filter(TraceFormat::writes).forEach(f -> {
            format.add(f.name() + ": " + f.description());
            formats.add(f.name());
        });
        format.select(0);
        format.addListener(SWT.Selection, _ -> validate());
        scrub = combo(page, WORDS.say("Scr&ub:"), 2, SWT.READ_ONLY);
        SCRUBS.forEach(scrub::add);
        scrub.select(0);
        new Label(page, SWT.NONE);
        force = NativeLook.of(new Button(page, SWT.CHECK));
        force.setText(WORDS.say("&Overwrite a file that is there"));
        GridDataFactory.fillDefaults().span(2, 1).applyTo(force);
        force.addListener(SWT.Selection, _ -> validate());
        bar = Names.name(new ProgressBar(page, SWT.HORIZONTAL | SWT.SMOOTH), WORDS.say("Progress"));
        GridDataFactory.fillDefaults().span(3, 1).grab(true, false).applyTo(bar);
        bar.setVisible(false);
    }

    private void browse() {
        var dialog = new FileDialog(getShell(), SWT.SAVE);
        dialog.setText(WORDS.say("Save Trace As"));
        dialog.setFileName(file.getText().isBlank() ? "trace." + TraceOutput.OWN : file.getText());
        dialog.setOverwrite(true);
        String name = dialog.open();
        if (name != null) {
            file.setText(name);
            // the platform's dialog has asked
            force.setSelection(Files.exists(Path.of(name)));
            validate();
        }
    }

    private Optional<Path> path() {
        try {
            return Optional.of(file.getText().strip()).filter(t -> !t.isEmpty()).map(Path::of).map(Path::toAbsolutePath);
        } catch (java.nio.file.InvalidPathException _) {
            return Optional.empty();
        }
    }

    private void validate() {
        Optional<Path> path = path();
        String complaint = path.isEmpty() ? file.getText().isBlank() ? "" : WORDS.say("This is no name of a file.")
                : Files.isDirectory(path.get()) ? WORDS.say("This is a folder.")
                : Files.exists(path.get()) && !force.getSelection()
                ? WORDS.say("There is such a file already. Say whether to overwrite it, or choose another name.") : "";
        entered(Optional.of(complaint).filter(c -> !c.isEmpty()), path.isPresent());
    }

    @Override
    Control begin() {
        validate();
        return file;
    }

    @Override
    protected void okPressed() {
        Path out = path().orElseThrow();
        Part part = buttons.entrySet().stream().filter(b -> b.getValue().getSelection()).map(Map.Entry::getKey).findFirst().orElse(Part.ALL);
        var to = new To(out, format.getSelectionIndex() == 0 ? Optional.empty() : Optional.of(formats.get(format.getSelectionIndex() - 1)), force.getSelection());
        int how = scrub.getSelectionIndex();
        LongPredicate which = parts.get(part).which;
        Display display = getShell().getDisplay();
        working(true);
        job = Optional.of(Study.start(WORDS.say("Saving {0}", TraceView.title(trace)), display, context -> write(to, which, how, context), (percent, _) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> {
                    if (!bar.isDisposed()) {
                        bar.setSelection(percent);
                    }
                });
            }
        }, words -> {
            if (bar.isDisposed()) {
                return;
            }
            job = Optional.empty();
            close();
            done.accept(words);
        }, problem -> {
            if (!bar.isDisposed()) {
                job = Optional.empty();
                working(false);
                setErrorMessage(problem);
            }
        }));
    }

    private String write(To to, LongPredicate which, int how, Context context) throws EscException {
        if (how == 0) {
            var written = TraceOutput.write(files, trace, to, new What(which, e -> e, trace.about().decryptable(), true), context);
            return said(written, to);
        }
        var scrubber = new Scrubber(files.decoders(), how == 1 ? Scrubber.Level.SECRETS : Scrubber.Level.IDENTITY);
        var written = TraceOutput.write(files, trace, to, new What(which, scrubber::scrub, false, false), context);
        String removed = String.join(", ", scrubber.removed().entrySet().stream().map(r -> WORDS.say("{0} in {1}", r.getKey().words(), r.getValue())).sorted().toList());
        return said(written, to) + " " + (removed.isEmpty() ? WORDS.say("Scrubbed: there was nothing to remove that was not hidden already.")
                : WORDS.say("Scrubbed: {0}.", removed));
    }

    private static String said(TraceOutput.Written written, To to) {
        return TraceOutput.said(written.exchanges(), to.out().toAbsolutePath(), written.format());
    }

    private void working(boolean on) {
        setErrorMessage(null);
        bar.setVisible(on);
        bar.setSelection(0);
        getButton(IDialogConstants.OK_ID).setEnabled(!on);
        for (Control c : List.of(file, format, scrub, force)) {
            c.setEnabled(!on);
        }
        buttons.forEach((part, b) -> b.setEnabled(!on && parts.containsKey(part)));
    }

    @Override
    protected void cancelPressed() {
        if (job.isPresent()) {
            // the half-written file is taken away, then the dialog says so
            job.get().cancel();
        } else {
            super.cancelPressed();
        }
    }

    @Override
    protected void handleShellCloseEvent() {
        cancelPressed();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import java.nio.file.Files;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.wizard.IWizardPage;
import org.eclipse.jface.wizard.Wizard;
import org.eclipse.jface.wizard.WizardPage;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.tps.client.batch.BatchVerbs;
import org.esc.tps.client.batch.Batches;
import org.esc.tps.client.batch.Plan;
import org.esc.tps.client.batch.Task;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.Services;

/** Makes a plan: from a table of tokens, from the cards in the readers, or from what is pasted; then it can be changed by hand, and is saved. */
final class NewPlanWizard extends Wizard {

    private static final Words WORDS = Words.of(NewPlanWizard.class);

    private static final String FIELD = "org.esc.ui.field";
    private static final int LARGEST_TYPED = 4 << 20;

    /** Where the rows come from. */
    enum Source {
        READERS, TABLE, PASTE;

        String label() {
            return switch (this) {
                case READERS -> WORDS.say("The &cards in the readers now");
                case TABLE -> WORDS.say("A &table of tokens, such as a server's list (CSV)");
                case PASTE -> WORDS.say("&Paste or type it");
            };
        }
    }

    private final SourcePage source = new SourcePage();
    private final RowsPage rows = new RowsPage();
    private final Consumer<Path> saved;

    /** @param saved told the file that was made */
    NewPlanWizard(Consumer<Path> saved) {
        this.saved = saved;
        setWindowTitle(WORDS.say("New Plan"));
        setNeedsProgressMonitor(false);
    }

    @Override
    public void addPages() {
        addPage(source);
        addPage(rows);
    }

    @Override
    public boolean canFinish() {
        return getContainer().getCurrentPage() == rows && rows.isPageComplete();
    }

    @Override
    public boolean performFinish() {
        try {
            Path file = Path.of(rows.file.getText().strip()).toAbsolutePath();
            // read once more: what is saved is what was checked
            Plan plan = Plan.parse(String.valueOf(file.getFileName()), rows.text.getText());
            boolean overwrite = rows.overwrite.getSelection();
            getContainer().run(true, false, _ -> {
                try {
                    BatchVerbs.write(file, plan.text(), overwrite);
                } catch (EscException e) {
                    throw new InvocationTargetException(e);
                }
            });
            saved.accept(file);
            return true;
        } catch (EscException e) {
            rows.setErrorMessage(e.getMessage());
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof EscException why)) {
                throw new IllegalStateException(e.getCause());
            }
            rows.setErrorMessage(why.getMessage() + (why.problem().code().equals("file-exists") ? " " + WORDS.say("Check \"Overwrite\".") : ""));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static Label label(Composite parent, String text) {
        var l = new Label(parent, SWT.NONE);
        l.setText(text);
        return l;
    }

    /** Where the rows come from. */
    private final class SourcePage extends WizardPage {

        private Source chosen = Source.READERS;
        private Text table;
        private Combo task;
        private Text profile;

        SourcePage() {
            super("source", WORDS.say("Where do the rows come from?"), null);
            setDescription(WORDS.say("A plan has a row for each token. It can be changed on the next page."));
        }

        @Override
        public void createControl(Composite parent) {
            var page = new Composite(parent, SWT.NONE);
            GridLayoutFactory.fillDefaults().numColumns(3).margins(12, 12).spacing(8, 6).applyTo(page);
            for (Source s : Source.values()) {
                var b = NativeLook.of(new Button(page, SWT.RADIO));
                b.setText(s.label());
                b.setData(FIELD, s.name());
                b.setSelection(s == chosen);
                GridDataFactory.fillDefaults().span(3, 1).applyTo(b);
                b.addListener(SWT.Selection, _ -> {
                    if (b.getSelection()) {
                        chosen = s;
                        validate();
                    }
                });
            }
            label(page, WORDS.say("Tab&le:"));
            table = new Text(page, SWT.BORDER);
            table.setData(FIELD, "table");
            Names.name(table, WORDS.say("Table"));
            GridDataFactory.fillDefaults().grab(true, false).hint(320, SWT.DEFAULT).applyTo(table);
            var browse = NativeLook.of(new Button(page, SWT.PUSH));
            browse.setText(WORDS.say("Brow&se…"));
            browse.addListener(SWT.Selection, _ -> Optional.ofNullable(Names.titled(new FileDialog(getShell(), SWT.OPEN)).open()).ifPresent(table::setText));
            label(page, WORDS.say("&Operation:"));
            task = new Combo(page, SWT.READ_ONLY);
            Names.name(task, WORDS.say("Operation"));
            for (Task t : Task.values()) {
                task.add(t.label());
            }
            task.select(Task.ENROLL.ordinal());
            GridDataFactory.fillDefaults().span(2, 1).align(SWT.BEGINNING, SWT.CENTER).applyTo(task);
            label(page, WORDS.say("P&rofile:"));
            profile = new Text(page, SWT.BORDER);
            profile.setMessage(WORDS.say("the server's usual one"));
            profile.setData(FIELD, "profile");
            Names.name(profile, WORDS.say("Profile"));
            GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(profile);
            table.addModifyListener(_ -> validate());
            setControl(page);
            validate();
        }

        private void validate() {
            table.setEnabled(chosen == Source.TABLE);
            setErrorMessage(null);
            setPageComplete(chosen != Source.TABLE || Files.isRegularFile(Path.of(table.getText().strip())));
        }

        @Override
        public IWizardPage getNextPage() {
            return rows;
        }
    }

    /** The rows, to be changed by hand, and where they are saved. */
    private final class RowsPage extends WizardPage {

        private Text text;
        private Text file;
        private Button overwrite;
        private Label says;
        private int filled;

        RowsPage() {
            super("rows", WORDS.say("The rows"), null);
            setDescription(WORDS.say("One row for each step: card number or *, operation, user, profile. Passwords and PINs are never in a plan."));
        }

        @Override
        public void createControl(Composite parent) {
            var page = new Composite(parent, SWT.NONE);
            GridLayoutFactory.fillDefaults().numColumns(3).margins(12, 12).spacing(8, 6).applyTo(page);
            text = new Text(page, SWT.BORDER | SWT.MULTI | SWT.H_SCROLL | SWT.V_SCROLL);
            text.setFont(org.eclipse.jface.resource.JFaceResources.getTextFont());
            text.setTextLimit(LARGEST_TYPED);
            text.setData(FIELD, "rows");
            Names.name(text, WORDS.say("Rows"));
            GridDataFactory.fillDefaults().span(3, 1).grab(true, true).hint(560, 220).applyTo(text);
            says = new Label(page, SWT.WRAP);
            GridDataFactory.fillDefaults().span(3, 1).grab(true, false).applyTo(says);
            label(page, WORDS.say("Save &as:"));
            file = new Text(page, SWT.BORDER);
            file.setData(FIELD, "file");
            Names.name(file, WORDS.say("Save as"));
            GridDataFactory.fillDefaults().grab(true, false).applyTo(file);
            var browse = NativeLook.of(new Button(page, SWT.PUSH));
            browse.setText(WORDS.say("Brow&se…"));
            browse.addListener(SWT.Selection, _ -> {
                var dialog = Names.titled(new FileDialog(getShell(), SWT.SAVE));
                dialog.setFilterExtensions(new String[] {"*.csv"});
                dialog.setFileName("plan.csv");
                Optional.ofNullable(dialog.open()).ifPresent(file::setText);
            });
            overwrite = NativeLook.of(new Button(page, SWT.CHECK));
            overwrite.setText(WORDS.say("O&verwrite the file if it is there"));
            GridDataFactory.fillDefaults().span(3, 1).applyTo(overwrite);
            text.addModifyListener(_ -> validate());
            file.addModifyListener(_ -> validate());
            setControl(page);
            validate();
        }

        @Override
        public void setVisible(boolean visible) {
            super.setVisible(visible);
            if (visible) {
                fill();
                text.setFocus();
            }
        }

        private void fill() {
            int turn = ++filled;
            Task task = Task.values()[source.task.getSelectionIndex()];
            Optional<String> profile = Optional.of(source.profile.getText().strip()).filter(p -> !p.isEmpty());
            switch (source.chosen) {
                case PASTE -> {
                    if (text.getText().isBlank()) {
                        text.setText(String.join(",", Plan.COLUMNS) + "\n");
                        text.setSelection(text.getCharCount());
                    }
                }
                case TABLE -> set(turn, () -> Plan.ofTokens(Path.of(source.table.getText().strip()), task, profile));
                case READERS -> set(turn, () -> Services.find(Batches.class).orElseThrow().ofReaders(task, profile, List.of()));
            }
        }

        private interface Makes {
            Plan make() throws EscException;
        }

        /** Cards and large files are read beside the UI thread. */
        private void set(int turn, Makes makes) {
            says.setText(WORDS.say("Reading…"));
            var display = getShell().getDisplay();
            ForkJoinPool.commonPool().execute(() -> {
                String rowsText;
                Optional<String> complaint = Optional.empty();
                try {
                    rowsText = makes.make().text();
                } catch (EscException e) {
                    rowsText = "";
                    complaint = Optional.of(e.getMessage());
                } catch (RuntimeException e) {
                    rowsText = "";
                    complaint = Optional.of(WORDS.say("It cannot be read: {0}", e.getClass().getSimpleName()));
                }
                String result = rowsText;
                var why = complaint;
                if (!display.isDisposed()) {
                    display.asyncExec(() -> {
                        if (!text.isDisposed() && turn == filled) {
                            text.setText(result);
                            why.ifPresent(this::setErrorMessage);
                        }
                    });
                }
            });
        }

        private void validate() {
            var complaints = new ArrayList<String>();
            String say = "";
            try {
                Plan plan = Plan.parse(WORDS.say("Rows"), text.getText());
                var remarks = plan.remarks();
                say = WORDS.many(plan.rows().size(), "{0} row.", "{0} rows.") + (remarks.isEmpty() ? "" : " " + remarks.getFirst()
                        + (remarks.size() > 1 ? " " + WORDS.say("(and {0} more)", remarks.size() - 1) : ""));
            } catch (EscException e) {
                complaints.add(e.getMessage() + (e.problem().advice().isEmpty() ? "" : " " + e.problem().advice()));
            }
            if (complaints.isEmpty() && file.getText().isBlank()) {
                say += " " + WORDS.say("Say where to save it.");
            }
            says.setText(say.replace("&", "&&"));
            says.requestLayout();
            setErrorMessage(complaints.isEmpty() ? null : complaints.getFirst());
            setPageComplete(complaints.isEmpty() && !file.getText().isBlank());
        }
    }
}

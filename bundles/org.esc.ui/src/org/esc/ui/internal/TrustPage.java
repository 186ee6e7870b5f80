// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ForkJoinPool;
import org.eclipse.jface.dialogs.Dialog;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Interaction.Confirmation;
import org.esc.tps.client.trust.CertificateFacts;
import org.esc.tps.client.trust.CertificateFiles;
import org.esc.tps.client.trust.TrustStore;
import org.esc.ui.Aside;
import org.esc.ui.CertificatePane;
import org.esc.ui.Columns;
import org.esc.ui.ConfirmQuestion;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.QuestionDialog;
import org.esc.ui.ServerDialog;

/** Preferences ▸ Trust: the user's own authorities, the exceptions for servers, and what is distrusted; at once, not only at OK. */
public final class TrustPage extends SettingsPage {

    private static final Words WORDS = Words.of(TrustPage.class);

    private final TrustStore store = new TrustStore();
    private Table table;
    private Label nothing;
    private Button view;
    private Button remove;
    private Button distrust;
    private Button export;
    private List<Row> rows = List.of();
    private int asked;

    /** A line of the table. */
    private record Row(String name, String kind, Instant until, String note, X509Certificate certificate, Optional<String> server,
            boolean distrusted) {
    }

    /** Made by the platform. */
    public TrustPage() {
        super("Trust", WORDS.say("Servers are trusted when an authority vouches for them that is in this list or that the system "
                        + "trusts. An exception trusts one certificate of one server."));
    }

    @Override
    void above(Composite area, StringBuilder taken) {
        var place = new Composite(area, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(8, 6).applyTo(place);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        var list = new Composite(place, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).hint(300, 118).applyTo(list);
        var layout = new TableColumnLayout();
        list.setLayout(layout);
        table = NativeLook.of(Names.name(new Table(list, SWT.BORDER | SWT.SINGLE | SWT.FULL_SELECTION), WORDS.say("Authorities and exceptions")));
        table.setHeaderVisible(true);
        column(layout, WORDS.say("Name"), 40);
        column(layout, WORDS.say("Is"), 30);
        column(layout, WORDS.say("Until"), 18);
        column(layout, WORDS.say("Note"), 22);
        table.addListener(SWT.Selection, _ -> ready());
        table.addListener(SWT.DefaultSelection, _ -> view());
        var buttons = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(4, 4).applyTo(buttons);
        GridDataFactory.fillDefaults().align(SWT.FILL, SWT.BEGINNING).applyTo(buttons);
        button(buttons, WORDS.say("Import…"), taken, this::importFile);
        button(buttons, WORDS.say("Fetch from Server…"), taken, () -> new ServerDialog(getShell(), this::refresh).open());
        view = button(buttons, WORDS.say("View…"), taken, this::view);
        distrust = button(buttons, WORDS.say("Distrust…"), taken, this::distrust);
        remove = button(buttons, WORDS.say("Remove…"), taken, this::remove);
        export = button(buttons, WORDS.say("Export…"), taken, this::export);
        nothing = new Label(place, SWT.WRAP);
        nothing.setText(WORDS.say("Nothing yet: only the authorities of the system are trusted. Import your organisation's authority "
                        + "from a file, or fetch it from its server."));
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(460, SWT.DEFAULT).applyTo(nothing);
        refresh();
    }

    private void column(TableColumnLayout layout, String words, int weight) {
        var c = new TableColumn(table, SWT.NONE);
        c.setText(words);
        layout.setColumnData(c, Columns.share(c, weight, 60));
    }

    private static Button button(Composite parent, String words, StringBuilder taken, Runnable pressed) {
        var b = NativeLook.of(new Button(parent, SWT.PUSH));
        b.setText(Names.mnemonic(words, taken));
        GridDataFactory.fillDefaults().grab(true, false).applyTo(b);
        b.addListener(SWT.Selection, _ -> pressed.run());
        return b;
    }

    /** Reads what is in the store, beside the user interface, and shows it. */
    private void refresh() {
        if (table == null || table.isDisposed()) {
            return;
        }
        int turn = ++asked;
        Display display = table.getDisplay();
        ForkJoinPool.commonPool().execute(() -> {
            Runnable answer;
            try {
                var contents = store.read();
                answer = () -> show(rows(contents));
            } catch (EscException e) {
                answer = () -> {
                    setErrorMessage(ProblemText.forPerson(e.problem()));
                    show(List.of());
                };
            }
            Runnable shown = answer;
            if (!display.isDisposed()) {
                display.asyncExec(() -> {
                    if (turn == asked && !table.isDisposed()) {
                        shown.run();
                    }
                });
            }
        });
    }

    private static List<Row> rows(TrustStore.Contents contents) {
        var found = new ArrayList<Row>();
        contents.authorities().forEach(e -> found.add(row(e, WORDS.say("Authority"), false)));
        contents.exceptions().forEach(e -> found.add(new Row(e.server(), exception(e), e.until().orElse(e.certificate().getNotAfter().toInstant()), e.note(),
                e.certificate(), Optional.of(e.server()), false)));
        contents.distrusted().forEach(e -> found.add(row(e, WORDS.say("Distrusted"), true)));
        return found;
    }

    private void show(List<Row> now) {
        rows = now;
        table.removeAll();
        for (Row r : rows) {
            new TableItem(table, SWT.NONE).setText(new String[] {r.name(), r.kind(), r.until().toString().substring(0, 10), r.note()});
        }
        nothing.setVisible(rows.isEmpty());
        ((GridData) nothing.getLayoutData()).exclude = !rows.isEmpty();
        nothing.requestLayout();
        ready();
    }

    private static String exception(TrustStore.ServerException e) {
        String overrides = String.join(", ", new TreeSet<>(e.overrides()));
        return e.holds(Instant.now()) ? WORDS.say("Exception: {0}", overrides) : WORDS.say("Ended exception: {0}", overrides);
    }

    private static Row row(TrustStore.Entry e, String kind, boolean distrusted) {
        return new Row(CertificateFacts.of(e.certificate()).shortSubject(), kind, e.certificate().getNotAfter().toInstant(), e.note(), e.certificate(),
                Optional.empty(), distrusted);
    }

    private void ready() {
        boolean one = table.getSelectionCount() == 1;
        view.setEnabled(one);
        remove.setEnabled(one);
        export.setEnabled(one);
        distrust.setEnabled(one && !rows.get(table.getSelectionIndex()).distrusted());
    }

    private Optional<Row> selected() {
        int at = table.getSelectionIndex();
        return at < 0 ? Optional.empty() : Optional.of(rows.get(at));
    }

    private void attempt(Aside.Work work) {
        setErrorMessage(null);
        try {
            Aside.go(work);
        } catch (EscException e) {
            setErrorMessage(ProblemText.forPerson(e.problem()));
        }
        refresh();
    }

    private void importFile() {
        var dialog = new FileDialog(getShell(), SWT.OPEN);
        dialog.setText(WORDS.say("Certificate of an authority"));
        dialog.setFilterNames(new String[] {WORDS.say("Certificates (*.pem, *.crt, *.cer, *.der, *.p7b)"), WORDS.say("All files")});
        dialog.setFilterExtensions(new String[] {"*.pem;*.crt;*.cer;*.der;*.p7b;*.p7c", "*"});
        String chosen = dialog.open();
        if (chosen != null) {
            take(Path.of(chosen));
        }
    }

    /** Takes authorities from a file, after they have been shown. */
    void take(Path file) {
        setErrorMessage(null);
        var authorities = new ArrayList<X509Certificate>();
        try {
            Aside.go(() -> CertificateFiles.read(file).stream().filter(c -> c.getBasicConstraints() >= 0).forEach(authorities::add));
        } catch (EscException e) {
            setErrorMessage(ProblemText.forPerson(e.problem()));
            return;
        }
        if (authorities.isEmpty()) {
            setErrorMessage(WORDS.say("The file holds no certificate of an authority. To trust one server as it is, fetch it from the server."));
            return;
        }
        new ChainDialog(getShell(), WORDS.say("Trust these authorities?"), WORDS.say("Every server that one of them vouches for will be trusted. Compare the "
                    + "fingerprints with what their operator tells you in another way."), authorities.stream().map(CertificateFacts::of).toList(), WORDS.say("&Trust"),
                () -> attempt(() -> store.trust(authorities, WORDS.say("from {0}", file.getFileName())))).open();
    }

    private void view() {
        selected().ifPresent(r -> new ChainDialog(getShell(), r.name(), r.kind() + (r.note().isEmpty() ? "" : ". " + r.note()),
                List.of(CertificateFacts.of(r.certificate())), "", () -> { }).open());
    }

    private void distrust() {
        selected().ifPresent(r -> ask(WORDS.say("Distrust a certificate"), WORDS.say("\"{0}\" and whatever it vouches for will be refused, whoever else trusts it.", r.name()),
                () -> store.distrust(List.of(r.certificate()), "")));
    }

    private void remove() {
        selected().ifPresent(r -> ask(WORDS.say("Remove from the trust store"), WORDS.say("\"{0}\" ({1}) will be taken out.", r.name(), r.kind()),
                () -> store.remove(r.server().isPresent() ? List.of() : List.of(r.certificate()), r.server())));
    }

    private void ask(String title, String message, Aside.Work then) {
        var question = new ConfirmQuestion(new Confirmation(title, message, false));
        question.answer().thenAccept(yes -> {
            if (yes) {
                attempt(then);
            }
        });
        new QuestionDialog(getShell(), question).open();
    }

    private void export() {
        selected().ifPresent(r -> {
            var dialog = new FileDialog(getShell(), SWT.SAVE);
            dialog.setText(WORDS.say("Export a certificate"));
            dialog.setFileName(r.name().replaceAll("[^\\w.-]+", "-") + ".pem");
            dialog.setOverwrite(true);
            String chosen = dialog.open();
            if (chosen != null) {
                attempt(() -> CertificateFiles.write(Path.of(chosen), List.of(r.certificate()), true));
            }
        });
    }

    /** Certificates to look at, and perhaps to say yes to. */
    private static final class ChainDialog extends Dialog {

        private final String title;
        private final String words;
        private final List<CertificateFacts> chain;
        private final String yes;
        private final Runnable then;

        ChainDialog(Shell parent, String title, String words, List<CertificateFacts> chain, String yes, Runnable then) {
            super(parent);
            this.title = title;
            this.words = words;
            this.chain = chain;
            this.yes = yes;
            this.then = then;
            setBlockOnOpen(false);
            setShellStyle(getShellStyle() | SWT.RESIZE);
        }

        @Override
        protected void configureShell(Shell shell) {
            super.configureShell(shell);
            shell.setText(title);
        }

        @Override
        protected Control createDialogArea(Composite parent) {
            var area = (Composite) super.createDialogArea(parent);
            var label = new Label(area, SWT.WRAP);
            label.setText(words.replace("&", "&&"));
            GridDataFactory.fillDefaults().grab(true, false).hint(500, SWT.DEFAULT).applyTo(label);
            GridDataFactory.fillDefaults().grab(true, true).applyTo(new CertificatePane(area, chain));
            return area;
        }

        @Override
        protected void createButtonsForButtonBar(Composite parent) {
            if (!yes.isEmpty()) {
                NativeLook.of(createButton(parent, IDialogConstants.OK_ID, yes, false));
            }
            NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, yes.isEmpty() ? WORDS.say("&Close") : WORDS.say("&Cancel"), true));
        }

        @Override
        protected void okPressed() {
            super.okPressed();
            then.run();
        }
    }
}

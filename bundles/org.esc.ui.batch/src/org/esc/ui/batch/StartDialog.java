// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.DirectoryDialog;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Group;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.TabFolder;
import org.eclipse.swt.widgets.TabItem;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.command.Arguments;
import org.esc.command.Arguments.Parameter;
import org.esc.tps.admin.TpsAdmin;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.batch.AdminRecords;
import org.esc.tps.client.batch.BatchOptions;
import org.esc.tps.client.batch.BatchOptions.PinPolicy;
import org.esc.tps.client.batch.BatchRunVerb;
import org.esc.tps.client.batch.Batches;
import org.esc.ui.AdminSignIn;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.Settings;

/** Asks how a plan is to be worked through: which server, which readers, where new PINs come from, when to stop. */
final class StartDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(StartDialog.class);

    private static final String FIELD = "org.esc.ui.field";

    /** Arguments that the view knows by itself, and those of the sign-in, which has a dialog. */
    private static final Set<String> ELSEWHERE = Set.of("plan", "resume", "reader", "soft", "passphraseEnv", "admin", "adminUser", "adminP12", "adminPkcs11", "adminToken");

    private final String what;
    private final Subject subject;
    private final Consumer<Choice> chosen;
    /** What gives the words of an argument, by the argument's name. */
    private final Map<String, Supplier<List<String>>> words = new LinkedHashMap<>();
    private final List<Button> pins = new ArrayList<>();
    private Text server;
    private Text ca;
    private Text letters;
    private Button browse;
    private Text folder;
    private Spinner virtual;
    private Combo administration;
    private Label signedIn;
    private Button signIn;
    private Optional<AdminRecords> records = Optional.empty();
    private boolean taken;

    /**
     * What is to be worked through.
     *
     * @param plan    the plan's file
     * @param journal of the run that is gone on with, if there is one
     * @param retired how many tokens are still to be retired
     * @param before  what the run was begun with before, as {@code Batches.lastOptions} tells
     */
    record Subject(Path plan, Optional<Path> journal, int retired, Map<String, String> before) {
    }

    /** What was chosen, as the verb would be told. @param records whoever signed in to the server's administration; the caller's then */
    record Choice(BatchRunVerb.Args args, Optional<AdminRecords> records) {
    }

    /** @param what the title; chosen told what was chosen */
    StartDialog(Shell parent, String what, Subject subject, Consumer<Choice> chosen) {
        super(parent);
        this.what = what;
        this.subject = subject;
        this.chosen = chosen;
        setBlockOnOpen(false);
        setShellStyle(getShellStyle() | SWT.RESIZE);
        setHelpAvailable(false);
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(what);
        shell.setData("org.esc.ui.dialog", this);
    }

    private static String setting(String now, String kept) {
        try {
            var saved = new UserSettings().get(kept);
            return Settings.now(now).or(() -> saved).orElse("");
        } catch (EscException _) {
            return Settings.now(now).orElse("");
        }
    }

    private String before(String key, String otherwise) {
        String said = subject.before().getOrDefault(key, "");
        return said.isEmpty() ? otherwise : said;
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(what);
        var tabs = new TabFolder(area, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(tabs);
        var first = tab(tabs, WORDS.say("Run"));
        runPage(first);
        connectionPage(tab(tabs, WORDS.say("Connection")));
        morePage(tab(tabs, WORDS.say("More")));
        for (Text t : List.of(server, ca, letters, folder)) {
            t.addModifyListener(_ -> validate());
        }
        return area;
    }

    @Override
    public void create() {
        super.create();
        // nothing can begin without it
        if (server.getText().isEmpty()) {
            server.setFocus();
        }
    }

    private static Composite tab(TabFolder tabs, String title) {
        var page = new Composite(tabs, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(3).margins(12, 12).spacing(8, 6).applyTo(page);
        var item = new TabItem(tabs, SWT.NONE);
        item.setText(title);
        item.setControl(page);
        return page;
    }

    private void runPage(Composite page) {
        server = box(page, WORDS.say("&Server:"), "tps", before("tps", setting(Settings.TPS, UserSettings.TPS)),
                WORDS.say("https://host:8443/tps/tps; without it the one each token names"), 2);
        ca = box(page, WORDS.say("Trusted &authority:"), "ca", before("ca", setting(Settings.CA, UserSettings.CA)).lines().findFirst().orElse(""),
                WORDS.say("PEM file, if the computer does not know it"), 1);
        browse(page, WORDS.say("C&hoose…"), () -> Names.titled(new FileDialog(getShell(), SWT.OPEN)).open(), ca);
        box(page, WORDS.say("&User of rows that name none:"), "user", before("user", ""), "", 2);
        administrationRow(page);
        new Label(page, SWT.NONE).setText(WORDS.say("New PINs:"));
        var group = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 2).applyTo(group);
        GridDataFactory.fillDefaults().span(2, 1).applyTo(group);
        String pin = before("pin", "SAME");
        for (PinPolicy p : PinPolicy.values()) {
            var b = NativeLook.of(new Button(group, SWT.RADIO));
            b.setText(switch (p) {
                case SAME -> WORDS.say("&One for all tokens, asked for once");
                case ASK -> WORDS.say("&Typed at each token by its owner");
                case RANDOM -> WORDS.say("&Random for each token, written to a file of PIN letters");
            });
            b.setData(FIELD, "pin-" + p.name());
            b.setSelection(p.name().equals(pin));
            b.addListener(SWT.Selection, _ -> validate());
            pins.add(b);
        }
        words.put("pin", () -> List.of(pin().name()));
        letters = box(page, WORDS.say("PIN &letters:"), "pinLetters", before("letters", ""), WORDS.say("only you may read this file"), 1);
        words.put("pinLetters", () -> pin() == PinPolicy.RANDOM ? given(letters) : List.of());
        browse = browse(page, WORDS.say("Bro&wse…"), () -> Names.titled(new FileDialog(getShell(), SWT.SAVE)).open(), letters);
        new Label(page, SWT.NONE);
        check(page, "askPasswordEach", WORDS.say("Ask for the &password at each token, not once for all"), 2);
        new Label(page, SWT.NONE);
        check(page, "replace", WORDS.say("Rows for any card take &enrolled tokens, too"), 2);
        new Label(page, SWT.NONE).setText(WORDS.say("Stop after &failures in a row:"));
        spinner(page, "stopAfter", WORDS.say("Stop after failures in a row"), 0, 1000, BatchOptions.STANDARD.stopAfter());
        new Label(page, SWT.NONE).setText(WORDS.say("Tr&y again if the connection breaks:"));
        spinner(page, "retries", WORDS.say("Try again if the connection breaks"), 0, 100, BatchOptions.STANDARD.retries());
        var trying = new Group(page, SWT.NONE);
        trying.setText(WORDS.say("For trying, without cards"));
        GridLayoutFactory.fillDefaults().numColumns(3).margins(8, 8).spacing(8, 6).applyTo(trying);
        GridDataFactory.fillDefaults().span(3, 1).grab(true, false).indent(0, 8).applyTo(trying);
        folder = box(trying, WORDS.say("Software to&kens in folder:"), "feed", "", WORDS.say("put into virtual readers one after the other"), 1);
        browse(trying, WORDS.say("Browse…"), () -> Names.titled(new DirectoryDialog(getShell())).open(), folder);
        new Label(trying, SWT.NONE).setText(WORDS.say("&Virtual readers:"));
        virtual = spinner(trying, "virtualReaders", WORDS.say("Virtual readers"), 1, 16, 2);
    }

    // ---------------------------------------------------------------- the server's administration

    private void administrationRow(Composite page) {
        new Label(page, SWT.NONE).setText(WORDS.say("A&dministration:"));
        administration = Names.name(new Combo(page, SWT.DROP_DOWN), WORDS.say("Administration"));
        administration.setData(FIELD, "administration");
        Optional<AdminSignIn> dialogs = Services.find(AdminSignIn.class);
        dialogs.ifPresent(d -> administration.setItems(d.servers().stream().map(URI::toString).toArray(String[]::new)));
        administration.setToolTipText(WORDS.say("Who is signed in to the server's administration has the records of retired tokens ended, and has what was "
                + "interrupted looked up there"));
        GridDataFactory.fillDefaults().grab(true, false).hint(320, SWT.DEFAULT).applyTo(administration);
        signIn = NativeLook.of(new Button(page, SWT.PUSH));
        signIn.setText(WORDS.say("S&ign In…"));
        signIn.addListener(SWT.Selection, _ -> signIn());
        new Label(page, SWT.NONE);
        signedIn = new Label(page, SWT.WRAP);
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(signedIn);
        server.addModifyListener(_ -> whereToSignIn());
        whereToSignIn();
    }

    /** The server that the run is about, as long as nobody is signed in. */
    private void whereToSignIn() {
        if (records.isEmpty()) {
            Services.find(AdminSignIn.class).flatMap(d -> d.of(server.getText())).ifPresent(u -> administration.setText(u.toString()));
        }
        showSignedIn();
    }

    private void showSignedIn() {
        signIn.setText(records.isEmpty() ? WORDS.say("S&ign In…") : WORDS.say("S&ign Out"));
        administration.setEnabled(records.isEmpty());
        signedIn.setText((records.isPresent() ? WORDS.say("Signed in: {0}", records.get().who()) : subject.retired() > 0 ? Batches.records(subject.retired())
                : WORDS.say("Nobody is signed in.")).replace("&", "&&"));
        signedIn.requestLayout();
    }

    private void signIn() {
        if (records.isPresent()) {
            signOut();
            showSignedIn();
            validate();
            return;
        }
        Optional<AdminSignIn> dialogs = Services.find(AdminSignIn.class);
        URI where;
        try {
            where = URI.create(administration.getText().strip());
        } catch (IllegalArgumentException _) {
            where = URI.create("");
        }
        if (dialogs.isEmpty() || !"https".equalsIgnoreCase(where.getScheme()) || where.getHost() == null) {
            setErrorMessage(dialogs.isEmpty() ? WORDS.say("The administration of servers is not part of this installation.")
                    : WORDS.say("The address of the administration looks like https://host:8443."));
            return;
        }
        dialogs.get().signIn(getShell(), where, given(ca).stream().map(Path::of).toList(), this::signedIn, p -> {
            if (!signIn.isDisposed()) {
                setErrorMessage(ProblemText.forPerson(p));
            }
        });
    }

    private void signedIn(TpsAdmin admin) {
        var theirs = new AdminRecords(admin);
        if (signIn.isDisposed() || taken || records.isPresent()) {
            later(theirs);
            return;
        }
        try {
            theirs.check(subject.retired());
            records = Optional.of(theirs);
            validate();
        } catch (EscException e) {
            later(theirs);
            setErrorMessage(ProblemText.forPerson(e.problem()));
        }
        showSignedIn();
    }

    private void signOut() {
        records.ifPresent(StartDialog::later);
        records = Optional.empty();
    }

    /** Signing out may wait for the server. */
    private static void later(AdminRecords records) {
        Thread.ofVirtual().name("sign out").start(records::close);
    }

    @Override
    public boolean close() {
        if (!taken) {
            signOut();
        }
        return super.close();
    }

    // ---------------------------------------------------------------- what is seldom said

    private void connectionPage(Composite page) {
        var note = new Label(page, SWT.WRAP);
        note.setText(WORDS.say("What is left empty is as the settings say."));
        GridDataFactory.fillDefaults().span(3, 1).grab(true, false).applyTo(note);
        var readers = Services.find(Readers.class).map(r -> r.list().stream().map(ReaderState::name).toList()).orElse(List.of());
        file(page, "clientP12", WORDS.say("Client certi&ficate (PKCS#12 file):"), SWT.OPEN);
        plain(page, "clientPkcs11", WORDS.say("… of a P&KCS#11 module:"));
        choice(page, "clientToken", WORDS.say("… on the &token in:"), readers, SWT.DROP_DOWN);
        plain(page, "proxy", WORDS.say("HTTP &proxy:"));
        plain(page, "timeout", WORDS.say("Seconds the server may be &silent:"));
        List<String> ways = List.of("", "soft", "hard", "off");
        Combo revocation = choice(page, "revocation", WORDS.say("When &revocation cannot be checked:"),
                List.of("", WORDS.say("Go on, and say so"), WORDS.say("Refuse the server"), WORDS.say("Do not ask at all")), SWT.READ_ONLY);
        words.put("revocation", () -> revocation.getSelectionIndex() < 1 ? List.of() : List.of(ways.get(revocation.getSelectionIndex())));
        for (String flag : List.of("noStatus", "plainLogin")) {
            check(page, flag, argument(flag).help(), 3);
        }
    }

    private void morePage(Composite page) {
        var label = new Label(page, SWT.NONE);
        label.setText(WORDS.say("&Readers to use, one each line:"));
        label.setToolTipText(argument("readers").help());
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(label);
        var readers = Names.name(new Text(page, SWT.BORDER | SWT.MULTI | SWT.V_SCROLL), WORDS.say("Readers to use"));
        readers.setData(FIELD, "readers");
        readers.setToolTipText(argument("readers").help());
        // Tab leads on here as everywhere
        readers.addListener(SWT.Traverse, e -> e.doit = e.doit || e.detail == SWT.TRAVERSE_TAB_NEXT || e.detail == SWT.TRAVERSE_TAB_PREVIOUS);
        readers.addListener(SWT.Modify, _ -> validate());
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(320, 3 * readers.getLineHeight()).applyTo(readers);
        words.put("readers", () -> readers.getText().lines().map(String::strip).filter(r -> !r.isEmpty()).toList());
        plain(page, "waitSeconds", WORDS.say("End when no card came for &seconds:"));
        plain(page, "pinLength", WORDS.say("Characters of a random PI&N:"));
        if (subject.journal().isEmpty()) {
            file(page, "journal", WORDS.say("&Journal of the run:"), SWT.SAVE);
        }
        file(page, "events", WORDS.say("File of &events:"), SWT.SAVE);
        check(page, "dryRun", argument("dryRun").help(), 3);
        // what a later version of the verb takes is here without anybody's doing
        for (Parameter p : Arguments.of(BatchRunVerb.Args.class)) {
            if (!words.containsKey(p.component()) && !ELSEWHERE.contains(p.component()) && !(p.component().equals("journal") && subject.journal().isPresent())) {
                if (p.flag()) {
                    check(page, p.component(), p.help(), 3);
                } else {
                    plain(page, p.component(), p.display() + ":");
                }
            }
        }
    }

    private static Parameter argument(String component) {
        return Arguments.of(BatchRunVerb.Args.class).stream().filter(p -> p.component().equals(component)).findFirst().orElseThrow();
    }

    private Text plain(Composite page, String component, String label) {
        return line(page, component, label, 2);
    }

    private Text line(Composite page, String component, String label, int span) {
        Parameter p = argument(component);
        Text text = box(page, label, component, "", p.defaultValue().orElse(p.label()), span);
        text.setToolTipText(p.help());
        text.addModifyListener(_ -> validate());
        return text;
    }

    private void file(Composite page, String component, String label, int style) {
        Text text = line(page, component, label, 1);
        browse(page, WORDS.say("Browse…"), () -> Names.titled(new FileDialog(getShell(), style)).open(), text);
    }

    private Combo choice(Composite page, String component, String label, List<String> values, int style) {
        new Label(page, SWT.NONE).setText(label);
        var combo = Names.name(new Combo(page, style), label);
        combo.setItems(values.toArray(String[]::new));
        combo.setData(FIELD, component);
        combo.setToolTipText(argument(component).help());
        combo.addListener(SWT.Modify, _ -> validate());
        GridDataFactory.fillDefaults().grab(true, false).span(2, 1).applyTo(combo);
        words.put(component, () -> Optional.of(combo.getText().strip()).filter(t -> !t.isEmpty()).stream().toList());
        return combo;
    }

    private static List<String> given(Text t) {
        return Optional.of(t.getText().strip()).filter(s -> !s.isEmpty()).stream().toList();
    }

    private Text box(Composite parent, String label, String id, String value, String hint, int span) {
        new Label(parent, SWT.NONE).setText(label);
        var text = new Text(parent, SWT.BORDER);
        text.setText(value);
        text.setMessage(hint);
        text.setData(FIELD, id);
        Names.name(text, label);
        words.put(id, () -> given(text));
        GridDataFactory.fillDefaults().grab(true, false).span(span, 1).hint(360, SWT.DEFAULT).applyTo(text);
        return text;
    }

    private interface Opens {
        String open();
    }

    private static Button browse(Composite parent, String label, Opens opens, Text into) {
        var b = NativeLook.of(new Button(parent, SWT.PUSH));
        b.setText(label);
        b.addListener(SWT.Selection, _ -> Optional.ofNullable(opens.open()).ifPresent(into::setText));
        return Names.fills(b, into);
    }

    private Button check(Composite parent, String id, String label, int span) {
        var b = NativeLook.of(new Button(parent, SWT.CHECK));
        b.setText(label);
        b.setData(FIELD, id);
        b.addListener(SWT.Selection, _ -> validate());
        words.put(id, () -> List.of(String.valueOf(b.getSelection())));
        GridDataFactory.fillDefaults().span(span, 1).applyTo(b);
        return b;
    }

    private Spinner spinner(Composite parent, String id, String name, int least, int most, int value) {
        var s = new Spinner(parent, SWT.BORDER);
        s.setValues(value, least, most, 0, 1, 10);
        s.setData(FIELD, id);
        Names.name(s, name);
        words.put(id, () -> List.of(String.valueOf(s.getSelection())));
        GridDataFactory.fillDefaults().span(2, 1).align(SWT.BEGINNING, SWT.CENTER).applyTo(s);
        return s;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        createButton(parent, IDialogConstants.OK_ID, WORDS.say("&Begin"), true);
        createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Cancel"), false);
        validate();
    }

    private PinPolicy pin() {
        for (PinPolicy p : PinPolicy.values()) {
            if (pins.get(p.ordinal()).getSelection()) {
                return p;
            }
        }
        return PinPolicy.SAME;
    }

    private void validate() {
        if (getButton(IDialogConstants.OK_ID) == null) {
            return;
        }
        boolean random = pin() == PinPolicy.RANDOM;
        letters.setEnabled(random);
        browse.setEnabled(random);
        virtual.setEnabled(!folder.getText().isBlank());
        try {
            read();
            setErrorMessage(null);
            setMessage(WORDS.say("A token that the plan names and that is enrolled loses its keys and certificates for good."), IMessageProvider.WARNING);
            getButton(IDialogConstants.OK_ID).setEnabled(true);
        } catch (EscException | IllegalArgumentException e) {
            setErrorMessage(e.getMessage());
            getButton(IDialogConstants.OK_ID).setEnabled(false);
        }
    }

    /** What the verb would be told. */
    private BatchRunVerb.Args read() throws EscException {
        var address = given(server);
        if (!address.isEmpty()) {
            URI u = URI.create(address.getFirst());
            if (u.getHost() == null || u.getScheme() == null || !u.getScheme().matches("(?i)https?")) {
                throw new IllegalArgumentException(WORDS.say("The server's address looks like https://host:8443/tps/tps."));
            }
        }
        if (pin() == PinPolicy.RANDOM && given(letters).isEmpty()) {
            throw new IllegalArgumentException(WORDS.say("Name the file that the random PINs are written to."));
        }
        var all = new HashMap<String, List<String>>();
        words.forEach((component, w) -> {
            if (!w.get().isEmpty()) {
                all.put(component, w.get());
            }
        });
        all.put("plan", List.of(subject.plan().toString()));
        return Arguments.build(BatchRunVerb.Args.class, all);
    }

    @Override
    protected void okPressed() {
        BatchRunVerb.Args args;
        try {
            args = read();
        } catch (EscException | IllegalArgumentException e) {
            setErrorMessage(e.getMessage());
            return;
        }
        taken = true;
        super.okPressed();
        chosen.accept(new Choice(args, records));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.DirectoryDialog;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Group;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.tps.client.ClientArgs;
import org.esc.tps.client.TokenArgs;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.batch.BatchOptions;
import org.esc.tps.client.batch.BatchOptions.PinPolicy;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.Settings;

/** Asks how a plan is to be worked through: which server, which readers, where new PINs come from, when to stop. */
final class StartDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(StartDialog.class);

    private static final String FIELD = "org.esc.ui.field";

    private final String what;
    private final Map<String, String> before;
    private Text server;
    private Text ca;
    private Text user;
    private final List<Button> pins = new ArrayList<>();
    private Text letters;
    private Button browse;
    private Button each;
    private Button replace;
    private Spinner stopAfter;
    private Spinner retries;
    private Text folder;
    private Spinner virtual;
    private final Consumer<Choice> chosen;

    /** What was chosen. @param stack folder with software tokens to feed virtual readers with */
    record Choice(TokenArgs server, BatchOptions options, Optional<Path> stack, int virtualReaders) {
    }

    /** @param what the title; before what the run was begun with before, as {@code Batches.lastOptions} tells; chosen told what was chosen */
    StartDialog(Shell parent, String what, Map<String, String> before, Consumer<Choice> chosen) {
        super(parent);
        this.what = what;
        this.before = before;
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
        String said = before.getOrDefault(key, "");
        return said.isEmpty() ? otherwise : said;
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        var page = new Composite(area, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(3).margins(12, 12).spacing(8, 6).applyTo(page);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(page);
        server = box(page, WORDS.say("&Server:"), "tps", before("tps", setting(Settings.TPS, UserSettings.TPS)),
                WORDS.say("https://host:8443/tps/tps; without it the one each token names"), 2);
        ca = box(page, WORDS.say("Trusted &authority:"), "ca", before("ca", setting(Settings.CA, UserSettings.CA)).lines().findFirst().orElse(""),
                WORDS.say("PEM file, if the computer does not know it"), 1);
        browse(page, WORDS.say("Brow&se…"), () -> new FileDialog(getShell(), SWT.OPEN).open(), ca);
        user = box(page, WORDS.say("&User of rows that name none:"), "user", before("user", ""), "", 2);
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
        letters = box(page, WORDS.say("PIN &letters:"), "letters", before("letters", ""), WORDS.say("only you may read this file"), 1);
        browse = browse(page, WORDS.say("Bro&wse…"), () -> new FileDialog(getShell(), SWT.SAVE).open(), letters);
        new Label(page, SWT.NONE);
        each = check(page, WORDS.say("Ask for the &password at each token, not once for all"));
        new Label(page, SWT.NONE);
        replace = check(page, WORDS.say("Rows for any card take &enrolled tokens, too"));
        new Label(page, SWT.NONE).setText(WORDS.say("Stop after &failures in a row:"));
        stopAfter = spinner(page, WORDS.say("Stop after failures in a row"), 0, 1000, 5);
        new Label(page, SWT.NONE).setText(WORDS.say("Tr&y again if the connection breaks:"));
        retries = spinner(page, WORDS.say("Try again if the connection breaks"), 0, 100, 2);
        var trying = new Group(page, SWT.NONE);
        trying.setText(WORDS.say("For trying, without cards"));
        GridLayoutFactory.fillDefaults().numColumns(3).margins(8, 8).spacing(8, 6).applyTo(trying);
        GridDataFactory.fillDefaults().span(3, 1).grab(true, false).indent(0, 8).applyTo(trying);
        folder = box(trying, WORDS.say("Software to&kens in folder:"), "folder", "", WORDS.say("put into virtual readers one after the other"), 1);
        browse(trying, WORDS.say("Browse…"), () -> new DirectoryDialog(getShell()).open(), folder);
        new Label(trying, SWT.NONE).setText(WORDS.say("&Virtual readers:"));
        virtual = spinner(trying, WORDS.say("Virtual readers"), 1, 16, 2);
        setTitle(what);
        for (Text t : List.of(server, ca, user, letters, folder)) {
            t.addModifyListener(_ -> validate());
        }
        return area;
    }

    private static Text box(Composite parent, String label, String id, String value, String hint, int span) {
        new Label(parent, SWT.NONE).setText(label);
        var text = new Text(parent, SWT.BORDER);
        text.setText(value);
        text.setMessage(hint);
        text.setData(FIELD, id);
        Names.name(text, label);
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
        return b;
    }

    private static Button check(Composite parent, String label) {
        var b = NativeLook.of(new Button(parent, SWT.CHECK));
        b.setText(label);
        GridDataFactory.fillDefaults().span(2, 1).applyTo(b);
        return b;
    }

    private static Spinner spinner(Composite parent, String name, int least, int most, int value) {
        var s = new Spinner(parent, SWT.BORDER);
        s.setValues(value, least, most, 0, 1, 10);
        Names.name(s, name);
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
        boolean random = pin() == PinPolicy.RANDOM;
        letters.setEnabled(random);
        browse.setEnabled(random);
        virtual.setEnabled(!folder.getText().isBlank());
        try {
            read();
            setErrorMessage(null);
            setMessage(WORDS.say("A token that the plan names and that is enrolled loses its keys and certificates for good."), IMessageProvider.WARNING);
            getButton(IDialogConstants.OK_ID).setEnabled(true);
        } catch (IllegalArgumentException e) {
            setErrorMessage(e.getMessage());
            getButton(IDialogConstants.OK_ID).setEnabled(false);
        }
    }

    private static Optional<String> text(Text t) {
        return Optional.of(t.getText().strip()).filter(s -> !s.isEmpty());
    }

    private Choice read() {
        Optional<URI> tps = text(server).map(s -> {
            URI u = URI.create(s);
            if (u.getHost() == null || u.getScheme() == null || !u.getScheme().matches("(?i)https?")) {
                throw new IllegalArgumentException(WORDS.say("The server's address looks like https://host:8443/tps/tps."));
            }
            return u;
        });
        PinPolicy pin = pin();
        if (pin == PinPolicy.RANDOM && text(letters).isEmpty()) {
            throw new IllegalArgumentException(WORDS.say("Name the file that the random PINs are written to."));
        }
        var options = new BatchOptions(List.of(), pin, pin == PinPolicy.RANDOM ? text(letters).map(Path::of) : Optional.empty(),
                BatchOptions.STANDARD.pinLength(),
                each.getSelection(), stopAfter.getSelection(), retries.getSelection(), replace.getSelection(), Optional.empty());
        return new Choice(new TokenArgs(CardArgs.ANY, tps, text(ca).map(Path::of).map(List::of).orElse(List.of()), Optional.empty(), ClientArgs.NONE,
                text(user)), options,
                text(folder).map(Path::of), virtual.getSelection());
    }

    @Override
    protected void okPressed() {
        Choice c = read();
        super.okPressed();
        chosen.accept(c);
    }
}

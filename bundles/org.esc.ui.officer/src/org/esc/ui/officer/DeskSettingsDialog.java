// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.officer;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Group;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Progress;
import org.esc.tps.admin.TpsAdmin;
import org.esc.tps.client.officer.DeskProfiles;
import org.esc.tps.client.officer.DeskSession;
import org.esc.tps.client.officer.DeskSettings;
import org.esc.tps.client.officer.LdapSettings;
import org.esc.tps.client.officer.OfficerTask;
import org.esc.ui.AdminSignIn;
import org.esc.ui.Aside;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;

/** Which server and directory the desk asks, and which profiles its tasks ask for. */
final class DeskSettingsDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(DeskSettingsDialog.class);

    private final DeskSettings settings;
    private final Optional<DeskSession> session;
    private final Map<String, Text> texts = new LinkedHashMap<>();
    private final Map<String, Combo> profiles = new LinkedHashMap<>();
    private Button read;
    private Text found;
    private ScrolledComposite scrolled;
    private Runnable saved = () -> {
    };

    DeskSettingsDialog(Shell parent, DeskSettings settings, Optional<DeskSession> session) {
        super(parent);
        this.settings = settings;
        this.session = session;
        setHelpAvailable(false);
        setBlockOnOpen(false);
        setShellStyle(getShellStyle() | SWT.RESIZE);
    }

    void onSaved(Runnable what) {
        saved = what;
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(WORDS.say("Settings of the Desk"));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(WORDS.say("Settings of the security officer’s desk"));
        setMessage(WORDS.say("They hold from the next sign-in."));
        // higher than a screen at 300 %
        scrolled = new ScrolledComposite(area, SWT.V_SCROLL);
        scrolled.setExpandHorizontal(true);
        scrolled.setExpandVertical(true);
        scrolled.setShowFocusedControl(true);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(scrolled);
        var page = new Composite(scrolled, SWT.NONE);
        scrolled.setContent(page);
        GridLayoutFactory.fillDefaults().margins(12, 12).spacing(8, 8).applyTo(page);
        Group server = group(page, WORDS.say("Server"));
        text(server, DeskSettings.TPS, WORDS.say("&Address:"), "https://host:8443/tps/tps");
        text(server, DeskSettings.CA, WORDS.say("Authority to &trust (PEM file):"), "");
        Group people = group(page, WORDS.say("People"));
        text(people, DeskSettings.DIRECTORY, WORDS.say("&Directory:"), WORDS.say("empty: the server knows the people; or ldaps://host"));
        text(people, DeskSettings.BASE, WORDS.say("It &begins at:"), "dc=example,dc=org");
        text(people, DeskSettings.PEOPLE, WORDS.say("&People are at:"), WORDS.say("ou=people below that"));
        text(people, DeskSettings.OFFICERS, WORDS.say("&Officers are at:"), LdapSettings.GROUP + "\u2026");
        text(people, DeskSettings.BIND, WORDS.say("&Log in as:"), WORDS.say("empty: not at all"));
        text(people, DeskSettings.ATTRIBUTES, WORDS.say("Attributes s&hown:"), WORDS.say("Height=height, Eye colour=eyeColor"));
        Group tasks = group(page, WORDS.say("Profiles"));
        for (OfficerTask t : OfficerTask.values()) {
            label(tasks, t.title() + ":");
            var combo = Names.name(new Combo(tasks, SWT.DROP_DOWN), t.title());
            combo.setText(get(DeskSettings.PROFILE + t.word()));
            combo.setToolTipText(WORDS.say("Empty: the server’s profile that is called {0}", t.usualProfile()));
            GridDataFactory.fillDefaults().grab(true, false).hint(260, SWT.DEFAULT).applyTo(combo);
            fix(tasks, combo, DeskSettings.PROFILE + t.word());
            profiles.put(DeskSettings.PROFILE + t.word(), combo);
        }
        new Label(tasks, SWT.NONE);
        read = NativeLook.of(new Button(tasks, SWT.PUSH));
        read.setText(WORDS.say("&Read from the Server\u2026"));
        read.setToolTipText(WORDS.say("An agent or administrator of the server signs in; what its profiles do says which task asks for which"));
        read.addListener(SWT.Selection, _ -> signIn());
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).applyTo(read);
        found = Names.name(new Text(tasks, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY | SWT.V_SCROLL | SWT.BORDER), WORDS.say("What the server’s profiles do"));
        found.setData("org.esc.ui.field", "found");
        GridDataFactory.fillDefaults().span(2, 1).grab(true, true).hint(360, 5 * found.getLineHeight()).exclude(true).applyTo(found);
        found.setVisible(false);
        session.ifPresent(this::fillProfiles);
        // as it is when styles have been applied, too
        scrolled.addListener(SWT.Resize, _ -> fit());
        fit();
        return area;
    }

    private void fit() {
        scrolled.setMinSize(scrolled.getContent().computeSize(SWT.DEFAULT, SWT.DEFAULT));
    }

    /** An officer may not read the server's profiles: who may signs in once, and out again. */
    private void signIn() {
        Optional<AdminSignIn> dialogs = Services.find(AdminSignIn.class);
        Optional<URI> where = dialogs.flatMap(d -> d.of(texts.get(DeskSettings.TPS).getText()));
        if (where.isEmpty()) {
            setErrorMessage(dialogs.isEmpty() ? WORDS.say("The administration of servers is not part of this installation.")
                    : WORDS.say("Enter the server’s address first: it looks like https://host:8443/tps/tps."));
            return;
        }
        setErrorMessage(null);
        var ca = Optional.of(texts.get(DeskSettings.CA).getText().strip()).filter(c -> !c.isEmpty()).map(Path::of).stream().toList();
        dialogs.get().signIn(getShell(), where.get(), ca, this::ask, p -> failed(p));
    }

    private void ask(TpsAdmin admin) {
        var display = Display.getCurrent();
        var job = new DeskJob<DeskProfiles>(WORDS.say("Reading the server's profiles"), new UiInteraction(display, new DialogAsker(this::getShell)),
                Progress.NONE, c -> {
                    try (admin) {
                        return DeskProfiles.read(admin, c.cancel());
                    }
                });
        if (!read.isDisposed()) {
            read.setEnabled(false);
        }
        job.outcome().whenComplete((profiles, failure) -> display.asyncExec(() -> {
            if (!read.isDisposed()) {
                read.setEnabled(true);
                if (failure == null) {
                    show(profiles);
                } else {
                    failed(ProblemText.problem(failure, WORDS.say("read the server's profiles")));
                }
            }
        }));
        job.schedule();
    }

    private void failed(Problem p) {
        if (getShell() != null && !getShell().isDisposed()) {
            setErrorMessage(ProblemText.forPerson(p));
        }
    }

    /** Puts what was found where the person sees it, changes it if need be, and saves it. */
    private void show(DeskProfiles server) {
        String group = texts.get(DeskSettings.OFFICERS).getText().strip();
        String base = texts.get(DeskSettings.BASE).getText().strip();
        var lines = new ArrayList<String>();
        for (DeskProfiles.Match m : server.match(group.isEmpty() ? Optional.of(base).filter(b -> !b.isEmpty()).map(b -> LdapSettings.GROUP + b)
                : Optional.of(group))) {
            Combo combo = profiles.get(DeskSettings.PROFILE + m.task().word());
            var choices = new LinkedHashSet<>(server.profiles().keySet());
            m.profile().ifPresent(choices::add);
            choices.addAll(m.others());
            String before = combo.getText();
            combo.setItems(choices.toArray(String[]::new));
            combo.setText(combo.isEnabled() ? m.profile().orElse(before) : before);
            lines.add(m.task().title() + ": " + m.profile().orElse("\u2013") + (m.notes().isEmpty() ? "" : ". " + String.join(" ", m.notes())));
        }
        found.setText(String.join("\n", lines));
        ((GridData) found.getLayoutData()).exclude = false;
        found.setVisible(true);
        setMessage(WORDS.say("These are the server’s profiles by what they do. Look whether they are what you mean, then save."));
        fit();
        getShell().pack();
        found.setFocus();
    }

    /** The server's own list, as soon as it is here. */
    private void fillProfiles(DeskSession s) {
        var display = getShell().getDisplay();
        var job = new DeskJob<List<String>>(WORDS.say("Asking for the server's profiles"), new UiInteraction(display, new DialogAsker(this::getShell)),
                Progress.NONE, c -> s.profiles(c.cancel()));
        job.setSystem(true);
        job.outcome().thenAccept(all -> display.asyncExec(() -> profiles.values().stream().filter(c -> !c.isDisposed()).forEach(c -> {
            String chosen = c.getText();
            c.setItems(all.toArray(String[]::new));
            c.setText(chosen);
        })));
        job.schedule();
    }

    private static Group group(Composite page, String words) {
        var group = new Group(page, SWT.NONE);
        group.setText(words);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(10, 8).spacing(10, 6).applyTo(group);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(group);
        return group;
    }

    private static void label(Composite parent, String words) {
        var label = new Label(parent, SWT.NONE);
        label.setText(words);
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).applyTo(label);
    }

    private void text(Composite parent, String key, String words, String message) {
        label(parent, words);
        var text = Names.name(new Text(parent, SWT.BORDER), words);
        text.setMessage(message);
        text.setText(get(key));
        text.setData("org.esc.ui.field", key);
        GridDataFactory.fillDefaults().grab(true, false).hint(360, SWT.DEFAULT).applyTo(text);
        fix(parent, text, key);
        texts.put(key, text);
    }

    /** What a person cannot change is shown, with the reason. */
    private void fix(Composite parent, Control control, String key) {
        settings.locked(key).ifPresent(why -> {
            control.setEnabled(false);
            new Label(parent, SWT.NONE);
            var words = new Label(parent, SWT.WRAP);
            words.setText(why);
            GridDataFactory.fillDefaults().grab(true, false).hint(320, SWT.DEFAULT).applyTo(words);
        });
    }

    private String get(String key) {
        try {
            return settings.get(key).orElse("");
        } catch (EscException e) {
            setErrorMessage(e.getMessage());
            return "";
        }
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, IDialogConstants.OK_ID, WORDS.say("&Save"), true));
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Cancel"), false));
    }

    @Override
    protected void okPressed() {
        var all = new LinkedHashMap<String, String>();
        texts.forEach((k, t) -> all.put(k, t.getText()));
        profiles.forEach((k, c) -> all.put(k, c.getText()));
        try {
            Aside.go(() -> settings.set(all));
        } catch (EscException e) {
            setErrorMessage(e.getMessage());
            return;
        }
        super.okPressed();
        saved.run();
    }
}

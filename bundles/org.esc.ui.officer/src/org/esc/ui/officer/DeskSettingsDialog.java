// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.officer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Group;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Progress;
import org.esc.tps.client.officer.DeskSession;
import org.esc.tps.client.officer.DeskSettings;
import org.esc.tps.client.officer.LdapSettings;
import org.esc.tps.client.officer.OfficerTask;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.UiInteraction;

/** Which server and directory the desk asks, and which profiles its tasks ask for. */
final class DeskSettingsDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(DeskSettingsDialog.class);

    private final DeskSettings settings;
    private final Optional<DeskSession> session;
    private final Map<String, Text> texts = new LinkedHashMap<>();
    private final Map<String, Combo> profiles = new LinkedHashMap<>();
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
        var scrolled = new ScrolledComposite(area, SWT.V_SCROLL);
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
        text(people, DeskSettings.ATTRIBUTES, WORDS.say("A&ttributes shown:"), WORDS.say("Height=height, Eye colour=eyeColor"));
        Group tasks = group(page, WORDS.say("Profiles"));
        for (OfficerTask t : OfficerTask.values()) {
            label(tasks, t.title() + ":");
            var combo = Names.name(new Combo(tasks, SWT.DROP_DOWN), t.title());
            combo.setText(get(DeskSettings.PROFILE + t.word()));
            combo.setToolTipText(WORDS.say("Empty: the server’s profile that is called {0}", t.usualProfile()));
            GridDataFactory.fillDefaults().grab(true, false).hint(260, SWT.DEFAULT).applyTo(combo);
            profiles.put(DeskSettings.PROFILE + t.word(), combo);
        }
        session.ifPresent(this::fillProfiles);
        // as it is when styles have been applied, too
        Runnable fit = () -> scrolled.setMinSize(page.computeSize(SWT.DEFAULT, SWT.DEFAULT));
        scrolled.addListener(SWT.Resize, _ -> fit.run());
        fit.run();
        return area;
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
        texts.put(key, text);
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
            settings.set(all);
        } catch (EscException e) {
            setErrorMessage(e.getMessage());
            return;
        }
        super.okPressed();
        saved.run();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.util.List;
import java.util.Optional;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.preference.PreferencePage;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchPreferencePage;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.tps.client.UserSettings;
import org.esc.ui.DesktopSettings;
import org.esc.ui.Names;
import org.esc.ui.PageRoom;
import org.esc.ui.ProblemText;

/** A preference page that shows settings of the register: the same as those of the terminal. */
abstract class SettingsPage extends PreferencePage implements IWorkbenchPreferencePage {

    private static final Words WORDS = Words.of(SettingsPage.class);

    private final String name;
    private final String words;
    private Optional<SettingsForm> form = Optional.empty();

    /** @param name of the page in the register; @param words what the page is for */
    SettingsPage(String name, String words) {
        this.name = name;
        this.words = words;
    }

    @Override
    public void init(IWorkbench workbench) {
        // all is in the files
    }

    @Override
    protected Control createContents(Composite parent) {
        var area = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(6, 10).applyTo(area);
        if (!words.isEmpty()) {
            var label = new Label(area, SWT.WRAP);
            label.setText(words);
            GridDataFactory.fillDefaults().grab(true, false).hint(460, SWT.DEFAULT).applyTo(label);
        }
        var taken = taken();
        above(area, taken);
        var page = new Composite(area, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(page);
        try {
            form = Optional.of(SettingsForm.of(page, name, new UserSettings(), taken, this::check));
            List<String> problems = form.get().problems();
            if (!problems.isEmpty()) {
                setMessage(problems.size() > 1 ? WORDS.say("{0} (and {1} more)", problems.getFirst(), problems.size() - 1) : problems.getFirst(), IMessageProvider.WARNING);
            }
        } catch (EscException e) {
            setErrorMessage(ProblemText.forPerson(e.problem()));
        }
        return area;
    }

    @Override
    public void setVisible(boolean visible) {
        super.setVisible(visible);
        if (visible) {
            PageRoom.make(this);
        }
    }

    /** Letters that are not free: those of the preference dialog's own buttons, in the person's language. */
    static StringBuilder taken() {
        return new StringBuilder(Names.mnemonicOf(JFaceResources.getString("defaults"))).append(Names.mnemonicOf(JFaceResources.getString("apply")));
    }

    /** More than settings, above them. */
    void above(Composite area, StringBuilder taken) {
        // most have none
    }

    private void check() {
        Optional<String> complaint = form.flatMap(SettingsForm::complaint);
        setErrorMessage(complaint.orElse(null));
        setValid(complaint.isEmpty());
    }

    @Override
    public boolean performOk() {
        try {
            if (form.isPresent()) {
                form.get().save();
                DesktopSettings.changed();
            }
            return true;
        } catch (EscException e) {
            setErrorMessage(ProblemText.forPerson(e.problem()));
            return false;
        }
    }

    @Override
    protected void performDefaults() {
        try {
            if (form.isPresent()) {
                form.get().defaults();
            }
        } catch (EscException e) {
            setErrorMessage(ProblemText.forPerson(e.problem()));
        }
        super.performDefaults();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.eclipse.jface.preference.FieldEditorPreferencePage;
import org.eclipse.jface.preference.FileFieldEditor;
import org.eclipse.jface.preference.PreferenceStore;
import org.eclipse.jface.preference.StringFieldEditor;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchPreferencePage;
import org.esc.apdu.EscException;
import org.esc.tps.client.UserSettings;
import org.esc.ui.Names;
import org.esc.ui.ProblemText;

/** Preferences ▸ Token management: the server and whom to trust. The same settings as those of the terminal. */
public final class EscPreferencePage extends FieldEditorPreferencePage implements IWorkbenchPreferencePage {

    private final UserSettings settings = new UserSettings();

    /** Made by the platform. */
    public EscPreferencePage() {
        super(GRID);
        setDescription("Where tokens are issued. All may be left empty: a card that has been formatted names its own server, and "
                + "what is still missing is asked for.");
        noDefaultAndApplyButton();
    }

    @Override
    public void init(IWorkbench workbench) {
        var store = new PreferenceStore();
        try {
            for (String key : List.of(UserSettings.TPS, UserSettings.CA, UserSettings.PHONE_HOME)) {
                store.setValue(key, settings.get(key).orElse(""));
            }
        } catch (EscException e) {
            setErrorMessage(ProblemText.forPerson(e.problem()));
        }
        setPreferenceStore(store);
    }

    @Override
    protected void createFieldEditors() {
        addField(new AddressEditor(UserSettings.TPS, "Token &processing system:", "https://tps.example.com:8443/tps/tps"));
        var ca = new FileFieldEditor(UserSettings.CA, "&Certificate authority file (PEM):", true, getFieldEditorParent());
        ca.setErrorMessage("There is no such file.");
        Names.name(ca.getTextControl(getFieldEditorParent()), ca.getLabelText());
        addField(ca);
        addField(new AddressEditor(UserSettings.PHONE_HOME, "P&hone home, for cards that name no server:",
                "https://tps.example.com:8443/tps/phoneHome"));
    }

    @Override
    public boolean performOk() {
        super.performOk();
        var store = getPreferenceStore();
        try {
            settings.set(Map.of(UserSettings.TPS, store.getString(UserSettings.TPS), UserSettings.CA, store.getString(UserSettings.CA),
                    UserSettings.PHONE_HOME, store.getString(UserSettings.PHONE_HOME)));
            return true;
        } catch (EscException e) {
            setErrorMessage(ProblemText.forPerson(e.problem()));
            return false;
        }
    }

    private final class AddressEditor extends StringFieldEditor {

        AddressEditor(String key, String label, String example) {
            super(key, label, getFieldEditorParent());
            setErrorMessage("An address begins with http:// or https:// and names a host.");
            Names.name(getTextControl(getFieldEditorParent()), label).setMessage(example);
        }

        @Override
        protected boolean doCheckState() {
            String text = getStringValue().strip();
            if (text.isEmpty()) {
                return true;
            }
            try {
                URI address = URI.create(text);
                return address.getHost() != null
                        && ("http".equalsIgnoreCase(address.getScheme()) || "https".equalsIgnoreCase(address.getScheme()));
            } catch (IllegalArgumentException _) {
                return false;
            }
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.net.URI;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.eclipse.jface.preference.FieldEditorPreferencePage;
import org.eclipse.jface.preference.FileFieldEditor;
import org.eclipse.jface.preference.StringFieldEditor;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchPreferencePage;
import org.eclipse.ui.preferences.ScopedPreferenceStore;
import org.esc.ui.Settings;

/** Preferences ▸ Token management: the server and whom to trust. */
public final class EscPreferencePage extends FieldEditorPreferencePage implements IWorkbenchPreferencePage {

    /** Made by the platform. */
    public EscPreferencePage() {
        super(GRID);
        setPreferenceStore(new ScopedPreferenceStore(InstanceScope.INSTANCE, Settings.NODE));
        setDescription("Where tokens are issued. All may be left empty: a card that has been formatted names its own server, and "
                + "what is still missing is asked for.");
    }

    @Override
    public void init(IWorkbench workbench) {
        // nothing to keep: the values live in the store
    }

    @Override
    protected void createFieldEditors() {
        addField(new AddressEditor(Settings.TPS, "Token &processing system:", "https://tps.example.com:8443/tps/tps"));
        var ca = new FileFieldEditor(Settings.CA, "&Certificate authority file (PEM):", true, getFieldEditorParent());
        ca.setErrorMessage("There is no such file.");
        addField(ca);
        addField(new AddressEditor(Settings.PHONE_HOME, "P&hone home, for cards that name no server:",
                "https://tps.example.com:8443/tps/phoneHome"));
    }

    @Override
    public boolean performOk() {
        boolean done = super.performOk();
        Settings.save(Settings.TPS, getPreferenceStore().getString(Settings.TPS));
        return done;
    }

    private final class AddressEditor extends StringFieldEditor {

        AddressEditor(String key, String label, String example) {
            super(key, label, getFieldEditorParent());
            setErrorMessage("An address begins with http:// or https:// and names a host.");
            getTextControl(getFieldEditorParent()).setMessage(example);
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

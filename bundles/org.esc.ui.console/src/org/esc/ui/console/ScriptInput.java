// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jface.resource.ImageDescriptor;
import org.eclipse.ui.IEditorInput;
import org.eclipse.ui.IPersistableElement;
import org.esc.apdu.Words;
import org.esc.ui.Icons;

/**
 * A script: one in a file, or a new one.
 *
 * @param file   where it is
 * @param number tells new ones apart
 */
record ScriptInput(Optional<Path> file, int number) implements IEditorInput {

    private static final Words WORDS = Words.of(ScriptInput.class);

    private static int last;

    /** The script in a file. */
    static ScriptInput of(Path file) {
        return new ScriptInput(Optional.of(file.toAbsolutePath().normalize()), 0);
    }

    /** A new one. UI thread only. */
    static ScriptInput fresh() {
        return new ScriptInput(Optional.empty(), ++last);
    }

    @Override
    public boolean exists() {
        return file.filter(Files::exists).isPresent();
    }

    @Override
    public ImageDescriptor getImageDescriptor() {
        return Icons.descriptor(ScriptInput.class, "script");
    }

    @Override
    public String getName() {
        return file.map(f -> String.valueOf(f.getFileName())).orElse(WORDS.say("New script {0}", number));
    }

    @Override
    public IPersistableElement getPersistable() {
        return null;
    }

    @Override
    public String getToolTipText() {
        return file.map(Path::toString).orElse(getName());
    }

    @Override
    public <T> T getAdapter(Class<T> adapter) {
        return null;
    }
}

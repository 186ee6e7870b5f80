// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file on whatever thread it is run. */
record Careless(Path file) implements Runnable {

    @Override
    public void run() {
        try {
            Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

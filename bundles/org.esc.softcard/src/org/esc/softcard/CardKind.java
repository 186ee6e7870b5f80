// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.nio.file.Path;
import org.esc.apdu.EscException;
import org.esc.card.VirtualCard;

/**
 * The door for cards that live in files of another kind than software tokens: whoever opens a software token's file may open one of these, with
 * {@code --soft} or in the workbench. A DS service.
 */
public interface CardKind {

    /** Whether the file, which is no software token's, is of this kind, by what is in it; false if it cannot be read. */
    boolean recognises(Path file);

    /** The card in a file. @throws EscException if it cannot be opened */
    VirtualCard open(Path file) throws EscException;
}

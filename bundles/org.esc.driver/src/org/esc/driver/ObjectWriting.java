// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import org.esc.apdu.EscException;

/** Writes the data objects of a token. */
public interface ObjectWriting extends Capability {

    /** True if {@link #writeObject} works with an object. */
    default boolean canWriteObject(String id) throws EscException {
        return true;
    }

    /** True if {@link #deleteObject} works with an object. */
    default boolean canDeleteObject(String id) throws EscException {
        return true;
    }

    /** Who must have been verified before an object is written or removed. */
    Access objectAccess(String id) throws EscException;

    /** Writes an object, replacing what is there. */
    void writeObject(String id, byte[] content) throws EscException;

    /** Removes an object. */
    void deleteObject(String id) throws EscException;
}

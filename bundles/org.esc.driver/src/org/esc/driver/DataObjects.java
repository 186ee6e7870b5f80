// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import org.esc.apdu.EscException;

/** Reads the data objects (or files) of a token. */
public interface DataObjects extends Capability {

    /** All that the token may have; {@link DataObject#present} tells which are there. */
    List<DataObject> dataObjects() throws EscException;

    /** Reads one and takes it apart. Content that makes no sense has one field that says so. */
    ObjectContent readObject(String id) throws EscException;
}

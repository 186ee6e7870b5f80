// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

/** Which generation of the interface a server speaks; found out when signing in. */
public enum Dialect {
    /** {@code /tps/rest}: the interface of the years before 2023, and its alias on newer servers. */
    REST("rest", "size"),
    /** {@code /tps/v1}: the same under the name it has today. */
    V1("v1", "size"),
    /** {@code /tps/v2}: JSON only; some lists take {@code pageSize}, and a list of tokens does not tell how many there are. */
    V2("v2", "pageSize");

    private final String path;
    private final String pageSize;

    Dialect(String path, String pageSize) {
        this.path = path;
        this.pageSize = pageSize;
    }

    /** The last part of the base address. */
    public String path() {
        return path;
    }

    /** Name of the parameter for the size of a page, for lists other than tokens and activities. */
    String pageSize() {
        return pageSize;
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

/**
 * Version of a YubiKey's firmware, which decides what its PIV application can do.
 *
 * @param major 0–255
 * @param minor 0–255
 * @param patch 0–255
 */
public record PivVersion(int major, int minor, int patch) {

    /** True if this is that version or a later one. */
    public boolean isAtLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || major == wantedMajor && minor >= wantedMinor;
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}

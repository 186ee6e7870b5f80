// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/**
 * Something an application can do: the type that all capability interfaces extend. Their methods throw {@link org.esc.apdu.EscException} with
 * the status word when the card refuses; code {@code wrong-pin} or {@code pin-blocked} tells a PIN's fate, {@code pin-needed} that one
 * must be verified first. Every method may throw it, for the host throws it in the name of a driver that fails.
 */
public interface Capability {
}

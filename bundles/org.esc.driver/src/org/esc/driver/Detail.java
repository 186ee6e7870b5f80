// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/**
 * One more thing a token tells: "FASC-N", "Cardholder", "Application version".
 *
 * @param name  what it is
 * @param value in words or hexadecimal digits
 */
public record Detail(String name, String value) {
}

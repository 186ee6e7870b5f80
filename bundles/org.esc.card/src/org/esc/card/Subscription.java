// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

/** Ends a subscription when closed. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    @Override
    void close();
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The language of the person at whose desk a test runs, as if the platform had been set to it. A test may go on in another one ({@link Locale#setDefault}): afterwards
 * the one from before is back. At a method it goes before the one of its class.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(InLanguage.Switch.class)
public @interface InLanguage {

    /** Its tag, as {@code de-DE}. */
    String value();

    /** Switches to it and back. */
    final class Switch implements BeforeEachCallback, AfterEachCallback {

        private record Before(Locale all, Locale display, Locale format) {
        }

        private static ExtensionContext.Store store(ExtensionContext context) {
            return context.getStore(ExtensionContext.Namespace.create(Switch.class));
        }

        @Override
        public void beforeEach(ExtensionContext test) {
            var before = new Before(Locale.getDefault(), Locale.getDefault(Locale.Category.DISPLAY), Locale.getDefault(Locale.Category.FORMAT));
            store(test).put(Before.class, before);
            InLanguage here = Optional.ofNullable(test.getRequiredTestMethod().getAnnotation(InLanguage.class))
                    .orElseGet(() -> test.getRequiredTestClass().getAnnotation(InLanguage.class));
            Locale.setDefault(Locale.forLanguageTag(here.value()));
        }

        @Override
        public void afterEach(ExtensionContext test) {
            Before before = store(test).remove(Before.class, Before.class);
            Locale.setDefault(before.all());
            Locale.setDefault(Locale.Category.DISPLAY, before.display());
            Locale.setDefault(Locale.Category.FORMAT, before.format());
        }
    }
}

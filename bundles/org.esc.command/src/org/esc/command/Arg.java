// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How a record component of a verb's arguments is given at a terminal. Types: {@code String}, {@code int}, {@code long}, {@code boolean} (a
 * flag), {@code Path}, {@code URI}, enums, {@code byte[]} (hex), {@code Optional} of these, {@code List} of these. A component without this
 * annotation that is itself such a record stands for all of that one's arguments: so verbs share them.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Arg {

    /** Option names, {@code --cuid}; none for a positional argument. */
    String[] names() default {};

    /** What to show for the value in help: {@code HEX}. */
    String label() default "";

    /** One line of help. */
    String help();

    /** Used when not given; the empty string means none, and then a component that is not optional is required. */
    String defaultValue() default "";
}

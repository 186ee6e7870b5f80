// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

/**
 * The verb to extend: what it is called, its line of help and its record of arguments are said once, in the constructor, beside what it works
 * with. What is left to write is {@link #run} and, where the result's own text does not do, {@link #print}.
 *
 * <p>To add a verb: a final class with {@code @Component(service = Verb.class, property = "verb=NAME")} that extends this one, or the base its
 * package has for verbs that work with the same thing; a record of arguments, a record for the result. Help, {@code --json}, exit codes and the
 * wording of errors follow from these.
 *
 * @param <A> arguments
 * @param <R> result
 */
public abstract class NamedVerb<A extends Record, R extends Record> implements Verb<A, R> {

    private final String name;
    private final String summary;
    private final Class<A> arguments;

    /**
     * A verb called so.
     *
     * @param name      the words to type, the same as in the service's property
     * @param summary   one line of help, in English; it is translated where it is shown
     * @param arguments the record of arguments
     */
    protected NamedVerb(String name, String summary, Class<A> arguments) {
        this.name = name;
        this.summary = summary;
        this.arguments = arguments;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String summary() {
        return summary;
    }

    @Override
    public final Class<A> arguments() {
        return arguments;
    }
}

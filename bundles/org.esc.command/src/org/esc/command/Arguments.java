// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * Turns words into a verb's argument record, the one way for terminal, batch files and callers that know a verb by name only. Component
 * types: see {@link Arg}; any other class with a public static {@code of(String)} works too.
 */
public final class Arguments {

    private static final Words WORDS = Words.of(Arguments.class);

    private Arguments() {
    }

    /**
     * One argument as described by its record component.
     *
     * @param component    the record component's name
     * @param names        option names; empty for a positional argument
     * @param label        what stands for the value in help
     * @param help         one line of help, in the person's language
     * @param defaultValue used when not given
     * @param required     true if it must be given
     * @param flag         true if it takes no value
     * @param repeatable   true if it may be given more than once
     */
    public record Parameter(String component, List<String> names, String label, String help, Optional<String> defaultValue,
            boolean required, boolean flag, boolean repeatable) {

        /** The name a person knows it by. */
        public String display() {
            return names.isEmpty() ? label : names.getLast();
        }
    }

    /**
     * The arguments of a record type, in order; those of a record within it stand in its place.
     *
     * @throws IllegalStateException if a component has no {@link Arg} and is no record, or two have the same name
     */
    public static List<Parameter> of(Class<? extends Record> type) {
        var all = Arrays.stream(type.getRecordComponents())
                .flatMap(c -> group(c).map(g -> of(g).stream()).orElseGet(() -> Stream.of(parameter(c)))).toList();
        if (all.stream().map(Parameter::component).distinct().count() < all.size()) {
            throw new IllegalStateException(type.getName() + " has two arguments of the same name");
        }
        return all;
    }

    /** The record of arguments that a component is, if it is one. */
    private static Optional<Class<? extends Record>> group(RecordComponent c) {
        return c.getType().isRecord() && !c.isAnnotationPresent(Arg.class) ? Optional.of(c.getType().asSubclass(Record.class))
                : Optional.empty();
    }

    private static Parameter parameter(RecordComponent c) {
        Arg arg = c.getAnnotation(Arg.class);
        if (arg == null) {
            throw new IllegalStateException(c.getDeclaringRecord().getName() + "." + c.getName() + " has no @Arg");
        }
        boolean flag = c.getType() == boolean.class;
        boolean list = c.getType() == List.class;
        boolean optional = c.getType() == Optional.class;
        var fallback = arg.defaultValue().isEmpty() ? Optional.<String>empty() : Optional.of(arg.defaultValue());
        String label = !arg.label().isEmpty() ? arg.label() : c.getName().toUpperCase(Locale.ROOT);
        return new Parameter(c.getName(), List.of(arg.names()), label, Words.of(c.getDeclaringRecord()).say(arg.help()), fallback,
                !flag && !list && !optional && fallback.isEmpty(), flag, list);
    }

    /**
     * Builds the record.
     *
     * @param given by component name, the words given for it; a flag is given with any words, or none
     * @throws EscException of kind USAGE if something is missing, unknown or does not fit its type
     */
    public static <A extends Record> A build(Class<A> type, Map<String, List<String>> given) throws EscException {
        var unknown = new ArrayList<>(given.keySet());
        of(type).forEach(p -> unknown.remove(p.component()));
        if (!unknown.isEmpty()) {
            throw usage(WORDS.say("There is no argument {0}.", String.join(", ", unknown)), null);
        }
        return fill(type, given);
    }

    private static <A extends Record> A fill(Class<A> type, Map<String, List<String>> given) throws EscException {
        RecordComponent[] components = type.getRecordComponents();
        var values = new Object[components.length];
        var types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent c = components[i];
            types[i] = c.getType();
            var group = group(c);
            values[i] = group.isPresent() ? fill(group.get(), given) : value(parameter(c), c, given);
        }
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException bad) {
                throw usage(bad.getMessage(), bad);
            }
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object value(Parameter p, RecordComponent c, Map<String, List<String>> given) throws EscException {
        List<String> words = given.get(p.component());
        if (p.flag()) {
            return words != null && !words.equals(List.of("false"));
        }
        if (words == null || words.isEmpty()) {
            words = p.defaultValue().map(List::of).orElse(List.of());
        }
        if (p.repeatable()) {
            var list = new ArrayList<Object>();
            for (String w : words) {
                list.add(convert(p, element(c), w));
            }
            return List.copyOf(list);
        }
        if (words.size() > 1) {
            throw usage(WORDS.say("{0} was given more than once.", p.display()), null);
        }
        if (c.getType() == Optional.class) {
            return words.isEmpty() ? Optional.empty() : Optional.of(convert(p, element(c), words.getFirst()));
        }
        if (words.isEmpty()) {
            throw usage(WORDS.say("{0} is missing: {1}", p.display(), p.help()), null);
        }
        return convert(p, c.getType(), words.getFirst());
    }

    private static Class<?> element(RecordComponent c) {
        Type t = ((ParameterizedType) c.getGenericType()).getActualTypeArguments()[0];
        return t instanceof Class<?> k ? k : t.equals(byte[].class) ? byte[].class : Object.class;
    }

    private static Object convert(Parameter p, Class<?> type, String word) throws EscException {
        try {
            if (type == String.class) {
                return word;
            }
            if (type == int.class || type == Integer.class) {
                return Integer.decode(word);
            }
            if (type == long.class || type == Long.class) {
                return Long.decode(word);
            }
            if (type == Path.class) {
                return Path.of(word);
            }
            if (type == URI.class) {
                return URI.create(word);
            }
            if (type == byte[].class) {
                return Hex.parse(word);
            }
            if (type.isEnum()) {
                return constant(p, type, word);
            }
            var of = type.getMethod("of", String.class);
            if (Modifier.isStatic(of.getModifiers())) {
                return of.invoke(null, word);
            }
            throw new IllegalStateException("No way to read a " + type);
        } catch (InvocationTargetException e) {
            throw usage(WORDS.say("{0} does not take \"{1}\": {2}", p.display(), word, e.getCause().getMessage()), e.getCause());
        } catch (NumberFormatException e) {
            throw usage(WORDS.say("{0} takes a whole number, not \"{1}\".", p.display(), word), e);
        } catch (IllegalArgumentException e) {
            throw usage(WORDS.say("{0} does not take \"{1}\": {2}", p.display(), word, e.getMessage()), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No way to read a " + type, e);
        }
    }

    private static Object constant(Parameter p, Class<?> type, String word) throws EscException {
        String wanted = word.replace('-', '_');
        for (Object c : type.getEnumConstants()) {
            if (((Enum<?>) c).name().equalsIgnoreCase(wanted)) {
                return c;
            }
        }
        throw usage(WORDS.say("{0} takes one of {1}, not \"{2}\".", p.display(), Arrays.stream(type.getEnumConstants())
                .map(c -> c.toString().toLowerCase(Locale.ROOT).replace('_', '-')).toList(), word), null);
    }

    private static EscException usage(String message, Throwable cause) {
        return Problem.of(Fault.USAGE, WORDS.say("read the arguments"), message).exception(cause);
    }
}

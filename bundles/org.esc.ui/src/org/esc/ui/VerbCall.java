// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;

/**
 * A verb with its arguments, given by option name as at a terminal ({@code --reader}): the workbench so runs verbs of bundles that it
 * does not know.
 *
 * @param <A> arguments of the verb
 * @param <R> its result
 */
public final class VerbCall<A extends Record, R extends Record> {

    private final Verb<A, R> verb;
    private final A arguments;

    private VerbCall(Verb<A, R> verb, A arguments) {
        this.verb = verb;
        this.arguments = arguments;
    }

    /**
     * A call of {@code verb}.
     *
     * @param values by option name; a name that the verb does not know is a mistake, but values that are an empty
     *     {@code Optional} are left out
     * @throws EscException USAGE if a value is unknown, missing or not of its type
     */
    public static <A extends Record, R extends Record> VerbCall<A, R> of(Verb<A, R> verb, Map<String, ?> values)
            throws EscException {
        return new VerbCall<>(verb, bind(verb.arguments(), values));
    }

    /** The verb. */
    public Verb<A, R> verb() {
        return verb;
    }

    /** The arguments. */
    public A arguments() {
        return arguments;
    }

    /** Runs it. @throws EscException as the verb does */
    public R run(Context context) throws EscException {
        return verb.run(arguments, context);
    }

    /** The result as the terminal would print it. */
    public String print(R result) {
        var text = new StringWriter();
        var out = new PrintWriter(text);
        verb.print(result, out);
        out.flush();
        return text.toString();
    }

    /** True if a verb's arguments have an option of this name. */
    public static boolean knows(Verb<?, ?> verb, String option) {
        return Arrays.stream(verb.arguments().getRecordComponents()).anyMatch(c -> names(c).contains(option));
    }

    private static List<String> names(RecordComponent component) {
        Arg arg = component.getAnnotation(Arg.class);
        return arg == null || arg.names().length == 0 ? List.of(component.getName()) : List.of(arg.names());
    }

    private static <A extends Record> A bind(Class<A> type, Map<String, ?> values) throws EscException {
        var left = new HashSet<>(values.keySet());
        RecordComponent[] components = type.getRecordComponents();
        Object[] arguments = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent c = components[i];
            types[i] = c.getType();
            Object given = null;
            for (String name : names(c)) {
                if (left.remove(name)) {
                    given = values.get(name) instanceof Optional<?> o ? o.orElse(null) : values.get(name);
                }
            }
            Arg arg = c.getAnnotation(Arg.class);
            if (given == null && arg != null && !arg.defaultValue().isEmpty()) {
                given = arg.defaultValue();
            }
            arguments[i] = convert(names(c).getFirst(), c.getGenericType(), given);
        }
        left.removeIf(name -> values.get(name) instanceof Optional<?> o && o.isEmpty());
        if (!left.isEmpty()) {
            throw Problem.of(Fault.USAGE, "read the arguments", "Unknown argument: " + String.join(", ", left)).exception();
        }
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.trySetAccessible();
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw Problem.of(Fault.USAGE, "read the arguments", String.valueOf(e.getCause().getMessage())).exception(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object convert(String name, Type type, Object given) throws EscException {
        if (type instanceof ParameterizedType p && p.getRawType() == Optional.class) {
            return given == null ? Optional.empty() : Optional.of(convert(name, p.getActualTypeArguments()[0], given));
        }
        if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
            return given == null ? List.of()
                    : given instanceof List<?> l ? List.copyOf(l) : List.of(convert(name, p.getActualTypeArguments()[0], given));
        }
        if (type == boolean.class || type == Boolean.class) {
            return given != null && Boolean.parseBoolean(given.toString());
        }
        if (given == null) {
            throw Problem.of(Fault.USAGE, "read the arguments", "Nothing was given for " + name + ".").exception();
        }
        Class<?> raw = (Class<?>) type;
        if (raw.isInstance(given)) {
            return given;
        }
        String text = given.toString();
        try {
            if (raw == String.class) {
                return text;
            }
            if (raw == int.class || raw == Integer.class) {
                return Integer.valueOf(text);
            }
            if (raw == long.class || raw == Long.class) {
                return Long.valueOf(text);
            }
            if (raw == Path.class) {
                return Path.of(text);
            }
            if (raw == URI.class) {
                return URI.create(text);
            }
            if (raw == byte[].class) {
                return Hex.parse(text);
            }
            if (raw.isEnum()) {
                for (Object constant : raw.getEnumConstants()) {
                    if (((Enum<?>) constant).name().equalsIgnoreCase(text.replace('-', '_'))) {
                        return constant;
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, "read the arguments", "\"" + text + "\" is no good value for " + name + ".").exception(e);
        }
        throw Problem.of(Fault.USAGE, "read the arguments", "\"" + text + "\" is no good value for " + name + ".").exception();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;

/** Makes something of any class, with what its constructors want: a dialog, so that it can be looked at. All texts in it are numbers. */
final class Maker {

    private static final int DEEPEST = 6;

    private final Composite parent;
    private final Function<Class<?>, List<Class<?>>> kinds;

    /**
     * A maker.
     *
     * @param parent window of the dialogs
     * @param kinds  the classes that can stand for an abstract one
     */
    Maker(Composite parent, Function<Class<?>, List<Class<?>>> kinds) {
        this.parent = parent;
        this.kinds = kinds;
    }

    /** Something of this class; empty if it cannot be made from nothing. */
    Optional<Object> make(Class<?> type) {
        return Optional.ofNullable(value(type, type, 0));
    }

    private Object value(Class<?> c, Type t, int depth) {
        if (depth > DEEPEST) {
            return null;
        }
        if (c.isInstance(parent)) {
            return parent;
        }
        if (c == boolean.class || c == Boolean.class) {
            return false;
        }
        if (c.isPrimitive()) {
            return Array.get(Array.newInstance(c, 1), 0);
        }
        if (c.isEnum()) {
            return c.getEnumConstants()[0];
        }
        if (c.isArray()) {
            return Array.newInstance(c.getComponentType(), 0);
        }
        return switch (c.getName()) {
            case "java.lang.String", "java.lang.CharSequence", "java.lang.Object" -> "1";
            case "java.lang.Integer" -> 1;
            case "java.lang.Long" -> 1L;
            case "java.util.Optional" -> Optional.empty();
            case "java.util.OptionalInt" -> OptionalInt.empty();
            case "java.util.OptionalLong" -> OptionalLong.empty();
            case "java.util.List", "java.util.Collection", "java.lang.Iterable" -> list(t, depth);
            case "java.util.Set" -> Set.of();
            case "java.util.Map" -> map(t, depth);
            case "java.nio.file.Path" -> Path.of("1");
            case "java.net.URI" -> java.net.URI.create("https://192.0.2.1/");
            case "java.time.Instant" -> Instant.EPOCH;
            case "java.lang.Class" -> Object.class;
            case "org.eclipse.swt.widgets.Display" -> Display.getCurrent();
            default -> ours(c, depth);
        };
    }

    private Object list(Type t, int depth) {
        if (t instanceof ParameterizedType p && p.getActualTypeArguments()[0] instanceof Class<?> of) {
            Object one = value(of, of, depth + 1);
            return one == null ? List.of() : List.of(one);
        }
        return List.of();
    }

    private Object map(Type t, int depth) {
        if (t instanceof ParameterizedType p && p.getActualTypeArguments()[0] instanceof Class<?> key && key.isEnum() && p.getActualTypeArguments()[1] instanceof Class<?> of) {
            Object one = value(of, of, depth + 1);
            return one == null ? Map.of() : Map.of(key.getEnumConstants()[0], one);
        }
        return Map.of();
    }

    private Object ours(Class<?> c, int depth) {
        if (c.isInterface() && !c.isSealed()) {
            return Proxy.newProxyInstance(c.getClassLoader(), new Class<?>[] {c}, (_, m, args) -> m.getDeclaringClass() == Object.class
                    ? switch (m.getName()) {
                        case "hashCode" -> 1;
                        case "equals" -> false;
                        default -> "1";
                    } : m.getReturnType() == void.class ? null : value(m.getReturnType(), m.getGenericReturnType(), depth + 1));
        }
        if (Modifier.isAbstract(c.getModifiers())) {
            return kinds.apply(c).stream().map(k -> value(k, k, depth + 1)).filter(v -> v != null).findFirst().orElse(null);
        }
        // the richest first: it says most
        for (Constructor<?> k : Arrays.stream(c.getDeclaredConstructors()).sorted(Comparator.comparing(Constructor<?>::getParameterCount).reversed()).toList()) {
            Object made = by(k, depth);
            if (made != null) {
                return made;
            }
        }
        return null;
    }

    private Object by(Constructor<?> k, int depth) {
        Class<?>[] types = k.getParameterTypes();
        var arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            if (types[i] == k.getDeclaringClass()) {
                return null;
            }
            // read out in pairs of digits
            arguments[i] = k.getParameters()[i].getName().equals("fingerprint") ? "1".repeat(64)
                    : value(types[i], k.getGenericParameterTypes().length == types.length ? k.getGenericParameterTypes()[i] : types[i], depth + 1);
            if (arguments[i] == null) {
                return null;
            }
        }
        try {
            k.setAccessible(true);
            return k.newInstance(arguments);
        } catch (ReflectiveOperationException | RuntimeException _) {
            // it wants something real
            return null;
        }
    }
}

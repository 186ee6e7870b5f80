// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;

/** What {@code --json} prints: exactly one object. Bytes are hexadecimal text, durations milliseconds, enums lower case, absent values null. */
final class Json {

    private static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    private Json() {
    }

    static String success(String verb, Record result) {
        var o = new JsonObject();
        o.addProperty("ok", true);
        o.addProperty("verb", verb);
        o.add("result", tree(result));
        return GSON.toJson(o);
    }

    static String failure(String verb, Problem p) {
        return GSON.toJson(failed(verb, p));
    }

    /** A failure, and what was done until then. */
    static String failure(String verb, Problem p, Record result) {
        var o = failed(verb, p);
        o.add("result", tree(result));
        return GSON.toJson(o);
    }

    private static JsonObject failed(String verb, Problem p) {
        var e = new JsonObject();
        e.addProperty("code", p.code());
        e.addProperty("exit", p.fault().exit());
        e.addProperty("step", p.step());
        e.add("sw", p.sw().<JsonElement>map(sw -> new JsonPrimitive(sw.toString())).orElse(JsonNull.INSTANCE));
        e.add("endOp", p.endOp().isPresent() ? new JsonPrimitive(p.endOp().getAsInt()) : JsonNull.INSTANCE);
        e.addProperty("message", p.message());
        e.addProperty("advice", p.advice());
        var o = new JsonObject();
        o.addProperty("ok", false);
        o.addProperty("verb", verb);
        o.add("error", e);
        return o;
    }

    static JsonElement tree(Object value) {
        return switch (value) {
            case null -> JsonNull.INSTANCE;
            case Optional<?> o -> tree(o.orElse(null));
            case OptionalInt o -> o.isPresent() ? new JsonPrimitive(o.getAsInt()) : JsonNull.INSTANCE;
            case OptionalLong o -> o.isPresent() ? new JsonPrimitive(o.getAsLong()) : JsonNull.INSTANCE;
            case Boolean b -> new JsonPrimitive(b);
            case Number n -> new JsonPrimitive(n);
            case Duration d -> new JsonPrimitive(d.toNanos() / 1e6);
            case byte[] b -> new JsonPrimitive(Hex.of(b));
            case Enum<?> e -> new JsonPrimitive(e.name().toLowerCase(Locale.ROOT));
            case Secret _ -> throw new IllegalStateException("A result never holds a secret");
            // a path is made of paths: it would be listed without end
            case Path p -> new JsonPrimitive(p.toString());
            case Iterable<?> list -> {
                var a = new JsonArray();
                list.forEach(x -> a.add(tree(x)));
                yield a;
            }
            case Map<?, ?> map -> {
                var o = new JsonObject();
                map.forEach((k, v) -> o.add(k.toString(), tree(v)));
                yield o;
            }
            case org.esc.apdu.StatusWord sw -> new JsonPrimitive(sw.toString());
            case Record r -> record(r);
            default -> new JsonPrimitive(value.toString());
        };
    }

    private static JsonObject record(Record r) {
        var o = new JsonObject();
        for (RecordComponent c : r.getClass().getRecordComponents()) {
            try {
                var accessor = c.getAccessor();
                accessor.setAccessible(true);
                o.add(c.getName(), tree(accessor.invoke(r)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return o;
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.esc.apdu.Cuid;
import org.esc.apdu.Hex;
import org.esc.securechannel.Diversification;

/** JSON of our records, both ways: optional values are null or themselves, bytes hexadecimal, CUIDs and paths text. */
public final class Json {

    private static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping()
            .registerTypeAdapter(Cuid.class, text(Cuid::toString, Cuid::of))
            .registerTypeAdapter(Diversification.class, text(Diversification::name, Diversification::of))
            .registerTypeAdapter(byte[].class, text((byte[] b) -> Hex.of(b), Hex::parse))
            .registerTypeHierarchyAdapter(Path.class, text((Path p) -> p.toString(), Path::of))
            .registerTypeAdapter(OptionalLong.class, text((OptionalLong o) -> o.isPresent()
            ? Long.toString(o.getAsLong()) : "",
                    s -> s.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(s))))
            .registerTypeAdapterFactory(new Optionals()).create();

    private Json() {
    }

    /** To one line of JSON. */
    public static String write(Object value) {
        return GSON.toJson(value);
    }

    /** From JSON. @throws com.google.gson.JsonParseException if it does not fit */
    public static <T> T read(String json, Class<T> type) {
        return GSON.fromJson(json, type);
    }

    private static <T> TypeAdapter<T> text(Function<T, String> write, Function<String, T> read) {
        return new TypeAdapter<T>() {
            @Override
            public void write(JsonWriter out, T value) throws IOException {
                out.value(write.apply(value));
            }

            @Override
            public T read(JsonReader in) throws IOException {
                return read.apply(in.nextString());
            }
        }.nullSafe();
    }

    private static final class Optionals implements TypeAdapterFactory {

        @Override
        @SuppressWarnings("unchecked")
        public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
            if (type.getRawType() != Optional.class || !(type.getType() instanceof ParameterizedType p)) {
                return null;
            }
            var inner = (TypeAdapter<Object>) gson.getAdapter(TypeToken.get(p.getActualTypeArguments()[0]));
            return (TypeAdapter<T>) new TypeAdapter<Optional<?>>() {
                @Override
                public void write(JsonWriter out, Optional<?> value) throws IOException {
                    if (value == null || value.isEmpty()) {
                        out.nullValue();
                    } else {
                        inner.write(out, value.get());
                    }
                }

                @Override
                public Optional<?> read(JsonReader in) throws IOException {
                    if (in.peek() == JsonToken.NULL) {
                        in.nextNull();
                        return Optional.empty();
                    }
                    return Optional.of(inner.read(in));
                }
            };
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.esc.apdu.Cuid;
import org.esc.tms.config.Entries;
import org.esc.tms.server.Rest.Refusal;
import org.esc.tms.users.Administrators;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;

/**
 * A request of somebody who is signed in, and how the answer is to be written.
 *
 * @param request  as it came
 * @param base     {@code /tps/rest/} and the like
 * @param modern   plain maps and arrays, as servers write them since 2023; else lists of names and values, and {@code null}
 * @param two      {@code /v2}
 * @param user     who asks
 * @param profiles whose tokens they may see
 */
record RestCall(Request request, String base, boolean modern, boolean two, User user, Set<String> profiles) {

    static final String RESTRICTED = "<restricted>";

    private static final Gson OLD = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final Gson NEW = new GsonBuilder().disableHtmlEscaping().create();
    private static final int PAGE = 20;
    private static final int MOST_PER_PAGE = 1000;
    private static final int SHORTEST_FILTER = 3;
    private static final int DEEPEST = 20;

    String method() {
        return request.method();
    }

    String ip() {
        return request.peer().getHostAddress();
    }

    Entries.Caller caller() {
        return new Entries.Caller(user.uid(), ip(), user.roles().contains(Role.AGENT));
    }

    Refusal nothing() {
        return new Refusal(404, "ResourceNotFoundException", "There is nothing at " + request.path() + ".");
    }

    Refusal cannot() {
        return new Refusal(405, "PKIException", "This cannot be done with " + request.path() + ".");
    }

    static Refusal bad(String message) {
        return new Refusal(400, "BadRequestException", message);
    }

    /** Lets go on who has one of these roles. */
    void must(Role... roles) {
        if (Arrays.stream(roles).noneMatch(user.roles()::contains)) {
            throw new Refusal(403, "ForbiddenException", "This needs the role "
                    + String.join(" or ", Arrays.stream(roles).map(RestPeople::group).toList()) + ".", true, user.uid());
        }
    }

    /** Whether entries of this profile may be seen; those of none may be seen by everybody. */
    boolean sees(Optional<String> profile) {
        return profile.isEmpty() || profiles.contains(Administrators.ALL_PROFILES) || profiles.contains(profile.get());
    }

    Optional<String> text(String parameter) {
        return request.parameter(parameter).map(String::strip).filter(s -> !s.isEmpty());
    }

    Optional<String> filter() {
        var filter = text("filter");
        if (filter.map(f -> f.length() < SHORTEST_FILTER).orElse(false)) {
            throw bad("Filter is too short. Must be at least " + SHORTEST_FILTER + " characters.");
        }
        // tools that must say something for everything say asterisks
        return filter.filter(f -> !f.matches("\\*+"));
    }

    int start() {
        return (int) Math.min(number(text("start").orElse("0")), Integer.MAX_VALUE);
    }

    /** @param plain the parameter is called {@code size} in every dialect */
    int size(boolean plain) {
        return (int) Math.clamp(number(text(two && !plain ? "pageSize" : "size").orElse("" + PAGE)), 1, MOST_PER_PAGE);
    }

    static long number(String text) {
        try {
            long n = Long.parseLong(text);
            if (n >= 0) {
                return n;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw bad("\"" + text + "\" is not a number here.");
    }

    static Cuid cuid(String text) {
        try {
            return Cuid.of(text);
        } catch (IllegalArgumentException _) {
            throw bad("A token is named by the 20 hexadecimal digits of its CUID.");
        }
    }

    /** The body, which must be one JSON object and no deeper than anything here is. */
    JsonObject body() {
        String text = new String(request.body(), StandardCharsets.UTF_8);
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            depth += switch (text.charAt(i)) {
                case '{', '[' -> 1;
                case '}', ']' -> -1;
                default -> 0;
            };
            if (depth > DEEPEST) {
                throw bad("The body is not what is expected here.");
            }
        }
        try (var reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            if (JsonParser.parseReader(reader) instanceof JsonObject o && reader.peek() == com.google.gson.stream.JsonToken.END_DOCUMENT) {
                return o;
            }
        } catch (JsonParseException | IOException | IllegalStateException _) {
            // said below
        }
        throw bad("The body must be a JSON object.");
    }

    /** A text of the body; empty if it is not there or {@code null}. A blank one is there. */
    static Optional<String> field(JsonObject o, String name) {
        return switch (o.get(name)) {
            case null -> Optional.empty();
            case JsonNull _ -> Optional.empty();
            case JsonPrimitive p when p.isString() -> {
                if (!StandardCharsets.UTF_8.newEncoder().canEncode(p.getAsString())) {
                    throw bad(name + " is no text.");
                }
                yield Optional.of(p.getAsString());
            }
            default -> throw bad(name + " must be a text.");
        };
    }

    /** Named values of the body, in either dialect. */
    static Map<String, String> values(JsonObject o, String name, String inner) {
        var map = new LinkedHashMap<String, String>();
        JsonElement held = o.get(name);
        if (held == null || held.isJsonNull()) {
            return map;
        }
        if (held instanceof JsonObject m && m.get(inner) instanceof JsonArray list) {
            held = list;
        }
        switch (held) {
            case JsonArray list -> list.forEach(e -> {
                if (!(e instanceof JsonObject p)) {
                    throw bad(name + " must be a list of names and values.");
                }
                map.put(field(p, "name").orElseThrow(() -> bad("A name is missing in " + name + ".")), field(p, "value").orElse(""));
            });
            case JsonObject m -> m.keySet().forEach(k -> map.put(k, field(m, k).orElse("")));
            default -> throw bad(name + " must be a map of names and values.");
        }
        return map;
    }

    JsonElement map(Map<String, String> values, String inner) {
        var o = new JsonObject();
        if (modern) {
            values.forEach(o::addProperty);
        } else {
            var list = new JsonArray();
            values.forEach((name, value) -> {
                var p = new JsonObject();
                p.addProperty("name", name);
                p.addProperty("value", value);
                list.add(p);
            });
            o.add(inner, list);
        }
        return o;
    }

    /** A list. @param name what old servers call its entries */
    <T> JsonObject collection(long total, List<T> list, Function<T, JsonObject> each, String name) {
        var answer = new JsonObject();
        answer.addProperty("total", total);
        var entries = new JsonArray();
        list.forEach(t -> entries.add(each.apply(t)));
        answer.add(modern ? "entries" : name, entries);
        return answer;
    }

    /** A part of a list that is at hand whole. */
    <T> JsonObject part(List<T> all, Function<T, JsonObject> each, String name, boolean plainSize) {
        int from = Math.min(start(), all.size());
        return collection(all.size(), all.subList(from, Math.min(all.size(), from + size(plainSize))), each, name);
    }

    JsonObject link(JsonObject o, String path) {
        if (!modern) {
            var link = new JsonObject();
            link.addProperty("href", href(path));
            link.addProperty("rel", "self");
            o.add("Link", link);
        }
        return o;
    }

    String href(String path) {
        return request.base() + base + path;
    }

    static void time(JsonObject o, String name, Instant at) {
        o.addProperty(name, at.toEpochMilli());
    }

    Answer ok(JsonElement body) {
        return json(200, body, modern);
    }

    /** 201 with where it is. */
    Answer created(JsonElement body, String path) {
        return json(201, body, modern).with("Location", href(path));
    }

    static Answer done() {
        return json(204, JsonNull.INSTANCE, false);
    }

    static Answer json(int status, JsonElement body, boolean modern) {
        return new Answer(status, body.isJsonNull() ? "" : "application/json",
                body.isJsonNull() ? new byte[0] : (modern ? NEW : OLD).toJson(body).getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static String encoded(String part) {
        return java.net.URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}

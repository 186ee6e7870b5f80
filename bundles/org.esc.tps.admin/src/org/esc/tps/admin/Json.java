// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The server's JSON, read kindly: both of old servers (lists of name and value inside an object) and of new ones (plain maps and arrays), with
 * {@code null}, blank and absent the same.
 */
final class Json {

    private Json() {
    }

    static Optional<String> text(JsonObject o, String name) {
        return o.get(name) instanceof JsonPrimitive p && !p.getAsString().isBlank() ? Optional.of(p.getAsString()) : Optional.empty();
    }

    static String word(JsonObject o, String name) {
        return text(o, name).orElse("");
    }

    static Optional<Instant> time(JsonObject o, String name) {
        return number(o, name).filter(n -> n > 0).map(Instant::ofEpochMilli);
    }

    static Optional<Long> number(JsonObject o, String name) {
        try {
            return o.get(name) instanceof JsonPrimitive p ? Optional.of(p.getAsLong()) : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    static boolean yes(JsonObject o, String name) {
        return o.get(name) instanceof JsonPrimitive p && p.getAsBoolean();
    }

    /** {@code {"Property":[{"name":"a","value":"b"}]}} and {@code {"a":"b"}} alike. */
    static Map<String, String> map(JsonObject o, String name, String inner) {
        var map = new LinkedHashMap<String, String>();
        JsonElement held = o.get(name);
        if (held instanceof JsonObject m && m.get(inner) instanceof JsonArray list) {
            held = list;
        }
        if (held instanceof JsonArray list) {
            for (JsonElement e : list) {
                if (e instanceof JsonObject p) {
                    map.put(word(p, "name"), word(p, "value"));
                }
            }
        } else if (held instanceof JsonObject m) {
            m.entrySet().forEach(e -> map.put(e.getKey(), e.getValue() instanceof JsonPrimitive p ? p.getAsString() : ""));
        }
        return map;
    }

    /** {@code {"Role":["a"]}} and {@code ["a"]} alike. */
    static List<String> words(JsonObject o, String name, String inner) {
        JsonElement held = o.get(name);
        if (held instanceof JsonObject m) {
            held = m.get(inner);
        }
        var words = new ArrayList<String>();
        if (held instanceof JsonArray list) {
            list.forEach(e -> {
                if (e instanceof JsonPrimitive p) {
                    words.add(p.getAsString());
                }
            });
        }
        return words;
    }

    /** A property map as this server wants it. */
    static JsonObject properties(Map<String, String> map, boolean asList, String inner) {
        var o = new JsonObject();
        if (asList) {
            var list = new JsonArray();
            map.forEach((name, value) -> {
                var p = new JsonObject();
                p.addProperty("name", name);
                p.addProperty("value", value);
                list.add(p);
            });
            o.add(inner, list);
        } else {
            map.forEach(o::addProperty);
        }
        return o;
    }

    /** The entries of a list, whatever it calls them. */
    static List<JsonObject> entries(JsonObject o) {
        for (String name : List.of("entries", "Cert", "Membership", "Member", "Event")) {
            if (o.get(name) instanceof JsonArray list) {
                return list.asList().stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast).toList();
            }
        }
        return List.of();
    }

    static Token token(JsonObject o) {
        var next = o.get("NextStates") instanceof JsonArray list
                ? list.asList().stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast)
                        .map(n -> new Token.NextState(status(n), word(n, "label"))).toList()
                : List.<Token.NextState>of();
        var status = o.get("Status") instanceof JsonObject s ? status(s) : TokenStatus.of(word(o, "Status"));
        String label = o.get("Status") instanceof JsonObject s ? word(s, "label") : "";
        return new Token(text(o, "TokenID").or(() -> text(o, "id")).orElse(""), text(o, "UserID"), text(o, "Type"), status,
                label.isEmpty() ? status.label() : label, next, text(o, "AppletID"), text(o, "KeyInfo"), text(o, "Policy"),
                time(o, "CreateTimestamp"), time(o, "ModifyTimestamp"));
    }

    /** The name is a word on old servers and an object with name and number on new ones. */
    private static TokenStatus status(JsonObject o) {
        return o.get("name") instanceof JsonObject inner ? TokenStatus.of(word(inner, "name")) : TokenStatus.of(word(o, "name"));
    }

    static Activity activity(JsonObject o) {
        return new Activity(word(o, "id"), text(o, "TokenID"), text(o, "UserID"), text(o, "IP"), word(o, "Operation"),
                word(o, "Result").equals("success"), word(o, "Message"), time(o, "Date"));
    }

    static TokenCert cert(JsonObject o) {
        return new TokenCert(word(o, "id"), word(o, "SerialNumber"), word(o, "Subject"), text(o, "UserID"), text(o, "TokenID"),
                text(o, "Origin"), text(o, "Type"), text(o, "KeyType"), word(o, "Status"), time(o, "CreateTime"), time(o, "ModifyTime"),
                time(o, "NotAfter"));
    }

    static ConfigEntry entry(ConfigEntry.Kind kind, JsonObject o) {
        return new ConfigEntry(kind, text(o, "id").or(() -> text(o, kind.idField())).orElse(""),
                ConfigEntry.Status.of(word(o, "Status")), map(o, "Properties", "Property"));
    }

    static AuditConfig audit(JsonObject o) {
        var events = new LinkedHashMap<String, AuditConfig.State>();
        map(o, "Events", "Event").forEach((name, state) -> events.put(name, switch (state) {
            case "mandatory" -> AuditConfig.State.MANDATORY;
            case "enabled" -> AuditConfig.State.ENABLED;
            default -> AuditConfig.State.DISABLED;
        }));
        return new AuditConfig(word(o, "Status").equalsIgnoreCase("Enabled"), yes(o, "Signed"),
                number(o, "Interval").orElse(0L).intValue(),
                number(o, "BufferSize").or(() -> number(o, "bufferSize")).orElse(0L).intValue(), events);
    }

    static AdminUser user(JsonObject o) {
        String profiles = map(o, "Attributes", "Attribute").getOrDefault("tpsProfiles", "");
        return new AdminUser(text(o, "UserID").or(() -> text(o, "id")).orElse(""), word(o, "FullName"), text(o, "Email"), text(o, "Phone"),
                text(o, "Type"), text(o, "State"), java.util.Arrays.stream(profiles.split(",")).map(String::strip).filter(s -> !s.isEmpty())
                        .collect(java.util.stream.Collectors.toSet()));
    }

    static AdminUser.Cert userCert(JsonObject o) {
        return new AdminUser.Cert(word(o, "id"), word(o, "SerialNumber"), word(o, "IssuerDN"), word(o, "SubjectDN"), text(o, "Encoded"));
    }

    static AdminUser.Group group(JsonObject o) {
        return new AdminUser.Group(text(o, "GroupID").or(() -> text(o, "id")).orElse(""), word(o, "Description"));
    }

    static SelfTest selfTest(JsonObject o) {
        return new SelfTest(word(o, "id"), either(o, "EnabledAtStartup"), either(o, "CriticalAtStartup"), either(o, "EnabledOnDemand"),
                either(o, "CriticalOnDemand"));
    }

    /** New servers begin the names of these with a small letter. */
    private static boolean either(JsonObject o, String name) {
        return yes(o, name) || yes(o, name.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + name.substring(1));
    }

    static SelfTest.Result result(JsonObject o) {
        return new SelfTest.Result(word(o, "id"),
                text(o, "Status").or(() -> text(o, "status")).map(s -> s.equalsIgnoreCase("PASSED")).orElse(false),
                text(o, "Output").or(() -> text(o, "output")));
    }

    static SelfTest.Job job(JsonObject o) {
        return new SelfTest.Job(word(o, "id"), yes(o, "enabled"), text(o, "cron"), text(o, "pluginName"));
    }

    static AuditConfig.File file(JsonObject o) {
        return new AuditConfig.File(text(o, "name").or(() -> text(o, "id")).or(() -> text(o, "Name")).orElse(""),
                number(o, "size").or(() -> number(o, "Size")).orElse(-1L));
    }

    static Account account(JsonObject o) {
        var attributes = new LinkedHashMap<>(map(o, "Attributes", "Attribute"));
        String components = Optional.ofNullable(attributes.remove("components")).orElse("");
        return new Account(word(o, "id"), word(o, "FullName"), word(o, "Email"), java.util.Set.copyOf(words(o, "Roles", "Role")),
                java.util.Arrays.stream(components.split(",")).map(String::strip).filter(s -> !s.isEmpty())
                        .collect(java.util.stream.Collectors.toSet()), attributes);
    }
}

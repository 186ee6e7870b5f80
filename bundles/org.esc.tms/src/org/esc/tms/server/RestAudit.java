// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import com.google.gson.JsonObject;
import java.util.Arrays;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.config.Audit;
import org.esc.tms.config.SelfTests;
import org.esc.tms.users.Role;

/** {@code audit}, its files, {@code selftests} and {@code jobs}. */
final class RestAudit {

    private final Tms tms;

    RestAudit(Tms tms) {
        this.tms = tms;
    }

    Answer answer(RestCall c, String[] path) throws EscException {
        String place = String.join("/", path).replaceAll("^(audit/files|selftests|jobs)/[^/]+", "$1/one");
        String id = path.length > 1 ? path[path[0].equals("audit") ? path.length - 1 : 1] : "";
        return switch (c.method() + " " + (place.equals("selftests/one") && id.equals("run") ? "selftests/run" : place)) {
            case "GET audit" -> {
                c.must(Role.ADMINISTRATOR, Role.AUDITOR, Role.AGENT);
                yield c.ok(audit(c));
            }
            case "PATCH audit" -> {
                c.must(Role.ADMINISTRATOR);
                tms.audit().setEvents(RestCall.values(c.body(), "Events", "Event"), c.caller());
                yield c.ok(audit(c));
            }
            case "POST audit" -> {
                c.must(Role.ADMINISTRATOR);
                String action = c.text("action").orElse("");
                if (!action.matches("enable|disable")) {
                    throw RestCall.bad("Invalid action: " + action);
                }
                tms.audit().enable(action.equals("enable"), c.caller());
                yield c.ok(audit(c));
            }
            case "GET audit/files" -> {
                c.must(Role.AUDITOR);
                yield c.ok(c.part(tms.audit().files(), f -> file(c, f), "entries", true));
            }
            case "GET audit/files/one" -> {
                c.must(Role.AUDITOR);
                if (!Audit.isFile(id)) {
                    throw c.nothing();
                }
                yield Answer.streamed("text/plain; charset=utf-8", out -> tms.audit().write(id, out));
            }
            case "GET selftests" -> {
                c.must(Role.ADMINISTRATOR);
                var filter = c.filter().map(RestCall::lower);
                yield c.ok(c.part(tms.selfTests().names().stream().filter(n -> filter.map(f -> RestCall.lower(n).contains(f)).orElse(true)).toList(),
                        n -> selfTest(c, n), "entries", true));
            }
            case "GET selftests/one" -> {
                c.must(Role.ADMINISTRATOR);
                yield c.ok(selfTest(c, tms.selfTests().names().stream().filter(id::equals).findFirst().orElseThrow(c::nothing)));
            }
            case "POST selftests/run" -> {
                c.must(Role.ADMINISTRATOR);
                var results = tms.selfTests().run(c.caller());
                yield c.ok(c.collection(results.size(), results, r -> result(c, r), "entries"));
            }
            case "POST selftests" -> {
                c.must(Role.ADMINISTRATOR);
                if (!c.text("action").orElse("").equals("run")) {
                    throw RestCall.bad("Invalid action: " + c.text("action").orElse(""));
                }
                tms.selfTests().run(c.caller());
                yield RestCall.done();
            }
            case "POST selftests/one/run" -> {
                c.must(Role.ADMINISTRATOR);
                yield c.ok(result(c, tms.selfTests().run(id, c.caller()).orElseThrow(c::nothing)));
            }
            case "GET jobs" -> {
                c.must(Role.ADMINISTRATOR);
                yield c.ok(c.part(tms.jobs().names(), n -> job(c, n), "entries", true));
            }
            case "GET jobs/one" -> {
                c.must(Role.ADMINISTRATOR);
                yield c.ok(job(c, tms.jobs().names().stream().filter(id::equals).findFirst().orElseThrow(c::nothing)));
            }
            case "POST jobs/one/start" -> {
                c.must(Role.ADMINISTRATOR);
                if (!tms.jobs().names().contains(id)) {
                    throw c.nothing();
                }
                tms.jobs().run(id);
                yield c.ok(job(c, id));
            }
            default -> {
                if (Arrays.asList("audit", "selftests", "jobs").contains(place) || place.matches("(selftests|jobs)/one|audit/files(/one)?")) {
                    throw c.cannot();
                }
                throw c.nothing();
            }
        };
    }

    private JsonObject audit(RestCall c) throws EscException {
        var o = new JsonObject();
        o.addProperty("Status", tms.audit().enabled() ? "Enabled" : "Disabled");
        // each entry carries a keyed hash over itself and the one before, and is written at once
        o.addProperty("Signed", true);
        o.addProperty("Interval", 0);
        o.addProperty(c.modern() ? "bufferSize" : "BufferSize", 0);
        o.add("Events", c.map(tms.audit().events(), "Event"));
        return c.link(o, "audit");
    }

    private static JsonObject file(RestCall c, Audit.File f) {
        var o = new JsonObject();
        o.addProperty("name", f.name());
        // how many bytes it has is known when it has been written
        o.addProperty("entries", f.entries());
        return c.link(o, "audit/files/" + f.name());
    }

    private static JsonObject selfTest(RestCall c, String name) {
        var o = new JsonObject();
        o.addProperty("id", name);
        for (String f : new String[] {"EnabledAtStartup", "CriticalAtStartup", "EnabledOnDemand", "CriticalOnDemand"}) {
            o.addProperty(field(c, f), f.equals("EnabledOnDemand"));
        }
        return c.link(o, "selftests/" + name);
    }

    private static String field(RestCall c, String name) {
        return c.modern() ? name.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + name.substring(1) : name;
    }

    private static JsonObject result(RestCall c, SelfTests.Result r) {
        var o = new JsonObject();
        o.addProperty("id", r.id());
        o.addProperty(field(c, "Status"), r.passed() ? "PASSED" : "FAILED");
        o.addProperty(field(c, "Output"), r.output());
        return o;
    }

    private JsonObject job(RestCall c, String name) {
        var o = new JsonObject();
        o.addProperty("id", name);
        o.addProperty("enabled", true);
        o.addProperty("cron", tms.jobs().every(name));
        o.addProperty("pluginName", tms.jobs().description(name));
        return c.link(o, "jobs/" + name);
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.client.Tls;
import org.esc.tps.client.TlsIdentity;
import org.esc.tps.client.Trust;

/** The part of the embedded system that serves officers' desks: sign-in, people, cards on record, profiles, tickets. Used by several threads. */
final class OfficerServer implements Directory {

    private static final Words WORDS = Words.of(OfficerServer.class);

    private static final String STEP = WORDS.say("ask the token management system");
    private static final int MOST_BYTES = 4 << 20;
    private static final Duration TIME = Duration.ofSeconds(30);

    private final URI base;
    private final Trust trust;
    private final Optional<URI> proxy;
    private final Tls tls;
    private final HttpClient http;
    private volatile String session = "";

    /**
     * A card as the server has it on record.
     *
     * @param known   true if it is on record
     * @param state   in words
     * @param owner   short name, empty if nobody's
     * @param officer true if it is a security officer's
     */
    record OnRecord(boolean known, String state, String owner, boolean officer) {
    }

    /** At the host of this TPS. @throws EscException USAGE if that is not https, or certificates to trust cannot be read */
    OfficerServer(URI tps, Trust trust, Optional<URI> proxy) throws EscException {
        if (!"https".equalsIgnoreCase(tps.getScheme())) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("A security officer signs in over https only, and the server's address is {0}.", tps.getScheme()))
                    .code("no-tls").advice(WORDS.say("Name it with https and its TLS port, usually 8443: --tps https://host:8443/tps/tps.")).exception();
        }
        base = tps.resolve("/tps/rest/officer/");
        this.trust = trust;
        this.proxy = proxy;
        tls = Tls.to(tps, trust, TlsIdentity.NONE);
        http = client(tls);
    }

    private HttpClient client(Tls with) {
        var builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIME).sslContext(with.context());
        proxy.ifPresent(p -> builder.proxy(ProxySelector.of(new InetSocketAddress(p.getHost(), p.getPort() < 0 ? 8080 : p.getPort()))));
        return builder.build();
    }

    List<String> notes() {
        return tls.notes();
    }

    /**
     * Signs in by TLS with the key on the officer's card.
     *
     * @return who the server says it is
     * @throws EscException LOGIN if it is no officer's, or no good card
     */
    Found.Candidate login(TlsIdentity card, Cancel cancel) throws EscException {
        var with = Tls.to(base, trust, card);
        try (var connection = client(with)) {
            JsonObject out;
            try {
                out = ask(connection, with, "login", new JsonObject(), cancel);
            } catch (EscException e) {
                connection.shutdownNow();
                throw e;
            }
            session = text(out, "session");
            return new Found.Candidate(text(out, "uid"), text(out, "fullName"), text(out, "email"));
        }
    }

    @Override
    public Found search(String text, int start, int size, Cancel cancel) throws EscException {
        var in = in();
        in.addProperty("name", text);
        in.addProperty("start", start);
        in.addProperty("size", size);
        var out = ask("search", in, cancel);
        var people = new ArrayList<Found.Candidate>();
        for (JsonObject o : entries(out)) {
            people.add(new Found.Candidate(text(o, "uid"), text(o, "fullName"), text(o, "email")));
        }
        long total = out.get("total") instanceof JsonPrimitive p && p.isNumber() ? p.getAsLong() : people.size();
        return new Found(people, total > start + people.size());
    }

    @Override
    public Optional<Person> person(String uid, Cancel cancel) throws EscException {
        var in = in();
        in.addProperty("uid", uid);
        JsonObject o;
        try {
            o = ask("person", in, cancel);
        } catch (EscException e) {
            if (e.problem().code().equals("no-such-user")) {
                return Optional.empty();
            }
            throw e;
        }
        var attributes = new LinkedHashMap<String, String>();
        if (o.get("attributes") instanceof JsonObject a) {
            a.entrySet().forEach(e -> attributes.put(e.getKey(), e.getValue() instanceof JsonPrimitive p ? p.getAsString() : ""));
        }
        Optional<byte[]> photo = Optional.empty();
        try {
            photo = Optional.of(text(o, "photo")).filter(t -> !t.isEmpty()).map(Base64.getDecoder()::decode);
        } catch (IllegalArgumentException _) {
            // a photo that cannot be read is none
        }
        return Optional.of(new Person(text(o, "uid"), text(o, "fullName"), text(o, "email"), flag(o, "officer"), attributes, photo));
    }

    @Override
    public boolean isOfficer(String uid, Cancel cancel) throws EscException {
        return person(uid, cancel).map(Person::officer).orElse(false);
    }

    OnRecord card(Cuid cuid, Cancel cancel) throws EscException {
        var in = in();
        in.addProperty("cuid", cuid.toString());
        var o = ask("card", in, cancel);
        return new OnRecord(flag(o, "known"), text(o, "label"), text(o, "userId"), flag(o, "officer"));
    }

    List<String> profiles(Cancel cancel) throws EscException {
        return entries(ask("profiles", in(), cancel)).stream().filter(o -> flag(o, "enabled")).map(o -> text(o, "id")).toList();
    }

    /** The officer's word for one operation with one card, to be shown to the TPS. */
    String ticket(OfficerTask task, Cuid cuid, Optional<String> user, Optional<String> document, Cancel cancel) throws EscException {
        var in = in();
        in.addProperty("task", task.word());
        in.addProperty("cuid", cuid.toString());
        user.ifPresent(u -> in.addProperty("user", u));
        document.ifPresent(d -> in.addProperty("document", d));
        return text(ask("ticket", in, cancel), "ticket");
    }

    @Override
    public void close() {
        if (!session.isEmpty()) {
            var gone = in();
            session = "";
            try {
                // whoever locks the desk does not wait for the server
                http.sendAsync(request("logout", gone), HttpResponse.BodyHandlers.discarding()).orTimeout(5, TimeUnit.SECONDS)
                        .whenComplete((_, _) -> http.shutdownNow());
                return;
            } catch (RuntimeException _) {
                // the session ends by itself
            }
        }
        http.shutdownNow();
    }

    private JsonObject in() {
        var in = new JsonObject();
        in.addProperty("session", session);
        return in;
    }

    private HttpRequest request(String page, JsonObject in) {
        return HttpRequest.newBuilder(base.resolve(page)).timeout(TIME).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(in.toString(), StandardCharsets.UTF_8)).build();
    }

    private JsonObject ask(String page, JsonObject in, Cancel cancel) throws EscException {
        return ask(http, tls, page, in, cancel);
    }

    private JsonObject ask(HttpClient connection, Tls with, String page, JsonObject in, Cancel cancel) throws EscException {
        cancel.check(STEP);
        HttpResponse<InputStream> answer;
        byte[] body;
        var sent = connection.sendAsync(request(page, in), HttpResponse.BodyHandlers.ofInputStream());
        try (var _ = cancel.onCancel(() -> sent.cancel(true))) {
            answer = sent.get(TIME.toMillis(), TimeUnit.MILLISECONDS);
            try (InputStream from = answer.body(); var _ = cancel.onCancel(() -> close(from))) {
                body = from.readNBytes(MOST_BYTES + 1);
            }
        } catch (CancellationException e) {
            throw Cancel.cancelled(STEP, e);
        } catch (TimeoutException e) {
            sent.cancel(true);
            throw unusable(WORDS.say("did not answer in time"), e);
        } catch (ExecutionException e) {
            cancel.check(STEP);
            throw LdapPeople.isTls(with, e) ? with.failed(e.getCause(), STEP) : unusable(e.getCause() instanceof java.net.http.HttpTimeoutException
                    ? WORDS.say("did not answer in time") : WORDS.say("cannot be reached"), e.getCause());
        } catch (IOException e) {
            cancel.check(STEP);
            throw unusable(WORDS.say("broke off its answer"), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sent.cancel(true);
            throw Cancel.cancelled(STEP, e);
        }
        if (body.length > MOST_BYTES) {
            throw unusable(WORDS.say("answered more than this program reads"), null);
        }
        JsonElement json;
        try {
            json = JsonParser.parseString(new String(body, StandardCharsets.UTF_8));
        } catch (JsonParseException | StackOverflowError _) {
            json = new JsonArray();
        }
        if (json instanceof JsonObject o && answer.statusCode() == 200) {
            return o;
        }
        if (json instanceof JsonObject o && o.has("Message") && o.has("Reason")) {
            Fault fault = switch (answer.statusCode()) {
                case 401 -> Fault.LOGIN;
                case 400 -> Fault.USAGE;
                default -> Fault.REFUSED;
            };
            throw Problem.of(fault, STEP, text(o, "Message")).code(text(o, "Reason")).advice(text(o, "Advice")).exception();
        }
        throw Problem.of(Fault.NETWORK, STEP, WORDS.say("{0} does not serve security officers' desks (HTTP {1}).", base.getHost(), answer.statusCode()))
                .code("no-officers").advice(WORDS.say("The embedded system does. For another one name the directory: --directory ldaps://host.")).exception();
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException _) {
            // nobody reads it any more
        }
    }

    private EscException unusable(String what, Throwable cause) {
        return Problem.of(Fault.NETWORK, STEP, base.getHost() + " " + what + ".").code("server")
                .advice(WORDS.say("Check the network connection and the server's address (--tps).")).exception(cause);
    }

    private static List<JsonObject> entries(JsonObject o) {
        var list = new ArrayList<JsonObject>();
        if (o.get("entries") instanceof JsonArray a) {
            a.forEach(e -> {
                if (e instanceof JsonObject entry) {
                    list.add(entry);
                }
            });
        }
        return list;
    }

    private static String text(JsonObject o, String name) {
        return o.get(name) instanceof JsonPrimitive p && p.isString() ? p.getAsString() : "";
    }

    private static boolean flag(JsonObject o, String name) {
        return o.get(name) instanceof JsonPrimitive p && p.isBoolean() && p.getAsBoolean();
    }
}

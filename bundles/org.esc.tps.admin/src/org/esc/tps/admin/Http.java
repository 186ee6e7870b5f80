// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.client.Tls;
import org.esc.tps.client.TlsIdentity;

/** HTTP to one server: TLS judged as everywhere, one session, an end to every wait. Any number of threads may use it. */
final class Http implements AutoCloseable {

    private static final Words WORDS = Words.of(Http.class);

    private static final String STEP = WORDS.say("talk to the server");
    /** Most that is kept of one answer. The longest are lists of profiles, some hundred kilobytes. */
    private static final int LARGEST_ANSWER = 32 << 20;
    private static final int LARGEST_NAME = 4096;

    private final AdminServer server;
    private final Tls tls;
    private final HttpClient client;
    private volatile Optional<String> session = Optional.empty();

    /** What the server said. @param location where it put something new */
    record Reply(int status, byte[] body, Optional<String> location) {
    }

    Http(AdminServer server, TlsIdentity who) throws EscException {
        this.server = server;
        tls = Tls.to(server.address(), server.trust(), who);
        var parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        var builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(server.timeout()).sslContext(tls.context()).sslParameters(parameters);
        builder.proxy(server.proxy().map(p -> ProxySelector.of(new InetSocketAddress(p.getHost(), p.getPort() < 0 ? 8080 : p.getPort())))
                .orElse(HttpClient.Builder.NO_PROXY));
        client = builder.build();
    }

    AdminServer server() {
        return server;
    }

    Tls tls() {
        return tls;
    }

    /** True once the server has opened a session. */
    boolean inSession() {
        return session.isPresent();
    }

    void leaveSession() {
        session = Optional.empty();
    }

    /** Asks and waits for the whole answer. @throws EscException NETWORK, TLS or CANCELLED; any status is an answer */
    Reply send(String method, URI uri, Optional<String> json, Optional<SignIn.Password> login, Cancel cancel) throws EscException {
        cancel.check(STEP);
        var response = await(request(method, uri, json, login), HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(),
                LARGEST_ANSWER), cancel);
        return new Reply(response.statusCode(), response.body(), response.headers().firstValue("Location"));
    }

    /** Fetches something long without keeping it; {@code out} is written only if the status is 200. @return the status */
    int download(URI uri, OutputStream out, Cancel cancel) throws EscException {
        cancel.check(STEP);
        var response = await(request("GET", uri, Optional.empty(), Optional.empty()), HttpResponse.BodyHandlers.ofInputStream(), cancel);
        try (InputStream in = response.body(); var _ = cancel.onCancel(() -> close(in))) {
            if (response.statusCode() == 200) {
                in.transferTo(out);
            }
            return response.statusCode();
        } catch (IOException e) {
            cancel.check(STEP);
            throw failed(e);
        }
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException _) {
            // it is given up anyway
        }
    }

    private HttpRequest request(String method, URI uri, Optional<String> json, Optional<SignIn.Password> login) {
        var request = HttpRequest.newBuilder(uri).timeout(server.timeout()).header("Accept", "application/json");
        request.method(method, json.map(HttpRequest.BodyPublishers::ofString).orElse(HttpRequest.BodyPublishers.noBody()));
        json.ifPresent(_ -> request.header("Content-Type", "application/json"));
        session.ifPresent(s -> request.header("Cookie", s));
        login.ifPresent(l -> request.header("Authorization", basic(l)));
        return request.build();
    }

    private static String basic(SignIn.Password login) {
        try (var both = Secret.of(l(login))) {
            return "Basic " + both.use(Base64.getEncoder()::encodeToString);
        }
    }

    private static byte[] l(SignIn.Password login) {
        byte[] name = (login.who() + ":").getBytes(StandardCharsets.UTF_8);
        return login.password().use(p -> {
            byte[] both = Arrays.copyOf(name, name.length + p.length);
            System.arraycopy(p, 0, both, name.length, p.length);
            return both;
        });
    }

    private <T> HttpResponse<T> await(HttpRequest request, HttpResponse.BodyHandler<T> handler, Cancel cancel) throws EscException {
        var answer = client.sendAsync(request, handler);
        try (var _ = cancel.onCancel(() -> answer.cancel(true))) {
            // the request's own limit ends with the head of the answer
            var response = answer.get(server.timeout().toMillis() * 2, TimeUnit.MILLISECONDS);
            response.headers().allValues("Set-Cookie").stream().filter(c -> c.startsWith("JSESSIONID=") && c.length() < LARGEST_NAME)
                    .findFirst().ifPresent(c -> session = Optional.of(c.split(";", 2)[0]));
            return response;
        } catch (CancellationException e) {
            throw Cancel.cancelled(STEP, e);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw silent(e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw Cancel.cancelled(STEP, e);
        } catch (ExecutionException e) {
            cancel.check(STEP);
            throw failed(e.getCause());
        }
    }

    private String place() {
        return server.address().getRawAuthority();
    }

    private EscException silent(Exception cause) {
        return Problem.of(Fault.NETWORK, STEP, WORDS.say("The server {0} did not answer within {1} seconds.", place(), server.timeout().toSeconds()))
                .code("timeout").advice(WORDS.say("Try again later, or give it more time (--timeout).")).exception(cause);
    }

    private EscException failed(Throwable cause) {
        if (tls.refusal().isPresent()) {
            return tls.failed(cause, STEP);
        }
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof HttpConnectTimeoutException || t instanceof HttpTimeoutException) {
                return silent((Exception) t);
            }
            if (t instanceof UnknownHostException || t instanceof UnresolvedAddressException) {
                return Problem.of(Fault.NETWORK, STEP, WORDS.say("The name \"{0}\" could not be looked up.", server.address().getHost()))
                        .code("unknown-host").advice(WORDS.say("Check the spelling of the address and the network connection.")).exception(cause);
            }
            if (t instanceof SSLException) {
                return tls.failed(t, STEP);
            }
            if (t instanceof ConnectException) {
                return Problem.of(Fault.NETWORK, STEP, WORDS.say("No connection to the server {0}: nothing listens there.", place()))
                        .code("unreachable").advice(WORDS.say("Check the address and the network, or ask the server's operator whether it runs."))
                        .exception(cause);
            }
        }
        String text = String.valueOf(cause.getMessage());
        return Problem.of(Fault.NETWORK, STEP, text.contains("capacity") ? WORDS.say("The server {0} sent more than can be taken in.", place())
                : WORDS.say("The server {0} ended the connection or does not speak HTTP as it should.", place())).code("server-gone")
                .advice(WORDS.say("Check the address; if it is right, ask the server's operator to look into its log.")).exception(cause);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

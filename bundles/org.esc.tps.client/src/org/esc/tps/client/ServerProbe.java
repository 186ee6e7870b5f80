// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Cancel;

/** Finds out whether a server answers, whether it is trusted, and what time it has. Logs in nowhere and changes nothing. */
public final class ServerProbe {

    private static final Words WORDS = Words.of(ServerProbe.class);

    private ServerProbe() {
    }

    /**
     * What was found.
     *
     * @param address what was asked
     * @param reached true if it answered by HTTP, whatever it said
     * @param trusted true if it is encrypted and the server proved who it is
     * @param verdict in words
     * @param code    of the problem, empty if there is none
     * @param clock   how far this computer's clock is ahead of the server's, if it told
     * @param notes   what a person should know
     */
    public record Found(URI address, boolean reached, boolean trusted, String verdict, String code, Optional<Duration> clock, List<String> notes) {
    }

    /** Asks. @throws EscException CANCELLED */
    public static Found ask(URI address, Trust trust, Duration time, Cancel cancel) throws EscException {
        boolean secure = "https".equalsIgnoreCase(address.getScheme());
        Tls guard;
        try {
            guard = Tls.to(address, trust, TlsIdentity.NONE);
        } catch (EscException e) {
            return new Found(address, false, false, e.getMessage(), e.problem().code(), Optional.empty(), List.of());
        }
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(time).sslContext(guard.context()).build()) {
            var answer = client.sendAsync(HttpRequest.newBuilder(address).timeout(time).GET().build(), HttpResponse.BodyHandlers.discarding());
            Instant asked = Instant.now();
            try (var _ = cancel.onCancel(() -> answer.cancel(true))) {
                HttpResponse<Void> r = answer.get(time.toMillis() + 1000, TimeUnit.MILLISECONDS);
                // the server wrote its time in between
                Instant here = asked.plus(Duration.between(asked, Instant.now()).dividedBy(2));
                return new Found(address, true, secure, secure ? WORDS.say("answers, and proved who it is") : WORDS.say("answers, without encryption"), "",
                        date(r).map(there -> Duration.between(there, here)), guard.notes());
            } catch (TimeoutException _) {
                client.shutdownNow();
                return silent(address, WORDS.say("does not answer"));
            } catch (CancellationException _) {
                client.shutdownNow();
                cancel.check(WORDS.say("ask the server"));
                return silent(address, WORDS.say("does not answer"));
            } catch (ExecutionException e) {
                if (guard.refusal().isPresent()) {
                    var p = guard.refusal().get();
                    return new Found(address, true, false, p.message(), p.code(), Optional.empty(), List.of());
                }
                return silent(address, e.getCause() instanceof java.net.ConnectException
                        ? WORDS.say("cannot be reached: nothing listens there, or its name is not known")
                        : e.getCause() instanceof IOException io && io.getMessage() != null ? WORDS.say("cannot be spoken with: {0}", io.getMessage())
                                : WORDS.say("cannot be reached"));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Cancel.cancelled(WORDS.say("ask the server"), e);
            }
        } catch (IllegalArgumentException _) {
            return silent(address, WORDS.say("is no address that can be asked"));
        }
    }

    private static Found silent(URI address, String verdict) {
        return new Found(address, false, false, verdict, "unreachable", Optional.empty(), List.of());
    }

    private static Optional<Instant> date(HttpResponse<?> r) {
        try {
            return r.headers().firstValue("Date").map(d -> ZonedDateTime.parse(d, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}

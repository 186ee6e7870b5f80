// SPDX-License-Identifier: EPL-2.0
package org.esc.firefox;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * A connection to Firefox's or Thunderbird's own port for remote control. A message is its length in decimal digits, a colon, and JSON: a
 * command {@code [0, id, name, parameters]} or its answer {@code [1, id, error, result]}.
 */
final class Marionette implements AutoCloseable {

    private static final Gson GSON = new Gson();
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final Socket socket;
    private final InputStream in;
    private int last;

    Marionette(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) ANSWER.toMillis());
        in = new BufferedInputStream(socket.getInputStream());
        // it introduces itself
        read();
    }

    /** Sends a command and gives its result. @throws IOException with the program's words if it is refused */
    JsonElement command(String name, Map<String, ?> parameters) throws IOException {
        var message = new JsonArray();
        message.add(0);
        message.add(++last);
        message.add(name);
        message.add(GSON.toJsonTree(parameters));
        byte[] json = GSON.toJson(message).getBytes(StandardCharsets.UTF_8);
        var out = socket.getOutputStream();
        out.write((json.length + ":").getBytes(StandardCharsets.US_ASCII));
        out.write(json);
        out.flush();
        while (true) {
            JsonArray answer = read().getAsJsonArray();
            if (answer.get(1).getAsInt() == last) {
                if (!answer.get(2).isJsonNull()) {
                    JsonObject error = answer.get(2).getAsJsonObject();
                    throw new IOException(name + ": " + error.get("error").getAsString() + ": " + error.get("message").getAsString());
                }
                return answer.get(3);
            }
        }
    }

    /** Runs a script with the rights of the browser itself; what it returns comes back. */
    JsonElement chrome(String script, Object... arguments) throws IOException {
        command("Marionette:SetContext", Map.of("value", "chrome"));
        try {
            return command("WebDriver:ExecuteScript", Map.of("script", script, "args", arguments)).getAsJsonObject().get("value");
        } finally {
            command("Marionette:SetContext", Map.of("value", "content"));
        }
    }

    private JsonElement read() throws IOException {
        int length = 0;
        for (int c = in.read(); c != ':'; c = in.read()) {
            if (c < '0' || c > '9') {
                throw new IOException("The program's port sends " + c + " where a length belongs");
            }
            length = length * 10 + c - '0';
        }
        return JsonParser.parseString(new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

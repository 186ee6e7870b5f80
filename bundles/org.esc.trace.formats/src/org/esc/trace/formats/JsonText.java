// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Words;

/** Flat JSON objects: names and values, text or not. */
final class JsonText {

    private static final Words WORDS = Words.of(JsonText.class);

    private static final Pattern COLUMN = Pattern.compile("column (\\d{1,9})");

    private JsonText() {
    }

    /** The object in one line. */
    static String write(Map<String, String> fields) {
        var out = new StringWriter();
        try (var json = new JsonWriter(out)) {
            json.beginObject();
            for (var f : fields.entrySet()) {
                json.name(f.getKey());
                if (Fields.NUMBERS.contains(f.getKey())) {
                    json.value(Long.parseLong(f.getValue()));
                } else if (f.getKey().equals(Fields.PIN)) {
                    json.value(Boolean.parseBoolean(f.getValue()));
                } else {
                    json.value(f.getValue());
                }
            }
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /** Reads an object; what is null, a list or another object is passed over. */
    static Map<String, String> read(String line) throws Unreadable {
        var fields = new LinkedHashMap<String, String>();
        if (isPlain(line, fields)) {
            return fields;
        }
        fields.clear();
        try (var json = new JsonReader(new StringReader(line))) {
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                switch (json.peek()) {
                    case STRING, NUMBER -> fields.put(name, json.nextString());
                    case BOOLEAN -> fields.put(name, Boolean.toString(json.nextBoolean()));
                    default -> json.skipValue();
                }
            }
            json.endObject();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new Unreadable(1, WORDS.say("something behind a JSON object"));
            }
        } catch (MalformedJsonException | IllegalStateException e) {
            Matcher m = COLUMN.matcher(String.valueOf(e.getMessage()));
            throw new Unreadable(m.find() ? Integer.parseInt(m.group(1)) : 1, WORDS.say("no JSON object"));
        } catch (IOException _) {
            throw new Unreadable(line.length() + 1, WORDS.say("a JSON object is cut short"));
        }
        return fields;
    }

    /** Reads an object as {@link #write} makes nearly all: without blanks, escapes, null, lists and objects, and many times faster. False if it is another. */
    private static boolean isPlain(String line, Map<String, String> fields) {
        int last = line.length() - 1;
        int at = 0;
        if (last < 1 || line.charAt(0) != '{' || line.charAt(last) != '}') {
            return false;
        }
        while (at < last) {
            int name = at + 2;
            int behind = line.indexOf('"', name);
            if (line.charAt(at + 1) != '"' || behind < 0 || behind + 2 > last || line.charAt(behind + 1) != ':') {
                return false;
            }
            boolean text = line.charAt(behind + 2) == '"';
            int value = behind + (text ? 3 : 2);
            int end = text ? line.indexOf('"', value) : digits(line, value);
            at = text ? end + 1 : end;
            if (end < value || !text && end == value || at > last || line.charAt(at) != (at == last ? '}' : ',')) {
                return false;
            }
            fields.put(line.substring(name, behind), line.substring(value, end));
        }
        return line.indexOf('\\') < 0;
    }

    private static int digits(String line, int from) {
        int at = from;
        // a number that begins with zero is none of JSON's unless it is zero
        while (at < line.length() && line.charAt(at) >= '0' && line.charAt(at) <= '9' && (at == from || line.charAt(from) != '0')) {
            at++;
        }
        return at;
    }
}

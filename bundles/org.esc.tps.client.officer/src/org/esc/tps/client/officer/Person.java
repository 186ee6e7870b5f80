// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Words;

/**
 * A person as the directory knows them.
 *
 * @param uid        short name, by which they log in
 * @param name       full name
 * @param email      e-mail address, may be empty
 * @param officer    true if they are a security officer themselves
 * @param attributes what else can be compared with an identity document, by the name to show, in order
 * @param photo      an encoded picture, JPEG as a rule; not checked, so whoever shows it must expect anything
 */
public record Person(String uid, String name, String email, boolean officer, Map<String, String> attributes, Optional<byte[]> photo) {

    private static final Words WORDS = Words.of(Person.class);

    public Person {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        photo = photo.map(byte[]::clone);
    }

    @Override
    public Optional<byte[]> photo() {
        return photo.map(byte[]::clone);
    }

    /** "Alice Example (alice)". */
    public String display() {
        return name.isBlank() || name.equals(uid) ? uid : name + " (" + uid + ")";
    }

    /** The name of an attribute in the person's language, if it is one of those that are usual. */
    public static String label(String attribute) {
        return switch (attribute) {
            case "Given name" -> WORDS.say("Given name");
            case "Last name" -> WORDS.say("Last name");
            case "Telephone" -> WORDS.say("Telephone");
            case "Height" -> WORDS.say("Height");
            case "Weight" -> WORDS.say("Weight");
            case "Eye colour" -> WORDS.say("Eye colour");
            default -> attribute;
        };
    }
}

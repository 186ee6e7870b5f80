// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A user as a security officer sees them.
 *
 * @param user       who it is
 * @param photo      a JPEG or PNG picture, if there is one
 * @param attributes what else can be compared with an identity document, in order: height, weight, eye colour, telephone
 */
public record Person(User user, Optional<byte[]> photo, Map<String, String> attributes) {

    public Person {
        photo = photo.map(byte[]::clone);
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    @Override
    public Optional<byte[]> photo() {
        return photo.map(byte[]::clone);
    }
}

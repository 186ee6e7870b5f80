// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import java.util.Optional;

/**
 * The content of a data object.
 *
 * @param bytes  as read
 * @param fields what they mean; empty if it is not known
 * @param image  the picture in it (JPEG, PNG, JPEG 2000), if there is one
 */
public record ObjectContent(byte[] bytes, List<Field> fields, Optional<byte[]> image) {

    public ObjectContent {
        bytes = bytes.clone();
        fields = List.copyOf(fields);
        image = image.map(byte[]::clone);
    }

    /** Without a picture. */
    public ObjectContent(byte[] bytes, List<Field> fields) {
        this(bytes, fields, Optional.empty());
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public Optional<byte[]> image() {
        return image.map(byte[]::clone);
    }

    /**
     * A part of the content and its meaning.
     *
     * @param name   "Expiration Date"
     * @param value  in words or hexadecimal digits, empty if the parts say it
     * @param offset where it begins in the content, in bytes
     * @param length how many bytes
     * @param parts  what it consists of
     */
    public record Field(String name, String value, int offset, int length, List<Field> parts) {

        public Field {
            parts = List.copyOf(parts);
        }

        /** Without parts. */
        public Field(String name, String value, int offset, int length) {
            this(name, value, offset, length, List.of());
        }
    }
}

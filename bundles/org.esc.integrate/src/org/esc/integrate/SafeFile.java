// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;

/** Files of other programs: read byte for byte, replaced whole or not at all. */
final class SafeFile {

    private SafeFile() {
    }

    /** The bytes, one character each. */
    static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** Words as their bytes in UTF-8, one character each. */
    static String bytes(String words) {
        return new String(words.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The words whose bytes in UTF-8 these are. */
    static String words(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Puts new bytes in the place of a file's; owner and permissions stay. Where a link leads to the file, the link stays, too. */
    static void write(Path file, String text) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file;
        Path fresh = Files.createTempFile(target.getParent(), ".esc-", ".tmp");
        try {
            try (var out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            var view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
            if (view != null && Files.exists(target)) {
                var before = Files.getFileAttributeView(target, PosixFileAttributeView.class).readAttributes();
                view.setPermissions(before.permissions());
                if (!before.owner().equals(view.readAttributes().owner())) {
                    view.setOwner(before.owner());
                    view.setGroup(before.group());
                }
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}

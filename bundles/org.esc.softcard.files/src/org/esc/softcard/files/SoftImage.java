// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Component;

/** {@code soft image}: writes a card image with fresh keys, to look at, to change and to make cards of. */
@Component(service = Verb.class, property = "verb=soft image")
public final class SoftImage extends NamedVerb<SoftImage.Args, SoftImage.Result> {

    private static final Words WORDS = Words.of(SoftImage.class);

    /** Kinds of images. */
    public enum Kind {
        /** By ISO/IEC 7816-15. */
        PKCS15,
        /** A Common Access Card. */
        CAC
    }

    /** What to write. */
    public record Args(@Arg(label = "KIND", help = "pkcs15 or cac") Kind kind,
            @Arg(label = "FILE", help = "File to write; an existing one is never overwritten") Path file) {
    }

    /** What was written. */
    public record Result(Path file, Kind kind) {
    }

    /** For declarative services. */
    public SoftImage() {
        super("soft image", "Write a card image with fresh keys, for \"soft create --applet files=FILE\".", Args.class);
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        String text = (a.kind() == Kind.PKCS15 ? Pkcs15Image.fresh() : CacImage.fresh()).text();
        FileAttribute<?>[] ownerOnly = FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))} : new FileAttribute<?>[0];
        try (var out = Files.newByteChannel(a.file(), Set.<OpenOption>of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
            var bytes = java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (FileAlreadyExistsException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the card image"), WORDS.say("There is a file {0} already; it was left alone.", a.file()))
                    .code("file-exists")
                    .exception(e);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the card image"), WORDS.say("The file {0} cannot be written.", a.file())).code("file-error").exception(e);
        }
        return new Result(a.file(), a.kind());
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(WORDS.say("Wrote {0}, with private keys in plain text, for tests only.", r.file()));
        out.println(WORDS.say("Make a card of it: soft create CARD --applet files={0}", r.file()));
    }
}

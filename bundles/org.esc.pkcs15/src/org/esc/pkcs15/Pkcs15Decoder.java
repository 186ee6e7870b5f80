// SPDX-License-Identifier: EPL-2.0
package org.esc.pkcs15;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Reading;
import org.osgi.service.component.annotations.Component;

/** Commands of ISO/IEC 7816-8 and files of ISO/IEC 7816-15 (PKCS #15), in traces. */
@Component(service = Decoder.class)
public final class Pkcs15Decoder implements Decoder {

    private static final Words WORDS = Words.of(Pkcs15Decoder.class);

    private static final Map<String, String> FILES = Map.of("5015", "DF(CIA)", "5031", "EF(OD)", "5032", "EF(CIAInfo)", "5033", "EF(UnusedSpace)", "2F00",
            "EF.DIR", "4946", "EF(SerialNumber)");
    private static final String[] DIRECTORIES = {"private keys", "public keys", "trusted public keys", "secret keys",
        "certificates", "trusted certificates", "useful certificates",
        "data containers", "authentication objects"};

    @Override
    public int rank(Standing standing) {
        return standing.file().startsWith("3F00/5015") || standing.application()
                .filter(aid -> aid.equals(Pkcs15.APPLICATION) || aid.startsWith(Pkcs15.ISO_APPLICATION.bytes()))
                .isPresent() ? APPLICATION : 0;
    }

    @Override
    public String command(Standing standing, CommandApdu c) {
        if ((c.cla() & ~0x10) != 0) {
            return "";
        }
        return switch (c.ins() << 16 | c.p1() << 8 | c.p2()) {
            case 0x2A9E9A -> "COMPUTE DIGITAL SIGNATURE";
            case 0x2A8086 -> "DECIPHER";
            case 0x2241B6 -> "SET KEY FOR SIGNATURES";
            case 0x2241B8 -> "SET KEY FOR DECRYPTION";
            default -> "";
        };
    }

    private static String file(Standing s) {
        String f = s.file();
        return f.length() < 4 ? "" : FILES.getOrDefault(f.substring(f.length() - 4), "");
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        if ((c.cla() & ~0x10) != 0) {
            return "";
        }
        return switch (c.ins()) {
            case 0xA4 -> {
                byte[] d = c.data();
                String name = c.p1() == 4 || d.length < 2 ? "" : FILES.getOrDefault("%02X%02X".formatted(d[d.length - 2], d[d.length - 1]), "");
                yield name;
            }
            case 0xB0, 0xD6 -> file(standing).isEmpty() || (c.p1() & 0x80) != 0 ? "" : WORDS.say("{0}, offset {1}", file(standing), c.p1() << 8 | c.p2());
            default -> "";
        };
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        if (c.cla() != 0 || c.ins() != 0xB0 || c.p1() != 0 || c.p2() != 0) {
            return List.of();
        }
        return switch (file(standing)) {
            case "EF(OD)" -> entries(data, (t, _) -> {
                int n = t.tag() - 0xA0;
                return n >= 0 && n < DIRECTORIES.length ? DIRECTORIES[n] : "%02X".formatted(t.tag());
            });
            case "EF(CIAInfo)" -> List.of(Field.of("CIAInfo", "", 0, data.length, Reading.DER.readSafely(data).parts()));
            default -> {
                // directory files: one entry after the other, each with its name first
                List<Tlv.Placed> all = Tlv.parseBeginning(data);
                yield !all.isEmpty() && all.stream().allMatch(p -> p.tlv().tag() == 0x30 || (p.tlv().tag() & 0xE0) == 0xA0)
                        && all.stream().anyMatch(p -> !label(p.tlv()).isEmpty()) ? entries(data, (t, i) -> "entry " + (i + 1)) : List.of();
            }
        };
    }

    @FunctionalInterface
    private interface Namer {
        String name(Tlv t, int index);
    }

    private static List<Field> entries(byte[] data, Namer namer) {
        var fields = new ArrayList<Field>();
        for (Tlv.Placed p : Tlv.parseBeginning(data)) {
            Tlv t = p.tlv();
            List<Field> inner = Reading.DER.readSafely(t.value()).parts().stream().map(f -> f.moved(p.valueOffset())).toList();
            fields.add(Field.of(namer.name(t, fields.size()), label(t), p.offset(), p.length(), inner));
        }
        return fields;
    }

    /** The label of an entry's common object attributes, with which it begins; empty if there is none. */
    private static String label(Tlv entry) {
        List<Tlv.Placed> parts = Tlv.parseBeginning(entry.value());
        if (parts.isEmpty() || parts.getFirst().tlv().tag() != 0x30) {
            return "";
        }
        return Tlv.parseBeginning(parts.getFirst().tlv().value()).stream().map(Tlv.Placed::tlv).filter(t -> t.tag() == 0x0C).findFirst()
                .map(t -> Reading.text(t.value())).orElse("");
    }
}

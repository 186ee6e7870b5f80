// SPDX-License-Identifier: EPL-2.0
package org.example.loyalty;

import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.Reading;
import org.osgi.service.component.annotations.Component;

/** Says in traces what the loyalty applet's commands and answers mean. VERIFY is the standard's, and its PIN is hidden in every trace. */
@Component(service = Decoder.class)
public final class LoyaltyDecoder implements Decoder {

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(Loyalty.AID::equals).isPresent() ? APPLICATION : 0;
    }

    private static boolean isClear(CommandApdu c) {
        return c.cla() == 0x80 && c.ins() == Loyalty.CLEAR;
    }

    private static int tag(CommandApdu c) {
        return c.p1() << 8 | c.p2();
    }

    @Override
    public String command(Standing standing, CommandApdu c) {
        return isClear(c) ? "CLEAR POINTS" : c.ins() == Loyalty.GET_DATA ? "GET DATA" : "";
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        return c.ins() == Loyalty.GET_DATA ? name(tag(c)) : "";
    }

    private static String name(int tag) {
        return switch (tag) {
            case Loyalty.NUMBER -> "member's number";
            case Loyalty.NAME -> "member's name";
            case Loyalty.POINTS -> "points";
            default -> "";
        };
    }

    @Override
    public String meaning(Standing standing, CommandApdu c, StatusWord sw) {
        return isClear(c) && sw.value() == 0x6982 ? "the PIN must be verified first" : "";
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        return c.ins() == Loyalty.GET_DATA ? Fields.together("object", name(tag(c))) : List.of();
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        return c.ins() != Loyalty.GET_DATA ? List.of()
                : Fields.of(data, f -> f.rest(tag(c) == Loyalty.POINTS ? "points" : "text", tag(c) == Loyalty.POINTS ? Reading.NUMBER : Reading.TEXT));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.example.loyalty;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.driver.Access;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.Attempts;
import org.esc.driver.CardApplication;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.Detail;
import org.esc.driver.ObjectContent;
import org.esc.driver.ObjectContent.Field;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenState;

/** The application on one card: what it can do are the interfaces it implements. */
final class LoyaltyCard implements CardApplication, DataObjects, Pins, ApplicationLifeCycle {

    private static final String PIN = "pin";
    private static final String CLEAR = "clear";

    private final CardChannel channel;

    LoyaltyCard(CardChannel channel) {
        this.channel = channel;
    }

    @Override
    public void select() throws EscException {
        send(CommandApdu.select(Loyalty.AID), "select the loyalty application");
    }

    @Override
    public TokenIdentity identity() throws EscException {
        var token = new TokenIdentity.Builder();
        var parts = new Attempts();
        token.state = TokenState.ENROLLED;
        parts.at(() -> token.label = text(get(Loyalty.NAME)));
        parts.at(() -> token.serial = text(get(Loyalty.NUMBER)));
        parts.at(() -> token.details = List.of(new Detail("Points", Integer.toString(points(get(Loyalty.POINTS))))));
        token.problems = parts.problems();
        return token.build();
    }

    @Override
    public List<DataObject> dataObjects() {
        return List.of(object(Loyalty.NUMBER, "Member's number"), object(Loyalty.NAME, "Member's name"), object(Loyalty.POINTS, "Points"));
    }

    private static DataObject object(int tag, String label) {
        return new DataObject("%04x".formatted(tag), label, OptionalInt.empty(), true, Access.FREE);
    }

    @Override
    public ObjectContent readObject(String id) throws EscException {
        for (DataObject o : dataObjects()) {
            if (o.id().equals(id)) {
                int tag = Integer.parseInt(id, 16);
                byte[] b = get(tag);
                String value = tag == Loyalty.POINTS ? Integer.toString(points(b)) : text(b);
                return new ObjectContent(b, List.of(new Field(o.label(), value, 0, b.length)));
            }
        }
        throw Problem.of(Fault.USAGE, "read the object", "A loyalty card has no object \"" + id + "\".").code("no-object").exception();
    }

    @Override
    public List<Pin> pins() throws EscException {
        // VERIFY without data costs no try and tells how many are left
        ResponseApdu r = channel.transmit(CommandApdu.of(0x00, Loyalty.VERIFY, 0, 0));
        OptionalInt left = (r.sw().value() & 0xFFF0) == 0x63C0 ? OptionalInt.of(r.sw().value() & 0x0F)
                : r.sw().value() == 0x6983 ? OptionalInt.of(0) : OptionalInt.empty();
        return List.of(new Pin(PIN, "PIN of the loyalty card", Pin.Role.USER, 4, 4, true, left, OptionalInt.of(Loyalty.TRIES), false,
                Optional.empty()));
    }

    @Override
    public void verifyPin(String pin, Secret value) throws EscException {
        byte[] digits = value.bytes();
        try {
            ResponseApdu r = channel.transmit(CommandApdu.of(0x00, Loyalty.VERIFY, 0, 0, digits));
            String step = "verify the PIN";
            if ((r.sw().value() & 0xFFF0) == 0x63C0) {
                throw Problem.of(Fault.CARD, step, "The card did not accept the PIN; " + (r.sw().value() & 0x0F) + " tries are left.")
                        .code("wrong-pin").sw(r.sw()).exception();
            }
            if (r.sw().value() == 0x6983) {
                throw Problem.of(Fault.CARD, step, "The PIN is blocked.").code("pin-blocked").sw(r.sw()).exception();
            }
            checked(r, step);
        } finally {
            Arrays.fill(digits, (byte) 0);
        }
    }

    @Override
    public void changePin(String pin, Secret old, Secret fresh) throws EscException {
        throw fixed();
    }

    @Override
    public void unblockPin(String pin, Secret unblocking, Secret fresh) throws EscException {
        throw fixed();
    }

    private static EscException fixed() {
        return Problem.of(Fault.USAGE, "change the PIN", "The PIN of a loyalty card stays as the shop has set it.").code("not-offered").exception();
    }

    @Override
    public List<Step> lifeCycleSteps() {
        return List.of(new Step(CLEAR, "Clear the points", "All points on the card are lost.", true, Access.pin(PIN)));
    }

    @Override
    public void takeStep(String step) throws EscException {
        if (!step.equals(CLEAR)) {
            throw new EscException(Fault.USAGE, "take the step", "A loyalty card knows no step \"" + step + "\".");
        }
        ResponseApdu r = channel.transmit(CommandApdu.of(0x80, Loyalty.CLEAR, 0, 0));
        if (r.sw().value() == 0x6982) {
            throw Problem.of(Fault.CARD, "clear the points", "The PIN must be verified first.").code("pin-needed").sw(r.sw()).exception();
        }
        checked(r, "clear the points");
    }

    private byte[] get(int tag) throws EscException {
        return send(CommandApdu.of(0x00, Loyalty.GET_DATA, tag >> 8, tag & 0xFF, new byte[0], 256), "read what is on the card").data();
    }

    private static String text(byte[] b) {
        return new String(b, StandardCharsets.UTF_8).strip();
    }

    private static int points(byte[] b) throws CardException {
        if (b.length != 4) {
            throw new CardException("read the points", "The card gave " + b.length + " bytes of points instead of 4.");
        }
        return ByteBuffer.wrap(b).getInt();
    }

    private ResponseApdu send(CommandApdu command, String step) throws EscException {
        return checked(channel.transmit(command), step);
    }

    private static ResponseApdu checked(ResponseApdu r, String step) throws CardException {
        if (!r.isOk()) {
            throw CardException.status(step, r.sw());
        }
        return r;
    }
}

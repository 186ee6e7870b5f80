// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.console.Expression.Bytes;
import org.esc.console.Expression.Number;
import org.esc.console.Expression.Pattern;
import org.esc.console.Expression.Test;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.SecureChannel;

/** What names stand for while a script runs, and what expressions are worth with that. */
final class Names implements AutoCloseable {

    private static final Words WORDS = Words.of(Names.class);

    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_OF_A_COMMAND = 65544;

    private final Map<String, Value> bytes = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private final Map<String, Secret> secrets = new HashMap<>();
    private final SecureRandom random = new SecureRandom();
    private Optional<SecureChannel> channel = Optional.empty();
    private Optional<Value> data = Optional.empty();
    private StatusWord sw = StatusWord.OK;

    /** The card answered. */
    void answer(Value newData, StatusWord newSw) {
        data = Optional.of(newData);
        sw = newSw;
    }

    /** A secure channel was opened, or the one that was is gone. */
    void over(Optional<SecureChannel> newChannel) {
        channel = newChannel;
    }

    /** There is no answer any more. */
    void noAnswer() {
        data = Optional.empty();
    }

    void set(String name, Value value) {
        bytes.put(name, value);
    }

    void set(String name, long value) {
        numbers.put(name, value);
    }

    /** Takes the secret over. */
    void set(String name, Secret value) {
        Secret before = secrets.put(name, value);
        if (before != null) {
            before.close();
        }
    }

    StatusWord sw() throws EscException {
        lastData();
        return sw;
    }

    private Value lastData() throws EscException {
        return data.orElseThrow(() -> wrong(Fault.USAGE, "no-answer-yet", WORDS.say("The card was not asked anything yet, so there is no answer."),
                WORDS.say("Send a command before.")));
    }

    private static EscException wrong(Fault fault, String code, String what, String fix) {
        return Problem.of(fault, WORDS.say("run the script"), what).code(code).advice(fix).exception();
    }

    private static EscException value(String what) {
        return wrong(Fault.USAGE, "bad-value", what, "");
    }

    private static EscException noValue(String name) {
        return wrong(Fault.USAGE, "no-value", WORDS.say("{0} has no value yet: the line that gives it one was not run.", name), WORDS.say("Give it one before."));
    }

    /** What bytes are worth now, for the caller to {@link Value#erase} if they are secret. */
    Value of(Bytes e) throws EscException {
        Value v = switch (e) {
            case Bytes.Literal l -> Value.open(l.value().clone());
            case Bytes.Variable n when n.secret() -> {
                Secret s = secrets.get(n.name());
                if (s == null) {
                    throw noValue(n.name());
                }
                yield Value.secret(s.bytes());
            }
            case Bytes.Variable n -> {
                if (!bytes.containsKey(n.name())) {
                    throw noValue(n.name());
                }
                Value known = bytes.get(n.name());
                yield known.part(0, known.length());
            }
            case Bytes.Data _ -> lastData().part(0, lastData().length());
            case Bytes.Status _ -> {
                int w = sw().value();
                yield Value.open((byte) (w >> 8), (byte) w);
            }
            case Bytes.Joined j -> joined(j);
            case Bytes.Slice s -> slice(s);
            case Bytes.Value t -> {
                Value of = of(t.of());
                byte[] found = find(of, t.tag()).orElseThrow(() -> wrong(Fault.CARD, "no-data-object", t.of() instanceof Bytes.Data
                        ? WORDS.say("There is no data object {0} in the answer.", tag(t.tag())) : WORDS.say("There is no data object {0} in these bytes.", tag(t.tag())),
                                WORDS.say("Ask with has tlv[{0}] before.", tag(t.tag()))));
                yield of.made(found);
            }
            case Bytes.Tagged t -> {
                Value v2 = of(t.value());
                byte[] all = Tlv.of(t.tag(), v2.bytes()).encoded();
                yield new Value.Row().add(Value.open(Arrays.copyOf(all, all.length - v2.length()))).add(v2).all();
            }
            case Bytes.Counted c -> counted(of(c.value()));
            case Bytes.Coded c -> coded(number(c.value()), c.size());
            case Bytes.Padded p -> padded(p);
            case Bytes.Random r -> {
                byte[] b = new byte[size(number(r.size()))];
                random.nextBytes(b);
                yield Value.open(b);
            }
            case Bytes.Encrypted c -> encrypted(of(c.value()));
            case Bytes.CheckValue k -> checkValue(k.type(), of(k.key()));
        };
        if (v.length() > MOST_BYTES) {
            throw value(WORDS.say("A value has at most {0} bytes.", MOST_BYTES));
        }
        return v;
    }

    private Value encrypted(Value v) throws EscException {
        SecureChannel over = channel.filter(SecureChannel::isOpen).orElseThrow(() -> wrong(Fault.USAGE, "no-channel",
                WORDS.say("There is no secure channel whose key could encrypt this."), WORDS.say("Open one before: secure open keys=NAME.")));
        int block = over.scp().keyType().blockSize();
        byte[] padded = Arrays.copyOf(v.bytes(), (v.length() + block - 1) / block * block);
        try {
            return v.made(over.encryptWithDek(padded));
        } finally {
            Arrays.fill(padded, (byte) 0);
            if (v.isHidden()) {
                v.erase();
            }
        }
    }

    private static Value checkValue(KeyType type, Value key) throws EscException {
        try {
            if (!type.allows(key.length())) {
                throw value(WORDS.say("A key of type {0} cannot have {1} bytes.", type, key.length()));
            }
            return key.made(KeySet.kcv(type, key.bytes()));
        } finally {
            if (key.isHidden()) {
                key.erase();
            }
        }
    }

    private Value joined(Bytes.Joined j) throws EscException {
        var row = new Value.Row();
        for (Bytes part : j.parts()) {
            Value v = of(part);
            row.add(v);
            if (v.isHidden()) {
                v.erase();
            }
            if (row.length() > MOST_BYTES) {
                throw value(WORDS.say("A value has at most {0} bytes.", MOST_BYTES));
            }
        }
        return row.all();
    }

    private Value slice(Bytes.Slice s) throws EscException {
        Value of = of(s.of());
        long from = number(s.from());
        long to = s.to().isPresent() ? number(s.to().get()) : of.length();
        if (from < 0 || to < from || to > of.length()) {
            throw wrong(Fault.CARD, "unexpected-length", WORDS.say("There are no bytes {0} to {1} of {2}.", from, to, of.length()),
                    WORDS.say("Offsets count from 0; the second one is behind the last byte. length(…) tells how many there are."));
        }
        return of.part((int) from, (int) to);
    }

    private static Optional<byte[]> find(Value in, int tag) {
        return Tlv.find(Tlv.parseBeginning(in.bytes()).stream().map(Tlv.Placed::tlv).toList(), tag).map(Tlv::value);
    }

    private static String tag(int tag) {
        return tag > 0xFFFF ? String.format("%06X", tag) : tag > 0xFF ? String.format("%04X", tag) : Hex.of(tag);
    }

    private static Value counted(Value v) throws EscException {
        int n = v.length();
        if (n > 65535) {
            throw value(WORDS.say("A command carries at most 65535 data bytes, not {0}.", n));
        }
        return new Value.Row().add(n > 255 ? Value.open((byte) 0, (byte) (n >> 8), (byte) n) : Value.open((byte) n)).add(v).all();
    }

    private static Value coded(long n, int size) throws EscException {
        if (n < 0 || n >= 1L << 8 * size) {
            throw value(WORDS.many(size, "{1} does not fit into {0} byte.", "{1} does not fit into {0} bytes.", n));
        }
        byte[] b = new byte[size];
        for (int i = 0; i < size; i++) {
            b[i] = (byte) (n >> 8 * (size - 1 - i));
        }
        return Value.open(b);
    }

    private static int size(long n) throws EscException {
        if (n < 0 || n > MOST_OF_A_COMMAND) {
            throw value(WORDS.say("There cannot be {0} bytes; a command has at most {1}.", n, MOST_OF_A_COMMAND));
        }
        return (int) n;
    }

    private Value padded(Bytes.Padded p) throws EscException {
        Value v = of(p.value());
        int size = size(number(p.size()));
        if (v.length() > size) {
            throw value(v.isHidden() ? WORDS.say("The secret is longer than {0} bytes, so nothing can be filled up.", size)
                    : WORDS.say("The bytes are longer than {0} bytes, so nothing can be filled up.", size));
        }
        byte[] all = Arrays.copyOf(v.bytes(), size);
        Arrays.fill(all, v.length(), size, p.with());
        Value result = v.made(all);
        if (v.isHidden()) {
            v.erase();
        }
        return result;
    }

    /** What a number is worth now. */
    long number(Number e) throws EscException {
        try {
            return switch (e) {
                case Number.Constant c -> c.value();
                case Number.Variable n -> {
                    if (!numbers.containsKey(n.name())) {
                        throw noValue(n.name());
                    }
                    yield numbers.get(n.name());
                }
                case Number.Length l -> {
                    Value v = of(l.of());
                    int n = v.length();
                    if (v.isHidden()) {
                        v.erase();
                    }
                    yield n;
                }
                case Number.Protocol _ -> channel.filter(SecureChannel::isOpen).map(c -> c.scp().protocol()).orElse(0);
                case Number.Of o -> {
                    byte[] b = of(o.bytes()).bytes();
                    if (b.length > 7) {
                        throw value(WORDS.say("A number is made of 7 bytes at most, not of {0}.", b.length));
                    }
                    long n = 0;
                    for (byte x : b) {
                        n = n << 8 | x & 0xFF;
                    }
                    yield n;
                }
                case Number.Sum s -> {
                    long l = number(s.left());
                    long r = number(s.right());
                    yield switch (s.sign()) {
                        case '+' -> Math.addExact(l, r);
                        case '-' -> Math.subtractExact(l, r);
                        case '*' -> Math.multiplyExact(l, r);
                        default -> {
                            if (r == 0) {
                                throw value(WORDS.say("Nothing can be divided by 0."));
                            }
                            yield l / r;
                        }
                    };
                }
            };
        } catch (ArithmeticException _) {
            throw value(WORDS.say("The number is too large."));
        }
    }

    /** Whether a condition holds now. */
    boolean holds(Test t) throws EscException {
        return switch (t) {
            case Test.Fits f -> fits(of(f.bytes()).bytes(), f.pattern());
            case Test.Compared c -> {
                long l = number(c.left());
                long r = number(c.right());
                yield c.sign().equals("==") ? l == r : c.sign().equals("<") ? l < r : l <= r;
            }
            case Test.Has h -> find(of(h.in()), h.tag()).isPresent();
            case Test.Not n -> !holds(n.test());
            case Test.All a -> {
                boolean all = true;
                for (int i = 0; all && i < a.tests().size(); i++) {
                    all = holds(a.tests().get(i));
                }
                yield all;
            }
            case Test.Any a -> {
                boolean any = false;
                for (int i = 0; !any && i < a.tests().size(); i++) {
                    any = holds(a.tests().get(i));
                }
                yield any;
            }
        };
    }

    /** Whether all of these bytes fit one of the alternatives. */
    boolean fits(byte[] b, Pattern p) throws EscException {
        for (Pattern.Alternative a : p.alternatives()) {
            if (fits(b, a)) {
                return true;
            }
        }
        return false;
    }

    private boolean fits(byte[] b, Pattern.Alternative a) throws EscException {
        int at = 0;
        for (Pattern.Part part : a.parts()) {
            switch (part) {
                case Pattern.Part.Digits d -> {
                    int n = d.digits().length / 2;
                    if (at + n > b.length) {
                        return false;
                    }
                    for (int i = 0; i < d.digits().length; i++) {
                        int digit = i % 2 == 0 ? b[at + i / 2] >> 4 & 0x0F : b[at + i / 2] & 0x0F;
                        if (d.digits()[i] >= 0 && d.digits()[i] != digit) {
                            return false;
                        }
                    }
                    at += n;
                }
                case Pattern.Part.Exactly e -> {
                    byte[] want = of(e.bytes()).bytes();
                    if (at + want.length > b.length || !Arrays.equals(b, at, at + want.length, want, 0, want.length)) {
                        return false;
                    }
                    at += want.length;
                }
            }
        }
        return a.open() || at == b.length;
    }

    @Override
    public void close() {
        secrets.values().forEach(Secret::close);
        secrets.clear();
    }
}

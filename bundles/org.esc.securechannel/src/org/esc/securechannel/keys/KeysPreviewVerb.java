// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChannel;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.securechannel.InitUpdateResponse;
import org.esc.securechannel.KeyType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * {@code keysets preview}: check values of the keys of one card. With {@code --kdd} no card is touched; else the card is asked for its key
 * diversification data, and never authenticated to.
 */
@Component(service = Verb.class, property = "verb=keysets preview")
public final class KeysPreviewVerb extends NamedVerb<KeysPreviewVerb.Args, KeysPreviewVerb.Result> {

    private static final Words WORDS = Words.of(KeysPreviewVerb.class);

    private static final String STEP = WORDS.say("read the card's key diversification data");
    private static final int KDD_TAG = 0xCF;

    private final Readers readers;
    private final KeySets sets;
    private final Optional<CardFiles> files;

    /** Started by the component runtime; without software tokens {@code files} is {@code null}. */
    @Activate
    public KeysPreviewVerb(@Reference Readers readers, @Reference KeySets sets,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
        super("keysets preview", "Show check values of a card's keys, without authenticating to the card.", Args.class);
        this.readers = readers;
        this.sets = sets;
        this.files = Optional.ofNullable(files);
    }

    /** Which keys, for which card. */
    public record Args(@Arg(names = "--kdd", label = "HEX",
            help = "The card's key diversification data, 10 bytes; without it the card is asked.") Optional<byte[]> kdd,
            @Arg(names = "--cplc", label = "HEX",
            help = "The card's production data (GET DATA 9F7F), from which most cards' diversification data come.") Optional<byte[]> cplc,
            @Arg(names = "--key-type", label = "des3|aes", help = "Kind of the card's keys; without it all that are possible.")
            Optional<KeyType> keyType,
            CardArgs card, KeyArgs keys) {
    }

    /**
     * Check values.
     *
     * @param keys which keys, in words
     * @param kdd  the card's key diversification data, hexadecimal
     * @param from {@code given}, {@code cplc}, {@code get-data} or {@code initialize-update}
     * @param kcvs check values, ENC, MAC and DEK of each possible kind
     */
    public record Result(String keys, String kdd, String from, List<Kcv> kcvs) {
    }

    record Kdd(byte[] bytes, String from, Optional<KeyType> type) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        Kdd kdd = a.kdd().isPresent() || a.cplc().isPresent() ? told(a) : ofCard(a, context);
        Optional<KeyType> type = a.keyType().or(kdd::type);
        try (OpenKeys keys = sets.open(a.keys(), context)) {
            if (type.isPresent()) {
                return new Result(keys.description(), Hex.of(kdd.bytes()), kdd.from(), keys.kcvs(kdd.bytes(), type.get()));
            }
            var all = new ArrayList<Kcv>();
            Optional<EscException> none = Optional.empty();
            for (KeyType t : KeyType.values()) {
                try {
                    all.addAll(keys.kcvs(kdd.bytes(), t));
                } catch (EscException e) {
                    if (!e.problem().code().equals("wrong-key-type")) {
                        throw e;
                    }
                    none = Optional.of(e);
                }
            }
            if (all.isEmpty() && none.isPresent()) {
                throw none.get();
            }
            return new Result(keys.description(), Hex.of(kdd.bytes()), kdd.from(), List.copyOf(all));
        }
    }

    /** Taken from what was typed; no card is touched. */
    private static Kdd told(Args a) throws EscException {
        if (a.card().named() || a.kdd().isPresent() && a.cplc().isPresent()) {
            throw new EscException(Fault.USAGE, STEP, WORDS.say("Give one of --kdd, --cplc and a card."));
        }
        try {
            return a.kdd().isPresent() ? new Kdd(Cuid.of(a.kdd().get()).bytes(), "given", Optional.empty())
                    : new Kdd(Cplc.parse(a.cplc().orElseThrow()).cuid().bytes(), "cplc", Optional.empty());
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, STEP, a.kdd().isPresent()
                    ? WORDS.say("Key diversification data has 10 bytes, not {0}.", a.kdd().get().length) : e.getMessage() + ".")
                    .code("bad-kdd").exception(e);
        }
    }

    private Kdd ofCard(Args a, Context context) throws EscException {
        try (var choice = CardChoice.of(readers, files, a.card(), context);
                var session = readers.connect(choice.reader(), Origin.verb(name()))) {
            return read(TransportRules.over(session), a.keys().version());
        }
    }

    /** GET DATA changes nothing on any card; where it does not know the answer, INITIALIZE UPDATE does. */
    static Kdd read(CardChannel card, int version) throws EscException {
        selectIssuer(card);
        ResponseApdu data = card.transmit(CommandApdu.of(0x80, 0xCA, 0x00, KDD_TAG, new byte[0], 256));
        if (data.isOk()) {
            try {
                Optional<byte[]> kdd = Tlv.find(Tlv.parseAll(data.data()), KDD_TAG).map(Tlv::value).filter(v -> v.length == 10);
                if (kdd.isPresent()) {
                    return new Kdd(kdd.get(), "get-data", Optional.empty());
                }
            } catch (IllegalArgumentException _) {
                // some other object: ask the other way
            }
        }
        ResponseApdu r = initializeUpdate(card, version, 8);
        if (r.sw().value() == 0x6700) {
            // SCP03 in S16 mode
            r = initializeUpdate(card, version, 16);
        }
        InitUpdateResponse answer = InitUpdateResponse.parse(r.orThrow(STEP).data());
        return new Kdd(answer.kdd(), "initialize-update", Optional.of(answer.scp().keyType()));
    }

    static void selectIssuer(CardChannel card) throws EscException {
        card.transmit(CommandApdu.of(0x00, 0xA4, 0x04, 0x00, new byte[0], 256)).orThrow(WORDS.say("select the card's issuer security domain"));
    }

    private static ResponseApdu initializeUpdate(CardChannel card, int version, int length) throws EscException {
        byte[] challenge = new byte[length];
        new SecureRandom().nextBytes(challenge);
        return card.transmit(CommandApdu.of(0x80, 0x50, version, 0, challenge, 256));
    }

    @Override
    public void print(Result result, PrintWriter out) {
        out.println(WORDS.say("Keys of card {0} from {1}:", result.kdd(), result.keys()));
        result.kcvs().forEach(k -> out.printf("  %s  %s-%d  KCV %s%n", k.purpose(), k.type(), k.bits(), k.kcv()));
        if (result.from().equals("initialize-update")) {
            out.println(WORDS.say("The card was asked by INITIALIZE UPDATE; nothing was authenticated."));
        }
        if (result.from().equals("cplc")) {
            out.println(WORDS.say("Fabricator, type, batch and serial number were taken for the diversification data; a card may have "
                        + "other data."));
        }
    }
}

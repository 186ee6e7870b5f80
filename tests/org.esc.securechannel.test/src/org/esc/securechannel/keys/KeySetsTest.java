// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.Readers;
import org.esc.command.Arguments;
import org.esc.command.Context;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.testing.Person;
import org.esc.securechannel.testing.WatchedCard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where keys come from, and the verbs for them. */
class KeySetsTest {

    private static final String KEY = "404142434445464748494A4B4C4D4E4F";
    private static final String OTHER = "0123456789ABCDEFFEDCBA9876543210";

    @TempDir
    Path folder;

    private final Person person = new Person();
    private final Map<String, String> environment = new HashMap<>();
    private final Memory vault = new Memory();
    private final KeySets sets = new KeySets(Optional.of(vault), Optional.empty(), environment::get);

    /** A store that forgets with the test. */
    private static final class Memory implements KeyVault {

        private final TreeMap<String, NamedKeys> named = new TreeMap<>();
        private final Map<String, String> keys = new HashMap<>();

        @Override
        public List<NamedKeys> list() {
            return List.copyOf(named.values());
        }

        @Override
        public Secret get(NamedKeys set, Context context) {
            return Secret.of(keys.get(set.name()));
        }

        @Override
        public void put(NamedKeys set, Optional<Secret> k, Context context) {
            named.put(set.name(), set);
            keys.put(set.name(), new String(k.orElseThrow().chars()));
        }

        @Override
        public boolean remove(String name) {
            return named.remove(name) != null;
        }
    }

    private static <A extends Record> A args(Class<A> type, Object... words) throws EscException {
        var given = new HashMap<String, List<String>>();
        for (int i = 0; i < words.length; i += 2) {
            given.put((String) words[i], List.of((String) words[i + 1]));
        }
        return Arguments.build(type, given);
    }

    private List<Kcv> kcvs(KeyArgs a, KeyType type) throws EscException {
        try (OpenKeys keys = sets.open(a, person.context())) {
            assertFalse(keys.toString().contains(KEY));
            return keys.kcvs(Hex.parse("00010203040506070809"), type);
        }
    }

    @Test
    void theFactorysKeysAreBuiltIn() throws EscException {
        var kcvs = kcvs(args(KeyArgs.class, "keys", "factory"), KeyType.DES3);
        assertEquals(List.of(new Kcv("ENC", KeyType.DES3, 128, "8BAF47"), new Kcv("MAC", KeyType.DES3, 128, "8BAF47"),
                new Kcv("DEK", KeyType.DES3, 128, "8BAF47")), kcvs);
        assertEquals("504A77", kcvs(KeyArgs.named("factory"), KeyType.AES).getFirst().kcv());
    }

    @Test
    void theEnvironmentHoldsOneKeyOrThree() throws EscException {
        environment.put("ONE", KEY.toLowerCase(java.util.Locale.ROOT));
        environment.put("THREE", KEY + ":" + OTHER + ":" + KEY);
        assertEquals("504A77", kcvs(args(KeyArgs.class, "keyEnv", "ONE"), KeyType.AES).getFirst().kcv());
        var three = kcvs(args(KeyArgs.class, "keyEnv", "THREE"), KeyType.DES3);
        assertEquals(List.of("8BAF47", "08D7B4", "8BAF47"), three.stream().map(Kcv::kcv).toList());
        var derived = kcvs(args(KeyArgs.class, "keyEnv", "ONE", "kdf", "visa2"), KeyType.DES3);
        assertEquals(List.of("2BE598", "58DA38", "3C328E"), derived.stream().map(Kcv::kcv).toList());
        // an AES card whose keys were made by triple DES
        assertEquals(KeyType.AES, kcvs(args(KeyArgs.class, "keyEnv", "ONE", "kdf", "emv"), KeyType.AES).getFirst().type());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4041", "40414243444546474849JA4B4C4D4E4F", KEY + ":" + KEY, KEY + ":" + KEY + ":" + KEY + ":" + KEY,
        KEY + ":" + KEY + ":" + KEY + KEY, ":", KEY + "4"})
    void whatIsNoKeyIsRefusedAndNotRepeated(String text) {
        environment.put("BAD", text);
        var e = assertThrows(EscException.class, () -> sets.open(args(KeyArgs.class, "keyEnv", "BAD"), person.context()));
        assertEquals(Fault.USAGE, e.fault());
        assertEquals("bad-keys", e.problem().code());
        assertFalse(e.problem().toString().contains(text) && text.length() > 1, e.problem().toString());
    }

    @Test
    void keysAreAskedForWhereNoneAreNamed() throws EscException {
        person.answers.put("ENC", KEY);
        person.answers.put("MAC", OTHER);
        person.answers.put("DEK", "");
        assertEquals(List.of("8BAF47", "08D7B4", "8BAF47"), kcvs(args(KeyArgs.class), KeyType.DES3).stream().map(Kcv::kcv).toList());
        person.answers.clear();
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> kcvs(args(KeyArgs.class), KeyType.DES3)).fault());
    }

    @Test
    void sourcesThatAreNotThereAreNamed() {
        for (Object[] words : new Object[][] {{"keyEnv", "NOT_SET"}, {"keys", "nobody"}, {"pkcs11", "/no/library"},
            {"keys", "factory", "keyEnv", "X"}, {"pkcs11Label", "x"}, {"keyVersion", "100"}, {"scpI", "x"}, {"kdf", "$"},
            {"level", "most"}}) {
            var e = assertThrows(EscException.class, () -> sets.open(args(KeyArgs.class, words), person.context()));
            assertEquals(Fault.USAGE, e.fault(), e.problem().toString());
        }
    }

    @Test
    void setsAreStoredListedUsedAndRemoved() throws EscException {
        environment.put("MASTERS", KEY);
        var add = new KeysAddVerb(sets);
        var made = add.run(args(KeysAddVerb.Args.class, "name", "plant", "keyEnv", "MASTERS", "kdf", "visa2"), person.context());
        assertEquals(new StoredSet("plant", "store", "visa2", "encrypted under the master password", List.of(
                new Kcv("ENC", KeyType.DES3, 128, "8BAF47"), new Kcv("MAC", KeyType.DES3, 128, "8BAF47"),
                new Kcv("DEK", KeyType.DES3, 128, "8BAF47"))), made);
        assertEquals("des3-128", made.keyType());
        assertEquals("8BAF47", made.checkValues());
        assertEquals("name-taken", assertThrows(EscException.class, () -> add.run(args(KeysAddVerb.Args.class, "name", "plant", "keyEnv",
                "MASTERS"), person.context())).problem().code());
        assertEquals("name-taken", assertThrows(EscException.class, () -> add.run(args(KeysAddVerb.Args.class, "name", "factory", "keyEnv",
                "MASTERS"), person.context())).problem().code());
        assertEquals("bad-name", assertThrows(EscException.class, () -> add.run(args(KeysAddVerb.Args.class, "name", "a/b", "keyEnv",
                "MASTERS"), person.context())).problem().code());
        var list = new KeysListVerb(sets, new Channels(folder.resolve("card-tries")));
        var listed = list.run(new KeysListVerb.Args(), person.context());
        assertEquals(List.of("factory", "plant"), listed.keys().stream().map(StoredSet::name).toList());
        assertEquals("8BAF47 or 504A77", listed.keys().getFirst().checkValues());
        var words = new StringWriter();
        list.print(listed, new PrintWriter(words, true));
        assertTrue(words.toString().contains("des3-128, KCV 8BAF47"), words.toString());
        assertFalse(listed.toString().contains(KEY));
        assertEquals("2BE598", kcvs(args(KeyArgs.class, "keys", "plant"), KeyType.DES3).getFirst().kcv());
        assertEquals("8BAF47", kcvs(args(KeyArgs.class, "keys", "plant", "kdf", "none"), KeyType.DES3).getFirst().kcv());

        var remove = new KeysRemoveVerb(sets);
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class,
                () -> remove.run(new KeysRemoveVerb.Args("plant"), person.context())).fault());
        person.agrees = true;
        assertEquals("plant", remove.run(new KeysRemoveVerb.Args("plant"), person.context()).name());
        assertTrue(sets.list().isEmpty());
        assertEquals("no-such-keys", assertThrows(EscException.class,
                () -> remove.run(new KeysRemoveVerb.Args("plant"), person.context())).problem().code());
    }

    @Test
    void aPreviewNeedsNoCard() throws EscException {
        environment.put("MASTERS", KEY);
        var verb = new KeysPreviewVerb(new Readers(), sets, null);
        var r = verb.run(args(KeysPreviewVerb.Args.class, "kdd", "00010203040506070809", "keyEnv", "MASTERS", "kdf", "kdf3", "keyType",
                "aes"), person.context());
        assertEquals(List.of("E79C05", "D1BD77", "3FDE8C"), r.kcvs().stream().map(Kcv::kcv).toList());
        assertEquals("given", r.from());
        var text = new StringWriter();
        verb.print(r, new PrintWriter(text, true));
        assertTrue(text.toString().contains("KCV E79C05") && !text.toString().contains(KEY), text.toString());
        assertFalse(r.toString().contains(KEY));
        // both kinds where nobody says
        assertEquals(6, verb.run(args(KeysPreviewVerb.Args.class, "kdd", "00010203040506070809", "keys", "factory"), person.context()).kcvs()
                .size());
        environment.put("AES256", KEY + KEY);
        assertEquals(List.of(KeyType.AES, KeyType.AES, KeyType.AES), verb.run(args(KeysPreviewVerb.Args.class, "kdd", "00010203040506070809",
                "keyEnv", "AES256", "kdf", "kdf3"), person.context()).kcvs().stream().map(Kcv::type).toList());
        for (Object[] words : new Object[][] {{"kdd", "0001", "keys", "factory"}, {"kdd", "00010203040506070809", "reader", "x"},
            {"kdd", "00010203040506070809", "keyEnv", "LONG", "kdf", "visa2"}}) {
            environment.put("LONG", KEY + KEY);
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> verb.run(args(KeysPreviewVerb.Args.class, words),
                    person.context())).fault());
        }
    }

    @Test
    void productionDataStandForTheCard() throws EscException {
        var verb = new KeysPreviewVerb(new Readers(), sets, null);
        String cplc = Hex.of(org.esc.apdu.Cplc.of(org.esc.apdu.Cuid.of("00010203040506070809"), new byte[4]).encoded());
        var r = verb.run(args(KeysPreviewVerb.Args.class, "cplc", cplc, "keys", "factory", "kdf", "visa2", "keyType", "des3"), person.context());
        assertEquals("cplc", r.from());
        assertEquals("00010203040506070809", r.kdd());
        assertEquals(List.of("2BE598", "58DA38", "3C328E"), r.kcvs().stream().map(Kcv::kcv).toList());
        for (Object[] words : new Object[][] {{"cplc", "0001", "keys", "factory"}, {"cplc", cplc, "reader", "x"},
            {"cplc", cplc, "kdd", "00010203040506070809"}}) {
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> verb.run(args(KeysPreviewVerb.Args.class, words),
                    person.context())).fault());
        }
    }

    @Test
    void aCheckOpensAChannelAndCountsWhatFails() throws EscException {
        var scp = org.esc.securechannel.ScpVersion.SCP03_70;
        var card = new WatchedCard(scp, org.esc.securechannel.KeySet.factory(1, scp.keyType()));
        var channels = new Channels(folder.resolve("card-tries"));
        var verb = new KeysCheckVerb(new Readers(), sets, channels, null);
        var opened = verb.check(card, KeyArgs.named("factory"), person.context());
        assertEquals(new OpenedChannel("key set factory", WatchedCard.KDD, "SCP03 i=70", "mac-enc", "01"), opened);
        var text = new StringWriter();
        verb.print(opened, new PrintWriter(text, true));
        assertTrue(text.toString().contains("SCP03 i=70, protection mac-enc, key set factory, key version 01"), text.toString());
        assertEquals(Optional.empty(), channels.failedTries(card));

        vault.put(new NamedKeys("other", Diversification.NONE, Optional.empty()), Optional.of(Secret.of(OTHER)), person.context());
        assertEquals("card-not-authentic", assertThrows(EscException.class,
                () -> verb.check(card, KeyArgs.named("other"), person.context())).problem().code());
        FailedTries tries = channels.failedTries(card).orElseThrow();
        assertEquals(1, tries.failures());
        assertTrue(tries.triedSet("other") && !tries.triedSet("othe") && !tries.triedSet("factory") && !tries.careful(), tries.toString());
        var listed = new KeysListVerb(sets, channels).run(new KeysListVerb.Args(), person.context());
        assertEquals(List.of(tries), listed.failedTries());
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.CsvSource(delimiter = '|', value = {
        "4041|4 hexadecimal digits", "40:41|Only hexadecimal digits",
        "404142434445464748494A4B4C4D4E4F|16 bytes. Check value 8BAF47 as triple DES (parity not odd), 504A77 as AES.",
        "0123456789ABCDEF 0123456789ABCDEF|(halves the same, as weak as single DES)",
        "0123456789ABCDEFFEDCBA9876543210|16 bytes. Check value 08D7B4 as triple DES"})
    void aKeyIsLookedAtWhileItIsTyped(String typed, String said) {
        try (Secret text = Secret.of(typed)) {
            var look = TypedKey.of("ENC", text);
            assertTrue(look.text().contains(said), look.text());
            assertEquals(said.contains("hexadecimal"), look.complaint().isPresent());
            assertFalse(look.toString().contains(typed), look.toString());
        }
    }

    @Test
    void aPreviewWithACardAuthenticatesNothing() throws EscException {
        for (var scp : List.of(org.esc.securechannel.ScpVersion.SCP02_15, new org.esc.securechannel.ScpVersion(3, 0x71))) {
            var card = new WatchedCard(scp, org.esc.securechannel.KeySet.factory(1, scp.keyType()));
            var kdd = KeysPreviewVerb.read(card, 0);
            assertEquals(WatchedCard.KDD, Hex.of(kdd.bytes()));
            assertEquals(Optional.of(scp.keyType()), kdd.type());
            assertFalse(card.saw(0x82));
        }
    }

    @Test
    void aStoredSetKeepsItsTemplate() {
        String template = "$0$1$2$3$4$5 F0 $k $0$1$2$3$4$5 0F $k";
        var set = new NamedKeys("own", Diversification.of(template), Optional.empty());
        assertEquals(template, StoredSet.of(set).kdf());
        assertEquals(set.kdf(), Diversification.of(StoredSet.of(set).kdf()));
    }
}

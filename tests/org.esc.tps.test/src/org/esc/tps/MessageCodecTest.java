// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.tps.Message.*;
import org.junit.jupiter.api.Test;

class MessageCodecTest {

    /** One of each type. */
    static List<Message> all() {
        var ext = new LinkedHashMap<String, String>();
        ext.put("tokenType", "userKey");
        ext.put("clientVersion", "ESC 2.0");
        ext.put("tokenATR", "3B00");
        var answers = new LinkedHashMap<String, Secret>();
        answers.put("UID", Secret.of("jdoe"));
        answers.put("PASSWORD", Secret.of("S&=%+ ä!"));
        return List.of(new BeginOp(5, ext), new LoginRequest(true, false), new LoginResponse("jürgen", Secret.of("a b&c=d%+")),
                new SecurIdRequest(true, false), new SecurIdResponse(Secret.of("1234"), Secret.of("567890")),
                new AsqRequest("Your first school?"), new AsqResponse(Secret.of("St. Mary's")),
                new TokenPduRequest(Hex.parse("00A404000762 7601FF000000")), new TokenPduResponse(Hex.parse("6A419000")),
                new NewPinRequest(4, 10), new NewPinResponse(Secret.of("abc123")), EndOp.bad(1, EndCode.LOGIN),
                new StatusUpdateRequest(15, "PROGRESS_KEY_GENERATION"), new StatusUpdateResponse(15),
                new ExtendedLoginRequest(false, true, "LDAP Authentication", "This authenticates.",
                        List.of(new Parameter("UID", "LDAP User ID", "the id", "string", ""),
                                new Parameter("PASSWORD", "LDAP Password", "", "password", "x"))),
                new ExtendedLoginResponse(answers));
    }

    static Message decode(String whole) throws WireException {
        try (var r = new MessageReader(MessageReader.CLIENT_LIMIT)) {
            r.feed(whole.getBytes(StandardCharsets.UTF_8));
            return r.poll().orElseThrow();
        }
    }

    static String text(Message m) throws WireException {
        return new String(MessageCodec.encode(m), StandardCharsets.US_ASCII);
    }

    @Test
    void everyTypeComesBackAsItWas() throws Exception {
        for (Message m : all()) {
            String there = text(m);
            Message back = decode(there);
            assertEquals(m.getClass(), back.getClass());
            assertEquals(there, text(back), "written again, it is the same text");
            int amp = there.indexOf('&');
            assertEquals(there.length() - amp - 1, Integer.parseInt(there.substring(2, amp)), "the length in front is right");
            assertTrue(there.substring(amp + 1).startsWith("msg_type=" + m.type() + "&"));
        }
    }

    @Test
    void secretsSurviveAnyCharacter() throws Exception {
        var sent = new LoginResponse("jürgen", Secret.of("a b&c=d%+ä€"));
        var got = (LoginResponse) decode(text(sent));
        assertEquals("jürgen", got.screenName());
        assertArrayEquals("a b&c=d%+ä€".toCharArray(), got.password().chars());
    }

    @Test
    void secretsAreNeitherShownNorKept() throws Exception {
        var m = new NewPinResponse(Secret.of("abc123"));
        assertFalse(m.toString().contains("abc123"));
        m.close();
        assertTrue(m.newPin().isDestroyed());
        assertFalse(new TokenPduRequest(Hex.parse("8004000006 313233343536")).toString().contains("313233"));
    }

    @Test
    void writesBeginOpWithStrictEscapes() throws Exception {
        var ext = new LinkedHashMap<String, String>();
        ext.put("tokenType", "userKey");
        ext.put("clientVersion", "ESC 2.0");
        assertEquals("s=86&msg_type=2&operation=5&extensions=tokenType%3DuserKey%26clientVersion%3DESC%202%2E0%26",
                text(new BeginOp(Operation.FORMAT.number(), ext)));
    }

    @Test
    void readsWhatAnOldClientWrites() throws Exception {
        var m = (BeginOp) decode(withLength("msg_type=2&operation=5&extensions=tokenType%3DuserKey%26clientVersion%3DESC+1%2E0%2E1"
                + "%26tokenATR%3D3BFF14%26statusUpdate%3Dtrue%26extendedLoginRequest%3Dtrue%26"));
        assertEquals(5, m.operation());
        assertEquals(Map.of("tokenType", "userKey", "clientVersion", "ESC 1.0.1", "tokenATR", "3BFF14", "statusUpdate", "true",
                "extendedLoginRequest", "true"), m.extensions());
        assertEquals(List.of("tokenType", "clientVersion", "tokenATR", "statusUpdate", "extendedLoginRequest"),
                List.copyOf(m.extensions().keySet()));
    }

    @Test
    void readsFieldsInAnyOrderAndMixedEscapes() throws Exception {
        var m = (TokenPduResponse) decode(withLength("pdu_data=%01aE%c7b+%90%00&unknown=1&pdu_size=8&msg_type=10"));
        assertArrayEquals(Hex.parse("016145C762209000"), m.pdu());
    }

    @Test
    void readsTheTailOfOldServers() throws Exception {
        var end = (EndOp) decode("s=47&msg_type=13&operation=1&result=0&message=0\r\n0\r\n");
        assertTrue(end.isGood());
        assertEquals(0, end.code());
    }

    @Test
    void readsTheExtendedLoginOfBothGenerations() throws Exception {
        for (String flag : List.of("invalid_pw", "invalid_login")) {
            var m = (ExtendedLoginRequest) decode(withLength("msg_type=16&" + flag + "=1&blocked=0&title=LDAP+Authentication"
                    + "&description=This+is.&required_parameter0=id%3DUID%26name%3DLDAP+User+ID%26desc%3DLDAP+User+ID%26type%3D"
                    + "string%26option%3D&required_parameter1=id%3DPASSWORD%26name%3DLDAP+Password%26type%3Dpassword"));
            assertTrue(m.invalidPassword());
            assertEquals("LDAP Authentication", m.title());
            assertEquals(new Parameter("UID", "LDAP User ID", "LDAP User ID", "string", ""), m.parameters().get(0));
            assertEquals(new Parameter("PASSWORD", "LDAP Password", "", "password", ""), m.parameters().get(1));
        }
    }

    @Test
    void readsTheTaskUnderItsOldNameToo() throws Exception {
        var m = (StatusUpdateRequest) decode(withLength("msg_type=14&current_state=30&description=START_AUTHENTICATION"));
        assertEquals("START_AUTHENTICATION", m.task());
    }

    @Test
    void aNewPasswordGoesAsItIsAndMustBePlain() throws Exception {
        assertEquals("s=26&msg_type=12&new_pin=abc123", text(new NewPinResponse(Secret.of("abc123"))));
        for (String bad : List.of("a&b", "a=b", "a%41", "a+b", "a b", "ä")) {
            assertThrows(WireException.class, () -> MessageCodec.encode(new NewPinResponse(Secret.of(bad))));
        }
        assertArrayEquals("a%41".toCharArray(),
                ((NewPinResponse) decode(withLength("msg_type=12&new_pin=a%41"))).newPin().chars());
    }

    @Test
    void refusesWhatIsNoMessage() {
        for (String bad : List.of("msg_type=99&a=b", "msg_type=1", "msg_type=", "msg_type=x", "operation=5", "&&&&", "==",
                "msg_type=9&pdu_size=3&pdu_data=%00%01", "msg_type=9&pdu_size=1&pdu_data=%0", "msg_type=9&pdu_size=1&pdu_data=%zz",
                "msg_type=9&pdu_data=%00", "msg_type=11&minimum_length=4", "msg_type=11&minimum_length=99999999999&maximum_length=5",
                "msg_type=13&operation=1", "msg_type=4&screen_name=a", "msg_type=12",
                "msg_type=16&required_parameter0=name%3Da", "msg_type=16&required_parameter0=id%3Da%20b",
                "msg_type=16&required_parameter0=id%3Dmsg_type", "msg_type=" + "1".repeat(300))) {
            var e = assertThrows(WireException.class, () -> decode(withLength(bad)), bad);
            assertEquals(Fault.NETWORK, e.fault());
            assertEquals("protocol", e.problem().code());
        }
        var many = new StringBuilder("msg_type=9");
        for (int i = 0; i < 200; i++) {
            many.append("&a").append(i).append("=1");
        }
        assertThrows(WireException.class, () -> decode(withLength(many.toString())));
    }

    @Test
    void refusesToWriteWhatTheOtherEndWouldMisread() {
        assertThrows(WireException.class, () -> MessageCodec.encode(new BeginOp(5, Map.of("tokenType", "a&statusUpdate=true"))));
        assertThrows(WireException.class,
                () -> MessageCodec.encode(new ExtendedLoginResponse(Map.of("a&operation", Secret.of("x")))));
    }

    @Test
    void everyEndCodeHasItsWords() {
        for (int n = 0; n <= 48; n++) {
            var code = EndCode.of(n).orElseThrow();
            assertEquals(n, code.number());
            assertTrue(code.text().endsWith("."), code.text());
            assertTrue(n == 0 || n == 44 || code.advice().endsWith("."), code.name());
        }
        assertTrue(EndCode.of(49).isEmpty());
        assertTrue(EndCode.of(-1).isEmpty());
        assertEquals(EndCode.HAS_AT_LEAST_ONE_ACTIVE_TOKEN, EndCode.of(34).orElseThrow());
    }

    @Test
    void tasksBecomeWords() {
        assertEquals("Making a key", Tasks.words("PROGRESS_KEY_GENERATION"));
        assertEquals("Making a key", Tasks.words("KEY_GENERATION"));
        assertEquals("Do something new", Tasks.words("PROGRESS_DO_SOMETHING_NEW"));
        assertEquals("", Tasks.words(""));
        assertEquals("Ab", Tasks.words("a\u0007\nb"));
        assertEquals(60, Tasks.words("x".repeat(5000)).length());
    }

    @Test
    void pduBytesAreCopiedAtTheEdge() {
        byte[] b = {1, 2, 3, 4};
        var m = new TokenPduRequest(b);
        b[0] = 9;
        m.pdu()[1] = 9;
        assertArrayEquals(new byte[] {1, 2, 3, 4}, m.pdu());
        assertEquals(m, new TokenPduRequest(new byte[] {1, 2, 3, 4}));
        assertInstanceOf(Message.FromServer.class, m);
    }

    static String withLength(String body) {
        return "s=" + body.length() + "&" + body;
    }
}

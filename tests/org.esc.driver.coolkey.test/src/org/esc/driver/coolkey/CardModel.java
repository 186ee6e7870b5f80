// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.coolkey.Acl;
import org.esc.coolkey.AppletStatus;
import org.esc.coolkey.Attribute;
import org.esc.coolkey.Ins;
import org.esc.coolkey.KeyInfo;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.ObjectInfo;
import org.esc.coolkey.TokenObject;
import org.esc.coolkey.TokenObjects;

/** A card as far as reading it needs one: what is selected, and fixed answers. */
final class CardModel implements CardChannel {

    static final Cuid CUID = Cuid.of("40906145C76224192D2B");
    static final byte[] ALICE = der(
            "MIIBzzCCAXWgAwIBAgICEjQwCgYIKoZIzj0EAwIwSDEXMBUGA1UECgwORXhhbXBsZSBPZmZpY2UxFjAUBgNVBAMMDUFsaWNl"
            + "IEV4YW1wbGUxFTATBgoJkiaJk/IsZAEBDAVhbGljZTAgFw0yNjExMjMyMDAwMTVaGA8yMTI2MTAzMDIwMDAxNVowSDEXMBUG"
            + "A1UECgwORXhhbXBsZSBPZmZpY2UxFjAUBgNVBAMMDUFsaWNlIEV4YW1wbGUxFTATBgoJkiaJk/IsZAEBDAVhbGljZTBZMBMG"
            + "ByqGSM49AgEGCCqGSM49AwEHA0IABGSOBEJLFIkN1avYCz21u2QTn49NgLnJSBRA/xGqULVl+NeVUFB2fF/T+08F2WmAjN24"
            + "4EOmIb1l7PUrYEzC5jajTTBLMB0GA1UdDgQWBBQaD5v1r4UW+FDh+bvf7+L3hMRaUjAfBgNVHSMEGDAWgBQaD5v1r4UW+FDh"
            + "+bvf7+L3hMRaUjAJBgNVHRMEAjAAMAoGCCqGSM49BAMCA0gAMEUCIG7oZf+NxPHTFN3KYa5cc8/uHm8hE/g3kzkItov9L6wL"
            + "AiEAjLEOUgFVGAEdFMX0ogAI3iaKvBXddY6ejrFa8uOsd+A=");
    static final byte[] AUTHORITY = der(
            "MIIBoDCCAUagAwIBAgIBATAKBggqhkjOPQQDAjAuMRcwFQYDVQQKDA5FeGFtcGxlIE9mZmljZTETMBEGA1UEAwwKRXhhbXBs"
            + "ZSBDQTAgFw0yNjExMjMyMDAwMTVaGA8yMTI2MTAzMDIwMDAxNVowLjEXMBUGA1UECgwORXhhbXBsZSBPZmZpY2UxEzARBgNV"
            + "BAMMCkV4YW1wbGUgQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARSQjSMQVL/2uVXP+MY6afkKi0zwslUmuHpiEcg16wt"
            + "o25OQXCNQKwFQa28axrSDJwh9ILgbirqm8WEWPhDVQjEo1MwUTAdBgNVHQ4EFgQUao0GjRmjgqlkdTzGKHDa0nxhO1UwHwYD"
            + "VR0jBBgwFoAUao0GjRmjgqlkdTzGKHDa0nxhO1UwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBHxjow1SB8"
            + "pSUmVqV9QQqm/szK8KDjvlZ3GaV5vvErdgIhAP+mmM5Xacr1ni5yKUqVgFKTgRmil8FyM6KHDIy2HJqe");

    Optional<Aid> manager = Optional.of(Aid.of("A0000000030000"));
    boolean selectWithoutAid = true;
    boolean applet = true;
    boolean cplc = true;
    List<Aid> others = List.of();
    LifeCycle lifeCycle = LifeCycle.PERSONALIZED;
    int tries = 10;
    byte[] combined = enrolled().encode(true);
    /** Commands (instruction bytes of class B0) that this card refuses. */
    List<Integer> refused = List.of();
    int pullAfter = Integer.MAX_VALUE;
    final List<String> sent = new ArrayList<>();

    private boolean appletSelected;

    private static byte[] der(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    static TokenObjects enrolled() {
        return new TokenObjects(7, CUID, "Alice's token", List.of(
                TokenObject.certificate(0, "authority", AUTHORITY),
                TokenObject.certificate(1, "signing key for alice", ALICE),
                TokenObject.privateKey(2, Attribute.KEY_TYPE_RSA, EnumSet.of(TokenObject.Flag.SIGN)),
                TokenObject.publicKey(3, Attribute.KEY_TYPE_RSA, EnumSet.of(TokenObject.Flag.VERIFY))));
    }

    @Override
    public ResponseApdu transmit(CommandApdu c) throws EscException {
        sent.add(Hex.of(c.bytes()));
        if (sent.size() > pullAfter) {
            throw CardException.removed("talk to the card", null);
        }
        if (c.ins() == 0xA4) {
            return select(c);
        }
        if (c.cla() == 0x80 && c.ins() == 0xCA && !appletSelected) {
            return switch (c.p1() << 8 | c.p2()) {
                case 0x9F7F -> cplc ? ResponseApdu.ok(Cplc.of(CUID, new byte[4]).encoded()) : ResponseApdu.of(0x6A88);
                case 0x00E0 -> ResponseApdu.ok(Hex.parse("E012C00401018010C00402018010C00403018010"));
                default -> ResponseApdu.of(0x6A88);
            };
        }
        return c.cla() == Ins.CLA_PUBLIC && appletSelected && !refused.contains(c.ins()) ? command(c) : ResponseApdu.of(0x6D00);
    }

    private ResponseApdu select(CommandApdu c) {
        if (c.nc() == 0) {
            appletSelected = false;
            return manager.isPresent() && selectWithoutAid ? fci() : ResponseApdu.of(0x6A82);
        }
        Aid aid = Aid.of(c.data());
        if (aid.equals(Ins.APPLET) && applet) {
            appletSelected = true;
            return ResponseApdu.ok();
        }
        if (manager.filter(aid::equals).isPresent()) {
            appletSelected = false;
            return fci();
        }
        return ResponseApdu.of(others.contains(aid) ? 0x9000 : 0x6A82);
    }

    private ResponseApdu fci() {
        return ResponseApdu.ok(Hex.parse("6F0B8407" + manager.orElseThrow() + "A500"));
    }

    private ResponseApdu command(CommandApdu c) {
        return switch (c.ins()) {
            case Ins.GET_STATUS -> ResponseApdu.ok(new AppletStatus(1, 1, 1, 4, 5000, 1200, 1, 2, 0).bytes());
            case Ins.GET_LIFECYCLE -> ResponseApdu.ok((byte) lifeCycle.value());
            case Ins.GET_BUILD_ID -> ResponseApdu.ok(Hex.parse("58768072"));
            case Ins.LIST_PINS -> ResponseApdu.ok((byte) 0, (byte) 1);
            case Ins.PIN_TRIES -> ResponseApdu.ok((byte) tries);
            case Ins.GET_ISSUER_INFO -> ResponseApdu.ok(Arrays.copyOf("http://tps.example/".getBytes(), Ins.ISSUER_INFO_LENGTH));
            case Ins.LIST_OBJECTS -> c.p1() == 0 && combined.length > 0
                    ? ResponseApdu.ok(new ObjectInfo(ObjectId.COMBINED, combined.length, Acl.PUBLIC_OBJECT).bytes())
                    : ResponseApdu.of(0x9C12);
            case Ins.LIST_KEYS -> switch (c.p1()) {
                case 0 -> {
                    keys = 1;
                    yield ResponseApdu.ok(new KeyInfo(2, 3, 3, 2048, new Acl(0, 0x4000, 1)).bytes());
                }
                default -> keys++ == 1 ? ResponseApdu.ok(new KeyInfo(3, 1, 2, 2048, Acl.PUBLIC_OBJECT).bytes()) : ResponseApdu.ok();
            };
            case Ins.READ_OBJECT -> {
                byte[] d = c.data();
                int from = (d[6] & 0xFF) << 8 | d[7] & 0xFF;
                yield from > combined.length ? ResponseApdu.of(0x9C0F)
                        : ResponseApdu.ok(Arrays.copyOfRange(combined, from, from + (d[8] & 0xFF)));
            }
            default -> ResponseApdu.of(0x6D00);
        };
    }

    private int keys;

    @Override
    public void close() {
    }
}

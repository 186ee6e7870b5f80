// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.tms.Tms;
import org.esc.tms.db.Operation;
import org.esc.tms.db.TokenQuery;

/** Checks of the system by itself, each on what operations use. */
public final class SelfTests {

    /** What came of one. */
    public record Result(String id, boolean passed, String output) {
    }

    private interface Test {
        /** In words what was found. @throws EscException if all is not well */
        String run() throws EscException, GeneralSecurityException;
    }

    private final Map<String, Test> tests = new LinkedHashMap<>();
    private final Tms tms;

    /** Of a back office. */
    public SelfTests(Tms tms) {
        this.tms = tms;
        tests.put("TokenDatabase", this::database);
        tests.put("ActivityLogIntegrity", this::log);
        tests.put("CACertificate", this::authority);
        tests.put("CASignature", this::signature);
        tests.put("TKSKeys", this::cardKeys);
        tests.put("KRAKeys", this::archive);
        tests.put("ProfileMappings", this::mappings);
    }

    /** Their names. */
    public List<String> names() {
        return List.copyOf(tests.keySet());
    }

    /** Makes one; empty if there is none of this name. */
    public Optional<Result> run(String id, Entries.Caller caller) throws EscException {
        var test = tests.get(id);
        if (test == null) {
            return Optional.empty();
        }
        Result result;
        try {
            result = new Result(id, true, test.run());
        } catch (EscException e) {
            result = new Result(id, false, e.getMessage());
        } catch (GeneralSecurityException | RuntimeException e) {
            result = new Result(id, false, "Failed: " + e);
        }
        tms.audit().note(Operation.SELFTESTS_EXECUTION, result.passed, caller.uid(), caller.ip(), id + ": " + result.output);
        return Optional.of(result);
    }

    /** Makes all. */
    public List<Result> run(Entries.Caller caller) throws EscException {
        var all = new ArrayList<Result>();
        for (String id : names()) {
            all.add(run(id, caller).orElseThrow());
        }
        return all;
    }

    private static EscException bad(String message) {
        return new EscException(Fault.DEFECT, "check the system", message);
    }

    private String database() throws EscException {
        long orphans = tms.inTransaction(sql -> sql.number(
                "SELECT COUNT(*) FROM token_certificates t WHERE NOT EXISTS (SELECT 1 FROM certificates c WHERE c.serial = t.serial)"));
        if (orphans > 0) {
            throw bad(orphans + " certificates are on record with a token, but were not issued by this authority.");
        }
        return tms.tokens().count(TokenQuery.ALL) + " tokens; every certificate on one was issued here.";
    }

    private String log() throws EscException {
        var v = tms.activities().verify();
        if (!v.intact()) {
            throw bad(v.message());
        }
        return v.message();
    }

    private String authority() throws EscException, GeneralSecurityException {
        tms.ca().certificate().checkValidity();
        tms.ca().certificate().verify(tms.ca().certificate().getPublicKey());
        return "Valid until " + tms.ca().certificate().getNotAfter().toInstant() + ".";
    }

    private String signature() throws EscException, GeneralSecurityException {
        var crl = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(tms.ca().crl()));
        crl.verify(tms.ca().certificate().getPublicKey());
        return "The revocation list of " + crl.getThisUpdate().toInstant() + " bears a good signature.";
    }

    private String cardKeys() throws EscException {
        byte[] kdd = new byte[10];
        for (var key : tms.keys().list()) {
            try (var set = tms.keys().newKeys(kdd, key.type()).orElseThrow(() -> bad("A master key gives no card keys."))) {
                if (set.version() < 1) {
                    throw bad("A master key gives card keys without a version.");
                }
            }
        }
        return tms.keys().list().isEmpty() ? "There is no master key: cards keep the factory's keys."
                : tms.keys().list().size() + " master keys give card keys.";
    }

    private String archive() throws EscException {
        var key = tms.recovery().generate("selftest", Cuid.of("00000000000000000000"), 2048, false);
        BigInteger m = BigInteger.TWO.pow(1000).add(BigInteger.ONE);
        var n = key.privateKey().getModulus();
        if (!m.modPow(key.privateKey().getPublicExponent(), n).modPow(key.privateKey().getPrivateExponent(), n).equals(m)) {
            throw bad("A key pair that was made does not fit together.");
        }
        return "A key pair was made, and fits together.";
    }

    private String mappings() throws EscException {
        int rules = 0;
        for (String resolver : tms.profiles().resolvers()) {
            for (var m : tms.profiles().rules(resolver).orElse(List.of())) {
                rules++;
                if (tms.profiles().find(m.target()).isEmpty()) {
                    throw bad("The mapping " + resolver + " names profile " + m.target() + ", which does not exist.");
                }
            }
        }
        return rules + " rules, and every profile they name exists.";
    }
}

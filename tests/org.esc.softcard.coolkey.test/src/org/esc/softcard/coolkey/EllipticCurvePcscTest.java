// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Pkcs11Module;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A software token with an EC key in a virtual reader of a real pcscd. The CoolKey module knows RSA only; OpenSC's knows both. */
class EllipticCurvePcscTest {

    @TempDir
    Path folder;

    @Test
    void openscReadsAnEllipticCurveKeyAndSignsIfItCan() throws Exception {
        var module = Pkcs11Module.find("opensc-pkcs11.so");
        assumeTrue(module.isPresent(), "opensc-pkcs11.so is not installed");
        try {
            Pcscd.need("opensc-tool", "pkcs11-tool");
        } catch (Pcscd.Unavailable e) {
            assumeTrue(false, e.getMessage());
        }
        try (SoftCard soft = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory()); var pcscd = Pcscd.start(folder)) {
            ECPublicKey key = TestToken.enrollEc(soft.channel(), soft.cuid(), KeySet.factory(1, KeyType.DES3), 256);
            pcscd.insertAndWait(soft);
            String objects = module.get().tool("--login", "--pin", TestToken.PIN, "--list-objects").text();
            assertTrue(objects.contains("Public Key Object; EC  EC_POINT 256 bits"), objects);
            assertTrue(objects.contains("Certificate Object"), objects);
            byte[] message = "a message to sign".getBytes(StandardCharsets.US_ASCII);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(message);
            if (objects.contains("Private Key Object; EC")) {
                byte[] signature = module.get().sign(TestToken.PIN, "ECDSA", "01", hash);
                var verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
                verifier.initVerify(key);
                verifier.update(message);
                assertTrue(verifier.verify(signature));
            } else {
                // this module knows EC keys, but files the private one under public keys, and so never finds it
                assertTrue(objects.contains("Private Key Object; RSA"), objects);
                assertThrows(AssertionError.class, () -> module.get().sign(TestToken.PIN, "ECDSA", "01", hash));
            }
        }
    }
}

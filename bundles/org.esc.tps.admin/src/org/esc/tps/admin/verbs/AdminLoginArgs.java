// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.tps.admin.AdminServer;
import org.esc.tps.client.ClientArgs;
import org.esc.tps.client.Trust;

/** A sign-in to a server's administration besides what else a verb does: arguments of verbs that have their own server and user already. */
public record AdminLoginArgs(
        @Arg(names = "--admin", label = "NAME|URL", help = "Sign in to the server's administration, too: a saved server, or an address like https://host:8443.")
                Optional<String> admin,
        @Arg(names = "--admin-user", label = "NAME", help = "Sign in there as this user; the password is asked for once.") Optional<String> adminUser,
        @Arg(names = "--admin-p12", label = "FILE", help = "Sign in there with the certificate in this PKCS#12 file.") Optional<Path> adminP12,
        @Arg(names = "--admin-pkcs11", label = "MODULE[:LABEL]", help = "Sign in there with the certificate of this PKCS#11 module.")
                Optional<String> adminPkcs11,
        @Arg(names = "--admin-token", label = "READER", help = "Sign in there with the certificate on the token in this reader.")
                Optional<String> adminToken) {

    private static final Words WORDS = Words.of(AdminLoginArgs.class);

    /** @throws IllegalArgumentException if it is said how to sign in but not where, or in two ways */
    public AdminLoginArgs {
        long ways = List.of(adminUser, adminP12, adminPkcs11, adminToken).stream().filter(Optional::isPresent).count();
        if (admin.isEmpty() && ways > 0) {
            throw new IllegalArgumentException(WORDS.say("Name the server to sign in to with --admin."));
        }
        if (ways > 1) {
            throw new IllegalArgumentException(WORDS.say("Give one of --admin-user, --admin-p12, --admin-pkcs11 and --admin-token."));
        }
    }

    /**
     * As arguments of the verbs {@code admin …}; empty if nobody signs in.
     *
     * @param ca         authorities to trust; none: those that are saved with the server
     * @param revocation how hard to look for revoked certificates, if that was said
     */
    public Optional<AdminArgs> with(List<Path> ca, Optional<Trust.Revocation> revocation) {
        return admin.map(where -> new AdminArgs(Optional.of(where), ca, revocation, adminUser, new ClientArgs(adminP12, adminPkcs11, adminToken),
                (int) AdminServer.USUAL_TIMEOUT.toSeconds()));
    }
}

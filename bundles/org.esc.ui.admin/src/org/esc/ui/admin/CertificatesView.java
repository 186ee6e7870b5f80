// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.TokenCert;
import org.esc.ui.Icons;

/** The certificates on tokens. */
public final class CertificatesView extends PropertiesView<TokenCert> {

    private static final Words WORDS = Words.of(CertificatesView.class);

    @Override
    Listing<TokenCert> listing() {
        return admin().certs();
    }

    @Override
    String things() {
        return WORDS.say("certificates");
    }

    @Override
    String counted(long n) {
        return WORDS.many(n, "{0} certificate", "{0} certificates");
    }

    @Override
    String searched() {
        return WORDS.say("token and owner");
    }

    @Override
    String nothing() {
        return admin().embedded() ? super.nothing() : WORDS.say("This server lists certificates only when something is searched for: type part of a token's id or of "
                        + "its owner's name above.");
    }

    @Override
    List<Choice> choices() {
        var list = new ArrayList<Choice>();
        if (admin().embedded()) {
            var states = new LinkedHashMap<String, String>();
            List.of("active", "revoked_on_hold", "revoked", "expired").forEach(s -> states.put(s, Texts.certificate(s)));
            list.add(new Choice("status", WORDS.say("Status"), states));
        }
        list.add(new Choice("tokenID", WORDS.say("Token"), Map.of()));
        return list;
    }

    @Override
    List<PagedTable.Column<TokenCert>> columns() {
        var columns = new ArrayList<>(List.of(
                new PagedTable.Column<TokenCert>(WORDS.say("Serial number"), 14, c -> Texts.seen(c.serial()), "")
                        .with(c -> Icons.image(CertificatesView.class, c.status().equals("active") ? "certificate" : "certificate-gone")),
                new PagedTable.Column<TokenCert>(WORDS.say("Status"), 10, c -> Texts.certificate(c.status()), ""),
                new PagedTable.Column<TokenCert>(WORDS.say("Owner"), 12, c -> Texts.seen(c.userId()), ""),
                new PagedTable.Column<TokenCert>(WORDS.say("Token"), 24, c -> Texts.seen(c.tokenId()), ""),
                new PagedTable.Column<TokenCert>(WORDS.say("Key"), 12, c -> Texts.seen(c.keyType()), ""),
                new PagedTable.Column<TokenCert>(WORDS.say("On record"), 20, c -> Texts.time(c.created()), "CreateTime")
                        .ordered(Comparator.comparing(c -> c.created().orElse(Instant.EPOCH)))));
        if (admin().embedded()) {
            columns.add(2, new PagedTable.Column<TokenCert>(WORDS.say("Expires"), 20, c -> Texts.time(c.notAfter()), "NotAfter")
                    .ordered(Comparator.comparing(c -> c.notAfter().orElse(Instant.EPOCH))));
        }
        return columns;
    }

    @Override
    List<Act<TokenCert>> actions() {
        return List.of(new Act<>(WORDS.say("&Token"), WORDS.say("Shows the token"), c -> c.tokenId().isEmpty()
                ? Optional.of(WORDS.say("It is on no token.")) : Optional.empty(),
                c -> open(Kind.TOKENS, new Filter(c.tokenId().orElse(""), Map.of()))));
    }

    @Override
    List<Properties.Property> properties(TokenCert c) {
        return List.of(new Properties.Property(WORDS.say("Serial number"), Texts.seen(c.serial())),
                new Properties.Property(WORDS.say("Subject"), Texts.seen(c.subject())),
                new Properties.Property(WORDS.say("Status"), Texts.certificate(c.status())),
                        new Properties.Property(WORDS.say("Owner"), Texts.seen(c.userId())),
                new Properties.Property(WORDS.say("Token"), Texts.seen(c.tokenId())),
                        new Properties.Property(WORDS.say("Made for token"), Texts.seen(c.origin())),
                new Properties.Property(WORDS.say("Profile"), Texts.seen(c.type())), new Properties.Property(WORDS.say("Key"), Texts.seen(c.keyType())),
                new Properties.Property(WORDS.say("Expires"), c.notAfter().isPresent() ? Texts.time(c.notAfter()) : WORDS.say("The server does not say")),
                new Properties.Property(WORDS.say("On record since"), Texts.time(c.created())),
                        new Properties.Property(WORDS.say("Changed"), Texts.time(c.modified())));
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.TokenCert;
import org.esc.ui.Icons;

/** The certificates on tokens. */
public final class CertificatesView extends PropertiesView<TokenCert> {

    @Override
    Listing<TokenCert> listing() {
        return admin().certs();
    }

    @Override
    String things() {
        return "certificates";
    }

    @Override
    String searched() {
        return "token and owner";
    }

    @Override
    String nothing() {
        return admin().embedded() ? super.nothing() : "This server lists certificates only when something is searched for: type part of a token's id or of its owner's name above.";
    }

    @Override
    List<Choice> choices() {
        var list = new ArrayList<Choice>();
        if (admin().embedded()) {
            var states = new LinkedHashMap<String, String>();
            List.of("active", "revoked_on_hold", "revoked", "expired").forEach(s -> states.put(s, Texts.certificate(s)));
            list.add(new Choice("status", "Status", states));
        }
        list.add(new Choice("tokenID", "Token", Map.of()));
        return list;
    }

    @Override
    List<PagedTable.Column<TokenCert>> columns() {
        var columns = new ArrayList<>(List.of(
                new PagedTable.Column<TokenCert>("Serial number", 14, c -> Texts.seen(c.serial()), "")
                        .with(c -> Icons.image(CertificatesView.class, c.status().equals("active") ? "certificate" : "certificate-gone")),
                new PagedTable.Column<TokenCert>("Status", 10, c -> Texts.certificate(c.status()), ""),
                new PagedTable.Column<TokenCert>("Owner", 12, c -> Texts.seen(c.userId()), ""),
                new PagedTable.Column<TokenCert>("Token", 24, c -> Texts.seen(c.tokenId()), ""),
                new PagedTable.Column<TokenCert>("Key", 12, c -> Texts.seen(c.keyType()), ""),
                new PagedTable.Column<TokenCert>("On record", 20, c -> Texts.time(c.created()), "CreateTime")
                        .ordered(Comparator.comparing(c -> c.created().orElse(Instant.EPOCH)))));
        if (admin().embedded()) {
            columns.add(2, new PagedTable.Column<TokenCert>("Expires", 20, c -> Texts.time(c.notAfter()), "NotAfter")
                    .ordered(Comparator.comparing(c -> c.notAfter().orElse(Instant.EPOCH))));
        }
        return columns;
    }

    @Override
    List<Act<TokenCert>> actions() {
        return List.of(new Act<>("&Token", "Shows the token", c -> c.tokenId().isEmpty() ? Optional.of("It is on no token.") : Optional.empty(),
                c -> open(Kind.TOKENS, new Filter(c.tokenId().orElse(""), Map.of()))));
    }

    @Override
    List<Properties.Property> properties(TokenCert c) {
        return List.of(new Properties.Property("Serial number", Texts.seen(c.serial())), new Properties.Property("Subject", Texts.seen(c.subject())),
                new Properties.Property("Status", Texts.certificate(c.status())), new Properties.Property("Owner", Texts.seen(c.userId())),
                new Properties.Property("Token", Texts.seen(c.tokenId())), new Properties.Property("Made for token", Texts.seen(c.origin())),
                new Properties.Property("Profile", Texts.seen(c.type())), new Properties.Property("Key", Texts.seen(c.keyType())),
                new Properties.Property("Expires", c.notAfter().isPresent() ? Texts.time(c.notAfter()) : "The server does not say"),
                new Properties.Property("On record since", Texts.time(c.created())), new Properties.Property("Changed", Texts.time(c.modified())));
    }
}

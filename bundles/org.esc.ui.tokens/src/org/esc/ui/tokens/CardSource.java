// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.ui.Services;

/** Readers and cards as the ports and drivers of this installation see them. */
final class CardSource implements TokensModel.Source {

    private final Optional<Readers> readers = Services.find(Readers.class);

    @Override
    public List<ReaderState> readers() {
        return readers.map(Readers::list).orElse(List.of());
    }

    @Override
    public List<String> complaints() {
        return readers.map(Readers::complaints)
                .orElseGet(() -> new ArrayList<>(List.of("The part of this program that talks to readers has not started.")));
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        return readers.map(r -> r.subscribe(changed)).orElse(() -> {
        });
    }

    @Override
    public TokenRow.Facts read(ReaderState reader) throws EscException {
        return new TokenRow.Facts(TokenState.FOREIGN, "", "", "", "", false, List.of());
    }
}

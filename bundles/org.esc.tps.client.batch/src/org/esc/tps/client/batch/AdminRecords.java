// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.util.ArrayList;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.Token;
import org.esc.tps.admin.TokenCert;
import org.esc.tps.admin.TokenStatus;
import org.esc.tps.admin.TpsAdmin;

/** A server's records over its REST interface, for as long as somebody is signed in there. Used by the threads of all readers. */
public final class AdminRecords implements TokenRecords, AutoCloseable {

    private static final Words WORDS = Words.of(AdminRecords.class);

    private final TpsAdmin admin;
    private final Cancel cancel = new Cancel();

    /** @param admin is taken over and closed */
    public AdminRecords(TpsAdmin admin) {
        this.admin = admin;
    }

    @Override
    public Optional<Known> find(Cuid cuid) throws EscException {
        Optional<Token> token = token(cuid);
        if (token.isEmpty()) {
            return Optional.empty();
        }
        var serials = new ArrayList<String>();
        admin.certs().all(Query.ALL.with("tokenID", token.get().id()), cancel, c -> {
            if (!revoked(c)) {
                serials.add(c.serial().replaceFirst("(?i)^0x", ""));
            }
        });
        return Optional.of(new Known(token.get().status().name(), token.get().userId(), serials));
    }

    private static boolean revoked(TokenCert c) {
        return c.status().toLowerCase(java.util.Locale.ROOT).startsWith("revoked");
    }

    private Optional<Token> token(Cuid cuid) throws EscException {
        try {
            return Optional.of(admin.tokens().get(cuid.toString(), cancel));
        } catch (EscException e) {
            if (e.problem().code().equals("not-found")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void terminate(Cuid cuid) throws EscException {
        Token token = admin.tokens().get(cuid.toString(), cancel);
        if (token.status() != TokenStatus.TERMINATED) {
            admin.tokens().changeStatus(token.id(), TokenStatus.TERMINATED, cancel);
        }
    }

    /** Who is signed in, for a person. */
    public String who() {
        var account = admin.account();
        return WORDS.say("{0} at {1}", account.fullName().isBlank() ? account.id() : account.fullName(), admin.server().address());
    }

    /**
     * Finds out before the first card is wiped that its record could not be ended.
     *
     * @param retired how many tokens are to be retired
     * @throws EscException REFUSED, code {@code role-missing}
     */
    public void check(int retired) throws EscException {
        Optional<String> why = admin.account().refusal(Right.CHANGE_TOKENS).filter(_ -> retired > 0);
        if (why.isPresent()) {
            throw Problem.of(Fault.REFUSED, WORDS.say("begin the run"), WORDS.say("{0} may not end the records of the tokens that are to be retired.", who()))
                    .code("role-missing").advice(why.get()).exception();
        }
    }

    /** Signs out. */
    @Override
    public void close() {
        cancel.cancel();
        admin.close();
    }
}

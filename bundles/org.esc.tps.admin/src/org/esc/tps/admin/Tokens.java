// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;

/** Tokens on record; fields {@code tokenID}, {@code userID}, {@code type}, {@code status}. */
public final class Tokens extends Listing<Token> {

    private static final long PROFILE_KEPT = 30_000_000_000L;

    private record Kept(Optional<Map<String, String>> properties, long until) {
    }

    /** Profiles, for a short while: who looks at one token after the other asks for the same. */
    private final Map<String, Kept> profiles = new ConcurrentHashMap<>();

    Tokens(TpsAdmin admin) {
        super(admin, "tokens", Right.READ_TOKENS, Json::token);
    }

    @Override
    String sizeName() {
        return "size";
    }

    @Override
    boolean pageInTotal() {
        return admin.dialect() == Dialect.V2;
    }

    /** Puts a token on record, unformatted. @throws EscException REFUSED, code {@code exists}, if it is there already */
    public Token add(String cuid, Optional<String> userId, Optional<String> policy, Cancel cancel) throws EscException {
        var body = new JsonObject();
        body.addProperty("TokenID", cuid);
        userId.ifPresent(u -> body.addProperty("UserID", u));
        policy.ifPresent(p -> body.addProperty("Policy", p));
        return read(admin.object(admin.call("POST", path(), Optional.of(body), Right.ADD_TOKENS, cancel)));
    }

    /** Changes owner and policy; what is empty stays, what is blank is cleared. */
    public Token modify(String id, Optional<String> userId, Optional<String> policy, Cancel cancel) throws EscException {
        var body = new JsonObject();
        body.addProperty("TokenID", id);
        userId.ifPresent(u -> body.addProperty("UserID", u.strip()));
        policy.ifPresent(p -> body.addProperty("Policy", p.strip()));
        return read(admin.object(admin.call("PATCH", one(id), Optional.of(body), Right.CHANGE_TOKENS, cancel)));
    }

    /**
     * Gives a token another state, with what follows ({@link #consequence}).
     *
     * @throws EscException USAGE if it cannot go there from where it is
     */
    public Token changeStatus(String id, TokenStatus to, Cancel cancel) throws EscException {
        return read(admin.object(admin.call("POST", one(id) + "?status=" + to.name(), Optional.empty(), Right.CHANGE_TOKENS, cancel)));
    }

    /** Deletes a token's record, and those of its certificates. */
    public void remove(String id, Cancel cancel) throws EscException {
        admin.call("DELETE", one(id), Optional.empty(), Right.REMOVE_TOKENS, cancel);
    }

    /** What would follow from giving it this state, as its profile says if that may be read. */
    public Consequence consequence(Token token, TokenStatus to, Cancel cancel) throws EscException {
        return Consequence.of(token.status(), to, token.type().isPresent() ? profile(token.type().get(), cancel) : Optional.empty(),
                token.type());
    }

    private Optional<Map<String, String>> profile(String type, Cancel cancel) throws EscException {
        var kept = profiles.get(type);
        if (kept == null || System.nanoTime() - kept.until > 0) {
            Optional<Map<String, String>> found;
            try {
                found = Optional.of(admin.entries(ConfigEntry.Kind.PROFILE).get(type, cancel).properties());
            } catch (EscException e) {
                if (e.fault() != org.esc.apdu.Fault.REFUSED) {
                    throw e;
                }
                found = Optional.empty();
            }
            kept = new Kept(found, System.nanoTime() + PROFILE_KEPT);
            profiles.put(type, kept);
        }
        return kept.properties;
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;

/** Users who administer the server, their groups and certificates. */
public final class Users extends Listing<AdminUser> {

    Users(TpsAdmin admin) {
        super(admin, "admin/users", Right.MANAGE_USERS, Json::user);
    }

    @Override
    String sizeName() {
        return "size";
    }

    /** Adds one, with a password if there is one, which stays the caller's. */
    public AdminUser add(AdminUser user, Optional<Secret> password, Cancel cancel) throws EscException {
        return read(admin.object(admin.call("POST", path(), Optional.of(body(user, password)), right(), cancel)));
    }

    /** Changes one, and the password if one is given. */
    public AdminUser modify(AdminUser user, Optional<Secret> password, Cancel cancel) throws EscException {
        return read(admin.object(admin.call("PATCH", one(user.id()), Optional.of(body(user, password)), right(), cancel)));
    }

    /** Deletes one. */
    public void remove(String id, Cancel cancel) throws EscException {
        admin.call("DELETE", one(id), Optional.empty(), right(), cancel);
    }

    /** The groups somebody is in. */
    public List<String> groups(String id, Cancel cancel) throws EscException {
        return Json.entries(admin.object(admin.call("GET", one(id) + "/memberships?size=" + Query.LARGEST_PAGE, Optional.empty(), right(),
                cancel))).stream().map(o -> Json.text(o, "GroupID").or(() -> Json.text(o, "id")).orElse("")).toList();
    }

    /** Puts somebody into a group. */
    public void join(String id, String group, Cancel cancel) throws EscException {
        // the name alone, in every dialect
        admin.send("POST", one(id) + "/memberships", Optional.of(group), right(), cancel);
    }

    /** Takes somebody out of a group. */
    public void leave(String id, String group, Cancel cancel) throws EscException {
        admin.call("DELETE", one(id) + "/memberships/" + TpsAdmin.encoded(group), Optional.empty(), right(), cancel);
    }

    /** The certificates somebody may sign in with. */
    public List<AdminUser.Cert> certs(String id, Cancel cancel) throws EscException {
        return Json.entries(admin.object(admin.call("GET", one(id) + "/certs?size=" + Query.LARGEST_PAGE, Optional.empty(), right(), cancel)))
                .stream().map(Json::userCert).toList();
    }

    /** Lets somebody sign in with a certificate, given as PEM. */
    public AdminUser.Cert addCert(String id, String pem, Cancel cancel) throws EscException {
        var body = new JsonObject();
        body.addProperty("Encoded", pem);
        return Json.userCert(admin.object(admin.call("POST", one(id) + "/certs", Optional.of(body), right(), cancel)));
    }

    /** Takes a certificate away from somebody. */
    public void removeCert(String id, String certId, Cancel cancel) throws EscException {
        admin.call("DELETE", one(id) + "/certs/" + TpsAdmin.encoded(certId), Optional.empty(), right(), cancel);
    }

    private JsonObject body(AdminUser user, Optional<Secret> password) {
        var body = new JsonObject();
        body.addProperty("id", user.id());
        body.addProperty("UserID", user.id());
        body.addProperty("FullName", user.fullName());
        user.email().ifPresent(e -> body.addProperty("Email", e));
        user.phone().ifPresent(p -> body.addProperty("Phone", p));
        user.type().ifPresent(t -> body.addProperty("Type", t));
        user.state().ifPresent(s -> body.addProperty("State", s));
        password.ifPresent(p -> body.addProperty("Password", new String(p.chars())));
        body.add("Attributes", admin.properties(Map.of("tpsProfiles", String.join(",", sorted(user.profiles()))), "Attribute"));
        return body;
    }

    private static List<String> sorted(Set<String> set) {
        return set.stream().sorted().toList();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;

/** Groups of users, whose members have roles. */
public final class Groups extends Listing<AdminUser.Group> {

    Groups(TpsAdmin admin) {
        super(admin, "admin/groups", Right.MANAGE_USERS, Json::group);
    }

    @Override
    String sizeName() {
        return "size";
    }

    /** Adds one. */
    public AdminUser.Group add(AdminUser.Group group, Cancel cancel) throws EscException {
        return read(admin.object(admin.call("POST", path(), Optional.of(body(group)), right(), cancel)));
    }

    /** Changes its description. */
    public AdminUser.Group modify(AdminUser.Group group, Cancel cancel) throws EscException {
        return read(admin.object(admin.call("PATCH", one(group.id()), Optional.of(body(group)), right(), cancel)));
    }

    /** Deletes one. */
    public void remove(String id, Cancel cancel) throws EscException {
        admin.call("DELETE", one(id), Optional.empty(), right(), cancel);
    }

    /** Who is in it. */
    public List<String> members(String id, Cancel cancel) throws EscException {
        return Json.entries(admin.object(admin.call("GET", one(id) + "/members?size=" + Query.LARGEST_PAGE, Optional.empty(), right(), cancel)))
                .stream().map(o -> Json.word(o, "id")).toList();
    }

    private static JsonObject body(AdminUser.Group group) {
        var body = new JsonObject();
        body.addProperty("id", group.id());
        body.addProperty("GroupID", group.id());
        body.addProperty("Description", group.description());
        return body;
    }
}

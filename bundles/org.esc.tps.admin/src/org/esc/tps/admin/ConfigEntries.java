// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import com.google.gson.JsonObject;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;

/** Profiles, profile mappings, connectors or authenticators. They can be changed and deleted only while disabled. */
public final class ConfigEntries extends Listing<ConfigEntry> {

    private final ConfigEntry.Kind kind;

    ConfigEntries(TpsAdmin admin, ConfigEntry.Kind kind) {
        super(admin, kind.path(), kind == ConfigEntry.Kind.PROFILE ? Right.READ_PROFILES : Right.CONFIGURE, o -> Json.entry(kind, o));
        this.kind = kind;
    }

    /** What it takes to add, change and delete. */
    public Right changeRight() {
        return kind == ConfigEntry.Kind.PROFILE ? Right.CHANGE_PROFILES : Right.CONFIGURE;
    }

    /** Adds one; it is disabled unless the server says otherwise. @throws EscException REFUSED, code {@code exists} */
    public ConfigEntry add(String id, Map<String, String> properties, Cancel cancel) throws EscException {
        return read(admin.object(admin.call("POST", path(), Optional.of(body(id, properties)), changeRight(), cancel)));
    }

    /** Replaces the properties of a disabled one. @throws EscException REFUSED, code {@code wrong-state}, if it is not disabled */
    public ConfigEntry modify(String id, Map<String, String> properties, Cancel cancel) throws EscException {
        return read(admin.object(admin.call("PATCH", one(id), Optional.of(body(id, properties)), changeRight(), cancel)));
    }

    /** Deletes a disabled one. */
    public void remove(String id, Cancel cancel) throws EscException {
        admin.call("DELETE", one(id), Optional.empty(), changeRight(), cancel);
    }

    /** Takes a step in its life. @throws EscException USAGE if its state does not allow it */
    public ConfigEntry act(String id, ConfigEntry.Action action, Cancel cancel) throws EscException {
        return read(admin.object(admin.call("POST", one(id) + "?action=" + action.wire(), Optional.empty(), stepRight(action), cancel)));
    }

    private Right stepRight(ConfigEntry.Action action) {
        if (kind != ConfigEntry.Kind.PROFILE) {
            return Right.CONFIGURE;
        }
        return action == ConfigEntry.Action.APPROVE || action == ConfigEntry.Action.REJECT ? Right.APPROVE_PROFILES : Right.SWITCH_PROFILES;
    }

    /** The steps that may be taken with this one, by who is signed in. */
    public Set<ConfigEntry.Action> actions(ConfigEntry entry) {
        var account = admin.account();
        // as shipped, only profiles need approval, by an agent
        boolean approval = kind == ConfigEntry.Kind.PROFILE;
        boolean approver = !approval || account.may(Right.APPROVE_PROFILES);
        if (!account.may(approval ? Right.SWITCH_PROFILES : Right.CONFIGURE)) {
            return EnumSet.noneOf(ConfigEntry.Action.class);
        }
        return switch (entry.status()) {
            case ENABLED -> EnumSet.of(ConfigEntry.Action.DISABLE);
            case DISABLED -> EnumSet.of(approver ? ConfigEntry.Action.ENABLE : ConfigEntry.Action.SUBMIT);
            case PENDING_APPROVAL -> approver ? EnumSet.of(ConfigEntry.Action.APPROVE, ConfigEntry.Action.REJECT)
                    : EnumSet.of(ConfigEntry.Action.CANCEL);
            case UNKNOWN -> EnumSet.noneOf(ConfigEntry.Action.class);
        };
    }

    private JsonObject body(String id, Map<String, String> properties) {
        var body = new JsonObject();
        body.addProperty("id", id);
        if (kind == ConfigEntry.Kind.PROFILE) {
            body.addProperty(kind.idField(), id);
        }
        body.add("Properties", admin.properties(properties, "Property"));
        return body;
    }
}

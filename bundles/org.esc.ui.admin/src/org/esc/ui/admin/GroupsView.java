// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.List;
import java.util.Optional;
import org.esc.tps.admin.AdminUser;
import org.esc.tps.admin.Groups;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Icons;

/** The groups whose members have roles. */
public final class GroupsView extends PropertiesView<AdminUser.Group> {

    private Optional<AdminUser.Group> chosen = Optional.empty();
    private Optional<List<String>> members = Optional.empty();

    @Override
    Listing<AdminUser.Group> listing() {
        return admin().groups();
    }

    @Override
    String things() {
        return "groups";
    }

    @Override
    String searched() {
        return "name";
    }

    @Override
    List<PagedTable.Column<AdminUser.Group>> columns() {
        return List.of(new PagedTable.Column<AdminUser.Group>("Group", 30, AdminUser.Group::id, "").with(_ -> Icons.image(GroupsView.class, "groups")),
                new PagedTable.Column<AdminUser.Group>("Description", 40, AdminUser.Group::description, ""));
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>("A&dd Group…", "Adds a group", _ -> refusal(listing().right()), admin ->
                new FormDialog<>(getSite().getShell(), "Add a group", "Roles come with the groups the server knows; another group gives none by itself.",
                        List.of(Field.text("id", "Name", "", "").required(), Field.text("description", "Description", "", "")), "&Add",
                        (v, cancel) -> admin.groups().add(new AdminUser.Group(v.text("id"), v.text("description")), cancel), _ -> done()).open()));
    }

    @Override
    List<Act<AdminUser.Group>> actions() {
        return List.of(new Act<>("A&dd Member…", "Puts a user into the group", _ -> Optional.empty(), this::join),
                new Act<>("&Remove Member…", "Takes a user out of the group", _ -> members.filter(m -> !m.isEmpty()).isPresent() ? Optional.empty()
                        : Optional.of("The group has no members."), this::leave),
                new Act<>("&Users", "Shows the users", _ -> Optional.empty(), _ -> open(Kind.USERS, Filter.ALL)),
                new Act<>("&Edit…", "Changes the description", _ -> Optional.empty(), this::edit),
                new Act<>("De&lete…", "Deletes the group", _ -> Optional.empty(), this::delete));
    }

    @Override
    void details(Optional<AdminUser.Group> group) {
        if (!group.equals(chosen)) {
            members = Optional.empty();
        }
        chosen = group;
        super.details(group);
        group.ifPresent(g -> {
            Groups groups = admin().groups();
            first("Read " + g.id(), (_, cancel) -> groups.members(g.id(), cancel), m -> {
                if (chosen.filter(g::equals).isPresent()) {
                    members = Optional.of(m);
                    super.details(Optional.of(g));
                }
            });
        });
    }

    @Override
    List<Properties.Property> properties(AdminUser.Group g) {
        return List.of(new Properties.Property("Group", g.id()), new Properties.Property("Description", g.description()),
                new Properties.Property("Members", members.map(m -> m.isEmpty() ? "none" : String.join("\n", m)).orElse("Reading…")));
    }

    private void join(AdminUser.Group g) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), "Add a member to " + g.id(), g.description(), List.of(Field.text("user", "User", "", "short name").required()), "&Add",
                (v, cancel) -> {
                    // a name that nobody has is told here, whatever the server makes of it
                    admin.users().get(v.text("user"), cancel);
                    admin.users().join(v.text("user"), g.id(), cancel);
                    return g;
                }, _ -> done()).open();
    }

    private void leave(AdminUser.Group g) {
        TpsAdmin admin = admin();
        List<String> now = members.orElse(List.of());
        new FormDialog<>(getSite().getShell(), "Remove a member of " + g.id(), "The user loses the role of the group.",
                List.of(Field.choice("user", "User", now.size() == 1 ? now.getFirst() : "", now).required()), "&Remove", (v, cancel) -> {
            admin.users().leave(v.text("user"), g.id(), cancel);
            return g;
        }, _ -> done()).cautious().open();
    }

    private void edit(AdminUser.Group g) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), "Edit " + g.id(), "", List.of(Field.text("description", "Description", g.description(), "")), "&Save",
                (v, cancel) -> admin.groups().modify(new AdminUser.Group(g.id(), v.text("description")), cancel), _ -> done()).open();
    }

    private void delete(AdminUser.Group g) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), "Delete " + g.id(), g.description(), List.of(), "&Delete", (_, cancel) -> {
            admin.groups().remove(g.id(), cancel);
            return g;
        }, _ -> done()).cautious("The members lose the role of this group. This cannot be undone.").open();
    }
}

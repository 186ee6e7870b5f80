// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.admin.AdminUser;
import org.esc.tps.admin.Groups;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.Icons;

/** The groups whose members have roles. */
public final class GroupsView extends PropertiesView<AdminUser.Group> {

    private static final Words WORDS = Words.of(GroupsView.class);

    private Optional<AdminUser.Group> chosen = Optional.empty();
    private Optional<List<String>> members = Optional.empty();

    @Override
    Listing<AdminUser.Group> listing() {
        return admin().groups();
    }

    @Override
    String things() {
        return WORDS.say("groups");
    }

    @Override
    String counted(long n) {
        return WORDS.many(n, "{0} group", "{0} groups");
    }

    @Override
    String searched() {
        return WORDS.say("name");
    }

    @Override
    List<PagedTable.Column<AdminUser.Group>> columns() {
        return List.of(new PagedTable.Column<AdminUser.Group>(WORDS.say("Group"), 30, AdminUser.Group::id, "").with(_ ->
                Icons.image(GroupsView.class, "groups")),
                new PagedTable.Column<AdminUser.Group>(WORDS.say("Description"), 40, AdminUser.Group::description, ""));
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>(WORDS.say("A&dd Group…"), WORDS.say("Adds a group"), _ -> refusal(listing().right()), admin ->
                new FormDialog<>(getSite().getShell(), WORDS.say("Add a group"),
                        WORDS.say("Roles come with the groups the server knows; another group gives none by itself."),
                        List.of(Field.text("id", WORDS.say("Name"), "", "").required(), Field.text("description", WORDS.say("Description"), "", "")),
                                WORDS.say("&Add"),
                        (v, cancel) -> admin.groups().add(new AdminUser.Group(v.text("id"), v.text("description")), cancel), _ -> done()).open()));
    }

    @Override
    List<Act<AdminUser.Group>> actions() {
        return List.of(new Act<>(WORDS.say("A&dd Member…"), WORDS.say("Puts a user into the group"), _ -> Optional.empty(), this::join),
                new Act<>(WORDS.say("&Remove Member…"), WORDS.say("Takes a user out of the group"), _ -> members.filter(m -> !m.isEmpty()).isPresent()
                        ? Optional.empty()
                        : Optional.of(WORDS.say("The group has no members.")), this::leave),
                new Act<>(WORDS.say("&Users"), WORDS.say("Shows the users"), _ -> Optional.empty(), _ -> open(Kind.USERS, Filter.ALL)),
                new Act<>(WORDS.say("&Edit…"), WORDS.say("Changes the description"), _ -> Optional.empty(), this::edit),
                new Act<>(WORDS.say("De&lete…"), WORDS.say("Deletes the group"), _ -> Optional.empty(), this::delete));
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
            first(WORDS.say("Read {0}", g.id()), (_, cancel) -> groups.members(g.id(), cancel), m -> {
                if (chosen.filter(g::equals).isPresent()) {
                    members = Optional.of(m);
                    super.details(Optional.of(g));
                }
            });
        });
    }

    @Override
    List<Properties.Property> properties(AdminUser.Group g) {
        return List.of(new Properties.Property(WORDS.say("Group"), g.id()), new Properties.Property(WORDS.say("Description"), g.description()),
                new Properties.Property(WORDS.say("Members"), members.map(m -> m.isEmpty() ? WORDS.say("none")
                        : String.join("\n", m)).orElse(WORDS.say("Reading…"))));
    }

    private void join(AdminUser.Group g) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), WORDS.say("Add a member to {0}", g.id()), g.description(),
                List.of(Field.text("user", WORDS.say("User"), "", WORDS.say("short name")).required()), WORDS.say("&Add"),
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
        new FormDialog<>(getSite().getShell(), WORDS.say("Remove a member of {0}", g.id()), WORDS.say("The user loses the role of the group."),
                List.of(Field.choice("user", WORDS.say("User"), now.size() == 1 ? now.getFirst() : "", now).required()), WORDS.say("&Remove"), (v, cancel) -> {
            admin.users().leave(v.text("user"), g.id(), cancel);
            return g;
        }, _ -> done()).cautious().open();
    }

    private void edit(AdminUser.Group g) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), WORDS.say("Edit {0}", g.id()), "",
                List.of(Field.text("description", WORDS.say("Description"), g.description(), "")), WORDS.say("&Save"),
                (v, cancel) -> admin.groups().modify(new AdminUser.Group(g.id(), v.text("description")), cancel), _ -> done()).open();
    }

    private void delete(AdminUser.Group g) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), WORDS.say("Delete {0}", g.id()), g.description(), List.of(), WORDS.say("&Delete"), (_, cancel) -> {
            admin.groups().remove(g.id(), cancel);
            return g;
        }, _ -> done()).cautious(WORDS.say("The members lose the role of this group. This cannot be undone.")).open();
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.admin.AdminUser;
import org.esc.tps.admin.ConfigEntry;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.TpsAdmin;
import org.esc.tps.admin.Users;
import org.esc.ui.Icons;

/** Who may sign in to the server: names, roles, profiles, certificates. */
public final class UsersView extends PropertiesView<AdminUser> {

    private static final Words WORDS = Words.of(UsersView.class);

    /** What is read of one when it is selected. */
    private record More(AdminUser whole, List<String> groups, List<AdminUser.Cert> certs) {
    }

    private Optional<AdminUser> chosen = Optional.empty();
    private Optional<More> more = Optional.empty();

    @Override
    Listing<AdminUser> listing() {
        return admin().users();
    }

    @Override
    String things() {
        return WORDS.say("users");
    }

    @Override
    String counted(long n) {
        return WORDS.many(n, "{0} user", "{0} users");
    }

    @Override
    String searched() {
        return WORDS.say("name");
    }

    @Override
    List<PagedTable.Column<AdminUser>> columns() {
        return List.of(new PagedTable.Column<AdminUser>(WORDS.say("User"), 16, AdminUser::id, "").with(_ -> Icons.image(UsersView.class, "users")),
                new PagedTable.Column<AdminUser>(WORDS.say("Name"), 26, AdminUser::fullName, ""),
                new PagedTable.Column<AdminUser>(WORDS.say("E-mail"), 24, u -> u.email().orElse(""), ""));
    }

    @Override
    Optional<Act<TpsAdmin>> adder() {
        return Optional.of(new Act<>(WORDS.say("A&dd User…"), WORDS.say("Lets somebody sign in"), _ -> refusal(listing().right()), this::add));
    }

    private void add(TpsAdmin admin) {
        first(WORDS.say("Read groups and profiles"), (_, cancel) -> new Lists(groups(admin, cancel), profiles(admin, cancel)), lists -> {
            var fields = new ArrayList<>(List.of(Field.text("id", WORDS.say("User"), "", WORDS.say("short name")).required(),
                    Field.text("name", WORDS.say("Full name"), "", "").required(),
                    Field.text("email", WORDS.say("E-mail"), "", ""), Field.text("phone", WORDS.say("Phone"), "", ""),
                            Field.password("password", WORDS.say("Password"))));
            lists.groups().forEach(g -> fields.add(Field.check("group:" + g, WORDS.say("Group: {0}", g), false)));
            fields.add(Field.check("all", WORDS.say("May see tokens of all profiles"), true));
            new FormDialog<>(getSite().getShell(), WORDS.say("Add a user"),
                    WORDS.say("Who signs in with a certificate needs no password; import the certificate afterwards."), fields, WORDS.say("&Add"),
                    (v, cancel) -> {
                        AdminUser user = admin.users().add(new AdminUser(v.text("id"), v.text("name"), v.given("email"), v.given("phone"), Optional.empty(),
                                Optional.empty(), v.flag("all") ? Set.of(AdminUser.ALL_PROFILES) : Set.of()), password(v), cancel);
                        for (String g : lists.groups()) {
                            if (v.flag("group:" + g)) {
                                admin.users().join(user.id(), g, cancel);
                            }
                        }
                        return user;
                    }, _ -> done()).checked(v -> v.text("id").matches("[A-Za-z0-9._@-]+") ? Optional.empty()
                    : Optional.of(WORDS.say("A user's short name has letters, digits, dots and dashes only."))).open();
        });
    }

    private record Lists(List<String> groups, List<String> profiles) {
    }

    private static Optional<Secret> password(Values v) {
        return v.secret("password").length() == 0 ? Optional.empty() : Optional.of(v.secret("password"));
    }

    private static List<String> groups(TpsAdmin admin, Cancel cancel) throws EscException {
        var all = new ArrayList<String>();
        admin.groups().all(Query.ALL, cancel, g -> all.add(g.id()));
        return all;
    }

    private static List<String> profiles(TpsAdmin admin, Cancel cancel) throws EscException {
        var all = new ArrayList<String>();
        admin.entries(ConfigEntry.Kind.PROFILE).all(Query.ALL, cancel, p -> all.add(p.id()));
        return all;
    }

    @Override
    List<Act<AdminUser>> actions() {
        return List.of(new Act<>(WORDS.say("&Edit…"), WORDS.say("Changes name, mail and password"), _ -> Optional.empty(), this::edit),
                new Act<>(WORDS.say("&Groups…"), WORDS.say("Says which roles the user has"), _ -> Optional.empty(), this::groups),
                new Act<>(WORDS.say("&Profiles…"), WORDS.say("Says whose tokens the user may see"), _ -> Optional.empty(), this::profiles),
                new Act<>(WORDS.say("&Import Certificate…"), WORDS.say("Lets the user sign in with a certificate"), _ -> Optional.empty(),
                        this::importCertificate),
                new Act<>(WORDS.say("Remove &Certificate…"), WORDS.say("Takes a certificate away from the user"), _ ->
                        more.filter(m -> !m.certs().isEmpty()).isPresent() ? Optional.empty()
                        : Optional.of(WORDS.say("The user has no certificate.")), this::removeCertificate),
                new Act<>(WORDS.say("De&lete…"), WORDS.say("Deletes the user"), u ->
                        server().flatMap(Server::account).filter(a -> a.id().equals(u.id())).isPresent()
                        ? Optional.of(WORDS.say("This is you.")) : Optional.empty(), this::delete));
    }

    @Override
    void details(Optional<AdminUser> user) {
        if (!user.equals(chosen)) {
            more = Optional.empty();
        }
        chosen = user;
        super.details(user);
        user.ifPresent(u -> {
            Users users = admin().users();
            first(WORDS.say("Read {0}", u.id()), (_, cancel) -> new More(users.get(u.id(), cancel), users.groups(u.id(), cancel),
                    users.certs(u.id(), cancel)), m -> {
                if (chosen.filter(u::equals).isPresent()) {
                    more = Optional.of(m);
                    super.details(Optional.of(u));
                }
            });
        });
    }

    @Override
    List<Properties.Property> properties(AdminUser row) {
        // a list may leave profiles out
        AdminUser u = more.map(More::whole).orElse(row);
        return List.of(new Properties.Property(WORDS.say("User"), u.id()), new Properties.Property(WORDS.say("Name"), u.fullName()),
                Properties.Property.of(WORDS.say("E-mail"), u.email()),
                Properties.Property.of(WORDS.say("Phone"), u.phone()),
                new Properties.Property(WORDS.say("Groups"), more.map(m -> m.groups().isEmpty() ? WORDS.say("none, so no role")
                        : String.join("\n", m.groups())).orElse(WORDS.say("Reading…"))),
                new Properties.Property(WORDS.say("Profiles"), more.isEmpty() ? WORDS.say("Reading…") : u.profiles().isEmpty()
                        ? WORDS.say("none: sees no token that has a profile") : String.join("\n", new TreeSet<>(u.profiles()))),
                new Properties.Property(WORDS.say("Certificates"), more.map(m -> m.certs().isEmpty() ? WORDS.say("none")
                        : String.join("\n", m.certs().stream().map(UsersView::words).toList()))
                        .orElse(WORDS.say("Reading…"))));
    }

    private static String words(AdminUser.Cert c) {
        return WORDS.say("{0}, serial number {1}, issued by {2}", c.subject(), c.serial(), c.issuer());
    }

    private void edit(AdminUser row) {
        TpsAdmin admin = admin();
        first(WORDS.say("Read {0}", row.id()), (_, cancel) -> admin.users().get(row.id(), cancel), u ->
                new FormDialog<>(getSite().getShell(), WORDS.say("Edit {0}", u.id()), WORDS.say("An empty password leaves the one there is."),
                List.of(Field.text("name", WORDS.say("Full name"), u.fullName(), "").required(),
                Field.text("email", WORDS.say("E-mail"), u.email().orElse(""), ""), Field.text("phone", WORDS.say("Phone"), u.phone().orElse(""), ""),
                        Field.password("password", WORDS.say("New password"))), WORDS.say("&Save"),
                (v, cancel) -> admin.users().modify(new AdminUser(u.id(), v.text("name"), v.given("email"), v.given("phone"), u.type(), u.state(),
                        u.profiles()), password(v),
                        cancel), _ -> done()).open());
    }

    private void groups(AdminUser u) {
        TpsAdmin admin = admin();
        first(WORDS.say("Read groups"), (_, cancel) -> {
            var all = new TreeSet<>(groups(admin, cancel));
            var in = Set.copyOf(admin.users().groups(u.id(), cancel));
            all.addAll(in);
            return new Membership(List.copyOf(all), in);
        }, m -> new FormDialog<>(getSite().getShell(), WORDS.say("Groups of {0}", u.id()), WORDS.say("The members of a group have its role."),
                m.all().stream().map(g -> Field.check(g, g, m.in().contains(g))).toList(), WORDS.say("&Save"), (v, cancel) -> {
            for (String g : m.all()) {
                if (v.flag(g) && !m.in().contains(g)) {
                    admin.users().join(u.id(), g, cancel);
                } else if (!v.flag(g) && m.in().contains(g)) {
                    admin.users().leave(u.id(), g, cancel);
                }
            }
            return u;
        }, _ -> done()).open());
    }

    private record Membership(List<String> all, Set<String> in) {
    }

    private record Seeing(AdminUser user, List<String> all) {
    }

    private void profiles(AdminUser row) {
        TpsAdmin admin = admin();
        first(WORDS.say("Read profiles"), (_, cancel) -> {
            AdminUser u = admin.users().get(row.id(), cancel);
            var all = new LinkedHashSet<String>();
            all.add(AdminUser.ALL_PROFILES);
            all.addAll(profiles(admin, cancel));
            all.addAll(new TreeSet<>(u.profiles()));
            return new Seeing(u, List.copyOf(all));
        }, s -> new FormDialog<>(getSite().getShell(), WORDS.say("Profiles of {0}", row.id()),
                WORDS.say("Tokens of other profiles are shown to this user as restricted."),
                s.all().stream().map(p -> Field.check(p, p, s.user().profiles().contains(p))).toList(), WORDS.say("&Save"), (v, cancel) -> {
            AdminUser u = s.user();
            var chosenProfiles = new TreeSet<String>();
            s.all().stream().filter(v::flag).forEach(chosenProfiles::add);
            return admin.users().modify(new AdminUser(u.id(), u.fullName(), u.email(), u.phone(), u.type(), u.state(),
                    chosenProfiles.contains(AdminUser.ALL_PROFILES) ? Set.of(AdminUser.ALL_PROFILES) : chosenProfiles), Optional.empty(), cancel);
        }, _ -> done()).open());
    }

    private void importCertificate(AdminUser u) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), WORDS.say("Import a certificate for {0}", u.id()), WORDS.say("Choose a PEM file, or paste the text of one."),
                List.of(Field.file("file", WORDS.say("File"), "", "PEM"), Field.lines("pem", WORDS.say("Text"), "")), WORDS.say("&Import"), (v, cancel) ->
                admin.users().addCert(u.id(), v.given("file").isPresent() ? read(Path.of(v.text("file"))) : v.text("pem"), cancel), _ -> done())
                .checked(v -> v.given("file").isPresent() || v.text("pem").contains("-----BEGIN CERTIFICATE-----") ? Optional.empty()
                        : v.text("pem").isEmpty() ? Optional.of(WORDS.say("Choose a file or paste a certificate."))
                                : Optional.of(WORDS.say("The text has no -----BEGIN CERTIFICATE----- line."))).open();
    }

    private static String read(Path file) throws EscException {
        try {
            if (Files.size(file) > 1_000_000) {
                throw Problem.of(Fault.USAGE, WORDS.say("import a certificate"),
                        WORDS.say("The file {0} is too large for a certificate.", file.getFileName())).exception();
            }
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            if (!text.contains("-----BEGIN CERTIFICATE-----")) {
                throw Problem.of(Fault.USAGE, WORDS.say("import a certificate"), WORDS.say("The file {0} holds no certificate in PEM.", file.getFileName()))
                        .advice(WORDS.say("Choose a file that begins with -----BEGIN CERTIFICATE-----.")).exception();
            }
            return text;
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("import a certificate"), WORDS.say("The file {0} cannot be read.", file)).exception(e);
        }
    }

    private void removeCertificate(AdminUser u) {
        TpsAdmin admin = admin();
        List<AdminUser.Cert> certs = more.map(More::certs).orElse(List.of());
        List<String> labels = certs.stream().map(UsersView::words).toList();
        new FormDialog<>(getSite().getShell(), WORDS.say("Remove a certificate of {0}", u.id()), WORDS.say("The user cannot sign in with it any more."),
                List.of(Field.choice("cert", WORDS.say("Certificate"), labels.size() == 1 ? labels.getFirst() : "", labels).required()),
                        WORDS.say("&Remove"), (v, cancel) -> {
            admin.users().removeCert(u.id(), certs.get(labels.indexOf(v.text("cert"))).id(), cancel);
            return u;
        }, _ -> done()).cautious().open();
    }

    private void delete(AdminUser u) {
        TpsAdmin admin = admin();
        new FormDialog<>(getSite().getShell(), WORDS.say("Delete {0}", u.id()), u.fullName(), List.of(), WORDS.say("&Delete"), (_, cancel) -> {
            admin.users().remove(u.id(), cancel);
            return u;
        }, _ -> done()).cautious(WORDS.say("The user cannot sign in any more. This cannot be undone.")).open();
    }
}

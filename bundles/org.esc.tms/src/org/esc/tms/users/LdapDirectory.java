// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.naming.AuthenticationException;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attributes;
import javax.naming.directory.InitialDirContext;
import javax.naming.ldap.Rdn;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/** Users of an LDAP server: a login is a bind as the user; name and e-mail are read from the user's entry. */
public final class LdapDirectory implements Directory {

    private static final Words WORDS = Words.of(LdapDirectory.class);


    private final URI server;
    private final String pattern;

    /**
     * @param server  {@code ldaps://host:port}; {@code ldap://} only for a loopback address, as the password travels in
     *                the clear
     * @param pattern the user's DN with {@code {0}} for the uid: {@code uid={0},ou=people,dc=example,dc=org}
     * @throws EscException USAGE if either cannot be right
     */
    public LdapDirectory(URI server, String pattern) throws EscException {
        String scheme = String.valueOf(server.getScheme()).toLowerCase(Locale.ROOT);
        if (server.getHost() == null || !scheme.equals("ldaps")
                && !(scheme.equals("ldap") && loopback(server.getHost()))) {
            throw Problem.of(Fault.USAGE, step(), WORDS.say("The user directory must be an ldaps:// address.")).code("ldap-address")
                    .advice(WORDS.say("ldap:// is for a server on this machine only, because passwords would travel in the clear.")).exception();
        }
        if (!pattern.contains("{0}")) {
            throw new EscException(Fault.USAGE, step(), WORDS.say("The pattern of the users' names has no {0} for the user.", "{0}"));
        }
        this.server = server;
        this.pattern = pattern;
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }

    @Override
    public Optional<User> login(String uid, Secret password) throws EscException {
        if (password.length() == 0) {
            return Optional.empty(); // a bind without password succeeds anonymously
        }
        String dn = pattern.replace("{0}", Rdn.escapeValue(uid));
        var environment = new Hashtable<String, Object>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
        environment.put(Context.PROVIDER_URL, server.toString());
        environment.put(Context.SECURITY_AUTHENTICATION, "simple");
        environment.put(Context.SECURITY_PRINCIPAL, dn);
        environment.put(Context.REFERRAL, "ignore");
        environment.put("com.sun.jndi.ldap.connect.timeout", "10000");
        environment.put("com.sun.jndi.ldap.read.timeout", "10000");
        byte[] bytes = password.bytes();
        environment.put(Context.SECURITY_CREDENTIALS, bytes);
        try {
            var context = new InitialDirContext(environment);
            try {
                var entry = context.getAttributes(new javax.naming.ldap.LdapName(dn), new String[] {"cn", "mail"});
                return Optional.of(new User(uid, value(entry, "cn").orElse(uid), value(entry, "mail"), Set.of(), false,
                        false));
            } finally {
                context.close();
            }
        } catch (AuthenticationException | NameNotFoundException _) {
            return Optional.empty();
        } catch (NamingException e) {
            throw Problem.of(Fault.NETWORK, step(), WORDS.say("The user directory cannot be asked.")).code("directory")
                    .advice(WORDS.say("Check that the LDAP server runs and that its certificate is trusted.")).exception(e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static Optional<String> value(Attributes entry, String name) throws NamingException {
        var attribute = entry.get(name);
        return attribute == null || attribute.size() == 0 ? Optional.empty()
                : Optional.of(String.valueOf(attribute.get()));
    }

    private static String step() {
        return WORDS.say("ask the user directory");
    }
}

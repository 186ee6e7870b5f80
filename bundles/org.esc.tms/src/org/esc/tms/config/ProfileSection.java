// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.db.Refused;
import org.esc.tms.db.TokenProfile;

/** Profiles, kept where operations find them. */
final class ProfileSection implements Entries.Section {

    private final Tms tms;

    ProfileSection(Tms tms) {
        this.tms = tms;
    }

    @Override
    public List<String> ids() throws EscException {
        return tms.profiles().list().stream().map(TokenProfile::id).toList();
    }

    @Override
    public Optional<Map<String, String>> properties(String id) throws EscException {
        return tms.profiles().find(id).map(ProfileProperties::of);
    }

    @Override
    public void save(String id, Map<String, String> properties) throws EscException {
        var profile = ProfileProperties.profile(id, false, properties);
        if (profile.temporaryType().isPresent() && tms.profiles().find(profile.temporaryType().get()).isEmpty()) {
            throw Refused.usage("save a profile", "There is no profile " + profile.temporaryType().get() + " for temporary tokens.");
        }
        tms.profiles().save(profile);
    }

    @Override
    public void remove(String id) throws EscException {
        for (String resolver : tms.profiles().resolvers()) {
            if (tms.profiles().rules(resolver).orElse(List.of()).stream().anyMatch(m -> m.target().equals(id))) {
                throw Refused.usage("remove a profile", "The mapping " + resolver + " names profile " + id + ".");
            }
        }
        tms.profiles().remove(id);
    }

    @Override
    public void enabled(String id, boolean on) throws EscException {
        var profile = tms.profiles().find(id);
        if (profile.isPresent() && profile.get().enabled() != on) {
            tms.profiles().save(profile.get().enabled(on));
        }
    }
}

// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Cancel;

/**
 * A list on the server that can be searched and read page by page. Safe for several threads; every call waits for the server, at most as long as its
 * {@link AdminServer#timeout}.
 *
 * @param <T> what is listed
 */
public sealed class Listing<T extends Entry> permits Tokens, Certs, ConfigEntries, Users, Groups, SelfTests {

    private static final Words WORDS = Words.of(Listing.class);

    final TpsAdmin admin;
    private final String path;
    private final Right right;
    private final Function<JsonObject, T> read;

    Listing(TpsAdmin admin, String path, Right right, Function<JsonObject, T> read) {
        this.admin = admin;
        this.path = path;
        this.right = right;
        this.read = read;
    }

    /** What it takes to look at it. */
    public Right right() {
        return right;
    }

    String path() {
        return path;
    }

    T read(JsonObject o) {
        return read.apply(o);
    }

    /**
     * One page.
     *
     * @throws EscException REFUSED without the role, USAGE if the server takes the filter for wrong, NETWORK, LOGIN, CANCELLED
     */
    public Page<T> list(Query query, Cancel cancel) throws EscException {
        var answer = fetch(query, Optional.empty(), cancel);
        var entries = new ArrayList<>(Json.entries(answer));
        boolean sorted = query.sort().isEmpty() || admin.sorts();
        if (!sorted) {
            entries.sort(comparator(query.sort().get()));
        }
        var list = entries.stream().map(read).toList();
        OptionalLong total = total(answer, entries.size(), query);
        boolean more = total.isPresent() ? query.start() + list.size() < total.getAsLong() && !list.isEmpty() : list.size() >= query.size();
        return new Page<>(list, query.start(), total, more, sorted || query.start() == 0 && !more);
    }

    /**
     * All entries, page after page, never more than one page in memory; entries that move to a later page meanwhile are not given twice.
     *
     * @param each is given one after the other; what it throws ends the walk
     * @return how many there were
     */
    public long all(Query query, Cancel cancel, Each<? super T> each) throws EscException {
        long n = 0;
        Query page = query.size(Query.LARGEST_PAGE);
        Set<String> before = Set.of();
        Optional<String> after = Optional.empty();
        while (true) {
            var answer = fetch(page, after, cancel);
            var entries = Json.entries(answer);
            var here = new HashSet<String>();
            for (JsonObject o : entries) {
                T t = read.apply(o);
                // several entries that may not be seen have the same name
                if (here.add(t.id()) | t.id().equals(Token.RESTRICTED) && !before.contains(t.id())) {
                    cancel.check(WORDS.say("read the list"));
                    each.accept(t);
                    n++;
                }
            }
            after = Json.text(answer, "next");
            OptionalLong total = total(answer, entries.size(), page);
            boolean more = after.isPresent() || (total.isPresent() ? page.start() + entries.size() < total.getAsLong()
                    : entries.size() >= page.size());
            if (entries.isEmpty() || !more || !paged()) {
                return n;
            }
            before = here;
            page = page.start(page.start() + entries.size());
        }
    }

    /** Takes entries one after the other. */
    @FunctionalInterface
    public interface Each<T> {
        /** @throws EscException to end the walk */
        void accept(T entry) throws EscException;
    }

    /** One entry by its name. @throws EscException REFUSED, code {@code not-found}, if there is none */
    public T get(String id, Cancel cancel) throws EscException {
        return read.apply(admin.object(admin.call("GET", one(id), Optional.empty(), right, cancel)));
    }

    String one(String id) {
        return path + "/" + TpsAdmin.encoded(id);
    }

    /** False for lists that old servers give whole, whatever page is asked for. */
    boolean paged() {
        return true;
    }

    private JsonObject fetch(Query query, Optional<String> after, Cancel cancel) throws EscException {
        var parameters = new LinkedHashMap<String, String>();
        query.filter().ifPresent(f -> parameters.put("filter", f));
        parameters.putAll(query.fields());
        if (after.isPresent()) {
            parameters.put("after", after.get());
        } else if (query.start() > 0) {
            parameters.put("start", "" + query.start());
        }
        parameters.put(sizeName(), "" + query.size());
        if (admin.sorts()) {
            query.sort().ifPresent(s -> parameters.put("sort", (s.descending() ? "-" : "") + s.column()));
        }
        adapt(parameters);
        return admin.object(admin.call("GET", path + TpsAdmin.query(parameters), Optional.empty(), right, cancel));
    }

    String sizeName() {
        return path.equals("activities") ? "size" : admin.dialect().pageSize();
    }

    /** What this list needs besides. */
    void adapt(Map<String, String> parameters) throws EscException {
        // nothing, mostly
    }

    /** How many there are in all, if the server tells. */
    private OptionalLong total(JsonObject answer, int here, Query query) {
        long said = Json.number(answer, "total").orElse(0L);
        if (!pageInTotal() && said >= here) {
            return OptionalLong.of(said);
        }
        return here < query.size() ? OptionalLong.of(query.start() + (long) here) : OptionalLong.empty();
    }

    /** True where the number that a list says is only that of the page. */
    boolean pageInTotal() {
        return false;
    }

    private static Comparator<JsonObject> comparator(Query.Sort sort) {
        Comparator<JsonObject> c = Comparator.comparing((JsonObject o) -> Json.number(o, sort.column()).orElse(Long.MIN_VALUE))
                .thenComparing(o -> Json.word(o, sort.column()), String.CASE_INSENSITIVE_ORDER);
        return sort.descending() ? c.reversed() : c;
    }
}

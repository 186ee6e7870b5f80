// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** All formats that traces are read from and written to, ours and those of vendors. */
@Component(service = Formats.class)
public final class Formats {

    private final List<TraceFormat> formats = new ArrayList<>();

    /** Adds a format. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public synchronized void addFormat(TraceFormat format) {
        formats.add(format);
    }

    /** Removes a format. */
    public synchronized void removeFormat(TraceFormat format) {
        formats.remove(format);
    }

    /** All of them, by name. */
    public synchronized List<TraceFormat> all() {
        return formats.stream().sorted(Comparator.comparing(TraceFormat::name)).toList();
    }

    /** The format of a name, in any case. */
    public Optional<TraceFormat> byName(String name) {
        return all().stream().filter(f -> f.name().equalsIgnoreCase(name)).findFirst();
    }

    /** The format to write a file of that name in: whose usual ending it has, or one of whose endings. */
    public Optional<TraceFormat> forFile(String fileName) {
        String ending = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return all().stream().filter(f -> f.writes() && f.endings().contains(ending))
                .min(Comparator.comparingInt(f -> f.endings().indexOf(ending)));
    }

    /**
     * The format a file is of, by what is in it.
     *
     * @param head its first 64 KiB, or all of it
     * @return empty if no format knows it
     */
    public Optional<TraceFormat> detect(byte[] head) {
        record Sure(TraceFormat format, int sureness) {
        }
        return all().stream().filter(TraceFormat::reads).map(f -> new Sure(f, f.recognises(head))).filter(s -> s.sureness > 0)
                .max(Comparator.comparingInt(Sure::sureness)).map(Sure::format);
    }
}

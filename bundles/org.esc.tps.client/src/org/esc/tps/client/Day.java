// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import org.esc.apdu.Words;

/** Days and moments as people read them: in English in the order of ISO 8601, which nobody there takes for another day, else as the language writes them. */
public final class Day {

    private Day() {
    }

    /** A day. */
    public static String text(LocalDate day) {
        return international() ? day.toString() : DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).localizedBy(Words.locale()).format(day);
    }

    /** The day of a moment, here. */
    public static String text(Instant moment) {
        return text(moment.atZone(ZoneId.systemDefault()).toLocalDate());
    }

    /** The day that a text in ISO 8601 begins with. */
    public static String text(String iso) {
        return text(LocalDate.parse(iso.substring(0, 10)));
    }

    /** A moment, in UTC where it is ISO 8601. */
    public static String time(Instant moment) {
        return international() ? moment.toString()
                : DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT).localizedBy(Words.locale()).format(moment.atZone(ZoneId.systemDefault()));
    }

    /** A moment here, to the minute. */
    public static String minute(Instant moment) {
        return international() ? DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).format(moment.atZone(ZoneId.systemDefault())) : time(moment);
    }

    private static boolean international() {
        String language = Words.locale().getLanguage();
        return language.isEmpty() || language.equals(Locale.ENGLISH.getLanguage());
    }
}

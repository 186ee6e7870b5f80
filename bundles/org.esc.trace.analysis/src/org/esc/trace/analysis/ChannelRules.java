// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.Words;
import org.esc.trace.Masked;
import org.esc.trace.Standing.Security;
import org.esc.trace.analysis.Cases.Case;
import org.esc.trace.analysis.Finding.Severity;
import org.osgi.service.component.annotations.Component;

/** Rules about secure and logical channels. */
public final class ChannelRules {

    private static final Words WORDS = Words.of(ChannelRules.class);

    private static final int LAST = 20;

    private ChannelRules() {
    }

    private static long line(Row r) {
        return Rule.session(r) * 32 + r.channel();
    }

    /** Secure channel protocols that are out of date. */
    @Component(service = FindingRule.class)
    public static final class OldProtocol extends Rule {

        /** As a service. */
        public OldProtocol() {
            super("old-secure-channel", WORDS.say("Old secure channel protocol"));
        }

        @Override
        public Watch begin() {
            return new Collecting(this) {
                private final Map<Long, Integer> open = Cases.recent();

                @Override
                public void row(Row r) {
                    int protocol = r.before().security().protocol();
                    Integer was = open.put(line(r), protocol);
                    if (protocol > 0 && protocol < 3 && (was == null || was != protocol)) {
                        cases.add(new Case(protocol == 1 ? Severity.WARNING : Severity.NOTE,
                                WORDS.say("A secure channel is opened by SCP0{0}, with triple DES.", protocol),
                                protocol == 1 ? WORDS.say("Prefer cards and keys for SCP03 (AES); SCP01 is withdrawn by GlobalPlatform.")
                                        : WORDS.say("Prefer cards and keys for SCP03 (AES); SCP02 is deprecated by GlobalPlatform.")),
                                number(r));
                    }
                }
            };
        }
    }

    /** The keys a card came with. */
    @Component(service = FindingRule.class)
    public static final class FactoryKeys extends Rule {

        /** As a service. */
        public FactoryKeys() {
            super("factory-keys", WORDS.say("Factory keys in use"));
        }

        @Override
        public Watch begin() {
            return new Collecting(this) {
                private final Map<Long, Boolean> factory = Cases.recent();

                @Override
                public void row(Row r) {
                    if (r.subject().map(c -> (c.cla() & 0x80) != 0 && c.ins() == 0x50).orElse(false) && !r.waits()) {
                        Masked a = r.answer();
                        boolean whole = a.length() >= 28 && !r.isGetResponse();
                        factory.put(line(r), whole && !a.isHidden(10) && a.at(10) == 0xFF || r.p1() == 0xFF && isInitializeUpdate(r));
                    } else if (opensSecureChannel(r) && Boolean.TRUE.equals(factory.remove(line(r))) && r.succeeded()) {
                        cases.add(new Case(Severity.WARNING, r.application()
                                .map(a -> WORDS.say("A secure channel is opened with key version 255: the keys the card came with of application {0}.", a))
                                .orElseGet(() -> WORDS.say("A secure channel is opened with key version 255: the keys the card came with.")),
                                WORDS.say("Replace them by keys of your own (PUT KEY) before the card is handed out.")), number(r));
                    }
                }
            };
        }
    }

    /** Cards that did not accept a MAC or a cryptogram. */
    @Component(service = FindingRule.class)
    public static final class MacFailure extends Rule {

        /** As a service. */
        public MacFailure() {
            super("mac-failure", WORDS.say("MAC or cryptogram refused"));
        }

        @Override
        public Watch begin() {
            return Cases.each(this, r -> {
                if (opensSecureChannel(r) && (r.sw() == 0x6300 || r.sw() == 0x6988 || r.sw() == 0x6982)) {
                    return Optional.of(new Case(Severity.ERROR, WORDS.say("The card refuses to open the secure channel: {0}.", status(r.sw())),
                            WORDS.say("The keys are wrong, or diversified in another way. Stop trying: many cards lock themselves after a "
                        + "few failures.")));
                }
                if (r.secured() && r.sw() == 0x6988) {
                    return Optional.of(new Case(Severity.ERROR, WORDS.say("The card refuses the MAC of {0}: {1}.", r.name(), status(r.sw())),
                            WORDS.say("Something was lost, repeated or changed between program and card, or the session keys differ. Open "
                        + "the channel anew.")));
                }
                if (r.secured() && r.sw() == 0x6982) {
                    return Optional.of(new Case(Severity.WARNING, WORDS.say("{0} is refused although it is wrapped: {1}.", r.name(), status(r.sw())),
                            WORDS.say("The MAC was wrong, which ends the channel, or the channel's level is too low for this command.")));
                }
                return Optional.empty();
            });
        }
    }

    /** Logical channels that stay open. */
    @Component(service = FindingRule.class)
    public static final class LogicalChannels extends Rule {

        private record Opened(long session, int channel) {
        }

        /** As a service. */
        public LogicalChannels() {
            super("logical-channels", WORDS.say("Logical channel left open"));
        }

        @Override
        public Watch begin() {
            return new Collecting(this) {
                private final Map<Opened, Long> open = Cases.recent();

                @Override
                public void row(Row r) {
                    if (r.ins() != 0x70 || r.isGlobalPlatform() || !r.succeeded() || r.p1() != 0x00 && r.p1() != 0x80) {
                        return;
                    }
                    if (r.p1() == 0x00) {
                        int n = r.answer().length() == 1 ? r.answer().at(0) : r.p2();
                        if (n > 0 && n < LAST) {
                            open.put(new Opened(session(r), n), number(r));
                        }
                    } else if (open.remove(new Opened(session(r), r.p2() == 0 ? r.channel() : r.p2())) == null) {
                        cases.add(new Case(Severity.NOTE, WORDS.say("A logical channel is closed that was not opened in this trace."),
                                WORDS.say("Either the trace begins too late, or the program counts its channels wrongly.")), number(r));
                    }
                }

                @Override
                public List<Finding> findings() {
                    var all = new Cases(LogicalChannels.this);
                    new TreeMap<Long, Opened>(open.entrySet().stream().collect(java.util.stream.Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey)))
                            .forEach((number, o) -> all.add(new Case(Severity.WARNING,
                                    WORDS.say("Logical channel {0} of session {1} is opened and never closed.", o.channel, o.session),
                                    WORDS.say("Close it (MANAGE CHANNEL, P1 80) when it is done with; "
                                            + "a card has few of them until it is reset.")), number));
                    return java.util.stream.Stream.concat(cases.findings().stream(), all.findings().stream()).toList();
                }
            };
        }
    }

    /** Secure channels that are open at the end of a session. */
    @Component(service = FindingRule.class)
    public static final class LeftOpen extends Rule {

        private record End(long number, Security security) {
        }

        /** As a service. */
        public LeftOpen() {
            super("secure-channel-left-open", WORDS.say("Secure channel left open"));
        }

        @Override
        public Watch begin() {
            return new Watch() {
                private final Map<Long, End> ends = Cases.recent();

                @Override
                public void row(Row r) {
                    boolean ended = r.selectsByName() && r.succeeded() || !r.secured();
                    ends.put(line(r), new End(number(r), ended ? Security.NONE : r.before().security()));
                }

                @Override
                public List<Finding> findings() {
                    var cases = new Cases(LeftOpen.this);
                    ends.forEach((line, e) -> {
                        if (e.security.isOpen()) {
                            cases.add(new Case(Severity.NOTE, WORDS.say("Session {0} ends while its secure channel is open ({1}).", line >> 5, e.security),
                                    WORDS.say("Nothing is lost if the card is reset or pulled then. Else select another "
                                            + "application to end the channel.")), e.number);
                        }
                    });
                    return cases.findings();
                }
            };
        }
    }
}

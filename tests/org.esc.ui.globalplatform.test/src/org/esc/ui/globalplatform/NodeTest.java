// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.RGB;
import org.esc.apdu.Aid;
import org.esc.globalplatform.CardState;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.globalplatform.RegistryEntry;
import org.esc.globalplatform.RegistryEntry.Kind;
import org.esc.ui.Icons;
import org.junit.jupiter.api.Test;

/** Icons of the tree: whoever sees no colours must tell them apart, too. */
class NodeTest {

    private static final Aid AID = Aid.of("F123456701");

    private static Node node(Node.Kind kind, Kind entry, int lifeCycle, Privilege... privileges) {
        var e = new RegistryEntry(entry, AID, lifeCycle, Privileges.of(privileges), Optional.empty(), Optional.empty(), Optional.empty(),
                List.of(), List.of());
        return new Node(kind, AID.toString(), e.state(), "", Optional.of(e), List.of(), List.of());
    }

    /** How bright each pixel is on grey; 256 of them. */
    private static int[] grey(Node n) {
        ImageData data = Icons.image(ContentView.class, n.kind().icon(), n.lifeCycleMark(), n.privilegeMark()).getImageData(100);
        int[] grey = new int[data.width * data.height];
        for (int y = 0; y < data.height; y++) {
            for (int x = 0; x < data.width; x++) {
                RGB c = data.palette.getRGB(data.getPixel(x, y));
                int alpha = data.alphaData == null ? 255 : data.getAlpha(x, y);
                int light = (299 * c.red + 587 * c.green + 114 * c.blue) / 1000;
                grey[y * data.width + x] = (light * alpha + 128 * (255 - alpha)) / 255;
            }
        }
        return grey;
    }

    private static int differing(int[] a, int[] b) {
        assertEquals(a.length, b.length);
        int count = 0;
        for (int i = 0; i < a.length; i++) {
            count += Math.abs(a[i] - b[i]) > 40 ? 1 : 0;
        }
        return count;
    }

    private static void allTellable(Map<String, Node> nodes) {
        var names = List.copyOf(nodes.keySet());
        for (int i = 0; i < names.size(); i++) {
            for (int j = i + 1; j < names.size(); j++) {
                int pixels = differing(grey(nodes.get(names.get(i))), grey(nodes.get(names.get(j))));
                assertTrue(pixels >= 3, names.get(i) + " and " + names.get(j) + " differ in " + pixels + " pixels without colour");
            }
        }
    }

    @Test
    void everyLifeCycleOfACardHasItsOwnShape() {
        var nodes = new LinkedHashMap<String, Node>();
        for (CardState s : CardState.values()) {
            Node n = node(Node.Kind.CARD, Kind.ISSUER_DOMAIN, s.code());
            nodes.put(s.name(), n);
            assertEquals(s.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '), n.state());
            assertTrue(n.spoken().contains(n.state()), n.spoken());
        }
        nodes.put("unknown", node(Node.Kind.CARD, Kind.ISSUER_DOMAIN, 0x33));
        allTellable(nodes);
    }

    @Test
    void everyLifeCycleOfAnApplicationAndADomainHasItsOwnShape() {
        for (Node.Kind kind : List.of(Node.Kind.APPLICATION, Node.Kind.DOMAIN)) {
            var nodes = new LinkedHashMap<String, Node>();
            nodes.put("installed", node(kind, Kind.APPLICATION, 0x03));
            nodes.put("selectable", node(kind, Kind.APPLICATION, 0x07));
            nodes.put("personalized", node(kind, Kind.APPLICATION, 0x0F));
            nodes.put("locked", node(kind, Kind.APPLICATION, 0x87));
            nodes.put("state 1F", node(kind, Kind.APPLICATION, 0x1F));
            nodes.forEach((name, n) -> assertEquals(name, n.state()));
            allTellable(nodes);
        }
    }

    @Test
    void aPackageShowsThatItIsLoaded() {
        assertEquals(Optional.of("life-loaded"), node(Node.Kind.PACKAGE, Kind.LOAD_FILE_MODULES, 0x01).lifeCycleMark());
        allTellable(Map.of("loaded", node(Node.Kind.PACKAGE, Kind.LOAD_FILE_MODULES, 0x01), "unknown",
                node(Node.Kind.PACKAGE, Kind.LOAD_FILE_MODULES, 0x02)));
    }

    @Test
    void privilegesThatMatterAreSeenAndSpoken() {
        var nodes = new LinkedHashMap<String, Node>();
        nodes.put("none", node(Node.Kind.DOMAIN, Kind.APPLICATION, 0x07, Privilege.SECURITY_DOMAIN));
        nodes.put("default", node(Node.Kind.DOMAIN, Kind.APPLICATION, 0x07, Privilege.CARD_RESET));
        nodes.put("verifies", node(Node.Kind.DOMAIN, Kind.APPLICATION, 0x07, Privilege.MANDATED_DAP_VERIFICATION));
        nodes.put("manages", node(Node.Kind.DOMAIN, Kind.APPLICATION, 0x07, Privilege.DELEGATED_MANAGEMENT));
        allTellable(nodes);
        for (Privilege p : Privilege.values()) {
            Node n = node(Node.Kind.APPLICATION, Kind.APPLICATION, 0x07, p);
            assertTrue(n.spoken().contains(p.words()), n.spoken());
        }
    }
}

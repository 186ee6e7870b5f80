# SPDX-License-Identifier: EPL-2.0
# What a screen reader finds: starts a program, waits for its window, walks all that is showing through AT-SPI, and prints one line for each complaint and at the
# end "walked N". Arguments: the name of the program as assistive programs see it, then the command. Runs inside dbus-run-session.
import os
import signal
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

PATIENCE = 300
# what a person works with: each needs a name, a description (as tools have) or a label
CONTROLS = {"push button", "toggle button", "check box", "radio button", "combo box", "spin button", "slider", "text", "password text", "entry", "list box",
            "list", "table", "tree", "tree table", "link", "page tab", "menu", "menu item"}
# parts of the platform that do not name their text
PLATFORM = {"Operations", "Console"}


def desktop_children():
    desktop = Atspi.get_desktop(0)
    return [c for c in (desktop.get_child_at_index(i) for i in range(desktop.get_child_count())) if c is not None]


def showing(element):
    return element.get_state_set().contains(Atspi.StateType.SHOWING)


def children(element):
    # of tables with very many cells the first ones will do
    return [c for c in (element.get_child_at_index(i) for i in range(min(element.get_child_count(), 200))) if c is not None]


def walk(element, path, found):
    found.append((element, path))
    for child in children(element):
        walk(child, path + [element.get_name() or element.get_role_name()], found)


def labelled(element):
    return any(r.get_relation_type() == Atspi.RelationType.LABELLED_BY for r in element.get_relation_set() or [])


def snapshot(name):
    for application in desktop_children():
        if name in (application.get_name() or ""):
            found = []
            walk(application, [], found)
            return [(e, p) for e, p in found if showing(e)]
    return []


def main():
    name, command = sys.argv[1], sys.argv[2:]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.time() + PATIENCE
        last = -1
        while True:
            if program.poll() is not None:
                print("ended by itself with", program.returncode)
                return
            try:
                elements = snapshot(name)
            except Exception:  # what is walked through may change meanwhile
                elements = []
            # it is all there when nothing comes any more
            if len(elements) > 50 and len(elements) == last:
                break
            if time.time() > until:
                print("no window of", name, "showed within", PATIENCE, "seconds; elements:", len(elements))
                return
            last = len(elements)
            time.sleep(3)
        for element, path in elements:
            role = element.get_role_name()
            if role in CONTROLS and not (element.get_name() or element.get_description() or labelled(element)) and not PLATFORM & set(path):
                print("without a name:", role, "in", " > ".join(p for p in path if p not in ("panel", "filler", "scroll pane")))
        print("walked", len(elements))
        print("roles", sorted({e.get_role_name() for e, _ in elements}))
    finally:
        try:
            os.killpg(program.pid, signal.SIGTERM)
            program.wait(60)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(program.pid, signal.SIGKILL)


main()

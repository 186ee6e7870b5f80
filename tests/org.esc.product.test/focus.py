# SPDX-License-Identifier: EPL-2.0
# What a screen reader says of where the keyboard is: prints role and name of the control or menu entry that has it, with a bar between them; nothing if none has it. Lines
# below say what is said besides: its description; of a table, what is in the row. Argument: the name of the program as assistive programs see it.
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402


def children(element):
    # of tables with very many cells the first ones will do
    return [c for c in (element.get_child_at_index(i) for i in range(min(element.get_child_count(), 100))) if c is not None]


def name(element):
    if element.get_name():
        return element.get_name()
    for relation in element.get_relation_set() or []:
        if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY and relation.get_n_targets() > 0:
            return relation.get_target(0).get_name() or ""
    return ""


def below(element):
    yield element
    for child in children(element):
        yield from below(child)


def row(table):
    cells = table.get_table_iface()
    for child in children(table):
        if child.get_state_set().contains(Atspi.StateType.FOCUSED):
            at = cells.get_row_at_index(child.get_index_in_parent())
            columns = [cells.get_accessible_at(at, c) for c in range(cells.get_n_columns())]
            return ["".join(part.get_name() or "" for part in below(cell)) for cell in columns]
    return []


def marked(element, depth=0):
    states = element.get_state_set()
    if not states.contains(Atspi.StateType.SHOWING):
        return None
    if element.get_role_name() == "menu item" and states.contains(Atspi.StateType.SELECTED):
        return element
    for child in children(element):
        # the menu bar is one of the window's outermost parts
        if depth < 3 or child.get_role_name() in ("menu", "menu item"):
            found = marked(child, depth + 1)
            if found is not None:
                return found
    return None


def focused(element):
    states = element.get_state_set()
    if states.contains(Atspi.StateType.FOCUSED) and states.contains(Atspi.StateType.SHOWING):
        return element
    if not states.contains(Atspi.StateType.SHOWING):
        return None
    for child in children(element):
        found = focused(child)
        if found is not None:
            return found
    return None


def main():
    for application in children(Atspi.get_desktop(0)):
        if sys.argv[1] in (application.get_name() or ""):
            for window in children(application):
                if window.get_state_set().contains(Atspi.StateType.ACTIVE):
                    found = marked(window) or focused(window)
                    if found is not None:
                        print(found.get_role_name() + "|" + name(found))
                        print(found.get_description() or "")
                        if found.get_role_name() == "table":
                            print("|".join(row(found)))
                        return


try:
    main()
except Exception:  # what is walked through may change meanwhile
    pass

"""Which disciplines of a scope does a plan leave out, because reviewers hold them, and how is that said?"""

from collections.abc import Sequence

from glan_core.planning.plan_request import WHOLE_TAXONOMY
from glan_core.store.branch_holds import list_held_disciplines
from glan_core.store.database import Cursor
from glan_core.store.subjects import find_subject
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_disciplines_below

_NAMED = 3


def held_in_scope(cursor: Cursor, scope: Sequence[str]) -> tuple[str, ...]:
    """Give the ids of the held disciplines that a scope reaches; what is held elsewhere changes no plan."""
    held = frozenset(list_held_disciplines(cursor))
    if not held:
        return ()
    reached: set[str] = set()
    for node_id in scope:
        if node_id == WHOLE_TAXONOMY:
            continue
        subject = find_subject(cursor, node_id)
        if subject is not None:
            reached.add(subject.discipline_id)
        else:
            reached |= {discipline.taxonomy_node_id for discipline in list_disciplines_below(cursor, node_id)}
    return tuple(sorted(reached & held))


def held_sentence(cursor: Cursor, left_out: Sequence[str]) -> str:
    """Say which disciplines a plan leaves out; empty if none."""
    found = (find_taxonomy_node(cursor, node_id) for node_id in left_out)
    names = sorted(node.name for node in found if node is not None)
    if not names:
        return ""
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    disciplines = f"{len(names):,} discipline{'' if len(names) == 1 else 's'}"
    return f"Left out: {disciplines} that reviewers hold ({', '.join(names[:_NAMED])}{more})."

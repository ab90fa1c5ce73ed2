"""How does a person change the curriculum, and take a change back?

A change is planned first, which checks it and tells what it touches, and then made:

    planned = move_nodes(cursor, [physics_id], parent_id=earth_sciences_id)
    planned.label                                       # Moved Physics to Earth sciences
    count_affected(cursor, planned.touched_ids)         # Affected(disciplines=1, subjects=12, ...)
    apply_edit(database, planned, editor="A")
    undo(database)
"""

from glan_core.edits.importing import PlannedImport, import_nodes
from glan_core.edits.log import apply_edit, check_edit, next_redo, next_undo, plan_redo, plan_undo, redo, undo
from glan_core.edits.merging import Part, merge_nodes, split_node
from glan_core.edits.nodes import NewNode, add_nodes, change_nodes, move_nodes, set_status
from glan_core.edits.planned import PlannedEdit, combined
from glan_core.edits.subjects import add_subject, change_subject, move_subjects, set_subject_status

__all__ = [
    "NewNode",
    "Part",
    "PlannedEdit",
    "PlannedImport",
    "add_nodes",
    "add_subject",
    "apply_edit",
    "change_nodes",
    "change_subject",
    "check_edit",
    "combined",
    "import_nodes",
    "merge_nodes",
    "move_nodes",
    "move_subjects",
    "next_redo",
    "next_undo",
    "plan_redo",
    "plan_undo",
    "redo",
    "set_status",
    "set_subject_status",
    "split_node",
    "undo",
]

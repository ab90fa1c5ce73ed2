"""taxonomy add, move, rename, describe, target, merge, remove, restore, undo, redo: the curriculum changed.

Nodes are named as --scope names them. taxonomy show, log and votes stand in taxonomy_shown.py,
import and export in taxonomy_filed.py.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from glan_core.commands import taxonomy_filed, taxonomy_shown
from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.edits import (
    NewNode,
    PlannedEdit,
    add_nodes,
    apply_edit,
    change_nodes,
    change_subject,
    check_edit,
    merge_nodes,
    move_nodes,
    move_subjects,
    plan_redo,
    plan_undo,
    set_status,
    set_subject_status,
)
from glan_core.edits.left_out import resolve_left_out
from glan_core.errors import EditError
from glan_core.scope import ScopeNode, resolve_scope
from glan_core.store.database import Cursor, open_database
from glan_core.store.tree_rules import Affected, count_affected

app = typer.Typer(help="Show the taxonomy, change it, and take changes back.")
app.command()(taxonomy_shown.show)
app.command()(taxonomy_shown.votes)
app.command()(taxonomy_shown.log)
app.command("import")(taxonomy_filed.import_file)
app.command("export")(taxonomy_filed.export_file)

NodeArgument = Annotated[str, typer.Argument(help="Name, path or id of a node or subject.")]
NodesArgument = Annotated[
    list[str], typer.Argument(help="Names, paths or ids of nodes or subjects.", metavar="NODE...")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")]
EditorOption = Annotated[str, typer.Option(help="Who changes it: kept in the log.")]


@app.command()
def add(
    parent: Annotated[str, typer.Argument(help="What to add it to; - for a new field.")],
    names: Annotated[list[str], typer.Argument(help="Names of what is added.", metavar="NAME...")],
    description: Annotated[str, typer.Option(help="What a single new node is about.")] = "",
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add fields, sub-fields or disciplines; what was removed there under the same name comes back."""

    def plan(cursor: Cursor) -> PlannedEdit:
        if description and len(names) > 1:
            raise EditError("One description does not fit several nodes.", "Add them one by one.")
        parent_id = None if parent == "-" else _node(cursor, parent).node_id
        return add_nodes(cursor, parent_id, [NewNode(name, description) for name in names])

    _change(plan, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def move(
    nodes: NodesArgument,
    to: Annotated[str, typer.Option(help="What they are to stand below.")],
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move nodes, or subjects, with all that is below them."""

    def plan(cursor: Cursor) -> PlannedEdit:
        moved, parent_id = _alike(cursor, nodes), _node(cursor, to).node_id
        moved_ids = [node.node_id for node in moved]
        if moved[0].level == "subject":
            return move_subjects(cursor, moved_ids, discipline_id=parent_id)
        return move_nodes(cursor, moved_ids, parent_id=parent_id)

    _change(plan, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def rename(
    node: NodeArgument,
    name: Annotated[str, typer.Argument(help="Its new name.")],
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a node or subject another name; everything below it stays its own."""

    def plan(cursor: Cursor) -> PlannedEdit:
        found = resolve_scope(cursor, node)
        if found.level == "subject":
            return change_subject(cursor, found.node_id, name=name)
        return change_nodes(cursor, {found.node_id: {"name": name}})

    _change(plan, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def describe(
    node: NodeArgument,
    description: Annotated[str, typer.Argument(help="What it is about.")],
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a node is about."""

    def plan(cursor: Cursor) -> PlannedEdit:
        return change_nodes(cursor, {_node(cursor, node).node_id: {"description": description}})

    _change(plan, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def target(
    node: NodeArgument,
    number: Annotated[str, typer.Argument(help="How many pairs are wanted below it, or none.")],
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how many pairs are wanted below a node."""

    def plan(cursor: Cursor) -> PlannedEdit:
        return change_nodes(cursor, {_node(cursor, node).node_id: {"target": _target(number)}})

    _change(plan, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def merge(
    node: NodeArgument,
    into: Annotated[str, typer.Option(help="The node that stays.")],
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move all that is below a node to another of its level, and remove it; what has the same name becomes one."""

    def plan(cursor: Cursor) -> PlannedEdit:
        return merge_nodes(cursor, _node(cursor, node).node_id, into_id=_node(cursor, into).node_id)

    _change(plan, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def remove(
    nodes: NodesArgument,
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove nodes, or subjects, with all that is below them; nothing is deleted."""

    def plan(cursor: Cursor) -> PlannedEdit:
        return _with_status(cursor, _alike(cursor, nodes), "removed")

    _change(plan, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def restore(
    node: Annotated[str, typer.Argument(help="Path or id of what was removed or proposed.")],
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a removed node or subject back, with all that is below it; a proposed one is accepted by it."""

    def plan(cursor: Cursor) -> PlannedEdit:
        return _with_status(cursor, [resolve_left_out(cursor, node)], "kept")

    _change(plan, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def undo(
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the newest change back, whoever made it and wherever."""
    _change(plan_undo, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


@app.command()
def redo(
    dry_run: DryRunOption = False,
    editor: EditorOption = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the change again that was taken back last."""
    _change(plan_redo, dry_run=dry_run, editor=editor, database=database, as_json=as_json)


def _change(
    plan: Callable[[Cursor], PlannedEdit], *, dry_run: bool, editor: str, database: Path | None, as_json: bool
) -> None:
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        planned = plan(cursor)
        touched = count_affected(cursor, planned.touched_ids)
        if dry_run:
            check_edit(opened, planned)
        edit = None if dry_run else apply_edit(opened, planned, editor=editor)
    data = {
        "number": edit.number if edit else None,
        "kind": planned.kind,
        "label": planned.label,
        "touches": touched._asdict(),
        "is_dry_run": dry_run,
    }
    end = "\nThis was a dry run: nothing was changed." if dry_run else ""
    tell(data, as_json, f"{planned.label} ({_in_words(touched)}).{end}")


def _in_words(touched: Affected) -> str:
    subjects = f"{touched.subjects:,} subject{'' if touched.subjects == 1 else 's'}"
    pairs = f"{touched.pairs:,} pair{'' if touched.pairs == 1 else 's'}"
    return f"touches {subjects} and {pairs}"


def _node(cursor: Cursor, text: str) -> ScopeNode:
    found = resolve_scope(cursor, text)
    if found.level == "subject":
        raise EditError(f"{found.path[-1]} is a subject.", "Name a field, a sub-field or a discipline.")
    return found


def _alike(cursor: Cursor, texts: list[str]) -> list[ScopeNode]:
    """Give what these name: nodes only, or subjects only."""
    found = [resolve_scope(cursor, text) for text in texts]
    subjects = [node.path[-1] for node in found if node.level == "subject"]
    if subjects and len(subjects) < len(found):
        raise EditError(
            f"{subjects[0]} is a subject, and others are nodes.", "Change the nodes first, then the subjects."
        )
    return found


def _with_status(cursor: Cursor, nodes: list[ScopeNode], status: Literal["kept", "removed"]) -> PlannedEdit:
    node_ids = [node.node_id for node in nodes]
    if nodes[0].level == "subject":
        return set_subject_status(cursor, node_ids, status)
    return set_status(cursor, node_ids, status)


def _target(number: str) -> int | None:
    if number == "none":
        return None
    try:
        return int(number)
    except ValueError as error:
        raise EditError(f"{number!r} is not a number of pairs.", "Give a whole number, or none.") from error

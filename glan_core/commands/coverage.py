"""coverage: how far the taxonomy is covered by pairs or by a corpus, and what no question was drawn from."""

import dataclasses
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pandas as pd
import typer

from glan_core.commands.corpus_coverage import corpus_coverage
from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.entities import Filter
from glan_core.errors import SettingsError
from glan_core.filter_json import filter_from_json, set_conditions
from glan_core.lineage_coverage import Coverage, summarise
from glan_core.scope import resolve_scope
from glan_core.store.coverage import count_coverage
from glan_core.store.database import open_database
from glan_core.store.unused_parts import UnusedKind, UnusedParts, list_unused

_LEVELS = {"field": "fields", "sub_field": "sub-fields", "discipline": "disciplines", "subject": "subjects"}
_LONGEST_NAME = 40
_UNUSED: dict[str, UnusedKind] = {"key-concepts": "key_concept", "class-sessions": "class_session"}
_FIRST_UNUSED = 100
_SORTED = {"pairs": ("pairs", True), "fill": ("fill", True), "unused": ("unused_key_concepts", False)}
"""By what --sort names: a column, and whether the least comes first."""


def coverage(
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id. Repeatable.")] = None,
    level: Annotated[
        Literal["field", "sub_field", "discipline", "subject"], typer.Option(help="Whose nodes are listed.")
    ] = "discipline",
    filter_: Annotated[str | None, typer.Option("--filter", help='Which pairs, such as {"run_ids": ["..."]}.')] = None,
    corpus: Annotated[str | None, typer.Option(help="Rows of this corpus instead, beside your own pairs.")] = None,
    least_confidence: Annotated[
        float, typer.Option(help="With --corpus: leave out what is placed with less confidence.", min=0, max=1)
    ] = 0.0,
    unused: Annotated[
        Literal["key-concepts", "class-sessions"] | None,
        typer.Option(help="List these instead of nodes: those that no question was drawn from."),
    ] = None,
    sort: Annotated[
        Literal["taxonomy", "pairs", "fill", "unused", "name"],
        typer.Option(
            help="Nodes with the fewest pairs first, the least fill, the most unused key concepts, or by name."
        ),
    ] = "taxonomy",
    limit: Annotated[
        int | None,
        typer.Option(help=f"List so many at most. Default: all nodes, or {_FIRST_UNUSED} of what is unused.", min=1),
    ] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count pairs, targets and what was never used, node by node, and how evenly the pairs are spread."""
    _check(corpus, level, filter_, least_confidence)
    _check_list(corpus, unused, sort, limit)
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        nodes = tuple(resolve_scope(cursor, text).node_id for text in scope or ())
        if corpus is not None:
            found = corpus_coverage(opened, corpus, level=level, nodes=nodes, least_confidence=least_confidence)
            tell(found.data, as_json, found.words)
            return
        chosen = filter_from_json(filter_) if filter_ else Filter()
        if nodes:
            chosen = dataclasses.replace(chosen, taxonomy_node_ids=nodes)
        if unused is not None:
            found_unused = list_unused(cursor, chosen, kind=_UNUSED[unused], limit=limit or _FIRST_UNUSED)
            tell(_unused_data(chosen, unused, found_unused), as_json, "\n".join(_unused_lines(unused, found_unused)))
            return
        counted = count_coverage(cursor, chosen)
    rows = _in_order(counted[counted["level"] == level], sort).head(limit or len(counted))
    summary = summarise(counted, level)
    data = {"filter": set_conditions(chosen), **_data(summary), "rows": [_row(row) for row in _records(rows)]}
    tell(data, as_json, "\n".join(_lines(summary, rows)))


def _check(corpus: str | None, level: str, filter_: str | None, least_confidence: float) -> None:
    if corpus is None and least_confidence:
        raise SettingsError("Your own pairs have no confidence.", "Name a corpus too: --corpus NAME.")
    if corpus is not None and filter_:
        raise SettingsError("A filter means pairs, not rows of a corpus.", "Leave out --filter; --scope is for both.")
    if corpus is not None and level == "subject":
        raise SettingsError(
            "Rows of a corpus are placed in disciplines; their subjects are not known.",
            "Use --level discipline, sub_field or field.",
        )


def _check_list(corpus: str | None, unused: str | None, sort: str, limit: int | None) -> None:
    if corpus is not None and unused is not None:
        raise SettingsError("Rows of a corpus were drawn from nothing of yours.", "Leave out --corpus or --unused.")
    if corpus is not None and (sort != "taxonomy" or limit is not None):
        raise SettingsError(
            "Nodes of a corpus are listed by what it lacks, all of them.", "Leave out --sort and --limit."
        )
    if unused is not None and sort != "taxonomy":
        raise SettingsError("What is unused is listed in teaching order.", "Leave out --sort.")


def _in_order(rows: pd.DataFrame, sort: str) -> pd.DataFrame:
    """Sort the nodes of a level; those without a target have no fill and come last by it."""
    if sort == "name":
        return rows.sort_values("name", kind="stable", key=lambda names: names.str.casefold())
    if sort == "taxonomy":
        return rows
    column, is_least_first = _SORTED[sort]
    return rows.sort_values(column, ascending=is_least_first, kind="stable", na_position="last")


def _unused_data(chosen: Filter, unused: str, found: UnusedParts) -> dict[str, Any]:
    return {
        "filter": set_conditions(chosen),
        "unused": unused.replace("-", "_"),
        "total": found.total,
        "rows": _records(found.rows),
    }


def _unused_lines(unused: str, found: UnusedParts) -> Iterator[str]:
    shown = "" if len(found.rows) == found.total else f"; the first {len(found.rows):,} are listed, --limit lists more"
    yield f"Never used: {found.total:,} {unused.replace('-', ' ')}{shown}."
    for row in _records(found.rows):
        of = f", {row['class_session']}" if unused == "key-concepts" else ""
        yield f"{row['node_id']}  {row['name']} ({row['discipline']}, {row['subject']}{of})"


def _data(summary: Coverage) -> dict[str, Any]:
    spread = summary.spread
    return {
        "level": summary.level,
        **spread._asdict(),
        "targets": summary.targets,
        "under_target": summary.under_target,
        "accepted": summary.accepted,
        "subjects": summary.subjects,
        "class_sessions": summary.class_sessions,
        "unused_class_sessions": summary.unused_class_sessions,
        "key_concepts": summary.key_concepts,
        "unused_key_concepts": summary.unused_key_concepts,
        "strategies": {"one_session": summary.one_session, "two_sessions": summary.two_sessions},
        "levels": {each.level: {"subjects": each.subjects, "pairs": each.pairs} for each in summary.by_level},
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if pd.isna(value) else int(value) if name == "target" else value
        for name, value in row.items()
        if name != "level" and (name != "subject_level" or not pd.isna(value))
    }


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in record.items()} for record in rows.to_dict("records")]


def _lines(summary: Coverage, rows: pd.DataFrame) -> Iterator[str]:
    spread, nodes = summary.spread, _LEVELS[summary.level]
    yield f"{spread.covered:,} of {spread.nodes:,} {nodes} have a pair; {spread.pairs:,} pairs in all."
    if spread.gini is not None and spread.equal_nodes is not None:
        even = "" if spread.evenness is None else f", evenness {spread.evenness:.2f}"
        yield f"Gini {spread.gini:.2f}{even}: as even as {spread.equal_nodes:,.1f} {nodes} with the same number."
    yield (
        f"Never used: {summary.unused_class_sessions:,} of {summary.class_sessions:,} class sessions, "
        f"{summary.unused_key_concepts:,} of {summary.key_concepts:,} key concepts."
    )
    yield f"{'':{_LONGEST_NAME}}  {'pairs':>9}  {'target':>9}  {'fill':>5}  {'accepted':>9}  {'unused concepts':>17}"
    for row in _records(rows):
        missing = pd.isna(row["target"])
        target = "none" if missing else f"{int(row['target']):,}"
        fill = "" if pd.isna(row["fill"]) else f"{row['fill']:.0%}"
        unused = f"{row['unused_key_concepts']:,} of {row['key_concepts']:,}"
        yield (
            f"{row['name'][:_LONGEST_NAME]:{_LONGEST_NAME}}  {row['pairs']:>9,}  {target:>9}  {fill:>5}  "
            f"{row['accepted']:>9,}  {unused:>17}"
        )

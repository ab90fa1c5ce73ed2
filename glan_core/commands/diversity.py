"""diversity: how varied pairs or the rows of a corpus are, alone or beside another set."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from glan_core.commands.options import find_key
from glan_core.commands.output import DatabaseOption, JsonOption, note, settings_with, tell
from glan_core.commands.row_sets import FORMS, row_set_named
from glan_core.corpora.importing import corpus_named
from glan_core.diversity import MOST, READING, ROWS, Asked, evaluate
from glan_core.diversity_comparison import (
    DiversityComparison,
    at_equal_n,
    compare,
    compared,
    number_before,
    why_not_compared,
)
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.entities import Filter
from glan_core.errors import SettingsError
from glan_core.filter_json import filter_from_json, set_conditions
from glan_core.insight.headline import HALVES, STEPS
from glan_core.scope import resolve_scope
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.evaluations import PAIRS, Evaluation, find_before, list_evaluations

_NAMES = {
    "near_duplicate_rate": "Near-duplicates, share",
    "nearest_distance": "Distance to the nearest, mean",
    "kth_distance": "Distance to the 10th nearest, mean",
    "vendi_1": "Vendi score, q = 1",
    "vendi_2": "Vendi score, q = 2",
    "novel_sum": "NovelSum",
    "compression_ratio": "Compression ratio",
    "distinct_2": "Different pairs of words, share",
    "opening_share": "Openings that repeat, share",
    "run_share": "Eight words that repeat, share",
    "unlike_gain": "1,000 more after these n add, unlike any before",
    "newest_novelty": "Distance of the newest to those before, mean",
    "reference_coverage": "Coverage of the reference, share",
    "reference_density": "Density in the reference",
    "novel_sum_dense": "NovelSum by density in the reference",
}
_TOLD = ("near_duplicate_rate", "vendi_1", "novel_sum", "distinct_2")


def diversity(
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id. Repeatable.")] = None,
    filter_: Annotated[str | None, typer.Option("--filter", help="Which pairs: a filter as JSON.")] = None,
    run: Annotated[list[str] | None, typer.Option(help="Only the pairs of this run, by its id. Repeatable.")] = None,
    corpus: Annotated[
        str | None, typer.Option(help="The rows of this corpus, by name or id, instead of pairs; they are read first.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="SET", help=f"Compare with another set at equal n: {FORMS}.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="SET", help="Tell how far a reference is covered: a set, as for --against.")
    ] = None,
    intervals: Annotated[
        bool, typer.Option("--intervals", help="Tell how far another draw would move each number (slower).")
    ] = False,
    earlier: Annotated[
        bool, typer.Option("--earlier", help="List what was measured before, with what differs or why it is no match.")
    ] = False,
    n: Annotated[int, typer.Option("--n", help="How many rows to measure, at most.", min=2, max=MOST)] = ROWS,
    seed: Annotated[int, typer.Option(help="Of the draw.", min=0)] = 0,
    anew: Annotated[bool, typer.Option("--anew", help="Measure again, though nothing has changed.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how varied pairs are: near-duplicates, meaning, words, and whether more still adds something."""
    worker = EmbeddingWorker()
    try:
        with open_database(settings_with(database).database) as opened:
            cursor = opened.cursor()
            asked = Asked(
                _scope(cursor, scope or [], filter_, run or [], corpus),
                n,
                seed,
                None if reference is None else row_set_named(cursor, reference),
                "" if corpus is None else corpus_named(cursor, corpus).corpus_id,
                intervals,
            )
            if against is None:
                _tell_one(opened, cursor, asked, worker, anew=anew, earlier=earlier, as_json=as_json)
            else:
                equal = at_equal_n(cursor, asked, row_set_named(cursor, against))
                found = compare(
                    opened,
                    equal,
                    compute=worker.compute,
                    find_key=find_key,
                    on_progress=_Steps(),
                    is_anew=anew,
                )
                data = _comparison_data(found) | {"shared_rows": equal.shared}
                tell(data, as_json, "\n".join(_comparison_lines(found, against, equal.shared)))
    finally:
        worker.close()


def _tell_one(
    opened: Database, cursor: Cursor, asked: Asked, worker: EmbeddingWorker, *, anew: bool, earlier: bool, as_json: bool
) -> None:
    evaluation = evaluate(opened, asked, compute=worker.compute, find_key=find_key, on_progress=_Steps(), is_anew=anew)
    before = find_before(cursor, evaluation)
    data, lines = _data(evaluation, before), lines_of(evaluation, before)
    if earlier:
        others = [each for each in list_evaluations(cursor) if each.evaluation_id != evaluation.evaluation_id]
        data["earlier"] = [_earlier_data(evaluation, each) for each in others]
        lines += ["Measured before:", *(_earlier_line(evaluation, each) for each in others)]
    tell(data, as_json, "\n".join(lines))


def _scope(cursor: Cursor, scope: list[str], filter_: str | None, runs: list[str], corpus: str | None) -> Filter:
    if corpus is not None and (filter_ is not None or scope or runs):
        raise SettingsError(
            "--corpus excludes --scope, --filter and --run.",
            "A corpus is measured whole; name the other with --against.",
        )
    if filter_ is not None:
        if scope or runs:
            raise SettingsError("--filter excludes --scope and --run.", "Put all of it into the filter.")
        return filter_from_json(filter_)
    nodes = tuple(resolve_scope(cursor, name).node_id for name in scope)
    return Filter(taxonomy_node_ids=nodes, run_ids=tuple(runs))


class _Steps:
    """Says each step as it begins."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        if step == READING:
            if step != self._said:
                note(f"Reading {total:,} texts ...")
        elif step == HALVES:
            if step != self._said and done < total:
                note(f"Measuring {total - len(STEPS)} times two halves ...")
        else:
            note(f"Measuring {step} ({done + 1} of {len(STEPS)}) ...")
        self._said = step


def _data(evaluation: Evaluation, before: Evaluation | None) -> dict[str, Any]:
    return {**_evaluation_data(evaluation), "before": before.evaluation_id if before else None}


def _evaluation_data(evaluation: Evaluation) -> dict[str, Any]:
    conditions = evaluation.conditions
    return {
        "evaluation_id": evaluation.evaluation_id,
        "evaluated_at": evaluation.evaluated_at.isoformat(),
        **conditions._asdict(),
        "scope": set_conditions(conditions.scope),
        "metrics": {name: number._asdict() for name, number in evaluation.numbers.items()},
    }


def _comparison_data(found: DiversityComparison) -> dict[str, Any]:
    conditions = found.first.conditions
    return {
        "n": conditions.n,
        "seed": conditions.seed,
        "encoder": conditions.encoder,
        "content": conditions.content,
        "first": _evaluation_data(found.first),
        "second": _evaluation_data(found.second),
        "differences": _differences(found),
    }


def _differences(found: DiversityComparison) -> Mapping[str, Any]:
    return {
        metric: {
            "first": each.first.value,
            "second": each.second.value,
            "difference": each.difference,
            "lower": each.interval.lower if each.interval else None,
            "upper": each.interval.upper if each.interval else None,
        }
        for metric, each in found.differences.items()
    }


def _earlier_data(evaluation: Evaluation, other: Evaluation) -> dict[str, Any]:
    reason = why_not_compared(evaluation, other)
    return {
        "evaluation_id": other.evaluation_id,
        "evaluated_at": other.evaluated_at.isoformat(),
        **other.conditions._asdict(),
        "scope": set_conditions(other.conditions.scope),
        "not_compared": reason or None,
        "differences": None if reason else _differences(compared(evaluation, other)),
    }


def _earlier_line(evaluation: Evaluation, other: Evaluation) -> str:
    conditions = other.conditions
    shown = f"  {other.evaluated_at:%Y-%m-%d %H:%M}, {conditions.measured}, n = {conditions.n:,}: "
    if reason := why_not_compared(evaluation, other):
        return f"{shown}not compared, {reason}"
    differences = compared(evaluation, other).differences
    told = [f"{metric} {differences[metric].difference:+.4g}" for metric in _TOLD if metric in differences]
    return f"{shown}{', '.join(told)}"


def _comparison_lines(found: DiversityComparison, against: str, shared: int) -> list[str]:
    first, second = found.first.conditions, found.second.conditions
    lines = [
        f"n = {first.n:,} of each: of {first.rows:,} rows, and of {second.rows:,} rows of {against}, "
        f"{shared:,} in both; seed {first.seed}, {first.encoder} ({first.content}). First, second, difference (90 %)."
    ]
    for metric, name in _NAMES.items():
        if metric in found.differences:
            each = found.differences[metric]
            interval = f" ({each.interval.lower:+.4g} to {each.interval.upper:+.4g})" if each.interval else ""
            lines.append(f"  {name}: {each.first.value:.4g}, {each.second.value:.4g}, {each.difference:+.4g}{interval}")
    return lines


def lines_of(evaluation: Evaluation, before: Evaluation | None) -> list[str]:
    """Tell an evaluation in lines, each number with how it changed since the one before."""
    conditions = evaluation.conditions
    of = "questions" if conditions.measured == PAIRS else "rows"
    lines = [
        f"n = {conditions.n:,} of {conditions.rows:,} {of}, seed {conditions.seed}, {conditions.encoder} "
        f"({conditions.content})"
    ]
    for metric, name in _NAMES.items():
        if metric in evaluation.numbers:
            number = evaluation.numbers[metric]
            moved_by = "" if "splits" in number.parameters else ", by the order of rows"
            interval = "" if number.lower is None else f" ({number.lower:.4g} to {number.upper:.4g}{moved_by})"
            earlier = number_before(evaluation, before, metric)
            change = f", {number.value - earlier.value:+.4g} since the last time" if earlier else ""
            lines.append(f"  {name}: {number.value:.4g}{interval}{change}")
    return lines

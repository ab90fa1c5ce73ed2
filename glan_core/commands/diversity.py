"""diversity: how varied pairs are, with what each number rests on."""

from typing import Annotated, Any

import typer

from glan_core.commands.output import DatabaseOption, JsonOption, note, settings_with, tell
from glan_core.diversity import MOST, ROWS, Asked, evaluate, find_before
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.entities import Filter
from glan_core.errors import SettingsError
from glan_core.filter_json import filter_from_json, set_conditions
from glan_core.insight.headline import STEPS
from glan_core.scope import resolve_scope
from glan_core.store.database import Cursor, open_database
from glan_core.store.evaluations import Evaluation

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
    "unlike_gain": "The next 1,000 add, pairs unlike any before",
    "newest_novelty": "Distance of the newest to those before, mean",
}


def diversity(
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id. Repeatable.")] = None,
    filter_: Annotated[str | None, typer.Option("--filter", help="Which pairs: a filter as JSON.")] = None,
    run: Annotated[list[str] | None, typer.Option(help="Only the pairs of this run, by its id. Repeatable.")] = None,
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
            asked = Asked(_scope(cursor, scope or [], filter_, run or []), n, seed)
            evaluation = evaluate(opened, asked, compute=worker.compute, on_progress=_note_step, is_anew=anew)
            before = find_before(cursor, evaluation)
    finally:
        worker.close()
    tell(_data(evaluation, before), as_json, "\n".join(_lines(evaluation, before)))


def _scope(cursor: Cursor, scope: list[str], filter_: str | None, runs: list[str]) -> Filter:
    if filter_ is not None:
        if scope or runs:
            raise SettingsError("--filter excludes --scope and --run.", "Put all of it into the filter.")
        return filter_from_json(filter_)
    nodes = tuple(resolve_scope(cursor, name).node_id for name in scope)
    return Filter(taxonomy_node_ids=nodes, run_ids=tuple(runs))


def _note_step(done: int, total: int) -> None:
    if done < total:
        note(f"Measuring {STEPS[done]} ({done + 1} of {total}) ...")


def _data(evaluation: Evaluation, before: Evaluation | None) -> dict[str, Any]:
    conditions = evaluation.conditions
    return {
        "evaluation_id": evaluation.evaluation_id,
        "evaluated_at": evaluation.evaluated_at.isoformat(),
        **conditions._asdict(),
        "scope": set_conditions(conditions.scope),
        "metrics": {name: number._asdict() for name, number in evaluation.numbers.items()},
        "before": before.evaluation_id if before else None,
    }


def _lines(evaluation: Evaluation, before: Evaluation | None) -> list[str]:
    conditions = evaluation.conditions
    lines = [
        f"n = {conditions.n:,} of {conditions.rows:,} pairs, seed {conditions.seed}, {conditions.encoder} "
        f"({conditions.content})"
    ]
    for metric, name in _NAMES.items():
        if metric in evaluation.numbers:
            number = evaluation.numbers[metric]
            interval = "" if number.lower is None else f" ({number.lower:.4g} to {number.upper:.4g})"
            earlier = before.numbers.get(metric) if before else None
            change = f", {number.value - earlier.value:+.4g} since the last time" if earlier else ""
            lines.append(f"  {name}: {number.value:.4g}{interval}{change}")
    return lines

"""check duplicates, check contamination, check rules: pairs that should not ship as they are, flagged."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from glan_core.amounts import count_of
from glan_core.checking.benchmarks import Added, add_benchmark, benchmark_named
from glan_core.checking.compared_meanings import Compared, find_compared
from glan_core.checking.contamination import check_contamination, check_settings, count_short
from glan_core.checking.duplicates import (
    KINDS,
    MEANING_SIMILARITY,
    TEXT_SIMILARITY,
    DuplicateSettings,
    check_duplicates,
)
from glan_core.checking.kept_duplicates import keep_one
from glan_core.checking.meaning import SIMILARITY, check_meaning, find_meaning_check
from glan_core.checking.rules import check_rules
from glan_core.commands.options import find_key
from glan_core.commands.output import DatabaseOption, JsonOption, note, settings_with, start_of, tell
from glan_core.commands.text_engine import RayAddressOption, TextActorsOption, TextEngineOption, spread_by
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.errors import SettingsError
from glan_core.quality.benchmark_words import LEAST_WORDS, MOST_ITEMS, WORDS, RunSettings
from glan_core.quality.kinds import RULE_KINDS
from glan_core.spreading import spread_here
from glan_core.store.benchmarks import Benchmark
from glan_core.store.contamination import find_curve, list_hits, report_benchmark
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.duplicates import count_groups
from glan_core.store.flags import count_flags
from glan_core.store.quality_checks import QualityCheck

_SECONDS_BETWEEN = 5.0
AnewOption = Annotated[bool, typer.Option("--anew", help="Look at every pair again, not only at what is new.")]


def rules(anew: AnewOption = False, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Flag pairs that a program sees to be wrong: cut off, refused, empty, in another language, and the like."""
    with open_database(settings_with(database).database) as opened:
        check = check_rules(opened, is_anew=anew, on_progress=_told("Looked at"))
        counts = {count.kind: count for count in count_flags(opened.cursor()) if count.kind in RULE_KINDS}
    flags = {kind: counts[kind].flagged if kind in counts else 0 for kind in RULE_KINDS}
    lines = [
        f"Looked at {check.done:,} of {check.rows:,} pairs.",
        *(f"{number:>9,}  {kind}" for kind, number in flags.items() if number),
    ]
    tell({**_data(check), "flags": flags}, as_json, "\n".join(lines if any(flags.values()) else [*lines, "No flags."]))


def duplicates(
    content: Annotated[
        Literal["instruction", "answer", "both"], typer.Option(help="Which text of a pair is compared by its words.")
    ] = "instruction",
    similarity: Annotated[
        float, typer.Option(help="Share of pairs of words from which texts are alike.", min=0.6, max=1)
    ] = TEXT_SIMILARITY,
    meaning_similarity: Annotated[
        float, typer.Option(help="Cosine from which meanings are alike.", min=0.5, max=1)
    ] = MEANING_SIMILARITY,
    meaning: Annotated[bool, typer.Option(help="Compare meaning too, as the neighbour graph knows it.")] = True,
    flag: Annotated[bool, typer.Option(help="Flag all pairs of a group but the one that is kept.")] = True,
    engine: TextEngineOption = "local",
    ray_address: RayAddressOption = None,
    actors: TextActorsOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find pairs that are the same, or nearly, by words and by meaning; one of each group is kept, none is deleted."""
    settings = DuplicateSettings(content, similarity, meaning_similarity, meaning)
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        with spread_by(engine, ray_address, actors) as spread:
            check = check_duplicates(opened, settings, spread=spread or spread_here, on_progress=_told("Compared"))
        flagged = keep_one(opened, KINDS) if flag else 0
        groups = {kind: count_groups(cursor, kind)._asdict() for kind in KINDS}
        unknown = find_compared(cursor) if meaning else Compared(0, 0)
    names = {"exact": "the same text", "text": "nearly the same text", "meaning": "nearly the same meaning"}
    lines = [
        f"Compared {check.rows:,} pairs.",
        *(f"{found['groups']:>9,} groups of {found['pairs']:,} pairs: {names[kind]}" for kind, found in groups.items()),
        f"Flagged {count_of(flagged, 'pair')} anew; one of each group is not. --no-flag only lists groups."
        if flag
        else "Nothing was flagged, so gates leave none of them out.",
    ]
    if unknown.missing:
        lines.append(
            f"Meaning was compared only in part: {count_of(unknown.missing, 'text')} of "
            f"{count_of(unknown.pairs, 'pair')} were not held against all others yet. Run `python -m glan_core project`"
            ", then this again."
        )
    data = {**_data(check), "settings": dict(check.settings), "groups": groups, "flagged": flagged}
    tell({**data, "without_neighbours": unknown.missing}, as_json, "\n".join(lines))


def contamination(
    against: Annotated[
        list[str],
        typer.Option(metavar="FILE", help="A file or folder of questions, or the name of a benchmark. Repeatable."),
    ],
    name: Annotated[str, typer.Option(help="What to call it. Default: the name of the file.")] = "",
    question_column: Annotated[str, typer.Option(help="The column with the question.")] = "",
    answer_column: Annotated[str, typer.Option(help="The column with the answer.")] = "",
    words: Annotated[int, typer.Option(help="So many words in a row count.")] = WORDS,
    least_words: Annotated[
        int, typer.Option(help="A shorter question counts as a whole from so many on.")
    ] = LEAST_WORDS,
    most_items: Annotated[int, typer.Option(help="Words that more items share are left out; 0: none is.")] = MOST_ITEMS,
    meaning: Annotated[bool, typer.Option(help="Compare meaning too, for pairs that the encoder has read.")] = False,
    similarity: Annotated[
        float, typer.Option(help="Cosine from which a pair is near in meaning.", min=0.5, max=1)
    ] = SIMILARITY,
    limit: Annotated[int, typer.Option(help="How many hits of each benchmark are printed.", min=0)] = 20,
    anew: AnewOption = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Flag pairs that hold questions of a benchmark: the same, a run of the same words, or near in meaning."""
    settings = RunSettings(words, least_words, most_items)
    check_settings(settings)
    reports = []
    lines: list[str] = []
    with open_database(settings_with(database).database) as opened, _worker() as worker:
        for wanted in against:
            added = _benchmark(opened, wanted, name, question_column, answer_column)
            checks = [
                check_contamination(
                    opened, added.benchmark, settings, is_anew=anew, on_progress=_told(f"{added.benchmark.name}: read")
                )
            ]
            if meaning:
                checks.append(
                    check_meaning(
                        opened,
                        added.benchmark,
                        similarity,
                        compute=worker.compute,
                        find_key=find_key,
                        is_anew=anew,
                        on_progress=_told(f"{added.benchmark.name}: compared"),
                    )
                )
            data = _report(opened.cursor(), added, checks, limit)
            data["short_items"] = count_short(opened.cursor(), added.benchmark.benchmark_id, settings)
            data["is_meaning_compared"] = find_meaning_check(opened.cursor(), added.benchmark.benchmark_id) is not None
            reports.append(data)
            lines += _report_lines(added.benchmark, data)
    tell({"settings": settings._asdict(), "benchmarks": reports}, as_json, "\n".join(lines))


def _benchmark(database: Database, wanted: str, name: str, question: str, answer: str) -> Added:
    path = Path(wanted)
    if not path.exists():
        try:
            return Added(benchmark_named(database.cursor(), wanted), False, ("", ""))
        except SettingsError:
            if not path.suffix:  # a file that is not there is told as one
                raise
    return add_benchmark(database, path, name=name, question_column=question, answer_column=answer)


def _report(cursor: Cursor, added: Added, checks: list[QualityCheck], limit: int) -> dict[str, Any]:
    benchmark = added.benchmark
    hits = list_hits(cursor, benchmark.benchmark_id, limit=limit)
    shown = ["instruction_id", "kind", "content", "number", "words", "similarity", "instruction", "question"]
    curve = find_curve(cursor, benchmark.benchmark_id)
    return {
        "name": benchmark.name,
        "benchmark_id": benchmark.benchmark_id,
        "items": benchmark.items,
        "bad_lines": benchmark.bad_lines,
        "is_new": added.is_new,
        "checks": [{**_data(check), "settings": dict(check.settings)} for check in checks],
        **{
            f"{name}_hit" if name in ("pairs", "items") else name: number for name, number in _counts(cursor, benchmark)
        },
        "hits": hits[shown].to_dict("records"),
        "curve": None if curve is None else [point._asdict() for point in curve.points],
    }


def _counts(cursor: Cursor, benchmark: Benchmark) -> list[tuple[str, int]]:
    report = report_benchmark(cursor, benchmark.benchmark_id)._asdict()
    return [(name, number) for name, number in report.items() if name != "benchmark_id"]


def _report_lines(benchmark: Benchmark, data: dict[str, Any]) -> list[str]:
    lines = [
        f"{benchmark.name}: {data['pairs_hit']:,} pairs hold {data['items_hit']:,} of its {benchmark.items:,} items "
        f"({data['exact']:,} the same question, {data['words']:,} words in a row, {data['meaning']:,} near in meaning)."
    ]
    if not data["is_meaning_compared"]:
        lines.append("  Compared by words only: --meaning finds paraphrases.")
    if short := data["short_items"]:
        lines.append(
            f"  {count_of(short, 'item')} {'is' if short == 1 else 'are'} too short for a run of words: found only "
            "where a pair asks just the same, or by --meaning."
        )
    for hit in data["hits"]:
        how = f"{hit['words']} words" if hit["kind"] == "words" else f"{hit['similarity']:.2f}"
        lines.append(f"  {hit['instruction_id']} ({hit['content']}), item {hit['number']}, {hit['kind']}, {how}")
        lines.append(f"    pair  {start_of(hit['instruction'])}")
        lines.append(f"    item  {start_of(hit['question'])}")
    return lines


def _data(check: QualityCheck) -> dict[str, Any]:
    return {
        "state": check.state,
        "checked": check.done,
        "rows": check.rows,
        "found": check.found,
        "seconds": round(check.seconds, 3),
    }


def _told(words: str) -> Callable[[int, int], None]:
    """Give what says now and then, on the side, how far a check is."""
    said_at = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= _SECONDS_BETWEEN:
            note(f"{words} {done:,} of {total:,} ...")
            said_at = time.monotonic()

    return show


@contextlib.contextmanager
def _worker() -> Iterator[EmbeddingWorker]:
    worker = EmbeddingWorker()
    try:
        yield worker
    finally:
        worker.close()

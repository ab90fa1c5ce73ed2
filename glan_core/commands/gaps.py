"""gaps: the key concepts that no pair, or no row of a corpus, is near to in meaning."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from glan_core.commands.corpus_coverage import calibration_data, calibration_words, corpus_gaps
from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, start_of, tell
from glan_core.commands.progress_display import shown_count
from glan_core.concept_gap_report import GapReport, report_gaps, scoped, under
from glan_core.corpora.concept_gaps import Lacking
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.scope import resolve_scope
from glan_core.store.concept_vectors import has_read_concepts
from glan_core.store.database import Cursor, open_database
from glan_core.store.searches import describe_pairs

_LACKING: dict[str, Lacking] = {
    "theirs": "theirs",
    "own": "own",
    "only-theirs": "only_theirs",
    "only-own": "only_own",
    "both": "both",
}


def gaps(
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id. Repeatable.")] = None,
    limit: Annotated[int, typer.Option(help="How many key concepts at most.", min=1)] = 20,
    threshold: Annotated[
        float | None,
        typer.Option(help="A key concept is a gap if no pair has this cosine to it. Default: as pairs are to theirs."),
    ] = None,
    among: Annotated[
        Literal["subject", "discipline", "all"] | None,
        typer.Option(
            help="Where a near pair is looked for: in its own subject (default) or anywhere; of a corpus, anywhere "
            "(default) or among the rows that were placed in its discipline."
        ),
    ] = None,
    corpus: Annotated[str | None, typer.Option(help="Rows of this corpus instead, beside your own pairs.")] = None,
    lacking: Annotated[
        Literal["theirs", "own", "only-theirs", "only-own", "both"],
        typer.Option(help="With --corpus: which side has no near text; only-theirs: but the other has one."),
    ] = "theirs",
    equal_n: Annotated[
        bool, typer.Option("--equal-n", help="With --corpus: compare as many own pairs as rows.")
    ] = False,
    write: Annotated[
        Path | None, typer.Option(help="Also write what is listed to this file, for `generate --gaps FILE`.")
    ] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rank the key concepts that no pair is near to, the largest gap first, with the nearest pair of each.

    Key concepts are read once: python -m glan_core embed --names.
    """
    if threshold is not None and not -1 <= threshold <= 1:
        raise SettingsError(f"--threshold {threshold} is no cosine.", "Name a number from -1 to 1.")
    _check(corpus, among, lacking, equal_n)
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        encoder, content = encoder_in_use(cursor)
        nodes = tuple(resolve_scope(cursor, name).node_id for name in scope or ())
        if corpus is not None:
            found = corpus_gaps(
                opened,
                corpus,
                nodes=nodes,
                limit=limit,
                threshold=threshold,
                among="discipline" if among == "discipline" else "anywhere",
                lacking=_LACKING[lacking],
                is_equal=equal_n,
            )
            tell(found.data, as_json, found.words)
            return
        if not has_read_concepts(cursor, encoder=encoder.encoder):
            raise EmbeddingError(
                f"{encoder.encoder} has not read the key concepts yet.", "Run: python -m glan_core embed --names"
            )
        with shown_count("Comparing pairs") as show:
            report = report_gaps(cursor, encoder=encoder.encoder, content=content, on_progress=show)
        data = _data(cursor, report, nodes, limit, threshold, "anywhere" if among == "all" else "within")
    if write is not None:
        _write(write, data["shown"])
    tell(data, as_json, _sentences(data, write))


def _write(path: Path, shown: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps({"node_id": row["key_concept_id"], "instructions": 1}) + "\n" for row in shown)
    try:
        path.write_text(lines, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SettingsError(f"{path} cannot be written: {reason}.", "Name another file.") from error


def _check(corpus: str | None, among: str | None, lacking: str, equal_n: bool) -> None:
    if corpus is None and (equal_n or lacking != "theirs"):
        raise SettingsError("Two sides are compared only with a corpus.", "Name it: --corpus NAME.")
    if corpus is None and among == "discipline":
        raise SettingsError("Own pairs are compared within a subject, or anywhere.", "Use --among subject or all.")
    if corpus is not None and among == "subject":
        raise SettingsError(
            "Rows of a corpus are placed in disciplines; their subjects are not known.",
            "Use --among discipline or all.",
        )


def _data(
    cursor: Cursor, report: GapReport, nodes: tuple[str, ...], limit: int, threshold: float | None, by: str
) -> dict[str, Any]:
    held = report.calibration.threshold if threshold is None else threshold
    ranked = under(scoped(report.concepts, nodes), by, held)
    first = ranked.head(limit)
    questions = describe_pairs(cursor, [key for key in first[f"nearest_{by}"] if key])
    rows = [
        {
            "key_concept_id": row["key_concept_id"],
            "concept": row["concept"],
            "subject": row["subject"],
            "discipline": row["discipline"],
            "gap": round(row["gap"], 4),
            "cosine": None if row[by] != row[by] else round(row[by], 4),
            "nearest": row[f"nearest_{by}"] or None,
            "nearest_question": questions[row[f"nearest_{by}"]].question if row[f"nearest_{by}"] in questions else None,
            "drawn": row["drawn"],
        }
        for row in first.to_dict("records")
    ]
    away = scoped(report.elsewhere, nodes)
    return {
        "encoder": report.encoder,
        "content": report.content,
        "among": "subject" if by == "within" else "all",
        "threshold": None if held is None else round(held, 4),
        "is_threshold_named": threshold is not None,
        "calibration": calibration_data(report.calibration),
        "key_concepts": len(scoped(report.concepts, nodes)),
        "pairs": report.pairs,
        "gaps": len(ranked),
        "shown": rows,
        "elsewhere": {"pairs": len(away), "clearly": int(away["is_clear"].sum())},
        "unread_key_concepts": report.unread_concepts,
        "unread_pairs": report.unread_pairs,
        "seconds": round(report.seconds, 2),
    }


def _sentences(data: dict[str, Any], written: Path | None) -> str:
    held = data["threshold"]
    if held is None:
        told = (
            f"{data['gaps']:,} of {data['key_concepts']:,} key concepts have no pair to compare with. "
            f"Only {data['calibration']['pairs']} pairs tell how near they should be: name a --threshold for more."
        )
    else:
        number = f"{data['gaps']:,} of {data['key_concepts']:,} key concepts"
        told = f"{number} have no pair with a cosine of {held:.3f} or more."
        if not data["is_threshold_named"]:
            told += f" {calibration_words(data['calibration'])}"
    lines = [told]
    for row in data["shown"]:
        lines.append(
            f"{row['gap']:.3f}  {row['key_concept_id']}  {row['concept']} ({row['discipline']}, {row['subject']})"
        )
        if row["nearest_question"]:
            lines.append(f"       nearest: {start_of(row['nearest_question'])}")
    away = data["elsewhere"]
    lines.append(
        f"{away['pairs']:,} of {data['pairs']:,} pairs are nearer to another subject, {away['clearly']:,} clearly."
    )
    for number, what in ((data["unread_key_concepts"], "key concepts"), (data["unread_pairs"], "pairs")):
        if number:
            lines.append(f"{number:,} {what} are not read yet: python -m glan_core embed --names")
    if written is not None:
        lines.append(
            f"Wrote {len(data['shown']):,} of {data['gaps']:,} gaps to {written}, a question for each: "
            f"python -m glan_core generate --gaps {written}"
        )
    return "\n".join(lines)

"""check: whether what is there will do, the curriculum here and pairs in check_pairs.py."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import numpy as np
import typer

from glan_core.commands import check_pairs
from glan_core.commands.output import JsonOption, tell
from glan_core.commands.progress_display import shown_count
from glan_core.curriculum_checks import TWIN_SIMILARITY, NearTwins, check_curriculum, find_near_twins
from glan_core.embedding.encoder import encode
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.starter import Curriculum, read_curriculum

_NAMES_AT_ONCE = 512

app = typer.Typer(help="Check pairs and the curriculum.")


@app.callback()
def _group() -> None:
    """Check what is there: pairs, and the curriculum."""


app.command()(check_pairs.duplicates)
app.command()(check_pairs.contamination)
app.command()(check_pairs.rules)


@app.command()
def curriculum(
    twins: Annotated[bool, typer.Option(help="Look for names that mean nearly the same, which takes a minute.")] = True,
    similarity: Annotated[float, typer.Option(help="From which cosine on they do.", min=0, max=1)] = TWIN_SIMILARITY,
    as_json: JsonOption = False,
) -> None:
    """Check the files of the starter curriculum: numbers, repeated names, filler, language, length; list near twins."""
    read = read_curriculum()
    findings = check_curriculum(read)
    alike = _near_twins(read, similarity) if twins else ()
    counts = _counts(read)
    lines = [
        *(f"{number:>7,}  {name}" for name, number in counts.items()),
        "",
        f"{len(findings)} mistakes." if findings else "No mistakes.",
        *(f"  {finding.place}: {finding.what}" for finding in findings),
    ]
    if twins:
        noun = "near twin" if len(alike) == 1 else "near twins"
        lines.append(f"{len(alike)} {noun} (cosine of {similarity:g} and more), for a person to look at.")
        lines += [f"  {pair.similarity:.3f}  {pair.place}: {pair.one} / {pair.other}" for pair in alike]
    data = {
        "counts": counts,
        "findings": [finding._asdict() for finding in findings],
        "near_twins": [pair._asdict() for pair in alike],
    }
    tell(data, as_json, "\n".join(lines))
    if findings:
        raise typer.Exit(1)


def _near_twins(curriculum: Curriculum, similarity: float) -> tuple[NearTwins, ...]:
    worker = EmbeddingWorker()

    def encode_watched(names: Sequence[str]) -> np.ndarray:
        parts = []
        with shown_count("Comparing names", total=len(names)) as show:
            for first in range(0, len(names), _NAMES_AT_ONCE):
                parts.append(worker.compute(encode, names[first : first + _NAMES_AT_ONCE]))
                show(min(first + _NAMES_AT_ONCE, len(names)))
        return np.concatenate(parts)

    try:
        return find_near_twins(curriculum, encode_watched, similarity=similarity)
    finally:
        worker.close()


def _counts(curriculum: Curriculum) -> dict[str, int]:
    kept = Counter(node.level for node in curriculum.taxonomy_nodes if node.status == "kept")
    return {
        "fields": kept["field"],
        "sub-fields": kept["sub_field"],
        "disciplines": kept["discipline"],
        "candidates voted out": sum(node.status == "removed" for node in curriculum.taxonomy_nodes),
        "candidates that wait": sum(node.status == "pending" for node in curriculum.taxonomy_nodes),
        "votes": len(curriculum.votes),
        "subjects": len(curriculum.subjects),
        "syllabi": len(curriculum.syllabi),
        "class sessions": len(curriculum.class_sessions),
        "key concepts": len(curriculum.key_concepts),
    }

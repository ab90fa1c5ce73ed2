"""coverage --corpus and gaps --corpus: the same questions to a dataset of others, beside one's own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from glan_core.commands.output import start_of
from glan_core.commands.progress_display import shown_count
from glan_core.concept_gap_report import scoped
from glan_core.corpora.comparison import CorpusComparison, compare_corpus
from glan_core.corpora.concept_gaps import Among, CorpusGaps, Lacking, find_corpus_gaps, lacked
from glan_core.corpora.importing import corpus_named
from glan_core.corpora.node_coverage import NOT_MEASURED, Sides, below, cover_nodes, summarise_sides
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.insight.concept_gaps import Calibration
from glan_core.insight.equal_n import DRAWS, SEED, SpreadAtN
from glan_core.store.corpus_places import list_row_instructions
from glan_core.store.database import Cursor, Database
from glan_core.store.searches import describe_pairs

_LEVELS = {"field": "fields", "sub_field": "sub-fields", "discipline": "disciplines"}
_LONGEST_NAME = 40
_SIDE_WORDS: dict[Lacking, str] = {
    "theirs": "no row near to them",
    "own": "no own pair near to them",
    "only_theirs": "no row but an own pair near to them",
    "only_own": "no own pair but a row near to them",
    "both": "neither a row nor an own pair near to them",
}


class Told(NamedTuple):
    """What a command prints."""

    data: dict[str, Any]
    words: str


def corpus_coverage(
    database: Database, name: str, *, level: str, nodes: Sequence[str], least_confidence: float
) -> Told:
    """Tell the coverage of a corpus; `nodes` are the ids of its scope."""
    corpus = corpus_named(database.cursor(), name)
    worker = EmbeddingWorker()
    try:
        compared = compare_corpus(database, corpus, least_confidence=least_confidence, compute=worker.compute)
    finally:
        worker.close()
    counted = below(cover_nodes(compared), nodes)
    sides = summarise_sides(counted, level)
    rows = counted[counted["level"] == level]
    return Told(_coverage_data(compared, sides, rows), "\n".join(_coverage_lines(compared, sides, rows)))


def corpus_gaps(
    database: Database,
    name: str,
    *,
    nodes: Sequence[str],
    limit: int,
    threshold: float | None,
    among: Among,
    lacking: Lacking,
    is_equal: bool,
) -> Told:
    """Tell the gaps of a corpus; `nodes` are the ids of its scope."""
    cursor = database.cursor()
    with shown_count("Comparing texts") as show:
        found = find_corpus_gaps(database, corpus_named(cursor, name), is_equal=is_equal, on_progress=show)
    data = _gaps_data(cursor, found, nodes, limit, threshold, among, lacking)
    return Told(data, "\n".join(_gaps_lines(data)))


def _coverage_data(compared: CorpusComparison, sides: Sides, rows: pd.DataFrame) -> dict[str, Any]:
    return {
        "corpus": compared.corpus.name,
        "corpus_id": compared.corpus.corpus_id,
        "encoder": compared.encoder,
        "content": compared.content,
        "least_confidence": compared.least_confidence,
        "placed_rows": compared.placed_rows,
        "counted_rows": compared.rows,
        "counted_own_pairs": compared.own_pairs,
        "is_outdated": compared.is_outdated,
        "level": sides.level,
        "theirs": sides.theirs._asdict(),
        "own": sides.own._asdict(),
        "at_equal_n": {
            "n": sides.n,
            "seed": SEED,
            "draws": DRAWS,
            "theirs": _at_n(sides.theirs_at_n),
            "own": _at_n(sides.own_at_n),
        },
        "not_measured": list(NOT_MEASURED),
        "rows": rows.round(6).astype(object).where(rows.notna(), None).drop(columns="level").to_dict("records"),
    }


def _at_n(spread: SpreadAtN) -> dict[str, Any]:
    data = spread._asdict()
    return {name: data[name] for name in ("reached", "gini", "evenness", "equal_nodes")}


def _coverage_lines(compared: CorpusComparison, sides: Sides, rows: pd.DataFrame) -> Iterator[str]:
    nodes = _LEVELS[sides.level]
    yield (
        f"{compared.rows:,} of {compared.placed_rows:,} placed rows of {compared.corpus.name} count, with a confidence "
        f"of {compared.least_confidence:g} or more, and {compared.own_pairs:,} own pairs, placed in the same way."
    )
    if compared.is_outdated:
        yield "Its rows were placed before the taxonomy or the confidence changed: place them anew to compare fairly."
    theirs, own = sides.theirs, sides.own
    yield f"{theirs.covered:,} of {theirs.nodes:,} {nodes} have a row, and {own.covered:,} an own pair."
    if sides.n:
        yield (
            f"At n = {sides.n:,} of each they reach {sides.theirs_at_n.reached:,.1f} {nodes}, own pairs "
            f"{sides.own_at_n.reached:,.1f}; Gini {sides.theirs_at_n.gini:.2f} and {sides.own_at_n.gini:.2f}."
        )
    yield f"Not measured for a corpus: {', '.join(NOT_MEASURED)}."
    yield f"{'':{_LONGEST_NAME}}  {'rows':>9}  {'share':>6}  {'own':>6}  {'they lack':>9}  {'you lack':>9}"
    for row in rows.to_dict("records"):
        yield (
            f"{row['name'][:_LONGEST_NAME]:{_LONGEST_NAME}}  {row['rows']:>9,}  {row['share']:>6.1%}  "
            f"{row['own_share']:>6.1%}  {row['they_lack']:>9,.1f}  {row['you_lack']:>9,.1f}"
        )


def _gaps_data(
    cursor: Cursor,
    found: CorpusGaps,
    nodes: Sequence[str],
    limit: int,
    threshold: float | None,
    among: Among,
    lacking: Lacking,
) -> dict[str, Any]:
    held = found.calibration.threshold if threshold is None else threshold
    concepts = scoped(found.concepts, nodes)
    ranked = lacked(concepts, lacking, among, held)
    first = ranked.head(limit)
    rows = list_row_instructions(cursor, found.corpus.corpus_id, first[f"row_{among}"].tolist())
    pairs = describe_pairs(cursor, [key for key in first[f"pair_{among}"] if key])
    return {
        "corpus": found.corpus.name,
        "corpus_id": found.corpus.corpus_id,
        "encoder": found.encoder,
        "content": found.content,
        "among": among,
        "lacking": lacking,
        "threshold": None if held is None else round(held, 4),
        "calibration": calibration_data(found.calibration),
        "is_threshold_named": threshold is not None,
        "is_equal_n": found.is_equal,
        "rows": found.rows,
        "placed_rows": found.placed_rows,
        "pairs": found.pairs,
        "own_pairs": found.own_pairs,
        "key_concepts": len(concepts),
        "gaps": len(ranked),
        "shown": [
            {
                "key_concept_id": row["key_concept_id"],
                "concept": row["concept"],
                "subject": row["subject"],
                "discipline": row["discipline"],
                "gap": round(row["gap"], 4),
                "cosine": _rounded(row[f"theirs_{among}"]),
                "row": row[f"row_{among}"] if row[f"row_{among}"] >= 0 else None,
                "row_instruction": rows.get(row[f"row_{among}"]),
                "own_cosine": _rounded(row[f"own_{among}"]),
                "nearest": row[f"pair_{among}"] or None,
                "nearest_question": pairs[row[f"pair_{among}"]].question if row[f"pair_{among}"] in pairs else None,
            }
            for row in first.to_dict("records")
        ],
        "unread_key_concepts": found.unread_concepts,
        "seconds": round(found.seconds, 2),
    }


def _gaps_lines(data: dict[str, Any]) -> Iterator[str]:
    held = "any cosine" if data["threshold"] is None else f"a cosine of {data['threshold']:.3f} or more"
    yield f"{data['gaps']:,} of {data['key_concepts']:,} key concepts have {_SIDE_WORDS[data['lacking']]}, of {held}."
    if not data["is_threshold_named"] and data["threshold"] is not None:
        yield calibration_words(data["calibration"])
    yield f"Compared: {data['rows']:,} rows of {data['corpus']} and {data['pairs']:,} own pairs."
    for row in data["shown"]:
        yield f"{row['gap']:.3f}  {row['key_concept_id']}  {row['concept']} ({row['discipline']}, {row['subject']})"
        if row["row_instruction"]:
            yield f"       row {row['row']}, {row['cosine']:.3f}: {start_of(row['row_instruction'])}"
        if row["nearest_question"]:
            yield f"       own, {row['own_cosine']:.3f}: {start_of(row['nearest_question'])}"
    if data["unread_key_concepts"]:
        yield f"{data['unread_key_concepts']:,} key concepts are not read yet: python -m glan_core embed --names"


def calibration_data(calibration: Calibration) -> dict[str, Any]:
    """Give what `--json` prints of where a threshold comes from."""
    return {
        "pairs": len(calibration.cosines),
        "percentile": calibration.percentile,
        "usual": _rounded(calibration.usual),
        "chance": _rounded(calibration.chance),
    }


def calibration_words(data: Mapping[str, Any]) -> str:
    """Say where a threshold comes from, by what `calibration_data` gives."""
    if data["chance"] is None or data["chance"] <= data["usual"]:
        return (
            f"So near are all but {data['percentile']:g} % of {data['pairs']:,} own pairs to a key concept that they "
            "were made from; --threshold asks for more."
        )
    return (
        f"So near only {data['percentile']:g} % of pairs come by chance, to a key concept of another discipline. "
        f"({data['pairs']:,} own pairs hardly speak of what they were made from: {data['percentile']:g} % of them are "
        f"below {data['usual']:.3f}.)"
    )


def _rounded(cosine: float | None) -> float | None:
    return None if cosine is None or pd.isna(cosine) else round(cosine, 4)

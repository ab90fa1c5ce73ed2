"""What does a comparison of a corpus with one's own set say, as JSON and in sentences?"""

from typing import Any

from glan_core.corpora.comparison import CorpusComparison
from glan_core.insight.nearest_disciplines import Accuracy

_SHOWN = 10


def accuracy_data(accuracy: Accuracy) -> dict[str, Any] | None:
    """Give how often own pairs find their discipline; None if none was placed."""
    if not accuracy.texts:
        return None
    return {"pairs": accuracy.texts, "top_1": round(accuracy.top_1, 4), "top_5": round(accuracy.top_5, 4)}


def accuracy_words(accuracy: Accuracy) -> str:
    """Say how often own pairs find their discipline."""
    if not accuracy.texts:
        return "How often that is right cannot be told, as no pairs of your own have been read: glan_core embed"
    return (
        f"Of {accuracy.texts:,} pairs of your own, placed in the same way, {100 * accuracy.top_1:.0f} % are nearest to "
        f"their own discipline, and {100 * accuracy.top_5:.0f} % have it among the five nearest."
    )


def comparison_data(compared: CorpusComparison) -> dict[str, Any]:
    """Give all of a comparison."""
    disciplines = compared.disciplines.round(4).astype(object)
    return {
        "encoder": compared.encoder,
        "content": compared.content,
        "least_confidence": compared.least_confidence,
        "own_pairs": compared.own_pairs,
        "placed_rows": compared.placed_rows,
        "rows": compared.rows,
        "n": compared.n,
        "own_reached": round(compared.own_reached, 2),
        "corpus_reached": round(compared.corpus_reached, 2),
        "accuracy": accuracy_data(compared.accuracy),
        "fields": compared.fields().round(4).to_dict("records"),
        "disciplines": disciplines.where(disciplines.notna(), None).to_dict("records"),
    }


def comparison_words(compared: CorpusComparison) -> list[str]:
    """Say what matters most of a comparison, line by line."""
    words = [
        f"{compared.placed_rows:,} of its rows have a place by {compared.encoder}. At n = {compared.n:,} they reach "
        f"{compared.corpus_reached:.1f} disciplines, and your own pairs {compared.own_reached:.1f}.",
        accuracy_words(compared.accuracy),
    ]
    if compared.n:
        lacked = compared.disciplines[compared.disciplines["lacks"] > 0].head(_SHOWN)
        words.append(f"What it lacks most (of {compared.n:,}: yours, its own):")
        words += [
            f"  {name}: {own:.1f}, {rows:.1f}"
            for name, own, rows in zip(lacked["discipline"], lacked["own_at_n"], lacked["rows_at_n"], strict=True)
        ]
    return words

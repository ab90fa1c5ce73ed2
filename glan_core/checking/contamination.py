"""Which pairs hold text of a benchmark, word for word?

Every question and every answer is looked at once; texts come and go step by step, and only hashes of the benchmark's
words stay in memory. What hashes say is checked on the words themselves before it counts.
"""

from collections.abc import Callable
from typing import Literal

from glan_core.checking.steps import ROWS_AT_ONCE, Progress, Write, check_id, go_through, never, no_progress
from glan_core.errors import SettingsError
from glan_core.quality.benchmark_words import BenchmarkWords, RunSettings, count_short_items
from glan_core.quality.words import normalised, read_words, shared_run
from glan_core.store.benchmarks import Benchmark, BenchmarkItem, list_items
from glan_core.store.contamination import ContaminatedText, forget_hits, insert_hits, settle_contaminated
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.quality_checks import QualityCheck, Stretch, Texts, find_check, read_answers, read_questions

FEWEST_WORDS = 3
MOST_WORDS = 100
_LETTERS_AT_ONCE = 1_000_000


def check_settings(settings: RunSettings) -> None:
    """Raise SettingsError for settings that cannot be."""
    if not FEWEST_WORDS <= settings.words <= MOST_WORDS:
        raise SettingsError(
            f"Runs of {settings.words} words cannot be looked for.", f"Choose from {FEWEST_WORDS} to {MOST_WORDS}."
        )
    if not 1 <= settings.least_words <= settings.words:
        raise SettingsError(
            f"A short question cannot want {settings.least_words} words.", f"Choose from 1 to {settings.words}."
        )
    if settings.most_items < 0:
        raise SettingsError("A run cannot be shared by fewer than no items.", "0 leaves no run out.")


def check_contamination(
    database: Database,
    benchmark: Benchmark,
    settings: RunSettings = RunSettings(),  # noqa: B008 - a tuple
    *,
    is_anew: bool = False,
    rows_at_once: int = ROWS_AT_ONCE,
    on_progress: Progress = no_progress,
    is_stopped: Callable[[], bool] = never,
) -> QualityCheck:
    """Hold all pairs against a benchmark, word for word, and flag those that hold an item of it.

    With the same settings it goes on where it was, and then looks only at pairs that are new. Raises SettingsError for
    settings that cannot be, and StoreError.
    """
    check_settings(settings)
    with explained_errors(database.path):
        items = list_items(database.cursor(), benchmark.benchmark_id)
    words = BenchmarkWords([item.question for item in items], [item.answer for item in items], settings)

    def look(cursor: Cursor, stretch: Stretch) -> Write:
        hits = [
            *_hits(read_questions(cursor, *stretch.questions), items, words, settings, content="instruction"),
            *_hits(read_answers(cursor, *stretch.answers), items, words, settings, content="answer"),
        ]

        def write(cursor: Cursor) -> int:
            insert_hits(cursor, benchmark.benchmark_id, hits)
            if hits:
                settle_contaminated(cursor)
            return len(hits)

        return write

    def begin(cursor: Cursor) -> None:
        forget_hits(cursor, benchmark.benchmark_id, ("exact", "words"))
        settle_contaminated(cursor)

    return go_through(
        database,
        "contamination",
        settings._asdict(),
        look,
        about=benchmark.benchmark_id,
        begin=begin,
        is_anew=is_anew,
        rows_at_once=rows_at_once,
        on_progress=on_progress,
        is_stopped=is_stopped,
    )


def count_short(cursor: Cursor, benchmark_id: str, settings: RunSettings) -> int:
    """Count the items of a benchmark that have too few words to be found but as a whole question."""
    items = list_items(cursor, benchmark_id)
    return count_short_items([item.question for item in items], [item.answer for item in items], settings)


def find_contamination_check(cursor: Cursor, benchmark_id: str) -> QualityCheck | None:
    """Give how far pairs were held against a benchmark word for word; None if they never were."""
    return find_check(cursor, check_id("contamination", benchmark_id))


def _hits(
    texts: Texts, items: tuple[BenchmarkItem, ...], words: BenchmarkWords, settings: RunSettings, *, content: str
) -> list[ContaminatedText]:
    found: list[ContaminatedText] = []
    for first, last in _parts(texts.texts):
        part = texts.texts[first:last]
        held = words.find(read_words(part), is_question=content == "instruction")
        rows = zip(held.texts.tolist(), held.items.tolist(), held.is_whole.tolist(), strict=True)
        for text, place, is_whole in rows:
            hit = _verified(part[text], items[place], settings, is_whole=is_whole)
            if hit is not None:
                kind, number, share = hit
                found.append(
                    ContaminatedText(
                        texts.instruction_ids[first + text], kind, content, items[place].number, number, share
                    )
                )
    return found


def _verified(
    text: str, item: BenchmarkItem, settings: RunSettings, *, is_whole: bool
) -> tuple[Literal["exact", "words"], int, float] | None:
    """Give kind, words in a row and share of the item's words, by the words themselves; None if only hashes agree."""
    said, asked = normalised(text), normalised(item.question)
    if is_whole and said == asked:
        return "exact", len(asked.split()), 1.0
    best: tuple[int, int] = (0, 1)
    for other in (asked, normalised(item.answer)):
        _, number = shared_run(said, other, least=settings.words)
        best = max(best, (number, len(other.split())), key=lambda each: each[0])
    return ("words", best[0], best[0] / best[1]) if best[0] >= settings.least_words else None


def _parts(texts: list[str]) -> list[tuple[int, int]]:
    """Divide texts so that no part is too large to be read at once."""
    parts, first, letters = [], 0, 0
    for place, text in enumerate(texts):
        letters += len(text)
        if letters >= _LETTERS_AT_ONCE:
            parts.append((first, place + 1))
            first, letters = place + 1, 0
    return [*parts, (first, len(texts))] if first < len(texts) else parts

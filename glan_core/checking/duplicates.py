"""Which pairs ask or say the same, and which one of each group is kept?

    exact      the same words, whatever their case and punctuation
    text       most of their pairs of neighbouring words are the same (quality/near_texts.py)
    meaning    their vectors are close, as the neighbour graph of the encoder in use knows them (near_duplicates.py)

Of a group that pair is kept that a person chose there; then one that a reviewer accepted, one with an answer, one that
is no demo pair, the one with the fewest other flags, and of those that are still alike the one that was made first. A
rejected one comes last. The others are flagged when somebody says so, and nothing is ever deleted.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pandas as pd

from glan_core.checking.kept_duplicates import settle_duplicate_flags
from glan_core.checking.steps import Progress, check_id, never, no_progress
from glan_core.embedding.linked_groups import linked_groups
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import GlanError, SettingsError
from glan_core.near_duplicates import near_duplicates
from glan_core.quality.near_texts import LEAST_SIMILARITY, Candidates, TextSketches, similarities, sketch
from glan_core.quality.words import normalised, read_words
from glan_core.spreading import Spread, spread_here
from glan_core.store.compared_texts import find_places, list_places, read_ranks, read_texts_at
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.duplicates import DuplicateGroup, DuplicateKind, replace_groups
from glan_core.store.quality_checks import QualityCheck, find_check, save_check

TEXT_SIMILARITY = 0.8
MEANING_SIMILARITY = 0.95
CONTENTS = ("instruction", "answer", "both")
KINDS: tuple[DuplicateKind, ...] = ("exact", "text", "meaning")
_TEXTS_AT_ONCE = 20_000
_PAIRS_AT_ONCE = 50_000
_STATUSES = {"accepted": 0, "generated": 1, "rejected": 2}


class DuplicateSettings(NamedTuple):
    """What counts as alike."""

    content: str = "instruction"
    """Which text of a pair is compared: one of CONTENTS; meaning is compared in what the encoder in use has read."""
    text_similarity: float = TEXT_SIMILARITY
    """Share of pairs of words, 0.6 to 1, from which texts are alike."""
    meaning_similarity: float = MEANING_SIMILARITY
    """Cosine, 0.5 to 1, from which meanings are alike."""
    has_meaning: bool = True
    """Whether meaning is compared at all."""


class _Linked(NamedTuple):
    """Groups of places that are alike, each with the similarity of its weakest link."""

    groups: list[tuple[np.ndarray, float]]


def check_duplicates(
    database: Database,
    settings: DuplicateSettings = DuplicateSettings(),  # noqa: B008 - a tuple
    *,
    spread: Spread = spread_here,
    on_progress: Progress = no_progress,
    is_stopped: Callable[[], bool] = never,
) -> QualityCheck:
    """Find the groups of pairs that are alike; what was found before is replaced once all is compared.

    Flags that rest on no group any more go. Stopped before, it leaves the groups of before; without meaning, those of
    meaning. Texts are sketched where `spread` calls what does it. Raises SettingsError for settings that cannot be, and
    StoreError.
    """
    _check_settings(settings)
    cursor = database.cursor()
    with explained_errors(database.path):
        places = list_places(cursor, settings.content)
        check = _begun(settings, len(places))
        with database.writing:
            save_check(cursor, check)
        began = time.monotonic()
        try:
            sketches = _sketches(cursor, places, settings.content, spread, on_progress, is_stopped)
            found = None if sketches is None else _compare(cursor, places, sketches, settings, on_progress, is_stopped)
            if found is None:
                check = check._replace(state="stopped", message="Stopped before all was compared.")
            else:
                with database.writing, transaction(cursor):
                    for kind, groups in found.items():
                        content = _content_of(cursor, kind, settings)
                        replace_groups(cursor, check.quality_check_id, kind, content, groups)
                    settle_duplicate_flags(cursor)
                total = sum(len(groups) for groups in found.values())
                check = check._replace(state="finished", questions_done=check.rows, found=total)
        except GlanError as error:
            check = check._replace(state="failed", message=error.message)
            raise
        finally:
            state = "failed" if check.state == "running" else check.state
            ended = check._replace(state=state, seconds=time.monotonic() - began, finished_at=datetime.now(UTC))
            with database.writing:
                save_check(cursor, ended)
    return ended


def find_duplicates_check(cursor: Cursor) -> QualityCheck | None:
    """Give the last check for duplicates; None if there was none."""
    return find_check(cursor, check_id("duplicates"))


def ranks_of(pairs: pd.DataFrame) -> np.ndarray:
    """Give the rank of each of some pairs, described as `read_ranks` does: int64, and of a group the lowest is kept."""
    order = np.lexsort(
        (
            pairs["place"],
            pairs["flags"],
            pairs["is_demo"],
            ~pairs["has_answer"].to_numpy(bool),
            pairs["status"].map(_STATUSES),
            ~pairs["is_chosen"].to_numpy(bool),
        )
    )
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _begun(settings: DuplicateSettings, rows: int) -> QualityCheck:
    return QualityCheck(
        check_id("duplicates"), "duplicates", settings._asdict(), "running", 0, 0, rows, 0, 0.0, datetime.now(UTC)
    )


def _check_settings(settings: DuplicateSettings) -> None:
    if settings.content not in CONTENTS:
        raise SettingsError(f"There is no text {settings.content!r} of a pair.", f"Use one of: {', '.join(CONTENTS)}.")
    if not LEAST_SIMILARITY <= settings.text_similarity <= 1:
        raise SettingsError(
            f"Texts cannot be found that share {settings.text_similarity:g} of their words.",
            f"Choose from {LEAST_SIMILARITY:g} to 1.",
        )
    if not 0.5 <= settings.meaning_similarity <= 1:
        raise SettingsError(f"A cosine of {settings.meaning_similarity:g} cannot be used.", "Choose from 0.5 to 1.")


def _sketches(
    cursor: Cursor,
    places: np.ndarray,
    content: str,
    spread: Spread,
    on_progress: Progress,
    is_stopped: Callable[[], bool],
) -> TextSketches | None:
    """Sketch all texts; None if it was stopped."""
    sketches = TextSketches()
    starts = range(0, len(places), _TEXTS_AT_ONCE)
    texts = (read_texts_at(cursor, places[first : first + _TEXTS_AT_ONCE], content) for first in starts)
    made = spread(sketch, texts)
    for first in starts:
        on_progress(first, 2 * len(places))
        if is_stopped():
            return None
        sketches.add(next(made))
    return sketches


def _compare(
    cursor: Cursor,
    places: np.ndarray,
    sketches: TextSketches,
    settings: DuplicateSettings,
    on_progress: Progress,
    is_stopped: Callable[[], bool],
) -> dict[DuplicateKind, list[DuplicateGroup]] | None:
    """Compare all texts; None if it was stopped."""
    total = 2 * len(places)
    equal = _verified(cursor, places, sketches.equal(), settings.content)
    candidates = sketches.candidates(settings.text_similarity)
    near, cosines = [], []
    for first in range(0, len(candidates.one), _PAIRS_AT_ONCE):
        on_progress(len(places) + len(places) * first // len(candidates.one), total)
        if is_stopped():
            return None
        one, other = (side[first : first + _PAIRS_AT_ONCE] for side in candidates)
        found = _similarities(cursor, places, one, other, settings.content)
        is_near = found >= settings.text_similarity
        near.append((one[is_near], other[is_near]))
        cosines.append(found[is_near])
    one, other = (np.concatenate([pair[side] for pair in near] or [equal.one[:0]]) for side in (0, 1))
    groups: dict[DuplicateKind, list[DuplicateGroup]] = {
        "exact": _groups(cursor, places, _linked(equal.one, equal.other, np.ones(len(equal.one)))),
        "text": _groups(cursor, places, _near_groups(equal, one, other, np.concatenate([*cosines, []]))),
    }
    if settings.has_meaning:
        groups["meaning"] = _of_meaning(cursor, settings)
    on_progress(total, total)
    return groups


def _verified(cursor: Cursor, places: np.ndarray, equal: Candidates, content: str) -> Candidates:
    """Keep those pairs whose words are the same, not only their hashes."""
    kept = np.zeros(len(equal.one), np.bool_)
    for first in range(0, len(kept), _PAIRS_AT_ONCE):
        one, other = (side[first : first + _PAIRS_AT_ONCE] for side in equal)
        there = np.union1d(one, other)
        texts = [normalised(text) for text in read_texts_at(cursor, places[there], content)]
        said = dict(zip(there.tolist(), texts, strict=True))
        kept[first : first + len(one)] = [said[a] == said[b] for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    return Candidates(equal.one[kept], equal.other[kept])


def _similarities(cursor: Cursor, places: np.ndarray, one: np.ndarray, other: np.ndarray, content: str) -> np.ndarray:
    there = np.union1d(one, other)
    words = read_words(read_texts_at(cursor, places[there], content))
    return similarities(words, np.searchsorted(there, one), np.searchsorted(there, other))


def _linked(one: np.ndarray, other: np.ndarray, cosines: np.ndarray) -> _Linked:
    groups = linked_groups(one, other)
    group_of = {place: number for number, group in enumerate(groups) for place in group}
    least = np.ones(len(groups))
    np.minimum.at(least, np.array([group_of[place] for place in one.tolist()], np.int64), cosines)
    return _Linked([(np.array(group), float(each)) for group, each in zip(groups, least, strict=True)])


def _near_groups(equal: Candidates, one: np.ndarray, other: np.ndarray, cosines: np.ndarray) -> _Linked:
    """Link near texts, and with them their exact copies; groups of nothing but copies are left out."""
    is_in = np.isin(equal.one, np.union1d(one, other))
    return _linked(
        np.concatenate([one, equal.one[is_in]]),
        np.concatenate([other, equal.other[is_in]]),
        np.concatenate([cosines, np.ones(int(is_in.sum()))]),
    )


def _groups(cursor: Cursor, places: np.ndarray, linked: _Linked) -> list[DuplicateGroup]:
    return _chosen(cursor, [(places[group], similarity) for group, similarity in linked.groups])


def _of_meaning(cursor: Cursor, settings: DuplicateSettings) -> list[DuplicateGroup]:
    encoder, content = encoder_in_use(cursor)
    near = near_duplicates(cursor, encoder=encoder.encoder, content=content, similarity=settings.meaning_similarity)
    return _chosen(cursor, [(find_places(cursor, group.instruction_ids), group.similarity) for group in near])


def _chosen(cursor: Cursor, groups: Sequence[tuple[np.ndarray, float]]) -> list[DuplicateGroup]:
    """Say of each group which pair is kept; the largest group comes first."""
    if not groups:
        return []
    pairs = read_ranks(cursor, np.unique(np.concatenate([group for group, _ in groups])))
    there, ids, ranks = pairs["place"].to_numpy(), pairs["instruction_id"].to_numpy(), ranks_of(pairs)
    chosen = []
    for group, similarity in groups:
        rows = np.searchsorted(there, group)
        kept = str(ids[rows[ranks[rows].argmin()]])
        chosen.append(DuplicateGroup(tuple(sorted(ids[rows])), kept, round(similarity, 6)))
    return sorted(chosen, key=lambda group: (-len(group.instruction_ids), group.instruction_ids))


def _content_of(cursor: Cursor, kind: DuplicateKind, settings: DuplicateSettings) -> str:
    return encoder_in_use(cursor)[1] if kind == "meaning" else settings.content

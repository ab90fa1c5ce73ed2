"""What is placed never moves, a new layout looks like the old one, and an interrupted placement goes on.

The vectors are made by hand, so that nothing has to be embedded.
"""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glan_core import layouts, placement
from glan_core.embedding import standing_maps
from glan_core.embedding.landmarks import choose_landmarks
from glan_core.embedding.standing_maps import place_on
from glan_core.encoders import Encoder
from glan_core.errors import EmbeddingError
from glan_core.ids import content_id
from glan_core.placement import Placed, place_all
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import Cursor, open_database
from glan_core.store.embeddings import insert_embeddings, link_instructions
from glan_core.store.instructions import insert_instructions
from glan_core.store.projections import count_unplaced_instructions, find_newest_projection, layout_figures
from tests.conftest import Small
from tests.small_pairs import instruction

T = TypeVar("T")
DIMENSIONS = 24
KILLED = """
import os, signal, sys
from pathlib import Path
from glan_core import placement
from glan_core.embedding.standing_maps import place_on
from glan_core.store.database import open_database

placement.BATCH = 20
called = 0


def compute(function, *arguments, **options):
    global called
    if function is place_on:
        called += 1
        if called == 3:
            os.kill(os.getpid(), signal.SIGKILL)
    return function(*arguments, **options)


with open_database(Path(sys.argv[1])) as opened:
    placement.place_all(opened, compute=compute)
"""


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with a process that has no map at hand."""
    monkeypatch.setattr(standing_maps, "_at_hand", {})


def vectors_of(first: int, last: int, *, topics: int = 4) -> np.ndarray:
    """Give rows of unit length for the pairs from `first` to before `last`, near the axes of their topics in turn."""
    rows = np.array(
        [np.random.default_rng(number).normal(scale=0.08, size=DIMENSIONS) for number in range(first, last)]
    )
    rows[np.arange(last - first), np.arange(first, last) % topics] += 1.0
    unit: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def name_of(number: int) -> str:
    """Name a pair by its number."""
    return f"pair-{number:04}"


def add(
    cursor: Cursor, first: int, last: int, *, encoder: str = "all-MiniLM-L6-v2", vectors: np.ndarray | None = None
) -> None:
    """Put the pairs from `first` to before `last` into a database, embedded."""
    names = [name_of(number) for number in range(first, last)]
    made = [instruction(name) for name in names]
    insert_instructions(cursor, made)
    if vectors is None:
        vectors = vectors_of(first, last)
    insert_embeddings(cursor, encoder=encoder, texts=[each.text for each in made], vectors=vectors)
    contents = {each.instruction_id: content_id(each.text) for each in made}
    link_instructions(cursor, encoder=encoder, content="instruction", content_of=contents)


def points(cursor: Cursor, projection_id: str | None = None) -> dict[str, tuple[float, float, str]]:
    """Give x, y and how it was placed for each point of a layout, by default the newest."""
    if projection_id is None:
        newest = find_newest_projection(cursor)
        assert newest is not None
        projection_id = newest.projection_id
    rows = cursor.execute(
        "select instruction_id, x, y, placed_by from projected_point where projection_id = ?", [projection_id]
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def layouts_made(cursor: Cursor) -> int:
    """Count the layouts."""
    return len(cursor.execute("select projection_id from projection").fetchall())


def coordinates(found: dict[str, tuple[float, float, str]], first: int, last: int) -> np.ndarray:
    """Give the places of the pairs from `first` to before `last`."""
    return np.array([found[name_of(number)][:2] for number in range(first, last)])


# Points that stay ---------------------------------------------------------------------------------------------------


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_whatever_comes_and_however_much_no_old_point_moves(small: Small, sizes: list[int]):
    for table in ("projection", "projected_point", "embedding", "embedded_instruction", "instruction"):
        small.cursor.execute(f"delete from {table}")
    add(small.cursor, 0, 20)
    place_all(small.database)
    count = 20
    for size in sizes:
        before = points(small.cursor)
        add(small.cursor, count, count + size)
        assert place_all(small.database).placed == size
        count += size
        after = points(small.cursor)
        assert {name: after[name] for name in before} == before
        assert len(after) == count
    assert layouts_made(small.cursor) == 1


def test_later_pairs_lie_with_their_like(small: Small):
    add(small.cursor, 0, 60)
    place_all(small.database)
    add(small.cursor, 60, 68)
    place_all(small.database)
    found = points(small.cursor)
    centres = np.array([coordinates(found, 0, 60)[topic::4].mean(axis=0) for topic in range(4)])
    apart = np.linalg.norm(coordinates(found, 60, 68)[:, None] - centres[None], axis=2)
    assert apart.argmin(axis=1).tolist() == [0, 1, 2, 3] * 2
    assert {found[name_of(number)][2] for number in range(60, 68)} == {"transform"}


def test_pairs_with_the_same_text_lie_in_the_same_place(small: Small):
    add(small.cursor, 0, 30)
    place_all(small.database)
    twin = instruction("twin", text=f"Question {name_of(7)}?")
    insert_instructions(small.cursor, [twin])
    assert place_all(small.database).placed == 1
    found = points(small.cursor)
    assert found["twin"] == found[name_of(7)]


def test_nothing_but_duplicates_is_one_place(small: Small):
    insert_instructions(small.cursor, [instruction(f"twin-{number}", text="Why?") for number in range(30)])
    insert_embeddings(small.cursor, encoder="all-MiniLM-L6-v2", texts=["Why?"], vectors=vectors_of(0, 1))
    placed = place_all(small.database)
    assert placed.projection is not None
    assert (placed.placed, placed.projection.method, placed.projection.landmarks) == (30, "pca", 1)
    assert set(points(small.cursor).values()) == {(0.0, 0.0, "fit")}


@pytest.mark.parametrize(("pairs", "method"), [(1, "pca"), (14, "pca"), (15, "umap")])
def test_from_fifteen_pairs_on_it_is_a_map(small: Small, pairs: int, method: str):
    add(small.cursor, 0, pairs)
    placed = place_all(small.database)
    assert placed.projection is not None
    assert (placed.placed, placed.projection.method, placed.projection.landmarks) == (pairs, method, pairs)


def test_a_sketch_becomes_a_map_once_and_by_itself(small: Small):
    add(small.cursor, 0, 14)
    sketch = place_all(small.database).projection
    assert sketch is not None
    before = points(small.cursor)
    add(small.cursor, 14, 15)
    placed = place_all(small.database)
    assert placed.projection is not None
    assert (placed.is_new_layout, placed.projection.method) == (True, "umap")
    assert placed.projection.aligned_to == sketch.projection_id
    assert points(small.cursor, sketch.projection_id) == before
    add(small.cursor, 15, 200)
    assert not place_all(small.database).is_new_layout


def test_a_vector_that_is_not_finite_is_refused(small: Small):
    add(small.cursor, 0, 20)
    broken = vectors_of(20, 21)
    broken[0, 3] = np.nan
    with pytest.raises(EmbeddingError, match="not finite"):
        add(small.cursor, 20, 21, vectors=broken)
    small.cursor.execute("delete from instruction where instruction_id = ?", [name_of(20)])
    small.cursor.execute(
        "update embedding set vector = list_transform(vector, lambda value: 'nan'::float) where number = 3"
    )
    with pytest.raises(EmbeddingError, match="not finite"):
        place_all(small.database)
    assert layouts_made(small.cursor) == 0


# Encoders -----------------------------------------------------------------------------------------------------------


def test_a_layout_of_one_encoder_is_never_added_to_by_another(small: Small):
    add(small.cursor, 0, 20)
    first = place_all(small.database).projection
    assert first is not None
    before = points(small.cursor, first.projection_id)
    add(small.cursor, 0, 25, encoder="other", vectors=vectors_of(100, 125))
    placed = place_all(small.database, encoder=Encoder("other", "folder", "other", DIMENSIONS), content="instruction")
    assert placed.projection is not None
    assert (placed.placed, placed.projection.encoder, placed.projection.aligned_to) == (25, "other", None)
    assert points(small.cursor, first.projection_id) == before


# A new layout -------------------------------------------------------------------------------------------------------


def test_a_new_layout_is_turned_towards_the_old_one(small: Small):
    add(small.cursor, 0, 60)
    old = place_all(small.database).projection
    assert old is not None
    add(small.cursor, 60, 80)
    place_all(small.database)
    before = points(small.cursor)
    placed = place_all(small.database, is_anew=True)
    assert placed.projection is not None
    assert (placed.is_new_layout, placed.placed) == (True, 80)
    assert (placed.projection.landmarks, placed.projection.aligned_to) == (80, old.projection_id)
    after = points(small.cursor)
    assert {place[2] for place in after.values()} == {"fit"}
    moved = np.linalg.norm(coordinates(after, 0, 80) - coordinates(before, 0, 80), axis=1)
    assert np.median(moved) < 0.25 * np.ptp(coordinates(before, 0, 80), axis=0).max()
    assert points(small.cursor, old.projection_id) == before


def test_a_new_layout_may_be_made_of_nothing_new(small: Small):
    add(small.cursor, 0, 20)
    place_all(small.database)
    assert place_all(small.database, is_anew=True).placed == 20
    assert layouts_made(small.cursor) == 2


def test_without_pairs_there_is_no_new_layout(small: Small):
    assert place_all(small.database, is_anew=True) == Placed(0, 0, False, None)


def test_more_than_can_be_landmarks_are_placed_in_batches(small: Small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(placement, "BATCH", 20)
    monkeypatch.setattr(layouts, "choose_landmarks", lambda *given, most: choose_landmarks(*given, most=40))
    add(small.cursor, 0, 130)
    heard: list[tuple[str, int, int]] = []
    placed = place_all(small.database, on_progress=lambda *what: heard.append(what))
    assert placed.projection is not None
    assert (placed.placed, placed.projection.landmarks) == (130, 40)
    placing = [(done, total) for step, done, total in heard if step == "placing"]
    assert placing == [(0, 90), (20, 90), (40, 90), (60, 90), (80, 90)]
    figures = layout_figures(small.cursor, placed.projection.projection_id)
    assert (figures.points, figures.placed_later) == (130, 90)
    assert figures.median_distance is not None
    assert figures.fit_distance is not None
    assert 0 < figures.median_distance < 1
    assert 0 < figures.fit_distance < 1


# Interruptions ------------------------------------------------------------------------------------------------------


class Interrupted:
    """Computes here, and gives out at the given call of `place_on`."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Give what the function gives."""
        if function is place_on:
            self.left -= 1
            if not self.left:
                raise EmbeddingError("The process ended.", "Try again.")
        return function(*arguments, **options)


def test_an_interrupted_placement_keeps_its_batches_and_ends_as_if_it_had_not_been(
    small: Small, small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(placement, "BATCH", 20)
    add(small.cursor, 0, 40)
    place_all(small.database)
    add(small.cursor, 40, 120)
    with pytest.raises(EmbeddingError, match="process ended"):
        place_all(small.database, compute=Interrupted(3))
    kept = points(small.cursor)
    assert len(kept) == 80
    assert place_all(small.database).placed == 40
    after = points(small.cursor)
    assert {name: after[name] for name in kept} == kept
    newest = find_newest_projection(small.cursor)
    assert newest is not None
    small.cursor.execute("delete from projected_point where placed_by = 'transform'")
    monkeypatch.setattr(placement, "BATCH", 1_000)
    place_all(small.database)
    assert points(small.cursor) == after


def test_a_killed_placement_goes_on(small: Small):
    path = small.database.path
    add(small.cursor, 0, 40)
    place_all(small.database)
    before = points(small.cursor)
    add(small.cursor, 40, 120)
    small.database.close()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)], cwd=PROJECT_FOLDER, capture_output=True, text=True, timeout=170
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with open_database(path) as opened:
        cursor = opened.cursor()
        kept = points(cursor)
        assert len(kept) == 80
        place_all(opened)
        after = points(cursor)
        assert len(after) == 120
        assert {name: after[name] for name in kept} == kept
        assert {name: after[name] for name in before} == before
        newest = find_newest_projection(cursor)
        assert newest is not None
        assert count_unplaced_instructions(cursor, newest.projection_id) == 0


def test_a_process_that_lost_the_map_is_handed_it_again(small: Small):
    add(small.cursor, 0, 20)
    place_all(small.database)
    add(small.cursor, 20, 22)
    lost = 0

    def compute(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        nonlocal lost
        if function is place_on and not lost:
            lost += 1
            standing_maps._at_hand.clear()
        return function(*arguments, **options)

    assert place_all(small.database, compute=compute).placed == 2
    assert lost == 1

"""Every instruction gets its place on the map once, and keeps it until the whole map is made anew.

The sets are smaller than 15, so they are laid out by principal components; tests/test_layouts.py tries larger ones.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import pytest

from glan_core import placement
from glan_core.embedding.encoder import ENCODER, encode
from glan_core.embedding.neighbour_batches import find_in_file
from glan_core.embedding.projection import lay_out
from glan_core.errors import EmbeddingError
from glan_core.placement import Placed, place_all
from glan_core.placer import Placer
from glan_core.store.database import Cursor
from glan_core.store.ingest import ingest
from glan_core.store.neighbourhoods import count_without_neighbourhood
from glan_core.store.projections import find_newest_projection, list_placed_instructions
from glan_core.text_encoding import compute_here
from tests.conftest import Small
from tests.small_pairs import instruction

T = TypeVar("T")
TEXTS = {
    "a": "How does a mirror reflect a ray of light?",
    "b": "Derive the critical angle between glass and air.",
    "c": "Why does a thin lens form an image?",
    "d": "What is the wavelength of red light?",
    "e": "Explain how two waves add up.",
    "f": "Which aperture does a telescope need?",
    "g": "How far does a microscope resolve?",
    "h": "What is polarised light?",
}


class Recorder:
    """Calls functions in this process and remembers which."""

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.functions: list[str] = []

    def __call__(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Give what the function gives."""
        self.functions.append(function.__name__)
        if function is encode:
            self.embedded += arguments[0]
        return function(*arguments, **options)


def refuse(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Embed texts as usual and lay nothing out, as a child process that runs out of memory would."""
    if function is lay_out:
        raise EmbeddingError("There is no memory left.", "Try again.")
    return function(*arguments, **options)


@pytest.fixture
def recorder() -> Recorder:
    """A recorder that has heard nothing yet."""
    return Recorder()


def ask(small: Small, names: str, **texts: str) -> None:
    """Put instructions into the database: one for each letter, with its text from TEXTS or from `texts`."""
    ingest(small.cursor, [instruction(name, text={**TEXTS, **texts}[name]) for name in names])


class Place(NamedTuple):
    """Where an instruction lies, and how it came there."""

    x: float
    y: float
    placed_by: str


def places(cursor: Cursor) -> dict[str, Place]:
    """Give the points of the newest layout by instruction id."""
    newest = find_newest_projection(cursor)
    assert newest is not None
    points = list_placed_instructions(cursor, newest.projection_id)
    return {point.instruction_id: Place(point.x, point.y, point.placed_by) for point in points}


def count_layouts(cursor: Cursor) -> int:
    """Count the layouts that were ever made."""
    row = cursor.execute("select count(*) from projection").fetchone()
    assert row is not None
    return int(row[0])


# Placing everything -------------------------------------------------------------------------------------------------


def test_without_instructions_there_is_nothing_to_place(small: Small, recorder: Recorder):
    assert place_all(small.database, compute=recorder) == Placed(0, 0, False, None)
    assert recorder.functions == []
    assert find_newest_projection(small.cursor) is None


def test_the_first_instructions_make_a_layout(small: Small):
    ask(small, "abc")
    assert place_all(small.database) == Placed(3, 3, True, find_newest_projection(small.cursor))
    assert {name: place.placed_by for name, place in places(small.cursor).items()} == dict.fromkeys("abc", "fit")


def test_a_layout_names_its_encoder_method_and_seed(small: Small):
    ask(small, "abc")
    place_all(small.database)
    newest = find_newest_projection(small.cursor)
    assert newest is not None
    assert (newest.encoder, newest.method, newest.seed) == ("all-MiniLM-L6-v2", "pca", 42)
    assert (newest.content, newest.landmarks, newest.aligned_to) == ("instruction", 3, None)


def test_a_single_instruction_has_a_place(small: Small):
    ask(small, "a")
    place_all(small.database)
    assert places(small.cursor) == {"a": Place(0.0, 0.0, "fit")}


def test_once_all_are_placed_nothing_is_computed(small: Small, recorder: Recorder):
    ask(small, "abc")
    place_all(small.database)
    assert place_all(small.database, compute=recorder) == Placed(0, 0, False, find_newest_projection(small.cursor))
    assert recorder.functions == []


def test_later_instructions_are_placed_among_the_earlier_ones(small: Small):
    ask(small, "abcd")
    place_all(small.database)
    ask(small, "ef")
    assert place_all(small.database) == Placed(2, 2, False, find_newest_projection(small.cursor))
    placed_by = {name: place.placed_by for name, place in places(small.cursor).items()}
    assert placed_by == dict.fromkeys("abcd", "fit") | dict.fromkeys("ef", "transform")


def test_later_instructions_move_no_earlier_one(small: Small):
    ask(small, "abcd")
    place_all(small.database)
    before = places(small.cursor)
    ask(small, "ef")
    place_all(small.database)
    after = places(small.cursor)
    assert {name: after[name] for name in before} == before
    assert count_layouts(small.cursor) == 1


def test_a_sketch_stays_as_long_as_there_are_too_few_for_a_map(small: Small):
    ask(small, "ab")
    place_all(small.database)
    ask(small, "cdefgh")
    assert not place_all(small.database).is_new_layout
    assert count_layouts(small.cursor) == 1


# Embedding ----------------------------------------------------------------------------------------------------------


def test_equal_texts_are_embedded_once(small: Small, recorder: Recorder):
    ask(small, "abc", b=TEXTS["a"])
    assert place_all(small.database, compute=recorder).embedded == 2
    assert sorted(recorder.embedded) == sorted([TEXTS["a"], TEXTS["c"]])


def test_equal_texts_lie_in_one_place(small: Small):
    ask(small, "abc", b=TEXTS["a"])
    place_all(small.database)
    found = places(small.cursor)
    assert found["a"] == found["b"] != found["c"]


def test_a_text_that_was_embedded_earlier_is_not_embedded_again(small: Small, recorder: Recorder):
    ask(small, "abcd")
    place_all(small.database)
    ask(small, "ef", e=TEXTS["a"])
    place_all(small.database, compute=recorder)
    assert recorder.embedded == [TEXTS["f"]]


def test_a_new_layout_embeds_only_what_is_new(small: Small, recorder: Recorder):
    ask(small, "abcd")
    place_all(small.database)
    ask(small, "efgh")
    assert place_all(small.database, compute=recorder, is_anew=True).is_new_layout
    assert sorted(recorder.embedded) == sorted(TEXTS[name] for name in "efgh")


def test_what_was_embedded_is_kept_when_the_layout_fails(small: Small, recorder: Recorder):
    ask(small, "abc")
    with pytest.raises(EmbeddingError, match="no memory"):
        place_all(small.database, compute=refuse)
    assert find_newest_projection(small.cursor) is None
    assert place_all(small.database, compute=recorder) == Placed(0, 3, True, find_newest_projection(small.cursor))
    assert recorder.embedded == []


def test_progress_tells_the_step_and_how_much_there_is(small: Small):
    heard: list[tuple[str, int, int]] = []
    ask(small, "abc", b=TEXTS["a"])
    place_all(small.database, on_progress=lambda step, done, total: heard.append((step, done, total)))
    assert heard == [("embedding", 0, 3), ("embedding", 3, 3), ("layout", 0, 0)]
    ask(small, "de", d=TEXTS["a"])
    heard.clear()
    place_all(small.database, on_progress=lambda step, done, total: heard.append((step, done, total)))
    assert heard == [("embedding", 0, 2), ("embedding", 2, 2), ("ready", 0, 1), ("placing", 0, 1)]


# The thread that places ---------------------------------------------------------------------------------------------


class Gate(Recorder):
    """A recorder that waits before each call until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.is_reached = threading.Event()
        self.is_open = threading.Event()

    def __call__(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Wait, then give what the function gives."""
        self.is_reached.set()
        assert self.is_open.wait(60)
        return super().__call__(function, *arguments, **options)


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A closed gate; it is open after the test."""
    made = Gate()
    yield made
    made.is_open.set()


def wait_for(placer: Placer) -> None:
    """Wait until the placer has nothing under way."""
    give_up = time.monotonic() + 60
    while placer.is_running or placer.is_comparing:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_placer_works_while_others_go_on(small: Small, gate: Gate):
    ask(small, "abc")
    placer = Placer(small.database, gate)
    placer.start()
    assert gate.is_reached.wait(60)
    assert placer.is_running
    assert (placer.step, placer.done, placer.total) == ("embedding", 0, 3)
    gate.is_open.set()
    wait_for(placer)
    assert sorted(places(small.cursor)) == ["a", "b", "c"]


def test_what_was_placed_is_compared_with_all_others(small: Small):
    ask(small, "abc")
    placer = Placer(small.database, compute_here)
    placer.start()
    wait_for(placer)
    assert placer.background_error is None
    assert count_without_neighbourhood(small.cursor, encoder=ENCODER, content="instruction") == 0
    assert small.cursor.execute("select count(*) from neighbourhood").fetchone() == (3,)


def test_a_comparison_that_fails_leaves_the_places(small: Small):
    ask(small, "abc")

    def compute(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        if function is find_in_file:
            raise EmbeddingError("There is no memory left.", "Try again.")
        return function(*arguments, **options)

    placer = Placer(small.database, compute)
    placer.start()
    wait_for(placer)
    assert placer.error is None
    assert placer.background_error is not None
    assert sorted(places(small.cursor)) == ["a", "b", "c"]


def test_a_placer_started_twice_places_once(small: Small, gate: Gate):
    ask(small, "abc")
    placer = Placer(small.database, gate)
    placer.start()
    assert gate.is_reached.wait(60)
    placer.start()
    gate.is_open.set()
    wait_for(placer)
    assert gate.functions[:2] == ["encode", "lay_out"]
    assert gate.functions.count("lay_out") == 1
    assert count_layouts(small.cursor) == 1


def test_a_placer_that_is_stopped_keeps_what_was_read_and_goes_on_later(small: Small, gate: Gate):
    ask(small, "abc")
    placer = Placer(small.database, gate)
    placer.start()
    assert gate.is_reached.wait(60)
    placer.stop()
    assert placer.is_stopping
    gate.is_open.set()
    wait_for(placer)
    assert placer.error is None
    assert placer.was_stopped
    assert not placer.is_stopping
    assert count_layouts(small.cursor) == 0
    embedded = small.cursor.execute("select count(*) from embedding").fetchall()[0][0]
    assert embedded == 3
    placer.start()
    wait_for(placer)
    assert placer.error is None
    assert not placer.was_stopped
    assert set(places(small.cursor)) == set("abc")


def test_placing_stops_between_batches_and_keeps_what_is_placed(small: Small, monkeypatch: pytest.MonkeyPatch):
    ask(small, "abc")
    place_all(small.database)
    before = places(small.cursor)
    ask(small, "defg")
    monkeypatch.setattr(placement, "BATCH", 1)
    heard: list[str] = []
    stopped = place_all(
        small.database,
        on_progress=lambda step, done, total: heard.append(step),
        is_stopped=lambda: heard.count("placing") == 2,
    )
    assert stopped.is_stopped
    assert stopped.placed == 2
    assert len(places(small.cursor)) == 5
    assert before.items() <= places(small.cursor).items()
    rest = place_all(small.database)
    assert (rest.is_stopped, rest.placed) == (False, 2)


def test_a_placer_that_was_never_started_is_idle(small: Small, recorder: Recorder):
    placer = Placer(small.database, recorder)
    assert not placer.is_running
    assert placer.error is None


def test_a_placer_keeps_the_error_that_ended_it(small: Small):
    ask(small, "abc")
    placer = Placer(small.database, refuse)
    placer.start()
    wait_for(placer)
    assert placer.error is not None
    assert (placer.error.message, placer.error.hint) == ("There is no memory left.", "Try again.")


def test_a_placer_started_again_forgets_its_error(small: Small):
    ask(small, "abc")
    has_memory = threading.Event()

    def compute(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        return function(*arguments, **options) if has_memory.is_set() else refuse(function, *arguments, **options)

    placer = Placer(small.database, compute)
    placer.start()
    wait_for(placer)
    has_memory.set()
    placer.start()
    wait_for(placer)
    assert placer.error is None
    assert sorted(places(small.cursor)) == ["a", "b", "c"]

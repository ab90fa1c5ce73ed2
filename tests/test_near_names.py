"""Which names are nearly the same: those a person would call a slip, the same words, or the same thing."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import pytest

from glan_core.embedding.encoder import DIMENSIONS, ENCODER, encode
from glan_core.errors import EmbeddingError
from glan_core.name_meanings import NameReader
from glan_core.near_names import SAME_MEANING, NameIndex, NearName
from glan_core.store.database import Database
from glan_core.store.embeddings import list_unembedded_texts
from glan_core.store.names import KnownName, list_known_names, names_stamp
from tests.conftest import Small

T = TypeVar("T")
KNOWN = (
    KnownName("f", None, "field", "Academic Humanities", "kept", ()),
    KnownName("s", "f", "sub_field", "Screen arts", "kept", ("Academic Humanities",)),
    KnownName("m", "f", "sub_field", "Media", "kept", ("Academic Humanities",)),
    KnownName("film", "s", "discipline", "Film", "kept", ("Academic Humanities", "Screen arts")),
    KnownName("tv", "s", "discipline", "Television", "pending", ("Academic Humanities", "Screen arts")),
    KnownName("industry", "m", "discipline", "Film industry", "kept", ("Academic Humanities", "Media")),
    KnownName("genre", "film", "subject", "Film Genre", "kept", ("Academic Humanities", "Screen arts", "Film")),
    KnownName("law", "industry", "subject", "Media Law", "kept", ("Academic Humanities", "Media", "Film industry")),
)


class Encoder:
    """Gives each text the vector of its first letter, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, function: Callable[..., T], *arguments: Any, **options: Any) -> Any:
        """Stand in for the process that embeds: it gives unit vectors after it may go on."""
        assert function is encode
        assert self.may_go_on.wait(timeout=30)
        self.embedded += arguments[0]
        vectors = np.zeros((len(arguments[0]), DIMENSIONS), np.float32)
        for row, text in enumerate(arguments[0]):
            vectors[row, ord(text[0]) % DIMENSIONS] = 1
        return vectors


def refuse(function: Callable[..., T], *arguments: Any, **options: Any) -> Any:
    """Stand in for a process that runs out of memory."""
    raise EmbeddingError("There is no memory left.")


def names(found: Sequence[NearName]) -> list[str]:
    """Give the names that were found."""
    return [near.known.name for near in found]


def find(name: str, *, parent_id: str | None = "s", **options: Any) -> tuple[NearName, ...]:
    return NameIndex(KNOWN).find(name, parent_id=parent_id, **options)


def cosines(**of: float) -> np.ndarray:
    """Give the cosines to the known names, 0 but for those named by id."""
    return np.array([of.get(known.node_id, 0.0) for known in KNOWN], np.float32)


def wait_for(reader: NameReader) -> None:
    """Come back once the reader has read what it was asked for."""
    deadline = time.monotonic() + 30
    while reader.is_running:
        assert time.monotonic() < deadline
        time.sleep(0.01)


# Spelling -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["FILM", "Films", "film studies", "The film", "Introduction to film"])
def test_the_same_words_are_spelled_alike(name: str):
    assert names(find(name)) == ["Film", "Film industry"]
    assert {near.why for near in find(name)} == {"spelled alike"}


@pytest.mark.parametrize("name", ["Televison", "Telévision", "Televisoin"])
def test_a_slip_is_spelled_alike(name: str):
    assert names(find(name)) == ["Television"]


@pytest.mark.parametrize("name", ["Firm", "Radio", "Vision", "Genre", "", "   ", "!?"])
def test_other_names_are_not_spelled_alike(name: str):
    assert find(name) == ()


def test_a_pending_node_is_told_as_such():
    (near,) = find("Television")
    assert (near.known.status, near.is_sibling, near.similarity) == ("pending", True, 1.0)


def test_the_node_itself_is_left_out():
    assert names(find("Film", node_id="film")) == ["Film industry"]


def test_siblings_come_first():
    assert names(find("Film", parent_id="m")) == ["Film industry", "Film"]


def test_a_subject_is_compared_within_its_discipline_alone():
    assert find("Film", parent_id="film") == ()
    assert names(find("Film genres", parent_id="film")) == ["Film Genre"]


def test_at_most_five_are_told():
    many = [KnownName(str(number), None, "field", "Film", "kept", ()) for number in range(8)]
    assert len(NameIndex(many).find("Film", parent_id=None)) == 5


def test_without_any_name_there_is_no_near_one():
    assert NameIndex(()).find("Film", parent_id=None) == ()


def test_twenty_thousand_names_are_compared_in_less_than_20_ms():
    known = [
        KnownName(str(number), None, "field", f"{first} {second} {number % 50}", "kept", ())
        for number, (first, second) in enumerate(
            (f"{a}{b}ology", f"{b}{a}istry") for a in "abcdefghijkl" for b in range(1700)
        )
    ]
    index = NameIndex(known)
    assert len(index.texts) > 20_000
    seconds = []
    for _ in range(5):
        began = time.process_time()  # the machine may be busy with something else
        index.find("c77ology 77cistry 3", parent_id=None)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.02


# Meaning ------------------------------------------------------------------------------------------------------------


def test_a_cosine_from_the_threshold_on_means_nearly_the_same():
    near = find("Cinema", similarities=cosines(film=SAME_MEANING, tv=SAME_MEANING - 0.01))
    assert [(each.known.name, each.why) for each in near] == [("Film", "means nearly the same")]
    assert near[0].similarity == pytest.approx(SAME_MEANING)


def test_spelling_is_told_before_meaning():
    (near,) = find("Televison", similarities=cosines(tv=0.9))
    assert near.why == "spelled alike"


def test_a_node_is_like_a_subject_only_where_they_are_very_near():
    assert names(find("Cinema", similarities=cosines(genre=0.75, industry=0.75))) == ["Film industry"]
    assert names(find("Cinema", similarities=cosines(genre=0.85))) == ["Film Genre"]


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("Film", "Cinema", True),
        ("Transportation", "Transport industry", True),
        ("Physics", "Nursing", False),
        ("Film", "Television", False),
    ],
)
def test_the_encoder_tells_known_pairs_apart(one: str, other: str, is_near: bool):
    first, second = encode([one, other])
    assert (float(first @ second) >= SAME_MEANING) == is_near


# Reading names ------------------------------------------------------------------------------------------------------


def test_cosines_come_once_the_names_are_read(database: Database):
    encoder = Encoder()
    reader = NameReader(database, encoder)
    encoder.may_go_on.clear()
    assert reader.similarities("Ab", ("Ac", "B")) is None
    assert reader.is_running
    encoder.may_go_on.set()
    wait_for(reader)
    assert reader.similarities("Ab", ("Ac", "B")).tolist() == [1.0, 0.0]


def test_no_name_is_embedded_twice(database: Database):
    encoder = Encoder()
    for _ in range(2):  # the second reader finds what the first one left in the database
        reader = NameReader(database, encoder)
        reader.similarities("Ab", ("Ac", "B"))
        wait_for(reader)
        reader.similarities("Ab", ("Ac", "B", "C"))
        wait_for(reader)
    assert sorted(encoder.embedded) == ["Ab", "Ac", "B", "C"]
    assert list_unembedded_texts(database.cursor(), encoder=ENCODER, texts=["Ab", "Ac", "B", "C"]) == []


def test_a_name_that_is_there_needs_no_further_reading(database: Database):
    reader = NameReader(database, Encoder())
    reader.similarities("B", ("Ac", "B"))
    wait_for(reader)
    assert reader.similarities("Ac", ("Ac", "B")).tolist() == [1.0, 0.0]


def test_a_failure_is_told_and_the_next_name_tries_again(database: Database):
    reader = NameReader(database, refuse)
    reader.similarities("Ab", ("B",))
    wait_for(reader)
    assert reader.error is not None
    assert reader.similarities("Ab", ("B",)) is None
    assert not reader.is_running  # not for ever
    reader.similarities("Abc", ("B",))
    wait_for(reader)
    assert reader.error.message == "There is no memory left."


# The names that are there -------------------------------------------------------------------------------------------


def test_kept_and_pending_nodes_and_subjects_are_listed_with_what_is_above(small: Small):
    small.cursor.execute("update taxonomy_node set status = 'pending' where name = 'Chemistry'")
    small.cursor.execute("update taxonomy_node set status = 'removed' where name = 'Land use'")
    listed = {(known.name, known.status, known.above) for known in list_known_names(small.cursor)}
    sciences = ("Natural Science", "Physical sciences")
    assert listed == {
        ("Natural Science", "kept", ()),
        ("Agriculture", "kept", ()),
        ("Physical sciences", "kept", sciences[:1]),
        ("Chemistry", "pending", sciences),
        ("Physics", "kept", sciences),
        ("Mechanics", "kept", (*sciences, "Physics")),
        ("Optics", "kept", (*sciences, "Physics")),
    }


@pytest.mark.parametrize(
    "change",
    [
        "update taxonomy_node set name = 'Alchemy' where name = 'Chemistry'",
        "update subject set status = 'removed' where name = 'Optics'",
        "update taxonomy_node set parent_id = null where name = 'Chemistry'",
    ],
)
def test_the_mark_changes_with_every_name_place_and_status(small: Small, change: str):
    before = names_stamp(small.cursor)
    assert names_stamp(small.cursor) == before
    small.cursor.execute(change)
    assert names_stamp(small.cursor) != before

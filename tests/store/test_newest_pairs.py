"""The newest questions of a node are told apart: new, near to a former one, not compared yet."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest

from glan_core.edits import apply_edit, set_status
from glan_core.embedding.neighbours import NEIGHBOURS
from glan_core.errors import EmbeddingError
from glan_core.ids import subject_id
from glan_core.neighbour_graph import extend_graph
from glan_core.store.answers import insert_answers
from glan_core.store.database import Cursor
from glan_core.store.instructions import insert_instructions
from glan_core.store.model_calls import insert_model_calls
from glan_core.store.neighbourhoods import Neighbourhoods, insert_neighbourhoods
from glan_core.store.newest_pairs import FULL, NewestPairs, NodeLevel, count_newest, newest_version
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run
from tests.store.vectors import embed, link

OF = {"encoder": "e", "content": "instruction"}


def keep(cursor: Cursor, *ids: str) -> None:
    """Add questions of Optics in this order."""
    save_run(cursor, run())
    for id_ in ids:
        insert_instructions(cursor, [instruction(id_)])


def list_near(cursor: Cursor, **near: dict[int, float]) -> None:
    """Keep lists: n4={7: 0.9} says that number 7 is the nearest of number 4."""
    for name, others in near.items():
        width = max(1, len(others))
        lists = Neighbourhoods(np.array([int(name[1:])]), np.full((1, width), -1), np.full((1, width), -np.inf))
        lists.neighbours[0, : len(others)], lists.similarities[0, : len(others)] = list(others), list(others.values())
        insert_neighbourhoods(cursor, lists._replace(similarities=lists.similarities.astype(np.float32)), **OF)


def counted(small: Small, *, level: NodeLevel = "discipline", newest: int = 100, **more: object) -> NewestPairs:
    found = count_newest(small.cursor, level=level, near=0.8, newest=newest, **OF, **more)  # type: ignore[arg-type]
    physics, optics = small.nodes.physics.taxonomy_node_id, small.nodes.optics.subject_id
    assert list(found) == [physics if level == "discipline" else optics]
    return next(iter(found.values()))


def test_without_questions_there_is_nothing(small: Small):
    assert count_newest(small.cursor, level="discipline", near=0.8, newest=10, **OF) == {}


def test_of_two_that_are_near_the_later_one_is_not_new(small: Small):
    keep(small.cursor, "a", "b", "c")
    link(small.cursor, "e", a=5, b=2, c=9)
    list_near(small.cursor, n5={2: 0.9}, n2={5: 0.9}, n9={5: 0.79})
    assert counted(small) == NewestPairs(pairs=3, compared=3, new=2)
    assert counted(small, level="subject") == NewestPairs(3, 3, 2)
    assert counted(small, newest=2) == NewestPairs(2, 2, 1)  # b and c: what came before them still counts


def test_a_text_that_was_there_before_is_not_new(small: Small):
    keep(small.cursor, "a", "b")
    link(small.cursor, "e", a=0, b=0)
    list_near(small.cursor, n0={})
    assert counted(small) == NewestPairs(2, 2, 1)


def test_what_was_not_read_or_has_no_list_was_not_compared(small: Small):
    keep(small.cursor, "a", "b", "c")
    link(small.cursor, "e", a=0, b=1)
    list_near(small.cursor, n0={})
    assert counted(small) == NewestPairs(pairs=3, compared=1, new=1)


def test_where_answers_are_read_a_question_without_one_does_not_count(small: Small):
    keep(small.cursor, "a")
    assert count_newest(small.cursor, level="subject", encoder="e", content="answer", near=0.8, newest=9) == {}


def test_removed_runs_and_nodes_count_nowhere(small: Small):
    keep(small.cursor, "a")
    save_run(small.cursor, run("other"))
    insert_instructions(small.cursor, [instruction("b", run_id="other")])
    link(small.cursor, "e", a=0, b=1)
    list_near(small.cursor, n0={1: 0.9}, n1={0: 0.9})
    assert counted(small) == NewestPairs(2, 2, 1)
    small.cursor.execute("update run set is_removed = true where run_id = 'run'")
    assert counted(small) == NewestPairs(1, 1, 1)
    small.cursor.execute("update subject set status = 'removed' where name = 'Optics'")
    assert count_newest(small.cursor, level="subject", near=0.8, newest=10, **OF) == {}


def test_what_came_later_is_left_out(small: Small):
    keep(small.cursor, "a", "b")
    later = NOON + timedelta(hours=1)
    insert_model_calls(small.cursor, [model_call("call-a"), model_call("call-b", finished_at=later)])
    link(small.cursor, "e", a=0, b=1)
    list_near(small.cursor, n0={1: 0.9}, n1={0: 0.9})
    assert counted(small, before=later) == NewestPairs(1, 1, 1)
    assert counted(small, before=later + timedelta(seconds=1)) == NewestPairs(2, 2, 1)


def test_another_encoder_has_read_nothing(small: Small):
    keep(small.cursor, "a")
    link(small.cursor, "e", a=0)
    list_near(small.cursor, n0={})
    found = count_newest(small.cursor, level="subject", encoder="f", content="instruction", near=0.8, newest=10)
    assert list(found.values()) == [NewestPairs(1, 0, 0)]
    assert list(found) == [subject_id(small.nodes.physics.taxonomy_node_id, "Optics")]


def test_the_version_changes_with_all_that_may_change_the_counts(small: Small):
    def changes() -> Iterator[None]:
        yield keep(small.cursor, "a", "b")
        yield link(small.cursor, "e", a=0, b=1)
        yield list_near(small.cursor, n0={1: 0.9}, n1={0: 0.9})
        yield insert_answers(small.cursor, [answer("a")])
        apply_edit(small.database, set_status(small.cursor, [small.nodes.chemistry.taxonomy_node_id], "removed"))
        yield
        small.cursor.execute("update run set is_removed = true where run_id = 'run'")
        yield

    versions = [newest_version(small.cursor, **OF)]
    versions += [newest_version(small.cursor, **OF) for _ in changes()]
    assert len(set(versions)) == len(versions) == 7
    assert newest_version(small.cursor, **OF) == versions[-1]
    assert newest_version(small.cursor, encoder="f", content="instruction") != versions[-1]


def test_the_version_changes_with_a_text_that_was_edited_and_read_again(small: Small):
    arrive(small, near_ones(3, beside=0.42), start=0)
    before, was = newest_version(small.cursor, **OF), counted(small)
    embed(small.cursor, "e", near_ones(1, beside=5.0, start=9))
    small.cursor.execute("update embedded_instruction set number = 3 where instruction_id = 'q2'")
    small.cursor.execute("delete from neighbourhood where number = 2")  # as `forget_unlinked` does
    list_near(small.cursor, n3={})
    assert counted(small).new == was.new + 1
    assert newest_version(small.cursor, **OF) != before


# What comes later ---------------------------------------------------------------------------------------------------


def near_ones(number: int, *, beside: float, start: int = 0) -> np.ndarray:
    """Give unit vectors of length 64 around one direction, each `beside` it in a direction of its own."""
    vectors = np.zeros((number, 64), np.float32)
    vectors[:, 0] = 1
    vectors[np.arange(number), 1 + start + np.arange(number)] = beside
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def arrive(small: Small, vectors: np.ndarray, *, start: int, at: timedelta = timedelta()) -> None:
    """Let as many questions come, be read and be compared."""
    ids = [f"q{number}" for number in range(start, start + len(vectors))]
    keep(small.cursor, *ids)
    insert_model_calls(small.cursor, [model_call(f"call-{id_}", finished_at=NOON + at) for id_ in ids])
    embed(small.cursor, "e", vectors)
    link(small.cursor, "e", **{id_: start + place for place, id_ in enumerate(ids)})
    extend_graph(small.database, encoder="e")


def test_later_ones_that_fill_a_list_make_no_former_question_new(small: Small):
    arrive(small, near_ones(20, beside=0.42), start=0)
    assert counted(small) == NewestPairs(20, 20, 1)
    later = timedelta(hours=1)
    arrive(small, near_ones(20, beside=0.01, start=20), start=20, at=later)
    (lists,) = small.cursor.execute(
        "select count(*) from neighbourhood where number < 20 and list_min(neighbours) < 20"
    ).fetchall()
    assert lists == (0,)  # each of the first is nearer to all later ones than to one another
    assert counted(small, before=NOON + later) == NewestPairs(20, 20, 1)
    assert counted(small) == NewestPairs(40, 40, 1)


def test_a_question_whose_list_later_ones_fill_is_still_new_if_it_was(small: Small):
    far = np.zeros((1, 64), np.float32)
    far[0, 63] = 1
    arrive(small, np.vstack([far, near_ones(1, beside=0.42)]), start=0)
    arrive(small, near_ones(20, beside=0.01, start=1), start=2, at=timedelta(hours=1))
    assert counted(small, before=NOON + timedelta(minutes=1)) == NewestPairs(2, 2, 2)
    assert counted(small) == NewestPairs(22, 22, 2)


def test_a_former_question_that_is_not_in_the_graph_is_not_asked(small: Small):
    arrive(small, near_ones(20, beside=0.42), start=0)
    arrive(small, near_ones(20, beside=0.01, start=20), start=20, at=timedelta(hours=1))
    small.cursor.execute("delete from neighbourhood where number < 19")
    before = NOON + timedelta(hours=1)
    assert counted(small, before=before) == NewestPairs(20, 1, 1)


def test_a_vector_that_is_missing_is_told(small: Small):
    arrive(small, near_ones(20, beside=0.42), start=0)
    arrive(small, near_ones(20, beside=0.01, start=20), start=20)
    small.cursor.execute("delete from embedding where number = 3")
    with pytest.raises(EmbeddingError, match="1 vectors of e are missing"):
        counted(small)


def test_a_list_is_full_where_the_graph_takes_no_more(small: Small):
    arrive(small, near_ones(40, beside=0.1), start=0)
    lengths = small.cursor.execute("select distinct len(neighbours) from neighbourhood").fetchall()
    assert lengths == [(NEIGHBOURS,)] == [(FULL,)]

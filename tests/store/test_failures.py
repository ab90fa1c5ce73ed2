"""What a run gave up on is a failure until it is made."""

from glan_core.entities import Failure
from glan_core.store.failures import insert_failures, list_open_failures
from glan_core.store.ingest import Entity, ingest
from tests.conftest import Small
from tests.small_pairs import answer, instruction


def failure(item_id: str = "a", kind: str = "http_400", **changes: str) -> Failure:
    """Make a failure of the run `run` at its answers."""
    return Failure(
        **{"run_id": "run", "stage": "answers", "message": "No.", **changes}, item_id=item_id, error_kind=kind
    )


def open_after(small: Small, *made: Entity) -> list[str]:
    """Give the items that are still missing once something was made."""
    ingest(small.cursor, made)
    return [each.item_id for each in list_open_failures(small.cursor, "run")]


def test_failures_are_listed_with_their_reason(small: Small):
    insert_failures(small.cursor, [failure("b", "empty"), failure("a")])
    assert list_open_failures(small.cursor, "run") == (failure("b", "empty"), failure("a"))


def test_those_of_one_kind_can_be_asked_for(small: Small):
    insert_failures(small.cursor, [failure("b", "empty"), failure("a")])
    assert list_open_failures(small.cursor, "run", error_kind="empty") == (failure("b", "empty"),)
    assert list_open_failures(small.cursor, "run", error_kind="nothing") == ()


def test_those_of_another_run_are_not_listed(small: Small):
    insert_failures(small.cursor, [failure(run_id="other")])
    assert list_open_failures(small.cursor, "run") == ()


def test_the_last_reason_stays(small: Small):
    insert_failures(small.cursor, [failure(kind="http_500"), failure(kind="empty")])
    insert_failures(small.cursor, [failure(kind="http_400", message="Not this.")])
    assert list_open_failures(small.cursor, "run") == (failure(kind="http_400", message="Not this."),)


def test_what_was_made_since_is_no_failure(small: Small):
    insert_failures(small.cursor, [failure("a", stage="instructions"), failure("answer-a"), failure("answer-b")])
    assert open_after(small) == ["answer-a", "answer-b", "a"]
    assert open_after(small, instruction("a")) == ["answer-a", "answer-b"]
    assert open_after(small, answer("a")) == ["answer-b"]


def test_a_subject_with_a_syllabus_and_a_syllabus_with_sessions_are_no_failures(small: Small):
    nodes = small.nodes
    insert_failures(
        small.cursor,
        [
            failure(nodes.optics.subject_id, stage="syllabus"),
            failure(nodes.syllabus.syllabus_id, stage="class_details"),
            failure(nodes.mechanics.subject_id, stage="syllabus"),
        ],
    )
    assert open_after(small) == [nodes.mechanics.subject_id]

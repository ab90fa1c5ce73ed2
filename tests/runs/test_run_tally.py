"""A journal tells what a run took by stage, and what it gave up on."""

from pathlib import Path

import pytest

from glan_core.entities import Failure
from glan_core.runs.journal import Journal
from glan_core.runs.run_tally import tally_of_journal
from glan_core.store.ingest import Entity
from tests.small_curriculum import small_curriculum
from tests.small_pairs import answer, instruction, model_call

NODES = small_curriculum()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The journal of three questions, one answered, one refused and one answered with nothing."""
    return write(
        tmp_path,
        model_call("1", seconds=1.0),
        instruction("a"),
        model_call("2", seconds=3.0, tries=3),
        instruction("b"),
        model_call("3", stage="answers", prompt_tokens=7, completion_tokens=50, cost=1.0),
        answer("a"),
        model_call("4", stage="answers", finish_reason="", prompt_tokens=None, completion_tokens=None, cost=0.0),
        Failure("answer-b", "run", "answers", "http_400", "No."),
        model_call("5", stage="answers", error_kind="empty"),
        Failure("answer-c", "run", "answers", "empty", "Nothing."),
    )


def write(folder: Path, *entities: Entity) -> Path:
    """Write a journal and give its path."""
    with Journal(folder) as journal:
        journal.append(*entities)
    return folder / "journal.jsonl"


def test_calls_are_counted_by_stage_in_the_order_of_the_stages(journal: Path):
    stages = tally_of_journal(journal).stages
    assert list(stages) == ["instructions", "answers"]
    instructions, answers = stages.values()
    assert (instructions.answered, instructions.sent_again, instructions.lost) == (2, 2, 0)
    assert (answers.answered, answers.unusable, answers.lost) == (2, 1, 1)


def test_tokens_and_cost_are_those_of_the_calls_that_were_answered(journal: Path):
    answers = tally_of_journal(journal).stages["answers"]
    assert (answers.prompt_tokens, answers.completion_tokens, answers.cost) == (27, 55, 1.25)


def test_a_price_that_is_not_known_makes_the_cost_unknown(tmp_path: Path):
    path = write(tmp_path, model_call("1", cost=None), model_call("2", cost=0.5))
    assert tally_of_journal(path).stages["instructions"].cost is None
    assert "unknown" in "\n".join(tally_of_journal(path).words())


def test_seconds_are_told_as_median_and_ninth_decile(tmp_path: Path):
    path = write(tmp_path, *(model_call(str(number), seconds=number) for number in range(1, 12)))
    stage = tally_of_journal(path).stages["instructions"]
    assert (stage.seconds_p50, stage.seconds_p90) == (6.0, 10.0)


def test_one_call_is_its_own_median(tmp_path: Path):
    stage = tally_of_journal(write(tmp_path, model_call(seconds=0.5))).stages["instructions"]
    assert (stage.seconds_p50, stage.seconds_p90) == (0.5, 0.5)


def test_a_later_outcome_of_a_call_replaces_the_earlier_one(tmp_path: Path):
    path = write(tmp_path, model_call("1", finish_reason="", error_kind="http_503"), model_call("1"))
    stage = tally_of_journal(path).stages["instructions"]
    assert (stage.answered, stage.lost, stage.unusable) == (1, 0, 0)


def test_failures_are_counted_by_stage_and_kind_with_an_example(journal: Path):
    assert tally_of_journal(journal).to_data()["failures"] == [
        {"stage": "answers", "kind": "http_400", "items": 1, "example": "No."},
        {"stage": "answers", "kind": "empty", "items": 1, "example": "Nothing."},
    ]


@pytest.mark.parametrize(
    ("item_id", "stage", "made"),
    [
        ("a", "instructions", instruction("a")),
        ("answer-a", "answers", answer("a")),
        (NODES.optics.subject_id, "syllabus", NODES.syllabus),
        (NODES.syllabus.syllabus_id, "class_details", NODES.details.class_sessions[0]),
    ],
)
def test_what_was_made_since_is_no_failure(tmp_path: Path, item_id: str, stage: str, made: Entity):
    failure = Failure(item_id, "run", stage, "empty", "Nothing.")
    assert tally_of_journal(write(tmp_path / "1", failure)).failures == {f"{stage}: empty": 1}
    assert tally_of_journal(write(tmp_path / "2", failure, made)).failures == {}


def test_the_words_stand_in_columns_and_name_the_way_to_try_again(journal: Path):
    words = tally_of_journal(journal).words()
    heads, instructions, answers = words[2:5]
    assert heads.split()[:3] == ["stage", "answered", "unusable"]
    assert (instructions.split()[1], answers.split()[1:4]) == ("2", ["2", "1", "1"])
    assert len(instructions) == len(answers) == len(heads)
    assert any("runs retry" in line for line in words)


def test_without_a_journal_there_is_nothing_to_tell(tmp_path: Path):
    tally = tally_of_journal(tmp_path / "journal.jsonl")
    assert (tally.to_data(), tally.words()) == ({"stages": {}, "failures": [], "by_address": []}, [])

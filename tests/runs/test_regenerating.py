"""A rejected pair is written anew once, by what reviewers said of it, and stays as it was.

The steps are driven here one piece of work at a time, with a scripted model and a real journal and database.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glan_core.entities import Filter
from glan_core.errors import PlanError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.plan import Plan, make_plan, plan_from_data
from glan_core.planning.plan_request import PlanRequest
from glan_core.planning.regenerating_plan import make_regenerating_plan
from glan_core.regenerate_settings import regenerate_settings
from glan_core.regenerations import REASON_SENTENCES, Regeneration
from glan_core.reviewing import REASONS, Decision, decide, undo
from glan_core.runs.claims import Claim, check_claims
from glan_core.runs.journal import read_journal
from glan_core.store.failures import list_open_failures
from glan_core.store.ingest import ingest
from glan_core.store.regenerations import find_rejected_ids, list_regenerated_ids
from glan_core.store.runs import remove_run, save_run
from tests.conftest import Small
from tests.runs.worked_off import REFUSED, Done, works_off
from tests.small_pairs import answer, instruction, run

AT = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def anew(settings: GenerationSettings) -> GenerationSettings:
    """Settings of a run that writes rejected pairs anew."""
    return regenerate_settings(settings)


@pytest.fixture
def pairs(small: Small) -> Small:
    """Questions of Optics: a is rejected for its answer, b for the question, c was accepted, d has no answer."""
    save_run(small.cursor, run())
    ingest(small.cursor, [*(instruction(name) for name in "abcd"), *(answer(name) for name in "abc")])
    reject(small, "a", "wrong_answer", comment="The sign is lost in step 2.")
    reject(small, "b", "too_easy")
    decide(small.database, Decision("c", "Ada", "accepted"), at=AT)
    return small


def reject(small: Small, instruction_id: str, *reasons: str, comment: str = "", reviewer: str = "Ada") -> str:
    decision = Decision(instruction_id, reviewer, "rejected", reasons, comment)
    return decide(small.database, decision, at=AT).review_id


@pytest.fixture
def work_off(pairs: Small, tmp_path: Path) -> Callable[..., Done]:
    """Work a plan off with a script, one piece after the other."""
    return works_off(pairs, tmp_path / "runs")


def plan_of(small: Small, settings: GenerationSettings, **options: object) -> Plan:
    filter_ = options.pop("filter_", Filter())
    return make_regenerating_plan(small.cursor, filter_, settings=settings, **{"seed": 1, **options})  # type: ignore[arg-type]


def texts(small: Small) -> dict[str, tuple[str, str, str]]:
    """Give question, answer and status by instruction id."""
    rows = small.cursor.execute("select instruction_id, instruction, answer, status from pair").fetchall()
    return {row[0]: row[1:] for row in rows}


def new_of(small: Small, rejected_id: str) -> str:
    """Give the only instruction that was written for a rejected one."""
    (new_id,) = list_regenerated_ids(small.cursor, [rejected_id])
    return new_id


# What is told -----------------------------------------------------------------------------------------------------


def test_every_reason_has_its_sentence():
    assert tuple(REASON_SENTENCES) == REASONS


def test_the_prompt_of_an_answer_holds_question_answer_reasons_and_comment(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]
):
    prompt = work_off(plan_of(pairs, anew)).prompt("regenerated_answers")
    for part in ("Question a?", "Answer to a.", "The answer is wrong.", "The sign is lost in step 2."):
        assert part in prompt
    assert "Ada" not in prompt  # who said it is nobody's business


def test_the_prompt_of_a_question_holds_its_key_concepts_and_what_was_wrong_with_it(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]
):
    prompt = work_off(plan_of(pairs, anew)).prompt("regenerated_instructions")
    for part in ("Question b?", "It is too easy", "reflection"):
        assert part in prompt
    assert "Answer to b." not in prompt


def test_what_all_reviewers_said_is_told_once(pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]):
    reject(pairs, "a", "wrong_answer", "incomplete", comment="No unit.", reviewer="Bo")
    prompt = work_off(plan_of(pairs, anew)).prompt("regenerated_answers")
    assert prompt.count("The answer is wrong.") == 1
    assert prompt.index("The sign is lost") < prompt.index("No unit.")
    assert "leaves out a part" in prompt


def test_what_was_said_before_an_edit_is_not_told_of_the_text_that_came_after(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]
):
    decide(pairs.database, Decision("a", "Ada", "edited", answer="A better answer."), at=AT)
    reject(pairs, "a", "formatting")
    prompt = work_off(plan_of(pairs, anew)).prompt("regenerated_answers")
    assert "A better answer." in prompt
    assert "The sign is lost" not in prompt
    assert "Its form is bad" in prompt


def test_a_rejection_without_a_reason_says_so(pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]):
    reject(pairs, "c")
    done = work_off(plan_of(pairs, anew, filter_=Filter(instruction_ids=("c",))))
    assert "did not say why" in done.prompt("regenerated_answers")


# Plans ------------------------------------------------------------------------------------------------------------


def test_a_plan_counts_two_calls_for_a_question_and_one_for_an_answer(pairs: Small, anew: GenerationSettings):
    plan = plan_of(pairs, anew)
    assert plan.regenerating is not None
    assert plan.calls == {"regenerated_instructions": 1, "answers": 1, "regenerated_answers": 1}
    assert (plan.wanted, plan.calls_reused, plan.regenerating.questions, plan.regenerating.among) == (2, 0, 1, 2)


def test_a_question_that_nobody_answered_gets_another_question(pairs: Small, anew: GenerationSettings):
    reject(pairs, "d", "wrong_answer")
    only_d = Filter(instruction_ids=("d",))
    assert plan_of(pairs, anew, filter_=only_d).calls == {"regenerated_instructions": 1, "answers": 1}
    with pytest.raises(PlanError, match="No rejected pair"):
        plan_of(pairs, anew, filter_=only_d, is_answers_only=True)


def test_with_answers_only_every_question_stays(pairs: Small, anew: GenerationSettings):
    assert plan_of(pairs, anew, is_answers_only=True).calls == {"regenerated_answers": 2}


def test_only_rejected_pairs_are_written_anew(pairs: Small, anew: GenerationSettings):
    for filter_ in (Filter(instruction_ids=("c",)), Filter(statuses=("accepted",))):
        with pytest.raises(PlanError, match="No rejected pair"):
            plan_of(pairs, anew, filter_=filter_)
    assert plan_of(pairs, anew, filter_=Filter(statuses=("rejected", "accepted"))).wanted == 2


def test_a_plan_is_read_back_as_it_was(pairs: Small, anew: GenerationSettings):
    plan = plan_of(pairs, anew)
    assert plan_from_data(json.loads(json.dumps(plan.to_data()))) == plan


def test_the_same_plan_is_the_same_run_and_more_said_is_another_one(pairs: Small, anew: GenerationSettings):
    plan = plan_of(pairs, anew)
    assert plan_of(pairs, anew).run_id == plan.run_id
    assert plan_of(pairs, anew, seed=2).run_id != plan.run_id
    reject(pairs, "a", comment="And it is too long.", reviewer="Bo")
    assert plan_of(pairs, anew).run_id != plan.run_id


def test_fewer_pairs_are_the_beginning_of_more(pairs: Small, anew: GenerationSettings):
    whole, one = plan_of(pairs, anew).regenerating, plan_of(pairs, anew, n=1).regenerating
    assert whole is not None
    assert one is not None
    assert (one.pairs, one.among) == (whole.pairs[:1], 2)


def test_two_runs_do_not_write_the_same_pair_anew(pairs: Small, anew: GenerationSettings):
    whole, one = plan_of(pairs, anew), plan_of(pairs, anew, n=1)
    with pytest.raises(PlanError, match="some of the same pairs anew"):
        check_claims(pairs.cursor, one, [Claim(whole)])
    check_claims(pairs.cursor, plan_of(pairs, anew, seed=2), [Claim(whole)])


# Working them off -------------------------------------------------------------------------------------------------


def test_a_new_answer_makes_a_pair_of_its_own_and_the_rejected_one_stays(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]
):
    before = texts(pairs)
    work_off(plan_of(pairs, anew), lambda request: "The right answer." if request.stage.startswith("regen") else None)
    after, new_id = texts(pairs), new_of(pairs, "a")
    assert after[new_id] == ("Question a?", "The right answer.", "generated")
    assert {name: after[name] for name in before} == before
    assert find_rejected_ids(pairs.cursor, [new_id, "c"]) == {new_id: "a"}


def test_a_new_question_is_over_the_same_key_concepts_and_is_answered_as_any_other(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]
):
    script = {"regenerated_instructions": "A harder question?", "answers": "Its answer."}
    done = work_off(plan_of(pairs, anew), lambda request: script.get(request.stage))
    new_id = new_of(pairs, "b")
    assert texts(pairs)[new_id] == ("A harder question?", "Its answer.", "generated")
    assert done.prompt("answers").strip() == "A harder question?"
    ((same,),) = pairs.cursor.execute(
        "select count(distinct key_concept_ids) from instruction where instruction_id in ('b', ?)", [new_id]
    ).fetchall()
    assert same == 1


def test_nothing_is_asked_for_twice(pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]):
    plan = plan_of(pairs, anew)
    done = work_off(plan)
    assert done.sent() == {"regenerated_instructions": 1, "answers": 1, "regenerated_answers": 1}
    assert (done.counts.instructions, done.counts.answers) == (2, 2)
    again = plan_of(pairs, anew)
    assert (again.run_id, sum(again.calls.values()), again.calls_reused) == (plan.run_id, 0, 3)
    assert not work_off(again).sent()
    assert len(list_regenerated_ids(pairs.cursor, ["a", "b"])) == 2


def test_another_seed_writes_others(pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]):
    work_off(plan_of(pairs, anew))
    work_off(plan_of(pairs, anew, seed=2))
    assert len(list_regenerated_ids(pairs.cursor, ["a", "b"])) == 4


def test_a_new_pair_that_is_rejected_too_can_be_written_anew(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]
):
    work_off(plan_of(pairs, anew))
    first = new_of(pairs, "a")
    reject(pairs, first, "incomplete")
    plan = plan_of(pairs, anew)
    assert (plan.calls["regenerated_answers"], plan.calls_reused) == (1, 3)
    work_off(plan)
    assert new_of(pairs, first) not in (first, "a")


def test_what_is_rejected_no_more_is_left_out(pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]):
    plan = plan_of(pairs, anew)
    decide(pairs.database, Decision("a", "Ada", "accepted"), at=AT)
    assert work_off(plan).sent() == {"regenerated_instructions": 1, "answers": 1}


def test_a_rejection_that_was_taken_back_is_told_no_more(pairs: Small, anew: GenerationSettings):
    review_id = reject(pairs, "a", "too_easy", reviewer="Bo")
    with_question = plan_of(pairs, anew).regenerating
    undo(pairs.database, review_id, reviewer="Bo", at=AT)
    without = plan_of(pairs, anew).regenerating
    assert with_question is not None
    assert without is not None
    assert (with_question.questions, without.questions) == (2, 1)


def test_one_that_fails_takes_no_other_along_and_can_be_tried_again_alone(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]
):
    plan = plan_of(pairs, anew)
    done = work_off(plan, lambda request: REFUSED if request.stage == "regenerated_answers" else None)
    assert (done.counts.answers, done.counts.failed) == (1, 1)
    assert list_regenerated_ids(pairs.cursor, ["a"]) == ()
    (failure,) = list_open_failures(pairs.cursor, plan.run_id)
    again = work_off(plan, only=frozenset({failure.item_id}))
    assert again.sent() == {"regenerated_answers": 1}
    assert not list_open_failures(pairs.cursor, plan.run_id)


def test_an_answer_that_failed_is_asked_for_without_its_question(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]
):
    plan = plan_of(pairs, anew)
    work_off(plan, lambda request: REFUSED if request.stage == "answers" else None)
    assert work_off(plan).sent() == {"answers": 1}


def test_what_a_removed_run_wrote_counts_nowhere(pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done]):
    plan = plan_of(pairs, anew)
    work_off(plan)
    remove_run(pairs.cursor, plan.run_id)
    assert list_regenerated_ids(pairs.cursor, ["a", "b"]) == ()


def test_the_link_stands_in_the_journal(
    pairs: Small, anew: GenerationSettings, work_off: Callable[..., Done], tmp_path: Path
):
    plan = plan_of(pairs, anew)
    work_off(plan)
    kept = [each for each in read_journal(tmp_path / "runs" / plan.run_id / "journal.jsonl", start=0)
            if isinstance(each, Regeneration)]  # fmt: skip
    assert sorted(each.rejected_id for each in kept) == ["a", "b"]


def test_it_takes_no_draw_from_other_runs(
    pairs: Small, settings: GenerationSettings, anew: GenerationSettings, work_off: Callable[..., Done]
):
    for seed in (1, 5):
        request = PlanRequest((pairs.nodes.optics.subject_id,), 3, seed, settings)
        before = [item.instruction_id for item in make_plan(pairs.cursor, request).items]
        work_off(plan_of(pairs, anew, seed=seed))
        assert [item.instruction_id for item in make_plan(pairs.cursor, request).items] == before

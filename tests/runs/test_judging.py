"""Every pair gets its scores once, both orders are asked for, and what fails takes no other along.

The steps are driven here one piece of work at a time, with a scripted model and a real journal and database.
"""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glan_core.calls import ChatRequest
from glan_core.entities import Filter, ScoreRange
from glan_core.errors import PlanError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.judging_plan import make_judging_plan
from glan_core.planning.plan import Plan, plan_from_data
from glan_core.reviewing import Decision, decide, undo_newest
from glan_core.runs.claims import Claim, check_claims
from glan_core.runs.journal import read_journal
from glan_core.store.comparisons import list_rivalries, read_compared_pairs
from glan_core.store.failures import list_open_failures
from glan_core.store.ingest import ingest
from glan_core.store.judgements import count_judgements, list_lowest_scored
from glan_core.store.pairs import count_pairs
from glan_core.store.runs import remove_run, run_counts, save_run
from glan_core.store.samples import find_samples
from tests.conftest import Small
from tests.model_server import MODEL, merit_of
from tests.runs.worked_off import REFUSED, Done, works_off
from tests.scripted_model import Script
from tests.small_pairs import answer, instruction, run
from tests.stages.test_judge import reply, scores
from tests.stages.test_own_templates import judging_stages

OTHER = "another-model"


@pytest.fixture
def judge(settings: GenerationSettings) -> GenerationSettings:
    """Settings of a run that judges."""
    return dataclasses.replace(settings, stages={"judge": judging_stages(settings)["judge"]})


@pytest.fixture
def compare(settings: GenerationSettings) -> GenerationSettings:
    """Settings of a run that compares with another model's answers."""
    stages = judging_stages(settings)
    answers = dataclasses.replace(stages["compared_answers"], model=OTHER)
    return dataclasses.replace(settings, stages={"compared_answers": answers, "compare": stages["compare"]})


@pytest.fixture
def pairs(small: Small) -> Small:
    """Four answered questions of Optics, a to d, and one, e, that nobody has answered."""
    save_run(small.cursor, run())
    ingest(small.cursor, [*(instruction(name) for name in "abcde"), *(answer(name) for name in "abcd")])
    return small


@pytest.fixture
def work_off(pairs: Small, tmp_path: Path) -> Callable[..., Done]:
    """Work a plan off with a script, one piece after the other."""
    return works_off(pairs, tmp_path / "runs")


def plan_of(small: Small, settings: GenerationSettings, filter_: Filter = Filter(), **options: object) -> Plan:  # noqa: B008 - frozen
    return make_judging_plan(small.cursor, filter_, settings=settings, seed=1, **options)  # type: ignore[arg-type]


def on(stage: str, said: str | Exception, *, that: str = "") -> Script:
    """Give a script that says this at a stage (where the prompt holds a text), else the default."""
    return lambda request: said if request.stage == stage and that in request.messages[-1].content else None


# Plans ----------------------------------------------------------------------------------------------------------------


def test_a_plan_names_the_answered_pairs_and_their_calls(pairs: Small, judge: GenerationSettings):
    plan = plan_of(pairs, judge)
    assert plan.judging is not None
    assert sorted(pair.instruction_id for pair in plan.judging.pairs) == list("abcd")
    assert (plan.calls, plan.calls_reused, plan.wanted, plan.judging.among) == ({"judge": 4}, 0, 4, 4)


def test_a_comparison_takes_an_answer_and_two_calls_a_pair(pairs: Small, compare: GenerationSettings):
    assert plan_of(pairs, compare).calls == {"compared_answers": 4, "compare": 8}


def test_fewer_pairs_are_the_beginning_of_more(pairs: Small, judge: GenerationSettings):
    whole, two = plan_of(pairs, judge), plan_of(pairs, judge, n=2)
    assert whole.judging is not None
    assert two.judging is not None
    assert two.judging.pairs == whole.judging.pairs[:2]
    assert (two.judging.among, two.wanted) == (4, 2)
    assert two.run_id != whole.run_id


def test_nothing_to_judge_is_said(pairs: Small, judge: GenerationSettings):
    with pytest.raises(PlanError, match="No answered pair"):
        plan_of(pairs, judge, Filter(instruction_ids=("e",)))


def test_a_plan_is_read_back_as_it_was(pairs: Small, judge: GenerationSettings):
    plan = plan_of(pairs, judge, Filter(statuses=("generated",)))
    assert plan_from_data(json.loads(json.dumps(plan.to_data()))) == plan


def test_the_same_pairs_and_judge_are_the_same_run(pairs: Small, judge: GenerationSettings):
    assert plan_of(pairs, judge).run_id == plan_of(pairs, judge).run_id


def test_two_runs_do_not_pay_for_the_same_judgement(pairs: Small, judge: GenerationSettings):
    whole, two = plan_of(pairs, judge), plan_of(pairs, judge, n=2)
    with pytest.raises(PlanError, match="judging some of the same pairs"):
        check_claims(pairs.cursor, two, [Claim(whole)])
    stages = {"judge": dataclasses.replace(judge.stages["judge"], model="another-judge")}
    check_claims(pairs.cursor, plan_of(pairs, dataclasses.replace(judge, stages=stages)), [Claim(whole)])


# Judging --------------------------------------------------------------------------------------------------------------


def test_every_pair_is_judged_once(pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]):
    plan = plan_of(pairs, judge)
    done = work_off(plan)
    assert done.sent() == {"judge": 4}
    assert (done.counts.judgements, done.counts.failed) == (4, 0)
    assert count_judgements(pairs.cursor) == 4
    lowest = list_lowest_scored(pairs.cursor, Filter(), MODEL, limit=9)
    assert dict(zip(lowest["instruction_id"], lowest["score"], strict=True)) == {
        name: merit_of(f"Answer to {name}.") for name in "abcd"
    }
    assert run_counts(pairs.cursor, plan.run_id).judged == 4


def test_what_was_judged_is_not_asked_for_again(pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]):
    work_off(plan_of(pairs, judge))
    again = plan_of(pairs, judge)
    assert (again.calls, again.calls_reused) == ({"judge": 0}, 4)
    done = work_off(again)
    assert not done.sent()
    assert done.counts.items_reused == 4


def test_an_answer_in_other_words_is_judged_anew(
    pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]
):
    work_off(plan_of(pairs, judge))
    pairs.cursor.execute("update answer set text = 'Another answer.' where instruction_id = 'a'")
    work_off(plan_of(pairs, judge))
    assert pairs.cursor.execute("select count(*) from judgement").fetchall() == [(5,)]
    ((newest,),) = pairs.cursor.execute("select score from judge_score where instruction_id = 'a'").fetchall()
    assert newest == merit_of("Another answer.")


def test_what_was_said_of_a_text_since_edited_counts_nowhere(
    pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]
):
    work_off(plan_of(pairs, judge))
    decide(pairs.database, Decision("a", "Ada", "edited", answer="An edited answer."), at=datetime.now(UTC))
    assert count_judgements(pairs.cursor) == 3
    work_off(plan_of(pairs, judge))
    assert count_judgements(pairs.cursor) == 4


def test_a_text_that_is_what_it_was_has_the_score_that_it_had(
    pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]
):
    work_off(plan_of(pairs, judge))
    before = _score_of_a(pairs)
    decide(pairs.database, Decision("a", "Ada", "edited", answer="An edited answer."), at=datetime.now(UTC))
    work_off(plan_of(pairs, judge))
    assert _score_of_a(pairs) == merit_of("An edited answer.") != before
    undo_newest(pairs.database, reviewer="Ada", at=datetime.now(UTC))
    assert _score_of_a(pairs) == before
    decide(pairs.database, Decision("a", "Ada", "edited", answer="An edited answer."), at=datetime.now(UTC))
    decide(pairs.database, Decision("a", "Ada", "edited", answer="Answer to a."), at=datetime.now(UTC))
    assert _score_of_a(pairs) == before
    assert plan_of(pairs, judge).calls == {"judge": 0}


def test_what_was_read_before_an_edit_is_no_judgement_of_the_edited_text(
    pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]
):
    def edited_meanwhile(request: ChatRequest) -> None:
        if "Answer to a." in str(request.messages):
            decide(
                pairs.database,
                Decision("a", "Ada", "edited", answer="An edited answer."),
                at=datetime(2020, 1, 1, tzinfo=UTC),
            )

    work_off(plan_of(pairs, judge), edited_meanwhile)
    assert count_judgements(pairs.cursor) == 3
    assert plan_of(pairs, judge).calls == {"judge": 1}


def test_what_a_removed_run_said_is_asked_for_again(
    pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]
):
    plan = plan_of(pairs, judge)
    work_off(plan)
    pairs.cursor.execute("update run set is_removed = true where run_id = ?", [plan.run_id])
    assert count_judgements(pairs.cursor) == 0
    again = make_judging_plan(pairs.cursor, Filter(), settings=judge, seed=2)
    assert again.calls == {"judge": 4}
    work_off(again)
    assert count_judgements(pairs.cursor) == 4


def _score_of_a(small: Small) -> float:
    ((score,),) = small.cursor.execute("select score from judge_score where instruction_id = 'a'").fetchall()
    return float(score)


def test_a_pair_that_is_gone_is_left_out(pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]):
    plan = plan_of(pairs, judge)
    pairs.cursor.execute("delete from answer where instruction_id = 'a'")
    assert work_off(plan).counts.judgements == 3


@pytest.mark.parametrize(
    "said",
    ["Seven, I think.", reply(score=11), reply(detail=None), reply(accuracy=0)],
    ids=["prose", "11", "none", "0"],
)
def test_a_judgement_that_cannot_be_used_fails_after_its_attempts_and_takes_no_other_along(
    pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done], said: str
):
    plan = plan_of(pairs, judge)
    done = work_off(plan, lambda request: said if "Answer to b." in str(request.messages) else None)
    assert (done.counts.judgements, done.counts.failed) == (3, 1)
    (failure,) = list_open_failures(pairs.cursor, plan.run_id)
    assert failure.stage == "judge"
    assert failure.error_kind in ("not_json", "out_of_range", "wrong_shape")
    attempts = {request.attempt for request in done.model.requests if "Answer to b." in str(request.messages)}
    assert attempts == {1, 2, 3}


def test_what_failed_can_be_tried_again_alone(pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]):
    plan = plan_of(pairs, judge)
    work_off(plan, lambda request: REFUSED if "Answer to b." in str(request.messages) else None)
    (failure,) = list_open_failures(pairs.cursor, plan.run_id)
    pairs.cursor.execute("delete from judgement where instruction_id = 'a'")
    done = work_off(plan, only=frozenset({failure.item_id}))
    assert done.sent() == {"judge": 1}
    assert not list_open_failures(pairs.cursor, plan.run_id)


def test_a_score_that_was_rounded_is_noted_with_its_call(
    pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]
):
    work_off(plan_of(pairs, judge, n=1), on("judge", reply(score=6.6)))
    assert pairs.cursor.execute(
        "select score, left_out from judgement join model_call using (model_call_id)"
    ).fetchall() == [(7, "The score of 6.6 was taken as 7.")]


def test_the_mean_of_the_newest_of_each_judge_is_the_score(
    pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]
):
    of = judge.stages["judge"]
    for given, changes in ((2, {}), (4, {"templates": ("judge_quick",)}), (9, {"model": "second-judge"})):
        stages = {"judge": dataclasses.replace(of, **changes)}
        work_off(plan_of(pairs, dataclasses.replace(judge, stages=stages)), on("judge", reply(score=given)))
    found = pairs.cursor.execute("select distinct score, judges from judge_score").fetchall()
    assert found == [(6.5, 2)]  # 4, which came after 2, and 9


def test_a_filter_asks_for_the_score(pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]):
    given = {"a": 2, "b": 5, "c": 8}

    def script(request: ChatRequest) -> str:
        name = next(name for name in "abcd" if f"Answer to {name}." in request.messages[-1].content)
        return reply(score=given[name])

    work_off(plan_of(pairs, judge, Filter(instruction_ids=tuple(given))), script)
    ranges = [(None, 5), (5, None), (5, 8), (9, None), (None, 10)]
    counts = [count_pairs(pairs.cursor, Filter(judge_score=ScoreRange(*ends))) for ends in ranges]
    assert counts == [2, 2, 2, 0, 3]  # d was not judged and fits none
    assert [len(find_samples(pairs.cursor, Filter(judge_score=ScoreRange(*ends)))) for ends in ranges] == counts


def test_what_a_removed_run_said_counts_nowhere(pairs: Small, judge: GenerationSettings, work_off: Callable[..., Done]):
    plan = plan_of(pairs, judge)
    work_off(plan)
    remove_run(pairs.cursor, plan.run_id)
    assert count_judgements(pairs.cursor) == 0
    assert count_pairs(pairs.cursor, Filter(judge_score=ScoreRange(1, 10))) == 0


# Comparing ------------------------------------------------------------------------------------------------------------


def test_both_orders_of_every_pair_are_judged(pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]):
    done = work_off(plan_of(pairs, compare))
    assert done.sent() == {"compared_answers": 4, "compare": 8}
    assert (done.counts.compared_answers, done.counts.comparisons) == (4, 8)
    ((rivalry),) = list_rivalries(pairs.cursor, Filter())
    assert (rivalry.compared_model, rivalry.judge, rivalry.pairs, rivalry.half) == (OTHER, MODEL, 4, 0)


def test_the_other_models_answers_are_no_pairs(
    pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]
):
    before = count_pairs(pairs.cursor, Filter())
    work_off(plan_of(pairs, compare))
    assert count_pairs(pairs.cursor, Filter()) == before
    assert pairs.cursor.execute("select count(*) from answer").fetchall() == [(4,)]


def test_a_judge_who_favours_the_first_place_gives_ties(
    pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]
):
    work_off(plan_of(pairs, compare), on("compare", scores(8, 5)))
    frame = read_compared_pairs(pairs.cursor, Filter(), compared_model=OTHER, judge=MODEL)
    assert list(frame["score"] - frame["compared_score"]) == [0.0] * 4
    assert set(frame["first_gap"]) == {3}
    assert set(frame["swapped_gap"]) == {-3}


def test_swapping_the_two_models_swaps_the_result(
    pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]
):
    """Whatever the judge says of two texts in a place: who answers for the pair changes the sign and nothing else."""

    def place_and_merit(request: ChatRequest) -> str | None:
        if request.stage == "compared_answers":
            return f"Other {request.draw}."
        text = request.messages[-1].content
        first, second = (text.split(f"<answer_{name}>\n")[1].split("\n<")[0] for name in "AB")
        return scores(min(10, merit_of(first) + 2), merit_of(second))

    work_off(plan_of(pairs, compare), place_and_merit)
    before = read_compared_pairs(pairs.cursor, Filter(), compared_model=OTHER, judge=MODEL).set_index("instruction_id")
    assert (before["score"] != before["compared_score"]).any()
    for table in ("comparison", "compared_answer", "model_call"):
        pairs.cursor.execute(f"delete from {table}")
    pairs.cursor.execute("update answer set text = 'Other ' || instruction_id || '.'")

    def swapped(request: ChatRequest) -> str | None:
        return f"Answer to {request.draw}." if request.stage == "compared_answers" else place_and_merit(request)

    work_off(plan_of(pairs, compare), swapped)
    after = read_compared_pairs(pairs.cursor, Filter(), compared_model=OTHER, judge=MODEL).set_index("instruction_id")
    assert list(after["score"]) == list(before["compared_score"])
    assert list(after["compared_score"]) == list(before["score"])


def test_answers_that_are_there_are_used_again(
    pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]
):
    answers_only = dataclasses.replace(compare, stages={"compared_answers": compare.stages["compared_answers"]})
    assert plan_of(pairs, answers_only).calls == {"compared_answers": 4}
    assert work_off(plan_of(pairs, answers_only)).sent() == {"compared_answers": 4}
    assert plan_of(pairs, answers_only).calls == {"compared_answers": 0}
    plan = plan_of(pairs, compare)
    assert (plan.calls, plan.calls_reused) == ({"compared_answers": 0, "compare": 8}, 4)
    assert work_off(plan).sent() == {"compare": 8}


def test_one_order_that_is_missing_is_asked_for_alone(
    pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]
):
    work_off(plan_of(pairs, compare))
    pairs.cursor.execute("delete from comparison where is_swapped and instruction_id = 'a'")
    pairs.cursor.execute("delete from model_call")
    assert read_compared_pairs(pairs.cursor, Filter(), compared_model=OTHER, judge=MODEL)[
        "instruction_id"
    ].tolist() == list("bcd")
    assert list_rivalries(pairs.cursor, Filter())[0].half == 1
    plan = plan_of(pairs, compare)
    assert plan.calls == {"compared_answers": 0, "compare": 1}
    assert work_off(plan).sent() == {"compare": 1}
    assert len(read_compared_pairs(pairs.cursor, Filter(), compared_model=OTHER, judge=MODEL)) == 4


def test_where_one_order_fails_the_other_is_not_paid_for(
    pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]
):
    plan = plan_of(pairs, compare)
    done = work_off(plan, on("compare", REFUSED, that="Answer to a."))
    assert done.sent() == {"compared_answers": 4, "compare": 7}
    assert (done.counts.comparisons, done.counts.failed) == (6, 1)


def test_two_answers_of_one_question_share_the_other_models(
    pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]
):
    ingest(pairs.cursor, [answer("a", answer_id="second", text="A second answer.")])
    plan = plan_of(pairs, compare, Filter(instruction_ids=("a",)))
    assert plan.calls == {"compared_answers": 1, "compare": 4}
    assert work_off(plan).sent() == {"compared_answers": 1, "compare": 4}


def test_pieces_that_are_under_way_at_once_share_the_other_models_answer_too(
    pairs: Small, compare: GenerationSettings, work_off: Callable[..., Done]
):
    ingest(pairs.cursor, [answer("a", answer_id="second", text="A second answer.")])
    plan = plan_of(pairs, compare, Filter(instruction_ids=("a",)))
    assert work_off(plan, at_once=True).sent() == {"compared_answers": 1, "compare": 4}


# The journal ----------------------------------------------------------------------------------------------------------


def test_the_journal_makes_the_same_rows_again(
    pairs: Small, judge: GenerationSettings, compare: GenerationSettings, work_off: Callable[..., Done], tmp_path: Path
):
    plans = [plan_of(pairs, judge), plan_of(pairs, compare)]
    tables = ("judgement", "compared_answer", "comparison")
    for plan in plans:
        work_off(plan)
    before = {table: sorted(map(str, pairs.cursor.execute(f"from {table}").fetchall())) for table in tables}
    assert all(before.values())
    for table in tables:
        pairs.cursor.execute(f"delete from {table}")
    for plan in plans:
        ingest(pairs.cursor, read_journal(tmp_path / "runs" / plan.run_id / "journal.jsonl"))
    assert {table: sorted(map(str, pairs.cursor.execute(f"from {table}").fetchall())) for table in tables} == before

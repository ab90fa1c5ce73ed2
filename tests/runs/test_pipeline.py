"""Each step leads to the next, what is there is not made again, and an item that fails takes no other along.

The pipeline is driven here one piece of work at a time, with a scripted model and a real journal and database.
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from glan_core.calls import ChatReply, ChatRequest
from glan_core.edits import apply_edit, move_subjects, set_status, set_subject_status
from glan_core.entities import Filter, TaxonomyNode
from glan_core.errors import CallError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.runs.attempts import Counts
from glan_core.store.failures import list_open_failures
from glan_core.store.model_calls import find_model_call
from glan_core.store.pairs import list_pairs
from glan_core.store.reports import totals
from glan_core.store.runs import run_errors
from glan_core.store.subjects import insert_subjects, list_subjects
from glan_core.store.syllabi import list_syllabi_of
from tests.conftest import Small
from tests.runs.worked_off import REFUSED, Done, works_off
from tests.scripted_model import Script, reply_to
from tests.workbench import ALL_STAGES


@pytest.fixture
def work_off(small: Small, tmp_path: Path) -> Callable[..., Done]:
    """Work a plan off with a script, one piece after the other, the latest stage first."""
    return works_off(small, tmp_path / "runs")


@pytest.fixture
def plan_of(small: Small, settings: GenerationSettings) -> Callable[..., Plan]:
    """Plan four pairs of Optics; any field of PlanRequest can be changed."""

    def make(**changes: object) -> Plan:
        request = PlanRequest((small.nodes.optics.subject_id,), 4, 1, settings)
        return make_plan(small.cursor, dataclasses.replace(request, **changes))

    return make


@pytest.fixture
def growing(small: Small, plan_of: Callable[..., Plan]) -> Callable[..., Plan]:
    """Plan four pairs of Chemistry, which has no subjects yet."""
    scope = (small.nodes.chemistry.taxonomy_node_id,)
    return lambda **changes: plan_of(**{"scope": scope, "stages": ALL_STAGES, **changes})


def on(stage: str, reply: str | Exception, *, times: int = 1000, that: str = "") -> Script:
    """Give a script that replies like this to the first calls of a stage (those that hold a text), else by default."""
    left = [times]

    def script(request: ChatRequest) -> str | Exception | None:
        if request.stage != stage or that not in request.messages[-1].content or not left[0]:
            return None
        left[0] -= 1
        return reply

    return script


GARBAGE = CallError("It sent something that is no completion.", kind="unreadable", is_retryable=True)


# Questions and answers ----------------------------------------------------------------------------------------------


def test_every_planned_item_becomes_a_pair(small: Small, plan_of: Callable, work_off: Callable):
    plan = plan_of()
    done = work_off(plan)
    assert done.sent() == {"instructions": 4, "answers": 4}
    assert (done.counts.instructions, done.counts.answers, done.counts.failed) == (4, 4, 0)
    assert set(list_pairs(small.cursor, Filter(), limit=9)["instruction_id"]) == {i.instruction_id for i in plan.items}


def test_every_answer_belongs_to_its_question(small: Small, plan_of: Callable, work_off: Callable):
    work_off(plan_of())
    for row in list_pairs(small.cursor, Filter(), limit=9).itertuples():
        assert f"«{row.instruction}»" in row.answer


def test_without_the_stage_answers_none_are_asked_for(small: Small, plan_of: Callable, work_off: Callable):
    done = work_off(plan_of(stages=("instructions",)))
    assert done.sent() == {"instructions": 4}
    assert totals(small.cursor).answers == 0


def test_the_same_plan_again_sends_nothing(plan_of: Callable, work_off: Callable):
    work_off(plan_of())
    again = work_off(plan_of())
    assert again.model.requests == []
    assert (again.counts, again.calls_reused) == (Counts(items_reused=8), 8)


def test_a_larger_plan_sends_only_what_is_new(plan_of: Callable, work_off: Callable):
    work_off(plan_of())
    assert work_off(plan_of(instructions=7)).sent() == {"instructions": 3, "answers": 3}


def test_answers_are_made_for_questions_that_are_there(plan_of: Callable, work_off: Callable):
    work_off(plan_of(stages=("instructions",)))
    assert work_off(plan_of()).sent() == {"answers": 4}


def test_another_answering_model_answers_the_same_questions(
    small: Small, plan_of: Callable, work_off: Callable, settings: GenerationSettings
):
    work_off(plan_of())
    stage = dataclasses.replace(settings.stages["answers"], model="other")
    other = dataclasses.replace(settings, stages={**settings.stages, "answers": stage})
    assert work_off(plan_of(settings=other)).sent() == {"answers": 4}
    assert (totals(small.cursor).instructions, totals(small.cursor).answers) == (4, 8)


def test_what_a_program_sees_wrong_is_flagged(small: Small, plan_of: Callable, work_off: Callable):
    def script(request: ChatRequest) -> ChatReply | None:
        return reply_to(request, "Cut", finish_reason="length") if request.stage == "answers" else None

    work_off(plan_of(instructions=1), script)
    assert list_pairs(small.cursor, Filter(), limit=9)["flags"].tolist() == ["truncated"]


# Replies that cannot be used ----------------------------------------------------------------------------------------


def test_an_unusable_reply_is_asked_for_again(plan_of: Callable, work_off: Callable):
    done = work_off(plan_of(instructions=1), on("instructions", "", times=2))
    assert done.sent() == {"instructions": 3, "answers": 1}
    assert (done.counts.answers, done.counts.failed) == (1, 0)
    assert [request.attempt for request in done.model.requests_of("instructions")] == [1, 2, 3]


def test_a_new_attempt_has_a_new_seed(plan_of: Callable, work_off: Callable):
    done = work_off(plan_of(instructions=1), on("instructions", "", times=2))
    assert len({request.seed for request in done.model.requests_of("instructions")}) == 3


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_an_item_is_given_up_after_as_many_attempts_as_set(
    plan_of: Callable, work_off: Callable, settings: GenerationSettings, attempts: int
):
    plan = plan_of(instructions=1, settings=dataclasses.replace(settings, reply_attempts=attempts))
    done = work_off(plan, on("answers", " "))
    assert done.sent() == {"instructions": 1, "answers": attempts}
    assert (done.counts.instructions, done.counts.answers, done.counts.failed) == (1, 0, 1)


def test_an_item_that_fails_takes_no_other_along(small: Small, plan_of: Callable, work_off: Callable):
    done = work_off(plan_of(), on("instructions", "", times=3))
    assert (done.counts.answers, done.counts.failed) == (3, 1)
    assert totals(small.cursor).answers == 3


def test_an_unusable_reply_is_recorded_with_its_kind(small: Small, plan_of: Callable, work_off: Callable):
    plan = plan_of(instructions=1)
    work_off(plan, on("answers", ""))
    assert run_errors(small.cursor, plan.run_id)[["stage", "error_kind", "calls"]].values.tolist() == [
        ["answers", "empty", 3]
    ]


def test_a_further_run_tries_what_failed_anew(plan_of: Callable, work_off: Callable):
    plan = plan_of(instructions=1)
    failed = work_off(plan, on("answers", ""))
    again = work_off(plan)
    assert again.sent() == {"answers": 1}
    assert again.counts.answers == 1
    before = {request.model_call_id for request in failed.model.requests}
    assert before.isdisjoint(request.model_call_id for request in again.model.requests)


def test_a_further_run_that_fails_as_well_ends(plan_of: Callable, work_off: Callable):
    plan = plan_of(instructions=1)
    work_off(plan, on("answers", ""))
    again = work_off(plan, on("answers", ""))
    assert again.sent() == {"answers": 3}
    assert again.counts.failed == 1


# Calls that are refused ---------------------------------------------------------------------------------------------


def test_a_refused_call_is_not_sent_again(plan_of: Callable, work_off: Callable):
    done = work_off(plan_of(instructions=1), on("instructions", REFUSED))
    assert done.sent() == {"instructions": 1}
    assert done.counts.failed == 1


def test_a_body_that_is_no_completion_is_asked_for_as_often_as_set(plan_of: Callable, work_off: Callable):
    assert work_off(plan_of(instructions=1), on("answers", GARBAGE)).sent() == {"instructions": 1, "answers": 3}
    assert work_off(plan_of(instructions=2), on("answers", GARBAGE, times=2)).counts.failed == 0


def test_a_refused_call_is_recorded_and_sent_anew_by_a_further_run(small: Small, plan_of: Callable, work_off: Callable):
    plan = plan_of(instructions=1)
    (sent,) = work_off(plan, on("instructions", REFUSED)).model.requests
    recorded = find_model_call(small.cursor, sent.model_call_id)
    assert recorded is not None
    assert (recorded.error_kind, recorded.has_reply) == ("http_400", False)
    again = work_off(plan)
    assert again.model.requests[0] == sent
    assert again.counts.answers == 1
    settled = find_model_call(small.cursor, sent.model_call_id)
    assert settled is not None
    assert settled.error_kind is None


def test_an_earlier_run_does_not_undo_what_a_later_one_mended(small: Small, plan_of: Callable, work_off: Callable):
    first, larger = plan_of(instructions=1), plan_of(instructions=2)
    (sent,) = work_off(first, on("instructions", REFUSED)).model.requests
    work_off(larger)
    assert work_off(first).model.requests == []
    recorded = find_model_call(small.cursor, sent.model_call_id)
    assert recorded is not None
    assert (recorded.error_kind, recorded.run_id) == (None, larger.run_id)


# Nodes that grow ----------------------------------------------------------------------------------------------------


def test_a_bare_discipline_grows_down_to_its_pairs(small: Small, growing: Callable, work_off: Callable):
    done = work_off(growing())
    # Two queries of two turns; the second query repeats one of two subjects; four questions reach three subjects.
    assert done.sent() == {"subjects": 4, "syllabus": 3, "class_details": 3, "instructions": 4, "answers": 4}
    assert (done.counts.answers, done.counts.failed) == (4, 0)
    subjects = list_subjects(small.cursor, [small.nodes.chemistry.taxonomy_node_id])
    assert len(subjects) == 3


def test_a_syllabus_is_written_anew_as_another_version_and_questions_are_drawn_from_it(
    small: Small, plan_of: Callable, work_off: Callable
):
    work_off(plan_of())
    before = set(list_pairs(small.cursor, Filter(), limit=9)["instruction_id"])
    stages = ("syllabus", "class_details", "instructions", "answers")
    plan = plan_of(seed=2, stages=stages, rewrites=True)
    done = work_off(plan)
    assert done.sent() == {"syllabus": 1, "class_details": 1, "instructions": 4, "answers": 4}
    old, new = list_syllabi_of(small.cursor, small.nodes.optics.subject_id)
    assert (old.version, new.version, new.run_id) == (1, 2, plan.run_id)
    assert before <= set(list_pairs(small.cursor, Filter(), limit=9)["instruction_id"])
    drawn_from = small.cursor.execute("select syllabus_id, count(*) from instruction group by all").fetchall()
    assert dict(drawn_from) == {old.syllabus_id: 4, new.syllabus_id: 4}
    assert work_off(plan).sent() == {}
    # The same seed goes on from its version; another one would write a third.
    assert not plan_of(seed=2, stages=stages, rewrites=True).growths
    assert [growth.version for growth in plan_of(seed=3, stages=stages, rewrites=True).growths] == [3]


def test_a_rewriting_run_that_was_cut_off_between_its_stages_goes_on(
    small: Small, plan_of: Callable, work_off: Callable
):
    plan = plan_of(seed=2, stages=("syllabus", "class_details", "instructions", "answers"), rewrites=True)
    failed = work_off(plan, on("class_details", REFUSED))
    assert failed.counts.failed
    done = work_off(plan)
    assert done.sent() == {"class_details": 1, "instructions": 4, "answers": 4}
    assert len(list_syllabi_of(small.cursor, small.nodes.optics.subject_id)) == 2


def test_no_subject_gets_more_than_one_question_more_than_another(small: Small, growing: Callable, work_off: Callable):
    work_off(growing(instructions=8))
    shares = Counter(list_pairs(small.cursor, Filter(), limit=20)["subject"])
    assert sorted(shares.values()) == [2, 3, 3]


@pytest.mark.parametrize("instructions", [1, 2, 4])
def test_a_plan_that_grew_sends_nothing_the_second_time(growing: Callable, work_off: Callable, instructions: int):
    names = ["Spectroscopy", "Kinetics", "Catalysis"]  # they do not come in the order of their names

    def script(request: ChatRequest) -> str | None:
        if request.stage != "subjects" or "JSON Lines" not in request.messages[-1].content:
            return None
        return json.dumps({"subject_name": names.pop(0), "level": "advanced", "subtopics": []})

    plan = growing(instructions=instructions)
    work_off(plan, script)
    again = work_off(plan)
    assert again.sent() == {}
    assert again.counts.failed == 0


def test_no_more_syllabi_are_written_than_there_are_questions(growing: Callable, work_off: Callable):
    assert work_off(growing(instructions=1)).sent() == {
        "subjects": 4,
        "syllabus": 1,
        "class_details": 1,
        "instructions": 1,
        "answers": 1,
    }


def test_without_questions_every_subject_grows_a_syllabus(growing: Callable, work_off: Callable):
    done = work_off(growing(stages=("subjects", "syllabus", "class_details")))
    assert done.sent() == {"subjects": 4, "syllabus": 3, "class_details": 3}


def test_a_subject_without_a_syllabus_grows_one(small: Small, plan_of: Callable, work_off: Callable):
    scope = (small.nodes.physics.taxonomy_node_id,)
    done = work_off(plan_of(scope=scope, stages=("syllabus", "class_details", "instructions", "answers")))
    assert done.sent() == {"syllabus": 1, "class_details": 1, "instructions": 4, "answers": 4}
    assert set(list_pairs(small.cursor, Filter(), limit=9)["subject"]) == {"Optics", "Mechanics"}


def test_a_subject_that_a_person_removed_or_moved_does_not_grow_again(
    small: Small, growing: Callable, work_off: Callable
):
    """The default list names it; what is below a removed subject nobody would see."""
    chemistry = small.nodes.chemistry.taxonomy_node_id
    work_off(growing(stages=("subjects",)))
    removed, moved, *rest = list_subjects(small.cursor, [chemistry])
    apply_edit(small.database, set_subject_status(small.cursor, [removed.subject_id], "removed"))
    apply_edit(
        small.database,
        move_subjects(small.cursor, [moved.subject_id], discipline_id=small.nodes.physics.taxonomy_node_id),
    )
    apply_edit(small.database, set_subject_status(small.cursor, [each.subject_id for each in rest], "removed"))
    done = work_off(growing(instructions=2))
    assert done.calls_reused > 0  # the lists come back
    assert done.sent()["syllabus"] == 0
    assert list_subjects(small.cursor, [chemistry]) == ()


def test_a_renamed_subject_that_was_removed_does_not_come_back_by_its_new_name(
    small: Small, growing: Callable, work_off: Callable
):
    chemistry = small.nodes.chemistry.taxonomy_node_id
    work_off(growing(stages=("subjects",)))
    first, *rest = list_subjects(small.cursor, [chemistry])
    small.cursor.execute("delete from subject where discipline_id = ?", [chemistry])
    insert_subjects(small.cursor, [dataclasses.replace(first, subject_id="other", status="removed")])
    work_off(growing(stages=("subjects",)))
    assert {each.name for each in list_subjects(small.cursor, [chemistry])} == {each.name for each in rest}


@pytest.mark.parametrize("removed", ["subject", "discipline", "sub_field"])
def test_nothing_grows_below_what_was_removed_after_the_plan(
    small: Small, plan_of: Callable, work_off: Callable, removed: str
):
    plan = plan_of(scope=(small.nodes.mechanics.subject_id,), stages=ALL_STAGES)
    edit = {
        "subject": lambda: set_subject_status(small.cursor, [small.nodes.mechanics.subject_id], "removed"),
        "discipline": lambda: set_status(small.cursor, [small.nodes.physics.taxonomy_node_id], "removed"),
        "sub_field": lambda: set_status(small.cursor, [small.nodes.physical_sciences.taxonomy_node_id], "removed"),
    }[removed]()
    apply_edit(small.database, edit)
    done = work_off(plan)
    assert not done.sent()
    assert done.counts.failed == 1
    (failure,) = list_open_failures(small.cursor, plan.run_id)
    assert (failure.stage, failure.error_kind) == ("syllabus", "removed")


def test_no_subjects_are_asked_for_below_what_was_removed_after_the_plan(
    small: Small, growing: Callable, work_off: Callable
):
    plan = growing()
    apply_edit(small.database, set_status(small.cursor, [small.nodes.chemistry.taxonomy_node_id], "removed"))
    done = work_off(plan)
    assert not done.sent()
    assert done.counts.failed == 1


def test_one_failed_query_leaves_the_subjects_of_the_others(growing: Callable, work_off: Callable):
    done = work_off(growing(), on("subjects", REFUSED, times=1))
    assert (done.counts.answers, done.counts.failed) == (4, 1)


def test_a_discipline_without_a_usable_list_fails_alone(growing: Callable, work_off: Callable):
    done = work_off(growing(), on("subjects", "I would rather not.", that="JSON Lines"))
    assert done.sent() == {"subjects": 18}  # two queries of three attempts of two turns and a repair
    assert (done.counts.answers, done.counts.failed) == (0, 2)


def test_a_syllabus_that_was_cut_off_is_asked_for_again(growing: Callable, work_off: Callable):
    cut = [1]

    def script(request: ChatRequest) -> ChatReply | None:
        if request.stage != "syllabus" or not cut:
            return None
        cut.pop()
        return reply_to(request, "This course", finish_reason="length")

    done = work_off(growing(instructions=1), script)
    assert (done.sent()["syllabus"], done.counts.answers) == (2, 1)


def test_a_subject_whose_details_cannot_be_read_fails_alone(growing: Callable, work_off: Callable):
    done = work_off(growing(), on("class_details", "It has three parts.", times=6))
    # Three attempts, each with a repair, for one of three subjects.
    assert (done.sent()["class_details"], done.counts.failed) == (8, 1)
    assert done.counts.answers in (2, 3)  # one subject of three has one or two of the four questions


def test_another_seed_leaves_out_what_was_drawn_where_nodes_grow_as_well(
    small: Small, growing: Callable, work_off: Callable, settings: GenerationSettings
):
    # Of two sessions of two concepts, one-session draws have 6 combinations: 18 in the three subjects.
    details = "\n".join(
        json.dumps({"title": title, "description": "", "key_concepts": [f"{title} one", f"{title} two"]})
        for title in ("Rays", "Waves")
    )
    one_session = dataclasses.replace(settings, strategy_mix=0.0)
    for seed in (1, 2):
        plan = growing(settings=one_session, seed=seed, instructions=9, stages=ALL_STAGES[:-1])
        work_off(plan, on("class_details", details))
    drawn = small.cursor.execute(
        """
        select list_sort(list(link.key_concept_id))
        from instruction
        join instruction_key_concept as link on link.instruction_id = instruction.instruction_id
        group by instruction.instruction_id
        """
    ).fetchall()
    assert len(drawn) == 18
    assert len({tuple(concepts) for (concepts,) in drawn}) == 18


def test_proposed_nodes_wait_for_a_vote(small: Small, plan_of: Callable, work_off: Callable):
    field = small.nodes.natural_science.taxonomy_node_id
    done = work_off(plan_of(scope=(field,), stages=("taxonomy",)))
    assert done.sent() == {"taxonomy": 3}
    rows = small.cursor.execute(
        "select parent_id, level, status, origin from taxonomy_node where status = 'pending'"
    ).fetchall()
    assert rows == [(field, "sub_field", "pending", "model")] * 6


# Lineage ------------------------------------------------------------------------------------------------------------


def test_every_row_names_the_run_and_the_call_that_made_it(small: Small, growing: Callable, work_off: Callable):
    plan = growing()
    work_off(plan)
    for table in ("subject", "syllabus", "instruction", "answer"):
        orphans = small.cursor.execute(
            f"""
            select count(*)
            from {table}
            where run_id is not null
                and (
                    run_id <> ?
                    or model_call_id not in (select model_call_id from model_call where error_kind is null)
                )
            """,
            [plan.run_id],
        ).fetchone()
        assert orphans == (0,), table
        assert small.cursor.execute(f"select count(run_id) from {table}").fetchone() != (0,)


def test_a_proposed_node_is_a_child_of_its_node(small: Small, plan_of: Callable, work_off: Callable):
    sub_field = small.nodes.physical_sciences
    work_off(plan_of(scope=(sub_field.taxonomy_node_id,), stages=("taxonomy",)))
    row = small.cursor.execute("from taxonomy_node where status = 'pending' order by name limit 1").fetchone()
    node = TaxonomyNode(*row)
    assert (node.parent_id, node.level) == (sub_field.taxonomy_node_id, "discipline")

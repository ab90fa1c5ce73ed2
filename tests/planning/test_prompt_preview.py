"""A preview of a prompt is, word for word, what is sent later, with marks where earlier replies will stand."""

import dataclasses
from pathlib import Path

import pytest

from glan_core import prompts
from glan_core.calls import EndpointModel
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.planning.prompt_preview import count_previews, preview, template_changes
from glan_core.presets import preset
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import Cursor
from glan_core.store.endpoint_models import insert_endpoint_models
from tests.conftest import Small

SETTINGS = preset("paper", model="m")
GROWING = ("subjects", "syllabus", "class_details", "instructions", "answers")


def plan_of(small: Small, node: str, **changes: object) -> Plan:
    scope = (getattr(small.nodes, node),)
    ids = tuple(getattr(each, "taxonomy_node_id", None) or each.subject_id for each in scope)
    values = {"scope": ids, "instructions": 4, "seed": 1, "settings": SETTINGS, **changes}
    return make_plan(small.cursor, PlanRequest(**values))


def text_of(cursor: Cursor, plan: Plan, stage: str, index: int = 0) -> str:
    return "\n".join(turn.content for turn in preview(cursor, plan, stage, index).requests[-1].messages)


def test_of_ready_syllabi_every_question_can_be_read_and_one_answer(small: Small):
    plan = plan_of(small, "optics")
    assert count_previews(plan) == {"instructions": 4, "answers": 1}
    prompts_seen = {text_of(small.cursor, plan, "instructions", index) for index in range(4)}
    assert len(prompts_seen) == 4
    assert not any("⟦" in text for text in prompts_seen)
    assert not preview(small.cursor, plan, "instructions", 0).has_marks


def test_the_answer_holds_a_mark_in_place_of_the_question_and_nothing_else(small: Small):
    assert text_of(small.cursor, plan_of(small, "optics"), "answers") == "⟦the question, as the model will ask it⟧"


def test_a_stage_that_is_not_planned_has_no_prompt(small: Small):
    assert count_previews(plan_of(small, "optics", stages=("instructions",))) == {"instructions": 4}


def test_a_known_subject_without_a_syllabus_stands_in_its_prompt_unmarked(small: Small):
    plan = plan_of(small, "mechanics", stages=GROWING)
    assert count_previews(plan) == {"syllabus": 1, "class_details": 1, "instructions": 1, "answers": 1}
    shown = preview(small.cursor, plan, "syllabus", 0)
    assert shown.about[-2:] == ("Physics", "Mechanics")
    assert not shown.has_marks
    assert '"Mechanics" (introductory level)' in text_of(small.cursor, plan, "syllabus")
    asked = text_of(small.cursor, plan, "instructions")
    assert "Mechanics" in asked
    assert "⟦the whole syllabus, as the model will write it⟧" in asked
    assert "⟦the key concepts that will be drawn⟧" in asked


def test_a_discipline_without_subjects_is_marked_from_its_second_turn_on(small: Small):
    plan = plan_of(small, "chemistry", stages=GROWING)
    assert count_previews(plan) == dict.fromkeys(GROWING, 1)
    shown = preview(small.cursor, plan, "subjects", 0)
    assert shown.about == ("Natural Science", "Physical sciences", "Chemistry")
    assert [request.template for request in shown.requests] == ["subjects", "subjects_as_jsonl"]
    assert "⟦" not in "".join(turn.content for turn in shown.requests[0].messages)
    assert "⟦the model's reply⟧" in [turn.content for turn in shown.requests[1].messages]
    assert "⟦a subject that the model will list⟧" in text_of(small.cursor, plan, "syllabus")
    assert "⟦the whole syllabus" in text_of(small.cursor, plan, "class_details")


def test_a_list_is_asked_for_in_the_form_that_is_known_of_the_model(small: Small):
    plan = plan_of(small, "mechanics", stages=GROWING)
    insert_endpoint_models(small.cursor, [EndpointModel("here", "m", "jsonl", None)])
    forms = [
        preview(small.cursor, plan, "class_details", 0, endpoint_url=url).requests[0].reply_form
        for url in ("here", "there")
    ]
    assert forms == ["jsonl", "schema"]


def test_own_wordings_are_compared_with_the_shipped_ones(tmp_path: Path):
    shipped = PROJECT_FOLDER / "glan_core" / "prompts" / "answers.jinja"
    text = shipped.read_text(encoding="utf-8").replace("{{ instruction }}", "Think first.\n{{ instruction }}")
    (tmp_path / "answers.jinja").write_text(text, encoding="utf-8")
    prompts.check_folder(str(tmp_path))
    own = dataclasses.replace(SETTINGS, templates_folder=str(tmp_path))
    changes = template_changes(own, ("instructions", "answers"))
    assert list(changes) == ["answers"]
    added = [line for line in changes["answers"].splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added == ["+Think first."]


@pytest.mark.parametrize("name", ["paper", "quick"])
def test_without_own_wordings_nothing_differs(name: str):
    settings = preset(name, model="m")
    assert template_changes(settings, tuple(settings.stages)) == {}

"""Every stage gives its templates exactly the variables that one of one's own may use."""

import asyncio
import dataclasses
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from glan_core import prompts
from glan_core.entities import Combination, Instruction, Strategy
from glan_core.generation_settings import GenerationSettings, StageSettings
from glan_core.judgements import JudgedPair
from glan_core.prompts.own_templates import variables_of
from glan_core.regenerate_settings import regenerate_settings
from glan_core.regenerations import RejectedPair
from glan_core.stages.answers import answer_id, generate_answers
from glan_core.stages.class_details import extract_class_details
from glan_core.stages.compare import compare_answers
from glan_core.stages.compared_answers import generate_compared_answers
from glan_core.stages.instructions import generate_instructions, instruction_id
from glan_core.stages.judge import judge_answer
from glan_core.stages.regenerated_answers import regenerate_answers
from glan_core.stages.regenerated_instructions import regenerate_instructions
from glan_core.stages.subjects import generate_subjects
from glan_core.stages.syllabus import generate_syllabus
from glan_core.stages.taxonomy import build_taxonomy
from tests.scripted_model import AnsweringModel, ScriptedModel
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
PATH = (NODES.natural_science, NODES.physical_sciences, NODES.physics)
COMBINATION = Combination(
    Strategy.ONE_SESSION,
    (NODES.details.class_sessions[1].class_session_id,),
    NODES.key_concept_ids("wavelength", "coherence"),
)
INSTRUCTION = Instruction("instruction", "syllabus", Strategy.ONE_SESSION, "Why?", ("concept",), "run", "call")
REJECTED = RejectedPair(
    dataclasses.replace(INSTRUCTION, key_concept_ids=COMBINATION.key_concept_ids),
    "Because.",
    ("wrong_answer",),
    ("No.",),
    wants_question=False,
)
PAIR = JudgedPair("instruction", "answer", "Why?", "Because.")
REPLY = "\n".join(
    json.dumps(
        {
            **dict.fromkeys(("name", "subject_name", "title", "reason"), name),
            "key_concepts": ["ray"],
            **dict.fromkeys(("score", "helpfulness", "relevance", "accuracy", "detail"), 5),
            "answer": name,
        }
    )
    for name in "AB"
)

Stage = Callable[[AnsweringModel, GenerationSettings], Coroutine[Any, Any, object]]
STAGES: dict[str, Stage] = {
    "taxonomy": lambda model, settings: build_taxonomy(
        model, path=PATH[:2], siblings=("Physics",), settings=settings, seed=1
    ),
    "subjects": lambda model, settings: generate_subjects(
        model, path=PATH, query=1, settings=settings, seed=1, run_id="run"
    ),
    "syllabus": lambda model, settings: generate_syllabus(
        model, discipline="Physics", subject=NODES.optics, version=1, settings=settings, seed=1, run_id="run"
    ),
    "class_details": lambda model, settings: extract_class_details(
        model, syllabus=NODES.syllabus, settings=settings, seed=1
    ),
    "instructions": lambda model, settings: generate_instructions(
        model,
        discipline="Physics",
        subject=NODES.optics,
        syllabus=NODES.syllabus,
        details=NODES.details,
        combination=COMBINATION,
        settings=settings,
        seed=1,
        run_id="run",
    ),
    "answers": lambda model, settings: generate_answers(
        model, instruction=INSTRUCTION, settings=settings, seed=1, run_id="run"
    ),
    "compared_answers": lambda model, settings: generate_compared_answers(
        model, pair=PAIR, settings=settings, seed=1, run_id="run"
    ),
    "judge": lambda model, settings: judge_answer(model, pair=PAIR, settings=settings, seed=1),
    "compare": lambda model, settings: compare_answers(
        model,
        pair=PAIR,
        compared_answer="So.",
        compared_answer_id="other",
        is_swapped=False,
        settings=settings,
        seed=1,
    ),
    "regenerated_instructions": lambda model, settings: regenerate_instructions(
        model,
        pair=REJECTED._replace(wants_question=True),
        discipline="Physics",
        subject=NODES.optics,
        details=NODES.details,
        settings=settings,
        seed=1,
        run_id="run",
    ),
    "regenerated_answers": lambda model, settings: regenerate_answers(
        model, pair=REJECTED, settings=settings, seed=1, run_id="run"
    ),
}


def judging_stages(settings: GenerationSettings) -> dict[str, StageSettings]:
    """Give the stages of judging, with lists as JSON Lines."""
    answers = settings.stages["answers"]
    return {
        "compared_answers": answers,
        "judge": dataclasses.replace(answers, templates=("judge",), reply_form="jsonl"),
        "compare": dataclasses.replace(answers, templates=("compare",), reply_form="jsonl"),
    }


@pytest.fixture
def own(settings: GenerationSettings, tmp_path: Path) -> GenerationSettings:
    """Settings with a template of one's own for every call, which lists all that it is given."""
    for name in prompts.names():
        listed = ", ".join(f'"{variable}": {{{{ {variable} | string | tojson }}}}' for variable in variables_of(name))
        text = f"{{% block user %}}OWN {name} {{ {listed} }}{{% endblock %}}"
        (tmp_path / f"{name}.jinja").write_text(text, encoding="utf-8")
    assert prompts.check_folder(str(tmp_path)) == prompts.names()
    stages = {**settings.stages, **judging_stages(settings), **regenerate_settings(settings).stages}
    return dataclasses.replace(settings, stages=stages, templates_folder=str(tmp_path), language="ko")


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_gives_its_templates_all_that_they_may_use(stage: str, own: GenerationSettings):
    model = AnsweringModel(lambda request: REPLY)
    asyncio.run(STAGES[stage](model, own))
    sent = [request.messages[-1].content.removeprefix("OWN ").split(" ", 1) for request in model.requests]
    assert [name for name, _ in sent] == list(own.stages[stage].templates)
    for name, values in sent:
        assert tuple(json.loads(values)) == variables_of(name)
        assert json.loads(values).get("language", "Korean") == "Korean"


def test_a_repair_gives_its_template_all_that_it_may_use(own: GenerationSettings):
    model = ScriptedModel("None.", REPLY)
    asyncio.run(extract_class_details(model, syllabus=NODES.syllabus, settings=own, seed=1))
    name, values = model.requests[1].messages[-1].content.removeprefix("OWN ").split(" ", 1)
    assert (name, tuple(json.loads(values))) == ("repair_list", variables_of("repair_list"))


def test_what_another_template_made_has_another_id(settings: GenerationSettings, own: GenerationSettings):
    english = dataclasses.replace(own, language="en")
    ids = [
        (
            instruction_id(COMBINATION, syllabus_id="syllabus", settings=each, seed=1),
            answer_id("instruction", settings=each),
        )
        for each in (settings, english)
    ]
    assert ids[0][0] != ids[1][0]
    assert ids[0][1] != ids[1][1]

"""What are large plans and large runs measured on, when no model has written them?

    126 disciplines x 150 subjects x 20 class sessions x 5 key concepts

As many as the paper has, in the middle of its ranges: 18,900 syllabi with 1.89 million key concepts.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.curriculum import synthetic_curriculum
from glan_core import paper
from glan_core.calls import ChatRequest, ModelCall, SharedText
from glan_core.courses import Course, find_courses
from glan_core.entities import Answer, Instruction
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.planning.planned_instructions import PlannedInstruction
from glan_core.presets import preset
from glan_core.runs.journal import write_plan
from glan_core.runs.journal_lines import line_of
from glan_core.shared_texts import shared_text_id
from glan_core.stages.instructions import instruction_request
from glan_core.stages.request import request_for
from glan_core.starter import insert_curriculum
from glan_core.store.database import Cursor, open_database
from glan_core.store.taxonomy_nodes import list_children

SUBJECTS_PER_DISCIPLINE = 150
_MODEL = "a-model"
_QUESTION_LETTERS, _ANSWER_LETTERS = 140, 600  # as in exports.py
_FINISHED_AT = datetime(2024, 2, 20, 12, 0, tzinfo=UTC)
_WORDS = 20_000
_WORDS_AT_ONCE = 20
_REPLY, _QUESTION, _CALL_ID = b"<reply>", b"<question>", b"<call id>"


def make_curriculum(
    path: Path, *, disciplines: int = paper.DISCIPLINES, subjects: int = SUBJECTS_PER_DISCIPLINE
) -> None:
    """Make a database with such a curriculum and no pair."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with open_database(unfinished, create=True) as database:
        cursor = database.cursor()
        for number in range(1, disciplines + 1):
            insert_curriculum(cursor, synthetic_curriculum(f"Discipline {number}", number_of_subjects=subjects))
        cursor.execute("checkpoint")
    unfinished.rename(path)


def request_of(cursor: Cursor, instructions: int, *, seed: int = 1) -> PlanRequest:
    """Ask for so many pairs over the whole taxonomy, with the settings of the paper."""
    fields = tuple(node.taxonomy_node_id for node in list_children(cursor, None))
    return PlanRequest(fields, instructions, seed, preset("paper", model=_MODEL))


def write_run(cursor: Cursor, runs: Path, pairs: int) -> Path:
    """Write the folder of a run that has made so many pairs, as one that was killed right then leaves it.

    Two calls, an instruction and an answer each, with the prompts that the templates give and made up texts.
    """
    plan = make_plan(cursor, request_of(cursor, pairs))
    folder = runs / plan.run_id
    write_plan(folder, plan.to_data())
    with (folder / "journal.jsonl").open("wb") as journal:
        for lines in _lines(cursor, plan):
            journal.write(lines)
    return folder


def _lines(cursor: Cursor, plan: Plan) -> Iterator[bytes]:
    rng = random.Random(1)
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 10))) for _ in range(_WORDS)]
    phrases = [" ".join(rng.choices(words, k=_WORDS_AT_ONCE)) for _ in range(_WORDS)]
    answering = _answer_line(plan)
    found = find_courses(cursor, plan.items.syllabus_ids)
    courses: dict[str, tuple[bytes, bytes]] = {}
    for number, item in enumerate(plan.items):
        if item.syllabus_id not in courses:
            # One prompt stands for all of its syllabus; rendering each would take longer than all that is measured.
            shared, asked = _first_lines(found[item.syllabus_id], plan, item)
            yield shared
            courses[item.syllabus_id] = _split(asked)
        before, after = courses[item.syllabus_id]
        question, answer = _text(rng, phrases, _QUESTION_LETTERS), _text(rng, phrases, _ANSWER_LETTERS)
        yield before + f"asked{number:011}".encode() + after.replace(_REPLY, question.encode())
        yield line_of(_instruction(item, question, plan.run_id, f"asked{number:011}"))
        told = answering.replace(_QUESTION, question.encode()).replace(_REPLY, answer.encode())
        yield told.replace(_CALL_ID, f"told{number:012}".encode())
        yield line_of(Answer(item.answer_id, item.instruction_id, answer, plan.run_id, f"told{number:012}"))


def _first_lines(course: Course, plan: Plan, item: PlannedInstruction) -> tuple[bytes, bytes]:
    request = instruction_request(
        discipline=course.path[-1].name,
        subject=course.subject,
        syllabus=course.syllabus,
        details=course.details,
        combination=item.combination,
        settings=plan.request.settings,
        seed=plan.request.seed,
    )
    text = course.syllabus.text
    return line_of(SharedText(shared_text_id(text), text)), line_of(_call(request, plan.run_id))


def _split(line: bytes) -> tuple[bytes, bytes]:
    before, _, rest = line.partition(b'"model_call_id":"')
    return before + b'"model_call_id":"', rest[rest.index(b'"') :]


def _answer_line(plan: Plan) -> bytes:
    """Give the line of the call of an answer, with marks where it is not like all others."""
    request = request_for(
        "answers",
        "answers",
        settings=plan.request.settings,
        seed=plan.request.seed,
        draw="",
        attempt=1,
        instruction=_QUESTION.decode(),
        language="English",
    )
    return line_of(_call(request, plan.run_id)).replace(request.model_call_id.encode(), _CALL_ID)


def _call(request: ChatRequest, run_id: str) -> ModelCall:
    return ModelCall(
        model_call_id=request.model_call_id,
        run_id=run_id,
        stage=request.stage,
        template=request.template,
        template_fingerprint=request.template_fingerprint,
        model=request.model,
        parameters=request.parameters,
        messages=request.messages,
        reply=_REPLY.decode(),
        finish_reason="stop",
        prompt_tokens=1500,
        completion_tokens=60,
        seconds=1.5,
        attempt=1,
        finished_at=_FINISHED_AT,
        cost=0.001,
        shared_texts=request.shared_texts,
    )


def _text(rng: random.Random, phrases: list[str], letters: int) -> str:
    text = phrases[int(rng.random() * len(phrases))]
    while len(text) < letters:
        text += ". " + phrases[int(rng.random() * len(phrases))]
    return text[:letters]


def _instruction(item: PlannedInstruction, text: str, run_id: str, model_call_id: str) -> Instruction:
    drawn = item.combination
    return Instruction(
        instruction_id=item.instruction_id,
        syllabus_id=item.syllabus_id,
        strategy=drawn.strategy,
        text=text,
        key_concept_ids=drawn.key_concept_ids,
        run_id=run_id,
        model_call_id=model_call_id,
    )

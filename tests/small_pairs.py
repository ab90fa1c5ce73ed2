"""Runs, calls, instructions and answers made by hand, for the small curriculum."""

import dataclasses
from datetime import UTC, datetime

from glan_core.calls import Message, ModelCall
from glan_core.entities import Answer, Instruction, Run, RunState, Strategy
from tests.small_curriculum import small_curriculum

NOON = datetime(2024, 2, 20, 12, tzinfo=UTC)
_NODES = small_curriculum()


def run(run_id: str = "run", **changes: object) -> Run:
    """Make a run that began at noon."""
    made = Run(run_id, {"instructions": 2}, {"preset": "paper"}, 1, RunState.RUNNING, "local", NOON)
    return dataclasses.replace(made, **changes)


def model_call(model_call_id: str = "call", **changes: object) -> ModelCall:
    """Make a call that was answered with `Why?` at noon."""
    made = ModelCall(
        model_call_id=model_call_id,
        run_id="run",
        stage="instructions",
        template="instructions",
        template_fingerprint="0123456789ab",
        model="m",
        parameters={"temperature": 1.0, "seed": 7},
        messages=(Message("system", "You teach."), Message("user", "Ask «one» question.")),
        reply="Why?",
        finish_reason="stop",
        prompt_tokens=20,
        completion_tokens=5,
        seconds=0.5,
        attempt=1,
        finished_at=NOON,
        cost=0.25,
    )
    return dataclasses.replace(made, **changes)


def instruction(instruction_id: str, *names: str, **changes: object) -> Instruction:
    """Make a question of Optics on the key concepts with these names, `reflection` if none is given."""
    drawn = _NODES.key_concept_ids(*(names or ("reflection",)))
    made = Instruction(
        instruction_id=instruction_id,
        syllabus_id=_NODES.syllabus.syllabus_id,
        strategy=Strategy.ONE_SESSION,
        text=f"Question {instruction_id}?",
        key_concept_ids=drawn,
        run_id="run",
        model_call_id=f"call-{instruction_id}",
    )
    return dataclasses.replace(made, **changes)


def answer(instruction_id: str, **changes: object) -> Answer:
    """Make the answer to the question with this id."""
    made = Answer(
        f"answer-{instruction_id}", instruction_id, f"Answer to {instruction_id}.", "run", f"answering-{instruction_id}"
    )
    return dataclasses.replace(made, **changes)

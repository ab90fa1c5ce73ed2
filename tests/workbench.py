"""A small database, a folder for runs and a model server, together what a run needs."""

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

from glan_core.calls import ModelCall
from glan_core.engines.local import execute
from glan_core.engines.progress import Progress
from glan_core.entities import Answer, Filter, Instruction, Run
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.runs.journal import read_journal
from glan_core.store.database import Cursor, Database
from glan_core.store.ingest import Entity
from glan_core.store.pairs import list_pairs
from glan_core.store.runs import find_run
from tests.model_server import ModelServer
from tests.small_curriculum import SmallCurriculum

ALL_STAGES = ("subjects", "syllabus", "class_details", "instructions", "answers")


class Pair(NamedTuple):
    """A question with what the database holds as its answer."""

    instruction_id: str
    instruction: str
    answer: str | None
    flags: str | None


@dataclasses.dataclass(frozen=True)
class Workbench:
    """Plans and runs over the small curriculum."""

    database: Database
    cursor: Cursor
    nodes: SmallCurriculum
    server: ModelServer
    runs_folder: Path
    settings: GenerationSettings

    def plan(self, *, instructions: int = 6, **changes: Any) -> Plan:
        """Plan pairs of Optics; any field of PlanRequest can be changed."""
        request = PlanRequest((self.nodes.optics.subject_id,), instructions, 1, self.settings)
        return make_plan(self.cursor, dataclasses.replace(request, **changes))

    def growing_plan(self, *, instructions: int = 6, **changes: Any) -> Plan:
        """Plan pairs of Chemistry, which has no subjects yet."""
        changes = {"scope": (self.nodes.chemistry.taxonomy_node_id,), "stages": ALL_STAGES, **changes}
        return self.plan(instructions=instructions, **changes)

    def execute(
        self,
        plan: Plan,
        *,
        concurrency: int = 4,
        **options: Any,
    ) -> Progress:
        """Work a plan off against the model server; options are those of execute."""
        return execute(
            plan,
            database=self.database,
            folder=self.folder(plan),
            endpoint=self.server.endpoint,
            concurrency=concurrency,
            **options,
        )

    def folder(self, plan: Plan) -> Path:
        """Give the folder of a run."""
        return self.runs_folder / plan.run_id

    def journal(self, plan: Plan) -> tuple[Entity, ...]:
        """Give what the journal of a run holds."""
        return tuple(read_journal(self.folder(plan) / "journal.jsonl"))

    def made(self, plan: Plan) -> tuple[Instruction | Answer, ...]:
        """Give the instructions and answers of a run's journal."""
        return tuple(entity for entity in self.journal(plan) if isinstance(entity, Instruction | Answer))

    def calls(self, plan: Plan) -> tuple[ModelCall, ...]:
        """Give the calls of a run's journal, each with its last outcome."""
        calls = (entity for entity in self.journal(plan) if isinstance(entity, ModelCall))
        return tuple({call.model_call_id: call for call in calls}.values())

    def run(self, plan: Plan) -> Run:
        """Give the row of a run."""
        run = find_run(self.cursor, plan.run_id)
        assert run is not None
        return run

    def pairs(self, filter_: Filter = Filter()) -> list[Pair]:  # noqa: B008 - frozen
        """List the pairs in the database by instruction id."""
        columns = ["instruction_id", "instruction", "answer", "flags"]
        frame = list_pairs(self.cursor, filter_, limit=10_000)[columns].astype(object)
        rows = frame.where(frame.notna(), None).itertuples(index=False)
        return sorted(Pair(*row) for row in rows)


def belongs(pair: Pair) -> bool:
    """Say whether an answer of the model server's default script is the answer to its question."""
    return pair.answer is not None and f"«{pair.instruction}»" in pair.answer
